"""What the next round will be given: the tray, made from the review, its files, the pins and the house rules.

The prompt is made from the tray and from nothing else, so what is shown is what is sent. Packing goes by
priority and by counts that need no tokenizer, so that the same review always gives the same tray. Blocking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from workbench.generation.prompt import (
    Ranges,
    Request,
    build,
    feedback_section,
    file_section,
    rough_tokens,
    rule_line,
    task_section,
)
from workbench.review.changes import FileChange, Run, Side
from workbench.review.context import Pin, follow
from workbench.review.feedback_text import feedback_title
from workbench.review.linemap import LineMap
from workbench.review.lines import ranges, split_lines
from workbench.review.notes import Note
from workbench.review.scope import Scope, scope_of_task
from workbench.review.steps import rest
from workbench.store.rules import Rule, read_rules
from workbench.workflow.session import Session
from workbench.workflow.tray import Item, Kind, Limits, State, Tray

WHOLE = 400_000
"""Bytes of one file that is still given whole."""
AROUND = (20, 5)
"""Lines that are shown around each change of a file that is given in part: as many as fit."""
_FIRST_ROUND = 60_000
"""Tokens of files that a first round is given of its scope, where nothing differs yet that says which."""
_FILES = ("100644", "100755")


class _Wanted(Struct, frozen=True):
    """A file that should be given: why, as what, and the lines that count most in it (() is all)."""

    path: str
    kind: Kind
    why: str
    pins: tuple[Pin, ...] = ()
    lines: Ranges = ()


def tray_for(session: Session, feedback: str, start: str, notes: tuple[Note, ...], limits: Limits) -> Tray:
    """The tray of the next round, which starts from the tree `start`. `feedback` is its Markdown."""
    return _Packing(session, feedback, start, notes, limits).tray()


class _Packing:
    """One packing: takes items in order while there is room."""

    def __init__(
        self, session: Session, feedback: str, start: str, notes: tuple[Note, ...], limits: Limits
    ) -> None:
        self._session, self._review, self._start = session, session.review, start
        self._limits = limits
        self._everything = session.repository.tree_entries(start)
        current = self._review.round
        self._between: tuple[FileChange, ...] = ()
        if current is not None and current.tree != start:
            self._between = tuple(session.repository.file_changes(start, current.tree))
        self._files: dict[str, bytes] = {}
        self._parts: dict[str, Ranges] = {}
        self._rules: list[Rule] = []
        self._feedback = without_task(feedback, self._review.task) if session.feedback(taken_out=True) else ""
        self._notes = notes
        self._items: list[Item] = []
        budget = limits.budget(session.settings)
        bare = Request("", "", {}, frozenset(self._everything), notes)
        self._budget = budget
        self._room = None if budget is None else budget - _weight(build(bare))

    def tray(self) -> Tray:
        """Everything in order of priority, and the prompt that is made of it."""
        removed = self._review.removed
        self._text("task", Kind.TASK, "Task", task_section(self._review.task), self._review.task)
        self._text(
            "feedback",
            Kind.FEEDBACK,
            self._feedback_title(),
            feedback_section(self._feedback),
            self._feedback,
        )
        changed, pinned, named = self._wanted()
        self._take_files(changed)
        self._take_files(pinned)
        # A first round has no changed files: its rules are those of the files that it is to be given.
        self._take_rules([*self._files, *(each.path for each in named)])
        self._take_files(named, most=_FIRST_ROUND)
        request = Request(
            "" if "task" in removed else self._review.task,
            "" if "feedback" in removed else self._feedback,
            self._files,
            frozenset(self._everything),
            () if "feedback" in removed else self._notes,
            self._between,
            self._parts,
            tuple((rule.id, rule.text) for rule in self._rules),
        )
        messages = build(request)
        return Tray(
            tuple(self._items),
            request,
            messages,
            _weight(messages),
            self._budget,
            self._limits,
            others=len(self._everything) - len(self._files),
        )

    def _feedback_title(self) -> str:
        return feedback_title(self._review.notes.values(), self._session.progress())

    # -- what should be given -----------------------------------------------------------------

    def _wanted(self) -> tuple[list[_Wanted], list[_Wanted], list[_Wanted]]:
        pins = self._followed()
        noted = {note.place.path for note in self._notes} | {
            place.path for note in self._notes for place in note.spread
        }
        paths = dict.fromkeys(
            path
            for file in self._session.files
            for path in (file.path, file.base_path)
            if path is not None and path in self._everything
        )
        paths.update(dict.fromkeys(path for path in noted if path is not None and path in self._everything))
        # Files with notes first: they are what the round is for.
        ordered = sorted(paths, key=lambda path: (path not in noted, path))
        changed = []
        for path in ordered:
            why = ["has a note"] if path in noted else ["differs"]
            here = tuple(pin for pin, place in pins if place[0] == path)
            changed.append(
                _Wanted(path, Kind.CHANGED, ", ".join([*why, *(["pinned"] if here else [])]), here)
            )
        pinned = [
            _Wanted(path, Kind.PINNED, "pinned", tuple(pin for pin, place in pins if place[0] == path))
            for path in dict.fromkeys(place[0] for _, place in pins)
            if path not in paths
        ]
        return changed, pinned, self._of_the_scope({*paths, *(each.path for each in pinned)})

    def _followed(self) -> list[tuple[Pin, tuple[str, int, int]]]:
        """Each pin with its (path, start, count) in the start tree."""
        found = []
        for tree in dict.fromkeys(pin.tree for pin in self._review.pins):
            pins = [pin for pin in self._review.pins if pin.tree == tree]
            between: Mapping[str, FileChange] = {}
            if tree != self._start:
                changes = self._session.repository.file_changes(tree, self._start)
                between = {file.base_path: file for file in changes if file.base_path is not None}
            found += [(pin, follow(pin, between.get(pin.path))) for pin in pins]
        self._places = {pin.name: place for pin, place in found}
        return found

    def _of_the_scope(self, known: Iterable[str]) -> list[_Wanted]:
        """For a round that nothing differs in: the files that the task names, else those of its scope."""
        task = self._review.task
        if not task.strip() or self._session.files:
            return []
        scope, taken = scope_of_task(task), set(known)
        free = [path for path in self._everything if path not in taken and scope.holds(path)]
        named = [path for path in free if _is_named(path, task)]
        rest = [path for path in free if path not in named] if scope.inside or not named else []
        return [
            *(_Wanted(path, Kind.NAMED, "the task names it") for path in named),
            *(_Wanted(path, Kind.NAMED, "in the scope") for path in rest),
        ]

    # -- taking -------------------------------------------------------------------------------

    def _text(self, id_: str, kind: Kind, title: str, section: str, body: str) -> None:
        """The task or the feedback: what a round is for is given whatever it weighs."""
        if not body.strip():
            return
        text = _sent(section)
        item = Item(id_, kind, title, State.GIVEN, rough_tokens(text), text)
        if id_ in self._review.removed:
            item = replace(item, state=State.REMOVED, text="")
        else:
            self._spend(item.tokens)
        self._items.append(item)

    def _take_rules(self, paths: Sequence[str]) -> None:
        common = self._session.repository.found.common_dir
        for rule in read_rules(common):
            scope = Scope((rule.pattern,) if rule.pattern else ())
            if rule.pattern and not any(map(scope.holds, paths)):
                continue
            text = _sent(rule_line(rule.id, rule.text))
            tokens = rough_tokens(text)
            why = "of the repository" if rule.repository else "yours"
            item = Item(
                f"rule:{rule.id}", Kind.RULE, f"{rule.id}: {rule.text}", State.GIVEN, tokens, text, why
            )
            if item.id in self._review.removed:
                item = replace(item, state=State.REMOVED, text="")
            elif self._fits(tokens):
                self._spend(tokens)
                self._rules.append(rule)
            else:
                item = replace(item, state=State.LEFT, text="")
            self._items.append(item)

    def _take_files(self, wanted: Sequence[_Wanted], most: int | None = None) -> None:
        ids = {
            each.path: self._everything[each.path][1]
            for each in wanted
            if each.path in self._everything and self._everything[each.path][0] in _FILES
        }
        if most is not None:
            # Nobody asked for these one by one: what cannot fit is not read.
            sizes = self._session.repository.blob_sizes(tuple(ids.values()))
            small = {path for path, size in zip(ids, sizes, strict=True) if size // 4 <= most}
            ids = {path: blob for path, blob in ids.items() if path in small}
            wanted = [each for each in wanted if each.path in ids]
        blobs = self._session.repository.blobs(tuple(ids.values()))
        for each in wanted:
            rest()
            data = blobs[ids[each.path]] if each.path in ids else None
            item = self._file(each, data, most)
            if most is not None and item.is_given:
                most -= item.tokens
            by_name = item.state is State.NAME and item.kind is not Kind.NAMED
            if data is not None and (item.is_given or by_name):
                self._files[each.path] = data
            if item.parts:
                self._parts[each.path] = item.parts
            if item.kind is not Kind.NAMED or item.is_given or item.state is State.REMOVED:
                self._items.append(item)

    def _file(self, wanted: _Wanted, data: bytes | None, most: int | None) -> Item:
        item = Item(
            f"file:{wanted.path}", wanted.kind, wanted.path, State.GONE, 0, "", wanted.why, wanted.path
        )
        by_name = State.REMOVED if item.id in self._review.removed else State.NAME
        if data is None:
            entry = self._everything.get(wanted.path)
            return item if entry is None else replace(item, state=by_name)
        whole = file_section(wanted.path, data)
        if whole is None:
            return replace(item, state=by_name, why=f"{wanted.why}, binary")
        text = _sent(whole)
        tokens = rough_tokens(text)
        item = replace(item, tokens=tokens, text=text, whole=tokens, state=State.GIVEN)
        pinned = self._pinned_lines(wanted, len(split_lines(data)))
        if wanted.kind is Kind.PINNED and pinned:
            item = self._part(item, data, pinned)
        elif wanted.kind is Kind.PINNED and all(pin.count for pin in wanted.pins):
            return replace(item, state=State.GONE, text="", why="pinned, its lines are gone")
        if item.id in self._review.removed:
            return replace(item, state=State.REMOVED, text="", parts=())
        fits = self._fits(item.tokens) and (most is None or item.tokens <= most)
        if fits and (item.parts or len(data) <= WHOLE):
            self._spend(item.tokens)
            return item
        if most is None and not item.parts:
            length = len(split_lines(data))
            for lines in (*(self._lines_that_count(wanted.path, length, n, pinned) for n in AROUND), pinned):
                part = self._part(item, data, lines) if lines else None
                if part is not None and self._fits(part.tokens):
                    self._spend(part.tokens)
                    return part
        return replace(item, state=State.LEFT, text="", parts=())

    def _part(self, item: Item, data: bytes, lines: Ranges) -> Item:
        text = _sent(file_section(item.path or "", data, lines) or "")
        return replace(
            item, state=State.PART, text=text, tokens=rough_tokens(text), parts=lines, line=lines[0][0]
        )

    def _pinned_lines(self, wanted: _Wanted, length: int) -> Ranges:
        """The pinned lines of a file where only lines of it are pinned."""
        if not wanted.pins or any(not pin.count for pin in wanted.pins):
            return ()
        places = [self._places[pin.name] for pin in wanted.pins]
        return ranges(
            line for _, start, count in places for line in range(start, start + count) if 0 < line <= length
        )

    def _lines_that_count(self, path: str, length: int, around: int, pinned: Ranges) -> Ranges:
        """The start tree's lines that differ from the base, were rejected or have notes, and the pinned ones.

        () where that is all of them.
        """
        found = {line for start, count in pinned for line in range(start, start + count)}

        def near(start: int, count: int) -> None:
            found.update(range(max(1, start - around), min(length, start + max(count, 1) - 1 + around) + 1))

        base_runs: tuple[Run, ...] = ()
        base = self._review.base
        if base != self._start:
            for file in self._session.repository.file_changes(base, self._start, (path,), renames=False):
                base_runs += file.runs
        for run in base_runs:
            near(run.new_start, len(run.added))
        runs = next((file.runs for file in self._between if file.base_path == path), ())
        for run in runs:
            near(run.old_start, len(run.removed))
        for start, count in self._noted_lines(path, LineMap(runs), LineMap(base_runs)):
            near(start, count)
        return ranges(found) if len(found) < length else ()

    def _noted_lines(self, path: str, to_round: LineMap, from_base: LineMap) -> Iterator[tuple[int, int]]:
        """(start, count) of the lines with notes, as the start tree counts them.

        A place on lines that the start tree has not lies in a change, whose lines are taken anyway.
        """
        now = next((file.path for file in self._between if file.base_path == path), path)
        for note in self._notes:
            for place in (note.place, *note.spread):
                if place.path != now or not place.count:
                    continue
                to_start = to_round.backward if place.side is Side.NEW else from_base.forward
                lines = [to_start(line) for line in range(place.start, place.start + place.count)]
                yield from ranges(line for line in lines if line is not None)

    def _fits(self, tokens: int) -> bool:
        return self._room is None or tokens <= self._room

    def _spend(self, tokens: int) -> None:
        if self._room is not None:
            self._room -= tokens


def _sent(text: str) -> str:
    """As it stands in the prompt: half characters stand for bytes that no request can carry."""
    return text.encode("utf-8", "backslashreplace").decode()


def _weight(messages: Iterable[object]) -> int:
    return sum(rough_tokens(getattr(each, "content", "")) for each in messages)


def without_task(feedback: str, task: str) -> str:
    """The feedback as a prompt has it, where the task stands on top already."""
    return feedback.replace(f"## Task\n\n{task.strip() or 'No task was written down.'}\n\n", "", 1)


def _is_named(path: str, task: str) -> bool:
    """Whether the task speaks of a file by its path, or by its name where that says enough."""
    name = path.rpartition("/")[2]
    return path in task if "/" in path else name in task.replace("`", " ").replace(",", " ").split()
