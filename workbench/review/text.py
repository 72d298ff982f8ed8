"""Bytes of a line as text to look at. The only place that says which characters hide and how they are shown.

Decoding and substitution only: no widths, no colours, no tabs (the painter expands them to columns).
Qt reorders bidirectional text and draws most of these characters with no width at all, so they are
replaced before anything is laid out; copying goes back to the original by `Visible.original`.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from workbench.review.expressions import Expression

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Blanks that are not the space bar's: shown as boxes, but no reason for a badge (prose has them)."""

_HIDING = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 without tab and line feed; a lone CR is one of them
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff"
    "\u070f\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Bidi controls, zero width, tags, variation selectors, soft hyphen, fillers, controls, line separators."""

_NOBODYS = "\ue000-\uf8ff\ufdd0-\ufdef\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U000323b0-\U0010ffff"
"""Characters that have no look of their own, for private use or for none: without a font of their makers one
looks like the other. Shown as boxes, but no reason for a badge.
"""

_MARKS = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
"""Marks that are drawn above or below the letter before them. No language piles up more than three; more
reach into the lines around and cover them, so those are boxes.
"""

_boxed = Expression(f"[{_HIDING}{_SPACES}{_NOBODYS}]|(?<=[{_MARKS}]{{3}})[{_MARKS}]")
_pile = Expression(f"(?<=[{_MARKS}]{{3}})[{_MARKS}]")
_mark = Expression(f"[{_MARKS}]")
_hidden = Expression(f"[{_HIDING}]")

_PICTURES = "\u203c-\u3299\U0001f000-\U0001faff"
_emoji = Expression(
    f"(?<=[{_PICTURES}\u00a9\u00ae#*0-9])[\ufe0e\ufe0f]|(?<=[{_PICTURES}\ufe0f])\u200d(?=[{_PICTURES}])"
)
"""Where the characters that choose and join pictures are at home. They are boxed there too."""

_LEADS = bytes.fromhex("c2 cc cd d2 d8 d9 dc e0 e1 e2 e3 ed ee ef f0 f1 f2 f3 f4")
"""How the characters that are boxed begin in UTF-8, beside those of ASCII; others may begin so too."""
_PLAIN = bytes((0x09, *range(0x20, 0x7F)))
_HARMLESS = _PLAIN + bytes(each for each in range(0x80, 0x100) if each not in _LEADS)
"""Bytes of UTF-8 that cannot belong to what hides."""

_CONTROLS = bytes(each for each in (*range(0x20), 0x7F) if each not in b"\t\n")
"""Those of ASCII that are boxed."""
_OF_LATIN = bytes((*range(0x80, 0xA1), 0xAD))
"""The others below U+0100."""

_MANY = 60
"""Different characters up to which it is quicker to count each by itself."""
_LONG = 100_000
"""Bytes from which on the text of a line is kept for a while."""

_CONTROL_NAMES = {0x00: "NUL", 0x08: "BACKSPACE", 0x0D: "CARRIAGE RETURN", 0x1B: "ESCAPE", 0x7F: "DELETE"}


def decode(line: bytes) -> str:
    """The text of one line without its end: UTF-8, or where that fails Latin-1, a character for each byte."""
    return _decoded(line)[0] if len(line) < _LONG else _long(line)[0]


def _decoded(line: bytes) -> tuple[str, bool]:
    """Its text, and whether it is UTF-8."""
    if line.endswith(b"\n"):
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
    try:
        return line.decode(), True
    except UnicodeDecodeError:
        return line.decode("latin-1"), False


@lru_cache(maxsize=4)
def _long(line: bytes) -> tuple[str, bool]:
    """The same of a long line, which is asked for its text by whoever looks at any part of it."""
    return _decoded(line)


def is_utf8(line: bytes) -> bool:
    """False where `decode` had to fall back to Latin-1."""
    if line.isascii():
        return True
    return (_decoded(line) if len(line) < _LONG else _long(line))[1]


def line_end(line: bytes) -> str:
    """The line end in words: "LF", "CRLF", or "no newline"."""
    if line.endswith(b"\n"):
        return "CRLF" if line.endswith(b"\r\n") else "LF"
    return "no newline"


class Visible(Struct, frozen=True):
    """Text with nothing in it that hides. Columns are in characters (code points).

    `marks` are the (start, end) spans of `text` that are drawn as boxes, each standing for the one
    character at the same position of `columns` in the original. Both are empty where nothing was replaced.
    """

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    columns: tuple[int, ...] = ()

    def shown(self, column: int) -> int:
        """The column in `text` where the original's `column` begins."""
        at = bisect_left(self.columns, column) - 1  # the last box before it
        return column if at < 0 else column + self.marks[at][1] - self.columns[at] - 1

    def original(self, column: int) -> int:
        """The column in the original that `column` of `text` belongs to; in a box, the boxed character's."""
        at = bisect_right(self.marks, column, key=_start) - 1
        if at < 0:
            return column
        end, of = self.marks[at][1], self.columns[at]
        return of if column < end else column - end + of + 1


def _box(character: str) -> str:
    return f"⟦U+{ord(character):04X}⟧"


def _start(span: tuple[int, int]) -> int:
    return span[0]


def visible(text: str) -> Visible:
    """`text` with every character that hides replaced by its boxed code point, `⟦U+202E⟧`. Tabs stay."""
    if _boxed.search(text) is None:
        return Visible(text)
    columns = [found.start() for found in _boxed.finditer(text)]
    boxes = {each: _box(each) for each in set(map(text.__getitem__, columns))}
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    copied = length = 0
    for at in columns:
        box = boxes[text[at]]
        start = length + at - copied
        length = start + len(box)
        parts += (text[copied:at], box)
        marks.append((start, length))
        copied = at + 1
    parts.append(text[copied:])
    return Visible("".join(parts), tuple(marks), tuple(columns))


def visible_part(text: str, start: int, end: int) -> Visible:
    """A part of a text by itself, as it is shown within the whole: marks before it may be piled up in it."""
    part = text[start:end]
    if not start or part[:1].isascii():
        return visible(part)
    before = min(start, 3)
    seen = visible(text[start - before : end])
    cut = seen.shown(before)
    kept = [(span, at) for span, at in zip(seen.marks, seen.columns, strict=True) if at >= before]
    return Visible(
        seen.text[cut:],
        tuple((one - cut, other - cut) for (one, other), _ in kept),
        tuple(at - before for _, at in kept),
    )


def growth(text: str) -> int:
    """How many characters longer a text is as it is shown. Quick, so that it can be asked of megabytes."""
    if text.isascii():
        # Seven more for each control character: `⟦U+000D⟧`.
        data = text.encode()
        return 7 * (len(data) - len(data.translate(None, _CONTROLS)))
    try:
        data = text.encode("latin-1")  # this ends at the first character beyond
        return 7 * (len(data) - len(data.translate(None, _CONTROLS + _OF_LATIN)))
    except UnicodeEncodeError:
        pass
    data = text.encode("utf-8", "surrogatepass")
    if not data.translate(None, _HARMLESS):
        return 0
    # Without the plain characters in between, and with each one looked at once, it is a fraction of the time.
    rest = data.translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    characters = set(rest)
    grown = {each: more for each in characters if (more := grown_by(each))}
    if len(grown) > _MANY:
        found = sum(map(grown_by, rest))
    else:
        found = sum(more * rest.count(each) for each, more in grown.items())
    if _mark.search("".join(characters)) is not None:
        found += sum(boxed_length(text[at]) - 1 for at in piled(text))
    return found


@lru_cache(maxsize=8192)
def grown_by(character: str) -> int:
    """How many characters longer one is as it is shown, wherever it stands."""
    return boxed_length(character) - 1 if is_boxed(character) else 0


def boxed_length(character: str) -> int:
    """How many characters the box of one takes."""
    return len(_box(character))


def piled(text: str, start: int = 0, end: int | None = None) -> list[int]:
    """Where, between two places, marks stand that are boxed because they are piled up."""
    last = len(text) if end is None else end
    return [found.start() for found in _pile.compiled.finditer(text, start, last)]


def visible_line(line: bytes) -> Visible:
    """A line as it is shown, quick also where it has millions of bytes: of most lines these hide nothing."""
    text = decode(line)
    end = 2 if line.endswith(b"\r\n") else line.endswith(b"\n")
    if len(line.translate(None, _HARMLESS)) == end:
        # Where it is not UTF-8, the bytes that a character goes on with stand for characters that hide.
        return Visible(text) if is_utf8(line) else visible(text)
    # Without the plain characters in between it takes a fraction of the time, and is still UTF-8 if it was.
    rest = line.translate(None, _PLAIN)
    if is_utf8(line) and _boxed.search(rest[: len(rest) - end].decode()) is None:
        return Visible(text)
    return visible(text)


def one_line(text: str) -> str:
    """A name or a path to look at: what ends a line or a column in code has no place in it, and is boxed."""
    if text.isprintable():
        return visible(text).text
    return visible(text).text.replace("\n", "⟦U+000A⟧").replace("\t", "⟦U+0009⟧")


def is_boxed(character: str) -> bool:
    """Whether a character is shown as its boxed code point."""
    return _boxed.match(character) is not None  # of a pile of marks each by itself is none


def hidden_characters(text: str) -> tuple[str, ...]:
    """What hides or reorders in `text`, each once, as "U+202E RIGHT-TO-LEFT OVERRIDE", for badges.

    Characters that choose or join pictures (emoji) do not hide where they do that.
    """
    return tuple(_name(each) for each in sorted({each for _, each in _hiding(text)}))


def hidden_places(text: str) -> tuple[tuple[int, str], ...]:
    """Each character that hides or reorders, with its line from 1, in their order."""
    found: list[tuple[int, str]] = []
    line, counted = 1, 0
    for at, each in _hiding(text):
        line += text.count("\n", counted, at)
        counted = at
        found.append((line, _name(each)))
    return tuple(found)


def _hiding(text: str) -> Iterator[tuple[int, str]]:
    if text.isascii() and text.isprintable():
        return
    at_home = {match.start() for match in _emoji.finditer(text)} if not text.isascii() else ()
    for match in _hidden.finditer(text):
        if match.start() not in at_home:
            yield match.start(), match[0]


def _name(character: str) -> str:
    code = ord(character)
    name = unicodedata.name(character, "") or _CONTROL_NAMES.get(code, "")
    if not name:
        name = "control character" if code < 0xA0 else "not a character"
    return f"U+{code:04X} {name}"
