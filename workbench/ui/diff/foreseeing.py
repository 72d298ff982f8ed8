"""Where a drag of the ruler goes next, told from where it came from. Knows shares of the whole, no pixels of
the view.

A drag leads to another screen with every frame, but a hand moves evenly: two places say where the third will
be, give or take a pixel of the ruler. So what is there is made in the rest between two frames.
"""

from __future__ import annotations

from collections.abc import Sequence

_LOOKED_AT = 3
"""Steps that say how long the next one is."""


class Course:
    """The last steps of a drag."""

    def __init__(self) -> None:
        self._steps: list[float] = []
        self._at = 0.0
        self._is_new = False

    def went(self, before: float, share: float) -> None:
        """The drag led from one share of the whole to another."""
        step = share - before
        if self._steps and step * self._steps[-1] <= 0:
            self._steps.clear()  # it turned round, or stood
        self._steps = [*self._steps, step][-_LOOKED_AT:]
        self._at, self._is_new = share, step != 0

    def next(self, pixel: float) -> Sequence[float]:
        """Where the next frame may be, likeliest first; nothing unless the drag went on since it was asked
        last. `pixel` is the least that a hand can move.
        """
        is_new, self._is_new = self._is_new, False
        if not is_new:
            return ()
        # In whole pixels an even way has a longer step now and then: the one in the middle is the rule.
        step = sorted(self._steps)[len(self._steps) // 2]
        shares = (self._at + each for each in (step, step + pixel, step - pixel))
        return tuple(share for share in shares if -pixel < share < 1 + pixel)
