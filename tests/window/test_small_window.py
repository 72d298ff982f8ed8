"""What gives way when there is little room: whole words, never half of one, and nothing that jumps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QTextCursor
from PySide6.QtWidgets import QLabel, QLineEdit, QStyle, QStyleOptionFrame, QWidget
from pytestqt.qtbot import QtBot

from tests.repos import Repo, new_repo
from tests.shots.rows import logo
from tests.window.conftest import CONTROL, Hands
from workbench.ui.diff.tags import Ending, _Row
from workbench.ui.file_painting import FileDelegate, _fitting
from workbench.ui.file_rows import FileRow, RowKind, Tint
from workbench.ui.hints import Hints
from workbench.ui.key_line import HEIGHT
from workbench.ui.look_sheet import LookSheet
from workbench.ui.note_editor import NoteEditor
from workbench.ui.pictures import Pictures, _Job
from workbench.ui.top_bar import FIELD


def test_the_field_in_the_middle_gives_way_before_a_word_beside_it_is_cut(
    hands: Hands, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 2\n"})
    hands.open(made)
    bar = hands.window.top
    for width in (1600, 1280, 1200):
        hands.window.resize(width, 700)
        hands.until(lambda: bar.width() == width)  # noqa: B023 - asked at once
        hands.until(lambda: bar.trust.width() >= bar.trust.sizeHint().width())
        assert bar.field.width() <= FIELD
    assert bar.field.width() < FIELD


def test_keys_under_an_editor_go_on_in_a_second_line(qtbot: QtBot) -> None:
    around = QWidget()
    qtbot.addWidget(around)
    hints = Hints(around, "Ctrl+Enter saves", "Esc keeps the draft", "Ctrl+E suggestion")
    around.show()

    def seen() -> str:
        return " ".join(label.text() for label in hints.findChildren(QLabel) if not label.isHidden())

    all_of_them = "Ctrl ↵ saves Esc keeps the draft Ctrl E suggestion"
    wide = hints.sizeHint().width()
    for width, lines in ((wide, 1), (wide - 1, 2), (wide // 2, 3)):
        hints.resize(width, hints.heightForWidth(width))
        assert hints.height() == lines * HEIGHT
        assert seen() == all_of_them
        last = hints.findChildren(QLabel)[-1].geometry()
        assert hints.rect().contains(last)
        assert (last.top() > HEIGHT) is (lines > 1)
    # One that is wider than the line is left out, and is in the tooltip.
    hints.resize(90, hints.heightForWidth(90))
    assert seen() == "Ctrl ↵ saves"
    assert "Ctrl E suggestion" in hints.toolTip()


def test_a_question_has_the_key_of_a_suggestion_too(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 2\n"})
    hands.open(made)
    for width in (1600, 1000, 700):
        hands.window.resize(width, 700)
        # It was left as a draft the time before.
        hands.type("c? Why?" if width == 1600 else "c")
        (editor,) = (each for each in hands.window.view.findChildren(NoteEditor) if each.isVisible())
        hint = editor.hint
        hands.until(lambda: hint.height() == hint.heightForWidth(hint.width()))  # noqa: B023 - asked at once
        words = {label.text() for label in hint.findChildren(QLabel) if not label.isHidden()}
        assert {"saves", "asks now", "keeps the draft", "suggestion"} <= words, width
        assert editor.rect().contains(hint.geometry())
        hands.press(Qt.Key.Key_Escape)
        hands.until(lambda: not editor.isVisible())  # noqa: B023 - asked at once


def test_a_reason_does_not_move_the_fact_that_it_stands_beside(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.bin": b"\0" * 900, "b.bin": b"\0" * 900})
    made.write({"a.bin": b"\1" * 900, "b.bin": b"\2" * 900})
    hands.open(made)
    hands.window.resize(1500, 700)
    lineless = hands.window.view._painter.lineless
    section = hands.window.view._layout.sections[0]
    scene = hands.window.view._scene()
    fact = "binary file changed · 900 bytes"
    before = lineless._room(scene, section, fact, "")
    after = lineless._room(scene, section, fact, f"✗ rejected · {'because it is wrong ' * 6}")
    assert (before[0], before[2]) == (after[0], after[2]) == (before[0], False)
    short = lineless._room(scene, section, fact, "✓ accepted")
    assert (short[0], short[2], short[3]) == (before[0], False, "✓ accepted")
    assert after[3].startswith("✗ rejected · because")
    assert after[3].endswith("…")


def test_the_picture_that_is_looked_at_is_decoded_before_those_that_were_passed(
    hands: Hands, tmp_path: Path
) -> None:
    names = [f"{letter}.png" for letter in "abcdef"]
    made = new_repo(tmp_path / "shop")
    made.commit({"z.py": "x = 1\n"})
    made.write({name: logo(f"#{number}46c7b", 40 + number) for number, name in enumerate(names)})
    hands.open(made)
    pictures = Pictures(hands.window.controller, hands.window.tasks, hands.window)
    came: list[str] = []
    pictures.decoded.connect(lambda blob, _: came.append(blob))
    # While one is decoded the others wait: what is decoded next is told when all of them are there.
    pictures._job = _Job("", b"", (0, 0))
    for name in names:
        if name == "d.png":
            hands.until(lambda: not pictures._frame.isActive())
        pictures.want(name)
    hands.until(lambda: len(pictures._waiting) == len(names))
    pictures._job = None
    pictures._next()
    hands.until(lambda: len(came) == len(names))
    by_blob = {hands.session.by_path[name].new_id: name for name in names}
    assert [by_blob[blob] for blob in came] == [*names[3:], *names[:3]]
    pictures.stop()


@pytest.mark.parametrize("width", [700, 900, 1100])
def test_the_count_of_what_is_out_of_sight_counts_what_it_covers_itself(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    text = "".join(f"{'m' * long}\n" for long in range(20, 140))
    made.write({"a.py": text})
    hands.open(made)
    hands.window.resize(width, 700)
    view = hands.window.view
    tags = view._painter.code.tags
    drawn: list[tuple[_Row, str, float]] = []
    shown = tags._words

    def noted(painter: QPainter, row: _Row, y: int, words: str, left: float, *more: Any) -> float:
        drawn.append((row, words, left))
        return shown(painter, row, y, words, left, *more)

    monkeypatch.setattr(tags, "_words", noted)
    view.viewport().repaint()
    cell = view._painter.dress.shaper.cell
    counts = [each for each in drawn if each[1].startswith("+")]
    assert counts
    for row, words, left in counts:
        hidden = (row.end - (left - 6)) / cell
        assert hidden - 0.3 <= int(words[1:].replace(",", "")) <= hidden + 2


@pytest.mark.parametrize("width", [700, 900, 1000])
def test_no_letter_of_two_cells_is_cut_by_a_count(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "".join(f"{'x' * (long % 3)}{'漢字a' * long}\n" for long in range(9, 60))})
    hands.open(made)
    hands.window.resize(width, 700)
    tags = hands.window.view._painter.code.tags
    found: list[tuple[float, Ending]] = []
    between = tags._between

    def noted(end: float, x: float, way: int, ending: Ending | None = None) -> float:
        assert ending is not None
        found.append((between(end, x, way, ending), ending))
        return found[-1][0]

    monkeypatch.setattr(tags, "_between", noted)
    hands.window.view.viewport().repaint()
    assert len(found) > 9
    for place, ending in found:
        shaped = ending.visual.shaped
        edges = (ending.x + ending.visual.x + shaped.x_of(at) for at in range(shaped.length + 1))
        assert min(abs(edge - place) for edge in edges) < 1


def test_a_count_leaves_some_code_of_each_row_in_sight(hands: Hands, tmp_path: Path) -> None:
    line = "        return the_first_of(them, {})  # and not the last\n"
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "".join(line.format(each) for each in "abcdefgh")})
    made.write({"a.py": "".join(line.format(each) for each in "stuvwxyz")})
    hands.open(made)
    hands.window.resize(800, 700)
    hands.window.view.viewport().repaint()
    tags = hands.window.view._painter.code.tags
    cell = hands.window.view._painter.dress.shaper.cell
    counted = [row for row in tags._rows.values() if row.ending is not None and row.end > row.right]
    assert counted
    for row in counted:
        assert row.ending is not None
        assert row.edits
        words, left = tags._count(row, row.right)
        assert words.endswith(" ▸")
        assert left - 6 >= row.ending.begin + min(8, (row.right - 60 - row.ending.begin) / cell) * cell


def test_the_numbers_of_the_look_are_in_sight(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.run_command("look")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, LookSheet)
    for spin in (sheet.code_size, sheet.tab):
        line = spin.lineEdit()
        room = line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, _option(line), line)
        assert room.height() >= line.fontMetrics().height() - 2
        assert room.width() >= line.fontMetrics().horizontalAdvance("88") + 4
    hands.press(Qt.Key.Key_Escape)


def _option(line: QLineEdit) -> QStyleOptionFrame:
    option = QStyleOptionFrame()
    line.initStyleOption(option)
    return option


def test_beside_a_name_in_a_narrow_list_alarms_are_counted_and_the_name_stays(hands: Hands) -> None:
    delegate = hands.window.files.list.itemDelegate()
    assert isinstance(delegate, FileDelegate)
    metrics = hands.window.files.fontMetrics()
    said = (("hidden", Tint.BACK), ("look-alike", Tint.BACK), ("conflict", Tint.BACK))
    row = FileRow(RowKind.FILE, "zed.py", "zed.py", 0, alarms=said)
    assert delegate.alarms(row, 400, metrics) == said
    assert delegate.alarms(row, 150, metrics) == (("hidden +2", Tint.BACK),)
    assert delegate.alarms(replace(row, alarms=said[:1]), 20, metrics) == said[:1]


def test_a_long_name_of_a_repository_gives_way_and_the_window_can_be_narrow(
    hands: Hands, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "a-service-with-a-name-that-somebody-thought-about-for-very-long-indeed")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 2\n"})
    hands.open(made)
    hands.window.resize(800, 640)
    hands.until(lambda: hands.window.width() == 800)
    bar = hands.window.top
    assert bar.send.geometry().right() <= bar.width() == 800


def test_what_comes_next_is_the_bright_one(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 2\n"})
    hands.open(made)
    bar = hands.window.top

    def kinds() -> tuple[str, str]:
        hands.window.panels.show_now()
        return bar.land.property("kind"), bar.send.property("kind")

    assert kinds() == ("quiet", "primary")
    hands.type("a")
    assert kinds() == ("primary", "quiet")
    hands.type("u")
    assert kinds() == ("quiet", "primary")


def test_of_a_long_ending_less_is_shown_before_the_name_is_cut(hands: Hands) -> None:
    metrics = hands.window.files.fontMetrics()
    wide = metrics.horizontalAdvance

    def shown(name: str, room: int) -> str:
        return _fitting(FileRow(RowKind.FILE, name, name, 0), metrics, room)

    names = [f"{each}_messages.properties" for each in ("german", "georgian")]
    room = wide("georgian_messages.prop…")
    for name in names:
        assert shown(name, wide(name)) == name
        assert shown(name, room).startswith(name.partition(".")[0])
        assert "…" in shown(name, room)
        assert wide(shown(name, room)) <= room
        narrow = shown(name, wide("georg…ages…ties"))
        assert "…" in narrow
        assert narrow.startswith(name[:3])
    # A short ending says what the file is: it stays.
    assert shown("a_name_that_is_long.py", wide("a_nam…ong.py")).endswith(".py")


def test_words_beside_code_in_a_narrow_pane_stay_in_it_and_leave_the_count(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 1\nif is_\u0430dmin and not is_anybody_else_in_this_house_at_night: pass\n"})
    hands.open(made)
    view, tags = hands.window.view, hands.window.view._painter.code.tags
    drawn: list[tuple[str, float, float]] = []
    words = tags._words

    def keep(painter: QPainter, row: _Row, y: int, said: str, left: float, *rest: Any) -> float:
        drawn.append((said, left, row.left))
        return words(painter, row, y, said, left, *rest)

    monkeypatch.setattr(tags, "_words", keep)
    hands.until(lambda: hands.window.controller.has_remarks)
    for size, width in ((13, 1600), (28, 1200), (28, 1000)):
        hands.window.resize(width, 700)
        hands.window.preferences.change(code_size=size)
        hands.until(lambda: view.dress.size == size)  # noqa: B023 - asked at once
        drawn.clear()
        view.viewport().grab()
        assert drawn, size
        assert all(left >= begins for _, left, begins in drawn), (size, width, drawn)
        if size == 28:
            assert any(said.startswith("+") for said, _, _ in drawn), drawn


def test_a_field_is_as_high_as_all_lines_of_its_text(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    lines = [f"value_{n} = {n}" for n in range(5)]
    made.write({"a.py": "\n".join([*lines, "return " + " and ".join(lines * 2)]) + "\n"})
    hands.open(made)
    hands.type("c! No.")
    hands.press(Qt.Key.Key_E, CONTROL)
    (editor,) = (each for each in hands.window.view.findChildren(NoteEditor) if each.isVisible())
    field = editor.suggestion

    def first_line() -> float:
        return field.cursorRect(QTextCursor(field.document())).top()

    def is_whole() -> bool:
        """All lines are in sight, as many as the long one takes."""
        last = QTextCursor(field.document())
        last.movePosition(QTextCursor.MoveOperation.End)
        return first_line() >= 0 and field.cursorRect(last).bottom() <= field.viewport().height()

    hands.until(is_whole)
    hands.press(Qt.Key.Key_End, CONTROL)
    for _ in range(3):
        hands.type("wider and wider ")
        hands.until(is_whole)
