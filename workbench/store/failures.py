"""What SQLite says went wrong, in sentences: what a user can mend, apart from bugs. Mends nothing itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import UserError


@contextmanager
def in_sentences(path: Path, done: str) -> Iterator[None]:
    """Errors of SQLite as UserError: "The reviews in PATH could not be `done`: …". Bugs pass through."""
    try:
        yield
    except sqlite3.Error as error:
        found = _why_and_hint(error, path)
        if found is None:
            raise
        why, hint = found
        raise UserError(f"The reviews in {path} could not be {done}: {why}.", hint=hint) from error


def refuse_orphaned_journal(path: Path) -> None:
    """UserError where only the journal is left of a database: SQLite would delete it and start anew."""
    journal = path.with_name(path.name + "-wal")
    # The journal first: a process that makes the database right now has one only after the file has bytes.
    if _size(journal) and not _size(path):
        raise UserError(
            f"The reviews in {path} could not be opened: the file is gone, but its journal is there.",
            hint=f"Put the file back from a backup, or move {journal} away. Nothing was deleted.",
        )


def make_file(path: Path) -> None:
    """Make the file, for the user alone, if there is none. SQLite gives its journals the same rights."""
    if path.exists():
        return
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise UserError(
            f"The reviews could not be saved in {path.parent}: {error.strerror or error}.",
            hint="Check its permissions and the space on the disk, or name another folder in WORKBENCH_DATA.",
        ) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _why_and_hint(error: sqlite3.Error, path: Path) -> tuple[str, str] | None:
    # Errors that the sqlite3 module itself raises (a closed connection, wrong arguments) have none: bugs.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF  # The upper bits say more closely what the lowest eight say.
    space = "Make room on the disk and do it again. What was saved before is still there."
    if primary == sqlite3.SQLITE_FULL:
        return "the disk is full", space
    if primary == sqlite3.SQLITE_IOERR:
        name = getattr(error, "sqlite_errorname", "")
        return (
            f"the disk reports an error ({name})",
            f"Check the disk of {path.parent}, and whether it is full.",
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return (
            "the file or its folder may not be written",
            f"Check the permissions of {path.parent}, or name another folder in WORKBENCH_DATA.",
        )
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return (
            "the file is damaged",
            "Restore it from a backup, or move it and its -wal file away to start anew. Nothing was deleted.",
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            "another program has kept it locked for seconds",
            "Close other Workbench processes and do it again.",
        )
    return None
