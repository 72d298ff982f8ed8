"""The private index that is kept between snapshots, and what it was made from.

It is kept under a new name each time: several processes may take a snapshot at once, and the file that a
state names is never written again. Git tells "unchanged" by comparing a file's time with the time of the
index *file*. So the index is hard-linked, never copied: a copy with a younger time would hide an edit made
in the same second.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError, convert, to_builtins
from msgspec.structs import replace

from workbench.git.attribute_rules import Rules
from workbench.git.filters import Converted
from workbench.git.runner import Where
from workbench.git.submodules import Link
from workbench.review.changes import NotShown
from workbench.typed import ready

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_LEFTOVER_SECONDS = 3600
# Of one entry of `ls-files --debug -z`: path, ctime, mtime. Times are seconds and nanoseconds.
_ENTRY = re.compile(
    rb"([^\0]+)\0  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n  dev: [^\n]*\n  uid: [^\n]*\n  size: [^\n]*\n"
)
# A file system that counts whole seconds may round by two, and its clock ticks behind ours.
_MARGIN_SECONDS = 1
_WHOLE_MARGIN_SECONDS = 3


class State(Struct, frozen=True):
    """What the kept private index was made from. `seed` changes when it has to be made again.

    `sparse`: paths that are not checked out; `forced`: those of the user's index that HEAD leaves no place;
    `stuck`: tracked paths that cannot be read.
    """

    index: str
    seed: tuple[str, ...]
    tree: str = ""
    base: str = ""
    sparse: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    converted: tuple[Converted, ...] = ()
    rules: Rules | None = None
    ignored: str = ""
    ignored_folders: tuple[str, ...] = ()
    left_out: tuple[NotShown, ...] = ()
    refused: tuple[NotShown, ...] = ()


def decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def encode(names: Iterable[str]) -> bytes:
    """Paths as git reads them with `-z`."""
    return b"".join(name.encode("utf-8", "surrogateescape") + b"\0" for name in names)


def fresh_index(repository: Repository) -> Path:
    """A name for an index of our own, which nobody else uses."""
    return repository.shadow / f"index.{os.getpid()}.{os.urandom(4).hex()}"


def kept(repository: Repository) -> tuple[State | None, Path]:
    """The kept state and a link to its index, which is ours alone; None where there is none that can
    be read.
    """
    index = fresh_index(repository)
    for _ in range(3):  # another process may replace both between our two steps
        state = read_state(repository)
        if state is None:
            return None, index
        try:
            os.link(repository.shadow / state.index, index)
        except FileNotFoundError:
            continue
        except OSError:
            return None, index  # a file system without hard links: made anew each time
        return state, index
    return None, index


def read_state(repository: Repository) -> State | None:
    """The state that was kept last; None where there is none, or another version of us wrote it."""
    try:
        data = json.loads((repository.shadow / "snapshot.json").read_text("utf-8"))
        state = convert(data, ready(State))
        return replace(state, index=Path(state.index).name)
    except (OSError, ValueError, ValidationError):
        return None


def commit(repository: Repository, state: State, where: Where) -> None:
    """Name the index in the state, in one rename; then the one before is nobody's and goes."""
    name = repository.shadow / f"index.kept.{os.urandom(4).hex()}"
    os.link(str(where.index), name)
    temporary = repository.shadow / f"snapshot.json.{os.getpid()}.{os.urandom(4).hex()}"
    temporary.write_text(json.dumps(to_builtins(replace(state, index=name.name))), "utf-8")
    temporary.replace(repository.shadow / "snapshot.json")
    limit = time.time() - _LEFTOVER_SECONDS
    for entry in os.scandir(repository.shadow):
        if entry.name == name.name:
            continue
        if entry.name.startswith("index.kept.") or (
            entry.name.startswith(("index.", "snapshot.json.")) and _changed_at(entry) < limit
        ):
            Path(entry.path).unlink(missing_ok=True)


def _changed_at(entry: os.DirEntry[str]) -> float:
    """When a leftover was made: its ctime, because a link keeps the time of what it links to."""
    try:
        return entry.stat(follow_symlinks=False).st_ctime
    except FileNotFoundError:
        return time.time()


# Times that prove nothing -------------------------------------------------------------------------


def forget_doubtful(repository: Repository, where: Where, began: float) -> None:
    """Take the times out of entries whose file could be written again without them telling it.

    Git compares whole seconds, and looks twice only at files whose *mtime* is as young as the index. A file
    whose mtime was set back, written twice in one second, would be taken for unchanged; so would one on a
    file system that counts two seconds at a time. Without times the next snapshot reads the content.
    """
    listed = repository.run_now(["ls-files", "-z", "--debug"], where)
    doubtful = {entry[1] for entry in _ENTRY.finditer(listed) if _is_doubtful(entry, int(began))}
    if not doubtful:
        return
    entries = repository.run_now(["ls-files", "-s", "-z"], where).split(b"\0")
    lines = [line for line in entries if line and line.partition(b"\t")[2] in doubtful]
    data = b"".join(line + b"\0" for line in lines)
    repository.run_now(["update-index", "-z", "--index-info"], where, data=data)


def _is_doubtful(entry: re.Match[bytes], began: int) -> bool:
    changed, written = int(entry[2]), int(entry[4])
    if not (changed or written):
        return False
    if int(entry[3]) == 0 and int(entry[5]) == 0:
        return max(changed, written) >= began - _WHOLE_MARGIN_SECONDS
    return written < changed and changed >= began - _MARGIN_SECONDS
