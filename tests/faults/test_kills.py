"""kill -9 at any moment: no acknowledged action lost, every file old or new, the next start says what it did.

The cases are drawn by a fixed seed; `packaging/dev.py fuzz kills` draws more.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.cases import Case, Scenes, large
from tests.faults.server import Server

KILLS = ("kill", "torn")
SEED = 20_260_101


@pytest.mark.parametrize("part", range(24))
@pytest.mark.slow
def test_a_kill_anywhere_loses_nothing(scenes: Scenes, part: int) -> None:
    chosen = random.Random(SEED + part)
    cases = [scenes.draw(chosen, KILLS) for _ in range(8)]
    failures = [failure for case in cases if (failure := scenes.failure(case))]
    assert failures == []


@pytest.mark.slow
@pytest.mark.parametrize(("count", "kills"), [(300, 7), (3_000, 1)])
def test_a_kill_while_many_files_are_landed_loses_nothing(
    server: Server, tmp_path: Path, count: int, kills: int
) -> None:
    with large(server, tmp_path / "large", count) as scenes:
        chosen = random.Random(SEED + count)
        cases = [scenes.draw(chosen, KILLS) for _ in range(kills)]
        failures = [failure for case in cases if (failure := scenes.failure(case))]
    assert failures == []


def test_a_broken_promise_is_seen(scenes: Scenes) -> None:
    """What looks for torn files sees one: the check itself is checked."""
    number = next(at for at, scene in enumerate(scenes.scenes) if scene.step.name == "accept")
    scene = scenes.scenes[number]
    path = scene.template / "work" / "d0" / "f0"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:10])
        assert "neither old nor new" in (scenes.failure(Case(number, "kill", 5)) or "")
    finally:
        path.write_bytes(whole)
