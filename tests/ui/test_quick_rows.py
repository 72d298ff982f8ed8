"""What is painted in a quick way is what the long way paints, pixel for pixel."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QGlyphRun, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.samples import file_of, large, lines_of
from workbench.review.changes import Side
from workbench.review.lines import split_lines
from workbench.review.moved import End, Move, Moves
from workbench.review.verdicts import Selection, Verdict, Verdicts, judged, select_change
from workbench.ui.diff.contents import Contents
from workbench.ui.diff.document import Document
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.diff.shaping import Shaped, Shaper
from workbench.ui.diff.view import DiffView
from workbench.ui.fonts import code_font

_OLD = (
    "def plain(value):\n"
    "\treturn value  # a tab\n"
    "    # a carriage return\r\n"
    "    name = 'caf\u00e9 \u6f22\u5b57 \u05e9\u05dc\u05d5\u05dd e\u0301'\n"
    "    hides = 'a\u200bb\u202ec'\n"
    "    hidden = '" + "\u200b" * 900 + "'\n"
    "    wide = '"
    + "x" * 300
    + "'\n"
    + "    long = '"
    + "y" * 4000
    + "'\n"
    + "".join(f"    unchanged_{at} = {at}\n" for at in range(40))
    + "last = 1"
).encode()
_NEW = _OLD.replace(b"value):", b"other):").replace(b"unchanged_20 =", b"changed =")


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    found = DiffView()
    found.smooth = False
    found.coloured = False
    qtbot.addWidget(found)
    found.resize(900, 640)
    file = file_of("odd.py", _OLD, _NEW)
    found.show_document(Document((file,)))
    with qtbot.waitExposed(found):
        found.show()
    found.set_contents({"odd.py": split_lines(_OLD)})
    found.whole_file()
    yield found
    found.stop_helpers()


def picture(view: DiffView) -> QImage:
    """The viewport, with every cell made anew."""
    view._cells.forget()
    image = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view._painter.paint(painter, view._scene())
    painter.end()
    return image


@pytest.mark.parametrize("aside", [0, 40, 2400])
@pytest.mark.parametrize("down", [0, 130])
def test_unchanged_rows_look_the_same_whichever_way_they_are_painted(
    view: DiffView, monkeypatch: pytest.MonkeyPatch, aside: int, down: int
) -> None:
    view.verticalScrollBar().setValue(down)
    view.move_line(14)
    view.toggle_selecting()
    view.move_line(2)
    view.find("unchanged")
    QApplication.processEvents()
    view.horizontalScrollBar().setValue(aside)
    quick = picture(view)
    monkeypatch.setattr(view._painter.code, "_is_plain", lambda *_: False)
    assert picture(view) == quick


def test_most_unchanged_rows_are_one_cell_for_both_sides(view: DiffView) -> None:
    picture(view)
    numbers = [(name[1].value, name[2]) for name in view._cells._cells]
    assert ("old", 20) in numbers
    assert ("new", 20) not in numbers


def test_an_unchanged_line_has_on_each_side_the_colours_of_that_side(
    view: DiffView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands before it may make a comment of it on one side alone."""
    file = view._layout.document.files[0]
    keys = {view._cells.colour_key(file, side): [0, 3, at] for at, side in enumerate(Side)}
    assert len(keys) == 2
    monkeypatch.setattr(view._highlighter, "spans", lambda key, _: keys[key])
    quick = picture(view)
    monkeypatch.setattr(view._painter.code, "_is_plain", lambda *_: False)
    assert picture(view) == quick
    numbers = [(name[1].value, name[2]) for name in view._cells._cells]
    assert ("new", 20) in numbers


def changed_lines() -> tuple[bytes, bytes]:
    """Two texts that face each other in many ways."""
    old = [f"    value_{at} = compute(first, {at})  # said\n" for at in range(140)]
    new = [*old]
    new[70:120] = [each.replace("first", "third") for each in old[70:120]]
    new[4:9] = [each.replace("first", "second") for each in old[4:9]]
    new[14] = old[14].replace("\n", "\r\n")
    new[20] = old[20].replace("    ", "\t")
    new[26:28] = [
        "    one = 'caf\u00e9 \u6f22\u5b57'\n",
        "    hides = 'a\u200bb\u202ec'\n",
        "    or_not = 1\n",
    ]
    new[36:38] = ["    wide = '" + "x" * 300 + "'\n", "    long = '" + "y" * 4000 + "'\n"]
    new[44:44] = ["<<<<<<< ours\n", "    both = 1\n", "=======\n", "    both = 2\n", ">>>>>>> theirs\n"]
    del new[-8:-4]
    return "".join(old).encode(), "".join(new).encode()


def shows_changes(view: DiffView, seed: int) -> None:
    """Every second change judged in a way of its own, one cut by a note, and one gone elsewhere."""
    old, new = changed_lines()
    file, chance = file_of("odd.py", old, new), random.Random(seed)
    verdicts: Verdicts = {}
    for change in file.changes:
        verdict = chance.choice((Verdict.ACCEPTED, Verdict.REJECTED, None))
        if len(change.added) > 40:  # its verdict is said under the header while one scrolls through it
            verdict = (Verdict.ACCEPTED, Verdict.REJECTED)[seed % 2]
        if verdict is not None:
            verdicts = judged(verdicts, [select_change(change)], verdict)
    part = file.changes[0]
    verdicts = judged(verdicts, [Selection("odd.py", new=((part.new_start + 1, 1),))], Verdict.REJECTED)
    asked = frozenset({file.changes[1].id})
    document = Document((file,), verdicts=verdicts, asked=asked, reasons={part.id: "not so " * 30})
    view.show_document(document)
    view.set_contents({"odd.py": split_lines(old)})
    end, start = file.changes[-1], file.changes[0]
    here = End("odd.py", Side.OLD, end.old_start, len(end.removed), "odd.py")
    there = End("odd.py", Side.NEW, start.new_start, 2, "odd.py")
    move, names = Move(here, there, indented=False), [("odd.py", side) for side in Side]
    view.set_moves(Moves(dict.fromkeys(names, (move,)), {each: [move.end(each[1]).start] for each in names}))


@pytest.mark.parametrize("seed", range(4))
def test_changed_rows_look_the_same_whichever_way_they_are_painted(
    view: DiffView, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    shows_changes(view, seed)
    chance, way = random.Random(seed), view._painter.code.is_compared
    ways = (way, lambda *_: False)
    taken: list[int] = []
    quick = view._painter.code._changed

    def counted(*given: Any) -> bool:
        taken.append(1)
        return quick(*given)

    monkeypatch.setattr(view._painter.code, "_changed", counted)
    for _ in range(8):
        view.verticalScrollBar().setValue(chance.randrange(view.verticalScrollBar().maximum() + 1))
        chance.choice((view.next_change, view.move_line))(chance.choice((1, -1, 3)))
        if chance.random() < 0.3:
            view.toggle_selecting()
        QApplication.processEvents()
        view.horizontalScrollBar().setValue(chance.choice((0, 0, 40, 2400)))
        found = []
        for each in ways:
            monkeypatch.setattr(view._painter.code, "is_compared", each)
            found.append(picture(view))
        assert found[0] == found[1]
    assert taken


def bars(image: QImage, x: int, colours: tuple[QColor, ...]) -> int:
    """How many bars of some colours stand in a column, one below the other."""
    inks = {colour.rgb() for colour in colours}
    column = [image.pixelColor(x, y).rgb() in inks for y in range(image.height())]
    return sum(here and not above for above, here in zip([False, *column], column, strict=False))


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.REJECTED])
def test_the_pieces_of_one_run_are_apart_in_the_verdict_bar(
    view: DiffView, monkeypatch: pytest.MonkeyPatch, split: bool, verdict: Verdict
) -> None:
    code = "".join(f"def one_{at}():\n" + "    return 1\n" * 8 + "\n" for at in range(4))
    file = file_of("new.py", None, code.encode())
    pieces = len(file.changes)
    assert pieces > 1
    verdicts = judged({}, [select_change(each) for each in file.changes], verdict)
    view.show_document(Document((file,), verdicts=verdicts))
    view.resize(900, 1400)
    view.set_split(split)
    theme = view._painter.dress.theme
    column = view._scene().columns.bar(Side.NEW) + 1
    found = []
    for way in (view._painter.code.is_compared, lambda *_: False):
        monkeypatch.setattr(view._painter.code, "is_compared", way)
        found.append(bars(picture(view), column, (theme.open, theme.rejected)))
    assert found == [pieces, pieces]


def drawn(shaped: Shaped) -> QImage:
    image = QImage(2400, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    shaped.draw(painter, 7, 9)
    painter.end()
    return image


def one_by_one(shaper: Shaper, text: str, pieces: list[tuple[int, int, QColor]]) -> QImage:
    """Each character by itself, at the place of its column."""
    image = QImage(2400, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    columns = shaper.columns(text)
    for start, end, colour in pieces:
        painter.setPen(colour)
        for at in range(start, end):
            if text[at] != "\t":
                run = QGlyphRun()
                run.setRawFont(shaper.raw)
                run.setGlyphIndexes(shaper.raw.glyphIndexesForString(text[at]))
                run.setPositions([QPointF(columns[at] * shaper.cell, shaper.ascent)])
                painter.drawGlyphRun(QPointF(7, 9), run)
    painter.end()
    return image


@pytest.mark.parametrize("size", [11, 13, 17])
def test_glyphs_that_share_their_places_stand_where_each_would_alone(qtbot: QtBot, size: int) -> None:
    shaper = Shaper(code_font(size), tab=4)
    inks = [QColor("#a00000"), QColor("#00a000"), QColor("#0000a0")]
    own = Path(__file__).read_text(encoding="utf-8").split("\n")
    lines = [*own[:90], "\tif a:\t# b", "x" * 161, " " * 20 + "y" * 200, "", "   "]
    for number, line in enumerate(lines):
        step = 3 + number % 9
        cuts = range(0, len(line), step)
        pieces = [(at, min(at + step, len(line)), inks[at // step * number % 3]) for at in cuts]
        for each in (pieces, [(0, len(line), inks[0])]):
            assert drawn(shaper.shape(line, each)) == one_by_one(shaper, line, each), line


def test_a_row_is_kept_as_a_picture_from_its_second_drawing_on(qtbot: QtBot) -> None:
    """In a drag most headers are on the screen once: a picture of them would be for nothing."""
    kept, painted = KeptRows(), []

    def paint(painter: QPainter, box: QRect) -> None:
        painted.append(box)
        painter.fillRect(box.adjusted(0, 0, 40, 40), QColor("#336699"))

    images = []
    for _ in range(3):
        image = QImage(100, 60, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        kept.draw(painter, "row", (kept,), QRect(0, 10, 50, 20), paint)
        painter.end()
        images.append(image)
    assert painted == [QRect(0, 10, 50, 20), QRect(0, 0, 50, 20)]
    assert images[0] == images[1] == images[2]


def test_while_the_view_is_dragged_only_what_is_on_the_screen_is_asked_for(view: DiffView) -> None:
    document = large(200, 3)
    asked: list[str] = []
    view.contents_wanted.connect(asked.append)
    view.show_document(document)
    QApplication.processEvents()
    asked.clear()
    view._go_to_share(0.5)
    view.viewport().repaint()
    view._later.stop()
    view._ask()
    view._idle.stop()
    shown = [
        each.key for each in view._layout.within(view.verticalScrollBar().value(), view.viewport().height())
    ]
    assert asked == shown
    while view._foreseen is not None:
        view._look_ahead()
    assert asked == shown
    view._look_ahead()
    assert len(asked) > len(shown)


def test_of_what_flies_by_in_a_drag_only_what_stays_is_asked_for_until_it_rests(
    view: DiffView, qtbot: QtBot
) -> None:
    asked: list[str] = []
    view.contents_wanted.connect(asked.append)
    view.show_document(large(400, 3))
    QApplication.processEvents()
    for share in (0.2, 0.4, 0.6):
        view._go_to_share(share)
        view.viewport().repaint()
        asked.clear()
        view._later.stop()
        view._ask()
    assert asked == []
    assert not view.is_settled
    height = view.viewport().height()
    here = {each.key for each in view._layout.within(view.verticalScrollBar().value(), height)}
    qtbot.waitUntil(lambda: here <= set(asked), timeout=20_000)


def test_nothing_is_prepared_for_later_while_a_frame_waits(view: DiffView) -> None:
    view._idle.start(0)
    view.viewport().repaint()
    assert not view._idle.isActive()


def test_heights_are_added_from_the_first_section_that_changed_on(view: DiffView) -> None:
    document = large(60, 4)
    view.show_document(replace(document, files=document.files[:40]))
    layout = view._layout
    for at in (30, 7, 39, 0):
        layout.settle(layout.tops[at], layout.tops[at] + 10)
        view.toggle_fold(layout.sections[at].key)
        view.set_contents({layout.sections[at].key: lines_of(document.files[at], 300)})
    view.show_document(document)
    layout.settle(0, layout.height)
    below = 0
    for at, section in enumerate(layout.sections):
        assert layout.tops[at] == below
        below += section.height
    assert layout.tops[-1] == below


def test_what_was_read_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.diff.contents.KEPT_BYTES", 10)
    contents = Contents()
    for blob, line in (("a", b"1234"), ("b", b"1234"), ("a", b"12345"), ("c", b"12345")):
        contents.put(blob, (line,))
    assert list(contents._old) == ["a", "c"]
    contents.put("d", (b"x" * 50,))
    contents.put("e", (b"1",))
    assert list(contents._old) == ["e"]
