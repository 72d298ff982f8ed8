"""How far a review is: counted from verdicts and notes, never stored.

Asked after every key, so the counts of a file are kept by `Tally` as long as the file, its verdicts
and its notes are the same objects.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import compress, islice

from msgspec import Struct

from workbench.review.changes import Change, FileChange, Side, exchanged
from workbench.review.notes import ASKING, Intent, Place
from workbench.review.places import places_now
from workbench.review.review import Review
from workbench.review.steps import Steps, finished
from workbench.review.touched import FEW, Places, places_of
from workbench.review.verdicts import FileVerdicts, Verdict, Verdicts, has_any, verdict_of

NOTHING_ASKED: frozenset[str] = frozenset()
_STRIDE = 400
"""Changes and files that are counted in one step."""


class Standing(StrEnum):
    """A change as the expert counts it: its verdict, and of the open ones whether something was asked."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MIXED = "mixed"
    ASKED = "asked"
    UNREAD = "unread"


class Progress(Struct, frozen=True):
    """How many changes stand where. They add up to `total`."""

    accepted: int = 0
    rejected: int = 0
    asked: int = 0
    unread: int = 0
    mixed: int = 0

    @property
    def total(self) -> int:
        return self.accepted + self.rejected + self.asked + self.unread + self.mixed

    @property
    def judged(self) -> int:
        """What `next open` skips: everything but the unread."""
        return self.total - self.unread

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.accepted + other.accepted,
            self.rejected + other.rejected,
            self.asked + other.asked,
            self.unread + other.unread,
            self.mixed + other.mixed,
        )


_STANDING = {
    verdict: Standing(verdict.value) for verdict in (Verdict.ACCEPTED, Verdict.REJECTED, Verdict.MIXED)
}
"""Looked up: ten thousand changes are judged at once."""
_COUNTED = (Standing.ACCEPTED, Standing.REJECTED, Standing.ASKED, Standing.UNREAD, Standing.MIXED)
"""In the order of the fields of `Progress`."""


def standing(change: Change, verdicts: Verdicts, asked_ids: frozenset[str]) -> Standing:
    """Where one change stands."""
    verdict = verdict_of(change, verdicts)
    if verdict is Verdict.OPEN:
        return Standing.ASKED if change.id in asked_ids else Standing.UNREAD
    return _STANDING[verdict]


def has_open_lines(change: Change, verdicts: Verdicts) -> bool:
    """Whether anything of a change is still open: of a mixed one, that says whether it wants another look."""
    held = verdicts.get(change.path)
    if held is None:
        return True
    return has_any(change, held, Verdict.OPEN)


def asked(review: Review, files: Iterable[FileChange]) -> frozenset[str]:
    """The ids of the changes that carry a live `must`, `should` or `question`, whatever their verdict.

    A note asks the change it was written on, or every change whose lines it touches; a note on a
    whole file or on the review asks none, and neither does the reason of a rejection.
    """
    return frozenset().union(*asked_by_path(review, files).values())


def asked_by_path(review: Review, files: Iterable[FileChange]) -> dict[str, frozenset[str]]:
    """The same by the file that they are of. Files without any are absent."""
    places: dict[str, list[Place]] = {}
    for note in review.notes.values():
        if note.is_live and not note.reason and note.intent in ASKING:
            for place in places_now(review, note):
                if place is not None and place.path is not None:
                    places.setdefault(place.path, []).append(place)
    by_path: dict[str, frozenset[str]] = {}
    for file in files if places else ():
        here = places.get(file.path)
        if here is None:
            continue
        # A note on ten thousand changes names them: nothing is looked through for those.
        named = {place.change for place in here}
        found = {change.id for change in file.changes if change.id in named}
        if len(found) < len(here):
            for place in here:
                if place.change not in found and not place.is_file:
                    found.update(changes_at(file, place))
        if found:
            by_path[file.path] = frozenset(found)
    return by_path


def changes_at(file: FileChange, place: Place) -> tuple[str, ...]:
    """The ids of the changes of `file` that a place speaks of: the one it names, else by its lines."""
    if place.change is not None and any(change.id == place.change for change in file.changes):
        return (place.change,)
    end = place.start + place.count
    result: list[str] = []
    for change in file.changes:
        if not change.is_text:
            continue
        if place.side is Side.OLD:
            start, count = change.old_start, len(change.removed)
        else:
            start, count = change.new_start, len(change.added)
        if count and start < end and place.start < start + count:
            result.append(change.id)
    return tuple(result)


def file_progress(file: FileChange, verdicts: Verdicts, asked_ids: frozenset[str]) -> Progress:
    """The counts of one file."""
    if file.path not in verdicts:
        many = sum(change.id in asked_ids for change in file.changes) if asked_ids else 0
        return Progress(asked=many, unread=len(file.changes) - many)
    return _counts(file.changes, verdicts, asked_ids)


def _counts(changes: Iterable[Change], verdicts: Verdicts, asked_ids: frozenset[str]) -> Progress:
    # Not by a Counter of enums: ten thousand files that are judged at once are counted with one key.
    counts = dict.fromkeys(_COUNTED, 0)
    for change in changes:
        counts[standing(change, verdicts, asked_ids)] += 1
    return Progress(*counts.values())


def progress(review: Review, files: Sequence[FileChange]) -> Progress:
    """The counts of the whole review, counted afresh. Asked often: use a `Tally`."""
    asked_ids = asked(review, files)
    result = Progress()
    for file in files:
        result += file_progress(file, review.current, asked_ids)
    return result


def note_counts(review: Review) -> Mapping[Intent, int]:
    """Live notes by intent, the reasons of rejections not counted. Intents without any are absent."""
    counts: dict[Intent, int] = {}
    for note in review.notes.values():
        if note.is_live and not note.reason:
            counts[note.intent] = counts.get(note.intent, 0) + 1
    return counts


class _Counted(Struct):
    """What a file was counted from, and the counts."""

    file: FileChange
    held: FileVerdicts | None
    asked: frozenset[str]
    progress: Progress


class Tally:
    """Counts again only the files that changed since it was last asked. Not thread-safe; one a window."""

    def __init__(self) -> None:
        self._counted: dict[str, _Counted] = {}
        self._notes: object = None
        self._places: object = None
        self._files: Sequence[FileChange] = ()
        self._asked = NOTHING_ASKED
        self._asked_in: dict[str, frozenset[str]] = {}
        self._asked_anew: set[str] = set()
        """The files of which other changes are asked than when they were counted."""
        self._total = Progress()
        self._by_path: dict[str, Progress] = {}
        self._news: dict[str, Progress | None] = {}
        self._verdicts: Verdicts | None = None
        self._more: Sequence[FileChange] = ()
        self._left: dict[str, FileChange] = {}
        """The files that are to be counted again, by path."""
        self._places_in: dict[str, Places] = {}

    def asked(self, review: Review, files: Sequence[FileChange]) -> frozenset[str]:
        """`asked`, worked out anew only when notes, places or files are other objects than last time."""
        places = review.places[-1] if review.places else None
        if self._notes is not review.notes or self._places is not places or self._files is not files:
            if self._files is not files:
                self._take(files)
            self._notes, self._places, self._files = review.notes, places, files
            before, now = self._asked_in, asked_by_path(review, files)
            if now != before:
                self._asked_anew |= {
                    path for path in before.keys() | now.keys() if before.get(path) != now.get(path)
                }
                self._asked, self._asked_in = frozenset().union(*now.values()), now
        return self._asked

    def _take(self, files: Sequence[FileChange]) -> None:
        """Other files, in another order, or with more of them at the end, while a large review is read.

        What is not another file than before keeps its counts: read again, a few of twenty thousand are.
        """
        known = len(self._files)
        if known and len(files) > known and all(map(operator.is_, self._files, files)):
            self._more = (*self._more, *files[known:])
            return
        others = exchanged(self._files, files) if len(files) == known else None
        if others is not None:
            self._more = (*self._more, *(files[at] for at in others))
            return
        counted = self._counted
        here = {file.path for file in files}
        for path in self._left.keys() - here:
            del self._left[path]
        for path in counted.keys() - here:
            self._total = _less(self._total, counted.pop(path).progress)
            del self._by_path[path]
            self._news.pop(path, None)
        held = ((file, counted.get(file.path)) for file in files)
        self._more = [file for file, last in held if last is None or last.file is not file]

    def progress(self, review: Review, files: Sequence[FileChange]) -> Progress:
        """The counts of the whole review."""
        return finished(self.counting(review, files))

    def counting(self, review: Review, files: Sequence[FileChange]) -> Steps[Progress]:
        """As `progress`, with rests: twenty thousand files may be judged at once.

        What is left when nobody goes on with it is counted by the next one, of whatever review that is.
        """
        self.asked(review, files)
        verdicts = review.current
        if self._verdicts is not verdicts or self._more or self._asked_anew:
            self._left.update((file.path, file) for file in self._other(files, verdicts))
            self._verdicts, self._more = verdicts, ()
            self._asked_anew.clear()
        done = 0
        while self._left:  # more may come while it rests
            for path in tuple(self._left):
                file = self._left.pop(path, None)
                if file is None:
                    continue
                self._count(file)
                done += 1 + len(file.changes)
                if done > _STRIDE:
                    done = 0
                    yield
        return self._total

    def _count(self, file: FileChange) -> None:
        verdicts = self._verdicts or {}
        last = self._counted.get(file.path)
        held, asked_ids = verdicts.get(file.path), self._asked_in.get(file.path, NOTHING_ASKED)
        if last is not None and last.held is held and last.asked == asked_ids and last.file is file:
            return
        counts = self._recounted(last, file, verdicts, asked_ids)
        if last is not None:
            self._total = _less(self._total, last.progress)
        self._counted[file.path] = _Counted(file, held, asked_ids, counts)
        self._by_path[file.path] = counts
        self._news.setdefault(file.path, last.progress if last is not None else None)
        self._total += counts

    def _recounted(
        self, last: _Counted | None, file: FileChange, verdicts: Verdicts, asked_ids: frozenset[str]
    ) -> Progress:
        """The counts of a file; of one with many changes, only those that a verdict touched are looked at."""
        if len(file.changes) <= FEW:
            return file_progress(file, verdicts, asked_ids)
        known = self._places_in.get(file.path)
        if known is None or known.file is not file:
            # At the first count, when the file comes: the first verdict would wait for it.
            known = self._places_in[file.path] = places_of(file)
        if last is None or last.file is not file or last.asked != asked_ids:
            return file_progress(file, verdicts, asked_ids)
        touched = known.touched(last.held, verdicts.get(file.path))
        before: Verdicts = {} if last.held is None else {file.path: last.held}
        counts = _less(last.progress, _counts(touched, before, asked_ids))
        return counts + _counts(touched, verdicts, asked_ids)

    def _other(self, files: Sequence[FileChange], verdicts: Verdicts) -> Iterable[FileChange]:
        """The files that may count otherwise than last time: those judged or asked about, and new ones."""
        before = self._verdicts
        if before is None:
            return files
        paths = self._asked_anew.union(_differing(before, verdicts))
        # Of a file that is another now, what was counted is the one before.
        new = {file.path for file in self._more}
        counted, left = self._counted, self._left
        old = (path for path in paths if path in counted and path not in new and path not in left)
        return [*self._more, *(counted[path].file for path in old)]

    def file(self, path: str) -> Progress:
        """The counts of one file, as of the last `progress`."""
        return self._by_path.get(path, Progress())

    def by_path(self) -> Mapping[str, Progress]:
        """The counts of every file, as of the last `progress`; they go along with the next one."""
        return self._by_path

    def news(self, most: int | None = None) -> Mapping[str, Progress | None]:
        """The files that were counted since this was last asked, and as what before, None for new ones.

        So that who shows twenty thousand files looks at those alone that a verdict changed. Of what was
        counted before not many more than `most` at a time: the others are news the next time.
        """
        news = self._news
        if most is None or len(news) <= most:
            self._news = {}
            return news
        known = (path for path, before in news.items() if before is not None)
        taken = [path for path, before in news.items() if before is None]
        taken += islice(known, most)
        return {path: news.pop(path) for path in taken}

    @property
    def has_news(self) -> bool:
        """Whether files were counted since they were last asked for."""
        return bool(self._news)


def _differing(before: Verdicts, verdicts: Verdicts) -> list[str]:
    """The paths whose verdicts are others than before.

    A verdict leaves the others in their order, or puts one more at their end: then nothing is looked up,
    which counts where twenty thousand files are judged.
    """
    if len(before) <= len(verdicts) and all(map(operator.is_, before, verdicts)):
        other = map(operator.is_not, before.values(), verdicts.values())
        return [*compress(before, other), *islice(verdicts, len(before), None)]
    paths = [path for path, held in verdicts.items() if held is not before.get(path)]
    return paths + [path for path in before if path not in verdicts]


def _less(whole: Progress, part: Progress) -> Progress:
    return Progress(
        whole.accepted - part.accepted,
        whole.rejected - part.rejected,
        whole.asked - part.asked,
        whole.unread - part.unread,
        whole.mixed - part.mixed,
    )
