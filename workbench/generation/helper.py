"""The process that calls models: the only file that imports LiteLLM. JSON lines on standard input and output.

Run as `python -m workbench.generation.helper`. Its environment holds nothing of the user's; the key of one
provider comes in by standard input. It retries nothing, writes no file, and ends when its standard input
ends, so that a killed window leaves nothing behind. Told and asked with

    {"do": "key", "name": …, "key": …}
    {"id": 1, "do": "complete", "model": …, "api_base": …, "messages": [{"role": …, "content": …}],
     "timeout": seconds, "max_tokens": …}
    {"id": 2, "do": "measure", "model": …, "texts": [ … ]}

it answers with lines {"id": …, "event": …}: `began` (the request goes out now), `text`, `thought` (only its
length), `usage`, `finished`, `failed` (a kind of `failures.Trouble`), `measured`; and with one `ready` before
the first of them.
"""

from __future__ import annotations

import gc
import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import IO, Any

from workbench.generation.failures import Trouble
from workbench.generation.wire import guard, mend

_DETAIL = 600
_SECRETS: dict[str, str] = {}
"""The keys that came in by standard input: one, as its parent does it."""
_MOST_ANSWERED = 4_000_000
"""Tokens, thinking included. More than any model gives; beyond this a provider's count is no count."""
_UNSEEN = 50_000
"""Tokens that a provider may put before a prompt. Beside these, no token is shorter than a byte."""
_MEMORY = 3_000_000_000
"""Bytes that this process may take. LiteLLM takes a tenth."""
_LONGEST_WAIT = 10 * 365 * 86_400.0
_UNREACHABLE = {"ConnectError", "ConnectTimeout", "ProxyError", "gaierror", "ClientConnectorError"}
_BROKEN_OFF = {
    *("ReadError", "RemoteProtocolError", "ConnectionResetError", "IncompleteRead", "WriteError"),
    # What came is no stream of pieces, or not packed as it says: spoiled on the way.
    *("JSONDecodeError", "UnicodeDecodeError", "DecodingError", "SpoiledPieceError"),
}
_LOCAL_SPEAKERS = {
    "openai",
    "text-completion-openai",
    "hosted_vllm",
    "lm_studio",
    "litellm_proxy",
    "llamafile",
}


def main() -> None:
    """Serve until standard input ends."""
    _limit_memory()
    # LiteLLM prints to standard output; the lines of the protocol keep it for themselves.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    questions: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, questions), daemon=True).start()
    try:
        litellm = _litellm()
    except Exception as error:  # noqa: BLE001 - a broken installation raises anything, and the window has to say so
        _write(
            answers,
            0,
            {"event": "failed", "trouble": Trouble.NOT_STARTED.value, "detail": repr(error)[:_DETAIL]},
        )
        return
    _write(answers, 0, {"event": "ready"})
    _sweep(freeze=True)
    while True:
        question = questions.get()
        serve = _measure if question["do"] == "measure" else _complete
        try:
            for event in serve(litellm, question):
                _write(answers, question["id"], event)
        except Exception as error:  # noqa: BLE001 - LiteLLM raises what its hundred providers raise; `_failed` sorts it
            _write(answers, question["id"], _failed(error))
        _sweep()


def _sweep(*, freeze: bool = False) -> None:
    """Clear away what a call has left, before the next one.

    A stream that broke off is garbage in a circle, and closes itself when Python looks for such. If that is
    while the next request holds the lock of the same connections, both wait for each other for ever: seen
    with httpcore 1.0.9, after a few answers of Anthropic's form that were cut.
    """
    gc.collect()
    if freeze:
        # What LiteLLM's import made stays; looking through it again would take half a second each time.
        gc.freeze()


def _limit_memory() -> None:
    """A packed answer that is a bomb ends this process at most, and not the machine's other programs."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        least = _MEMORY if most == resource.RLIM_INFINITY else min(_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_DATA, (least, most))


def _read(source: IO[bytes], questions: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Feed the questions in; at the end of input leave at once, also in the middle of an import or a call."""
    for line in source:
        question = json.loads(line)
        if question["do"] == "key":
            # Set in here, it is in this process's memory alone: what a system shows of a process is what
            # it was started with.
            os.environ[question["name"]] = question["key"]
            # And not for what is started from here: a provider's client asks lsb_release what system this is.
            os.unsetenv(question["name"])
            _SECRETS[question["name"]] = question["key"]
        else:
            questions.put(question)
    os._exit(0)


def _write(target: IO[bytes], number: int, event: dict[str, Any]) -> None:
    target.write(json.dumps({"id": number, **event}).encode() + b"\n")
    target.flush()


def _litellm() -> Any:
    """LiteLLM, made quiet: no telemetry, no logs, no callbacks, no retries, no downloads."""
    # Without these it asks the network at import, and reads a .env file above itself, perhaps a repository's.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    os.environ["LITELLM_LOG"] = "CRITICAL"
    import litellm  # noqa: PLC0415 - takes three seconds, in which the reading thread already listens

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.num_retries = 0
    litellm.drop_params = True
    litellm.disable_hf_tokenizer_download = True
    litellm.success_callback = []
    litellm.failure_callback = []
    litellm.callbacks = []
    mend(litellm)
    guard()
    return litellm


def _complete(litellm: Any, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    model = _full_name(litellm, question["model"], question.get("api_base"))
    options: dict[str, Any] = {"model": model, "timeout": question["timeout"]}
    for name in ("api_base", "max_tokens"):
        if question.get(name) is not None:
            options[name] = question[name]
    # By whatever name the user keeps it, it is this model's key.
    key = next(iter(_SECRETS.values()), None)
    if key is None and question.get("api_base") and model.partition("/")[0] in _LOCAL_SPEAKERS:
        # The client library wants some key; a local server takes any.
        key = "none"
    if key is not None:
        options["api_key"] = key
    yield {"event": "began"}
    stream = litellm.completion(
        messages=question["messages"],
        stream=True,
        stream_options={"include_usage": True},
        num_retries=0,
        max_retries=0,
        **options,
    )
    usage, answer = None, []
    for chunk in stream:
        usage = getattr(chunk, "usage", None) or usage
        delta = chunk.choices[0].delta if chunk.choices else None
        thought = getattr(delta, "reasoning_content", None)
        if thought:
            yield {"event": "thought", "size": len(thought)}
        text = getattr(delta, "content", None)
        if text:
            answer.append(text)
            yield {"event": "text", "text": text}
    # LiteLLM reports "stop" for a stream that just ended; what the provider said is only kept here.
    reason = getattr(stream, "received_finish_reason", None) or getattr(
        stream, "intermittent_finish_reason", None
    )
    if usage is not None:
        given = any(getattr(chunk, "usage", None) is not None for chunk in getattr(stream, "chunks", ()))
        size = sum(len(each["content"].encode()) for each in question["messages"])
        if not _is_plausible(usage, size, answered=bool(answer)):
            given, usage = False, _counted(litellm, model, question["messages"], "".join(answer))
        yield {"event": "usage", "estimated": not given, **_used(litellm, model, usage)}
    yield {"event": "finished", "reason": reason}


def _is_plausible(usage: Any, size: int, *, answered: bool) -> bool:
    """Whether a provider's count can be one, of a prompt of `size` bytes and an answer with words or none.

    A count that is far too high would use up a budget that nobody has spent.
    """
    tokens_in, tokens_out = usage.prompt_tokens, usage.completion_tokens
    if type(tokens_in) is not int or type(tokens_out) is not int:
        return False
    return 0 < tokens_in <= size + _UNSEEN and int(answered) <= tokens_out <= _MOST_ANSWERED


def _counted(litellm: Any, model: str, messages: list[dict[str, str]], answer: str) -> Any:
    """What the model's tokenizer counts, where the provider's numbers cannot be."""
    return litellm.Usage(
        prompt_tokens=litellm.token_counter(model=model, messages=messages),
        completion_tokens=litellm.token_counter(model=model, text=answer) if answer else 0,
    )


def _full_name(litellm: Any, model: str, api_base: str | None) -> str:
    """The name as LiteLLM wants it. At an address of one's own, an unknown name speaks OpenAI's protocol."""
    if api_base is None:
        return model
    try:
        _, provider, *_ = litellm.get_llm_provider(model)
    except litellm.BadRequestError:
        return f"openai/{model}"
    return model if model.startswith(f"{provider}/") else f"{provider}/{model}"


def _used(litellm: Any, model: str, usage: Any) -> dict[str, Any]:
    if not _are_parts(usage):
        # A price would be made of them, which can come out below nothing or above all that there is.
        usage = litellm.Usage(prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens)
    details = getattr(usage, "prompt_tokens_details", None)
    return {
        "tokens_in": usage.prompt_tokens,
        "tokens_out": usage.completion_tokens,
        "cached": getattr(details, "cached_tokens", None),
        "cost": _cost(litellm, model, usage),
    }


def _are_parts(usage: Any) -> bool:
    """Whether each count in the details (cached, audio, thinking and whatever comes) can be one of a part."""
    whole = usage.model_dump()
    sides = [
        (whole.pop("prompt_tokens_details", None), usage.prompt_tokens),
        (whole.pop("completion_tokens_details", None), usage.completion_tokens),
        ({name: each for name, each in whole.items() if name.startswith("cache_")}, usage.prompt_tokens),
    ]
    return all(_is_count(each, most) for side, most in sides if side for each in side.values())


def _is_count(value: Any, most: int) -> bool:
    if isinstance(value, dict):
        return all(_is_count(each, most) for each in value.values())
    return value is None or (type(value) in (int, float) and 0 <= value <= most)


def _cost(litellm: Any, model: str, usage: Any) -> float | None:
    """US dollars by LiteLLM's table, None where it has no price."""
    if not _known(litellm, model):
        return None
    try:
        parts = litellm.cost_per_token(
            model=model,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            usage_object=usage,
        )
    except Exception:  # noqa: BLE001 - unknown models raise several kinds of error, which all mean "unknown"
        return None
    cost = float(sum(parts))
    return cost if math.isfinite(cost) and cost >= 0 else None


def _measure(litellm: Any, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tokens of each text by the model's tokenizer, and the table's prices per token and limits."""
    model = _full_name(litellm, question["model"], question.get("api_base"))
    tokens = [litellm.token_counter(model=model, text=text) if text else 0 for text in question["texts"]]
    known = _known(litellm, model)
    yield {
        "event": "measured",
        "tokens": tokens,
        "price_in": known.get("input_cost_per_token"),
        "price_out": known.get("output_cost_per_token"),
        "window": known.get("max_input_tokens"),
        "longest_answer": known.get("max_output_tokens"),
    }


def _known(litellm: Any, model: str) -> dict[str, Any]:
    """The table's row of a model, {} where it has none.

    Not `get_model_info`: of local models that asks a server which nobody has named.
    """
    provider, _, name = model.partition("/")
    found = litellm.model_cost.get(model) or litellm.model_cost.get(name)
    if not found or found.get("input_cost_per_token") is None:
        return {}
    # A namesake at another provider has another price.
    ours = model in litellm.model_cost or found.get("litellm_provider") == provider
    return dict(found) if ours else {}


def _failed(error: BaseException) -> dict[str, Any]:
    inner = getattr(error, "original_exception", None)
    cause = inner if isinstance(inner, BaseException) else error
    return {
        "event": "failed",
        "trouble": _trouble(error, cause).value,
        "wait": _retry_after(cause),
        "detail": _without_keys(str(cause))[:_DETAIL],
    }


def _trouble(error: BaseException, cause: BaseException) -> Trouble:
    """Which kind of failure an exception is: by class, by status, then by words, as providers differ."""
    chain = set(_names(error)) | set(_names(cause))
    text = str(cause).lower()
    status = getattr(cause, "status_code", None)
    status = status if isinstance(status, int) else 0
    by_class = {
        "ContextWindowExceededError": Trouble.TOO_LONG,
        "ContentPolicyViolationError": Trouble.BLOCKED,
        "Timeout": Trouble.TIMEOUT,
        "APITimeoutError": Trouble.TIMEOUT,
        "ReadTimeout": Trouble.TIMEOUT,
    }
    found = next((trouble for name, trouble in by_class.items() if name in chain), None)
    if chain & {"EndlessAnswerError", "MemoryError"}:
        return Trouble.ENDLESS
    if "SentOnError" in chain:
        return Trouble.MOVED
    if chain & _UNREACHABLE:
        return Trouble.NO_NETWORK
    if found is not None:
        return found
    if chain & _BROKEN_OFF or "error parsing chunk" in text:
        return Trouble.CUT
    if "missing" in text and ("api key" in text or "credentials" in text):
        return Trouble.NO_KEY
    if "provider not provided" in text:
        return Trouble.UNKNOWN_MODEL
    if "api key not valid" in text or "invalid api key" in text:
        return Trouble.REFUSED_KEY
    return _by_status(status, text)


def _by_status(status: int, text: str) -> Trouble:
    if status == 429 and any(word in text for word in ("quota", "billing", "credit balance")):
        return Trouble.NO_CREDIT
    if 300 <= status < 400:
        return Trouble.MOVED
    known = {
        401: Trouble.REFUSED_KEY,
        402: Trouble.NO_CREDIT,
        403: Trouble.NOT_ALLOWED,
        404: Trouble.UNKNOWN_MODEL,
        408: Trouble.TIMEOUT,
        413: Trouble.TOO_LONG,
        429: Trouble.RATE_LIMIT,
        504: Trouble.TIMEOUT,
    }
    return known.get(status, Trouble.BUSY if status >= 500 else Trouble.REFUSED)


def _names(error: BaseException | None) -> Iterator[str]:
    """Class names along the chain of causes, with their bases."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield from (kind.__name__ for kind in type(error).__mro__)
        error = error.__cause__ or error.__context__


def _retry_after(error: BaseException) -> float | None:
    """The seconds that a Retry-After header asks for: given as a number, or as the date to wait for."""
    response = getattr(error, "response", None)
    for headers in (getattr(error, "litellm_response_headers", None), getattr(response, "headers", None)):
        value = headers.get("retry-after") if headers else None
        if value is None:
            continue
        try:
            wait = float(value)
        except ValueError:
            try:
                # A moment that is over is no reason to wait.
                wait = max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
            except (ValueError, TypeError, OverflowError):
                continue
        # What is no time at all is as if nothing had been said; a time without end is a long one.
        return min(wait, _LONGEST_WAIT) if wait >= 0 else None
    return None


def _without_keys(text: str) -> str:
    for key in _SECRETS.values():
        text = text.replace(key, "…")
    return text


if __name__ == "__main__":
    main()
