"""The demo: a small real repository with AI-made changes in its work tree, ten of them good and one wrong."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from workbench.assets import asset
from workbench.git.creating import create_repository

EXECUTABLE = "scripts/bench.sh"
"""The file that the round makes executable. Said here, because an installer may drop the bit."""


def demo_task() -> str:
    """What was asked for in the demo."""
    return asset("demo", "task.md").read_text(encoding="utf-8")


def make_demo(folder: Path | None = None) -> Path:
    """Make the demo's repository (in a new temporary folder unless one is named) and give its path."""
    target = folder or Path(tempfile.mkdtemp(prefix="workbench-demo-")) / "cache-rewrite"
    before = _files(asset("demo", "before"))
    after = _files(asset("demo", "after"))
    create_repository(
        target, {path: ("100644", data) for path, data in before.items()}, "A small cache", int(time.time())
    )
    for path, data in after.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    for path in set(before) - set(after):
        (target / path).unlink()
    (target / EXECUTABLE).chmod(0o755)
    return target


def _files(top: Path) -> dict[str, bytes]:
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
