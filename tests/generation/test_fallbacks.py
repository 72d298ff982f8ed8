"""Other models in the place of one that failed: in order, in words, and recorded."""

import threading

from tests.generation.conftest import KEY
from tests.generation.test_generate import FILES, REQUEST, _answer
from tests.model_server import BAD_KEY, BROKEN, Cut, ModelServer, Scripted, Slow
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.budget import Budget, Cap
from workbench.generation.children import Helpers
from workbench.generation.events import Answered, CallEnded, Event, FellBack, Lost, TextArrived
from workbench.generation.failures import Trouble
from workbench.generation.generate import generate
from workbench.generation.patience import Patience


def _run(
    server: ModelServer, helpers: Helpers, *script: Scripted, cancelled: threading.Event | None = None
) -> list[Event]:
    server.script(*script)
    line = [
        LiteLLMBackend(
            model,
            api_base=server.url,
            key=KEY,
            timeout=20,
            helpers=helpers,
            patience=Patience(tries=2, first=0.001),
        )
        for model in ("openai/gpt-4o-mini", "openai/gpt-4o", "openai/o3")
    ]
    found: list[Event] = []
    for event in generate(REQUEST, line[0], cancelled or threading.Event(), fallbacks=line[1:]):
        found.append(event)
        if cancelled is not None and isinstance(event, TextArrived):
            cancelled.set()
    return found


def test_the_next_model_is_asked_and_it_is_said(server: ModelServer, helpers: Helpers) -> None:
    events = _run(server, helpers, BAD_KEY, BROKEN, BROKEN, _answer())
    said = [(event.model, event.to, event.shown) for event in events if isinstance(event, FellBack)]
    assert said == [("openai/gpt-4o-mini", "openai/gpt-4o", False), ("openai/gpt-4o", "openai/o3", False)]
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.exchange.model == "openai/o3"
    assert [(call.model, call.instead_of, call.outcome, call.retries) for call in last.exchange.calls] == [
        ("openai/gpt-4o-mini", "", "refused key", 0),
        ("openai/gpt-4o", "openai/gpt-4o-mini", "busy", 1),
        ("openai/o3", "openai/gpt-4o-mini", "fits", 0),
    ]
    assert [event.call for event in events if isinstance(event, CallEnded)] == list(last.exchange.calls)
    assert [asked.body["model"] for asked in server.asked] == ["gpt-4o-mini", "gpt-4o", "gpt-4o", "o3"]


def test_text_that_was_shown_is_said_to_be_void(server: ModelServer, helpers: Helpers) -> None:
    cut = Cut(_answer(), 30, reset=True)
    events = _run(server, helpers, cut, cut, _answer())
    (fell,) = [event for event in events if isinstance(event, FellBack)]
    assert fell.shown
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.exchange.calls[0].answer
    assert last.exchange.calls[0].void[0] == last.exchange.calls[0].answer
    assert last.outcome.files["a.py"] != FILES["a.py"]


def test_a_repair_is_asked_of_the_model_that_answered(server: ModelServer, helpers: Helpers) -> None:
    events = _run(server, helpers, BAD_KEY, "No.", _answer())
    last = events[-1]
    assert isinstance(last, Answered)
    assert [(call.model, call.purpose) for call in last.exchange.calls] == [
        ("openai/gpt-4o-mini", "round"),
        ("openai/gpt-4o", "round"),
        ("openai/gpt-4o", "repair"),
    ]


def test_when_all_fail_the_last_ones_words_are_said(server: ModelServer, helpers: Helpers) -> None:
    last = _run(server, helpers, BAD_KEY, BAD_KEY, BAD_KEY)[-1]
    assert isinstance(last, Lost)
    assert last.trouble is Trouble.REFUSED_KEY
    assert "openai/o3" in last.sentence


def test_a_cancel_ends_it_whoever_is_left(server: ModelServer, helpers: Helpers) -> None:
    events = _run(server, helpers, Slow("Once upon"), _answer(), cancelled=threading.Event())
    assert isinstance(events[-1], Lost)
    assert events[-1].trouble is Trouble.CANCELLED
    assert len(server.asked) == 1


def test_a_cap_in_money_holds_for_the_models_that_take_over(server: ModelServer, helpers: Helpers) -> None:
    """By the price of each: what the first one cannot spend, the next one may not either."""

    def run(first: float, second: float, limit: float, *script: Scripted) -> list[Event]:
        server.script(*script)
        budget = Budget((Cap("round", "budget_round", limit),))
        line = [
            LiteLLMBackend(
                model, api_base=server.url, key=KEY, timeout=20, helpers=helpers, price_in=price,
                price_out=price, patience=Patience(tries=2, first=0.001), budget=budget,
            )
            for model, price in (("openai/gpt-4o-mini", first), ("openai/gpt-4o", second))
        ]  # fmt: skip
        return list(generate(REQUEST, line[0], threading.Event(), fallbacks=line[1:]))

    # The first is free, and fails; the prompt alone is too dear for the second.
    events = run(0, 1e6, 0.5, BROKEN, BROKEN, _answer())
    assert isinstance(events[-1], Lost)
    assert events[-1].trouble is Trouble.CAP
    assert "The call was not made: its prompt takes about $" in events[-1].sentence
    assert len(server.asked) == 2
    assert [call.outcome for call in events[-1].exchange.calls] == ["busy", "budget"]

    # What the first one spent before it was cut is gone for the second.
    cut = Cut(_answer(), 200, reset=True)
    events = run(1000, 1000, 1.2, cut, cut, _answer())
    assert isinstance(events[-1], Lost)
    assert events[-1].trouble is Trouble.CAP
    assert len(server.asked) == 1

    assert isinstance(run(0, 1, 0.5, BROKEN, BROKEN, _answer())[-1], Answered)
