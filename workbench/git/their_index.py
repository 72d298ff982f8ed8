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

from workbench.errors import UserError
from workbench.git import storing
from workbench.git.runner import GitError, Where

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
    index = repository.git_dir / "index"
    where = Where(repository.ours.git_dir, repository.found.work_tree, str(index))
    return _unfolded(repository, where) if _holds_folders(index) else where


def _holds_folders(index: Path) -> bool:
    """Whether the index is sparse: then git puts the files of a folder in its place while it reads."""
    try:
        return b"sdir" in index.read_bytes()
    except OSError:
        return False


def _unfolded(repository: Repository, where: Where) -> Where:
    """With no object in sight but our copies: git writes the folders that it unfolds, where it finds them it
    renews their time. Where our copies of HEAD's folders are not enough, that is what it does.
    """
    storing.seed(repository, repository.head().tree)
    try:
        repository.run_now(["ls-files", "-s", "-z"], where.storing())
    except GitError:
        return where
    return where.storing()


def _shared(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if name.startswith(_SHARED)}


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(f"new-{os.urandom(4).hex()}")
    try:
        with suppress(FileNotFoundError):  # git may have made a new one meanwhile
            shutil.copyfile(source, temporary)
            temporary.replace(target)
    except OSError as error:
        at = f" ({error.filename})" if error.filename else ""
        raise UserError(
            f"The index cannot be copied to Workbench's own data: {error.strerror}{at}.",
            hint="Check its permissions and the space there, or name another folder with WORKBENCH_DATA.",
        ) from error
