"""The marks at the right edge, as verdicts come and go: always what they would be if all were drawn anew."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.samples import large
from workbench.review.verdicts import Verdict, Verdicts, judged, select_change
from workbench.ui.diff import ruler as ruler_module
from workbench.ui.diff.document import Document
from workbench.ui.diff.ruler import Ruler
from workbench.ui.diff.ruler_marks import Marks
from workbench.ui.diff.sections import Section
from workbench.ui.diff.tops import Tops
from workbench.ui.diff.view import DiffView


def marks(ruler: Ruler) -> QImage:
    assert ruler._marks is not None
    return ruler._marks.picture.toImage()


def drawn(ruler: Ruler, qtbot: QtBot) -> QImage:
    """The marks once none waits to be drawn."""
    qtbot.waitUntil(lambda: not (ruler._later.isActive() or ruler._between.isActive()), timeout=60_000)
    return marks(ruler)


def drawn_at_once(ruler: Ruler) -> QImage:
    ruler.redraw()
    ruler.repaint()
    return marks(ruler)


@pytest.mark.parametrize(("files", "changes"), [(3, 5), (3, 900), (400, 1)])
def test_a_verdict_that_is_taken_back_leaves_nothing_behind(
    view: DiffView, qtbot: QtBot, files: int, changes: int
) -> None:
    document = large(files, changes)
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    QApplication.processEvents()
    ruler = view._ruler
    of_one = document.files[1].changes
    # What is drawn of a file with more changes than pixels is every so many of them: judge a stretch of it.
    selections = [select_change(each) for each in of_one[: max(1, len(of_one) // 3)]]
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ACCEPTED):
        verdicts: Verdicts = judged({}, selections, verdict)
        view.show_document(Document(document.files, verdicts))
        patched = drawn(ruler, qtbot)
        assert drawn_at_once(ruler) == patched
        view.show_document(Document(document.files, {}))
        open_ = drawn(ruler, qtbot)
        assert open_ != patched
        assert drawn_at_once(ruler) == open_


def any_verdicts(chance: random.Random, document: Document, share: float) -> Verdicts:
    """Verdicts on about so many of the changes."""
    found = document.verdicts
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN):
        chosen = [change for file in document.files for change in file.changes if chance.random() < share]
        found = judged(found, [select_change(each) for each in chosen], verdict)
    return found


@pytest.mark.parametrize(
    ("files", "changes", "ratio"), [(3, 200, 1), (150, 2, 1), (900, 1, 1), (150, 2, 1.5)]
)
def test_any_verdicts_look_as_if_all_was_drawn_anew(
    view: DiffView, qtbot: QtBot, files: int, changes: int, ratio: float
) -> None:
    document = large(files, changes)
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    layout, dress, chance = view._layout, view._ruler._dress, random.Random(files)
    assert dress is not None

    def made() -> Marks:
        return Marks(layout, dress, QSize(14, 300), ratio, layout.height)

    marks = made()
    assert marks.draw()
    seen = [marks.picture.toImage()]
    for share in (0.002, 0.02, 0.2, 0.01, 0.5):
        document = Document(document.files, any_verdicts(chance, document, share))
        layout.document = document
        marks.look()
        while not marks.draw(0.0):
            pass
        anew = made()
        anew.draw()
        seen.append(marks.picture.toImage())
        assert seen[-1] == anew.picture.toImage()
    assert len({bytes(each.constBits()) for each in seen}) > 3


def test_the_first_of_many_files_is_drawn_without_a_look_for_the_others(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_document(large(2000, 1))
    with qtbot.waitExposed(view):
        view.show()
    layout, dress = view._layout, view._ruler._dress
    assert dress is not None
    looks: list[int] = []
    at = Tops.at

    def note(self: Tops, y: int) -> int:
        looks.append(y)
        return at(self, y)

    monkeypatch.setattr(Tops, "at", note)
    marks = Marks(layout, dress, QSize(14, 300), 1, layout.height)
    assert not marks.draw(0.0)
    assert len(looks) < 10
    while not marks.draw(0.0):
        pass
    assert len(looks) == 300
    assert len(marks._drawn) > 250


def test_many_files_that_are_judged_together_are_drawn_by_and_by(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = large(2000, 1)
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    ruler = view._ruler
    before = drawn_at_once(ruler)
    turns: list[int] = []
    usual, of_file, paths = ruler._draw_on, Marks._file, list[str]()

    def note(self: Marks, painter: QPainter, at: int, section: Section) -> None:
        paths.append(section.key)
        of_file(self, painter, at, section)

    monkeypatch.setattr(Marks, "_file", note)
    monkeypatch.setattr(ruler_module, "_SLICE", 0.0)

    def draw_on() -> None:
        count = len(paths)
        usual()
        turns.append(len(paths) - count)

    ruler._between.timeout.disconnect()
    ruler._between.timeout.connect(draw_on)
    selections = [select_change(file.changes[0]) for file in document.files]
    view.show_document(Document(document.files, judged({}, selections, Verdict.ACCEPTED)))
    after = drawn(ruler, qtbot)
    assert max(turns) == 1, "no turn draws more than its slice"
    assert len(turns) <= 2 * ruler.height(), "files that share a pixel are not all drawn"
    assert after != before
    assert drawn_at_once(ruler) == after
