"""A window that is killed, at any moment, is there again as it was: verdicts, place, folding, drafts."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import Hands
from workbench.review.changes import Side
from workbench.ui.note_editor import NoteEditor

ROOT = Path(__file__).parents[2]

READING = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from workbench.app import Options, make_application, make_window
from workbench.review.changes import Side
from workbench.ui.driving import Driver

make_application()
window = make_window(Options(size=(1200, 800)))
window.show()
window.errands.open(Path(sys.argv[1]))
driver = Driver(window)
driver.until(lambda: window.controller.session is not None and not window.tasks.is_busy, "it")
window.view.smooth = False
window.view.setFocus()
"""

READ = """
window.view.go_to_file("a.py")
driver.type("f")
window.view.go_to_line("b.py", Side.NEW, 150)
driver.type("c")
QTest.keyClicks(window.focusWidget(), "half a thought")
window.view.setFocus()
window.view.go_to_line("c.py", Side.NEW, 60)
driver.until(lambda: window.controller.open_session().drafts(), "the draft")
driver.until(lambda: not window.places._timer.isActive(), "the place")
print("there", flush=True)
driver.until(lambda: False, "the end", 60)
"""

JUDGE = """
session = window.controller.open_session()
window.view.go_to_end(-1)
while True:
    driver.type("x")
    print(session.progress().rejected, flush=True)
"""


@pytest.fixture
def three(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "three")
    names = ("a.py", "b.py", "c.py")
    made.commit({name: numbered(300) for name in names})
    text = numbered(300)
    for line in range(10, 300, 20):
        text = text.replace(f"line {line}\n", f"changed {line}\n")
    made.write(dict.fromkeys(names, text))
    return made


def started(code: str, repo: Repo) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", READING + code, str(repo.root)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_place_folding_and_draft_are_there_again_after_a_kill(
    make_hands: Callable[[], Hands], three: Repo
) -> None:
    child = started(READ, three)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == "there\n"
        child.kill()
    hands = make_hands()
    hands.open(three)
    hands.until(lambda: hands.window.following.has_loaded)
    view = hands.window.view
    stop = view.stop()
    assert (stop.path, stop.side, stop.line) == ("c.py", Side.NEW, 60)
    assert [section.key for section in view._layout.sections if section.folded] == ["a.py"]
    assert [editor.text.toPlainText() for editor in view.findChildren(NoteEditor)] == ["half a thought"]


@pytest.mark.parametrize("seed", range(3))
def test_what_was_acknowledged_before_a_kill_is_there(
    make_hands: Callable[[], Hands], three: Repo, seed: int
) -> None:
    child = started(JUDGE, three)
    assert child.stdout is not None
    with child:
        first = child.stdout.readline()
        time.sleep(random.Random(seed).random() / 2)  # any moment will do
        child.kill()
        said = [int(line) for line in (first, *child.stdout) if line.endswith("\n")]
    hands = make_hands()
    hands.open(three)
    assert said[-1] <= hands.verdicts().count("rejected") <= said[-1] + 1
