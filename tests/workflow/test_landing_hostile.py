"""Landing against somebody who acts between two of its steps, and hooks that are not what was shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from tests.workflow.landings import accept, killed, land, trust, undo
from workbench.errors import UserError
from workbench.git import commit_hooks, index_writing
from workbench.git.commit_hooks import HookError
from workbench.git.index_file import read_index
from workbench.workflow import landing_git
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import open_saved
from workbench.workflow.session import Session

BASE = numbered(30)
LANDING = "session.act(carry_out(session, plan_landing(session, 'index')))"


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """One edit, a new file and a removal; a branch beside, at the same commit."""
    (home / ".gitconfig").write_text("[user]\n\tname = Eva Expert\n\temail = eva@example.com\n")
    made = new_repo(tmp_path / "repo")
    made.commit({"text": BASE, "gone": "g\n", "same": "s\n"})
    made.git("branch", "side")
    made.write({"text": BASE.replace("line 5\n", "line five\n"), "new": "n\n"})
    (made.root / "gone").unlink()
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    made = opened(repo.root)
    accept(made)
    return made


def hook(repo: Repo, name: str, script: str, folder: str = ".git/hooks") -> Path:
    place = repo.root / folder / name
    place.parent.mkdir(exist_ok=True, parents=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    return place


def before(monkeypatch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], object]) -> None:
    """Somebody acts once, right before a step of the landing."""
    real = getattr(module, name)
    turns = iter([act])

    def replaced(*args: object, **kwargs: object) -> object:
        for each in turns:
            each()
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, replaced)


def branch_of(repo: Repo, name: str) -> bytes:
    return repo.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{name}")


# Hooks are the ones that were shown ---------------------------------------------------------------


@pytest.mark.parametrize(
    "step", [(landing_git, "run_hooks"), (commit_hooks, "_scratch"), (commit_hooks, "_run")]
)
def test_a_hook_that_is_exchanged_after_trust_was_looked_at_does_not_run(
    session: Session, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: tuple[object, str]
) -> None:
    """The folder of hooks is often part of the work tree, where an agent writes."""
    repo.git("config", "core.hooksPath", ".githooks")
    ran = tmp_path / "ran"
    hook(repo, "pre-commit", "true", ".githooks")
    trust(session)
    before(monkeypatch, *step, lambda: hook(repo, "pre-commit", f"echo other >> {ran}", ".githooks"))
    if step[1] == "_run":  # it was copied before
        land(session, "branch:x")
    else:
        with pytest.raises(UserError, match="pre-commit is another one than was trusted"):
            land(session, "branch:x")
        assert branch_of(repo, "x") == b""
    assert not ran.exists()


def test_hooks_of_a_folder_that_was_named_after_the_plan_are_the_ones_that_run(
    session: Session, repo: Repo
) -> None:
    hook(repo, "pre-commit", "echo the old one")
    hook(repo, "pre-commit", "echo the new one", ".others")
    plan = plan_landing(session, "branch:x")
    repo.git("config", "core.hooksPath", ".others")
    trust(session)
    assert "the new one" in carry_out(session, plan).hooks


def test_a_folder_of_hooks_that_is_named_as_nothing_is_no_folder(session: Session, repo: Repo) -> None:
    """Git looks at the top of the disk then, and what lies in `.git/hooks` was not shown to anybody."""
    hook(repo, "pre-commit", "exit 1")
    repo.git("config", "core.hooksPath", "")
    trust(session)
    land(session, "branch:x")


def test_hooks_find_what_lies_beside_them(session: Session, repo: Repo) -> None:
    """As husky lays it out: the hook in one folder, its text in the folder above."""
    repo.git("config", "core.hooksPath", ".husky/_")
    hook(repo, "pre-commit", '. "$(dirname "$0")/h"', ".husky/_")
    (repo.root / ".husky" / "_" / "h").write_text('echo h; sh "$(dirname "$(dirname "$0")")/pre-commit"\n')
    (repo.root / ".husky" / "pre-commit").write_text("echo above\n")
    trust(session)
    assert land(session, "branch:x").hooks == "pre-commit says:\nh\nabove"


def test_a_hook_that_is_a_symlink_runs(session: Session, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho linked\n")
    (tmp_path / "tool").chmod(0o755)
    (repo.root / ".git" / "hooks").mkdir(exist_ok=True)
    (repo.root / ".git" / "hooks" / "pre-commit").symlink_to(tmp_path / "tool")
    trust(session)
    assert land(session, "branch:x").hooks == "pre-commit says:\nlinked"


def test_what_a_hook_calls_in_the_work_tree_is_the_accepted_one_and_that_is_said(
    opened: Open, repo: Repo
) -> None:
    repo.commit({"tools/check": "#!/bin/sh\necho as before\n"})
    repo.write({"tools/check": "#!/bin/sh\necho as accepted\n"})
    hook(repo, "pre-commit", "sh tools/check")
    session = opened(repo.root)
    trust(session)
    accept(session)
    repo.write({"tools/check": "#!/bin/sh\necho as edited since\n"})
    plan = plan_landing(session, "branch:x")
    assert plan.warnings == (
        "The hook pre-commit names tools/check, which this landing changes: the accepted one would be used.",
    )
    assert carry_out(session, plan).hooks == "pre-commit says:\nas accepted"


def test_keys_are_not_given_to_hooks(session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "ANTHROPIC_API_KEY",
        "SOME_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "DB_PASSWORD",
        "WORKBENCH_DATA_X",
    ):
        monkeypatch.setenv(name, "hush-hush")
    monkeypatch.setenv("VIRTUAL_ENV", "/of/the/person")
    hook(repo, "pre-commit", "env")
    trust(session)
    said = land(session, "branch:x").hooks
    assert "hush-hush" not in said
    assert "VIRTUAL_ENV=/of/the/person" in said


def test_a_hook_that_takes_the_message_away_is_a_refusal(session: Session, repo: Repo) -> None:
    hook(repo, "commit-msg", 'rm "$1"')
    trust(session)
    with pytest.raises(HookError, match="the commit-msg hook took the message away"):
        land(session, "branch:x")
    assert branch_of(repo, "x") == b""


def test_a_hook_that_never_stops_printing_is_stopped(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_hooks, "MOST_PRINTED", 1 << 20)
    hook(repo, "pre-commit", "yes")
    trust(session)
    with pytest.raises(UserError, match="the pre-commit hook printed more than"):
        land(session, "branch:x")


def test_what_hooks_change_everywhere_is_cut(session: Session, repo: Repo) -> None:
    hook(repo, "pre-commit", "for n in $(seq 20000); do echo a line that is much longer $n; done >> text")
    trust(session)
    said = land(session, "branch:x").hooks
    assert len(said) < 200_000
    assert "(cut)" in said


@pytest.mark.parametrize(
    "gone", ['"$GIT_DIR"', '"$(dirname "$GIT_WORK_TREE")"', '"$GIT_DIR"; touch "$GIT_DIR"']
)
def test_a_hook_that_takes_its_scratch_repository_away_is_a_refusal(
    session: Session, repo: Repo, gone: str
) -> None:
    hook(repo, "pre-commit", f"rm -rf {gone}")
    trust(session)
    with pytest.raises(HookError, match="the pre-commit hook took its scratch repository away"):
        land(session, "branch:x")
    assert branch_of(repo, "x") == b""
    assert repo.git("fsck", "--strict") == b""


# The index ----------------------------------------------------------------------------------------


def test_after_a_kill_a_lock_that_begins_like_ours_is_left(session: Session, repo: Repo) -> None:
    """Another git writes nearly the same index at that moment; what it has written so far is the same."""
    trust(session)
    killed(
        f"dying(index_writing, 'flush_folder')\n{LANDING}",
        session.review.id,
    )
    index = (repo.root / ".git" / "index").read_bytes()
    lock = repo.root / ".git" / "index.lock"
    lock.write_bytes(index[:40])
    with open_saved(session.review.id) as again:
        assert "It is complete" in again.messages[0]
    assert lock.read_bytes() == index[:40]


def test_a_lock_that_somebody_takes_right_after_us_is_left(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(session)
    lock = repo.root / ".git" / "index.lock"

    def take() -> None:
        lock.write_bytes((repo.root / ".git" / "index").read_bytes())

    before(monkeypatch, index_writing, "flush_folder", take)
    land(session, "index")
    assert lock.exists()


def test_without_hard_links_our_own_lock_goes_and_no_other(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(session)
    off = "def no(*_, **__): raise OSError(95, 'no links here')\nos.link = no\n"
    lock = repo.root / ".git" / "index.lock"
    killed(f"{off}dying(index_writing, '_swap')\n{LANDING}", session.review.id)
    assert lock.exists()

    def no(*_: object, **__: object) -> None:
        raise OSError(95, "no links here")

    monkeypatch.setattr(os, "link", no)
    with open_saved(session.review.id) as again:
        assert not lock.exists()
        land(again, "index")


def test_undo_gives_back_what_git_was_told_of_a_path(session: Session, repo: Repo) -> None:
    """Named by `add --intent-to-add`; assumed unchanged, and removed by the landing."""
    repo.git("add", "--intent-to-add", "new")
    repo.git("update-index", "--assume-unchanged", "gone")
    repo.git("update-index", "--skip-worktree", "text")
    index = repo.root / ".git" / "index"
    old = read_index(index, "sha1").entries
    trust(session)
    land(session, "index")
    assert not read_index(index, "sha1").entries["new", 0].intended
    undo(session)
    now = read_index(index, "sha1").entries
    assert now["new", 0].intended
    assert now["gone", 0].assumed
    assert now["text", 0].skipped
    assert {key: (each.mode, each.id) for key, each in now.items()} == {
        key: (each.mode, each.id) for key, each in old.items()
    }


def test_undo_does_not_name_what_stands_in_the_place_of_a_file(
    session: Session, repo: Repo, tmp_path: Path
) -> None:
    """A folder, or a file beyond a symlink, in the place of what was to be added later."""
    repo.git("add", "--intent-to-add", "new")
    trust(session)
    land(session, "index")
    (repo.root / "new").unlink()
    repo.write({"new/inner": "x\n"})
    undo(session)
    assert b"new" not in repo.git("ls-files")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_linked_work_tree_lands_with_the_hooks_of_all(
    opened: Open, tmp_path: Path, repo: Repo, object_format: str
) -> None:
    main = new_repo(tmp_path / "main", object_format=object_format)
    main.commit({"a": "a\n"})
    linked = Repo(tmp_path / "linked")
    main.git("worktree", "add", "-q", "-b", "side", str(linked.root))
    hook(main, "pre-commit", "git diff --cached --name-only; git rev-parse --show-object-format")
    linked.write({"b": "b\n"})
    session = opened(linked.root)
    trust(session)
    accept(session)
    with pytest.raises(UserError, match="main is checked out"):
        plan_landing(session, "branch:main")
    assert land(session, "branch:x").hooks == f"pre-commit says:\nb\n{object_format}"
    undo(session)
    land(session, "index")
    assert main.git("status", "--porcelain") == b""
    assert linked.git("status", "--porcelain") == b"A  b\n"
    assert b"missing" not in main.git("fsck", "--full", "--strict")


def test_an_index_that_is_a_symlink_is_refused(session: Session, repo: Repo, tmp_path: Path) -> None:
    trust(session)
    index = repo.root / ".git" / "index"
    (tmp_path / "index").write_bytes(index.read_bytes())
    index.unlink()
    index.symlink_to(tmp_path / "index")
    with pytest.raises(UserError, match="is a symbolic link"):
        land(session, "index")
    assert index.is_symlink()


def test_undo_in_the_index_says_that_it_was_not_undone(session: Session, repo: Repo) -> None:
    trust(session)
    land(session, "index")
    repo.write({"text": BASE.replace("line 5\n", "line V\n")})
    repo.git("add", "text")
    with pytest.raises(UserError, match="The landing was not undone: text"):
        undo(session)
    assert b"line V" in repo.git("cat-file", "blob", ":text")


# A clean-up at the same time ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "module", "name"), [("index", index_writing, "_put"), ("branch:x", landing_git, "move_ref")]
)
def test_a_clean_up_between_the_objects_and_what_needs_them(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch, to: str, module: object, name: str
) -> None:
    """`git gc --prune=now` takes what nothing refers to yet."""
    trust(session)
    before(monkeypatch, module, name, lambda: repo.git("gc", "-q", "--prune=now"))
    land(session, to)
    assert b"missing" not in repo.git("fsck", "--full", "--strict")
    assert repo.git("cat-file", "blob", ":new" if to == "index" else "x:new") == b"n\n"


# Twice, again, and odd words ----------------------------------------------------------------------


def test_what_landed_lands_elsewhere_and_is_taken_back_newest_first(session: Session, repo: Repo) -> None:
    trust(session)
    land(session, "branch:x")
    tip = branch_of(repo, "x")
    with pytest.raises(UserError, match="x holds all of it already"):
        land(session, "branch:x")
    land(session, "index")
    undo(session)
    assert repo.git("diff", "--cached", "--name-only") == b""
    assert branch_of(repo, "x") == tip
    undo(session)
    assert branch_of(repo, "x") == b""
    assert not session.review.closed
    land(session, "branch:x")
    assert repo.git("cat-file", "blob", "x:new") == b"n\n"


@pytest.mark.parametrize("name", ["refs/heads/x", "refs/tags/x", "heads/../x", "a" * 40])
def test_a_name_that_git_would_take_for_something_else_is_refused(session: Session, name: str) -> None:
    with pytest.raises(UserError, match="is no name for a branch"):
        plan_landing(session, f"branch:{name}")


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("# not a comment\n\nbody", "# not a comment\n\nbody\n"),
        ("ü\u2028x", "ü\u2028x\n"),
        ("a\r\nb\r\n", "a\nb\n"),
    ],
)
def test_a_message_is_kept_to_the_letter(session: Session, repo: Repo, message: str, kept: str) -> None:
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    trust(session)
    session.act(carry_out(session, plan_landing(session, "branch:x", message)))
    raw = repo.git("cat-file", "commit", "x")
    assert raw.partition(b"\n\n")[2].decode() == kept
    assert b"\nencoding " not in raw


@pytest.mark.parametrize("message", ["a\0b", "\udcff", " \n\t\n"])
def test_a_message_that_git_cannot_keep_is_refused(session: Session, repo: Repo, message: str) -> None:
    trust(session)
    plan = plan_landing(session, "branch:x", "fine")
    assert plan.commit is not None
    with pytest.raises(UserError, match="message"):
        carry_out(session, replace(plan, commit=replace(plan.commit, message=message)))


def test_a_name_over_two_lines_forges_nothing(session: Session, repo: Repo) -> None:
    repo.git("config", "user.name", "Eva\nparent 0000000000000000000000000000000000000000")
    repo.git("config", "user.email", "eva@example.com>\nauthor Mallory <m@x> 0 +0000")
    trust(session)
    land(session, "branch:x")
    raw = repo.git("cat-file", "commit", "x").split(b"\n\n")[0]
    assert raw.count(b"\nparent ") == 1
    assert raw.count(b"\nauthor ") == 1
