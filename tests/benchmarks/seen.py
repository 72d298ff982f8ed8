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
    promise: str = ""
    """The name of the promise that it is a figure of (`promises.py`); "" for what is measured besides."""
    part: str = ""
    """What of the promise it is a figure of, in a word or two."""
    group: str = ""
    """Parts of one group are told together."""
    beside: str = ""
    """What is told with a figure that stands alone."""

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound

    @property
    def short(self) -> str:
        """The figure as short as it is told beside others."""
        return (
            f"{self.figure:.2f}"
            if self.unit.startswith("x ")
            else f"{self.figure:.{int(self.figure < 100)}f}"
        )

    @property
    def said(self) -> str:
        return f"{self.short} {self.unit}"

    @property
    def state(self) -> str:
        return "holds" if self.holds else "missed"


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
