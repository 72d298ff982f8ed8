"""Without a mouse and without eyes: what a screen reader is told, and a focus that can be seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.repos import Repo, new_repo
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.ui.note_editor import NoteEditor


@pytest.fixture
def heard(hands: Hands, repo: Repo) -> Iterator[list[str]]:
    """What is said, while somebody listens."""
    QAccessible.setActive(True)
    hands.open(repo)
    hands.until(lambda: hands.window.following.has_loaded)
    said: list[str] = []
    hands.window.view.spoken.connect(said.append)
    yield said
    QAccessible.setActive(False)


def hears(hands: Hands, said: list[str], words: str) -> None:
    """Wait until the last thing that is said begins so."""
    hands.until(lambda: said and said[-1].startswith(words))


def test_moving_tells_the_change_its_position_size_and_verdict_and_the_line(
    hands: Hands, heard: list[str]
) -> None:
    hands.type("]")
    hears(hands, heard, "Change 2 of 3, code.py: 1 removed, 1 added, open. line 10, added: return 30")
    hands.type("k")
    hears(hands, heard, "line 9, unchanged: def three():")
    hands.type("c")
    hands.type("? Why")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.type(";")
    hears(hands, heard, "N1, question: Why")


def test_a_verdict_is_told_and_then_the_change_that_is_next(hands: Hands, heard: list[str]) -> None:
    hands.type("a")
    hears(hands, heard, "Change 1 of 3: accepted. Change 2 of 3, code.py: 1 removed, 1 added, open")
    hands.type("r")
    hands.type("too much")
    hands.press(Qt.Key.Key_Return)
    hears(hands, heard, "Change 2 of 3: rejected, because too much. Change 3 of 3")
    hands.type("u")
    hears(hands, heard, "Change 2 of 3, code.py: 1 removed, 1 added, open")


def test_of_a_held_key_only_where_it_has_come_to_is_told(hands: Hands, heard: list[str]) -> None:
    # Announcements are queued by the reader: one for each row would be read out long after the key is let go.
    hands.type("}")
    hears(hands, heard, "Change 3 of 3, new.py")
    hands.type("{")
    heard.clear()
    hands.type("jjkjjkjj")
    last = hands.window.view.spoken_row()
    hands.until(lambda: heard and heard[-1].endswith(last))
    assert len(heard) < 5


def test_what_is_selected_is_told_and_that_nothing_is_any_more(hands: Hands, heard: list[str]) -> None:
    hands.type("]")
    hears(hands, heard, "Change 2 of 3")
    hands.press(Qt.Key.Key_Up, SHIFT)
    hands.until(lambda: heard[-1] == "line 9, unchanged: def three():. Lines 9 to 10 selected, new side")
    hands.press(Qt.Key.Key_Escape)
    hands.until(lambda: heard[-1] == "Nothing is selected")
    hands.type("v")
    hands.until(lambda: heard[-1] == "Line 9 selected")


def test_a_verdict_is_told_whatever_comes_right_after_it(hands: Hands, heard: list[str]) -> None:
    hands.type("axjk")
    hands.until(lambda: any("Change 2 of 3: rejected" in each for each in heard))
    assert any("Change 1 of 3: accepted" in each for each in heard)


SEEN_ALONE = (
    ("split", "Unified, one column"),
    ("wrap", "Long lines are wrapped"),
    ("whitespace", ""),
    ("whitespace", "White space is looked at again"),
    ("views", ""),
    ("views", "All changes: 3"),
    ("bigger", "Code at 14 pixels"),
    ("flat_files", "Files as a list"),
    ("files_panel", "The files are hidden"),
    ("side_panel", "The rounds are hidden"),
    ("theme_light", "Theme: light"),
    ("copy", "Copied"),
    ("viewed", "Viewed: code.py"),
)
"""Commands in a row whose work others see, and what is told of each. "": a notice says it."""


def test_what_others_see_is_told(hands: Hands, heard: list[str]) -> None:
    hands.type("]")
    hears(hands, heard, "Change 2 of 3")
    for command, words in SEEN_ALONE:
        heard.clear()
        hands.window.notice.hide()
        hands.window.run_command(command)
        if words:
            hears(hands, heard, words)
        else:
            assert hands.window.notice.isVisible(), command
    hands.window.notice.hide()
    hands.type(";")
    assert hands.notice().startswith("There is no note.")


def test_qt_is_told_the_same_when_it_asks(hands: Hands, heard: list[str]) -> None:
    found = QAccessible.queryAccessibleInterface(hands.window.view)
    assert found.role() is QAccessible.Role.Document
    assert found.text(QAccessible.Text.Name) == "The changes of the review"
    assert found.text(QAccessible.Text.Description).startswith("Change 1 of 3, code.py: 1 removed, 1 added")
    assert found.text(QAccessible.Text.Value) == "line 2, added: return 10"
    assert found.state().readOnly
    assert found.parent() is not None
    assert found.rect().size() == hands.window.view.size()
    for none in (found.actionInterface(), found.valueInterface(), found.selectionInterface()):
        assert none is None, "Qt would go through it as if it were one"


def test_the_rows_on_the_screen_can_be_read_as_a_text(hands: Hands, heard: list[str]) -> None:
    text = QAccessible.queryAccessibleInterface(hands.window.view).textInterface()
    whole = text.text(0, text.characterCount())
    assert whole.split("\n")[:5] == [
        "File code.py",
        "  def one():",
        "-     return 1",
        "+     return 10",
        "  ",
    ]
    assert "File new.py\n+ print('new')" in whole
    at = text.cursorPosition()
    assert text.text(at, at + 15) == "+     return 10"
    text.setCursorPosition(whole.index("def two"))
    assert hands.window.view.stop().line == 5
    hears(hands, heard, "line 5, unchanged: def two():")
    where = text.characterRect(whole.index("def three"))
    assert text.offsetAtPoint(where.center()) == whole.index("  def three")


def test_the_text_is_counted_as_qt_counts(make_hands: Callable[[], Hands], tmp_path: Path) -> None:
    made = new_repo(tmp_path / "smiles")
    made.commit({"a.py": "one = 1\n"})
    made.write({"a.py": "one = '\U0001f600'\ntwo = 2\n"})
    hands = make_hands()
    hands.open(made)
    hands.until(lambda: hands.window.following.has_loaded)
    text = QAccessible.queryAccessibleInterface(hands.window.view).textInterface()
    whole = text.text(0, -1)
    assert text.characterCount() == len(whole.encode("utf-16-le")) // 2 == len(whole) + 1
    hands.type("j")
    at = text.cursorPosition()
    assert text.text(at, at + 9) == "+ two = 2"


FIRST_ASKED = """
import sys
from pathlib import Path
from PySide6.QtGui import QAccessible
from workbench.app import Options, make_application, make_window
application = make_application()
QAccessible.setActive(True)
window = make_window(Options(size=(900, 600)))
window.show()
print(QAccessible.queryAccessibleInterface(window.view).role().name)
window.errands.open(Path(sys.argv[1]))
while not window.following.has_loaded:
    application.processEvents()
found = QAccessible.queryAccessibleInterface(window.view)
print(found.role().name, found.text(QAccessible.Text.Description), sep="|")
window.close()
"""


def test_a_screen_reader_that_was_there_first_is_given_the_view_as_a_document(repo: Repo, home: Path) -> None:
    # In a process of its own: what answers Qt is there for all windows of one.
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_ASKED, str(repo.root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    first, then = ran.stdout.strip().split("\n")
    assert first != "Document"
    assert then.startswith("Document|Change 1 of 3, code.py: 1 removed, 1 added, open")


MANY = """
import gc
from PySide6.QtGui import QAccessible
from workbench.app import make_application
application = make_application()
QAccessible.setActive(True)
from workbench.ui.diff.speaking import listen
from workbench.ui.diff.view import DiffView
for number in range(40):
    view = DiffView()
    view.show()
    listen(view)
    found = QAccessible.queryAccessibleInterface(view)
    print(found.text(QAccessible.Text.Name))
    view.close()
    if number % 2:
        view.deleteLater()
    del view, found
    application.processEvents()
    gc.collect()
"""


def test_views_that_were_heard_can_go(home: Path) -> None:
    # Python's collector once took what Qt owned; the process died of it when Qt deleted it again.
    ran = subprocess.run(
        [sys.executable, "-c", MANY], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split("\n")[:-1] == ["The changes of the review"] * 40


def test_nothing_is_said_where_nobody_listens(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    said: list[str] = []
    hands.window.view.spoken.connect(said.append)
    hands.type("]a")
    assert said == []


def stops(hands: Hands, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Where Tab leads, once round."""
    found: list[QWidget] = []
    for _ in range(80):
        now = QApplication.focusWidget()
        if now is None or now in found:
            return found
        found.append(now)
        QTest.keyClick(now, key)
    raise AssertionError("Tab finds no end")


def looks(widget: QWidget) -> bytes:
    """How a widget and what is around it looks."""
    QApplication.processEvents()
    image = widget.grab().toImage()
    return bytes(image.constBits())


def names(widgets: list[QWidget]) -> list[str]:
    return [f"{type(each).__name__} {each.accessibleName() or each.objectName()}" for each in widgets]


def reachable(root: QWidget) -> set[QWidget]:
    """What takes the keys by Tab and can be seen: all of it has to be reached."""
    return {
        each
        for each in (root, *root.findChildren(QWidget))
        if each.isVisible()
        and each.isEnabled()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and each.focusProxy() is None
    }


SHEETS = (
    *("", "look", "land", "task", "keys", "go_to_file", "palette", "tray", "costs", "rounds", "send"),
    *("search", "shape", "prompts", "go_to_line", "note"),
)


@pytest.mark.parametrize("sheet", SHEETS)
def test_tab_leads_everywhere_and_what_has_the_keys_can_be_seen(hands: Hands, repo: Repo, sheet: str) -> None:
    hands.open(repo)
    hands.window.activateWindow()
    hands.until(hands.window.isActiveWindow)
    if sheet:
        hands.window.run_command(sheet)
        hands.until(lambda: not hands.window.tasks.is_busy)
    root = hands.window.sheets.current() or hands.window
    wanted = reachable(root)
    found = stops(hands)
    assert names([each for each in wanted if each not in found]) == []
    assert [each for each in found if not (each is root or root.isAncestorOf(each))] == []
    back = stops(hands, Qt.Key.Key_Backtab)
    assert set(back) == set(found), "and back the same way"
    unseen: list[QWidget] = []
    for widget in found:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert QApplication.focusWidget() is widget
        with_focus = looks(hands.window)
        widget.clearFocus()
        if looks(hands.window) == with_focus:
            unseen.append(widget)
    assert names(unseen) == []


def test_tab_is_a_character_in_code_and_leads_on_everywhere_else(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c")
    hands.type("a note")
    hands.press(Qt.Key.Key_E, CONTROL)
    editor = next(iter(hands.window.editing()._open.values()))
    assert isinstance(editor, NoteEditor)
    assert editor.suggestion.hasFocus()
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Tab)
    assert editor.suggestion.toPlainText().startswith("\t")
    hands.press(Qt.Key.Key_Backtab, SHIFT)
    assert editor.text.hasFocus()
    hands.press(Qt.Key.Key_Tab)
    assert editor.suggestion.hasFocus()
    assert editor.text.toPlainText() == "a note"
    hands.press(Qt.Key.Key_Tab, CONTROL)
    assert not editor.suggestion.hasFocus()
    assert "\t\t" not in editor.suggestion.toPlainText()


def test_what_only_looks_otherwise_is_told_too(hands: Hands, heard: list[str]) -> None:
    hands.type("Z")
    hears(hands, heard, "The whole file")
    hands.type("Z")
    hears(hands, heard, "The lines around its changes")
    hands.type("m")
    hears(hands, heard, "Viewed: code.py. Change 3 of 3, new.py")
    assert not hands.notice()
    hands.type("m")
    hears(hands, heard, "Viewed: new.py. It was the last file")
    assert hands.notice() == "That was the last file."
    hands.window.run_command("by_shape")
    hears(hands, heard, "Files by shape")
    hands.window.run_command("by_shape")
    hears(hands, heard, "Files by folder")
