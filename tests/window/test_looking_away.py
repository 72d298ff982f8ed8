"""What is not looked at is not counted as seen: minimised, behind, under a sheet, asleep."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import Hands
from workbench.review.changes import Side

EDITED = numbered(100, "!") + numbered(300).partition("line 101\n")[2].replace("line 250\n", "line fifty\n")


@pytest.fixture
def two(hands: Hands, tmp_path: Path) -> Repo:
    """Two changes that are never on the screen together."""
    made = new_repo(tmp_path / "two")
    made.commit({"a.py": numbered(300)})
    made.write({"a.py": EDITED})
    hands.open(made)
    hands.window.view.smooth = False
    return made


def spent(hands: Hands) -> list[float]:
    looks = hands.window.skimming
    return [looks.look_of(change.id).seconds for change in hands.session.files[0].changes]


def seen(hands: Hands) -> list[bool]:
    looks = hands.window.skimming
    return [bool(looks.look_of(change.id).lines) for change in hands.session.files[0].changes]


def below(hands: Hands) -> None:
    """The second change comes to where the first one was."""
    hands.window.view.go_to_line("a.py", Side.NEW, 250)
    hands.window.skimming.look()


def test_what_comes_while_the_window_is_minimised_was_not_seen(hands: Hands, two: Repo) -> None:
    hands.window.skimming.look()
    assert seen(hands) == [True, False]
    hands.window.showMinimized()
    QApplication.processEvents()
    below(hands)
    hands.bot.wait(1)
    assert seen(hands) == [True, False]
    hands.window.showNormal()
    QApplication.processEvents()
    below(hands)
    assert seen(hands) == [True, True]


def test_what_comes_under_a_sheet_was_not_seen(hands: Hands, two: Repo) -> None:
    hands.window.skimming.look()
    hands.window.run_command("task")
    below(hands)
    assert seen(hands) == [True, False]
    hands.window.sheets.close()
    below(hands)
    assert seen(hands) == [True, True]


def test_time_counts_neither_behind_another_window_nor_while_the_machine_sleeps(
    hands: Hands, two: Repo
) -> None:
    clock = [1000.0]
    looks = hands.window.skimming
    looks.clock = lambda: clock[0]
    looks._tick.stop()

    def after(seconds: float) -> float:
        before = sum(spent(hands))
        clock[0] += seconds
        looks.stir()
        looks.look()
        return round(sum(spent(hands)) - before, 3)

    after(0)
    assert after(0.25) == 0.25
    # Asleep, or stopped with a signal: the clock jumps. A jump back is no time either.
    assert after(9000.0) <= 0.5
    assert after(-50.0) == 0
    other = QWidget()
    hands.bot.addWidget(other)
    other.show()
    other.activateWindow()
    hands.until(lambda: not hands.window.isActiveWindow())
    assert after(0.25) == 0
    hands.window.activateWindow()
    hands.until(hands.window.isActiveWindow)
    after(0)
    assert after(0.25) == 0.25
