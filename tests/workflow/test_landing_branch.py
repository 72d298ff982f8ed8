"""Landing in a branch: one commit of exactly what was accepted, and no other ref, file or program touched."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from tests.workflow.landings import accept, accept_only, killed, land, trust, undo
from workbench.errors import UserError
from workbench.git import branches, commit_hooks, packing
from workbench.git.commit_hooks import HookError
from workbench.git.intent import has_intent
from workbench.git.version import git_version
from workbench.review.actions import Landed
from workbench.store import paths
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import open_saved
from workbench.workflow.session import Session
from workbench.workflow.trust import RestrictedError

BASE = numbered(30)


def edited(*lines: int, mark: str = "edited", base: str = BASE) -> str:
    for line in lines:
        base = base.replace(f"line {line}\n", f"line {line} {mark}\n")
    return base


def refs(repo: Repo) -> dict[str, str]:
    said = repo.git("for-each-ref", "--format=%(refname) %(objectname)").decode().split("\n")
    return dict(line.split(" ") for line in said if line)


def show(repo: Repo, revision: str) -> bytes:
    return repo.git("cat-file", "blob", revision)


def sound(repo: Repo) -> None:
    said = repo.git("fsck", "--full", "--strict")
    assert b"missing" not in said
    assert b"broken" not in said
    assert not list((repo.root / ".git").rglob("*.lock"))


@pytest.fixture(params=["sha1"])
def repo(tmp_path: Path, request: pytest.FixtureRequest, identity: None) -> Repo:
    """Three changes in one file, a new file and a removal; a branch beside, at the same commit."""
    made = new_repo(tmp_path / "repo", object_format=request.param)
    made.commit({"text": BASE, "gone": "g\n", "same": "s\n"})
    made.git("branch", "side")
    made.write({"text": edited(5, 15, 25), "new/file": "n\n"})
    (made.root / "gone").unlink()
    return made


@pytest.fixture
def identity(home: Path) -> None:
    """The user's own git configuration."""
    (home / ".gitconfig").write_text("[user]\n\tname = Eva Expert\n\temail = eva@example.com\n")


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    made = opened(repo.root, task="Make the cache smaller\n\nIt eats 2 GB.\nSee issue 7.\n\nMore.")
    trust(made)
    return made


@pytest.mark.parametrize("repo", ["sha1", "sha256"], indirect=True)
def test_a_new_branch_gets_one_commit_of_what_was_accepted(session: Session, repo: Repo) -> None:
    index = (repo.root / ".git" / "index").read_bytes()
    before, head = refs(repo), repo.git("rev-parse", "HEAD").decode().strip()
    accept_only(session, "text", 1)
    accept(session, "new/file", "gone")
    action = land(session, "branch:fix/cache")
    assert repo.git("log", "--format=%an %ae %cn %ce%n%P%n%B", "-1", "fix/cache").decode() == (
        f"Eva Expert eva@example.com Eva Expert eva@example.com\n{head}\n"
        "Make the cache smaller\n\nIt eats 2 GB.\nSee issue 7.\n\n"
    )
    assert show(repo, "fix/cache:text") == edited(15).encode()
    assert repo.git("ls-tree", "-r", "--name-only", "fix/cache").split() == [b"new/file", b"same", b"text"]
    assert refs(repo) == {**before, "refs/heads/fix/cache": action.ref_after}
    assert (repo.root / ".git" / "index").read_bytes() == index
    assert repo.read("text") == edited(5, 15, 25).encode()
    assert repo.git("reflog", "fix/cache", "--format=%gs").decode().startswith("workbench: land review")
    assert session.review.closed
    sound(repo)
    undo(session)
    assert refs(repo) == before
    assert session.review.landings == ()
    sound(repo)


def test_an_existing_branch_goes_on_from_its_tip(session: Session, repo: Repo, tmp_path: Path) -> None:
    tip = commit_on(repo, tmp_path, "side", {"text": edited(10, mark="theirs"), "theirs": "t\n"})
    accept(session)
    plan = plan_landing(session, "branch:side", "With a message\n\n\n\nand a body  \n")
    assert {row.path: row.what for row in plan.rows} == {
        "text": "merged",
        "new/file": "new",
        "gone": "deleted",
    }
    session.act(carry_out(session, plan))
    assert repo.git("rev-parse", "side^").decode().strip() == tip
    assert show(repo, "side:text") == edited(10, mark="theirs", base=edited(5, 15, 25)).encode()
    assert show(repo, "side:theirs") == b"t\n"
    assert repo.git("log", "-1", "--format=%B", "side") == b"With a message\n\nand a body\n\n"
    sound(repo)
    undo(session)
    assert repo.git("rev-parse", "side").decode().strip() == tip


def commit_on(repo: Repo, tmp_path: Path, branch: str, files: dict[str, str]) -> str:
    """A commit of somebody else's on a branch, made in a work tree that is gone afterwards."""
    place = Repo(tmp_path / f"beside-{os.urandom(3).hex()}")
    repo.git("worktree", "add", "-q", str(place.root), branch)
    made = place.commit(files)
    repo.git("worktree", "remove", "--force", str(place.root))
    return made


def test_what_cannot_be_merged_refuses_all_of_it(session: Session, repo: Repo, tmp_path: Path) -> None:
    commit_on(repo, tmp_path, "side", {"text": edited(5, mark="theirs"), "new/file/deep": "x\n"})
    before = refs(repo)
    accept(session)
    plan = plan_landing(session, "branch:side")
    assert [each.split(" ")[0] for each in plan.conflicts] == ["text", "new/file"]
    with pytest.raises(UserError, match="text is edited in side too"):
        carry_out(session, plan)
    assert refs(repo) == before


def test_a_branch_that_holds_it_already_is_said(session: Session, repo: Repo, tmp_path: Path) -> None:
    commit_on(repo, tmp_path, "side", {"new/file": "n\n"})
    accept(session, "new/file")
    with pytest.raises(UserError, match="side holds all of it already"):
        land(session, "branch:side")


def test_a_range_that_ends_at_a_branch_is_landed_there_without_what_was_rejected(
    opened: Open, tmp_path: Path, identity: None
) -> None:
    made = new_repo(tmp_path / "range")
    base = made.commit({"a": BASE})
    made.git("branch", "topic")
    commit_on(made, tmp_path, "topic", {"a": edited(5, 25), "b": "b\n"})
    session = opened(made.root, range_text=f"{base}..topic")
    trust(session)
    accept_only(session, "a", 0)
    land(session, "branch:topic")
    # Of `b` nothing was judged: it is left as the branch has it.
    assert show(made, "topic:a") == edited(5).encode()
    assert show(made, "topic:b") == b"b\n"


# Refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["..", "a..b", "-x", "--force", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b",
     "a.", "a.lock", ".a", "a/.b", "@{", "a@{b", "@", "HEAD", "\x07", "a\nb", "\u202eab", "x" * 300, "@{-1}"],
)  # fmt: skip
def test_a_hostile_name_is_refused(session: Session, repo: Repo, name: str) -> None:
    before = refs(repo)
    accept(session)
    with pytest.raises(UserError, match="is no name for a branch"):
        plan_landing(session, f"branch:{name}")
    assert refs(repo) == before


def test_a_branch_that_is_in_use_anywhere_is_refused(session: Session, repo: Repo, tmp_path: Path) -> None:
    accept(session)
    with pytest.raises(UserError, match=r"main is checked out in .*repo") as refused:
        plan_landing(session, "branch:main")
    assert "Land to the index" in refused.value.hint
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "side")
    with pytest.raises(UserError, match=r"side is checked out in .*linked"):
        plan_landing(session, "branch:side")
    repo.git("-C", str(tmp_path / "linked"), "checkout", "-q", "--detach")
    plan_landing(session, "branch:side")
    (tmp_path / "linked" / "own").write_text("o\n")
    repo.git("-C", str(tmp_path / "linked"), "checkout", "-q", "side")
    repo.git("-C", str(tmp_path / "linked"), "add", "own")
    repo.git("-C", str(tmp_path / "linked"), "commit", "-q", "-m", "own")
    repo.try_git(
        "-C", str(tmp_path / "linked"), "rebase", "-i", "--force-rebase", "HEAD~1",
        env={"GIT_SEQUENCE_EDITOR": "sh -c 'echo break > \"$1\"' -"},
    )  # fmt: skip
    with pytest.raises(UserError, match="side is being rebased or bisected"):
        plan_landing(session, "branch:side")


def test_a_branch_that_is_bisected_is_refused(session: Session, repo: Repo, tmp_path: Path) -> None:
    commit_on(repo, tmp_path, "side", {"a": "1\n"})
    commit_on(repo, tmp_path, "side", {"a": "2\n"})
    linked = Repo(tmp_path / "linked")
    repo.git("worktree", "add", "-q", str(linked.root), "side")
    linked.git("bisect", "start", "side", "main")
    accept(session)
    with pytest.raises(UserError, match="side is being rebased or bisected"):
        plan_landing(session, "branch:side")


def test_a_name_that_is_another_branchs_folder_is_refused(session: Session, repo: Repo) -> None:
    accept(session)
    with pytest.raises(UserError, match="of which one is the other's folder"):
        land(session, "branch:side/deeper")
    assert not has_intent(paths.journal_dir(session.review.id))
    land(session, "branch:other")


def test_without_a_commit_there_is_nothing_to_start_from(
    opened: Open, tmp_path: Path, identity: None
) -> None:
    made = new_repo(tmp_path / "unborn")
    made.write({"a": "a\n"})
    session = opened(made.root)
    accept(session)
    with pytest.raises(UserError, match="main is checked out"):
        plan_landing(session, "branch:main")
    with pytest.raises(UserError, match="The base of this review is no commit") as refused:
        plan_landing(session, "branch:other")
    assert refused.value.hint == "Land to the index, and commit."


def test_a_name_that_git_does_not_know_is_asked_for(session: Session, repo: Repo, home: Path) -> None:
    accept(session)
    (home / ".gitconfig").write_text("[user]\n\tname = Eva\n")
    with pytest.raises(UserError, match="does not know your e-mail address") as refused:
        plan_landing(session, "branch:x")
    assert refused.value.hint == "Tell it: git config --global user.email you@example.com"
    repo.git("config", "user.email", "eva@work.example")
    plan = plan_landing(session, "branch:x")
    assert plan.commit is not None
    assert str(plan.commit.identity.author) == "Eva <eva@work.example>"


def test_that_it_is_not_signed_is_said(session: Session, repo: Repo) -> None:
    repo.git("config", "commit.gpgSign", "true")
    repo.git("config", "gpg.program", "/no/such/program")
    trust(session)
    accept(session)
    plan = plan_landing(session, "branch:x")
    assert plan.warnings == ("The commit will not be signed, although commit.gpgSign is set.",)
    session.act(carry_out(session, plan))
    assert b"gpgsig" not in repo.git("cat-file", "commit", "x")


def test_a_restricted_repository_is_not_written(opened: Open, repo: Repo) -> None:
    session = opened(repo.root)
    accept(session)
    before = refs(repo)
    with pytest.raises(RestrictedError, match="may not write a branch of"):
        land(session, "branch:x")
    assert refs(repo) == before


# Somebody else at the same time -------------------------------------------------------------------


def test_a_branch_that_moved_since_it_was_planned_is_left(
    session: Session, repo: Repo, tmp_path: Path
) -> None:
    accept(session)
    plan = plan_landing(session, "branch:side")
    tip = commit_on(repo, tmp_path, "side", {"same": "moved\n"})
    with pytest.raises(UserError, match="side was moved by somebody else"):
        carry_out(session, plan)
    assert repo.git("rev-parse", "side").decode().strip() == tip
    land(session, "branch:side")
    assert show(repo, "side:same") == b"moved\n"


def test_a_branch_that_moves_in_the_last_instant_is_left(
    session: Session, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept(session)
    plan = plan_landing(session, "branch:side")
    moved: list[str] = []

    def meanwhile(*args: object) -> None:
        moved.append(commit_on(repo, tmp_path, "side", {"same": "moved\n"}))
        packing.give_commit(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("workbench.workflow.landing_git.give_commit", meanwhile)
    with pytest.raises(UserError, match="side was moved by somebody else"):
        carry_out(session, plan)
    assert repo.git("rev-parse", "side").decode().strip() == moved[0]
    assert not has_intent(paths.journal_dir(session.review.id))


def test_a_held_lock_is_said_and_left(session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branches, "WAIT_MILLISECONDS", 50)
    accept(session)
    lock = repo.root / ".git" / "refs" / "heads" / "side.lock"
    lock.touch()
    with pytest.raises(UserError, match="another git holds the lock of the branch side"):
        land(session, "branch:side")
    assert lock.exists()


def test_why_git_cannot_set_a_branch_is_said_in_a_sentence(session: Session, repo: Repo) -> None:
    accept(session)
    repo.write({".git/logs/refs/heads/fresh/left.behind": ""})
    with pytest.raises(UserError) as refused:
        land(session, "branch:fresh")
    said = str(refused.value)
    assert said.startswith(
        "Nothing was landed: fresh cannot be written: cannot update the ref 'refs/heads/fresh': "
    )
    assert said.endswith("logs/refs/heads/fresh'.")
    assert refused.value.hint


def test_undo_refuses_a_branch_that_moved_on_or_is_checked_out(
    session: Session, repo: Repo, tmp_path: Path
) -> None:
    accept(session)
    land(session, "branch:fresh")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "fresh")
    before = refs(repo)
    with pytest.raises(UserError, match="fresh is checked out"):
        undo(session)
    Repo(tmp_path / "linked").commit({"a": "a\n"})
    with pytest.raises(UserError, match="fresh has moved on since"):
        undo(session)
    assert refs(repo) == {**before, "refs/heads/fresh": repo.git("rev-parse", "fresh").decode().strip()}
    assert session.review.closed


def test_undo_of_a_branch_that_is_gone_is_no_error(session: Session, repo: Repo) -> None:
    accept(session)
    land(session, "branch:fresh")
    repo.git("pack-refs", "--all")
    repo.git("branch", "-q", "-D", "fresh")
    undo(session)
    land(session, "branch:fresh")
    repo.git("pack-refs", "--all")
    undo(session)
    assert "refs/heads/fresh" not in refs(repo)
    assert "refs/heads/side" in refs(repo)
    sound(repo)


# Hooks --------------------------------------------------------------------------------------------


def hook(repo: Repo, name: str, script: str) -> None:
    place = repo.root / ".git" / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


def test_hooks_see_the_accepted_tree_and_what_they_change_is_shown_not_taken(
    session: Session, repo: Repo
) -> None:
    hook(
        repo,
        "pre-commit",
        "git diff --cached --name-status; cat text | wc -l; echo changed >> text; git add text",
    )
    hook(repo, "commit-msg", 'cat "$1"; echo "Change-Id: 7" >> "$1"')
    trust(session)
    accept_only(session, "text", 0)
    accept(session, "gone")
    plan = plan_landing(session, "branch:x", "The message")
    assert plan.commit is not None
    assert plan.commit.hooks == ("pre-commit", "commit-msg")
    before = {place: place.read_bytes() for place in (repo.root / ".git").glob("*") if place.is_file()}
    action = carry_out(session, plan)
    session.act(action)
    assert "pre-commit says:\nD\tgone\nM\ttext\n30\n" in action.hooks
    assert "+changed" in action.hooks
    assert "commit-msg says:\nThe message" in action.hooks
    assert "Change-Id: 7" in action.hooks
    assert show(repo, "x:text") == edited(5).encode()
    assert repo.git("log", "-1", "--format=%B", "x") == b"The message\n\n"
    assert {
        place: place.read_bytes() for place in (repo.root / ".git").glob("*") if place.is_file()
    } == before
    kept = [each for _, each in session.log.since(session.review.id) if isinstance(each, Landed)]
    assert kept[-1].hooks == action.hooks


def test_a_hook_that_refuses_refuses_the_landing(session: Session, repo: Repo) -> None:
    hook(repo, "pre-commit", "echo no good; exit 3")
    trust(session)
    accept(session)
    before = refs(repo)
    plan = plan_landing(session, "branch:x")
    with pytest.raises(HookError, match=r"the pre-commit hook refused \(status 3\)") as refused:
        carry_out(session, plan)
    assert refused.value.runs[0].output == "no good"
    assert refs(repo) == before
    session.act(carry_out(session, plan, skip_hooks=True))
    assert "refs/heads/x" in refs(repo)


def test_a_hook_cannot_reach_the_users_repository_through_us(session: Session, repo: Repo) -> None:
    said = "echo $GIT_DIR; echo $GIT_INDEX_FILE; git rev-parse --show-toplevel; git commit -qnm mine;"
    done = "git branch -f side HEAD; git config user.name other; touch here"
    hook(repo, "pre-commit", f"{said} {done}")
    trust(session)
    accept(session)
    before, config = refs(repo), (repo.root / ".git" / "config").read_bytes()
    action = land(session, "branch:x")
    after = refs(repo)
    del after["refs/heads/x"]
    assert after == before
    assert (repo.root / ".git" / "config").read_bytes() == config
    assert not (repo.root / "here").exists()
    assert str(repo.root) not in action.hooks
    sound(repo)


def test_hooks_of_another_folder_are_found(session: Session, repo: Repo) -> None:
    repo.git("config", "core.hooksPath", ".githooks")
    repo.write({".githooks/pre-commit": "#!/bin/sh\necho from there\nexit 1\n"})
    (repo.root / ".githooks" / "pre-commit").chmod(0o755)
    trust(session)
    accept(session, "text")
    with pytest.raises(HookError) as refused:
        land(session, "branch:x")
    assert refused.value.runs[0].output == "from there"


@pytest.mark.skipif(git_version() < (2, 54), reason="this git knows no hooks of the configuration")
def test_a_hook_that_the_configuration_names_is_run_too(session: Session, repo: Repo) -> None:
    repo.git("config", "hook.check.command", "echo from the configuration; exit 1")
    repo.git("config", "hook.check.event", "pre-commit")
    trust(session)
    accept(session)
    plan = plan_landing(session, "branch:x")
    assert plan.commit is not None
    assert plan.commit.hooks == ("pre-commit",)
    with pytest.raises(HookError) as refused:
        carry_out(session, plan)
    assert refused.value.runs[0].output == "from the configuration"


def test_a_hook_that_does_not_end_is_ended(
    session: Session, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = tmp_path / "alive"
    seconds = f"{os.getpid()}.{time.monotonic_ns()}"  # a sleep like no other on this machine
    hook(repo, "pre-commit", f"echo $$ > {alive}; sleep {seconds} & wait")
    trust(session)
    accept(session)
    plan = plan_landing(session, "branch:x")
    with pytest.raises(UserError, match="the pre-commit hook was stopped"):
        carry_out(session, plan, cancelled=alive.exists)
    monkeypatch.setattr(commit_hooks, "SECONDS", 0.3)
    with pytest.raises(UserError, match="did not end in"):
        carry_out(session, plan)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep {seconds}" not in listed
    assert "refs/heads/x" not in refs(repo)


def test_only_the_two_hooks_of_a_commit_are_run(session: Session, repo: Repo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for name in (
        "reference-transaction",
        "post-commit",
        "prepare-commit-msg",
        "post-index-change",
        "pre-push",
    ):
        hook(repo, name, f"echo {name} >> {ran}")
    repo.git("config", "hook.x.command", f"echo config >> {ran}")
    repo.git("config", "hook.x.event", "reference-transaction")
    repo.git("update-ref", "refs/heads/probe", "HEAD")
    assert ran.exists(), "plain git must trip it"
    repo.git("update-ref", "-d", "refs/heads/probe")
    ran.unlink()
    trust(session)
    accept(session)
    land(session, "branch:x")
    undo(session)
    assert not ran.exists()


# Killed -------------------------------------------------------------------------------------------

STEPS = [
    ("before the commit", "dying(landing_git, 'make_commit')", False),
    ("before the objects", "dying(packing, '_put')", False),
    ("after the objects", "dying(landing_git, 'give_commit', after=True)", False),
    ("after the intent", "dying(landing_git, 'write_intent', after=True)", False),
    ("after the ref", "dying(landing_git, 'move_ref', after=True)", True),
    ("before the record", "carry_out = lambda *a, real=carry_out: (real(*a), die())", True),
    ("after the record", "recording.Recording.end = die", True),
]


@pytest.mark.parametrize(("step", "done"), [each[1:] for each in STEPS], ids=[each[0] for each in STEPS])
def test_a_kill_at_any_step_is_made_good_at_the_next_start(
    session: Session, repo: Repo, step: str, done: bool
) -> None:
    accept(session)
    before = refs(repo)
    killed(f"{step}\nsession.act(carry_out(session, plan_landing(session, 'branch:x')))", session.review.id)
    assert ("refs/heads/x" in refs(repo)) is done
    with open_saved(session.review.id) as again:
        assert again.review.closed is done
        assert len(again.review.landings) == done
        assert not has_intent(paths.journal_dir(again.review.id))
        if done:
            undo(again)
            assert refs(repo) == before
        else:
            land(again, "branch:x")
    sound(repo)


@pytest.mark.parametrize(
    ("step", "done"), [each[1:] for each in STEPS[3:]], ids=[each[0] for each in STEPS[3:]]
)
def test_a_kill_while_it_is_undone_is_made_good_too(
    session: Session, repo: Repo, step: str, done: bool
) -> None:
    accept(session)
    before = refs(repo)
    land(session, "branch:x")
    step = step.replace("carry_out", "undo_landing")
    killed(f"{step}\nsession.act(undo_landing(session, session.review.landings[-1]))", session.review.id)
    with open_saved(session.review.id) as again:
        assert again.review.closed is not done
        assert (refs(repo) == before) is done
    sound(repo)


def test_a_kill_leaves_no_half_pack(session: Session, repo: Repo) -> None:
    """Killed after each file of the pack: what git takes for a pack is whole."""
    accept(session)
    landing = "session.act(carry_out(session, plan_landing(session, 'branch:x')))"
    killed(f"dying(packing, '_put', after=True)\n{landing}", session.review.id)
    packs = repo.root / ".git" / "objects" / "pack"
    assert [each.suffix for each in packs.iterdir()] == [".pack"]
    repo.git("fsck", "--full", "--strict")
    with open_saved(session.review.id) as again:
        land(again, "branch:x")
    sound(repo)
    repo.git("gc", "-q", "--prune=now")
    assert show(repo, "x:new/file") == b"n\n"


def test_nothing_of_a_new_commit_is_lacking_when_ours_is_gone(
    session: Session, repo: Repo, tmp_path: Path
) -> None:
    """The repository has all of it by itself: a clone, made by plain git, is whole."""
    accept(session)
    land(session, "branch:x")
    repo.git("clone", "-q", "--no-local", "-b", "x", str(repo.root), str(tmp_path / "clone"))
    assert Repo(tmp_path / "clone").read("text") == edited(5, 15, 25).encode()


def test_the_process_that_was_killed_leaves_links_that_nobody_follows(session: Session, repo: Repo) -> None:
    """The scratch directory leads into the repository; clearing it away must not."""
    accept(session)
    killed(
        "real = branches._lead\ndef lead(*a):\n  real(*a)\n  die()\nbranches._lead = lead\n"
        "session.act(carry_out(session, plan_landing(session, 'branch:x')))",
        session.review.id,
    )
    from workbench.git.shadow import remove_folder  # noqa: PLC0415 - what clears it away

    before = refs(repo)
    scratch = [each for each in (session.repository.shadow / "tmp").iterdir() if (each / "refs").is_symlink()]
    assert scratch
    for each in scratch:
        remove_folder(each)
    assert refs(repo) == before
    assert not any(each.exists() for each in scratch)
