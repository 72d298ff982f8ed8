"""Landing in the index: exactly what was accepted, all or nothing, and nothing else of the index touched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.repos import CLEAN, Repo, new_repo, numbered
from tests.workflow.conftest import Open
from tests.workflow.landings import accept, accept_only, killed, land, trust, undo
from workbench.errors import UserError
from workbench.git import index_writing
from workbench.git.index_file import read_index
from workbench.git.intent import has_intent
from workbench.review.verdicts import Verdict, select_changes
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


def entries(repo: Repo) -> dict[str, tuple[str, bytes]]:
    """Mode and bytes of everything in the index, as git tells."""
    found = {}
    for line in repo.git("ls-files", "-s", "-z").split(b"\0"):
        head, _, name = line.partition(b"\t")
        if head:
            mode, identity, stage = head.decode().split(" ")
            assert stage == "0"
            data = b"" if mode == "160000" else repo.git("cat-file", "blob", identity)
            found[os.fsdecode(name)] = (mode, data)
    return found


def sound(repo: Repo) -> None:
    """Git finds nothing wrong, no lock and no file of ours is left, and status can be asked."""
    assert b"missing" not in repo.git("fsck", "--full", "--strict", "--connectivity-only")
    git_dir = Path(os.fsdecode(repo.git("rev-parse", "--absolute-git-dir").strip()))
    left = [each.name for each in git_dir.iterdir() if each.name.startswith(("workbench", "index."))]
    assert left == []
    repo.git("status", "--porcelain")


def work(repo: Repo) -> dict[str, bytes]:
    places = [each for each in sorted(repo.root.rglob("*")) if ".git" not in each.parts]
    return {
        str(each.relative_to(repo.root)): os.fsencode(each.readlink())
        if each.is_symlink()
        else each.read_bytes()
        for each in places
        if each.is_symlink() or each.is_file()
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return every_kind(tmp_path / "kinds")


def every_kind(root: Path, object_format: str = "sha1") -> Repo:
    """Every kind of change in one work tree."""
    made = new_repo(root, object_format=object_format)
    made.commit({
        "text": BASE, "gone": numbered(3), "was": BASE.replace("line", "row"), "mode": "m\n", "bin": b"\0one",
        "both": "b\nc\n", "file": "f\n", "same": "s\n",
    })  # fmt: skip
    (made.root / "link").symlink_to("text")
    made.commit(message="a link")
    made.write(
        {"text": edited(5, 15, 25), "new": numbered(3, " new"), "bin": b"\0two", "tool": "#!/bin/sh\n"}
    )
    made.write({"both": "B\nc\n"})
    (made.root / "gone").unlink()
    (made.root / "was").rename(made.root / "is")
    for name in ("mode", "tool", "both"):
        (made.root / name).chmod(0o755)
    for name, target in (("link", "new"), ("file", "text"), ("fresh", "text")):
        (made.root / name).unlink(missing_ok=True)
        (made.root / name).symlink_to(target)
    return made


@pytest.fixture
def session(opened: Open, repo: Repo) -> Session:
    made = opened(repo.root)
    trust(made)
    return made


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_everything_accepted_is_what_git_add_would_stage(
    opened: Open, tmp_path: Path, object_format: str
) -> None:
    repo = every_kind(tmp_path / "repo", object_format)
    session = opened(repo.root)
    trust(session)
    before = work(repo)
    accept(session)
    action = land(session, "index")
    assert action.destination == "index"
    assert work(repo) == before
    landed = entries(repo)
    assert repo.git("status", "--porcelain").count(b"\n") == len(action.files) - 1  # the rename is two files
    repo.git("add", "--all")
    assert entries(repo) == landed
    assert session.review.closed
    sound(repo)


def test_only_accepted_lines_and_facts_land(session: Session, repo: Repo) -> None:
    head = entries(repo)
    accept_only(session, "text", 1)
    for path in ("both", "tool"):
        changes = [each for each in session.by_path[path].changes if each.kind.value == "text"]
        session.judge(select_changes(changes), Verdict.ACCEPTED)
    land(session, "index")
    expected = {
        **head, "text": ("100644", edited(15).encode()), "both": ("100644", b"B\nc\n"),
        "tool": ("100644", b"#!/bin/sh\n"),
    }  # fmt: skip
    assert entries(repo) == expected
    assert b"text" in repo.git("diff", "--cached", "--name-only")
    sound(repo)


def test_a_link_a_mode_and_a_removal_land_by_their_own_verdict(session: Session, repo: Repo) -> None:
    head = entries(repo)
    accept(session, "link", "mode", "gone", "fresh", "file")
    land(session, "index")
    del head["gone"]
    assert entries(repo) == {
        **head, "link": ("120000", b"new"), "mode": ("100755", b"m\n"), "fresh": ("120000", b"text"),
        "file": ("120000", b"text"),
    }  # fmt: skip
    sound(repo)


def test_undo_puts_the_entries_back(session: Session, repo: Repo) -> None:
    repo.write({"same": "staged\n"})
    repo.git("add", "same")
    before, files = entries(repo), work(repo)
    accept(session)
    land(session, "index")
    assert entries(repo) != before
    undo(session)
    assert entries(repo) == before
    assert work(repo) == files
    assert not session.review.closed
    sound(repo)


def test_what_was_staged_and_collected_comes_back_all_the_same(session: Session, repo: Repo) -> None:
    repo.write({"text": edited(28, mark="mine")})
    repo.git("add", "text")
    repo.write({"text": edited(5, 15, 25)})
    accept(session, "text")
    land(session, "index")
    assert entries(repo)["text"][1] == edited(28, mark="mine", base=edited(5, 15, 25)).encode()
    repo.git("prune", "--expire=now")
    undo(session)
    assert entries(repo)["text"][1] == edited(28, mark="mine").encode()
    sound(repo)


def test_undo_keeps_what_was_staged_since_and_refuses_where_it_cannot(session: Session, repo: Repo) -> None:
    accept(session, "text", "new")
    land(session, "index")
    repo.write({"text": edited(30, mark="mine", base=edited(5, 15, 25))})
    repo.git("add", "text")
    undo(session)
    assert entries(repo)["text"][1] == edited(30, mark="mine").encode()
    assert "new" not in entries(repo)
    land(session, "index")
    repo.write({"new": "another\n"})
    repo.git("add", "new")
    before = entries(repo)
    with pytest.raises(UserError, match="new is to be removed, and is edited in the index"):
        undo(session)
    assert entries(repo) == before


def test_staged_edits_are_merged(session: Session, repo: Repo) -> None:
    repo.write({"text": edited(10, mark="mine"), "same": "staged\n"})
    repo.git("add", "text", "same")
    repo.write({"text": edited(5, 15, 25)})
    accept(session, "text")
    plan = plan_landing(session, "index")
    assert [(row.path, row.what) for row in plan.rows] == [("text", "merged")]
    assert b"+line 5 edited" in plan.diff
    assert b"mine" not in b"".join(line for line in plan.diff.split(b"\n") if line[:1] in b"+-")
    session.act(carry_out(session, plan))
    assert entries(repo)["text"][1] == edited(10, mark="mine", base=edited(5, 15, 25)).encode()
    assert entries(repo)["same"][1] == b"staged\n"


def test_what_cannot_be_merged_refuses_all_of_it(session: Session, repo: Repo) -> None:
    repo.write({"text": edited(5, mark="mine")})
    repo.git("add", "text")
    repo.git("rm", "-q", "--cached", "bin")
    before = (repo.root / ".git" / "index").read_bytes()
    accept(session)
    plan = plan_landing(session, "index")
    assert [each.split(" ")[0] for each in plan.conflicts] == ["bin", "text"]
    with pytest.raises(UserError, match="Nothing was landed: bin is not in the index any more"):
        carry_out(session, plan)
    assert (repo.root / ".git" / "index").read_bytes() == before
    assert not session.review.closed


def test_an_unmerged_path_refuses(session: Session, repo: Repo) -> None:
    identity = repo.git("rev-parse", ":text").decode().strip()
    zero = "0" * len(identity)
    lines = [f"0 {zero}\ttext", *(f"100644 {identity} {stage}\ttext" for stage in (1, 2, 3))]
    repo.git("update-index", "--index-info", data="\n".join(lines).encode() + b"\n")
    accept(session, "text")
    assert plan_landing(session, "index").conflicts[0] == "text has a merge conflict in the index"


def test_a_file_where_the_index_has_a_folder_refuses(session: Session, repo: Repo) -> None:
    identity = repo.git("rev-parse", ":same").decode().strip()
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{identity},new/inner")
    before = (repo.root / ".git" / "index").read_bytes()
    accept(session, "new")
    with pytest.raises(UserError, match="new would have to be a file and a folder at once"):
        land(session, "index")
    assert (repo.root / ".git" / "index").read_bytes() == before


def test_what_the_user_told_git_about_other_files_stays(session: Session, repo: Repo) -> None:
    repo.git("update-index", "--assume-unchanged", "same", "mode")
    repo.git("update-index", "--skip-worktree", "gone", "text")
    repo.write({"later": "l\n"})
    repo.git("add", "--intent-to-add", "later")
    index = repo.root / ".git" / "index"
    form = session.repository.found.object_format
    before = read_index(index, form)
    accept(session, "text", "new")
    land(session, "index")
    after = read_index(index, form)
    for key, entry in before.entries.items():
        if key[0] != "text":
            assert after.entries[key] == entry
    assert after.entries["text", 0].skipped
    assert after.entries["same", 0].assumed
    assert after.entries["later", 0].intended
    assert repo.git("ls-files", "-v", "same", "gone", "text").split() == [
        b"S",
        b"gone",
        b"h",
        b"same",
        b"S",
        b"text",
    ]
    sound(repo)


def test_a_file_named_by_intent_becomes_a_real_entry(session: Session, repo: Repo) -> None:
    repo.git("add", "--intent-to-add", "new")
    accept(session, "new")
    land(session, "index")
    assert entries(repo)["new"][1] == numbered(3, " new").encode()
    assert b"A  new\n" in repo.git("status", "--porcelain")


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_of_the_index_stays_what_it_is(session: Session, repo: Repo, version: str) -> None:
    repo.git("update-index", "--index-version", version)
    repo.git("update-index", "--untracked-cache", "--force-untracked-cache")
    repo.git("status")
    before = (repo.root / ".git" / "index").read_bytes()
    accept(session)
    land(session, "index")
    after = (repo.root / ".git" / "index").read_bytes()
    assert after[4:8] == before[4:8]
    assert (b"UNTR" in after) == (b"UNTR" in before)
    landed = entries(repo)
    repo.git("add", "--all")
    assert entries(repo) == landed


def test_a_split_index_and_a_sparse_one_are_refused_with_what_to_do(
    session: Session, repo: Repo, tmp_path: Path
) -> None:
    accept(session)
    repo.git("update-index", "--split-index")
    with pytest.raises(UserError, match="split over two files") as refused:
        plan_landing(session, "index")
    assert "--no-split-index" in refused.value.hint
    repo.git("update-index", "--no-split-index")
    plan_landing(session, "index")


def test_a_sparse_index_is_refused_and_a_sparse_checkout_is_not(opened: Open, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "sparse")
    made.commit({"in/a": "a\n", "out/b": "b\n", "out/deep/c": "c\n"})
    made.git("sparse-checkout", "set", "--cone", "in")
    made.write({"in/a": "A\n"})
    session = opened(made.root)
    trust(session)
    accept(session)
    land(session, "index")
    assert made.git("diff", "--cached", "--name-only") == b"in/a\n"
    assert made.git("ls-files", "-v").split(b"\n")[1:3] == [b"S out/b", b"S out/deep/c"]
    undo(session)
    made.git("sparse-checkout", "reapply", "--sparse-index")
    with pytest.raises(UserError, match="The index is sparse"):
        plan_landing(session, "index")


def test_a_hidden_edit_in_the_same_instant_stays_seen(session: Session, repo: Repo) -> None:
    """Git tells racy entries by the time of the index file: a younger one would hide this edit."""
    repo.write({"same": "one\n"})
    repo.git("add", "same")
    index = repo.root / ".git" / "index"
    stamp = (repo.root / "same").stat().st_mtime_ns
    repo.write({"same": "two\n"})
    os.utime(repo.root / "same", ns=(stamp, stamp))
    os.utime(index, ns=(stamp, stamp))
    # What git compares besides times cannot be set back by us; so that part is told not to be looked at.
    repo.git("config", "core.trustctime", "false")
    repo.git("config", "core.checkStat", "minimal")
    accept(session, "text")
    land(session, "index")
    assert b"MM same" in repo.git("status", "--porcelain") or b" M same" in repo.git("status", "--porcelain")


def test_a_repository_without_a_commit(opened: Open, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "unborn")
    made.write({"a": "a\n", "b/c": "c\n"})
    session = opened(made.root)
    trust(session)
    accept(session, "b/c")
    land(session, "index")
    assert entries(made) == {"b/c": ("100644", b"c\n")}
    undo(session)
    assert entries(made) == {}
    accept(session)
    land(session, "index")
    made.git("commit", "-q", "-m", "first")
    assert made.git("status", "--porcelain") == b""


def test_a_linked_work_tree_has_its_own_index(opened: Open, tmp_path: Path) -> None:
    main = new_repo(tmp_path / "main")
    main.commit({"a": "a\n"})
    linked = Repo(tmp_path / "linked")
    main.git("worktree", "add", "-q", "-b", "side", str(linked.root))
    linked.write({"a": "b\n"})
    session = opened(linked.root)
    trust(session)
    accept(session)
    land(session, "index")
    assert entries(linked)["a"][1] == b"b\n"
    assert main.git("status", "--porcelain") == b""
    linked.git("commit", "-q", "-m", "b")
    assert main.git("fsck", "--full") == b""


def test_of_what_is_staged_only_the_accepted_part_stays(opened: Open, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "staged")
    made.commit({"a": BASE, "kept": "k\n"})
    made.write({"a": edited(5, 25), "new": "n\n", "open": "o\n"})
    made.git("add", "--all")
    before = entries(made)
    session = opened(made.root, staged=True)
    trust(session)
    accept_only(session, "a", 0)
    session.judge(select_changes(session.by_path["new"].changes), Verdict.REJECTED)
    land(session, "index")
    assert entries(made) == {"a": ("100644", edited(5).encode()), "kept": ("100644", b"k\n")}
    assert made.read("a") == edited(5, 25).encode()
    undo(session)
    assert entries(made) == before


def test_rejected_lines_that_are_staged_leave_the_index(opened: Open, tmp_path: Path) -> None:
    """A review of the work tree, of which all, or a part, was staged before."""
    made = new_repo(tmp_path / "part")
    made.commit({"a": BASE, "b": BASE})
    made.write({"a": edited(5, 25), "b": edited(5), "unjudged": "u\n"})
    made.git("add", "a", "b", "unjudged")
    made.write({"a": edited(5, 15, 25), "b": edited(5, 15)})
    session = opened(made.root)
    trust(session)
    for path in ("a", "b"):
        session.judge(select_changes(session.by_path[path].changes[:1]), Verdict.REJECTED)
        session.judge(select_changes(session.by_path[path].changes[1:]), Verdict.ACCEPTED)
    land(session, "index")
    assert entries(made) == {
        "a": ("100644", edited(15, 25).encode()), "b": ("100644", edited(15).encode()),
        "unjudged": ("100644", b"u\n"),
    }  # fmt: skip


def test_a_submodules_commit_lands_by_its_own_verdict(opened: Open, tmp_path: Path) -> None:
    inner = new_repo(tmp_path / "inner")
    inner.commit({"x": "1\n"})
    outer = new_repo(tmp_path / "outer")
    outer.commit({"a": "a\n"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "sub")
    outer.git("commit", "-q", "-m", "with a submodule")
    commit = Repo(outer.root / "sub").commit({"x": "2\n"})
    before = outer.git("rev-parse", ":sub")
    outer.write({"a": "b\n"})
    session = opened(outer.root)
    trust(session)
    accept(session, "a")
    land(session, "index")
    assert outer.git("rev-parse", ":sub") == before
    undo(session)
    accept(session)
    land(session, "index")
    assert outer.git("rev-parse", ":sub").decode().strip() == commit
    undo(session)
    assert outer.git("rev-parse", ":sub") == before


def test_a_restricted_repository_is_not_written(opened: Open, repo: Repo) -> None:
    session = opened(repo.root)
    accept(session)
    before = (repo.root / ".git" / "index").read_bytes()
    plan = plan_landing(session, "index")
    assert plan.rows
    with pytest.raises(RestrictedError, match="may not write the index of"):
        carry_out(session, plan)
    assert (repo.root / ".git" / "index").read_bytes() == before
    trust(session)
    land(session, "index")


def test_no_program_of_the_repository_runs(session: Session, repo: Repo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 >> {ran}\nexit 1\n")
    program.chmod(0o755)
    hooks = repo.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "pre-commit", "pre-auto-gc", "post-checkout"):
        (hooks / name).symlink_to(program)
    repo.git("config", "core.fsmonitor", str(program))
    repo.git("config", "filter.x.clean", str(program))
    repo.git("config", "filter.x.process", str(program))
    repo.git("config", "hook.x.command", str(program))
    repo.git("config", "hook.x.event", "post-index-change")
    repo.write({".git/info/attributes": "* filter=x\n"})
    repo.try_git("update-index", "--refresh")
    assert ran.exists(), "plain git must trip it"
    ran.unlink()
    trust(session)
    accept(session)
    land(session, "index")
    undo(session)
    assert not ran.exists()


# Somebody else at the same time -------------------------------------------------------------------


def test_a_lock_that_stays_is_said_by_whom_and_never_deleted(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.git.index_writing._WAIT_SECONDS", 0.2)
    accept(session)
    lock = repo.root / ".git" / "index.lock"
    before = (repo.root / ".git" / "index").read_bytes()
    script = f"import sys; f = open({str(lock)!r}, 'x'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(UserError, match=rf"held by .*\(process {holder.pid}\)"):
            land(session, "index")
        holder.communicate()
    assert lock.exists()
    with pytest.raises(UserError, match="cannot be told by whom"):
        land(session, "index")
    assert lock.exists()
    assert (repo.root / ".git" / "index").read_bytes() == before
    lock.unlink()
    land(session, "index")
    sound(repo)


def test_a_lock_that_goes_away_is_waited_for(session: Session, repo: Repo) -> None:
    accept(session)
    lock = repo.root / ".git" / "index.lock"
    lock.touch()
    plan = plan_landing(session, "index")
    timer = threading.Timer(0.3, lock.unlink)
    timer.start()
    session.act(carry_out(session, plan))
    timer.join()
    sound(repo)


def test_git_commits_all_the_while(session: Session, repo: Repo, tmp_path: Path) -> None:
    """Every landing and every commit of somebody else is whole; neither loses the other's entries."""
    accept(session, "text", "new")
    stop, counted = tmp_path / "stop", tmp_path / "counted"
    script = f"""
number=0
while ! [ -e '{stop}' ]; do
  number=$((number + 1)); echo $number > other
  git add other && git commit -q -m $number other && echo $number > '{counted}'
done
"""
    with subprocess.Popen(["sh", "-c", script], cwd=repo.root, env={**os.environ, **CLEAN}) as other:
        try:
            for _ in range(5):
                land(session, "index")
                assert entries(repo)["text"][1] == edited(5, 15, 25).encode()
                undo(session)
                assert "new" not in entries(repo)
        finally:
            stop.touch()
        other.wait()
    assert int(counted.read_text()) > 5
    land(session, "index")
    assert entries(repo)["new"][1] == numbered(3, " new").encode()
    assert entries(repo)["other"][1] == (repo.root / "other").read_bytes()
    sound(repo)


def test_what_was_staged_between_plan_and_write_is_kept(session: Session, repo: Repo) -> None:
    accept(session, "text")
    plan = plan_landing(session, "index")
    repo.write({"same": "meanwhile\n"})
    repo.git("add", "same")
    session.act(carry_out(session, plan))
    assert entries(repo)["same"][1] == b"meanwhile\n"
    assert entries(repo)["text"][1] == edited(5, 15, 25).encode()


@pytest.mark.parametrize("times", [1, 3])
def test_what_is_staged_in_the_last_instant_is_kept(
    session: Session, repo: Repo, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Once it is made anew; again and again, it is made while nobody else can write."""
    real, count = index_writing._take, iter(range(1, times + 1))

    def meanwhile(*args: object) -> None:
        for number in count:
            repo.write({"same": f"meanwhile {number}\n"})
            repo.git("add", "same")
            break
        real(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(index_writing, "_take", meanwhile)
    accept(session, "text")
    land(session, "index")
    assert entries(repo)["same"][1] == f"meanwhile {times}\n".encode()
    assert entries(repo)["text"][1] == edited(5, 15, 25).encode()
    sound(repo)


# Killed -------------------------------------------------------------------------------------------

STEPS = [
    ("before the objects", "dying(packing, '_put')", False),
    ("after the objects", "dying(index_writing, 'give_objects', after=True)", False),
    ("before the intent", "dying(landing_git, 'write_intent')", False),
    ("after the intent", "dying(landing_git, 'write_intent', after=True)", False),
    ("before our file", "dying(index_writing, '_write_whole')", False),
    ("before the lock", "dying(index_writing, '_take')", False),
    ("with the lock", "dying(index_writing, '_take', after=True)", False),
    ("before the rename", "dying(index_writing, '_swap')", False),
    ("after the rename", "dying(index_writing, 'flush_folder')", True),
    ("before the record", "carry_out = lambda *a, real=carry_out: (real(*a), die())", True),
    ("after the record", "recording.Recording.end = die", True),
]


@pytest.mark.parametrize(("step", "done"), [each[1:] for each in STEPS], ids=[each[0] for each in STEPS])
def test_a_kill_at_any_step_is_made_good_at_the_next_start(
    session: Session, repo: Repo, step: str, done: bool
) -> None:
    accept(session)
    before = entries(repo)
    killed(f"{step}\nsession.act(carry_out(session, plan_landing(session, 'index')))", session.review.id)
    with open_saved(session.review.id) as again:
        assert again.review.closed is done
        assert (entries(repo) != before) is done
        assert not has_intent(paths.journal_dir(again.review.id))
        assert len(again.review.landings) == done
        if done:
            undo(again)
        else:
            land(again, "index")
    sound(repo)
    assert (entries(repo) == before) is done


@pytest.mark.parametrize(
    ("step", "done"), [each[1:] for each in STEPS[2:]], ids=[each[0] for each in STEPS[2:]]
)
def test_a_kill_while_it_is_undone_is_made_good_too(
    session: Session, repo: Repo, step: str, done: bool
) -> None:
    accept(session)
    before = entries(repo)
    land(session, "index")
    step = step.replace("carry_out", "undo_landing")
    killed(f"{step}\nsession.act(undo_landing(session, session.review.landings[-1]))", session.review.id)
    with open_saved(session.review.id) as again:
        assert again.review.closed is not done
        assert (entries(repo) == before) is done
        assert not has_intent(paths.journal_dir(again.review.id))
    sound(repo)


def test_after_a_kill_somebody_elses_lock_is_left(session: Session, repo: Repo) -> None:
    accept(session)
    killed(
        "dying(index_writing, '_take')\nsession.act(carry_out(session, plan_landing(session, 'index')))",
        session.review.id,
    )
    lock = repo.root / ".git" / "index.lock"
    lock.write_bytes(b"")
    with open_saved(session.review.id) as again:
        assert again.messages == ("A landing in the index was interrupted. Nothing of it was written.",)
    assert lock.exists()


def test_another_process_leaves_a_landing_alone_that_is_not_recorded_yet(
    session: Session, repo: Repo
) -> None:
    accept(session)
    action = carry_out(session, plan_landing(session, "index"))
    with open_saved(session.review.id) as other:
        assert other.messages == ()
        with pytest.raises(UserError, match="Another process is landing"):
            carry_out(other, plan_landing(other, "worktree"))
        session.act(action)
        other.poll()
        assert other.review.closed
    assert not has_intent(paths.journal_dir(session.review.id))
