"""What is said beside changed lines because their text alone would not show it. Words; judges nothing.

Line ends and encodings of one line, white space as all that differs in a change, marks of a merge that was
left undone. White space is spaces, tabs and line ends; a lone CR or a form feed is not: those hide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.review.changes import Change
from workbench.review.steps import Steps, finished
from workbench.review.text import decode, is_utf8, line_end

_BLANKS = b" \t"
_MANY = 20_000
"""Lines from which on a change is told to be only white space without saying of which kind."""
PORTION = 5_000
"""Lines that are looked through in one step."""
_LOOKED_THROUGH = 20_000
"""Bytes of a line up to which all its letters are looked at before it is painted. A longer one is looked
through between frames.
"""
LOOK_ALIKE = "look-alike letters"

_marker = re.compile(rb"(?:<{7}|>{7}|\|{7})(?:[ \r\n]|$)")
_divide = re.compile(rb"={7}\r?\n?$")


def mark_of(data: bytes, facing: bytes | None) -> str:
    """What differs in a line, or is odd about it, and its text would not show: "CRLF", "no newline" …"""
    marks: list[str] = []
    end = line_end(data)
    if facing is not None and line_end(facing) != end:
        # "LF" is what one expects and is said only where it is the news: against CRLF.
        if end != "LF" or line_end(facing) == "CRLF":
            marks.append(end)
    elif end == "no newline":
        marks.append(end)
    if not data.isascii():
        if not is_utf8(data):
            marks.append("not UTF-8")
        # Late: its expressions take a while to be made, and most first screens are plain ASCII.
        from workbench.review.suspicious import look_alikes  # noqa: PLC0415 - said above

        if len(data) <= _LOOKED_THROUGH and look_alikes(decode(data)):
            marks.append(LOOK_ALIKE)
    return ", ".join(marks)


def is_conflict_marker(line: bytes) -> bool:
    """Whether a line is what a merge leaves around a conflict; not the divide: that may be anything."""
    return bool(line[:1] in b"<>|" and line and _marker.match(line))


def may_hold_marker(data: bytes) -> bool:
    """Whether there can be such a line among many: quickly told of most, which have none."""
    return b"<<<<<<<" in data or b">>>>>>>" in data or b"|||||||" in data


def conflict_lines(lines: Sequence[bytes]) -> tuple[int, ...]:
    """The indexes of all marks of an undone merge; the divides only where there are others."""
    if len(lines) > _MANY // 10 and not may_hold_marker(b"".join(lines)):
        return ()
    if not any(map(is_conflict_marker, lines)):
        return ()
    return tuple(at for at, line in enumerate(lines) if is_conflict_marker(line) or _divide.match(line))


def conflicts_in_steps(lines: Sequence[bytes]) -> Steps[tuple[int, ...]]:
    """The same of very many lines."""
    found: list[int] = []
    for first in range(0, len(lines), PORTION):
        part = lines[first : first + PORTION]
        if may_hold_marker(b"".join(part)):
            found += (at for at, line in enumerate(part, first) if is_conflict_marker(line))
        yield
    for first in range(0, len(lines) if found else 0, PORTION):
        part = lines[first : first + PORTION]
        if b"=======" in b"".join(part):
            found += (at for at, line in enumerate(part, first) if _divide.match(line))
        yield
    return tuple(sorted(found))


def same_but_blanks(old: bytes, new: bytes) -> bool:
    """Whether two lines, or two texts, differ in nothing but spaces, tabs and line ends."""
    if old == new:
        return True
    return finished(_alike_but_blanks((old,), (new,)))


def is_blank(line: bytes) -> bool:
    """Whether a line has nothing but white space."""
    return not _bare(line)


def whitespace_words(change: Change) -> str:
    """That white space is all that differs in a change, and which; "" where more does."""
    return finished(whitespace_in_steps(change))


def whitespace_in_steps(change: Change) -> Steps[str]:
    """The same, with rests: in a change of very many lines, all of them may have to be looked at."""
    removed, added = change.removed, change.added
    if not change.is_text:
        return ""
    if not removed or not added:
        lines = removed or added
        if not all(map(is_blank, lines)):
            return ""
        return "only blank lines" if len(lines) > 1 else "only a blank line"
    if _first(removed) != _first(added):  # nearly every change ends here
        return ""
    if not (yield from _alike_but_blanks(removed, added)):
        return ""
    if max(len(removed), len(added)) > _MANY:
        return "only white space"
    kinds = tuple(dict.fromkeys(_kinds(removed, added)))
    ends = tuple(dict.fromkeys(_ends(removed, added)))
    if kinds:
        return f"only white space: {', '.join((*kinds, *ends))}"
    return f"only line ends: {', '.join(ends)}" if ends else ""


def _first(lines: Sequence[bytes]) -> bytes:
    for each in lines:
        head = each if len(each) < 200 else each[:200].strip() or each  # a line may be of 5 MB
        if head.strip():
            return head.lstrip()[:1]
    return b""


def _alike_but_blanks(removed: Sequence[bytes], added: Sequence[bytes]) -> Steps[bool]:
    """Whether two texts say the same but for white space; looked at up to where they do not."""
    pieces, others = _pieces(removed), _pieces(added)
    one, other = b"", b""
    while True:
        while not one:
            found = next(pieces, None)
            if found is None:
                return not other and not any(others)
            one = found
        while not other:
            found = next(others, None)
            if found is None:
                return False
            other = found
        both = min(len(one), len(other))
        if one[:both] != other[:both]:
            return False
        one, other = one[both:], other[both:]
        yield


def _pieces(lines: Sequence[bytes]) -> Iterator[bytes]:
    """A text without its white space, from the top: little at first, because most texts differ at once."""
    size, first = 1 << 12, 0
    while first < len(lines):
        last, length = first, 0
        while last < len(lines) and (last == first or length + len(lines[last]) <= size):
            length += len(lines[last])
            last += 1
        data = lines[first] if last == first + 1 else b"".join(lines[first:last])
        at = 0
        while at < len(data):
            end = at + size
            while data[end - 1 : end] == b"\r":  # it may be half of a line end
                end += 1
            yield _bare(data[at:end])
            at, size = end, min(2 * size, 1 << 18)
        first = last


def _bare(data: bytes) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        if data.endswith(b"\r"):
            return data.translate(None, b" \t\n")
    return data.translate(None, b" \t\n")


def _content(line: bytes) -> bytes:
    if line.endswith(b"\n"):
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
    return line


def _ends(removed: Sequence[bytes], added: Sequence[bytes]) -> Iterator[str]:
    """How the line ends differ, of lines that face each other; else of all of them together."""
    if len(removed) == len(added):
        pairs = Counter(zip(map(line_end, removed), map(line_end, added), strict=True))
        found = [pair for pair, _ in pairs.most_common() if pair[0] != pair[1]]
    else:
        before, after = ({line_end(each) for each in lines} for lines in (removed, added))
        found = [(old, new) for old in sorted(before - after) for new in sorted(after - before)]
    for old, new in found:
        if new == "no newline":
            yield "no newline at the end"
        elif old == "no newline":
            yield "a newline at the end"
        else:
            yield f"{old} → {new}"


def _kinds(removed: Sequence[bytes], added: Sequence[bytes]) -> Iterator[str]:
    """Where in the lines the white space differs."""
    old = [_content(each) for each in removed if each.strip()]
    new = [_content(each) for each in added if each.strip()]
    if [_bare(each) for each in old] != [_bare(each) for each in new]:
        yield "line breaks"
        return
    deeper: set[int] = set()
    for one, other in zip(old, new, strict=True):
        if one == other:
            continue
        leads = [line[: len(line) - len(line.lstrip(_BLANKS))] for line in (one, other)]
        if leads[0] != leads[1]:
            yield from _indentation(leads[0], leads[1], deeper)
        tails = [line[len(line.rstrip(_BLANKS)) :] for line in (one, other)]
        if tails[0] != tails[1]:
            yield "blanks at line ends" + (
                " taken away" if not tails[1] else " added" if not tails[0] else ""
            )
        if one.strip(_BLANKS) != other.strip(_BLANKS):
            yield "within lines"
    if len(deeper) == 1:
        by = deeper.pop()
        yield f"indented by {abs(by)} {'more' if by > 0 else 'less'}"
    elif deeper:
        yield "indentation"
    blank = [sum(not each.strip() for each in lines) for lines in (removed, added)]
    if blank[0] != blank[1]:
        yield "blank lines " + ("added" if blank[1] > blank[0] else "taken away")
    elif [_content(e) for e in removed if not e.strip()] != [_content(e) for e in added if not e.strip()]:
        yield "in blank lines"
    elif old == new and [bool(e.strip()) for e in removed] != [bool(e.strip()) for e in added]:
        yield "blank lines elsewhere"


def _indentation(old: bytes, new: bytes, deeper: set[int]) -> Iterator[str]:
    tabs = b"\t" in old, b"\t" in new
    if tabs == (True, False):
        yield "tabs → spaces"
    elif tabs == (False, True):
        yield "spaces → tabs"
    elif len(new) != len(old) and old.strip(b"\t") == new.strip(b"\t") == b"":
        by = len(new) - len(old)
        yield f"indented by {abs(by)} tab{'' if abs(by) == 1 else 's'} {'more' if by > 0 else 'less'}"
    elif b"\t" not in old + new:
        deeper.add(len(new) - len(old))
    else:
        yield "indentation"
