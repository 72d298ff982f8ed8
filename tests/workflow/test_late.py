"""What a program wrote to a file that a landing had displaced: told at the next opening or refresh."""

from __future__ import annotations

import re
from pathlib import Path

from tests.repos import Repo, numbered
from tests.workflow.conftest import Open
from workbench.review.verdicts import Verdict, select_changes
from workbench.workflow.candidates import late_words
from workbench.workflow.landing import take_out_rejected
from workbench.workflow.opening import open_saved
from workbench.workflow.receive import refresh
from workbench.workflow.session import Session


def written_late(session: Session, repo: Repo) -> None:
    """The edit of `edited.py` is taken out; a program that had the file open writes to it afterwards."""
    session.judge(select_changes(session.file("edited.py").changes), Verdict.REJECTED)
    with (repo.root / "edited.py").open("r+b") as held:
        session.act(take_out_rejected(session))
        held.write(b"LATE\n")
    assert repo.read("edited.py") == numbered(20).encode()


def kept_in(sentence: str) -> bytes:
    found = re.search(r"is in (.+)\.$", sentence)
    assert found is not None
    return Path(found[1]).read_bytes()


def test_a_late_edit_is_told_once_at_the_next_opening_with_the_file_that_holds_it(
    opened: Open, repo: Repo
) -> None:
    session = opened(repo.root)
    written_late(session, repo)
    with open_saved(session.review.id) as again:
        (sentence,) = again.messages
    assert "edited.py" in sentence
    assert kept_in(sentence).startswith(b"LATE\n")
    with open_saved(session.review.id) as again:
        assert again.messages == ()


def test_a_late_edit_is_told_where_a_refresh_finds_nothing_else(opened: Open, repo: Repo) -> None:
    session = opened(repo.root)
    written_late(session, repo)
    assert refresh(session) is None
    (sentence,) = late_words(session.repository)
    assert kept_in(sentence).startswith(b"LATE\n")


def test_a_late_edit_is_listed_in_a_round_that_a_refresh_brings(opened: Open, repo: Repo) -> None:
    session = opened(repo.root)
    written_late(session, repo)
    repo.write({"another.py": "x\n"})
    arrival = refresh(session)
    assert arrival is not None
    (row,) = [each for each in arrival.action.round.not_shown if each.path == "edited.py"]
    assert kept_in(f"{row.why}.").startswith(b"LATE\n")


def test_what_is_in_the_file_already_is_not_told(opened: Open, repo: Repo) -> None:
    session = opened(repo.root)
    session.judge(select_changes(session.file("edited.py").changes), Verdict.REJECTED)
    with (repo.root / "edited.py").open("r+b") as held:
        session.act(take_out_rejected(session))
        held.write(b"LINE 1\n")
    text = repo.read("edited.py")
    repo.write({"edited.py": text.replace(b"line 1\n", b"LINE 1\n", 1)})
    with open_saved(session.review.id) as again:
        assert again.messages == ()
