"""Text that Qt draws outside of code and fields: in its own order, its look-alikes marked, and bounded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QTextLayout
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.elided import Elided
from workbench.ui.entry_list import EntryList, EntryRow
from workbench.ui.fonts import interface_font
from workbench.ui.note_editor import LinesEditor, NoteEditor
from workbench.ui.sheet import Plain, as_tooltip, plain
from workbench.ui.shown_text import APART, LONGEST, draw, elided, in_order, ordered, spelled
from workbench.ui.theme import load_theme

MIXED = "a\u05d0\u05d1\u05d2-12.b\u0627\u0628\u062a \u0661-\u0662.py"
"""Hebrew, Arabic, digits of both kinds and signs between them."""
PAYPAL = "p\u0430yp\u0430l"
RUSSIAN = "Обновить сервер оплаты.txt"
GREEK = "σημειώσεις.md"


def places(text: str) -> list[float]:
    """Where each character stands that has a width, from the left."""
    layout = QTextLayout(text, interface_font(20))
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(1e6)
    layout.endLayout()
    return [line.cursorToX(at)[0] for at, each in enumerate(text) if each != APART]  # type: ignore[index]


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize(
    "text", [MIXED, MIXED[1:], MIXED[::-1], "\u05d0\u05b0\u05d1\u05b8.py", "\u05d0abc\u05d1"]
)
def test_letters_from_the_right_stand_in_the_order_of_the_text(text: str) -> None:
    assert places(text) != sorted(places(text))
    assert places(in_order(text)) == sorted(places(in_order(text)))
    assert in_order(text).replace(APART, "") == text


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize(
    "mode", [Qt.TextElideMode.ElideLeft, Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight]
)
def test_what_was_cut_is_in_order_too_and_holds_nothing_that_was_not_there(mode: Qt.TextElideMode) -> None:
    metrics = QFontMetrics(interface_font(20))
    for room in range(30, metrics.horizontalAdvance(MIXED), 7):
        shown = elided(metrics, MIXED, mode, room)
        assert set(shown) <= {*MIXED, "…"}
        assert places(in_order(shown)) == sorted(places(in_order(shown)))


@pytest.mark.usefixtures("qtbot")
def test_a_name_of_a_megabyte_is_cut_without_being_laid_out_and_keeps_its_end() -> None:
    metrics = QFontMetrics(interface_font(13))
    shown = elided(metrics, "x" * 1_000_000 + "-end.py", Qt.TextElideMode.ElideMiddle, 200)
    assert shown.startswith("xx")
    assert shown.endswith("-end.py")
    assert metrics.horizontalAdvance(shown) <= 200


def test_a_look_alike_is_spelled_out_where_no_frame_can_be_drawn_and_honest_names_are_not() -> None:
    assert spelled(f"{PAYPAL}.py") == f"{PAYPAL}⟦≈paypal⟧.py"
    assert spelled(RUSSIAN) == RUSSIAN
    assert spelled(GREEK) == GREEK
    assert as_tooltip(f"{PAYPAL} <b>") == f"<qt><u>{PAYPAL}</u>⟦≈paypal⟧ &lt;b&gt;</qt>"
    assert as_tooltip(f"“{PAYPAL}” looks like “paypal”").count("paypal") == 1
    assert as_tooltip(RUSSIAN) == f"<qt>{RUSSIAN}</qt>"


def test_spans_are_found_again_between_the_marks() -> None:
    text = f"\u05d0\u05d1 {PAYPAL} \u05d2"
    shown, ((start, end),) = ordered(text, [(3, 9)])
    assert shown[start:end] == PAYPAL


def ink(draws: str) -> bool:
    """Whether anything in the colour of danger is drawn with a text."""
    picture = QImage(300, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    with QPainter(picture) as painter:
        painter.setFont(interface_font(13))
        painter.setPen(QColor("#000000"))
        draw(painter, QRect(4, 4, 290, 30), Qt.AlignmentFlag.AlignVCenter, draws)
    return _has_danger(picture)


def _has_danger(picture: QImage) -> bool:
    wanted = QColor("#ff0000").rgb()
    return any(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


@pytest.fixture
def danger(qapp: object) -> Iterator[None]:
    from PySide6.QtGui import QGuiApplication, QPalette  # noqa: PLC0415 - what a test changes and puts back

    before = QGuiApplication.palette()
    palette = QPalette(before)
    palette.setColor(QPalette.ColorRole.BrightText, QColor("#ff0000"))
    QGuiApplication.setPalette(palette)
    yield
    QGuiApplication.setPalette(before)


@pytest.mark.usefixtures("danger")
def test_a_look_alike_is_framed_where_we_paint_and_russian_and_greek_are_not() -> None:
    assert ink(f"import {PAYPAL}")
    assert not ink("import paypal")
    assert not ink(RUSSIAN)
    assert not ink(GREEK)


@pytest.mark.usefixtures("danger")
def test_labels_frame_it_too_broken_into_lines_or_cut(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    wrapped = plain(f"some words before it that fill a line {PAYPAL}", parent)
    cut = Elided(parent)
    cut.set_whole(f"{PAYPAL} and more than there is room for in it")
    for label in (wrapped, cut):
        label.resize(120, 90)
        assert _has_danger(label.grab().toImage())
    wrapped.setText("some words")
    assert not _has_danger(wrapped.grab().toImage())


def test_a_label_says_its_text_without_the_marks_and_qt_has_them(qtbot: QtBot) -> None:
    label = Plain(None)  # type: ignore[arg-type]
    qtbot.addWidget(label)
    label.setText(MIXED)
    assert label.text() == label.accessibleName() == MIXED
    assert QLabel.text(label) == in_order(MIXED)
    label.setText("plain")
    assert (label.text(), label.accessibleName()) == ("plain", "")


def test_a_label_and_a_tip_show_some_of_a_megabyte_and_say_how_much_more_there_is(qtbot: QtBot) -> None:
    label = Plain(None)  # type: ignore[arg-type]
    qtbot.addWidget(label)
    label.setText("\u202e" + "x" * 1_000_000)
    assert label.text().startswith("⟦U+202E⟧xx")
    assert label.text().endswith(f"… {1_000_001 - LONGEST:,} more characters")
    assert len(as_tooltip("y" * 1_000_000)) < LONGEST + 100


def test_rows_and_lines_that_are_cut_hold_only_some_of_a_megabyte(qtbot: QtBot) -> None:
    line = Elided(None, mode=Qt.TextElideMode.ElideMiddle)  # type: ignore[arg-type]
    qtbot.addWidget(line)
    line.set_whole("x" * 1_000_000 + "-end.py")
    assert len(line.text()) < LONGEST
    assert line.text().endswith("-end.py")
    rows = EntryList(load_theme("dark"), 90)
    qtbot.addWidget(rows)
    rows.show_entries([EntryRow("N1", "must", "a.py:3", "word " * 200_000, QColor("#ff0000"))])
    (row,) = rows._entries
    assert len(row.words) < 700
    assert row.words.endswith("… 999,400 more characters")
    assert len(rows.accessibleName()) < 700


def test_the_title_of_a_note_keeps_the_end_of_the_name_it_is_on(qtbot: QtBot) -> None:
    name = "src/" + "long_" * 30 + "name.pdf.desktop"
    for editor in (NoteEditor("k", f"on the file {name}", None), LinesEditor("k", name, "x")):
        qtbot.addWidget(editor)
        editor.resize(300, 120)
        editor.show()
        (title,) = (each for each in editor.findChildren(Elided) if name in each.text())
        assert 100 < title.width() < 300
        assert name in title.toolTip()
        shown = elided(title.fontMetrics(), title.text(), title._mode, title.width())
        assert shown.endswith(".desktop")
