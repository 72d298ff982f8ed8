"""Checkouts whose bytes are not those of the tree: untouched ones show nothing, and no filter is run."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo, numbered
from workbench.errors import UserError
from workbench.git.journal import acknowledge
from workbench.git.repository import Repository
from workbench.git.shadow import modes_mean_something
from workbench.git.worktree import Write, land, undo


def changed(repository: Repository) -> list[str]:
    return [file.path for file in repository.file_changes(repository.head().tree, repository.snapshot().tree)]


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def checked_out_with_crlf(root: Path, how: str) -> Repo:
    repo = new_repo(root)
    repo.commit(
        {f"file{number}.txt": numbered(20) for number in range(5)} | {"image": b"\0\n\1", "kept": b"a\r\nb\n"}
    )
    if how == "autocrlf":
        repo.git("config", "core.autocrlf", "true")
    else:
        repo.commit({".gitattributes": "*.txt text eol=crlf\n"})
    for name in repo.root.glob("file*.txt"):
        name.unlink()
    repo.git("checkout", "-q", "--", ".")
    assert repo.read("file1.txt") == crlf(numbered(20)), (
        "plain git must have converted, else the test shows nothing"
    )
    return repo


@pytest.mark.parametrize("how", ["autocrlf", "eol=crlf"])
def test_an_untouched_checkout_with_crlf_shows_no_change(how: str, tmp_path: Path, opened: Opening) -> None:
    repository = opened(checked_out_with_crlf(tmp_path / "repo", how))
    assert changed(repository) == []
    assert changed(repository) == []
    assert repository.snapshot().not_shown == ()


@pytest.mark.parametrize("how", ["autocrlf", "eol=crlf"])
def test_an_edit_in_such_a_checkout_shows_its_lines_alone_and_lands_with_crlf(
    how: str, tmp_path: Path, opened: Opening
) -> None:
    repo = checked_out_with_crlf(tmp_path / "repo", how)
    repository = opened(repo)
    repository.snapshot()
    edited = numbered(20).replace("line 4\n", "four\n")
    repo.write({"file1.txt": crlf(edited)})
    (repo.root / "file2.txt").unlink()
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [(file.path, len(file.runs)) for file in files] == [("file1.txt", 1), ("file2.txt", 1)]
    assert files[0].runs[0].added == (b"four\n",)
    wanted = edited.replace("line 9\n", "nine\n")
    write = Write("file1.txt", ("100644", edited.encode()), ("100644", wanted.encode()))
    written = land(repository, [write], tmp_path / "journal")
    assert repo.read("file1.txt") == crlf(wanted)
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert repo.read("file1.txt") == crlf(edited)
    repo.write({"file2.txt": crlf(numbered(20)), "file1.txt": crlf(numbered(20))})
    assert changed(repository) == []


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


def pointer(content: bytes) -> str:
    return POINTER.format(hashlib.sha256(content).hexdigest(), len(content))


def lfs_repo(root: Path, content: bytes) -> Repo:
    """As `git lfs` leaves a checkout: pointers in the tree, contents in the work tree and in its store."""
    repo = new_repo(root)
    repo.commit({"big.bin": pointer(content), "unfetched.bin": pointer(b"elsewhere")})
    repo.commit({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    name = hashlib.sha256(content).hexdigest()
    repo.write({"big.bin": content, f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}": content})
    return repo


CONTENT = b"large content\n" * 100


def test_lfs_content_is_compared_with_its_pointer(tmp_path: Path, opened: Opening) -> None:
    repo = lfs_repo(tmp_path / "repo", CONTENT)
    repository = opened(repo)
    assert changed(repository) == []
    assert repository.snapshot().not_shown == ()


def test_changed_and_new_lfs_content_enters_as_a_pointer(tmp_path: Path, opened: Opening) -> None:
    repo = lfs_repo(tmp_path / "repo", CONTENT)
    repository = opened(repo)
    repository.snapshot()
    repo.write({"big.bin": CONTENT[::-1] + b"!", "new.bin": b"\0new", "empty.bin": b""})
    (repo.root / "unfetched.bin").unlink()
    for _ in range(2):
        snapshot = repository.snapshot()
        assert changed(repository) == ["big.bin", "empty.bin", "new.bin", "unfetched.bin"]
        assert snapshot.not_shown == ()
        entries = repository.tree_entries(snapshot.tree)
        assert repository.blob(entries["big.bin"][1]).decode() == pointer(CONTENT[::-1] + b"!")
        assert repository.blob(entries["new.bin"][1]).decode() == pointer(b"\0new")
    files = repository.file_changes(repository.head().tree, snapshot.tree, paths=["big.bin"])
    old, new = (hashlib.sha256(data).hexdigest()[:12] for data in (CONTENT, CONTENT[::-1] + b"!"))
    words = f"Git LFS pointer: 1,400 bytes, oid {old} → 1,401 bytes, oid {new}"
    assert [change.words for change in files[0].changes] == [words]
    (repo.root / "new.bin").unlink()
    assert "new.bin" not in changed(repository)
    repo.write({"new.bin": "again\n"})
    assert "new.bin" in changed(repository)


def test_a_rejected_lfs_change_lands_from_the_repositorys_own_store(tmp_path: Path, opened: Opening) -> None:
    repo = lfs_repo(tmp_path / "repo", CONTENT)
    repository = opened(repo)
    repo.write({"big.bin": "changed"})
    repository.snapshot()
    write = Write("big.bin", ("100644", pointer(b"changed").encode()), ("100644", pointer(CONTENT).encode()))
    written = land(repository, [write], tmp_path / "journal")
    assert repo.read("big.bin") == CONTENT
    acknowledge(tmp_path / "journal")
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert repo.read("big.bin") == b"changed"


@pytest.mark.parametrize("store", [None, b"not what it says"])
def test_lfs_content_that_is_not_there_or_is_damaged_is_refused(
    store: bytes | None, tmp_path: Path, opened: Opening
) -> None:
    repo = lfs_repo(tmp_path / "repo", CONTENT)
    name = hashlib.sha256(CONTENT).hexdigest()
    kept = repo.root / f".git/lfs/objects/{name[:2]}/{name[2:4]}/{name}"
    kept.unlink() if store is None else kept.write_bytes(store)
    repository = opened(repo)
    repo.write({"big.bin": "changed"})
    repository.snapshot()
    write = Write("big.bin", ("100644", pointer(b"changed").encode()), ("100644", pointer(CONTENT).encode()))
    with pytest.raises(UserError, match=r"Git LFS keeps of big\.bin is not in this clone") as raised:
        land(repository, [write], tmp_path / "journal")
    assert raised.value.hint
    assert repo.read("big.bin") == b"changed"


def test_what_goes_through_another_filter_is_listed_and_not_run(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"secret.txt": "cipher\n", "same.txt": "same\n", "a.py": "1\n"})
    repo.commit({".gitattributes": "*.txt filter=crypt\n"})
    repo.git("config", "filter.crypt.clean", f"touch {tmp_path}/ran; cat")
    repo.write({"secret.txt": "plain\n", "a.py": "2\n"})
    repository = opened(repo)
    assert changed(repository) == ["a.py"]
    assert [row.path for row in repository.snapshot().not_shown] == ["secret.txt"]
    assert not (tmp_path / "ran").exists()


# Conversions that git does itself ---------------------------------------------------------------------

TEXT = numbered(8) + "$Id$ h\u00e4tte\n"

CONVERSIONS = {
    "autocrlf": ("", "core.autocrlf=true"),
    "autocrlf, the user's own": ("", "global core.autocrlf=true"),
    "core.eol": ("* text=auto\n", "core.eol=crlf"),
    "eol=crlf": ("*.txt eol=crlf\n", ""),
    "text=auto eol=crlf": ("* text=auto eol=crlf\n", ""),
    "text=auto": ("* text=auto\n", ""),
    "text eol=lf": ("*.txt text eol=lf\n", "core.autocrlf=true"),
    "autocrlf=input": ("", "core.autocrlf=input"),
    "crlf": ("*.txt crlf\n", "core.autocrlf=true"),
    "UTF-16": ("*.txt text working-tree-encoding=UTF-16\n", ""),
    "UTF-16LE-BOM": ("*.txt text working-tree-encoding=UTF-16LE-BOM eol=crlf\n", ""),
    "latin-1": ("*.txt working-tree-encoding=ISO-8859-1\n", ""),
    "ident": ("*.txt ident\n", ""),
    "all": ("*.txt text eol=crlf ident working-tree-encoding=UTF-16\n", ""),
    "the user's own attributes": ("", "global core.attributesFile=~/attributes"),
}


def converted_repo(root: Path, home: Path, how: str) -> Repo:
    attributes, setting = CONVERSIONS[how]
    repo = new_repo(root)
    files = {f"file{number}.txt": TEXT for number in range(3)}
    repo.commit({**files, "mixed": b"a\r\nb\n", "image": b"\0\n\1\r\n", "lone": b"a\rb\n", "run.sh": "1\n"})
    if attributes:
        repo.write({".gitattributes": attributes})
        repo.git("add", ".gitattributes")
        repo.git("commit", "-q", "-m", "attributes")
    (home / "attributes").write_text("*.txt eol=crlf\n")
    if setting.startswith("global "):
        name, _, value = setting.removeprefix("global ").partition("=")
        section, _, key = name.partition(".")
        (home / ".gitconfig").write_text(f"[{section}]\n\t{key} = {value}\n")
    elif setting:
        repo.git("config", *setting.split("="))
    for path in ("file0.txt", "file1.txt", "file2.txt", "mixed", "image", "lone", "run.sh"):
        (repo.root / path).unlink()
    as_the_user(repo, home, "checkout", "-q", "--", ".")
    return repo


def as_the_user(repo: Repo, home: Path, *args: str, data: bytes | None = None) -> bytes:
    """Plain git with the user's own configuration."""
    return repo.git(*args, data=data, env={"GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "HOME": str(home)})


@pytest.mark.parametrize("how", CONVERSIONS)
def test_an_untouched_checkout_shows_no_change_and_an_edit_shows_itself_alone(
    how: str, tmp_path: Path, opened: Opening, home: Path
) -> None:
    repo = converted_repo(tmp_path / "repo", home, how)
    repository = opened(repo)
    for _ in range(2):
        assert changed(repository) == []
        assert repository.snapshot().not_shown == ()
    for path in ("file1.txt", "new.txt"):  # made by git itself, out of what is to be stored
        wanted = TEXT.replace("line 4\n", "four\n").encode()
        blob = repo.git("hash-object", "-w", "--stdin", data=wanted).decode().strip()
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        as_the_user(repo, home, "checkout", "-f", "--", path)
        repo.git("reset", "-q")
    as_git_has_it = {path: repo.read(path) for path in ("file1.txt", "new.txt")}
    for _ in range(2):
        snapshot = repository.snapshot()
        files = {f.path: f for f in repository.file_changes(repository.head().tree, snapshot.tree)}
        assert set(files) == {"file1.txt", "new.txt"}
        assert snapshot.not_shown == ()
        assert [run.added for run in files["file1.txt"].runs] == [(b"four\n",)]
        assert repository.blob(files["new.txt"].new_id or "") == wanted
    # Landing writes the form that a checkout has: a rejected edit, and one of the expert's own in a new file.
    better = wanted.replace(b"line 6\n", b"six\n")
    writes = [
        Write("file1.txt", ("100644", wanted), ("100644", TEXT.encode())),
        Write("new.txt", ("100644", wanted), ("100644", better)),
        Write("third.txt", None, ("100644", better)),
    ]
    written = land(repository, writes, tmp_path / "journal")
    acknowledge(tmp_path / "journal")
    files = {f.path: f for f in repository.file_changes(repository.head().tree, repository.snapshot().tree)}
    assert set(files) == {"new.txt", "third.txt"}
    assert repo.read("file1.txt") == repo.read("file2.txt")
    assert {repository.blob(file.new_id or "") for file in files.values()} == {better}
    assert repository.snapshot().not_shown == ()
    undo(repository, [one.file for one in written], tmp_path / "journal")
    assert {path: repo.read(path) for path in as_git_has_it} == as_git_has_it
    assert not (repo.root / "third.txt").exists()


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("text=auto", crlf(TEXT)),
        ("autocrlf", TEXT.replace("line 3\n", "line 3\r\n").encode()),
        ("ident", TEXT.replace("$Id$", "$Id: a payload $").encode()),
    ],
)
def test_what_git_would_take_out_on_the_way_in_is_counted(
    how: str, text: bytes, tmp_path: Path, opened: Opening, home: Path
) -> None:
    repo = converted_repo(tmp_path / "repo", home, how)
    repository = opened(repo)
    repo.write({"file1.txt": text, "file2.txt": text})
    for _ in range(2):
        assert changed(repository) == []
        rows = repository.snapshot().not_shown
        assert [(row.path, row.count) for row in rows] == [("file1.txt", 2)]
        assert "would not store" in rows[0].why


def test_a_file_whose_line_ends_are_mixed_keeps_them_where_nothing_was_judged(
    tmp_path: Path, opened: Opening
) -> None:
    repo = checked_out_with_crlf(tmp_path / "repo", "eol=crlf")
    repository = opened(repo)
    edited = numbered(20).replace("line 4\n", "four\n")
    repo.write({"file1.txt": crlf(edited).replace(b"line 15\r\n", b"line 15\n")})
    repository.snapshot()
    write = Write("file1.txt", ("100644", edited.encode()), ("100644", numbered(20).encode()))
    land(repository, [write], tmp_path / "journal")
    assert repo.read("file1.txt") == crlf(numbered(20)).replace(b"line 15\r\n", b"line 15\n")


def test_what_cannot_be_decoded_is_named_and_what_cannot_be_encoded_is_refused(
    tmp_path: Path, opened: Opening, home: Path
) -> None:
    repo = converted_repo(tmp_path / "repo", home, "UTF-16")
    repository = opened(repo)
    repo.write({"file1.txt": b"odd", "new.txt": b"odd"})
    assert changed(repository) == []
    assert [row.path for row in repository.snapshot().not_shown] == ["file1.txt", "new.txt"]
    write = Write("file2.txt", ("100644", TEXT.encode()), ("100644", b"\xff\n"))
    with pytest.raises(UserError, match="cannot be written in the encoding UTF-16"):
        land(repository, [write], tmp_path / "journal")


def test_a_link_that_is_checked_out_as_a_plain_file_is_no_change(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.write({"a.py": "1\n"})
    (repo.root / "to").symlink_to("a.py")
    repo.commit()
    repo.git("config", "core.symlinks", "false")
    (repo.root / "to").unlink()
    repo.git("checkout", "-q", "--", "to")
    assert repo.read("to") == b"a.py"
    repository = opened(repo)
    assert changed(repository) == []
    assert [row.path for row in repository.snapshot().not_shown] == ["to"]
    repo.write({"to": "b.py"})
    file = repository.file_changes(repository.head().tree, repository.snapshot().tree)[0]
    assert (file.path, file.new_mode, repository.blob(file.new_id or "")) == ("to", "120000", b"b.py")
    land(repository, [Write("to", ("120000", b"b.py"), ("120000", b"a.py"))], tmp_path / "journal")
    assert (repo.root / "to").is_symlink() is False
    assert repo.read("to") == b"a.py"


def test_a_setting_that_changes_is_noticed(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.txt": "1\n"})
    repository = opened(repo)
    repo.write({"a.txt": "1\r\n"})
    assert changed(repository) == ["a.txt"]
    repo.git("config", "core.autocrlf", "true")
    assert changed(repository) == []
    repo.git("config", "core.autocrlf", "false")
    assert changed(repository) == ["a.txt"]


@pytest.mark.parametrize("how", ["cone", "no-cone", "sparse-index"])
def test_an_untouched_sparse_checkout_shows_no_change(how: str, tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"in/a.py": "1\n", "out/b.py": "1\n", "out/deep/c.py": "1\n", "top.py": "1\n"})
    flags = {"cone": ["--cone"], "no-cone": ["--no-cone"], "sparse-index": ["--cone", "--sparse-index"]}[how]
    repo.git("sparse-checkout", "set", *flags, "/in/" if how == "no-cone" else "in")
    absent = 3 if how == "no-cone" else 2
    repository = opened(repo)
    for _ in range(2):
        assert changed(repository) == []
        assert [row.count for row in repository.snapshot().not_shown] == [absent]
    repo.write({"in/a.py": "2\n", "out/deep/c.py": "2\n"})
    assert changed(repository) == ["in/a.py", "out/deep/c.py"]


def test_of_a_file_system_without_modes_no_bit_is_taken_for_a_change() -> None:
    assert modes_mean_something(False, lambda: "vfat")
    assert modes_mean_something(True, lambda: "ext4")
    for name in ("vfat", "exfat", "ntfs3", "fuseblk", "cifs", "9p", ""):
        assert not modes_mean_something(True, partial(str, name))


# Filters of a trusted repository ----------------------------------------------------------------------


def filtered_repo(root: Path, log: Path) -> Repo:
    """A filter that stores text reversed, letter by letter, and notes each run."""
    repo = new_repo(root)
    repo.commit({".gitattributes": "*.sec filter=rev\n", "a.py": "1\n"})
    for side in ("clean", "smudge"):
        repo.git("config", f"filter.rev.{side}", f"echo {side} >> '{log}'; rev")
    repo.write({"a.sec": "secret\nkept\n", "b.sec": "two\n"})
    repo.git("add", "--all")
    repo.git("commit", "-q", "-m", "secrets")
    assert repo.git("cat-file", "blob", "HEAD:b.sec") == b"owt\n"
    log.unlink()
    return repo


def test_a_filter_runs_where_the_repository_is_trusted_and_lands_back(
    tmp_path: Path, opened: Opening
) -> None:
    log = tmp_path / "log"
    repo = filtered_repo(tmp_path / "repo", log)
    repository = opened(repo)
    repo.write({"a.sec": "secret\nedited\n", "new.sec": "abc\n"})
    assert changed(repository) == []
    assert {row.path for row in repository.snapshot().not_shown} == {"a.sec", "b.sec", "new.sec"}
    assert not log.exists()
    before = sorted(path.name for path in (repo.root / ".git/objects").rglob("*"))
    repository.allows_filters = lambda: True
    for _ in range(2):
        snapshot = repository.snapshot()
        files = {f.path: f for f in repository.file_changes(repository.head().tree, snapshot.tree)}
        assert set(files) == {"a.sec", "new.sec"}
        assert snapshot.not_shown == ()
        assert files["a.sec"].runs[0].added == (b"detide\n",)
        assert repository.blob(files["new.sec"].new_id or "") == b"cba\n"
    assert sorted(path.name for path in (repo.root / ".git/objects").rglob("*")) == before
    write = Write("a.sec", ("100644", b"terces\ndetide\n"), ("100644", b"terces\ntpek\n"))
    land(repository, [write], tmp_path / "journal")
    acknowledge(tmp_path / "journal")
    assert repo.read("a.sec") == b"secret\nkept\n"
    repository.allows_filters = lambda: False
    with pytest.raises(UserError, match="goes through the filter rev") as raised:
        land(repository, [Write("b.sec", ("100644", b"owt\n"), ("100644", b"x\n"))], tmp_path / "journal")
    assert raised.value.hint
    assert repo.read("b.sec") == b"two\n"


def test_a_filter_that_fails_stores_nothing_as_its_answer(tmp_path: Path, opened: Opening) -> None:
    repo = filtered_repo(tmp_path / "repo", tmp_path / "log")
    repo.git("config", "filter.rev.clean", "false")
    repo.write({"new.sec": "plain secret\n"})
    repository = opened(repo)
    repository.allows_filters = lambda: True
    assert changed(repository) == []
    assert "new.sec" in {row.path for row in repository.snapshot().not_shown}
