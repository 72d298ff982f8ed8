"""From the paths that git lists to the private index: what is taken, what is gone, what is set aside
and why.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.git.paths import LANDING, why_hostile
from workbench.git.runner import GitError, Where
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_READABLE = os.R_OK


class Sorted(Struct, frozen=True):
    """Listed paths by what is done with them."""

    present: tuple[str, ...]
    gone: tuple[str, ...]
    not_shown: tuple[NotShown, ...]


def sort_paths(work_tree: Path, differing: Sequence[str], others: Sequence[str]) -> Sorted:
    """Look at every listed path once, following no symlink."""
    present: list[str] = []
    gone: list[str] = []
    rows: list[NotShown] = []
    parents: dict[str, bool] = {"": False}
    for path, tracked in [*((path, True) for path in differing), *((path, False) for path in others)]:
        if not tracked and path.endswith("/"):
            rows.append(NotShown(path, "a repository inside this one; its files are its own"))
            continue
        if path.startswith(LANDING):
            rows.append(
                NotShown(
                    path.partition("/")[0], "what a landing under way, or one that was killed, works with"
                )
            )
            continue
        hostile = why_hostile(path)
        if hostile is not None:
            rows.append(NotShown(path, f"{hostile}, which git refuses"))
            continue
        if _beyond_link(work_tree, path.rpartition("/")[0], parents):
            gone.append(path)
            continue
        why = _why_not(work_tree / path)
        if why is None:
            present.append(path)
        elif why:
            rows.append(NotShown(path, why))
        elif tracked:
            gone.append(path)
    return Sorted(tuple(present), tuple(gone), tuple(rows))


def _why_not(path: Path) -> str | None:
    """None where the path can be taken, "" where there is no file (any more), else why it cannot be."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISDIR(mode):
        return ""
    if stat.S_ISLNK(mode):
        return None
    if not stat.S_ISREG(mode):
        return "neither a file nor a link"
    if not os.access(path, _READABLE):
        return "cannot be read: no permission"
    return None


def _beyond_link(work_tree: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether a folder is reached through a symlink, or is none.

    What git tracked below it is not there any more.
    """
    found = known.get(folder)
    if found is None:
        found = _beyond_link(work_tree, folder.rpartition("/")[0], known)
        if not found:
            try:
                found = not stat.S_ISDIR((work_tree / folder).lstat().st_mode)
            except (FileNotFoundError, NotADirectoryError):
                found = True
            except OSError:
                found = False  # cannot be looked into: the file itself says so
        known[folder] = found
    return found


def add_paths(repository: Repository, where: Where, paths: Sequence[str]) -> list[NotShown]:
    """Give paths to `update-index`. It dies on the first that it cannot take, so a failing lot is halved."""
    if not paths:
        return []
    data = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    args = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"]
    try:
        repository.run_now(args, where, data=data)
    except GitError as failed:
        if len(paths) > 1:
            half = len(paths) // 2
            return [*add_paths(repository, where, paths[:half]), *add_paths(repository, where, paths[half:])]
        said = failed.stderr.splitlines()[0] if failed.stderr else "git refuses it"
        return [NotShown(paths[0], said.removeprefix("error: "))]
    return []
