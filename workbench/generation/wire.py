"""Two mends of LiteLLM and httpx, which lose pieces of an answer without a word. For the helper alone.

httpx ends a line of a stream at U+2028, U+0085 and six more signs that JSON lets stand as they are; LiteLLM
then passes over the two halves because neither is JSON, and over every piece whose text holds "[DONE]". Seen
with LiteLLM 1.106.2 and httpx 0.28.1 on bodies as vLLM and Ollama send them: a stretch of code was missing in
the middle of an answer that was complete by its end mark.
"""

from __future__ import annotations

import json
from typing import Any


class LineDecoder:
    """Lines end at \\n, \\r\\n and \\r, as the form of event streams has it. In place of httpx's own."""

    def __init__(self) -> None:
        self._rest = ""

    def decode(self, text: str) -> list[str]:
        text = self._rest + text
        # A carriage return at the very end may be the first half of a line end.
        held = text.endswith("\r")
        text = (text[:-1] if held else text).replace("\r\n", "\n").replace("\r", "\n")
        *lines, self._rest = text.split("\n")
        if held:
            self._rest += "\r"
        return lines

    def flush(self) -> list[str]:
        rest, self._rest = self._rest.removesuffix("\r"), ""
        return [rest] if rest else []


def mend(litellm: Any) -> None:
    """Put both mends in place, in this process. Nothing happens where the libraries have changed."""
    import httpx  # noqa: PLC0415 - only the helper may import it, beside LiteLLM

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
        if not data.startswith("{"):
            # A comment, the name of an event, an empty line.
            return _piece(ended=False)
        # Not JSON: cut, or spoiled on the way. ValueError, of which LiteLLM makes an error of the stream.
        return self.chunk_parser(chunk=json.loads(data))

    BaseModelResponseIterator._handle_string_chunk = handle


def _piece(*, ended: bool) -> dict[str, Any]:
    return {
        "text": "",
        "is_finished": ended,
        "finish_reason": "stop" if ended else "",
        "usage": None,
        "index": 0,
        "tool_use": None,
    }
