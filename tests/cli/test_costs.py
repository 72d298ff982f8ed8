"""What calls cost, on the command line: sums by model, round and review, today over all, and the caps."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine, command, environment
from tests.cli.test_models import ANSWER, WRONG
from tests.model_server import BAD_KEY, Good, ModelServer, Raw
from tests.repos import Repo, edited_repo
from workbench.store.paths import settings_path
from workbench.store.spending import spending_dir

KEY = "sk-canary-0123456789"


@pytest.fixture
def server(running_server: ModelServer) -> ModelServer:
    running_server.script()
    return running_server


@pytest.fixture
def review(
    wb: CommandLine, repo: Repo, server: ModelServer, helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    configure(server.url)
    review = wb.start(repo.root)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!a number, please")
    return review


def configure(url: str, **settings: float) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {value}" for name, value in settings.items()]
    for name, model, more in (
        ("first", "openai/gpt-4o-mini", 'fallbacks = ["second"]\n'),
        ("second", "openai/gpt-4o", ""),
        ("own", "hosted_vllm/own", ""),
    ):
        lines.append(f'[models.{name}]\nmodel = "{model}"\napi_base = "{url}"\nkey_name = "openai"\n{more}')
    settings_path().write_text("\n".join(lines))


def test_calls_are_listed_and_summed(wb: CommandLine, review: str, server: ModelServer) -> None:
    server.script(BAD_KEY, WRONG, ANSWER)
    said = wb.run("next", review, "--model", "first")
    assert said.status == 0, said
    assert "refused the key for openai/gpt-4o-mini. Asking openai/gpt-4o instead." in said.err
    document = wb.json("calls", review)
    assert [
        (call["purpose"], call["round"], call["model"], call["instead_of"], call["outcome"])
        for call in document["calls"]
    ] == [
        ("round", 2, "openai/gpt-4o-mini", None, "refused key"),
        ("round", 2, "openai/gpt-4o", "openai/gpt-4o-mini", "repair"),
        ("repair", 2, "openai/gpt-4o", None, "fits"),
    ]
    last = document["calls"][-1]
    assert (last["cached"], last["usage"]["tokens_in"], last["first_token"] is not None) == (50, 100, True)
    assert len(last["prompt"]) == 16
    sums = document["by_model"]["openai/gpt-4o"]
    assert (sums["calls"], sums["tokens_in"], sums["tokens_out"], sums["unknown_cost"]) == (2, 200, 40, 0)
    # 50 fresh and 50 cached tokens in and 20 out, twice, at LiteLLM's prices for gpt-4o.
    assert sums["cost"] == pytest.approx(2 * (50 * 2.5 + 50 * 1.25 + 20 * 10) / 1e6)
    assert document["by_round"]["2"] == document["total"]
    assert document["total"]["calls"] == 3
    text = wb("calls", review)
    assert "instead of openai/gpt-4o-mini" in text
    assert "model openai/gpt-4o  2 calls  200 + 40 tokens (100 cached)  $0.0007" in text


def test_today_is_over_all_reviews_also_the_deleted(
    wb: CommandLine, review: str, server: ModelServer, tmp_path: Path
) -> None:
    other = wb.start(edited_repo(tmp_path / "other").root)
    wb("note", other, "--on", wb.change(other, "edited.py"), "!a number, please")
    server.script(ANSWER, ANSWER)
    wb("next", review, "--model", "first")
    wb("next", other, "--model", "second")
    document = wb.json("calls")
    assert set(document["by_review"]) == {review, other}
    assert document["total"]["calls"] == 2
    assert "today  2 calls" in wb("calls")
    wb("delete", other)
    assert wb.json("calls")["total"] == document["total"]
    configure(server.url, tokens_day=200)
    said = wb.refused("next", review, "--model", "first")
    assert said.startswith("The round was not started: the budget of today, 200 tokens, is spent.")
    assert "tokens_day" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget_round": 0.00001}, "of the budget of this round"),
        ({"budget_day": 0.00001}, "of the budget of today"),
        ({"tokens_round": 50}, "of the budget of this round, 50 tokens"),
        ({"tokens_review": 50}, "of the budget of this review, 50 tokens"),
    ],
)
def test_every_cap_is_asked_before_a_call(
    wb: CommandLine, review: str, server: ModelServer, settings: dict[str, float], said: str
) -> None:
    configure(server.url, **settings)
    assert said in wb.refused("next", review, "--model", "first")
    assert server.asked == []
    assert wb.json("calls", review)["calls"] == []


def test_a_repair_is_asked_of_the_budget_too(wb: CommandLine, review: str, server: ModelServer) -> None:
    configure(server.url, tokens_round=2_500)
    server.script(Good(WRONG, usage=(2_000, 400)), ANSWER)
    ran = wb.run("next", review, "--model", "first")
    assert ran.status == 1
    assert "The call was not made: its prompt takes about" in ran.err
    assert len(server.asked) == 1
    assert [call["outcome"] for call in wb.json("calls", review)["calls"]] == ["repair"]


@pytest.mark.parametrize("cap", ["tokens_review", "tokens_day"])
def test_a_cap_holds_over_questions_that_are_asked_at_once(
    wb: CommandLine, review: str, server: ModelServer, cap: str
) -> None:
    """Each in a process of its own: together they may pass it by one answer, and no more."""
    configure(server.url, **{cap: 3000})
    at_once, most = 0, 0
    lock, more = threading.Lock(), threading.Event()

    def slowly(_: dict[str, Any]) -> Good:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        # The others come meanwhile, were it not for the cap.
        more.wait(1.5)
        with lock:
            at_once -= 1
        return Good("It is so.\n>>>>>>> ANSWER COMPLETE\n", usage=(1_000, 1_500))

    server.script(*[slowly] * 4)
    running = [
        subprocess.Popen(
            command("ask", review, "--model", "second", "--file", "edited.py", f"?Why {number}?"),
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    ended = [(*each.communicate(timeout=300), each.returncode) for each in running]
    assert most == 1
    assert sorted(code for *_, code in ended) == [0, 0, 1, 1], ended
    assert len(server.asked) == 2
    assert wb.json("calls", review)["total"]["tokens_in"] == 2_000
    refused = [err for _, err, code in ended if code]
    assert all("3,000 tokens, is spent" in err for err in refused)
    assert any("Waiting for another call to end" in err for _, err, _ in ended)
    assert [each.name for each in spending_dir().iterdir()] == ["guard"]


def test_a_price_that_nobody_knows_is_said_to_be_unknown(
    wb: CommandLine, review: str, server: ModelServer
) -> None:
    server.script(ANSWER)
    ran = wb.run("next", review, "--model", "own")
    assert "The price of hosted_vllm/own is not known" in ran.err
    assert wb.json("calls", review)["total"]["unknown_cost"] == 1
    assert "cost unknown" in wb("calls", review)


def test_the_doctor_says_what_of_a_model_works(wb: CommandLine, review: str, server: ModelServer) -> None:
    server.script("ready", Good("ready", usage=None), BAD_KEY)
    said = wb("doctor", "--model", "first")
    for words in (
        "ok   model first: it answered, as openai/gpt-4o-mini",
        "ok   model first, key: openai is there",
        f"ok   model first, address: {server.url} answers",
        "ok   model first, stream: the answer came in 1 piece",
        "ok   model first, tokens: counted 100 + 20 by the provider",
        "ok   model first, price: known, by LiteLLM's table: this call cost $0.000023",
        "ok   model first, fallback: second (openai/gpt-4o) is asked when it fails",
    ):
        assert words in said
    said = wb("doctor", "--model", "own")
    assert "by the tokenizer here, because the provider does not say" in said
    assert "price: not known" in said
    ran = wb.run("doctor", "--model", "second")
    assert ran.status == 1
    assert "no   model second: " in ran.out
    assert "refused the key for openai/gpt-4o. Check openai: it may be mistyped" in ran.out
    assert f"ok   model second, address: {server.url} answers" in ran.out
    settings_path().write_text('[models.gone]\nmodel = "hosted_vllm/x"\napi_base = "http://127.0.0.1:9/v1"\n')
    ran = wb.run("doctor", "--model", "gone")
    assert "no   model gone, address: http://127.0.0.1:9/v1 does not answer" in ran.out
    assert "Is the server running" in ran.out


def test_the_doctor_speaks_of_keys_and_addresses_as_they_are(
    wb: CommandLine, review: str, server: ModelServer, helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.generation.backends.Helpers", lambda: helpers)

    def said(*lines: str) -> str:
        settings_path().write_text(f'[models.m]\nmodel = "openai/gpt-4o"\n{chr(10).join(lines)}\n')
        ran = wb.run("doctor", "--model", "m")
        assert "round" not in ran.out
        return ran.out

    address = f'api_base = "{server.url}"'
    server.script("ready", BAD_KEY, BAD_KEY, Raw(b"<html>hello</html>", kind="text/html"))
    unset = 'key_name = "MY_KEY"'
    assert "ok   model m, key: MY_KEY is not set, and none was asked for" in said(address, unset)
    wanted = said(address)
    assert "no   model m, key: " in wanted
    assert "wants a key for openai/gpt-4o, and none was given" in wanted
    assert 'key_name = "NAME"' in wanted
    assert "OPENAI_API_KEY" not in wanted
    assert "workbench key set MY_KEY" in said(address, unset)
    page = said(address)
    assert "is no answer of a model. Check the address" in page
    assert f"no   model m, address: {server.url} answers, and speaks no protocol of a model" in page


def test_the_doctor_says_which_fallbacks_cannot_be_asked(
    wb: CommandLine, review: str, server: ModelServer, helpers: KeptHelpers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.generation.backends.Helpers", lambda: helpers)
    monkeypatch.delenv("OPENAI_API_KEY")
    settings_path().write_text(
        f'[models.m]\nmodel = "hosted_vllm/own"\napi_base = "{server.url}"\n'
        'fallbacks = ["nobody", "m", "openai/gpt-4o", "ollama_chat/x"]\n'
    )
    server.script("ready")
    ran = wb.run("doctor", "--model", "m")
    assert ran.status == 1
    fallbacks = [line.split("fallback: ")[1] for line in ran.out.splitlines() if "fallback: " in line]
    assert fallbacks == [
        "nobody can be asked by the name nobody: no model of the settings; correct it in the fallbacks",
        "m (hosted_vllm/own) is this model itself; take it out of the fallbacks",
        "openai/gpt-4o would be asked when it fails, and has no key (OPENAI_API_KEY)",
        "ollama_chat/x is asked when it fails; try it: workbench doctor --model ollama_chat/x",
    ]
    assert "There is no key for openai/gpt-4o." in wb.run("doctor", "--model", "openai/gpt-4o").out
