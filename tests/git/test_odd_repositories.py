"""Repositories of every odd kind: opened, listed and landed to, or refused in one sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo, numbered
from workbench.errors import UserError
from workbench.git.journal import acknowledge
from workbench.git.repository import Repository
from workbench.git.worktree import Write, land, undo
from workbench.review.changes import Status

BASE = numbered(9).encode()
EDITED = BASE.replace(b"line 4\n", b"four\n")
BETTER = BASE.replace(b"line 7\n", b"seven\n")


def plain(folder: Path) -> Repo:
    repo = new_repo(folder / "repo")
    repo.commit({"a.py": BASE, "b.py": "1\n"})
    return repo


def long_ids(folder: Path) -> Repo:
    repo = new_repo(folder / "repo", object_format="sha256")
    repo.commit({"a.py": BASE, "b.py": "1\n"})
    return repo


def linked(folder: Path) -> Repo:
    plain(folder).git("worktree", "add", "-q", "-b", "side", str(folder / "linked"))
    return Repo(folder / "linked")


def inside_a_superproject(folder: Path) -> Repo:
    """As `git submodule add` makes it: a `.git` file, and `core.worktree` in the directory it leads to."""
    inner = plain(folder)
    outer = new_repo(folder / "outer")
    outer.commit({"top.py": "1\n"})
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "sub")
    outer.commit()
    found = Repo(folder / "outer/sub")
    assert (found.root / ".git").is_file()
    return found


def cloned(folder: Path, *flags: str) -> Repo:
    origin = plain(folder)
    origin.commit({"c.py": "1\n"})
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("clone", "-q", *flags, f"file://{origin.root}", str(folder / "clone"))
    return Repo(folder / "clone")


def shallow(folder: Path) -> Repo:
    return cloned(folder, "--depth=1")


def borrowing(folder: Path) -> Repo:
    """A clone that has no objects of its own."""
    origin = plain(folder)
    origin.git("clone", "-q", "--shared", str(origin.root), str(folder / "clone"))
    return Repo(folder / "clone")


def detached(folder: Path) -> Repo:
    repo = plain(folder)
    repo.git("checkout", "-q", "--detach")
    return repo


def dot_git_is_a_link(folder: Path) -> Repo:
    repo = plain(folder)
    (repo.root / ".git").rename(folder / "elsewhere")
    (repo.root / ".git").symlink_to(folder / "elsewhere")
    return repo


def conflicting(folder: Path) -> Repo:
    repo = plain(folder)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.py": "side\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"b.py": "main\n"})
    return repo


def merging(folder: Path) -> Repo:
    repo = conflicting(folder)
    assert repo.try_git("merge", "side").returncode == 1
    return repo


def rebasing(folder: Path) -> Repo:
    repo = conflicting(folder)
    assert repo.try_git("rebase", "side").returncode == 1
    return repo


def picking(folder: Path) -> Repo:
    repo = conflicting(folder)
    assert repo.try_git("cherry-pick", "side").returncode == 1
    return repo


KINDS: list[Callable[[Path], Repo]] = [
    plain,
    long_ids,
    linked,
    inside_a_superproject,
    shallow,
    borrowing,
    detached,
    dot_git_is_a_link,
    merging,
    rebasing,
    picking,
]


@pytest.mark.parametrize("make", KINDS)
def test_it_is_opened_listed_and_landed_to(
    make: Callable[[Path], Repo], tmp_path: Path, opened: Opening
) -> None:
    repo = make(tmp_path)
    repo.write({"a.py": EDITED, "new/n.py": "1\n"})
    before = repo.git("status", "--porcelain", "-z")
    repository = opened(repo)
    assert repository.work_tree == repo.root
    base = repository.head().tree
    for _ in range(2):
        snapshot = repository.snapshot()
        files = {file.path: file for file in repository.file_changes(base, snapshot.tree)}
        assert set(files) >= {"a.py", "new/n.py"}
        assert [run.added for run in files["a.py"].runs] == [(b"four\n",)]
        assert repository.snapshot(staged=True).tree
    writes = [
        Write("a.py", ("100644", EDITED), ("100644", BETTER)),
        Write("new/n.py", ("100644", b"1\n"), None),
    ]
    written = land(repository, writes, tmp_path / "journal")
    acknowledge(tmp_path / "journal")
    assert repo.read("a.py") == BETTER
    assert not (repo.root / "new").exists()
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert repo.read("a.py") == EDITED
    assert repo.git("status", "--porcelain", "-z") == before


def test_before_the_first_commit_everything_is_new_and_can_be_landed(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.write({"a.py": EDITED})
    repo.git("add", "a.py")
    repository = opened(repo)
    head = repository.head()
    assert (head.commit, head.branch, head.tree) == (None, "main", repository.empty_tree)
    for staged in (False, True):
        files = repository.file_changes(head.tree, repository.snapshot(staged=staged).tree)
        assert [(file.path, file.status) for file in files] == [("a.py", Status.ADDED)]
    land(repository, [Write("a.py", ("100644", EDITED), None)], tmp_path / "journal")
    assert not (repo.root / "a.py").exists()


@pytest.mark.parametrize("make", [merging, rebasing, picking])
def test_a_path_that_is_not_merged_is_shown_as_it_stands_and_named_where_the_index_is_asked(
    make: Callable[[Path], Repo], tmp_path: Path, opened: Opening
) -> None:
    repository = opened(make(tmp_path))
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [file.path for file in files] == ["b.py"]
    assert any(line.startswith(b"<<<<<<<") for run in files[0].runs for line in run.added)
    rows = repository.snapshot(staged=True).not_shown
    assert [row.path for row in rows] == ["b.py"]
    assert "merge conflict" in rows[0].why


ODD_NAMES = [
    " leading",
    "trailing ",
    "tab\there",
    "new\nline",
    'quo"te',
    "back\\slash",
    "x b/inside",
    "not-\udcff-utf8",
    "-leading-minus",
    "--option",
    ":(exclude)magic",
    "[k]eep.log",
    "keep.log",
    "\\303\\244",
    "n" * 255,
    "Case",
    "case",
    "e\u0301",
    "\u00e9",
    "d" * 200 + "/" + "e" * 200,
]


def test_every_odd_name_is_landed_to_and_taken_back(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.write(dict.fromkeys(ODD_NAMES, BASE))
    repo.commit()
    repo.write(dict.fromkeys(ODD_NAMES, EDITED))
    repository = opened(repo)
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert {file.path for file in files} == set(ODD_NAMES)
    writes = [Write(name, ("100644", EDITED), ("100644", BETTER)) for name in ODD_NAMES]
    written = land(repository, writes, tmp_path / "journal")
    acknowledge(tmp_path / "journal")
    assert {repo.read(name) for name in ODD_NAMES} == {BETTER}
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert {repo.read(name) for name in ODD_NAMES} == {EDITED}


LARGE = """
import resource, sys
from pathlib import Path
from workbench.git.repository import Repository
repository = Repository.open(Path(sys.argv[1]), Path(sys.argv[2]))
head = repository.head()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
files = repository.file_changes(head.tree, repository.snapshot().tree)
print([file.path for file in files], [file.binary for file in files])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
repository.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks the system how much memory was used")
def test_a_binary_file_of_100_mb_is_listed_without_being_held_in_memory(tmp_path: Path) -> None:
    repo = plain(tmp_path)
    with (repo.root / "large.bin").open("wb") as stream:
        for number in range(100):
            stream.write(bytes([0, number]) * (1 << 19))  # what git compresses in no time
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(repo.root), str(tmp_path / "data")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    listed, megabytes = done.stdout.splitlines()
    assert listed == "['large.bin'] [True]"
    assert int(megabytes) < 60


# While somebody else works on it -------------------------------------------------------------------


def test_head_that_moves_and_a_branch_that_is_switched_are_followed(tmp_path: Path, opened: Opening) -> None:
    repo = conflicting(tmp_path)
    base = repo.tree()
    repo.write({"a.py": EDITED})
    repository = opened(repo)
    one = repository.snapshot(base=base).tree
    repo.git("commit", "-q", "-a", "-m", "moved on")
    assert repository.snapshot(base=base).tree == one
    repo.git("checkout", "-q", "side")
    files = repository.file_changes(base, repository.snapshot(base=base).tree)
    assert [(file.path, file.runs[0].added) for file in files] == [("b.py", (b"side\n",))]
    repo.git("checkout", "-q", "--orphan", "empty")
    repo.git("rm", "-q", "-r", "-f", ".")
    assert repository.snapshot(base=base).tree == repository.empty_tree


@pytest.mark.parametrize("how", ["deleted", "moved", "git directory deleted", "work tree deleted"])
def test_a_repository_that_has_gone_is_a_sentence(how: str, tmp_path: Path, opened: Opening) -> None:
    repo = linked(tmp_path) if how == "work tree deleted" else plain(tmp_path)
    repository = opened(repo)
    base = repository.head().tree
    repository.snapshot()
    repository.close()
    if how == "work tree deleted":
        subprocess.run(["rm", "-rf", str(repo.root)], check=True)
    elif how == "moved":
        repo.root.rename(tmp_path / "elsewhere")
    else:
        gone = repo.root if how == "deleted" else repo.root / ".git"
        subprocess.run(["rm", "-rf", str(gone)], check=True)
    asked: list[Callable[[], object]] = [
        lambda: repository.snapshot(base=base),
        lambda: repository.snapshot(staged=True),
        repository.head,
    ]
    for ask in asked[:1] if how == "work tree deleted" else asked:
        with pytest.raises(UserError, match="is not there any more") as raised:
            ask()
        assert raised.value.hint


# What is refused ------------------------------------------------------------------------------------


def refused(path: Path, data: Path) -> UserError:
    with pytest.raises(UserError) as raised:
        Repository.open(path, data).head()
    assert raised.value.hint
    return raised.value


def test_a_bare_repository_and_none_at_all_are_refused(tmp_path: Path, data: Path) -> None:
    repo = plain(tmp_path)
    repo.git("clone", "-q", "--bare", str(repo.root), str(tmp_path / "bare.git"))
    (tmp_path / "none").mkdir()
    assert "is a bare repository" in str(refused(tmp_path / "bare.git", data))
    assert "is not inside a git repository" in str(refused(tmp_path / "none", data))
    assert "does not exist" in str(refused(tmp_path / "nowhere", data))


def test_a_work_tree_whose_repository_was_moved_is_refused(tmp_path: Path, data: Path) -> None:
    repo = linked(tmp_path)
    (tmp_path / "repo").rename(tmp_path / "moved")
    assert "is not a git directory" in str(refused(repo.root, data))


def test_refs_in_a_reftable_are_refused_by_name(tmp_path: Path, data: Path) -> None:
    repo = plain(tmp_path)
    made = repo.try_git("init", "-q", "--ref-format=reftable", str(tmp_path / "new"))
    if made.returncode == 0:
        pytest.skip("this git reads reftables")
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.refStorage", "reftable")
    said = refused(repo.root, data)
    assert "reftable" in str(said)
    assert "git" in said.hint


def test_a_partial_clone_says_what_is_missing_and_asks_nobody(
    tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = plain(tmp_path)
    first = origin.git("rev-parse", "HEAD").decode().strip()
    origin.commit({"b.py": "2\n"})
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("clone", "-q", "--filter=blob:none", f"file://{origin.root}", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone")
    clone.git("config", "remote.origin.uploadpack", f"touch {tmp_path}/asked; git-upload-pack")
    repository = opened(clone)
    clone.write({"a.py": EDITED})
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [file.path for file in files] == ["a.py"]
    found = repository.resolve(f"{first}..HEAD")
    with pytest.raises(UserError, match="partial clone") as raised:
        repository.file_changes(found.base_tree, found.tree)
    assert "fetch" in raised.value.hint
    assert not (tmp_path / "asked").exists()
    # The control: plain git does ask.
    clone.try_git("diff", first, "HEAD")
    assert (tmp_path / "asked").exists()


def test_a_shadow_directory_that_has_gone_is_a_sentence_for_who_reads_objects(
    tmp_path: Path, opened: Opening
) -> None:
    """The child that reads them is kept; it was started where nothing is any more."""
    repository = opened(plain(tmp_path))
    repository.head()
    subprocess.run(["rm", "-rf", str(repository.shadow)], check=True)
    with pytest.raises(UserError, match="is not there any more"):
        repository.blob_sizes(["1" * 40])
