"""What each path of the work tree is to hold when a review lands there. Reads; writes nothing there.

Accepted lines as new, rejected ones as old, open ones as the work tree has them now. So it must be known
what the work tree has: what this review last read there or wrote, or, for a range that ends at HEAD, HEAD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from workbench.git.worktree import Write
from workbench.review.carry import carry_rounds, carry_verdicts
from workbench.review.changes import FileChange, Run, Side
from workbench.review.compose import Take
from workbench.review.entries import entry_id
from workbench.review.linemap import LineMap
from workbench.review.notes import Intent
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict
from workbench.workflow.composing import Entry, composed_files
from workbench.workflow.overlay import Held, overlay
from workbench.workflow.receive import last_read
from workbench.workflow.session import Session

SUBMODULE = "160000"


class Wanted(Struct, frozen=True):
    """What is to be written. The work tree is known to hold the tree `known`, and becomes `tree`."""

    known: str
    tree: str
    writes: tuple[Write, ...]
    left: tuple[str, ...] = ()
    """Submodules that would have to stand at another commit, which only git may bring about."""


def wanted_in_work_tree(session: Session) -> Wanted:
    """Every path that is to be written, with what it is known to hold and what it is to hold. Blocking."""
    repository = session.repository
    read, known = _known(session)
    entries = repository.tree_entries(known)
    wanted = _entries(session, read, known)
    differing = {path: entry for path, entry in wanted.items() if _differs(session, entries.get(path), entry)}
    left = [path for path, entry in differing.items() if SUBMODULE in _modes(entries.get(path), entry)]
    for path in left:
        del differing[path]
    writes = tuple(
        Write(path, _content(session, entries.get(path)), _content(session, entry))
        for path, entry in differing.items()
    )
    return Wanted(known, repository.compose_tree(known, differing), writes, tuple(left))


def _known(session: Session) -> tuple[int | None, str]:
    """The index of the round that the work tree holds (None: of none), and the tree it is known to hold."""
    review = session.review
    tree = last_read(review)
    read = _read_index(review)
    if read is not None or any(landing.tree is not None for landing in review.landings):
        return read, tree
    if review.source is Source.RANGE:
        head = session.repository.head().tree
        for index in range(review.index, -1, -1):
            if review.rounds[index].source is Source.RANGE and review.rounds[index].tree == head:
                return index, head
    return None, tree


def _read_index(review: Review) -> int | None:
    """The index of the newest round that was read from the work tree."""
    for index in range(review.index, -1, -1):
        if review.rounds[index].source in (Source.WORKTREE, Source.STAGED):
            return index
    return None


def _entries(session: Session, read: int | None, known: str) -> Mapping[str, Entry | None]:
    review, repository = session.review, session.repository
    if read is not None and all(each.source is Source.EXPERT for each in review.rounds[read + 1 :]):
        # The round is what the work tree has, but for edits of the expert's own, which are accepted. A
        # file that such an edit made what the base has is not among its changes any more.
        as_read = read == review.index and review.rounds[read].read is None
        gone = {} if as_read else _left_behind(session, session.files_of(known))
        return {**gone, **composed_files(repository, session.files, review.current, Take.NOT_REJECTED)}
    return _on_top(session, read, known)


def _on_top(session: Session, read: int | None, known: str) -> Mapping[str, Entry | None]:
    """A round of somebody else on top of what the work tree has. Files of which nothing was judged stay."""
    review, repository, current = session.review, session.repository, session.review.round
    there = session.files_of(known)
    onward = repository.file_changes(known, current.tree if current else known)
    judged = [file for file in session.files if review.current.get(file.path)]
    old = repository.blobs([file.old_id for file in judged if file.old_id and file.old_mode != SUBMODULE])
    wanted: dict[str, Entry | None] = {}
    for file in judged:
        wanted |= {path: None for path in (file.path, file.base_path) if path is not None}
    for file in judged:
        held = _held(session, file, there, onward, read, known)
        for result in overlay(file, old.get(file.old_id or ""), review.current[file.path], held):
            content = result.data if result.data is not None else result.id
            if content is not None:
                wanted[result.path] = (result.mode, content)
    return {**_dropped(session, _left_behind(session, there)), **wanted}


def _dropped(session: Session, behind: Mapping[str, Entry | None]) -> Mapping[str, Entry | None]:
    """Of the paths that the round does not touch any more, those that go back to the base.

    Not what somebody else's round dropped while it was accepted or open: nobody judged that away.
    """
    review = session.review
    wanted: dict[str, Entry | None] = {}
    for path, entry in behind.items():
        for index in range(review.index - 1, -1, -1):
            files = session.files_of(review.rounds[index].tree)
            file = next((each for each in files if path in (each.path, each.base_path)), None)
            if file is None:
                continue
            held = review.verdicts[index].get(file.path, NO_VERDICTS)
            by_expert = review.rounds[index + 1].source is Source.EXPERT
            if by_expert or held.has(Verdict.REJECTED) or _is_taken(review, file):
                wanted[path] = entry
            break
        else:
            wanted[path] = entry
    return wanted


def _is_taken(review: Review, file: FileChange) -> bool:
    """Whether the expert took the ledger's word that accepted code of a file is gone."""
    ids = {entry_id("accepted", change.path, change.id) for change in file.changes}
    return any(answer == "taken" and key.partition("/")[2] in ids for key, answer in review.entries.items())


def _held(
    session: Session,
    file: FileChange,
    there: Sequence[FileChange],
    onward: Sequence[FileChange],
    read: int | None,
    known: str,
) -> Held | None:
    """What the work tree has of a file of the round: found by its path in the base, a new one by its own."""
    for each in there:
        same = each.base_path == file.base_path if file.base_path is not None else each.path == file.path
        if same and (file.base_path is not None or each.base_path is None):
            runs = next((step.runs for step in onward if step.path == file.path), ())
            return Held(
                each, runs, _verdicts_there(session, each, read, known), _given_up(session, each, read, known)
            )
    return None


def _verdicts_there(session: Session, file: FileChange, read: int | None, known: str) -> FileVerdicts:
    """What was judged of the lines that the work tree has. After a landing, nothing rejected is left."""
    review = session.review
    if read is None or known not in (review.rounds[read].tree, review.rounds[read].read):
        return NO_VERDICTS
    tree = review.rounds[read].tree
    if tree == known:
        return review.verdicts[read].get(file.path, NO_VERDICTS)
    # Edits of the expert's own were laid over what was read: its lines are judged where they are the same.
    between = session.repository.file_changes(tree, known)
    carry = carry_rounds(session.files_of(tree), (file,), between, review.verdicts[read])
    return carry_verdicts(review.verdicts[read], carry).get(file.path, NO_VERDICTS)


def _given_up(session: Session, file: FileChange, read: int | None, known: str) -> frozenset[int]:
    """The runs of the work tree that the expert gave up since: the ledger's word was taken, a note on them is
    settled, or an edit of the expert's own took them out. By the base line they start at.
    """
    review = session.review
    given: set[int] = set()
    taken = {key.partition("/")[2] for key, answer in review.entries.items() if answer == "taken"}
    for change in file.changes:
        if change.is_text and entry_id("accepted", change.path, change.id) in taken:
            given |= {run.old_start for run in file.runs if _holds(run, change.new_start, change.old_start)}
    for note in review.notes.values():
        place = note.place
        settled = note.settled and not note.withdrawn and note.intent in (Intent.MUST, Intent.SHOULD)
        if settled and note.round == read and place.path == file.path:
            laid_over = _lines_in(session, file, known, read)
            for line in range(place.start, place.start + place.count):
                old, new = (line, 0) if place.side is Side.OLD else (0, laid_over.backward(line) or 0)
                given |= {run.old_start for run in file.runs if _holds(run, new, old)}
    for index in range((read if read is not None else review.index) + 1, review.index + 1):
        if review.rounds[index].source is Source.EXPERT:
            given |= _taken_out(session, file, known, index)
    if read is not None and review.rounds[read].read == known:
        laid_over = _lines_in(session, file, known, read)
        given |= {run.old_start for run in file.runs if _loses(run, laid_over)}
    return frozenset(given)


def _holds(run: Run, new: int, old: int) -> bool:
    """Whether a run has this new line, or this old one."""
    return run.new_start <= new < run.new_start + len(run.added) or (
        run.old_start <= old < run.old_start + len(run.removed)
    )


def _taken_out(session: Session, file: FileChange, known: str, index: int) -> set[int]:
    """Runs whose lines were still there before an edit of the expert's own, and are not after it."""
    before, after = (_lines_in(session, file, known, at) for at in (index - 1, index))
    return {
        run.old_start
        for run in file.runs
        for line in range(run.new_start, run.new_start + len(run.added))
        if before.forward(line) is not None and after.forward(line) is None
    }


def _lines_in(session: Session, file: FileChange, known: str, index: int) -> LineMap:
    """From the lines of the work tree's file to those of the round of that index."""
    tree = session.review.rounds[index].tree
    found = session.repository.file_changes(known, tree, (file.path,), renames=False)
    return LineMap(found[0].runs if found else ())


def _loses(run: Run, to_round: LineMap) -> bool:
    """Whether a line that a run added is not in a round."""
    lines = range(run.new_start, run.new_start + len(run.added))
    return any(to_round.forward(line) is None for line in lines)


def _left_behind(session: Session, there: Sequence[FileChange]) -> Mapping[str, Entry | None]:
    """What the work tree changed and the round does not any more goes back to the base."""
    touched = {path for file in session.files for path in (file.path, file.base_path)}
    base = session.repository.tree_entries(session.review.base)
    return {
        path: base.get(path)
        for file in there
        for path in (file.path, file.base_path)
        if path is not None and path not in touched
    }


def _modes(*entries: Entry | None) -> tuple[str, ...]:
    return tuple(entry[0] for entry in entries if entry is not None)


def _content(session: Session, entry: Entry | None) -> tuple[str, bytes] | None:
    if entry is None:
        return None
    mode, content = entry
    return mode, content if isinstance(content, bytes) else session.repository.blob(content)


def _differs(session: Session, known: Entry | None, wanted: Entry | None) -> bool:
    if known is None or wanted is None:
        return known is not wanted
    if known[0] != wanted[0]:
        return True
    if isinstance(wanted[1], str):
        return known[1] != wanted[1]
    return session.repository.blob(str(known[1])) != wanted[1]
