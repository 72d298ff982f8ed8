"""A review as a fold of its actions: replay, undo, redo, and the promise of verdicts, over random rounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.review.texts_of_code import edited, modified, runs_of
from workbench.review.actions import (
    Action,
    CallMade,
    EntryJudged,
    FeedbackSent,
    FileViewed,
    Judged,
    Landed,
    NoteEdited,
    NoteReplied,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    Redone,
    ReviewClosed,
    ReviewStarted,
    RoundArrived,
    RoundFailed,
    TaskSet,
    Undone,
)
from workbench.review.carry import carry_rounds
from workbench.review.changes import Change, FileChange
from workbench.review.lines import numbers
from workbench.review.notes import AnswerKind, Author, Intent, Note, Place, Reply
from workbench.review.review import Review, apply, is_reviewers, next_note_id, redoable, replay, undoable
from workbench.review.rounds import Answer, FileCarry, Round, Source, Usage
from workbench.review.verdicts import Selection, Verdict, select_change, verdict_of

YES, NO, OPEN = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN

START = ReviewStarted(
    id="A0", at=0.0, review="R", repository="/r", base="base", base_commit=None, source=Source.WORKTREE
)


class World:
    """A review of one file, and its actions as a log would have them. A round's tree is its text in hex."""

    def __init__(self, base: bytes, *, informed: bool) -> None:
        self.base = base
        self.informed = informed
        self.actions: list[Action] = [START]
        self.review = replay([START])

    @property
    def next_id(self) -> str:
        return f"A{len(self.actions)}"

    @property
    def last(self) -> int:
        return len(self.review.rounds) - 1

    def do(self, action: Action) -> None:
        self.actions.append(action)
        self.review = apply(self.review, action)

    def text(self, index: int) -> bytes:
        return bytes.fromhex(self.review.rounds[index].tree)

    def file(self, index: int) -> FileChange:
        return self.file_of(self.text(index))

    def file_of(self, text: bytes) -> FileChange:
        return modified(runs_of(self.base, text), old="0", new=f"id {text.hex()}")

    def arrive(self, text: bytes, source: Source) -> None:
        after = self.file_of(text)
        carry: tuple[FileCarry, ...] = ()
        if self.last >= 0:
            before = self.file(self.last)
            between = modified(
                runs_of(self.text(self.last), text), old=str(before.new_id), new=str(after.new_id)
            )
            carry = carry_rounds(
                (before,), (after,), (between,), self.review.current if self.informed else None
            )
        mine = source is Source.EXPERT
        self.do(
            RoundArrived(
                id=self.next_id,
                at=0.0,
                round=Round(self.last + 2, int(mine), source, text.hex(), "start", 0.0),
                carry=carry,
                places=dict.fromkeys(self.review.notes),
                answers=tuple(Answer(note, AnswerKind.DONE, "did it") for note in self.review.notes),
                taken=tuple(select_change(change) for change in after.changes[:1]) if mine else (),
            )
        )

    def judge(self, index: int, selection: Selection, verdict: Verdict, reason: str = "") -> None:
        note = None
        if reason:
            note = Note(next_note_id(self.review), Intent.MUST, Place("f"), reason, index, reason=True)
        self.do(
            Judged(id=self.next_id, at=0.0, round=index, selections=(selection,), verdict=verdict, note=note)
        )

    def note(self, text: str) -> str:
        note = Note(next_note_id(self.review), Intent.SHOULD, Place("f"), text, max(self.last, 0))
        self.do(NoteWritten(id=self.next_id, at=0.0, note=note))
        return note.id

    def undo(self) -> Action | None:
        action = undoable(self.review)
        if action is not None:
            self.do(Undone(id=self.next_id, at=0.0, target=action.id))
        return action

    def redo(self) -> Action | None:
        action = redoable(self.review)
        if action is not None:
            self.do(Redone(id=self.next_id, at=0.0, target=action.id))
        return action


def some_of(draw: Callable[[st.SearchStrategy[bool]], bool], change: Change) -> Selection:
    """Some lines of a change."""
    coin = st.booleans()
    old = tuple((change.old_start + n, 1) for n in range(len(change.removed)) if draw(coin))
    new = tuple((change.new_start + n, 1) for n in range(len(change.added)) if draw(coin))
    return Selection(change.path, old=old, new=new)


def take_step(world: World, data: st.DataObject) -> None:
    """One thing that the expert or the world may do."""
    kind = data.draw(
        st.sampled_from(("judge",) * 8 + ("arrive", "edit", "undo", "redo") * 2 + ("note", "else"))
    )
    if world.last < 0 or kind == "arrive":
        origin = data.draw(st.sampled_from([world.base, *(world.text(n) for n in range(world.last + 1))]))
        world.arrive(data.draw(edited(origin)), data.draw(st.sampled_from((Source.WORKTREE, Source.MODEL))))
    elif kind == "edit":
        world.arrive(data.draw(edited(world.text(world.last))), Source.EXPERT)
    elif kind == "judge":
        index = data.draw(st.sampled_from((world.last, world.last, 0)))
        changes = world.file(index).changes
        if changes:
            change = data.draw(st.sampled_from(changes))
            whole = data.draw(st.booleans())
            selection = select_change(change) if whole else some_of(data.draw, change)
            reason = data.draw(st.sampled_from(("", "", "because")))
            world.judge(index, selection, data.draw(st.sampled_from((YES, YES, NO, OPEN))), reason)
    elif kind == "undo":
        world.undo()
    elif kind == "redo":
        world.redo()
    elif kind == "note":
        take_note_step(world, data)
    else:
        take_other_step(world, data)


def take_note_step(world: World, data: st.DataObject) -> None:
    key, at = world.next_id, 0.0
    note = data.draw(st.sampled_from([*world.review.notes, "N99"]))
    reply = Reply(Author.EXPERT, "well", world.last, again=data.draw(st.booleans()))
    action = data.draw(
        st.sampled_from(
            (
                None,
                NoteEdited(id=key, at=at, note=note, intent=Intent.MUST, text="!", suggestion=None),
                NoteReplied(id=key, at=at, note=note, reply=reply),
                NoteSettled(id=key, at=at, note=note),
                NoteSettled(id=key, at=at, note=note, settled=False),
                NoteWithdrawn(id=key, at=at, note=note),
            )
        )
    )
    if action is None:
        world.note("a note")
    else:
        world.do(action)


def take_other_step(world: World, data: st.DataObject) -> None:
    key, at, index = world.next_id, 0.0, world.last
    world.do(
        data.draw(
            st.sampled_from(
                (
                    TaskSet(id=key, at=at, text="do it"),
                    TaskSet(id=key, at=at, text=""),
                    FileViewed(id=key, at=at, path="f", seen="1"),
                    FileViewed(id=key, at=at, path="f", seen=None),
                    FeedbackSent(id=key, at=at, round=index, recipient="clipboard", text="t", start="s"),
                    EntryJudged(id=key, at=at, round=index, entry="E", answer="again"),
                    Landed(id=key, at=at, round=index, destination="worktree", files=()),
                    CallMade(id=key, at=at, purpose="round", model="m", outcome="ok", usage=Usage()),
                    RoundFailed(id=key, at=at, number=2, model="m", why="no"),
                    ReviewClosed(id=key, at=at),
                    ReviewClosed(id=key, at=at, reopened=True),
                    Undone(id=key, at=at, target="nothing"),
                    Redone(id=key, at=at, target="nothing"),
                )
            )
        )
    )


def lived(data: st.DataObject, *, informed: bool = False) -> World:
    base = data.draw(st.sampled_from((b"a\nb\nc\na\nb\nc\n", b"", b"one\n\ntwo\n\nthree")))
    world = World(base, informed=informed)
    for _ in range(data.draw(st.integers(1, 14))):
        take_step(world, data)
    return world


def contents(review: Review) -> Review:
    """The review without what only undo and redo look at."""
    return replace(review, undone=(), past=None, last_note=0)


def in_effect(review: Review) -> list[Action]:
    found: list[Action] = []
    step = review.past
    while step is not None:
        found.append(step.action)
        step = step.before.past
    return found[::-1]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_replaying_the_log_gives_the_same_review(data: st.DataObject) -> None:
    world = lived(data)
    again = replay(world.actions)
    assert again == world.review
    assert in_effect(again) == in_effect(world.review)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_undo_then_redo_gives_back_what_was_there(data: st.DataObject) -> None:
    world = lived(data)
    before = world.review
    action = world.undo()
    if action is not None:
        assert world.review is not before
        assert action not in in_effect(world.review)
        assert world.redo() == action
        assert in_effect(world.review) == in_effect(before)
        assert contents(world.review) == contents(before)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_undo_of_the_newest_action_gives_the_review_before_it(data: st.DataObject) -> None:
    world = lived(data)
    step = world.review.past
    assert step is not None
    if undoable(world.review) == step.action:
        world.undo()
        assert contents(world.review) == contents(step.before)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_taking_everything_back_leaves_the_facts_alone(data: st.DataObject) -> None:
    world = lived(data)
    facts = [action for action in in_effect(world.review) if not is_reviewers(action)]
    rounds = [each for each in world.review.rounds if each.source is not Source.EXPERT]
    for _ in range(len(world.actions)):
        if world.undo() is None:
            break
    left = in_effect(world.review)
    assert [action for action in left if not is_reviewers(action)] == facts
    assert [each for each in world.review.rounds if each.source is not Source.EXPERT] == rounds
    # Only edits in place stay, and only those on which a later round stands.
    assert all(isinstance(action, RoundArrived) for action in left if is_reviewers(action))
    assert not world.review.notes
    assert not world.review.sent
    assert not world.review.landings
    assert world.review.task == ""
    if all(each.source is not Source.EXPERT for each in world.review.rounds):
        assert not any(world.review.verdicts)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_changes_nothing_gives_the_same_object(data: st.DataObject) -> None:
    world = lived(data)
    review = world.review
    for action in in_effect(review):
        if isinstance(action, FileViewed | TaskSet | NoteSettled | NoteWithdrawn | ReviewClosed):
            once = apply(review, action)
            assert apply(once, action) is once
        if isinstance(action, Judged) and action.note is None:
            once = apply(review, action)
            assert apply(once, action) is once
    assert apply(review, Undone(id="U", at=0.0, target="nothing")) is review
    assert apply(review, Redone(id="U", at=0.0, target="nothing")) is review


Spoken = tuple[str, Verdict, bytes, int, int]
"""Side, verdict, the line's bytes, and the base lines that its run replaces."""


def spoken(file: FileChange, selection: Selection, verdict: Verdict) -> set[Spoken]:
    old, new = set(numbers(selection.old)), set(numbers(selection.new))
    found: set[Spoken] = set()
    for run in file.runs:
        where = (run.old_start, len(run.removed))
        for number, line in enumerate(run.removed, run.old_start):
            if number in old:
                found.add(("old", verdict, line, *where))
        for number, line in enumerate(run.added, run.new_start):
            if number in new:
                found.add(("new", verdict, line, *where))
    return found


def judged_lines(world: World) -> set[Spoken]:
    """All that any action in effect ever said of a line."""
    found: set[Spoken] = set()
    arrived = -1
    for action in in_effect(world.review):
        if isinstance(action, Judged) and action.round <= arrived:
            for selection in action.selections:
                found |= spoken(world.file(action.round), selection, action.verdict)
        elif isinstance(action, RoundArrived):
            arrived += 1
            for selection in action.taken:
                found |= spoken(world.file(arrived), selection, YES)
    return found


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_verdict_in_any_round_is_on_a_line_that_was_not_judged_so(data: st.DataObject) -> None:
    world = lived(data)
    known = judged_lines(world)
    # A removed line that nothing replaces stands for itself, whatever is removed beside it.
    alone = {(side, verdict, line) for side, verdict, line, *_ in known}
    for index, verdicts in enumerate(world.review.verdicts):
        file = world.file(index)
        lines = {("old", run.old_start + n) for run in file.runs for n in range(len(run.removed))}
        lines |= {("new", run.new_start + n) for run in file.runs for n in range(len(run.added))}
        replaced = {run.old_start for run in file.runs if run.removed and run.added}
        for held in verdicts.values():
            assert {("old", n) for n in held.old} | {("new", n) for n in held.new} <= lines
            for side, verdict, line, start, count in (
                *(
                    each
                    for n, v in held.old.items()
                    for each in spoken(file, Selection("f", old=((n, 1),)), v)
                ),
                *(
                    each
                    for n, v in held.new.items()
                    for each in spoken(file, Selection("f", new=((n, 1),)), v)
                ),
            ):
                if side == "new" or start in replaced:
                    assert (side, verdict, line, start, count) in known
                else:
                    assert (side, verdict, line) in alone


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_told_what_was_rejected_too_verdicts_stay_on_the_bytes_that_were_judged(data: st.DataObject) -> None:
    world = lived(data, informed=True)
    known = {(side, verdict, line) for side, verdict, line, *_ in judged_lines(world)}
    for index, verdicts in enumerate(world.review.verdicts):
        file = world.file(index)
        for held in verdicts.values():
            for n, verdict in held.old.items():
                assert {each[:3] for each in spoken(file, Selection("f", old=((n, 1),)), verdict)} <= known
            for n, verdict in held.new.items():
                assert {each[:3] for each in spoken(file, Selection("f", new=((n, 1),)), verdict)} <= known


# -- named cases -------------------------------------------------------------------------------


def test_a_verdict_given_in_an_older_round_reaches_the_newer_one_where_the_lines_are_the_same() -> None:
    world = World(b"a\nb\nc\n", informed=True)
    world.arrive(b"A\nb\nC\n", Source.WORKTREE)
    world.arrive(b"A\nb\nX\n", Source.WORKTREE)
    for change in world.file(0).changes:
        world.judge(0, select_change(change), YES)
    assert [verdict_of(change, world.review.current) for change in world.file(1).changes] == [YES, OPEN]


def test_undo_goes_past_a_round_that_arrived_and_keeps_it() -> None:
    world = World(b"a\nb\nc\n", informed=True)
    world.arrive(b"A\nb\nC\n", Source.WORKTREE)
    first, second = world.file(0).changes
    world.judge(0, select_change(first), NO)
    world.judge(0, select_change(second), YES)
    world.arrive(b"A\nb\nC\nd\n", Source.MODEL)
    world.undo()
    assert len(world.review.rounds) == 2
    assert verdict_of(first, world.review.current) is NO
    assert verdict_of(second, world.review.current) is OPEN
    world.redo()
    assert verdict_of(second, world.review.current) is YES


def test_an_edit_in_place_is_taken_back_only_while_no_later_round_stands_on_it() -> None:
    world = World(b"a\nb\n", informed=True)
    world.arrive(b"A\nb\n", Source.WORKTREE)
    world.arrive(b"AA\nb\n", Source.EXPERT)
    assert verdict_of(world.file(1).changes[0], world.review.current) is YES
    world.undo()
    assert [each.source for each in world.review.rounds] == [Source.WORKTREE]
    world.redo()
    world.arrive(b"AA\nB\n", Source.MODEL)
    assert world.undo() is None
    assert len(world.review.rounds) == len(world.review.verdicts) == 3


def test_facts_keep_their_order_when_something_before_them_is_taken_back() -> None:
    world = World(b"a\nb\n", informed=True)
    world.arrive(b"A\nb\n", Source.WORKTREE)
    world.judge(0, select_change(world.file(0).changes[0]), NO)
    for text in (b"A\nB\n", b"AA\nB\n"):
        world.do(CallMade(id=world.next_id, at=0.0, purpose="x", model="m", outcome="ok", usage=Usage()))
        world.arrive(text, Source.MODEL)
    numbers_before = [call.id for call in world.review.calls]
    world.undo()
    assert [each.tree for each in world.review.rounds] == [b"A\nb\n".hex(), b"A\nB\n".hex(), b"AA\nB\n".hex()]
    assert [call.id for call in world.review.calls] == numbers_before


def test_a_note_id_is_never_given_twice() -> None:
    world = World(b"a\n", informed=True)
    world.arrive(b"A\n", Source.WORKTREE)
    seen = [world.note("one")]
    world.undo()
    # What is done next drops the note for good; its id may be in a feedback that was sent.
    world.judge(0, select_change(world.file(0).changes[0]), YES)
    seen.append(world.note("two"))
    world.judge(0, select_change(world.file(0).changes[0]), NO, reason="because")
    seen.append(list(world.review.notes)[-1])
    world.undo()
    world.undo()
    seen.append(world.note("four"))
    assert len(set(seen)) == len(seen)
    assert replay(world.actions) == world.review


def test_two_notes_that_were_given_one_id_at_the_same_time_are_both_kept() -> None:
    world = World(b"a\n", informed=True)
    world.arrive(b"A\n", Source.WORKTREE)
    for number, text in enumerate(("window", "command line")):
        note = Note("N1", Intent.SHOULD, Place("f"), text, 0)
        world.do(NoteWritten(id=f"at once {number}", at=0.0, note=note))
    assert {name: note.text for name, note in world.review.notes.items()} == {
        "N1": "window",
        "N2": "command line",
    }
    assert world.note("third") == "N3"
    again = Note("N1", Intent.SHOULD, Place("f"), "window", 0)
    assert apply(world.review, NoteWritten(id="again", at=0.0, note=again)) is world.review


def test_a_new_action_drops_what_could_be_done_again_and_a_call_does_not() -> None:
    world = World(b"a\n", informed=True)
    world.arrive(b"A\n", Source.WORKTREE)
    change = world.file(0).changes[0]
    world.judge(0, select_change(change), YES)
    world.undo()
    world.do(CallMade(id=world.next_id, at=0.0, purpose="x", model="m", outcome="ok", usage=Usage()))
    assert redoable(world.review) is not None
    world.judge(0, select_change(change), NO)
    assert redoable(world.review) is None


def test_a_reply_that_sends_a_note_again_unsettles_it_and_an_answer_settles_nothing() -> None:
    world = World(b"a\n", informed=True)
    world.arrive(b"A\n", Source.WORKTREE)
    name = world.note("please")
    world.arrive(b"B\n", Source.MODEL)
    assert not world.review.notes[name].settled
    assert world.review.notes[name].thread[-1].author is Author.MODEL
    world.do(NoteSettled(id=world.next_id, at=0.0, note=name))
    reply = Reply(Author.EXPERT, "no", 1, again=True)
    world.do(NoteReplied(id=world.next_id, at=0.0, note=name, reply=reply))
    assert world.review.notes[name].is_live


def test_a_log_that_does_not_begin_with_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="first action"):
        replay([TaskSet(id="1", at=0.0, text="x")])
    with pytest.raises(ValueError, match="first action"):
        replay([])
