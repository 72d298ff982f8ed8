"""Edits of the expert's own that the work tree does not have yet: a refresh carries them over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.review.ledger import Said
from workbench.review.verdicts import Verdict, verdict_of
from workbench.workflow.landing import carry_out, plan_landing, take_out_rejected
from workbench.workflow.receive import last_read, refresh, restore, take_arrival, tweak
from workbench.workflow.session import Session

BASE = numbered(30)
AGENT = BASE.replace("line 5\n", "five\n").replace("line 25\n", "twenty-five\n")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"text": BASE, "other": BASE})
    made.write({"text": AGENT})
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    return opened(repo.root)


def changes(session: Session, path: str = "text") -> list[str]:
    return [change.id for change in session.by_path[path].changes]


def verdicts(session: Session, path: str = "text") -> list[str]:
    return [verdict_of(change, session.review.current).value for change in session.by_path[path].changes]


def edit(session: Session, number: int, text: bytes) -> None:
    arrival = tweak(session, changes(session)[number], text)
    assert arrival is not None
    take_arrival(session, arrival)


def read_again(session: Session) -> None:
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)


def text(session: Session, path: str = "text") -> str:
    return b"".join(session.new_lines(path)).decode()


def said(session: Session) -> list[Said]:
    return [entry.said for entry in session.ledger()]


def test_an_edit_is_carried_over_and_kept_where_the_work_tree_left_its_lines(
    session: Session, repo: Repo
) -> None:
    edit(session, 0, b"FIVE\n")
    repo.write({"text": AGENT.replace("line 15\n", "fifteen\n")})

    read_again(session)

    assert text(session) == AGENT.replace("five", "FIVE", 1).replace("line 15\n", "fifteen\n")
    assert verdicts(session) == ["accepted", "open", "open"]
    assert said(session) == [Said.KEPT]
    assert repo.read("text").decode() == AGENT.replace("line 15\n", "fifteen\n")


def test_an_edit_in_a_file_that_only_the_expert_touched_is_carried_over_too(
    session: Session, repo: Repo
) -> None:
    edit(session, 0, b"FIVE\n")
    repo.write({"other": BASE.replace("line 3\n", "three\n")})

    read_again(session)

    assert "FIVE\n" in text(session)
    assert verdicts(session)[0] == "accepted"


def test_where_the_work_tree_changed_the_same_lines_they_are_altered_and_can_be_restored(
    session: Session, repo: Repo
) -> None:
    edit(session, 0, b"FIVE\n")
    repo.write({"text": AGENT.replace("five\n", "fünf\n", 1)})

    read_again(session)

    assert "fünf\n" in text(session)
    assert said(session) == [Said.ALTERED]
    arrival = restore(session, session.ledger()[0])
    assert arrival is not None
    take_arrival(session, arrival)
    assert "FIVE\n" in text(session)


def test_what_was_restored_is_carried_over_by_the_next_refresh(session: Session, repo: Repo) -> None:
    session.judge_change(changes(session)[0], Verdict.ACCEPTED)
    repo.write({"text": AGENT.replace("five\n", "fünf\n", 1)})
    read_again(session)
    arrival = restore(session, session.ledger()[0])
    assert arrival is not None
    take_arrival(session, arrival)
    repo.write({"text": AGENT.replace("five\n", "fünf\n", 1).replace("line 15\n", "fifteen\n")})

    read_again(session)

    assert "five\n" in text(session)
    assert verdicts(session) == ["accepted", "open", "open"]
    assert Said.ALTERED not in said(session)


def test_edits_stay_through_many_refreshes_and_reach_the_work_tree_by_landing(
    session: Session, repo: Repo
) -> None:
    edit(session, 0, b"FIVE\n")
    agent = AGENT
    for number in (10, 15, 20):
        agent = agent.replace(f"line {number}\n", f"number {number}\n")
        repo.write({"text": agent})
        read_again(session)
    assert last_read(session.review) != session.review.rounds[-1].tree
    assert refresh(session) is None, "there is nothing new in the work tree"
    session.judge_change(changes(session)[1], Verdict.REJECTED)

    plan = plan_landing(session, "worktree")
    assert not plan.conflicts
    session.act(carry_out(session, plan))

    assert repo.read("text").decode() == agent.replace("five", "FIVE", 1).replace("number 10\n", "line 10\n")


def test_after_a_landing_the_work_tree_is_the_only_truth(session: Session, repo: Repo) -> None:
    edit(session, 0, b"FIVE\n")
    session.judge_change(changes(session)[1], Verdict.REJECTED)
    session.act(take_out_rejected(session))
    taken_out = AGENT.replace("five", "FIVE", 1).replace("twenty-five", "line 25")
    assert repo.read("text").decode() == taken_out
    repo.write({"text": taken_out.replace("FIVE", "six").replace("line 15\n", "fifteen\n")})

    read_again(session)

    assert text(session) == taken_out.replace("FIVE", "six").replace("line 15\n", "fifteen\n")
    assert Said.ALTERED in said(session)


def test_an_edit_made_after_what_was_rejected_was_taken_out_is_carried_over(
    session: Session, repo: Repo
) -> None:
    session.judge_change(changes(session)[1], Verdict.REJECTED)
    session.act(take_out_rejected(session))
    edit(session, 0, b"FIVE\n")
    repo.write({"text": repo.read("text").decode().replace("line 15\n", "fifteen\n")})

    read_again(session)

    assert text(session) == BASE.replace("line 5\n", "FIVE\n").replace("line 15\n", "fifteen\n")
    assert verdicts(session) == ["accepted", "open"]


def test_an_edit_that_was_undone_is_not_carried_over(session: Session, repo: Repo) -> None:
    edit(session, 0, b"FIVE\n")
    session.undo()
    repo.write({"text": AGENT.replace("line 15\n", "fifteen\n")})

    read_again(session)

    assert text(session) == AGENT.replace("line 15\n", "fifteen\n")


def test_an_edit_follows_its_file_to_another_name(session: Session, repo: Repo) -> None:
    edit(session, 0, b"FIVE\n")
    (repo.root / "text").rename(repo.root / "renamed")

    read_again(session)

    assert "FIVE\n" in text(session, "renamed")


def test_a_file_that_the_work_tree_took_away_is_not_brought_back_by_an_edit(
    session: Session, repo: Repo
) -> None:
    edit(session, 0, b"FIVE\n")
    (repo.root / "text").unlink()

    read_again(session)

    assert session.by_path["text"].new_id is None
    assert Said.ALTERED in said(session)


def test_a_process_that_took_the_round_first_is_not_followed_by_the_same_one(
    session: Session, repo: Repo, opened: Open
) -> None:
    edit(session, 0, b"FIVE\n")
    other = opened(repo.root)
    repo.write({"text": AGENT.replace("line 15\n", "fifteen\n")})
    mine, theirs = refresh(session), refresh(other)
    assert mine is not None
    assert theirs is not None

    take_arrival(session, mine)
    take_arrival(other, theirs)

    assert len(other.review.rounds) == 3
    assert "FIVE\n" in text(other)
