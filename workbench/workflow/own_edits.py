"""Edits of the expert's own that the work tree does not have yet, laid over what was read from there.

An edit in place reaches the work tree when the review lands. Until then a refresh must not take its absence
for somebody's deed: it is carried over wherever the work tree left those lines as they were.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.review.changes import FileChange, Status
from workbench.review.lines import split_lines
from workbench.review.rebasing import edited_onto
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.workflow.session import Session

FILES = ("100644", "100755")
Entry = tuple[str, str]


def with_own_edits(session: Session, read: str) -> str:
    """The tree `read` from the work tree with the expert's edits that are not in it. Blocking.

    Where the work tree changed the same lines, or the file otherwise, what is there stands: the ledger says
    that accepted lines were altered.
    """
    review, repository = session.review, session.repository
    anchor = _anchor(review)
    current = review.round
    if anchor is None or current is None or anchor == current.tree:
        return read
    edits = repository.file_changes(anchor, current.tree, renames=False)
    if not edits:
        return read
    there = {file.base_path: file for file in repository.file_changes(anchor, read)}
    now = repository.tree_entries(read)
    changes: dict[str, tuple[str, bytes | str] | None] = {}
    for edit in edits:
        path, entry = _carried(session, edit, there.get(edit.path), now)
        if path is not None:
            changes[path] = entry
    return repository.compose_tree(read, changes) if changes else read


def _anchor(review: Review) -> str | None:
    """What the expert's newest edits were made on, as far as the work tree has it. None without edits."""
    for index in range(review.index, -1, -1):
        round_ = review.rounds[index]
        if any(each.round == index and each.tree is not None for each in review.landings):
            # The landing wrote the edits, too.
            return round_.tree
        if round_.source is not Source.EXPERT:
            return round_.read or round_.tree
    return None


def _carried(
    session: Session, edit: FileChange, other: FileChange | None, now: Mapping[str, Entry]
) -> tuple[str | None, tuple[str, bytes | str] | None]:
    """Where one edited file goes and what it holds; no path where the work tree's version stands."""
    if other is None:
        if edit.base_path is None and edit.path in now:
            return None, None
        whole = None if edit.new_mode is None or edit.new_id is None else (edit.new_mode, edit.new_id)
        return edit.path, whole
    gone = other.status in (Status.DELETED, Status.TYPECHANGE) or other.binary or edit.binary
    entry = now.get(other.path)
    if gone or entry is None or entry[0] not in FILES or edit.new_mode not in FILES:
        return None, None
    lines = split_lines(session.repository.blob(entry[1]))
    data = b"".join(edited_onto(lines, edit.runs, other.runs))
    mode = str(edit.new_mode) if other.old_mode == other.new_mode else entry[0]
    return other.path, (mode, data)
