"""From the paths that git lists to the private index: what is taken, what is gone, what is set aside
and why.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.git import watching
from workbench.git.binary import BEGINNING, is_binary
from workbench.git.discover import read_plain
from workbench.git.paths import LANDING, why_hostile
from workbench.git.refusing import ShortError
from workbench.git.runner import GitError, Where
from workbench.git.walking import what_it_is
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

INNER = "a repository inside this one; its files are its own"
STORING = "Reading the files that changed"
_READABLE = os.R_OK
UNREADABLE = "cannot be read: "
"""Begins the words about a file that is there and that nobody could look into."""
_LARGE = 2_000_000
"""Bytes of a file from which on one notices how long git takes to store it."""
_PIECE = 1 << 20
_AT_ONCE = 2000
"""Paths given to one child, so that whoever waits can be told how far it is. Each child costs one index."""


class Sorted(Struct, frozen=True):
    """Listed paths by what is done with them."""

    present: tuple[str, ...]
    gone: tuple[str, ...]
    not_shown: tuple[NotShown, ...]
    large: frozenset[str] = frozenset()
    """Those of the present ones that take long to be stored."""


def sort_paths(work_tree: Path, differing: Sequence[str], others: Sequence[str]) -> Sorted:
    """Look at every listed path once, following no symlink."""
    present: list[str] = []
    gone: list[str] = []
    rows: list[NotShown] = []
    large: set[str] = set()
    parents: dict[str, bool] = {"": False}
    for path, tracked in [*((path, True) for path in differing), *((path, False) for path in others)]:
        if not tracked and path.endswith("/"):
            rows.append(NotShown(path, INNER))
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
        if beyond_link(work_tree, path.rpartition("/")[0], parents):
            gone.append(path)
            continue
        why, size = _why_not(work_tree / path)
        if why is None:
            present.append(path)
            if size > _LARGE:
                large.add(path)
        elif why:
            rows.append(NotShown(path, why))
        elif tracked:
            gone.append(path)
    return Sorted(tuple(present), tuple(gone), tuple(rows), frozenset(large))


def _why_not(path: Path) -> tuple[str | None, int]:
    """None where a path can be taken, "" where nothing is there (any more), else why it cannot; its size."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "", 0
    except OSError as error:
        return f"{UNREADABLE}{error.strerror}", 0
    mode, size = found.st_mode, found.st_size
    if stat.S_ISDIR(mode):
        return "", 0
    if stat.S_ISLNK(mode):
        return None, 0
    if not stat.S_ISREG(mode):
        return what_it_is(mode), 0
    if not os.access(path, _READABLE):
        return f"{UNREADABLE}no permission", 0
    return None, size


def beyond_link(work_tree: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether a folder is reached through a symlink, or is none.

    What git tracked below it is not there any more.
    """
    found = known.get(folder)
    if found is None:
        found = beyond_link(work_tree, folder.rpartition("/")[0], known)
        if not found:
            try:
                found = not stat.S_ISDIR((work_tree / folder).lstat().st_mode)
            except (FileNotFoundError, NotADirectoryError):
                found = True
            except OSError:
                found = False  # cannot be looked into: the file itself says so
        known[folder] = found
    return found


def add_sorted(
    repository: Repository, where: Where, paths: Sequence[str], large: Collection[str]
) -> list[NotShown]:
    """Give paths to the private index. Large binary files are stored as they are: packed tight already, most
    of them would take git five times as long and be no smaller.
    """
    dense = [path for path in paths if path in large and _is_binary(repository.work_tree / path)]
    if not dense:
        return add_paths(repository, where, paths)
    apart = set(dense)
    rows = add_paths(repository, where, [path for path in paths if path not in apart])
    as_it_is = replace(where, config=(*where.config, ("core.looseCompression", "0")))
    return [*rows, *add_paths(repository, as_it_is, dense)]


def _is_binary(path: Path) -> bool:
    """By git's own rule; what cannot be read just now is left to git to say so."""
    try:
        return not path.is_symlink() and is_binary(read_plain(path, BEGINNING))
    except OSError:
        return False


def add_paths(repository: Repository, where: Where, paths: Sequence[str]) -> list[NotShown]:
    """Give paths to `update-index`. It dies on the first that it cannot take, and passes over some with a
    word on standard error alone (a link named `.gitmodules`), so a failing lot is halved.
    """
    if not paths:
        return []
    if len(paths) > _AT_ONCE:
        rows: list[NotShown] = []
        for start in range(0, len(paths), _AT_ONCE):
            watching.say(STORING, start, len(paths))
            rows += add_paths(repository, where, paths[start : start + _AT_ONCE])
        return rows
    data = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    args = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"]
    try:
        heard = repository.start(args, where.storing(), fed=True).finish_both(data)[1]
        told = heard.decode("utf-8", "replace")
        said = "\n".join(line for line in told.split("\n") if line.startswith(("Ignoring path", "error:")))
    except ShortError as short:
        said = short.message  # for one file alone, perhaps: all are halved, as where git refuses one
    except UserError:
        # A file that git could not read, or a folder of ours that it could not write to.
        closed = _closed(repository.work_tree, paths)
        if not closed:
            raise
        shut = {row.path for row in closed}
        return [*closed, *add_paths(repository, where, [path for path in paths if path not in shut])]
    except GitError as failed:
        said = failed.stderr or "git refuses it"
    if not said:
        return []
    if len(paths) > 1:
        half = len(paths) // 2
        return [*add_paths(repository, where, paths[:half]), *add_paths(repository, where, paths[half:])]
    why = said.strip().split("\n")[0].removeprefix("error: ")
    if why.startswith("open("):
        why = f"{UNREADABLE}{why.rpartition(': ')[2]}"
    return [NotShown(paths[0], "git refuses it" if why.startswith("Ignoring path") else why)]


def _closed(work_tree: Path, paths: Sequence[str]) -> list[NotShown]:
    """Those that cannot be opened and read, though a look at their permissions said so a moment ago."""
    rows: list[NotShown] = []
    for path in paths:
        place = work_tree / path
        try:
            if stat.S_ISREG(place.lstat().st_mode):
                with place.open("rb") as file:
                    while file.read(_PIECE):
                        pass
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone meanwhile, which git takes in
        except OSError as error:
            rows.append(NotShown(path, f"{UNREADABLE}{error.strerror}"))
    return rows
