"""Opening, revisions, file changes, blobs and composed trees, against plain git."""

from __future__ import annotations

import os
import signal
import threading
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.git.conftest import Opening
from tests.repos import edited_repo, many_files, new_repo, numbered
from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.git.runner import GitCancelledError
from workbench.review.changes import Status


def test_a_repository_is_found_from_a_folder_and_a_file_inside(tmp_path: Path, data: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"deep/down/a.py": "1\n"})
    for place in (repo.root, repo.root / "deep/down", repo.root / "deep/down/a.py"):
        repository = Repository.open(place, data)
        assert repository.work_tree == repo.root
        repository.close()
    assert len(list((data / "shadows").iterdir())) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: None, "does not exist"),
        (lambda root: root.mkdir(), "is not inside a git repository"),
        (
            lambda root: new_repo(root.parent / "x").git("init", "-q", "--bare", str(root)),
            "is a bare repository",
        ),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(
    make: object, words: str, tmp_path: Path, data: Path
) -> None:
    make(tmp_path / "repo")  # type: ignore[operator]
    with pytest.raises(UserError, match=words) as raised:
        Repository.open(tmp_path / "repo", data)
    assert raised.value.hint


def test_a_linked_work_tree_has_its_own_head_and_shadow(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = type(repo)(tmp_path / "linked")
    linked.commit({"a.py": "2\n"})
    linked.write({"a.py": "3\n"})
    main, side = opened(repo), opened(linked)
    assert (main.head().branch, side.head().branch) == ("main", "side")
    assert main.shadow != side.shadow
    assert main.snapshot().tree == main.head().tree
    assert [file.path for file in side.file_changes(side.head().tree, side.snapshot().tree)] == ["a.py"]


def test_sha256_shallow_and_detached_repositories_are_read(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "long", object_format="sha256")
    repo.commit({"a.py": "1\n"})
    repo.commit({"a.py": "2\n"})
    repo.write({"b.py": "1\n"})
    repository = opened(repo)
    assert len(repository.head().tree) == 64
    assert repository.file_changes(repository.empty_tree, repository.snapshot().tree)
    assert repository.file_changes(*trees(repository, "HEAD"))[0].path == "a.py"
    composed = repository.compose_tree(repository.head().tree, {"c.py": ("100644", b"1\n")})
    assert repository.tree_paths(composed) == ("a.py", "c.py")

    origin = new_repo(tmp_path / "origin")
    for number in range(3):
        origin.commit({"a.py": f"{number}\n"})
    origin.git("clone", "-q", "--depth=2", f"file://{origin.root}", str(tmp_path / "shallow"))
    shallow = type(repo)(tmp_path / "shallow")
    shallow.git("checkout", "-q", "--detach")
    cut = opened(shallow)
    assert cut.head().branch is None
    assert cut.file_changes(*trees(cut, "HEAD"))
    with pytest.raises(UserError, match="not in this clone"):
        cut.resolve("HEAD~1")


def trees(repository: Repository, text: str) -> tuple[str, str]:
    found = repository.resolve(text)
    return found.base_tree, found.tree


def test_ranges_mean_what_they_mean_to_git(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    first = repo.commit({"a.py": "1\n"})
    second = repo.commit({"a.py": "2\n"})
    repo.git("checkout", "-q", "-b", "side", first)
    third = repo.commit({"b.py": "1\n"})
    repo.git("tag", "-a", "marked", "-m", "a tag", second)
    repository = opened(repo)
    assert repository.resolve("main..side").commit == third
    assert repository.resolve("main..side").base_commit == second
    assert repository.resolve("main...side").base_commit == first
    assert repository.resolve("main..").commit == third
    assert repository.resolve("marked").base_commit == first
    assert repository.resolve(first).base_tree == repository.empty_tree
    assert repository.resolve(f"{first}..HEAD^{{tree}}").tree == repo.tree()
    assert repository.is_ancestor(first, second)
    assert not repository.is_ancestor(second, third)
    assert not repository.is_ancestor("1" * 40, third)


@pytest.mark.parametrize(
    "text",
    ["nothing", "nothing..HEAD", "HEAD...nothing", "--all", "HEAD@{u}", "a b missing", "x\ny", "", ".."],
)
def test_a_revision_that_names_nothing_is_a_user_error(text: str, tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    if text != "..":
        repo.commit({"a.py": "1\n"})
    with pytest.raises(UserError) as raised:
        opened(repo).resolve(text)
    assert raised.value.hint


def test_the_upstream_merge_base_is_found_or_none(tmp_path: Path, opened: Opening) -> None:
    origin = new_repo(tmp_path / "origin")
    first = origin.commit({"a.py": "1\n"})
    origin.git("clone", "-q", str(origin.root), str(tmp_path / "clone"))
    clone = type(origin)(tmp_path / "clone")
    clone.commit({"a.py": "2\n"})
    assert opened(clone).upstream_merge_base() == first
    assert opened(origin).upstream_merge_base() is None


def test_streamed_file_changes_are_the_same(tmp_path: Path, opened: Opening) -> None:
    repository = opened(many_files(tmp_path / "repo", 60))
    base, tree = trees(repository, "HEAD")
    whole = repository.file_changes(base, tree)
    assert len(whole) == 60
    assert tuple(repository.stream_changes(base, tree)) == whole


def test_renames_modes_and_binaries_are_told_by_content(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"old.py": numbered(30), "run.sh": "1\n", "image": b"\0\1\2", "text.bin": "1\n", "b": "x\n"})
    repo.commit({".gitattributes": "*.bin binary\n*.py -diff\nimage diff\n"})
    (repo.root / "old.py").rename(repo.root / "new.py")
    (repo.root / "run.sh").chmod(0o755)
    repo.write({"new.py": numbered(30).replace("line 3\n", "three\n"), "image": b"\0\1\3", "text.bin": "2\n"})
    repository = opened(repo)
    files = {f.path: f for f in repository.file_changes(repository.head().tree, repository.snapshot().tree)}
    assert (files["new.py"].status, files["new.py"].base_path) == (Status.RENAMED, "old.py")
    assert [run.added for run in files["new.py"].runs] == [(b"three\n",)]
    assert files["run.sh"].new_mode == "100755"
    assert files["image"].binary
    assert not files["text.bin"].binary
    assert repository.file_changes(repository.head().tree, repository.snapshot().tree, renames=False)[2:]


def test_an_exported_patch_applies_with_plain_git(tmp_path: Path, opened: Opening) -> None:
    repo = edited_repo(tmp_path / "repo")
    repo.write({"image": bytes(range(256)), "crlf": b"a\r\nb"})
    repository = opened(repo)
    tree = repository.snapshot().tree
    patch = repository.patch_between(repository.head().tree, tree)
    repo.git("apply", "--cached", "--whitespace=nowarn", data=patch)
    assert repo.git("write-tree").decode().strip() == tree


def test_blobs_are_read_in_thousands_and_missing_ones_are_named(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "x"})
    repository = opened(repo)
    contents = [f"{number}\n".encode() * (number % 7 * 1000) for number in range(2000)]
    ids = repository.write_blobs(contents)
    found = repository.blobs(ids)
    assert [found[name] for name in ids] == contents
    assert repository.blob_size(ids[5]) == len(contents[5])
    with pytest.raises(UserError, match="no longer has"):
        repository.blob("1" * 40)
    assert repository.blob(ids[1]) == contents[1]


def test_blobs_are_read_from_several_threads_at_once(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "x"})
    repository = opened(repo)
    ids = repository.write_blobs([f"{number}\n".encode() for number in range(200)])
    wrong: list[int] = []

    def read(start: int) -> None:
        for number in range(start, 200, 4):
            if repository.blob(ids[number]) != f"{number}\n".encode():
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_composed_tree_holds_the_base_and_the_changes(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"kept": "1\n", "gone": "1\n", "file": "1\n", "folder/x": "1\n"})
    repository = opened(repo)
    base = repository.head().tree
    blob = repository.write_blobs([b"by id\n"])[0]
    tree = repository.compose_tree(
        base,
        {
            "gone": None,
            "never": None,
            "new/a.sh": ("100755", b"#!\n"),
            "link": ("120000", b"target"),
            "by-id": ("100644", blob),
            "not-\udcff": ("100644", b""),
            "file": None,
            "file/inside": ("100644", b"2\n"),
            "folder/x": None,
            "folder": ("100644", b"3\n"),
        },
    )
    listed = repo.git("--git-dir", str(repository.shadow), "ls-tree", "-r", "-z", tree).split(b"\0")
    found = {line.partition(b"\t")[2]: line.split(b" ")[0] for line in listed if line}
    assert found == {
        b"by-id": b"100644",
        b"file/inside": b"100644",
        b"folder": b"100644",
        b"kept": b"100644",
        b"link": b"120000",
        b"new/a.sh": b"100755",
        b"not-\xff": b"100644",
    }
    assert repository.compose_tree(base, {}) == base
    assert repository.compose_tree(repository.empty_tree, {"a": ("100644", b"")})


def test_a_result_that_cannot_exist_is_refused(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"file": "1\n"})
    repository = opened(repo)
    with pytest.raises(UserError, match="cannot exist"):
        repository.compose_tree(repository.head().tree, {"file/inside": ("100644", b"")})


def test_a_review_survives_gc_after_an_amend(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"start": "x\n"})
    repo.commit({"folder/a.py": "base\n", "folder/b.py": "same\n"})
    base = repo.tree()
    repo.write({"folder/a.py": "candidate\n"})
    repository = opened(repo)
    tree = repository.snapshot().tree
    repository.keep("review", "1", base, tree)
    repo.git("add", "--all")
    repo.git("rm", "-q", "-r", "folder", "-f")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "amended")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    fresh = opened(repo)
    files = fresh.file_changes(base, tree)
    assert [file.path for file in files] == ["folder/a.py"]
    assert files[0].old_id is not None
    assert fresh.blob(files[0].old_id) == b"base\n"
    assert "folder/b.py" in fresh.tree_paths(base)
    fresh.forget("review")


def test_a_ref_lock_that_a_killed_git_left_in_our_directory_stops_nothing(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "a\n"})
    repo.write({"a": "b\n"})
    repository = opened(repo)
    tree, base = repository.snapshot().tree, repo.tree()
    left = repository.shadow / "refs" / "reviews" / "review" / "1" / "1.lock"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a li")
    repository.keep("review", "1", base, tree)
    assert not left.exists()
    packed = repository.shadow / "packed-refs.lock"
    packed.touch()
    repository.forget("review")
    assert not packed.exists()
    assert repo.git("--git-dir", str(repository.shadow), "for-each-ref") == b""


def test_merging_keeps_both_edits_or_says_that_it_cannot(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repository = opened(repo)
    base = numbered(10).encode()
    ours, theirs = base.replace(b"line 2\n", b"two\n"), base.replace(b"line 9\n", b"nine\r\n")
    assert repository.merge(base, ours, theirs) == ours.replace(b"line 9\n", b"nine\r\n")
    assert repository.merge(base, ours, base.replace(b"line 2\n", b"zwei\n")) is None
    assert repository.merge(b"\0a", b"\0b", b"\0c") is None
    assert repository.merge(base, base, b"\0") == b"\0"


LINES = st.lists(
    st.sampled_from([b"a\n", b"b\n", b"\r\n", b"<<<<<<< x\n", b"=======\n", b"\xff\xe2\x80\xa8\n"]),
    max_size=8,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=LINES, one=LINES)
def test_merging_with_an_untouched_side_gives_the_other(
    base: list[bytes], one: list[bytes], tmp_path: Path
) -> None:
    if not (tmp_path / "repo").exists():
        new_repo(tmp_path / "repo")
    repository = Repository.open(tmp_path / "repo", tmp_path / "data")
    old, new = b"".join(base), b"".join(one)
    assert repository.merge(old, old, new) == new
    assert repository.merge(old, new, old) == new
    assert repository.merge(old, new, new) == new
    repository.close()


def test_a_cancelled_child_ends_at_once(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "x"})
    repository = opened(repo)
    waiting = repository.start(["cat-file", "--batch"], fed=True)
    threading.Timer(0.05, repository.cancel).start()
    assert waiting.stdout.read() == b""
    with pytest.raises(GitCancelledError):
        waiting.finish()


def test_nothing_of_the_users_environment_reaches_git(
    tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new_repo(tmp_path / "other")
    other.commit({"other.py": "1\n"})
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repo.write({"a.py": "2\n"})
    for name, value in {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_INDEX_FILE": str(tmp_path / "nothing"),
        "GIT_OBJECT_DIRECTORY": str(tmp_path / "nothing"),
        "GIT_CONFIG_PARAMETERS": "'core.bare'='true'",
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_DIFF_OPTS": "-U9",
    }.items():
        monkeypatch.setenv(name, value)
    repository = opened(repo)
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [file.path for file in files] == ["a.py"]
    assert not (tmp_path / "trace").exists()


def test_bytes_planted_under_the_id_of_others_are_not_believed(tmp_path: Path, data: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "right\n"})
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    place = repo.root / ".git/objects" / blob[:2] / blob[2:]
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"blob 6\0wrong\n"))
    assert repo.git("cat-file", "blob", blob) == b"wrong\n"  # git believes it
    repository = Repository.open(repo.root, data)
    with pytest.raises(UserError, match="is damaged"):
        repository.blob(blob)
    tree = repo.git("rev-parse", "HEAD^{tree}").decode().strip()
    assert repository.entry(tree, "a.py") == ("100644", blob)
    repository.close()


@pytest.mark.skipif(os.name != "posix", reason="stops a process with SIGSTOP")
def test_a_child_that_somebody_stopped_keeps_no_repository_open(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.git.runner._PATIENCE", 0.1)
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    repository = Repository.open(repo.root, data)
    assert repository.blob(blob) == b"1\n"
    kept = [child._process for child in repository._objects._children.values()]
    for process in kept:
        os.kill(process.pid, signal.SIGSTOP)
    repository.close()
    assert [process.returncode for process in kept] == [-signal.SIGKILL]


@pytest.mark.skipif(os.name != "posix", reason="ends a process with a signal")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_somebody_ended_is_a_sentence(
    tmp_path: Path, opened: Opening, number: signal.Signals
) -> None:
    """By a system without memory, say: no bug of ours, and what is asked next starts another one."""
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repository = opened(repo)
    waiting = repository._objects._start(["cat-file", "--batch"])
    os.kill(waiting._process.pid, number)
    with pytest.raises(UserError, match=f"git was ended by {number.name} before it was done"):
        waiting.finish()
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    for _ in range(2):
        assert repository.blob(blob) == b"1\n"
        for kept in repository._objects._children.values():
            os.kill(kept._process.pid, number)
            kept._process.wait()


@pytest.mark.skipif(os.name != "posix", reason="stops a process with SIGSTOP")
def test_a_child_that_is_ended_in_the_middle_of_an_answer_is_a_sentence(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n", "b.py": "2\n"})
    a, b = (repo.git("rev-parse", f"HEAD:{name}").decode().strip() for name in ("a.py", "b.py"))
    repository = opened(repo)
    assert repository.blob(a) == b"1\n"
    kept = [child._process for child in repository._objects._children.values()]
    for process in kept:
        os.kill(process.pid, signal.SIGSTOP)  # it takes the question and answers nothing

    def end() -> None:
        for process in kept:
            os.kill(process.pid, signal.SIGKILL)

    ending = threading.Timer(0.3, end)
    ending.start()
    with pytest.raises(UserError, match="git was ended by SIGKILL before it was done"):
        repository.blob(b)
    ending.join()
    assert repository.blob(b) == b"2\n"
