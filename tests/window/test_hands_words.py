"""What the window says of what is under the hand: words for what is not judged, for files that no line speaks
for, for lines that look unchanged; editors that stay in sight; a search that is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from tests.repos import Repo, new_repo
from tests.window.conftest import CONTROL, Hands
from workbench.review.changes import Side
from workbench.ui.diff.header import Header
from workbench.ui.note_editor import LinesEditor, NoteEditor

LINES = "".join(f"value_{number} = {number}\n" for number in range(120))
INDENTED = "def run(a):\n    one(a)\n    two(a)\n    three(a)\n"


@pytest.fixture
def odd(tmp_path: Path) -> Repo:
    """Files that are told by a word: emptied, filled, no program any more, other line ends alone."""
    made = new_repo(tmp_path / "odd")
    made.commit(
        {"emptied.py": LINES, "filled.py": "", "run.sh": "echo 1\n", "dos.txt": LINES, "two.txt": LINES}
    )
    made.git("update-index", "--chmod=+x", "run.sh")
    made.git("commit", "-q", "-m", "a program")
    ends = [line if at % 9 else line.replace("\n", "\r\n") for at, line in enumerate(LINES.splitlines(True))]
    mixed = LINES.replace("_5 =", "_5  =").replace("= 90\n", "= 91\n")
    made.write({"emptied.py": "", "filled.py": "x = 1\n", "dos.txt": "".join(ends), "two.txt": mixed})
    (made.root / "run.sh").chmod(0o644)
    return made


def badges(hands: Hands, path: str) -> list[str]:
    """The chips of a file's header."""
    view = hands.window.view
    header: Header = view._painter._header
    file = view._layout.sections[view._layout.files[path]].file
    assert file is not None
    return [words for words, _ in header._badges(file)]


def test_what_no_line_says_of_a_file_is_said_in_its_header(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    view = hands.window.view
    hands.until(lambda: "run.sh" in view._layout.document.remarks)
    assert badges(hands, "emptied.py") == ["empty now"]
    assert badges(hands, "filled.py") == ["was empty"]
    assert badges(hands, "run.sh") == ["not executable any more"]
    assert badges(hands, "dos.txt") == ["only line ends: LF → CRLF"]
    assert badges(hands, "two.txt") == []


def test_what_the_header_says_of_all_changes_is_not_said_of_each_again(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    view = hands.window.view
    hands.until(lambda: "dos.txt" in view._layout.document.remarks)

    def beside(path: str, line: int) -> tuple[str, ...]:
        view.go_to_line(path, Side.NEW, line)
        spot = view._layout.spot_of_line(path, Side.NEW, line)
        assert spot is not None
        from workbench.review.blocks import line_at  # noqa: PLC0415 - here alone

        section, block = view._layout.sections[spot.section], view._layout.block(spot)
        return view._painter.code.beside.words(section, block, line_at(block, spot.row), Side.NEW)[0]

    assert beside("dos.txt", 10) == ()
    assert beside("two.txt", 6)[0] == "only white space: within lines"


def test_the_bottom_line_says_how_the_change_under_the_cursor_stands(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    here = hands.window.status.here
    hands.window.view.go_to_file("two.txt")
    ids = [change.id for file in hands.session.files for change in file.changes]
    place = f"change {ids.index(hands.window.view.stop().change or '') + 1} of {len(ids)}"
    hands.until(lambda: here.text() == f"{place}: open")
    hands.type("x")
    hands.window.view.next_change(-1)
    hands.until(lambda: here.text() == f"{place}: rejected")
    hands.window.view.go_to_file("emptied.py")
    hands.until(lambda: "not seen yet" in here.text() or here.text().endswith(": open"))


def test_of_a_change_that_is_longer_than_the_screen_it_says_how_much_was_not_seen(
    make_hands: Callable[[], Hands], tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "long")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = [\n" + "".join(f"    {number},\n" for number in range(200)) + "]\n"})
    hands = make_hands()
    hands.open(made)
    here = hands.window.status.here
    hands.until(lambda: "lines not seen yet" in here.text())
    hands.window.view.go_to_end(1)
    hands.until(lambda: "not seen yet" in here.text())


# white space that is ignored


@pytest.fixture
def indented(hands: Hands, tmp_path: Path) -> Hands:
    """A change that indents three lines under a new one, and one that only adds a blank line."""
    made = new_repo(tmp_path / "indented")
    made.commit({"a.py": INDENTED + LINES, "b.py": "one = 1\n"})
    deeper = INDENTED.replace("\n    ", "\n        ").replace("(a):\n", "(a):\n    if a:\n")
    made.write({"a.py": deeper + LINES, "b.py": "one = 1\n\ntwo = 2\n"})
    hands.open(made)
    hands.type("w")
    hands.window.view.go_to_change(hands.session.files[0].changes[0].id)
    return hands


@pytest.mark.parametrize(
    ("key", "verdict", "does"), [("a", "accepted", "accepts"), ("x", "rejected", "rejects")]
)
def test_a_verdict_on_lines_that_look_unchanged_is_asked_for_twice(
    indented: Hands, key: str, verdict: str, does: str
) -> None:
    indented.type(key)
    assert indented.verdicts()[0] == "open"
    said = "3 lines of this change differ in white space alone and look unchanged here."
    assert indented.notice() == said
    assert indented.window.notice.hint.text() == f"{key} again {does} them too, w shows them."
    indented.type(key)
    assert indented.verdicts()[0] == verdict


def test_another_key_between_the_two_presses_makes_the_next_a_first_one(indented: Hands) -> None:
    indented.type("ajka")
    assert indented.verdicts()[0] == "open"
    indented.type("w")
    indented.type("a")
    assert indented.verdicts()[0] == "accepted", "nothing is hidden any more"


def test_a_whole_file_and_a_reason_are_asked_for_twice_too(indented: Hands) -> None:
    indented.type("A")
    assert "3 lines of this file" in indented.notice()
    assert indented.verdicts()[0] == "open"
    indented.type("r")
    assert "3 lines of this change" in indented.notice()
    assert indented.window.focusWidget() is indented.window.view
    indented.type("r")
    assert indented.window.focusWidget() is not indented.window.view


def test_a_blank_line_looks_the_same_and_is_not_asked_about(indented: Hands) -> None:
    indented.window.view.go_to_file("b.py")
    indented.window.view.next_change(1)
    indented.window.view.go_to_change(indented.session.by_path["b.py"].changes[0].id)
    indented.type("a")
    assert indented.verdicts()[-1] == "accepted"


def test_selected_lines_are_judged_without_those_that_look_unchanged(indented: Hands) -> None:
    view = indented.window.view
    view.go_to_line("a.py", Side.NEW, 1)
    indented.type("vjjjj")
    indented.type("a")
    assert indented.verdicts()[0] == "mixed"


# editors


def test_an_editor_that_grows_at_the_lower_edge_stays_in_sight(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "low")
    made.commit({"a.py": "x = 0\n"})
    made.write({"a.py": LINES})
    hands.open(made)
    view = hands.window.view
    view.go_to_line("a.py", Side.NEW, 60)
    hands.until(lambda: view.is_settled)
    hands.type("vj")
    hands.type("c")
    editor = next(each for each in view.viewport().findChildren(NoteEditor))

    def in_sight() -> bool:
        low = editor.suggestion.mapTo(view.viewport(), QPoint(0, editor.suggestion.height())).y()
        return low <= view.viewport().height()

    low = view.viewport().height() - view._layout.heights.row
    spot = view._layout.spot_of_editor(view._overlay.keys[0])
    assert spot is not None
    view.verticalScrollBar().setValue(view._layout.bottom_of(spot) - low)
    hands.press(Qt.Key.Key_E, CONTROL)
    hands.until(in_sight)
    for _ in range(8):
        hands.press(Qt.Key.Key_Return)
    hands.until(in_sight)
    # Scrolled away meanwhile: what is typed is seen.
    view.verticalScrollBar().setValue(0)
    hands.type("z")
    hands.until(in_sight)
    assert editor.suggestion.mapTo(view.viewport(), QPoint(0, 0)).y() >= 0


@pytest.mark.parametrize("key", ["w", "t", "W"])
def test_what_is_looked_at_stays_in_its_place_with_an_editor_open_far_above(
    hands: Hands, tmp_path: Path, key: str
) -> None:
    made = new_repo(tmp_path / "above")
    made.commit(dict.fromkeys(("a.py", "b.py", "c.py"), LINES))
    made.write({name: LINES.replace("= 60\n", "=  61\n") for name in ("a.py", "b.py", "c.py")})
    made.write({"a.py": LINES.replace("value", "other")})
    hands.open(made)
    view = hands.window.view
    hands.type("c")
    for _ in range(12):
        hands.press(Qt.Key.Key_Return)
    view.setFocus()
    view.go_to_change(hands.session.by_path["c.py"].changes[0].id)
    hands.until(lambda: view.is_settled)
    before = view._cursor_y()
    hands.type(key)
    assert abs((view._cursor_y() or 0) - (before or 0)) <= view._layout.heights.row


def test_a_suggestion_begins_at_the_start_of_long_lines_with_the_tabs_of_the_review(
    hands: Hands, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "wide")
    made.commit({"a.mk": "all:\n"})
    made.write({"a.mk": "all:\n\techo " + "word " * 200 + "\n\techo done\n"})
    hands.open(made)
    hands.type("c")
    hands.press(Qt.Key.Key_E, CONTROL)
    editor = next(each for each in hands.window.view.viewport().findChildren(NoteEditor))
    field = editor.suggestion
    hands.until(lambda: field.height() > 5 * field.fontMetrics().lineSpacing())
    assert field.horizontalScrollBar().maximum() == 0
    assert field.textCursor().position() == 0
    columns = field.tabStopDistance() / field.fontMetrics().horizontalAdvance("0")
    assert round(columns) == hands.window.preferences.settings.tab_width
    field.moveCursor(QTextCursor.MoveOperation.End)
    assert field.cursorRect().bottom() < field.viewport().height()
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Return)
    lines = next(each for each in hands.window.view.viewport().findChildren(LinesEditor))
    assert lines.text.textCursor().position() == 0


def test_a_checked_box_has_a_tick_and_not_only_another_colour(hands: Hands) -> None:
    box = QCheckBox("", hands.window)
    box.resize(20, 20)
    box.show()
    option = QStyleOptionButton()
    box.initStyleOption(option)
    inner = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    inner.adjust(3, 3, -3, -3)
    plain, ticked = set[int](), set[int]()
    for found, checked in ((plain, False), (ticked, True)):
        box.setChecked(checked)
        image = box.grab().toImage()
        columns, rows = (range(inner.left(), inner.right()), range(inner.top(), inner.bottom()))
        found.update(image.pixel(x, y) for x in columns for y in rows)
    assert len(ticked) > 2, "a box that is only filled has one colour in its middle"
    assert len(plain) == 1


# searching


def test_a_search_that_was_left_is_gone_on_with(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    view, line = hands.window.view, hands.window.desk.search()
    hands.type("n")
    assert hands.notice() == "Nothing was searched for yet."
    hands.type("/return")
    hands.until(lambda: view.search_standing.done and view.search_standing.count)
    hands.press(Qt.Key.Key_Escape)
    assert view._search is None
    assert not line.isVisible()
    stop = view.stop()
    hands.type("n")
    hands.until(lambda: view.search_standing.at)
    assert view.stop() != stop or view.search_standing.at == 1
    assert line.isVisible()
    assert hands.focus() is view, "the keys stay with the review"
    hands.until(lambda: view.search_standing.done)
    first = view.search_standing.at
    hands.type("n")
    assert view.search_standing.at == first + 1
    hands.type("N")
    assert view.search_standing.at == first
    hands.press(Qt.Key.Key_Escape)
    hands.type("N")
    hands.until(lambda: view.search_standing.at)
    assert line.isVisible()


def test_a_search_that_finds_nothing_any_more_says_so(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    view = hands.window.view
    hands.type("/nowhere_to_be_found")
    hands.until(lambda: view.search_standing.done)
    hands.press(Qt.Key.Key_Escape)
    hands.type("n")
    hands.until(lambda: "is nowhere in the review" in hands.notice())
