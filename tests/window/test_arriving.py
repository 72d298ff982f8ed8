"""Reading the work tree and editing lines share a lane: what gives way to the other leaves nothing behind."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from tests.repos import Repo
from tests.window.conftest import AFTER, Hands
from workbench.errors import UserError
from workbench.review.rounds import Source
from workbench.review.verdicts import Verdict
from workbench.ui.arriving import ARRIVAL, Edit

EDIT = Edit("edit of code.py", "code.py", 2, 1, b"    return 11\n")


class Once(QObject):
    """Begins an edit as soon as reading says what it is doing."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands.window)
        self._arriving, self.steps = hands.window.arriving, list[object]()
        self._arriving.refresh_said.connect(self.take)

    def take(self, step: object) -> None:
        self.steps.append(step)
        if len(self.steps) == 1:
            self._arriving.edit(EDIT)


def test_an_edit_that_begins_while_the_work_tree_is_read_ends_what_is_said_of_that(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    once = Once(hands)
    hands.type("R")
    hands.until(lambda: once.steps)
    assert not hands.window.arriving.cancel_refresh(), "nothing reads any more, and the edit is not ended"
    assert once.steps[-1] is None
    assert hands.window.desk._slow_refresh is None
    hands.press(Qt.Key.Key_Escape)
    assert "stopped" not in hands.notice()
    hands.until(lambda: not hands.window.tasks.is_busy)
    current = hands.session.review.round
    assert current is not None
    assert current.source is Source.EXPERT
    assert b"    return 11\n" in hands.session.new_lines("code.py")


def test_reading_does_not_drop_an_edit_that_is_being_taken_in(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    done: list[str] = []
    hands.window.arriving.edit_done.connect(done.append)
    repo.write({"code.py": AFTER + "# later\n"})
    hands.window.arriving.edit(EDIT)
    hands.type("R")
    assert hands.notice() == "An edit is being taken in."
    hands.until(lambda: done)
    assert b"    return 11\n" in hands.session.new_lines("code.py")


def test_escape_right_after_reading_was_asked_for_stops_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    repo.write({"code.py": AFTER + "# later\n"})
    hands.type("R")
    hands.press(Qt.Key.Key_Escape)
    assert hands.notice() == "Reading was stopped."
    assert not hands.window.tasks.is_running(ARRIVAL)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.session.review.index == 0


def test_what_changes_while_a_page_lies_over_the_review_is_shown_when_one_comes_back(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    window = hands.window
    window.panels.show_now()
    window.run_command("recent")
    assert window.desk.is_on_page()
    for file in hands.session.files:
        for change in file.changes:
            hands.session.judge_change(change.id, Verdict.ACCEPTED)
    window.controller.changed.emit()
    window.panels._show_painted()  # as where its timer runs from before
    for button in (window.top.land, window.top.send, window.top.view):
        assert button.isHidden()
    assert window.status.truth.text() == ""
    hands.press(Qt.Key.Key_Escape)
    assert not window.desk.is_on_page()
    window.panels.show_now()
    assert not window.top.land.isHidden()
    assert "3 accepted" in window.status.truth.text()


def test_what_was_done_of_an_act_that_fails_later_is_shown(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("a")
    session, view = hands.session, hands.window.view

    def act() -> None:
        session.undo()
        raise UserError("The disk is full.")

    assert session.review.current
    assert not hands.window.controller.attempt(act)
    assert not session.review.current
    assert view._layout.document.verdicts == session.review.current
    assert hands.notice() == "The disk is full."
