"""What each path of the index or a branch is to hold: the base with what was accepted, and nothing besides.

Where the index holds what was reviewed, rejected lines leave it, and so do open ones of a file that was
judged in part. What it holds besides, somebody else's edits, is merged, never taken for reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.errors import UserError
from workbench.git.merging import SUBMODULE, Pair, Wish, wishes_between
from workbench.review.changes import FileChange, Run
from workbench.review.compose import Take
from workbench.review.rounds import Source
from workbench.workflow.composing import compose_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.workflow.session import Session


def wishes_of(session: Session) -> tuple[Wish, ...]:
    """Every path that the review touches. Files of which nothing was judged are left as they stand,

    but those of a review of the index itself: what was not accepted is not staged afterwards.
    """
    review, staged = session.review, session.review.source is Source.STAGED
    target = compose_tree(session.repository, review.base, session.files, review.current, Take.ACCEPTED)
    if target == review.base and not staged:
        raise UserError("Nothing is accepted, so there is nothing to land.", hint="Accept something first.")
    accepted = {wish.path: wish for wish in wishes_between(session.repository, review.base, target)}
    found: dict[str, Wish] = {}
    for file in session.files:
        if staged or review.current.get(file.path):
            for wish in _sides(file):
                found[wish.path] = replace(wish, wanted=accepted.get(wish.path, wish).wanted)
    return tuple({**accepted, **found}.values())


def with_parts(
    session: Session, wishes: Iterable[Wish], at: Callable[[str], Pair | None]
) -> tuple[Wish, ...]:
    """The same, where some of what was reviewed is staged already: that counts as reviewed, too."""
    odd: dict[str, tuple[Pair, Pair]] = {}
    kept = tuple(wishes)
    for wish in kept:
        now = at(wish.path)
        if wish.base is None or now is None or SUBMODULE in (wish.base[0], now[0]):
            continue
        if now not in (wish.base, wish.wanted, *wish.known):
            odd[wish.path] = (wish.base, now)
    parts = _parts(session, odd)
    return tuple(
        replace(wish, known=(*wish.known, parts[wish.path])) if wish.path in parts else wish for wish in kept
    )


def _sides(file: FileChange) -> Iterable[Wish]:
    """The paths of a file change as the base has them; what the round has there counts as known."""
    old = _pair(file.old_mode, file.old_id)
    new = _pair(file.new_mode, file.new_id)
    if file.base_path in (file.path, None):
        yield Wish(file.path, old, old, (new,))
        return
    yield Wish(str(file.base_path), old, old, (None,))
    yield Wish(file.path, None, None, (new,))


def _parts(session: Session, odd: Mapping[str, tuple[Pair, Pair]]) -> Mapping[str, Pair]:
    """Of the paths that are neither as in the base nor as in the round: those with reviewed runs alone."""
    if not odd:
        return {}
    repository = session.repository
    before, after = (
        repository.compose_tree(repository.empty_tree, {path: pair[side] for path, pair in odd.items()})
        for side in (0, 1)
    )
    runs = {
        file.base_path or file.path: {_key(run) for run in file.runs} for file in session.files if file.runs
    }
    found: dict[str, Pair] = {}
    for file in repository.file_changes(before, after, renames=False):
        same_mode = file.old_mode == file.new_mode
        if file.runs and same_mode and {_key(run) for run in file.runs} <= runs.get(file.path, set()):
            found[file.path] = odd[file.path][1]
    return found


def _key(run: Run) -> tuple[int, tuple[bytes, ...], tuple[bytes, ...]]:
    return run.old_start, run.removed, run.added


def _pair(mode: str | None, identity: str | None) -> Pair | None:
    return None if mode is None or identity is None else (mode, identity)
