"""Opening: from a path and what was asked for to a session, new or continued. Blocking; changes nothing of the user's."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.errors import UserError
from workbench.git.repository import Head, Repository, Snapshot
from workbench.review.actions import NoteWritten, ReviewStarted
from workbench.review.changes import FileChange, NotShown, Side
from workbench.review.lines import split_lines
from workbench.review.notes import Place
from workbench.review.patch import apply_patch
from workbench.review.places import find_again
from workbench.review.review import Review, next_note_id, replay
from workbench.review.rounds import Source
from workbench.store import paths
from workbench.store.log import ActionLog, ReviewRow
from workbench.store.settings import Settings, load_settings
from workbench.workflow.landing import finish_landing
from workbench.workflow.placing import live_notes
from workbench.workflow.receive import (
    Origin,
    first_round,
    load_ledger,
    next_arrival,
    refresh,
    take_arrival,
)
from workbench.workflow.session import Session, new_id


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked to review. At most one of `range_text`, `staged` and `patch`."""

    range_text: str = ""
    staged: bool = False
    patch: bytes | None = None
    patch_name: str = ""
    task: str = ""
    new: bool = False

    @property
    def source(self) -> Source:
        if self.patch is not None:
            return Source.PATCH
        if self.staged:
            return Source.STAGED
        return Source.RANGE if self.range_text else Source.WORKTREE


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else that could be reviewed: what it is, the range to ask for, and how many files it touches."""

    label: str
    range_text: str
    count: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing uncommitted (or nothing in the range); what there is instead."""

    work_tree: Path
    name: str
    sentence: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Recent:
    """One line of a list of reviews."""

    id: str
    repository: str
    title: str
    source: Source
    at: float
    closed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to be reviewed, read: the base, the first snapshot, and what could not be shown."""

    base: str
    base_commit: str | None
    tree: str
    asked: str
    not_shown: tuple[NotShown, ...] = ()


def open_log() -> ActionLog:
    """The user's action log."""
    return ActionLog.open(paths.database_path())


def open_repository(path: Path) -> Repository:
    """The repository at or above `path`. UserError when there is none."""
    return Repository.open(path, paths.data_dir())


def open_review(path: Path, asked: Asked | None = None) -> Session | Nothing:
    """Continue the newest unfinished review that fits, else start one. UserError when it cannot be done."""
    wanted = asked or Asked()
    repository = open_repository(path)
    log = open_log()
    settings = load_settings()
    head = repository.head()
    rows = log.reviews(str(repository.work_tree))
    messages = _recovered(repository, log, settings, rows)
    if repository.warning:
        messages = (repository.warning, *messages)
    if wanted.source is Source.WORKTREE and not wanted.new:
        row = _unfinished(repository, head, rows)
        if row is not None:
            session = _continue(repository, log, settings, row, wanted)
            session.messages = messages
            return session
    candidate = read_candidate(repository, head, wanted)
    if not wanted.new:
        row = _same(rows, candidate, wanted)
        if row is not None:
            session = load_session(repository, log, settings, row.id)
            _take_moved(session, candidate)
            session.messages = messages
            return session
    started = _start(repository, log, settings, candidate, wanted)
    if not isinstance(started, Nothing):
        started.messages = messages
    return started


def open_saved(review_id: str) -> Session:
    """A review by its id (or a unique start of it), wherever its repository is."""
    log = open_log()
    row = find_review(log, review_id)
    repository = open_repository(Path(row.repository))
    session = load_session(repository, log, load_settings(), row.id)
    session.messages = finish_landing(session)
    return session


def find_review(log: ActionLog, review_id: str) -> ReviewRow:
    """The row of a review by its id or a unique start of it. UserError when none or several fit."""
    found = [row for row in log.reviews() if row.id == review_id]
    found = found or [row for row in log.reviews() if review_id and row.id.startswith(review_id)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{len(found)} reviews begin with {review_id}.", hint="Give more of the id.")
    raise UserError(f"There is no review {review_id}.", hint="List them: workbench reviews")


def load_session(repository: Repository, log: ActionLog, settings: Settings, review_id: str) -> Session:
    """The session of a saved review, as its actions make it."""
    numbered = log.since(review_id, 0)
    review = replay([action for _, action in numbered])
    current = review.round
    files: Sequence[FileChange] = ()
    if current is not None:
        files = repository.file_changes(review.base, current.tree)
    session = Session(repository, log, settings, review, numbered[-1][0], files)
    if current is not None and current.number > 1:
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


def read_candidate(repository: Repository, head: Head, asked: Asked) -> Candidate:
    """Read what is to be reviewed, without saving anything but blobs and trees in the shadow directory."""
    if asked.patch is not None:
        return _patched(repository, head, asked)
    if asked.range_text:
        found = repository.resolve(asked.range_text)
        return Candidate(found.base_tree, found.base_commit, found.tree, asked.range_text)
    snapshot: Snapshot = repository.snapshot(staged=asked.staged)
    return Candidate(head.tree, head.commit, snapshot.tree, "", snapshot.not_shown)


def choices(repository: Repository, head: Head) -> tuple[Choice, ...]:
    """What could be reviewed when nothing is uncommitted, with how many files each touches."""
    found: list[Choice] = []
    if head.commit is None:
        return ()
    last = repository.resolve(head.commit)
    found.append(Choice("The last commit", "HEAD", len(repository.file_changes(last.base_tree, last.tree))))
    upstream = repository.upstream_merge_base()
    if upstream is not None and upstream != head.commit:
        since = repository.resolve(f"{upstream}..HEAD")
        count = len(repository.file_changes(since.base_tree, since.tree))
        found.append(Choice("Everything since the upstream branch", f"{upstream}..HEAD", count))
    return tuple(found)


def _continue(
    repository: Repository, log: ActionLog, settings: Settings, row: ReviewRow, asked: Asked
) -> Session:
    """A saved review of the work tree, with what was written since taken in as a round."""
    session = load_session(repository, log, settings, row.id)
    current = session.review.round
    if asked.task:
        session.set_task(asked.task)
    if current is not None and current.source is not Source.MODEL:
        arrival = refresh(session)
        if arrival is not None:
            take_arrival(session, arrival)
    return session


def _take_moved(session: Session, candidate: Candidate) -> None:
    """The same range asked for again may end elsewhere now: that is a further round."""
    review = session.review
    if any(round_.tree == candidate.tree for round_ in review.rounds) or review.round is None:
        return
    origin = Origin(review.source, review.round.tree, not_shown=candidate.not_shown)
    take_arrival(session, next_arrival(session, candidate.tree, origin))


def _start(
    repository: Repository, log: ActionLog, settings: Settings, candidate: Candidate, asked: Asked
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
    arrival = first_round(session, candidate.tree, asked.source, candidate.not_shown)
    session.sequence = log.append(review_id, started)
    take_arrival(session, arrival)
    _bring_notes(log, session)
    return session


def _nothing(repository: Repository, asked: Asked, candidate: Candidate) -> Nothing:
    name = repository.work_tree.name
    sentence = {
        Source.WORKTREE: f"Nothing is uncommitted in {name}.",
        Source.STAGED: f"Nothing is staged in {name}.",
        Source.PATCH: "The patch changes nothing.",
    }.get(asked.source, f"Nothing differs in {asked.range_text}.")
    if candidate.not_shown:
        sentence += f" {len(candidate.not_shown)} paths are not shown."
    return Nothing(repository.work_tree, name, sentence, choices(repository, repository.head()))


def _patched(repository: Repository, head: Head, asked: Asked) -> Candidate:
    def read(path: str) -> bytes | None:
        entry = repository.entry(head.tree, path)
        return repository.blob(entry[1]) if entry else None

    def mode_of(path: str) -> str | None:
        entry = repository.entry(head.tree, path)
        return entry[0] if entry else None

    patched = apply_patch(asked.patch or b"", read, mode_of)
    tree = repository.compose_tree(head.tree, patched)
    return Candidate(head.tree, head.commit, tree, asked.patch_name or "a patch")


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


def _bring_notes(log: ActionLog, session: Session) -> None:
    """The unsettled notes of the review that landed last come along, as notes on the whole file or review."""
    for row in log.reviews(session.review.repository):
        if row.id == session.review.id:
            continue
        if row.closed:
            old = replay([action for _, action in log.since(row.id, 0)])
            _copy_notes(session, old)
        return


def _copy_notes(session: Session, old: Review) -> None:
    if not old.landings:
        return
    for note in live_notes(old):
        if note.reason:
            continue
        known = note.place if note.round == old.index else old.places[-1].get(note.id)
        copied = replace(
            note,
            id=next_note_id(session.review),
            place=_place_now(session, known or note.place),
            round=session.review.index,
            thread=(),
        )
        session.act(NoteWritten(id=new_id(), at=time.time(), note=copied))


def _place_now(session: Session, place: Place) -> Place:
    """Where a note of an earlier review stands now; its file as a whole where its lines are not found."""
    current = session.review.round
    whole = Place(path=place.path)
    if place.path is None or current is None or not place.quote:
        return whole
    entry = session.repository.entry(current.tree, place.path)
    if entry is None or entry[0] == "160000":
        return whole
    lines = split_lines(session.repository.blob(entry[1]))
    found = find_again(replace(place, side=Side.NEW, change=None), place.path, None, lines)
    return found or whole


def _recovered(
    repository: Repository, log: ActionLog, settings: Settings, rows: Sequence[ReviewRow]
) -> tuple[str, ...]:
    """What a kill left of a landing into this work tree is finished or rolled back, whichever review it was of."""
    said: list[str] = []
    for row in rows:
        if paths.journal_dir(row.id).is_dir():
            said.extend(finish_landing(load_session(repository, log, settings, row.id)))
    return tuple(said)
