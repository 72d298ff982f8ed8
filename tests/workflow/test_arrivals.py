"""Rounds and notes while others work on the same review: two sessions stand for two processes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.errors import UserError
from workbench.review.changes import Change, FileChange, Run, Status
from workbench.review.notes import Intent, Place
from workbench.review.passing import BULKY
from workbench.review.splitting import with_changes
from workbench.review.verdicts import Selection, Verdict, verdict_of
from workbench.workflow.arrivals import as_before
from workbench.workflow.opening import open_saved
from workbench.workflow.receive import refresh, take_arrival, tweak
from workbench.workflow.recipients import recipient_named
from workbench.workflow.send import Arrived, Event, next_round, take
from workbench.workflow.session import Session


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"text": numbered(30)})
    made.write({"text": numbered(30).replace("line 5\n", "five\n").replace("line 25\n", "twenty-five\n")})
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    return opened(repo.root)


@pytest.fixture
def other(session: Session, opened: Open, repo: Repo) -> Session:
    """The same review in another process."""
    made = opened(repo.root)
    assert made.review.id == session.review.id
    return made


def ids(session: Session) -> list[str]:
    return [change.id for change in session.files[0].changes]


def verdicts(session: Session) -> list[str]:
    return [verdict_of(change, session.review.current).value for change in session.files[0].changes]


def events(session: Session, name: str = "offline") -> list[Event]:
    return list(next_round(session, recipient_named(session, name), threading.Event()))


def test_each_sees_what_the_other_judged(session: Session, other: Session) -> None:
    session.judge_change(ids(session)[0], Verdict.ACCEPTED)
    other.judge_change(ids(other)[1], Verdict.REJECTED, reason="no")
    assert session.poll()
    assert verdicts(session) == verdicts(other) == ["accepted", "rejected"]
    assert not session.poll()


def test_notes_of_both_have_ids_of_their_own(session: Session, other: Session) -> None:
    written = [each.write_note(Place(), Intent.SHOULD, "x").id for each in (session, other, session, other)]
    assert written == ["N1", "N2", "N3", "N4"]
    session.poll()
    assert set(session.review.notes) == set(other.review.notes) == {"N1", "N2", "N3", "N4"}


def test_notes_written_at_the_same_moment_are_all_kept(session: Session, repo: Repo) -> None:
    review = session.review.id
    many = [open_saved(review) for _ in range(4)]
    threads = [threading.Thread(target=_write_ten, args=(each,)) for each in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in many:
        each.close()
    session.poll()
    assert len(session.review.notes) == 40


def _write_ten(session: Session) -> None:
    for _ in range(10):
        session.write_note(Place(), Intent.SHOULD, "x")


def test_undo_takes_back_the_newest_action_whoever_did_it(session: Session, other: Session) -> None:
    session.judge_change(ids(session)[0], Verdict.ACCEPTED)
    other.judge_change(ids(other)[1], Verdict.ACCEPTED)
    session.undo()
    assert verdicts(session) == ["accepted", "open"]
    other.undo()
    assert verdicts(other) == ["open", "open"]
    session.redo()
    assert verdicts(session) == ["accepted", "open"]


def test_of_two_edits_made_at_once_the_second_is_refused(session: Session, other: Session) -> None:
    first = tweak(session, ids(session)[0], b"FIVE\n")
    second = tweak(other, ids(other)[1], b"TWENTY-FIVE\n")
    assert first is not None
    assert second is not None
    take_arrival(session, first)
    with pytest.raises(UserError, match="Another round arrived meanwhile"):
        take_arrival(other, second)
    assert verdicts(other) == ["accepted", "open"]


def test_a_work_tree_that_both_read_again_is_one_round(session: Session, other: Session, repo: Repo) -> None:
    repo.write({"more": "x\n"})
    first, second = refresh(session), refresh(other)
    assert first is not None
    assert second is not None
    take_arrival(session, first)
    take_arrival(other, second)
    session.poll()
    assert len(session.review.rounds) == len(other.review.rounds) == 2


def test_a_models_round_is_compared_anew_where_an_edit_came_in_between(
    session: Session, other: Session
) -> None:
    found = events(session)
    arrival = next(event for event in found if isinstance(event, Arrived))
    edit = tweak(other, ids(other)[0], b"FIVE\n")
    assert edit is not None
    take_arrival(other, edit)
    take(session, arrival)
    assert [(each.number, each.edit) for each in session.review.rounds] == [(1, 0), (1, 1), (2, 0)]
    # The model never saw the edit: what was accepted in it is not taken for what the model wrote.
    assert verdicts(session) == ["open", "open"]
    assert "altered" in [entry.said.value for entry in session.ledger()]


def test_what_is_judged_and_noted_while_a_model_writes_is_not_lost(session: Session) -> None:
    found = events(session)
    session.judge_change(ids(session)[1], Verdict.ACCEPTED)
    session.write_note(session.place_of(session.change(ids(session)[0])), Intent.MUST, "late")
    for event in found:
        take(session, event)
    assert len(session.review.rounds) == 2
    assert verdicts(session) == ["open", "accepted"]
    ((note, place),) = session.notes_in_round()
    assert place is not None
    assert (note.text, place.start) == ("late", 5)


def test_a_verdict_given_on_the_round_before_is_carried_into_the_one_that_came(
    session: Session, other: Session, repo: Repo
) -> None:
    repo.write({"more": "x\n"})
    arrival = refresh(other)
    assert arrival is not None
    take_arrival(other, arrival)
    session.judge_change(ids(session)[0], Verdict.ACCEPTED)
    assert len(session.review.rounds) == 2
    other.poll()
    assert verdict_of(other.by_path["text"].changes[0], other.review.current) is Verdict.ACCEPTED


def test_drafts_and_the_place_of_the_window_are_kept(session: Session, other: Session) -> None:
    session.save_draft("note review", "half a sen")
    session.save_place({"line": 7})
    assert other.drafts() == {"note review": "half a sen"}
    assert other.place() == {"line": 7}
    other.drop_draft("note review")
    assert session.drafts() == {}


def test_a_viewed_mark_speaks_of_the_bytes_that_were_seen(session: Session, repo: Repo) -> None:
    session.view("text")
    assert session.viewed() == {"text"}
    repo.write({"text": numbered(30).replace("line 5\n", "FIVE\n")})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    assert session.viewed() == frozenset()


def test_what_was_rejected_while_a_round_was_compared_counts_as_taken_out(opened: Open, repo: Repo) -> None:
    two = numbered(30).replace("line 5\n", "five\nfive more\n")
    repo.write({"text": two})
    session = opened(repo.root)
    session.judge_change(ids(session)[0], Verdict.ACCEPTED)
    repo.write({"text": two.replace("five more\n", "")})
    arrival = refresh(session)
    assert arrival is not None
    session.judge((Selection("text", new=((6, 1),)),), Verdict.REJECTED)
    take_arrival(session, arrival)
    assert verdicts(session) == ["accepted"]


def test_a_round_is_not_compared_anew_while_nothing_was_judged(session: Session, repo: Repo) -> None:
    session.judge_change(ids(session)[0], Verdict.ACCEPTED)
    repo.write({"text": (repo.root / "text").read_text() + "one more\n"})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    assert session.review.carries[-1] is arrival.action.carry
    assert verdicts(session) == ["accepted", "open", "open"]


@pytest.fixture
def many(tmp_path: Path) -> Repo:
    """Four changed files, of which the first has two changes."""
    made = new_repo(tmp_path / "many")
    made.commit({name: numbered(30) for name in "abcd"})
    made.write({name: numbered(30).replace("line 5\n", f"{name}\n") for name in "abcd"})
    made.write({"a": numbered(30).replace("line 5\n", "five\n").replace("line 25\n", "more\n")})
    return made


def test_what_is_read_again_and_is_not_otherwise_is_the_same_object(opened: Open, many: Repo) -> None:
    session = opened(many.root)
    before = session.files
    # One has a change less now, one another, and one is as the base has it.
    many.write({"a": numbered(30).replace("line 5\n", "five\n")})
    many.write({"c": numbered(30).replace("line 9\n", "nine\n")})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    same = [one is other for one, other in zip(before, session.files, strict=True)]
    assert same == [False, True, False, True]
    assert session.by_path == {file.path: file for file in session.files}
    assert session.changes_by_id == {each.id: each for file in session.files for each in file.changes}

    many.write({"b": numbered(30)})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    assert list(session.by_path) == ["a", "c", "d"]
    assert session.changes_by_id == {each.id: each for file in session.files for each in file.changes}


@pytest.mark.parametrize("gone", [(), ("b",)])
def test_who_looks_through_the_changes_meanwhile_finds_those_of_one_round(
    opened: Open, many: Repo, monkeypatch: pytest.MonkeyPatch, gone: tuple[str, ...]
) -> None:
    session = opened(many.root)
    put: list[tuple[object, dict[str, Change]]] = []

    def setting(self: Session, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name == "changes_by_id":
            put.append((value, dict(session.changes_by_id)))

    before = session.changes_by_id
    known = dict(before)
    many.write({"c": numbered(30).replace("line 9\n", "nine\n"), **dict.fromkeys(gone, numbered(30))})
    arrival = refresh(session)
    assert arrival is not None
    monkeypatch.setattr(Session, "__setattr__", setting)
    take_arrival(session, arrival)
    assert before == known, "a worker may be looking through them"
    assert [found for _, found in put] == [session.changes_by_id]
    assert put[0][0] is session.changes_by_id


def test_the_ledger_of_a_round_is_made_before_it_is_taken(opened: Open, many: Repo) -> None:
    session = opened(many.root)
    session.judge_change(session.files[1].changes[0].id, Verdict.ACCEPTED)
    many.write({"b": numbered(30).replace("line 5\n", "otherwise\n")})
    arrival = refresh(session)
    assert arrival is not None
    assert arrival.facts is not None
    made = arrival.facts.ledger
    assert made is not None
    judged = made._judged[1]
    take_arrival(session, arrival)
    assert [entry.said.value for entry in session.ledger()] == ["altered"]
    assert made._judged[1] is judged, "nothing was worked out again"

    entries = session.ledger()
    session.write_note(Place(path="d"), Intent.SHOULD, "x")
    assert session.ledger() is entries, "a note of this round changes no entry"


def bulky(*, start: int = 5, last: bytes = b"last\n") -> FileChange:
    """A file of many lines, made of new objects each time."""
    lines = (*(b"%d words\n" % number for number in range(BULKY)), last)
    runs = (Run(2, 2, (b"old\n",), (b"new\n",)), Run(start - 1, start, (), lines))
    file = FileChange(Status.MODIFIED, "log", "log", "100644", "100644", "1" * 40, "2" * 40, runs=runs)
    return with_changes(file)


def test_a_file_of_many_lines_stays_the_object_that_it_was_where_it_is_equal() -> None:
    before, again, small = (
        bulky(),
        bulky(),
        with_changes(FileChange(Status.ADDED, "a", None, None, "1", None, "3")),
    )
    assert before == again
    assert as_before([before, small], [again])[0] is before
    for other in (bulky(start=6), bulky(last=b"else\n"), replace(again, new_mode="100755"), small):
        assert as_before([before], [replace(other, path="log")])[0] is not before
    fewer = replace(again, runs=again.runs[1:])
    assert as_before([before], [fewer]) == (fewer,)
