"""A round whose program died: interrupted, with what had arrived; one that is being made is left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cli.driver import CommandLine, command, environment
from tests.cli.test_models import WRONG, configure
from tests.model_server import BAD_KEY, ModelServer, Slow
from tests.repos import Repo
from workbench.generation.contract import write
from workbench.review.review import replay
from workbench.store.log import ActionLog
from workbench.store.paths import database_path, running_dir

if sys.platform == "linux":
    import resource

CALL = {"what": "call", "call": {"messages": [], "answer": "", "outcome": "", "model": "m"}}
TEXT = "<<<<<<< EDIT edited.py\nwhy: because of this"


@pytest.fixture
def server(running_server: ModelServer) -> ModelServer:
    running_server.script()
    return running_server


@pytest.fixture
def review(wb: CommandLine, repo: Repo, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    configure(server.url)
    review = wb.start(repo.root)
    wb("note", review, "--on", wb.change(review, "edited.py"), "!a number, please")
    return review


@contextmanager
def asking(review: str, text: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`next`, or another command, in a process of its own, once this text of the answer is on the disk."""
    running = subprocess.Popen(
        command(*(words or ("next",))[:1], review, *words[1:], "--model", "scripted"),
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        waited = threading.Event()
        until = time.monotonic() + 90
        while text not in _arrived() and running.poll() is None and time.monotonic() < until:
            waited.wait(0.05)
        assert text in _arrived()
        yield running
    finally:
        running.kill()
        running.communicate()


def _arrived() -> str:
    """The text of the answer that is on the disk; the last line may still be on its way."""
    paths = running_dir().iterdir() if running_dir().is_dir() else ()
    lines = [line for path in paths for line in path.read_text().split("\n")[:-1]]
    return "".join(json.loads(line).get("text", "") for line in lines)


def test_a_killed_round_is_interrupted_with_what_had_arrived(
    wb: CommandLine, review: str, server: ModelServer, repo: Repo
) -> None:
    before = repo.read("edited.py")
    server.script(WRONG, Slow(TEXT))
    with asking(review, "because") as running:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    ran = wb.run("show", review)
    assert ran.status == 0
    assert "Round 2, asked of scripted: it was interrupted" in ran.err
    assert "Nothing was applied" in ran.err
    # Told once; from now on it is in the log.
    assert "interrupted" not in wb.run("show", review).err
    assert list(running_dir().iterdir()) == []
    calls = wb.json("calls", review)["calls"]
    assert [(call["purpose"], call["outcome"]) for call in calls] == [
        ("round", "repair"),
        ("repair", "interrupted"),
    ]
    assert calls[1]["usage"]["estimated"]
    log = ActionLog.open(database_path())
    found = replay(action for _, action in log.since(review))
    (failed,) = found.failures
    kept = log.exchange(failed.exchange or "") or {}
    log.close()
    assert failed.number == 2
    assert kept["calls"][0]["answer"].startswith(WRONG.rstrip("\n"))
    assert TEXT.startswith(kept["calls"][1]["answer"])
    assert "because" in kept["calls"][1]["answer"]
    assert kept["messages"]
    assert repo.read("edited.py") == before
    assert len(wb.json("show", review)["rounds"]) == 1


@pytest.mark.parametrize(
    ("words", "purpose", "said"),
    [
        (("read",), "read", "The reading of round 1 by scripted was interrupted"),
        (("ask", "Why is it seven?"), "ask", "A question to scripted was interrupted"),
    ],
)
def test_a_killed_reading_or_question_is_a_record_with_what_had_arrived(
    wb: CommandLine, review: str, server: ModelServer, words: tuple[str, ...], purpose: str, said: str
) -> None:
    server.script(Slow(TEXT))
    with asking(review, "because", *words) as running:
        assert "interrupted" not in wb.run("show", review).err
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    assert said in wb.run("show", review).err
    assert "interrupted" not in wb.run("show", review).err
    assert list(running_dir().iterdir()) == []
    (call,) = wb.json("calls", review)["calls"]
    assert (call["purpose"], call["outcome"], call["round"]) == (purpose, "interrupted", 1)
    assert call["usage"]["tokens_in"] > 100
    assert call["usage"]["estimated"]
    log = ActionLog.open(database_path())
    found = replay(action for _, action in log.since(review))
    kept = log.exchange(found.calls[0].exchange or "") or {}
    log.close()
    assert "because" in kept["calls"][0]["answer"]
    assert kept["messages"]
    # It is no round that did not come.
    assert found.failures == ()


@pytest.mark.parametrize("words", [("read",), ("ask", "Why?")])
def test_a_reading_or_question_that_ended_leaves_nothing_to_tell(
    wb: CommandLine, review: str, server: ModelServer, words: tuple[str, ...]
) -> None:
    for answer in (">>>>>>> FINDINGS COMPLETE\n", "Because.\n>>>>>>> ANSWER COMPLETE\n", BAD_KEY):
        server.script(*[answer] * 4)
        wb.run(words[0], review, *words[1:], "--model", "scripted")
        assert list(running_dir().iterdir()) == []
    calls = wb.json("calls", review)["calls"]
    assert {call["purpose"] for call in calls} == {words[0]}
    assert len({call["id"] for call in calls}) == len(calls) >= 3
    assert "interrupted" not in wb.run("show", review).err


def test_a_round_that_another_process_is_making_is_not_interrupted(
    wb: CommandLine, review: str, server: ModelServer
) -> None:
    server.script(Slow(TEXT))
    with asking(review, "because") as running:
        assert "interrupted" not in wb.run("show", review).err
        assert wb.json("calls", review)["calls"] == []
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
        assert "cancelled" in said
    assert [call["outcome"] for call in wb.json("calls", review)["calls"]] == ["cancelled"]
    assert list(running_dir().iterdir()) == []


@pytest.mark.parametrize(
    ("lines", "outcomes", "kept"),
    [
        ([{"what": "call", "call": {"x": 1}}, {"what": "text", "text": "some"}], [], ""),
        ([CALL, {"what": "text"}, {"what": "text", "text": "some"}], ["interrupted"], "some"),
        ([CALL, {"what": "text", "text": "some"}, {"what": "ended", "call": 7}], ["interrupted"], "some"),
        ([CALL, {"what": "text", "text": "some"}, {"what": "of a newer one"}], ["interrupted"], "some"),
        ([{"what": "ended"}, {"what": ["call"]}, {"what": "kept", "at": "now"}], [], ""),
    ],
)
def test_lines_of_another_shape_do_not_keep_a_review_from_being_opened(
    wb: CommandLine, review: str, lines: list[dict[str, object]], outcomes: list[str], kept: str
) -> None:
    """An older or a newer program may have written them."""
    begun = {"what": "begun", "number": "two", "recipient": ["m"], "purpose": None}
    for purpose, known in (("round", {}), ("ask", begun)):
        running_dir().mkdir(exist_ok=True)
        file = running_dir() / f"{review}.{purpose}"
        told = [{"what": "begun", "number": 2, "recipient": "m", "purpose": purpose, **known}, *lines]
        file.write_text("".join(f"{json.dumps(line)}\n" for line in told))
        said = wb.run("show", review)
        assert (said.status, file.exists()) == (0, False)
        assert f"({len(kept)} characters)" in said.err or purpose != "round" or not kept
        calls = wb.json("calls", review)["calls"]
        assert [call["outcome"] for call in calls if call["exchange"] == purpose] == outcomes


def test_what_a_deleted_review_left_goes_with_it(wb: CommandLine, review: str, server: ModelServer) -> None:
    server.script(Slow(TEXT))
    with asking(review, "because") as running:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    wb("delete", review)
    assert list(running_dir().iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the disk is made full by a limit of the system")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("next",), "Round 2, asked of scripted: it was lost: what came of it could not be saved"),
        (("read",), "The reading of round 1 by scripted was lost: what came of it could not be saved"),
        (("ask", "Why?"), "A question to scripted was lost: what came of it could not be saved"),
    ],
)
def test_what_a_full_disk_did_not_take_is_not_said_to_have_died_with_the_program(
    wb: CommandLine, review: str, server: ModelServer, words: tuple[str, ...], said: str
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def answer(_: object) -> str:
        # From here on no file grows beyond what the log is: what arrives can be kept, and nothing recorded.
        size = max(path.stat().st_size for path in database_path().parent.glob(f"{database_path().name}*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
        return {"next": WRONG, "read": ">>>>>>> FINDINGS COMPLETE\n", "ask": f"So.\n{write([])}"}[words[0]]

    server.script(*[answer] * 4)
    try:
        ran = wb.run(words[0], review, *words[1:], "--model", "scripted")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ran.status == 1
    assert "full" in ran.err
    told = wb.run("show", review).err
    assert said in told
    assert "the program ended" not in told
    assert list(running_dir().iterdir()) == []
