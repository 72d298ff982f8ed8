"""How verdicts travel: which lines of a round still say what the round before said.

`carry_rounds` and `carry_between` (the comparison itself) work on the file changes of both rounds
and the line map between them; `carry_verdicts` and `carry_selections` move what was judged along
their answer. In doubt a line starts open: the promise is that no verdict ever stands on a line whose
bytes, or whose replaced lines, differ from what was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from workbench.review.changes import FileChange, Kind, Run
from workbench.review.linemap import LineMap
from workbench.review.lines import Span, common, ranges
from workbench.review.rounds import FileCarry
from workbench.review.verdicts import (
    NO_LINES,
    NO_VERDICTS,
    FileVerdicts,
    Selection,
    Verdict,
    Verdicts,
)


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
    old, sure_old = _carried_removed(parts, after.runs, set(new.values()))
    kept = set(new.values())
    for run in before.runs:
        kept -= _uncertain(run, verdicts.new, kept, sure_new)
    if len(kept) < len(new):
        new = {here: line for here, line in new.items() if line in kept}
    old -= _put_back(before.runs, after.runs, verdicts, old - sure_old, set(new))
    return FileCarry(after.path, before.path, old=ranges(old), new=_blocks(new), facts=facts)


class _Part(Struct, frozen=True):
    """What was judged together: base lines, and the lines of the round before that replace them."""

    old_start: int
    old_count: int
    new_lines: tuple[int, ...]
    added: tuple[bytes, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Where it stands in the base, which never moves: no two runs of a diff share it."""
        return self.old_start, self.old_count

    @property
    def old_lines(self) -> range:
        return range(self.old_start, self.old_start + self.old_count)

    @staticmethod
    def of_run(run: Run) -> _Part:
        new_lines = tuple(range(run.new_start, run.new_start + len(run.added)))
        return _Part(run.old_start, len(run.removed), new_lines, run.added)


def _taken_out(run: Run, verdicts: FileVerdicts) -> list[_Part]:
    """What a run becomes when its rejected lines are taken out. Empty when it has none, or nothing is left.

    As composing does it: rejected removed lines stay where they were, and split the run.
    """
    rejected = Verdict.REJECTED
    old = range(run.old_start, run.old_start + len(run.removed))
    new = range(run.new_start, run.new_start + len(run.added))
    gone = [line for line in old if verdicts.old.get(line) is not rejected]
    left = tuple(line for line in new if verdicts.new.get(line) is not rejected)
    if len(gone) == len(old) and len(left) == len(new):
        return []
    added = tuple(run.added[line - run.new_start] for line in left)
    parts = [_Part(start, count, (), ()) for start, count in ranges(gone)]
    if left and gone and gone[-1] == old[-1]:
        last = parts.pop()
        parts.append(_Part(last.old_start, last.old_count, left, added))
    elif left:
        # Behind a line that stays, or in a run that removes nothing: a pure addition after that line.
        parts.append(_Part(old[-1] if old else run.old_start, 0, left, added))
    return parts


def _carried_added(
    parts: Sequence[_Part], runs: Sequence[Run], lines: LineMap | None
) -> tuple[dict[int, int], set[int]]:
    """Added lines that say the same, as line of this round → line of the round before; and which are sure.

    Sure are those of a part that is there again exactly. They come first, because among equal lines
    the line map may have chosen another one.
    """
    now = {(run.old_start, len(run.removed)): run for run in runs}
    met = [(part, now[part.key]) for part in parts if part.added and part.key in now]
    found: dict[int, int] = {}
    used: set[int] = set()
    for part, run in met:
        if part.added == run.added and run.new_start not in found and used.isdisjoint(part.new_lines):
            found.update((run.new_start + step, line) for step, line in enumerate(part.new_lines))
            used.update(part.new_lines)
    sure = set(used)
    for part, run in met if lines is not None else ():
        for line, data in zip(part.new_lines, part.added, strict=True):
            here = None if lines is None or line in used else lines.forward(line)
            if here is None or here in found or not 0 <= here - run.new_start < len(run.added):
                continue
            if run.added[here - run.new_start] == data:
                found[here] = line
                used.add(line)
    return found, sure


def _carried_removed(
    parts: Sequence[_Part], runs: Sequence[Run], kept: set[int]
) -> tuple[set[int], set[int]]:
    """Base lines that are still removed, by what is still there of what replaces them; and which are sure.

    `kept` are the added lines of the round before that carry over.
    """
    found: set[int] = set()
    sure: set[int] = set()
    removing = {(run.old_start, len(run.removed)): run for run in runs if run.removed}
    deleting = [run for run in removing.values() if not run.added]
    deleted = {line for part in parts if not part.added for line in part.old_lines}
    for run in deleting:
        found |= deleted.intersection(range(run.old_start, run.old_start + len(run.removed)))
    for part in parts:
        run_now = removing.get(part.key)
        if run_now is None:
            continue
        if (part.added and kept.issuperset(part.new_lines)) or not (part.added or run_now.added):
            found.update(part.old_lines)
            sure.update(part.old_lines)
    return found, sure


def _uncertain(run: Run, held: Mapping[int, Verdict], found: set[int], sure: set[int]) -> set[int]:
    """Carried added lines that may stand for an equal line of their run that was judged otherwise.

    Of two equal lines, one accepted and one rejected, one is left: a diff says which at will.
    """
    lines = range(run.new_start, run.new_start + len(run.added))
    if not held or len({held.get(line) for line in lines}) < 2:
        return set()
    groups: dict[bytes, list[int]] = {}
    for line, content in zip(lines, run.added, strict=True):
        groups.setdefault(content, []).append(line)
    return {
        line
        for group in groups.values()
        if len({held.get(each) for each in group}) > 1 and not found.issuperset(group)
        for line in group
        if line in found and line not in sure
    }


def _put_back(
    before: Sequence[Run], after: Sequence[Run], verdicts: FileVerdicts, unsure: set[int], kept: set[int]
) -> set[int]:
    """Lines whose removal was rejected and which seem removed still, but may just as well have been put back.

    An equal line that was removed then is not removed now, or is among the added ones: the diff may
    have taken one for the other, and "rejected" would stand on what the expert asked for.
    """
    rejected = {line for line in unsure if verdicts.old.get(line) is Verdict.REJECTED}
    if not rejected:
        return rejected
    then = {number: line for run in before for number, line in enumerate(run.removed, run.old_start)}
    now = {number for run in after for number in range(run.old_start, run.old_start + len(run.removed))}
    back = {line for number, line in then.items() if number not in now}
    back |= {
        line for run in after for number, line in enumerate(run.added, run.new_start) if number not in kept
    }
    return {line for line in rejected if then[line] in back}


def _blocks(new: Mapping[int, int]) -> tuple[tuple[int, int, int], ...]:
    """Pairs of lines as (start here, start before, count)."""
    found: list[tuple[int, int, int]] = []
    for here, was in sorted(new.items()):
        if found:
            start, start_was, count = found[-1]
            if (start + count, start_was + count) == (here, was):
                found[-1] = (start, start_was, count + 1)
                continue
        found.append((here, was, 1))
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
        and before.runs == after.runs
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


def _moved(spans: Sequence[Span], blocks: Sequence[tuple[int, int, int]]) -> tuple[Span, ...]:
    """The same lines where blocks (start there, start here, count) put them."""
    held = NO_LINES.put(spans, Verdict.ACCEPTED)
    return held.moved(blocks).spans(Verdict.ACCEPTED)
