"""A model for tests: a real HTTP server on the loopback that speaks the OpenAI chat protocol with streaming.

It is driven by a script, one answer a request. It knows nothing of Workbench, so that the program is
tested through the whole of LiteLLM. An answer may be a function of the request, to read the prompt.
It does one thing that a model does: where the last line of its instructions ends with a word that the script
could not know, it writes that line whole.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Good:
    """A whole answer in pieces. `usage` is (tokens in, tokens out); None: the provider does not say."""

    text: str
    usage: tuple[int, int] | None = (100, 20)
    piece: int = 7
    finish: str | None = "stop"
    thinking: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream that ends after `after` characters: the connection closes, or with `reset` breaks."""

    text: str
    after: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """An error status with the body that OpenAI sends. Use the named ones below."""

    status: int
    message: str
    code: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a stream exactly as they are, of which `after` are sent (None: all), then the goodbye.

    The body is sent `times` times over; with 0 until the caller hangs up.
    """

    body: bytes
    after: int | None = None
    kind: str = "text/event-stream"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True)
class Slow:
    """Sends the text, then `alive` now and then until the caller hangs up or the server closes."""

    text: str = ""
    alive: bytes = b": waiting\n\n"


@dataclass(frozen=True, slots=True)
class Silent:
    """Takes the request and says nothing at all until the caller hangs up."""


BAD_KEY = Refuse(401, "Incorrect API key provided.", "invalid_api_key")
NO_MODEL = Refuse(404, "The model does not exist or you do not have access to it.", "model_not_found")
NO_CREDIT = Refuse(429, "You exceeded your current quota, please check your plan.", "insufficient_quota")
TOO_LONG = Refuse(
    400,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "context_length_exceeded",
)
BROKEN = Refuse(500, "The server had an error while processing your request.")


def busy(retry_after: str | None = None) -> Refuse:
    """A rate limit, with the seconds that the provider asks to wait."""
    return Refuse(429, "Rate limit reached for requests.", "rate_limit_exceeded", retry_after)


Answer = Good | Cut | Refuse | Slow | Silent | Raw
Scripted = Answer | str | Callable[[dict[str, Any]], "Answer | str"]
"""A plain text is a good answer."""


@dataclass(slots=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The words of all messages."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


class _Server(ThreadingHTTPServer):
    def handle_error(self, *given: Any) -> None:
        """A caller that was killed breaks its connection: that is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*given)


class ModelServer:
    """Answers each request with the next answer of its script; `url` is what `api_base` wants."""

    def __init__(self, script: Sequence[Scripted] = ()) -> None:
        self._script = list(script)
        self._lock = threading.Lock()
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.hung_up = threading.Event()
        """Set when a caller left in the middle of a `Slow` answer."""
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def script(self, *answers: Scripted) -> str:
        """Put the next answers in place, forgetting what is left of the last script. Returns `url`."""
        with self._lock:
            self._script = list(answers)
            self.asked.clear()
            self.hung_up.clear()
        return self.url

    def next_answer(self, asked: Asked) -> Answer:
        """The answer to one request. A script that is used up refuses in a way that nobody retries."""
        with self._lock:
            self.asked.append(asked)
            if asked.path == "/api/show":
                # LiteLLM asks it of Ollama beside a call, and may do so when that call is over.
                return Refuse(404, "No model is described here.")
            step: Scripted = (
                self._script.pop(0) if self._script else Refuse(400, "The script of answers is used up.")
            )
        answer = step(asked.body) if callable(step) else step
        answer = Good(answer) if isinstance(answer, str) else answer
        if isinstance(answer, Good | Cut | Slow):
            answer = replace(answer, text=with_last_line(answer.text, asked.body))
        return answer

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def with_last_line(text: str, body: dict[str, Any]) -> str:
    """The text; the last of its lines that is that of the instructions but for one word has that word too."""
    messages = body.get("messages") or [{"content": ""}]
    last = str(messages[0]["content"]).rstrip().rpartition("\n")[2]
    known = last.rpartition(" ")[0]
    if not known.startswith(">>>"):
        return text
    found = list(re.finditer(rf"^{re.escape(known)}(?=[ \t\r]*$)", text, re.MULTILINE))
    return f"{text[: found[-1].start()]}{last}{text[found[-1].end() :]}" if found else text


def wire(text: str) -> bytes:
    """The body of a stream with just this text, to its goodbye, for `Raw`."""
    chunks = [_chunk("scripted", {"content": text}), _chunk("scripted", {}, finish="stop")]
    return "".join(f"data: {json.dumps(each)}\n\n" for each in chunks).encode() + b"data: [DONE]\n\n"


@contextmanager
def model_server(*script: Scripted) -> Iterator[ModelServer]:
    """A running server; closed at the end."""
    server = ModelServer(script)
    try:
        yield server
    finally:
        server.close()


def _handler(model: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is the test's."""

        def do_GET(self) -> None:
            self._error(Refuse(404, "Only chat completions are served here."))

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            asked = Asked(self.path, dict(self.headers.items()), body)
            answer = model.next_answer(asked)
            if isinstance(answer, Refuse):
                self._error(answer)
                return
            if isinstance(answer, Silent):
                model.closing.wait(5)
                self.close_connection = True
                return
            try:
                self._stream(answer, str(body.get("model", "scripted")))
            except OSError:
                model.hung_up.set()

        def _error(self, answer: Refuse) -> None:
            error = {"message": answer.message, "type": "error", "param": None, "code": answer.code}
            data = json.dumps({"error": error}).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            if answer.retry_after is not None:
                self.send_header("Retry-After", answer.retry_after)
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, answer: Good | Cut | Slow | Raw, name: str) -> None:
            self.close_connection = True
            raw = answer if isinstance(answer, Raw) else Raw(b"")
            self.send_response(raw.status)
            for header in (("Content-Type", raw.kind), *raw.headers):
                self.send_header(*header)
            self.send_header("Connection", "close")
            self.end_headers()
            if isinstance(answer, Good):
                for at in range(0, len(answer.thinking), answer.piece):
                    thought = answer.thinking[at : at + answer.piece]
                    self._send(_chunk(name, {"reasoning_content": thought}))
                self._send_text(answer.text, answer.piece, name)
                if answer.finish:
                    self._send(_chunk(name, {}, finish=answer.finish))
                if answer.usage:
                    self._send(_chunk(name, None, usage=answer.usage))
                self.wfile.write(b"data: [DONE]\n\n")
            elif isinstance(answer, Raw):
                sent = 0
                while sent < answer.times or not answer.times:
                    self.wfile.write(answer.body[: answer.after])
                    sent += 1
            elif isinstance(answer, Cut):
                self._send_text(answer.text[: answer.after], 7, name)
                if answer.reset:
                    # Closed with a linger of zero, TCP sends a reset instead of a goodbye.
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
            else:
                self._send_text(answer.text, 7, name)
                self._wait(answer.alive)

        def _send_text(self, text: str, piece: int, name: str) -> None:
            for at in range(0, len(text), piece):
                self._send(_chunk(name, {"content": text[at : at + piece]}))

        def _send(self, chunk: dict[str, Any]) -> None:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

        def _wait(self, alive: bytes) -> None:
            """Until the caller hangs up or the server closes. Comment lines keep such streams alive."""
            while not model.closing.wait(0.05):
                self.wfile.write(alive)

    return Handler


def _chunk(
    name: str,
    delta: dict[str, str] | None,
    *,
    finish: str | None = None,
    usage: tuple[int, int] | None = None,
) -> dict[str, Any]:
    chunk: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": name,
    }
    chunk["choices"] = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    if usage:
        tokens_in, tokens_out = usage
        chunk["usage"] = {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
            "prompt_tokens_details": {"cached_tokens": tokens_in // 2},
        }
    return chunk
