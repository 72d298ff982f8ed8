"""Mends of LiteLLM and httpx, and guards around what comes over the wire. For the helper alone.

httpx ends a line of a stream at U+2028, U+0085 and six more signs that JSON lets stand as they are; LiteLLM
then passes over the two halves because neither is JSON, and over every piece whose text holds "[DONE]". Seen
with LiteLLM 1.106.2 and httpx 0.28.1 on bodies as vLLM and Ollama send them: a stretch of code was missing in
the middle of an answer that was complete by its end mark.

A redirect is never followed: LiteLLM's clients would send the prompt on to whoever is named, and keys that do
not go by `Authorization` (Anthropic's, Azure's) with it. What comes is counted after it is unpacked, so that
neither a packed bomb nor an error page without end fills the memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

MOST_BYTES = 2_000_000_000
"""Of one stream, unpacked. Sent sign by sign, the longest answer that is taken comes to about this."""
MOST_OF_ERROR = 4_000_000
"""Of an answer that is an error."""
LONGEST_LINE = 12_000_000
"""Of a stream. A whole answer in one piece is one line."""

_FIELD = re.compile(r"[\w-]*(?::|$)")
_ODD_LINE = re.compile(rb"(?:^|[\r\n])(?!\xef\xbb\xbf)(?![\w-]*(?::|[\r\n]|$))")


class EndlessAnswerError(RuntimeError):
    """More came than any answer can be. The name is what the helper knows it by, and the next one's too."""


class SentOnError(RuntimeError):
    """The server names another address, which is not asked."""


class SpoiledPieceError(RuntimeError):
    """A piece of an answer that cannot be read, and without which it would have a hole."""


class LineDecoder:
    """Lines end at \\n, \\r\\n and \\r, as the form of event streams has it. In place of httpx's own."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._held = False

    def decode(self, text: str) -> list[str]:
        if not self._held and "\n" not in text and "\r" not in text:
            # A line may be as long as an answer: it is put together once, and not at each piece.
            self._parts.append(text)
            return []
        text = "".join((*self._parts, "\r" if self._held else "", text))
        # A carriage return at the very end may be the first half of a line end.
        self._held = text.endswith("\r")
        text = (text[:-1] if self._held else text).replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        self._parts = [rest]
        return lines

    def flush(self) -> list[str]:
        rest, self._parts, self._held = "".join(self._parts), [], False
        return [rest] if rest else []


def guard() -> None:
    """Put the guards in place, in this process."""
    import httpx  # noqa: PLC0415 - only the helper may import it, beside LiteLLM

    client: Any = httpx.Client
    follow = client._send_handling_redirects

    def stay(self: Any, request: Any, **given: Any) -> Any:
        answer = follow(self, request, **{**given, "follow_redirects": False})
        if answer.has_redirect_location:
            answer.close()
            raise SentOnError("Another address was named to ask instead.")
        return answer

    client._send_handling_redirects = stay
    response: Any = httpx.Response
    read = response.iter_bytes

    def counted(self: Any, *given: Any, **named: Any) -> Iterator[bytes]:
        most = MOST_OF_ERROR if self.status_code >= 300 else MOST_BYTES
        stream = self.status_code == 200 and "event-stream" in self.headers.get("content-type", "")
        return _looked_at(read(self, *given, **named), most, stream=stream)

    response.iter_bytes = counted


def _looked_at(pieces: Iterable[bytes], most: int, *, stream: bool) -> Iterator[bytes]:
    """The same pieces, as long as they come to no more than `most`; of a stream each line is one of its form.

    A line that is none was a piece of the answer that got spoiled on the way: whoever passes over it, as the
    form allows, leaves a hole in the answer.
    """
    count, length = 0, 0
    rest: list[bytes] = []
    for piece in pieces:
        count += len(piece)
        whole, end, last = piece.rpartition(b"\n")
        if end:
            if stream and _ODD_LINE.search(b"".join((*rest, whole))):
                raise SpoiledPieceError("A line came that is no line of an event stream.")
            rest, length = [last], len(last)
        else:
            rest.append(piece)
            length += len(piece)
        if count > most or length > LONGEST_LINE:
            raise EndlessAnswerError(f"More than {min(count, most):,} bytes came.")
        yield piece


def mend(litellm: Any) -> None:
    """Put both mends in place, in this process. Nothing happens where the libraries have changed."""
    import httpx  # noqa: PLC0415 - as above

    models: Any = httpx._models
    if hasattr(models, "LineDecoder"):
        models.LineDecoder = LineDecoder
    from litellm.llms.base_llm.base_model_iterator import (  # noqa: PLC0415 - as above
        BaseModelResponseIterator,
    )

    strip = litellm.CustomStreamWrapper.strip_sse_data_from_chunk

    def handle(self: Any, str_line: str) -> Any:
        data = (strip(str_line) or "").strip()
        if data == "[DONE]":
            return _piece(ended=True)
        if not data or (not str_line.startswith("data:") and _FIELD.match(data)):
            # An empty line, a comment, another field than data.
            return _piece(ended=False)
        # Not JSON: cut, or spoiled on the way. ValueError, of which LiteLLM makes an error of the stream.
        return self.chunk_parser(chunk=json.loads(data))

    BaseModelResponseIterator._handle_string_chunk = handle
    _mend_pieces(litellm)


def _mend_pieces(litellm: Any) -> None:
    """LiteLLM drops a piece that is no text without a word, and a whole answer for a count that is no number.

    And the hundredth equal piece in a row is no error: tables and indented code have them.
    """
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = 10**9
    create = litellm.CustomStreamWrapper.chunk_creator
    count = litellm.Usage.__init__

    def created(self: Any, chunk: Any) -> Any:
        for choice in getattr(chunk, "choices", None) or ():
            content = getattr(getattr(choice, "delta", None), "content", None)
            if content is not None and not isinstance(content, str):
                raise SpoiledPieceError("A piece came whose content is no text.")
        return create(self, chunk)

    def counted(self: Any, *given: Any, **named: Any) -> None:
        if any(isinstance(named.get(each), bool) for each in ("prompt_tokens", "completion_tokens")):
            # It would be taken for 1, which is a count that can be.
            count(self)
            return
        try:
            count(self, *given, **named)
        except (ValueError, TypeError):
            # Nothing is what the helper knows to be no count, and counts itself.
            count(self)

    litellm.CustomStreamWrapper.chunk_creator = created
    litellm.Usage.__init__ = counted


def _piece(*, ended: bool) -> dict[str, Any]:
    return {
        "text": "",
        "is_finished": ended,
        "finish_reason": "stop" if ended else "",
        "usage": None,
        "index": 0,
        "tool_use": None,
    }
