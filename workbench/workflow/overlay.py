"""What a round by somebody else makes of a file that the work tree has in a version of its own. Pure.

Judged lines come from the round, as their verdicts say. Open ones are left as the work tree has them:
where nothing of a run was judged, all that the work tree has in its place; in a run that was judged in
part, an open line is there if the work tree has it, and a base line gone if the work tree lost it. A run that
only the work tree has stays, but for what was rejected or given up there: nobody judged the rest away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.aftermath import base_range, fact
from workbench.review.changes import FileChange, Run, Side
from workbench.review.compose import Result, Take, compose_file, compose_lines
from workbench.review.linemap import LineMap
from workbench.review.lines import ranges, split_lines
from workbench.review.splitting import content_kind
from workbench.review.verdicts import NO_LINES, NO_VERDICTS, FileVerdicts, LineVerdicts, Verdict

ACCEPTED = Verdict.ACCEPTED


class Held(Struct, frozen=True):
    """What the work tree has of one file: its change from the base, and its runs from there to the round.

    `verdicts` are those on its own lines, as far as they are known. `gone`: the base lines at which runs
    start that the expert gave up since.
    """

    file: FileChange
    onward: tuple[Run, ...]
    verdicts: FileVerdicts = NO_VERDICTS
    gone: frozenset[int] = frozenset()


class _Part(Struct, frozen=True):
    """Runs of both versions that stand at one place of the base."""

    round: tuple[Run, ...]
    held: tuple[Run, ...]


def overlay(
    file: FileChange, old_data: bytes | None, verdicts: FileVerdicts, held: Held | None
) -> tuple[Result, ...]:
    """What stands in the result for a file change of the round of which something was judged."""
    if held is None:
        return compose_file(file, old_data, verdicts, Take.ACCEPTED)
    known = _with_what_is_there(file, verdicts, held)
    results = compose_file(file, old_data, known, Take.ACCEPTED)
    kind = content_kind(file)
    if kind is not None:
        if kind in verdicts.facts or held.file.new_id is None:
            return results
        return tuple(replace(each, data=None, id=held.file.new_id) for each in results)
    if file.base_path is None or not held.file.runs:
        return results
    old = split_lines(old_data or b"")
    runs, judged = _composed_runs(file.runs, held, verdicts, known)
    data = b"".join(compose_lines(old, runs, judged, Take.ACCEPTED))
    return tuple(replace(each, data=data, id=None) for each in results)


def _with_what_is_there(file: FileChange, verdicts: FileVerdicts, held: Held) -> FileVerdicts:
    """The verdicts, and as accepted what is open and in the work tree already."""
    old = NO_LINES.put(((run.old_start, len(run.removed)) for run in held.file.runs), ACCEPTED)
    back, from_base = LineMap(held.onward), LineMap(held.file.runs)
    there_too: list[int] = []
    for run in file.runs:
        for line in range(run.new_start, run.new_start + len(run.added)):
            there = back.backward(line)
            # A line that the work tree has from the base is no added line there, whatever this diff calls it.
            if there is not None and from_base.backward(there) is None:
                there_too.append(line)
    new = NO_LINES.put(ranges(there_too), ACCEPTED)
    facts = {
        each.kind: ACCEPTED
        for each in file.changes
        if not each.is_text and fact(file, each.kind) == fact(held.file, each.kind)
    }
    return FileVerdicts(
        verdicts.old.over_other(old), verdicts.new.over_other(new), {**facts, **verdicts.facts}
    )


def _composed_runs(
    round_runs: Sequence[Run], held: Held, verdicts: FileVerdicts, known: FileVerdicts
) -> tuple[tuple[Run, ...], FileVerdicts]:
    """The runs that the result is composed of, their added lines counted anew, with what is taken of them."""
    runs: list[Run] = []
    old: list[int] = []
    new: list[int] = []
    left = _left_alone(round_runs, held)
    # A run whose every line the round has added is there already, only elsewhere.
    added = {line for run in round_runs for line in run.added}
    count = 1
    for part in _parts(round_runs, held.file.runs):
        is_open = not any(_is_judged(run, verdicts) for run in part.round)
        for run in part.held if is_open else part.round:
            for side, line in _lines(run):
                into, source = (old, known.old) if side is Side.OLD else (new, known.new)
                if part.round:
                    taken = is_open or source.get(line) is ACCEPTED
                else:
                    taken = run.old_start not in held.gone and not added.issuperset(run.added or (b"",))
                    taken = taken and left(side, line)
                if taken:
                    into.append(line if side is Side.OLD else count + line - run.new_start)
            runs.append(replace(run, new_start=count))
            count += len(run.added)
    put = NO_LINES.put
    return tuple(runs), FileVerdicts(put(ranges(old), ACCEPTED), put(ranges(new), ACCEPTED))


def _left_alone(round_runs: Sequence[Run], held: Held) -> Callable[[Side, int], bool]:
    """Whether the work tree keeps a line (or its removal) that is in no run of the round.

    Two diffs may put the same line at different places of the base. So what the round has after all, as the
    diff between the work tree and the round tells, is not the work tree's alone.
    """
    onward, to_round = LineMap(held.onward), LineMap(round_runs)

    def left(side: Side, line: int) -> bool:
        if _held(held.verdicts, side).get(line) is Verdict.REJECTED:
            return False
        if side is Side.NEW:
            return onward.forward(line) is None
        back = to_round.forward(line)
        return back is not None and onward.backward(back) is None

    return left


def _parts(round_runs: Sequence[Run], held_runs: Sequence[Run]) -> Iterator[_Part]:
    """Runs that overlap or touch in the base together, in order."""
    marked = [(base_range(run), True, run) for run in round_runs]
    marked += [(base_range(run), False, run) for run in held_runs]
    marked.sort(key=lambda each: each[0])
    ours: list[Run] = []
    theirs: list[Run] = []
    end = -1
    for (begin, stop), is_round, run in marked:
        if begin > end:
            if ours or theirs:
                yield _Part(tuple(ours), tuple(theirs))
            ours, theirs = [], []
        (ours if is_round else theirs).append(run)
        end = max(end, stop)
    if ours or theirs:
        yield _Part(tuple(ours), tuple(theirs))


def _is_judged(run: Run, verdicts: FileVerdicts) -> bool:
    found = verdicts.old.over(run.old_start, len(run.removed))
    return bool((found | verdicts.new.over(run.new_start, len(run.added))) - {Verdict.OPEN})


def _held(verdicts: FileVerdicts, side: Side) -> LineVerdicts:
    return verdicts.old if side is Side.OLD else verdicts.new


def _lines(run: Run) -> Iterator[tuple[Side, int]]:
    for line in range(run.old_start, run.old_start + len(run.removed)):
        yield Side.OLD, line
    for line in range(run.new_start, run.new_start + len(run.added)):
        yield Side.NEW, line
