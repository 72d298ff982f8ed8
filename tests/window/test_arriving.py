"""Reading the work tree and editing lines share a lane: what gives way to the other leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt

from tests.repos import Repo, new_repo
from tests.window.conftest import AFTER, CONTROL, Hands
from workbench.errors import UserError
from workbench.review.changes import Side
from workbench.review.entries import Said
from workbench.review.rounds import Source
from workbench.review.verdicts import Verdict
from workbench.ui.arriving import ARRIVAL, Edit
from workbench.ui.note_editor import LinesEditor
from workbench.workflow.draft_lines import DraftLines, tree_now


def edit(hands: Hands, line: int, text: str, key: str = "edit of code.py") -> Edit:
    """Other text for a line of `code.py`, as it stands in the round that is shown."""
    return Edit(key, DraftLines(tree_now(hands.session), Side.NEW, line, 1, "code.py"), text.encode())


class Once(QObject):
    """Begins an edit as soon as reading says what it is doing."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(hands.window)
        self._hands, self._arriving, self.steps = hands, hands.window.arriving, list[object]()
        self._arriving.refresh_said.connect(self.take)

    def take(self, step: object) -> None:
        self.steps.append(step)
        if len(self.steps) == 1:
            self._arriving.edit(edit(self._hands, 2, "    return 11\n"))


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
    hands.window.arriving.edit(edit(hands, 2, "    return 11\n"))
    hands.type("R")
    assert hands.notice() == "An edit is being taken in."
    hands.until(lambda: done)
    assert b"    return 11\n" in hands.session.new_lines("code.py")


def test_edits_that_are_saved_before_the_first_is_taken_in_are_taken_in_one_after_the_other(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    hands.press(Qt.Key.Key_Return)
    above = hands.focus()
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("    ten = 10")
    hands.press(Qt.Key.Key_Return)
    hands.type("    return ten")
    hands.window.view.setFocus()
    hands.type("]")
    hands.press(Qt.Key.Key_Return)
    assert hands.focus() is not above
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("    return 33")

    hands.window.tasks.hold()  # as where the first takes a second in a large repository
    below = hands.focus()
    above.setFocus()
    hands.press(Qt.Key.Key_Return, CONTROL)
    below.setFocus()
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.window.tasks.release()

    hands.until(lambda: not hands.window.tasks.is_busy)
    wanted = AFTER.replace("    return 10\n", "    ten = 10\n    return ten\n").replace("30", "33")
    assert b"".join(hands.session.new_lines("code.py")).decode() == wanted
    assert hands.session.drafts() == {}
    assert not any(each.isVisible() for each in hands.window.view.findChildren(LinesEditor))
    assert hands.verdicts() == ["accepted", "accepted", "open"]


def test_an_edit_of_lines_that_the_one_before_replaced_says_so_and_the_next_is_taken(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    done: list[str] = []
    hands.window.arriving.edit_done.connect(done.append)
    first = edit(hands, 2, "    return 11\n", "first")
    hands.window.arriving.edit(first)
    hands.window.arriving.edit(edit(hands, 2, "    return 12\n", "late"))
    hands.window.arriving.edit(edit(hands, 10, "    return 33\n", "last"))
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert done == ["first", "last"]
    assert hands.notice() == "The lines that this edit replaces were changed meanwhile."
    found = b"".join(hands.session.new_lines("code.py")).decode()
    assert found == AFTER.replace("return 10", "return 11").replace("return 30", "return 33")


def test_the_same_editor_saved_again_before_its_text_is_taken_in_saves_the_newest(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    for text in ("    return 11\n", "    return 12\n"):
        hands.window.arriving.edit(edit(hands, 2, text))
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.session.new_lines("code.py")[1] == b"    return 12\n"
    assert hands.session.review.index == 1


def test_what_waits_is_not_put_into_another_review(hands: Hands, repo: Repo, tmp_path: Path) -> None:
    hands.open(repo)
    hands.window.tasks.hold()
    hands.window.arriving.edit(edit(hands, 2, "    return 11\n", "first"))
    hands.window.arriving.edit(edit(hands, 10, "    return 33\n", "second"))
    other = new_repo(tmp_path / "other")
    other.commit({"code.py": AFTER})
    other.write({"code.py": AFTER + "# more\n"})
    hands.window.errands.open(other.root)
    hands.window.tasks.release()
    hands.until(lambda: hands.session.repository.work_tree == other.root)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.session.review.index == 0
    hands.window.arriving.edit(edit(hands, 2, "    return 12\n"))
    hands.until(lambda: hands.session.review.index == 1)


def test_two_altered_entries_are_restored_one_after_the_other(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aa")
    repo.write({"code.py": AFTER.replace("return 10", "return 99").replace("return 30", "return 33")})
    hands.type("R")
    hands.until(lambda: not hands.window.tasks.is_busy)
    altered = [each for each in hands.session.ledger() if each.said is Said.ALTERED]
    assert len(altered) == 2
    hands.window.tasks.hold()
    for entry in altered:
        hands.window.view.go_to_entry(entry.id)
        hands.type("x")
    hands.window.tasks.release()
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert b"".join(hands.session.new_lines("code.py")).decode() == AFTER, hands.notice()


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
