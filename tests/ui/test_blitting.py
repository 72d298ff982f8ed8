"""What is moved instead of painted again is what a fresh paint would show, pixel for pixel."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.samples import OLD_STORE, large, ledger_sample, lines_of, many, sample
from workbench.review.verdicts import Verdict, judged
from workbench.ui.diff.document import Document
from workbench.ui.diff.view import DiffView
from workbench.ui.theme import load_theme


def on_the_screen(view: DiffView) -> QImage:
    """The pixels of the viewport as they were left by the frames that were painted."""
    store = view.backingStore()
    device = store.paintDevice()
    assert isinstance(device, QImage)
    port = view.viewport()
    corner = port.mapTo(view, QPoint(0, 0))
    return device.copy(corner.x(), corner.y(), port.width(), port.height())


def fresh(view: DiffView) -> QImage:
    """The same, all painted anew."""
    view.viewport().repaint()
    return on_the_screen(view)


def let_paint() -> None:
    """All frames that are asked for, and nothing that waits for later."""
    for _ in range(3):
        QApplication.processEvents()


def painting(view: DiffView, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows of pixels each paint from here on is of."""
    painted: list[int] = []
    paint = view._painter.paint

    def count(painter: QPainter, scene: object) -> None:
        painted.append(sum(low - high for high, low in scene.bands))  # type: ignore[attr-defined]
        paint(painter, scene)  # type: ignore[arg-type]

    monkeypatch.setattr(view._painter, "paint", count)
    return painted


def wheel(view: DiffView, angle: int) -> None:
    port = view.viewport()
    at = QPointF(port.width() / 2, port.height() / 2)
    QApplication.sendEvent(
        port,
        QWheelEvent(
            at,
            QPointF(port.mapToGlobal(at.toPoint())),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )


class Reader:
    """A person who does anything at all, the same each time for one seed."""

    def __init__(self, view: DiffView, document: Document, seed: int) -> None:
        self.view, self.document, self.chance = view, document, random.Random(seed)
        self.editors: list[str] = []

    def act(self) -> str:
        acts = [
            self.scroll, self.scroll, self.scroll, self.scroll, self.move, self.move, self.move, self.judge,
            self.judge, self.fold, self.context, self.editor, self.size, self.look, self.select,
            self.sideways, self.grow, self.click,
        ]  # fmt: skip
        act = self.chance.choice(acts)
        act()
        return act.__name__

    def scroll(self) -> None:
        for _ in range(self.chance.randrange(1, 4)):
            wheel(self.view, self.chance.choice((-120, -120, -120, 120, 40, -360, -15)))
            if self.chance.random() < 0.5:
                QApplication.processEvents()

    def move(self) -> None:
        view, n = self.view, self.chance.choice((1, 1, 1, -1, 3, -5))
        self.chance.choice(
            (view.move_line, view.move_line, view.next_change, view.next_file, view.page, view.next_note)
        )(n)
        if self.chance.random() < 0.1:
            view.go_to_end(n)

    def judge(self) -> None:
        chosen = self.view.selections()
        if chosen:
            verdict = self.chance.choice((Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN))
            verdicts = judged(self.document.verdicts, chosen, verdict)
            self.show(verdicts=verdicts)
        if self.chance.random() < 0.6:
            self.view.next_open()

    def show(self, **values: object) -> None:
        self.document = replace(self.document, **values)
        self.view.show_document(self.document)

    def fold(self) -> None:
        self.view.toggle_fold(self.chance.choice(self.document.files).path)

    def context(self) -> None:
        self.chance.choice((self.view.more_context, self.view.whole_file))()

    def editor(self) -> None:
        if self.editors and self.chance.random() < 0.7:
            self.view.close_editor(self.editors.pop())
            return
        key = f"editor {self.chance.random()}"
        change = self.view.stop().change
        self.view.open_editor(key, QPlainTextEdit(), change or self.view.current_file())
        self.editors.append(key)

    def size(self) -> None:
        chance = self.chance.random()
        if chance < 0.3:
            self.view.resize(self.chance.randrange(500, 1100), self.chance.randrange(300, 800))
        elif chance < 0.6:
            self.view.resize(self.view.width(), self.chance.randrange(300, 800))
        else:
            self.view.set_code_font("", self.chance.choice((11, 13, 17)))

    def look(self) -> None:
        view = self.view
        self.chance.choice(
            (
                lambda: view.set_split(not view.is_split),
                lambda: view.set_wrap(not view.wraps),
                lambda: view.set_ignore_whitespace(not view.ignores_whitespace),
                lambda: view.set_theme(load_theme(self.chance.choice(("dark", "light")))),
            )
        )()

    def select(self) -> None:
        self.view.toggle_selecting()

    def sideways(self) -> None:
        self.view.scroll_code(self.chance.choice((1, -1)))

    def grow(self) -> None:
        """More files arrive at the end."""
        number = len(self.document.files)
        if number < 40:
            self.show(files=(*self.document.files, many(f"more{number}.py", 4, 500 + number)))

    def click(self) -> None:
        port = self.view.viewport()
        at = QPoint(self.chance.randrange(port.width()), self.chance.randrange(port.height()))
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def difference(one: QImage, other: QImage) -> str:
    """Where two pictures differ, in words. A curve may be a shade of 2 in 255 off: where it stands counts in
    how it is rounded, and no eye sees that.
    """
    assert one.size() == other.size()
    rows = [y for y in range(one.height()) if _differs(one, other, y)]
    return f"rows {rows[0]} to {rows[-1]} ({len(rows)})" if rows else ""


def _differs(one: QImage, other: QImage, y: int) -> bool:
    was, now = bytes(one.constScanLine(y)), bytes(other.constScanLine(y))  # type: ignore[call-overload]
    return was != now and any(abs(a - b) > 2 for a, b in zip(was, now, strict=True))


DOCUMENTS: dict[str, Callable[[], Document]] = {
    "sample": sample,
    "ledger": ledger_sample,
    "large": lambda: large(20, 8),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_the_screen_is_as_if_it_were_painted_anew(
    view: DiffView, qtbot: QtBot, name: str, seed: int
) -> None:
    document = DOCUMENTS[name]()
    old = {file.path: lines_of(file, 300) for file in document.files} if name == "large" else {}
    old["cache/store.py"] = OLD_STORE
    asked: list[str] = []
    view.contents_wanted.connect(asked.append)
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    reader = Reader(view, document, seed)
    done: list[str] = []
    for _ in range(60):
        done.append(reader.act())
        if asked and reader.chance.random() < 0.7:
            path = asked.pop()
            if path in old:
                view.set_contents({path: old[path]})
        let_paint()
        left = on_the_screen(view)
        assert difference(left, fresh(view)) == "", done[-8:]


def test_a_notch_of_the_wheel_paints_the_strip_that_came_in_and_no_more(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_document(large(20, 8))
    with qtbot.waitExposed(view):
        view.show()
    view.verticalScrollBar().setValue(400)
    let_paint()
    painted = painting(view, monkeypatch)
    wheel(view, -120)
    let_paint()
    assert painted
    assert sum(painted) < view.viewport().height() // 2


def test_a_view_that_becomes_lower_paints_nothing_and_higher_what_came_in(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the window says a sentence below it, which every undo does."""
    holder = QWidget()
    qtbot.addWidget(holder)
    column, below = QVBoxLayout(holder), QLabel("A sentence.")
    column.setSpacing(0)
    column.addWidget(view, 1)
    column.addWidget(below)
    below.hide()
    holder.resize(900, 640)
    view.show_document(large(20, 8))
    with qtbot.waitExposed(holder):
        holder.show()
    view.verticalScrollBar().setValue(400)
    let_paint()
    painted, whole = painting(view, monkeypatch), view.viewport().height()
    below.show()
    let_paint()
    lower, painted_then = view.viewport().height(), sum(painted)
    below.hide()
    let_paint()
    view.setParent(None)  # the holder goes first

    assert lower < whole
    assert painted_then == 0
    assert sum(painted) == whole - lower


def test_a_cursor_that_moves_paints_two_rows(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.show_document(large(20, 8))
    with qtbot.waitExposed(view):
        view.show()
    view.move_line(2)
    let_paint()
    painted = painting(view, monkeypatch)
    view.move_line(1)
    let_paint()
    assert painted
    assert sum(painted) < view.viewport().height() // 3


@pytest.mark.parametrize("moved", [False, True])
def test_the_place_of_last_time_is_gone_to_when_its_file_has_arrived(
    view: DiffView, qtbot: QtBot, moved: bool
) -> None:
    """Unless the reader went elsewhere meanwhile."""
    document = large(12, 4)
    change = document.files[9].changes[2]
    place = {"path": change.path, "sort": "RUN", "change": change.id, "line": change.new_start}
    view.restore(place)
    for count in (2, 5, 12):
        view.show_document(replace(document, files=document.files[:count], loading=count < 12))
        with qtbot.waitExposed(view):
            view.show()
        if moved and count == 5:
            view.next_file(1)
        let_paint()
    assert (view.current_file() == change.path) is not moved
