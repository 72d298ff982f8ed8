"""The lexing helper as a process, and its client in the window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from workbench.review.lines import split_lines
from workbench.ui.highlighter import LARGEST, OPENED, PORTION, Highlighter, language_key
from workbench.ui.lexer import (
    BUILTIN,
    CHUNK,
    COMMENT,
    FUNCTION,
    KEYWORD,
    LONGEST_LINE,
    NUMBER,
    STRING,
    Job,
    Lexer,
    coloured_lines,
    lexer_for,
)


def spans(path: str, text: str) -> list[list[int]]:
    lexer = lexer_for(path, text)
    assert lexer is not None
    return list(coloured_lines(lexer, text))


def test_each_line_gets_its_own_spans_in_characters() -> None:
    lines = spans("a.py", "def f(x):\n    return len('é𝒳') + 1  # yes\n")
    assert lines[0] == [0, 3, KEYWORD, 4, 5, FUNCTION]
    assert lines[1] == [4, 10, KEYWORD, 11, 14, BUILTIN, 15, 19, STRING, 23, 24, NUMBER, 26, 31, COMMENT]
    assert lines[2] == []


def test_a_string_over_many_lines_colours_all_of_them() -> None:
    assert spans("a.py", '"""one\n\ntwo"""\n')[:3] == [[0, 6, STRING], [], [0, 6, STRING]]


def test_form_feeds_and_line_separators_do_not_end_a_line() -> None:
    assert len(spans("a.py", "a = 1\x0cb\u2028c\x85\nd = 2\n")) == 3


def test_an_unknown_name_has_no_lexer() -> None:
    assert lexer_for("notes.unknown", "text") is None


_RUN = "import sys; sys.path.insert(0, sys.argv[1]); from workbench.ui import lexer; lexer.main()"


def ask(requests: list[dict[str, object]], folder: Path) -> list[dict[str, object]]:
    """All answers of the helper, run as a process in `folder`."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-P", "-c", _RUN, str(root)],
        input=b"".join(map(wire, requests)),
        capture_output=True,
        cwd=folder,
        check=True,
        timeout=60,
    )
    answers: list[dict[str, object]] = []
    for line in done.stdout.splitlines():
        head, _, lines = line.partition(b"\t")
        answers.append({**json.loads(head), **({"lines": json.loads(lines)} if lines else {})})
    return answers


def wire(request: dict[str, object]) -> bytes:
    """A request as it is written; its text follows it as bytes."""
    data = str(request.pop("text", "")).encode()
    return json.dumps({**request, "size": len(data)}).encode() + b"\n" + data


def test_the_helper_imports_no_qt_and_nothing_from_the_folder_it_runs_in(tmp_path: Path) -> None:
    (tmp_path / "pygments").mkdir()
    (tmp_path / "pygments" / "__init__.py").write_text("raise SystemExit(9)")
    root = Path(__file__).resolve().parents[2]
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import workbench.ui.lexer, pygments; "
        "print(any(name.startswith('PySide6') for name in sys.modules), pygments.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(root)],
        capture_output=True,
        cwd=tmp_path,
        check=True,
        timeout=60,
        text=True,
    )
    assert done.stdout.startswith("False")
    assert str(tmp_path) not in done.stdout


def test_what_is_looked_at_in_a_long_text_comes_before_the_whole_of_it(tmp_path: Path) -> None:
    text = "".join(f"value_{n} = {n}\n" for n in range(5000))
    # Standard input ends after the request, so only what is answered at once is certain to come.
    on, *answers = ask([{"want": "k", "path": "a.py", "text": text, "first": 4000, "last": 4050}], tmp_path)
    assert on == {"on": "k"}
    assert answers[0]["final"] is False
    assert answers[0]["from"] == 3800
    lines = answers[0]["lines"]
    assert isinstance(lines, list)
    assert 3800 + len(lines) == 4051, "what is looked at does not wait for what lies below it"
    assert (answers[1]["final"], answers[1]["from"]) == (False, 4051)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("way", ["killed", "stopped"])
def test_a_helper_that_dies_or_hangs_is_replaced_and_only_what_it_worked_on_stays_plain(
    qtbot: QtBot, way: str
) -> None:
    highlighter = Highlighter(patience=8000)
    text = "".join(f"def f{n}(): return {n}\n" for n in range(40_000))
    highlighter.want("long", "a.py", split_lines(text.encode()), 0, 40)
    qtbot.waitUntil(lambda: highlighter.spans("long", 20) is not None, timeout=60_000)
    first = highlighter.helper_id
    os.kill(first, signal.SIGKILL if way == "killed" else signal.SIGSTOP)
    qtbot.waitUntil(lambda: highlighter.is_final("long", 39_999), timeout=60_000)
    assert highlighter.spans("long", 20) is None, "it is plain now, and not asked for again"
    highlighter.want("next", "b.py", (b"x = 1\n",), 0, 1)
    qtbot.waitUntil(lambda: highlighter.spans("next", 0) is not None, timeout=60_000)
    assert highlighter.helper_id not in (0, first)
    highlighter.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_what_is_wanted_while_another_text_hangs_is_not_taken_for_the_one_that_hangs(qtbot: QtBot) -> None:
    highlighter = Highlighter(patience=6_000)
    text = "".join(f"def f{n}(): return {n}\n" for n in range(40_000))
    highlighter.want("long", "a.py", split_lines(text.encode()), 0, 40)
    qtbot.waitUntil(lambda: highlighter.spans("long", 20) is not None, timeout=60_000)
    os.kill(highlighter.helper_id, signal.SIGSTOP)
    highlighter.want("short", "b.py", (b"x = 1\n",), 0, 1)
    qtbot.waitUntil(lambda: not highlighter.knows("short"), timeout=60_000)
    assert highlighter.is_final("long", 39_999), "this is the one, it stays plain"
    highlighter.want("short", "b.py", (b"x = 1\n",), 0, 1)
    qtbot.waitUntil(lambda: highlighter.spans("short", 0) is not None, timeout=60_000)
    highlighter.stop()


def test_the_client_gets_final_colours_of_every_line(qtbot: QtBot) -> None:
    highlighter = Highlighter()
    text = "".join(f"def f{n}(): return {n}\n" for n in range(1500))
    key = language_key("1" * 40, "a.py")
    highlighter.want(key, "a.py", split_lines(text.encode()), 1000, 1040)
    qtbot.waitUntil(lambda: highlighter.spans(key, 1020) is not None, timeout=20_000)
    qtbot.waitUntil(lambda: highlighter.is_final(key, 1499), timeout=20_000)
    found = highlighter.spans(key, 1499)
    highlighter.stop()
    assert found == [0, 3, KEYWORD, 4, 9, FUNCTION, 13, 19, KEYWORD, 20, 24, NUMBER]


def test_a_language_that_nobody_knows_is_final_at_once_and_plain(qtbot: QtBot) -> None:
    highlighter = Highlighter()
    key = language_key("2" * 40, "a.unknown")
    highlighter.want(key, "a.unknown", (b"text\n",), 0, 1)
    qtbot.waitUntil(lambda: highlighter.is_final(key, 0), timeout=20_000)
    assert highlighter.spans(key, 0) is None
    highlighter.stop()


def test_one_blob_under_two_names_is_coloured_twice() -> None:
    assert language_key("1", "a/b.py") != language_key("1", "a/b.js")
    assert language_key("1", "a/b.py") == language_key("1", "c.py")
    assert language_key("1", "Makefile") != language_key("1", "Dockerfile")


class Counting:
    """A lexer that knows how much it was given."""

    def __init__(self, lexer: Lexer | None) -> None:
        assert lexer is not None
        self._lexer, self.given = lexer, 0

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        self.given += len(text)
        return self._lexer.get_tokens_unprocessed(text)


def test_a_minified_line_is_lexed_no_further_than_it_is_coloured() -> None:
    text = "var first = 1;" + "f(1);" * 1_000_000 + "\nvar second = 2;\n"
    job = Job("k", "a.js", text)
    lexer = Counting(job.lexer)
    job.lexer = lexer
    lines = job.step()
    assert lines[0][:3] == [0, 3, KEYWORD]
    assert max(lines[0]) <= LONGEST_LINE
    assert lines[1][:3] == [0, 3, KEYWORD], "what stands below it is coloured as ever"
    list(job.provisional(0, 1))
    assert 0 < lexer.given < 2 * LONGEST_LINE


def test_an_answer_holds_no_more_than_a_frame_can_read() -> None:
    job = Job("k", "a.js", ("f(1);" * 3000 + "\n") * 40)
    sizes = []
    while job.sent < len(job.lines):
        lines = job.step()
        assert lines
        sizes.append(sum(map(len, lines)))
    assert len(sizes) > 5
    assert max(sizes) < 30_000
    assert sum(map(len, (line for _, part in job.provisional(0, 30) for line in part))) > 60_000
    assert max(sum(map(len, part)) for _, part in job.provisional(0, 30)) < 30_000


def test_only_what_was_drawn_last_is_kept_as_numbers_and_the_rest_as_it_came(qtbot: QtBot) -> None:
    highlighter = Highlighter()
    lines = tuple(b"x = %d\n" % number for number in range((OPENED + 20) * CHUNK))
    highlighter.want("long", "a.py", lines, 0, 40)
    qtbot.waitUntil(lambda: highlighter.is_final("long", len(lines) - 1), timeout=120_000)
    highlighter.stop()
    assert highlighter.spans("long", 7) is highlighter.spans("long", 7), "drawn again, it is the same object"
    found = [highlighter.spans("long", at) for at in range(0, len(lines), 50)]
    assert all(spans == [4, 4 + len(str(50 * at)), NUMBER] for at, spans in enumerate(found))
    assert sum(part.lines is not None for part in highlighter._known["long"].parts) == OPENED
    assert highlighter.spans("long", 7) == [4, 5, NUMBER]


def written(highlighter: Highlighter, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with the bytes of each step in which the helper is given something."""
    turns: list[int] = []
    highlighter.start()
    process = highlighter._process
    assert process is not None
    write, ask = process.write, highlighter._write_on
    highlighter._more.timeout.disconnect()

    def count(data: bytes) -> int:
        turns[-1] += len(data)
        return int(write(data))

    def begin() -> None:
        turns.append(0)
        ask()

    monkeypatch.setattr(process, "write", count)
    monkeypatch.setattr(highlighter, "_write_on", begin)
    highlighter._more.timeout.connect(begin)
    return turns


def test_a_long_text_is_handed_over_in_many_turns_and_what_is_asked_meanwhile_follows_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.ui.highlighter._SLICE", 0.0)
    highlighter = Highlighter()
    turns = written(highlighter, monkeypatch)
    lines = tuple(b"x = %d\n" % number for number in range(20_000))
    highlighter.want("long", "a.py", lines, 0, 40)
    highlighter.look("long", 9_000, 9_040)
    highlighter.want("short", "b.py", (b"y = 1\n",), 0, 1)
    qtbot.waitUntil(lambda: highlighter.is_final("short", 0), timeout=60_000)
    qtbot.waitUntil(lambda: highlighter.is_final("long", len(lines) - 1), timeout=120_000)
    assert highlighter.spans("long", 19_999) == [4, 9, NUMBER]
    assert highlighter.spans("short", 0) == [4, 5, NUMBER]
    assert sum(turns) > sum(map(len, lines))
    largest = max(len(b"".join(lines[at : at + PORTION])) for at in range(0, 20_000, PORTION))
    assert max(turns) <= largest + 200, "a portion, and the request before it"
    highlighter.stop()


def test_a_text_that_is_too_large_is_plain_and_looked_through_no_further_than_that_is_known(
    qtbot: QtBot,
) -> None:
    class Lines(tuple[bytes, ...]):
        seen = 0

        def __getitem__(self, at: Any) -> Any:
            found = super().__getitem__(at)
            Lines.seen += len(found)
            return found

    highlighter = Highlighter()
    lines = Lines((b"x" * 99 + b"\n",) * (4 * LARGEST // 100))
    told: list[str] = []
    highlighter.coloured.connect(told.append)
    highlighter.want("log", "a.py", lines, 0, 40)
    qtbot.waitUntil(lambda: highlighter.is_final("log", 40), timeout=20_000)
    assert told == ["log"]
    assert highlighter.spans("log", 3) is None
    assert highlighter.helper_id == 0, "it is not started for that"
    assert Lines.seen <= LARGEST // 100 + PORTION


def is_counted(highlighter: Highlighter) -> bool:
    known = highlighter._known
    return highlighter._size == sum(each.size for each in known.values()) and highlighter._waiting == {
        key for key, each in known.items() if not each.done
    }


def test_what_is_kept_is_counted_as_it_comes_and_goes(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.ui.highlighter.KEPT_BYTES", 200)
    highlighter = Highlighter()
    for number in range(6):
        highlighter.want(f"k{number}", "a.py", (b"x = 1\n",) * 5, 0, 4)
        assert is_counted(highlighter)
        qtbot.waitUntil(lambda key=f"k{number}": highlighter.is_final(key, 4), timeout=60_000)  # type: ignore[misc]
    highlighter.want("k5", "a.py", (b"y = 1\n",) * 4, 0, 3)
    qtbot.waitUntil(lambda: highlighter.is_final("k5", 3), timeout=60_000)
    assert is_counted(highlighter)
    assert not highlighter.knows("k0")
    highlighter.want("text", "a.unknown", (b"x\n",), 0, 0)
    qtbot.waitUntil(lambda: highlighter.is_final("text", 0), timeout=60_000)
    assert is_counted(highlighter)
    highlighter.want("left", "a.py", (b"x = 1\n",) * 50_000, 0, 4)
    qtbot.waitUntil(lambda: highlighter.spans("left", 0) is not None, timeout=60_000)
    os.kill(highlighter.helper_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: highlighter.helper_id == 0, timeout=60_000)
    assert is_counted(highlighter)
    highlighter.forget_all()
    assert (highlighter._size, highlighter._waiting) == (0, set())
    highlighter.stop()
