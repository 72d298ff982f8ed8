"""An agent that edits fifty times a second while we land: no edit is lost, none is in a wrong place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.agent import WAYS
from tests.faults.beside_agent import landings


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the agent writes as programs on Linux and macOS do")
@pytest.mark.parametrize("how", WAYS)
def test_no_edit_of_an_agent_is_lost_while_we_land(tmp_path: Path, how: str) -> None:
    outcome = landings(tmp_path, how, 8)
    assert outcome.faults == ()
    assert outcome.edits > 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the agent writes as programs on Linux and macOS do")
@pytest.mark.parametrize("how", ["overwrite", "mixed"])
def test_no_edit_of_an_agent_is_lost_on_a_busy_machine(tmp_path: Path, how: str) -> None:
    assert landings(tmp_path, how, 6, busy=3).faults == ()
