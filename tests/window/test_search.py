"""Searching the whole review by key, menu and mouse: what is not shown, notes, an expression without end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import SHIFT, Hands
from workbench.review.changes import Side
from workbench.ui.diff.cursor import spot_of
from workbench.ui.search_line import SearchLine


def line_of(hands: Hands) -> SearchLine:
    return hands.window.desk.search()


def look_for(hands: Hands, text: str) -> str:
    """Type into the line; what it says once all is counted."""
    hands.type("/")
    for sign in text:
        hands.type(sign)
    counted(hands)
    return line_of(hands).count.text()


def counted(hands: Hands) -> None:
    hands.until(lambda: hands.window.view.search_standing.done)


@pytest.fixture
def long_repo(hands: Hands, tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "long")
    text = numbered(200)
    made.commit({"a.py": text, "b.py": text, "gone.py": "old word\n"})
    made.write({"a.py": text.replace("line 100\n", "Line 100 new\n"), "b.py": text + "the end\n"})
    (made.root / "gone.py").unlink()
    hands.open(made)
    return made


def test_hits_are_counted_and_n_goes_from_one_to_the_next_and_round(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    assert look_for(hands, "return") == "5 matches"
    hands.press(Qt.Key.Key_Return)
    assert hands.window.focusWidget() is hands.window.view
    said = [line_of(hands).count.text()]
    for _ in range(5):
        hands.type("n")
        said.append(line_of(hands).count.text())
    assert [each.split(" · ")[0] for each in said] == [f"{n} of 5" for n in (1, 2, 3, 4, 5, 1)]
    assert said[-1].endswith("from the top again")
    hands.type("N")
    assert line_of(hands).count.text() == "5 of 5 · from the end again"


@pytest.mark.parametrize(("count", "said"), [(200, "200 matches"), (201, "200+ matches")])
def test_a_line_with_more_matches_than_are_counted_says_so(
    hands: Hands, tmp_path: Path, count: int, said: str
) -> None:
    made = new_repo(tmp_path / "many")
    made.commit({"a.py": "one\n"})
    made.write({"a.py": "one\n" + "q " * count + "\n"})
    hands.open(made)
    assert look_for(hands, "q") == said
    hands.press(Qt.Key.Key_Return)
    assert line_of(hands).count.text() == f"1 of {said.removesuffix(' matches')}"


def framed(hands: Hands) -> list[int]:
    """Where on the cursor's row a frame begins and ends: the columns in which the accent is painted."""
    view = hands.window.view
    view.viewport().repaint()
    spot = spot_of(view._layout, view._cursor) if view._cursor is not None else None
    assert spot is not None
    top = view._layout.top_of(spot) - view.verticalScrollBar().value()
    bottom = view._layout.bottom_of(spot) - view.verticalScrollBar().value()
    image = view.viewport().grab().toImage()
    accent = hands.window.theme.accent.rgb()
    left, right = view._columns().code(Side.NEW)
    middle = (top + bottom) // 2
    return [x for x in range(round(left), round(right)) if image.pixel(x, middle) == accent]


def test_the_match_that_n_went_to_has_a_frame_of_its_own(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "twice")
    made.commit({"a.py": "one\n" * 3})
    made.write({"a.py": "one\nxx or xx\none\n"})
    hands.open(made)
    hands.window.view.go_to_line("a.py", Side.NEW, 1)
    look_for(hands, "xx")
    assert framed(hands) == []
    hands.press(Qt.Key.Key_Return)
    first = framed(hands)
    hands.type("n")
    second = framed(hands)
    assert first
    assert second
    cell = hands.window.view.dress.shaper.cell
    assert second[0] - first[0] == pytest.approx(6 * cell, abs=1.5)
    hands.type("j")
    assert framed(hands) == []
    hands.type("k")
    hands.press(Qt.Key.Key_Escape)
    assert framed(hands) == [], "the search is over"


def test_a_hit_in_folded_lines_is_opened_on_going_there(hands: Hands, long_repo: Repo) -> None:
    view = hands.window.view
    assert look_for(hands, "line 150") == "2 matches"
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: view.stop().line == 150)
    assert view.stop().path == "a.py"
    assert view._layout.spot_of_line("a.py", Side.NEW, 150) is not None
    hands.type("n")
    hands.until(lambda: view.stop().path == "b.py" and view.stop().line == 150)


def test_case_words_sides_and_expressions_by_mouse(hands: Hands, long_repo: Repo) -> None:
    line = line_of(hands)
    # "line 10", "line 100" to "line 109", and the replaced line on both sides; in two files.
    assert look_for(hands, "line 10") == "23 matches"
    for button, wanted in ((line.word, "2 matches"), (line.word, "23 matches"), (line.case, "22 matches")):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        counted(hands)
        assert line.count.text() == wanted
    QTest.mouseClick(line.sides, Qt.MouseButton.LeftButton)
    counted(hands)
    assert (line.sides.text(), line.count.text()) == ("old", "22 matches")
    QTest.mouseClick(line.sides, Qt.MouseButton.LeftButton)
    counted(hands)
    assert (line.sides.text(), line.count.text()) == ("new", "21 matches")
    line.line.setText(r"^l\w+ 1[05]0$")
    QTest.mouseClick(line.regex, Qt.MouseButton.LeftButton)
    counted(hands)
    assert line.count.text() == "3 matches"
    QTest.mouseClick(line.on, Qt.MouseButton.LeftButton)
    assert line.count.text().startswith("1 of 3")
    QTest.mouseClick(line.back, Qt.MouseButton.LeftButton)
    assert line.count.text().startswith("3 of 3")


def test_the_menu_opens_it_and_arrows_and_enter_go_on_from_the_line(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.menus.actions["search"].trigger()
    for sign in "return":
        hands.type(sign)
    counted(hands)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    assert line_of(hands).count.text() == "2 of 5"
    assert hands.focus() is line_of(hands).line
    hands.press(Qt.Key.Key_Return, SHIFT)
    assert line_of(hands).count.text() == "1 of 5"


def test_what_is_no_expression_says_why_in_the_line(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    line_of(hands).regex.setChecked(True)
    hands.type("/(re")
    assert "missing ), unterminated subpattern" in line_of(hands).count.text()
    assert line_of(hands).count.property("kind") == "error"
    hands.type("t)")
    counted(hands)
    assert line_of(hands).count.text() == "5 matches"


def test_notes_deleted_files_and_the_ruler(hands: Hands, long_repo: Repo) -> None:
    view = hands.window.view
    hands.type("c")
    hands.type("? Why this word")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert look_for(hands, "word") == "2 matches"
    hands.press(Qt.Key.Key_Return)
    hands.type("n")
    stops = [view.stop()]
    hands.type("n")
    stops.append(view.stop())
    assert {stop.note for stop in stops} == {"N1", None}
    assert {stop.path for stop in stops} == {"a.py", "gone.py"}
    view._ruler.grab()
    assert len(view._ruler._beside.hit_ys) == 2
    assert len(view._ruler._beside.note_ys) == 1


def test_an_expression_without_end_is_ended_and_the_window_goes_on(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "slow")
    made.commit({"a.py": "x\n", "b.py": "y\n"})
    made.write({"a.py": "a" * 40 + "b\n", "b.py": "an a\n"})
    hands.open(made)
    view = hands.window.view
    view._seeker.patience = 600
    line_of(hands).regex.setChecked(True)
    hands.type("/")
    line_of(hands).line.setText(r"^(a+)+$|an")
    hands.until(lambda: bool(view._seeker._flight))
    hands.press(Qt.Key.Key_Escape)  # keys are taken while it runs
    assert not line_of(hands).isVisible()
    hands.type("/")
    counted(hands)
    assert line_of(hands).count.text() == "1 match · 1 file not to the end: the expression takes too long"
    hands.press(Qt.Key.Key_Return)
    assert view.stop().path == "b.py"


def test_a_match_far_to_the_right_is_scrolled_to(hands: Hands, repo: Repo) -> None:
    repo.write({"new.py": "x = '" + "ab " * 400 + "needle'\n"})
    hands.open(repo)
    bar = hands.window.view.horizontalScrollBar()
    assert look_for(hands, "needle") == "1 match"
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.wraps or bar.value() > 0


def test_what_is_looked_for_is_looked_for_again_when_the_review_changes(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    assert look_for(hands, "unheard") == "nothing found"
    hands.press(Qt.Key.Key_Escape)
    hands.type("/")
    counted(hands)
    hands.window.view.setFocus()
    repo.write({"new.py": "print('unheard')\n"})
    hands.type("R")
    hands.until(lambda: line_of(hands).count.text() == "1 match")


def test_a_helper_that_dies_is_started_again_and_at_last_said(hands: Hands, long_repo: Repo) -> None:
    seeker = hands.window.view._seeker
    assert look_for(hands, "line 150") == "2 matches"
    hands.press(Qt.Key.Key_Escape)
    assert seeker._process is not None
    seeker._process.kill()
    hands.until(lambda: seeker._process is None)
    assert look_for(hands, "line 15") == "22 matches"
    hands.press(Qt.Key.Key_Escape)
    seeker.program = str(long_repo.root / "no-such-program")
    assert seeker._process is not None
    seeker._process.kill()
    hands.until(lambda: seeker._process is None)
    assert look_for(hands, "line") == "nothing found · the search could not be run to its end"
