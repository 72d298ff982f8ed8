"""Further rounds by the command line: refresh and its ledger, the offline author, feedback and prompt."""

from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, new_repo, numbered


@pytest.fixture
def agent(tmp_path: Path) -> Repo:
    """Ten functions; in the work tree an agent has changed five of them and added a file."""
    made = new_repo(tmp_path / "agent")
    made.commit({"work.py": functions(), "other.py": numbered(6)})
    made.write(
        {"work.py": functions({1: "one", 3: "three", 5: "five", 7: "seven", 9: "nine"}), "new.py": "new\n"}
    )
    return made


def functions(bodies: dict[int, str] | None = None, without: int | None = None) -> str:
    """Ten functions, five lines each, some with another body."""
    made = bodies or {}
    return "".join(
        f"def f{number}():\n    # does {number}\n    return {made.get(number, 'old')}{number}\n\n\n"
        for number in range(10)
        if number != without
    )


@pytest.fixture
def review(wb: CommandLine, agent: Repo) -> str:
    return wb.start(agent.root)


def test_a_refresh_carries_verdicts_and_says_what_became_of_them(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    ids = [change["id"] for change in wb.files(review)["work.py"]["changes"]]
    wb("judge", review, "accepted", ids[0], ids[1])
    wb("judge", review, "rejected", ids[2], "--reason", "not five")
    wb("judge", review, "rejected", ids[3])
    wb("note", review, "--on", ids[4], "!nine must go")
    wb("note", review, "--file", "other.py", "--lines", "new:2", "?what is this")
    wb("note", review, "--file", "other.py", "--lines", "new:5", "+good")
    # The agent alters what was accepted and praised, leaves one rejected change, takes out the other.
    bodies = {1: "one", 3: "THREE", 5: "five", 9: "NINE"}
    agent.write({"work.py": functions(bodies), "other.py": numbered(6).replace("line 5", "line FIVE")})
    said = wb("next", review, "--refresh")
    assert "Round 2 is here." in said
    assert sorted(wb.ledger(review)) == sorted([
        ("altered", "work.py"),
        ("keep altered", "N4"),
        ("kept", "work.py"),
        ("not addressed", "N3"),
        ("still there", "N1"),
        ("touched", "N2"),
    ])  # fmt: skip
    assert wb.verdicts(review)["work.py"] == ["accepted", "open", "rejected", "open"]
    ledger = wb.json("ledger", review)
    assert ledger["round"] == 2
    assert [entry["violation"] for entry in ledger["entries"]][:2] == [True, True]
    altered = next(entry for entry in ledger["entries"] if entry["said"] == "altered")
    assert (altered["was"], altered["now"]) == ("    return three3\n", "    return THREE3\n")
    by_id = {change["id"]: change["ledger"] for change in wb.changes(review)}
    assert by_id[altered["changes"][0]] == "altered"


def test_rejected_code_that_was_gone_and_is_there_again_came_back(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    ids = [change["id"] for change in wb.files(review)["work.py"]["changes"]]
    wb("judge", review, "rejected", ids[0])
    wb("next", review, "--model", "offline")
    assert b"one1" not in agent.read("work.py")
    assert wb.run("next", review, "--refresh").status == 1
    # Landed, so that the work tree may go on; then the agent writes the rejected line once more.
    wb("land", review, "--to", "worktree", "--unread")
    agent.write({"work.py": functions({1: "one", 3: "three", 5: "five", 7: "seven", 9: "nine"})})
    wb("next", review, "--refresh")
    assert len(wb.json("show", review)["rounds"]) == 3


def test_an_altered_entry_is_restored_taken_or_left_by_the_keys_of_judging(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    ids = [change["id"] for change in wb.files(review)["work.py"]["changes"]]
    wb("judge", review, "accepted", *ids[:2])
    agent.write({"work.py": functions({1: "ONE", 3: "THREE", 5: "five", 7: "seven", 9: "nine"})})
    wb("next", review, "--refresh")
    first, second = [entry["id"] for entry in wb.json("ledger", review)["entries"]][:2]
    assert wb("judge", review, "rejected", first) == "What was accepted is back."
    assert wb.verdicts(review)["work.py"][:2] == ["accepted", "open"]
    assert wb.json("show", review)["rounds"][-1]["edits"] == 1
    assert wb("undo", review).startswith("Undone: the answer")
    assert wb("undo", review) == "Undone: restored what was accepted in work.py."
    assert wb.verdicts(review)["work.py"][:2] == ["open", "open"]
    assert wb("judge", review, "accepted", second) == "Taken as it is now."
    assert wb.verdicts(review)["work.py"][:2] == ["open", "accepted"]
    answers = {entry["id"]: entry["answer"] for entry in wb.json("ledger", review)["entries"]}
    assert answers[second] == "taken"


def test_a_file_that_was_accepted_and_taken_away_is_restored_whole(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    wb("judge", review, "accepted", "--all")
    (agent.root / "work.py").unlink()
    wb("next", review, "--refresh")
    entry = next(entry for entry in wb.json("ledger", review)["entries"] if entry["said"] == "altered")
    assert wb.files(review)["work.py"]["status"] == "deleted"
    wb("judge", review, "rejected", entry["id"])
    assert wb.files(review)["work.py"]["status"] == "modified"
    assert wb.verdicts(review)["work.py"] == ["accepted"] * 5


def test_a_mode_that_was_accepted_and_changed_back_is_restored(wb: CommandLine, agent: Repo) -> None:
    (agent.root / "other.py").chmod(0o755)
    review = wb.start(agent.root)
    wb("judge", review, "accepted", "--file", "other.py")
    (agent.root / "other.py").chmod(0o644)
    wb("next", review, "--refresh")
    entry = next(entry for entry in wb.json("ledger", review)["entries"] if entry["said"] == "altered")
    wb("judge", review, "rejected", entry["id"])
    assert wb.files(review)["other.py"]["new_mode"] == "100755"
    assert wb.verdicts(review)["other.py"] == ["accepted"]


def test_an_entry_about_a_note_is_settled_or_sent_again(wb: CommandLine, review: str, agent: Repo) -> None:
    wb("note", review, "--on", wb.change(review, "work.py"), "!better")
    wb("note", review, "--on", wb.change(review, "new.py"), "!longer")
    agent.write({"extra.py": "x\n"})
    wb("next", review, "--refresh")
    entries = {entry["note"]: entry["id"] for entry in wb.json("ledger", review)["entries"]}
    assert "is accepted or rejected" in wb.refused("judge", review, "open", entries["N1"])
    wb("judge", review, "accepted", entries["N1"])
    wb("judge", review, "rejected", entries["N2"])
    notes = {note["id"]: note for note in wb.json("notes", review)["notes"]}
    assert notes["N1"]["settled"]
    assert notes["N2"]["thread"][0]["again"]


def test_a_refresh_without_news_says_so(wb: CommandLine, review: str, clean: Repo) -> None:
    assert "Nothing has changed" in wb.refused("next", review, "--refresh")
    other = wb.start(clean.root, "HEAD")
    assert "does not come from the work tree" in wb.refused("next", other, "--refresh")
    assert "The ledger is empty" in wb("ledger", review)
    assert wb.json("ledger", review)["entries"] == []


def test_a_refresh_of_what_is_staged_reads_the_index(wb: CommandLine, repo: Repo) -> None:
    repo.git("add", "edited.py")
    review = wb.start(repo.root, "--staged")
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    wb("undo", review)
    assert "Nothing has changed" in wb.refused("next", review, "--refresh")
    repo.git("add", "new.py")
    wb("next", review, "--refresh")
    assert wb.verdicts(review) == {"edited.py": ["accepted"], "new.py": ["open"]}


def test_the_offline_author_takes_out_what_was_rejected_and_applies_suggestions(
    wb: CommandLine, review: str, agent: Repo, tmp_path: Path
) -> None:
    ids = [change["id"] for change in wb.files(review)["work.py"]["changes"]]
    (tmp_path / "s").write_text("    return FIVE5\n")
    wb("judge", review, "rejected", ids[0])
    wb("note", review, "--on", ids[2], "--suggest", tmp_path / "s", "!louder")
    wb("note", review, "--on", ids[3], "?why seven")
    said = wb.run("next", review, "--model", "offline")
    assert "Took what was rejected out of 1 file of the work tree." in said.err
    assert b"one1" not in agent.read("work.py")
    assert b"five5" in agent.read("work.py")
    assert dict(wb.ledger(review)) == {"touched": "N1", "declined": "N2"}
    assert wb.verdicts(review) == {"new.py": ["open"], "work.py": ["open"] * 4}
    assert wb("calls", review).startswith("round 2    offline")
    assert wb.json("calls", review)["calls"][0]["usage"]["cost"] == 0
    thread = wb.json("notes", review)["notes"][0]["thread"]
    assert [(reply["author"], reply["kind"]) for reply in thread] == [("model", "done")]
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    assert agent.read("work.py") == functions({3: "three", 5: "FIVE", 7: "seven", 9: "nine"}).encode()


def test_rejected_lines_are_left_in_the_work_tree_where_that_is_wanted(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    before = agent.read("work.py")
    wb("judge", review, "rejected", wb.change(review, "work.py"))
    wb("next", review, "--model", "offline", "--keep-rejected")
    assert agent.read("work.py") == before
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    assert b"one1" not in agent.read("work.py")


def test_what_was_taken_out_is_put_back_by_undo(wb: CommandLine, review: str, agent: Repo) -> None:
    before = agent.read("work.py")
    wb("judge", review, "rejected", wb.change(review, "work.py"))
    wb("next", review, "--model", "offline")
    assert wb("undo", review) == "Undone: sending the feedback to offline."
    assert wb("undo", review) == "Undone: taking out what was rejected (worktree, 1 file)."
    assert agent.read("work.py") == before


def test_an_edit_of_ones_own_is_in_the_work_tree_before_the_feedback_leaves(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    wb("tweak", review, wb.change(review, "work.py"), "--with", "-", stdin=b"    return by_hand1\n")
    wb("next", review, "--model", "offline")
    assert b"by_hand1" in agent.read("work.py")
    assert wb.verdicts(review)["work.py"][0] == "accepted"


def test_an_edit_on_a_models_round_does_not_make_it_the_work_trees(
    wb: CommandLine, review: str, agent: Repo
) -> None:
    before = agent.read("work.py")
    wb("next", review, "--model", "offline")
    wb("tweak", review, wb.change(review, "new.py"), "--with", "-", stdin=b"mine\n")
    agent.write({"later.py": "x\n"})
    assert "came from a model" in wb.refused("next", review, "--refresh")
    assert wb.start(agent.root) == review
    assert len(wb.json("show", review)["rounds"]) == 3
    wb("land", review, "--to", "worktree", "--unread")
    assert agent.read("work.py") == before
    assert agent.read("new.py") == b"mine\n"


def test_the_feedback_is_the_same_as_markdown_and_as_json(wb: CommandLine, review: str) -> None:
    ids = [change["id"] for change in wb.files(review)["work.py"]["changes"]]
    wb("judge", review, "accepted", ids[0])
    wb("judge", review, "rejected", ids[1], "--reason", "no three")
    wb("note", review, "--on", ids[2], "?why")
    text = wb("feedback", review)
    assert wb("feedback", review, "--format", "markdown") == text
    document = wb.json("feedback", review)
    assert wb.json("feedback", review, "--format", "json") == document
    assert "no three" in text
    assert "three3" in text
    assert [each["path"] for each in document["rejected"]] == ["work.py"]


def test_feedback_is_printed_byte_for_byte(wb: CommandLine, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "bytes")
    made.commit({"x.txt": "a\n"})
    made.write({"x.txt": "zero\u200bwidth \u202e and \x1b[31m and é\n".encode()})
    review = wb.start(made.root)
    wb("judge", review, "rejected", "--all")
    assert "zero\u200bwidth \u202e and \x1b[31m and é" in wb("feedback", review)


def test_the_prompt_is_shown_before_a_round_and_kept_after_one(wb: CommandLine, review: str) -> None:
    wb("task", review, "--set", "-", stdin=b"Make it sing\n")
    preview = wb.json("prompt", review)
    assert preview["model"] is None
    assert [message["role"] for message in preview["messages"]] == ["system", "user"]
    assert "Make it sing" in wb("prompt", review)
    assert "def f1" in wb("prompt", review)
    assert wb.progress(review)["unread"] == 6
    assert "No model was asked for round 1" in wb.refused("prompt", review, "--round", "1")
    wb("next", review, "--model", "offline")
    assert wb.json("prompt", review)["model"] == "offline"
    assert "is given no prompt" in wb("prompt", review)


def test_a_file_under_its_old_name_is_in_the_prompt_where_its_rename_was_rejected(
    wb: CommandLine, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "renamed")
    made.commit({"old_name.py": numbered(30)})
    made.git("mv", "old_name.py", "new_name.py")
    review = wb.start(made.root)
    wb("judge", review, "rejected", "--all")
    assert "## old_name.py (30 lines)" in wb("prompt", review)
    assert "## new_name.py" not in wb("prompt", review)


def test_notes_of_a_landed_review_go_along_into_the_next(wb: CommandLine, review: str, agent: Repo) -> None:
    wb("note", review, "--on", wb.change(review, "work.py"), "!later")
    wb("note", review, "--file", "other.py", "--lines", "new:2", "?still")
    wb("note", review, "settled one")
    wb("settle", review, "N3")
    wb("judge", review, "accepted", "--all")
    wb("land", review, "--to", "worktree")
    agent.commit(message="landed")
    agent.write({"more.py": "x\n", "other.py": "zero\n" + numbered(6)})
    following = wb.start(agent.root)
    assert following != review
    notes = wb.json("notes", following)["notes"]
    assert [(note["intent"], note["text"], note["path"], note["lines"]) for note in notes] == [
        ("must", "later", "work.py", [8, 1]),
        ("question", "still", "other.py", [3, 1]),
    ]
