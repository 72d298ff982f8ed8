"""The ledger's entries about verdicts: what became of accepted and of rejected lines and facts.

Lines that the next round left as they are count as kept even where their verdict did not travel: the
rule for carrying a verdict is stricter, because it says what is shown as judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from workbench.review.aftermath import Aftermath, Region, fact
from workbench.review.changes import Change, FileChange, Side
from workbench.review.elsewhere import NewCode, is_telling
from workbench.review.entries import Entry, Said, entry_id, lines_in_words
from workbench.review.lines import Span, common, joined, numbers, ranges, total, without
from workbench.review.notes import Note, Place
from workbench.review.own_lines import OwnLines
from workbench.review.places import places_at
from workbench.review.review import Review
from workbench.review.text import one_line
from workbench.review.verdicts import FileVerdicts, Verdict

_REJECTED = Verdict.REJECTED
_MANY = 20_000
"""Lines of one change up to which it is looked at what each of them says."""


class VerdictEntries:
    """The entries of what was accepted and rejected in the round with that index.

    `before_index` is the round that the ledger compares with; `new_code` are the lines that are new since.
    """

    def __init__(self, review: Review, index: int, before_index: int, new_code: NewCode) -> None:
        self.review = review
        self.index = index
        self.number = review.rounds[index].number
        self.new_code = new_code
        self.own = OwnLines(review, before_index)
        self._by_path: dict[str | None, list[tuple[Place, Note]]] | None = None

    def entries(self, file: FileChange, aftermath: Aftermath, held: FileVerdicts) -> Iterator[Entry]:
        """The entries of one file; what was kept comes out as one."""
        kept: list[Change] = []
        honoured = _is_only_taken_out(file, aftermath, held)
        for change in file.changes:
            if not change.is_text:
                yield from self._fact(change, aftermath, held, kept)
            elif not honoured:
                yield from self._accepted(change, aftermath, held, kept)
                yield from self._rejected(change, aftermath, held)
            else:
                # This file is as it was given; what was taken out of it may be in another one.
                new = _with(Verdict.REJECTED, held, change, Side.NEW)
                entry = (
                    self._moved(change, aftermath, _lines_at(change.added, change.new_start, new))
                    if new
                    else None
                )
                if entry is not None and not self._is_own(entry):
                    yield entry
                if any(_with(Verdict.ACCEPTED, held, change, side) for side in Side):
                    kept.append(change)
        if kept:
            count = len(kept)
            yield Entry(
                entry_id("kept", file.path),
                Said.KEPT,
                aftermath.path or file.path,
                changes=_changes_of(kept, aftermath),
                words="1 accepted change" if count == 1 else f"{count} accepted changes",
            )

    def _accepted(
        self, change: Change, aftermath: Aftermath, held: FileVerdicts, kept: list[Change]
    ) -> Iterator[Entry]:
        new = _with(Verdict.ACCEPTED, held, change, Side.NEW)
        old = _with(Verdict.ACCEPTED, held, change, Side.OLD)
        if not new and not old:
            return
        path, mine = change.path, self.own.took_away
        lost = any(not mine(path, Side.NEW, line) for line in numbers(aftermath.missing(new)))
        back = [
            line
            for line in numbers(without(old, aftermath.removed.spans))
            if aftermath.came_back(line) and not mine(path, Side.OLD, line)
        ]
        if lost:
            entry = self._altered(change, aftermath, held, new)
            if not self._is_own(entry):
                yield entry
        elif back:
            yield from self._removal_undone(change, aftermath, back)
        else:
            grown = self._grown(change, aftermath, new, old)
            if grown is not None:
                yield grown
            else:
                kept.append(change)

    def _altered(
        self, change: Change, aftermath: Aftermath, held: FileVerdicts, new: Sequence[Span]
    ) -> Entry:
        first, end = new[0][0], sum(new[-1])
        lines = change.added[first - change.new_start : end - change.new_start]
        region = aftermath.region(first, end - first, lines)
        was = _lines_at(
            lines, first, without(((first, end - first),), held.new.spans_in(_REJECTED, first, end - first))
        )
        words = "changed since" if region.count else "gone since"
        return self._entry("accepted", Said.ALTERED, change, aftermath, region, was, f"accepted, {words}")

    def _removal_undone(self, change: Change, aftermath: Aftermath, back: list[int]) -> Iterator[Entry]:
        """One entry for each unbroken block of lines that are back."""
        base_lines = {aftermath.base_line_now(line): line for line in back}
        for number, (start, count) in enumerate(ranges(line for line in base_lines if line is not None)):
            now = tuple(
                change.removed[base_lines[line] - change.old_start] for line in range(start, start + count)
            )
            words = f"removal of {lines_in_words(count)} accepted, and undone since"
            region = Region(start, count, now, True)
            entry = self._entry("accepted", Said.ALTERED, change, aftermath, region, (), words)
            yield replace(entry, id=entry_id("accepted", change.path, change.id, str(number)))

    def _grown(
        self, change: Change, aftermath: Aftermath, new: Sequence[Span], old: Sequence[Span]
    ) -> Entry | None:
        moved = aftermath.moved(new)
        beside = aftermath.new_beside(moved)
        dropped = aftermath.removed_beside(old) if old else []
        if not beside and not dropped:
            return None
        was = _lines_at(change.added, change.new_start, new)
        span = joined((*moved, *beside))
        region = Region(span[0][0] if span else 0, total(span), (), True)
        counts = ((total(beside), "added"), (total(dropped), "removed"))
        news = " and ".join(f"{lines_in_words(count)} {done}" for count, done in counts if count)
        words = f"accepted and kept, {news} beside it"
        changes = aftermath.changes_in(Side.NEW, beside) + aftermath.changes_in(Side.OLD, dropped)
        entry = self._entry("accepted", Said.GROWN, change, aftermath, region, was, words)
        return replace(entry, changes=tuple(dict.fromkeys(changes)))

    def _rejected(self, change: Change, aftermath: Aftermath, held: FileVerdicts) -> Iterator[Entry]:
        new = _with(Verdict.REJECTED, held, change, Side.NEW)
        old = _with(Verdict.REJECTED, held, change, Side.OLD)
        if new:
            entry = self._addition_back(change, aftermath, new)
        elif old:
            entry = self._removal_back(change, aftermath, old)
        else:
            return
        if entry is not None and not self._is_own(entry):
            yield entry

    def standing_again(self, aftermath: Aftermath, new: Sequence[Span]) -> Sequence[Span]:
        """Which rejected lines are some that this round adds to the base."""
        return aftermath.standing(new)

    def _addition_back(self, change: Change, aftermath: Aftermath, new: Sequence[Span]) -> Entry | None:
        def code(spans: Sequence[Span]) -> tuple[bytes, ...]:
            return _lines_at(change.added, change.new_start, spans)

        back = self.standing_again(aftermath, new)
        telling = _telling(change, new) or new if back else new
        there = common(telling, back)
        if 2 * total(there) < total(telling) or not there:
            return self._moved(change, aftermath, code(new))
        now = aftermath.moved(back)
        self.new_code.claim(aftermath.path or change.path, now)
        region = Region(now[0][0], sum(now[-1]) - now[0][0], code(back), True)
        others = code(without(((change.new_start, len(change.added)),), new))
        still = aftermath.started_with(change, code(there), others)
        words = "rejected, and nobody took it out" if still else "rejected, and there again"
        if total(there) < total(telling):
            words += f": {total(there)} of {lines_in_words(total(telling))}"
        said = Said.STILL_THERE if still else Said.CAME_BACK
        was = code(new)
        return self._entry("rejected", said, change, aftermath, region, was, words)

    def _moved(self, change: Change, aftermath: Aftermath, block: Sequence[bytes]) -> Entry | None:
        """Rejected code that this round adds at another place, in another file, or indented differently."""
        # Where a change only moved lines in or out, the lines are the base's, and may stand anywhere.
        removed = {line.strip() for line in change.removed}
        own = [line for line in block[:_MANY] if line.strip() not in removed]
        found = self.new_code.find(own, aftermath.path)
        if found is None:
            return None
        first, last = found.lines[0], found.lines[-1]
        words = "rejected, and there again at another place or indentation"
        if found.path != aftermath.path:
            words = f"rejected in {one_line(change.path)}, and there again in this file"
        region = Region(first, last - first + 1, found.code, True)
        entry = self._entry("rejected", Said.CAME_BACK, change, aftermath, region, tuple(block), words)
        if found.path == aftermath.path:
            return entry
        return replace(entry, path=found.path, changes=self.new_code.changes_of(found))

    def removed_again(self, aftermath: Aftermath, old: Sequence[Span]) -> bool:
        """Whether lines of the base, whose removal was rejected, are removed."""
        return aftermath.removed.covers_all(old)

    def _removal_back(self, change: Change, aftermath: Aftermath, old: Sequence[Span]) -> Entry | None:
        if aftermath.after is None or not aftermath.same_base or not self.removed_again(aftermath, old):
            return None
        first, end = old[0][0], sum(old[-1])
        for run in aftermath.after_runs.in_old(first, end - 1):
            met = total(common(old, ((run.old_start, len(run.removed)),)))
            others = len(run.removed) - met
            if met and len(run.added) > others + len(change.added):
                # Something stands where they were: that is a new attempt, not the removal again.
                return None
        still = aftermath.started_without(old)
        words = "removal rejected, and still removed" if still else "removal rejected, and removed again"
        said = Said.STILL_THERE if still else Said.CAME_BACK
        was = _lines_at(change.removed, change.old_start, old)
        region = Region(first, total(old), (), True)
        return self._entry("rejected", said, change, aftermath, region, was, words, side=Side.OLD)

    def _fact(
        self, change: Change, aftermath: Aftermath, held: FileVerdicts, kept: list[Change]
    ) -> Iterator[Entry]:
        verdict = held.facts.get(change.kind, Verdict.OPEN)
        same = fact(aftermath.before, change.kind) == fact(aftermath.after, change.kind)
        nowhere = Region(0, 0, (), True)
        if verdict is Verdict.ACCEPTED and same:
            kept.append(change)
        elif verdict is Verdict.ACCEPTED:
            words = f"accepted ({one_line(change.words)}), and otherwise now"
            yield self._entry("accepted", Said.ALTERED, change, aftermath, nowhere, (), words)
        elif verdict is Verdict.REJECTED and same:
            still = fact(aftermath.start, change.kind) == fact(aftermath.after, change.kind)
            said = Said.STILL_THERE if still else Said.CAME_BACK
            ending = "nobody took it out" if still else "there again"
            words = f"rejected ({one_line(change.words)}), and {ending}"
            yield self._entry("rejected", said, change, aftermath, nowhere, (), words)

    def _entry(
        self,
        about: str,
        said: Said,
        change: Change,
        aftermath: Aftermath,
        region: Region,
        was: tuple[bytes, ...],
        words: str,
        side: Side = Side.NEW,
    ) -> Entry:
        changes = aftermath.changes_in(side, ((region.start, region.count),))
        if not change.is_text and aftermath.after is not None:
            changes = tuple(each.id for each in aftermath.after.changes if each.kind is change.kind)
        return Entry(
            entry_id(about, change.path, change.id),
            said,
            aftermath.path or change.path,
            side,
            region.start,
            region.count,
            was,
            region.lines,
            changes,
            self._reason(change) if about == "rejected" else None,
            f"round {self.number}: {words}",
            base=change.removed if change.is_text else (),
        )

    def _reason(self, change: Change) -> str | None:
        """The note that says why a change was rejected."""
        for place, note in self._reasons().get(change.path, ()):
            if place.change == change.id or _overlap(place, change):
                return note.id
        return None

    def _reasons(self) -> Mapping[str | None, Sequence[tuple[Place, Note]]]:
        """Every place of every reason by path: one reason may have been given for a thousand changes."""
        if self._by_path is None:
            self._by_path = {}
            for note in self.review.notes.values():
                if note.reason and not note.withdrawn and note.round <= self.index:
                    now = places_at(self.review, note, self.index)
                    for then, place in zip(note.places, now, strict=True):
                        each = place or then
                        self._by_path.setdefault(each.path, []).append((each, note))
        return self._by_path

    def _is_own(self, entry: Entry) -> bool:
        """Whether all that an entry speaks of was written by the expert, in place."""
        lines = range(entry.line, entry.line + entry.count)
        return bool(lines) and all(self.own.wrote(entry.path, entry.side, line) for line in lines)


def _is_only_taken_out(file: FileChange, aftermath: Aftermath, held: FileVerdicts) -> bool:
    """Whether this round left a file as it was given: what the round before had, without what was rejected.

    Where lines repeat, a diff may name another of equal lines as the one that went or came. Then the
    line maps would report accepted lines as gone and rejected ones as back, though all is as agreed.
    """
    start, after = aftermath.start, aftermath.after
    # Where nothing differs the base's file stands, and where it is deleted none.
    if (start.new_id if start else file.old_id) != (after.new_id if after else file.old_id) or not held:
        return False
    rejected = held.old.has(_REJECTED) or held.new.has(_REJECTED)
    if start is not None and not rejected and (start.old_id, start.new_id) == (file.old_id, file.new_id):
        return True
    expected: Counter[bytes] = Counter()
    for run in file.runs:
        for step, line in enumerate(run.removed):
            expected[line] -= held.old.get(run.old_start + step) is not Verdict.REJECTED
        for step, line in enumerate(run.added):
            expected[line] += held.new.get(run.new_start + step) is not Verdict.REJECTED
    for run in start.runs if start else ():
        expected.subtract(run.added)
        expected.update(run.removed)
    return not any(expected.values())


def _with(verdict: Verdict, held: FileVerdicts, change: Change, side: Side) -> tuple[Span, ...]:
    """The lines of a change, on one side, that have a verdict."""
    if side is Side.OLD:
        return held.old.spans_in(verdict, change.old_start, len(change.removed))
    return held.new.spans_in(verdict, change.new_start, len(change.added))


def _lines_at(lines: tuple[bytes, ...], first: int, spans: Sequence[Span]) -> tuple[bytes, ...]:
    """What stands at some of the lines that begin with number `first`."""
    if len(spans) == 1:
        start, count = spans[0]
        return lines[start - first : start - first + count]
    return tuple(line for start, count in spans for line in lines[start - first : start - first + count])


def _telling(change: Change, new: Sequence[Span]) -> Sequence[Span]:
    """The added lines that prove something when they are met again; of very many, all."""
    if total(new) > _MANY:
        return new
    return ranges(line for line in numbers(new) if is_telling(change.added[line - change.new_start]))


def _overlap(place: Place, change: Change) -> bool:
    if place.side is Side.OLD:
        start, count = change.old_start, len(change.removed)
    else:
        start, count = change.new_start, len(change.added)
    return place.start < start + count and start < place.start + place.count


def _changes_of(kept: Sequence[Change], aftermath: Aftermath) -> tuple[str, ...]:
    """This round's changes that hold what was kept."""
    if aftermath.between is None and aftermath.after is aftermath.before:
        return tuple(change.id for change in kept)
    new = aftermath.moved((change.new_start, len(change.added)) for change in kept)
    old = [(change.old_start, len(change.removed)) for change in kept]
    found = aftermath.changes_in(Side.NEW, new) + aftermath.changes_in(Side.OLD, old)
    kinds = {change.kind for change in kept if not change.is_text}
    facts = [each.id for each in aftermath.after.changes if each.kind in kinds] if aftermath.after else []
    return tuple(dict.fromkeys([*facts, *found]))
