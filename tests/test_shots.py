"""The pictures: each scene has a number of its own, so that two never overwrite or shadow each other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCENES = (*sorted((ROOT / "tests" / "shots").glob("*.py")), ROOT / "workbench" / "ui" / "demo_tour.py")


def test_no_two_scenes_have_one_number() -> None:
    names: dict[str, set[str]] = {}
    for file in SCENES:
        for number, name in re.findall(r'"(\d\d)-([a-z0-9-]+)', file.read_text("utf-8")):
            # One scene may be taken in several themes, whose name comes last.
            names.setdefault(number, set()).add(name.rstrip("-"))
    assert len(names) > 50
    assert {number: found for number, found in names.items() if len(found) > 1} == {}
