"""One key that judges hundreds of files: done in steps, and in order with whatever is pressed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from workbench.review.actions import Judged
from workbench.review.progress import progress
from workbench.review.verdicts import Verdict
from workbench.ui import stepping

FILES = 600


@pytest.fixture
def alike(tmp_path: Path) -> Repo:
    """Many files with a change of one shape, and a last one with another."""
    made = new_repo(tmp_path / "alike")
    before = {f"f{number:03}.py": f"x = old({number})\n" for number in range(FILES)}
    made.commit(before | {"last.py": "y = 1\n"})
    made.write(
        {path: text.replace("old", "new") for path, text in before.items()} | {"last.py": "z = 1 + 2\n"}
    )
    return made


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every turn of the loop takes one step, as if a step took long."""
    monkeypatch.setattr(stepping, "SLICE", 0.0)


def reject_all(hands: Hands, alike: Repo) -> None:
    """Open the list of all that are alike, and reject them with one key."""
    hands.open(alike)
    hands.until(lambda: hands.window.shapes.shapes is not None)
    hands.type("s")
    hands.until(lambda: hands.window.sheets.is_open)
    hands.type("x")


def on_disk(hands: Hands) -> int:
    """How many verdicts were saved."""
    log, review = hands.session.log, hands.session.review
    return sum(isinstance(action, Judged) for _, action in log.since(review.id))


def is_busy(hands: Hands) -> bool:
    """Whether an act is being done."""
    return hands.window.controller.steps.is_busy


def is_shown(hands: Hands) -> bool:
    """Whether nothing is under way that shows what was judged."""
    window = hands.window
    counting = window.panels._counting.isActive() or window.panels._soon.isActive()
    return not (is_busy(hands) or counting or window.controller.has_file_news)


def test_what_is_judged_in_steps_comes_to_the_same(hands: Hands, alike: Repo, slow: None) -> None:
    reject_all(hands, alike)
    assert is_busy(hands)
    assert set(hands.verdicts()) == {"open"}, "nothing of it is in the review before all of it is"
    hands.type("x")
    hands.until(lambda: not is_busy(hands))
    assert on_disk(hands) == 1, "the same press while it is done is no other act"
    assert sorted(hands.verdicts()) == ["open", *["rejected"] * FILES]
    hands.until(lambda: is_shown(hands))
    session, controller = hands.session, hands.window.controller
    assert controller.progress() == progress(session.review, session.files)
    assert all(each.rejected == 1 for path, each in controller.file_progress().items() if path != "last.py")
    hands.until(lambda: hands.window.view.stop().path == "last.py")
    assert not hands.window.sheets.is_open


def test_who_undoes_meanwhile_undoes_it(hands: Hands, alike: Repo, slow: None) -> None:
    reject_all(hands, alike)
    hands.until(lambda: on_disk(hands) == 1)
    assert is_busy(hands)
    hands.type("u")
    assert not is_busy(hands)
    assert set(hands.verdicts()) == {"open"}
    hands.until(lambda: f"rejected {FILES} changes" in hands.notice())
    hands.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert set(hands.verdicts()) == {"open"}, "doing it again goes in steps, too"
    hands.until(lambda: not is_busy(hands))
    assert hands.verdicts().count("rejected") == FILES


def test_what_another_process_judged_is_taken_in_in_steps(
    hands: Hands, alike: Repo, slow: None, make_hands: Callable[[], Hands]
) -> None:
    hands.open(alike)
    session, other = hands.session, make_hands()
    other.open(alike)
    assert other.session.review.id == session.review.id
    other.session.judge_in_bulk(
        [change for file in session.files for change in file.changes], Verdict.REJECTED
    )
    hands.window.controller.poll()
    assert set(hands.verdicts()) == {"open"}
    hands.until(lambda: not is_busy(hands))
    assert set(hands.verdicts()) == {"rejected"}


def test_closing_saves_what_was_pressed(
    hands: Hands, alike: Repo, slow: None, make_hands: Callable[[], Hands]
) -> None:
    reject_all(hands, alike)
    assert is_busy(hands)
    assert on_disk(hands) == 0, "nothing of it is saved yet"
    hands.window.close()
    again = make_hands()
    again.open(alike)
    assert again.verdicts().count("rejected") == FILES


def test_a_key_that_was_meant_for_another_round_does_nothing(
    hands: Hands, alike: Repo, slow: None, make_hands: Callable[[], Hands]
) -> None:
    hands.open(alike)
    other = make_hands()
    other.open(alike)
    changes = [change for file in other.session.files for change in file.changes]
    other.session.judge_in_bulk(changes[1:], Verdict.ACCEPTED)
    alike.write({"f000.py": "x = another(0)\n"})
    other.window.run_command("refresh")
    other.until(lambda: other.session.review.index == 1)
    hands.window.controller.poll()
    assert is_busy(hands)
    assert hands.session.review.index == 0
    hands.window.run_command("reject")
    assert hands.session.review.index == 1
    assert "Another round came meanwhile" in hands.notice()
    assert "rejected" not in hands.verdicts()
    hands.window.run_command("reject")
    assert hands.verdicts().count("rejected") == 1


def test_the_next_key_is_about_the_next_open_change(hands: Hands, alike: Repo, slow: None) -> None:
    hands.open(alike)
    changes = [change for file in hands.session.files for change in file.changes]
    hands.session.judge_in_bulk(changes[1:-1], Verdict.ACCEPTED)
    hands.window.controller.changed.emit()
    hands.window.view.go_to_change(changes[0].id)
    hands.window.run_command("reject")
    hands.window.run_command("reject")
    assert hands.verdicts() == ["rejected", *["accepted"] * (FILES - 1), "rejected"]


def test_a_key_in_the_list_counts_while_anothers_verdicts_come(
    hands: Hands, alike: Repo, slow: None, make_hands: Callable[[], Hands]
) -> None:
    other = make_hands()
    other.open(alike)
    hands.window.activateWindow()
    hands.open(alike)
    hands.until(lambda: hands.window.shapes.shapes is not None and hands.window.isActiveWindow())
    changes = [change for file in other.session.files for change in file.changes]
    hands.type("s")
    hands.until(lambda: hands.window.sheets.is_open)
    other.session.judge_in_bulk(changes[:-1], Verdict.ACCEPTED)
    hands.window.controller.poll()
    assert is_busy(hands)
    hands.type("x")
    hands.until(lambda: not is_busy(hands))
    assert hands.verdicts().count("rejected") == FILES


def test_who_writes_in_the_list_meanwhile_goes_on_writing(hands: Hands, alike: Repo, slow: None) -> None:
    reject_all(hands, alike)
    assert is_busy(hands)
    hands.type("rbecause it is wrong")
    hands.until(lambda: not is_busy(hands))
    sheet = hands.window.shapes.sheet()
    assert sheet is not None
    assert sheet.editor is not None
