"""An answer while it is written: put together when it is shown, and not at each piece that comes."""

from __future__ import annotations


class Writing:
    """What a model has written so far in the thread of a note."""

    def __init__(self, model: str) -> None:
        self.model = model
        self._pieces: list[str] = []

    def add(self, piece: str) -> None:
        """A further piece came. There may be one for each word."""
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        """All of it."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]
