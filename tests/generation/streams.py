"""Ten answers as the bodies that servers stream them in, each in a provider's own form.

Each ends with the end mark of the contract, then with what that provider sends behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.generation.contract import Block, Deletion, Edit, Move, NewFile, NoteAnswer, write
from workbench.review.notes import AnswerKind

FILES = {
    "a.py": b"x = 1\ny = 2\n",
    "näme.txt": "Grüße ☃\nzwei\n".encode(),
    "old.txt": b"goes\n",
    "moved.txt": b"stays\n",
}


@dataclass(frozen=True, slots=True)
class Stream:
    """`body` is what comes over the wire, `text` the answer in it; `model` speaks that protocol."""

    name: str
    model: str
    body: bytes
    text: str
    kind: str = "text/event-stream"


def streams() -> list[Stream]:
    """All ten."""
    return [
        _stream("openai", "openai/gpt-4o-mini", _texts()[0], piece=9),
        _stream("openai, one piece", "openai/gpt-4o-mini", _texts()[1], piece=100_000),
        _stream("a sign at a time", "openai/gpt-4o-mini", _texts()[0], piece=1),
        _stream("vllm, usage in every piece", "hosted_vllm/qwen", _texts()[1], piece=11, each_usage=True),
        _stream("line ends of windows", "openai/gpt-4o-mini", _texts()[2], piece=8, end="\r\n"),
        _stream("kept alive by comments", "openai/gpt-4o-mini", _texts()[2], piece=30, comment=": alive\n\n"),
        _stream("thinking first", "deepseek/deepseek-reasoner", _texts()[0], piece=12, thinking="Hm. ☃ Yes."),
        _stream("litellm proxy", "litellm_proxy/any", _texts()[1], piece=10),
        _anthropic(_texts()[0]),
        _ollama(_texts()[1]),
    ]


def _texts() -> list[str]:
    done = NoteAnswer("N1", AnswerKind.DONE, "Raised.")
    edit = Edit("a.py", "As asked.", ("x = 1",), ("x = 3",))
    odd = Edit("näme.txt", "Grüße, ☃ 🙂 \u2028 [DONE].", ("Grüße ☃",), ("Grüße 🙂", "\u2028\x85"))
    answers: list[list[Block]] = [
        [edit, done],
        [odd, NewFile("new.py", "It is wanted.", ("def f():", "    return 'é'")), done],
        [
            Deletion("old.txt", "Not used."),
            Move("moved.txt", "docs/moved.txt", "It is a document."),
            edit,
            done,
        ],
    ]
    # Without a line end behind the mark: the last byte of the answer is the last byte that it needs.
    return [f"I did it.\n\n{write(blocks)}".rstrip("\n") for blocks in answers]


def _stream(
    name: str,
    model: str,
    text: str,
    *,
    piece: int,
    end: str = "\n",
    comment: str = "",
    thinking: str = "",
    each_usage: bool = False,
) -> Stream:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}

    def chunks() -> Iterator[dict[str, object]]:
        yield _chunk({"role": "assistant", "content": ""})
        if thinking:
            yield _chunk({"reasoning_content": thinking})
        for at in range(0, len(text), piece):
            chunk = _chunk({"content": text[at : at + piece]})
            yield {**chunk, "usage": {**usage, "completion_tokens": at // 4 + 1}} if each_usage else chunk
        yield _chunk({}, "stop")
        yield {**_chunk({}), "choices": [], "usage": usage}

    body = "".join(f"{comment}data: {json.dumps(chunk, ensure_ascii=False)}{end}{end}" for chunk in chunks())
    return Stream(name, model, f"{body}data: [DONE]{end}{end}".encode(), text)


def _chunk(delta: dict[str, str], finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**chunk, "choices": [choice]}


def _anthropic(text: str) -> Stream:
    start: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 100, "output_tokens": 1},
    }
    events: list[tuple[str, dict[str, object]]] = [
        ("message_start", {"message": start}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("ping", {}),
    ]
    for at in range(0, len(text), 13):
        delta = {"type": "text_delta", "text": text[at : at + 13]}
        events.append(("content_block_delta", {"index": 0, "delta": delta}))
    events += [
        ("content_block_stop", {"index": 0}),
        (
            "message_delta",
            {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 20}},
        ),
        ("message_stop", {}),
    ]
    body = "".join(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in events)
    return Stream("anthropic", "anthropic/claude-sonnet-4-5", body.encode(), text)


def _ollama(text: str) -> Stream:
    base = {"model": "qwen", "created_at": "2026-01-01T00:00:00Z"}
    lines: list[dict[str, object]] = [
        {**base, "message": {"role": "assistant", "content": text[at : at + 10]}, "done": False}
        for at in range(0, len(text), 10)
    ]
    counts = {"prompt_eval_count": 100, "eval_count": 20}
    last = {**base, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    lines.append({**last, **counts})
    body = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return Stream("ollama", "ollama_chat/qwen", body.encode(), text, "application/x-ndjson")
