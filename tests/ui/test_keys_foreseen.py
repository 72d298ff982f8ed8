"""What a key may lead to is made in the rests before it, so that the frame that shows it only draws."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.samples import large
from workbench.ui.diff.view import DiffView


def rest(view: DiffView) -> None:
    """Nobody presses a key until nothing is left to be made."""
    view._later.stop()
    view._ask()
    view._foreseen = None
    for _ in range(2_000):
        view._idle.stop()
        view._look_ahead()
        if not view._idle.isActive():
            return
    raise AssertionError("there is no end to it")


def test_what_undo_jumps_back_to_is_made_before_it_is_pressed(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = large(60, 20)
    judged = document.files[7].changes[11].id
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    QApplication.processEvents()
    view.way_back = lambda: judged
    view.go_to_end(1)
    view.viewport().repaint()
    rest(view)
    made: list[int] = []
    make = view._cells._make

    def count(*given: Any, **how: Any) -> Any:
        made.append(1)
        return make(*given, **how)

    monkeypatch.setattr(view._cells, "_make", count)
    assert view.go_to_change(judged)
    view.viewport().repaint()
    assert made == []
    assert view.stop().change == judged
