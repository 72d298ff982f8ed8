"""The work tree as a tree: everything that differs is in it, or is listed with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.git.conftest import Opening
from tests.repos import Repo, edited_repo, new_repo, numbered
from workbench.git.repository import Repository
from workbench.review.changes import Status

NAMES = [
    "a space",
    " leading",
    "trailing ",
    "tab\there",
    "new\nline",
    'quo"te',
    "back\\slash",
    "x b/inside",
    "b/x",
    "\u00e4\u00f6",
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
    "@",
    "HEAD",
]


def shown(repository: Repository, base: str | None = None) -> dict[str, Status]:
    tree = base or repository.head().tree
    return {file.path: file.status for file in repository.file_changes(tree, repository.snapshot().tree)}


def listed(repository: Repository) -> dict[str, str]:
    return {row.path: row.why for row in repository.snapshot().not_shown}


def test_an_edit_a_new_file_and_a_removal_are_shown(tmp_path: Path, opened: Opening) -> None:
    repository = opened(edited_repo(tmp_path / "repo"))
    assert shown(repository) == {
        "edited.py": Status.MODIFIED,
        "new.py": Status.ADDED,
        "gone.py": Status.DELETED,
    }
    assert repository.snapshot().not_shown == ()


def test_the_tree_is_the_one_that_git_add_makes(tmp_path: Path, opened: Opening) -> None:
    repo = edited_repo(tmp_path / "repo")
    tree = opened(repo).snapshot().tree
    repo.git("add", "--all")
    assert repo.git("write-tree").decode().strip() == tree


def test_a_repository_without_a_commit_is_all_new(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.write({"one.py": "1\n", "empty": ""})
    repository = opened(repo)
    head = repository.head()
    assert (head.commit, head.branch) == (None, "main")
    assert shown(repository) == {"one.py": Status.ADDED, "empty": Status.ADDED}
    assert shown(repository) == {"one.py": Status.ADDED, "empty": Status.ADDED}


def test_every_odd_name_is_shown_and_read_back(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"start": "x"})
    repo.write({name: f"{number}\n" for number, name in enumerate(NAMES)})
    repository = opened(repo)
    snapshot = repository.snapshot()
    assert set(repository.tree_paths(snapshot.tree)) == {"start", *NAMES}
    for number, name in enumerate(NAMES):
        entry = repository.entry(snapshot.tree, name)
        assert entry is not None
        assert repository.blob(entry[1]) == f"{number}\n".encode()
        files = repository.file_changes(repository.head().tree, snapshot.tree, paths=[name])
        assert [file.path for file in files] == [name]


@pytest.mark.parametrize(
    "name", ["git~1", ".git ", ".GIT", ".g\u200cit", "sub/.git.", ".git::$INDEX_ALLOCATION"]
)
def test_a_name_that_git_refuses_is_listed_and_the_others_are_shown(
    name: str, tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"start": "x"})
    repo.write({name: "evil\n", "good.py": "good\n"})
    repository = opened(repo)
    assert shown(repository) == {"good.py": Status.ADDED}
    assert set(listed(repository)) == {name}


def test_an_edit_of_the_same_size_in_the_same_second_is_seen(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "aaaa\n"})
    repository = opened(repo)
    trees = set()
    for letter in "bcdefghijk":
        repo.write({"a.py": letter * 4 + "\n"})
        trees.add(repository.snapshot().tree)
    assert len(trees) == 10


def test_two_processes_share_the_kept_index(tmp_path: Path, opened: Opening) -> None:
    repo = edited_repo(tmp_path / "repo")
    one, other = opened(repo), opened(repo)
    for number in range(4):
        repo.write({"edited.py": numbered(number)})
        assert one.snapshot().tree == other.snapshot().tree


def test_what_git_is_told_to_overlook_is_shown(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit(
        {
            "assumed.py": "1\n",
            "skipped.py": "1\n",
            "mode.sh": "1\n",
            "plain.txt": "1\n",
            ".gitattributes": "*.txt -diff\n",
        }
    )
    repo.git("update-index", "--assume-unchanged", "assumed.py")
    repo.git("update-index", "--skip-worktree", "skipped.py")
    repo.git("config", "core.fileMode", "false")
    repo.git("config", "status.showUntrackedFiles", "no")
    repo.git("config", "core.worktree", str(tmp_path))
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/attributes").write_text("* binary\n")
    repo.write({"assumed.py": "2\n", "skipped.py": "2\n", "plain.txt": "2\n", "untracked.py": "2\n"})
    (repo.root / "mode.sh").chmod(0o755)
    repository = opened(repo)
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert {file.path for file in files} == {
        "assumed.py",
        "skipped.py",
        "mode.sh",
        "plain.txt",
        "untracked.py",
    }
    assert not any(file.binary for file in files)


def test_skipped_and_absent_is_not_checked_out_and_no_removal(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"in/a.py": "1\n", "out/b.py": "1\n", "out/c.py": "1\n"})
    repo.git("sparse-checkout", "set", "--no-cone", "/in/")
    repository = opened(repo)
    assert shown(repository) == {}
    assert [row.count for row in repository.snapshot().not_shown] == [2]
    repo.write({"out/b.py": "2\n"})
    assert shown(repository) == {"out/b.py": Status.MODIFIED}


def test_a_tracked_file_that_is_ignored_is_compared(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({".gitignore": "*.log\n", "kept.log": "1\n"})
    repo.write({"added.log": "1\n", "ignored.log": "1\n"})
    repo.git("add", "--force", "added.log")
    repo.write({"kept.log": "2\n", "added.log": "2\n"})
    assert shown(opened(repo)) == {"kept.log": Status.MODIFIED, "added.log": Status.ADDED}


def test_what_a_changed_ignore_file_or_info_exclude_leaves_out_is_listed(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({".gitignore": "*.log\n", "a.py": "1\n"})
    repo.write(
        {
            "quiet.log": "1\n",
            "hidden.py": "1\n",
            "local.py": "1\n",
            "folder/.gitignore": "*\n",
            "folder/evil.py": "",
        }
    )
    (repo.root / ".gitignore").write_text("*.log\nhidden.py\n")
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/exclude").write_text("# comment\nlocal.py\n")
    repository = opened(repo)
    for _ in range(2):
        assert shown(repository) == {".gitignore": Status.MODIFIED}
        rows = listed(repository)
        assert rows["hidden.py"] == "left out by .gitignore, which is part of the change"
        assert rows["local.py"] == "left out by info/exclude of this clone"
        assert any(path.startswith("folder/") for path in rows)
        assert "quiet.log" not in rows


def test_a_file_that_becomes_ignored_is_shown_no_more(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repo.write({"junk.o": "1\n"})
    repository = opened(repo)
    assert shown(repository) == {"junk.o": Status.ADDED}
    repo.write({".gitignore": "*.o\n"})
    assert shown(repository) == {".gitignore": Status.ADDED}
    assert "junk.o" in listed(repository)


def test_the_users_own_ignore_file_is_honoured_in_silence(
    tmp_path: Path, opened: Opening, home: Path
) -> None:
    (home / "mine").write_text("*.swp\n")
    (home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/mine\n")
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repo.write({"a.py.swp": "1\n"})
    repository = opened(repo)
    assert shown(repository) == {}
    assert listed(repository) == {}


def test_nested_repositories_are_listed_with_and_without_a_commit(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n", "tracked/b.py": "1\n"})
    new_repo(repo.root / "full").commit({"inner.py": "1\n"})
    new_repo(repo.root / "hollow").write({"inner.py": "1\n"})
    new_repo(repo.root / "tracked").write({"new.py": "1\n"})
    repo.git("init", "-q", "--bare", "bare.git")
    repo.write({"garbage/.git": "nonsense\n", "garbage/c.py": "1\n", "a.py": "2\n"})
    repository = opened(repo)
    found = shown(repository)
    assert found["a.py"] is Status.MODIFIED
    assert {"full/", "hollow/"} <= set(listed(repository))
    told = {*found, *listed(repository)}
    assert {"tracked/new.py", "bare.git/HEAD"} <= told
    assert any(path.startswith("garbage/") for path in told)


def test_a_submodule_is_compared_by_its_commit_alone(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    inner = new_repo(repo.root / "sub")
    first = inner.commit({"inner.py": "1\n"})
    repo.git("add", "sub")
    repo.commit({"a.py": "1\n"})
    inner.write({"inner.py": "dirty\n", "new.py": "dirty\n"})
    repository = opened(repo)
    assert shown(repository) == {}
    assert "sub" in listed(repository)
    second = inner.commit()
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [(file.path, file.old_id, file.new_id) for file in files] == [("sub", first, second)]
    inner.git("pack-refs", "--all")
    inner.git("checkout", "-q", "--detach", first)
    assert shown(repository) == {}


def test_links_are_shown_as_links_and_never_followed(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"file": "1\n", "folder/a.py": "1\n", "folder/b.py": "1\n"})
    (repo.root / "to-secret").symlink_to("/etc/passwd")
    (repo.root / "file").unlink()
    (repo.root / "file").symlink_to("folder")
    (repo.root / "folder").rename(tmp_path / "elsewhere")
    (repo.root / "folder").symlink_to(tmp_path / "elsewhere")
    repository = opened(repo)
    for _ in range(2):
        assert shown(repository) == {
            "to-secret": Status.ADDED,
            "file": Status.TYPECHANGE,
            "folder": Status.ADDED,
            "folder/a.py": Status.DELETED,
            "folder/b.py": Status.DELETED,
        }
    entry = repository.entry(repository.snapshot().tree, "to-secret")
    assert entry is not None
    assert (entry[0], repository.blob(entry[1])) == ("120000", b"/etc/passwd")


def test_a_link_in_the_place_of_a_folder_is_seen_even_when_it_is_ignored(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({".gitignore": "/folder\n", "folder/a.py": "1\n"})
    repository = opened(repo)
    assert shown(repository) == {}
    (repo.root / "folder").rename(tmp_path / "elsewhere")
    (repo.root / "folder").symlink_to(tmp_path / "elsewhere")
    assert shown(repository)["folder/a.py"] is Status.DELETED


def test_files_and_folders_that_change_places_are_shown(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"file": "1\n", "folder/a.py": "1\n"})
    repository = opened(repo)
    repository.snapshot()
    (repo.root / "file").unlink()
    (repo.root / "folder/a.py").unlink()
    (repo.root / "folder").rmdir()
    repo.write({"file/inside": "2\n", "folder": "3\n"})
    assert set(shown(repository)) == {"file", "file/inside", "folder", "folder/a.py"}


def test_a_pipe_is_listed_where_a_file_was(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    (repo.root / "a.py").unlink()
    os.mkfifo(repo.root / "a.py")
    assert listed(opened(repo)) == {"a.py": "neither a file nor a link, but a pipe"}


READ_AS_NOBODY = """
import os, sys
from pathlib import Path
from workbench.git.repository import Repository
os.setgid(65534); os.setuid(65534)  # after the imports: a Python below /root cannot be read any more
repository = Repository.open(Path(sys.argv[1]), Path(sys.argv[2]))
snapshot = repository.snapshot()
print(sorted(row.path for row in snapshot.not_shown))
print(sorted(file.path for file in repository.file_changes(repository.head().tree, snapshot.tree)))
print("belongs to" in (repository.warning or ""))
repository.close()
"""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs to become another user")
def test_what_cannot_be_read_is_listed_and_the_others_are_shown(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n", "locked.py": "1\n"})
    repo.write(
        {"a.py": "2\n", "locked.py": "2\n", "new-locked.py": "1\n", "closed/x.py": "1\n", "b.py": "1\n"}
    )
    for path in ("locked.py", "new-locked.py", "closed"):
        (repo.root / path).chmod(0)
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o777)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", READ_AS_NOBODY, str(repo.root), str(data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    not_shown, files, foreign = done.stdout.splitlines()
    assert not_shown == "['closed/', 'locked.py', 'new-locked.py']"
    assert files == "['a.py', 'b.py']"
    assert foreign == "True"


def test_the_index_is_shown_as_it_is_staged(tmp_path: Path, opened: Opening) -> None:
    repo = edited_repo(tmp_path / "repo")
    repo.git("add", "edited.py")
    repo.write({"edited.py": "later\n"})
    repository = opened(repo)
    snapshot = repository.snapshot(staged=True)
    assert snapshot.tree == repo.git("write-tree").decode().strip()
    files = repository.file_changes(repository.head().tree, snapshot.tree)
    assert [file.path for file in files] == ["edited.py"]


def test_a_conflict_in_the_index_is_listed(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.py": "2\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "3\n"})
    repo.try_git("merge", "side")
    repository = opened(repo)
    assert [row.path for row in repository.snapshot(staged=True).not_shown] == ["a.py"]
    assert b"<<<<<<<" in repository.blob(repository.entry(repository.snapshot().tree, "a.py")[1])  # type: ignore[index]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c/d", "c/e", "f/g/h"]),
            st.sampled_from([None, b"", b"1\n", b"2\n", b"\0"]),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_kept_index_gives_the_tree_that_a_fresh_one_gives(
    edits: list[dict[str, bytes | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("property")
    repo = new_repo(folder / "repo")
    repo.commit({"a": "0\n", "c/d": "0\n"})
    kept = Repository.open(repo.root, folder / "kept")
    for number, edit in enumerate(edits):
        apply(repo, edit)
        fresh = Repository.open(repo.root, folder / f"fresh{number}")
        assert kept.snapshot() == fresh.snapshot()
        fresh.close()
    kept.close()


def apply(repo: Repo, edit: dict[str, bytes | None]) -> None:
    for path, content in edit.items():
        if content is None:
            (repo.root / path).unlink(missing_ok=True)
        else:
            repo.write({path: content})


def test_committing_beside_our_refreshes_meets_no_lock(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "0\n"})
    repository = opened(repo)
    done = threading.Event()
    failed: list[bytes] = []

    def commit() -> None:
        for number in range(1, 26):
            repo.write({"a.py": f"{number}\n"})
            for args in (("add", "--all"), ("commit", "-q", "-m", "more")):
                result = repo.try_git(*args)
                if result.returncode:
                    failed.append(result.stderr)
        done.set()

    thread = threading.Thread(target=commit)
    thread.start()
    while not done.is_set():
        repository.snapshot()
        repository.snapshot(staged=True)
        repository.head()
    thread.join()
    assert failed == []
    assert shown(repository) == {}
