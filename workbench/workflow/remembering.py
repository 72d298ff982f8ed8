"""The rounds before the last one, as far as the ledger needs them, read from git. Blocking; writes none."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.review.changes import FileChange, Status
from workbench.review.memory import EarlierRound, left_behind
from workbench.review.review import Review
from workbench.workflow.round_files import RoundFiles

_MANY = 200
"""Paths from which on the whole of two trees is compared: naming them all takes longer than it saves."""


def earlier_rounds(
    files: RoundFiles, review: Review, tree: str, before_index: int
) -> tuple[EarlierRound, ...]:
    """The rounds before that of `before_index`, if one of them left something behind that was judged.

    `tree` is that of the round whose ledger is made; the review may not have it yet.
    """
    left = {index: tuple(left_behind(review, index)) for index in range(before_index)}
    first = next((index for index, paths in left.items() if paths), None)
    if first is None:
        return ()
    paths = {path for found in left.values() for path in found}
    found: list[EarlierRound] = []
    for index in range(first, before_index):
        was = review.rounds[index].tree
        changes = _changes(files, review.base, was, paths)
        # Where nothing was left behind it is only asked what was judged.
        since = _changes(files, was, tree, _names(paths, changes)) if left[index] else ()
        found.append(EarlierRound(index, changes, since))
    return tuple(found)


def _changes(files: RoundFiles, old: str, new: str, paths: Iterable[str]) -> tuple[FileChange, ...]:
    """What differs between two trees, at least in these paths."""
    known = files.known_files(new) if old == files.review.base else None
    if known is not None:
        return known
    wanted = sorted(paths)
    if len(wanted) <= _MANY:
        some = files.repository.file_changes(old, new, wanted)
        # A file that seems to be new, or gone, may be half of a rename whose other half was not asked for.
        if not any(file.status in (Status.ADDED, Status.DELETED) for file in some):
            return tuple(some)
    if old == files.review.base:
        return files.files_of(new)
    return tuple(files.repository.file_changes(old, new))


def _names(paths: Iterable[str], files: Iterable[FileChange]) -> set[str]:
    """These paths, and what the same files are called in the base."""
    return {*paths, *(name for file in files for name in (file.path, file.base_path) if name)}
