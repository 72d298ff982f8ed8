"""Only this change: one change or one file made anew; what a model touches besides is left out and told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model_server import ModelServer
from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.errors import UserError
from workbench.generation.checking import Outcome, check
from workbench.generation.children import Helpers
from workbench.generation.contract import Block, Deletion, Edit, Move, NewFile, NoteAnswer, parse, write
from workbench.generation.prompt import build
from workbench.review.actions import ItemRemoved
from workbench.review.changes import Change, Kind, Status
from workbench.review.ledger import Entry, Said
from workbench.review.notes import AnswerKind, Intent
from workbench.review.rounds import Source
from workbench.review.verdicts import Verdict, verdict_of
from workbench.store.settings import ModelSettings
from workbench.workflow.answers import answer
from workbench.workflow.arrivals import Origin, next_arrival, take_arrival
from workbench.workflow.edits import tweak_lines
from workbench.workflow.logged import new_id
from workbench.workflow.only import Wanted, as_only, confine, only_request, only_text, wanted_only
from workbench.workflow.outgoing import require_sendable, start_tree
from workbench.workflow.placing import place_of_change
from workbench.workflow.receive import load_ledger
from workbench.workflow.recipients import Recipient, RecipientKind, recipient_named
from workbench.workflow.request import request_for
from workbench.workflow.send import Arrived, Event, next_round, take
from workbench.workflow.session import Session

BASE = numbered(30)
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
AGENT = BASE.replace("line 5\n", "five\n").replace("line 25\n", "more\nagain\n")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"text": BASE, "other": BASE})
    made.write({"text": AGENT, "other": BASE.replace("line 9\n", "nine\n"), "new": "new\n"})
    return made


class KeptHelpers(Helpers):
    """A helper process that outlives the session that started it: LiteLLM takes seconds to be imported."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture(scope="module")
def helpers() -> Iterator[KeptHelpers]:
    kept = KeptHelpers()
    yield kept
    Helpers.close(kept)


@pytest.fixture
def session(opened: Open, repo: Repo, helpers: KeptHelpers) -> Session:
    made = opened(repo.root)
    made.helpers = helpers
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    made = ModelServer()
    yield made
    made.close()


def model(server: ModelServer, *blocks: Block) -> Recipient:
    """A model that answers with these blocks, whatever it is asked."""
    url = server.script(write(blocks))
    settings = ModelSettings("openai/test", api_base=url, price_in=1.0, price_out=1.0)
    return Recipient("test", "test", RecipientKind.MODEL, model=settings)


def ids(session: Session, path: str = "text") -> list[str]:
    return [change.id for change in session.by_path[path].changes]


def only(session: Session, recipient: Recipient, wanted: Wanted) -> list[Event]:
    events = list(next_round(session, recipient, threading.Event(), wanted))
    for event in events:
        take(session, event)
    assert isinstance(events[-1], Arrived), events[-1]
    return events


def answered(session: Session, wanted: Wanted, *blocks: Block) -> None:
    """The same without a call: the blocks are what a model answered."""
    start = start_tree(session)
    request = only_request(session, request_for(session, only_text(session, wanted), start), wanted)
    outcome = check(parse(write(blocks)), request.files, request.to_answer, paths=request.paths)
    assert isinstance(outcome, Outcome), outcome
    tree = session.repository.compose_tree(
        start, {path: None if data is None else ("100644", data) for path, data in outcome.files.items()}
    )
    made = confine(session, start, tree, outcome, wanted)
    origin = Origin(Source.MODEL, start, only=as_only(session, wanted), left_out=made.left_out)
    take_arrival(session, next_arrival(session, made.tree, origin))


def text(session: Session, path: str = "text") -> str:
    return b"".join(session.new_lines(path)).decode()


def of_file(session: Session, path: str) -> tuple[Change, ...]:
    return session.by_path[path].changes


def edit_of(session: Session, path: str, start: int, count: int) -> None:
    """The expert's own edit, after which the ledger is read again."""
    arrival = tweak_lines(session, path, start, count, b"cinq\n")
    assert arrival is not None
    take_arrival(session, arrival)
    session.ledger_facts = load_ledger(session)


def verdicts(session: Session, path: str) -> set[Verdict]:
    return {verdict_of(change, session.review.current) for change in of_file(session, path)}


def left_out(session: Session) -> list[Entry]:
    return [entry for entry in session.ledger() if entry.said is Said.LEFT_OUT]


def test_the_change_that_was_asked_for_is_made_anew(session: Session) -> None:
    session.judge_change(ids(session)[1], Verdict.ACCEPTED)
    answered(
        session,
        wanted_only(session, ids(session)[:1]),
        Edit("text", "better", ("five",), ("FIVE", "and a half")),
    )

    assert text(session) == AGENT.replace("five\n", "FIVE\nand a half\n")
    assert left_out(session) == []
    assert session.review.rounds[-1].only is not None


def test_what_the_model_touches_besides_is_not_in_the_round_and_is_told(
    session: Session, server: ModelServer
) -> None:
    before = {file.path: file.new_id for file in session.files}
    recipient = model(
        server,
        Edit("text", "asked", ("five",), ("FIVE",)),
        Edit("text", "not asked", ("line 10",), ("TEN",)),
        Edit("text", "not asked", ("more", "again"), ("less",)),
        NewFile("extra", "not asked", ("extra",)),
    )

    only(session, recipient, wanted_only(session, ids(session)[:1]))

    assert text(session) == AGENT.replace("five\n", "FIVE\n")
    assert {path: file.new_id for path, file in session.by_path.items() if path != "text"} == {
        path: blob for path, blob in before.items() if path != "text"
    }
    assert [(entry.path, entry.line, entry.was, entry.now) for entry in left_out(session)] == [
        ("extra", 0, (), (b"extra\n",)),
        ("text", 10, (b"line 10\n",), (b"TEN\n",)),
        ("text", 25, (b"more\n", b"again\n"), (b"less\n",)),
    ]
    assert all(entry.is_violation for entry in left_out(session))
    assert session.ledger()[0].is_violation


def test_what_the_model_does_to_files_that_it_was_not_given_is_left_out(
    session: Session, server: ModelServer
) -> None:
    recipient = model(
        server,
        Edit("text", "asked", ("five",), ("FIVE",)),
        Edit("other", "not asked", ("line 8", "nine"), ("line 8", "NINE", "more")),
        Edit("other", "in the dark", ("not in there",), ("x",)),
        Deletion("new", "not asked"),
        NewFile("new", "not asked", ("newer",)),
    )

    only(session, recipient, wanted_only(session, ids(session)[:1]))

    assert len(server.asked) == 1
    assert text(session) == AGENT.replace("five\n", "FIVE\n")
    assert text(session, "other") == BASE.replace("line 9\n", "nine\n")
    assert text(session, "new") == "new\n"
    found = {(entry.path, entry.line, entry.was, entry.now) for entry in left_out(session)}
    assert found == {
        ("other", 9, (b"nine\n",), (b"NINE\n", b"more\n")),
        ("other", 0, (), ()),
        ("new", 0, (), ()),
    }
    assert all(entry.is_violation for entry in left_out(session))
    (nine,) = (entry for entry in left_out(session) if entry.now)
    answer(session, nine, Verdict.ACCEPTED)
    assert text(session, "other") == BASE.replace("line 9\n", "NINE\nmore\n")


def test_an_answer_about_nothing_that_was_given_leaves_all_as_it_was(
    session: Session, server: ModelServer
) -> None:
    recipient = model(server, Edit("other", "not asked", ("nine",), ("NINE",)))
    only(session, recipient, wanted_only(session, ids(session)[:1]))
    assert len(server.asked) == 1
    assert text(session) == AGENT
    assert [entry.path for entry in left_out(session)] == ["other"]


def test_of_lines_changed_together_only_those_of_the_change_are_taken(session: Session) -> None:

    answered(
        session,
        wanted_only(session, ids(session)[:1]),
        Edit("text", "too much", ("line 4", "five", "line 6"), ("four", "FIVE", "six")),
    )

    assert text(session) == AGENT.replace("five\n", "FIVE\n")
    assert [entry.now for entry in left_out(session)] == [(b"four\n",), (b"six\n",)]


def test_deleting_or_renaming_the_file_is_left_out(session: Session) -> None:
    answered(session, wanted_only(session, ids(session)[:1]), Deletion("text", "away"))
    assert text(session) == AGENT
    assert "deletion" in left_out(session)[0].words

    moving = (Move("text", "elsewhere", "tidy"), Edit("text", "asked", ("five",), ("FIVE",)))
    answered(session, wanted_only(session, ids(session)[:1]), *moving)
    assert text(session) == AGENT.replace("five\n", "FIVE\n")
    assert "elsewhere" not in session.by_path
    assert "another name, elsewhere" in left_out(session)[0].words


def test_a_whole_file_may_be_changed_everywhere(session: Session) -> None:

    answered(
        session,
        wanted_only(session, file="text"),
        Edit("text", "asked", ("line 10",), ("TEN",)),
        Edit("text", "asked", ("five",), ("line 5",)),
        NewFile("extra", "not asked", ("extra",)),
    )

    assert text(session) == AGENT.replace("five\n", "line 5\n").replace("line 10\n", "TEN\n")
    assert [entry.path for entry in left_out(session)] == ["extra"]


def test_a_rejected_change_is_made_anew_where_it_stood(session: Session, server: ModelServer) -> None:
    session.judge_change(ids(session)[0], Verdict.REJECTED, reason="say it in words")
    recipient = model(server, Edit("text", "asked", ("line 5",), ("in words",)))

    only(session, recipient, wanted_only(session, ids(session)[:1]))

    assert text(session) == AGENT.replace("five\n", "in words\n")
    assert left_out(session) == []
    assert "say it in words" in server.asked[0].prompt


def test_only_the_notes_of_the_change_are_sent_and_no_other_is_held_against_the_round(
    session: Session, server: ModelServer
) -> None:
    first, second = (session.change(each) for each in ids(session))
    mine = session.write_note(session.place_of(first), Intent.MUST, "Write it large.")
    session.write_note(session.place_of(second), Intent.MUST, "This is something else.")
    recipient = model(
        server,
        Edit("text", "asked", ("five",), ("FIVE",)),
        NoteAnswer(mine.id, AnswerKind.DONE, "It is large."),
    )

    only(session, recipient, wanted_only(session, [first.id]))

    assert "Write it large." in server.asked[0].prompt
    assert "This is something else." not in server.asked[0].prompt
    assert [entry.note for entry in session.ledger() if entry.note] == [mine.id]


def test_what_was_left_out_is_put_in_by_accepting_it_and_undone(session: Session) -> None:
    answered(
        session,
        wanted_only(session, ids(session)[:1]),
        Edit("text", "asked", ("five",), ("FIVE",)),
        Edit("text", "not asked", ("line 10",), ("TEN",)),
        Edit("text", "not asked", ("line 20",), ("TWENTY",)),
    )
    ten, twenty = left_out(session)

    assert answer(session, twenty, Verdict.ACCEPTED) == "It is in the round now."
    session.ledger_facts = load_ledger(session)
    ten = next(entry for entry in left_out(session) if entry.now == ten.now)
    answer(session, ten, Verdict.REJECTED)

    assert "TWENTY\n" in text(session)
    assert "TEN\n" not in text(session)
    session.undo()
    session.undo()
    session.undo()
    assert "TWENTY\n" not in text(session)


def test_a_deletion_that_was_left_out_is_put_in_by_accepting_it(session: Session) -> None:
    answered(session, wanted_only(session, ids(session)[:1]), Deletion("text", "away"))

    assert answer(session, left_out(session)[0], Verdict.ACCEPTED) == "It is in the round now."
    assert session.by_path["text"].status is Status.DELETED
    assert verdicts(session, "text") == {Verdict.ACCEPTED}
    session.undo()
    session.undo()
    assert text(session) == AGENT


def test_another_name_that_was_left_out_is_put_in_and_the_verdicts_go_along(session: Session) -> None:
    session.judge_change(ids(session)[1], Verdict.ACCEPTED)
    moving = (Move("text", "elsewhere", "tidy"), Edit("text", "asked", ("five",), ("FIVE",)))
    answered(session, wanted_only(session, ids(session)[:1]), *moving)

    answer(session, left_out(session)[0], Verdict.ACCEPTED)
    assert "text" not in session.by_path
    assert text(session, "elsewhere") == AGENT.replace("five\n", "FIVE\n")
    found = {
        change.kind: verdict_of(change, session.review.current) for change in of_file(session, "elsewhere")
    }
    assert found[Kind.RENAME] is Verdict.ACCEPTED
    assert verdict_of(of_file(session, "elsewhere")[-1], session.review.current) is Verdict.ACCEPTED
    session.undo()
    session.undo()
    assert text(session) == AGENT.replace("five\n", "FIVE\n")


def test_a_name_that_is_taken_and_a_file_that_was_edited_since_are_not_put_in(session: Session) -> None:
    answered(session, wanted_only(session, ids(session)[:1]), Move("text", "fresh", "tidy"))
    edit_of(session, "fresh", 0, 0)
    with pytest.raises(UserError, match="There is a file fresh"):
        answer(session, left_out(session)[0], Verdict.ACCEPTED)

    answered(session, wanted_only(session, ids(session)[:1]), Deletion("text", "away"))
    edit_of(session, "text", 5, 1)
    with pytest.raises(UserError, match="was edited since"):
        answer(session, left_out(session)[0], Verdict.ACCEPTED)
    assert "cinq\n" in text(session)


def test_the_offline_model_applies_the_suggestion_on_this_change_alone(session: Session) -> None:
    for change, words in zip(ids(session), ("FIVE\n", "MORE\n"), strict=True):
        session.write_note(session.place_of(session.change(change)), Intent.MUST, "so", words)

    only(session, recipient_named(session, "offline"), wanted_only(session, ids(session)[:1]))

    assert text(session) == AGENT.replace("five\n", "FIVE\n")
    assert left_out(session) == []


def test_what_cannot_be_made_anew_by_itself_is_said(session: Session, repo: Repo, opened: Open) -> None:
    with pytest.raises(UserError, match="Nothing is named"):
        wanted_only(session)
    with pytest.raises(UserError, match="no change"):
        wanted_only(session, ["ffffffffffff"])
    with pytest.raises(UserError, match="not changed"):
        wanted_only(session, file="absent")


def test_what_was_taken_out_of_the_tray_is_not_sent_for_one_change_either(opened: Open, repo: Repo) -> None:
    session = opened(repo.root, task="Speak of the customer ACME.")
    wanted = Wanted(of_file(session, "text")[:1])
    session.write_note(place_of_change(session, wanted.changes[0]), Intent.MUST, "Make it six.")
    assert "ACME" in only_text(session, wanted)

    session.act(ItemRemoved(id=new_id(), at=time.time(), item="task"))
    assert "ACME" not in only_text(session, wanted)
    assert "Make it six." in only_text(session, wanted)

    session.act(ItemRemoved(id=new_id(), at=time.time(), item="feedback"))
    assert "six" not in only_text(session, wanted)
    assert only_text(session, wanted).startswith("Make only this anew")


def test_the_task_stands_once_in_the_prompt_for_one_change(opened: Open, repo: Repo) -> None:
    session = opened(repo.root, task="Speak of the customer ACME.")
    wanted = Wanted(of_file(session, "text")[:1])
    session.write_note(place_of_change(session, wanted.changes[0]), Intent.MUST, "Make it six.")

    request = only_request(session, request_for(session, "", start_tree(session)), wanted)

    assert "\n".join(each.content for each in build(request)).count("ACME") == 1


def test_the_gate_looks_through_what_is_sent_for_one_change_and_nothing_else(
    opened: Open, repo: Repo, helpers: KeptHelpers, server: ModelServer
) -> None:
    """A secret in the prompt stops it; one on the tray of a whole round, and not given here, does not."""
    repo.write({"other": f"{BASE}key = {TOKEN!r}\n"})
    session = opened(repo.root)
    session.helpers = helpers
    recipient, never = model(server, Edit("text", "so", ("five",), ("FIVE",))), threading.Event()
    wanted = wanted_only(session, ids(session)[:1])
    with pytest.raises(UserError, match="other:31"):
        require_sendable(session, recipient, never)
    require_sendable(session, recipient, never, wanted)
    only(session, recipient, wanted)
    assert "line 6" in server.asked[-1].prompt
    assert TOKEN not in server.asked[-1].prompt

    session.write_note(place_of_change(session, of_file(session, "text")[0]), Intent.MUST, f"Not {TOKEN}.")
    wanted, count = wanted_only(session, ids(session)[:1]), len(server.asked)
    with pytest.raises(UserError, match=r"1 thing looks like a secret\. what is asked:"):
        require_sendable(session, recipient, never, wanted)
    with pytest.raises(UserError, match=r"1 thing looks like a secret\. what is asked:"):
        list(next_round(session, recipient, never, wanted))
    assert len(server.asked) == count
