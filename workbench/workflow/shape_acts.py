"""What is done to all changes of a shape at once: judged or noted as one action and one undo.

Sensitive files are left out of every such act, and said: who judges or notes them looks at each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import Change, FileChange
from workbench.review.notes import Intent, Note, Place
from workbench.review.sensitive import Tier, left_out, tier, tiers
from workbench.review.shape_groups import ShapeGroup, group_of, grouped
from workbench.review.shapes import shape_of
from workbench.review.steps import Steps, finished
from workbench.review.verdicts import Verdict, select_changes
from workbench.workflow.placing import places_of_changes
from workbench.workflow.session import Session

_DONE = {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected", Verdict.OPEN: "reopened"}
_STRIDE = 50
"""Changes after which the worker may be stopped, or wait."""
_MANY = 250
"""Changes from which on an act goes in steps."""
_BY_ITSELF = "Each is judged by itself: its changes by their ids, or the file by its name."


class RoundShapes(Struct, frozen=True):
    """The shape of every change of a round by id, the changes of each, and the tiers of sensitive paths."""

    of: Mapping[str, str]
    changes: Mapping[str, tuple[Change, ...]]
    tiers: Mapping[str, Tier]

    def group(self, shape: str) -> ShapeGroup:
        """All changes of one shape."""
        return group_of(shape, self.changes.get(shape, ()), self.tiers)

    def groups(self) -> tuple[ShapeGroup, ...]:
        """Every shape, the rarest first."""
        return grouped(chain.from_iterable(self.changes.values()), self.tiers, self.of)


NO_SHAPES = RoundShapes({}, {}, {})


def find_shapes(
    files: Sequence[FileChange],
    stopped: Callable[[], bool] = lambda: False,
    told: Mapping[str, str] | None = None,
) -> RoundShapes:
    """The shapes of a round. Takes some 25 µs a change: of a large round it is asked for in a worker.

    `told` are those that are known already, by change id. `stopped` is asked now and then, and may wait.
    """
    of: dict[str, str] = {}
    known = told or {}
    found: dict[str, list[Change]] = {}
    sensitive: dict[str, Tier] = {}
    for file in files:
        graded = tier(file)
        if graded is not None:
            sensitive[file.path] = graded
        for change in file.changes:
            if len(of) % _STRIDE == 0 and stopped():
                return NO_SHAPES
            shape = of[change.id] = known.get(change.id) or shape_of(change)
            found.setdefault(shape, []).append(change)
    return RoundShapes(of, {shape: tuple(each) for shape, each in found.items()}, sensitive)


class Placed(Struct, frozen=True):
    """Changes with a place on each, in the same order, for a note that is about all of them."""

    changes: tuple[Change, ...]
    places: tuple[Place, ...]


def group_like(session: Session, change_id: str) -> ShapeGroup:
    """All changes of the round with the shape of one of them."""
    shape = shape_of(session.change(change_id))
    same = [change for change in session.changes_by_id.values() if shape_of(change) == shape]
    return group_of(shape, same, tiers(session.files))


def require_any(group: ShapeGroup) -> tuple[Change, ...]:
    """The changes that may be judged together. UserError where all are in sensitive files."""
    if not group.changes:
        paths = tuple(dict.fromkeys(change.path for change in group.apart))
        raise UserError(f"Nothing was judged: {left_out(paths)}", hint=_BY_ITSELF)
    return group.changes


def place_all(session: Session, changes: Sequence[Change]) -> Placed:
    """A place on each of some changes. Blocking; changes nothing."""
    return Placed(tuple(changes), places_of_changes(session, changes))


def judge_all(session: Session, changes: Sequence[Change], verdict: Verdict) -> None:
    """Put one verdict on changes of one shape."""
    finished(judging_all(session, changes, verdict))


def judging_all(session: Session, changes: Sequence[Change], verdict: Verdict) -> Steps[None]:
    """As `judge_all`, with rests: there may be twenty thousand of them."""
    if len(changes) > _MANY:
        yield
    selections = select_changes(changes)
    if len(selections) > _MANY:
        yield
    yield from session.judging(selections, verdict, words=_words(verdict, changes))


def reject_all(session: Session, placed: Placed, reason: str) -> None:
    """Reject changes of one shape with one reason, which is sent once."""
    finished(rejecting_all(session, placed, reason))


def rejecting_all(session: Session, placed: Placed, reason: str) -> Steps[None]:
    """As `reject_all`, with rests."""
    first, *rest = placed.places
    words = _words(Verdict.REJECTED, placed.changes)
    selections = select_changes(placed.changes)
    if len(selections) > _MANY:
        yield
    yield from session.judging(
        selections, Verdict.REJECTED, reason=reason, place=first, spread=rest, words=words
    )


def note_all(session: Session, placed: Placed, intent: Intent, text: str) -> Note:
    """Write one note on changes of one shape."""
    first, *rest = placed.places
    return session.write_note(first, intent, text, spread=rest)


def paths_apart(group: ShapeGroup) -> tuple[str, ...]:
    """The sensitive files that an act on the group leaves out."""
    return tuple(dict.fromkeys(change.path for change in group.apart))


def _words(verdict: Verdict, changes: Sequence[Change]) -> str:
    if len(changes) == 1:
        return f"{_DONE[verdict]} a change in {changes[0].path}"
    files = len({change.path for change in changes})
    where = changes[0].path if files == 1 else f"{files:,} files"
    return f"{_DONE[verdict]} {len(changes):,} changes of one shape in {where}"
