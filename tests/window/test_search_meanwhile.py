"""Searching while the review below changes: an agent edits, a round arrives, a file goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.repos import Repo, new_repo, numbered
from tests.ui.samples import file_of
from tests.window.conftest import Hands
from workbench.review.changes import Side
from workbench.ui.diff.document import Document
from workbench.ui.diff.finding import Sides
from workbench.ui.diff.view import DiffView

TEXT = numbered(200).encode()
FILES = 12


@pytest.fixture
def busy(hands: Hands, tmp_path: Path) -> Repo:
    """Many files, each with one change and much that is folded away."""
    made = new_repo(tmp_path / "busy")
    made.commit({f"f{at:02}.py": TEXT for at in range(FILES)})
    made.write({f"f{at:02}.py": TEXT.replace(b"line 100\n", b"line one hundred\n") for at in range(FILES)})
    hands.open(made)
    return made


def look_for(hands: Hands, text: str) -> None:
    hands.type("/")
    hands.window.desk.search().line.setText(text)


def said(hands: Hands) -> str:
    hands.until(lambda: hands.window.view.search_standing.done)
    return hands.window.desk.search().count.text()


def test_lines_that_were_read_for_the_search_before_are_not_taken_for_this_one(qtbot: QtBot) -> None:
    """They came while the new search had not told its helper yet what is looked for."""
    view = DiffView()
    qtbot.addWidget(view)
    files = tuple(file_of(f"f{at}.py", TEXT, TEXT.replace(b"line 9\n", b"line nine\n")) for at in range(3))
    asked: list[tuple[Side, tuple[str, ...]]] = []
    view.read_all_in_search()
    view.texts_wanted.connect(asked.append)
    view.show_document(Document(files=files))
    view.show()
    view._seeker.patience = 500
    view.find("line 15", sides=Sides.NEW)
    qtbot.waitUntil(lambda: bool(asked))
    lines = {file.path: TEXT.splitlines(keepends=True) for file in files}
    # A round arrives: what is looked for is looked for again, and only then the lines from before come.
    later = (file_of("f0.py", TEXT, TEXT.replace(b"line 9\n", b"line 155\n")), *files[1:])
    view.show_document(Document(files=later))
    view.take_texts(lines)
    qtbot.waitUntil(lambda: len(asked) == 2)
    view.take_texts({**lines, "f0.py": TEXT.replace(b"line 9\n", b"line 155\n").splitlines(keepends=True)})
    qtbot.waitUntil(lambda: view.search_standing.done)
    standing = view.search_standing
    view.stop_helpers()
    assert (standing.slow, standing.failed, standing.count) == ((), False, 11 * 3 + 1)


def test_hits_are_those_of_the_round_that_arrived_while_it_was_searched(hands: Hands, busy: Repo) -> None:
    look_for(hands, "needle")
    assert said(hands) == "nothing found"
    view = hands.window.view
    for turn in range(1, 4):
        busy.write(
            {f"f{at:02}.py": TEXT.replace(b"line 7\n", b"needle\n" * turn) for at in range(0, FILES, 2)}
        )
        hands.window.run_command("refresh")
        look_for(hands, "needle")  # the search is under way when the round comes
        hands.until(lambda: not hands.window.tasks.is_busy)
        assert said(hands) == f"{turn * FILES // 2} matches"
    (busy.root / "f00.py").unlink()
    busy.git("checkout", "-q", "f02.py")
    hands.press(Qt.Key.Key_Return)
    hands.window.run_command("refresh")
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert said(hands).split(" · ")[0].split(" of ")[-1].split(" ")[0] == f"{3 * (FILES // 2 - 2)}"
    for _ in range(7):
        hands.type("n")
        stop = view.stop()
        assert stop.path is not None
        assert stop.line is not None
        assert busy.read(stop.path).split(b"\n")[stop.line - 1] == b"needle"


def test_a_file_that_goes_while_its_match_is_under_the_cursor(hands: Hands, busy: Repo) -> None:
    look_for(hands, "line one hundred")
    assert said(hands) == f"{FILES} matches"
    hands.press(Qt.Key.Key_Return)
    hands.type("n")
    gone = hands.window.view.stop().path
    assert gone is not None
    busy.git("checkout", "-q", gone)
    hands.window.view.setFocus()
    hands.type("R")
    hands.until(lambda: gone not in hands.session.by_path)
    assert said(hands).split(" of ")[-1].startswith(f"{FILES - 1}")
    hands.type("n")
    assert hands.window.view.stop().path not in (gone, None)
    hands.type("N")
    assert hands.window.view.stop().path not in (gone, None)
