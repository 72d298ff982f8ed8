"""What a key may lead to is made in the rests before it, so that the frame that shows it only draws."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.counting import makes
from tests.ui.samples import file_of, large
from workbench.review.changes import Change, Kind
from workbench.ui.diff.beside import Beside
from workbench.ui.diff.document import Document
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
    made = makes(view, monkeypatch)
    assert view.go_to_change(judged)
    view.viewport().repaint()
    assert made == []
    assert view.stop().change == judged


def test_what_is_said_of_a_change_too_long_for_a_frame_is_found_between_frames(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = b"".join(b"value %d\n" % at for at in range(60))
    new = b"<<<<<<< ours\n" + old.replace(b"value", b"other") + b"=======\n>>>>>>> theirs\n"
    file = file_of("a.txt", old, new)

    def picture() -> QImage:
        view.viewport().repaint()
        return view.viewport().grab().toImage()

    view.show_document(Document((file,)))
    with qtbot.waitExposed(view):
        view.show()
    at_once = picture()
    monkeypatch.setattr("workbench.ui.diff.beside.AT_ONCE", 50)
    beside = view._painter.code.beside
    beside._said.clear()
    without = picture()
    assert without != at_once
    rest(view)
    QApplication.processEvents()
    assert picture() == at_once


@pytest.mark.parametrize("at_once", [2_000, 2])
def test_our_own_marks_in_a_prompt_are_no_conflict(
    view: DiffView, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("workbench.ui.diff.beside.AT_ONCE", at_once)
    new = b"Answer so:\n<<<<<<< EDIT a.py\n======= SEARCH\n>>>>>>> END\n>>>>>>> ANSWER COMPLETE 1f\n"
    file, beside = file_of("the prompt", b"Answer so:\n", new), view._painter.code.beside
    for document in (Document((file,), is_prompt=True), Document((file_of("a", b"", new),))):
        view.show_document(document)
        (change,) = document.files[0].changes
        beside.speaks(change)
        rest(view)
        assert beside.speaks(change) is not document.is_prompt


def test_a_long_change_is_gone_on_with_where_looking_through_it_was_left(
    view: DiffView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.review.asides.PORTION", 10)
    lines = (b"a line\n",) * 3_000
    change = Change("c", Kind.TEXT, "a", "a", 1, 1, (), (*lines, b">>>>>>> theirs\n"))
    beside = Beside(view._layout)
    assert not beside.speaks(change)
    steps = 0
    for _ in range(1_000):
        try:
            next(beside.find())  # dropped after each step, as with each frame that is painted
        except StopIteration:
            break
        steps += 1
    assert steps == 602
    assert beside.speaks(change)
