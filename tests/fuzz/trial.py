"""One case on its way, and the judging of it: by the program's own doors, and in a table beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from tests.fuzz.cases import Case, Entry, Step
from tests.fuzz.line_model import Chosen, expected
from tests.review.texts import arrived, started
from workbench.review.actions import Judged, Undone
from workbench.review.changes import Change, FileChange, Kind
from workbench.review.compose import Take
from workbench.review.review import Review, apply
from workbench.review.selecting import select_lines
from workbench.review.verdicts import (
    NO_VERDICTS,
    Selection,
    Verdict,
    Verdicts,
    judged,
    select_change,
    select_changes,
    verdict_of,
)

Name = tuple[str, int | Kind]
"""A removed line ("old", n), an added one ("new", n) or a fact ("fact", kind)."""

Table = Mapping[Name, Verdict]

_REVIEW = arrived(started())


class Trial(Struct):
    """A case with what differs, what was judged, what is taken by it, and the first thing that is wrong."""

    case: Case
    files: tuple[FileChange, ...] = ()
    verdicts: Verdicts = field(default_factory=dict)
    chosen: Mapping[str, Chosen] = field(default_factory=dict)
    wrong: str | None = None

    @property
    def take(self) -> Take:
        return Take.NOT_REJECTED if self.case.open_too else Take.ACCEPTED

    def fail(self, why: str) -> None:
        self.wrong = self.wrong or why

    def sides(self, file: FileChange) -> tuple[bytes, bytes]:
        """The bytes of a file before and after."""
        inside = len(self.case.folder)
        old = self.case.old[file.base_path[inside:]][1] if file.base_path else b""
        return old, self.candidate(file.path) if file.new_mode else b""

    def candidate(self, path: str) -> bytes:
        """The bytes of a path in the candidate."""
        return self.case.new[path[len(self.case.folder) :]][1]

    @property
    def is_impossible(self) -> bool:
        """Whether a file of the result would also have to be a folder."""
        paths = set(self.result())
        return any(path[:at] in paths for path in paths for at in range(len(path)) if path[at] == "/")

    def result(self, *, ended: bool = True) -> dict[str, Entry]:
        """What stands in the case's folder afterwards, as the line model says."""
        found = {self.case.folder + path: entry for path, entry in self.case.old.items()}
        for file in self.files:
            found.pop(file.base_path or file.path, None)
        for file in self.files:
            found.update(expected(file, *self.sides(file), self.chosen[file.path], ended=ended))
        return found

    def judge(self) -> None:
        """Do the steps through `review.apply` and in a table of our own, and see that both say the same."""
        tables: dict[str, dict[Name, Verdict]] = {file.path: {} for file in self.files}
        review = _REVIEW
        for number, step in enumerate(self.case.steps if self.files else ()):
            file = self.files[step.file % len(self.files)]
            names = _named(file, step)
            review = _judge(review, f"step {number}", _selected(file, step, names), step.verdict)
            tables[file.path].update(dict.fromkeys(names, step.verdict))
        self.verdicts = review.current
        for file in self.files:
            if _without_open(tables[file.path]) != _held(self.verdicts, file):
                self.fail(f"the verdicts on {file.path!r} are not those of its steps")
        self.chosen = {file.path: _chosen(file, tables[file.path], self.take) for file in self.files}
        self._judge_backwards(tables)
        self._undo(review)

    def _judge_backwards(self, tables: Mapping[str, Table]) -> None:
        """Line by line, in another order: the same verdicts."""
        found: Verdicts = {}
        for path, table in tables.items():
            for name, verdict in reversed(list(table.items())):
                found = judged(found, (_single(path, name),), verdict)
        if found != self.verdicts:
            self.fail("single lines judged in another order give other verdicts")

    def _undo(self, review: Review) -> None:
        """Everything accepted and undone again; every step undone."""
        everything = tuple(change for file in self.files for change in file.changes)
        accepted = _judge(review, "all", select_changes(everything), Verdict.ACCEPTED)
        if any(verdict_of(change, accepted.current) is not Verdict.ACCEPTED for change in everything):
            self.fail("accepting everything leaves a change that is not accepted")
        if apply(accepted, _undone("all")).current != self.verdicts:
            self.fail("undoing the acceptance of everything gives other verdicts than those before it")
        for number in reversed(range(len(self.case.steps))):
            review = apply(review, _undone(f"step {number}"))
        if review.current:
            self.fail("undoing every step leaves a verdict")


def names_of(change: Change) -> list[Name]:
    """What a change covers."""
    if change.kind is not Kind.TEXT:
        return [("fact", change.kind)]
    old: list[Name] = [("old", change.old_start + at) for at in range(len(change.removed))]
    return old + [("new", change.new_start + at) for at in range(len(change.added))]


def _named(file: FileChange, step: Step) -> list[Name]:
    """What a step names of a file. A line step in a file without lines, or the like, names a change."""
    whole = [name for change in file.changes for name in names_of(change)]
    facts = [name for name in whole if name[0] == "fact"]
    lines = [name for name in whole if name[0] != "fact" and step.how in (name[0], "scatter")]
    if step.how == "file":
        return whole
    if step.how == "fact" and facts:
        return [facts[step.at % len(facts)]]
    if step.how == "scatter" and lines:
        return [name for at, name in enumerate(lines) if step.count >> at % 30 & 1] or lines[:1]
    if step.how in ("old", "new") and lines:
        start = step.at % len(lines)
        return lines[start : start + step.count]
    return names_of(file.changes[step.at % len(file.changes)])


def _selected(file: FileChange, step: Step, names: Sequence[Name]) -> tuple[Selection, ...]:
    """The same in the program's own way: all of a file, a change, or lines named in words."""
    if step.how == "file":
        return select_changes(file.changes)
    change = next((each for each in file.changes if names_of(each) == list(names)), None)
    if change is not None and step.how != "scatter":
        return (select_change(change),)
    if names[0][0] == "fact":
        return (_single(file.path, names[0]),)
    if step.how in ("old", "new"):
        return (select_lines(file, f"{step.how}:{names[0][1]}-{names[-1][1]}"),)
    return (select_lines(file, ",".join(f"{side}:{line}" for side, line in names)),)


def _single(path: str, name: Name) -> Selection:
    side, which = name
    if isinstance(which, Kind):
        return Selection(path, facts=(which,))
    return Selection(path, old=((which, 1),)) if side == "old" else Selection(path, new=((which, 1),))


def _judge(review: Review, name: str, selections: tuple[Selection, ...], verdict: Verdict) -> Review:
    return apply(review, Judged(id=name, at=0.0, round=0, selections=selections, verdict=verdict))


def _undone(name: str) -> Undone:
    return Undone(id=f"undo {name}", at=0.0, target=name)


def _held(verdicts: Verdicts, file: FileChange) -> dict[Name, Verdict]:
    held = verdicts.get(file.path, NO_VERDICTS)
    found: dict[Name, Verdict] = {("old", line): verdict for line, verdict in held.old.items()}
    found |= {("new", line): verdict for line, verdict in held.new.items()}
    return found | {("fact", kind): verdict for kind, verdict in held.facts.items()}


def _without_open(table: Table) -> dict[Name, Verdict]:
    return {name: verdict for name, verdict in table.items() if verdict is not Verdict.OPEN}


def _chosen(file: FileChange, table: Table, take: Take) -> Chosen:
    """What is taken: what is accepted, or all that is not rejected."""
    wanted = {Verdict.ACCEPTED} if take is Take.ACCEPTED else {Verdict.ACCEPTED, Verdict.OPEN}
    names = [name for change in file.changes for name in names_of(change)]
    taken = [name for name in names if table.get(name, Verdict.OPEN) in wanted]
    return Chosen(
        old=frozenset(line for side, line in taken if side == "old" and isinstance(line, int)),
        new=frozenset(line for side, line in taken if side == "new" and isinstance(line, int)),
        facts=frozenset(kind for _, kind in taken if isinstance(kind, Kind)),
    )
