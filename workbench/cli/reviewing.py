"""Commands that start, list and read reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.cli.asking import asked_for, unsaved
from workbench.cli.output import counted, print_json, print_lines, say
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.review.changes import Change, FileChange
from workbench.review.line_ends import line_ends_changed
from workbench.review.scope import scope_of_task
from workbench.review.sensitive import tier
from workbench.review.suspicious import suspicious
from workbench.review.text import one_line
from workbench.review.verdicts import NO_VERDICTS, Verdicts, verdict_of
from workbench.workflow import documents
from workbench.workflow.file_documents import Document, file_document, not_shown_document
from workbench.workflow.keeping import keep_if_possible
from workbench.workflow.opening import (
    Asked,
    Nothing,
    delete_review,
    open_log,
    open_review,
    open_saved,
    title,
)
from workbench.workflow.round_counts import counts_of_rounds
from workbench.workflow.session import Session

SIGNS = {"open": " ", "accepted": "+", "rejected": "-", "mixed": "±"}


@contextmanager
def saved(options: Options) -> Iterator[Session]:
    """The review that a command names, open while the command works on it. Says what opening has to say."""
    with open_saved(options.review) as session:
        say(*session.messages)
        yield session


def start(options: Options) -> int:
    """Start (or continue) a review without a window."""
    path, asked = asked_for(options)
    with started(path, asked) as session:
        say(*session.messages)
        if options.json:
            print_json({"review": session.review.id})
        else:
            print_lines(session.review.id)
        keep_if_possible(session)
    return 0


def started(path: Path, asked: Asked) -> Session:
    """A session, or a user error where there is nothing to review."""
    session = open_review(path, asked)
    if isinstance(session, Nothing):
        others = [f"workbench {path} {choice.range_text}  ({choice.label})" for choice in session.choices]
        hint = f"Instead: {others[0]}" if others else "Change something, or name a range: A..B"
        raise UserError(session.sentence, hint=hint)
    return session


def reviews(options: Options) -> int:
    """List every review, newest first."""
    log = open_log()
    rows = log.reviews()
    log.close()
    if options.json:
        print_json({"reviews": [documents.review_document(row) for row in rows]})
        return 0
    for row in rows:
        state = "closed" if row.closed else "open"
        print_lines(f"{row.id}  {state:6}  {one_line(row.repository)}  {one_line(title(row))}")
    if not rows:
        print_lines("No reviews yet. Start one: workbench ~/your/repository")
    return 0


def show(options: Options) -> int:
    """One review at a glance."""
    with saved(options) as session:
        rows = counts_of_rounds(session)
        document = documents.show_document(session, rows)
        now = session.progress()
    if options.json:
        print_json(document)
        return 0
    print_lines(f"{document['review']}  {document['repository']}  {document['asked'] or document['source']}")
    print_lines(
        f"{now.accepted} accepted · {now.rejected} rejected · {now.mixed} mixed · "
        f"{now.asked} asked · {now.unread} unread"
    )
    for row in rows:
        edits = f" + {counted(row.edits, 'edit')} of yours" if row.edits else ""
        print_lines(f"round {row.number}{edits}: {row.author or 'did not come'}  {row.words}")
    return 0


def delete(options: Options) -> int:
    """Delete a review and everything kept of it; the repository is not touched."""
    deleted = delete_review(options.review)
    if options.json:
        print_json({"deleted": deleted})
    else:
        print_lines(f"Deleted {deleted}.")
    return 0


def print_changes(options: Options, named: str | None) -> int:
    """Every file change of a review, or those of a folder and a range for a person to read."""
    if named is None:
        with unsaved(options) as (repository, candidate):
            files = repository.file_changes(candidate.base, candidate.tree)
        not_shown = [not_shown_document(each) for each in candidate.not_shown]
        _print_changes(options, {"not_shown": not_shown}, files, {})
        return 0
    with open_saved(named) as session:
        say(*session.messages)
        if options.against is not None:
            return _changes_between(options, session)
        if options.round is not None:
            return _changes_of_round(options, session)
        document = documents.changes_document(session) if options.json else _bare(session)
        _print_changes(options, document, session.files, session.review.current)
    return 0


def _bare(session: Session) -> Document:
    """What a person is shown beside the files themselves."""
    current = session.review.round
    not_shown = current.not_shown if current is not None else ()
    return {"not_shown": [not_shown_document(each) for each in not_shown]}


def _changes_of_round(options: Options, session: Session) -> int:
    index = round_index(session, options.round)
    round_ = session.review.rounds[index]
    verdicts = session.review.verdicts[index]
    files = session.files_of(round_.tree)
    scope = scope_of_task(session.review.task)
    document = {
        "review": session.review.id,
        "round": round_.number,
        "base": session.review.base,
        "tree": round_.tree,
        "not_shown": [not_shown_document(each) for each in round_.not_shown],
        "files": [file_document(file, verdicts.get(file.path, NO_VERDICTS), scope=scope) for file in files],
    }
    _print_changes(options, document, files, verdicts)
    return 0


def _changes_between(options: Options, session: Session) -> int:
    """What differs from one round to another: nothing of it is a change of a round, or has a verdict."""
    # Late: seldom wanted.
    from workbench.workflow.comparing import compare_rounds  # noqa: PLC0415

    current = session.review.round
    number = options.round if options.round is not None else (current.number if current else 0)
    found = compare_rounds(session, options.against, number)
    document = {
        "review": session.review.id,
        "round": found.new,
        "against": found.old,
        "base": found.old_tree,
        "tree": found.new_tree,
        "not_shown": [],
        "files": [file_document(file) for file in found.files] if options.json else [],
    }
    _print_changes(options, document, found.files, {})
    return 0


def round_index(session: Session, number: int) -> int:
    """The index of the last snapshot of a round's number. UserError when there is no such round."""
    found = [index for index, each in enumerate(session.review.rounds) if each.number == number]
    if not found:
        newest = session.review.rounds[-1].number if session.review.rounds else 0
        raise UserError(f"There is no round {number}.", hint=f"The newest is round {newest}.")
    return found[-1]


def _print_changes(
    options: Options, document: Document, files: Sequence[FileChange], verdicts: Verdicts
) -> None:
    if options.json:
        print_json(document)
        return
    for file in files:
        before = file.base_path
        renamed = f"  (from {one_line(before)})" if before is not None and before != file.path else ""
        sensitive = tier(file)
        badge = f"  [{sensitive.value}]" if sensitive is not None else ""
        print_lines(f"{file.status.value:10} {one_line(file.path)}{renamed}{badge}")
        ends = line_ends_changed(file)
        if ends:
            print_lines(f"  · {ends}")
        for row in suspicious(file):
            print_lines(f"  ! {f'line {row.line}: ' if row.line else ''}{row.what}")
        for change in file.changes:
            print_lines(f"  {SIGNS[verdict_of(change, verdicts).value]} {change.id}  {_where(change)}")
    for each in document["not_shown"]:
        count = f" ({each['count']} paths)" if each["count"] > 1 else ""
        print_lines(f"not shown  {one_line(each['path'])}: {one_line(each['why'])}{count}")


def _where(change: Change) -> str:
    if not change.is_text:
        return change.words
    return f"-{change.old_start},{len(change.removed)} +{change.new_start},{len(change.added)}"
