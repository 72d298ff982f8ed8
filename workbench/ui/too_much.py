"""How much is put into a field at once, and the words for what is more. Beyond it every key would be waited
for: Qt lays out a whole line at each, and asks twenty times for the size of what is drawn by itself.

What is typed is never refused, and of what is refused nothing is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct


class Room(Struct, frozen=True):
    """What a field has room for: characters and lines in all, characters of a line, and of those that are
    drawn by themselves so many in a line and at once.
    """

    characters: int
    lines: int
    line: int
    boxes: int


NOTE = Room(characters=100_000, lines=5_000, line=10_000, boxes=1_000)
LINE = Room(characters=5_000, lines=1, line=5_000, boxes=300)
UNBOUND = Room(characters=1 << 62, lines=1 << 62, line=1 << 62, boxes=1 << 62)
NOTHING = Room(characters=0, lines=0, line=0, boxes=0)


def too_much(text: str, room: Room, around: Room, boxes: Callable[[], int]) -> str:
    """Why a text is too much for a field, in words; "" where there is room. `around` is what stands there
    already: in all, and in the line that it is put into. `boxes` counts those of the text.
    """
    count = len(text) + around.characters
    if count > room.characters:
        return _words(count, "characters", room.characters)
    lines = text.split("\n") if room.lines > 1 else [text]
    if len(lines) + around.lines > room.lines:
        return _words(len(lines) + around.lines, "lines", room.lines)
    longest = max(*map(len, lines), len(lines[0]) + around.line, len(lines[-1]) + around.line)
    if longest > room.line:
        return f"a line of {_words(longest, 'characters', room.line)}"
    if len(text) + around.boxes > room.boxes and (drawn := boxes() + around.boxes) > room.boxes:
        what = "characters that hide or are written from the right"
        return _words(drawn, what if room.lines > 1 else f"{what}, or ends of lines", room.boxes)
    return ""


def _words(count: int, what: str, most: int) -> str:
    return f"{count:,} {what}, and {most:,} is the most"
