"""Ten streams, cut wherever a stream can be cut: none of them is ever taken for complete."""

import threading

import pytest

from tests.generation.conftest import KEY
from tests.generation.streams import FILES, Stream, streams
from tests.model_server import ModelServer, Raw
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.checking import Outcome, check
from workbench.generation.children import Helpers
from workbench.generation.contract import parse
from workbench.generation.events import CallEvent, Failed, Finished, UsageKnown
from workbench.generation.failures import RETRIED
from workbench.generation.patience import Patience
from workbench.generation.prompt import Message

ALL = {each.name: each for each in streams()}
SAMPLES = 25


@pytest.fixture(params=ALL, ids=lambda name: name.replace(" ", "-").replace(",", ""))
def stream(request: pytest.FixtureRequest) -> Stream:
    return ALL[request.param]


def _fits(text: str) -> bool:
    return isinstance(check(parse(text), FILES, ("N1",)), Outcome)


def _call(stream: Stream, server: ModelServer, helpers: Helpers, after: int | None) -> list[CallEvent]:
    server.script(Raw(stream.body, after, stream.kind))
    base = (
        server.url if stream.model.startswith(("openai", "hosted", "litellm")) else server.url[: -len("/v1")]
    )
    backend = LiteLLMBackend(
        stream.model, api_base=base, key=KEY, helpers=helpers, timeout=20, patience=Patience(tries=1)
    )
    return list(backend.events((Message("user", "Do it."),), threading.Event()))


def test_there_are_ten() -> None:
    assert len(ALL) == 10


def test_a_whole_stream_is_read_to_its_end(stream: Stream, server: ModelServer, helpers: Helpers) -> None:
    events = _call(stream, server, helpers, None)
    assert isinstance(events[-1], Finished), events[-1]
    assert events[-1].text == stream.text
    assert events[-1].reason is not None
    assert _fits(events[-1].text)
    (used,) = [event.usage for event in events if isinstance(event, UsageKnown)]
    assert (used.tokens_in, used.tokens_out, used.estimated) == (100, 20, False)


def test_the_text_cut_at_every_byte_is_never_complete(stream: Stream) -> None:
    data = stream.text.encode()
    assert _fits(stream.text)
    taken = [after for after in range(len(data)) if _fits(data[:after].decode(errors="replace"))]
    assert taken == []


def test_a_body_cut_anywhere_is_never_complete(stream: Stream, server: ModelServer, helpers: Helpers) -> None:
    """The wire itself, through LiteLLM: cuts inside a sign, a line, a piece of JSON, and between them."""
    steps = {len(stream.body) * part // SAMPLES for part in range(SAMPLES)}
    for after in sorted(steps):
        last = _call(stream, server, helpers, after)[-1]
        assert isinstance(last, Finished | Failed)
        assert stream.text.startswith(last.text), after
        if isinstance(last, Failed):
            assert last.trouble in RETRIED, (after, last)
        # What is behind the end mark may be missing; the mark itself may not.
        assert _fits(last.text) == (last.text == stream.text), after
