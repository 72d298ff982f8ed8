"""The README's lines about models: each parses, and its call reaches the right address with the right key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import KeptHelpers
from tests.generation.streams import Stream, streams
from tests.model_server import ModelServer, Raw
from workbench.store.settings import parse_settings
from workbench.workflow.calls import backend_of
from workbench.workflow.trying import try_model

README = Path(__file__).parents[2] / "README.md"
LINES = re.findall(r"^(\w+) = (\{ model = .* \})$", README.read_text(encoding="utf-8"), re.MULTILINE)
STREAMS: dict[str, Stream] = {each.name: each for each in streams()}


def test_five_lines_are_there_and_parse() -> None:
    text = "[models]\n" + "\n".join(f"{name} = {value}" for name, value in LINES)
    models = parse_settings(text).models
    assert list(models) == ["gpt", "claude", "local", "vllm", "proxy"]
    assert models["claude"].fallbacks == ("gpt",)
    assert models["local"].price_in == 0
    wanted = {name: backend_of(model).lacks for name, model in models.items()}
    assert wanted["gpt"] == "no key (OPENAI_API_KEY)"
    assert wanted["claude"] == "no key (ANTHROPIC_API_KEY)"
    assert (wanted["local"], wanted["vllm"]) == ("", "")


@pytest.mark.parametrize(
    ("name", "stream", "path", "key"),
    [
        ("gpt", "openai", "/v1/chat/completions", "Bearer"),
        ("claude", "anthropic", "/v1/messages", "x-api-key"),
        ("local", "ollama", "/api/chat", ""),
        ("vllm", "vllm, usage in every piece", "/v1/chat/completions", ""),
        ("proxy", "litellm proxy", "/chat/completions", "Bearer"),
    ],
)
def test_each_line_reaches_its_address(
    running_server: ModelServer,
    helpers: KeptHelpers,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    stream: str,
    path: str,
    key: str,
) -> None:
    """The scripted server stands in the place of each; for the two providers its address is put in."""
    monkeypatch.setattr("workbench.generation.backends.Helpers", lambda: helpers)
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LITELLM_PROXY_API_KEY"):
        monkeypatch.setenv(variable, f"key-of-{variable}")
    root = running_server.url.removesuffix("/v1")
    line = dict(LINES)[name]
    line = re.sub(r"http://localhost:\d+", root, line)
    if "api_base" not in line:
        base = running_server.url if name == "gpt" else root
        known = "OPENAI_API_KEY" if name == "gpt" else "ANTHROPIC_API_KEY"
        line = line.replace(" }", f', api_base = "{base}", key_name = "{known}" }}')
    body = STREAMS[stream]
    running_server.script(Raw(body.body, None, body.kind))
    tried = try_model(parse_settings(f"[models]\n{name} = {line}").models[name])
    assert tried.answered, tried
    # Of Ollama, LiteLLM also asks at the same address what the model is.
    assert {each.path for each in running_server.asked} <= {path, "/api/show"}
    (asked,) = [each for each in running_server.asked if each.path == path]
    headers = {header.lower(): value for header, value in asked.headers.items()}
    sent = " ".join((headers.get("authorization", ""), headers.get("x-api-key", "")))
    assert ("key-of-" in sent) is bool(key)
    if name in ("local", "vllm"):
        assert tried.usage is not None
        assert tried.usage.cost == 0
