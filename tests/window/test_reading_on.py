"""Refreshing while somebody reads and an agent edits: place, folding, selection and drafts stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.review.changes import Side

BASE = numbered(400)


def edited(*more: tuple[str, str]) -> str:
    text = BASE
    for number in (50, 150, 250, 350):
        text = text.replace(f"line {number}\n", f"changed {number}\nand {number}\n")
    for old, new in more:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def reading(hands: Hands, tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "reading")
    made.commit({"a.py": BASE, "b.py": BASE, "z.py": "z\n"})
    made.write({"a.py": edited(), "b.py": edited(), "z.py": "zz\n"})
    hands.open(made)
    hands.window.view.smooth = False
    hands.until(lambda: hands.window.view.is_settled)
    return made


def refresh(hands: Hands) -> None:
    before = hands.session.review.index
    hands.type("R")
    hands.until(lambda: hands.session.review.index > before)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.window.view.viewport().repaint()


def row_y(hands: Hands, path: str, side: Side, line: int) -> int:
    view = hands.window.view
    spot = view._layout.spot_of_line(path, side, line)
    assert spot is not None
    return view._layout.top_of(spot) - view.verticalScrollBar().value()


def test_lines_that_come_above_in_the_same_file_move_nothing(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 253)
    view.viewport().repaint()
    before, y = view.stop(), row_y(hands, "a.py", Side.NEW, 253)
    reading.write({"a.py": edited(("line 10\n", "line 10\n" + "new\n" * 7))})
    refresh(hands)
    after = view.stop()
    assert (after.path, after.change, after.side, after.line) == ("a.py", before.change, Side.NEW, 260)
    assert abs(row_y(hands, "a.py", Side.NEW, 260) - y) <= 1


def test_the_top_row_stays_where_the_cursor_is_out_of_sight(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_end(-1)
    spot = view._layout.spot_of_line("b.py", Side.NEW, 150)
    assert spot is not None
    view.verticalScrollBar().setValue(view._layout.top_of(spot) - 300)
    view.viewport().repaint()
    y = row_y(hands, "b.py", Side.NEW, 151)
    reading.write(
        {"a.py": edited(("line 200\n", "two\nhundred\n")), "b.py": edited(("line 9\n", "9\n9\n9\n"))}
    )
    refresh(hands)
    assert abs(row_y(hands, "b.py", Side.NEW, 153) - y) <= 1


def test_what_was_folded_and_opened_stays_so(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.toggle_fold("a.py")
    view.go_to_line("b.py", Side.NEW, 100)
    hands.until(lambda: view.stop().line == 100)
    hands.type("z")
    opened = view.state()["opened"]["b.py"]
    reading.write({"b.py": edited(("line 300\n", "three hundred\n")), "a.py": edited(("line 300\n", "x\n"))})
    refresh(hands)
    assert view.state()["folded"] == ["a.py"]
    assert view.state()["opened"]["b.py"] == opened
    assert (view.stop().path, view.stop().line) == ("b.py", 100)


def test_a_selection_stays_on_its_lines(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    hands.press(Qt.Key.Key_Down, SHIFT)
    text = "changed 250\nand 250\n"
    hands.press(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == text
    reading.write({"a.py": edited(("line 10\n", "line 10\nnew\nnew\n"))})
    refresh(hands)
    assert view.has_selection()
    hands.press(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == text
    assert [each.new for each in view.selections()] == [((254, 2),)]


def test_a_selection_whose_lines_were_changed_is_none_any_more(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    hands.press(Qt.Key.Key_Down, SHIFT)
    hands.press(Qt.Key.Key_Down, SHIFT)
    reading.write({"a.py": edited(("and 250\n", "and 250\nsomething else\n"))})
    refresh(hands)
    assert not view.has_selection()
    assert view.stop().path == "a.py"
    assert abs((view.stop().line or 0) - 252) <= 4


def test_a_draft_stays_under_its_line_and_is_saved_there(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    hands.type("c")
    hands.type("? half a th")
    reading.write({"a.py": edited(("line 10\n", "line 10\nnew\nnew\n"))})
    hands.window.run_command("refresh")
    hands.until(lambda: hands.session.review.index == 1)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.type("ought")
    hands.press(Qt.Key.Key_Return, CONTROL)
    note = hands.session.review.notes["N1"]
    assert note.text == "half a thought"
    ((_, place),) = hands.session.notes_in_round()
    assert place is not None
    assert (place.path, place.side, place.start) == ("a.py", Side.NEW, 254)


def half_written(make_hands: Callable[[], Hands], made: Repo, *, edit: bool) -> None:
    """A window that is closed while something is written on some lines of a.py."""
    first = make_hands()
    first.open(made)
    view = first.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    if edit:
        first.press(Qt.Key.Key_Return)
        first.press(Qt.Key.Key_A, CONTROL)
        first.type("mine")
    else:
        view.go_to_line("a.py", Side.NEW, 260)
        first.type("c")
        first.type("! about")
    first.window.close()


@pytest.mark.parametrize("edit", [False, True], ids=["note", "edit"])
def test_after_a_restart_a_draft_is_with_its_lines_which_have_other_numbers(
    make_hands: Callable[[], Hands], reading: Repo, hands: Hands, *, edit: bool
) -> None:
    hands.window.close()
    half_written(make_hands, reading, edit=edit)
    text = edited(("line 10\n", "line 10\nnew\nnew\n"))
    reading.write({"a.py": text})
    second = make_hands()
    second.open(reading)
    second.window.run_command("refresh")
    second.until(lambda: second.session.review.index == 1)
    second.until(lambda: not second.window.tasks.is_busy)
    second.window.close()

    third = make_hands()
    third.open(reading)
    third.until(lambda: third.window.following.has_loaded)
    [key] = third.session.drafts()
    third.window.editing().open_draft(key)
    third.press(Qt.Key.Key_Return, CONTROL)
    third.until(lambda: not third.window.tasks.is_busy)
    if edit:
        now = b"".join(third.session.new_lines("a.py")).decode()
        assert now == edited(("line 10\n", "line 10\nnew\nnew\n"), ("changed 250\nand 250\n", "mine\n"))
    else:
        [note] = third.session.review.notes.values()
        assert (note.text, note.place.start, note.place.quote) == ("about", 262, (b"line 257\n",))
    assert third.session.drafts() == {}


@pytest.mark.parametrize("edit", [False, True], ids=["note", "edit"])
def test_after_a_restart_a_draft_whose_lines_are_gone_is_never_saved_on_others(
    make_hands: Callable[[], Hands], reading: Repo, hands: Hands, *, edit: bool
) -> None:
    hands.window.close()
    half_written(make_hands, reading, edit=edit)
    text = edited(("changed 250\n", "quite\nother\nlines\n"), ("and 250\n", ""), ("line 257\n", "other\n"))
    reading.write({"a.py": text})
    second = make_hands()
    second.open(reading)
    second.window.run_command("refresh")
    second.until(lambda: second.session.review.index == 1)
    second.until(lambda: not second.window.tasks.is_busy)
    [key] = second.session.drafts()
    second.window.editing().open_draft(key)
    editor = second.window.editing()._open[key]
    assert "gone" in " ".join(each.text() for each in editor.findChildren(QLabel))
    second.press(Qt.Key.Key_Return, CONTROL)
    second.until(lambda: not second.window.tasks.is_busy)
    if edit:
        assert "were changed meanwhile" in second.notice()
        assert b"".join(second.session.new_lines("a.py")).decode() == text
        assert "mine" in second.session.drafts()[key]
    else:
        [note] = second.session.review.notes.values()
        assert (note.text, note.place.path, note.place.count) == ("about", "a.py", 0)


def test_a_new_note_on_the_numbers_that_a_kept_draft_had_is_not_that_draft(
    hands: Hands, reading: Repo
) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 260)
    hands.type("c")
    hands.type("about 257")
    hands.press(Qt.Key.Key_Escape)
    reading.write({"a.py": edited(("line 10\n", "line 10\nnew\nnew\n"))})
    refresh(hands)
    view.go_to_line("a.py", Side.NEW, 260)
    hands.type("c")
    hands.type("another")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert [note.text for note in hands.session.review.notes.values()] == ["another"]
    view.go_to_line("a.py", Side.NEW, 262)
    hands.type("c")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.session.review.notes["N2"].text == "about 257"
    assert hands.session.review.notes["N2"].place.start == 262


def test_after_a_verdict_the_next_open_change_comes_without_a_jump(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    view = hands.window.view
    before = view.verticalScrollBar().value()
    hands.type("a")
    assert view.stop().change == hands.session.by_path["code.py"].changes[1].id
    assert view.verticalScrollBar().value() == before  # it was on the screen already


def test_the_short_scroll_can_be_switched_off_by_the_menu_and_is_remembered(
    hands: Hands, reading: Repo
) -> None:
    view, action = hands.window.view, hands.window.menus.actions["smooth"]
    view.smooth = True
    view.go_to_end(-1)
    for _ in range(4):
        hands.type("]")
    assert view._motion.state().value
    hands.until(lambda: not view._motion.state().value)
    assert action.isChecked()
    action.trigger()
    assert not action.isChecked()
    assert not hands.window.preferences.settings.smooth_scroll
    before = view.verticalScrollBar().value()
    for _ in range(2):
        hands.type("[")
        hands.type("[")
    assert view.verticalScrollBar().value() != before
    assert not view._motion.state().value


def test_a_short_scroll_never_shows_its_end_before_it_begins(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.smooth = True
    view.go_to_end(-1)
    seen: list[int] = []
    view.verticalScrollBar().valueChanged.connect(seen.append)
    # The second one: the animation stands at the end of the first when it is told where to go.
    for _ in range(2):
        before = len(seen)
        while not view._motion.state().value:
            hands.type("]")
        hands.until(lambda: not view._motion.state().value)
        assert len(seen) > before
    assert seen == sorted(seen)


def test_an_edit_in_place_goes_to_its_lines_or_is_refused(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    hands.press(Qt.Key.Key_Return)
    reading.write({"a.py": edited(("line 10\n", "line 10\nnew\nnew\n"))})
    hands.window.run_command("refresh")
    hands.until(lambda: hands.session.review.index == 1)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert b"".join(hands.session.new_lines("a.py")).decode() == edited(
        ("line 10\n", "line 10\nnew\nnew\n"), ("changed 250\nand 250\n", "mine\n")
    )
    view.go_to_line("b.py", Side.NEW, 152)
    hands.press(Qt.Key.Key_Return)
    reading.write({"b.py": edited(("changed 150\n", "otherwise\n"))})
    hands.window.run_command("refresh")
    hands.until(lambda: hands.session.review.index == 3)
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("yours")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert "were changed meanwhile" in hands.notice()
    assert b"yours" not in b"".join(hands.session.new_lines("b.py"))


def test_what_is_typed_while_an_edit_is_saved_stays_in_its_editor(hands: Hands, reading: Repo) -> None:
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 252)
    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("mine")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type(" and more")
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert "without what you typed since" in hands.notice()
    assert b"".join(hands.session.new_lines("a.py")).decode() == edited(("changed 250\nand 250\n", "mine\n"))
    (key,) = view._overlay.keys
    assert "mine and more" in hands.session.drafts()[key]
    hands.press(Qt.Key.Key_Escape)
    assert not view._overlay.keys


def test_where_the_file_that_one_is_in_is_gone_one_goes_on_from_what_is_on_the_screen(
    hands: Hands, reading: Repo
) -> None:
    view = hands.window.view
    view.go_to_file("z.py")
    hands.until(lambda: view.is_settled)
    reading.write({"z.py": "z\n"})
    refresh(hands)
    assert "z.py" not in hands.session.by_path
    assert view.stop().path == "b.py"
    below, line = view._cursor_y(), view.stop().line
    assert below is not None
    assert 0 <= below < view.viewport().height()
    hands.type("k")
    assert view.stop().line not in (None, line)
    assert view.stop().path == "b.py"
