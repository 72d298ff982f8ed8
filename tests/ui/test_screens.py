"""What is kept by pixels is drawn anew where a window comes to a screen of another scale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def screen(name: str, x: int, dots: int) -> dict[str, object]:
    """A screen of Qt's offscreen platform; 96 dots to an inch are a scale of 1."""
    return {
        "name": name, "x": x, "y": 0, "width": 1920, "height": 1080,
        "logicalDpi": dots, "logicalBaseDpi": 96, "dpr": 1,
    }  # fmt: skip


def test_a_view_that_comes_to_a_screen_of_another_scale_looks_as_if_it_had_been_there(tmp_path: Path) -> None:
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"screens": [screen("one", 0, 96), screen("two", 1920, 192)]}))
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.ui.two_screens"],
        cwd=ROOT, env=environment, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    found = json.loads(run.stdout.splitlines()[-1])
    assert found == {
        "0": {"scale": 2.0, "marks": True, "same": True},
        "1": {"scale": 1.0, "marks": True, "same": True},
    }
