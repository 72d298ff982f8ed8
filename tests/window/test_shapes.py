"""All changes of one shape, from the keyboard: listed, judged, noted, taken back, gone to and come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from workbench.review.notes import Intent
from workbench.ui.file_rows import FileRow, RowKind
from workbench.ui.shape_desk import FEW
from workbench.ui.shape_sheet import NOTHING_LEFT, ShapeSheet

NAMES = ("ant", "bee", "cat", "dog")


@pytest.fixture
def many(tmp_path: Path) -> Repo:
    """Four files in which one call is renamed, an odd edit in one of them, and the same call in `.envrc`."""
    made = new_repo(tmp_path / "many")
    made.commit(
        {f"src/{name}.py": f"x = 1\n\n\ndef f():\n    return old({name}, 1)\n" for name in NAMES}
        | {".envrc": "old(home, 1)\n"}
    )
    made.write(
        {f"src/{name}.py": f"x = 1\n\n\ndef f():\n    return new({name}, 1)\n" for name in NAMES}
        | {".envrc": "new(home, 1)\n"}
    )
    made.write({"src/bee.py": "x = 2\n\n\ndef f():\n    return new(bee, 1)\n"})
    return made


def listed(hands: Hands) -> ShapeSheet:
    found = hands.window.shapes.sheet()
    assert found is not None
    return found


def open_list(hands: Hands, many: Repo) -> ShapeSheet:
    hands.open(many)
    hands.window.view.go_to_change(hands.session.by_path["src/ant.py"].changes[0].id)
    hands.type("s")
    sheet = listed(hands)
    # Painted: of what was never on the screen it is asked first.
    hands.until(lambda: sheet.looked.text() == "looked at 4 of 4")
    return sheet


def by_path(hands: Hands) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    changes = [change for file in hands.session.files for change in file.changes]
    for change, verdict in zip(changes, hands.verdicts(), strict=True):
        found.setdefault(change.path, []).append(verdict)
    return found


def test_s_lists_all_changes_of_the_shape_and_says_what_is_left_out(hands: Hands, many: Repo) -> None:
    sheet = open_list(hands, many)

    assert [row.change.path for row in sheet.list.rows.rows] == [*(f"src/{x}.py" for x in NAMES), ".envrc"]
    assert sheet.title.text() == "5 changes of one shape"
    assert "1 sensitive file was left out: .envrc" in sheet.says.text()
    assert [row.apart for row in sheet.list.rows.rows if row.apart] == ["runs by itself"]


def test_what_was_looked_at_stays_in_sight(hands: Hands, many: Repo) -> None:
    sheet = open_list(hands, many)

    hands.until(lambda: sheet.looked.text() == "looked at 4 of 4")


def test_a_accepts_all_but_the_sensitive_one_and_u_takes_all_of_it_back(hands: Hands, many: Repo) -> None:
    open_list(hands, many)
    before = hands.session.sequence

    hands.type("a")
    assert hands.session.sequence == before + 1, "one action"
    expected = {f"src/{name}.py": ["accepted"] for name in NAMES}
    assert by_path(hands) == {**expected, "src/bee.py": ["open", "accepted"], ".envrc": ["open"]}
    assert not hands.window.sheets.is_open
    assert "4 changes accepted. 1 sensitive file was left out: .envrc." in hands.notice()
    assert hands.window.view.stop().path == "src/bee.py", "the next open change"

    hands.type("u")
    assert set(hands.verdicts()) == {"open"}
    assert "accepted 4 changes of one shape in 4 files" in hands.notice()


def test_a_change_is_taken_out_before_the_rest_is_judged(hands: Hands, many: Repo) -> None:
    sheet = open_list(hands, many)

    hands.type("j ")
    assert [row.out for row in sheet.list.rows.rows] == [False, True, False, False, False]
    hands.until(lambda: sheet.looked.text() == "looked at 3 of 3")
    hands.type("x")

    found = by_path(hands)
    assert found["src/bee.py"] == ["open", "open"]
    assert [found[f"src/{name}.py"] for name in ("ant", "cat", "dog")] == [["rejected"]] * 3


def test_enter_goes_to_the_change_and_s_comes_back_to_the_list_as_it_was(hands: Hands, many: Repo) -> None:
    open_list(hands, many)

    hands.type("jj ")
    hands.press(Qt.Key.Key_Return)
    assert not hands.window.sheets.is_open
    assert hands.window.view.stop().path == "src/dog.py"
    assert hands.focus() is hands.window.view

    hands.type("s")
    sheet = listed(hands)
    assert [row.out for row in sheet.list.rows.rows] == [False, False, True, False, False]
    assert sheet.list.rows.rows[sheet.list.current].change.path == "src/dog.py"
    hands.press(Qt.Key.Key_Escape)
    assert hands.focus() is hands.window.view
    assert set(hands.verdicts()) == {"open"}


def test_r_rejects_all_with_one_reason(hands: Hands, many: Repo) -> None:
    open_list(hands, many)

    hands.type("rkeep old")
    assert set(hands.verdicts()) == {"open"}, "the letters went into the reason"
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: not hands.window.sheets.is_open)

    [note] = hands.session.review.notes.values()
    assert (note.text, note.reason, len(note.places)) == ("keep old", True, 4)
    assert hands.verdicts().count("rejected") == 4
    hands.type("u")
    assert hands.session.review.notes == {}
    assert set(hands.verdicts()) == {"open"}


def test_c_writes_one_note_on_all_which_is_taken_back_at_once(hands: Hands, many: Repo) -> None:
    open_list(hands, many)

    hands.type("c! axo")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: not hands.window.sheets.is_open)

    [note] = hands.session.review.notes.values()
    assert (note.intent, note.text) == (Intent.MUST, "axo")
    assert [place.path for place in note.places] == [f"src/{name}.py" for name in NAMES]
    assert len(hands.session.asked) == 4
    assert [each.id for each in hands.session.feedback().notes] == ["N1"]
    hands.type("u")
    assert hands.session.review.notes == {}


def test_escape_keeps_what_was_being_written(hands: Hands, many: Repo) -> None:
    sheet = open_list(hands, many)

    hands.type("chalf")
    hands.press(Qt.Key.Key_Escape)
    assert sheet.editor is None
    hands.press(Qt.Key.Key_Escape)
    hands.type("sc")

    editor = listed(hands).editor
    assert editor is not None
    assert editor.written() is not None
    hands.type(" more")
    assert "half more" in str(editor.written())


def test_a_sensitive_change_by_itself_is_not_judged_in_its_list(hands: Hands, many: Repo) -> None:
    sheet = open_list(hands, many)
    for _ in NAMES:
        hands.type(" ")
    hands.type("a")

    assert sheet.wanted() == ()
    assert set(hands.verdicts()) == {"open"}
    assert sheet.says.text() == NOTHING_LEFT
    hands.type("c")
    assert sheet.editor is None


def folders(hands: Hands) -> list[FileRow]:
    return [row for row in hands.window.files.model.rows if row.kind is RowKind.FOLDER]


def test_the_files_are_grouped_by_shape_rarest_first(hands: Hands, many: Repo) -> None:
    hands.open(many)

    hands.window.run_command("by_shape")
    hands.until(lambda: hands.window.shapes.shapes is not None)
    rows = hands.window.files.model.rows
    heads = [row.name for row in rows if row.kind is RowKind.FOLDER]
    assert heads == ["1 × -1 +2", "5 × -old +new"]
    row = next(row for row in rows if row.key == "src/dog.py")
    hands.window.files.change_chosen.emit(row.change)
    assert hands.window.view.stop().path == "src/dog.py"

    hands.type("sa")
    hands.window.panels.show_now()
    # Counting goes over several turns where a step is slow.
    hands.until(lambda: [row.mark for row in folders(hands)] == ["", "4/5"])
    hands.window.places.keep()
    hands.open(many)
    hands.until(lambda: hands.window.files.is_by_shape)
    hands.window.run_command("by_shape")
    assert [row.key for row in hands.window.files.model.rows if row.kind is RowKind.FOLDER] == ["src"]


def test_s_pressed_before_the_shapes_of_a_large_round_are_known_opens_when_they_are(
    hands: Hands, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "large")
    made.commit({f"f{number}.py": f"x = old({number})\n" for number in range(FEW + 20)})
    made.write({f"f{number}.py": f"x = new({number})\n" for number in range(FEW + 20)})
    hands.window.errands.open(made.root)
    hands.until(lambda: hands.window.controller.session is not None)

    hands.type("s")
    hands.until(lambda: hands.window.shapes.sheet() is not None)

    sheet = listed(hands)
    assert len(sheet.list.rows.rows) == FEW + 20
    hands.until(lambda: sheet.looked.text().startswith("looked at "))
    assert not sheet.looked.text().endswith(f"{FEW + 20} of {FEW + 20}"), "not all of them are on the screen"
    hands.until(lambda: not hands.window.tasks.is_busy)


@pytest.fixture
def hundred(hands: Hands, tmp_path: Path) -> Repo:
    """More changes of one shape than fit on a screen."""
    made = new_repo(tmp_path / "hundred")
    made.commit({f"f{number:03}.py": f"x = old({number})\n" for number in range(100)})
    made.write({f"f{number:03}.py": f"x = new({number})\n" for number in range(100)})
    hands.open(made)
    return made


def test_accepting_all_asks_once_about_what_was_not_on_the_screen_with_the_count(
    hands: Hands, hundred: Repo
) -> None:
    hands.type("s")
    sheet = listed(hands)
    hands.until(lambda: not sheet.looked.text().startswith("looked at 0 "))
    hands.type("a")
    assert set(hands.verdicts()) == {"open"}
    words = sheet.says.text()
    lines, changes = int(words.split()[0]), int(words.split()[3])
    assert (
        words == f"{lines} lines of {changes} changes were never on the screen. a again accepts all the same."
    )
    assert 0 < changes < 100
    assert lines == 2 * changes, "one removed, one added"

    hands.type("j")
    hands.type("a")
    assert set(hands.verdicts()) == {"open"}, "another key between makes it a first press"
    hands.type("a")
    assert set(hands.verdicts()) == {"accepted"}


def test_accepting_all_does_not_ask_where_all_of_it_was_on_the_screen(hands: Hands, hundred: Repo) -> None:
    hands.type("s")
    sheet = listed(hands)
    while sheet.list.current < 99:
        hands.press(Qt.Key.Key_PageDown)
        sheet.list.viewport().repaint()
    hands.until(lambda: sheet.looked.text() == "looked at 100 of 100")
    hands.type("a")
    assert set(hands.verdicts()) == {"accepted"}


def test_rejecting_all_never_asks(hands: Hands, hundred: Repo) -> None:
    hands.type("sx")
    assert set(hands.verdicts()) == {"rejected"}


def test_another_key_after_s_takes_the_wish_for_the_list_back(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "large")
    made.commit({f"f{number}.py": f"x = old({number})\n" for number in range(FEW + 20)})
    made.write({f"f{number}.py": f"x = new({number})\n" for number in range(FEW + 20)})
    hands.window.errands.open(made.root)
    hands.until(lambda: hands.window.controller.session is not None)
    hands.type("s")
    hands.type("j")
    hands.until(lambda: hands.window.shapes.shapes is not None)
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert not hands.window.sheets.is_open


def test_a_change_that_shares_a_note_says_so(hands: Hands, many: Repo) -> None:
    open_list(hands, many)
    hands.type("c+ fine")
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: not hands.window.sheets.is_open)

    document = hands.window.controller.document()
    changes = [hands.session.by_path[f"src/{name}.py"].changes[-1].id for name in NAMES]
    assert dict(document.spread) == dict.fromkeys(changes, "N1")
    assert [note.id for note, _ in document.notes] == ["N1"], "one card"


def test_another_round_closes_a_list_that_is_not_true_any_more(hands: Hands, many: Repo) -> None:
    open_list(hands, many)
    many.write({"src/cat.py": "x = 1\n\n\ndef f():\n    return other(cat, 1)\n"})
    hands.window.arriving.refresh()
    hands.until(lambda: hands.session.review.index == 1)

    assert hands.window.shapes.sheet() is None
    hands.until(lambda: not hands.window.tasks.is_busy)
    hands.window.view.go_to_change(hands.session.by_path["src/ant.py"].changes[0].id)
    hands.type("s")
    assert len(listed(hands).list.rows.rows) == 4


def test_by_shape_the_list_marks_the_shape_that_the_cursor_is_on(hands: Hands, many: Repo) -> None:
    hands.open(many)
    files, delegate = hands.window.files, hands.window.files.delegate
    odd, common = hands.session.by_path["src/bee.py"].changes
    hands.window.view.go_to_change(odd.id)
    hands.window.run_command("by_shape")
    hands.until(lambda: files.is_by_shape)

    def marked() -> list[str]:
        return [
            row.name
            for row in files.model.rows
            if (row.key == delegate.shape)
            or (row.kind is RowKind.FILE and row.key == delegate.current and row.group == delegate.shape)
        ]

    assert marked() == ["1 × -1 +2", "bee.py"]
    hands.window.view.go_to_change(common.id)
    assert marked() == ["5 × -old +new", "bee.py"]
    here = next(at for at, row in enumerate(files.model.rows) if row.change == common.id)
    assert files._current_row() == here
    lit = row_colours(hands)
    assert lit[here] != lit[0]
    assert [at for at, colour in enumerate(lit) if colour == lit[here]] == [
        at
        for at, row in enumerate(files.model.rows)
        if row.name in marked() and row.group in ("", delegate.shape)
    ]

    # A folded shape is marked all the same, and by folder none is.
    heading = next(at for at, row in enumerate(files.model.rows) if row.key == delegate.shape)
    files.list.clicked.emit(files.model.index(heading))
    hands.until(lambda: len(files.model.rows) < len(lit))
    assert marked() == ["5 × -old +new"]
    hands.window.run_command("by_shape")
    assert delegate.shape == ""


def row_colours(hands: Hands) -> list[str]:
    """The ground of each row of the list, at its right end."""
    files = hands.window.files
    picture = files.list.viewport().grab().toImage()
    found = []
    for at in range(len(files.model.rows)):
        box = files.list.visualRect(files.model.index(at))
        found.append(picture.pixelColor(box.right() - 4, box.top() + 3).name())
    return found
