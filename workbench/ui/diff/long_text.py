"""The text of a line of megabytes, decoded a bit at a time: one of 20 MB at once holds the window for 80 ms.

It is read from its beginning. Whether it is UTF-8 is known at its end; where a byte says that it is not, all
of it is another text, and begins anew.
"""

from __future__ import annotations

from workbench.review.text import decode

AT_ONCE = 200_000
"""Bytes that are decoded when a line is first met. Most lines end before."""
_STEP = 1 << 18
"""Bytes that are decoded in one step."""
_LOOKED_AT = 16_000_000
"""Bytes that are looked at at once, to see whether each is a character."""
_LONGEST = 4
"""Bytes of a character, at most."""


class LineKey:
    """A line as the key of a dict. Bytes are hashed as a whole, which takes as long as to copy them."""

    __slots__ = ("_hash", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._hash = hash((len(data), data[:64], data[-64:]))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineKey) and (self.data is other.data or self.data == other.data)

    def __len__(self) -> int:
        return len(self.data)


def key_of(data: bytes) -> bytes | LineKey:
    """What a line is kept by."""
    return data if len(data) < AT_ONCE else LineKey(data)


def end_of(line: bytes) -> bytes:
    """How a line ends: CRLF, LF or not at all."""
    if not line.endswith(b"\n"):
        return b""
    return b"\r\n" if line.endswith(b"\r\n") else b"\n"


def beginning(line: bytes, most: int) -> str:
    """The first characters of a line that are not blank, with no look at the rest of a long one."""
    if len(line) <= _LONGEST * most:
        return decode(line).strip()
    head = line.lstrip(b" \t")[: _LONGEST * most]
    try:
        return head.decode()[:most].rstrip()
    except UnicodeDecodeError as error:
        # The last character may be cut.
        text = head[: error.start].decode() if len(head) - error.start < _LONGEST else head.decode("latin-1")
        return text[:most].rstrip()


class LongText:
    """What is decoded of a line so far. `text` is its beginning, and all of it once it `is_whole`.

    The parts in between are put together at the end alone, because a text that grows is copied each time.
    """

    __slots__ = ("_at", "_data", "_end", "_parts", "is_ascii", "is_utf8", "is_whole", "text")

    def __init__(self, data: bytes) -> None:
        self._data, self._end = data, len(data) - len(end_of(data))
        self.is_ascii = len(data) <= _LOOKED_AT and data.isascii()
        """Whether that is sure: of the longest ones it is not asked."""
        self._at = 0
        self._parts: list[str] = []
        self.text = ""
        self.is_whole = False
        self.is_utf8 = True
        """As far as it was read."""
        if self._next(AT_ONCE):
            self.text = self._parts[0]

    def read(self) -> bool:
        """Decode some more; whether that was all. It may be another text after it: see `is_utf8`."""
        if not self.is_whole:
            self._next(_STEP)
        return self.is_whole

    @property
    def least_left(self) -> int:
        """How many characters follow at least."""
        left = self._end - self._at
        return left if self.is_ascii else -(-left // _LONGEST)

    @property
    def most_left(self) -> int:
        """How many characters follow at most."""
        return self._end - self._at

    def _next(self, size: int) -> bool:
        cut = min(self._at + size, self._end)
        for _ in range(_LONGEST - 1):
            if cut < self._end and self._data[cut] & 0xC0 == 0x80:  # it goes on with a character
                cut -= 1
        try:
            self._parts.append(self._data[self._at : cut].decode())
        except UnicodeDecodeError:
            self.is_utf8 = False
            self.text, cut = self._data[: self._end].decode("latin-1"), self._end
        self._at = cut
        if cut < self._end:
            return True
        if self.is_utf8:
            self.text = "".join(self._parts)
        self._parts.clear()
        self.is_whole = True
        return False
