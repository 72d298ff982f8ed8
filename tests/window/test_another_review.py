"""One window, one review after another: each is shown where it was left, and nothing of the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from tests.qt_objects import entering
from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from tests.window.test_every_command import top_of

LONG = numbered(60)


@pytest.fixture
def both(tmp_path: Path) -> tuple[Repo, Repo]:
    """Two repositories with files of the same names and other changes in them."""
    made = []
    for name, line in (("one", 20), ("two", 40)):
        repo = new_repo(tmp_path / name)
        repo.commit({f"f{number:02}.py": LONG for number in range(30)})
        changed = LONG.replace(f"line {line}\n", f"line {line} of {name}\n")
        repo.write({f"f{number:02}.py": changed for number in range(30)})
        made.append(repo)
    return made[0], made[1]


def drop(hands: Hands, repo: Repo) -> Qt.DropAction:
    """Drop the folder of a repository and wait for its review; what is told to be done with the folder."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(repo.root))])
    either = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enters = entering(QPoint(600, 400), data, either)
    QApplication.sendEvent(hands.window, enters)
    event = QDropEvent(QPointF(600, 400), either, data, left, none)
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(hands.window, event)
    hands.until(lambda: hands.session.repository.name == repo.root.name)
    hands.until(lambda: not hands.session.is_loading and not hands.window.tasks.is_busy)
    hands.until(lambda: hands.window.view.is_settled)
    return event.dropAction()


def test_another_review_begins_at_its_top_and_the_first_one_is_where_it_was_left(
    hands: Hands, both: tuple[Repo, Repo]
) -> None:
    one, two = both
    hands.open(one)
    view = hands.window.view
    view.go_to_file("f15.py")
    hands.until(lambda: view.is_settled)
    left, shown = view.stop(), top_of(view)
    assert view.verticalScrollBar().value() > 0

    drop(hands, two)
    assert view.verticalScrollBar().value() == 0
    assert (view.stop().path, view.stop().line) == ("f00.py", 40)

    drop(hands, one)
    assert view.stop() == left
    assert top_of(view) == shown


def test_in_a_lower_window_the_row_that_one_was_on_is_in_sight_again(
    make_hands: Callable[[], Hands], both: tuple[Repo, Repo]
) -> None:
    hands = make_hands()
    hands.open(both[0])
    view = hands.window.view
    view.go_to_file("f15.py")
    hands.until(lambda: view.is_settled)
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() - 560)
    left = view.stop()
    hands.window.close()

    again = make_hands()
    again.window.resize(1200, 500)
    again.open(both[0])
    view = again.window.view
    again.until(lambda: view.is_settled)
    assert view.stop() == left
    below = view._cursor_y()
    assert below is not None
    assert 0 <= below < view.viewport().height()


def test_what_is_dropped_is_looked_at_and_never_taken_away(hands: Hands, both: tuple[Repo, Repo]) -> None:
    hands.open(both[0])
    assert drop(hands, both[1]) is Qt.DropAction.CopyAction


def test_escape_leads_from_the_recent_reviews_back_to_the_one_that_is_open(
    hands: Hands, both: tuple[Repo, Repo]
) -> None:
    hands.open(both[0])
    view = hands.window.view
    view.go_to_file("f15.py")
    hands.until(lambda: view.is_settled)
    left, shown = view.stop(), top_of(view)
    hands.press(Qt.Key.Key_O, CONTROL | SHIFT)
    hands.until(lambda: not view.isVisible())
    verdicts = hands.verdicts()
    hands.window.run_command("accept")
    assert hands.notice() == "The review is not on the screen."
    assert hands.verdicts() == verdicts
    hands.press(Qt.Key.Key_Escape)
    hands.until(lambda: view.isVisible() and view.is_settled)
    assert hands.focus() is view
    assert (view.stop(), top_of(view)) == (left, shown)
    assert hands.window.windowTitle().startswith("one")
    hands.type("]")
    assert view.stop() != left


def test_escape_on_a_page_without_a_review_leaves_the_keys_there(hands: Hands) -> None:
    hands.window.run_command("recent")
    page = hands.window.desk.page()
    hands.until(page.isVisible)
    hands.press(Qt.Key.Key_Escape)
    focus = hands.window.focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus)
