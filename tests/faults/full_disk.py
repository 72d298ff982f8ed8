"""A landing that makes folders, empties them, and puts files where folders were, for a full disk.

`land_or_say` and `start_again` run inside the fault server.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.faults.shim import Board
from workbench.errors import UserError, refused_by_system
from workbench.git.folder import File
from workbench.git.journal import recover
from workbench.git.repository import Repository
from workbench.git.worktree import Write, land

OLD: Mapping[str, str] = {
    "changed": "old\n",
    "emptied/one": "old\n",
    "emptied/two": "old\n",
    "folder/deep/one": "old\n",
    "file": "old\n",
}
NEW: Mapping[str, str] = {
    "changed": "new\n",
    "folder": "a file now\n",
    "file/deep/one": "a folder now\n",
    "new/deep/one": "new\n",
    "new/two": "new\n",
}


def land_or_say(board: Board, root: str, data: str, journal: str, purpose: str) -> list[str]:
    """Land, or take back what was landed; what was said, sentence and hint."""
    repository = Repository.open(Path(root), Path(data))
    sides = (NEW, OLD) if purpose == "undo" else (OLD, NEW)
    board.switch(on=True)
    try:
        land(repository, _writes(*sides), Path(journal))
    except UserError as error:
        return [error.message, error.hint]
    except OSError as error:  # as at the door of the command line
        refused = refused_by_system(error)
        return [refused.message, refused.hint] if refused is not None else [repr(error), ""]
    finally:
        board.switch(on=False)
        repository.close()
    return []


def start_again(_: Board | None, root: str, data: str, journal: str) -> list[str]:
    """What the next start says."""
    repository = Repository.open(Path(root), Path(data))
    try:
        return recover(repository, Path(journal))
    finally:
        repository.close()


def _writes(old: Mapping[str, str], new: Mapping[str, str]) -> list[Write]:
    return [
        Write(path, _file(old.get(path)), _file(new.get(path)), exact=True) for path in sorted({*old, *new})
    ]


def _file(text: str | None) -> File | None:
    return None if text is None else ("100644", text.encode())
