"""The window on a repository that carries every vector at once: used as a person would, it runs nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.hostile import changed, contents, edit, everything_at_once, listening
from tests.window.conftest import CONTROL, SHIFT, Hands
from tests.window.test_rounds import idle, open_sending, round_number
from workbench.ui.landing_sheet import LandingSheet
from workbench.ui.palette import Palette
from workbench.workflow.candidates import Asked

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the traps are shell scripts")


def use_everything(hands: Hands) -> None:
    """Look around, judge, write, undo, and look at what would be sent and landed."""
    hands.type("j]}[{zZZtwddd")
    hands.press(Qt.Key.Key_Space)
    hands.type("/two")
    hands.press(Qt.Key.Key_Return)
    hands.type("nN")
    hands.press(Qt.Key.Key_Escape)
    hands.type("gkept")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    hands.until(palette.shown)
    hands.press(Qt.Key.Key_Return)
    idle(hands)
    hands.type("axo")
    hands.type("c!not like this")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type("um;,y")
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    open_sending(hands)
    hands.press(Qt.Key.Key_Escape)
    hands.type("L")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LandingSheet)
    hands.until(lambda: sheet.plan is not None)
    hands.press(Qt.Key.Key_Escape)
    idle(hands)


def test_the_window_runs_nothing_and_writes_nothing(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as ear:
        repo, trap = everything_at_once(tmp_path, ear.port)
        for name, value in trap.env.items():
            monkeypatch.setenv(name, value)
        edit(repo)
        before = contents(repo.root)

        hands.open(repo, Asked(range_text="first..second"))
        use_everything(hands)
        hands.open(repo)
        use_everything(hands)
        assert changed(before, contents(repo.root)) == []

        repo.write({"kept.py": "kept\nmore\n"})
        before = contents(repo.root)
        hands.type("R")
        hands.until(lambda: round_number(hands) == 2)
        idle(hands)
        use_everything(hands)

        assert not trap.was_run(), trap.said()
        assert changed(before, contents(repo.root)) == []
        assert ear.heard == 0
