"""Caps over calls that are made at once: in one process, in several, over reviews, and after a kill."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.repos import Repo, edited_repo
from tests.workflow.conftest import Open
from workbench.generation.budget import Budget, Estimate
from workbench.review.actions import CallMade
from workbench.review.rounds import Usage
from workbench.store.settings import Settings
from workbench.store.spending import alone, beside, spending_dir
from workbench.workflow.calls import budget_of
from workbench.workflow.logged import new_id
from workbench.workflow.session import Session
from workbench.workflow.under_way import recorded

CALL = Estimate(100, 0.1, most_tokens=600, most_cost=0.6)
ENDLESS = Estimate(100, 0.1, most_tokens=math.inf, most_cost=math.inf)
USED = Usage(100, 400, 0.5)


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    return capped(opened(repo.root), tokens_review=1000)


def capped(session: Session, **caps: float) -> Session:
    session.settings = replace(Settings(budget_review=1e9), **caps)
    return session


def budget(session: Session, exchange: str, number: int = 1) -> Budget:
    made = budget_of(session, number)
    made.begins(exchange)
    return made


def record(session: Session, exchange: str, number: int = 1) -> None:
    """What is done in the session's thread, some time after a call has ended."""
    session.act(
        CallMade(
            id=new_id(), at=time.time(), purpose="ask", model="m", outcome="answered", usage=USED,
            round=number, exchange=exchange,
        )
    )  # fmt: skip


def waits(budget: Budget, estimate: Estimate = CALL) -> bool:
    refusal = budget.opens(estimate)
    return refusal is not None and refusal.passing


def spent(budget: Budget) -> bool:
    refusal = budget.refusal(CALL)
    return refusal is not None and not refusal.passing


@pytest.mark.parametrize(
    "caps",
    [{"tokens_round": 1000}, {"budget_round": 1.0}, {"tokens_review": 1000}, {"budget_day": 1.0}],
)
def test_a_call_waits_for_one_that_may_leave_it_no_room(session: Session, caps: dict[str, float]) -> None:
    capped(session, **caps)
    first, second = budget(session, "a"), budget(session, "b")
    assert first.opens(replace(CALL, most_tokens=950, most_cost=0.95)) is None
    refusal = second.opens(CALL)
    assert refusal is not None
    assert refusal.passing
    assert refusal.sentence.startswith("Waiting for another call to end: the budget of t")
    # A round is not refused beforehand for what may not be spent at all.
    assert second.refusal(CALL) is None
    first.used(USED)
    assert second.opens(CALL) is None


def test_calls_are_made_at_once_while_there_is_room_for_all(session: Session) -> None:
    capped(session, tokens_review=1250)
    first, second, third = (budget(session, each) for each in "abc")
    assert (first.opens(CALL), second.opens(CALL), waits(third)) == (None, None, True)
    second.used(USED)
    assert third.opens(CALL) is None


def test_beside_a_call_whose_answer_has_no_known_end_none_is_made(session: Session) -> None:
    first, second = budget(session, "a"), budget(session, "b")
    assert first.opens(ENDLESS) is None
    assert waits(second)
    # One that is known to be free waits for no dollars.
    capped(session, budget_review=1.0)
    assert budget(session, "c").opens(Estimate(100, 0.0)) is None


def test_a_call_counts_once_before_it_is_recorded_and_afterwards(session: Session) -> None:
    first, second = budget(session, "a"), budget(session, "b")
    for _ in range(2):
        assert first.opens(Estimate(100, 0.1)) is None
        first.used(Usage(100, 350, 0.5))
    # 900 of 1,000, of which nothing is in the log yet.
    assert second.refusal(Estimate(101, 0.0)) is not None
    assert second.refusal(Estimate(100, 0.0)) is None
    record(session, "a")
    record(session, "a")
    first.leaves()
    recorded(session.review.id, "a")
    # The records say 1,000.
    assert spent(second)
    assert second.refusal(Estimate(1, 0.0)) is not None
    assert [each.name for each in spending_dir().iterdir()] == ["guard"]


def test_what_was_recorded_since_a_round_began_is_asked_again(session: Session) -> None:
    repairing = budget(session, "a")
    assert repairing.refusal(CALL) is None
    record(session, "b")
    record(session, "b")
    assert spent(repairing)


def test_a_cap_of_the_day_holds_over_reviews(session: Session, opened: Open, tmp_path: Path) -> None:
    other = opened(edited_repo(tmp_path / "other").root)
    for each in (session, other):
        capped(each, tokens_day=1000)
    first, second = budget(session, "a"), budget(other, "b")
    assert first.opens(replace(CALL, most_tokens=950)) is None
    assert waits(second)
    first.used(Usage(100, 850, None))
    assert spent(second)
    # The cap of a review is its own.
    assert budget(capped(other, tokens_review=1000), "c").opens(CALL) is None


def test_what_another_process_spends_counts_and_still_does_once_it_is_killed(session: Session) -> None:
    code = (
        "import sys\nfrom workbench.store.spending import Spending, Spent, alone\n"
        "with alone() as held:\n"
        "    said = Spent(sys.argv[1], 'x', 1, 9e9, tokens=300, least_tokens=200, most_tokens=None)\n"
        "    mine = Spending(sys.argv[1], 'x'); mine.say(said)\n"
        "print(held, flush=True)\nsys.stdin.read()\n"
    )
    mine = budget(session, "a")
    running = subprocess.Popen(
        [sys.executable, "-c", code, session.review.id], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"True\n"
        assert waits(mine)
        assert mine.refusal(Estimate(700, None)) is None
        assert mine.refusal(Estimate(701, None)) is not None
    finally:
        running.kill()
        running.communicate()
    # Nobody waits for a call that died; its prompt is counted until its review is opened and records it.
    assert mine.refusal(Estimate(501, None)) is not None
    assert mine.opens(Estimate(500, None)) is None


def test_a_file_that_is_not_understood_is_passed_over(session: Session) -> None:
    spending_dir().mkdir(parents=True)
    (spending_dir() / f"{session.review.id}.x").write_text('{"tokens": "many"}')
    (spending_dir() / f"{session.review.id}.y").write_text("[" * 100_000)
    assert budget(session, "a").opens(CALL) is None
    with alone() as held:
        assert held
        assert [each.exchange for each in beside("b")] == ["a"]
