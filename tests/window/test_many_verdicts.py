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
