"""Anything at all, at any time: no exception, no warning of Qt, and what is shown is what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QApplication

from tests.benchmarks.storm import Storm, make_review
from tests.repos import Repo
from tests.window.conftest import Hands
from tests.window.test_streaming import Gate, begin, finish, gate, large
from workbench.review.verdicts import verdict_of
from workbench.ui.diff.cursor import spot_of
from workbench.workflow.opening import open_saved

__all__ = ["gate", "large"]


@pytest.mark.parametrize("seed", range(4))
def test_no_act_at_any_time_does_harm(hands: Hands, tmp_path: Path, seed: int) -> None:
    """`python -m tests.benchmarks.storm` does the same at length."""
    repo = make_review(tmp_path / "review")
    QAccessible.setActive(seed % 2 == 1)
    try:
        hands.open(repo)
        storm = Storm(hands.window, repo, seed)
        storm.run(120)
    finally:
        QAccessible.setActive(False)
    assert storm.wrong == []
    hands.window.sheets.close()
    hands.until(lambda: not hands.window.tasks.is_busy)
    shown, notes = hands.verdicts(), list(hands.session.review.notes)
    again = open_saved(hands.session.review.id)
    kept = [verdict_of(change, again.review.current).value for file in again.files for change in file.changes]
    assert (kept, list(again.review.notes)) == (shown, notes)
    again.close()


OF_THE_LOOK = (
    *("split", "wrap", "whitespace", "flat_files", "files_panel", "side_panel", "bigger", "theme_light"),
    *("fold", "more_context", "whole_file", "smaller", "theme_dark", "line_down", "next_change", "last"),
)


def test_how_it_looks_is_changed_and_what_is_there_is_judged_while_files_come(
    hands: Hands, large: Repo, gate: Gate
) -> None:
    begin(hands, large)
    view = hands.window.view
    view.smooth = False
    for number, command in enumerate(OF_THE_LOOK):
        hands.window.run_command(command)
        if number == len(OF_THE_LOOK) // 2:
            view.go_to_file("file02.py")
            hands.type("ax")
            hands.type("/two")
            hands.press(Qt.Key.Key_Return)
            gate.open.set()
        QApplication.processEvents()
    finish(hands, gate)
    hands.until(lambda: view.search_standing.done)
    assert (view.search_standing.count, len(hands.verdicts())) == (40, 40)
    assert [verdict for verdict in hands.verdicts() if verdict != "open"] == ["accepted", "rejected"]
    for command in (*OF_THE_LOOK, "split", "wrap"):
        hands.window.run_command(command)
    for section in view._layout.sections:
        if section.folded:
            view.toggle_fold(section.key)
    # Every change is still reached, and undo takes back what was judged while they came.
    view.go_to_end(-1)
    reached = {view.stop().change}
    for _ in range(45):
        view.next_change(1)
        reached.add(view.stop().change)
    assert len(reached - {None}) == 40
    hands.type("uu")
    assert set(hands.verdicts()) == {"open"}


@pytest.mark.parametrize(("key", "sign"), [(Qt.Key.Key_J, "j"), (Qt.Key.Key_N, "n")])
def test_a_key_that_is_held_says_where_it_ended_and_not_each_step(
    hands: Hands, tmp_path: Path, key: Qt.Key, sign: str
) -> None:
    repo = make_review(tmp_path / "review")
    QAccessible.setActive(True)
    try:
        hands.open(repo)
        hands.until(lambda: hands.window.following.has_loaded)
        view = hands.window.view
        hands.type("/value")
        hands.until(lambda: view.search_standing.done)
        hands.press(Qt.Key.Key_Return)
        hands.until(lambda: not view._motion.state().value)
        said: list[str] = []
        view.spoken.connect(said.append)
        for _ in range(120):
            event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, sign, True)
            QApplication.sendEvent(view, event)
        hands.until(lambda: said and f"line {view.stop().line}," in said[-1])
        assert view._cursor is not None
        spot = spot_of(view._layout, view._cursor)
        assert spot is not None
        top, scroll = view._layout.top_of(spot), view._target()
        assert scroll <= top < scroll + view.viewport().height(), "the cursor is on the screen"
        assert len(said) < 30, "not a word for each step"
    finally:
        QAccessible.setActive(False)
