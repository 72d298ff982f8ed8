"""All changes of one shape by the command line: judged, noted and rejected with one reason, as one action."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, new_repo

PATHS = ("a.py", "b.py", "c.py")


def body(name: str, call: str, top: str = "") -> str:
    """A file with one call that was renamed, below enough lines to be found again by."""
    return f"{top}import os\n\n\ndef read_{name}():\n    first = {name}\n    return {call}({name}, 1)\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "shapes")
    made.commit({path: body(path[0], "old") for path in PATHS} | {"conftest.py": body("e", "old")})
    made.write({path: body(path[0], "new") for path in PATHS} | {"conftest.py": body("e", "new")})
    return made


@pytest.fixture
def review(wb: CommandLine, repo: Repo) -> str:
    return wb.start(repo.root)


def test_every_change_says_its_shape(wb: CommandLine, review: str, repo: Repo) -> None:
    repo.write({"d.py": "other = 1\n"})
    wb("next", review, "--refresh")
    shapes = {change["path"]: change["shape"] for change in wb.changes(review)}
    assert len({shapes[path] for path in (*PATHS, "conftest.py")}) == 1
    assert shapes["d.py"] != shapes["a.py"]


@pytest.mark.parametrize("verdict", ["accepted", "rejected"])
def test_a_verdict_on_a_shape_is_one_action_and_leaves_sensitive_files_out(
    wb: CommandLine, review: str, verdict: str
) -> None:
    said = wb("judge", review, verdict, "--shape", wb.change(review, "a.py"))
    assert "3 judged." in said
    assert "1 sensitive file was left out: conftest.py." in said
    assert wb.verdicts(review) == {**{path: [verdict] for path in PATHS}, "conftest.py": ["open"]}
    assert wb("undo", review) == f"Undone: {verdict} 3 changes of one shape in 3 files."
    assert set(map(tuple, wb.verdicts(review).values())) == {("open",)}
    wb("redo", review)
    assert wb.progress(review)[verdict] == 3


def test_a_reason_for_a_shape_is_one_note_and_is_told_once(wb: CommandLine, review: str) -> None:
    wb("judge", review, "rejected", "--shape", wb.change(review, "a.py"), "--reason", "keep old")
    assert [(note["id"], len(note["places"])) for note in wb.json("notes", review)["notes"]] == [("N1", 3)]
    reasons = {change["path"]: change["reason"] for change in wb.changes(review)}
    assert reasons == {**dict.fromkeys(PATHS, "keep old"), "conftest.py": None}
    told = wb("feedback", review)
    assert told.count("keep old") == 1
    assert (
        "was refused at every one of them:\n\n- `a.py`: line 6\n- `b.py`: line 6\n- `c.py`: line 6\n" in told
    )
    wb("undo", review)
    assert wb.json("notes", review)["notes"] == []
    assert wb.progress(review)["rejected"] == 0


def test_a_note_on_a_shape_is_one_note_with_all_its_places(wb: CommandLine, review: str) -> None:
    change = wb.change(review, "b.py")
    written = wb.json("note", review, "--shape", change, "!say which")
    assert (written["id"], written["intent"], written["left_out"]) == ("N1", "must", ["conftest.py"])
    assert [place["path"] for place in written["places"]] == list(PATHS)
    assert wb.progress(review)["asked"] == 3
    notes = {found["path"]: found["notes"] for found in wb.changes(review)}
    assert notes == {**{path: ["N1"] for path in PATHS}, "conftest.py": []}
    told = wb("feedback", review)
    assert told.count("say which") == 1
    assert "This is the first of 3 places." in told
    assert "\n- `b.py`: line 6\n" in told
    document = wb.json("feedback", review, "--format", "json")
    assert document["answer"] == ["N1"]
    assert [place["path"] for place in document["notes"][0]["places"]] == list(PATHS)
    assert wb("undo", review) == "Undone: note N1 on 3 places."
    assert wb.progress(review)["asked"] == 0


def test_a_second_round_carries_the_verdicts_and_finds_every_place_again(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    change = wb.change(review, "a.py")
    wb("judge", review, "accepted", "--shape", change)
    wb("note", review, "--shape", change, "!say which")
    repo.write({path: body(path[0], "new", top="# moved\n") for path in PATHS})
    wb("next", review, "--refresh")
    found = wb.verdicts(review)
    assert {path: found[path][-1] for path in PATHS} == dict.fromkeys(PATHS, "accepted")
    assert [entry for entry in wb.ledger(review) if entry[1] == "N1"] == [("not addressed", "N1")]
    [note] = wb.json("notes", review)["notes"]
    assert [(place["path"], place["lines"]) for place in note["places"]] == [(path, [7, 1]) for path in PATHS]
    wb("undo", review)
    wb("undo", review)
    assert wb.progress(review)["accepted"] == 0, "of the round before, and of this one"


def test_the_ledger_has_one_entry_for_a_note_and_says_of_how_many_places_it_is_true(
    wb: CommandLine, review: str, repo: Repo
) -> None:
    wb("note", review, "--shape", wb.change(review, "a.py"), "!say which")
    repo.write({"a.py": body("a", "new_one")})
    (repo.root / "c.py").unlink()
    wb("next", review, "--refresh")
    [entry] = [each for each in wb.json("ledger", review)["entries"] if each["note"] == "N1"]
    assert (entry["said"], entry["path"], entry["violation"]) == ("not addressed", "b.py", True)
    assert entry["words"] == "lines unchanged at 1 of 3 places"
    [note] = wb.json("notes", review)["notes"]
    assert [place["outdated"] for place in note["places"]] == [True, False, True]
    assert not note["outdated"]
    assert "1 place not found any more as it was" in wb("feedback", review)

    repo.write({"b.py": body("b", "new_one")})
    wb("next", review, "--refresh")
    [entry] = [each for each in wb.json("ledger", review)["entries"] if each["note"] == "N1"]
    assert entry["said"] != "not addressed"


@pytest.mark.parametrize(
    "more", [["--on", "CHANGE"], ["--file", "a.py"], ["--lines", "new:1"], ["--suggest", "-"]]
)
def test_a_note_on_a_shape_stands_in_one_way(wb: CommandLine, review: str, more: list[str]) -> None:
    change = wb.change(review, "a.py")
    args = [change if each == "CHANGE" else each for each in more]
    wb.refused("note", review, "--shape", change, *args, "words")
    assert wb.json("notes", review)["notes"] == []


def test_a_shape_of_sensitive_files_alone_is_refused_whole(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "alone")
    made.commit({".envrc": "a\n"})
    made.write({".envrc": "b\n"})
    review = wb.start(made.root)
    change = wb.change(review, ".envrc")
    for args in (["judge", review, "rejected", "--shape", change], ["note", review, "--shape", change, "x"]):
        assert "1 sensitive file was left out: .envrc." in wb.refused(*args)
    assert wb.verdicts(review) == {".envrc": ["open"]}
