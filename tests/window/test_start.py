"""The window's own process: what a trace says, how it ends, what it never imports; the demo's whole loop."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.ui.demo_tour import tour
from workbench.ui.driving import Driver
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo

START = """
import json, sys
from pathlib import Path
from workbench.app import Options, show
path, trace = Path(sys.argv[1]), Path(sys.argv[2])
ended = show(Options(path=path, trace=trace, quit_after=sys.argv[3], size=(1000, 700), wait=True))
loaded = [name for name in ("litellm", "openai", "keyring", "pygments") if name in sys.modules]
print(json.dumps({"status": ended.status, "loaded": loaded}))
"""

AT_FIRST = """
import sys
from pathlib import Path
from workbench.app import Options, show

NOT_YET = sys.argv[2:]
early = []

def prepare(window):
    window.view.painted.connect(lambda: early or early.append(sorted(set(NOT_YET) & set(sys.modules))))

show(Options(path=Path(sys.argv[1]), quit_after="review_loaded", size=(1000, 700), prepare=prepare))
print("early", early[0])
print("late", sorted(set(NOT_YET) & set(sys.modules)))
"""


def started(repo: Repo, trace: Path, quit_after: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-c", START, str(repo.root), str(trace), quit_after],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    events = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
    return json.loads(done.stdout.decode().splitlines()[-1]), events


def test_a_trace_tells_when_the_first_change_was_painted_and_the_program_ends_there(
    repo: Repo, tmp_path: Path
) -> None:
    ended, events = started(repo, tmp_path / "trace", "first_change_painted")

    names = [event["event"] for event in events]
    assert {"window_shown", "first_change_painted"} <= set(names)
    assert all(isinstance(event["at"], float) and 0 < event["at"] < 60 for event in events)
    assert ended == {"status": 4, "loaded": []}, "closed without sending; nothing heavy was imported"


def test_the_program_can_end_as_soon_as_its_window_is_shown(repo: Repo, tmp_path: Path) -> None:
    _, events = started(repo, tmp_path / "trace", "window_shown")
    assert "window_shown" in [event["event"] for event in events]


def test_the_final_colours_are_told_too(repo: Repo, tmp_path: Path) -> None:
    _, events = started(repo, tmp_path / "trace", "highlighted")

    names = [event["event"] for event in events if event["event"] != "blocked"]  # a busy machine is late
    assert names[-1] in ("highlighted", "frame")
    assert "review_loaded" in names


def test_the_demo_goes_through_the_whole_loop_by_keys(
    make_hands: Callable[[], Hands], tmp_path: Path
) -> None:
    path = make_demo(tmp_path / "cache-rewrite")
    hands = make_hands()
    hands.window.errands.open(path, Asked(task=demo_task()))
    said: list[str] = []

    tour(Driver(hands.window, tmp_path / "shots"), said.append)

    sent, ledger, landed = said
    assert "evicts what was used last" in sent
    assert "touched" in ledger
    assert "+            oldest = min(self._used, key=self._used.get)" in landed
    assert b"min(self._used" in (path / "cache/store.py").read_bytes()
    assert len(list((tmp_path / "shots").glob("*.png"))) == 10


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(repo: Repo) -> None:
    not_yet = [
        *("workbench.ui.menus", "workbench.ui.editing", "workbench.ui.diff.speaking"),
        *("workbench.ui.helper_process", "workbench.ui.dropping", "workbench.ui.context_menu"),
        *("workbench.ui.file_filter", "workbench.ui.boxed_text"),
        *("tomllib", "platformdirs", "pygments", "litellm", "keyring", "hashlib"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", AT_FIRST, str(repo.root), *not_yet],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    early, late = done.stdout.splitlines()[-2:]
    assert early == "early []"
    for each in ("workbench.ui.menus", "workbench.ui.file_filter"):
        assert each in late, "what is made after it is made"


def ended_without_a_review(path: Path, trace: Path, quit_after: str) -> tuple[int, str, str]:
    command = [
        sys.executable,
        "-m",
        "workbench",
        str(path),
        "--trace",
        str(trace),
        "--quit-after",
        quit_after,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in done.stderr.split("\n") if line and not line.startswith("This plugin ")]
    return done.returncode, "\n".join(said), trace.read_text("utf-8")


def test_who_waits_for_a_change_is_told_that_none_comes(repo: Repo, tmp_path: Path) -> None:
    head = repo.root / ".git" / "HEAD"
    head.write_text("neither a branch nor a commit\n")
    status, said, trace = ended_without_a_review(repo.root, tmp_path / "trace", "first_change_painted")
    assert status == 1
    assert len(said.split("\n")) == 2, said
    assert '"open_failed"' in trace

    status, said, _ = ended_without_a_review(repo.root, tmp_path / "trace", "open_failed")
    assert (status, said) == (0, "")
    assert ended_without_a_review(repo.root, tmp_path / "trace", "window_shown")[:2] == (0, "")


def test_the_same_where_there_is_nothing_to_review(repo: Repo, tmp_path: Path) -> None:
    repo.commit({})
    repo.git("reset", "--hard")
    repo.git("clean", "-fd")
    status, said, trace = ended_without_a_review(repo.root, tmp_path / "trace", "first_change_painted")
    assert (status, said.split("\n")[0]) == (1, "There is nothing to review.")
    assert '"nothing_found"' in trace
