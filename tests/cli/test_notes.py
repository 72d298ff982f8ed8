"""Notes by the command line: where they stand, what they ask, and their threads."""

from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    return wb.start(repo.root)


def test_a_note_on_a_change_stands_on_its_lines(wb: CommandLine, review: str) -> None:
    change = wb.change(review, "edited.py")
    note = wb.json("note", review, "--on", change, "why seven?")
    assert note["id"] == "N1"
    assert (note["path"], note["side"], note["lines"], note["quote"]) == (
        "edited.py", "new", [7, 1], "line seven\n",
    )  # fmt: skip
    gone = wb.json("note", review, "--on", wb.change(review, "gone.py"), "keep it")
    assert (gone["side"], gone["lines"]) == ("old", [1, 5])
    assert wb.files(review)["edited.py"]["changes"][0]["notes"] == ["N1"]


def test_a_note_stands_on_any_lines_unchanged_ones_too(wb: CommandLine, review: str) -> None:
    assert (
        wb.json("note", review, "--file", "kept.py", "--lines", "new:3-4", "x")["quote"] == "line 3\nline 4\n"
    )
    assert wb.json("note", review, "--file", "edited.py", "--lines", "old:7", "x")["quote"] == "line 7\n"
    assert wb.json("note", review, "--file", "edited.py", "--lines", "new:20", "x")["quote"] == "line 20\n"
    text = wb("feedback", review)
    assert "line 3\nline 4" in text


def test_a_note_stands_on_a_file_changed_or_not_and_on_the_review(wb: CommandLine, review: str) -> None:
    assert wb.json("note", review, "--file", "new.py", "on the file")["lines"] is None
    assert wb.json("note", review, "--file", "kept.py", "on another file")["path"] == "kept.py"
    assert wb.json("note", review, "on everything")["path"] is None
    assert len(wb("notes", review).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "args", "intent", "kept"),
    [
        ("do it", [], "should", "do it"),
        ("! do it", [], "must", "do it"),
        ("?why", [], "question", "why"),
        ("+ nice", [], "keep", "nice"),
        ("do it", ["--intent", "must"], "must", "do it"),
        ("?do it", ["--intent", "must"], "must", "do it"),
    ],
)
def test_the_first_character_of_a_note_sets_its_intent(
    wb: CommandLine, review: str, text: str, args: list[str], intent: str, kept: str
) -> None:
    note = wb.json("note", review, *args, text)
    assert (note["intent"], note["text"]) == (intent, kept)


def test_a_must_a_should_and_a_question_make_a_change_asked(wb: CommandLine, review: str) -> None:
    wb("note", review, "--on", wb.change(review, "edited.py"), "!fix")
    wb("note", review, "--on", wb.change(review, "new.py"), "+fine")
    assert wb.progress(review)["asked"] == 1
    wb("settle", review, "N1")
    assert wb.progress(review)["asked"] == 0


def test_a_suggestion_is_kept_verbatim(wb: CommandLine, review: str, tmp_path: Path) -> None:
    text = b"\tline \xc3\xa9 ``` \xff\r\n"
    (tmp_path / "s").write_bytes(text)
    change = wb.change(review, "edited.py")
    note = wb.json("note", review, "--on", change, "--suggest", tmp_path / "s", "like this")
    assert note["suggestion"].encode("utf-8", "surrogateescape") == text
    assert wb.json("note", review, "--on", change, "--suggest", tmp_path / "s", "")["text"] == ""
    assert wb.json("feedback", review)["notes"][0]["suggestion"].encode("utf-8", "surrogateescape") == text


def test_a_thread_is_replied_to_settled_edited_and_withdrawn(wb: CommandLine, review: str) -> None:
    wb("note", review, "--file", "new.py", "first")
    wb("reply", review, "N1", "more")
    wb("settle", review, "n1", "it is fine")
    (note,) = wb.json("notes", review)["notes"]
    assert note["settled"]
    assert [reply["text"] for reply in note["thread"]] == ["more", "it is fine"]
    assert "first" not in wb("feedback", review)
    wb("edit", review, "N1", "!second")
    (note,) = wb.json("notes", review)["notes"]
    assert (note["text"], note["intent"]) == ("second", "must")
    wb("withdraw", review, "N1")
    assert wb.json("notes", review)["notes"] == []
    assert wb.json("note", review, "another")["id"] == "N2"


@pytest.mark.parametrize(
    "args",
    [
        ["note", ""],
        ["note", "!"],
        ["note", "--on", "none", "x"],
        ["note", "--file", "none.py", "x"],
        ["note", "--file", "new.py", "--lines", "new:1-2", "x"],
        ["note", "--file", "gone.py", "--lines", "new:1", "x"],
        ["note", "--file", "kept.py", "--lines", "new:1,new:3", "x"],
        ["note", "--lines", "new:1", "x"],
        ["note", "--file", "kept.py", "--intent", "demand", "x"],
        ["note", "--file", "kept.py", "--suggest", "/no/such/file", "x"],
        ["reply", "N1", "x"],
        ["reply", "N9", ""],
        ["settle", "N1"],
        ["edit", "N1", "x"],
        ["withdraw", "N1"],
    ],
)
def test_notes_that_cannot_be_are_refused(wb: CommandLine, review: str, args: list[str]) -> None:
    command, *rest = args
    wb.refused(command, review, *rest)
    assert wb.json("notes", review)["notes"] == []


def test_a_note_on_a_change_and_a_file_is_refused(wb: CommandLine, review: str) -> None:
    wb.refused("note", review, "--on", wb.change(review, "new.py"), "--file", "new.py", "x")


def test_a_note_travels_with_its_lines_and_is_outdated_without_them(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    wb("note", review, "--file", "edited.py", "--lines", "new:12", "!this one")
    wb("note", review, "--file", "edited.py", "--lines", "new:7", "?this seven")
    text = (
        repo.read("edited.py").replace(b"line 1\n", b"zero\nline 0\nline 1\n").replace(b"line seven\n", b"")
    )
    repo.write({"edited.py": text})
    wb("next", review, "--refresh")
    found = {note["id"]: note for note in wb.json("notes", review)["notes"]}
    assert found["N1"]["lines"] == [13, 1]
    assert found["N2"]["outdated"]
    assert "outdated" in wb("notes", review)
