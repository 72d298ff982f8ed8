"""Verdicts, edits of the expert's own, and undo, by the command line."""

import json
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine, process
from tests.repos import Repo, new_repo, numbered


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    return wb.start(repo.root)


@pytest.fixture
def wide(wb: CommandLine, tmp_path: Path) -> str:
    """A review of `wide.py`: three lines into two (5-7), and one new line after 14; and of `twin.py`."""
    made = new_repo(tmp_path / "wide")
    lines = numbered(20)
    made.commit({"wide.py": lines, "twin.py": "def f():\n    return old_name(1)\n"})
    edited = lines.replace("line 5\nline 6\nline 7\n", "five\nsix\n").replace("line 14\n", "line 14\nmore\n")
    made.write({"wide.py": edited, "twin.py": "def f():\n    return new_name(1)\n"})
    return wb.start(made.root)


def test_changes_are_judged_by_id_and_by_the_start_of_an_id(wb: CommandLine, review: str) -> None:
    edited, gone = wb.change(review, "edited.py"), wb.change(review, "gone.py")
    assert "2 accepted" in wb("judge", review, "accepted", edited[:7], gone)
    assert wb.verdicts(review) == {"edited.py": ["accepted"], "gone.py": ["accepted"], "new.py": ["open"]}
    assert wb.json("judge", review, "open", gone)["unread"] == 2


def test_a_file_and_everything_are_judged(wb: CommandLine, review: str) -> None:
    wb("judge", review, "rejected", "--file", "new.py")
    assert wb.verdicts(review)["new.py"] == ["rejected"]
    wb("judge", review, "accepted", "--all")
    assert wb.progress(review)["accepted"] == 3


def test_all_changes_of_one_shape_are_judged_at_once(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shapes")
    made.commit({f"f{n}.py": f"x = old({n})\n" for n in range(4)} | {"other.py": "y\n"})
    made.write({f"f{n}.py": f"x = new({n})\n" for n in range(4)} | {"other.py": "z + 1\n"})
    review = wb.start(made.root)
    assert wb.json("judge", review, "accepted", "--shape", wb.change(review, "f0.py"))["accepted"] == 4
    assert wb.verdicts(review)["other.py"] == ["open"]
    wb("undo", review)
    assert wb.progress(review)["accepted"] == 0


def test_lines_are_judged_within_the_change_that_is_named(wb: CommandLine, wide: str) -> None:
    change = wb.change(wide, "wide.py")
    wb("judge", wide, "rejected", change, "--lines", "old:6,new:6")
    found = wb.files(wide)["wide.py"]["changes"]
    assert found[0]["verdict"] == "mixed"
    assert found[0]["lines"] == [
        {"side": "old", "line": 6, "verdict": "rejected"},
        {"side": "new", "line": 6, "verdict": "rejected"},
    ]
    assert found[1]["verdict"] == "open"
    wb("judge", wide, "accepted", "--file", "wide.py", "--lines", "new:1-20")
    assert [each["verdict"] for each in wb.files(wide)["wide.py"]["changes"]] == ["mixed", "accepted"]
    said = wb.refused("judge", wide, "accepted", change, "--lines", "new:14")
    assert "None of these lines is removed or added" in said


@pytest.mark.parametrize(
    "lines", ["5", "new:0", "new:7-5", "new:", "middle:3", "new:5-", "new:99999999999999999"]
)
def test_lines_that_are_none_are_refused(wb: CommandLine, wide: str, lines: str) -> None:
    change = wb.change(wide, "wide.py")
    wb.refused("judge", wide, "accepted", change, "--lines", lines)
    assert wb.progress(wide)["unread"] == 3


def test_a_rejection_has_a_reason_until_it_is_taken_back(wb: CommandLine, review: str) -> None:
    change = wb.change(review, "edited.py")
    wb("judge", review, "rejected", change, "--reason", "breaks the build")
    assert wb.files(review)["edited.py"]["changes"][0]["reason"] == "breaks the build"
    assert "breaks the build" in wb("feedback", review)
    (note,) = wb.json("notes", review)["notes"]
    assert (note["id"], note["reason"], note["path"]) == ("N1", True, "edited.py")
    wb("judge", review, "open", change)
    assert wb.json("notes", review)["notes"] == []
    assert wb.files(review)["edited.py"]["changes"][0]["reason"] is None
    assert "breaks the build" not in wb("feedback", review)


def test_a_reason_for_lines_stands_on_those_lines(wb: CommandLine, wide: str) -> None:
    change = wb.change(wide, "wide.py")
    wb("judge", wide, "rejected", change, "--lines", "new:6", "--reason", "not this line")
    (note,) = wb.json("notes", wide)["notes"]
    assert (note["side"], note["lines"], note["quote"]) == ("new", [6, 1], "six\n")


def test_many_verdicts_come_from_one_file(wb: CommandLine, review: str, tmp_path: Path) -> None:
    rows = [
        {"change": wb.change(review, "edited.py"), "verdict": "accepted"},
        {"change": wb.change(review, "gone.py"), "verdict": "accepted"},
        {"change": wb.change(review, "new.py"), "verdict": "rejected", "reason": "no", "lines": "new:1"},
    ]
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(rows))
    assert wb.json("judge", review, "--from", file)["unread"] == 0
    assert wb.verdicts(review) == {"edited.py": ["accepted"], "gone.py": ["accepted"], "new.py": ["rejected"]}
    assert "no" in wb("notes", review)
    wb("undo", review)
    assert "accepted" in wb("undo", review)
    assert wb.progress(review)["unread"] == 3
    assert wb("undo", review) == "There is nothing to undo."
    twice = [{**rows[0], "verdict": "rejected"}, rows[0], {**rows[0], "verdict": "rejected"}, rows[1]]
    wb("judge", review, "--from", "-", stdin=json.dumps(twice).encode())
    assert wb.verdicts(review)["edited.py"] == ["rejected"]
    wb("judge", review, "open", "--all")
    wb("judge", review, "--from", "-", stdin=json.dumps(rows[:1]).encode())
    assert wb.progress(review)["accepted"] == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"change": "nothing", "verdict": "accepted"}, "row 2: there is no change"),
        ({"change": "ID", "verdict": "great"}, "row 2: 'great' is not a verdict"),
        ({"change": "ID", "verdict": ["accepted"]}, "is not a verdict"),
        ({"change": "ID"}, "no verdict"),
        ({"verdict": "accepted"}, "names no change"),
        ({"change": 7, "verdict": "accepted"}, "names no change"),
        ({"change": "ID", "verdict": "accepted", "lines": "new:900"}, "none of these lines"),
        ({"change": "ID", "verdict": "accepted", "lines": 3}, "not a text"),
        ({"change": "ID", "verdict": "accepted", "reason": "why not"}, "a reason belongs to a rejection"),
        ({"change": "ID", "verdict": "accepted", "line": "new:1"}, "no field 'line'"),
        (["ID", "accepted"], "names no change"),
        (None, "names no change"),
    ],
)
def test_a_bad_row_judges_nothing_and_is_named(wb: CommandLine, review: str, bad: object, said: str) -> None:
    change = wb.change(review, "edited.py")
    text = json.dumps([{"change": change, "verdict": "accepted"}, bad]).replace('"ID"', f'"{change}"')
    assert said in wb.refused("judge", review, "--from", "-", stdin=text.encode()).lower()
    assert wb.progress(review)["unread"] == 3


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"[", b"\xff\xfe", b"[" * 100_000])
def test_rows_that_are_no_list_are_refused(wb: CommandLine, review: str, text: bytes) -> None:
    wb.refused("judge", review, "--from", "-", stdin=text)


@pytest.mark.parametrize(
    "args",
    [
        ["great", "--all"],
        ["accepted"],
        ["accepted", "--all", "--file", "new.py"],
        ["accepted", "no-such-change"],
        ["accepted", "--file", "no/such/file"],
        ["accepted", "--file", ""],
        ["accepted", "--shape", "no-such-change"],
        ["accepted", "--all", "--lines", "new:1"],
        ["accepted", "--all", "--reason", "why"],
        ["rejected", "--all", "--reason", " "],
        ["accepted", "--all", "--from", "x.json"],
        ["--from", "/no/such/file.json"],
        [],
    ],
)
def test_what_cannot_be_judged_is_refused(wb: CommandLine, review: str, args: list[str]) -> None:
    wb.refused("judge", review, *args)
    assert wb.progress(review)["unread"] == 3


def test_an_edit_in_place_is_accepted_and_taken_back_by_undo(
    wb: CommandLine, review: str, tmp_path: Path
) -> None:
    change = wb.change(review, "edited.py")
    text = tmp_path / "mine"
    text.write_text("line 7, by hand\n")
    wb("tweak", review, change, "--with", text)
    assert wb.verdicts(review)["edited.py"] == ["accepted"]
    assert wb.json("show", review)["rounds"][-1]["edits"] == 1
    tweaked = wb.change(review, "edited.py")
    assert "text it has already" in wb("tweak", review, tweaked, "--with", text)
    assert wb("undo", review) == "Undone: edited edited.py in place."
    assert wb.change(review, "edited.py") == change
    assert wb.verdicts(review)["edited.py"] == ["open"]
    done = process("redo", review)
    assert done.stdout == "Done again: edited edited.py in place.\n"
    assert wb.change(review, "edited.py") == tweaked
    assert wb.verdicts(review)["edited.py"] == ["accepted"]


def test_an_edit_without_its_last_line_end_gets_one_between_lines(wb: CommandLine, review: str) -> None:
    wb("tweak", review, wb.change(review, "edited.py"), "--with", "-", stdin=b"seven\nand a half")
    (change,) = wb.files(review)["edited.py"]["changes"]
    assert (change["old_count"], change["new_count"]) == (1, 2)


def test_an_edit_back_to_the_base_leaves_no_change(wb: CommandLine, review: str) -> None:
    wb("tweak", review, wb.change(review, "edited.py"), "--with", "-", stdin=b"line 7\n")
    assert "edited.py" not in wb.files(review)


def test_what_is_no_text_cannot_be_edited_in_place(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "modes")
    made.commit({"run.sh": "x\n"})
    (made.root / "run.sh").chmod(0o755)
    review = wb.start(made.root)
    assert "Only lines of text" in wb.refused(
        "tweak", review, wb.change(review, "run.sh"), "--with", "-", stdin=b"x"
    )
    wb.refused("tweak", review, wb.change(review, "run.sh"), "--with", "/no/such/file")


def test_everything_is_undone_and_done_again_across_processes(wb: CommandLine, review: str) -> None:
    change = wb.change(review, "edited.py")
    acts: list[list[str]] = [
        ["judge", review, "accepted", change],
        ["note", review, "--on", change, "!look"],
        ["reply", review, "N1", "again"],
        ["edit", review, "N1", "look twice"],
        ["settle", review, "N1"],
        ["withdraw", review, "N1"],
        ["viewed", review, "edited.py"],
    ]
    states = [_state(wb, review)]
    for act in acts:
        wb(*act)
        states.append(_state(wb, review))
    wb("task", review, "--set", "-", stdin=b"a task\n")
    states.append(_state(wb, review))
    for state in reversed(states[:-1]):
        assert wb("undo", review).startswith("Undone: ")
        assert _state(wb, review) == state
    assert wb("undo", review) == "There is nothing to undo."
    assert process("redo", review).stdout.startswith("Done again: accepted")
    assert _state(wb, review) == states[1]
    for state in states[2:]:
        wb("redo", review)
        assert _state(wb, review) == state
    assert wb("redo", review) == "There is nothing to redo."


def test_a_new_act_forgets_what_could_be_done_again(wb: CommandLine, review: str) -> None:
    wb("judge", review, "accepted", "--file", "edited.py")
    wb("undo", review)
    wb("judge", review, "rejected", "--file", "new.py")
    assert wb("redo", review) == "There is nothing to redo."


def test_only_a_changed_file_can_be_marked_viewed(wb: CommandLine, review: str) -> None:
    wb("viewed", review, "gone.py")
    wb.refused("viewed", review, "kept.py")


def _state(wb: CommandLine, review: str) -> list[object]:
    notes = wb.json("notes", review)["notes"]
    return [wb.changes(review), notes, wb.json("task", review)]


@pytest.fixture
def sensitive(wb: CommandLine, tmp_path: Path) -> str:
    """A review of two plain files and three sensitive ones, all of one shape, one with a hidden character."""
    made = new_repo(tmp_path / "sensitive")
    paths = ("a.py", "b.py", ".envrc", "AGENTS.md", "pyproject.toml")
    made.commit({path: f"x = old({n})\n" for n, path in enumerate(paths)})
    made.write({path: f"x = new({n})\n" for n, path in enumerate(paths)})
    made.write({"c.py": "is_admin = 1\nis_\u0430dmin = 2  # \u202e\n"})
    return wb.start(made.root)


def test_sensitive_and_suspicious_files_are_said(wb: CommandLine, sensitive: str) -> None:
    files = wb.files(sensitive)
    assert {path: file["sensitive"] for path, file in files.items() if file["sensitive"]} == {
        ".envrc": "runs by itself",
        "AGENTS.md": "instructions",
        "pyproject.toml": "build",
    }
    assert files["a.py"]["suspicious"] == []
    assert [(row["line"], row["side"], row["kind"]) for row in files["c.py"]["suspicious"]] == [
        (2, "new", "hidden characters"),
        (2, "new", "look-alike letters"),
    ]
    text = wb("changes", sensitive)
    assert "modified   .envrc  [runs by itself]" in text
    assert "  ! line 2: U+202E RIGHT-TO-LEFT OVERRIDE" in text


@pytest.mark.parametrize("way", ["--all", "--shape"])
def test_sensitive_files_are_not_accepted_in_bulk(wb: CommandLine, sensitive: str, way: str) -> None:
    how = ["--all"] if way == "--all" else ["--shape", wb.change(sensitive, "a.py")]
    said = wb("judge", sensitive, "accepted", *how)
    assert "3 sensitive files were left out: .envrc, AGENTS.md, pyproject.toml." in said
    verdicts = wb.verdicts(sensitive)
    left = {".envrc", "AGENTS.md", "pyproject.toml"}
    assert {path for path, found in verdicts.items() if found == ["open"]} - {"c.py"} == left
    assert verdicts["a.py"] == verdicts["b.py"] == ["accepted"]
    answer = wb.json("judge", sensitive, "accepted", *how)
    assert answer["left_out"] == [".envrc", "AGENTS.md", "pyproject.toml"]
    wb("undo", sensitive)
    assert wb.progress(sensitive)["accepted"] == 0


def test_a_sensitive_file_is_accepted_by_itself_and_rejected_in_bulk(wb: CommandLine, sensitive: str) -> None:
    wb("judge", sensitive, "accepted", "--file", ".envrc")
    wb("judge", sensitive, "accepted", wb.change(sensitive, "AGENTS.md"))
    assert wb.progress(sensitive)["accepted"] == 2
    assert "1 sensitive file was left out: pyproject.toml." in wb("judge", sensitive, "accepted", "--all")
    answer = wb.json("judge", sensitive, "rejected", "--all")
    assert (answer["rejected"], answer["left_out"]) == (6, [])


def test_a_review_of_sensitive_files_alone_is_not_accepted_in_bulk(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "alone")
    made.commit({".envrc": "a\n"})
    made.write({".envrc": "b\n"})
    review = wb.start(made.root)
    said = wb.refused("judge", review, "accepted", "--all")
    assert "Nothing was accepted: 1 sensitive file was left out: .envrc." in said
    assert wb.verdicts(review) == {".envrc": ["open"]}
