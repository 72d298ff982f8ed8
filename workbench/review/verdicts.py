"""Verdicts are stored on lines and facts; the verdict of a change is derived, never stored.

Only what is not open is held. Of lines that is runs, never single lines: a log of two million added
lines is judged by one key, and costs what a single line costs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from workbench.review.changes import Change, Kind
from workbench.review.lines import Span, joined
from workbench.review.steps import Steps, finished

_STRIDE = 250
"""Files that are judged in one step."""


class Verdict(StrEnum):
    """The verdict of a line or a fact; `MIXED` is only ever that of a change."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MIXED = "mixed"


_VERDICTS = (Verdict.OPEN, Verdict.ACCEPTED, Verdict.REJECTED)
_CODES = {verdict: code for code, verdict in enumerate(_VERDICTS)}
_NAMES = tuple(
    frozenset(verdict for code, verdict in enumerate(_VERDICTS) if mask >> code & 1) for mask in range(8)
)
_PAIR = tuple(bytes((code, 0)) for code in range(len(_VERDICTS)))
_ONE_RUN = tuple(b"\0" + pair for pair in _PAIR)
_WHOLE = tuple(next(iter(names)) if len(names) == 1 else Verdict.MIXED for names in _NAMES)


class LineVerdicts(Mapping[int, Verdict]):
    """The judged lines of one side of a file, as a mapping from line to verdict. Never changed once made.

    Held as edges: the lines at which the verdict becomes another one, and a byte for what it is before,
    between and after them. Questions about a range cost a search and the runs in it.
    """

    __slots__ = ("_codes", "_edges")

    def __init__(self, runs: Iterable[tuple[int, int, Verdict]] = ()) -> None:
        """Of runs (start, count, verdict) in order that do not overlap."""
        edges, codes = array("q"), bytearray(1)
        for start, count, verdict in runs:
            _append(edges, codes, start, count, _CODES[verdict])
        self._edges, self._codes = edges, bytes(codes)

    @classmethod
    def of(cls, lines: Mapping[int, Verdict]) -> LineVerdicts:
        """Of single lines in any order."""
        if isinstance(lines, cls):
            return lines
        return cls((line, 1, lines[line]) for line in sorted(lines))

    @classmethod
    def _of_edges(cls, edges: array[int], codes: bytes) -> LineVerdicts:
        made = cls.__new__(cls)
        made._edges, made._codes = edges, codes
        return made

    # as a mapping

    def __getitem__(self, line: int) -> Verdict:
        code = self._codes[bisect_right(self._edges, line)]
        if not code:
            raise KeyError(line)
        return _VERDICTS[code]

    def __contains__(self, line: object) -> bool:
        return isinstance(line, int) and bool(self._codes[bisect_right(self._edges, line)])

    def __iter__(self) -> Iterator[int]:
        for start, count, _ in self.runs():
            yield from range(start, start + count)

    def __len__(self) -> int:
        return sum(count for _, count, _ in self.runs())

    def __bool__(self) -> bool:
        return bool(self._edges)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LineVerdicts):
            return self is other or (self._codes == other._codes and self._edges == other._edges)
        return super().__eq__(other)

    def __hash__(self) -> int:
        return hash((self._codes, self._edges.tobytes()))

    def __repr__(self) -> str:
        said = ", ".join(f"{start}+{count} {verdict.value}" for start, count, verdict in self.runs())
        return f"LineVerdicts({said})"

    # by ranges

    def runs(self) -> Iterator[tuple[int, int, Verdict]]:
        """What is judged, as (start, count, verdict) in order; no two that touch have the same verdict."""
        edges, codes = self._edges, self._codes
        for at in range(1, len(edges)):
            code = codes[at]
            if code:
                yield edges[at - 1], edges[at] - edges[at - 1], _VERDICTS[code]

    def pieces(self, start: int, count: int) -> Iterator[tuple[int, int, Verdict]]:
        """All of a range as (start, count, verdict) in order, what is open too."""
        edges, codes, end = self._edges, self._codes, start + count
        at = bisect_right(edges, start)
        while start < end:
            stop = min(edges[at], end) if at < len(edges) else end
            yield start, stop - start, _VERDICTS[codes[at]]
            start, at = stop, at + 1

    def over(self, start: int, count: int) -> frozenset[Verdict]:
        """The verdicts that occur in a range, `OPEN` among them; none of an empty one."""
        return _NAMES[self.mask(start, count)]

    def mask(self, start: int, count: int) -> int:
        """The same as bits: 1 for open, 2 for accepted, 4 for rejected."""
        if count <= 0:
            return 0
        low = bisect_right(self._edges, start)
        high = bisect_left(self._edges, start + count, low)
        if low == high:
            return 1 << self._codes[low]
        codes = self._codes[low : high + 1]
        return (0 in codes) | (1 in codes) << 1 | (2 in codes) << 2

    def has(self, verdict: Verdict) -> bool:
        """Whether any line has that verdict. Lines are without end, so some are always open."""
        return _CODES[verdict] in self._codes

    def spans(self, verdict: Verdict) -> tuple[Span, ...]:
        """The lines that have a verdict other than open, as sorted ranges."""
        return tuple((start, count) for start, count, each in self.runs() if each is verdict)

    def spans_in(self, verdict: Verdict, start: int, count: int) -> tuple[Span, ...]:
        """The lines of a range that have a verdict, as sorted ranges."""
        return tuple((low, many) for low, many, each in self.pieces(start, count) if each is verdict)

    def count(self, verdict: Verdict) -> int:
        """How many lines have a verdict other than open."""
        return sum(count for _, count, each in self.runs() if each is verdict)

    def count_in(self, verdict: Verdict, start: int, count: int) -> int:
        """How many lines of a range have a verdict."""
        return sum(many for _, many, each in self.pieces(start, count) if each is verdict)

    # others made of it

    def put(self, spans: Iterable[Span], verdict: Verdict) -> LineVerdicts:
        """With a verdict put on ranges. The same object when nothing changed."""
        code, wanted = _CODES[verdict], joined(spans)
        mine, known, at, end = self._edges, self._codes, 0, len(self._edges)
        if not wanted or not (mine or code):
            return self
        if not mine:
            # Of twenty thousand files that are judged together, most have nothing judged and few runs a side.
            if len(wanted) == 1:
                start, count = wanted[0]
                return self._of_edges(array("q", (start, start + count)), _ONE_RUN[code])
            edges = array("q", [edge for start, count in wanted for edge in (start, start + count)])
            return self._of_edges(edges, b"\0" + _PAIR[code] * len(wanted))
        edges, codes = array("q"), bytearray(1)
        for start, count in wanted:
            if at < end:
                low = bisect_left(mine, start, at)
                if low > at:
                    edges += mine[at:low]
                    codes += known[at + 1 : low + 1]
                at = bisect_right(mine, start + count, low) if low < end else low
            if codes[-1] != code:
                edges.append(start)
                codes.append(code)
            after = known[at]
            if after != code:
                edges.append(start + count)
                codes.append(after)
        edges += mine[at:]
        codes += known[at + 1 :]
        if codes == known and edges == mine:
            return self
        return self._of_edges(edges, bytes(codes))

    def only(self, spans: Iterable[Span]) -> LineVerdicts:
        """What is judged inside of some ranges."""
        return LineVerdicts(each for start, count in joined(spans) for each in self.pieces(start, count))

    def of_verdict(self, verdict: Verdict) -> LineVerdicts:
        """What has one verdict."""
        return LineVerdicts(each for each in self.runs() if each[2] is verdict)

    def moved(self, blocks: Iterable[tuple[int, int, int]]) -> LineVerdicts:
        """What is judged in blocks of lines, (start there, start here, count), at their places there."""
        return LineVerdicts(
            (there + start - here, many, verdict)
            for there, here, count in sorted(blocks)
            for start, many, verdict in self.pieces(here, count)
        )

    def unlike(self, other: LineVerdicts) -> LineVerdicts:
        """What is judged here and otherwise, or not at all, in the other one."""
        return self.only(self.differing(other))

    def over_other(self, other: LineVerdicts) -> LineVerdicts:
        """Both together; where both say something, this one counts."""
        for verdict in (Verdict.ACCEPTED, Verdict.REJECTED):
            other = other.put(self.spans(verdict), verdict)
        return other

    def differing(self, other: LineVerdicts) -> list[Span]:
        """The ranges whose verdicts differ, sorted.

        Asked after every key: what both begin and end with is passed over without looking at each run.
        """
        if self is other:
            return []
        first = _shared(self, other)
        last = _shared_at_end(self, other, first)
        ends = (len(self._edges) - last, len(other._edges) - last)
        at, found = [first, first], list[Span]()
        one, two = self._codes[first], other._codes[first]
        start = 0
        while at[0] < ends[0] or at[1] < ends[1] or one != two:
            # Where both go on alike, the next edge of either is the same one.
            here = self._edges[at[0]] if at[0] < len(self._edges) else _FAR
            there = other._edges[at[1]] if at[1] < len(other._edges) else _FAR
            line = min(here, there)
            if one != two:
                found.append((start, line - start))
            start = line
            if here == line:
                at[0] += 1
                one = self._codes[at[0]]
            if there == line:
                at[1] += 1
                two = other._codes[at[1]]
        return found


_FAR = 1 << 62
NO_LINES = LineVerdicts()


def _append(edges: array[int], codes: bytearray, start: int, count: int, code: int) -> None:
    """One more run behind what is there."""
    if count <= 0 or not code:
        return
    if edges and edges[-1] == start:
        if codes[-2] == code:
            edges[-1] = start + count
            return
        codes[-1] = code
    else:
        edges.append(start)
        codes.append(code)
    edges.append(start + count)
    codes.append(0)


def _shared(one: LineVerdicts, other: LineVerdicts) -> int:
    """How many edges both begin with. Halved, so that whole stretches are compared at a time."""
    low, high = 0, min(len(one._edges), len(other._edges))
    while low < high:
        end = (low + high + 1) // 2
        same = one._edges[low:end] == other._edges[low:end]
        if same and one._codes[low + 1 : end + 1] == other._codes[low + 1 : end + 1]:
            low = end
        else:
            high = end - 1
    return low


def _shared_at_end(one: LineVerdicts, other: LineVerdicts, first: int) -> int:
    """How many edges both end with, behind the `first` ones that they begin with."""
    ends = len(one._edges), len(other._edges)
    low, high = 0, min(ends) - first
    while low < high:
        more = (low + high + 1) // 2
        (begin, end), (there, stop) = ((each - more, each - low) for each in ends)
        same = one._edges[begin:end] == other._edges[there:stop]
        if same and one._codes[begin + 1 : end + 1] == other._codes[there + 1 : stop + 1]:
            low = more
        else:
            high = more - 1
    return low


class FileVerdicts(Struct, frozen=True):
    """The judged lines of one file change. `old` by base line, `new` by the round's line, `facts` by kind."""

    old: LineVerdicts = NO_LINES
    new: LineVerdicts = NO_LINES
    facts: Mapping[Kind, Verdict] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.old or self.new or self.facts)

    @staticmethod
    def of(
        old: Mapping[int, Verdict] | None = None,
        new: Mapping[int, Verdict] | None = None,
        facts: Mapping[Kind, Verdict] | None = None,
    ) -> FileVerdicts:
        """Of single lines."""
        return FileVerdicts(LineVerdicts.of(old or {}), LineVerdicts.of(new or {}), facts or {})

    def has(self, verdict: Verdict) -> bool:
        """Whether any line or fact was accepted, or rejected."""
        return self.old.has(verdict) or self.new.has(verdict) or verdict in self.facts.values()


Verdicts = Mapping[str, FileVerdicts]
"""By path in the round. A path without a judged line is absent."""

NO_VERDICTS = FileVerdicts()


class Selection(Struct, frozen=True):
    """Lines and facts of one file change, as an action names them. Ranges are (start, count)."""

    path: str
    old: tuple[Span, ...] = ()
    new: tuple[Span, ...] = ()
    facts: tuple[Kind, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.old or self.new or self.facts)


def select_change(change: Change) -> Selection:
    """Everything that one change covers."""
    if not change.is_text:
        return Selection(change.path, facts=(change.kind,))
    old = ((change.old_start, len(change.removed)),) if change.removed else ()
    new = ((change.new_start, len(change.added)),) if change.added else ()
    return Selection(change.path, old=old, new=new)


def select_changes(changes: Iterable[Change]) -> tuple[Selection, ...]:
    """One selection a path, covering every change given."""
    by_path: dict[str, tuple[list[Span], list[Span], list[Kind]]] = {}
    # A loop of its own: a hundred thousand changes are chosen by one key.
    for change in changes:
        held = by_path.get(change.path)
        if held is None:
            held = by_path[change.path] = ([], [], [])
        if change.kind is not Kind.TEXT:
            held[2].append(change.kind)
            continue
        removed, added = len(change.removed), len(change.added)
        if removed:
            held[0].append((change.old_start, removed))
        if added:
            held[1].append((change.new_start, added))
    return tuple(
        Selection(path, tuple(joined(old)), tuple(joined(new)), tuple(facts))
        for path, (old, new, facts) in by_path.items()
    )


def judged(verdicts: Verdicts, selections: Iterable[Selection], verdict: Verdict) -> Verdicts:
    """The mapping with `verdict` put on every selected line. The same object when nothing changed."""
    return finished(judging(verdicts, selections, verdict))


def judging(verdicts: Verdicts, selections: Iterable[Selection], verdict: Verdict) -> Steps[Verdicts]:
    """As `judged`, with rests: one key may judge twenty thousand files."""
    result: dict[str, FileVerdicts] | None = None
    for number, selection in enumerate(selections, 1):
        if number % _STRIDE == 0:
            yield
        current = (verdicts if result is None else result).get(selection.path, NO_VERDICTS)
        old = current.old.put(selection.old, verdict)
        new = current.new.put(selection.new, verdict)
        facts = _put(current.facts, selection.facts, verdict)
        if old is current.old and new is current.new and facts is current.facts:
            continue
        if result is None:
            result = dict(verdicts)
        changed = FileVerdicts(old, new, facts)
        if changed:
            result[selection.path] = changed
        else:
            result.pop(selection.path, None)
    return verdicts if result is None else result


def _put(facts: Mapping[Kind, Verdict], kinds: Sequence[Kind], verdict: Verdict) -> Mapping[Kind, Verdict]:
    wanted = None if verdict is Verdict.OPEN else verdict
    changed = [kind for kind in kinds if facts.get(kind) is not wanted]
    if not changed:
        return facts
    result = dict(facts)
    for kind in changed:
        if wanted is None:
            result.pop(kind, None)
        else:
            result[kind] = wanted
    return result


def verdict_of(change: Change, verdicts: Verdicts) -> Verdict:
    """The derived verdict of a change: that of all its lines, or `MIXED`."""
    file = verdicts.get(change.path)
    if file is None:
        return Verdict.OPEN
    if not change.is_text:
        return file.facts.get(change.kind, Verdict.OPEN)
    old = file.old.mask(change.old_start, len(change.removed))
    return _WHOLE[old | file.new.mask(change.new_start, len(change.added))]


def has_any(change: Change, held: FileVerdicts, verdict: Verdict) -> bool:
    """Whether any line of a change, or its fact, has that verdict."""
    if not change.is_text:
        return held.facts.get(change.kind, Verdict.OPEN) is verdict
    old = held.old.mask(change.old_start, len(change.removed))
    return bool((old | held.new.mask(change.new_start, len(change.added))) >> _CODES[verdict] & 1)
