"""Trust in the window, by real keys: the mark, the sheet that lists all, and doing again what was refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.repos import Repo
from tests.window.conftest import ALT, CONTROL, Hands
from workbench.ui.trust_mark import TrustMark
from workbench.ui.trust_sheet import TrustSheet
from workbench.workflow.trust import RestrictedError, require_trust, trust_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks are told by their modes")

ENTER, ESCAPE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


@pytest.fixture
def hook(repo: Repo) -> Path:
    place = repo.root / ".git/hooks/pre-commit"
    place.parent.mkdir(exist_ok=True)
    place.write_text("#!/bin/sh\nmake check\n")
    place.chmod(0o755)
    repo.git("config", "filter.x.clean", "tidy \u202e\nhook post-commit: harmless")
    return place


def mark(hands: Hands) -> TrustMark:
    return hands.window.top.trust


def look(hands: Hands) -> str:
    """What the mark says once it has been seen to."""
    hands.window.trusting.look()
    hands.until(lambda: not hands.window.tasks.is_busy)
    return mark(hands).text()


def opened_sheet(hands: Hands) -> TrustSheet:
    """The sheet, once it shows what could run."""
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, TrustSheet)
    hands.until(lambda: not hands.window.tasks.is_busy)
    return sheet


def is_trusted(hands: Hands) -> bool:
    return trust_of(hands.session.repository).trusted


def by_palette(hands: Hands, words: str) -> None:
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type(words)
    hands.press(ENTER)


def test_the_mark_is_seen_to_by_itself_after_opening(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    assert mark(hands).text() == "restricted"
    assert "No program" in mark(hands).toolTip()
    hands.until(lambda: "never trusted" in mark(hands).toolTip())


def test_the_sheet_lists_all_that_could_run_and_hides_nothing(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    by_palette(hands, "trust this")
    sheet = opened_sheet(hands)
    lines = sheet.programs.toPlainText().split("\n")
    assert "hook pre-commit: .git/hooks/pre-commit" in lines
    assert "  │ make check" in lines
    assert "filter x, clean: tidy ⟦U+202E⟧⟦U+000A⟧hook post-commit: harmless" in lines
    assert not any(line.startswith("hook post-commit") for line in lines)
    assert sheet.state.text() == "Restricted (never trusted): 2 programs."
    hands.press(ESCAPE)


@pytest.mark.parametrize("key", [ENTER, ESCAPE, Qt.Key.Key_Space])
def test_the_key_at_hand_keeps_it_restricted(key: Qt.Key, hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    opened_sheet(hands)
    hands.press(key)
    assert not hands.window.sheets.is_open
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert not is_trusted(hands)
    assert hands.focus() is hands.window.view


@pytest.mark.parametrize("way", ["tab", "left", "alt"])
def test_trust_is_given_by_keys_and_shown(way: str, hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    sheet = opened_sheet(hands)
    if way == "alt":
        hands.press(Qt.Key.Key_T, ALT)
    else:
        hands.press(TAB if way == "tab" else Qt.Key.Key_Left)
        assert hands.focus() is sheet.trust
        hands.press(ENTER)
    hands.until(lambda: mark(hands).text() == "trusted")
    assert is_trusted(hands)
    assert not hands.window.sheets.is_open
    assert "shop is trusted" in hands.notice()


def test_scrolling_keys_scroll_the_list_and_leave_the_answer_where_it_is(
    hands: Hands, repo: Repo, hook: Path
) -> None:
    hook.write_text("#!/bin/sh\n" + "true\n" * 300)
    hands.open(repo)
    hands.window.run_command("trust")
    sheet = opened_sheet(hands)
    bar = sheet.programs.verticalScrollBar()
    assert bar.maximum() > 0
    for key, at in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Up, 0), (Qt.Key.Key_End, bar.maximum())):
        hands.press(key)
        assert (bar.value(), hands.focus()) == (at, sheet.keep)
    hands.press(Qt.Key.Key_PageUp)
    assert 0 < bar.value() < bar.maximum()
    hands.press(Qt.Key.Key_Home)
    assert bar.value() == 0
    hands.press(ESCAPE)


def test_pressing_the_mark_of_a_trusted_repository_offers_to_restrict_it(
    hands: Hands, repo: Repo, hook: Path
) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    opened_sheet(hands)
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: mark(hands).text() == "trusted")
    QTest.mouseClick(mark(hands), Qt.MouseButton.LeftButton)
    sheet = opened_sheet(hands)
    assert (sheet.trust.text(), sheet.keep.text()) == ("Restrict", "Keep trusted  Esc")
    assert hands.focus() is sheet.keep
    hands.press(TAB)
    hands.press(ENTER)
    hands.until(lambda: mark(hands).text() == "restricted")
    assert not is_trusted(hands)


def test_restrict_by_the_palette(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    opened_sheet(hands)
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: mark(hands).text() == "trusted")
    by_palette(hands, "restrict this")
    hands.until(lambda: hands.notice() == "shop is restricted now.")
    by_palette(hands, "restrict this")
    hands.until(lambda: hands.notice() == "shop is restricted already.")
    assert mark(hands).text() == "restricted"


def test_a_hook_that_changed_is_seen_on_the_mark_and_in_the_sheet(
    hands: Hands, repo: Repo, hook: Path
) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    opened_sheet(hands)
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: mark(hands).text() == "trusted")
    trusted = mark(hands).colour
    hands.until(lambda: hands.notice().endswith("is trusted, as long as what it could run does not change."))
    hook.write_text("#!/bin/evil\n")
    assert look(hands) == "restricted: hook changed"
    # What was said of it before must not stand there any longer.
    hands.until(
        lambda: "is restricted again: hook pre-commit changed since you trusted it." in hands.notice()
    )
    assert "hook pre-commit changed since you trusted it" in mark(hands).toolTip()
    assert mark(hands).colour not in (trusted, hands.window.theme.dim)
    hands.window.run_command("trust")
    assert "(new or changed since you trusted it)" in opened_sheet(hands).programs.toPlainText()
    hands.press(ESCAPE)


def test_what_changes_under_the_open_sheet_is_not_trusted(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    hands.window.run_command("trust")
    sheet = opened_sheet(hands)
    hook.write_text("#!/bin/evil\n")
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: sheet.error.isVisible() and not hands.window.tasks.is_busy)
    assert "hook pre-commit changed while you looked" in sheet.error.text()
    assert "#!/bin/evil" in sheet.programs.toPlainText()
    assert not is_trusted(hands)
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: mark(hands).text() == "trusted")


def test_what_was_refused_is_done_again_once_trust_is_given(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    done: list[str] = []

    def write() -> None:
        try:
            require_trust(hands.session.repository, "write the index of")
            done.append("written")
        except RestrictedError as error:
            hands.window.controller.trust_needed.emit(error, write)

    write()
    assert opened_sheet(hands).needed.text().startswith("Workbench may not write the index of shop")
    hands.press(ESCAPE)
    assert done == []
    write()
    opened_sheet(hands)
    hands.press(Qt.Key.Key_T, ALT)
    hands.until(lambda: done == ["written"])


def test_the_sheet_opens_over_another_one_and_gives_it_back(hands: Hands, repo: Repo, hook: Path) -> None:
    hands.open(repo)
    hands.type("T")
    task = hands.window.sheets.current()
    assert task is not None
    hands.type("a task")
    error = RestrictedError("Refused.", surface=trust_of(hands.session.repository).surface)
    hands.window.controller.fail(error)
    assert opened_sheet(hands).needed.text() == "Refused."
    hands.press(ESCAPE)
    assert hands.window.sheets.current() is task
    hands.type(" more")
    hands.press(ENTER, CONTROL)
    assert hands.session.review.task == "a task more"


def test_a_surface_that_cannot_be_told_is_said_and_cannot_be_trusted(
    hands: Hands, repo: Repo, hook: Path
) -> None:
    hands.open(repo)
    for number in range(501):
        (hook.parent / str(number)).touch()
    assert look(hands) == "restricted: unreadable"
    assert "too many to be bound" in mark(hands).toolTip()
    hands.window.run_command("trust")
    sheet = opened_sheet(hands)
    assert "too many to be bound" in sheet.error.text()
    assert not sheet.trust.isEnabled()
    hands.press(ESCAPE)


def test_a_repository_of_somebody_else_says_so_on_the_mark_and_in_the_sheet(
    hands: Hands, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)  # somebody who owns nothing here
    hands.open(repo)
    monkeypatch.undo()
    assert mark(hands).text() == "restricted · not yours"
    assert "belongs to" in mark(hands).toolTip()
    assert "belongs to" in hands.notice()
    hands.window.run_command("trust")
    sheet = opened_sheet(hands)
    assert "belongs to" in sheet.owner.text()
    assert sheet.owner.isVisible()
    hands.press(ESCAPE)


def test_without_a_review_there_is_no_mark_and_nothing_to_trust(hands: Hands) -> None:
    assert not mark(hands).isVisible()
    hands.window.run_command("trust")
    assert not hands.window.sheets.is_open
    assert hands.notice() == "No review is open."


def test_two_windows_show_what_the_other_decided(
    make_hands: Callable[[], Hands], repo: Repo, hook: Path
) -> None:
    first, second = make_hands(), make_hands()
    first.open(repo)
    second.open(repo)
    first.window.run_command("trust")
    QTest.keyClick(opened_sheet(first).trust, ENTER)
    first.until(lambda: mark(first).text() == "trusted")
    assert look(second) == "trusted"
