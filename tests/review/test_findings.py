"""Findings as a fold: facts with undoable judgements, ids given once, counts that follow from the actions."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.review.actions import (
    Action,
    FindingJudged,
    FindingsArrived,
    NoteWritten,
    Redone,
    ReviewStarted,
    RoundArrived,
    Undone,
    words_of,
)
from workbench.review.feedback import feedback
from workbench.review.findings import Draft, State, as_note, open_findings, said_before, without_repeats
from workbench.review.notes import Intent, Note, Place
from workbench.review.reading_counts import counts
from workbench.review.review import Review, apply, next_note_id, redoable, replay, undoable
from workbench.review.rounds import Round, Source

START = ReviewStarted(
    id="A0", at=0.0, review="R", repository="/r", base="base", base_commit=None, source=Source.WORKTREE
)


def draft(claim: str = "It is wrong.", start: int = 3, intent: Intent = Intent.SHOULD) -> Draft:
    return Draft(intent, Place(path="a.py", start=start, count=1, quote=(b"x\n",)), claim, "Seen.")


class World:
    """A review, and its actions as a log would have them."""

    def __init__(self) -> None:
        self.actions: list[Action] = [START]
        self.review: Review = replay([START])
        self.round()

    def do(self, action: Action) -> None:
        self.actions.append(action)
        self.review = apply(self.review, action)

    @property
    def name(self) -> str:
        return f"A{len(self.actions)}"

    def round(self, source: Source = Source.WORKTREE) -> None:
        number = len(self.review.rounds) + 1
        round_ = Round(number, 0, source, f"tree {self.name}", "base", 0.0)
        places = {each.id: each.place for each in self.review.findings.values()}
        self.do(RoundArrived(id=self.name, at=0.0, round=round_, places=places))

    def read(self, *drafts: Draft, model: str = "m", index: int | None = None, dropped: int = 0) -> None:
        index = self.review.index if index is None else index
        tree = self.review.rounds[index].tree
        self.do(
            FindingsArrived(
                id=self.name, at=0.0, round=index, tree=tree, model=model, findings=drafts, dropped=dropped
            )
        )

    def adopt(self, name: str) -> None:
        known = self.review.findings[name]
        note = as_note(known, next_note_id(self.review), known.place, self.review.index)
        self.do(
            FindingJudged(
                id=self.name, at=0.0, finding=name, answer=State.ADOPTED, model=known.model, note=note
            )
        )

    def dismiss(self, name: str) -> None:
        model = self.review.findings[name].model
        self.do(FindingJudged(id=self.name, at=0.0, finding=name, answer=State.DISMISSED, model=model))

    def undo(self) -> None:
        action = undoable(self.review)
        if action is not None:
            self.do(Undone(id=self.name, at=0.0, target=action.id))

    def redo(self) -> None:
        action = redoable(self.review)
        if action is not None:
            self.do(Redone(id=self.name, at=0.0, target=action.id))

    def states(self) -> dict[str, State]:
        return {each.id: each.state for each in self.review.findings.values()}


def test_a_reading_replaces_what_nobody_judged_of_its_own_model_and_round_and_nothing_else() -> None:
    world = World()
    world.read(draft("a"), draft("b"), draft("c"))
    world.read(draft("d"), model="other")
    world.adopt("F1")
    world.dismiss("F2")
    world.read(draft("e"))
    assert world.states() == {
        "F1": State.ADOPTED,
        "F2": State.DISMISSED,
        "F3": State.REPLACED,
        "F4": State.OPEN,
        "F5": State.OPEN,
    }
    world.round()
    world.read(draft("f"))
    assert [each.id for each in open_findings(world.review.findings)] == ["F4", "F5", "F6"]


def test_an_adopted_finding_is_a_note_and_one_that_is_not_is_never_in_the_feedback() -> None:
    world = World()
    world.read(draft("adopted"), draft("dismissed"), draft("open"))
    world.adopt("F1")
    world.dismiss("F2")
    note = world.review.notes["N1"]
    assert (note.text, note.origin) == ("adopted\n\nSeen.", "F1 by m")
    assert world.review.findings["F1"].note == "N1"
    assert [each.text for each in feedback(world.review, ()).notes] == ["adopted\n\nSeen."]


def test_two_that_adopt_one_finding_at_once_make_one_note() -> None:
    world = World()
    world.read(draft())
    world.adopt("F1")
    before = world.review
    world.do(
        FindingJudged(
            id=world.name,
            at=0.0,
            finding="F1",
            answer=State.ADOPTED,
            model="m",
            note=Note("N2", Intent.MUST, Place(), "again", 0),
        )
    )
    assert world.review == before


def test_a_note_whose_id_was_taken_meanwhile_gets_the_next_and_the_finding_names_it() -> None:
    world = World()
    world.read(draft())
    known = world.review.findings["F1"]
    adopting = FindingJudged(
        id="late",
        at=0.0,
        finding="F1",
        answer=State.ADOPTED,
        model="m",
        note=as_note(known, "N1", known.place, 0),
    )
    world.do(NoteWritten(id=world.name, at=0.0, note=Note("N1", Intent.MUST, Place(), "mine", 0)))
    world.do(adopting)
    assert world.review.notes["N1"].text == "mine"
    assert world.review.findings["F1"].note == "N2"
    assert world.review.notes["N2"].origin == "F1 by m"


def test_readings_are_facts_and_what_was_made_of_them_is_undone() -> None:
    world = World()
    world.read(draft("a"), draft("b"))
    world.adopt("F1")
    world.dismiss("F2")
    assert words_of(world.actions[-1]) == "dismissing F2"
    world.undo()
    world.undo()
    assert world.states() == {"F1": State.OPEN, "F2": State.OPEN}
    assert not world.review.notes
    assert undoable(world.review) is None
    assert len(world.review.readings) == 1
    world.redo()
    assert world.states()["F1"] is State.ADOPTED


def test_findings_of_an_edit_that_was_undone_are_not_shown_and_their_ids_are_not_given_again() -> None:
    world = World()
    world.round(Source.EXPERT)
    world.read(draft("of the edit"))
    world.undo()
    assert world.review.index == 0
    assert not world.review.findings
    world.read(draft("of the round"))
    assert list(world.states()) == ["F2"]
    world.undo()
    world.redo()
    assert world.review.index == 1
    assert list(world.states()) == ["F1", "F2"]


def test_what_is_said_twice_is_there_once_as_the_gravest() -> None:
    one = without_repeats(
        [draft("Same  thing."), draft("same thing.", intent=Intent.MUST), draft("same thing.", start=4)]
    )
    assert [(each.intent, each.place.start) for each in one] == [(Intent.MUST, 3), (Intent.SHOULD, 4)]


def test_what_was_said_before_of_the_same_lines_is_known() -> None:
    world = World()
    world.read(draft("a"))
    known = world.review.findings
    assert said_before(draft("A"), known.values(), {"F1": known["F1"].place})
    assert not said_before(draft("A"), known.values(), {"F1": None})
    assert not said_before(draft("A", start=4), known.values(), {"F1": known["F1"].place})


def test_counts_are_by_model_over_reviews_and_leave_out_what_was_undone() -> None:
    one, two = World(), World()
    one.read(draft("a"), draft("b"), model="good", dropped=2)
    one.adopt("F1")
    one.dismiss("F2")
    two.read(draft("a"), draft("b"), model="good")
    two.read(draft("c"), model="bad")
    two.adopt("F1")
    two.dismiss("F3")
    two.undo()
    two.dismiss("F2")
    two.undo()
    two.redo()
    found = counts([*(("one", each) for each in one.actions), *(("two", each) for each in two.actions)])
    assert [
        (each.model, each.readings, each.found, each.adopted, each.dismissed, each.dropped) for each in found
    ] == [
        ("bad", 1, 1, 0, 0, 0),
        ("good", 2, 4, 2, 2, 2),
    ]


steps = st.lists(
    st.sampled_from(["read", "read other", "adopt", "dismiss", "undo", "redo", "round", "edit"]), max_size=14
)


@settings(max_examples=150)
@given(steps, st.integers(0, 4))
def test_over_random_sequences_replay_agrees_and_only_adopted_findings_are_notes(
    acts: list[str], which: int
) -> None:
    world = World()
    for act in acts:
        waiting = open_findings(world.review.findings)
        match act:
            case "read":
                world.read(draft(f"claim {world.name}"), draft("always"))
            case "read other":
                world.read(draft(f"claim {world.name}"), model="other")
            case "adopt" if waiting:
                world.adopt(waiting[which % len(waiting)].id)
            case "dismiss" if waiting:
                world.dismiss(waiting[which % len(waiting)].id)
            case "undo":
                world.undo()
            case "redo":
                world.redo()
            case "round":
                world.round()
            case "edit":
                world.round(Source.EXPERT)
    assert replay(world.actions) == world.review
    adopted = {each.note for each in world.review.findings.values() if each.state is State.ADOPTED}
    # Every note of this world was a finding; one whose round was taken back keeps its note.
    assert adopted <= set(world.review.notes)
    assert all(note.origin for note in world.review.notes.values())
    sent = {each.text for each in feedback(world.review, ()).notes}
    assert not sent & {each.text for each in open_findings(world.review.findings)} - {"always\n\nSeen."}
