"""From a document to sections: which there are, in which order, and what lies in the flow of each.

What did not change keeps its layout. Files that are added at the end, or take the place of one of the same
path, cost nothing to the others: a large review is shown while it is being read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, count
from operator import attrgetter

from msgspec.structs import replace

from workbench.review.blocks import Block, Folding, Pin, Sort
from workbench.review.bulky import SMALL, why_folded
from workbench.review.changes import Change, FileChange, Side, exchanged
from workbench.review.following import line_now
from workbench.review.notes import Note, Place
from workbench.ui.diff.comparing import ledger_blocks
from workbench.ui.diff.document import Document
from workbench.ui.diff.sections import LEDGER_KEY, REVIEW_KEY, Heights, Part, Section, estimate
from workbench.ui.diff.stacking import Needs, Stack
from workbench.ui.diff.tops import Tops

_id_of, _changes_of = attrgetter("id"), attrgetter("changes")


class Arrangement(Stack):
    """A stack that shows a document."""

    def __init__(self, measure: Callable[[Section, Block], int], needs: Needs | None = None) -> None:
        super().__init__(measure, needs)
        self.split = True
        self.context = 3
        self.ignore_whitespace = False
        self.changes: list[Change] = []
        self.order: dict[str, int] = {}
        self.last_line = 0
        """The largest number of a line that was seen in any file: what the gutter has to hold."""
        self._editors: dict[str, tuple[str, Pin]] = {}
        self._pinned: set[str] = set()
        """The sections that had a note or an editor when they were last put where they belong."""

    # what is shown

    def show(self, document: Document, old_counts: Mapping[str, int]) -> None:
        """Take another document. Sections whose file and notes are the same keep their layout.

        `old_counts` are the lengths of the base's files, by object id, as far as they were read.
        """
        last, self.document, self._count_old = self.document, document, old_counts
        same, entries = last.hidden == document.hidden, last.entries is not document.entries
        if self.sections and same and self._take_in(last):
            if entries:
                self._put_ledger()
            if entries or last.notes is not document.notes or self._has_strays(last):
                self._pin_all()
            return
        self._arrange(last)

    def _take_in(self, last: Document) -> bool:
        """Add the files that came at the end, and exchange those of the same path. False where that is not
        all that changed.
        """
        before, now = last.files, self.document.files
        if before is now:
            return True
        first = len(self.sections) - len(before)
        if len(now) < len(before) or first < 0:
            return False
        others = exchanged(before, now)
        if others is None:
            return False
        for at in others:
            section, file = self.sections[first + at], now[at]
            if section.file is not file:
                was_empty = section.file is None or not section.file.changes
                # What was opened is counted in lines of the base, which does not move.
                base = section.file.old_id if section.file is not None else None
                opened = section.folding.opened if base == file.old_id else ()
                section.file, section.standings, section.counts = file, None, None
                section.folding = replace(section.folding, opened=opened)
                self._see(file)
                self._reset(section, keep=True)
                if was_empty:  # it was being read
                    self._fold_bulky(section, file)
                    self._changed(section)
        self._append(now[len(before) :])
        if others:
            self._number_again([(before[at], now[at]) for at in others])
        return True

    def _append(self, files: Sequence[FileChange]) -> None:
        if not files:
            return
        folding, tall = self._folding(), self._tall if self._tops is not None else []
        add, names = self.sections.append, self.files
        self._stale = self._stale or self._tops is not None
        for at, file in enumerate(files, len(self.sections)):
            names[file.path] = at
            section = self._new_section(file, folding)
            add(section)
            tall.append(section.header if section.folded else section.header + section.estimate)
        # Without a loop of ours: a file of a hundred megabytes may have a hundred thousand changes.
        more = list(chain.from_iterable(map(_changes_of, files)))
        self.order.update(zip(map(_id_of, more), count(len(self.changes)), strict=False))
        self.changes += more

    def _has_strays(self, last: Document) -> bool:
        """Whether something may lie at the top of the review because its file was not there."""
        return self.sections[0].part is Part.REVIEW and len(last.files) < len(self.document.files)

    def _new_section(self, file: FileChange, folding: Folding) -> Section:
        own = folding if file.changes or not file.is_unchanged else replace(folding, whole=True)
        self._see(file)
        heights = self.heights
        # Positions: run for twenty thousand files before the first frame, names are felt.
        section = Section(Part.FILE, file.path, file, own)
        section.header, section.estimate = heights.header, estimate(file, own, heights)
        self._fold_bulky(section, file)
        return section

    def _fold_bulky(self, section: Section, file: FileChange) -> None:
        """Large, generated and vendored files are folded at first, unless there is nothing else to read."""
        if section.estimate > SMALL * self.heights.row and len(self.document.files) > 1:
            section.why = why_folded(file)
            section.folded = bool(section.why)

    def _see(self, file: FileChange) -> None:
        """The gutter has to hold the numbers of this file's lines."""
        if file.runs:
            run = file.runs[-1]
            old, new = run.old_start + len(run.removed), run.new_start + len(run.added)
            last = (old if old > new else new) + self.context
            if last > self.last_line:  # a comparison: `max` is felt with twenty thousand files
                self.last_line = last

    def _arrange(self, last: Document) -> None:
        self._tops = None
        if not self.sections:
            self.files, self.order, self.changes = {}, {}, []
            self._tops, self._tall, self._stale = Tops(), [], True
            self._append(self.document.files)
            if self.document.entries:
                self.sections.insert(0, self._ledger(folded=False))
                self._number_files()
                self._tops = None
            self._pin_all()
            return
        known = {section.key: section for section in self.sections}
        files: list[Section] = []
        folding = self._folding()
        other = last.hidden ^ self.document.hidden if last.hidden != self.document.hidden else frozenset()
        for file in self.document.files:
            section = known.get(file.path)
            if section is None:
                section = self._new_section(file, folding)
            elif section.file is not file:
                same = section.file == file
                base = section.file.old_id if section.file is not None else None
                opened = section.folding.opened if base == file.old_id else ()
                section.file = file
                section.standings = section.counts = None
                if not same:
                    section.folding = replace(section.folding, opened=opened)
                    self._see(file)
                self._reset(section)
            elif other and any(change.id in other for change in file.changes):
                self._reset(section)
            files.append(section)
        self.sections = files
        self._number_changes()
        if last.entries is not self.document.entries:
            known.pop(LEDGER_KEY, None)
        front = []
        if self.document.entries:
            front.append(known.get(LEDGER_KEY) or self._ledger(folded=False))
        self.sections = front + files
        self._number_files()
        self._pin_all()

    def _put_ledger(self) -> None:
        """Another ledger before the files, or none."""
        front = [each for each in self.sections[:2] if each.part in (Part.REVIEW, Part.LEDGER)]
        kept = [each for each in front if each.part is Part.REVIEW]
        if self.document.entries:
            kept.append(self._ledger(folded=False))
        self.sections[: len(front)] = kept
        self._number_files()
        self._tops = None

    def _number_changes(self) -> None:
        self.changes = list(chain.from_iterable(map(_changes_of, self.document.files)))
        self.order = dict(zip(map(_id_of, self.changes), count(), strict=False))

    def _number_again(self, pairs: Sequence[tuple[FileChange, FileChange]]) -> None:
        """The changes of files that were exchanged stand where those before did, where they are as many."""
        order, changes = self.order, self.changes
        first = [order[was.changes[0].id] if was.changes else 0 for was, _ in pairs]
        for was, _ in pairs:
            for change in was.changes:
                order.pop(change.id, None)
        if any(len(was.changes) != len(now.changes) for was, now in pairs):
            changes = self.changes = list(chain.from_iterable(map(_changes_of, self.document.files)))
            order.update(zip(map(_id_of, changes), count(), strict=False))
            return
        for at, (_, now) in zip(first, pairs, strict=True):
            changes[at : at + len(now.changes)] = now.changes
            order.update(zip(map(_id_of, now.changes), count(at), strict=False))

    def _number_files(self) -> None:
        part = Part.FILE  # asked for twenty thousand times, an enum's member is felt
        self.files = {section.key: at for at, section in enumerate(self.sections) if section.part is part}

    def _folding(self) -> Folding:
        return Folding(self.split, self.context, ignore_whitespace=self.ignore_whitespace)

    def _ledger(self, *, folded: bool) -> Section:
        section = Section(Part.LEDGER, LEDGER_KEY, header=self.heights.header, folded=folded)
        section.hold(ledger_blocks(self.document.entries, split=self.split))
        self._stack_all(section)
        return section

    def change(self, name: str) -> Change | None:
        """The change of that id, if it is in the document."""
        at = self.order.get(name)
        return None if at is None else self.changes[at]

    # what lies in the flow

    def _pin_all(self) -> None:
        """Put every note and editor where it belongs; lay out again only the sections where that differs."""
        pins: dict[str, list[Pin]] = {}
        for note, place in self.document.notes:
            path, pin = self._pin(note, place)
            pins.setdefault(path, []).append(pin)
        for path, pin in self._editors.values():
            pins.setdefault(path if path in self.files else REVIEW_KEY, []).append(pin)
        self._review_section(tuple(pins.get(REVIEW_KEY, ())))
        pinned, self._pinned = pins.keys() | self._pinned, set(pins)
        for path in pinned & self.files.keys():
            section = self.sections[self.files[path]]
            wanted = tuple(pins.get(section.key, ()))
            if wanted != section.pins:
                section.pins = wanted
                self._reset(section, keep=True)
            elif wanted:
                self._stack_all(section)

    def _review_section(self, pins: tuple[Pin, ...]) -> None:
        had = bool(self.sections) and self.sections[0].part is Part.REVIEW
        if not (had or pins):
            return
        if had:
            self.sections.pop(0)
        if pins:
            section = Section(Part.REVIEW, REVIEW_KEY, pins=pins)
            section.hold([Block(Sort.EDITOR if pin.is_editor else Sort.NOTE, key=pin.key) for pin in pins])
            self._stack_all(section)
            self.sections.insert(0, section)
        self._tops = None
        self._number_files()

    def _pin(self, note: Note, place: Place | None) -> tuple[str, Pin]:
        if place is None:
            path = note.place.path
            return (path if path in self.files else REVIEW_KEY) or REVIEW_KEY, Pin(note.id, is_editor=False)
        return self.pin_at(note.id, place, is_editor=False)

    def pin_at(self, key: str, place: Place, *, is_editor: bool) -> tuple[str, Pin]:
        """Where something lies in the flow, as (section key, pin)."""
        if place.path is None or place.path not in self.files:
            return REVIEW_KEY, Pin(key, is_editor)
        if place.count:
            return place.path, Pin(key, is_editor, place.side, place.start + place.count - 1)
        change = self.change(place.change) if place.change else None
        if change is None:
            return place.path, Pin(key, is_editor)
        return place.path, pin_under(change, key, is_editor=is_editor)

    def editor_pins(self) -> dict[str, str]:
        """The editors that lie in files, and in which."""
        return {key: path for key, (path, _) in self._editors.items() if path in self.files}

    def move_editor(self, key: str, before: FileChange | None, after: FileChange | None) -> None:
        """Its file has other lines: under the same line as before, else where that stood in the base."""
        path, pin = self._editors[key]
        if pin.line is None or before is None or after is None or before is after:
            return
        now = line_now(before, after, pin.side, pin.line)
        if now is not None:
            self._editors[key] = path, replace(pin, line=now)
            return
        was = [each.old_start for each in before.changes if each.is_text and each.new_start <= pin.line]
        self._editors[key] = path, replace(pin, side=Side.OLD, line=max(1, was[-1]) if was else 1)

    def put_editor(self, key: str, path: str | None, pin: Pin | None) -> None:
        """Lay an editor into the flow, or take it out (`pin` None)."""
        if pin is None:
            self._editors.pop(key, None)
        else:
            self._editors[key] = (path or REVIEW_KEY, pin)
        self._pin_all()

    # how it is laid out

    def lines_arrived(self, path: str, old_counts: Mapping[str, int]) -> None:
        """The base's lines of a file are there now: its last gap has a length."""
        self._count_old = old_counts
        at = self.files.get(path)
        if at is not None and self.sections[at].old_count is None:
            section = self.sections[at]
            if len(section.slices) > 1:
                self._lay_end_again(section)
            else:
                self._reset(section, keep=True)
            if section.folding.whole:
                self.last_line = max(self.last_line, section.old_count or 0)

    def measure_again(self) -> None:
        """Widths changed: cards and editors have other heights, and lines are wrapped elsewhere."""
        for section in self.sections:
            if section.blocks is None:
                continue
            if self.wrap:
                section.wraps = None
                self._stack_all(section)
            elif section.pins or section.part is not Part.FILE:
                self._stack_all(section)

    def set_heights(self, heights: Heights) -> None:
        """Another size of type."""
        self.heights = heights
        for section in self.sections:
            if section.part is not Part.REVIEW:
                section.header = heights.header
            if section.part is Part.FILE:
                self._reset(section)
            else:
                section.wraps = None
                self._stack_all(section)
        self._tops = None

    def set_wrap(self, *, wrap: bool) -> None:
        """Wrap long lines, or let them run out to the right."""
        self.wrap = wrap
        for section in self.sections:
            section.wraps = None
            self._stack_all(section)
        self._tops = None

    def refold(self, section: Section, folding: Folding) -> None:
        """Show another part of a file's lines."""
        if folding != section.folding:
            section.folding = folding
            if folding.whole:
                self.last_line = max(self.last_line, section.old_count or 0)
            self._reset(section, keep=True)

    def relay(self, *, split: bool | None = None, ignore_whitespace: bool | None = None) -> None:
        """Switch the kind of layout of everything."""
        if split is not None:
            self.split = split
        if ignore_whitespace is not None:
            self.ignore_whitespace = ignore_whitespace
        for at, section in enumerate(self.sections):
            if section.part is Part.FILE:
                section.folding = replace(
                    section.folding, split=self.split, ignore_whitespace=self.ignore_whitespace
                )
                self._reset(section)
            elif section.part is Part.LEDGER:
                self.sections[at] = self._ledger(folded=section.folded)
        self._tops = None

    def fold(self, section: Section, *, folded: bool) -> None:
        """Fold a section to its header, or open it."""
        section.folded = folded
        self._changed(section)


def pin_under(change: Change, key: str, *, is_editor: bool) -> Pin:
    """A pin under the last line of a change."""
    if not change.is_text:
        return Pin(key, is_editor, change=change.id)
    if change.added:
        return Pin(key, is_editor, Side.NEW, change.new_start + len(change.added) - 1)
    return Pin(key, is_editor, Side.OLD, change.old_start + len(change.removed) - 1)
