"""Late edits: what a program wrote, after a landing, into a file that it had open while it was displaced.

What a landing displaced, and what it saw somebody write meanwhile, is kept for an hour in a folder of the
shadow directory, with a list of what each was made from. What was written since and is not in the work tree's
file goes into a file of its own and is told once. Nothing in the work tree is written here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import astuple, replace

from workbench.errors import UserError
from workbench.git.composing import object_id
from workbench.git.folder import LINK, WorkFolder
from workbench.git.runner import GitError
from workbench.git.shadow import remove_folder

if TYPE_CHECKING:
    from workbench.git.repository import Repository

# A displaced file is looked at by every refresh for so long, then it goes; what it held stays in the shadow
# directory.
_KEEP_SECONDS = 3600
# A file whose time is at least so old does not change within it: what was read is all there is (as git does).
_SURE_NS = 2_000_000_000
_NAMES = "names.json"
_TOLD = "late-edits"


class Kept(Struct, frozen=True):
    """A file in such a folder: its name there, the path it stood at, and the id of what is known of it.

    `stamp` is its size and time when it was last read, "" where they do not say whether it was written since.
    """

    name: str
    path: str
    mode: str
    identity: str
    stamp: str = ""


class Late(Struct, frozen=True):
    """What somebody wrote, after a landing, into a file that the landing had displaced.

    It is in no work tree. `kept` is the file of ours that holds it now.
    """

    path: str
    mode: str
    data: bytes
    kept: Path


def write_kept(place: Path, names: Sequence[Kept]) -> None:
    """The list of a folder, whole at every moment."""
    temporary = place / f"{_NAMES}.{os.urandom(4).hex()}"
    temporary.write_text(json.dumps([astuple(name) for name in names]), "ascii")
    temporary.replace(place / _NAMES)


def may_be_late(repository: Repository) -> bool:
    """Whether anything is kept that could have been written to. Quick: asked at every refresh."""
    return any((repository.shadow / "backup").glob("workbench-landing-*"))


def late_edits(repository: Repository) -> tuple[Late, ...]:
    """What was written to displaced files since. Asked at every refresh and opening; each is told once."""
    found: list[Late] = []
    for place in sorted((repository.shadow / "backup").glob("workbench-landing-*")):
        names = _listed(place)
        if names is not None:
            found += _looked_at(repository, place, names)
        if time.time() - place.stat().st_mtime > _KEEP_SECONDS:
            remove_folder(place)
    return tuple(found)


def _listed(place: Path) -> list[Kept] | None:
    """None where there is no list: a landing is about to write it."""
    try:
        return [Kept(*each) for each in json.loads((place / _NAMES).read_text("ascii"))]
    except (OSError, ValueError, TypeError):
        return None


def _looked_at(repository: Repository, place: Path, names: Sequence[Kept]) -> list[Late]:
    found, fresh = [], []
    for name in names:
        stamp = _stamp(place / name.name)
        if stamp is None or (stamp and stamp == name.stamp):
            fresh.append(name)
            continue
        data = (place / name.name).read_bytes()
        identity = object_id(repository, data)
        if identity != name.identity and not _is_there(repository, name, data):
            found.append(Late(name.path, name.mode, data, _keep(repository, name.path, data, identity)))
        fresh.append(replace(name, identity=identity, stamp=stamp))
    if fresh != list(names):
        times = place.stat()
        write_kept(place, fresh)
        # The folder's time says when the landing was.
        os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    return found


def _is_there(repository: Repository, name: Kept, data: bytes) -> bool:
    """Whether the file of the work tree has these edits."""
    try:
        with WorkFolder(repository.work_tree) as folder:
            now = folder.read(name.path)
        base = repository.blob(name.identity) if name.identity else b""
    except (OSError, UserError, GitError):
        return False
    if now is None or now[0][0] == LINK:
        return False
    return repository.merge(base, now[0][1], data, finely=True) == now[0][1]


def _stamp(path: Path) -> str | None:
    """Size and time; "" while the time is too young to tell; None where the file is not there (yet)."""
    try:
        found = path.stat()
    except OSError:
        return None
    if time.time_ns() - found.st_mtime_ns < _SURE_NS:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


def _keep(repository: Repository, path: str, data: bytes, identity: str) -> Path:
    """The bytes in a file that stays, under the path's own name."""
    folder = repository.shadow / _TOLD / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{identity[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / path.rpartition("/")[2]
    kept.write_bytes(data)
    return kept
