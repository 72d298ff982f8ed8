"""The hook files of a repository: where git looks for them, and which are there. Looks; runs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.git.configuration import Setting
from workbench.git.discover import Found


class HookFile(Struct, frozen=True):
    """One file that git would run. `where` is in words; `origin` is the configuration that leads there."""

    where: str
    path: str
    origin: str = ""


def hook_files(found: Found, settings: Sequence[Setting]) -> Iterator[HookFile]:
    """Every file that stands where git looks for hooks. The samples that come with git are none."""
    folder, origin = hooks_folder(found, settings)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".sample") or os.path.isdir(path):
            continue
        # Git runs only what is executable; where that means nothing, it runs all.
        if os.name == "nt" or os.access(path, os.X_OK):
            yield HookFile(f"hook {name}", path, origin)


def hooks_folder(found: Found, settings: Sequence[Setting]) -> tuple[str, str]:
    """Where git looks for hooks, and the configuration file that says so, "" where none does."""
    said = [each for each in settings if each.key == "core.hookspath" and each.value]
    if not said:
        return os.path.join(found.common_dir, "hooks"), ""
    return os.path.join(found.work_tree, os.path.expanduser(said[-1].value)), said[-1].origin
