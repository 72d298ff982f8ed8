"""Searching in the diff view: what is looked for, going from match to match, how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.review.changes import FileChange, Side
from workbench.review.notes import Note, Place
from workbench.review.text import one_line
from workbench.ui.diff.dress import PAD
from workbench.ui.diff.finding import Found, Hit, Query, Sides, Standing, Text, words_said
from workbench.ui.diff.mouse import Mouse
from workbench.ui.diff.seeking import Seeker
from workbench.ui.theme import Theme


class Searching(Mouse):
    """The mouse, and a search over everything that the document holds."""

    hits_counted = Signal(int, bool)
    """How many matches there are so far; the last time, in all. And whether there are more than that."""
    search_changed = Signal(object)
    """How the search stands: a `Standing`."""
    search_resumed = Signal()
    """A search that was left goes on."""
    texts_wanted = Signal(object)
    """The side and the paths of files that a search needs the lines of; answer with `take_texts`."""

    def __init__(self, parent: QWidget | None = None, theme: Theme | None = None) -> None:
        super().__init__(parent, theme)
        self._seeker = Seeker(self._contents, self)
        self._seeker.found_more.connect(self._on_found)
        self._seeker.texts_wanted.connect(self.texts_wanted)
        self._at: tuple[Hit, int] | None = None
        self._far: tuple[Hit, int] | None = None
        """A match of which it is not known yet how far to the right it stands: its line is being counted."""
        self._turned = ""
        self._orders: dict[str, int] = {}
        self._last: Query | None = None
        """What was searched for last: it can be gone on with after the search was left."""
        self._resumed = 0
        """The step to take as soon as something is found again; 0 for none."""

    def read_all_in_search(self) -> None:
        """Somebody answers `texts_wanted`: lines that are not on the screen are searched too."""
        self._seeker.reads = True

    def take_texts(self, texts: Mapping[str, Sequence[bytes]]) -> None:
        """The lines that a search asked for, by path."""
        self._seeker.take_texts(dict(texts))

    def find(  # type: ignore[override]
        self,
        text: str,
        regex: bool = False,
        case: bool = False,
        *,
        word: bool = False,
        sides: Sides = Sides.BOTH,
    ) -> int:
        # QWidget has a static function of that name, which finds a widget by its window's handle.
        """Search the review. How many matches there are comes with `hits_counted`; -1: it is being counted.

        An empty text ends the search (0). Raises UserError on a bad expression.
        """
        self._at, self._turned, self._resumed = None, "", 0
        query = Query(text, regex, case, word, sides) if text else None
        self._search = None
        self._ruler.show_hits([])
        self.viewport().update()
        self._seeker.end()
        if query is None:
            return 0
        self._begin(query)
        self._last = query
        return -1

    def _begin(self, query: Query) -> None:
        document = self._layout.document
        files = document.files
        self._orders = {file.path: at for at, file in enumerate(files)}
        here = self._orders.get(self._cursor.section, 0) if self._cursor is not None else 0
        self._seeker.begin(query, files, here, self._said(files))
        self._search = self._seeker.found

    def _said(self, files: Sequence[FileChange]) -> Callable[[int], Text | None]:
        """What is written in each file besides its code, by its number."""
        document = self._layout.document
        notes: dict[int, list[tuple[Note, Place | None]]] = {}
        for note, place in document.notes:
            path = (place or note.place).path
            notes.setdefault(self._orders.get(path or "", -1), []).append((note, place))
        entries = document.entries

        def said(order: int) -> Text | None:
            file = files[order] if order >= 0 else None
            return words_said(order, file, notes.get(order, ()), entries if order < 0 else ())

        return said

    def search_again(self) -> None:
        """The review changed: what is looked for is looked for anew."""
        if self._search is not None:
            self._at, self._turned = None, ""
            self._begin(self._search.query)

    @property
    def search_standing(self) -> Standing:
        """How the search stands."""
        found, seeker = self._search, self._seeker
        if found is None:
            return Standing()
        at = 0
        if self._at is not None:
            hit, step = self._at
            at = found.before(found.at_or_after(*self._key(hit))) + step + 1
        done, slow = seeker.is_done, tuple(seeker.slow)
        failed = seeker.ended and bool(seeker.failures)
        return Standing(
            at, found.matches, done, found.is_short, slow, seeker.ended, failed=failed, turned=self._turned
        )

    def _key(self, hit: Hit) -> tuple[int, int, Side]:
        return self._orders.get(hit.path, -1), hit.at, hit.side

    def _on_found(self) -> None:
        found = self._search
        if found is None:
            return
        self._ruler.show_hits([(hit.path, hit.share) for hit in found.hits()])
        self.viewport().update()
        self.hits_counted.emit(found.matches, found.is_short)
        self._take_step(found)
        self.search_changed.emit(self.search_standing)

    def next_hit(self, n: int) -> bool:
        """The next match, or the one before; round at the ends, with a word. False where there is none."""
        found = self._search
        if found is None:
            self._resume(n)
            return False
        if not found.hits():
            return False
        hits = found.hits()
        index, step = self._step(found, n)
        turned = ""
        if not 0 <= index < len(hits):
            if not self._seeker.is_done:
                self._turned = "the rest is still being searched"
                self.search_changed.emit(self.search_standing)
                return False
            turned = "from the top again" if n > 0 else "from the end again"
            index = 0 if n > 0 else len(hits) - 1
            step = 0 if n > 0 else hits[index].count - 1
        self._turned = turned
        hit = hits[index]
        went = self._go_to_hit(hit, step)
        self._at = hit, step
        self._touch(self._cursor)  # on the same row, another of its matches has the frame now
        self.search_changed.emit(self.search_standing)
        return went

    def _resume(self, n: int) -> None:
        """Search once more for what was searched for last, and go to the first match when it comes."""
        if self._last is None:
            self.told.emit("Nothing was searched for yet.", "/ searches.")
            return
        self._begin(self._last)
        self._resumed = n
        self.search_resumed.emit()
        self.search_changed.emit(self.search_standing)

    def _take_step(self, found: Found) -> None:
        """Go on with a search that was left, once it is known where to."""
        n, hits = self._resumed, found.hits()
        if not n or not (hits or self._seeker.is_done):
            return
        if not hits:
            self._resumed = 0
            words = one_line(found.query.text)
            self.told.emit(f"“{words[:60]}” is nowhere in the review any more.", "/ searches.")
            return
        # Files come in any order: what was found so far may stand on the other side of the cursor.
        index, _ = self._step(found, n)
        if 0 <= index < len(hits) or self._seeker.is_done:
            self._resumed = 0
            self.next_hit(n)

    def _current_hit(self) -> tuple[int, int] | None:
        if self._search is None or self._at is None or not self._is_on(self._at[0]):
            return None
        hit, step = self._at
        return hit.spans[step] if hit.line and step < len(hit.spans) else None

    def _step(self, found: Found, n: int) -> tuple[int, int]:
        """The index of the hit to go to and which of its matches; the index may be beyond the ends."""
        hits = found.hits()
        if self._at is not None and self._is_on(self._at[0]):
            hit, step = self._at
            index = found.at_or_after(*self._key(hit))
            if index < len(hits) and 0 <= step + n < hits[index].count:
                return index, step + n
            index += 1 if n > 0 else -1
        else:
            order, at, side = self._here()
            index = found.at_or_after(order, at, side)
            if n < 0:
                index -= 1
        if n < 0 and 0 <= index < len(hits):
            return index, hits[index].count - 1
        return index, 0

    def _is_on(self, hit: Hit) -> bool:
        """Whether the cursor is where a hit led to."""
        stop = self.stop()
        if hit.note or hit.entry:
            return (hit.note or None, hit.entry or None) == (stop.note, stop.entry)
        if hit.change:
            return stop.change == hit.change
        return (stop.path, stop.side, stop.line) == (hit.path, hit.side, hit.line)

    def _here(self) -> tuple[int, int, Side]:
        """Where the row of the cursor stands, as hits are ordered; both its sides are still before one."""
        cursor = self._cursor
        if cursor is None:
            return -1, 0, Side.OLD
        order = self._orders.get(cursor.section, -1)
        if not cursor.is_line:
            return order, 0, Side.OLD
        if cursor.side is Side.NEW:
            return order, cursor.line, Side.OLD
        change = self._layout.change(cursor.change) if cursor.change is not None else None
        at = cursor.line if change is None else change.new_start + cursor.line - change.old_start
        return order, cursor.other or at, Side.OLD

    def _go_to_hit(self, hit: Hit, step: int) -> bool:
        if hit.note:
            return self.go_to_note(hit.note)
        if hit.entry:
            return self.go_to_entry(hit.entry)
        if hit.change:
            return self.go_to_change(hit.change)
        went = self.go_to_line(hit.path, hit.side, hit.line)
        if step < len(hit.spans):
            self._reveal_columns(hit, step)
        return went

    def _reveal_columns(self, hit: Hit, step: int) -> None:
        """Scroll the code sideways until a match is on the screen."""
        data = self._line_data(hit)
        if data is None:
            return
        if self._layout.wrap:
            self._reveal_part(hit, step, data)
            return
        (start, is_sure), (end, _) = (self._cells.place_of(data, at) for at in hit.spans[step])
        self._far = None if is_sure else (hit, step)
        left, right = self._columns().code(hit.side)
        room, bar = right - left - 2 * PAD, self.horizontalScrollBar()
        if start < bar.value() or end > bar.value() + room:
            wanted = 0 if end <= room else round(max(0.0, start - room / 3))
            bar.setRange(0, max(bar.maximum(), wanted))
            bar.setValue(wanted)

    def _reveal_part(self, hit: Hit, step: int, data: bytes) -> None:
        """Where lines are wrapped: scroll until the part that a match stands on is on the screen."""
        layout = self._layout
        spot = layout.spot_of_line(hit.path, hit.side, hit.line)
        if spot is None:
            return
        line, is_sure = self._cells.line_of(data, hit.spans[step][0], self._columns().room(hit.side))
        self._far = None if is_sure else (hit, step)
        row, height = layout.heights.row, self.viewport().height()
        top, scroll = layout.top_of(spot) + line * row, self._target()
        if top < scroll + layout.sections[spot.section].header or top + row > scroll + height:
            self._scroll_to(top - height // 3, smooth=False)

    def _counted(self) -> None:
        super()._counted()
        far, self._far = self._far, None
        if far is not None and self._cursor is not None and self._cursor.section == far[0].path:
            self._widen()
            self._reveal_columns(*far)

    def _line_data(self, hit: Hit) -> bytes | None:
        at = self._layout.files.get(hit.path)
        file = self._layout.sections[at].file if at is not None else None
        if file is None:
            return None
        for run in file.runs:
            start, lines = (
                (run.old_start, run.removed) if hit.side is Side.OLD else (run.new_start, run.added)
            )
            if lines and start <= hit.line < start + len(lines):
                return lines[hit.line - start]
        texts = self._contents.side(file, hit.side)
        return texts[hit.line - 1] if texts is not None and hit.line <= len(texts) else None

    def stop_helpers(self) -> None:
        """End the helpers; called when the window closes."""
        self._seeker.stop()
        super().stop_helpers()
