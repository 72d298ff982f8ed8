"""Every command of the table, by each of its keys and by its entry in the menus: both do the same, and do it.

What a command does in particular stands with its feature. Here windows on like repositories are taken to the
same place, then one goes on by key and one by menu: what can be seen must be the same, and not as before.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.repos import new_repo
from tests.window.conftest import CONTROL, Hands
from workbench.store.paths import settings_path
from workbench.ui.commands import COMMANDS
from workbench.ui.diff.view import DiffView

LONG = "x = [" + ", ".join(f"'value number {number}'" for number in range(120)) + "]\n"
MOVED = "".join(f"moved_along_{number} = seen_before({number})\n" for number in range(5))
STEPS = "".join(f"    step_{number} = kept\n" for number in range(60))
BEFORE = f"{MOVED}def first(a):\n    kept = a\n{STEPS}    return kept\n\n\ndef last(b):\n    return b\n"
AFTER = BEFORE.removeprefix(MOVED).replace("return kept", "return kept + 1") + f"\n\n{MOVED}"

# What is done before, so that the command has something to do: a key, or a word of `_WAYS`.
READY: dict[str, tuple[str, ...]] = {
    "line_up": ("j", "j"),
    "previous_change": ("]", "]"),
    "previous_file": ("}", "}"),
    "page_back": ("end",),
    "first": ("end",),
    "scroll_left": ("}", "j", "l", "l"),
    "scroll_right": ("}", "j"),
    "edit_right": ("}", "j"),
    "edit_left": ("}", "j", *"l" * 80),
    "next_note": ("note",),
    "previous_note": ("note",),
    "copy_feedback": ("a",),
    "old_side": ("]",),
    "new_side": ("]", "old"),
    "next_match": ("search",),
    "previous_match": ("search",),
    "reopen": ("x", "["),
    "repeat": ("x",),
    "undo": ("x",),
    "redo": ("x", "u"),
    "withdraw": ("note", ";"),
    "make_rule": ("note", ";"),
    "ask": ("note", ";"),
    "escape": ("v",),
    "select_up": ("]", "j"),
    "context_above": ("]",),
    "context_below": ("]",),
    "context_between": ("]",),
    "more_context": ("]",),
    "whole_file": ("]",),
    "normal_size": ("bigger",),
    "views": ("x",),
    "theme_dark": ("light",),
}

ELSEWHERE = {
    "open": "a dialog of the system",
    "demo": "tests/window/test_start.py drives it to its end",
    "editor": "starts a program: tests/window/test_views.py",
    "cancel_round": "needs a model that writes: tests/window/test_models.py",
}
"""What this cannot drive, and why."""

KEYED = [(command.id, key) for command in COMMANDS for key in command.keys if command.id not in ELSEWHERE]
UNKEYED = [command.id for command in COMMANDS if not command.keys and command.id not in ELSEWHERE]

MakeWindow = Callable[[str], Hands]


@pytest.fixture
def window_for(make_hands: Callable[[], Hands], tmp_path: Path) -> Iterator[MakeWindow]:
    """A window on a new repository, with the settings as they ship, where the command has a meaning."""
    places = iter("abc")

    def make(command: str) -> Hands:
        repo = new_repo(tmp_path / next(places) / "shop")
        repo.commit({"code.py": BEFORE, "data.py": LONG, "gone.py": "old = 1\n", "same.py": "same = 1\n"})
        repo.write(
            {"code.py": AFTER, "data.py": LONG.replace("number 90", "90"), "new.py": "new = 1\nmore = 2\n"}
        )
        (repo.root / "gone.py").unlink()
        shutil.rmtree(settings_path().parent, ignore_errors=True)
        hands = make_hands()
        QApplication.clipboard().clear()
        hands.open(repo)
        quiet(hands)
        for step in READY.get(command, ()):
            _WAYS.get(step, _typed(step))(hands)
            quiet(hands)
        return hands

    yield make
    for popup in iter(QApplication.activePopupWidget, None):
        popup.close()


def quiet(hands: Hands) -> None:
    """Nothing is under way any more, the motion of a scroll included."""
    view = hands.window.view
    hands.until(lambda: not hands.window.tasks.is_busy and (not view.isVisible() or view.is_settled))


def _typed(text: str) -> Callable[[Hands], None]:
    return lambda hands: hands.type(text)


def _write_note(hands: Hands) -> None:
    hands.type("c")
    hands.type("?What is it")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.until(lambda: hands.session.review.notes)
    hands.type("]")


def _search(hands: Hands) -> None:
    hands.type("/")
    hands.type("kept")
    hands.until(lambda: hands.window.view.search_standing.done)
    hands.press(Qt.Key.Key_Return)


_WAYS: dict[str, Callable[[Hands], None]] = {
    "end": lambda hands: hands.press(Qt.Key.Key_End),
    "note": _write_note,
    "search": _search,
    "old": lambda hands: hands.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier),
    "bigger": lambda hands: hands.press(Qt.Key.Key_Plus, CONTROL),
    "light": lambda hands: hands.window.run_command("theme_light"),
}


def by_key(hands: Hands, keys: str) -> None:
    """As a person would press it, wherever the keys are."""
    if len(keys) == 1:
        hands.type(keys)
        return
    for ours, qts in (("Escape", "Esc"), ("Enter", "Return"), ("Page", "Pg")):
        keys = keys.replace(ours, qts)
    QTest.keySequence(hands.focus(), QKeySequence(keys))


def by_menu(hands: Hands, command: str) -> None:
    """The button of the menus by mouse, then the entry, in its menu."""
    action = hands.window.menus.actions[command]
    chosen: list[str] = []

    def choose() -> None:
        menu = hands.window.top.menu_button.menu()
        parts = [part for part in (each.menu() for each in menu.actions()) if isinstance(part, QMenu)]
        part = next(part for part in parts if action in part.actions())
        menu.setActiveAction(part.menuAction())
        QTest.keyClick(menu, Qt.Key.Key_Right)
        assert part.isVisible()
        part.setActiveAction(action)
        chosen.append(part.title())
        QTest.keyClick(part, Qt.Key.Key_Return)

    QTimer.singleShot(0, hands.window, choose)
    QTest.mouseClick(hands.window.top.menu_button, Qt.MouseButton.LeftButton)
    # The menu had a loop of its own until Qt 6.11; in 6.12 the click returns at once.
    hands.until(lambda: chosen)


def kept_settings() -> list[str]:
    """What was remembered; the first keys that were used are, at a time of their own."""
    lines = settings_path().read_text("utf-8").splitlines() if settings_path().exists() else []
    return [line for line in lines if not line.startswith("seen_keys")]


def seen(hands: Hands) -> dict[str, Any]:
    """What a person could tell apart."""
    window, view = hands.window, hands.window.view
    quiet(hands)
    if window.isVisible():
        window.preferences.keep()  # the size of the code is saved a moment after the last key
    session = window.controller.session
    sheet = window.sheets.current()
    popup = QApplication.activePopupWidget()
    found: dict[str, Any] = {
        "there": window.isVisible(),
        "sheet": type(sheet).__name__,
        "popup": type(popup).__name__,
        # A house rule of the first window is one of the second too.
        "notice": hands.notice().replace("R2", "R1"),
        "copied": QApplication.clipboard().text(),
        "settings": kept_settings(),
        "panels": (
            window.side.isVisibleTo(window),
            window.files.isVisibleTo(window),
            view.isVisibleTo(window),
        ),
        "focus": type(hands.focus()).__name__,
        "size": view.font().pointSizeF(),
    }
    if session is None:
        return found
    review = session.review
    return found | {
        "verdicts": hands.verdicts(),
        "notes": [(note.intent, note.text, note.is_live) for note in review.notes.values()],
        "viewed": sorted(session.viewed()),
        "pins": [pin.path for pin in review.pins],
        "view": view.state(),
        "selected": view.selections() if view.has_selection() else None,
        "scrolled": (*top_of(view), view.horizontalScrollBar().value()),
        "which": window.controller.views.now,
        "search": view.search_standing,
        "by shape": window.files.is_by_shape,
    }


def top_of(view: DiffView) -> tuple[str, int]:
    """What is at the top of the view, and how much of it is above: how high all that is above that file is
    stays an estimate until somebody goes there, so the bar's value says less.
    """
    layout, scroll = view._layout, view.verticalScrollBar().value()
    if not layout.sections:
        return "", scroll
    at = layout.section_at(scroll)
    return layout.sections[at].key, scroll - layout.tops[at]


@pytest.mark.parametrize(("command", "key"), KEYED, ids=str)
def test_a_key_does_what_the_entry_in_the_menu_does(window_for: MakeWindow, command: str, key: str) -> None:
    by_keys = window_for(command)
    before = seen(by_keys)
    by_key(by_keys, key)
    after = seen(by_keys)
    assert after != before
    by_keys.window.close()
    by_menus = window_for(command)
    assert seen(by_menus) == before
    by_menu(by_menus, command)
    assert seen(by_menus) == after


@pytest.mark.parametrize("command", UNKEYED)
def test_what_has_no_key_is_done_by_its_entry_in_the_menu(window_for: MakeWindow, command: str) -> None:
    hands = window_for(command)
    before = seen(hands)
    by_menu(hands, command)
    assert seen(hands) != before


def test_what_is_left_out_here_is_named_with_its_reason() -> None:
    assert set(ELSEWHERE) <= {command.id for command in COMMANDS}
