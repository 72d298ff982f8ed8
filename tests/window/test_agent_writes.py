"""An agent that goes on writing while somebody reads, selects and writes: everything stays where it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.review.changes import Side

FILES, EDITED = 200, 60
BASE = numbered(300)
READ = BASE.replace("line 150\n", "read 150\nread 151\n").replace("line 250\n", "read 250\n")
REFRESHES = 6

AGENT = """
import os, random, sys, threading
from pathlib import Path

folder, chance, ended = Path(sys.argv[1]), random.Random(7), threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
names = sorted(each for each in os.listdir(folder) if each.startswith("f"))
read = (folder / "read.py").read_text()
print("writing", flush=True)
number = 0
while not ended.wait(0.01):
    number += 1
    place = folder / chance.choice(names)
    lines = place.read_text().splitlines(keepends=True)
    at = chance.randrange(len(lines))
    lines[at : at + chance.randrange(3)] = [f"agent {number}\\n"] * chance.randrange(1, 4)
    place.write_text("".join(lines))
    if number % 5 == 0:  # above what is read, in the same file
        # At once: a file that is half written has no such lines, and whoever reads in it loses the place.
        (folder / ".git" / "read.py").write_text(f"agent {number}\\n" * (number % 40) + read)
        os.replace(folder / ".git" / "read.py", folder / "read.py")
"""
"""Writes some file every hundredth of a second, until its standard input ends."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "agent")
    names = [f"f{at:03}.py" for at in range(FILES)]
    made.commit({**dict.fromkeys(names, numbered(60)), "a.py": BASE, "read.py": BASE})
    made.write({name: numbered(60, "!") for name in names[:EDITED]})
    made.write({"a.py": BASE.replace("line 9\n", "nine\n"), "read.py": READ})
    return made


@pytest.fixture
def agent(repo: Repo) -> Iterator[subprocess.Popen[bytes]]:
    """It writes from now on until its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", AGENT, str(repo.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        assert running.stdout.readline() == b"writing\n"
        yield running
        running.stdin.close()
        assert running.wait(30) == 0


def top_of(hands: Hands, text: bytes) -> int:
    """Where on the screen the line with a text is, which stands once in the file."""
    line = hands.session.new_lines("read.py").index(text) + 1
    view = hands.window.view
    spot = view._layout.spot_of_line("read.py", Side.NEW, line)
    assert spot is not None
    return view._layout.top_of(spot) - view.verticalScrollBar().value()


def refresh(hands: Hands, before: int) -> None:
    """Read anew until what the agent wrote meanwhile is here."""
    while hands.session.review.index == before:
        hands.window.run_command("refresh")
        hands.until(lambda: not hands.window.tasks.is_busy)
    hands.until(lambda: hands.window.view.is_settled)
    hands.window.view.viewport().repaint()


def start_reading(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.view.smooth = False
    hands.window.view.toggle_fold("a.py")
    line = hands.session.new_lines("read.py").index(b"read 150\n") + 1
    hands.window.view.go_to_line("read.py", Side.NEW, line)
    hands.until(lambda: hands.window.view.stop().line == line)
    hands.until(lambda: hands.window.view.is_settled)
    hands.window.view.viewport().repaint()


def test_place_folding_and_selection_stay_while_an_agent_writes(
    hands: Hands, repo: Repo, agent: subprocess.Popen[bytes]
) -> None:
    start_reading(hands, repo)
    view = hands.window.view
    hands.press(Qt.Key.Key_Down, SHIFT)
    top = top_of(hands, b"read 150\n")
    for _ in range(REFRESHES):
        refresh(hands, hands.session.review.index)
        assert abs(top_of(hands, b"read 150\n") - top) <= 1
        assert view.state()["folded"] == ["a.py"]
        stop = view.stop()
        assert stop.path == "read.py"
        assert hands.session.new_lines("read.py")[(stop.line or 0) - 1] == b"read 151\n"
        hands.press(Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text() == "read 150\nread 151\n"


def test_a_draft_is_written_on_and_saved_under_its_line_while_an_agent_writes(
    hands: Hands, repo: Repo, agent: subprocess.Popen[bytes]
) -> None:
    start_reading(hands, repo)
    hands.type("c")
    hands.type("? ")
    for number in range(REFRESHES):
        before = hands.session.review.index
        hands.type(f"{number} ")
        refresh(hands, before)
        assert hands.window.view.stop().path == "read.py"
    hands.press(Qt.Key.Key_Return, CONTROL)
    note = hands.session.review.notes["N1"]
    assert note.text == " ".join(map(str, range(REFRESHES)))
    ((_, place),) = hands.session.notes_in_round()
    assert place is not None
    assert place.path == "read.py"
    assert hands.session.new_lines("read.py")[place.start - 1] == b"read 150\n"
    assert hands.session.drafts() == {}


def test_when_the_agent_has_ended_what_is_shown_is_what_it_wrote(
    hands: Hands, repo: Repo, agent: subprocess.Popen[bytes]
) -> None:
    start_reading(hands, repo)
    refresh(hands, hands.session.review.index)
    assert agent.stdin is not None
    agent.stdin.close()
    assert agent.wait(30) == 0
    hands.window.run_command("refresh")
    hands.until(lambda: not hands.window.tasks.is_busy)
    changed = repo.git("diff", "--name-only", "HEAD").decode().split()
    assert sorted(file.path for file in hands.session.files) == sorted(changed)
    for path in changed:
        assert b"".join(hands.session.new_lines(path)) == repo.read(path), path
