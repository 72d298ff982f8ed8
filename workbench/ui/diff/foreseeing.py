"""Where a drag of the ruler goes next, told from where it came from. Knows shares of the whole, no pixels of
the view.

A drag leads to another screen with every frame, but a hand moves evenly: two places say where the third will
be, give or take a pixel of the ruler. So what is there is made in the rest between two frames.
"""

from __future__ import annotations

from collections.abc import Sequence


class Course:
    """The last step of a drag."""

    def __init__(self) -> None:
        self._step = 0.0
        self._at = 0.0

    def went(self, before: float, share: float) -> None:
        """The drag led from one share of the whole to another."""
        self._step, self._at = share - before, share

    def next(self, pixel: float) -> Sequence[float]:
        """Where the next frame may be, likeliest first; nothing unless the drag went on since it was asked
        last. `pixel` is the least that a hand can move.
        """
        step, self._step = self._step, 0.0
        if not step:
            return ()
        shares = (self._at + each for each in (step, step + pixel, step - pixel))
        return tuple(share for share in shares if -pixel < share < 1 + pixel)
