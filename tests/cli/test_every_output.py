"""Every command that prints what stands in a repository, with hostile names and texts, in a terminal."""

from __future__ import annotations

import sys

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, call_things, new_repo, numbered
from workbench.review.text import is_boxed

EVIL = "<b>R&D\u202e\u200b\x1b[31m\r"
REF = "R&D\u202e\u200b"
"""What git takes for the name of a branch."""
CLEARED = "\r\x1b[K"
"""What our own progress writes, to write its line anew."""


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A person reads what is printed."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)


@pytest.fixture
def evil(repo: Repo) -> Repo:
    """A repository that is called so, by an author who is, with such files and a hook."""
    made = new_repo(repo.root.parent / f"shop{EVIL}")
    made.git("config", "user.name", f"Ada {EVIL}")
    made.git("checkout", "-q", "-b", f"work{REF}")
    made.commit(
        {f"a{EVIL}.py": numbered(9), f"gone{EVIL}.py": "x\n", f"was{EVIL}.py": numbered(30, "w")}, EVIL
    )
    made.write({f"a{EVIL}.py": numbered(9).replace("3", EVIL), f"new\n{EVIL}.py": f"{EVIL}\n"})
    (made.root / f"gone{EVIL}.py").unlink()
    (made.root / f"was{EVIL}.py").rename(made.root / f"is{EVIL}.py")
    call_things(made, EVIL)
    return made


@pytest.fixture
def review(wb: CommandLine, evil: Repo) -> str:
    made = wb.start(evil.root).strip()
    for words in ("!must", "?why"):
        wb.run("note", made, "--file", f"a{EVIL}.py", f"{words} {EVIL}")
    wb.run("judge", made, "rejected", "--file", f"new\n{EVIL}.py", "--reason", EVIL)
    return made


COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("reviews",), ("show", "REVIEW"), ("changes", "REVIEW"), ("changes", "PATH"), ("notes", "REVIEW")),
    *(("task", "REVIEW"), ("feedback", "REVIEW"), ("prompt", "REVIEW"), ("ledger", "REVIEW")),
    *(("calls", "REVIEW"), ("context", "REVIEW"), ("rule", "list", "--path", "PATH"), ("restrict", "PATH")),
    *(
        ("land", "REVIEW", "--to", f"branch:to{REF}", "--dry-run"),
        ("land", "REVIEW", "--to", "index", "--dry-run"),
    ),
    *(("land", "REVIEW", "--to", "worktree", "--dry-run"), ("land", "REVIEW", "--to", f"patch:to{EVIL}")),
    *(("undo", "REVIEW"), ("viewed", "REVIEW", f"a{EVIL}.py"), ("viewed", "REVIEW", f"no{EVIL}.py")),
    *(
        ("judge", "REVIEW", "accepted", "--file", f"no{EVIL}"),
        ("show", EVIL),
        ("changes", "PATH", f"no{EVIL}..x"),
    ),
    *(("trust", "PATH", "--yes"), ("next", "REVIEW", "--refresh"), ("next", "REVIEW", "--model", EVIL)),
    *(("start", f"no{EVIL}"), ("start", "PATH", "--patch", f"no{EVIL}"), ("doctor", "--model", EVIL)),
    *(("settle", "REVIEW", EVIL), ("reply", "REVIEW", "N1", EVIL), ("withdraw", "REVIEW", "N1")),
    *(("delete", "REVIEW"),),
)


@pytest.mark.slow
def test_nothing_that_is_printed_hides_or_speaks_to_the_terminal(
    wb: CommandLine, evil: Repo, review: str
) -> None:
    places, wrong = {"REVIEW": review, "PATH": str(evil.root)}, []
    for command in COMMANDS:
        ran = wb.run(*(places.get(word, word) for word in command))
        text = ran.out + ran.err.replace(CLEARED, "")
        odd = {each for each in text if each not in "\n\t" and is_boxed(each)}
        if odd or not ran.out + ran.err or "bug in Workbench" in ran.err:
            wrong.append((command, odd, ran))
    assert wrong == []
