"""How closely a change was looked at: which of its lines were on the screen, and for how long. Pure.

Kept for the expert alone and sent to nobody. It decides nothing: it asks once more, and lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from workbench.review.changes import Change, FileChange
from workbench.review.sensitive import tiers
from workbench.review.verdicts import NO_LINES, LineVerdicts, Selection, Verdict, Verdicts, verdict_of


class Look(Struct, frozen=True):
    """What was seen of one change. `lines` has a bit for each: its removed lines, then its added ones."""

    lines: int = 0
    seconds: float = 0.0

    def joined(self, other: Look) -> Look:
        """Both together."""
        return Look(self.lines | other.lines, self.seconds + other.seconds)


NOTHING = Look()
Looks = Mapping[str, Look]
"""By the id of the change, which holds as long as its bytes do."""


class Passed(Struct, frozen=True):
    """An accepted change that was passed quickly."""

    path: str
    line: int
    lines: int
    seen: int
    seconds: float
    why: str = ""
    """Why its file is sensitive."""


def size(change: Change) -> int:
    """How many lines a change has to be seen of; a fact is one."""
    return (len(change.removed) + len(change.added) or 1) if change.is_text else 1


def lines_seen(change: Change, old: Iterable[int], new: Iterable[int]) -> int:
    """The bits of some line numbers of a change's two sides; numbers outside of it are passed over."""
    if not change.is_text:
        return 1
    removed, added = len(change.removed), len(change.added)
    bits = _bits([number - change.old_start for number in old if 0 <= number - change.old_start < removed])
    last = _bits([number - change.new_start for number in new if 0 <= number - change.new_start < added])
    return bits | last << removed


def _bits(places: Sequence[int]) -> int:
    """Bits at some places. Put together near the first of them: of a log of two million lines, a bit far
    from the start is a number of 270,000 bytes, which is to be made once and not for each line.
    """
    if not places:
        return 0
    first, bits = min(places), 0
    for place in places:
        bits |= 1 << place - first
    return bits << first


def _covered(change: Change, old: LineVerdicts, new: LineVerdicts) -> int:
    """The bits of the lines of a change that are among those."""
    removed, bits = len(change.removed), 0
    for start, count in old.spans_in(Verdict.ACCEPTED, change.old_start, removed):
        bits |= ((1 << count) - 1) << start - change.old_start
    for start, count in new.spans_in(Verdict.ACCEPTED, change.new_start, len(change.added)):
        bits |= ((1 << count) - 1) << removed + start - change.new_start
    return bits


def unseen(change: Change, look: Look) -> int:
    """How many of its lines were never on the screen."""
    return size(change) - look.lines.bit_count()


def seen_to_its_end(change: Change, look: Look) -> bool:
    """Whether its last row was on the screen: the last line of each side."""
    if not change.is_text:
        return bool(look.lines)
    removed, added = len(change.removed), len(change.added)
    last = [removed - 1] if removed else []
    last += [removed + added - 1] if added else []
    return all(look.lines >> bit & 1 for bit in last)


def unseen_lines(changes: Iterable[Change], selection: Selection, looks: Looks) -> int:
    """How many of some selected lines were never on the screen."""
    old, new = (NO_LINES.put(side, Verdict.ACCEPTED) for side in (selection.old, selection.new))
    found = 0
    for change in changes:
        if change.is_text and change.path == selection.path:
            wanted = _covered(change, old, new)
            found += (wanted & ~looks.get(change.id, NOTHING).lines).bit_count()
    return found


def skimmed(files: Iterable[FileChange], verdicts: Verdicts, looks: Looks, pace: float) -> tuple[Passed, ...]:
    """The accepted changes of which more than `pace` lines a second were passed, sensitive ones first."""
    files = tuple(files)
    why = tiers(files) if pace > 0 else {}
    found: list[Passed] = []
    for file in files if pace > 0 else ():
        if file.path not in verdicts:
            continue
        for change in file.changes:
            if verdict_of(change, verdicts) is not Verdict.ACCEPTED:
                continue
            look = looks.get(change.id, NOTHING)
            lines = size(change)
            if look.lines == 0 or lines > pace * look.seconds:
                line = change.new_start if change.added or not change.removed else change.old_start
                seen = look.lines.bit_count()
                found.append(
                    Passed(
                        file.path,
                        line,
                        lines,
                        seen,
                        look.seconds,
                        tier.value if (tier := why.get(file.path)) else "",
                    )
                )
    return tuple(sorted(found, key=lambda each: not each.why))


def words_of_passed(passed: Passed) -> str:
    """“24 lines in 0.6 s”, or how many of them were never shown."""
    lines = "1 line" if passed.lines == 1 else f"{passed.lines:,} lines"
    if not passed.seen:
        return f"{lines}, never on the screen"
    shown = "" if passed.seen >= passed.lines else f", {passed.lines - passed.seen:,} of them never shown"
    took = f"{passed.seconds:.1f} s" if passed.seconds >= 0.1 else "under 0.1 s"
    return f"{lines} in {took}{shown}"
