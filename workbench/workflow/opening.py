"""Opening: from a path and what was asked for to a session, new or continued. Blocking."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError
from workbench.git import watching
from workbench.git.discover import discover
from workbench.git.intent import has_intent, remove_intent
from workbench.git.record import read_record, remove_record
from workbench.git.repository import Head, Repository
from workbench.review.actions import ReviewStarted, RoundArrived
from workbench.review.review import replay
from workbench.review.rounds import Round, Source
from workbench.store import looks, paths, running, spending
from workbench.store.log import ActionLog
from workbench.store.review_rows import ReviewRow
from workbench.store.settings import Settings, load_settings
from workbench.workflow.candidates import (
    Asked,
    Candidate,
    Choice,
    choices,
    late_words,
    open_repository,
    read_candidate,
)
from workbench.workflow.logged import new_id
from workbench.workflow.receive import (
    Origin,
    load_ledger,
    model_stands,
    next_arrival,
    refresh,
    take_arrival,
)
from workbench.workflow.session import Session

# What is asked for when opening belongs to what this module offers.
__all__ = [
    "Asked",
    "Candidate",
    "Choice",
    "Nothing",
    "Recent",
    "delete_review",
    "find_review",
    "is_repository",
    "load_session",
    "open_log",
    "open_repository",
    "open_review",
    "open_saved",
    "read_candidate",
    "recent_reviews",
    "title",
]


class Nothing(Struct, frozen=True):
    """There is nothing uncommitted (or nothing in the range); what there is instead."""

    work_tree: Path
    name: str
    sentence: str
    choices: tuple[Choice, ...]


class Recent(Struct, frozen=True):
    """One line of a list of reviews."""

    id: str
    repository: str
    title: str
    source: Source
    at: float
    closed: bool


def open_log() -> ActionLog:
    """The user's action log."""
    return ActionLog.open(paths.database_path())


def is_repository(path: Path) -> bool:
    """Whether there is a repository with a work tree at or above `path`."""
    try:
        discover(path)
    except UserError:
        return False
    return True


def open_review(path: Path, asked: Asked | None = None, *, streamed: bool = False) -> Session | Nothing:
    """Continue the newest unfinished review that fits, else start one. UserError when it cannot be done.

    `streamed`: of a large one the first files are enough, whoever asked takes the rest (`RoundFiles.stream`).
    """
    repository = open_repository(path)
    log: ActionLog | None = None
    kept = False
    try:
        log = open_log()
        found = _opened(repository, log, load_settings(), asked or Asked(), streamed=streamed)
        watching.check()
        kept = isinstance(found, Session)
    finally:
        if not kept:
            repository.close()
            if log is not None:
                log.close()
    return found


def _opened(
    repository: Repository, log: ActionLog, settings: Settings, wanted: Asked, *, streamed: bool
) -> Session | Nothing:
    head = repository.head()
    place = str(repository.work_tree)
    messages = _recovered(repository, log, settings, log.reviews(place))
    rows = log.reviews(place)  # read anew: a landing that was recorded just now has closed its review
    if repository.warning:
        messages = (repository.warning, *messages)
    found: Session | Nothing | None = _continued(
        repository, log, settings, wanted, head, rows, streamed=streamed
    )
    if found is None:
        candidate = read_candidate(repository, head, wanted)
        row = None if wanted.new else _same(rows, candidate, wanted)
        if row is not None:
            found = load_session(repository, log, settings, row.id, streamed=streamed)
            _take_moved(found, candidate)
            _take_task(found, wanted)
        else:
            found = _start(repository, log, settings, candidate, wanted, streamed=streamed)
    if isinstance(found, Session):
        found.messages = (*messages, *_interrupted(found), *late_words(repository))
    return found


def open_saved(review_id: str, *, streamed: bool = False) -> Session:
    """A review by its id (or a unique start of it), wherever its repository is. `streamed` as above."""
    log = open_log()
    repository: Repository | None = None
    session: Session | None = None
    try:
        row = find_review(log, review_id)
        repository = open_repository(Path(row.repository))
        session = load_session(repository, log, load_settings(), row.id, streamed=streamed)
        session.messages = (*_finished(session), *_interrupted(session), *late_words(repository))
        watching.check()
    except BaseException:
        if repository is not None:
            repository.close()
        log.close()
        raise
    return session


def delete_review(review_id: str) -> str:
    """Delete a review and everything kept of it, and give its id. The repository is not touched."""
    with suppress(UserError):
        # A landing that a kill interrupted is made good first: afterwards nobody knows of it.
        open_saved(review_id).close()
    log = open_log()
    try:
        row = find_review(log, review_id)
        log.delete(row.id)
    finally:
        log.close()
    looks.forget_looks(row.id)
    running.forget(row.id)
    spending.forget(row.id)
    remove_record(paths.journal_dir(row.id))
    remove_intent(paths.journal_dir(row.id))
    with suppress(UserError):
        repository = open_repository(Path(row.repository))
        repository.forget(row.id)
        repository.close()
    return row.id


def find_review(log: ActionLog, review_id: str) -> ReviewRow:
    """The row of a review by its id or a unique start of it. UserError when none or several fit."""
    found = [row for row in log.reviews() if row.id == review_id]
    found = found or [row for row in log.reviews() if review_id and row.id.startswith(review_id)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{len(found)} reviews begin with {review_id}.", hint="Give more of the id.")
    raise UserError(f"There is no review {review_id}.", hint="List them: workbench reviews")


def load_session(
    repository: Repository, log: ActionLog, settings: Settings, review_id: str, *, streamed: bool = False
) -> Session:
    """The session of a saved review, as its actions make it."""
    numbered = log.since(review_id, 0)
    review = replay([action for _, action in numbered])
    current = review.round
    session = Session(repository, log, settings, review, numbered[-1][0], ())
    if current is not None:
        session.stream(repository.stream_changes(review.base, current.tree).fill(whole=not streamed))
        if current.number > 1 and not session.is_loading:
            # Of a large one whoever takes the files reads it when all of them are here.
            session.ledger_facts = load_ledger(session)
    return session


def recent_reviews(limit: int = 20) -> tuple[Recent, ...]:
    """The newest reviews of all repositories. Reads the log alone."""
    log = open_log()
    try:
        rows = log.reviews()[:limit]
    finally:
        log.close()
    return tuple(
        Recent(row.id, row.repository, title(row), row.source, row.newest, row.closed) for row in rows
    )


def title(row: ReviewRow) -> str:
    """The words a review is listed by: its task's first line, else what was asked."""
    first = next((line.strip("# ").strip() for line in row.task.splitlines() if line.strip()), "")
    if first:
        return first
    return {Source.WORKTREE: "uncommitted changes", Source.STAGED: "staged changes"}.get(
        row.source, row.asked or str(row.source)
    )


def _continued(
    repository: Repository,
    log: ActionLog,
    settings: Settings,
    wanted: Asked,
    head: Head,
    rows: Sequence[ReviewRow],
    *,
    streamed: bool,
) -> Session | None:
    """A saved review of the work tree, with what was written since taken in as a round."""
    if wanted.source is not Source.WORKTREE or wanted.new:
        return None
    row = _unfinished(repository, head, rows)
    if row is None:
        return None
    session = load_session(repository, log, settings, row.id, streamed=streamed)
    _take_task(session, wanted)
    if session.review.round is not None and not model_stands(session.review):
        arrival = refresh(session)
        if arrival is not None:
            with watching.saving():
                take_arrival(session, arrival)
    return session


def _take_task(session: Session, wanted: Asked) -> None:
    if wanted.task and wanted.task != session.review.task:
        session.set_task(wanted.task)


def _take_moved(session: Session, candidate: Candidate) -> None:
    """The same range asked for again may end elsewhere now: that is a further round."""
    review = session.review
    if any(round_.tree == candidate.tree for round_ in review.rounds) or review.round is None:
        return
    origin = Origin(review.source, review.round.tree, not_shown=candidate.not_shown)
    arrival = next_arrival(session, candidate.tree, origin)
    with watching.saving():
        take_arrival(session, arrival)


def _start(
    repository: Repository,
    log: ActionLog,
    settings: Settings,
    candidate: Candidate,
    asked: Asked,
    *,
    streamed: bool,
) -> Session | Nothing:
    if candidate.tree == candidate.base and not asked.task:
        return _nothing(repository, asked, candidate)
    review_id = uuid.uuid4().hex[:12]
    started = ReviewStarted(
        id=new_id(),
        at=time.time(),
        review=review_id,
        repository=str(repository.work_tree),
        base=candidate.base,
        base_commit=candidate.base_commit,
        source=asked.source,
        asked=candidate.asked,
        task=asked.task,
    )
    review = replay([started])
    session = Session(repository, log, settings, review, 0, ())
    stream = repository.stream_changes(candidate.base, candidate.tree).fill(whole=not streamed)
    tree, not_shown = candidate.tree, candidate.not_shown
    round_ = Round(1, 0, asked.source, tree, review.base, time.time(), not_shown=not_shown)
    arrived = RoundArrived(id=new_id(), at=time.time(), round=round_)
    # Cancelled before this, nothing is left; from here on the review is there whole. Both at once: after
    # a kill between the two the next start would go on with a review that has no round.
    try:
        with watching.saving():
            session.sequence = log.append_all(review_id, (started, arrived)) - 1
            session.take_streamed(arrived, stream)
            _bring_notes(session)
    except BaseException:
        stream.close()
        raise
    return session


def _bring_notes(session: Session) -> None:
    if len(session.log.reviews(session.review.repository)) > 1:
        from workbench.workflow.brought import bring_notes  # noqa: PLC0415 - seldom is there a review before

        bring_notes(session)


def _nothing(repository: Repository, asked: Asked, candidate: Candidate) -> Nothing:
    name = repository.work_tree.name
    sentence = {
        Source.WORKTREE: f"Nothing is uncommitted in {name}.",
        Source.STAGED: f"Nothing is staged in {name}.",
        Source.PATCH: "The patch changes nothing.",
    }.get(asked.source, f"Nothing differs in {asked.range_text}.")
    if candidate.not_shown:
        count = sum(each.count for each in candidate.not_shown)
        sentence += " 1 path is not shown." if count == 1 else f" {count:,} paths are not shown."
    return Nothing(repository.work_tree, name, sentence, choices(repository, repository.head()))


def _unfinished(repository: Repository, head: Head, rows: Sequence[ReviewRow]) -> ReviewRow | None:
    """The newest unfinished review of the work tree whose base is HEAD's tree or an ancestor's."""
    for row in rows:
        if row.closed or row.source is not Source.WORKTREE:
            continue
        if row.base == head.tree:
            return row
        if row.base_commit and head.commit and repository.is_ancestor(row.base_commit, head.commit):
            return row
    return None


def _same(rows: Sequence[ReviewRow], candidate: Candidate, asked: Asked) -> ReviewRow | None:
    """An unfinished review of the very same thing."""
    if asked.source is Source.WORKTREE:
        return None
    for row in rows:
        same = (row.source, row.base, row.asked) == (asked.source, candidate.base, candidate.asked)
        if same and not row.closed:
            return row
    return None


def _recovered(
    repository: Repository, log: ActionLog, settings: Settings, rows: Sequence[ReviewRow]
) -> tuple[str, ...]:
    """What a kill left of a landing into this work tree is finished or rolled back, of whichever review."""
    said: list[str] = []
    for row in rows:
        folder = paths.journal_dir(row.id)
        if read_record(folder) is not None or has_intent(folder):
            said.extend(_finished(load_session(repository, log, settings, row.id)))
    return tuple(said)


def _interrupted(session: Session) -> tuple[str, ...]:
    """Rounds that died with the program that asked for them, recorded; sentences about them."""
    if not running.has_left(session.review.id):
        return ()
    from workbench.workflow.under_way import tell_interrupted  # noqa: PLC0415 - seldom, and it brings all that asks

    return tell_interrupted(session)


def _finished(session: Session) -> tuple[str, ...]:
    """What a kill left of a landing of this review, made good; sentences about it."""
    if not paths.journal_dir(session.review.id).is_dir():
        return ()
    from workbench.workflow.landing import finish_landing  # noqa: PLC0415 - seldom, and it brings all that lands

    return finish_landing(session)
