"""Only this change: one change or one file is made anew with its notes, and all else is frozen.

What the model touches besides is not taken into the round. It is told in the ledger as left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.generation.checking import MAX_ALL, Outcome
from workbench.generation.contract import Block, Deletion, Edit, Move, NewFile
from workbench.generation.edits import Text, lines_of_edit, read_text
from workbench.generation.matching import Finder
from workbench.generation.prompt import Request, rough_tokens
from workbench.review.aftermath import Aftermath
from workbench.review.changes import Change, FileChange, Run, Side, Status
from workbench.review.compose import Take
from workbench.review.confining import Span, confined
from workbench.review.feedback import Feedback, as_markdown
from workbench.review.feedback_values import Frozen
from workbench.review.linemap import LineMap
from workbench.review.lines import numbers, ranges, split_lines
from workbench.review.notes import Note
from workbench.review.places import places_now
from workbench.review.progress import changes_at
from workbench.review.rounds import LeftOut, Only, Why
from workbench.workflow.composing import compose_tree
from workbench.workflow.context import without_task
from workbench.workflow.session import Session

if TYPE_CHECKING:  # `send` imports this file
    from workbench.workflow.outgoing import Outgoing
    from workbench.workflow.recipients import Recipient

FILES = ("100644", "100755")
Entry = tuple[str, str]


class Wanted(Struct, frozen=True):
    """What is to be made anew: changes of the current round, or whole files by their paths in it."""

    changes: tuple[Change, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.files, *(change.path for change in self.changes))))

    @property
    def words(self) -> str:
        """What it is, for a sentence: "the change at lines 3–5 of a.py"."""
        named = [f"the file {path}" for path in self.files]
        named += [f"the change at {_lines(change)} of {change.path}" for change in self.changes]
        return f"{', '.join(named[:-1])} and {named[-1]}" if named[1:] else named[0]


class Confined(Struct, frozen=True):
    """A model's answer with what was not asked for taken away."""

    tree: str
    left_out: tuple[LeftOut, ...]
    whys: tuple[Why, ...]


def wanted_only(session: Session, changes: Sequence[str] = (), file: str | None = None) -> Wanted:
    """What `--only` and `--file` name. UserError for what cannot be made anew by itself."""
    found = tuple(dict.fromkeys(session.change(each) for each in changes))
    odd = next((change for change in found if not change.is_text), None)
    if odd is not None:
        raise UserError(
            f"Only lines of text can be made anew by themselves, and {odd.path} is not: {odd.words}.",
            hint="Reject it and send the feedback, or name the file.",
        )
    if file is not None and session.file(file).binary:
        raise UserError(f"{file} is not text, so no model can write it.", hint="Reject it, and say why.")
    if not found and file is None:
        raise UserError(
            "Nothing is named that is to be made anew.", hint="Give --only CHANGE or --file PATH."
        )
    return Wanted(found, (file,) if file is not None else ())


def only_text(session: Session, wanted: Wanted) -> str:
    """The feedback for such a round: what is asked, then what was said of it and what is frozen.

    What was taken out of the tray is not in it; what is asked always is.
    """
    value, removed = session.feedback(taken_out=True), session.review.removed
    notes = {note.id for note in _notes(session, wanted)}
    changes = {change.id for change in wanted.changes}
    narrowed = Feedback(
        "" if "task" in removed else value.task,
        value.round,
        value.taken_out,
        tuple(_frozen(session, value.frozen, wanted)),
        tuple(each for each in value.keep if each.path in wanted.paths),
        tuple(each for each in value.rejected if each.change in changes or each.path in wanted.files),
        tuple(each for each in value.notes if each.id in notes),
        tuple(each for each in value.questions if each.id in notes),
    )
    head = (
        f"Make only this anew: {wanted.words}. Everything else is frozen, also where it was not accepted "
        "yet: whatever you change besides is left out of the round and counted against it."
    )
    return f"{head}\n\n{as_markdown(narrowed)}" if narrowed and "feedback" not in removed else f"{head}\n"


def _frozen(session: Session, frozen: Sequence[Frozen], wanted: Wanted) -> Iterator[Frozen]:
    """What must stay, without what is to be made anew itself."""
    review = session.review
    start = compose_tree(session.repository, review.base, session.files, review.current, Take.NOT_REJECTED)
    spans = _spans(session, start, wanted)
    for each in frozen:
        held = spans.get(each.path, ())
        if held is None:
            continue
        lines = ranges(
            line for line in numbers(each.lines) if not any(low <= line < high for low, high in held)
        )
        if not held or lines:
            yield replace(each, lines=lines, whole=each.whole and not held) if held else each


def only_outgoing(session: Session, whole: Outgoing, wanted: Wanted) -> Outgoing:
    """What would leave for such a round."""
    text = only_text(session, wanted)
    return replace(whole, text=text, tokens=rough_tokens(text))


def only_recipients(recipients: Sequence[Recipient]) -> tuple[Recipient, ...]:
    """Who can make something anew: models. Nobody else can be held to it."""
    return tuple(each for each in recipients if each.kind.value in ("model", "offline"))


def only_request(session: Session, request: Request, wanted: Wanted) -> Request:
    """The request with the files and notes concerned alone. UserError where a file is not given at all."""
    files = {path: data for path, data in request.files.items() if path in _start_paths(session, wanted)}
    if not files and any(path in request.paths for path in wanted.paths):
        raise UserError(
            f"{wanted.paths[0]} is too large, or no text, and cannot be given to a model.",
            hint="Edit it in place, or in your editor.",
        )
    notes = {note.id for note in _notes(session, wanted)}
    return replace(
        request,
        feedback=without_task(only_text(session, wanted), request.task),
        files=files,
        notes=tuple(note for note in request.notes if note.id in notes),
        parts={path: spans for path, spans in request.parts.items() if path in files},
        confined=True,
    )


def as_only(session: Session, wanted: Wanted) -> Only:
    """What the round is recorded to have been allowed."""
    return Only(wanted.words, wanted.paths, tuple(note.id for note in _notes(session, wanted)))


def confine(session: Session, start: str, tree: str, outcome: Outcome, wanted: Wanted) -> Confined:
    """The answer `tree`, made from `start`, with all but what was wanted as it is in `start`. Blocking."""
    maker = _Confiner(session, start, tree, dict(outcome.moves), wanted)
    made = maker.make()
    final = session.repository.compose_tree(start, made) if made else start
    left = (*maker.left, *_beyond(session, start, outcome.beyond))
    return Confined(final, left, _whys(session, tree, final, outcome.whys))


def _beyond(session: Session, start: str, blocks: Sequence[Block]) -> Iterator[LeftOut]:
    """What the model did to files, or to lines, that it was not given."""
    entries = session.repository.tree_entries(start)
    texts: dict[str, tuple[Text, Finder] | None] = {}
    for block in blocks:
        if isinstance(block, Move):
            yield LeftOut(block.path, words=f"another name, {block.to}", moved=block.to)
        elif isinstance(block, Deletion):
            yield LeftOut(block.path, words="the deletion of the file", gone=True)
        elif isinstance(block, NewFile):
            yield LeftOut(block.path, words="other contents for a file that it was not given")
        elif isinstance(block, Edit):
            if block.path not in texts:
                texts[block.path] = _text(session, entries.get(block.path))
            yield _edited(texts[block.path], block)


def _text(session: Session, entry: Entry | None) -> tuple[Text, Finder] | None:
    if entry is None or entry[0] not in FILES or session.repository.blob_size(entry[1]) > MAX_ALL:
        return None
    text = read_text(session.repository.blob(entry[1]))
    return (text, Finder(text.lines)) if text is not None else None


def _edited(text: tuple[Text, Finder] | None, edit: Edit) -> LeftOut:
    """An edit as the lines that it would have put, where it is certain which it meant."""
    found = lines_of_edit(*text, edit) if text is not None else None
    if found is None:
        return LeftOut(edit.path, words="an edit of lines that it was not given")
    start, was, now = found
    return LeftOut(edit.path, start + bool(was), len(was), was, now)


class _Confiner:
    """Goes over what an answer touched, path by path."""

    def __init__(
        self, session: Session, start: str, tree: str, moves: Mapping[str, str], wanted: Wanted
    ) -> None:
        self.session, self.repository = session, session.repository
        self.start, self.tree, self.moves, self.wanted = start, tree, moves, wanted
        self.before = session.repository.tree_entries(start)
        self.after = session.repository.tree_entries(tree)
        self.spans = _spans(session, start, wanted)
        self.left: list[LeftOut] = []

    def make(self) -> dict[str, tuple[str, bytes | str] | None]:
        """What the start tree becomes."""
        targets = {self.moves[path] for path in self.spans if path in self.moves}
        made: dict[str, tuple[str, bytes | str] | None] = {}
        for file in self.repository.file_changes(self.start, self.tree, renames=False):
            if file.path in self.spans:
                self._wanted(file, made)
            elif file.path not in targets:
                self._leave_out(file)
        return made

    def _wanted(self, file: FileChange, made: dict[str, tuple[str, bytes | str] | None]) -> None:
        """A file of which something was asked for."""
        path, spans = file.path, self.spans[file.path]
        moved = self.moves.get(path)
        if moved is not None:
            self.left.append(LeftOut(path, words=f"another name, {moved}", moved=moved))
        old, new = self.before.get(path), self.after.get(moved or path)
        if old is None or new is None or old[0] not in FILES or new[0] not in FILES:
            if spans is None or (old is None and new is not None):
                made[path] = new
            else:
                self.left.append(LeftOut(path, words="the deletion of the file", gone=True))
        elif spans is None:
            made[path] = (old[0], new[1])
        else:
            lines = split_lines(self.repository.blob(old[1]))
            data, left = confined(path, lines, self._runs(path, old, new, file), spans)
            self.left += left
            made[path] = (old[0], b"".join(data))

    def _runs(self, path: str, old: Entry, new: Entry, file: FileChange) -> Sequence[Run]:
        if path not in self.moves:
            return file.runs
        empty = self.repository.empty_tree
        trees = [self.repository.compose_tree(empty, {path: each}) for each in (old, new)]
        found = self.repository.file_changes(trees[0], trees[1], renames=False)
        return found[0].runs if found else ()

    def _leave_out(self, file: FileChange) -> None:
        """A file of which nothing was asked for."""
        if file.status is Status.ADDED and not file.binary:
            lines = tuple(line for run in file.runs for line in run.added)
            self.left.append(LeftOut(file.path, now=lines, words="a new file"))
        elif file.status is Status.DELETED:
            self.left.append(LeftOut(file.path, words="the deletion of the file", gone=True))
        elif not file.runs:
            self.left.append(LeftOut(file.path, words="other contents"))
        for run in file.runs if file.status is Status.MODIFIED else ():
            at = run.old_start
            self.left.append(LeftOut(file.path, at, len(run.removed), run.removed, run.added))


def _spans(session: Session, start: str, wanted: Wanted) -> Mapping[str, Sequence[Span] | None]:
    """By path in the start tree, the lines that were asked for there; None where it is the whole file."""
    current = session.review.round
    tree = current.tree if current is not None else start
    steps = {file.base_path: file for file in session.repository.file_changes(tree, start)}
    found: dict[str, list[Span] | None] = {}
    for path in wanted.files:
        step = steps.get(path)
        found[step.path if step is not None and step.new_id else path] = None
    for change in wanted.changes:
        step = steps.get(change.path)
        if step is not None and step.status is Status.DELETED:
            found[change.path] = None
            continue
        there = Aftermath(None, None, None, step)
        region = there.region(change.new_start, len(change.added), change.added)
        path = step.path if step is not None else change.path
        begin = region.start if region.count else region.start + 1
        held = found.setdefault(path, [])
        if held is not None:
            held.append((begin, begin + region.count))
    return found


def _start_paths(session: Session, wanted: Wanted) -> frozenset[str]:
    files = (session.by_path.get(path) for path in wanted.paths)
    bases = {file.base_path for file in files if file is not None and file.base_path is not None}
    return frozenset({*wanted.paths, *bases})


def _notes(session: Session, wanted: Wanted) -> list[Note]:
    """The live notes, reasons too, that speak of what is wanted."""
    ids = {change.id for change in wanted.changes}
    found: list[Note] = []
    for note in session.review.notes.values():
        if not note.is_live:
            continue
        for place in places_now(session.review, note):
            file = session.by_path.get(place.path or "") if place is not None else None
            if place is None or file is None:
                continue
            if file.path in wanted.files or (not place.is_file and ids.intersection(changes_at(file, place))):
                found.append(note)
                break
    return found


def _whys(session: Session, tree: str, final: str, whys: Sequence[Why]) -> tuple[Why, ...]:
    """The reasons whose lines are in the round, in its numbers."""
    steps = {file.base_path: file for file in session.repository.file_changes(tree, final, renames=False)}
    there = session.repository.tree_entries(final)
    kept: list[Why] = []
    for why in whys:
        step = steps.get(why.path)
        if step is None and why.path in there:
            kept.append(why)
        elif step is not None and step.new_id is not None and why.count:
            start = LineMap(step.runs).forward(why.start)
            if start is not None:
                kept.append(replace(why, start=start))
    return tuple(kept)


def _lines(change: Change) -> str:
    side = Side.NEW if change.added else Side.OLD
    start, count = (
        (change.new_start, len(change.added)) if side is Side.NEW else (change.old_start, len(change.removed))
    )
    lines = f"line {start}" if count == 1 else f"lines {start}–{start + count - 1}"
    return lines if side is Side.NEW else f"{lines} of the base"
