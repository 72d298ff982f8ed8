"""The list of reviews: one row each, kept up to date within the transaction that appends an action."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from workbench.review.actions import (
    Action,
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
from workbench.store.blobs import packed, unpacked

Run = Callable[..., sqlite3.Cursor]
Actions = Callable[[], Iterable[Action]]

COLUMNS = "id, repository, base, base_commit, source, asked, task, started, newest, closed, actions"


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


def row_of(found: tuple[Any, ...]) -> ReviewRow:
    name, repository, base, base_commit, source, asked, task, started, newest, closed, actions = found
    return ReviewRow(
        id=name,
        repository=unpacked(repository),
        base=base,
        base_commit=base_commit,
        source=Source(source),
        asked=unpacked(asked),
        task=unpacked(task),
        started=started,
        newest=newest,
        closed=bool(closed),
        actions=actions,
    )


def list_action(run: Run, review: str, action: Action, actions: Actions) -> None:
    """Bring the review's row up to date with the action that was just appended; `actions` are all of them."""
    if isinstance(action, ReviewStarted):
        if action.review != review:
            raise ValueError(f"The first action of {action.review!r} was given to {review!r}.")
        if run("select 1 from reviews where id = ?", (review,)).fetchone():
            raise ValueError(f"The review {review!r} is started already.")
        values = (
            review,
            packed(action.repository),
            action.base,
            action.base_commit,
            action.source.value,
        )
        texts = (packed(action.asked), packed(action.task))
        run(
            f"insert into reviews({COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)",
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
            run("update reviews set task = ? where id = ?", (packed(action.text), review))
        case Undone() | Redone():
            _list_again(run, review, action.target, actions)
        case _:
            pass


def _list_again(run: Run, review: str, target: str, actions: Actions) -> None:
    """After an undo or redo of what the row shows (seldom), ask the review itself."""
    shown = "('round arrived', 'landed', 'review closed', 'task set')"
    if not run(f"select 1 from actions where id = ? and kind in {shown}", (target,)).fetchone():
        return
    now = replay(actions())
    run("update reviews set closed = ?, task = ? where id = ?", (now.closed, packed(now.task), review))
