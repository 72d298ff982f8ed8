"""One row of the table of benchmarks, and the surroundings that everything measured has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of the table."""

    what: str
    figure: float
    bound: float
    unit: str
    detail: str

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound

    @property
    def state(self) -> str:
        return "holds" if self.holds else "MISSED"


def environment(home: Path) -> dict[str, str]:
    """The same for the program and its yardstick: offscreen, and a home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "DISPLAY") if name in os.environ}
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    return {
        **kept,
        "HOME": str(home),
        "WORKBENCH_DATA": str(home / "data"),
        "WORKBENCH_CONFIG": str(home / "config"),
        "QT_QPA_PLATFORM": platform,
    }
