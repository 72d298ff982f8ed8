"""Commands that start, list and read reviews."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options, read_source, split_what
from workbench.errors import UserError
from workbench.review.changes import Change, FileChange
from workbench.review.verdicts import NO_VERDICTS, Verdicts, verdict_of
from workbench.workflow import documents
from workbench.workflow.opening import (
    Asked,
    Nothing,
    find_review,
    open_log,
    open_repository,
    open_review,
    open_saved,
    read_candidate,
    title,
)
from workbench.workflow.session import Session

SIGNS = {"open": " ", "accepted": "+", "rejected": "-", "mixed": "±"}


def asked_for(options: Options) -> tuple[Path, Asked]:
    """The repository's path and what is to be reviewed, from the command's arguments."""
    path, range_text = split_what(options.what)
    given = [bool(range_text), options.staged, options.patch is not None]
    if sum(given) > 1:
        raise UserError("A range, --staged and --patch exclude each other.", hint="Give one of them.")
    patch = read_source(options.patch) if options.patch is not None else None
    task = read_source(options.task).decode("utf-8", "replace") if options.task else ""
    name = "" if options.patch in (None, "-") else str(options.patch)
    asked = Asked(range_text, options.staged, patch, name, task, options.new)
    return Path(path), asked


def start(options: Options) -> int:
    """Start (or continue) a review without a window."""
    path, asked = asked_for(options)
    session = started(path, asked)
    _say_messages(session)
    if options.json:
        print_json({"review": session.review.id})
    else:
        print_lines(session.review.id)
    return 0


def started(path: Path, asked: Asked) -> Session:
    """A session, or a user error where there is nothing to review."""
    session = open_review(path, asked)
    if isinstance(session, Nothing):
        others = [f"workbench {path} {choice.range_text}  ({choice.label})" for choice in session.choices]
        raise UserError(session.sentence, hint=f"Instead: {others[0]}" if others else "")
    return session


def reviews(options: Options) -> int:
    """List every review, newest first."""
    rows = open_log().reviews()
    if options.json:
        print_json({"reviews": [documents.review_document(row) for row in rows]})
        return 0
    for row in rows:
        state = "closed" if row.closed else "open"
        print_lines(f"{row.id}  {state:6}  {row.repository}  {title(row)}")
    if not rows:
        print_lines("No reviews yet. Start one: workbench ~/your/repository")
    return 0


def show(options: Options) -> int:
    """One review at a glance."""
    session = open_saved(options.review)
    document = documents.show_document(session)
    if options.json:
        print_json(document)
        return 0
    counted = session.progress()
    print_lines(f"{document['review']}  {document['repository']}  {document['asked'] or document['source']}")
    print_lines(
        f"{counted.accepted} accepted · {counted.rejected} rejected · {counted.mixed} mixed · "
        f"{counted.asked} asked · {counted.unread} unread"
    )
    for each in document["rounds"]:
        edits = f" + {each['edits']} of yours" if each["edits"] else ""
        print_lines(f"round {each['round']}{edits}: {each['model'] or each['source']}")
    return 0


def delete(options: Options) -> int:
    """Delete a review and everything kept of it; the repository is not touched."""
    log = open_log()
    row = find_review(log, options.review)
    log.delete(row.id)
    if options.json:
        print_json({"deleted": row.id})
    else:
        print_lines(f"Deleted {row.id}.")
    return 0


def changes(options: Options) -> int:
    """Every file change of a review, or of a folder and a range (then nothing is saved)."""
    session = _named_review(options)
    if session is None:
        path, asked = asked_for(options)
        repository = open_repository(path)
        candidate = read_candidate(repository, repository.head(), asked)
        files = repository.file_changes(candidate.base, candidate.tree)
        document = {
            "review": None,
            "round": 0,
            "base": candidate.base,
            "tree": candidate.tree,
            "not_shown": [documents.not_shown_document(each) for each in candidate.not_shown],
            "files": [documents.file_document(file, NO_VERDICTS) for file in files] if options.json else [],
        }
        _print_changes(options, document, files, {})
        return 0
    if options.round is not None:
        return _changes_of_round(options, session)
    _print_changes(options, documents.changes_document(session), session.files, session.review.current)
    return 0


def _changes_of_round(options: Options, session: Session) -> int:
    index = round_index(session, options.round)
    round_ = session.review.rounds[index]
    verdicts = session.review.verdicts[index]
    files = session.files_of(round_.tree)
    document = {
        "review": session.review.id,
        "round": round_.number,
        "base": session.review.base,
        "tree": round_.tree,
        "not_shown": [documents.not_shown_document(each) for each in round_.not_shown],
        "files": [documents.file_document(file, verdicts.get(file.path, NO_VERDICTS)) for file in files],
    }
    _print_changes(options, document, files, verdicts)
    return 0


def round_index(session: Session, number: int) -> int:
    """The index of the last snapshot of a round's number. UserError when there is no such round."""
    found = [index for index, each in enumerate(session.review.rounds) if each.number == number]
    if not found:
        newest = session.review.rounds[-1].number if session.review.rounds else 0
        raise UserError(f"There is no round {number}.", hint=f"The newest is round {newest}.")
    return found[-1]


def _named_review(options: Options) -> Session | None:
    """The review that the one argument names, if it is not a folder and names one."""
    if len(options.what) != 1 or Path(options.what[0]).is_dir():
        return None
    log = open_log()
    try:
        row = find_review(log, options.what[0])
    except UserError:
        return None
    finally:
        log.close()
    return open_saved(row.id)


def _print_changes(
    options: Options, document: documents.Document, files: tuple[FileChange, ...], verdicts: Verdicts
) -> None:
    if options.json:
        print_json(document)
        return
    for file in files:
        renamed = f"  (from {file.base_path})" if file.base_path not in (None, file.path) else ""
        print_lines(f"{file.status.value:10} {file.path}{renamed}")
        for change in file.changes:
            print_lines(f"  {SIGNS[verdict_of(change, verdicts).value]} {change.id}  {_where(change)}")
    for each in document["not_shown"]:
        print_lines(f"not shown  {each['path']}: {each['why']}")


def _where(change: Change) -> str:
    if not change.is_text:
        return change.words
    return f"-{change.old_start},{len(change.removed)} +{change.new_start},{len(change.added)}"


def _say_messages(session: Session) -> None:
    for message in session.messages:
        print(message, file=sys.stderr)
