"""What was seen and for how long: asked before accepting, listed before landing, kept here alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import Hands
from workbench.review.skimming import Look
from workbench.store.looks import read_looks
from workbench.store.paths import data_dir, looks_dir
from workbench.ui import skimming
from workbench.ui.landing_sheet import LandingSheet
from workbench.workflow.opening import delete_review


@pytest.fixture
def tall(tmp_path: Path) -> Repo:
    """A change higher than the window, and a short one."""
    made = new_repo(tmp_path / "tall")
    made.commit({"a.py": numbered(300), "b.py": "one\n"})
    made.write({"a.py": numbered(300, "!"), "b.py": "two\n"})
    return made


def end_of(hands: Hands) -> None:
    """Go to where the first change ends."""
    hands.window.view.go_to_line("a.py", hands.window.view.stop().side, 300)
    hands.window.view.viewport().repaint()
    hands.until(lambda: not hands.window.skimming._soon.isActive())


def test_a_change_whose_end_was_not_on_the_screen_needs_a_second_press(hands: Hands, tall: Repo) -> None:
    hands.open(tall)
    hands.type("a")
    assert hands.verdicts() == ["open", "open"]
    count = int(hands.notice().split(" ", 1)[0])
    assert hands.notice() == f"{count} lines of this change were never on the screen."
    assert 400 < count < 600
    hands.type("a")
    assert hands.verdicts() == ["accepted", "open"]
    hands.type("a")
    assert hands.verdicts() == ["accepted", "accepted"]


def test_another_key_between_makes_the_next_press_a_first_one(hands: Hands, tall: Repo) -> None:
    hands.open(tall)
    hands.type("a")
    hands.type("j")
    hands.type("a")
    assert hands.verdicts()[0] == "open"
    hands.window.menus.actions["accept"].trigger()
    assert hands.verdicts()[0] == "accepted"


def test_rejecting_never_asks_and_what_was_seen_to_its_end_is_accepted_at_once(
    hands: Hands, tall: Repo
) -> None:
    hands.open(tall)
    hands.type("x")
    assert hands.verdicts()[0] == "rejected"
    hands.type("u")
    end_of(hands)
    hands.type("a")
    assert hands.verdicts()[0] == "accepted"


def test_a_whole_file_and_a_selection_ask_with_the_count(hands: Hands, tall: Repo) -> None:
    hands.open(tall)
    hands.type("A")
    assert " of 600 lines of this file were never on the screen." in hands.notice()
    hands.type("v")
    hands.window.view.go_to_end(-1)
    hands.window.view.move_line(299)
    hands.type("a")
    assert hands.verdicts()[0] == "open"
    assert "of the selection" in hands.notice()
    hands.type("a")
    assert hands.verdicts()[0] == "accepted"


def test_what_was_seen_is_there_in_the_next_window_and_gone_with_the_review(
    make_hands: Callable[[], Hands], tall: Repo
) -> None:
    first = make_hands()
    first.open(tall)
    end_of(first)
    review = first.session.review.id
    first.window.close()
    assert all(look.lines for look in read_looks(review).values())
    second = make_hands()
    second.open(tall)
    second.window.view.go_to_end(-1)
    second.type("a")
    assert second.verdicts()[0] == "accepted"
    second.window.close()
    assert looks_dir().is_relative_to(data_dir())
    delete_review(review)
    assert list(looks_dir().iterdir()) == []


def test_time_counts_only_for_who_is_there(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.until(hands.window.isActiveWindow)
    now = [1000.0]
    watcher, change = hands.window.skimming, hands.window.view.stop().change or ""
    watcher.clock = lambda: now[0]
    watcher._tick.stop()
    watcher.stir()

    def spent(seconds: float, step: float = 0.25) -> float:
        before = watcher.look_of(change).seconds
        for _ in range(round(seconds / step)):
            now[0] += step
            watcher.look()
        return watcher.look_of(change).seconds - before

    watcher.look()
    # Three changes are on the screen; two of their five changed rows are this one's.
    assert spent(10) == pytest.approx(10 * 2 / 5)
    assert spent(100) == pytest.approx(10 * 2 / 5)  # nobody stirs after twenty seconds
    hands.type("j")
    assert spent(5) == pytest.approx(5 * 2 / 5)
    hands.type("?")
    assert spent(5) == 0  # a sheet covers it
    hands.press(Qt.Key.Key_Escape)
    hands.type("k")
    now[0] += 500  # the machine slept
    watcher.stir()
    watcher.look()
    assert spent(0.25) <= 0.5


def test_one_visit_adds_only_so_much(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.until(hands.window.isActiveWindow)
    now = [1000.0]
    watcher, change = hands.window.skimming, hands.window.view.stop().change or ""
    watcher.clock = lambda: now[0]
    watcher._tick.stop()
    for _ in range(4000):
        now[0] += 0.25
        watcher.stir()
        watcher.look()
    assert watcher.look_of(change).seconds == pytest.approx(skimming.VISIT, abs=1)


def test_what_waits_to_be_written_until_the_keys_rest_is_written_when_the_window_closes(
    hands: Hands, repo: Repo
) -> None:
    hands.open(repo)
    window, review = hands.window, hands.session.review.id
    watcher, change = window.skimming, window.view.stop().change or ""
    watcher._tick.stop()
    for seconds in (2.0, 3.0):
        window.tasks.stir()
        watcher._add(change, Look(0, seconds))
        watcher.keep()  # the second drops the first, which still waits
        assert window.tasks.is_running("looks")
    whole = watcher.look_of(change)
    assert read_looks(review).get(change, Look(0, 0)).seconds < 5
    window.close()
    assert read_looks(review)[change].seconds == pytest.approx(whole.seconds, abs=0.01)


def landing(hands: Hands) -> LandingSheet:
    hands.type("L")
    sheet = hands.window.sheets.landing()
    assert sheet is not None
    hands.until(lambda: sheet.plan is not None)
    return sheet


def test_the_landing_sheet_lists_what_was_accepted_quickly(hands: Hands, repo: Repo) -> None:
    repo.write({".envrc": "export A=1\n"})
    watcher = hands.window.skimming
    watcher.clock = lambda: 1000.0  # no time passes, however slow the machine is
    hands.open(repo)
    view, session = hands.window.view, hands.session
    for path in ("code.py", ".envrc"):
        view.go_to_change(session.by_path[path].changes[0].id)
        hands.type("a")
    change = session.by_path["code.py"].changes[1].id
    view.go_to_change(change)
    watcher._looks[change] = Look((1 << 9) - 1, 60.0)
    hands.type("a")
    sheet = landing(hands)
    lines = sheet.passed.toPlainText().split("\n")
    assert sheet.passed_title.text() == "2 CHANGES WERE ACCEPTED QUICKLY"
    places = [line.partition("\t")[0] for line in lines if not line.startswith(" ")]
    assert places == [".envrc:1", "code.py:2"]
    assert len([line for line in lines if line.endswith(" in under 0.1 s")]) == 2
    hands.press(Qt.Key.Key_Escape)
    hands.window.preferences.change(pace=0)
    sheet = landing(hands)
    assert not sheet.passed.isVisibleTo(sheet)
