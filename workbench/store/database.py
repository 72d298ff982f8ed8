"""The database file itself: whose it is, its tables, its journal, and one transaction in it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import UserError

FORMAT = 1
"""The format this program writes. A database with a higher number is left alone."""

_APPLICATION = (
    0x57424B31  # "WBK1" in the header of the file: what tells ours from another program's database.
)
BUSY_MS = 5_000

_LEFT = 10_000
"""Pages of the journal after which SQLite writes them back by itself, in an append that is waited for."""

# Texts that may hold lone surrogates (paths that are not UTF-8) are BLOBs: TEXT takes only valid UTF-8.
# AUTOINCREMENT: the number of a deleted action is never given again, so "since" never skips one.
_SCHEMA = """
create table actions(
    seq integer primary key autoincrement, review text not null, id text not null unique,
    kind text not null, at real not null, body blob not null);
create index actions_of_review on actions(review, seq);
create table reviews(
    id text primary key, repository blob not null, base text not null, base_commit text, source text not null,
    asked blob not null, task blob not null, started real not null, newest real not null,
    closed integer not null, actions integer not null) without rowid;
create table drafts(review text not null, key blob not null, body blob not null, primary key(review, key));
create table places(review text primary key, body blob not null);
create table exchanges(id text primary key, body blob not null);
create table remembered(key text primary key, body blob not null);
"""


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Check whose database this is before anything is written; make the tables where there are none."""
    run = connection.execute
    run("pragma synchronous=full")
    run(f"pragma wal_autocheckpoint={_LEFT}")
    # All in one transaction: between two reads, another process may make the tables.
    with transaction(connection, "deferred"):
        if _is_made(connection, path):
            return
    _enter_wal(connection)
    with transaction(connection):
        if not _is_made(connection, path):  # Another process may have made them since.
            for statement in filter(str.strip, _SCHEMA.split(";")):
                run(statement)
            run(f"pragma application_id={_APPLICATION}")
            run(f"pragma user_version={FORMAT}")


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Wait our turn where several processes make the database at once: for this step SQLite does not."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("pragma journal_mode=wal")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.005)


def _is_made(connection: sqlite3.Connection, path: Path) -> bool:
    run = connection.execute
    made_for = run("pragma application_id").fetchone()[0]
    number = run("pragma user_version").fetchone()[0]
    if made_for == _APPLICATION and 0 < number <= FORMAT:
        return True
    if made_for == _APPLICATION and number > FORMAT:
        raise UserError(
            f"The reviews in {path} were written by a newer Workbench "
            f"(format {number}; this one reads up to {FORMAT}).",
            hint="Update Workbench. Nothing was changed.",
        )
    if made_for or number or run("select 1 from sqlite_master limit 1").fetchone():
        raise UserError(
            f"{path} is a database of another program.",
            hint="Move it away, or name another folder in WORKBENCH_DATA. Nothing was changed.",
        )
    return False


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "immediate") -> Iterator[None]:
    # IMMEDIATE: with the lock taken at the first write only, two that have both read cannot both go on.
    connection.execute(f"begin {kind}")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
