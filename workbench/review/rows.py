"""The rows of one file as they stand on the screen: side by side or unified, folded, with notes between.

Values only: no pixels, no colours, no verdicts (the painter looks those up by line). One file at a
time; the view stacks files. Columns of `spans` are characters of `decode(data)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from workbench.review.changes import Change, FileChange, Run, Side, Status
from workbench.review.folding import Gap, Piece, Shown, scope_of, unfold
from workbench.review.places import changes_by_line
from workbench.review.text import decode, is_utf8, line_end
from workbench.review.words import Spans, paired, spans_of_lines


class Tone(StrEnum):
    """What a cell is: the same on both sides, only in the base, or only in the round."""

    CONTEXT = "context"
    REMOVED = "removed"
    ADDED = "added"


class Cell(Struct, frozen=True):
    """One line on one side. `change` is None where nothing can be judged.

    `spans` are the words that the other side lacks. `mark` is what the text alone would not show
    and what differs: "CRLF", "LF", "no newline", "not UTF-8".
    """

    line: int
    data: bytes
    tone: Tone
    change: str | None = None
    spans: Spans = ()
    mark: str = ""


class CodeRow(Struct, frozen=True):
    """A row of code. Context has both cells; in a unified layout any other row has one."""

    old: Cell | None
    new: Cell | None
    change: str | None = None


class GapRow(Struct, frozen=True):
    """`count` lines folded away, from `old_start` and `new_start` on; 0 is unknown: the file is not loaded.

    `scope` is the definition that what follows stands in. `whitespace` counts the folded lines that
    do differ, in whitespace alone, and are folded because the layout ignores that.
    """

    old_start: int
    new_start: int
    count: int
    scope: str = ""
    whitespace: int = 0


class FactRow(Struct, frozen=True):
    """A change that is not lines of text, in words."""

    change: str
    words: str


class NoteRow(Struct, frozen=True):
    """A note, after the row that its place ends on; a note on the file stands before all rows."""

    note: str


class EditorRow(Struct, frozen=True):
    """An editor laid over the view; the view asks the widget for its height."""

    key: str
    side: Side


Row = CodeRow | GapRow | FactRow | NoteRow | EditorRow


class Layout(Struct, frozen=True):
    """How a file is laid out. `opened`: (start, count) of base lines shown although they would be folded."""

    split: bool = True
    context: int = 3
    opened: tuple[tuple[int, int], ...] = ()
    whole: bool = False
    ignore_whitespace: bool = False


Anchored = tuple[Side, int, str]
"""(side, last line, note id or editor key). Line 0 is the file itself."""


def file_rows(
    file: FileChange,
    old: Sequence[bytes] | None,
    layout: Layout,
    notes: Sequence[Anchored] = (),
    editors: Sequence[Anchored] = (),
) -> tuple[Row, ...]:
    """The rows of one file change. `old` are the lines of the base file, None while they are not loaded.

    Lines with a note or an editor are never folded away while `old` is known. Every note and
    editor given comes out exactly once, at the end where its line does not exist.
    """
    if old is None and file.status is Status.ADDED:
        old = ()
    pending = _Pending(notes, editors)
    rows: list[Row] = [FactRow(change.id, words_of(change)) for change in file.changes if not change.is_text]
    rows += pending.at(0, 0)
    builder = _Builder(file, old, layout, pending)
    for part in builder.parts():
        if isinstance(part, GapRow):
            rows.append(part)
            rows += pending.within(part)
        else:
            rows.append(part)
            rows += pending.at(part.old.line if part.old else 0, part.new.line if part.new else 0)
    rows += pending.rest()
    return tuple(rows)


def words_of(change: Change) -> str:
    """A fact in words: its own, else its kind, with the targets where it has lines."""
    if change.words:
        return change.words
    sides = [b"".join(lines).decode("utf-8", "replace") for lines in (change.removed, change.added)]
    return " ".join((change.kind.value, " → ".join(side for side in sides if side))).strip()


class _Pending:
    """Notes and editors that still wait for the row that they follow."""

    def __init__(self, notes: Sequence[Anchored], editors: Sequence[Anchored]) -> None:
        self.waiting: dict[tuple[Side, int], list[NoteRow | EditorRow]] = {}
        for side, line, note in notes:
            self.waiting.setdefault((side, max(line, 0)), []).append(NoteRow(note))
        for side, line, key in editors:
            self.waiting.setdefault((side, max(line, 0)), []).append(EditorRow(key, side))
        self.lines = tuple(self.waiting)

    def at(self, old: int, new: int) -> list[NoteRow | EditorRow]:
        """What stands under a row of these lines; 0 is no line, and both 0 the file."""
        if not self.waiting:
            return []
        found: list[NoteRow | EditorRow] = []
        if old or not new:
            found += self.waiting.pop((Side.OLD, old), ())
        if new or not old:
            found += self.waiting.pop((Side.NEW, new), ())
        return found

    def within(self, gap: GapRow) -> list[NoteRow | EditorRow]:
        """What stands on the lines of a gap; of a gap of unknown length, nothing."""
        if not self.waiting or not gap.count:
            return []
        starts = {Side.OLD: gap.old_start, Side.NEW: gap.new_start}
        inside = [key for key in self.waiting if starts[key[0]] <= key[1] < starts[key[0]] + gap.count]
        return [row for key in sorted(inside, key=lambda key: key[1]) for row in self.waiting.pop(key)]

    def rest(self) -> list[NoteRow | EditorRow]:
        return [row for key in list(self.waiting) for row in self.waiting.pop(key)]


class _Builder:
    """Walks the runs of one file. Between changed blocks lies one stretch of pieces, folded as a whole."""

    def __init__(
        self, file: FileChange, old: Sequence[bytes] | None, layout: Layout, pending: _Pending
    ) -> None:
        self.runs = file.runs
        self.old = old
        self.layout = layout
        self.pending = pending
        self.changes = changes_by_line(file)
        self.gone = file.status is Status.DELETED
        self.crlf = _mostly_crlf(file, old)

    def parts(self) -> Iterator[CodeRow | GapRow]:
        """Code rows and gaps, in order."""
        stretch: list[Piece] = []
        old_line = new_line = 1
        first = True
        for run in self.runs:
            until = run.old_start + (0 if run.removed else 1)
            if until > old_line:
                stretch.append(Piece(old_line, new_line, until - old_line, self._slice(old_line, until)))
                new_line += until - old_line
                old_line = until
            for block in self._blocks(run, old_line, new_line):
                if isinstance(block, Piece):
                    stretch.append(block)
                    continue
                yield from self._unfolded(stretch, before=not first, after=True)
                stretch = []
                first = False
                yield from block
            old_line += len(run.removed)
            new_line += len(run.added)
        if self.old is not None and len(self.old) >= old_line:
            rest = self.old[old_line - 1 :]
            stretch.append(Piece(old_line, new_line, len(rest), rest))
        yield from self._unfolded(stretch, before=not first, after=False)
        if self.old is None and self.runs and not self.gone:
            yield GapRow(old_line, new_line, 0)

    def _slice(self, start: int, until: int) -> Sequence[bytes] | None:
        return None if self.old is None else self.old[start - 1 : until - 1]

    def _unfolded(self, stretch: list[Piece], *, before: bool, after: bool) -> Iterator[CodeRow | GapRow]:
        layout = self.layout
        shown = Shown(layout.context, layout.whole, layout.opened, self.pending.lines, before, after)
        for part in unfold(stretch, shown):
            if isinstance(part, Gap):
                scope = scope_of(self.old, part.old_start + part.count) if after and self.old else ""
                yield GapRow(part.old_start, part.new_start, part.count, scope, part.whitespace)
            else:
                old_line, new_line, old_data, new_data = part
                yield CodeRow(Cell(old_line, old_data, Tone.CONTEXT), Cell(new_line, new_data, Tone.CONTEXT))

    def _blocks(self, run: Run, old_line: int, new_line: int) -> Iterator[Piece | list[CodeRow]]:
        """The rows of a run; where whitespace is ignored, broken by what differs in nothing else."""
        pairs = paired(run.removed, run.added)
        rows: list[CodeRow] = []
        for i, j in pairs:
            if self.layout.ignore_whitespace and i is not None and j is not None:
                was, now = run.removed[i], run.added[j]
                if b"".join(was.split()) == b"".join(now.split()):
                    if rows:
                        yield self._arranged(rows)
                        rows = []
                    yield Piece(old_line + i, new_line + j, 1, (was,), (now,))
                    continue
            rows.append(self._row(run, i, j, old_line, new_line))
        if rows:
            yield self._arranged(rows)

    def _row(self, run: Run, i: int | None, j: int | None, old_line: int, new_line: int) -> CodeRow:
        was = None if i is None else run.removed[i]
        now = None if j is None else run.added[j]
        spans = spans_of_lines(was, now) if was is not None and now is not None else ((), ())
        old = new = None
        if was is not None and i is not None:
            change = self.changes.get((Side.OLD, old_line + i))
            old = Cell(old_line + i, was, Tone.REMOVED, change, spans[0], self._mark(was, now))
        if now is not None and j is not None:
            change = self.changes.get((Side.NEW, new_line + j))
            new = Cell(new_line + j, now, Tone.ADDED, change, spans[1], self._mark(now, was))
        either = old or new
        return CodeRow(old, new, either.change if either else None)

    def _mark(self, line: bytes, other: bytes | None) -> str:
        end = line_end(line)
        marks = []
        if other is not None and line_end(other) != end:
            # "LF" is what one expects and is said only where it is the news: against CRLF.
            if end != "LF" or line_end(other) == "CRLF":
                marks.append(end)
        elif end == "no newline" or (end == "CRLF" and other is None and not self.crlf):
            marks.append(end)
        if not line.isascii() and not is_utf8(line):
            marks.append("not UTF-8")
        return ", ".join(marks)

    def _arranged(self, rows: list[CodeRow]) -> list[CodeRow]:
        """As they are for side by side; unified, all that is removed before all that is added."""
        if self.layout.split:
            return rows
        olds = [CodeRow(row.old, None, row.old.change) for row in rows if row.old]
        return olds + [CodeRow(None, row.new, row.new.change) for row in rows if row.new]


def _mostly_crlf(file: FileChange, old: Sequence[bytes] | None) -> bool:
    """Whether CRLF is the file's habit, so that it needs no mark. Looks at the first lines only."""
    if old:
        sample = list(old[:50])
    else:
        sample = [line for run in file.runs[:5] for line in (run.removed or run.added)[:20]]
    return bool(sample) and 2 * sum(line.endswith(b"\r\n") for line in sample) > len(sample)


def row_text(rows: Sequence[Row], width: int = 40) -> str:
    """Rows as a picture in text, for tests: `-` removed, `+` added, «words», the number of the change.

    Changes are numbered in the order in which they are met, so that the picture holds no digests.
    """
    order: dict[str, int] = {}
    lines = [_picture(row, width, order) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)


def _picture(row: Row, width: int, order: dict[str, int]) -> str:
    match row:
        case CodeRow():
            number = "" if row.change is None else str(order.setdefault(row.change, len(order) + 1))
            return f"{number:>3} {_cell(row.old, width)} │ {_cell(row.new, width)}"
        case GapRow():
            count = f"{row.count} unchanged lines" if row.count else "unchanged lines"
            more = f" · {row.whitespace} differ in whitespace" if row.whitespace else ""
            scope = f" · {row.scope}" if row.scope else ""
            return f"    ··· {count} from {row.old_start}, {row.new_start}{more}{scope}"
        case FactRow():
            return f"{order.setdefault(row.change, len(order) + 1):>3} fact: {row.words}"
        case NoteRow():
            return f"    note {row.note}"
        case EditorRow():
            return f"    editor {row.key} ({row.side})"


def _cell(cell: Cell | None, width: int) -> str:
    if cell is None:
        return " " * (width + 6)
    text = decode(cell.data)
    for start, end in reversed(cell.spans):
        text = f"{text[:start]}«{text[start:end]}»{text[end:]}"
    if cell.mark:
        text += f" [{cell.mark}]"
    sign = {Tone.CONTEXT: " ", Tone.REMOVED: "-", Tone.ADDED: "+"}[cell.tone]
    return f"{sign}{cell.line:>4} {text:<{width}}"
