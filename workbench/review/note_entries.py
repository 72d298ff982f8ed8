"""The ledger's entries about notes: what the next round did with their lines, and what it answered."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.aftermath import Aftermath, Aftermaths, Region, fact
from workbench.review.changes import Change, Side
from workbench.review.entries import Entry, Said, entry_id, in_order
from workbench.review.linemap import LineMap
from workbench.review.notes import AnswerKind, Intent, Note, Place
from workbench.review.places import places_at
from workbench.review.review import Review
from workbench.review.rounds import Answer


class _Fate(Struct, frozen=True):
    """What became of the lines under a note: what stands there now, and whether anything was done there."""

    region: Region
    altered: bool
    beside: bool = False


class NoteEntries:
    """The entries of the notes that were live in the round before."""

    def __init__(self, review: Review, files: Aftermaths, before_index: int) -> None:
        self.review = review
        self.files = files
        self.index = before_index
        current = review.round
        arrived = next((each for each in review.rounds if current and each.number == current.number), None)
        only = arrived.only if arrived is not None else None
        self.given = None if only is None else frozenset(only.notes)
        self.answers: dict[str, Answer] = {
            answer.note: answer for answers in review.answers[before_index + 1 :] for answer in answers
        }

    def entries(self) -> Iterator[Entry]:
        """One entry a note; a `keep` that was honoured and the reasons of rejections have none."""
        for note in self.review.notes.values():
            if note.is_live and not note.reason and note.round <= self.index:
                entry = self._entry(note)
                if entry is not None:
                    yield entry

    def _entry(self, note: Note) -> Entry | None:
        """One entry, however many places the note has: the gravest of theirs, and how many say the same."""
        before = places_at(self.review, note, self.index)
        now = places_at(self.review, note, self.review.index)
        found = [
            self._entry_at(note, place or then, place is not None, here is None)
            for then, place, here in zip(note.places, before, now, strict=True)
        ]
        entries = in_order(each for each in found if each is not None)
        if not entries or len(found) == 1:
            return entries[0] if entries else None
        same = [each for each in entries if each.said is entries[0].said]
        changes = tuple(dict.fromkeys(change for each in same for change in each.changes))
        words = f"{entries[0].words} at {len(same):,} of {len(found):,} places"
        return replace(entries[0], changes=changes, words=words)

    def _entry_at(self, note: Note, place: Place, was_there: bool, is_lost: bool) -> Entry | None:
        if not was_there:
            return self._outdated(note, place)
        fate = self._fate(place)
        answer = self.answers.get(note.id)
        if note.intent is Intent.KEEP:
            if fate.altered:
                return self._made(note, place, Said.KEEP_ALTERED, fate, "you asked to keep these lines")
            return self._outdated(note, place) if is_lost else None
        if answer is not None and answer.kind is AnswerKind.DECLINED:
            return self._made(note, place, Said.DECLINED, fate, answer.text)
        if fate.altered or fate.beside:
            words = answer.text if answer else _touched_words(place, fate)
            return self._made(note, place, Said.TOUCHED, fate, words)
        if answer is not None and note.intent is Intent.QUESTION:
            return self._made(note, place, Said.ANSWERED, fate, answer.text)
        if is_lost:
            return self._outdated(note, place)
        if self.given is not None and note.id not in self.given:
            # The round was to make something else anew, and was not told of this note.
            return None
        words = _unchanged_words(place)
        if answer:
            words += f", though it says: {answer.text}"
        return self._made(note, place, Said.NOT_ADDRESSED, fate, words)

    def _made(self, note: Note, place: Place, said: Said, fate: _Fate, words: str) -> Entry:
        path = place.path or ""
        aftermath = self.files.of(path) if path else None
        now = aftermath.path if aftermath and aftermath.path else path
        region = fate.region
        changes: tuple[str, ...] = ()
        if aftermath is not None:
            changes = aftermath.changes_in(Side.NEW, ((region.start, region.count),))
        return Entry(
            entry_id("note", note.id),
            said,
            now,
            Side.NEW,
            region.start,
            region.count,
            place.quote,
            region.lines,
            changes,
            note.id,
            words,
            must=note.intent is Intent.MUST,
        )

    def _outdated(self, note: Note, place: Place) -> Entry:
        return Entry(
            entry_id("note", note.id),
            Said.OUTDATED,
            place.path or "",
            was=place.quote,
            note=note.id,
            words="its place cannot be found with certainty",
            must=note.intent is Intent.MUST,
        )

    def _fate(self, place: Place) -> _Fate:
        nowhere = Region(0, 0, (), False)
        if place.path is None:
            return _Fate(nowhere, altered=False, beside=bool(self.files.between))
        aftermath = self.files.of(place.path)
        if not place.count:
            return self._fate_of_whole(place, aftermath)
        start, count, lines = place.start, place.count, place.quote
        if place.side is Side.OLD:
            start, count, lines = _in_round(place, aftermath)
        region = aftermath.region(start, count, lines)
        altered = region.changed or aftermath.gone
        if place.side is Side.OLD and not altered and not count:
            # Nothing stood there and nothing stands there: the lines are still removed.
            region = Region(region.start, 0, (), False)
        return _Fate(region, altered, beside=bool(count) and aftermath.grew_beside(start, count))

    def _fate_of_whole(self, place: Place, aftermath: Aftermath) -> _Fate:
        """Of a note on a fact, whether the fact changed; of one on a file, whether anything of it did."""
        named = _named(place, aftermath)
        if named is None:
            return _Fate(Region(0, 0, (), False), altered=aftermath.between is not None)
        same = fact(aftermath.before, named.kind) == fact(aftermath.after, named.kind)
        return _Fate(Region(0, 0, (), False), altered=not same)


def _touched_words(place: Place, fate: _Fate) -> str:
    if place.is_review:
        return "this round changed something"
    if not place.count:
        return "it changed" if place.change is not None else "the file changed"
    return "its lines changed" if fate.altered else "lines were added beside it"


def _unchanged_words(place: Place) -> str:
    if place.is_review:
        return "this round changed nothing"
    if not place.count:
        return "unchanged" if place.change is not None else "the file is unchanged"
    return "lines unchanged"


def _named(place: Place, aftermath: Aftermath) -> Change | None:
    changes = aftermath.before.changes if aftermath.before else ()
    return next((each for each in changes if each.id == place.change and not each.is_text), None)


def _in_round(place: Place, aftermath: Aftermath) -> tuple[int, int, tuple[bytes, ...]]:
    """What stood in the round before where these lines of the base stand: (start, count, lines) there."""
    runs = aftermath.before.runs if aftermath.before else ()
    base = LineMap(runs)
    found: dict[int, bytes] = {}
    after = 0
    for step, code in enumerate(place.quote):
        now = base.forward(place.start + step)
        if now is not None:
            found[now] = code
            after = now
    end = place.start + place.count
    for run in runs:
        if run.removed and run.old_start < end and run.old_start + len(run.removed) > place.start:
            found.update((run.new_start + step, code) for step, code in enumerate(run.added))
            after = max(after, run.new_start + len(run.added) - 1 if run.added else run.new_start)
        elif not run.removed and place.start <= run.old_start < end - 1:
            found.update((run.new_start + step, code) for step, code in enumerate(run.added))
    if not found:
        return after, 0, ()
    first = min(found)
    return first, len(found), tuple(found[line] for line in sorted(found))
