"""Where a drag of the ruler goes next, told from where it came from. Knows shares of the whole, no pixels of
the view.

A drag leads to another screen with every frame, but a hand moves evenly: two places say where the third will
be, give or take a pixel of the ruler. So what is there is made in the rest between two frames.
"""

from __future__ import annotations

from collections.abc import Sequence


class Course:
    """The way of one drag."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._step = 0.0
        self._is_new = False

    def went(self, share: float) -> None:
        """The drag led to that share of the whole."""
        self._step = share - self._last if self._last is not None else 0.0
        self._last, self._is_new = share, True

    def next(self, pixel: float) -> Sequence[float]:
        """Where the next frame may be, likeliest first; nothing unless the drag went on since it was asked
        last. `pixel` is the least that a hand can move.
        """
        is_new, self._is_new = self._is_new, False
        if self._last is None or not is_new or not self._step:
            return ()
        last = self._last
        steps = (self._step, self._step + pixel, self._step - pixel)
        shares = (last + step for step in steps)
        return tuple(share for share in shares if -pixel < share < 1 + pixel)
