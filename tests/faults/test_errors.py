"""A full disk, no permission, a broken disk: one sentence, all or nothing, and it works once that is gone."""

from __future__ import annotations

import random

import pytest

from tests.faults.cases import Scenes
from tests.faults.shim import ERRORS

EACH = 10


@pytest.mark.slow
@pytest.mark.parametrize("how", [*ERRORS, "short"])
def test_an_error_anywhere_is_a_sentence_and_loses_nothing(scenes: Scenes, how: str) -> None:
    chosen = random.Random(how)
    cases = [scenes.draw(chosen, [how]) for _ in range(EACH)]
    failures = [failure for case in cases if (failure := scenes.failure(case))]
    assert failures == []
