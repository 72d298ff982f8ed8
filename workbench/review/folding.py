"""Which unchanged lines of a file are shown and which are folded into a gap, and where a gap leads to.

Works on line numbers and pieces of lines; what a row is, `rows.py` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.review.changes import Side
from workbench.review.text import decode

_LOOK_BACK = 3000
"""Lines. How far up a definition is looked for, so that one gap in a long file stays cheap."""
_SCOPE_LENGTH = 80

_definition = re.compile(
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|virtual|override"
    r"|inline|extern|unsafe|const|pub(?:\([^)]*\))?|data|sealed|open|partial|typedef)\s+)*"
    r"(?:class|def|function\*?|func|fn|fun|struct|enum|union|trait|impl|interface|module|namespace|package|object"
    r"|protocol|extension|type|record|sub|proc|describe|it|test|CREATE)\b"
)
_c_like = re.compile(r"[A-Za-z_$][\w$\s*&:<>,~\[\]]*\([^;=]*(?:\{|\))?\s*$")
_heading = re.compile(r"#{1,6}\s+\S|\[[^\]]+\]\s*$")
_not_scopes = re.compile(
    r"(?:if|for|while|switch|return|else|elif|catch|with|try|match|case|do|using|lock)\b"
)


class Piece(Struct, frozen=True):
    """Lines that count as unchanged. `new` None: both sides are the same; `old` None: not loaded."""

    old_start: int
    new_start: int
    count: int
    old: Sequence[bytes] | None
    new: Sequence[bytes] | None = None


class Gap(Struct, frozen=True):
    """Folded lines; `whitespace` of them differ, in whitespace alone."""

    old_start: int
    new_start: int
    count: int
    whitespace: int = 0


class Shown(Struct, frozen=True):
    """What is to be seen of a stretch of unchanged lines.

    `opened` are (start, count) of base lines, `anchors` lines that carry something, `before` and
    `after` whether changed lines stand next to the stretch there.
    """

    context: int
    whole: bool
    opened: tuple[tuple[int, int], ...]
    anchors: Sequence[tuple[Side, int]]
    before: bool
    after: bool


Line = tuple[int, int, bytes, bytes]
"""(old line, new line, old bytes, new bytes)"""


def unfold(stretch: Sequence[Piece], shown: Shown) -> Iterator[Line | Gap]:
    """The lines and gaps of a stretch in order. A gap of one line is shown: it would take as much room."""
    total = sum(piece.count for piece in stretch)
    if not total:
        return
    if any(piece.old is None for piece in stretch):
        first = stretch[0]
        yield Gap(first.old_start, first.new_start, total)
        return
    position = 0
    for start, end in _visible(stretch, total, shown):
        if start > position:
            yield _gap(stretch, position, start)
        yield from _lines(stretch, start, end)
        position = end
    if position < total:
        yield _gap(stretch, position, total)


def _visible(stretch: Sequence[Piece], total: int, shown: Shown) -> list[tuple[int, int]]:
    """Sorted, disjoint (start, end) offsets into the stretch, with no gap of one line between them."""
    if shown.whole:
        return [(0, total)]
    wanted: list[tuple[int, int]] = []
    if shown.before:
        wanted.append((0, shown.context))
    if shown.after:
        wanted.append((total - shown.context, total))
    offset = 0
    for piece in stretch:
        for start, count in shown.opened:
            low = max(start - piece.old_start, 0)
            high = min(start + count - piece.old_start, piece.count)
            if low < high:
                wanted.append((offset + low, offset + high))
        for side, line in shown.anchors:
            at = line - (piece.old_start if side is Side.OLD else piece.new_start)
            if line and 0 <= at < piece.count:
                wanted.append((offset + at - shown.context, offset + at + 1 + shown.context))
        offset += piece.count
    result: list[tuple[int, int]] = []
    for start, end in sorted((max(start, 0), min(end, total)) for start, end in wanted):
        if start >= end:
            continue
        reached = result[-1][1] if result else 0
        if start - reached <= 1:
            start = reached
        if result and start <= reached:
            result[-1] = (result[-1][0], max(reached, end))
        else:
            result.append((start, end))
    if result and total - result[-1][1] == 1:
        result[-1] = (result[-1][0], total)
    return result or ([(0, total)] if total == 1 else [])


def _within(stretch: Sequence[Piece], start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
    """The pieces that the offsets cover, each with its own offsets."""
    offset = 0
    for piece in stretch:
        low, high = max(start - offset, 0), min(end - offset, piece.count)
        if low < high:
            yield piece, low, high
        offset += piece.count


def _lines(stretch: Sequence[Piece], start: int, end: int) -> Iterator[Line]:
    for piece, low, high in _within(stretch, start, end):
        old = piece.old or ()
        new = old if piece.new is None else piece.new
        for at in range(low, high):
            yield piece.old_start + at, piece.new_start + at, old[at], new[at]


def _gap(stretch: Sequence[Piece], start: int, end: int) -> Gap:
    covered = list(_within(stretch, start, end))
    first, low, _ = covered[0]
    whitespace = sum(high - low for piece, low, high in covered if piece.new is not None)
    return Gap(first.old_start + low, first.new_start + low, end - start, whitespace)


def scope_of(lines: Sequence[bytes], line: int) -> str:
    """The definition that `line` (1-based) stands in, as written, without what opens its body; "" if none.

    By indentation, for any language that indents: the nearest line above that is indented less and
    reads like a definition.
    """
    depth = next((_depth(each) for each in lines[line - 1 : line + 20] if each.strip()), 0)
    for at in range(min(line - 1, len(lines)) - 1, max(line - 1 - _LOOK_BACK, 0) - 1, -1):
        if not depth:
            break
        each = lines[at]
        # Brackets alone say nothing; `#if` and labels at the margin do not close a definition.
        if not each.strip(b" \t\r\n{}()[];,") or _depth(each) >= depth:
            continue
        text = decode(each[:400]).strip()
        if text.startswith(("#if", "#e", "//", "/*", "*")) or (text.endswith(":") and " " not in text):
            continue
        if _is_definition(text):
            return text.rstrip(" {:(")[:_SCOPE_LENGTH]
        depth = _depth(each)
    return ""


def _depth(line: bytes) -> int:
    expanded = line[:200].expandtabs(8)
    return len(expanded) - len(expanded.lstrip(b" "))


def _is_definition(text: str) -> bool:
    if _not_scopes.match(text):
        return False
    return bool(_definition.match(text) or _heading.match(text) or _c_like.match(text))
