"""Every command that prints what stands in a repository, with hostile names, texts and authors, in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.cli.driver import CommandLine
from tests.repos import Repo, new_repo, numbered
from workbench.review.text import is_boxed

EVIL = "<b>R&D\u202e\u200b\x1b[31m\r"
REF = "R&D\u202e\u200b"
"""What git takes for the name of a branch."""


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """A person reads what is printed."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    yield


@pytest.fixture
def evil(tmp_path: object, repo: Repo) -> Repo:
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
    (made.root / f"link{EVIL}").symlink_to(f"to{EVIL}")
    new_repo(made.root / f"nested{EVIL}").commit({"x": "x"})
    hook = made.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n# {EVIL}\n")
    hook.chmod(0o755)
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


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_that_is_printed_hides_or_speaks_to_the_terminal(
    wb: CommandLine, evil: Repo, review: str, command: tuple[str, ...]
) -> None:
    places = {"REVIEW": review, "PATH": str(evil.root)}
    ran = wb.run(*(places.get(word, word) for word in command))
    assert ran.out + ran.err
    assert "bug in Workbench" not in ran.err
    odd = {each for each in ran.out + ran.err if each != "\n" and each != "\t" and is_boxed(each)}
    assert odd == set(), (command, ran)
