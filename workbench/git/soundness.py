"""Whether git can read a git directory without waiting for ever. Looks at what kind of thing stands where.

Git opens its files without asking what they are: a pipe named `packed-refs` stops it for good, and a link to
an endless device fills the memory. So what git will open is looked at first, by `stat` alone. What is behind
an `include` of the configuration is asked of git itself, with no repository and no include followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from workbench.errors import UserError
from workbench.git import runner
from workbench.git.discover import LARGEST_CONFIG, Found, read_plain
from workbench.git.runner import Where

_OWN = ("HEAD", "index", "config.worktree", "commondir", "logs/HEAD", "info/sparse-checkout")
_SHARED = ("config", "packed-refs", "shallow", "info/exclude", "info/attributes")
_OF_OBJECTS = ("info/alternates", "info/commit-graph")
_FOLDERS = ("pack", "info/commit-graphs")
_CHECKED = "sound"
_DEEPEST_ALTERNATE = 5
_MOST_INCLUDES = 100
_MOST_ALTERNATES = 1 << 20


def check(found: Found, shadow: Path) -> None:
    """`UserError` that names what git would wait for.

    Every loose object is looked at only until that went well once: there may be many.
    """
    for folder, names in ((found.git_dir, _OWN), (found.common_dir, _SHARED)):
        for name in names:
            _check(os.path.join(folder, name))
    for folder in {found.git_dir, found.common_dir}:
        _check_below(os.path.join(folder, "refs"))
    _check_includes(found)
    checked = shadow / _CHECKED
    thorough = not checked.exists()
    for objects in _object_folders(os.path.join(found.common_dir, "objects")):
        for name in _FOLDERS:
            _check_below(os.path.join(objects, name))
        if thorough:
            _check_below(objects)
    if thorough:
        with suppress(OSError):  # a full disk is told where something is lost by it
            checked.touch()


def _check(path: str) -> None:
    """A file, a folder or nothing, behind however many links."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return  # not there, or git cannot open it either
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return
    kind = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise UserError(
        f"{path} is not a file but {kind}: git would wait for it for ever.",
        hint="Git does not make such a thing. Remove it, or do not open this repository.",
    )


def _check_below(folder: str) -> None:
    waiting = [folder]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    _check(entry.path)


def _object_folders(first: str) -> Iterator[str]:
    """The folder with the objects, and those that it borrows from, as deep as git follows them."""
    seen: set[str] = set()
    waiting = [(first, 0)]
    while waiting:
        folder, depth = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        for name in _OF_OBJECTS:
            _check(os.path.join(folder, name))
        yield folder
        if depth < _DEEPEST_ALTERNATE:
            waiting += [(other, depth + 1) for other in _alternates(folder)]


def _alternates(folder: str) -> Iterator[str]:
    """What `info/alternates` names. A quoted name, for what cannot be written otherwise, is left to git."""
    try:
        data = read_plain(Path(folder, "info", "alternates"), _MOST_ALTERNATES)
    except OSError:
        return
    for line in data.split(b"\n"):
        if line and b"\0" not in line and not line.startswith((b"#", b'"')):
            yield os.path.normpath(os.path.join(folder, os.fsdecode(line)))


def _check_includes(found: Found) -> None:
    """The files that the configuration includes, under whatever condition, and those that they include."""
    waiting = [os.path.join(found.common_dir, "config"), os.path.join(found.git_dir, "config.worktree")]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_INCLUDES:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        _check(path)
        try:
            data = read_plain(Path(path), LARGEST_CONFIG)
        except OSError:
            continue
        if b"include" in data.lower():
            waiting += _included(path)


def _included(path: str) -> Iterator[str]:
    args = ["config", "--file", path, "--no-includes", "--type=path", "-z"]
    args += ["--get-regexp", r"^include(if\..*)?\.path$"]
    said = runner.start(args, Where(os.devnull)).finish(ok=range(256))
    for item in said.split(b"\0"):
        _, newline, value = item.partition(b"\n")
        if newline and b"\0" not in value:
            yield os.path.normpath(os.path.join(os.path.dirname(path), os.fsdecode(value)))
