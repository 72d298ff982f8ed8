"""Calls through the real LiteLLM to a scripted server: what is reported, retried, and said on failure."""

import threading
import time
from collections.abc import Iterable, Mapping
from email.utils import formatdate

import pytest

from tests.generation.conftest import KEY
from tests.model_server import (
    BAD_KEY,
    BROKEN,
    NO_CREDIT,
    NO_MODEL,
    TOO_LONG,
    Cut,
    Good,
    ModelServer,
    Refuse,
    Silent,
    Slow,
    busy,
)
from workbench.generation import attempt
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.children import Helper, Helpers, Secret
from workbench.generation.events import (
    CallEvent,
    Failed,
    Finished,
    Progressed,
    Retried,
    TextArrived,
    UsageKnown,
)
from workbench.generation.failures import Trouble
from workbench.generation.patience import Patience
from workbench.generation.prompt import Message
from workbench.generation.providers import key_name, provider_of

ASK = (Message("system", "Be brief."), Message("user", "Häagen \u2028 ☃ 🙂"))


def _run(backend: LiteLLMBackend) -> list[CallEvent]:
    return list(backend.events(ASK, threading.Event()))


def _text(events: Iterable[CallEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextArrived))


def _usage(events: Iterable[CallEvent]) -> UsageKnown:
    (found,) = [event for event in events if isinstance(event, UsageKnown)]
    return found


def _failed(events: list[CallEvent]) -> Failed:
    assert isinstance(events[-1], Failed), events[-1]
    return events[-1]


def test_an_answer_streams_in_and_its_usage_and_price_are_known(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    text = "Ünïcode 🙂, \u2028 and\nlines. " * 20
    server.script(Good(text, thinking="Hm, hm."))
    events = _run(backend)
    assert events[-1] == Finished(text, "stop")
    assert _text(events) == text
    assert sum(isinstance(event, TextArrived) for event in events) > 10
    used = _usage(events)
    assert (used.usage.tokens_in, used.usage.tokens_out, used.cached) == (100, 20, 50)
    assert not used.usage.estimated
    # 50 fresh and 50 cached tokens in and 20 out, at LiteLLM's prices for gpt-4o-mini.
    assert used.usage.cost == pytest.approx((50 * 0.15 + 50 * 0.075 + 20 * 0.6) / 1e6)
    assert used.first_token is not None
    assert [event.tokens for event in events if isinstance(event, Progressed)][-1] == 20
    (asked,) = server.asked
    assert [message["content"] for message in asked.body["messages"]] == [each.content for each in ASK]
    assert asked.headers["Authorization"] == f"Bearer {KEY}"


def test_an_unknown_price_is_unknown_and_uncounted_tokens_are_an_estimate(
    server: ModelServer, helpers: Helpers
) -> None:
    backend = LiteLLMBackend("scripted-7b", api_base=server.url, key=KEY, helpers=helpers)
    server.script(Good("Some words of an answer.", usage=None))
    used = _usage(_run(backend)).usage
    assert used.cost is None
    assert used.estimated
    assert used.tokens_in
    assert used.tokens_out
    assert server.asked[0].body["model"] == "scripted-7b"


def test_the_users_own_price_replaces_the_table(server: ModelServer, helpers: Helpers) -> None:
    backend = LiteLLMBackend(
        "scripted-7b", api_base=server.url, key=KEY, helpers=helpers, price_in=10, price_out=100
    )
    server.script(Good("x"))
    assert _usage(_run(backend)).usage.cost == pytest.approx(0.003)


def test_tokens_are_measured_without_a_call(server: ModelServer, helpers: Helpers) -> None:
    backend = LiteLLMBackend("openai/gpt-4o-mini", key=KEY, helpers=helpers)
    measured = backend.measure(["", "one two three", "one two three " * 100], threading.Event())
    assert measured is not None
    assert measured.tokens[0] == 0
    assert measured.tokens[1] == 3
    assert 250 < measured.tokens[2] < 350
    assert measured.price_in == pytest.approx(0.15)
    assert measured.window == 128000
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "trouble", "calls"),
    [
        (BAD_KEY, Trouble.REFUSED_KEY, 1),
        (NO_MODEL, Trouble.UNKNOWN_MODEL, 1),
        (NO_CREDIT, Trouble.NO_CREDIT, 1),
        (TOO_LONG, Trouble.TOO_LONG, 1),
        (Refuse(403, "Forbidden."), Trouble.NOT_ALLOWED, 1),
        (Refuse(400, "Something odd."), Trouble.REFUSED, 1),
        (busy(), Trouble.RATE_LIMIT, 4),
        (busy("3600"), Trouble.RATE_LIMIT, 1),
        (BROKEN, Trouble.BUSY, 4),
        (Refuse(503, "Overloaded."), Trouble.BUSY, 4),
        (Cut("Half an answer", 6, reset=True), Trouble.CUT, 2),
        (Cut("", 0, reset=True), Trouble.CUT, 4),
    ],
)
def test_each_failure_is_a_sentence_and_a_hint_after_our_own_retries_only(
    server: ModelServer, backend: LiteLLMBackend, answer: Refuse | Cut, trouble: Trouble, calls: int
) -> None:
    server.script(*[answer] * 9)
    failed = _failed(_run(backend))
    assert failed.trouble is trouble
    assert len(server.asked) == calls
    assert failed.sentence.endswith(".")
    assert failed.hint.endswith((".", "?"))
    assert "openai/gpt-4o-mini" in failed.sentence or server.url in failed.sentence
    if answer == busy("3600"):
        assert "60 minutes" in failed.hint


def test_a_server_that_recovers_is_asked_again_after_the_time_it_names(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    server.script(busy("0"), BROKEN, "All well.")
    events = _run(backend)
    retried = [event for event in events if isinstance(event, Retried)]
    assert retried[0].wait == 0
    assert [event.shown for event in retried] == [False, False]
    assert events[-1] == Finished("All well.", "stop")
    assert not _usage(events).usage.estimated


def test_a_date_to_wait_for_is_waited_for_and_one_far_off_is_not(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    server.script(busy(formatdate(time.time() - 5, usegmt=True)), "All well.")
    events = _run(backend)
    (retried,) = [event for event in events if isinstance(event, Retried)]
    assert retried.wait == 0
    assert isinstance(events[-1], Finished)
    server.script(busy(formatdate(time.time() + 7200, usegmt=True)), "Too early.")
    failed = _failed(_run(backend))
    assert failed.trouble is Trouble.RATE_LIMIT
    assert "2 hours" in failed.hint
    assert len(server.asked) == 1


def test_pauses_grow_with_chance_and_end() -> None:
    patience = Patience(tries=6, first=1.0, longest=4.0)
    failed = Failed(Trouble.BUSY, "", "")
    pauses = [[patience.pause(tries, failed, None) or 0 for _ in range(50)] for tries in (1, 2, 3, 4)]
    for expected, found in zip((1, 2, 4, 4), pauses, strict=True):
        assert all(expected / 2 <= pause <= expected for pause in found)
        assert len(set(found)) > 1
    assert patience.pause(6, failed, None) is None
    assert patience.pause(1, failed, 3.0) == 3.0
    assert patience.pause(1, failed, 5.0) is None
    assert patience.pause(2, Failed(Trouble.CUT, "", "", text="shown"), None) is None
    assert patience.pause(1, Failed(Trouble.REFUSED_KEY, "", ""), None) is None


def test_a_server_that_falls_silent_is_a_timeout(
    server: ModelServer, helpers: Helpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The helper is to tell of it itself, however long it waits for a processor.
    monkeypatch.setattr(attempt, "TELLING", 300.0)
    server.script(Silent(), Silent())
    backend = LiteLLMBackend(
        "openai/gpt-4o-mini",
        api_base=server.url,
        key=KEY,
        timeout=0.3,
        patience=Patience(tries=2, first=0.001),
        helpers=helpers,
    )
    assert _failed(_run(backend)).trouble is Trouble.TIMEOUT
    # What was asked stands in the connection; the server may have come to it only after the silence.
    until, moment = time.monotonic() + 60, threading.Event()
    while len(server.asked) < 2 and time.monotonic() < until:
        moment.wait(0.01)
    assert len(server.asked) == 2


@pytest.mark.parametrize("usage", [(-5, 20), (0, 0), (100, 0), (10**12, 1), (0, 20)])
def test_numbers_that_cannot_be_are_counted_here(
    server: ModelServer, backend: LiteLLMBackend, usage: tuple[int, int]
) -> None:
    server.script(Good("Some words of an answer.", usage=usage))
    events = _run(backend)
    used = _usage(events).usage
    assert used.estimated
    assert 5 < (used.tokens_in or 0) < 60
    assert used.tokens_out == 6
    assert 0 < (used.cost or 0) < 0.001
    assert isinstance(events[-1], Finished)


def test_a_retry_after_text_was_shown_says_so(server: ModelServer, backend: LiteLLMBackend) -> None:
    server.script(Cut("Half an answer", 6, reset=True), "A whole answer.")
    events = _run(backend)
    (retried,) = [event for event in events if isinstance(event, Retried)]
    assert retried.shown
    assert events[-1] == Finished("A whole answer.", "stop")
    assert _usage(events).usage.estimated


def test_a_stream_that_merely_ends_has_no_reason(server: ModelServer, backend: LiteLLMBackend) -> None:
    server.script(Cut("Half an answer", 6), Good("Cut by length", finish="length"))
    assert _run(backend)[-1] == Finished("Half a", None)
    assert _run(backend)[-1] == Finished("Cut by length", "length")


def test_a_server_that_is_not_there_is_no_network(helpers: Helpers) -> None:
    backend = LiteLLMBackend(
        "openai/gpt-4o-mini",
        api_base="http://name:secret@127.0.0.1:9/v1?token=secret",
        key=KEY,
        helpers=helpers,
        patience=Patience(first=0.001),
    )
    failed = _failed(_run(backend))
    assert failed.trouble is Trouble.NO_NETWORK
    assert "Is the server running" in failed.hint
    assert "secret" not in failed.sentence


def test_a_model_that_nobody_knows_is_said_to_be_unknown(helpers: Helpers) -> None:
    backend = LiteLLMBackend("no-such-model", key=KEY, key_name="OPENAI_API_KEY", helpers=helpers)
    assert _failed(_run(backend)).trouble is Trouble.UNKNOWN_MODEL


def test_without_a_key_no_helper_is_started() -> None:
    helpers = Helpers()
    backend = LiteLLMBackend("anthropic/claude-sonnet-4-5", helpers=helpers)
    failed = _failed(_run(backend))
    assert failed.trouble is Trouble.NO_KEY
    assert "ANTHROPIC_API_KEY" in failed.hint
    assert backend.lacks == "no key (ANTHROPIC_API_KEY)"
    assert LiteLLMBackend("ollama_chat/qwen3").lacks == ""


def test_a_key_that_the_provider_repeats_is_taken_out_of_what_is_kept(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    server.script(Refuse(401, f"Incorrect API key provided: {KEY}."))
    failed = _failed(_run(backend))
    assert KEY not in repr(failed)
    assert "Incorrect API key provided: …" in failed.detail


def test_a_call_in_the_middle_of_its_answer_is_cancelled_within_a_second(server: ModelServer) -> None:
    helpers = Helpers()
    backend = LiteLLMBackend("openai/gpt-4o-mini", api_base=server.url, key=KEY, helpers=helpers)
    server.script(Slow("Once upon a time"))
    cancelled = threading.Event()
    pressed = 0.0
    shown = ""
    for event in backend.events(ASK, cancelled):
        if isinstance(event, TextArrived):
            shown += event.text
            if len(shown) > 10 and not pressed:
                pressed = time.monotonic()
                cancelled.set()
    # A second where nobody else is at work. What is not cancelled goes on for fifty and more.
    assert time.monotonic() - pressed < 20
    assert isinstance(event, Failed)
    assert event.trouble is Trouble.CANCELLED
    assert shown.startswith("Once upon")
    assert event.text == shown
    assert server.hung_up.wait(5)
    helpers.close()


class WatchedHelpers(Helpers):
    """Tells which process was given last."""

    last: Helper

    def borrow(self, environment: Mapping[str, str], secret: Secret | None = None) -> Helper:
        self.last = super().borrow(environment, secret)
        return self.last


def test_a_helper_that_is_killed_in_the_middle_is_said_and_what_had_arrived_is_kept(
    server: ModelServer,
) -> None:
    helpers = WatchedHelpers()
    backend = LiteLLMBackend("openai/gpt-4o-mini", api_base=server.url, key=KEY, helpers=helpers)
    server.script(Slow("Once upon a time"))
    events: list[CallEvent] = []
    for event in backend.events(ASK, threading.Event()):
        events.append(event)
        if _text(events) == "Once upon a time":
            helpers.last._process.kill()
    failed = _failed(events)
    assert (failed.trouble, failed.text) == (Trouble.STOPPED, "Once upon a time")
    assert (
        failed.sentence
        == "The helper that called openai/gpt-4o-mini stopped in the middle; nothing was applied."
    )
    assert _usage(events).usage.estimated
    server.script(Good("again"))
    assert _run(backend)[-1] == Finished("again", "stop")
    helpers.close()


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("openai/gpt-5", "openai", "OPENAI_API_KEY"),
        ("gpt-5", "openai", "OPENAI_API_KEY"),
        ("claude-sonnet-4-5", "anthropic", "ANTHROPIC_API_KEY"),
        ("openrouter/anthropic/claude-sonnet-4.5", "openrouter", "OPENROUTER_API_KEY"),
        ("ollama_chat/qwen3", "ollama_chat", None),
        ("newcomer/model", "newcomer", "NEWCOMER_API_KEY"),
        ("qwen3", None, None),
    ],
)
def test_a_models_name_says_where_its_key_is(model: str, provider: str | None, name: str | None) -> None:
    assert provider_of(model) == provider
    assert key_name(model) == name
