"""What lies around the diff: palette, panels, search, themes, pages, and what is said when it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from tests.repos import Repo, new_repo
from tests.window.conftest import AFTER, CONTROL, SHIFT, Hands
from workbench.ui.file_rows import RowKind
from workbench.ui.key_sheet import KeySheet
from workbench.ui.landing_sheet import LandingSheet
from workbench.ui.palette import Palette, Target
from workbench.ui.places import usual_size
from workbench.ui.task_sheet import TaskSheet
from workbench.workflow.candidates import Asked


def texts(hands: Hands) -> str:
    """All that the page in front says."""
    page = hands.window.desk.page()
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_the_palette_runs_commands_by_a_few_letters(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("judge accept")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    assert palette.shown()[0].id == "accept"
    hands.press(Qt.Key.Key_Return)

    assert hands.verdicts()[0] == "accepted"
    assert hands.window.focusWidget() is hands.window.view


def test_the_palette_goes_to_files_and_notes(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("Cabout the numbers")
    hands.press(Qt.Key.Key_Return, CONTROL)

    hands.type("gnew")
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.current_file() == "new.py"

    hands.press(Qt.Key.Key_P, CONTROL | SHIFT)
    hands.type("about the num")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    assert palette.shown()[0].target is Target.NOTE
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.stop().note == "N1"


def test_one_letter_keys_do_nothing_behind_a_sheet(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("?")
    assert isinstance(hands.window.sheets.current(), KeySheet)
    hands.type("ax")
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.press(Qt.Key.Key_Escape)

    assert hands.verdicts() == ["open", "open", "open"]
    assert not hands.window.sheets.is_open
    assert hands.window.focusWidget() is hands.window.view


def test_menu_entry_and_button_do_what_the_key_does(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.window.menus.actions["accept"].trigger()
    assert hands.verdicts()[0] == "accepted"
    hands.window.menus.actions["undo"].trigger()
    assert hands.verdicts()[0] == "open"

    hands.window.top.land.click()
    by_button = type(hands.window.sheets.current())
    hands.press(Qt.Key.Key_Escape)
    hands.type("L")
    assert type(hands.window.sheets.current()) is by_button is LandingSheet
    hands.press(Qt.Key.Key_Escape)


def test_every_button_with_a_command_has_a_tooltip_with_its_key(hands: Hands, repo: Repo) -> None:
    top = hands.window.top

    assert "t" in top.split.toolTip()
    assert "(L)" in top.land.toolTip()
    assert "Ctrl" in top.send.toolTip()
    assert "Ctrl K" in top.field.toolTip()


def test_the_file_panel_shows_progress_badges_and_filters(hands: Hands, repo: Repo) -> None:
    repo.write({"web/a.js": "a\n", "web/b.js": "b\n"})
    hands.open(repo)
    hands.type("ax")
    hands.window.panels.show_now()

    rows = {row.key: row for row in hands.window.files.model.rows}
    assert rows["code.py"].mark == "1 rejected"
    assert rows["new.py"].badge == "new"
    assert rows["web"].kind is RowKind.FOLDER

    hands.press(Qt.Key.Key_F, CONTROL)
    hands.type("web b.js")
    assert [row.key for row in hands.window.files.model.rows] == ["web", "web/b.js"]
    hands.press(Qt.Key.Key_Return)
    assert hands.window.view.current_file() == "web/b.js"
    assert hands.window.focusWidget() is hands.window.view
    assert hands.verdicts().count("open") == 3, "the filter's letters judged nothing"


def test_what_is_not_shown_is_listed_with_its_reason(hands: Hands, repo: Repo) -> None:
    nested = new_repo(repo.root / "inner")
    nested.commit({"x": "x\n"})
    hands.open(repo)
    hands.window.panels.show_now()

    rows = [row for row in hands.window.files.model.rows if row.kind is RowKind.NOT_SHOWN]
    assert any(row.key.startswith("inner") and row.mark for row in rows)


def test_the_search_counts_and_escape_leaves_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("/return")
    line = hands.window.desk.search()
    hands.until(lambda: "matches" in line.count.text())
    hands.press(Qt.Key.Key_Return)
    assert hands.window.focusWidget() is hands.window.view
    before = hands.window.view.stop()
    hands.type("nnn")
    assert hands.window.view.stop() != before
    hands.press(Qt.Key.Key_Escape)
    assert not line.isVisible()


def test_themes_are_worn_at_once_and_remembered(make_hands: Callable[[], Hands], repo: Repo) -> None:
    first = make_hands()
    first.open(repo)
    first.window.run_command("theme_light")
    assert first.window.theme.name == "Light"
    assert first.window.menus.actions["theme_light"].isChecked()

    assert make_hands().window.theme.name == "Light"


def test_the_first_keys_go_away_one_by_one_as_they_are_used(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    first = make_hands()
    first.open(repo)
    assert first.window.welcome.isVisible()
    first.type("axuc")
    first.press(Qt.Key.Key_Escape)
    first.type("?")
    first.press(Qt.Key.Key_Escape)
    first.until(lambda: not first.window.welcome.isVisible())

    second = make_hands()
    second.open(repo)
    assert not second.window.welcome.isVisible()


def test_the_task_is_written_on_its_sheet_and_undone(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("T")
    assert isinstance(hands.window.sheets.current(), TaskSheet)
    hands.type("Make it ten")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.session.review.task == "Make it ten"
    hands.type("u")
    assert hands.session.review.task == ""


def test_y_copies_the_feedback(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("rnot ten")
    hands.press(Qt.Key.Key_Return)

    hands.type("y")

    text = QGuiApplication.clipboard().text()
    assert "not ten" in text
    assert "return 10" in text
    assert not hands.session.review.sent


def test_without_a_repository_there_are_recent_reviews_and_ways_to_open(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    first = make_hands()
    first.open(repo, Asked(task="Make it ten"))
    first.window.close()

    hands = make_hands()
    hands.window.desk.show_start()
    hands.until(lambda: "shop · Make it ten" in texts(hands))
    assert hands.window.windowTitle() == "Workbench"
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.window.controller.session is not None)


def test_nothing_uncommitted_offers_the_last_commit_with_its_count(hands: Hands, tmp_path: Path) -> None:
    clean = new_repo(tmp_path / "clean")
    clean.commit({"a": "1\n"})
    clean.commit({"a": "2\n", "b": "2\n"})

    hands.window.errands.open(clean.root)
    hands.until(lambda: "Nothing is uncommitted in clean." in texts(hands))
    assert "2 files" in texts(hands)
    hands.window.desk.page().range_chosen.emit("HEAD")
    hands.until(lambda: hands.window.controller.session is not None)
    assert [file.path for file in hands.session.files] == ["a", "b"]


def test_r_looks_again_after_nothing_was_uncommitted(hands: Hands, tmp_path: Path) -> None:
    clean = new_repo(tmp_path / "clean")
    clean.commit({"a": "1\n"})
    hands.window.errands.open(clean.root)
    hands.until(lambda: "Nothing is uncommitted" in texts(hands))

    clean.write({"a": "2\n"})
    hands.window.run_command("refresh")
    hands.until(lambda: hands.window.controller.session is not None)


def test_a_folder_that_is_no_repository_is_a_sentence_and_a_hint(hands: Hands, tmp_path: Path) -> None:
    hands.window.errands.open(tmp_path)

    hands.until(lambda: "repository" in texts(hands))
    assert "Traceback" not in texts(hands)


def test_a_command_without_a_review_says_so(hands: Hands) -> None:
    hands.window.desk.show_start()
    hands.window.run_command("accept")

    assert hands.notice() == "No review is open."


def test_names_from_the_repository_are_never_taken_for_markup(hands: Hands, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "<b>bold<b>")
    repo.commit({"a": "1\n"})
    repo.write({"<img src=x>\u202e.py": "2\n"})
    hands.open(repo)
    hands.window.panels.show_now()

    model = hands.window.files.model
    tip = str(model.data(model.index(0), Qt.ItemDataRole.ToolTipRole))
    assert "<img" not in tip
    assert "\u202e" not in tip
    assert hands.window.top.repository.textFormat() is Qt.TextFormat.PlainText


def test_long_lines_are_read_to_their_end_with_keys(hands: Hands, repo: Repo) -> None:
    repo.write({"code.py": AFTER.replace("return 10", f"return {'1' * 400}")})
    hands.open(repo)
    hands.until(lambda: hands.window.view.is_settled)
    bar = hands.window.view.horizontalScrollBar()

    hands.type("l")
    assert bar.value() > 0
    hands.type("h")
    assert bar.value() == 0


def test_as_long_as_whitespace_is_ignored_the_bottom_line_says_so(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("wj")
    assert hands.window.status.whitespace.text().startswith("whitespace ignored")
    hands.type("w")
    assert not hands.window.status.whitespace.isVisibleTo(hands.window)


def test_a_theme_is_found_by_that_word(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("theme light")
    hands.press(Qt.Key.Key_Return)
    assert hands.window.preferences.theme_name == "light"


def test_in_a_narrow_window_panels_give_way_to_the_code_and_come_back(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    window = hands.window
    window.resize(900, 600)
    hands.until(lambda: not window.side.isVisible())
    assert window.files.isVisible()
    window.resize(700, 600)
    hands.until(lambda: not window.files.isVisible())

    window.resize(1200, 800)
    hands.until(lambda: window.files.isVisible() and window.side.isVisible())


def test_a_new_window_is_whole_on_a_small_screen() -> None:
    assert usual_size(QSize(2560, 1440)) == QSize(1600, 1000)
    small = usual_size(QSize(1366, 768))
    assert small.width() < 1366
    assert small.height() < 768 - 30


def test_with_no_violation_its_key_says_so(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("!")
    assert "no violation" in hands.notice()
