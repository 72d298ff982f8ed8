"""The action log: every action of every review, in one SQLite database. The only file that opens it.

Append only: an action is on disk when `append` returns (WAL, `synchronous=FULL`), and nothing but
`delete` takes one out. Several processes may have it open. Beside the actions it keeps what makes
opening quick or exact: one row a review, drafts, where the window was, exchanges with models. What
cannot be read or written is a `UserError`; nothing is ever deleted, reset or repaired on the way.

Measured on ext4 on a virtual disk: `append` 0.2 ms at the median and 0.5 ms at the 99th percentile, `open`
0.2 ms (2.6 ms when it makes the file), `since` 25 µs an action, `version` 8 µs.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import UserError
from workbench.review.actions import Action, CallMade
from workbench.store.blobs import as_json, as_object, packed, unpacked
from workbench.store.codec import KIND_NAMES, dumps, kind_of, loads, make_ready
from workbench.store.database import BUSY_MS, prepare, transaction
from workbench.store.failures import in_sentences, make_file, refuse_orphaned_journal
from workbench.store.paths import make_private
from workbench.store.review_rows import COLUMNS, ReviewRow, Run, list_action, row_of

WRITTEN_BACK = 100
"""Transactions of this process, some five pages each, from which on it is worth writing the journal back."""
_SPENT = "calls of deleted reviews"
_SPENT_SECONDS = 2 * 24 * 3600


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class ActionLog:
    """The open database. May be used from any thread, one call at a time; each process opens its own."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._file = _identity(path)
        self._lock = threading.RLock()
        self.written = 0
        """Transactions that were written since the journal was last written back from here."""
        self._ahead: tuple[Action | None, bytes] = None, b""

    @classmethod
    def open(cls, path: Path) -> ActionLog:
        """Open the database at `path`, made if there is none. UserError, and untouched, if it is unusable."""
        make_private(path.parent)
        refuse_orphaned_journal(path)
        make_file(path)
        with in_sentences(path, "opened"):
            connection = sqlite3.connect(
                path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            log = cls(connection, path)
            try:
                prepare(connection, path)
            except BaseException:
                connection.close()
                raise
        return log

    def close(self) -> None:
        """Close the file. What was appended is on disk already: nothing is lost by not calling this."""
        with self._lock:
            self._connection.close()

    @property
    def path(self) -> Path:
        return self._path

    def write_back(self) -> None:
        """Write what the journal has into the database, where it has grown. Blocking; nothing depends on it.

        By a connection of its own: whoever appends meanwhile does not wait for it.
        """
        if self.written < WRITTEN_BACK or _identity(self._path) != self._file:
            return
        self.written = 0
        with suppress(sqlite3.Error):
            # Of a file that is not there any more it makes none.
            there = f"{self._path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(there, timeout=0, isolation_level=None, uri=True)
            try:
                connection.execute("pragma wal_checkpoint(passive)")
            finally:
                connection.close()

    # Actions

    def make_ready(self) -> None:
        """Do ahead what the first act would wait for. In any thread; nothing depends on it."""
        make_ready()

    def write_ahead(self, action: Action) -> None:
        """Put an action into its saved form before it is appended, in any thread: that of a round that
        carries the verdicts of twenty thousand files takes longer than a frame.
        """
        self._ahead = action, dumps(action)

    def append(self, review: str, action: Action) -> int:
        """Put one action at the end and give its number. It is on disk when this returns.

        The same action again (the same id) is not put there twice: the number it has is given. So
        whoever is not sure whether an append came through may repeat it. ValueError if `review` has no
        ReviewStarted yet, UserError if it cannot be saved: then it is not there, and nothing else changed.
        """
        return self.append_all(review, (action,))

    def append_all(self, review: str, actions: Sequence[Action]) -> int:
        """As `append`, several at once: all of them are there afterwards, or none. The number of the last."""
        (ahead, written), self._ahead = self._ahead, (None, b"")
        bodies = [written if action is ahead else dumps(action) for action in actions]
        number = 0
        with self._writing() as run:
            for action, body in zip(actions, bodies, strict=True):
                number = self._put(run, review, action, body)
        return number

    def _put(self, run: Run, review: str, action: Action, body: bytes) -> int:
        known = run("select seq, review, body from actions where id = ?", (action.id,)).fetchone()
        if known is not None:
            if known[1:] != (review, body):
                raise ValueError(f"Another action has the id {action.id!r} already.")
            return int(known[0])
        cursor = run(
            "insert into actions(review, id, kind, at, body) values (?, ?, ?, ?, ?)",
            (review, action.id, kind_of(action), action.at, body),
        )
        list_action(run, review, action, lambda: [action for _, action in self.since(review)])
        return int(cursor.lastrowid or 0)

    def since(
        self, review: str, seq: int = 0, known: Mapping[int, Action] | None = None
    ) -> list[tuple[int, Action]]:
        """The actions of a review numbered above `seq`, in order. UserError if one is damaged or newer.

        `known` are some of them by their numbers, as they were appended: these are not read again.
        """
        # The cast: a body that somebody mended by hand is TEXT.
        query = "select seq, cast(body as blob) from actions where review = ? and seq > ? order by seq"
        with self._reading() as run:
            rows = run(query, (review, seq)).fetchall()
        have = known or {}
        return [(int(number), have.get(number) or loads(body)) for number, body in rows]

    def of_kinds(self, kinds: Sequence[type[Action]]) -> list[tuple[str, Action]]:
        """The actions of some kinds, of all reviews, each with its review's id, in order. As `since`."""
        names = [KIND_NAMES[kind] for kind in kinds]
        query = "select review, cast(body as blob) from actions where kind in (%s) order by seq"
        with self._reading() as run:
            rows = run(query % ", ".join("?" * len(names)), tuple(names)).fetchall()
        return [(review, loads(body)) for review, body in rows]

    def calls_since(self, at: float) -> list[tuple[str, CallMade]]:
        """The calls to models that any review made since a time, with the review's id, oldest first."""
        # Of the reviews, only those that were touched since then: their actions are found by their index.
        query = (
            "select review, cast(body as blob) from actions "
            "where review in (select id from reviews where newest >= ?) and kind = 'call made' and at >= ? "
            "order by at, seq"
        )
        with self._reading() as run:
            rows = run(query, (at, at)).fetchall()
            deleted = self._spent(since=at)
        read = ((review, loads(body)) for review, body in (*deleted, *rows))
        return [(review, action) for review, action in read if isinstance(action, CallMade)]

    def calls_of(self, review: str) -> list[CallMade]:
        """The calls to models that a review made, oldest first."""
        query = "select cast(body as blob) from actions where review = ? and kind = 'call made' order by seq"
        with self._reading() as run:
            rows = run(query, (review,)).fetchall()
        read = (loads(body) for (body,) in rows)
        return [action for action in read if isinstance(action, CallMade)]

    def version(self) -> int:
        """A number that is another one after somebody else wrote: another process, or another ActionLog here.

        Quick (microseconds), so it can be asked often. Own writes do not change it.
        """
        with self._reading() as run:
            return int(run("pragma data_version").fetchone()[0])

    # Reviews

    def reviews(self, repository: str | None = None) -> list[ReviewRow]:
        """All reviews, or those of one repository (the path as its ReviewStarted has it), newest first."""
        query = f"select {COLUMNS} from reviews"
        values: tuple[bytes, ...] = ()
        if repository is not None:
            query += " where repository = ?"
            values = (packed(repository),)
        with self._reading() as run:
            return [row_of(found) for found in run(f"{query} order by newest desc, started desc, id", values)]

    def review(self, review: str) -> ReviewRow | None:
        """One review's row, None if there is no such review."""
        with self._reading() as run:
            found = run(f"select {COLUMNS} from reviews where id = ?", (review,)).fetchone()
        return row_of(found) if found else None

    def delete(self, review: str) -> None:
        """Take a review out, with all that was kept of it: actions, drafts, place and exchanges."""
        with self._writing() as run:
            bodies = run(
                "select body from actions where review = ? "
                "and kind in ('round arrived', 'round failed', 'call made')",
                (review,),
            ).fetchall()
            for exchange in filter(None, (_exchange_of(body) for (body,) in bodies)):
                run("delete from exchanges where id = ?", (exchange,))
            self._keep_spent(review)
            run("delete from reviews where id = ?", (review,))
            for table in ("actions", "drafts", "places"):
                run(f"delete from {table} where review = ?", (review,))

    # Drafts, places, exchanges: kept, but no part of what the review is

    def save_draft(self, review: str, key: str, text: str) -> None:
        """Keep what stands in an open editor. Survives a kill; not synced, so quick enough for typing."""
        with self._writing(synced=False) as run:
            run("insert or replace into drafts values (?, ?, ?)", (review, packed(key), packed(text)))

    def drop_draft(self, review: str, key: str) -> None:
        with self._writing(synced=False) as run:
            run("delete from drafts where review = ? and key = ?", (review, packed(key)))

    def drafts(self, review: str) -> dict[str, str]:
        """The drafts of a review by key."""
        with self._reading() as run:
            rows = run("select key, body from drafts where review = ? order by rowid", (review,)).fetchall()
        return {unpacked(key): unpacked(body) for key, body in rows}

    def save_place(self, review: str, place: Mapping[str, Any]) -> None:
        """Keep where the window was: any JSON object. Survives a kill of the program; not synced."""
        with self._writing(synced=False) as run:
            run("insert or replace into places values (?, ?)", (review, as_json(place)))

    def place(self, review: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return as_object(run("select body from places where review = ?", (review,)).fetchone())

    def keep_exchange(self, exchange: Mapping[str, Any], name: str | None = None) -> str:
        """Keep a prompt and its answers (any JSON object) and give the id that an action names it by.

        With `name` the caller chose the id, and what is kept under it already is replaced: it has grown.
        """
        chosen = name or os.urandom(16).hex()
        with self._writing() as run:
            run("insert or replace into exchanges values (?, ?)", (chosen, as_json(exchange)))
        return chosen

    def exchange(self, exchange: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return as_object(run("select body from exchanges where id = ?", (exchange,)).fetchone())

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a choice to offer again (who was sent to last). What the user *sets* is in the settings."""
        with self._writing(synced=False) as run:
            run("insert or replace into remembered values (?, ?)", (key, as_json(value)))

    def remembered(self, key: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return as_object(run("select body from remembered where key = ?", (key,)).fetchone())

    # Within

    def _spent(self, *, since: float) -> list[tuple[str, bytes]]:
        """The calls of deleted reviews since a time, as they were saved."""
        found = self._connection.execute("select body from remembered where key = ?", (_SPENT,)).fetchone()
        kept = (as_object(found) or {}).get("calls", [])
        return [(review, packed(body)) for review, at, body in kept if at >= since]

    def _keep_spent(self, review: str) -> None:
        """What a review that is about to be deleted has spent stays spent today: a cap a day counts it."""
        run = self._connection.execute
        since = time.time() - _SPENT_SECONDS
        bodies = run(
            "select at, cast(body as blob) from actions where review = ? and kind = 'call made' and at >= ?",
            (review, since),
        ).fetchall()
        if bodies:
            before = run("select body from remembered where key = ?", (_SPENT,)).fetchone()
            kept = [each for each in (as_object(before) or {}).get("calls", []) if each[1] >= since]
            kept += [[review, at, unpacked(body)] for at, body in bodies]
            run("insert or replace into remembered values (?, ?)", (_SPENT, as_json({"calls": kept})))

    @contextmanager
    def _reading(self) -> Iterator[Run]:
        with self._lock, in_sentences(self._path, "read"):
            yield self._connection.execute

    @contextmanager
    def _writing(self, *, synced: bool = True) -> Iterator[Run]:
        """One transaction: all of it is there afterwards, or nothing.

        Not synced, it is in the operating system's hands: a kill of the program does not lose it, only a
        power cut may, and the next synced one takes it along.
        """
        with self._lock, in_sentences(self._path, "written"):
            if _identity(self._path) != self._file:
                # The open file has no name any more: what goes there now is gone when it is closed.
                raise UserError(
                    f"{self._path} is not there any more: somebody moved or deleted it.",
                    hint="Nothing that is done now can be saved. Put it back, then start Workbench again.",
                )
            if not synced:
                self._connection.execute("pragma synchronous=normal")
            try:
                with transaction(self._connection):
                    yield self._connection.execute
                self.written += 1
            except sqlite3.Error as error:
                if not self._overwrite_refused() and _is_unsynced(error):
                    raise UserError(
                        f"What was done last could not be saved for certain in {self._path}: "
                        "the disk takes no bytes any more.",
                        hint="It may be there when the disk works again: look, and do it again if not.",
                    ) from error
                raise
            finally:
                if not synced:
                    self._connection.execute("pragma synchronous=full")

    def _overwrite_refused(self) -> bool:
        """See to it that what was refused does not come back; False where that cannot be done.

        Where the journal was written and only bringing it to disk failed, the next one to open the database
        would find the whole transaction in it. Another one, not synced, takes its place in the journal.
        """
        try:
            self._connection.execute("pragma synchronous=normal")
            with transaction(self._connection):
                self._connection.execute("insert or replace into remembered values ('refused', '{}')")
        except sqlite3.Error:
            return False
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("pragma synchronous=full")
        return True


def _is_unsynced(error: sqlite3.Error) -> bool:
    """Whether it was written, and only bringing it to disk failed."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC"


def _exchange_of(body: bytes) -> str | None:
    """The exchange that a saved RoundArrived or RoundFailed names. None also where it cannot be read."""
    try:
        saved = json.loads(unpacked(body))
        named = saved.get("exchange") or saved["round"]["exchange"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return named if isinstance(named, str) else None
