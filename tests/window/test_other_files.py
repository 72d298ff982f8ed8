"""Going to a file that the round leaves as it is: shown whole, read-only, and open to notes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, Hands
from workbench.ui.palette import Palette


@pytest.fixture
def wide(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "wide")
    made.commit({"a.py": "x = 1\n", "lib/helper.py": numbered(60), "lib/logo.bin": b"\0\1"})
    made.write({"a.py": "x = 2\n"})
    return made


def gone_to(hands: Hands, name: str, *, lines: int = 60) -> None:
    """`g`, the name, Enter, and wait until the file is there with its lines."""
    hands.type("g")
    palette = hands.window.sheets.current()
    assert isinstance(palette, Palette)
    hands.until(lambda: any(choice.right == "unchanged" for choice in palette.shown()))
    hands.type(name)
    assert palette.shown()[0].id.endswith(name)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: (hands.window.view.current_file() or "").endswith(name))
    assert code_rows(hands) == lines, "its lines are there with it"


def code_rows(hands: Hands) -> int:
    """How many rows of code the last file has."""
    blocks = hands.window.view._layout.sections[-1].blocks
    return sum(block.rows for block in blocks or () if block.is_code)


def test_g_goes_to_any_tracked_file_and_shows_it_whole(hands: Hands, wide: Repo) -> None:
    hands.open(wide)
    gone_to(hands, "helper.py")
    section = hands.window.view._layout.sections[-1]
    assert section.key == "lib/helper.py"
    assert section.folding.whole
    assert hands.session.by_path.keys() == {"a.py"}, "it is shown, and no change of the review"
    assert "1 unread" in hands.window.status.truth.text()


def test_nothing_in_it_can_be_judged_or_edited(hands: Hands, wide: Repo) -> None:
    hands.open(wide)
    gone_to(hands, "helper.py")
    hands.type("jjaAxX")
    assert hands.verdicts() == ["open"]
    hands.press(Qt.Key.Key_Return)
    assert "is not changed in this round" in hands.notice()


def test_a_note_stands_on_its_line_also_after_the_window_was_closed(
    make_hands: Callable[[], Hands], wide: Repo
) -> None:
    hands = make_hands()
    hands.open(wide)
    gone_to(hands, "helper.py")
    hands.type("jjcThis too?")
    hands.press(Qt.Key.Key_Return, CONTROL)
    [note] = hands.session.review.notes.values()
    line = note.place.start
    assert note.place.path == "lib/helper.py"
    assert note.place.quote == (f"line {line}\n".encode(),)
    spot = hands.window.view._layout.spot_of_note(note.id)
    assert spot is not None
    assert hands.window.view._layout.sections[spot.section].key == "lib/helper.py"
    hands.window.close()

    again = make_hands()
    again.open(wide)
    again.until(lambda: again.window.controller.shows_other("lib/helper.py"))
    spot = again.window.view._layout.spot_of_note(note.id)
    assert spot is not None
    assert again.window.view._layout.sections[spot.section].key == "lib/helper.py"


def test_a_file_that_the_next_round_changes_is_among_the_changes(hands: Hands, wide: Repo) -> None:
    hands.open(wide)
    gone_to(hands, "helper.py")
    wide.write({"lib/helper.py": numbered(60, "!")})
    hands.type("R")
    hands.until(lambda: "lib/helper.py" in hands.session.by_path)
    hands.until(lambda: not hands.window.tasks.is_busy)
    keys = [section.key for section in hands.window.view._layout.sections]
    assert keys.count("lib/helper.py") == 1
    assert hands.window.controller.others == ()


def test_a_binary_file_is_gone_to_as_well(hands: Hands, wide: Repo) -> None:
    hands.open(wide)
    gone_to(hands, "logo.bin", lines=0)
    assert hands.window.view.current_file() == "lib/logo.bin"
