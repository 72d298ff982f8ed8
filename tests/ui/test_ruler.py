"""The marks at the right edge, as verdicts come and go: always what they would be if all were drawn anew."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.samples import large
from workbench.review.verdicts import Verdict, Verdicts, judged, select_change
from workbench.ui.diff.document import Document
from workbench.ui.diff.ruler import Ruler
from workbench.ui.diff.view import DiffView


def marks(ruler: Ruler) -> QImage:
    assert ruler._marks is not None
    return ruler._marks.picture.toImage()


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
    open_ = drawn_at_once(ruler)
    of_one = document.files[1].changes
    # What is drawn of a file with more changes than pixels is every so many of them: judge a stretch of it.
    selections = [select_change(each) for each in of_one[: max(1, len(of_one) // 3)]]
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ACCEPTED):
        verdicts: Verdicts = judged({}, selections, verdict)
        view.show_document(Document(document.files, verdicts))
        ruler._look()
        patched = marks(ruler)
        assert patched != open_
        assert drawn_at_once(ruler) == patched
    view.show_document(Document(document.files, {}))
    ruler._look()
    assert marks(ruler) == open_
