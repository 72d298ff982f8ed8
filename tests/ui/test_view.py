"""The painted diff view: real keys and a real mouse on a real document."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.samples import (
    LOCK_TEXT,
    NEW_TEXT,
    OLD_STORE,
    file_of,
    large,
    ledger_sample,
    lines_of,
    many,
    sample,
)
from workbench.review.changes import Side
from workbench.review.lines import split_lines
from workbench.review.notes import Intent, Note, Place
from workbench.review.verdicts import Selection, Verdict, judged, select_change
from workbench.ui.diff.document import Document, Stop
from workbench.ui.diff.view import DiffView
from workbench.ui.theme import load_theme


class Reader(QWidget):
    """Answers what the view asks for, like the window does."""

    def __init__(self, view: DiffView, old: dict[str, tuple[bytes, ...]]) -> None:
        super().__init__()
        self.view, self.old = view, old
        self.asked: list[str] = []
        view.contents_wanted.connect(self.give)

    def give(self, path: str) -> None:
        self.asked.append(path)
        if path in self.old:
            self.view.set_contents({path: self.old[path]})


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    found = DiffView()
    found.smooth = False
    qtbot.addWidget(found)
    found.resize(1058, 932)
    reader = Reader(found, {"cache/store.py": OLD_STORE, "docs/usage.md": (b"# Use\n", b"\n", b"old text\n")})
    qtbot.addWidget(reader)
    found.setProperty("reader", reader)
    yield found
    found.stop_helpers()


def show(view: DiffView, qtbot: QtBot, document: Document) -> Document:
    view.show_document(document)
    with qtbot.waitExposed(view):
        view.show()
    settle(qtbot, view)
    return document


def settle(qtbot: QtBot, view: DiffView) -> None:
    """Until nothing is asked for any more."""
    view.viewport().repaint()
    qtbot.wait(20)


def at_line(view: DiffView, path: str, side: Side, line: int) -> QPoint:
    """A point in the code of a line."""
    spot = view._layout.spot_of_line(path, side, line)
    assert spot is not None
    left, right = view._columns().code(side)
    y = view._layout.top_of(spot) - view.verticalScrollBar().value()
    return QPoint((left + right) // 2, y + 10)


def stop(view: DiffView) -> tuple[str | None, int | None]:
    found = view.stop()
    return found.path, found.line


# What is shown


def test_the_first_open_change_is_under_the_cursor(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    assert view.stop().change == document.files[0].changes[3].id


def test_an_empty_document_has_nothing_to_stand_on(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, Document())
    assert view.stop() == Stop()
    assert view.selections() == ()
    assert view.place() is None
    assert not view.move_line(1)
    assert not view.next_change(1)
    assert not view.next_open()
    assert not view.page(1)


def test_lines_of_the_base_are_asked_for_once_and_only_where_unchanged_lines_are_near(
    view: DiffView, qtbot: QtBot
) -> None:
    show(view, qtbot, sample())
    settle(qtbot, view)
    reader = view.property("reader")
    assert reader.asked == ["cache/store.py", "cache/odd_names.py", "docs/usage.md"]


def test_a_far_away_file_is_not_asked_for(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, large(60, 10))
    assert 0 < len(view.property("reader").asked) < 8


def test_the_frame_that_shows_the_first_change_is_announced(view: DiffView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.painted):
        show(view, qtbot, sample())


def test_final_colours_are_announced_and_painted(view: DiffView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.highlighted, timeout=20_000):
        view.show_document(Document((file_of("a.py", None, LOCK_TEXT),)))
        view.show()
    settle(qtbot, view)
    keyword = load_theme("dark").syntax[0]
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(570, 760) for y in range(36, 400, 2)}
    assert keyword.name() in colours


def test_an_accepted_change_is_painted_in_its_colour_and_says_so(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[3]
    verdicts = judged(document.verdicts, [select_change(change)], Verdict.ACCEPTED)
    view.show_document(replace(document, verdicts=verdicts))
    settle(qtbot, view)
    point = at_line(view, "cache/store.py", Side.NEW, change.new_start)
    assert view.grab().toImage().pixelColor(1, point.y()) == QColor(load_theme("dark").accepted)


def test_showing_a_judged_document_again_keeps_the_place(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(50, 10))
    view.go_to_change(document.files[30].changes[4].id)
    before = (view.stop(), view._cursor_y())
    verdicts = judged({}, [select_change(document.files[2].changes[0])], Verdict.REJECTED)
    view.show_document(replace(document, verdicts=verdicts))
    settle(qtbot, view)
    assert (view.stop(), view._cursor_y()) == before


def test_files_that_come_and_go_above_move_nothing_on_the_screen(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(50, 10))
    change = document.files[30].changes[4].id
    view.go_to_change(change)
    settle(qtbot, view)
    before = view._cursor_y()
    view.show_document(Document((many("0_new.py", 12, 999), *document.files[5:])))
    settle(qtbot, view)
    assert view.stop().change == change
    assert view._cursor_y() == before


def test_a_cursor_whose_change_is_gone_stays_in_its_file(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(20, 10))
    path = document.files[7].path
    view.go_to_change(document.files[7].changes[4].id)
    files = list(document.files)
    files[7] = many(path, 3, 555)
    view.show_document(Document(tuple(files)))
    assert view.current_file() == path


# Moving


def test_lines_changes_files_and_the_ends(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    store, lock = document.files[:2]
    assert view.go_to_change(store.changes[0].id)
    line = store.changes[0].new_start
    assert view.move_line(1)
    assert stop(view) == ("cache/store.py", line + 1)
    assert view.stop().change is None
    assert view.move_line(-2)
    assert stop(view) == ("cache/store.py", line - 1)
    assert view.next_change(1)
    assert view.stop().change == store.changes[0].id
    assert view.next_change(1)
    assert view.stop().change == store.changes[1].id
    assert view.next_change(-1)
    assert view.stop().change == store.changes[0].id
    assert not view.next_change(-1)
    assert view.next_file(1)
    assert view.current_file() == lock.path
    assert view.next_file(-1)
    assert view.current_file() == store.path
    assert view.go_to_end(1)
    assert view.current_file() == "logo.png"
    assert view.go_to_end(-1)
    assert view.current_file() == store.path


def test_every_change_is_reached_one_after_the_other_and_back(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    ids = [change.id for file in document.files for change in file.changes]
    view.go_to_change(ids[0])
    seen = [view.stop().change]
    while view.next_change(1):
        seen.append(view.stop().change)
    assert seen == ids
    while view.next_change(-1):
        seen.pop()
    assert seen == ids[:1]


def test_the_next_change_from_a_note_and_from_an_unchanged_line(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    store = document.files[0]
    view.go_to_note("N3")
    assert view.stop().note == "N3"
    view.next_change(1)
    assert view.stop().change == store.changes[2].id
    view.go_to_note("N3")
    view.next_change(-1)
    assert view.stop().change == store.changes[1].id


def test_the_next_open_change_skips_what_was_judged_and_what_was_asked(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    store, lock, odd = document.files[:3]
    assert lock.changes[0].id in document.asked
    view.go_to_change(store.changes[3].id)
    assert view.next_open()
    assert view.stop().change == odd.changes[0].id
    everything = [select_change(change) for file in document.files for change in file.changes]
    view.show_document(replace(document, verdicts=judged({}, everything, Verdict.ACCEPTED)))
    assert not view.next_open()


def test_the_next_open_change_begins_again_at_the_top(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(3, 3))
    last = document.files[2].changes[2].id
    view.go_to_change(last)
    assert view.next_open(last)
    assert view.stop().change == document.files[0].changes[0].id


def test_pages_lead_through_everything_and_end(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(6, 8))
    view.go_to_end(-1)
    paths = []
    while view.page(1):
        paths.append(view.current_file())
        settle(qtbot, view)
    assert paths[-1] == document.files[-1].path
    assert list(dict.fromkeys(paths)) == [file.path for file in document.files]
    assert view.page(-1)


def test_moving_says_where_the_cursor_went(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    with qtbot.waitSignal(view.stop_changed) as blocker:
        view.go_to_change(document.files[1].changes[0].id)
    assert blocker.args == [view.stop()]


def test_a_line_in_a_folded_gap_is_opened_and_reached(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, sample())
    assert view.go_to_line("cache/store.py", Side.NEW, 90)
    assert stop(view) == ("cache/store.py", 90)
    assert view.go_to_line("cache/store.py", Side.OLD, 10)
    assert view.stop().side is Side.OLD


def test_the_cursor_is_always_on_the_screen(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, large(30, 8))
    moves: tuple[Callable[[int], bool], ...] = (view.next_change, view.move_line, view.next_file)
    for move, n in tuple(zip(moves, (7, 30, 2), strict=True)) * 5:
        move(n)
        settle(qtbot, view)
        y = view._cursor_y()
        assert y is not None
        assert 36 <= y < view.viewport().height() - 20


# Verdicts and places


def test_a_verdict_applies_to_the_change_under_the_cursor(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[1]
    view.go_to_change(change.id)
    assert view.selections() == (select_change(change),)
    view.move_line(-1)
    assert view.selections() == ()


def test_selected_lines_are_judged_instead_and_on_one_side_only(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[1]
    view.go_to_line("cache/store.py", Side.NEW, change.new_start + 1)
    view.toggle_selecting()
    view.move_line(1)
    assert view.selections() == (Selection("cache/store.py", new=((change.new_start + 1, 2),)),)
    place = view.place()
    assert place is not None
    assert (place.side, place.start, place.count, place.change) == (Side.NEW, change.new_start + 1, 2, None)
    assert place.quote == split_lines(NEW_TEXT)[change.new_start : change.new_start + 2]
    view.clear_selection()
    assert view.selections() == (select_change(change),)


def test_unchanged_lines_in_a_selection_are_not_judged(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[0]
    view.go_to_line("cache/store.py", Side.OLD, change.old_start - 1)
    view.toggle_selecting()
    view.move_line(2)
    # The row was selected, so the removed line is judged with the one that replaces it.
    rows = Selection("cache/store.py", old=((change.old_start, 1),), new=((change.new_start, 1),))
    assert view.selections() == (rows,)


def test_places_of_a_change_a_line_and_a_fact(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    store, image = document.files[0], document.files[5]
    change = store.changes[1]
    view.go_to_change(change.id)
    place = view.place()
    assert place is not None
    assert (place.side, place.start, place.count, place.change) == (Side.NEW, change.new_start, 3, change.id)
    assert len(place.before) == len(place.after) == 2
    view.move_line(-1)
    place = view.place()
    assert place is not None
    assert (place.start, place.count, place.change) == (change.new_start - 1, 1, None)
    view.go_to_change(image.changes[0].id)
    assert view.place() == Place(path="logo.png", change=image.changes[0].id)


def test_copying_gives_the_original_text_without_gutters(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[1]
    view.go_to_line("cache/store.py", Side.NEW, change.new_start)
    view.toggle_selecting()
    view.move_line(2)
    QTest.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == b"".join(change.added).decode()


def test_other_keys_are_left_to_the_window(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, sample())
    before = view.stop()
    for key in (Qt.Key.Key_A, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(view, key)
    assert view.stop() == before


# Mouse


def test_a_click_sets_the_cursor_on_its_side(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    view.go_to_change(document.files[0].changes[0].id)
    settle(qtbot, view)
    for side in Side:
        QTest.mouseClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=at_line(view, "cache/store.py", side, 41)
        )
        assert (view.stop().side, view.stop().line) == (side, 41)


def test_dragging_selects_lines(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    change = document.files[0].changes[1]
    view.go_to_change(change.id)
    settle(qtbot, view)
    start = at_line(view, "cache/store.py", Side.NEW, change.new_start)
    end = at_line(view, "cache/store.py", Side.NEW, change.new_start + 1)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view.viewport(), end)
    view._drag(end)  # the offscreen platform moves the pointer without a pressed button
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert view.selections() == (Selection("cache/store.py", new=((change.new_start, 2),)),)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    assert not view.has_selection()


def test_a_click_on_a_header_folds_the_file_and_opens_it_again(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, sample())
    view.go_to_end(-1)
    view._layout.settle(0, 2 * view._layout.height)  # no height is an estimate any more
    before = view._layout.height
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 15))
    assert view._layout.height < before
    assert view.stop() == Stop("cache/store.py")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 15))
    settle(qtbot, view)
    assert view._layout.height == before


def test_a_double_click_on_a_gap_opens_it(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, sample())
    view.go_to_end(-1)
    settle(qtbot, view)
    assert view._layout.spot_of_line("cache/store.py", Side.NEW, 5) is None
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 50))
    assert view._layout.spot_of_line("cache/store.py", Side.NEW, 5) is not None


def test_the_ruler_scrolls(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, large(40, 10))
    QTest.mouseClick(view._ruler, Qt.MouseButton.LeftButton, pos=QPoint(7, 800))
    assert view.verticalScrollBar().value() > view._layout.height // 2


# Folding, kinds of layout


def test_more_context_and_the_whole_file(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    view.go_to_change(document.files[0].changes[3].id)
    settle(qtbot, view)
    y = view._cursor_y()
    view.more_context()
    assert view._layout.spot_of_line("cache/store.py", Side.OLD, 147) is not None
    assert view._cursor_y() == y
    view.whole_file()
    assert view._layout.spot_of_line("cache/store.py", Side.OLD, 90) is not None
    assert view._cursor_y() == y
    view.whole_file()
    assert view._layout.spot_of_line("cache/store.py", Side.OLD, 90) is None


def test_switching_to_unified_keeps_the_line(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(30, 10))
    change = document.files[20].changes[5]
    view.go_to_change(change.id)
    settle(qtbot, view)
    y, before = view._cursor_y(), view.stop()
    view.set_split(False)
    settle(qtbot, view)
    assert view.stop() == before
    assert view._cursor_y() == y
    assert view.selections() == (select_change(change),)
    view.set_split(True)
    settle(qtbot, view)
    assert view._cursor_y() == y


def test_whitespace_that_is_ignored_cannot_be_judged(view: DiffView, qtbot: QtBot) -> None:
    file = file_of("a.py", b"if a:\n  b\nc\n", b"if a:\n    b\nc\n")
    show(view, qtbot, Document((file,)))
    assert view.selections()
    view.set_ignore_whitespace(True)
    assert view.selections() == ()


@pytest.mark.parametrize("ignore", [False, True])
def test_ignoring_whitespace_or_not_leaves_no_words_marked_as_before(
    view: DiffView, qtbot: QtBot, ignore: bool
) -> None:
    file = file_of("a.py", b"call(a, b, c)\nfine(1)\n", b"call(a,  b,  c)\nfine(2)\n")
    view.set_ignore_whitespace(not ignore)
    show(view, qtbot, Document((file,)))
    view.grab()
    view.set_ignore_whitespace(ignore)
    switched = view.grab().toImage()
    view._cells.forget()
    assert switched == view.grab().toImage()


def test_the_place_and_the_folding_are_there_after_a_restart(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(30, 10))
    view.set_split(False)
    view.toggle_fold(document.files[2].path)
    view.go_to_change(document.files[20].changes[5].id)
    settle(qtbot, view)
    state, y = view.state(), view._cursor_y()
    other = DiffView()
    qtbot.addWidget(other)
    other.resize(1058, 932)
    other.restore(state)
    other.show()
    other.show_document(document)
    settle(qtbot, other)
    assert other.stop() == view.stop()
    assert other._cursor_y() == y
    assert not other.is_split
    assert other.state()["folded"] == [document.files[2].path]
    other.stop_helpers()


# Notes, ledger, editors


def test_notes_are_walked_in_the_order_of_the_scroll(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, ledger_sample())
    view.go_to_end(-1)
    view.go_to_note("N5")
    seen = []
    for _ in range(5):
        seen.append(view.stop().note)
        assert view.next_note(1)
    assert seen == ["N5", "N1", "N3", "N2", "N4"]
    assert view.stop().note == "N5"
    assert view.next_note(-1)
    assert view.stop().note == "N4"


def test_the_cursor_begins_on_a_violation_and_goes_through_them(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, ledger_sample())
    assert view.stop() == Stop(entry="e1")
    assert view.selections() == ()
    assert view.next_violation(1)
    assert view.stop().entry == "e1"  # e2 has its answer
    assert view.go_to_entry("e4")
    assert view.stop().entry == "e4"


def test_a_note_that_is_written_moves_nothing_above_it(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(30, 10))
    change = document.files[20].changes[5]
    view.go_to_change(change.id)
    settle(qtbot, view)
    y = view._cursor_y()
    place = Place(change.path, Side.NEW, change.new_start, 3, change.id)
    above = Place(document.files[1].path, Side.NEW, document.files[1].changes[0].new_start, 1)
    notes = (
        (Note("N1", Intent.MUST, place, "Why? " * 60, 0), place),
        (Note("N2", Intent.MUST, above, "Why?\n" * 10, 0), above),
    )
    view.show_document(replace(document, notes=notes))
    settle(qtbot, view)
    assert view._cursor_y() == y


class Editor(QPlainTextEdit):
    """An editor that grows."""

    height_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted = 90

    def sizeHint(self) -> QSize:
        return QSize(300, self.wanted)


def test_an_editor_lies_over_a_row_of_its_own_and_follows(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, large(30, 10))
    change = document.files[20].changes[5]
    view.go_to_change(change.id)
    settle(qtbot, view)
    editor = Editor()
    place = Place(change.path, Side.NEW, change.new_start, 3, change.id)
    view.open_editor("note", editor, place)
    settle(qtbot, view)
    bottom = at_line(view, change.path, Side.NEW, change.new_start + 2).y()
    assert editor.isVisible()
    assert bottom < editor.y() < bottom + 25
    assert editor.height() == 90
    following = view._layout.spot_of_line(change.path, Side.NEW, change.new_start + 3)
    assert following is not None
    before = view._layout.top_of(following)
    editor.wanted = 190
    editor.height_changed.emit()
    assert editor.height() == 190
    assert view._layout.top_of(following) == before + 100
    y = editor.y()
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 50)
    assert editor.y() == y - 50
    QTest.keyClicks(editor, "ax")
    assert editor.toPlainText() == "ax"
    view.close_editor("note")
    settle(qtbot, view)
    assert editor.isHidden()
    assert view._layout.spot_of_editor("note") is None


def test_an_editor_on_a_fact_a_file_and_the_review(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    image = document.files[5]
    for key, place in (("fact", image.changes[0].id), ("file", "cache/lock.py"), ("review", None)):
        editor = Editor()
        view.open_editor(key, editor, place)
        settle(qtbot, view)
        assert editor.isVisible()
        assert 0 <= editor.y() < view.viewport().height()
        view.close_editor(key)


def test_a_draft_stays_open_while_the_review_is_refreshed(view: DiffView, qtbot: QtBot) -> None:
    document = show(view, qtbot, sample())
    editor = Editor()
    view.open_editor("note", editor, document.files[0].changes[1].id)
    QTest.keyClicks(editor, "half a")
    view.show_document(replace(sample(), verdicts={}))
    settle(qtbot, view)
    assert editor.isVisible()
    assert editor.toPlainText() == "half a"


# Search


def found(qtbot: QtBot, view: DiffView, text: str, *, regex: bool = False, case: bool = False) -> int:
    """How many matches there are, once they are counted."""
    if view.find(text, regex, case) == 0:
        return 0
    qtbot.waitUntil(lambda: view.search_standing.done, timeout=20_000)
    return view.search_standing.count


def test_search_counts_and_walks_its_hits(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, sample())
    settle(qtbot, view)
    assert found(qtbot, view, "_evict") == 2  # the line, and a note that speaks of it
    assert view.next_hit(1)
    assert view.stop().path == "cache/store.py"
    assert found(qtbot, view, "SELF._ITEMS") > 3
    assert found(qtbot, view, "SELF._ITEMS", case=True) == 0
    assert found(qtbot, view, r"import \w+", regex=True) > 2
    assert found(qtbot, view, "") == 0
    assert not view.next_hit(1)


# Speed and size


def test_a_verdict_on_one_of_a_thousand_changes_is_shown_without_laying_out_again(
    view: DiffView, qtbot: QtBot
) -> None:
    document = show(view, qtbot, large(100, 10))
    layouts = [section.blocks for section in view._layout.sections]
    tops = view._layout.tops
    view.show_document(
        replace(
            document, verdicts=judged({}, [select_change(document.files[0].changes[0])], Verdict.ACCEPTED)
        )
    )
    assert view._layout.tops is tops
    settle(qtbot, view)
    laid = [(section.blocks, before) for section, before in zip(view._layout.sections, layouts, strict=True)]
    assert all(now is before for now, before in laid if before is not None)
    assert any(before is not None for before in layouts)


def test_one_long_line_is_laid_out_in_part(view: DiffView, qtbot: QtBot) -> None:
    long = b"x = '" + b"abc " * 1_250_000 + b"'\n"
    show(view, qtbot, Document((file_of("a.min.js", b"x = 1\n", long),)))
    view.horizontalScrollBar().setValue(4_000_000)
    settle(qtbot, view)
    assert view.horizontalScrollBar().value() == 4_000_000
    assert view.last_frame < 0.5


def test_a_hundred_thousand_changed_lines_open_at_once(view: DiffView, qtbot: QtBot) -> None:
    added = b"".join(f"value_{n} = {n}\n".encode() for n in range(100_000))
    document = Document((file_of("a.py", None, added),))
    show(view, qtbot, document)
    assert view.go_to_end(1)
    settle(qtbot, view)
    assert stop(view) == ("a.py", 100_000)


def test_context_of_a_large_file_comes_when_its_lines_do(view: DiffView, qtbot: QtBot) -> None:
    file = many("big.py", 3)
    reader = view.property("reader")
    reader.old["big.py"] = lines_of(file, 100_000)
    show(view, qtbot, Document((file,)))
    settle(qtbot, view)
    view.whole_file()
    assert view.go_to_line("big.py", Side.OLD, 90_000)
    settle(qtbot, view)
    assert stop(view) == ("big.py", 90_000)


def test_what_is_made_ahead_of_the_scroll_ends_where_its_rows_are_laid_out_anew(
    view: DiffView, qtbot: QtBot
) -> None:
    show(view, qtbot, sample())
    ahead = view._painter.ahead(view._scene(), 0, 100_000)
    next(ahead)
    count = len(view._layout.sections[0].blocks or ())
    view.whole_file()
    settle(qtbot, view)
    assert len(view._layout.sections[0].blocks or ()) < count
    assert list(ahead) == []


@pytest.mark.parametrize("seed", range(3))
def test_what_the_next_keys_lead_to_is_prepared_whatever_happens_between_two_steps(
    view: DiffView, qtbot: QtBot, seed: int
) -> None:
    """Rows get other numbers when more of their file is laid out, folded or read; names do not."""
    chance = random.Random(seed)
    files = (many("a.py", 500, seed), many("b.py", 20, seed + 1), many("big.py", 700, seed + 2))
    changes = [change.id for file in files for change in file.changes]
    document = Document(files=files, hidden=frozenset(chance.sample(changes, len(changes) // 2)))
    view.set_wrap(chance.random() < 0.5)
    show(view, qtbot, document)
    between = (
        lambda: view.go_to_end(chance.choice((1, -1))),
        lambda: view.next_change(chance.randrange(-200, 200)),
        lambda: view.set_split(not view.is_split),
        lambda: view.set_wrap(not view.wraps),
        lambda: view.toggle_fold(chance.choice(files).path),
        view.whole_file,
        lambda: view.verticalScrollBar().setValue(chance.randrange(view.verticalScrollBar().maximum() + 1)),
        lambda: view.show_document(replace(document, files=files[: chance.randrange(1, 4)])),
        lambda: view.show_document(document),
        lambda: view.set_contents({"big.py": lines_of(files[2], 9000)}),
    )
    for _ in range(4):
        steps = view._ahead_of_keys(view._scene(), view.viewport().height())
        for number, _ in enumerate(steps):
            if number > 400:
                break
            if chance.random() < 0.1:
                chance.choice(between)()
