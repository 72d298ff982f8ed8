"""The feedback: what the next round is given, as one value that follows from the review alone.

What it holds is decided here; how it reads, in `feedback_text.py`. Settled and withdrawn notes, and
reasons of what is not rejected any more, are not in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from workbench.review.changes import Change, FileChange, Side
from workbench.review.feedback_alike import told_once
from workbench.review.feedback_text import as_json, as_markdown
from workbench.review.feedback_threads import thread_of
from workbench.review.feedback_values import Feedback, Frozen, Rejected, Remark, Spot
from workbench.review.lines import Span, joined, total
from workbench.review.notes import Intent, Note, Place
from workbench.review.places import places_now
from workbench.review.progress import changes_at
from workbench.review.review import Review
from workbench.review.steps import finished, with_rests
from workbench.review.touched import FEW, places_of
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Verdict

# Both forms belong to what this module offers.
__all__ = ["Feedback", "as_json", "as_markdown", "feedback", "feedback_in_steps"]

_REJECTED = Verdict.REJECTED
_STRIDE = 100
"""Changes after which there is a rest; they take a millisecond or two."""


def feedback(review: Review, files: Sequence[FileChange], *, taken_out: bool = False) -> Feedback:
    """The feedback on the current round, whose file changes are `files`.

    Line numbers are those of the round's files; with `taken_out`, those of the files from which the
    rejected lines have been taken out, which is what the next round starts from.
    """
    return finished(feedback_in_steps(review, files, taken_out=taken_out))


def feedback_in_steps(
    review: Review, files: Sequence[FileChange], *, taken_out: bool = False
) -> Generator[None, None, Feedback]:
    """As `feedback`, with a rest after every few milliseconds, at which it may be left.

    It is counted after every verdict, so it looks at what is judged and not at all that there is.
    """
    judged = [file for file in files if review.current.get(file.path)]
    counted: dict[str, _Numbers] = {}
    frozen: list[Frozen] = []
    for file in judged:
        counted[file.path] = _Numbers(file, review.current[file.path], taken_out=taken_out)
        if _has_accepted(file, review):
            frozen.append(_frozen(file, review, counted[file.path]))
        yield
    remarks = [remark for note in review.notes.values() for remark in _remark(review, note, counted)]
    yield
    rejected = yield from _rejected(judged, review, counted)
    told = yield from told_once(rejected)
    return Feedback(
        task=review.task,
        round=review.round.number if review.round else 0,
        taken_out=taken_out,
        frozen=tuple(frozen),
        keep=tuple(each for each in remarks if each.intent is Intent.KEEP),
        rejected=tuple(told),
        notes=tuple(each for each in remarks if each.intent in (Intent.MUST, Intent.SHOULD)),
        questions=tuple(each for each in remarks if each.intent is Intent.QUESTION),
    )


class _Numbers:
    """The lines of the round's file in the numbers that the feedback speaks in."""

    def __init__(self, file: FileChange, held: FileVerdicts, *, taken_out: bool) -> None:
        self.held = held
        # From these lines on, lines are this far from their numbers; None where they are taken out.
        self._from: list[int] = []
        self._far: list[int | None] = []
        distance = 0
        for run in file.runs if taken_out and held.has(_REJECTED) else ():
            begin = run.new_start if run.added else run.new_start + 1
            distance += held.old.count_in(_REJECTED, run.old_start, len(run.removed))
            for start, count, verdict in held.new.pieces(begin, len(run.added)):
                gone = verdict is _REJECTED
                self._go_on(start, None if gone else distance)
                distance -= count if gone else 0
            self._go_on(begin + len(run.added), distance)

    def _go_on(self, line: int, distance: int | None) -> None:
        self._from.append(line)
        self._far.append(distance)

    def at_or_before(self, line: int) -> int:
        """The number of a line of the round's file, or of the last before it that is there; else 0."""
        while line > 0:
            at = bisect_right(self._from, line)
            far = self._far[at - 1] if at else 0
            if far is not None:
                return line + far
            line = self._from[at - 1] - 1
        return 0

    def of(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The numbers of some lines of the round's file, without those that are taken out."""
        found: list[Span] = []
        for start, count in spans:
            end, at = start + count, bisect_right(self._from, start)
            while start < end:
                far = self._far[at - 1] if at else 0
                stop = min(self._from[at], end) if at < len(self._from) else end
                if far is not None:
                    found.append((start + far, stop - start))
                start, at = stop, at + 1
        return tuple(joined(found))


def _has_accepted(file: FileChange, review: Review) -> bool:
    held = review.current.get(file.path, NO_VERDICTS)
    return held.has(Verdict.ACCEPTED)


def _frozen(file: FileChange, review: Review, counted: _Numbers) -> Frozen:
    held = counted.held
    lines = held.new.spans(Verdict.ACCEPTED)
    added, removed = total(lines), held.old.count(Verdict.ACCEPTED)
    facts = tuple(
        change.words or change.kind.value
        for change in (file.changes if held.facts else ())
        if not change.is_text and held.facts.get(change.kind) is Verdict.ACCEPTED
    )
    whole = added + removed + len(facts) >= len(file.changes)  # there is something of each of them
    if whole:
        text = sum(len(run.removed) + len(run.added) for run in file.runs)
        all_facts = sum(not change.is_text for change in file.changes)
        whole = added + removed == text and len(facts) == all_facts
    return Frozen(
        file.path,
        file.status,
        counted.of(lines),
        removed,
        facts,
        whole=whole,
        deleted=file.new_mode is None,
    )


def _rejected(
    judged: Sequence[FileChange], review: Review, counted: Mapping[str, _Numbers]
) -> Generator[None, None, list[tuple[Rejected, Change]]]:
    reasons = _reasons(review)
    found: list[tuple[Rejected, Change]] = []
    for file in judged:
        because = _because(file, reasons)
        for number, change in enumerate(_with_rejected(file, counted[file.path].held)):
            rejected = _rejected_of(change, counted[file.path])
            if rejected is not None:
                found.append((_with_reason(rejected, because), change))
            if number % _STRIDE == _STRIDE - 1:
                yield
        yield
    return found


def _with_rejected(file: FileChange, held: FileVerdicts) -> Sequence[Change]:
    """The changes of a file of which something is rejected, in its order."""
    old, new = held.old.of_verdict(_REJECTED), held.new.of_verdict(_REJECTED)
    facts = {kind: verdict for kind, verdict in held.facts.items() if verdict is _REJECTED}
    if not (old or new or facts):
        return ()
    if len(file.changes) <= FEW:
        return file.changes
    found = places_of(file).touched(None, FileVerdicts(old, new, facts))
    return sorted(found, key=lambda change: (change.is_text, change.old_start, change.new_start))


def _rejected_of(change: Change, numbers: _Numbers) -> Rejected | None:
    held = numbers.held
    if not change.is_text:
        if held.facts.get(change.kind) is not _REJECTED:
            return None
        return Rejected(change.path, change.id, words=_fact_words(change))
    old = held.old.spans_in(_REJECTED, change.old_start, len(change.removed))
    new = held.new.spans_in(_REJECTED, change.new_start, len(change.added))
    if not old and not new:
        return None
    return Rejected(
        change.path,
        change.id,
        old=old,
        new=new,
        removed=_parts(change.removed, change.old_start, old),
        added=_parts(change.added, change.new_start, new),
        after=_line_before(change, numbers),
        partly=total(old) + total(new) < len(change.removed) + len(change.added),
    )


def _fact_words(change: Change) -> str:
    return change.words or change.kind.value


def _parts(lines: tuple[bytes, ...], first: int, spans: Sequence[Span]) -> tuple[bytes, ...]:
    """What stands at some of the lines that begin with number `first`."""
    if len(spans) == 1:
        return lines[spans[0][0] - first : spans[0][0] - first + spans[0][1]]
    return tuple(line for start, count in spans for line in lines[start - first : start - first + count])


def _line_before(change: Change, numbers: _Numbers) -> int:
    """The line, in the feedback's numbers, after which a change stands; 0 at the top of the file."""
    return numbers.at_or_before(change.new_start - 1 if change.added else change.new_start)


def _reasons(review: Review) -> Mapping[str | None, Sequence[tuple[Place, Note]]]:
    """The live reasons with their places by path, those that speak of least first."""
    found: dict[str | None, list[tuple[Place, Note]]] = {}
    for note in review.notes.values():
        if note.reason and note.is_live:
            for then, now in with_rests(zip(note.places, places_now(review, note), strict=True)):
                place = now or then
                found.setdefault(place.path, []).append((place, note))

    def breadth(each: tuple[Place, Note]) -> int:
        place = each[0]
        return 2 if place.is_file else 1 if place.change is None else 0

    return {path: sorted(each, key=breadth) for path, each in found.items()}


def _because(
    file: FileChange, reasons: Mapping[str | None, Sequence[tuple[Place, Note]]]
) -> Mapping[str, Note]:
    """The reason for each change of a file, by its id: the one that speaks of least."""
    if file.path not in reasons and None not in reasons:
        return {}
    ids = {change.id for change in file.changes}
    found: dict[str, Note] = {}
    for place, note in (*reasons.get(file.path, ()), *reasons.get(None, ())):
        said: Iterable[str]
        if place.is_review or place.is_file:
            said = ids
        else:
            said = (place.change,) if place.change in ids else changes_at(file, place)
        for change in said:
            found.setdefault(change, note)
    return found


def _with_reason(rejected: Rejected, because: Mapping[str, Note]) -> Rejected:
    note = because.get(rejected.change)
    return rejected if note is None else rejected.because(note)


def _remark(review: Review, note: Note, counted: Mapping[str, _Numbers]) -> Iterator[Remark]:
    if not note.is_live or note.reason:
        return
    pairs = with_rests(zip(note.places, places_now(review, note), strict=True))
    spots = tuple(_spot(then, now, counted) for then, now in pairs)
    # The place that is shown with its code is one that is still there.
    first = next((spot for spot in spots if not (spot.outdated or spot.taken_out)), spots[0])
    yield Remark(
        id=note.id,
        intent=note.intent,
        text=note.text,
        path=first.path,
        side=first.side,
        lines=first.lines,
        code=first.code,
        change=first.change,
        suggestion=note.suggestion,
        thread=thread_of(review, note),
        outdated=first.outdated,
        taken_out=first.taken_out,
        spots=spots if note.spread else (),
    )


def _spot(then: Place, now: Place | None, counted: Mapping[str, _Numbers]) -> Spot:
    outdated = now is None
    place = now or then
    lines: tuple[tuple[int, int], ...] = ()
    if place.count and not outdated:
        span = (place.start, place.count)
        numbers = counted.get(place.path or "") if place.side is Side.NEW else None
        lines = numbers.of((span,)) if numbers else (span,)
    taken_out = bool(place.count) and not outdated and not lines
    return Spot(place.path, place.side, lines, place.quote, place.change, outdated, taken_out)
