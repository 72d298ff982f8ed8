"""How verdicts travel: which lines of a round still say what the round before said.

`carry_rounds` and `carry_between` (the comparison itself) work on the file changes of both rounds
and the line map between them; `carry_verdicts` and `carry_selections` move what was judged along
their answer. In doubt a line starts open: the promise is that no verdict ever stands on a line whose
bytes, or whose replaced lines, differ from what was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from workbench.review.changes import FileChange, Kind, Run
from workbench.review.linemap import LineMap
from workbench.review.lines import LineSet, Span, common, numbers, ranges, without
from workbench.review.rounds import FileCarry
from workbench.review.verdicts import (
    NO_LINES,
    NO_VERDICTS,
    FileVerdicts,
    LineVerdicts,
    Selection,
    Verdict,
    Verdicts,
)

_AT_ONCE = 20_000
"""Lines that are compared in one go."""


def carry_rounds(
    before: Sequence[FileChange],
    after: Sequence[FileChange],
    between: Sequence[FileChange],
    verdicts: Verdicts | None = None,
) -> tuple[FileCarry, ...]:
    """What carries over from the round before, file by file. A file that carries nothing is absent.

    `before` and `after` are base → round, `between` is round → round. `verdicts` are those of the
    round before, see `carry_between`. A file is matched by its path in the base, which never moves;
    a new file by its path, or by the rename that `between` found.
    """
    by_base = {file.base_path: file for file in before if file.base_path is not None}
    by_path = {file.path: file for file in before if file.base_path is None}
    steps = {file.path: file for file in between}
    result: list[FileCarry] = []
    for file in after:
        if file.base_path is not None:
            was = by_base.get(file.base_path)
        else:
            step = steps.get(file.path)
            origin = step.base_path if step is not None and step.base_path is not None else file.path
            was = by_path.get(origin)
        if was is None:
            continue
        held = NO_VERDICTS if verdicts is None else verdicts.get(was.path, NO_VERDICTS)
        carry = carry_between(was, file, _runs_between(was, file, steps), held)
        if carry.whole or carry.old or carry.new or carry.facts:
            result.append(carry)
    return tuple(result)


def carry_between(
    before: FileChange,
    after: FileChange,
    between: tuple[Run, ...] | None,
    verdicts: FileVerdicts = NO_VERDICTS,
) -> FileCarry:
    """Which lines and facts of `after` still say what they said in `before`. Both are of the same base file.

    `between` are the runs from the file of the round before to that of this one; None where both are
    the same file, or where no such diff is known (then only runs that are the same carry over).

    - An added line: its bytes are the same by the line map, it is still an added line, and its run
      stands at the same place of the base and replaces the same base lines.
    - A removed line: where nothing replaced it, nothing does now; else its run replaces the same
      base lines by at least the same lines (more may have come: they alone are open).

    `verdicts` are those of `before`. Lines that were rejected are expected to be gone, or back, as
    the result of that verdict; so the rest of a run from which they were taken out keeps its own.
    """
    facts = _same_facts(before, after)
    if _is_same(before, after):
        return FileCarry(after.path, before.path, whole=True, facts=facts)
    if between is None:
        lines = LineMap(()) if before.new_id == after.new_id and before.new_id is not None else None
    else:
        lines = LineMap(between)
    parts = [_Part.of_run(run) for run in before.runs]
    parts += [part for run in before.runs for part in _taken_out(run, verdicts)]
    new, sure_new = _carried_added(parts, after.runs, lines)
    kept = LineSet((was, count) for _, was, count in new)
    removed, sure_old = _carried_removed(parts, after.runs, kept)
    uncertain = [span for run in before.runs for span in _uncertain(run, verdicts.new, kept, sure_new)]
    if uncertain:
        kept = LineSet(without(kept.spans, uncertain))
        new = [piece for block in new for piece in _pieces(block, kept)]
    unsure = without(removed, sure_old)
    old = without(removed, _put_back(before.runs, after.runs, verdicts, unsure, new))
    return FileCarry(after.path, before.path, old=old, new=_blocks(new), facts=facts)


Block = tuple[int, int, int]
"""Lines that are the same in two rounds: their first number here, that of the round before, how many."""


class _Part(Struct, frozen=True):
    """What was judged together: base lines, and the lines of the round before that replace them."""

    run: int
    """Where its run begins in the round before."""
    old_start: int
    old_count: int
    new: tuple[Span, ...]
    added: tuple[bytes, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Where it stands in the base, which never moves: no two runs of a diff share it."""
        return self.old_start, self.old_count

    @staticmethod
    def of_run(run: Run) -> _Part:
        new = ((run.new_start, len(run.added)),) if run.added else ()
        return _Part(run.new_start, run.old_start, len(run.removed), new, run.added)


def _taken_out(run: Run, verdicts: FileVerdicts) -> list[_Part]:
    """What a run becomes when its rejected lines are taken out. Empty when it has none, or nothing is left.

    As composing does it: rejected removed lines stay where they were, and split the run.
    """
    rejected = Verdict.REJECTED
    old, new = (run.old_start, len(run.removed)), (run.new_start, len(run.added))
    stay = verdicts.old.spans_in(rejected, *old)
    out = verdicts.new.spans_in(rejected, *new)
    if not stay and not out:
        return []
    gone, left = without((old,), stay), without((new,), out)
    added = tuple(
        line
        for start, count in left
        for line in run.added[start - run.new_start : start - run.new_start + count]
    )
    parts = [_Part(run.new_start, start, count, (), ()) for start, count in gone]
    if left and gone and sum(gone[-1]) == sum(old):
        last = parts.pop()
        parts.append(_Part(run.new_start, last.old_start, last.old_count, left, added))
    elif left:
        # Behind a line that stays, or in a run that removes nothing: a pure addition after that line.
        after = sum(old) - 1 if run.removed else run.old_start
        parts.append(_Part(run.new_start, after, 0, left, added))
    return parts


def _carried_added(
    parts: Sequence[_Part], runs: Sequence[Run], lines: LineMap | None
) -> tuple[list[Block], dict[int, list[Span]]]:
    """Added lines that say the same; and which of the round before, by their run, are sure.

    Sure are those of a part that is there again exactly. They come first, because among equal lines
    the line map may have chosen another one.
    """
    now = {(run.old_start, len(run.removed)): run for run in runs}
    met = [(part, now[part.key]) for part in parts if part.added and part.key in now]
    found: list[Block] = []
    taken: set[int] = set()
    # Two parts of one run may share lines, and no two of others.
    sure: dict[int, list[Span]] = {}
    for part, run in met:
        free = not common(part.new, sure.get(part.run, ()))
        if free and run.new_start not in taken and _same(part.added, run.added):
            here = run.new_start
            for start, count in part.new:
                found.append((here, start, count))
                here += count
            taken.add(run.new_start)
            sure.setdefault(part.run, []).extend(part.new)
    if lines is None:
        return found, sure
    used = {run: list(spans) for run, spans in sure.items()}
    for part, run in met:
        if run.new_start in taken:
            continue
        free_lines = without(part.new, used.get(part.run, ()))
        blocks = [block for span in free_lines for block in _met(part, run, span, lines)]
        found += blocks
        used.setdefault(part.run, []).extend((was, count) for _, was, count in blocks)
    return found, sure


def _met(part: _Part, run: Run, span: Span, lines: LineMap) -> Iterator[Block]:
    """The lines of a part that the line map finds in a run, and that say the same there."""
    first, end = run.new_start, run.new_start + len(run.added)
    at = 0
    for start, count in part.new:
        if start <= span[0] < start + count:
            at += span[0] - start
            break
        at += count
    for was, there, count in lines.blocks(*span):
        low, high = max(there, first), min(there + count, end)
        for here in range(low, high, _AT_ONCE):
            many = min(_AT_ONCE, high - here)
            place = at + was - span[0] + here - there
            theirs = part.added[place : place + many]
            ours = run.added[here - first : here - first + many]
            if theirs == ours:
                yield here, was + here - there, many
            else:
                yield from (
                    (here + step, was + here - there + step, 1)
                    for step in range(many)
                    if theirs[step] == ours[step]
                )


def _same(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> bool:
    """Whether lines are the same. By pieces: of millions, one comparison would hold the window."""
    if len(one) != len(other):
        return False
    starts = range(0, len(one), _AT_ONCE)
    return one is other or all(one[at : at + _AT_ONCE] == other[at : at + _AT_ONCE] for at in starts)


def _pieces(block: Block, kept: LineSet) -> Iterator[Block]:
    """What of a block is kept."""
    here, was, count = block
    return ((here + start - was, start, many) for start, many in kept.within(was, count))


def _carried_removed(
    parts: Sequence[_Part], runs: Sequence[Run], kept: LineSet
) -> tuple[list[Span], list[Span]]:
    """Base lines that are still removed, by what is still there of what replaces them; and which are sure.

    `kept` are the added lines of the round before that carry over.
    """
    removing = {(run.old_start, len(run.removed)): run for run in runs if run.removed}
    deleted = LineSet((part.old_start, part.old_count) for part in parts if not part.added)
    found = [
        span
        for run in removing.values()
        if not run.added
        for span in deleted.within(run.old_start, len(run.removed))
    ]
    sure: list[Span] = []
    for part in parts:
        run_now = removing.get(part.key)
        if run_now is None:
            continue
        if (part.added and kept.covers_all(part.new)) or not (part.added or run_now.added):
            sure.append((part.old_start, part.old_count))
    return found + sure, sure


def _uncertain(
    run: Run, held: LineVerdicts, found: LineSet, sure: Mapping[int, Sequence[Span]]
) -> Sequence[Span]:
    """Carried added lines that may stand for an equal line of their run that was judged otherwise.

    Of two equal lines, one accepted and one rejected, one is left: a diff says which at will.
    """
    whole = (run.new_start, len(run.added))
    if found.covers(whole) or len(held.over(*whole)) < 2:
        return ()
    lines = range(run.new_start, run.new_start + len(run.added))
    is_sure = LineSet(sure.get(run.new_start, ()))
    groups: dict[bytes, list[int]] = {}
    for line, content in zip(lines, run.added, strict=True):
        groups.setdefault(content, []).append(line)
    return ranges(
        line
        for group in groups.values()
        if len(group) > 1
        and len({held.get(each) for each in group}) > 1
        and not all(each in found for each in group)
        for line in group
        if line in found and line not in is_sure
    )


def _put_back(
    before: Sequence[Run],
    after: Sequence[Run],
    verdicts: FileVerdicts,
    unsure: Sequence[Span],
    kept: Sequence[Block],
) -> Sequence[Span]:
    """Lines whose removal was rejected and which seem removed still, but may just as well have been put back.

    An equal line that was removed then is not removed now, or is among the added ones: the diff may
    have taken one for the other, and "rejected" would stand on what the expert asked for.
    """
    rejected = common(unsure, verdicts.old.spans(Verdict.REJECTED))
    if not rejected:
        return ()
    then = {number: line for run in before for number, line in enumerate(run.removed, run.old_start)}
    now = LineSet((run.old_start, len(run.removed)) for run in after)
    back = {line for number, line in then.items() if number not in now}
    carried = LineSet((here, count) for here, _, count in kept)
    back |= {
        line for run in after for number, line in enumerate(run.added, run.new_start) if number not in carried
    }
    return ranges(line for line in numbers(rejected) if then[line] in back)


def _blocks(new: Iterable[Block]) -> tuple[Block, ...]:
    """The same blocks sorted, and joined where they go on in both rounds."""
    found: list[Block] = []
    for here, was, count in sorted(new):
        if found:
            start, start_was, many = found[-1]
            if (start + many, start_was + many) == (here, was):
                found[-1] = (start, start_was, many + count)
                continue
        found.append((here, was, count))
    return tuple(found)


def _runs_between(
    before: FileChange, after: FileChange, steps: Mapping[str, FileChange]
) -> tuple[Run, ...] | None:
    step = steps.get(after.path)
    if before.new_id == after.new_id or step is None or step.binary or step.base_path != before.path:
        return None
    return step.runs or None


def _is_same(before: FileChange, after: FileChange) -> bool:
    return (
        (before.path, before.base_path, before.status) == (after.path, after.base_path, after.status)
        and (before.old_mode, before.new_mode) == (after.old_mode, after.new_mode)
        and (before.old_id, before.new_id) == (after.old_id, after.new_id)
        and (before.runs is after.runs or _same_runs(before.runs, after.runs))
    )


def _same_runs(one: Sequence[Run], other: Sequence[Run]) -> bool:
    return len(one) == len(other) and all(
        mine is theirs
        or (
            (mine.old_start, mine.new_start) == (theirs.old_start, theirs.new_start)
            and _same(mine.removed, theirs.removed)
            and _same(mine.added, theirs.added)
        )
        for mine, theirs in zip(one, other, strict=True)
    )


def _same_facts(before: FileChange, after: FileChange) -> tuple[Kind, ...]:
    """The facts that are in both. Their ids are digests of all that they say."""
    known = {change.id for change in before.changes if not change.is_text}
    return tuple(change.kind for change in after.changes if not change.is_text and change.id in known)


def carry_verdicts(before: Verdicts, carry: Iterable[FileCarry]) -> Verdicts:
    """The verdicts of the round before, on the lines of this round that still say the same."""
    result: dict[str, FileVerdicts] = {}
    for file in carry:
        held = before.get(file.from_path)
        if held is None:
            continue
        if file.whole:
            result[file.path] = held
            continue
        facts = {kind: held.facts[kind] for kind in file.facts if kind in held.facts}
        moved = FileVerdicts(held.old.only(file.old), held.new.moved(file.new), facts)
        if moved:
            result[file.path] = moved
    return result


def carry_selections(selections: Iterable[Selection], carry: Iterable[FileCarry]) -> tuple[Selection, ...]:
    """The same lines in the next round's numbers, less those that no longer say the same."""
    by_path: dict[str, list[FileCarry]] = {}
    for file in carry:
        by_path.setdefault(file.from_path, []).append(file)
    result: list[Selection] = []
    for selection in selections:
        for file in by_path.get(selection.path, ()):
            if file.whole:
                result.append(Selection(file.path, selection.old, selection.new, selection.facts))
                continue
            moved = Selection(
                file.path,
                old=common(selection.old, file.old),
                new=_moved(selection.new, file.new),
                facts=tuple(kind for kind in selection.facts if kind in file.facts),
            )
            if moved:
                result.append(moved)
    return tuple(result)


def _moved(spans: Sequence[Span], blocks: Sequence[Block]) -> tuple[Span, ...]:
    """The same lines where blocks (start there, start here, count) put them."""
    held = NO_LINES.put(spans, Verdict.ACCEPTED)
    return held.moved(blocks).spans(Verdict.ACCEPTED)
