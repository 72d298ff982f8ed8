"""Where two floors meet: what was judged in one place and is written, carried or said in another."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.errors import UserError
from workbench.review.changes import Side
from workbench.review.notes import Intent
from workbench.review.places import place_now
from workbench.review.rounds import Source
from workbench.review.selecting import select_lines
from workbench.review.verdicts import Verdict, select_changes, verdict_of
from workbench.workflow.arrivals import Origin, next_arrival
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import open_saved
from workbench.workflow.receive import load_ledger, refresh, restore, take_arrival, tweak
from workbench.workflow.recipients import recipient_named
from workbench.workflow.send import next_round, take
from workbench.workflow.session import Session


def land(session: Session) -> None:
    session.act(carry_out(session, plan_landing(session, "worktree")))


def edit(session: Session, change: str, text: bytes) -> None:
    arrival = tweak(session, change, text)
    assert arrival is not None
    take_arrival(session, arrival)


def reread(session: Session) -> None:
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)


def only(session: Session, path: str) -> str:
    (change,) = session.file(path).changes
    return change.id


def test_an_edit_back_to_the_base_lands(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9), "other": numbered(9)})
    repo.write({"text": numbered(9).replace("line 5", "five"), "other": numbered(9, "!")})
    session = opened(repo.root)
    edit(session, only(session, "text"), b"line 5\n")
    assert "text" not in session.by_path
    land(session)
    assert repo.read("text") == numbered(9).encode()
    assert repo.read("other") == numbered(9, "!").encode()


def test_a_file_and_a_folder_of_one_name_are_refused(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": numbered(9), "z": "z\n"})
    (repo.root / "a").unlink()
    repo.write({"a/x": "one\n", "a/y": "two\n"})
    session = opened(repo.root)
    for file in session.files:
        session.judge(
            select_changes(file.changes), Verdict.REJECTED if file.path == "a" else Verdict.ACCEPTED
        )
    with pytest.raises(UserError, match="file and a folder"):
        land(session)
    assert repo.read("a/x") == b"one\n"
    with pytest.raises(UserError, match="file and a folder"):
        carry_out(session, plan_landing(session, f"patch:{tmp_path}/p"))


def test_a_note_on_a_removed_line_goes_with_its_file(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(20)})
    repo.write({"text": numbered(20).replace("line 5\n", "")})
    session = opened(repo.root)
    place = session.place_of(session.change(only(session, "text")))
    assert place.side is Side.OLD
    session.write_note(place, Intent.MUST, "why?")
    (repo.root / "text").rename(repo.root / "moved")
    reread(session)
    now = place_now(session.review, session.note("N1"))
    assert now is not None
    assert now.path == "moved"


def test_a_round_of_a_model_is_compared_with_the_round_that_is_there(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(30)})
    repo.write({"text": numbered(30).replace("line 5\n", "five\n").replace("line 20\n", "twenty\n")})
    session = opened(repo.root)
    first = session.files[0].changes[0].id
    edit(session, first, b"one more\none more\n")
    events = list(next_round(session, recipient_named(session, "offline"), threading.Event()))
    take(session, events[0])
    session.undo()
    session.undo()
    edit(session, first, b"FIVE\n")
    for event in events[1:]:
        take(session, event)
    facts = session.ledger_facts
    assert facts is not None
    assert facts.before == session.files_of(session.review.rounds[facts.before_index].tree)
    between = session.repository.file_changes(session.review.rounds[-2].tree, session.review.rounds[-1].tree)
    assert facts.between == tuple(between)


def test_a_verdict_on_a_round_that_was_undone_is_not_put_on_another(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(30)})
    repo.write({"text": numbered(30).replace("line 5\n", "five\n")})
    session = opened(repo.root)
    edit(session, only(session, "text"), b"FIVE\n")
    other = open_saved(session.review.id)
    try:
        session.undo()
        repo.write({"text": numbered(30).replace("line 5\n", "rm -rf\n")})
        reread(session)
        with pytest.raises(UserError, match="undone by another process"):
            other.judge_change(only(other, "text"), Verdict.ACCEPTED)
        session.poll()
        for each in (session, other):
            change = each.change(only(each, "text"))
            assert change.added == (b"rm -rf\n",)
            assert verdict_of(change, each.review.current) is Verdict.OPEN
    finally:
        other.close()


def test_a_landing_that_another_process_did_not_record_is_not_forgotten(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9), "other": numbered(9)})
    repo.write({"text": numbered(9, "!"), "other": numbered(9, "!")})
    session = opened(repo.root)
    session.judge_change(only(session, "text"), Verdict.REJECTED)
    killed = open_saved(session.review.id)
    carry_out(killed, plan_landing(killed, "worktree"))
    assert killed.recording is not None
    killed.recording.held.close()
    killed.close()
    session.judge_change(only(session, "other"), Verdict.REJECTED)
    with pytest.raises(UserError, match="not recorded yet"):
        land(session)
    with open_saved(session.review.id) as again:
        (landed,) = again.review.landings
        assert [file.path for file in landed.files] == ["text"]


def test_restoring_accepts_only_what_was_accepted(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9)})
    repo.write({"text": numbered(9).replace("line 5\n", "a\nb\nc\n")})
    session = opened(repo.root)
    session.judge((select_lines(session.file("text"), "new:5,new:7"),), Verdict.ACCEPTED)
    held = session.review.current["text"]
    repo.write({"text": numbered(9).replace("line 5\n", "A\nB\nC\n")})
    reread(session)
    (entry,) = [each for each in session.ledger() if each.said == "altered"]
    arrival = restore(session, entry)
    assert arrival is not None
    take_arrival(session, arrival)
    assert session.new_lines("text")[4:7] == (b"a\n", b"b\n", b"c\n")
    assert session.review.current["text"] == held


@pytest.mark.parametrize("line", [b"\n", b"\r\n"])
def test_a_file_lands_in_the_line_ends_that_it_has(opened: Open, tmp_path: Path, line: bytes) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9), ".gitattributes": "text text eol=crlf\n"})
    before = numbered(9).replace("line 3", "three").replace("line 7", "seven").encode()
    repo.write({"text": before.replace(b"\n", line)})
    session = opened(repo.root)
    session.judge_change(session.file("text").changes[0].id, Verdict.REJECTED)
    land(session)
    assert repo.read("text") == before.replace(b"three", b"line 3").replace(b"\n", line)


def test_an_answer_to_the_ledger_reaches_later_rounds(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(30)})
    repo.write({"text": numbered(30).replace("line 5\n", "five\n")})
    session = opened(repo.root)
    session.judge_change(only(session, "text"), Verdict.ACCEPTED)
    repo.write({"text": numbered(30).replace("line 5\n", "FIVE\n")})
    reread(session)
    with open_saved(session.review.id) as other:
        repo.write({"text": numbered(30).replace("line 5\n", "FIVE\n").replace("line 20\n", "twenty\n")})
        reread(other)
    (entry,) = [each for each in session.ledger() if each.said == "altered"]
    session.judge_entry(entry, "taken")
    first = session.file("text").changes[0]
    assert first.added == (b"FIVE\n",)
    assert verdict_of(first, session.review.current) is Verdict.ACCEPTED


def test_what_is_done_again_stands_where_it_was_done(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9)})
    repo.write({"text": numbered(9).replace("line 5\n", "five\n")})
    session = opened(repo.root)
    change = session.change(only(session, "text"))
    note = session.write_note(session.place_of(change), Intent.MUST, "why?", "six\n")
    session.judge_change(change.id, Verdict.REJECTED)
    session.judge_change(change.id, Verdict.OPEN)
    for event in next_round(session, recipient_named(session, "offline"), threading.Event()):
        take(session, event)
    before = (session.review.current, session.review.notes[note.id])
    assert before[1].thread
    actions = [session.undo() for _ in range(4)]
    assert all(actions)
    assert session.review.notes == {}
    for _ in actions:
        session.redo()
    assert (session.review.current, session.review.notes[note.id]) == before


def test_what_was_written_under_a_landing_is_listed(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9), "other": numbered(9)})
    repo.write({"text": numbered(9, "!"), "other": numbered(9, "!")})
    session = opened(repo.root)
    session.judge_change(only(session, "text"), Verdict.REJECTED)
    with (repo.root / "text").open("ab") as writer:
        land(session)
        writer.write(b"late\n")
    again = opened(repo.root)
    assert again.review.id != session.review.id
    current = again.review.round
    assert current is not None
    (row,) = current.not_shown
    assert row.path == "text"
    assert Path(row.why.rsplit(" ", 1)[1]).read_bytes().endswith(b"late\n")


def test_what_a_model_dropped_and_nobody_judged_away_stays_in_the_work_tree(
    opened: Open, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": numbered(9), "b": numbered(9), "c": numbered(9)})
    repo.write({"a": numbered(9, "!"), "b": numbered(9, "!"), "c": numbered(9, "!"), "new": "precious\n"})
    session = opened(repo.root)
    session.judge_change(only(session, "b"), Verdict.ACCEPTED)
    session.judge_change(only(session, "c"), Verdict.REJECTED)
    current = session.review.round
    assert current is not None
    base = ("100644", numbered(9).encode())
    tree = session.repository.compose_tree(current.tree, {"new": None, "b": base, "c": base})
    take_arrival(session, next_arrival(session, tree, Origin(Source.MODEL, current.tree)))
    session.judge_change(only(session, "a"), Verdict.ACCEPTED)
    land(session)
    assert repo.read("new") == b"precious\n"
    assert repo.read("b") == numbered(9, "!").encode()
    assert repo.read("c") == numbered(9).encode()


def test_a_note_is_found_again_where_its_lines_are_restored(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"text": numbered(9)})
    repo.write({"text": numbered(9).replace("line 5\n", "a\nb\nc\n")})
    session = opened(repo.root)
    (change,) = session.file("text").changes
    session.judge_change(change.id, Verdict.ACCEPTED)
    note = session.write_note(session.place_of(change), Intent.SHOULD, "look here")
    repo.write({"text": numbered(9).replace("line 5\n", "A\nB\nC\n").replace("line 1\n", "line 0\nline 1\n")})
    reread(session)
    assert place_now(session.review, note) is None
    (entry,) = [each for each in session.ledger() if each.said == "altered"]
    arrival = restore(session, entry)
    assert arrival is not None
    take_arrival(session, arrival)
    place = place_now(session.review, note)
    assert place is not None
    assert (place.start, place.quote) == (6, (b"a\n", b"b\n", b"c\n"))
    session.ledger_facts = load_ledger(session)
    assert [(each.said, each.words) for each in session.ledger() if each.note == note.id] == [
        ("not addressed", "lines unchanged")
    ]


def test_the_rules_of_the_base_count_in_every_round(repo: Repo, opened: Open) -> None:
    """An ignore file and attributes that are committed during a review hide nothing of it."""
    session = opened(repo.root)
    repo.commit({".gitignore": "later.py\n", ".gitattributes": "*.txt filter=lfs\n"})
    for number in range(3):
        repo.write({"later.py": f"{number}\n", "plain.txt": f"{number}\n"})
        reread(session)
        assert session.review.round is not None
        assert [row.path for row in session.review.round.not_shown] == ["later.py"]
        plain = session.by_path["plain.txt"].new_id
        assert session.repository.blob(str(plain)) == b"%d\n" % number
        assert {".gitignore", ".gitattributes"} <= set(session.by_path)
