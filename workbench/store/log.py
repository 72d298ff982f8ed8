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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.actions import (
    Action,
    CallMade,
    Landed,
    Redone,
    ReviewClosed,
    ReviewStarted,
    RoundArrived,
    TaskSet,
    Undone,
)
from workbench.review.review import replay
from workbench.review.rounds import Source
from workbench.store.codec import KIND_NAMES, dumps, kind_of, loads
from workbench.store.failures import in_sentences, make_file, refuse_orphaned_journal
from workbench.store.paths import make_private

FORMAT = 1
"""The format this program writes. A database with a higher number is left alone."""

_APPLICATION = (
    0x57424B31  # "WBK1" in the header of the file: what tells ours from another program's database.
)
_BUSY_MS = 5_000
_SPENT = "calls of deleted reviews"
_SPENT_SECONDS = 2 * 24 * 3600

_Run = Callable[..., sqlite3.Cursor]

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


class ReviewRow(Struct, frozen=True):
    """What a list of reviews shows. Times are seconds since the epoch; `actions` is how many there are."""

    id: str
    repository: str
    base: str
    base_commit: str | None
    source: Source
    asked: str
    task: str
    started: float
    newest: float
    closed: bool
    actions: int


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

    @classmethod
    def open(cls, path: Path) -> ActionLog:
        """Open the database at `path`, made if there is none. UserError, and untouched, if it is unusable."""
        make_private(path.parent)
        refuse_orphaned_journal(path)
        make_file(path)
        with in_sentences(path, "opened"):
            connection = sqlite3.connect(
                path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            log = cls(connection, path)
            try:
                log._prepare()
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

    # Actions

    def append(self, review: str, action: Action) -> int:
        """Put one action at the end and give its number. It is on disk when this returns.

        The same action again (the same id) is not put there twice: the number it has is given. So
        whoever is not sure whether an append came through may repeat it. ValueError if `review` has no
        ReviewStarted yet, UserError if it cannot be saved: then it is not there, and nothing else changed.
        """
        return self.append_all(review, (action,))

    def append_all(self, review: str, actions: Sequence[Action]) -> int:
        """As `append`, several at once: all of them are there afterwards, or none. The number of the last."""
        bodies = [dumps(action) for action in actions]
        number = 0
        with self._writing() as run:
            for action, body in zip(actions, bodies, strict=True):
                number = self._put(run, review, action, body)
        return number

    def _put(self, run: _Run, review: str, action: Action, body: bytes) -> int:
        known = run("select seq, review, body from actions where id = ?", (action.id,)).fetchone()
        if known is not None:
            if known[1:] != (review, body):
                raise ValueError(f"Another action has the id {action.id!r} already.")
            return int(known[0])
        cursor = run(
            "insert into actions(review, id, kind, at, body) values (?, ?, ?, ?, ?)",
            (review, action.id, kind_of(action), action.at, body),
        )
        self._list(review, action)
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
        query = f"select {_ROW} from reviews"
        values: tuple[bytes, ...] = ()
        if repository is not None:
            query += " where repository = ?"
            values = (_packed(repository),)
        with self._reading() as run:
            return [_row(found) for found in run(f"{query} order by newest desc, started desc, id", values)]

    def review(self, review: str) -> ReviewRow | None:
        """One review's row, None if there is no such review."""
        with self._reading() as run:
            found = run(f"select {_ROW} from reviews where id = ?", (review,)).fetchone()
        return _row(found) if found else None

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
            run("insert or replace into drafts values (?, ?, ?)", (review, _packed(key), _packed(text)))

    def drop_draft(self, review: str, key: str) -> None:
        with self._writing(synced=False) as run:
            run("delete from drafts where review = ? and key = ?", (review, _packed(key)))

    def drafts(self, review: str) -> dict[str, str]:
        """The drafts of a review by key."""
        with self._reading() as run:
            rows = run("select key, body from drafts where review = ? order by rowid", (review,)).fetchall()
        return {_unpacked(key): _unpacked(body) for key, body in rows}

    def save_place(self, review: str, place: Mapping[str, Any]) -> None:
        """Keep where the window was: any JSON object. Survives a kill of the program; not synced."""
        with self._writing(synced=False) as run:
            run("insert or replace into places values (?, ?)", (review, _json(place)))

    def place(self, review: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return _object(run("select body from places where review = ?", (review,)).fetchone())

    def keep_exchange(self, exchange: Mapping[str, Any], name: str | None = None) -> str:
        """Keep a prompt and its answers (any JSON object) and give the id that an action names it by.

        With `name` the caller chose the id, and what is kept under it already is replaced: it has grown.
        """
        chosen = name or os.urandom(16).hex()
        with self._writing() as run:
            run("insert or replace into exchanges values (?, ?)", (chosen, _json(exchange)))
        return chosen

    def exchange(self, exchange: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return _object(run("select body from exchanges where id = ?", (exchange,)).fetchone())

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a choice to offer again (who was sent to last). What the user *sets* is in the settings."""
        with self._writing(synced=False) as run:
            run("insert or replace into remembered values (?, ?)", (key, _json(value)))

    def remembered(self, key: str) -> dict[str, Any] | None:
        with self._reading() as run:
            return _object(run("select body from remembered where key = ?", (key,)).fetchone())

    # Within

    def _spent(self, *, since: float) -> list[tuple[str, bytes]]:
        """The calls of deleted reviews since a time, as they were saved."""
        found = self._connection.execute("select body from remembered where key = ?", (_SPENT,)).fetchone()
        kept = (_object(found) or {}).get("calls", [])
        return [(review, _packed(body)) for review, at, body in kept if at >= since]

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
            kept = [each for each in (_object(before) or {}).get("calls", []) if each[1] >= since]
            kept += [[review, at, _unpacked(body)] for at, body in bodies]
            run("insert or replace into remembered values (?, ?)", (_SPENT, _json({"calls": kept})))

    def _prepare(self) -> None:
        """Check whose database this is before anything is written; make the tables where there are none."""
        run = self._connection.execute
        run("pragma synchronous=full")
        # All in one transaction: between two reads, another process may make the tables.
        with self._transaction("deferred"):
            if self._is_made():
                return
        self._enter_wal()
        with self._transaction():
            if not self._is_made():  # Another process may have made them since.
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    run(statement)
                run(f"pragma application_id={_APPLICATION}")
                run(f"pragma user_version={FORMAT}")

    def _enter_wal(self) -> None:
        """Wait our turn where several processes make the database at once: for this step SQLite does not."""
        until = time.monotonic() + _BUSY_MS / 1000
        while True:
            try:
                self._connection.execute("pragma journal_mode=wal")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.005)

    def _is_made(self) -> bool:
        run = self._connection.execute
        made_for = run("pragma application_id").fetchone()[0]
        number = run("pragma user_version").fetchone()[0]
        if made_for == _APPLICATION and 0 < number <= FORMAT:
            return True
        if made_for == _APPLICATION and number > FORMAT:
            raise UserError(
                f"The reviews in {self._path} were written by a newer Workbench "
                f"(format {number}; this one reads up to {FORMAT}).",
                hint="Update Workbench. Nothing was changed.",
            )
        if made_for or number or run("select 1 from sqlite_master limit 1").fetchone():
            raise UserError(
                f"{self._path} is a database of another program.",
                hint="Move it away, or name another folder in WORKBENCH_DATA. Nothing was changed.",
            )
        return False

    def _list(self, review: str, action: Action) -> None:
        """Bring the review's row up to date with the action that was just appended."""
        run = self._connection.execute
        if isinstance(action, ReviewStarted):
            if action.review != review:
                raise ValueError(f"The first action of {action.review!r} was given to {review!r}.")
            if run("select 1 from reviews where id = ?", (review,)).fetchone():
                raise ValueError(f"The review {review!r} is started already.")
            values = (
                review,
                _packed(action.repository),
                action.base,
                action.base_commit,
                action.source.value,
            )
            texts = (_packed(action.asked), _packed(action.task))
            run(
                f"insert into reviews({_ROW}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)",
                (*values, *texts, action.at, action.at),
            )
            return
        changed = run(
            "update reviews set newest = max(newest, ?), actions = actions + 1 where id = ?",
            (action.at, review),
        ).rowcount
        if not changed:
            raise ValueError(f"There is no review {review!r}.")
        match action:
            case RoundArrived():
                run("update reviews set closed = 0 where id = ?", (review,))
            case Landed(purpose="land"):
                run("update reviews set closed = 1 where id = ?", (review,))
            case ReviewClosed():
                run("update reviews set closed = ? where id = ?", (not action.reopened, review))
            case TaskSet():
                run("update reviews set task = ? where id = ?", (_packed(action.text), review))
            case Undone() | Redone():
                self._list_again(review, action.target)
            case _:
                pass

    def _list_again(self, review: str, target: str) -> None:
        """After an undo or redo of what the row shows (seldom), ask the review itself."""
        run = self._connection.execute
        shown = "('round arrived', 'landed', 'review closed', 'task set')"
        if not run(f"select 1 from actions where id = ? and kind in {shown}", (target,)).fetchone():
            return
        now = replay(action for _, action in self.since(review))
        run("update reviews set closed = ?, task = ? where id = ?", (now.closed, _packed(now.task), review))

    @contextmanager
    def _reading(self) -> Iterator[_Run]:
        with self._lock, in_sentences(self._path, "read"):
            yield self._connection.execute

    @contextmanager
    def _writing(self, *, synced: bool = True) -> Iterator[_Run]:
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
                with self._transaction():
                    yield self._connection.execute
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
            with self._transaction():
                self._connection.execute("insert or replace into remembered values ('refused', '{}')")
        except sqlite3.Error:
            return False
        finally:
            with suppress(sqlite3.Error):
                self._connection.execute("pragma synchronous=full")
        return True

    @contextmanager
    def _transaction(self, kind: str = "immediate") -> Iterator[None]:
        # IMMEDIATE: with the lock taken at the first write only, two that have both read cannot both go on.
        self._connection.execute(f"begin {kind}")
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            raise


def _is_unsynced(error: sqlite3.Error) -> bool:
    """Whether it was written, and only bringing it to disk failed."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC"


_ROW = "id, repository, base, base_commit, source, asked, task, started, newest, closed, actions"


def _row(found: tuple[Any, ...]) -> ReviewRow:
    name, repository, base, base_commit, source, asked, task, started, newest, closed, actions = found
    return ReviewRow(
        id=name,
        repository=_unpacked(repository),
        base=base,
        base_commit=base_commit,
        source=Source(source),
        asked=_unpacked(asked),
        task=_unpacked(task),
        started=started,
        newest=newest,
        closed=bool(closed),
        actions=actions,
    )


def _packed(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _unpacked(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _json(value: Mapping[str, Any]) -> bytes:
    return _packed(json.dumps(dict(value), ensure_ascii=False, separators=(",", ":")))


def _object(found: tuple[bytes] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    value: dict[str, Any] = json.loads(_unpacked(found[0]))
    return value


def _exchange_of(body: bytes) -> str | None:
    """The exchange that a saved RoundArrived or RoundFailed names. None also where it cannot be read."""
    try:
        saved = json.loads(_unpacked(body))
        named = saved.get("exchange") or saved["round"]["exchange"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return named if isinstance(named, str) else None
