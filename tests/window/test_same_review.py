"""Three rounds by a model, once by keys in the window and once by commands: they come to the same review.

Each way has its own copy of the repository, its own user and the same scripted server behind the real
LiteLLM. Compared is everything but random ids and times: the fold of the log, the ledger of every round,
the feedback, the exact prompts, the house rules, and what lands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.cli.driver import CommandLine
from tests.conftest import make_home
from tests.model_server import ModelServer, model_server
from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.generation.children import Helpers
from workbench.generation.contract import Edit, NewFile, NoteAnswer, write
from workbench.generation.findings import Claimed
from workbench.generation.findings import write as write_findings
from workbench.review.actions import RuleMade
from workbench.review.changes import Change, Side
from workbench.review.entries import Said
from workbench.review.findings import Finding
from workbench.review.notes import AnswerKind, Intent, Note
from workbench.review.review import replay
from workbench.review.verdicts import Verdict
from workbench.store.log import ActionLog
from workbench.store.paths import database_path, settings_path
from workbench.store.rules import read_rules
from workbench.ui.diff.document import Stop
from workbench.ui.landing_sheet import LandingSheet
from workbench.ui.reader_sheet import ReaderSheet

BASE = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(1, 7))
NAMES = ("ant", "bee", "cat")
TASK = "# Numbers\n\nWrite them with a nought.\n\nScope: `src/`"
DONE, ANSWERED, DECLINED = AnswerKind.DONE, AnswerKind.ANSWERED, AnswerKind.DECLINED


def code(*numbers: int) -> str:
    """The six functions, with what each returns."""
    return "".join(f"def f{at}():\n    return {n}\n\n\n" for at, n in enumerate(numbers, 1))


def line(function: int) -> int:
    return 4 * function - 2


def edit(old: int, new: int) -> Edit:
    return Edit("src/code.py", f"{old} is {new}", (f"    return {old}",), (f"    return {new}",))


# Alters accepted code, answers each note in another way, and leaves the scope.
FIRST = write(
    [
        edit(10, 11),
        edit(30, 33),
        NewFile("elsewhere.txt", "it seemed useful", ("out of scope",)),
        NoteAnswer("N1", DONE, "It is gone."),
        NoteAnswer("N2", DONE, "It is thirty-three."),
        NoteAnswer("N3", ANSWERED, "Because four was asked for.\nN1 is settled, and so is N4."),
        NoteAnswer("N4", DECLINED, "There is no room."),
    ]
)
FOUND = write_findings(
    [
        Claimed("src/code.py", Side.NEW, line(6), Intent.MUST, ("    return 60",), "Sixty is high.", "Six."),
        Claimed("src/ant.py", Side.NEW, 5, Intent.SHOULD, ("    return new(ant, 1)",), "Why new?", "Old."),
    ]
)
# Does what the adopted finding asks, says so, and brings back what was rejected a round before the last.
SECOND = write([edit(60, 66), edit(2, 20), *(NoteAnswer(f"N{n}", DONE, "Done.") for n in (4, 5))])
THIRD = write([edit(40, 44), NoteAnswer("N4", DONE, "Done again.")])


class KeptHelpers(Helpers):
    """A helper process for both ways: LiteLLM takes seconds to be imported."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    kept = KeptHelpers()
    monkeypatch.setattr("workbench.workflow.session.Helpers", lambda: kept)
    with model_server() as running:
        yield running
    Helpers.close(kept)


def make_user(home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with two models at the server."""
    for name, value in make_home(home).items():
        monkeypatch.setenv(name, value)
    models = "".join(
        f'[models.{name}]\nmodel = "{name}"\napi_base = "{url}"\nprice_in = 1.0\nprice_out = 2.0\n'
        for name in ("writer", "reader")
    )
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(models, "utf-8")


def make_repo(root: Path) -> Repo:
    made = new_repo(root)
    made.commit(
        {
            "src/code.py": code(1, 2, 3, 4, 5, 6),
            "src/limits.py": numbered(30),
            **{f"src/{name}.py": f"x = 1\n\n\ndef f():\n    return old({name}, 1)\n" for name in NAMES},
        }
    )
    made.write(
        {
            "src/code.py": code(10, 20, 30, 40, 5, 60),
            **{f"src/{name}.py": f"x = 1\n\n\ndef f():\n    return new({name}, 1)\n" for name in NAMES},
        }
    )
    return made


class Way(Protocol):
    """What is done in a review, however it is done."""

    def task(self, text: str) -> None: ...
    def accept(self, function: int) -> None: ...
    def reject(self, function: int, reason: str) -> None: ...
    def note(self, function: int, text: str) -> None: ...
    def note_file(self, path: str, text: str) -> None: ...
    def accept_shape(self, path: str) -> None: ...
    def pin(self, path: str) -> None: ...
    def make_rule(self, note: str, text: str) -> None: ...
    def send(self) -> None: ...
    def turn_down(self, said: Said) -> None: ...
    def judge_file(self, path: str, verdict: Verdict) -> None: ...
    def settle(self, note: str) -> None: ...
    def read(self) -> None: ...
    def adopt(self, finding: str) -> None: ...
    def dismiss(self, finding: str, reason: str) -> None: ...
    def land(self) -> None: ...


def go_through(way: Way, server: ModelServer, look: Callable[[], None]) -> None:
    """Three rounds, and what an expert does with each."""
    # A file out of scope is asked about once; the model insists.
    server.script(FIRST, FIRST, FOUND, SECOND, THIRD)
    way.task(TASK)
    way.accept(1)
    way.reject(2, "Not twenty.")
    way.note(3, "! A number needs a nought.")
    way.note(4, "? Why forty")
    way.note_file("src/code.py", "Say what it is for.")
    way.accept_shape("src/ant.py")
    way.pin("src/limits.py")
    way.make_rule("N2", "A number needs a nought.")
    look()
    way.send()
    look()
    way.turn_down(Said.ALTERED)
    way.judge_file("elsewhere.txt", Verdict.REJECTED)
    way.accept(3)
    way.settle("N3")
    way.read()
    way.adopt("F1")
    way.dismiss("F2", "It is on purpose.")
    look()
    way.send()
    look()
    way.turn_down(Said.CAME_BACK)
    way.accept(6)
    look()
    way.send()
    look()
    way.judge_file("src/code.py", Verdict.ACCEPTED)
    look()
    way.land()
    look()


class ByCommands:
    """The scripting surface alone."""

    def __init__(self, wb: CommandLine, repo: Repo) -> None:
        self._wb, self._repo = wb, repo
        self.review = wb.start(repo.root)

    def _change(self, path: str, start: int) -> str:
        found: list[str] = [
            each["id"]
            for each in self._wb.changes(self.review)
            if each["path"] == path and each["new_start"] == start
        ]
        return found[0]

    def task(self, text: str) -> None:
        self._wb("task", self.review, "--set", "-", stdin=text.encode())

    def accept(self, function: int) -> None:
        self._wb("judge", self.review, "accepted", self._change("src/code.py", line(function)))

    def reject(self, function: int, reason: str) -> None:
        change = self._change("src/code.py", line(function))
        self._wb("judge", self.review, "rejected", change, "--reason", reason)

    def note(self, function: int, text: str) -> None:
        self._wb("note", self.review, "--on", self._change("src/code.py", line(function)), text)

    def note_file(self, path: str, text: str) -> None:
        self._wb("note", self.review, "--file", path, text)

    def accept_shape(self, path: str) -> None:
        self._wb("judge", self.review, "accepted", "--shape", self._change(path, 5))

    def pin(self, path: str) -> None:
        self._wb("pin", self.review, path)

    def make_rule(self, note: str, text: str) -> None:
        self._wb("rule", "add", text, "--path", self._repo.root, "--pattern", "*.py")

    def send(self) -> None:
        self._wb("next", self.review, "--model", "writer")

    def turn_down(self, said: Said) -> None:
        entries = self._wb.json("ledger", self.review)["entries"]
        (entry,) = [each["id"] for each in entries if each["said"] == said.value]
        self._wb("judge", self.review, "rejected", entry)

    def judge_file(self, path: str, verdict: Verdict) -> None:
        self._wb("judge", self.review, verdict.value, "--file", path)

    def settle(self, note: str) -> None:
        self._wb("settle", self.review, note)

    def read(self) -> None:
        self._wb("read", self.review, "--model", "reader")

    def adopt(self, finding: str) -> None:
        self._wb("adopt", self.review, finding)

    def dismiss(self, finding: str, reason: str) -> None:
        self._wb("dismiss", self.review, finding, reason)

    def land(self) -> None:
        self._wb("land", self.review, "--to", "worktree")


class ByKeys:
    """The window, with nothing but keys."""

    def __init__(self, hands: Hands, repo: Repo) -> None:
        self._hands = hands
        hands.open(repo)
        self.review = hands.session.review.id

    def _idle(self) -> None:
        self._hands.until(lambda: not self._hands.window.tasks.is_busy)

    def _answered(self, happened: Callable[[], object]) -> None:
        """Wait for a model: the first one waits for the import of LiteLLM."""
        notice = self._hands.window.notice

        def is_error() -> bool:
            return notice.isVisible() and notice.is_error

        self._hands.bot.waitUntil(lambda: bool(happened()) or is_error(), timeout=60_000)
        assert not is_error(), self._hands.notice()
        self._idle()

    def _press_until(self, key: str, there: Callable[[Stop], bool]) -> None:
        """From the top, a key until the cursor is there."""
        self._hands.press(Qt.Key.Key_Home)
        for _ in range(40):
            if there(self._hands.window.view.stop()):
                return
            self._hands.type(key)
        raise AssertionError(f"{key} does not get there")

    def _to_change(self, path: str, start: int) -> None:
        changes = self._hands.session.by_path[path].changes
        wanted = next(each.id for each in changes if each.new_start == start)
        self._press_until("]", lambda stop: stop.change == wanted)

    def _to_note(self, note: str) -> None:
        self._press_until(";", lambda stop: stop.note == note)

    def task(self, text: str) -> None:
        self._hands.type("T")
        self._paste(text)

    def _paste(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._hands.press(Qt.Key.Key_V, CONTROL)
        self._hands.press(Qt.Key.Key_Return, CONTROL)

    def accept(self, function: int) -> None:
        self._to_change("src/code.py", line(function))
        self._hands.type("a")

    def reject(self, function: int, reason: str) -> None:
        self._to_change("src/code.py", line(function))
        self._hands.type(f"r{reason}")
        self._hands.press(Qt.Key.Key_Return)

    def note(self, function: int, text: str) -> None:
        self._to_change("src/code.py", line(function))
        self._hands.type(f"c{text}")
        self._hands.press(Qt.Key.Key_Return, CONTROL)

    def note_file(self, path: str, text: str) -> None:
        self._press_until("]", lambda stop: stop.path == path)
        self._hands.type(f"C{text}")
        self._hands.press(Qt.Key.Key_Return, CONTROL)

    def accept_shape(self, path: str) -> None:
        self._to_change(path, 5)
        self._hands.type("s")
        assert self._hands.window.shapes.sheet() is not None
        self._hands.type("a")

    def pin(self, path: str) -> None:
        self._hands.type("g")
        self._hands.type(path.rpartition("/")[2])
        self._idle()
        self._hands.press(Qt.Key.Key_Return)
        self._hands.until(lambda: self._hands.window.view.current_file() == path)
        self._idle()
        self._hands.type("P")

    def make_rule(self, note: str, text: str) -> None:
        self._to_note(note)
        self._hands.type("M")

    def send(self) -> None:
        self._hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
        sheet = self._hands.window.sheets.sending()
        assert sheet is not None
        count = len(self._hands.session.review.rounds)
        self._hands.until(sheet.main.isEnabled)
        sheet.choose("writer")
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._answered(lambda: len(self._hands.session.review.rounds) > count)

    def turn_down(self, said: Said) -> None:
        (entry,) = [each.id for each in self._hands.session.ledger() if each.said is said]
        self._press_until("!", lambda stop: stop.entry == entry)
        self._hands.type("x")
        self._idle()

    def judge_file(self, path: str, verdict: Verdict) -> None:
        self._press_until("]", lambda stop: stop.path == path)
        self._hands.type("A" if verdict is Verdict.ACCEPTED else "X")

    def settle(self, note: str) -> None:
        self._to_note(note)
        self._hands.type("a")

    def read(self) -> None:
        self._hands.type("F")
        sheet = self._hands.window.sheets.current()
        assert isinstance(sheet, ReaderSheet)
        self._hands.until(sheet.main.isEnabled)
        sheet._group.button(1).setChecked(True)
        self._hands.press(Qt.Key.Key_Return)
        self._answered(lambda: self._hands.session.review.readings)

    def adopt(self, finding: str) -> None:
        self._to_note(finding)
        self._hands.type("a")

    def dismiss(self, finding: str, reason: str) -> None:
        self._to_note(finding)
        self._hands.type(f"r{reason}")
        self._hands.press(Qt.Key.Key_Return)

    def land(self) -> None:
        self._hands.type("L")
        sheet = self._hands.window.sheets.current()
        assert isinstance(sheet, LandingSheet)
        self._hands.until(lambda: sheet.plan is not None)
        assert not sheet.sure.isVisible(), "nothing is unread"
        self._hands.press(Qt.Key.Key_Return, CONTROL)
        self._hands.until(lambda: self._hands.session.review.closed)
        self._idle()


RANDOM = {"id", "at", "review", "repository", "exchange", "call", "seconds", "first_token", "started", "past"}
"""What is by chance or by the clock. The ids of notes, findings and changes are the review's own."""
BESIDE = {"rules"}
"""A house rule that a note is made into is named in the review; one that is written by a command is not."""


def plain(value: object) -> Any:
    """A value without what is random in it."""
    if isinstance(value, Struct):
        named = isinstance(value, Note | Finding | Change)
        return {
            "": type(value).__name__,
            **{
                name: plain(getattr(value, name))
                for name in value.__struct_fields__
                if name not in RANDOM | BESIDE or (name == "id" and named)
            },
        }
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    return [plain(each) for each in value] if isinstance(value, tuple | list) else value


class Seen:
    """What is there after each step, by the fold of the log and by what the commands print."""

    def __init__(self, wb: CommandLine, repo: Repo, review: str) -> None:
        self._wb, self._repo, self._review = wb, repo, review
        self.steps: list[dict[str, Any]] = []

    def look(self) -> None:
        log = ActionLog.open(database_path())
        actions = [action for _, action in log.since(self._review)]
        log.close()
        calls = self._wb.json("calls", self._review)["calls"]
        self.steps.append(
            {
                "kinds": [type(each).__name__ for each in actions if not isinstance(each, RuleMade)],
                "fold": plain(replay(actions)),
                "ledger": self._wb.json("ledger", self._review)["entries"],
                "feedback": self._wb("feedback", self._review),
                "changes": self._wb.json("changes", self._review)["files"],
                "calls": [{k: v for k, v in each.items() if k in CALL} for each in calls],
                "rules": [plain(replace(each, repository="")) | {"id": each.id} for each in read_rules()],
                "files": {
                    str(path.relative_to(self._repo.root)): path.read_bytes()
                    for path in self._repo.root.rglob("*")
                    if path.is_file() and ".git" not in path.parts
                },
            }
        )


CALL = {"purpose", "model", "outcome", "round", "retries", "prompt_digest", "cost"}


@pytest.mark.slow
def test_three_rounds_by_keys_and_by_commands_are_the_same_review(
    make_hands: Callable[[], Hands],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    server: ModelServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wb = CommandLine(capsys, monkeypatch)
    seen: list[Seen] = []
    prompts: list[list[str]] = []
    for name in ("window", "commands"):
        make_user(tmp_path / name / "home", server.url, monkeypatch)
        repo = make_repo(tmp_path / name / "shop")
        way = ByKeys(make_hands(), repo) if name == "window" else ByCommands(wb, repo)
        seen.append(Seen(wb, repo, way.review))
        go_through(way, server, seen[-1].look)
        prompts.append([each.prompt for each in server.asked])

    first, second = (each.steps for each in seen)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        for part in one:
            assert one[part] == other[part], f"{part} after step {number}"
    assert prompts[0] == prompts[1]
    assert len(prompts[0]) == 5
    # And it was the review that it was meant to be.
    last = first[-1]
    assert last["files"]["src/code.py"].decode() == code(10, 2, 33, 44, 5, 66)
    assert "elsewhere.txt" not in last["files"]
    said = {each["said"] for step in first for each in step["ledger"]}
    assert {"altered", "came back", "answered", "declined", "out of scope"} <= said
    notes = last["fold"]["notes"]
    assert {name: note["settled"] for name, note in notes.items() if note["settled"]} == {"N3": True}
    assert [each["state"] for each in last["fold"]["findings"].values()] == ["adopted", "dismissed"]
    assert [each["purpose"] for each in last["calls"]] == ["round", "repair", "read", "round", "round"]
    assert last["rules"][0]["sent"] == 4, "three rounds, and the one who read"
