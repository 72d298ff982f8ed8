"""What a server can do to a caller: spoiled streams, false counts, bombs, redirects, lines kept open."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.generation.conftest import KEY
from tests.generation.streams import streams
from tests.model_server import BROKEN, Good, ModelServer, Raw, Scripted, Silent, Slow, busy, model_server
from workbench.generation import attempt
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.children import Helpers
from workbench.generation.events import CallEvent, Failed, Finished, Retried, TextArrived, UsageKnown
from workbench.generation.failures import Trouble
from workbench.generation.patience import Patience
from workbench.generation.prompt import Message
from workbench.generation.wire import LONGEST_LINE, MOST_OF_ERROR, LineDecoder

ASK = (Message("user", "Do it."),)
Chunk = dict[str, Any]


def piece(content: object = None, finish: str | None = None, **more: object) -> Chunk:
    choice = {"index": 0, "delta": {} if content is None else {"content": content}, "finish_reason": finish}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
        **more,
    }


def body(*chunks: Chunk | str, end: str = "\n", done: bool = True) -> bytes:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in chunks]
    lines += ["[DONE]"] if done else []
    return "".join(f"data: {line}{end}{end}" for line in lines).encode()


HELLO, WORLD, STOP = piece("Hello "), piece("world"), piece(finish="stop")
GOOD = (HELLO, WORLD, STOP)


def call(
    server: ModelServer, helpers: Helpers, *answers: Scripted, timeout: float = 20, tries: int = 1,
    model: str = "openai/gpt-4o-mini",
) -> list[CallEvent]:  # fmt: skip
    server.script(*answers)
    base = server.url if "openai" in model else server.url.removesuffix("/v1")
    backend = LiteLLMBackend(
        model,
        api_base=base,
        key=KEY,
        timeout=timeout,
        patience=Patience(tries=tries, first=0.001),
        helpers=helpers,
    )
    return list(backend.events(ASK, threading.Event()))


def failure(events: Sequence[CallEvent]) -> Failed:
    assert isinstance(events[-1], Failed), events[-1]
    assert events[-1].sentence.endswith(".")
    assert KEY not in repr(events)
    return events[-1]


@pytest.mark.parametrize(
    "stream",
    [
        body(*GOOD, end="\r\n"),
        body(*GOOD, end="\r"),
        b": hello\n\n" + body(*GOOD).replace(b"data: {", b": alive\n\ndata: {"),
        body(*GOOD).replace(b"data: ", b"data:"),
        body(*GOOD).replace(b"data: ", b"event: x\nid: 7\nretry: 10\nother: y\ndata: "),
        b"".join(
            "".join(f"data: {line}\n" for line in json.dumps(each, indent=1).split("\n")).encode() + b"\n"
            for each in GOOD
        ),
        body({**HELLO, "choices": None}, {**HELLO, "choices": []}, *GOOD),
        b"\xef\xbb\xbf" + body(HELLO, *GOOD),
    ],
    ids=["crlf", "cr", "comments", "no blank", "other fields", "data in lines", "no choices", "mark"],
)  # fmt: skip
def test_every_form_that_a_stream_may_have_is_read_whole(
    server: ModelServer, helpers: Helpers, stream: bytes
) -> None:
    assert call(server, helpers, Raw(stream))[-1] == Finished("Hello world", "stop")


@pytest.mark.parametrize(
    "stream",
    [
        body(HELLO, 'xx{"choices"', WORLD, STOP),
        body(HELLO, "[1]", WORLD, STOP),
        body(HELLO, '"text"', WORLD, STOP),
        body(HELLO, done=False) + b'<a "b">\n\n' + body(WORLD, STOP),
        body(HELLO, done=False) + b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n' + body(WORLD, STOP),
        body(HELLO, piece(5), WORLD, STOP),
        body(HELLO, piece([{"type": "text", "text": "big "}]), WORLD, STOP),
        body({**HELLO, "choices": "x"}, *GOOD),
        body(HELLO, {"error": {"message": f"overloaded, {KEY}", "code": 529}}),
    ],
    ids=["no json", "list", "text", "markup", "no utf-8", "number", "parts", "choices", "error"],
)
def test_a_piece_that_cannot_be_read_is_never_passed_over(
    server: ModelServer, helpers: Helpers, stream: bytes
) -> None:
    """A hole in the middle of an answer that has its end mark would be applied as if it were whole."""
    failed = failure(call(server, helpers, Raw(stream)))
    assert failed.trouble in (Trouble.CUT, Trouble.BUSY)
    assert failed.text in ("", "Hello ")


@pytest.mark.parametrize("name", ["anthropic", "ollama"])
@pytest.mark.parametrize("spoiled", [b"data: xx{", b'"mess{', b"data: null"])
def test_the_same_in_the_other_protocols(
    server: ModelServer, helpers: Helpers, name: str, spoiled: bytes
) -> None:
    (stream,) = [each for each in streams() if each.name == name]
    lines = stream.body.split(b"\n")
    raw = Raw(b"\n".join([*lines[:12], spoiled, *lines[12:]]), kind=stream.kind)
    last = call(server, helpers, raw, model=stream.model)[-1]
    assert isinstance(last, Failed) or last == Finished(stream.text[: len(last.text)], None), last  # type: ignore[union-attr]
    assert stream.text != last.text


def test_streams_that_break_off_leave_nothing_that_stops_the_next(
    server: ModelServer, helpers: Helpers
) -> None:
    (stream,) = [each for each in streams() if each.name == "anthropic"]
    lines = stream.body.split(b"\n")
    for _ in range(12):
        for line in (b"data: xx{", b'"mess{'):
            raw = Raw(b"\n".join([*lines[:12], line, *lines[12:]]))
            call(server, helpers, raw, model=stream.model)
        last = call(server, helpers, Raw(stream.body.replace(b"\n", b"\r\n")), model=stream.model)[-1]
        assert last == Finished(stream.text, "stop")


def test_equal_pieces_are_no_loop(server: ModelServer, helpers: Helpers) -> None:
    assert call(server, helpers, Raw(body(*[piece("----")] * 300, STOP)))[-1] == Finished(
        "----" * 300, "stop"
    )


def test_signs_that_hide_arrive_as_they_were_sent(server: ModelServer, helpers: Helpers) -> None:
    text = "a\0b\u202e\u2066c\x1b[31m\u200b"
    assert call(server, helpers, Raw(body(piece(text), STOP)))[-1] == Finished(text, "stop")


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "100", "completion_tokens": "20", "total_tokens": "x"},
        {"prompt_tokens": 10**30, "completion_tokens": 10**30, "total_tokens": 1},
        {"prompt_tokens": 90_000_000, "completion_tokens": 20, "total_tokens": 1},
        {"prompt_tokens": 100, "completion_tokens": 90_000_000, "total_tokens": 1},
        {"prompt_tokens": 1.5, "completion_tokens": 2.5, "total_tokens": 4},
        {"prompt_tokens": 1e300, "completion_tokens": 3, "total_tokens": 4},
        {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": "x"}},
        {"prompt_tokens": None}, {}, "many", [1, 2],
        {"prompt_tokens": True, "completion_tokens": 2}, {"prompt_tokens": 10, "completion_tokens": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_count_that_cannot_be_costs_neither_the_answer_nor_the_budget(
    server: ModelServer, helpers: Helpers, usage: object
) -> None:
    events = call(server, helpers, Raw(body(*GOOD, {**piece(), "choices": [], "usage": usage})))
    assert events[-1] == Finished("Hello world", "stop")
    (used,) = [event.usage for event in events if isinstance(event, UsageKnown)]
    assert used.estimated
    assert (used.tokens_in, used.tokens_out) == (10, 2)
    assert 0 < (used.cost or 0) < 0.0001


@pytest.mark.parametrize(
    "parts",
    [
        {"prompt_tokens_details": {"cached_tokens": -500_000}},
        {"prompt_tokens_details": {"cached_tokens": 10**9}},
        {"prompt_tokens_details": {"audio_tokens": 10**9}},
        {"completion_tokens_details": {"reasoning_tokens": 10**9}},
        {"cache_creation_input_tokens": 10**9},
    ],
    ids=str,
)
def test_parts_of_a_count_that_cannot_be_make_no_price(
    server: ModelServer, helpers: Helpers, parts: dict[str, Any]
) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, **parts}
    events = call(server, helpers, Raw(body(*GOOD, {**piece(), "choices": [], "usage": usage})))
    (used,) = [event for event in events if isinstance(event, UsageKnown)]
    assert used.cached is None
    assert used.usage.cost == pytest.approx((100 * 0.15 + 20 * 0.6) / 1e6)


@pytest.mark.parametrize(
    ("value", "asked", "hint"),
    [
        ("-5", 2, "in a while"),
        ("nan", 2, "in a while"),
        ("soon", 2, "in a while"),
        ("Wed, 99 Foo", 2, "in a while"),
        ("1000000000", 1, "3,650 days"),
        ("inf", 1, "3,650 days"),
        ("1e400", 1, "3,650 days"),
        ("Wed, 21 Oct 9999 07:28:00 GMT", 1, "3,650 days"),
        ("90000", 1, "25 hours"),
        ("0.2", 2, "in a second"),
    ],
)
def test_a_wait_of_any_kind_is_understood(
    server: ModelServer, helpers: Helpers, value: str, asked: int, hint: str
) -> None:
    failed = failure(call(server, helpers, *[busy(value)] * 4, tries=2))
    assert failed.trouble is Trouble.RATE_LIMIT
    assert hint in failed.hint
    assert len(server.asked) == asked


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize(
    "model",
    [
        "openai/gpt-4o-mini",
        "anthropic/claude-sonnet-4-5",
        "azure/gpt",
        "ollama_chat/q",
        "gemini/gemini-2.0-flash",
    ],
)
def test_a_redirect_is_not_followed_with_the_key_or_the_prompt(
    server: ModelServer, helpers: Helpers, model: str, status: int
) -> None:
    with model_server("stolen") as other:
        to = (("Location", f"{other.url}/chat/completions"), ("Content-Length", "0"))
        failed = failure(
            call(server, helpers, *[Raw(b"", status=status, headers=to)] * 4, model=model, tries=3)
        )
        assert other.asked == []
    assert failed.trouble is Trouble.MOVED
    assert "another address, which was not asked" in failed.sentence
    assert len(server.asked) == 1


def test_a_line_that_comes_in_a_million_pieces_is_put_together_once() -> None:
    """Were all of it copied at each piece, this would not end."""
    decoder = LineDecoder()
    assert not any(decoder.decode("y" * 40) for _ in range(1_000_000))
    assert [len(line) for line in decoder.decode("\r")] == []
    assert [len(line) for line in decoder.decode("\nz")] == [40_000_000]
    assert (decoder.flush(), decoder.flush()) == (["z"], [])


def test_a_bomb_an_endless_error_and_a_line_without_end_are_ended(
    server: ModelServer, helpers: Helpers
) -> None:
    packed = ("Content-Encoding", "gzip")
    twice = ("Content-Encoding", "gzip, gzip")
    bombs = [
        Raw(gzip.compress(b"x" * (3 * MOST_OF_ERROR)), status=401, headers=(packed,)),
        Raw(gzip.compress(gzip.compress(b"x" * (2 * LONGEST_LINE), 1), 1), headers=(twice,)),
        Raw(b"y" * 1_000_000, status=500, times=0),
        Raw(b"data: " + b"y" * 1_000_000, times=0),
        Raw(body(piece("z" * 100_000), done=False), times=1000),
    ]
    for bomb in bombs:
        # By what came and not by how long it took: the silence that is waited for is never reached.
        failed = failure(call(server, helpers, bomb, bomb, tries=2, timeout=300))
        assert failed.trouble is Trouble.ENDLESS, failed.detail
        assert len(server.asked) == 1
    assert call(server, helpers, Raw(gzip.compress(body(*GOOD)), headers=(packed,)))[-1] == Finished(
        "Hello world", "stop"
    )
    assert failure(call(server, helpers, Raw(body(*GOOD), headers=(packed,)))).trouble is Trouble.CUT


@pytest.mark.parametrize(
    ("begin", "alive"),
    [
        ("", b": waiting\n\n"),
        ("", body(piece(""), done=False)),
        ("Once upon a time", b"event: ping\ndata: {}\n\n"),
    ],
    ids=["comments", "empty pieces", "after a beginning"],
)
def test_a_line_that_is_kept_open_without_a_word_is_ended_and_said(
    server: ModelServer, helpers: Helpers, monkeypatch: pytest.MonkeyPatch, begin: str, alive: bytes
) -> None:
    # Long before the helper misses the next sign of life, of a server that waits for a processor too.
    monkeypatch.setattr(attempt, "KEPT_OPEN", 0)
    # The first call of a new helper is slow to go out; what is short here is the silence alone.
    call(server, helpers, Raw(body(*GOOD)))
    failed = failure(call(server, helpers, *[Slow(begin, alive)] * 2, timeout=300, tries=3))
    assert failed.trouble is Trouble.SILENT
    assert failed.sentence == (
        f"{server.url} kept the line open for openai/gpt-4o-mini and sent no word of an answer; "
        "nothing was applied."
    )
    assert failed.text == begin
    assert len(server.asked) == 1
    assert server.hung_up.wait(5)


def _unreachable() -> str:
    """An address that takes no connection and refuses none: a full queue of one."""
    import socket  # noqa: PLC0415 - here alone

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(0)
    _HELD.append(listening)
    for _ in range(4):
        waiting = socket.socket()
        waiting.setblocking(False)
        waiting.connect_ex(listening.getsockname())
        _HELD.append(waiting)
    return f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


_HELD: list[Any] = []


@pytest.fixture(autouse=True)
def none_is_held() -> Iterator[None]:
    yield
    while _HELD:
        _HELD.pop().close()


@pytest.mark.parametrize(
    "stage", ["starting", "connecting", "waiting", "streaming", "kept open", "pause", "asked to wait"]
)
def test_cancelled_at_any_stage_it_ends_within_a_second(
    server: ModelServer, helpers: Helpers, stage: str
) -> None:
    answers: dict[str, list[Any]] = {
        "waiting": [Silent()],
        "streaming": [Raw(body(HELLO, done=False), times=0)],
        "kept open": [Slow("", body(piece(""), done=False))],
        "pause": [BROKEN] * 4,
        "asked to wait": [busy("50")] * 4,
    }
    server.script(*answers.get(stage, ["ready"]))
    cold = Helpers()
    backend = LiteLLMBackend(
        "openai/gpt-4o-mini",
        api_base=_unreachable() if stage == "connecting" else server.url,
        key=KEY,
        patience=Patience(first=50.0),
        helpers=cold if stage == "starting" else helpers,
    )
    cancelled, pressed = threading.Event(), 0.0
    began = time.monotonic()
    reached: Callable[[CallEvent], bool] = {
        "starting": lambda event: True,
        "connecting": lambda event: time.monotonic() - began > 4,
        "waiting": lambda event: bool(server.asked),
        "streaming": lambda event: isinstance(event, TextArrived),
        "kept open": lambda event: bool(server.asked),
        "pause": lambda event: isinstance(event, Retried),
        "asked to wait": lambda event: isinstance(event, Retried) and event.wait == 50,
    }[stage]
    for event in backend.events(ASK, cancelled):
        if not pressed and reached(event):
            pressed = time.monotonic()
            # From another thread, as in the window: the pause itself is waited for in this one.
            threading.Timer(0.05, cancelled.set).start()
    assert pressed
    # A second where nobody else is at work. What is not cancelled goes on for fifty and more.
    assert time.monotonic() - pressed < 20
    assert isinstance(event, Failed)
    assert event.trouble is Trouble.CANCELLED
    cold.close()


def test_an_answer_without_a_word_is_not_called_cut(server: ModelServer, helpers: Helpers) -> None:
    from workbench.generation.events import Lost  # noqa: PLC0415 - here alone
    from workbench.generation.generate import generate  # noqa: PLC0415 - here alone
    from workbench.generation.prompt import Request  # noqa: PLC0415 - here alone

    page = Raw(b"<html>a proxy's page</html>", kind="text/html")
    server.script(page, page, page)
    backend = LiteLLMBackend("openai/gpt-4o-mini", api_base=server.url, key=KEY, helpers=helpers)
    *_, lost = generate(Request("Do it.", "", {"a.py": b"a = 1\n"}), backend, threading.Event())
    assert isinstance(lost, Lost)
    assert lost.trouble is Trouble.EMPTY
    assert "answered without a word" in lost.sentence


def test_good_answers_are_still_good(server: ModelServer, helpers: Helpers) -> None:
    server.script(Good("All well."))
    backend = LiteLLMBackend("openai/gpt-4o-mini", api_base=server.url, key=KEY, helpers=helpers)
    assert list(backend.events(ASK, threading.Event()))[-1] == Finished("All well.", "stop")


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83d", "\ude42b"], "a🙂b"),
        (["a\ud83d", "b"], "a\ufffdb"),
        (["a\ude42b"], "a\ufffdb"),
        (["a", "b\ud83d"], "ab\ufffd"),
        (["\ud83d", "\ud83d", "\ude42"], "\ufffd🙂"),
    ],
)
def test_half_a_sign_is_put_together_or_shown_as_missing(
    server: ModelServer, helpers: Helpers, pieces: list[str], text: str
) -> None:
    events = call(server, helpers, Raw(body(*map(piece, pieces), STOP)))
    assert events[-1] == Finished(text, "stop")
    assert "".join(event.text for event in events if isinstance(event, TextArrived)) == text
