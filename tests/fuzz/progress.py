"""How far a suite is, kept in a file, so that a second call goes on where the first was ended."""

from __future__ import annotations

import json
import os
from pathlib import Path

from msgspec import Struct, field


class Failure(Struct, frozen=True):
    """A case that failed, and the minimal one in words."""

    case: int
    words: str


class Progress(Struct):
    """The state of one suite. `done` are the parts beyond `next` that are finished: first case and count."""

    seed: int
    next: int = 0
    done: dict[int, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many cases were tried."""
        return self.next + sum(self.done.values())

    def finish(self, first: int, count: int) -> None:
        """A part is done."""
        self.done[first] = count
        while self.next in self.done:
            self.next += self.done.pop(self.next)

    def parts(self, cases: int, size: int) -> list[tuple[int, int]]:
        """What is left up to `cases`: first case and count of each part."""
        starts = [start for start in range(self.next, cases, size) if start not in self.done]
        return [(start, min(size, cases - start)) for start in starts]

    def save(self, place: Path) -> None:
        """Write the state whole or not at all."""
        place.parent.mkdir(parents=True, exist_ok=True)
        text = {
            "seed": self.seed,
            "next": self.next,
            "done": {str(first): count for first, count in self.done.items()},
            "failures": [{"case": each.case, "words": each.words} for each in self.failures],
        }
        fresh = place.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(text, indent=1) + "\n", "utf-8")
        fresh.replace(place)


def load(place: Path) -> Progress | None:
    """The state in a file, None where there is none that can be read."""
    try:
        found = json.loads(place.read_text("utf-8"))
        return Progress(
            seed=int(found["seed"]),
            next=int(found["next"]),
            done={int(first): int(count) for first, count in found["done"].items()},
            failures=[Failure(int(each["case"]), str(each["words"])) for each in found["failures"]],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
