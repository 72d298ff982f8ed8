"""Caps in dollars and in tokens: asked before every call, told in a sentence."""

import threading

import pytest

from tests.generation.conftest import KEY
from tests.model_server import BROKEN, Cut, Good, ModelServer
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.budget import Budget, Cap, Estimate
from workbench.generation.children import Helpers
from workbench.generation.events import CallEvent, Failed, Finished, Noticed, UsageKnown
from workbench.generation.failures import Trouble
from workbench.generation.patience import Patience
from workbench.generation.prompt import Message
from workbench.review.rounds import Usage

ASK = (Message("user", "one two three"),)


def _backend(
    server: ModelServer, helpers: Helpers, *caps: Cap, model: str = "openai/gpt-4o-mini"
) -> LiteLLMBackend:
    return LiteLLMBackend(
        model,
        api_base=server.url,
        key=KEY,
        timeout=20,
        patience=Patience(first=0.001),
        helpers=helpers,
        budget=Budget(caps),
    )


def _run(backend: LiteLLMBackend) -> list[CallEvent]:
    return list(backend.events(ASK, threading.Event()))


@pytest.mark.parametrize(
    ("cap", "estimate", "said"),
    [
        (
            Cap("round", "budget_round", 0.5, 0.5),
            Estimate(1, 0.1),
            "the budget of this round, $0.50, is spent",
        ),
        (
            Cap("review", "budget_review", 2, 1.9),
            Estimate(1, 0.2),
            "takes about $0.20, and of the budget of this",
        ),
        (Cap("day", "budget_day", 2, 3), Estimate(1, None), "the budget of today, $2.00, is spent"),
        (
            Cap("day", "tokens_day", 9_000, 8_000, in_tokens=True),
            Estimate(2_000, 0.0),
            "only 1,000 tokens are left",
        ),
        (Cap("round", "budget_round", 0.5, 9), Estimate(1, 0.0), ""),
        (Cap("round", "budget_round", 0.5, 0.1), Estimate(10**9, None), ""),
        (Cap("round", "tokens_round", 5, 1, in_tokens=True), Estimate(4, None), ""),
    ],
)
def test_a_cap_is_told_in_a_sentence(cap: Cap, estimate: Estimate, said: str) -> None:
    refusal = Budget((cap,)).refusal(estimate)
    if not said:
        assert refusal is None
        return
    assert refusal is not None
    assert said in refusal.sentence
    assert refusal.sentence.startswith("The call was not made: ")
    assert cap.setting in refusal.hint


def test_what_calls_used_counts_against_every_cap() -> None:
    budget = Budget((Cap("round", "tokens_round", 100, in_tokens=True),))
    assert budget.refusal(Estimate(10, None)) is None
    budget.used(Usage(60, 35, None))
    assert budget.refusal(Estimate(10, None)) is not None


def test_a_call_over_a_cap_is_not_made(server: ModelServer, helpers: Helpers) -> None:
    server.script("Never sent.")
    (*_, failed) = _run(_backend(server, helpers, Cap("round", "tokens_round", 5, in_tokens=True)))
    assert isinstance(failed, Failed)
    assert failed.trouble is Trouble.CAP
    assert "takes about 7 tokens" in failed.sentence
    assert server.asked == []


def test_retries_are_asked_of_the_budget_too(server: ModelServer, helpers: Helpers) -> None:
    """The first try was cut after it had begun to answer, which costs; there is no room for another."""
    server.script(Cut("Half an answer " * 20, 200, reset=True), "Never sent.")
    events = _run(_backend(server, helpers, Cap("round", "tokens_round", 13, in_tokens=True)))
    assert len(server.asked) == 1
    assert isinstance(events[-1], Failed)
    assert events[-1].trouble is Trouble.CAP
    (used,) = [event.usage for event in events if isinstance(event, UsageKnown)]
    assert used.estimated
    assert (used.tokens_in, bool(used.tokens_out)) == (7, True)
    assert used.cost is not None


def test_tries_that_a_server_refused_cost_nothing(server: ModelServer, helpers: Helpers) -> None:
    server.script(BROKEN, BROKEN, "All well.")
    events = _run(_backend(server, helpers, Cap("round", "tokens_round", 20, in_tokens=True)))
    assert isinstance(events[-1], Finished)


def test_an_unknown_price_is_said_and_only_tokens_are_capped(server: ModelServer, helpers: Helpers) -> None:
    server.script(Good("x"), Good("x"))
    money = Cap("round", "budget_round", 0.000001)
    events = _run(_backend(server, helpers, money, model="hosted_vllm/own"))
    (said,) = [event.words for event in events if isinstance(event, Noticed)]
    assert said.startswith("The price of hosted_vllm/own is not known")
    assert isinstance(events[-1], Finished)
    tokens = Cap("round", "tokens_round", 5, in_tokens=True)
    assert isinstance(_run(_backend(server, helpers, money, tokens, model="hosted_vllm/own"))[-1], Failed)
    assert len(server.asked) == 1


def test_a_namesake_at_another_provider_has_no_price(server: ModelServer, helpers: Helpers) -> None:
    backend = LiteLLMBackend("hosted_vllm/gpt-4o-mini", api_base=server.url, helpers=helpers)
    measured = backend.measure(["one"], threading.Event())
    assert measured is not None
    assert (measured.price_in, measured.tokens) == (None, (1,))
