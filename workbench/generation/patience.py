"""How often a call is made again, and after what pauses. Pure but for chance."""

from __future__ import annotations

import random

from msgspec import Struct

from workbench.generation.events import Failed
from workbench.generation.failures import RETRIED, Trouble


class Patience(Struct, frozen=True):
    """How often a call is made, and the pauses between: `first` seconds, doubled each time, with jitter.

    A pause that the provider names is kept; one longer than `longest` is not waited for.
    """

    tries: int = 4
    first: float = 1.0
    longest: float = 60.0

    def pause(self, tries: int, failed: Failed, wait: float | None) -> float | None:
        """Seconds until the next try after `tries` of them, None when it is time to give up."""
        allowed = 2 if failed.text or failed.trouble is Trouble.NO_NETWORK else self.tries
        if failed.trouble not in RETRIED or tries >= min(allowed, self.tries):
            return None
        if wait is not None:
            return wait if wait <= self.longest else None
        return float(min(self.longest, self.first * 2 ** (tries - 1)) * random.uniform(0.5, 1.0))
