"""Landings into a file that an agent edits all the while: what became of its edits, and of every line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from tests.faults.agent import FIRST, LINES, WIDTH, line_of
from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git.journal import acknowledge
from workbench.git.late import late_edits
from workbench.git.paths import LANDING
from workbench.git.repository import Repository
from workbench.git.worktree import Write, land

PATH = "work.py"


class Edit(Struct, frozen=True):
    """One edit of the agent: the line it is about (-1: at the end) and what it wrote."""

    at: int
    text: str


class Outcome(Struct, frozen=True):
    """What came of some landings: how many went through, how many edits there were, what was not right."""

    landed: int
    edits: int
    faults: tuple[str, ...]


def landings(folder: Path, how: str, count: int, *, busy: int = 0) -> Outcome:
    """Land `count` times beside an agent that edits in this way, and `busy` loops that take processors."""
    repo = new_repo(folder / "repo")
    base = [line_of(f"line {number}") for number in range(LINES)]
    repo.commit({PATH: b"".join(base)})
    repository = Repository.open(repo.root, folder / "data")
    ours: dict[int, set[bytes]] = {}
    landed = 0
    try:
        with ExitStack() as running:
            for _ in range(busy):
                running.enter_context(_busy())
            running.enter_context(_agent(repo, how, folder / "log"))
            for number in range(count):
                at = number * 11 % FIRST
                ours.setdefault(at, set()).add(line_of(f"ours {number}"))
                landed += _land(repository, folder / "journal", repo, at, line_of(f"ours {number}"))
        edits = [
            Edit(int(line.split(" ", 1)[0]), line.split(" ", 1)[1])
            for line in (folder / "log").read_text("utf-8").splitlines()
        ]
        final = repo.read(PATH)
        late = [each.data for each in late_edits(repository)]
        faults = [*_lost(edits, final, late), *_misplaced(final, base, ours, edits)]
        faults += [f"{path.name} is left" for path in repo.root.glob(LANDING + "*")]
    finally:
        repository.close()
    return Outcome(landed, len(edits), tuple(faults))


def _land(repository: Repository, journal: Path, repo: Repo, at: int, line: bytes) -> bool:
    now = b""
    while len(now) < LINES * WIDTH:  # the agent has cut it and not written it yet
        now = repo.read(PATH)
    lines = now.splitlines(keepends=True)
    lines[at] = line
    try:
        land(repository, [Write(PATH, ("100644", now), ("100644", b"".join(lines)))], journal)
    except UserError:  # refused as a whole: the agent was quicker
        return False
    finally:
        acknowledge(journal)
    return True


def _lost(edits: Sequence[Edit], final: bytes, late: Sequence[bytes]) -> Iterator[str]:
    """Edits that the agent did not overwrite itself, and that are nowhere."""
    newest = {edit.at: edit for edit in edits if edit.at >= 0}
    wanted = [*newest.values(), *(edit for edit in edits if edit.at < 0)]
    for edit in wanted:
        line = line_of(edit.text)
        if not any(line in data.splitlines(keepends=True) for data in (final, *late)):
            yield f"{edit.text!r} of the agent (line {edit.at}) is lost"


def _misplaced(
    final: bytes, base: Sequence[bytes], ours: dict[int, set[bytes]], edits: Sequence[Edit]
) -> Iterator[str]:
    known = [{line} | ours.get(at, set()) for at, line in enumerate(base)]
    for edit in edits:
        if edit.at >= 0:
            known[edit.at].add(line_of(edit.text))
    lines = final.splitlines(keepends=True)
    for at, line in enumerate(lines[:LINES]):
        if line not in known[at]:
            yield f"line {at} holds {line!r}"
    if len(lines) < LINES:
        yield f"there are only {len(lines)} lines"
    added = lines[LINES:]
    allowed = {line_of(edit.text) for edit in edits if edit.at < 0}
    for line in set(added):
        if line not in allowed or added.count(line) > 1:
            yield f"{line!r} stands {added.count(line)} times at the end"


@contextmanager
def _agent(repo: Repo, how: str, log: Path) -> Iterator[None]:
    script = Path(__file__).with_name("agent.py")
    code = f"import runpy, sys; runpy.run_path({str(script)!r}, run_name='__main__')"
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, str(repo.root / PATH), how, str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"ready\n"
    try:
        yield
    finally:
        process.stdin.close()
        status = process.wait()
        process.stdout.close()
    assert status == 0, "the agent failed"


@contextmanager
def _busy() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-I", "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()
