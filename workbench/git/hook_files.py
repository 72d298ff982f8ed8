"""The hook files that git would run here, and what lies beside them. Lists folders; reads no file.

Any executable file in the folder counts as a hook: a younger git may know names that we do not. What lies
beside hooks is bound with them, because hooks read it (`. "$(dirname "$0")/common.sh"`, `_/husky.sh`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.configuration import Setting
from workbench.git.discover import Found

MOST_FILES = 500
"""In a folder of hooks, with what lies below it."""

_DEEPEST = 3


class HookFile(Struct, frozen=True):
    """A file in a folder of hooks. `origin` is the configuration file that chose the folder, or ""."""

    where: str
    path: str
    origin: str


def hook_files(found: Found, settings: Sequence[Setting]) -> tuple[HookFile, ...]:
    """The hooks, then what lies beside them; nothing where there is no hook.

    UserError for a folder that cannot be listed, or that holds too much to be bound.
    """
    named = [each for each in settings if each.key == "core.hookspath"]
    folder, origin = os.path.join(found.common_dir, "hooks"), ""
    if named:
        folder = os.path.join(found.work_tree, os.path.expanduser(named[-1].value) or os.sep)
        origin = named[-1].origin
    folder = os.path.normpath(folder)
    paths = [os.path.join(folder, name) for name in _names(folder)]
    hooks = [path for path in paths if _is_hook(path)]
    if not hooks:
        return ()
    beside = [path for path in _beside(found, folder) if path not in hooks]
    if len(beside) + len(hooks) > MOST_FILES:
        raise UserError(
            f"There are more than {MOST_FILES} files among the hooks in {folder}: too many to be bound.",
            hint="Name a folder that holds hooks alone in core.hooksPath.",
        )
    return (
        *(HookFile(f"hook {os.path.basename(path)}", path, origin) for path in hooks),
        *(HookFile(f"beside the hooks, {os.path.relpath(path, folder)}", path, origin) for path in beside),
    )


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:  # git may run what is in a folder that cannot be listed
        why = f"The folder of hooks {folder} cannot be listed: {error.strerror}."
        raise UserError(why, hint="See to its permissions.") from error


def _is_hook(path: str) -> bool:
    """Whether git would try to run it: what is executable and no folder. A dead symlink may come to life."""
    if path.endswith(".sample") or os.path.isdir(path):
        return False
    if os.path.islink(path) and not os.path.exists(path):
        return True
    # On a system without modes every file is; a pipe that is executable is one, too.
    return os.access(path, os.X_OK)


def _beside(found: Found, folder: str) -> list[str]:
    """Files in a folder of hooks and below it; husky keeps the hooks themselves in the folder above."""
    if os.path.join(found.work_tree, "").startswith(os.path.join(folder, "")):
        return []  # the work tree itself, or what holds it, is no folder for hooks alone
    files: list[str] = []
    _gather(folder, 1, files)
    if os.path.basename(folder) == "_":
        above = os.path.dirname(folder)
        files += [path for path in (os.path.join(above, each) for each in _names(above)) if not _is_dir(path)]
    return files


def _gather(folder: str, depth: int, files: list[str]) -> None:
    for name in _names(folder):
        path = os.path.join(folder, name)
        if len(files) > MOST_FILES:  # one too many is enough to be refused
            return
        if _is_dir(path):
            if depth < _DEEPEST:
                _gather(path, depth + 1, files)
        elif not name.endswith(".sample"):
            files.append(path)


def _is_dir(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)
