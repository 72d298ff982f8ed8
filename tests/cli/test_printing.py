"""What commands print: one JSON document each, words, a trace, and what a pipe may do to it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cli.conftest import KeptHelpers
from tests.cli.driver import CommandLine, command, environment, process
from tests.cli.test_reading import PRINT, found, settle_model
from tests.model_server import ModelServer
from tests.repos import Repo, many_files, new_repo
from workbench.cli.output import counted
from workbench.cli.parser import COMMANDS, WINDOWS
from workbench.generation.contract import write
from workbench.generation.findings import write as write_findings
from workbench.review.notes import Intent


def test_every_command_prints_one_json_document(
    wb: CommandLine,
    repo: Repo,
    tmp_path: Path,
    running_server: ModelServer,
    helpers: KeptHelpers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: helpers)
    settle_model(running_server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    drafted = found(Intent.SHOULD, 1, PRINT, path="new.py")
    running_server.script(
        f"Because.\n{write([])}", write_findings([drafted, replace(drafted, claim="Another.")])
    )
    review = wb.start(repo.root)
    change = wb.change(review, "edited.py")
    calls: dict[str, list[str]] = {
        "start": [str(repo.root)],
        "reviews": [],
        "show": [review],
        "changes": [review],
        "judge": [review, "accepted", change],
        "tweak": [review, change, "--with", "-"],
        "note": [review, "x"],
        "notes": [review],
        "reply": [review, "N1", "y"],
        "settle": [review, "N1"],
        "edit": [review, "N1", "z"],
        "withdraw": [review, "N1"],
        "undo": [review],
        "redo": [review],
        "viewed": [review, "new.py"],
        "task": [review],
        "feedback": [review],
        "ask": [review, "Why?", "--model", "second"],
        "read": [review, "--model", "second"],
        "findings": [review],
        "adopt": [review, "F1"],
        "dismiss": [review, "F2", "no"],
        "context": [review],
        "pin": [review, "kept.py"],
        "unpin": [review, "kept.py"],
        "rule": ["add", "Be short.", "--path", str(repo.root)],
        "prompt": [review],
        "next": [review, "--model", "offline"],
        "ledger": [review],
        "calls": [review],
        "land": [review, "--to", "worktree", "--unread"],
        "trust": [str(repo.root), "--yes"],
        "restrict": [str(repo.root)],
        "key": ["list"],
        "doctor": [],
        "keys": [],
        "delete": [review],
    }
    assert set(calls) == set(COMMANDS) - set(WINDOWS)
    for name, args in calls.items():
        trace = tmp_path / f"{name}.trace"
        assert isinstance(wb.json(name, *args, "--trace", str(trace), stdin=b"mine\n"), dict), name
        events = [json.loads(line) for line in trace.read_text().splitlines()]
        assert [event["event"] for event in events] == ["started", "done"], name
        assert 0 <= events[0]["at"] <= events[1]["at"]
        assert events[1]["status"] == 0


def test_a_trace_tells_how_a_command_ended(wb: CommandLine, repo: Repo, tmp_path: Path) -> None:
    wb.refused("show", "nothing", "--trace", tmp_path / "t")
    assert json.loads((tmp_path / "t").read_text().splitlines()[-1])["status"] == 1
    wb.refused("reviews", "--trace", "/no/such/folder/t")


def test_every_command_has_help(wb: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            wb.run(name, "--help")
        assert ended.value.code == 0
        assert COMMANDS[name].words in " ".join(capsys.readouterr().out.split())


def test_one_is_one_and_two_are_two() -> None:
    assert counted(1, "file") == "1 file"
    assert counted(2, "file") == "2 files"
    assert counted(1_000, "change is", "changes are") == "1,000 changes are"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    made = many_files(tmp_path / "many", 300)
    running = subprocess.Popen(
        command("changes", made.root, "HEAD", "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.read(10)
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 0


def test_names_and_code_are_printed_in_any_encoding(repo: Repo, wb: CommandLine) -> None:
    repo.write({"ünï.py": "ü\n"})
    done = process("changes", repo.root, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert (done.returncode, "\\xfcn\\xef.py" in done.stdout) == (0, True)


def test_a_bug_is_reported_without_the_users_code(
    wb: CommandLine, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("workbench.workflow.documents.review_document", broken)
    review = wb.start(repo.root)
    ran = wb.run("reviews", "--json")
    assert ran.status == 3
    assert "This is a bug in Workbench: ZeroDivisionError: by zero" in ran.err
    report = Path(ran.said[-1].rpartition(" in ")[2])
    assert "Traceback" in report.read_text()
    assert review not in report.read_text()


def test_the_version_is_said(wb: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        wb.run("--version")
    assert capsys.readouterr().out.startswith("workbench ")


def test_a_name_forges_no_line_of_the_listing(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "forged")
    made.commit({"a.py": "x\n"})
    made.write({"evil\nmodified   a.py": "y\n", "b\u202e.py": "z\n"})
    lines = wb("changes", made.root).split("\n")
    assert not [line for line in lines if line.startswith("modified")]
    assert "added      evil⟦U+000A⟧modified   a.py" in lines
    assert "added      b⟦U+202E⟧.py" in lines


def test_a_name_and_a_note_forge_no_line_of_any_other_command(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "forged")
    made.commit({"a.py": "x\n"})
    name = "evil\nLanded 9 files."
    made.write({name: "y\n"})
    review = wb.start(made.root)
    wb("judge", review, "accepted", "--all")
    wb("note", review, "--file", name, "a note\nN9   must     open     a.py: forged")
    forged = ("Landed 9", "N9")
    for call in (["notes", review], ["land", review, "--to", "patch:p", "--dry-run"]):
        assert not [line for line in wb(*call).split("\n") if line.startswith(forged)], call
    assert "new       evil⟦U+000A⟧Landed 9 files." in wb("land", review, "--to", "patch:p", "--dry-run")
    made.write({"a.py": "z\n"})
    wb("next", review, "--refresh")
    assert "evil⟦U+000A⟧Landed 9 files.:0" in wb("ledger", review)
