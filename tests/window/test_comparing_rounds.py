"""Any two rounds side by side: chosen by key, read with the keys of the review, and never judged."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo
from tests.window.conftest import AFTER, SHIFT, Hands
from workbench.ui.compare_sheet import NOT_HERE, READ_ONLY, CompareSheet

SECOND = AFTER.replace("return 10", "return 11")
THIRD = SECOND.replace("return 30", "return 33")


def idle(hands: Hands) -> None:
    hands.until(lambda: not hands.window.tasks.is_busy)


@pytest.fixture
def rounds(hands: Hands, repo: Repo) -> Hands:
    """Three rounds: the second changes the first change, the third the second one."""
    hands.open(repo)
    for number, text in ((1, SECOND), (2, THIRD)):
        repo.write({"code.py": text})
        hands.type("R")
        hands.until(lambda number=number: hands.session.review.index == number)  # type: ignore[misc]
        idle(hands)
    return hands


def opened(hands: Hands) -> CompareSheet:
    hands.type("D")
    idle(hands)
    found = hands.window.rounds_desk.comparison()
    assert found is not None
    return found


def differs(sheet: CompareSheet) -> list[tuple[tuple[bytes, ...], tuple[bytes, ...]]]:
    assert sheet.comparison is not None
    return [(each.removed, each.added) for file in sheet.comparison.files for each in file.changes]


def test_the_newest_round_is_compared_with_the_one_before_it(rounds: Hands) -> None:
    sheet = opened(rounds)

    assert sheet.title.text() == "Round 2 → round 3"
    assert differs(sheet) == [((b"    return 30\n",), (b"    return 33\n",))]
    assert sheet.count.text() == "1 change in 1 file"
    assert sheet.says.text() == READ_ONLY


def test_either_round_is_chosen_by_key_and_the_base_is_one_of_them(rounds: Hands) -> None:
    sheet = opened(rounds)

    rounds.press(Qt.Key.Key_Left, SHIFT)
    idle(rounds)
    assert sheet.title.text() == "Round 1 → round 3"
    assert len(differs(sheet)) == 2
    rounds.press(Qt.Key.Key_Left, SHIFT)
    idle(rounds)
    assert sheet.title.text() == "The base → round 3"
    rounds.press(Qt.Key.Key_Left)
    idle(rounds)
    assert sheet.title.text() == "The base → round 2"
    rounds.press(Qt.Key.Key_Left)
    rounds.press(Qt.Key.Key_Left)
    idle(rounds)
    assert sheet.title.text() == "The base → round 3", "never a round with itself"


def test_nothing_is_judged_there_and_it_is_said(rounds: Hands) -> None:
    sheet = opened(rounds)
    before = rounds.session.sequence

    for key in "axroAXucCm.":
        sheet.says.setText("")
        rounds.type(key)
        assert sheet.says.text() == NOT_HERE, key
    rounds.press(Qt.Key.Key_Return)
    rounds.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert rounds.session.sequence == before
    assert rounds.window.rounds_desk.comparison() is sheet
    assert rounds.verdicts() == ["open"] * 3


def test_it_is_read_with_the_keys_of_the_review(rounds: Hands) -> None:
    sheet = opened(rounds)
    rounds.press(Qt.Key.Key_Left, SHIFT)
    idle(rounds)
    changes = [change.id for file in sheet.comparison.files for change in file.changes]  # type: ignore[union-attr]

    rounds.press(Qt.Key.Key_Home)
    rounds.type("]")
    assert sheet.view.stop().change in changes
    rounds.type("Z")
    rounds.until(lambda: sheet.view.is_settled)
    rounds.type("/")
    rounds.type("return 2")
    rounds.until(lambda: sheet.search.count.text() == "1 match")
    rounds.press(Qt.Key.Key_Escape)
    split = sheet.view.is_split
    rounds.type("t")
    assert sheet.view.is_split is not split

    rounds.press(Qt.Key.Key_Escape)
    assert not rounds.window.sheets.is_open
    assert rounds.window.view.hasFocus()
    assert rounds.window.view.is_split is split


def test_a_first_round_is_compared_with_the_base(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    sheet = opened(hands)
    assert sheet.title.text() == "The base → round 1"
    hands.press(Qt.Key.Key_Right)
    assert "no other rounds" in sheet.says.text()
