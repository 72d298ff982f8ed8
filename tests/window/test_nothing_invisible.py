"""No widget of the window says anything that hides, whatever a repository, a note or a model is called.

Every label, tooltip, title, list and word for screen readers is looked at, of every widget that there is,
with hostile names, notes and tasks in the review. What is painted comes from the same values.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.review.notes import Intent
from workbench.review.text import is_boxed

HIDE = "\u202e\u200b\u3164\ufe0f\u2066"
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


@pytest.fixture
def hostile(hands: Hands, tmp_path: Path) -> Hands:
    made: Repo = new_repo(tmp_path / f"shop{HIDE}")
    made.commit({"a.py": numbered(30), f"old{HIDE}.py": numbered(30, "b"), f"gone{HIDE}.py": "x = 1\n"})
    made.write(
        {
            f"new{HIDE}.py": f"name = '{HIDE}'\n",
            "a.py": numbered(30).replace("line 3\n", f"line {HIDE}\n"),
            f"lines\nand\ttabs{HIDE}.py": "x = 2\n",
            f".gitignore{HIDE}": "x\n",
        }
    )
    (made.root / f"gone{HIDE}.py").unlink()
    (made.root / f"link{HIDE}").symlink_to(f"to{HIDE}")
    hands.open(made)
    session = hands.session
    session.set_task(f"Do{HIDE} it\n\nScope: src/{HIDE}")
    place = session.place_of(session.by_path["a.py"].changes[0])
    session.write_note(place, Intent.MUST, f"Say{HIDE} why", None)
    hands.window.controller.changed.emit()
    hands.window.panels.show_now()
    hands.until(lambda: not hands.window.tasks.is_busy)
    return hands


def said_by(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Everything that a widget has to say, with what it is."""
    yield "title", widget.windowTitle()
    yield "tooltip", widget.toolTip()
    yield "accessible name", widget.accessibleName()
    yield "accessible description", widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QPlainTextEdit | QTextEdit) and widget.isReadOnly():
        yield "text", widget.toPlainText()
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(model.rowCount(QModelIndex())):
            for role in _ROLES:
                data = model.data(model.index(row, 0, QModelIndex()), role)
                if isinstance(data, str):
                    yield f"row {row}", data


def hiding() -> list[str]:
    return [
        f"{type(widget).__name__} {what}: {text!r}"
        for widget in QApplication.allWidgets()
        for what, text in said_by(widget)
        if any(map(is_boxed, text))
    ]


def test_the_window_itself(hostile: Hands) -> None:
    assert hiding() == []


SHEETS = (
    *("palette", "go_to_file", "task", "land", "send", "trust", "tray", "keys", "rounds", "prompts"),
    *("costs", "shape"),
)


def test_every_sheet(hostile: Hands) -> None:
    hostile.window.view.go_to_file("a.py")
    for command in SHEETS:
        hostile.window.run_command(command)
        hostile.until(lambda: not hostile.window.tasks.is_busy)
        assert hiding() == [], command
        hostile.window.sheets.close()


def test_what_is_said_on_a_key(hostile: Hands) -> None:
    path = next(path for path in hostile.session.by_path if path.startswith("lines"))
    for command in ("editor", "pin_file", "pin", "accept", "other_end", "go_to_line", "why", "copy_feedback"):
        hostile.window.view.go_to_file(path)
        hostile.window.run_command(command)
        hostile.until(lambda: not hostile.window.tasks.is_busy)
        assert hiding() == [], command
        hostile.window.sheets.close()


def test_the_editors_of_notes_and_lines(hostile: Hands) -> None:
    path = next(path for path in hostile.session.by_path if path.startswith("lines"))
    for command in ("note", "note_file", "reject_reason", "edit"):
        hostile.window.view.go_to_file(path)
        hostile.window.run_command(command)
        assert hiding() == [], command


def test_shift_and_enter_end_a_line_and_write_nothing_that_hides(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c")
    hands.type("one")
    hands.press(Qt.Key.Key_Return, SHIFT)
    hands.type("two")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.session.review.notes["N1"].text == "one\ntwo"
    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_End)
    hands.press(Qt.Key.Key_Return, SHIFT)
    hands.type("more = 1")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.session.files[0].changes[0].added == (b"    return 10\n", b"more = 1\n")


def test_the_start_page(hostile: Hands) -> None:
    hostile.window.run_command("recent")
    hostile.until(lambda: not hostile.window.tasks.is_busy)
    assert hiding() == []


def test_an_error_that_names_a_file(hostile: Hands) -> None:
    path = next(path for path in hostile.session.by_path if path.startswith("new"))
    hostile.window.say(f"{path} could not be read.", f"Look at {path}.", True)
    assert hiding() == []
