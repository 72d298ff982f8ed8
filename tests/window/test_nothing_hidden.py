"""What the window says of files that run, hide or mislead, and that nothing in it can be faked by a name."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.repos import Repo, new_repo
from tests.window.conftest import CONTROL, Hands
from workbench.review.changes import Side
from workbench.ui.diff.cell import Cell
from workbench.ui.file_rows import FileRow, RowKind
from workbench.ui.key_sheet import KeySheet
from workbench.ui.note_editor import LinesEditor, NoteEditor

OVERRIDE = "\u202e"
HOSTILE = (f"a{OVERRIDE}gpj.py", "two\nlines.py", "a\ttab.py", "<b>bold<b>.py", "n" * 250 + ".py")


@pytest.fixture
def odd(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "odd")
    made.commit({"a.py": "x = 1\n", "logo.bin": b"\0" * 900, "two.py": "a = 1\n\n\n\n\n\n\n\nb = 1\n"})
    made.write(
        {
            ".envrc": "export A=1\n",
            "AGENTS.md": "do\n",
            "pyproject.toml": "[a]\n",
            "a.py": f"x = 1\nis_\u0430dmin = 1\nif user == 'x{OVERRIDE}':\n",
            "logo.bin": b"\1" * 5200,
            "two.py": "a = 2\n\n\n\n\n\n\n\nb = 2\n",
            "run.sh": "#!/bin/sh\n",
        }
    )
    (made.root / "run.sh").chmod(0o755)
    return made


def rows(hands: Hands) -> dict[str, FileRow]:
    return {row.key: row for row in hands.window.files.model.rows if row.kind is RowKind.FILE}


def remarked(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.until(lambda: hands.window.controller.has_remarks)
    hands.window.panels.show_now()
    hands.until(lambda: not hands.window.tasks.is_busy)


def words(row: FileRow) -> list[str]:
    return [word for word, _ in row.alarms]


def test_files_that_run_build_or_instruct_and_hide_have_their_badges(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)

    found = rows(hands)
    assert words(found[".envrc"]) == ["runs"]
    assert words(found["AGENTS.md"]) == ["instructions"]
    assert words(found["pyproject.toml"]) == ["build"]
    assert words(found["a.py"]) == ["hidden", "look-alike"]
    assert words(found["two.py"]) == []
    assert "runs by itself" in found[".envrc"].words
    assert "hidden characters, look-alike letters" in found["a.py"].words
    assert "executable" in found["run.sh"].words


def test_the_badges_follow_the_next_round(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    odd.write({"a.py": "x = 2\n", "two.py": f"a = 2  # {OVERRIDE}\n"})
    hands.type("R")
    hands.until(lambda: words(rows(hands)["two.py"]) == ["hidden"])
    assert words(rows(hands)["a.py"]) == []


def test_a_binary_change_says_its_sizes(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    assert hands.window.controller.document().remarks["logo.bin"].sizes == "900 bytes → 5.2 kB"
    assert "900 bytes → 5.2 kB" in rows(hands)["logo.bin"].words


def test_the_file_under_the_cursor_is_accepted_though_it_is_sensitive(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    hands.window.view.go_to_file(".envrc")
    hands.type("A")
    change = hands.session.by_path[".envrc"].changes[0]
    assert hands.session.review.current[".envrc"].new
    assert change.path == ".envrc"


def test_look_alike_letters_are_boxed_in_their_line(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    cell = cell_of(hands, "a.py", b"is_\xd0\xb0dmin = 1\n")
    assert len(cell.boxes) == 1
    assert cell.mark == "look-alike letters"
    assert len(cell_of(hands, "a.py", f"if user == 'x{OVERRIDE}':\n".encode()).boxes) == 1


def cell_of(hands: Hands, path: str, data: bytes) -> Cell:
    hands.window.view.go_to_file(path)
    hands.window.view.viewport().repaint()
    cells = hands.window.view._cells._cells
    return next(cell for (_, side, _), cell in cells.items() if cell.data == data and side is Side.NEW)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_and_on_one_line(hands: Hands, tmp_path: Path, name: str) -> None:
    made = new_repo(tmp_path / f"shop{OVERRIDE}\n<i>x")
    made.commit({"a.py": "x\n"})
    made.write({name: "y\n"})
    remarked(hands, made)

    texts = [row.name for row in hands.window.files.model.rows]
    texts += [hands.window.windowTitle(), hands.window.top.repository.text()]
    hands.type("g")
    palette = hands.window.sheets.current()
    texts += [choice.title for choice in palette.shown()]  # type: ignore[union-attr]
    hands.press(Qt.Key.Key_Escape)
    hands.window.view.go_to_file(name)
    hands.type("C")
    texts += shown(hands)
    hands.press(Qt.Key.Key_Escape)
    for text in texts:
        assert not {OVERRIDE, "\n", "\t"} & set(text), text
    hands.window.say(f"{name} is gone.", f"{name}?", True)
    assert not [text for text in shown(hands) if OVERRIDE in text]
    index = hands.window.files.model.index(hands.window.files.model.places[name])
    tip = str(index.data(Qt.ItemDataRole.ToolTipRole))
    assert OVERRIDE not in tip
    assert "<b>" not in tip


def shown(hands: Hands) -> list[str]:
    """The text of every label; none may take it for markup."""
    labels = [each for each in hands.window.findChildren(QLabel) if each.isVisible()]
    assert [
        each.text()
        for each in labels
        if each.textFormat() is not Qt.TextFormat.PlainText and "<" in each.text()
    ] == []
    return [each.text() for each in labels]


def test_what_hides_in_a_text_field_is_said_and_the_text_stays(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    hands.window.view.go_to_change(hands.session.by_path["a.py"].changes[0].id)
    hands.type("c")
    [editor] = hands.window.findChildren(NoteEditor)
    assert not editor.hidden.isVisible()
    hands.press(Qt.Key.Key_E, CONTROL)
    assert "1 hidden character in this text: U+202E RIGHT-TO-LEFT OVERRIDE (line 2)" in editor.hidden.text()
    assert "“\u0430dmin” (line 1)" in editor.hidden.text()
    assert editor.hidden.isVisible()
    hands.press(Qt.Key.Key_Return, CONTROL)
    [note] = hands.session.review.notes.values()
    assert OVERRIDE in (note.suggestion or "")
    hands.window.view.go_to_change(hands.session.by_path["a.py"].changes[0].id)
    hands.press(Qt.Key.Key_Return)
    [lines] = hands.window.findChildren(LinesEditor)
    assert lines.hidden.isVisible()


def test_the_sheet_of_keys_is_scrolled_by_keys(hands: Hands, odd: Repo) -> None:
    hands.open(odd)
    hands.window.resize(1000, 420)
    hands.type("?")
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, KeySheet)
    bar = sheet.area.verticalScrollBar()
    assert bar.maximum() > 0
    hands.press(Qt.Key.Key_Down)
    assert 0 < bar.value() < bar.maximum()
    hands.press(Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    hands.type("k")
    assert bar.value() < bar.maximum()
    hands.press(Qt.Key.Key_Escape)
    assert hands.window.sheets.current() is None


def test_a_change_that_is_judged_in_part_is_stopped_at(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "part")
    made.commit({"a.py": "1\n2\n3\n", "b.py": "1\n", "c.py": "1\n"})
    made.write({"a.py": "one\ntwo\nthree\n", "b.py": "2\n", "c.py": "2\n"})
    hands.open(made)
    first = hands.session.by_path["a.py"].changes[0].id
    hands.type("va")
    assert hands.verdicts() == ["mixed", "open", "open"]
    hands.window.view.go_to_change(hands.session.by_path["b.py"].changes[0].id)
    hands.type("aa")
    assert hands.window.view.stop().change == first
    assert "1 mixed" in hands.window.status.truth.text()
    hands.window.view.go_to_file("c.py")
    hands.window.run_command("next_open")
    assert hands.window.view.stop().change == first


def test_the_header_says_how_many_were_rejected(hands: Hands, odd: Repo) -> None:
    remarked(hands, odd)
    one, two = hands.session.by_path["two.py"].changes
    hands.window.view.go_to_change(one.id)
    hands.type("a")
    hands.window.view.go_to_change(two.id)
    hands.type("x")
    view = hands.window.view
    section = view._layout.sections[view._layout.files["two.py"]]
    assert section.file is not None
    said, _ = view._painter._header._progress(section, section.file)
    assert said == "1 accepted · 1 rejected"
