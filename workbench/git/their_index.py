"""The user's index, read without touching the user's directory.

Where git reads an index that is split in two, it renews the time of the file with the shared part. So it is
read through the shadow directory, which has a copy of that part. There, too, no setting of theirs is read.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.git.runner import Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_SHARED = "sharedindex."


def their_index(repository: Repository) -> Where:
    """Where `ls-files` finds the user's index. For reading alone: what writes it is a landing."""
    theirs, ours = _shared(repository.git_dir), _shared(repository.shadow)
    for name in theirs - ours:
        _copy(repository.git_dir / name, repository.shadow / name)
    for name in ours - theirs:
        (repository.shadow / name).unlink(missing_ok=True)
    return Where(repository.ours.git_dir, repository.found.work_tree, str(repository.git_dir / "index"))


def _shared(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name.startswith(_SHARED)}


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(f"new-{os.urandom(4).hex()}")
    with suppress(FileNotFoundError):  # git may have made a new one meanwhile
        shutil.copyfile(source, temporary)
        temporary.replace(target)
