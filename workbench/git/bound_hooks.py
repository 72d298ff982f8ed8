"""The hooks of a commit, as they were trusted: copies of the bytes that their fingerprints were made from.

A folder of hooks is often part of the work tree, where somebody may write at any moment. So nothing is run
from there: what is copied is bound to the surface that the repository is trusted with, or is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.binding import MOST_BYTES, Bound, bind, read_some
from workbench.git.configuration import Setting, read_configuration
from workbench.git.hook_files import HookFile, hook_files
from workbench.git.programs import named_programs
from workbench.git.surface import Surface
from workbench.git.version import git_version

if TYPE_CHECKING:
    from workbench.git.repository import Repository

NAMES = ("pre-commit", "commit-msg")
"""The hooks of a commit that are run, in their order."""

MOST_TEXT = 1 << 20
"""Bytes of one hook that are looked through for names of files."""

_KNOWS_NAMED = (2, 54)
_FEW = 3


class Hooks(Struct, frozen=True):
    """The hooks that there are. `files` lie in the folder of hooks, `settings` name others.

    `names` are those that a commit would run.
    """

    files: tuple[HookFile, ...]
    settings: tuple[Setting, ...]
    names: tuple[str, ...]


def find_hooks(repository: Repository) -> Hooks:
    """The hooks that are there now. Looks; runs nothing."""
    found = repository.found
    settings = read_configuration(found.git_dir, found.work_tree)
    files = hook_files(found, settings)
    named = tuple(each for each in settings if each.section == "hook")
    names = {each.where.removeprefix("hook ") for each in files if _is_run(each)}
    if git_version() >= _KNOWS_NAMED:
        names |= {each.value for each in named if each.name == "event"}
    return Hooks(files, named, tuple(name for name in NAMES if name in names))


def copy_hooks(hooks: Hooks, surface: Surface, folder: Path) -> Path:
    """Copy what lies in the folder of hooks below `folder`; the folder to run them from.

    UserError where one is another than the surface was made from.
    """
    bound = {(each.where, each.bound) for each in surface.programs}
    target = folder / "above" / "hooks"  # one above: husky's hooks read the folder above their own
    target.mkdir(parents=True)
    from_where = next((os.path.dirname(each.path) for each in hooks.files if _is_hook(each)), "")
    for file in hooks.files:
        found = _trusted(file, bound)
        place = Path(os.path.normpath(target / os.path.relpath(file.path, from_where)))
        if found.there and place.is_relative_to(folder):
            place.parent.mkdir(parents=True, exist_ok=True)
            _put(file, found, place)
    commands = {(each.where, each.command) for each in surface.programs}
    for each in named_programs(hooks.settings, None):
        if (each.where, each.command) not in commands:
            raise _another(each.where)
    return target


def named_in_hooks(hooks: Hooks, paths: Iterable[str]) -> tuple[str, ...]:
    """Sentences: which hooks name which of these paths, so that the file of the accepted tree counts."""
    listed = [path for path in paths if "/" in path or "." in path]
    if not hooks.names or not listed:
        return ()
    wanted = re.compile("|".join(rf"(?<![\w.-])(?:\./)?({re.escape(path)})(?![\w-])" for path in listed))
    said: list[str] = []
    for file in hooks.files:
        if not _is_hook(file) or file.where.removeprefix("hook ") in hooks.names:
            text = (read_some(file.path, MOST_TEXT) or b"").decode("utf-8", "surrogateescape")
            who = f"The {file.where}" if _is_hook(file) else f"The file {file.where}"
            said += _named(who, wanted.finditer(text))
    for setting in hooks.settings:
        if setting.name == "command" and git_version() >= _KNOWS_NAMED:
            said += _named(f"The hook {setting.subsection}", wanted.finditer(setting.value))
    return tuple(said)


def _named(who: str, found: Iterable[re.Match[str]]) -> Iterable[str]:
    names = list(dict.fromkeys(each[each.lastindex or 0] for each in found))
    if names:
        more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
        listed = ", ".join(names[:_FEW])
        yield f"{who} names {listed}{more}, which this landing changes: the accepted one would be used."


def _trusted(file: HookFile, bound: set[tuple[str, str]]) -> Bound:
    """What stands there now, if it is what was trusted."""
    # The second time as what was too much to be read.
    for most in (MOST_BYTES, 0):
        found = bind(file.path, most)
        if (file.where, found.mark) in bound:
            return found
    raise _another(file.where)


def _put(file: HookFile, found: Bound, place: Path) -> None:
    if found.data is None:
        # Not read, and known by its times alone: it can only be run where it is.
        with suppress(OSError):
            place.symlink_to(file.path)
        return
    place.write_bytes(found.data)
    with suppress(OSError):
        place.chmod(0o700 if os.access(file.path, os.X_OK) else 0o600)


def _is_hook(file: HookFile) -> bool:
    return file.where.startswith("hook ")


def _is_run(file: HookFile) -> bool:
    """Whether git would run it: `hook_files` names dead symlinks, too."""
    return _is_hook(file) and os.path.isfile(file.path)


def _another(where: str) -> UserError:
    return UserError(
        f"Nothing was landed: the {where} is another one than was trusted a moment ago.",
        hint="Somebody writes it. Land again: you are shown what it is now, and asked.",
    )
