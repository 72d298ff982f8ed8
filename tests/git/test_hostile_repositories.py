"""Looking runs nothing: every known way in which a repository names a program, each tripped by plain
git first, then every reading feature of the git floor and of the command line.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.hostile import VECTORS, Trap, changed, contents, edit, everything_at_once, listening, set_trap
from tests.repos import Repo
from workbench.errors import UserError
from workbench.git import runner
from workbench.git.repository import Repository
from workbench.git.worktree import Write, plan

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the traps are shell scripts")


@pytest.fixture
def wb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return CommandLine(capsys, monkeypatch)


def has_lost_branch(repo: Repo) -> bool:
    return (repo.root / ".git/refs/heads/lost").exists()


def read_everything(repo: Repo, data: Path) -> None:
    """Every reading feature of the git floor, twice where the second time takes another way."""
    repository = Repository.open(repo.root, data)
    head = repository.head()
    repository.head()
    repository.upstream_merge_base()
    for text in ("HEAD", "first..second", "first...second"):
        found = repository.resolve(text)
        repository.file_changes(found.base_tree, found.tree)
    if has_lost_branch(repo):
        found = repository.resolve("lost")
        with pytest.raises(UserError):
            repository.file_changes(found.base_tree, found.tree)
        with pytest.raises(UserError):
            repository.file_changes(head.tree, repository.resolve("treeless").tree)
    repository.snapshot()
    repository.snapshot(staged=True)
    snapshot = repository.snapshot()
    files = repository.file_changes(head.tree, snapshot.tree)
    assert {"edited.py", "new.py", "gone.py"} <= {file.path for file in files}
    assert [file.path for file in repository.stream_changes(head.tree, snapshot.tree)] == [
        file.path for file in files
    ]
    repository.patch_between(head.tree, snapshot.tree)
    entries = [repository.entry(snapshot.tree, path) for path in ("edited.py", "new.py")]
    ids = [entry[1] for entry in entries if entry is not None]
    assert set(repository.blobs(ids)) == set(ids)
    repository.blob_size(ids[0])
    repository.tree_paths(snapshot.tree)
    repository.tree_entries(snapshot.tree)
    repository.compose_tree(head.tree, {"composed.py": ("100644", b"composed\n")})
    repository.merge(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n")
    repository.keep("review", "1", head.tree, snapshot.tree)
    repository.forget("review")
    plan(repository, [Write("kept.py", ("100644", b"kept\n"), ("100644", b"KEPT\n"))])
    repository.close()


def use_every_command(wb: CommandLine, repo: Repo, patch: Path) -> str:
    """Every command that reads, judges or lands outside; the id of a review of the work tree."""
    wb("doctor")
    wb.run("start", repo.root, "--staged")  # refused where nothing is staged
    for args in ((), ("first...second",), ("second",)):
        wb.start(repo.root, *args)
        wb.json("changes", repo.root, *args)
    if has_lost_branch(repo):
        wb.refused("changes", repo.root, "lost")
        wb.refused("changes", repo.root, "treeless")
    review = wb.start(repo.root)
    changes = {change["path"]: change["id"] for change in wb.changes(review)}
    assert {"edited.py", "new.py", "gone.py"} <= set(changes)
    wb("judge", review, "rejected", changes["edited.py"], "--reason", "not so")
    wb("judge", review, "accepted", changes["new.py"])
    wb("note", review, "--on", changes["gone.py"], "?why")
    wb("reply", review, "N2", "because")
    wb("settle", review, "N2")
    wb("viewed", review, "new.py")
    wb("undo", review)
    wb("redo", review)
    wb("task", review)
    wb("feedback", review, "--format", "json")
    wb("land", review, "--to", "worktree", "--unread", "--dry-run")
    wb("land", review, "--to", f"patch:{patch}", "--unread", "--dry-run")
    for command in ("show", "notes", "calls", "prompt", "ledger", "changes", "reviews"):
        wb(command, *([review] if command != "reviews" else []))
    return review


def use_what_reads(wb: CommandLine, repo: Repo, _patch: Path) -> str:
    """One command for each way in which a command reads the repository; the id of a review."""
    wb.json("changes", repo.root, "first...second")
    if has_lost_branch(repo):
        wb.refused("changes", repo.root, "lost")
    review = wb.start(repo.root)
    changes = {change["path"]: change["id"] for change in wb.changes(review)}
    assert {"edited.py", "new.py", "gone.py"} <= set(changes)
    wb("judge", review, "rejected", changes["edited.py"])
    wb("judge", review, "accepted", changes["new.py"])
    wb("land", review, "--to", "worktree", "--unread", "--dry-run")
    return review


def go_on_quickly(wb: CommandLine, review: str, patch: Path) -> None:
    """The work tree has changed since: the next round, its ledger, and a landing outside."""
    wb("next", review, "--refresh")
    wb("ledger", review)
    wb("land", review, "--to", f"patch:{patch}", "--unread")
    assert patch.is_file()


def go_on(wb: CommandLine, review: str, patch: Path) -> None:
    """The work tree has changed since: the next rounds, their ledgers, and a landing outside."""
    wb("next", review, "--refresh")
    wb("ledger", review, "--json")
    wb("next", review, "--model", "offline", "--keep-rejected")
    wb("ledger", review)
    wb("changes", review, "--round", "1", "--json")
    wb("land", review, "--to", f"patch:{patch}", "--unread")
    assert patch.is_file()
    wb("delete", review)


# Every command reads through the same few doors, which every vector is tried on; each command is tried on
# every tenth vector, and on all of them at once.
TENTH = frozenset(list(VECTORS)[::10])


@pytest.fixture(params=VECTORS)
def vector(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Repo, Trap]:
    """A repository with one vector that plain git was seen to fall for, in an environment that has it."""
    why_not = VECTORS[request.param].why_not()
    if why_not:
        pytest.skip(why_not)
    repo, trap = set_trap(request.param, tmp_path)
    for name, value in trap.env.items():
        monkeypatch.setenv(name, value)
    return repo, trap


@pytest.fixture
def is_tenth(request: pytest.FixtureRequest) -> bool:
    return request.node.callspec.params["vector"] in TENTH


def test_reading_runs_no_program_that_the_repository_names(
    vector: tuple[Repo, Trap], is_tenth: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, trap = vector
    before = contents(repo.root)
    monkeypatch.setattr(runner, "_git", None)
    read_everything(repo, data / "started directly")
    if is_tenth or trap.env:  # the same arguments; what it does of its own is with the environment
        runner.load()
        for name, value in trap.env.items():
            os.environ[name] = value
        read_everything(repo, data / "started by GitPython")
    assert not trap.was_run(), trap.said()
    assert changed(before, contents(repo.root)) == []


def test_no_command_runs_a_program_that_the_repository_names(
    vector: tuple[Repo, Trap],
    is_tenth: bool,
    wb: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo, trap = vector
    before = contents(repo.root)
    monkeypatch.setattr(runner, "_git", None)
    use, then = (use_every_command, go_on) if is_tenth else (use_what_reads, go_on_quickly)
    review = use(wb, repo, tmp_path / "a.patch")
    assert changed(before, contents(repo.root)) == []
    repo.write({"kept.py": "kept\nmore\n"})
    before = contents(repo.root)
    then(wb, review, tmp_path / "b.patch")
    assert not trap.was_run(), trap.said()
    assert changed(before, contents(repo.root)) == []


def test_all_vectors_at_once_run_nothing_and_reach_nobody(
    wb: CommandLine, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as ear:
        repo, trap = everything_at_once(tmp_path, ear.port)
        repo.try_git("fetch", "origin")
        assert ear.heard, "plain git does not connect, so the test shows nothing"
        ear.heard = 0
        for name, value in trap.env.items():
            monkeypatch.setenv(name, value)
        edit(repo)
        if trap.was_run():
            trap.reset()
        before = contents(repo.root)
        monkeypatch.setattr(runner, "_git", None)
        read_everything(repo, data)
        review = use_every_command(wb, repo, tmp_path / "a.patch")
        assert changed(before, contents(repo.root)) == []
        repo.write({"kept.py": "kept\nmore\n"})
        before = contents(repo.root)
        go_on(wb, review, tmp_path / "b.patch")
        assert not trap.was_run(), trap.said()
        assert changed(before, contents(repo.root)) == []
        assert ear.heard == 0


def test_a_relative_entry_of_the_path_names_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = Trap(tmp_path / "bin")
    Path(trap.program).rename(tmp_path / "bin" / "git")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"bin:.:{os.environ['PATH']}")
    monkeypatch.setattr(runner, "_program", None)
    assert os.path.isabs(runner.program())
    assert runner.program() != str(tmp_path / "bin" / "git")
