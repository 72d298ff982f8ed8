"""What is done while faults happen: a repository, the steps of a review in it, and a picture of everything.

The functions that take a board run inside the fault server.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.faults.shim import Board
from tests.repos import Repo, new_repo, numbered
from workbench.cli.main import main
from workbench.git.paths import LANDING
from workbench.review.actions import Action
from workbench.review.review import replay
from workbench.store.log import ActionLog

Picture = dict[str, Any]


class Place(Struct, frozen=True):
    """One folder with a work tree, our data, and a place for patches in it."""

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def environment(self) -> dict[str, str]:
        return {"WORKBENCH_DATA": str(self.data), "WORKBENCH_CONFIG": str(self.folder / "config")}


class Step(Struct, frozen=True):
    """One command of a review; `before` is what somebody else does first."""

    name: str
    command: Sequence[str]
    before: Callable[[Repo], None] | None = None


REVIEW, WORK, OUT, SUGGESTION = "{review}", "{work}", "{out}", "{suggestion}"


def _agent_writes(repo: Repo) -> None:
    repo.write({"d0/f0": repo.read("d0/f0").replace(b"line 18\n", b"agent\n"), "agent/new": "of an agent\n"})


def _agent_writes_again(repo: Repo) -> None:
    repo.write({"d1/f1": repo.read("d1/f1").replace(b"line 18\n", b"agent\n")})


LANDING_STEPS = (
    Step("land", ("land", REVIEW, "--to", "worktree", "--unread")),
    Step("undo the landing", ("undo", REVIEW)),
)
SMALL = (
    Step("start", ("start", WORK)),
    Step("accept", ("judge", REVIEW, "accepted", "--file", "d0/f0")),
    Step("reject", ("judge", REVIEW, "rejected", "--all", "--reason", "not so")),
    Step("accept again", ("judge", REVIEW, "accepted", "--file", "new/a")),
    Step("note", ("note", REVIEW, "--file", "d1/f1", "--intent", "should", "think again")),
    Step("undo", ("undo", REVIEW)),
    Step("redo", ("redo", REVIEW)),
    Step("refresh", ("next", REVIEW, "--refresh"), _agent_writes),
    Step("land", ("land", REVIEW, "--to", "worktree", "--unread"), _agent_writes_again),
    Step("undo the landing", ("undo", REVIEW)),
    Step("patch", ("land", REVIEW, "--to", f"patch:{OUT}/x.patch", "--unread")),
    Step("undo the patch", ("undo", REVIEW)),
    Step("trust", ("trust", WORK, "--yes")),
    Step("index", ("land", REVIEW, "--to", "index", "--unread")),
    Step("undo the index", ("undo", REVIEW)),
    Step("branch", ("land", REVIEW, "--to", "branch:fresh", "-m", "A commit", "--unread")),
    Step("undo the branch", ("undo", REVIEW)),
    Step("suggest", ("note", REVIEW, "--file", "new/a", "--lines", "new:5-5", "--suggest", SUGGESTION, "so")),
    Step("next", ("next", REVIEW, "--model", "offline")),
    Step("accept all", ("judge", REVIEW, "accepted", "--all")),
    *LANDING_STEPS,
)
LARGE = (
    Step("start", ("start", WORK)),
    Step("reject", ("judge", REVIEW, "rejected", "--all")),
    *LANDING_STEPS,
)


def make_repo(place: Place, count: int) -> None:
    """`count` files, of which most are edited in the work tree, some removed, some new, one a link."""
    place.out.mkdir(parents=True)
    repo = new_repo(place.work)
    base = {f"d{number % 7}/f{number}": numbered(20, f" of {number}") for number in range(count)}
    base |= {f"d{number % 7}/f{number}": numbered(20) for number in range(3)}
    base |= {"gone/a": "gone\n", "gone/b": "gone\n", "mode.sh": "#!/bin/sh\n", "d0/binary": "\0one"}
    repo.commit(base)
    edited = {path: text.replace("line 3", "LINE 3") for path, text in base.items() if path[0] == "d"}
    repo.write({**edited, "new/a": numbered(30), "new/deep/b": "new\n", "d0/binary": "\0two"})
    for path in ("gone/a", "gone/b"):
        (place.work / path).unlink()
    (place.work / "mode.sh").chmod(0o755)
    (place.work / "link").symlink_to("d0/f0")
    for name, value in (("user.name", "Una User"), ("user.email", "una@example.com")):
        repo.git("config", name, value)
    (place.folder / "suggestion").write_text("a suggested line\n", "utf-8")


def command(step: Step, place: Place, review: str) -> list[str]:
    """The step's command line."""
    suggestion = str(place.folder / "suggestion")

    def filled(word: str) -> str:
        word = word.replace(REVIEW, review).replace(WORK, str(place.work))
        return word.replace(OUT, str(place.out)).replace(SUGGESTION, suggestion)

    return [filled(word) for word in step.command]


# In the fault server ---------------------------------------------------------------------------------


def run(board: Board, folder: str, arguments: Sequence[str]) -> int:
    """One command of the real command line. Each action is noted in a file once it is acknowledged."""
    place = Place(Path(folder))
    with _noted(place.folder / "acknowledged"):
        return switched(board, arguments)


def rehearse(board: Board, folder: str, arguments: Sequence[str]) -> list[Picture]:
    """The same without a fault: a picture of everything before it and after each of its actions."""
    place = Place(Path(folder))
    pictures = [picture(place)]

    def look() -> None:
        board.switch(on=False)
        pictures.append(picture(place))
        board.switch(on=True)

    with _noted(place.folder / "acknowledged", look):
        status = switched(board, arguments)
    assert status == 0, arguments
    pictures[-1] = picture(place)
    return pictures


def switched(board: Board, arguments: Sequence[str]) -> int:
    board.switch(on=True)
    try:
        return main(list(arguments))
    finally:
        board.switch(on=False)


class _noted:  # noqa: N801 - reads as the function it could be
    """Note every append that returned: `ActionLog.append` itself is not changed."""

    def __init__(self, path: Path, then: Callable[[], None] | None = None) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        self._then = then
        self._append = ActionLog.append

    def __enter__(self) -> None:
        append, handle, then = self._append, self._handle, self._then

        def noted(log: ActionLog, review: str, action: Action) -> int:
            number = append(log, review, action)
            os.write(handle, f"{action.id}\n".encode())
            if then is not None:
                then()
            return number

        ActionLog.append = noted  # type: ignore[method-assign, assignment]

    def __exit__(self, *_: object) -> None:
        ActionLog.append = self._append  # type: ignore[method-assign]
        os.close(self._handle)


def start_again(_: Board | None, folder: str, reviews: Sequence[str]) -> int:
    """What a person does next: open what there is. What it has to say is on standard error."""
    place = Place(Path(folder))
    if not reviews:
        return main(["start", str(place.work)])
    return max(main(["show", review]) for review in reviews)


def any_command(_: Board | None, arguments: Sequence[str]) -> int:
    """A command without a fault."""
    return main(list(arguments))


def look(_: Board | None, folder: str) -> Picture:
    """Everything that a kill could have harmed."""
    return picture(Place(Path(folder)))


def picture(place: Place) -> Picture:
    return {"reviews": reviews(place), **outside(place)}


def outside(place: Place) -> Picture:
    """What is not ours: the work tree with index and refs, and the patches."""
    repo = Repo(place.work)
    return {
        "files": files_below(place.work),
        "patches": files_below(place.out),
        "index": repo.git("ls-files", "-s").decode("utf-8", "backslashreplace"),
        "refs": repo.git("for-each-ref", "--format=%(refname) %(tree)").decode(),
        "locks": [str(path) for path in (place.work / ".git").rglob("*.lock")],
    }


def files_below(root: Path) -> dict[str, str]:
    """Every file by its path: mode and digest, or where a link leads. Not the git directory."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(root):
        if folder == str(root) and ".git" in folders:
            folders.remove(".git")
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*names, *links):
            path = Path(folder, name)
            if path.is_symlink():
                found[str(path.relative_to(root))] = f"link {path.readlink()}"
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            digest = hashlib.sha1(path.read_bytes()).hexdigest()[:12]
            found[str(path.relative_to(root))] = f"{mode:o} {digest}"
        if not names and not folders and folder != str(root):
            found[str(Path(folder).relative_to(root)) + "/"] = "empty folder"
    return found


def is_ours(path: str) -> bool:
    """A landing's folder, or a patch that has not its name yet."""
    return path.startswith(LANDING) or path.rpartition("/")[2].startswith(".workbench-")


def reviews(place: Place) -> list[dict[str, Any]]:
    """Every review that is saved, oldest first, without times and random ids."""
    if not (place.data / "reviews.db").exists():
        return []
    log = ActionLog.open(place.data / "reviews.db")
    try:
        rows = sorted(log.reviews(), key=lambda row: row.started)
        return [_of_review(log, row.id) for row in rows]
    finally:
        log.close()


def _of_review(log: ActionLog, name: str) -> dict[str, Any]:
    actions = [action for _, action in log.since(name)]
    now = replay(actions)
    return {
        "id": name,
        "actions": [action.id for action in actions],
        "kinds": [type(action).__name__ for action in actions],
        "closed": now.closed,
        "task": now.task,
        "rounds": [[each.number, str(each.source), each.tree] for each in now.rounds],
        "verdicts": sorted(f"{path} {held!r}" for path, held in now.current.items() if held),
        "notes": [[note.id, note.text, note.settled, note.withdrawn] for note in now.notes.values()],
        "landings": [[each.purpose, each.round, len(each.files)] for each in now.landings],
        "failures": [[each.number, each.why] for each in now.failures],
        "listed": _listed(log, name),
    }


def _listed(log: ActionLog, name: str) -> list[Any]:
    row = log.review(name)
    return [row.closed, row.task, row.actions] if row is not None else []


def comparable(found: Picture) -> Picture:
    """Two pictures of the same are equal: without the ids, which are random, and without empty folders,
    which git does not know either.
    """
    files = {path: held for path, held in found["files"].items() if not path.endswith("/")}
    listed = [
        {key: value for key, value in review.items() if key not in ("id", "actions")}
        for review in found["reviews"]
    ]
    return {**found, "files": files, "reviews": listed}


def empty_folders(found: Picture) -> set[str]:
    return {path for path in found["files"] if path.endswith("/")}


def differences(one: Mapping[str, Any], other: Mapping[str, Any], at: str = "") -> list[str]:
    """Where two pictures differ, for a person."""
    found = []
    for key in sorted({*one, *other}):
        mine, theirs = one.get(key), other.get(key)
        if mine == theirs:
            continue
        if isinstance(mine, dict) and isinstance(theirs, dict):
            found += differences(mine, theirs, f"{at}{key}.")
        else:
            found.append(f"{at}{key}: {str(mine)[:160]} is not {str(theirs)[:160]}")
    return found[:12]


def is_sound(place: Place) -> str:
    """What SQLite says of the database: "ok"."""
    if not (place.data / "reviews.db").exists():
        return "ok"
    connection = sqlite3.connect(place.data / "reviews.db")
    try:
        return str(connection.execute("pragma integrity_check").fetchone()[0])
    finally:
        connection.close()
