"""The window over its own files, when the disk is full, or they are damaged: a sentence, and no loss."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.exceptions import capture_exceptions

from tests.repos import Repo, new_repo
from tests.window.conftest import CONTROL, Hands
from workbench.errors import UserError
from workbench.review.notes import Intent, Place
from workbench.review.skimming import Look
from workbench.store.looks import keep_looks, read_looks
from workbench.store.paths import looks_dir, settings_path
from workbench.store.settings import load_settings
from workbench.ui.compare_sheet import CompareSheet
from workbench.ui.key_sheet import KeySheet
from workbench.ui.task_sheet import TaskSheet
from workbench.ui.written import from_draft
from workbench.workflow.opening import open_review, open_saved
from workbench.workflow.session import Session


@contextmanager
def full_disk(hands: Hands) -> Iterator[None]:
    """The database may not grow by one page, which SQLite takes as it takes a full disk."""
    run = hands.session.log._connection.execute
    run("create table filler (body)")
    run("pragma wal_checkpoint(truncate)")
    run("vacuum")
    pages = run("pragma page_count").fetchone()[0]
    assert run(f"pragma max_page_count = {pages}").fetchone()[0] == pages
    with pytest.raises(sqlite3.OperationalError, match="full"):
        run("insert into filler values (zeroblob(400000))")
    yield
    with suppress(sqlite3.ProgrammingError):  # it may be closed by now
        run("pragma max_page_count = 1000000")


LONG = "why is this so? " * 400


def test_on_a_full_disk_no_verdict_is_shown_that_is_not_kept_and_the_reason_stays_in_sight(
    hands: Hands, repo: Repo, home: Path
) -> None:
    hands.open(repo)
    hands.type("a")
    before = hands.verdicts()
    # Keys that are seen for the first time are noted in the settings, which cannot be written either.
    settings_path().mkdir(parents=True)
    with full_disk(hands):
        for key in "xao":
            for _ in range(40):  # until the last free byte is taken
                hands.type(key)
                if "could not be written: the disk is full" in hands.notice():
                    break
            assert "could not be written: the disk is full" in hands.notice()
            hands.until(lambda: not hands.window._used_later.isActive())
            assert "could not be written: the disk is full" in hands.notice()
            shown = hands.verdicts()
            settings_path().rmdir()
            other = open_saved(hands.session.review.id)
            settings_path().mkdir()
            assert other.review.current == hands.session.review.current
            other.close()
            assert hands.verdicts() == shown
    assert before


def test_a_draft_that_cannot_be_kept_stays_open_until_it_can(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    with full_disk(hands):
        hands.type("c")
        editor = hands.focus()
        editor.insertPlainText(LONG)  # type: ignore[attr-defined]
        hands.press(Qt.Key.Key_Escape)
        assert hands.window.editing().is_open(), "the text is nowhere else"
        assert "the disk is full" in hands.notice()
        assert not hands.window.close(), "closing asks once"
        assert hands.notice() == "What you are writing could not be kept."
        assert hands.window.isVisible()
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.editing().is_open()
    assert any(LONG.strip() in body for body in hands.session.drafts().values())


def test_closing_a_second_time_leaves_what_cannot_be_kept(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    with full_disk(hands):
        hands.type("c")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        assert not hands.window.close()
        assert hands.window.close()


def test_closing_keeps_what_can_be_kept_by_now(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    review = hands.session.review.id
    with full_disk(hands):
        hands.type("c")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        assert not hands.window.close()
    assert hands.window.close()
    kept = open_saved(review)
    assert any(LONG.strip() in body for body in kept.drafts().values())
    kept.close()


def test_a_page_over_the_review_leaves_what_cannot_be_kept_in_its_editor(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    with full_disk(hands):
        hands.type("c")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        desk = hands.window.desk
        desk.show_start()
        desk.show_start()
        assert desk.is_on_page()
        hands.press(Qt.Key.Key_Escape)
        assert not desk.is_on_page()
        assert hands.window.editing().unkept, "it stands there still"
        assert not hands.window.close(), "it was said of opening, not of closing"
        assert hands.notice() == "What you are writing could not be kept."


def test_a_task_that_cannot_be_saved_stays_in_its_sheet_until_it_can(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    with full_disk(hands):
        hands.type("T")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        hands.press(Qt.Key.Key_Return, CONTROL)
        sheet = hands.window.sheets.current()
        assert isinstance(sheet, TaskSheet)
        assert "the disk is full" in hands.notice()
        assert "What you wrote stands here alone" in sheet.error.text()
        hands.press(Qt.Key.Key_Escape)
        assert hands.window.sheets.current() is sheet, "the text is nowhere else"
        assert sheet.text.toPlainText() == LONG
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.window.sheets.current() is None
    assert hands.session.review.task == LONG.strip()
    assert hands.session.drafts() == {}


def test_a_task_that_is_nowhere_else_keeps_the_window_open_once(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    with full_disk(hands):
        hands.type("T")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        assert not hands.window.close()
        sheet = hands.window.sheets.current()
        assert isinstance(sheet, TaskSheet)
        assert sheet.text.toPlainText() == LONG
        assert "What you wrote stands here alone" in sheet.error.text()
        assert hands.window.close()


def test_a_task_goes_as_a_draft_with_its_review_when_another_one_comes(
    hands: Hands, repo: Repo, tmp_path: Path
) -> None:
    hands.open(repo)
    before = hands.session
    other = new_repo(tmp_path / "other")
    other.commit({"a.py": "1\n"})
    other.write({"a.py": "2\n"})
    hands.type("T")
    hands.focus().insertPlainText("half a task")  # type: ignore[attr-defined]
    found = open_review(other.root)
    assert isinstance(found, Session)
    hands.window.errands.take_opened(found)
    assert hands.window.sheets.current() is None
    assert [from_draft(body).text for body in before.drafts().values()] == ["half a task"]
    assert hands.session.drafts() == {}


def test_the_task_is_gone_to_where_it_is_the_one_draft(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("Thalf a task")
    hands.press(Qt.Key.Key_Escape)
    hands.window.run_command("drafts")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, TaskSheet)
    assert sheet.text.toPlainText() == "half a task"


def test_a_task_that_was_left_is_there_again(make_hands: Callable[[], Hands], repo: Repo) -> None:
    first = make_hands()
    first.open(repo)
    first.type("Thalf a task")
    first.press(Qt.Key.Key_Escape)
    assert first.window.sheets.current() is None
    assert first.session.review.task == ""
    first.type("T and")
    first.window.close()

    hands = make_hands()
    hands.open(repo)
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("draft, the task")
    hands.press(Qt.Key.Key_Return)
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, TaskSheet)
    assert sheet.text.toPlainText() == "half a task and"
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.session.review.task == "half a task and"
    assert hands.session.drafts() == {}


def test_what_is_not_saved_is_kept_when_its_editor_is_left_at_once(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c")
    hands.focus().insertPlainText("!")  # type: ignore[attr-defined]
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.notice() == "The note is empty."
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.editing().is_open()
    assert any("!" in body for body in hands.session.drafts().values())


def test_an_answer_that_was_not_finished_is_there_again_and_leaves_the_keys_alone(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    first = make_hands()
    first.open(repo)
    note = first.session.write_note(Place(), Intent.SHOULD, "Why?")
    first.session.save_draft(f"reply {note.id}", "because")
    first.window.close()
    hands = make_hands()
    hands.open(repo)
    hands.until(lambda: hands.window.is_writing)
    assert hands.focus() is hands.window.view


def test_a_folder_that_cannot_be_opened_leads_back_to_the_review(
    hands: Hands, repo: Repo, tmp_path: Path
) -> None:
    hands.open(repo)
    (tmp_path / "none").mkdir()
    hands.window.desk.open_folder(str(tmp_path / "none"))
    hands.until(lambda: not hands.window.desk.is_on_page())
    assert hands.notice()
    hands.until(lambda: bool(hands.window.status.truth.text()))
    assert hands.focus() is hands.window.view


def test_another_review_is_opened_over_what_cannot_be_kept_only_when_asked_again(
    hands: Hands, repo: Repo, tmp_path: Path
) -> None:
    other = new_repo(tmp_path / "other")
    other.commit({"file": "1\n"})
    other.write({"file": "2\n"})
    hands.open(repo)
    first = hands.session.review.id
    with full_disk(hands):
        hands.type("c")
        hands.focus().insertPlainText(LONG)  # type: ignore[attr-defined]
        desk = hands.window.desk
        ways: tuple[Callable[[], object], ...] = (
            lambda: desk.open_folder(str(other.root)),
            desk.open_demo,
            desk.show_start,
        )
        for leave in ways:
            hands.window._leaves_text = ""
            leave()
            assert hands.notice() == "What you are writing could not be kept."
            assert not desk.is_on_page(), "nothing else is being opened"
            assert hands.window.editing().is_open()
    hands.window._leaves_text = ""
    desk.open_folder(str(other.root))
    hands.until(lambda: hands.session.review.id != first)
    kept = open_saved(first)
    assert any(LONG.strip() in body for body in kept.drafts().values()), "by now it can be kept"
    kept.close()


def test_settings_that_were_written_meanwhile_stay(hands: Hands, repo: Repo) -> None:
    """By hand, or by a second window: this one changes what it was asked to change."""
    hands.open(repo)
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text('# mine\nsnippets = ["a"]\n\n[models.own]\nmodel = "ollama/coder"\n')
    hands.window.run_command("theme_light")
    hands.window.run_command("bigger")
    found = load_settings()
    assert (found.theme, found.snippets, list(found.models)) == ("light", ("a",), ["own"])
    assert settings_path().read_text().startswith("# mine\n")


def test_a_setting_that_could_not_be_saved_is_not_saved_with_the_next(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    settings_path().mkdir(parents=True)
    with pytest.raises(UserError):
        hands.window.run_command("theme_light")
    assert hands.window.theme.name != "light"
    settings_path().rmdir()
    hands.window.run_command("wrap")
    assert (load_settings().wrap, load_settings().theme) == (True, "system")


@pytest.mark.parametrize(
    "line",
    [
        b'{"c": ["-ff", 1]}',
        b'{"c": ["f", NaN]}',
        b'{"c": ["f", 1e999]}',
        b'{"c": ["f", -5]}',
        b'{"c": ["f", ' + b"9" * 400 + b"]}",
        b"[" * 100_000,
        b'{"c": ["' + b"f" * 100 + b'"]}',
        b"\xff\xfe\0",
    ],
    ids=range(8),
)
def test_what_is_damaged_in_a_file_of_looks_was_never_seen(home: Path, line: bytes) -> None:
    keep_looks("r1", {"before": Look(1, 2.0)}, {})
    file = next(looks_dir().iterdir())
    file.write_bytes(file.read_bytes() + line + b"\n")
    keep_looks("r1", {"after": Look(3, 4.0)}, {})
    assert read_looks("r1") == {"before": Look(1, 2.0), "after": Look(3, 4.0)}


def test_where_looks_cannot_be_kept_the_window_closes_all_the_same(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    hands = make_hands()
    hands.open(repo)
    assert hands.window.skimming._news or hands.window.skimming._looks
    for file in looks_dir().glob("*"):
        file.unlink()
    if looks_dir().exists():
        looks_dir().rmdir()
    looks_dir().write_text("in the way")
    hands.type("j")
    with capture_exceptions() as raised:
        hands.window.close()
    assert not raised
    assert hands.window.controller.session is None, "everything after it was done, too"


def test_a_sheet_that_was_opened_from_another_gives_the_keys_back_to_the_review(
    hands: Hands, repo: Repo
) -> None:
    """The other one is deleted by then."""
    hands.open(repo)
    hands.type("D")
    hands.until(lambda: isinstance(hands.window.sheets.current(), CompareSheet))
    hands.window.sheets.open_keys(hands.window.theme)
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, KeySheet)
    hands.until(lambda: not hands.window.findChildren(CompareSheet))
    with capture_exceptions() as raised:
        hands.press(Qt.Key.Key_Escape)
    assert not raised
    assert hands.focus() is hands.window.view


def test_what_had_the_keys_may_be_gone_when_a_sheet_closes(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    field = QWidget(hands.window)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.show()
    field.setFocus()
    hands.window.sheets.open_keys(hands.window.theme)
    field.deleteLater()
    field = None  # type: ignore[assignment]
    hands.until(lambda: hands.window.sheets.is_open)
    hands.bot.wait(1)
    hands.press(Qt.Key.Key_Escape)
    assert not hands.window.sheets.is_open
