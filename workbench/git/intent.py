"""What a landing to the index or a branch is about to do, on disk before it does it.

One small file in the review's journal folder, written whole. It is there from before the first byte until
the action is in the log; so whoever finds it knows what to look at, and `outcome` says what came of it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from workbench.git.flushing import flush_folder
from workbench.review.actions import LandedFile

NAME = "intent.json"


class Intent(Struct, frozen=True):
    """`action` is the id of the action that will record it, `body` what it needs besides.

    `files`: of every path, what stands there before and after. `lock`: the name of our own index file in
    the git directory. `ref`, `ref_before`, `ref_after`: for a branch; None is "no branch".
    """

    action: str
    destination: str
    work_tree: str
    body: dict[str, Any]
    files: tuple[LandedFile, ...] = ()
    lock: str = ""
    ref: str = ""
    ref_before: str | None = None
    ref_after: str | None = None


def write_intent(journal_dir: Path, intent: Intent) -> None:
    """Write it, or write it anew. On disk when this returns."""
    journal_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = journal_dir / f"{NAME}.new"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        # Names that are not UTF-8 stand in texts as lone surrogates; `json` escapes them and reads them.
        file.write(json.dumps(msgspec.to_builtins(intent)).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(journal_dir / NAME)
    flush_folder(journal_dir)


def read_intent(journal_dir: Path) -> Intent | None:
    """What is announced in a folder, None where nothing is."""
    try:
        data = json.loads((journal_dir / NAME).read_bytes())
    except (OSError, ValueError):
        return None
    files = tuple(LandedFile(**each) for each in data.pop("files"))
    return Intent(**data, files=files)


def has_intent(journal_dir: Path) -> bool:
    """Whether one is announced in a folder."""
    return (journal_dir / NAME).exists()


def remove_intent(journal_dir: Path) -> None:
    """It is recorded, or nothing came of it."""
    for name in (NAME, f"{NAME}.new"):
        (journal_dir / name).unlink(missing_ok=True)
