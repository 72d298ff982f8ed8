"""What in the added lines of a file may not be seen for what it is: hidden characters, look-alikes, far text,
and the marks of a merge that nobody finished.

Words with line numbers, for badges, marks and documents; it judges nothing. It looks at the bytes of many
lines at once first: most files are plain, and cost next to nothing.

The look-alikes are those letters of Unicode's confusables.txt (UTS 39) that a code font draws like one of
ASCII's. A word of nothing but such letters is left alone in a line that is written in another script
anyway, and so are the Greek letters of formulas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain, islice

from msgspec import Struct

from workbench.review.asides import is_conflict_marker, may_hold_marker
from workbench.review.changes import FileChange, Side
from workbench.review.expressions import Expression
from workbench.review.steps import Steps, finished
from workbench.review.text import decode, hidden_characters, is_utf8, visible

FAR = 200
"""Columns after which text is far: most screens end before."""
BLANKS = 40
"""Blanks in a row after which text is far: a reader takes the line for ended."""
TAB = 8
MOST = 100
"""Rows of one sort that are listed of a file; one more says how many lines there are besides."""
_STRIDE, _FEW = 1000, 64
"""Lines between two rests: where many are looked at together, and where each is by itself."""
_LONG = 65_536
"""Bytes of a line above which it is looked at piece by piece: one of megabytes takes many frames."""


class Sort(StrEnum):
    """Why a line is suspicious."""

    HIDDEN = "hidden characters"
    LOOK_ALIKE = "look-alike letters"
    FAR = "far text"
    CONFLICT = "conflict markers"


class Suspicion(Struct, frozen=True):
    """One line and what is suspicious about it, in words. Line 0 is the file's name."""

    sort: Sort
    line: int
    what: str
    side: Side = Side.NEW


def _pairs(text: str) -> dict[str, str]:
    return {each[0]: each[1] for each in text.split()}


_TWINS = _pairs(
    # Cyrillic, Armenian, Greek, Cherokee, Lisu, and letters of Latin that ASCII does not have
    "аa сc ԁd еe һh іi јj ӏl оo рp ԛq ѕs ԝw хx уy ѵv үy ҽe "
    "АA ВB СC ЕE НH ІI ЈJ КK МM ОO РP ԚQ ЅS ТT ԜW ХX УY ҮY ӀI "
    "օo ոn սu ցg հh զq յj ՍU ՕO ՏS ԼL "
    "οo νv ϲc ϳj ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC "
    "ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏚS ᎢT ᏙV ᎳW ᏃZ ꮯc ꮪs ꮩv ꮃw ꮓz "
    "ꓮA ꓐB ꓚC ꓓD ꓰE ꓝF ꓖG ꓧH ꓙJ ꓗK ꓡL ꓟM ꓠN ꓳO ꓑP ꓣR ꓢS ꓔT ꓴU ꓦV ꓪW ꓫX ꓬY ꓜZ "
    "ɑa ɡg ǃ!"
)
_NEARLY = _pairs("αa γy ηn κk ρp τt υu ωw σo ιi кk гr тt вb нh мm пn ьb")
"""Taken for a letter of ASCII only within a word of such."""
_SIGNS = _pairs("\u037e; \ua789: \u2024. \ufe52. \ufe54; \ufe55:")

_maybe = Expression(
    f"[{''.join((*_TWINS, *_NEARLY, *_SIGNS))}\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]"
)
_word = re.compile(r"[^\W\d_]+")
_gap = re.compile(rf"(?<=\S)[^\S\n]{{{BLANKS},}}(?=\S)")
_CONTROLS = bytes(each for each in (*range(0x20), 0x7F) if each not in b"\t\n\r")


def suspicious(file: FileChange) -> tuple[Suspicion, ...]:
    """What is suspicious in a file change: in its name, then in the lines it adds, in their order."""
    return finished(suspicious_in_steps(file))


def suspicious_in_steps(file: FileChange) -> Steps[tuple[Suspicion, ...]]:
    """The same, with rests: a hundred thousand lines take half a second."""
    path = file.path
    found = [] if path.isascii() and path.isprintable() else list(_of_name(path))
    blocks = [(run.new_start, run.added) for run in file.runs if run.added]
    blocks += [(each.new_start, each.added) for each in file.changes if each.added and not each.is_text]
    if blocks:
        found += yield from _of_lines(blocks)
    return tuple(found)


def look_alikes(text: str) -> tuple[tuple[int, int], ...]:
    """The (start, end) spans of a line's words and signs that are not what they look like."""
    if text.isascii() or _maybe.search(text) is None:
        return ()
    words = [(match.span(), match[0]) for match in _word.finditer(text)]
    odd = {word for _, word in words if not word.isascii()}  # each once: a line often says the same
    foreign = any(map(_is_foreign, odd))
    alike = {word for word in odd if _is_look_alike(word, foreign=foreign)}
    spans = [span for span, word in words if word in alike]
    if not foreign:
        spans += [(at, at + 1) for at, each in enumerate(text) if each in _SIGNS]
    return tuple(sorted(spans))


def far(text: str) -> str:
    """What of a line is far to the right, in words; "" for a line of common length."""
    gap = _gap.search(text) if _has_gap(text) else None
    if gap is not None:
        blanks = gap.end() - gap.start()
        return f"text at column {_width(text[: gap.end()]) + 1:,}, after {blanks:,} blanks"
    beyond = _width(text.rstrip()) - FAR
    return f"{beyond:,} {'column' if beyond == 1 else 'columns'} beyond column {FAR}" if beyond > 0 else ""


def _of_name(path: str) -> Iterator[Suspicion]:
    # A tab or a line end has its place in code, and none in a name.
    ends = [words for each, words in (("\t", "U+0009 TAB"), ("\n", "U+000A LINE FEED")) if each in path]
    for each in (*ends, *hidden_characters(path)):
        yield Suspicion(Sort.HIDDEN, 0, f"{each} in the name")
    for start, end in look_alikes(path):
        yield Suspicion(Sort.LOOK_ALIKE, 0, f"{_likeness(path[start:end])}, in the name")


def _of_lines(blocks: Sequence[tuple[int, Sequence[bytes]]]) -> Steps[list[Suspicion]]:
    found: list[Suspicion] = []
    sorts = yield from _possible(blocks)
    left: dict[Sort, list[int]] = {each: [] for each in sorts}
    listed = dict.fromkeys(sorts, 0)
    numbered = chain.from_iterable(enumerate(added, start) for start, added in blocks) if sorts else iter(())
    while few := list(islice(numbered, _FEW)):
        for number, code in few:
            for sort, what in _of_line(number, code, sorts):
                if listed[sort] < MOST:
                    listed[sort] += 1
                    found.append(Suspicion(sort, number, what))
                else:
                    left[sort].append(number)
        yield
    for sort, more in left.items():
        if more:
            found.append(Suspicion(sort, more[0], f"{sort.value}, from here on {len(more):,} times more"))
    return found


def _possible(blocks: Sequence[tuple[int, Sequence[bytes]]]) -> Steps[tuple[Sort, ...]]:
    """Which sorts there can be at all, by a few looks at the bytes of many lines at once."""
    found: set[Sort] = set()
    every = chain.from_iterable(added for _, added in blocks)
    while lines := list(islice(every, _STRIDE)):
        longest = max(map(len, lines))
        if longest > FAR:
            found.add(Sort.FAR)
        if longest > _LONG:
            for line in lines:
                for start in range(0, len(line), _LONG):
                    # What lies across an edge is whole in one of the two.
                    found.update(_sorts_in(line[max(0, start - BLANKS) : start + _LONG], (line[:FAR],)))
                    yield
        else:
            found.update(_sorts_in(b"".join(lines), lines))
        yield
    return tuple(each for each in (Sort.HIDDEN, Sort.LOOK_ALIKE, Sort.CONFLICT, Sort.FAR) if each in found)


def _sorts_in(data: bytes, lines: Sequence[bytes]) -> Iterator[Sort]:
    """The sorts that some bytes of some lines may have. One too many costs a closer look, and no more."""
    plain = data.isascii()
    text = "" if plain else data.decode("utf-8", "replace")
    # A change of UTF-8 text that holds none of them is as quickly told as one of ASCII.
    hides = text and hidden_characters(text.replace("\r\n", "\n"))
    if hides or len(data.translate(None, _CONTROLS)) != len(data) or data.count(b"\r") != data.count(b"\r\n"):
        yield Sort.HIDDEN
    if text and _maybe.search(text):
        yield Sort.LOOK_ALIKE
    if may_hold_marker(data) and any(map(is_conflict_marker, lines)):
        yield Sort.CONFLICT
    if _gap_in(data) or (text and _gap.search(text)) or _far_tabs(data, lines):
        yield Sort.FAR


def _has_gap(text: str) -> bool:
    """Whether there can be a gap: quickly told of a line of megabytes, where the expression takes 0.2 s."""
    if not text.isascii():
        return True
    for blank in "\t\r\v\f\x1c\x1d\x1e\x1f":
        if blank in text:
            text = text.replace(blank, " ")
    return " " * BLANKS in text


def _gap_in(data: bytes) -> bool:
    return b" " * BLANKS in (data.replace(b"\t", b" ") if b"\t" in data else data)


def _far_tabs(data: bytes, lines: Sequence[bytes]) -> bool:
    if b"\t" not in data:
        return False
    return any(len(line) + (TAB - 1) * line.count(b"\t") > FAR for line in lines)


def _of_line(number: int, code: bytes, sorts: Sequence[Sort]) -> Iterator[tuple[Sort, str]]:
    text = decode(code)
    if Sort.HIDDEN in sorts:
        # A line that is not UTF-8 is drawn byte by byte, and marked: its bytes are no hidden characters.
        seen = text if is_utf8(code) else code.decode("ascii", "ignore").rstrip("\r\n")
        if number == 1:
            seen = seen.removeprefix("\ufeff")
        if not (seen.isascii() and seen.isprintable()):
            for each in hidden_characters(seen):
                yield Sort.HIDDEN, each
    if Sort.LOOK_ALIKE in sorts:
        for start, end in look_alikes(text):
            yield Sort.LOOK_ALIKE, _likeness(text[start:end])
    if Sort.CONFLICT in sorts and is_conflict_marker(code):
        yield Sort.CONFLICT, f"“{visible(text[:40]).text}” is what a merge leaves that was not finished"
    if Sort.FAR in sorts and (_far_tabs(b"\t", (code,)) or _gap_in(code) or not code.isascii()):
        what = far(text)
        if what:
            yield Sort.FAR, what


def _is_foreign(word: str) -> bool:
    """Whether a word is written in another script, and could not be taken for one of ASCII letters."""
    if len(word) < 2 or not word.isalpha() or any(each.isascii() for each in word):
        return False
    return any(not _twin(each) and not _is_latin(each) for each in word)


def _is_look_alike(word: str, *, foreign: bool) -> bool:
    if word.isascii():
        return False
    ascii_count = sum(each.isascii() for each in word)
    if not ascii_count:
        return not foreign and all(map(_twin, word))
    if any(map(_twin, word)):
        return True
    return ascii_count > 1 and all(each.isascii() or each in _NEARLY for each in word)


def _twin(character: str) -> str:
    """The character of ASCII that this one is drawn like, "" where there is none."""
    if character >= "\uff21" and (character <= "\uff5a" or "\U0001d400" <= character <= "\U0001d7ff"):
        # Python takes full-width and mathematical letters of a name for their plain ones.
        plain = unicodedata.normalize("NFKC", character)
        return plain if plain.isascii() else ""
    return _TWINS.get(character, "")


def _is_latin(character: str) -> bool:
    return unicodedata.name(character, "").startswith("LATIN")


def _likeness(text: str) -> str:
    """The words “раypal” looks like “paypal” (Cyrillic): the scripts are those of the letters that do."""
    scripts = [
        unicodedata.name(each, "UNKNOWN").split(" ")[0].capitalize()
        for each in text
        if not each.isascii() and _likened(each)
    ]
    named = ", ".join(dict.fromkeys(scripts))
    return f"“{text}” looks like “{looks_like(text)}” ({named})"


def looks_like(text: str) -> str:
    """What a word of look-alikes is taken for."""
    return "".join(_likened(each) or each for each in text)


def _likened(character: str) -> str:
    return _twin(character) or _NEARLY.get(character, "") or _SIGNS.get(character, "")


def _width(text: str) -> int:
    return len(text.expandtabs(TAB) if "\t" in text else text)
