"""What became of each verdict and note, row by row of the table, on real trees in a real repository.

The rounds come from a model that does as it likes: brings rejected code back, alters what was accepted,
mixes it with new lines, touches what is out of scope, and says that it settled the notes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.review.entries import Entry
from workbench.review.ledger import Said
from workbench.review.notes import AnswerKind, Intent, Note, Place
from workbench.review.rounds import Answer, Source
from workbench.review.verdicts import Verdict, verdict_of
from workbench.workflow.answers import answer, send_again
from workbench.workflow.arrivals import Origin, next_arrival, take_arrival
from workbench.workflow.outgoing import start_tree
from workbench.workflow.receive import load_ledger
from workbench.workflow.session import Session

BASE = numbered(40)
FIRST = BASE.replace("line 10\n", "ten\nand more\n").replace("line 30\n", "log('thirty', value)\n")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"text": BASE, "docs/other": BASE})
    made.write({"text": FIRST})
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    return opened(repo.root)


def change(session: Session, number: int) -> str:
    return session.by_path["text"].changes[number].id


def note(session: Session, number: int, intent: Intent) -> Note:
    return session.write_note(session.place_of(session.change(change(session, number))), intent, "this")


def then(
    session: Session, text: str, *answers: Answer, start: str | None = None, **others: str
) -> list[Entry]:
    """The ledger of the round that a model makes of it."""
    begun = start if start is not None else start_tree(session)
    files = {"text": ("100644", text.encode())} | {
        path.replace("__", "/"): ("100644", data.encode()) for path, data in others.items()
    }
    tree = session.repository.compose_tree(begun, files)
    take_arrival(session, next_arrival(session, tree, Origin(Source.MODEL, begun, answers=answers)))
    return list(session.ledger())


def said(entries: list[Entry]) -> list[str]:
    return [entry.said.value for entry in entries]


def verdicts(session: Session) -> list[str]:
    return [verdict_of(each, session.review.current).value for each in session.by_path["text"].changes]


def test_accepted_and_the_same_lines_is_kept(session: Session) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    assert said(then(session, FIRST.replace("line 20\n", "twenty\n"))) == ["kept"]
    assert verdicts(session) == ["accepted", "open", "open"]


def test_accepted_with_only_neighbours_added_is_kept_grown_and_just_the_new_lines_are_open(
    session: Session,
) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    entries = then(session, FIRST.replace("and more\n", "and more\nand again\n"))
    assert said(entries) == ["grown"]
    held = session.review.current["text"]
    assert held.new == {10: Verdict.ACCEPTED, 11: Verdict.ACCEPTED}
    assert held.old == {10: Verdict.ACCEPTED}


def test_accepted_and_altered_is_shown_first_with_base_accepted_and_new(session: Session) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    session.write_note(Place(path="text"), Intent.SHOULD, "a note")
    entries = then(session, FIRST.replace("ten\n", "TEN\n").replace("line 20\n", "twenty\n"))
    assert said(entries)[0] == "altered"
    assert entries[0].is_violation
    assert (entries[0].base, entries[0].was, entries[0].now) == (
        (b"line 10\n",),
        (b"ten\n", b"and more\n"),
        (b"TEN\n", b"and more\n"),
    )
    assert answer(session, entries[0], Verdict.REJECTED) == "What was accepted is back."
    assert session.new_lines("text")[9:11] == (b"ten\n", b"and more\n")
    assert verdicts(session)[0] == "accepted"


def test_accepted_and_gone_is_altered(session: Session) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    assert said(then(session, FIRST.replace("ten\nand more\n", "line 10\n"))) == ["altered"]


def test_accepted_and_mixed_with_new_lines_never_keeps_a_verdict_on_what_is_new(session: Session) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    then(session, FIRST.replace("ten\nand more\n", "ten\nevil()\nand more\n"))
    assert session.review.current["text"].new == {10: Verdict.ACCEPTED, 12: Verdict.ACCEPTED}


def test_rejected_and_there_again_came_back_also_inside_a_larger_run(session: Session) -> None:
    session.judge_change(change(session, 1), Verdict.REJECTED, reason="no log")
    text = FIRST.replace("log('thirty', value)\n", "before\nlog('thirty', value)\nafter\n")
    entries = then(session, text)
    assert said(entries) == ["came back"]
    assert entries[0].is_violation
    answer(session, entries[0], Verdict.REJECTED)
    assert session.review.current["text"].new == {32: Verdict.REJECTED}, "its lines alone are rejected"
    assert "no log" in [each.reason for each in session.feedback().rejected]


def test_rejected_and_taken_out_by_nobody_is_still_there(session: Session) -> None:
    session.judge_change(change(session, 1), Verdict.REJECTED)
    current = session.review.round
    assert current is not None
    entries = then(session, FIRST.replace("line 20\n", "twenty\n"), start=current.tree)
    assert said(entries) == ["still there"]
    assert not entries[0].is_violation


@pytest.mark.parametrize("intent", [Intent.MUST, Intent.SHOULD])
def test_a_note_whose_lines_changed_is_touched_with_before_and_after(
    session: Session, intent: Intent
) -> None:
    note(session, 0, intent)
    entries = then(session, FIRST.replace("ten\n", "TEN\n"))
    assert said(entries) == ["touched"]
    assert (entries[0].was[0], entries[0].now[0]) == (b"ten\n", b"TEN\n")


@pytest.mark.parametrize("intent", [Intent.MUST, Intent.SHOULD])
def test_a_note_whose_lines_are_unchanged_is_not_addressed_whatever_the_model_says(
    session: Session, intent: Intent
) -> None:
    written = note(session, 0, intent)
    claim = Answer(written.id, AnswerKind.DONE, "Done, settled and closed. N1 settled.")
    entries = then(session, FIRST.replace("line 20\n", "twenty\n"), claim)
    assert said(entries) == ["not addressed"]
    assert entries[0].is_violation is (intent is Intent.MUST)
    assert not session.review.notes[written.id].settled
    assert [reply.text for reply in session.review.notes[written.id].thread] == [claim.text]
    assert written.id in session.feedback().note_ids


def test_a_question_answered_without_an_edit_is_answered(session: Session) -> None:
    written = note(session, 0, Intent.QUESTION)
    entries = then(session, FIRST, Answer(written.id, AnswerKind.ANSWERED, "Because."))
    assert said(entries) == ["answered"]
    assert not session.review.notes[written.id].settled


def test_a_note_that_the_model_declined_is_declined(session: Session) -> None:
    written = note(session, 0, Intent.MUST)
    entries = then(session, FIRST, Answer(written.id, AnswerKind.DECLINED, "It would break."))
    assert said(entries) == ["declined"]
    assert entries[0].words == "It would break."


def test_lines_to_be_kept_that_changed_are_a_violation(session: Session) -> None:
    note(session, 0, Intent.KEEP)
    entries = then(session, FIRST.replace("ten\n", "TEN\n"))
    assert [entry.said for entry in entries] == [Said.KEEP_ALTERED]
    assert entries[0].is_violation


def test_a_note_without_a_certain_place_is_outdated_and_shown_with_its_code(session: Session) -> None:
    written = note(session, 0, Intent.MUST)
    twice = FIRST.replace("ten\nand more\n", "").replace(
        "line 20\n", "ten\nand more\nline 20\nten\nand more\n"
    )
    then(session, twice)
    session.ledger_facts = load_ledger(session)
    assert {each.id: place for each, place in session.notes_in_round()}[written.id] is None
    entries = then(session, twice.replace("line 25\n", "twenty-five\n"))
    assert said(entries) == ["outdated"]
    assert entries[0].was == (b"ten\n", b"and more\n")


def test_what_is_outside_the_scope_is_out_of_scope(session: Session) -> None:
    session.set_task("Do it.\n\nOut of scope:\n- docs/\n")
    entries = then(session, FIRST, docs__other=BASE.replace("line 3\n", "three\n"))
    assert said(entries) == ["out of scope"]
    assert entries[0].is_violation
    answer(session, entries[0], Verdict.REJECTED)
    assert session.review.current["docs/other"].new == {3: Verdict.REJECTED}


def test_a_thread_keeps_answers_and_replies_in_order_and_only_the_expert_settles(session: Session) -> None:
    written = note(session, 0, Intent.MUST)
    then(session, FIRST, Answer(written.id, AnswerKind.DONE, "settled"))
    session.reply(written.id, "It is not.", again=True)
    then(session, FIRST.replace("line 20\n", "twenty\n"), Answer(written.id, AnswerKind.DECLINED, "no"))
    session.reply(written.id, "Fine then.")
    held = session.review.notes[written.id]
    assert [(reply.author.value, reply.round, reply.text) for reply in held.thread] == [
        ("model", 1, "settled"),
        ("expert", 1, "It is not."),
        ("model", 2, "no"),
        ("expert", 2, "Fine then."),
    ]
    assert not held.settled
    session.settle(written.id)
    assert session.review.notes[written.id].settled


def test_taking_the_entry_of_a_note_settles_it_as_one_act_and_one_undo(session: Session) -> None:
    written = note(session, 0, Intent.SHOULD)
    (entry,) = [each for each in then(session, FIRST.replace("ten\n", "TEN\n")) if each.note]
    before = session.sequence

    answer(session, entry, Verdict.ACCEPTED)
    assert session.review.notes[written.id].settled
    assert session.sequence == before + 1, "one action"
    session.undo()
    assert not session.review.notes[written.id].settled
    assert not session.review.entries
    session.redo()
    assert session.review.notes[written.id].settled


def test_rejected_code_that_was_away_for_a_round_came_back_here_and_after_opening_again(
    session: Session, opened: Open, repo: Repo
) -> None:
    session.judge_change(change(session, 0), Verdict.REJECTED)
    without = FIRST.replace("ten\nand more\n", "line 10\n")
    assert said(then(session, without)) == []
    entries = then(session, FIRST)
    assert said(entries) == ["came back"]
    assert entries[0].words == "round 1: rejected, and there again"
    again = load_ledger(session)
    assert again is not None
    session.ledger_facts = again
    assert list(session.ledger()) == entries
    # Sent back, the change is rejected as a whole: what it replaced is there in the next round.
    answer(session, entries[0], Verdict.REJECTED)
    assert verdicts(session) == ["rejected", "open"]
    assert session.repository.entry(start_tree(session), "text") is not None
    assert said(then(session, without)) == []


def test_of_rejected_code_among_new_lines_only_that_code_is_sent_back(session: Session) -> None:
    session.judge_change(change(session, 1), Verdict.REJECTED)
    then(session, FIRST.replace("log('thirty', value)\n", "line 30\n"))
    mixed = "def helper(value):\n    log('thirty', value)\n    return value\n"
    (entry,) = then(session, FIRST.replace("log('thirty', value)\n", mixed))
    assert entry.said is Said.CAME_BACK
    answer(session, entry, Verdict.REJECTED)
    held = session.review.current["text"]
    assert [line for line, verdict in held.new.items() if verdict is Verdict.REJECTED] == [32]


def test_altered_sent_back_and_altered_again_the_accepted_bytes_are_restored(session: Session) -> None:
    session.judge_change(change(session, 0), Verdict.ACCEPTED)
    (entry,) = then(session, FIRST.replace("and more\n", "and less\n"))
    answer(session, entry, Verdict.REJECTED)
    session.undo()
    session.undo()
    session.ledger_facts = load_ledger(session)
    entries = then(session, FIRST.replace("and more\n", "and nothing\n"))
    (entry,) = (each for each in entries if each.is_violation)
    assert (entry.said, entry.was, entry.now) == (Said.ALTERED, (b"and more\n",), (b"and nothing\n",))
    assert answer(session, entry, Verdict.REJECTED) == "What was accepted is back."
    assert session.new_lines("text")[9:11] == (b"ten\n", b"and more\n")


def test_a_renamed_file_and_code_in_another_file_are_told_apart(session: Session) -> None:
    block = "def helper(value):\n    cache[value] = encode(value)\n    return cache[value]\n"
    then(session, FIRST + block)
    session.judge_change(change(session, -1), Verdict.REJECTED)
    (entry,) = then(session, FIRST, docs__more="# more\n" + block)
    assert (entry.said, entry.path, entry.line, entry.count) == (Said.CAME_BACK, "docs/more", 2, 3)
    answer(session, entry, Verdict.REJECTED)
    held = session.review.current["docs/more"]
    assert sorted(held.new) == [2, 3, 4]


def test_accepted_code_with_fences_is_asked_for_inside_a_longer_one(session: Session) -> None:
    code = "````\n# Notes\n````\n"
    then(session, FIRST + code)
    session.judge_change(change(session, -1), Verdict.ACCEPTED)
    (entry,) = (each for each in then(session, FIRST) if each.said is Said.ALTERED)
    send_again(session, entry)
    text = list(session.review.notes.values())[-1].text
    assert f"\n`````\n{code}`````" in text
