"""What a drag shows next is made in the rest before it, and nothing of it is seen until then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.counting import makes
from tests.ui.samples import file_of, large, lines_of
from workbench.review.verdicts import Verdict, judged, select_change
from workbench.ui.diff.document import Document
from workbench.ui.diff.foreseeing import Course
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.diff.ruler import Ruler
from workbench.ui.diff.view import DiffView


def show(view: DiffView, qtbot: QtBot, document: Document) -> None:
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    QApplication.processEvents()


def rest(view: DiffView, qtbot: QtBot) -> None:
    """As long as something is made ahead of a drag."""
    view._later.stop()
    view._ask()
    qtbot.waitUntil(lambda: view._foreseen is None, timeout=20_000)


def test_an_even_drag_finds_everything_made(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    made = makes(view, monkeypatch)
    counts = []
    for step in range(1, 7):
        made.clear()
        view._go_to_share(step * 0.13)
        view.viewport().repaint()
        counts.append(len(made) + view._cells.sketches)
        rest(view, qtbot)
    # The first place is told from where the view was; every further one was made in the rest before.
    assert counts[0] > 0
    assert counts[1:] == [0] * 5


def test_all_places_that_a_drag_may_reach_are_laid_out_before_one_is_made(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    view._go_to_share(0.3)
    view._go_to_share(0.42)
    view.viewport().repaint()
    view._later.stop()
    made = makes(view, monkeypatch)
    view._course.went(0.42, 0.54)
    view._ask()
    shares = [0.66, 0.66 + 1 / view.viewport().height(), 0.66 - 1 / view.viewport().height()]
    is_laid = [False]
    assert view._foreseen is not None
    while not made and next(view._foreseen, 0) is None:
        tops = map(view._top_of_share, shares)
        is_laid.append(all(view._layout.is_settled(top, top + view.viewport().height()) for top in tops))
    assert made
    assert is_laid[-2]


def test_a_frame_of_a_drag_does_not_look_for_what_is_said_beside_rows(view: DiffView, qtbot: QtBot) -> None:
    old = "".join(f"value = {at}  # {'x' * 300}\n" for at in range(600))
    new = "".join(f"{'  ' * (at % 9 == 0)}{line}\n" for at, line in enumerate(old.split("\n")[:-1]))
    file = file_of("wide.py", old.encode(), new.encode())
    show(view, qtbot, Document((file,)))
    beside = view._painter.code.beside
    qtbot.waitUntil(lambda: not view._idle.isActive(), timeout=20_000)
    beside._said.clear()
    view._go_to_share(0.6)
    view.viewport().repaint()
    assert not beside._said
    assert view._cells.sketches > 0
    rest(view, qtbot)
    qtbot.waitUntil(lambda: not view._is_sketched, timeout=20_000)
    assert any(said.whitespace for _, said in beside._said.values())
    whole = view.viewport().grab().toImage()
    view._cells.forget()
    assert view.viewport().grab().toImage() == whole


def test_where_numbers_may_stand_is_known_before_any_row_stands_there(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    view._later.stop()
    view._ask()
    view._foreseen = None
    while next(view._ahead, 0) is None:
        pass
    numbers = view._painter.code._numbers
    made: list[int] = []
    make = numbers._places_at

    def count(right: int, y: int, digits: int) -> list[QPointF]:
        made.append(y)
        return make(right, y, digits)

    monkeypatch.setattr(numbers, "_places_at", count)
    for share in (0.2, 0.35, 0.5, 0.8):
        view._go_to_share(share)
        view.viewport().repaint()
    assert made == []
    quick = view.viewport().grab().toImage()
    numbers._places.clear()
    assert view.viewport().grab().toImage() == quick
    assert made
    # A window of another width has them elsewhere.
    del made[:]
    view.resize(view.width() + 40, view.height())
    view.viewport().repaint()
    assert made


def test_what_is_made_ahead_of_a_drag_moves_nothing_on_the_screen(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, large(60, 20))
    for share in (0.2, 0.3, 0.4, 0.35, 0.8):
        view._go_to_share(share)
        view.viewport().repaint()
        for _ in view._complete():
            pass
        before = view.viewport().grab().toImage()
        rest(view, qtbot)
        assert view.viewport().grab().toImage() == before


def test_rows_of_a_drag_that_are_not_made_are_sketched_and_then_made(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    made = makes(view, monkeypatch)
    view._go_to_share(0.6)
    view.viewport().repaint()
    # Every line is there at once, and none was looked through for its words and colours.
    assert made == []
    assert view._cells.sketches > 0
    assert not view.is_settled
    sketched = view.viewport().grab().toImage()
    rest(view, qtbot)
    qtbot.waitUntil(lambda: not view._is_sketched, timeout=20_000)
    assert made
    whole = view.viewport().grab().toImage()
    assert view._cells.sketches == 0
    assert whole != sketched
    view._cells.forget()
    assert view.viewport().grab().toImage() == whole


def test_rows_sketched_on_the_way_are_made_where_it_ends(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, large(60, 20))
    view._cells.forget()
    view.smooth = True
    view._scroll_to(900)
    view._motion.setCurrentTime(view._motion.duration() - 1)  # so near its end that it stands there already
    view.viewport().repaint()
    view._later.stop()
    view._ask()
    view._foreseen = None
    view._look_ahead()
    assert view._is_sketched
    view._motion.stop()
    qtbot.waitUntil(lambda: not view._is_sketched, timeout=5_000)
    whole = view.viewport().grab().toImage()
    view._cells.forget()
    assert view.viewport().grab().toImage() == whole


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_drag_that_moves_nothing_leaves_the_next_frame_whole(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    show(view, qtbot, large(60, 20))
    for _ in range(2):  # there, and then there again
        view._go_to_share(share)
        view.viewport().repaint()
        rest(view, qtbot)
        qtbot.waitUntil(lambda: not view._is_sketched, timeout=20_000)
    view._go_to_share(share)
    view._cells.forget()
    made = makes(view, monkeypatch)
    view.go_to_end(-1 if share else 1)
    view.viewport().repaint()
    assert made
    assert view._cells.sketches == 0


def test_what_a_gap_stands_in_is_looked_for_in_the_rest(view: DiffView, qtbot: QtBot) -> None:
    document = large(20, 20)
    show(view, qtbot, document)
    view.set_contents({file.path: lines_of(file, 430) for file in document.files})
    rest(view, qtbot)
    scopes = view._painter.lineless._scopes
    scopes.clear()
    view._go_to_share(0.6)
    view.viewport().repaint()
    assert not scopes
    assert view._is_sketched
    rest(view, qtbot)
    qtbot.waitUntil(lambda: not view._is_sketched, timeout=20_000)
    assert scopes


def test_a_line_in_which_something_hides_is_never_sketched(view: DiffView) -> None:
    cells = view._cells
    cells.is_hasty = True
    assert cells._sketch(None, b"\tplain = 1\n", None) is not None
    for hiding in (b"a\x00b\n", b"a\r\n", b"a", "a\u200bb\n".encode(), "\u0430b\n".encode(), b"caf\xe9\n"):
        assert cells._sketch(None, hiding, None) is None
    for facing in (b"a\r\n", b"a"):  # it has another end than the line beside it, and that is said
        assert cells._sketch(None, b"plain\n", facing) is None


def test_a_key_makes_what_it_leads_to_at_once(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    made = makes(view, monkeypatch)
    view.go_to_end(1)
    view.viewport().repaint()
    assert made
    assert view._cells.sketches == 0


def test_a_course_says_where_it_goes_once() -> None:
    course = Course()
    assert course.next(0.01) == ()
    course.went(0.2, 0.3)
    assert course.next(0.01) == pytest.approx((0.4, 0.41, 0.39))
    assert course.next(0.01) == ()
    course.went(0.3, 0.3)
    assert course.next(0.01) == ()
    course.went(0.5, 0.99)
    assert course.next(0.01) == ()


def test_one_longer_step_is_not_taken_for_the_rule() -> None:
    course = Course()
    for before, after in ((0.1, 0.2), (0.2, 0.3), (0.3, 0.41)):
        course.went(before, after)
    assert course.next(0.01)[0] == pytest.approx(0.51)
    course.went(0.41, 0.36)  # turned round: what was before says nothing
    assert course.next(0.01)[0] == pytest.approx(0.31)


def painted(kept: KeptRows, made_from: tuple[object, ...], seen: list[QRect]) -> QImage:
    def paint(painter: QPainter, box: QRect) -> None:
        seen.append(box)
        painter.fillRect(box.adjusted(3, 3, -30, -3), QColor("#336699"))

    image = QImage(100, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    kept.draw(painter, "row", made_from, QRect(0, 10, 50, 20), paint)
    painter.end()
    return image


def test_a_row_that_was_made_ahead_is_not_painted_again() -> None:
    kept, seen = KeptRows(), list[QRect]()
    usual = painted(KeptRows(), (kept,), [])

    def paint(painter: QPainter, box: QRect) -> None:
        painter.fillRect(box, QColor("white"))
        painter.fillRect(box.adjusted(3, 3, -30, -3), QColor("#336699"))

    kept.warm("row", (kept,), QRect(0, 0, 50, 20), paint)
    assert painted(kept, (kept,), seen) == usual
    assert not seen
    assert painted(kept, (object(),), seen) == usual
    assert seen == [QRect(0, 10, 50, 20)]


def marks(ruler: Ruler) -> QImage:
    assert ruler._marks is not None
    return ruler._marks.picture.toImage()


def drawn(ruler: Ruler, qtbot: QtBot) -> None:
    """As long as marks wait to be drawn."""
    qtbot.waitUntil(lambda: not (ruler._between.isActive() or ruler._later.isActive()), timeout=20_000)
    ruler.repaint()


def drawn_at_once(ruler: Ruler) -> QImage:
    """The marks as they are when all are drawn in one go."""
    ruler.redraw()
    ruler.repaint()
    return marks(ruler)


def test_marks_that_move_are_drawn_by_and_by_and_end_as_drawn_at_once(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = large(300, 4)
    show(view, qtbot, document)
    ruler = view._ruler
    before = marks(ruler)
    monkeypatch.setattr("workbench.ui.diff.ruler._SLICE", 0.0)
    view.toggle_fold(document.files[3].path)
    selections = [select_change(each) for each in document.files[9].changes]
    view._layout.document = document = Document(document.files, judged({}, selections, Verdict.ACCEPTED))
    ruler._look()
    assert ruler._made is not None
    ruler.repaint()
    assert marks(ruler) == before
    drawn(ruler, qtbot)
    by_and_by = marks(ruler)
    assert by_and_by != before
    assert drawn_at_once(ruler) == by_and_by


def test_a_verdict_that_comes_while_marks_are_drawn_is_among_them(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = large(30, 4)
    show(view, qtbot, document)
    ruler = view._ruler
    monkeypatch.setattr("workbench.ui.diff.ruler._SLICE", 0.0)
    view.toggle_fold(document.files[3].path)
    ruler._look()
    ruler._draw_on()
    ruler._draw_on()
    assert ruler._made is not None
    selections = [select_change(file.changes[0]) for file in document.files]
    view.show_document(Document(document.files, judged({}, selections, Verdict.ACCEPTED)))
    ruler.refresh()
    ruler._later.stop()
    for _ in range(2 * len(document.files)):
        ruler._draw_on()
    ruler._look()
    drawn(ruler, qtbot)
    found = marks(ruler)
    assert drawn_at_once(ruler) == found


def test_where_a_motion_ends_is_made_while_it_goes_there(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(view, qtbot, large(60, 20))
    view.smooth = True
    view._scroll_to(900)
    assert view.verticalScrollBar().value() < 900
    view._later.stop()
    view._ask()
    while view._foreseen is not None:
        view._look_ahead()
    view._motion.stop()
    made = makes(view, monkeypatch)
    view.verticalScrollBar().setValue(900)
    view.viewport().repaint()
    assert made == []
