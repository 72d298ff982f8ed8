"""More files come at the end while a large review is read: what is on the screen is not painted again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.samples import large
from workbench.review.verdicts import Verdict, judged, select_change
from workbench.ui.diff.document import Document
from workbench.ui.diff.view import DiffView


@pytest.fixture
def painted(view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> list[QPaintEvent]:
    """Grows with every frame of the view."""
    frames: list[QPaintEvent] = []
    whole = DiffView.paintEvent

    def paint(self: DiffView, event: QPaintEvent) -> None:
        frames.append(event)
        whole(self, event)

    monkeypatch.setattr(DiffView, "paintEvent", paint)
    with qtbot.waitExposed(view):
        view.show()
    return frames


def settle(view: DiffView) -> None:
    for timer in (view._later, view._idle):
        timer.stop()
    QApplication.processEvents()
    for timer in (view._later, view._idle):
        timer.stop()


def is_as_painted_anew(view: DiffView) -> bool:
    before = view.viewport().grab().toImage()
    view._cells.forget()
    view.viewport().repaint()
    return bool(view.viewport().grab().toImage() == before)


def test_files_that_come_below_the_screen_paint_nothing_again(
    view: DiffView, painted: list[QPaintEvent]
) -> None:
    files = large(60, 5).files
    view.show_document(Document(files[:20], loading=True))
    settle(view)
    painted.clear()
    view.show_document(Document(files[:40], loading=True))
    view.show_document(Document(files))
    settle(view)
    assert painted == []
    assert view.go_to_file(files[-1].path)
    settle(view)
    assert painted
    assert view.current_file() == files[-1].path


def test_files_that_come_onto_the_screen_are_painted(view: DiffView, painted: list[QPaintEvent]) -> None:
    files = large(12, 1).files
    view.resize(900, 1600)
    view.show_document(Document(files[:2], loading=True))
    settle(view)
    painted.clear()
    view.show_document(Document(files))
    settle(view)
    assert painted
    assert is_as_painted_anew(view)


def test_a_verdict_that_comes_along_with_more_files_is_painted(
    view: DiffView, painted: list[QPaintEvent]
) -> None:
    files = large(60, 5).files
    document = Document(files[:20], loading=True)
    view.show_document(document)
    settle(view)
    painted.clear()
    verdicts = judged({}, [select_change(files[0].changes[0])], Verdict.ACCEPTED)
    view.show_document(replace(document, files=files, verdicts=verdicts))
    settle(view)
    assert painted
    assert is_as_painted_anew(view)


def test_numbers_that_need_more_room_are_painted(view: DiffView, painted: list[QPaintEvent]) -> None:
    files = large(30, 5).files
    long = large(1, 3_000).files[0]
    view.show_document(Document(files, loading=True))
    settle(view)
    painted.clear()
    before = view._columns()
    view.show_document(Document((*files, replace(long, path="zzz.py"))))
    settle(view)
    assert view._columns() != before
    assert painted
