"""Repositories that are not what git makes: each opens, or is refused in one sentence, and never hangs.

Each is opened by a process of its own, because a pipe that somebody waits for cannot be let go from inside.
The time limit is there to find such a wait, not to measure.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.driver import process
from tests.repos import Repo, new_repo
from workbench.git import soundness
from workbench.git.discover import LARGEST_CONFIG, discover, read_plain
from workbench.git.shadow import shadow_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="made of pipes, devices and links")

Shape = Callable[[Repo], None]
HUGE = 30 << 20


def odd(root: Path) -> Repo:
    repo = new_repo(root)
    repo.commit({"a.py": "one\n", "folder/b.py": "b\n"})
    repo.commit({"a.py": "one\ntwo\n"})
    repo.write({"a.py": "one\n2\n"})
    return repo


def replaced(path: str, make: Callable[[Path], object]) -> Shape:
    """What stands at a path is taken away, and something else made there."""

    def put(repo: Repo) -> None:
        place = repo.root / path
        if place.is_dir() and not place.is_symlink():
            place.rename(repo.root.parent / "what-was-here")
        else:
            place.unlink(missing_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place)

    return put


def pipe(path: str) -> Shape:
    return replaced(path, lambda place: os.mkfifo(place))


def link(path: str, target: str) -> Shape:
    return replaced(path, lambda place: place.symlink_to(target))


def folder(path: str) -> Shape:
    return replaced(path, lambda place: place.mkdir())


def content(path: str, data: bytes) -> Shape:
    return replaced(path, lambda place: place.write_bytes(data))


def huge(path: str, line: bytes) -> Shape:
    return replaced(path, lambda place: place.write_bytes(line * (HUGE // len(line))))


def added(path: str, data: bytes) -> Shape:
    def put(repo: Repo) -> None:
        with (repo.root / path).open("ab") as stream:
            stream.write(data)

    return put


def included_pipe(key: str) -> Shape:
    def put(repo: Repo) -> None:
        os.mkfifo(repo.root / "pipe")
        (repo.root / "middle").write_text("[include]\n\tpath = pipe\n")
        repo.git("config", "--file", ".git/config", key, "../middle")

    return put


def alternates(text: Callable[[Repo], str]) -> Shape:
    return lambda repo: content(".git/objects/info/alternates", text(repo).encode())(repo)


def borrowing_from_a_pipe(repo: Repo) -> str:
    other = repo.root.parent / "lender"
    (other / "info").mkdir(parents=True)
    os.mkfifo(other / "info/alternates")
    return f"{other}\n"


def borrowing_from_somebody(repo: Repo) -> str:
    other = new_repo(repo.root.parent / "lender")
    other.commit({"x": "x"})
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "12345", str(other.root)], check=True)
    return f"{other.root}/.git/objects\n"


def packed_pipe(repo: Repo) -> None:
    os.mkfifo(repo.root / ".git/objects/pack" / f"pack-{'1' * 40}.idx")
    (repo.root / ".git/objects/pack" / f"pack-{'1' * 40}.pack").write_bytes(b"PACK")


def loose_pipe(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:a.py").decode().strip()
    pipe(f".git/objects/{blob[:2]}/{blob[2:]}")(repo)


def outside(repo: Repo) -> None:
    """The work tree of another repository, by a `.git` file as linked work trees have one."""
    other = odd(repo.root.parent / "outside")
    content(".git", f"gitdir: {other.root}/.git\n".encode())(repo)


def common_outside(repo: Repo) -> None:
    other = odd(repo.root.parent / "outside")
    content(".git/commondir", f"{other.root}/.git\n".encode())(repo)


def loop(repo: Repo) -> None:
    (repo.root / ".git").rename(repo.root / "git")
    (repo.root / ".git").symlink_to("loop")
    (repo.root / "loop").symlink_to(".git")


def like_a_bare_one(repo: Repo) -> None:
    content("HEAD", b"ref: refs/heads/main\n")(repo)
    folder("objects")(repo)
    folder("refs")(repo)


def include_loop(repo: Repo) -> None:
    repo.git("config", "include.path", "config")


def device(path: str, kind: int, number: tuple[int, int]) -> Shape:
    def make(place: Path) -> None:
        try:
            os.mknod(place, 0o666 | kind, os.makedev(*number))
        except PermissionError:
            pytest.skip("devices are made by root alone")

    return replaced(path, make)


OPENS: dict[str, Shape] = {
    ".git leads to another repository": outside,
    "commondir leads to another repository": common_outside,
    "HEAD is a link, as old git made it": link(".git/HEAD", "refs/heads/main"),
    "objects are borrowed from somebody else": alternates(borrowing_from_somebody),
    "objects are borrowed from itself": alternates(lambda repo: f"{repo.root}/.git/objects\n"),
    "objects are borrowed from nowhere": alternates(lambda repo: "/nowhere\n\0\xff\n"),
    "the ignore file is a link to a file of the system": link(".gitignore", "/etc/passwd"),
    "the ignore file is a link to a device": link(".gitignore", "/dev/zero"),
    "the ignore file is a folder": folder(".gitignore"),
    "the ignore file is huge": huge(".gitignore", b"x" * 4000 + b"\n"),
    "the attributes are a link to a file of the system": link(".gitattributes", "/etc/passwd"),
    "the attributes are a link to a device": link(".gitattributes", "/dev/zero"),
    "the attributes are a folder": folder(".gitattributes"),
    "the attributes are huge": huge(".gitattributes", b"x" * 1000 + b" text\n"),
    "the submodules are a folder": folder(".gitmodules"),
    "the work tree has the files of a bare repository": like_a_bare_one,
}

REFUSED: dict[str, Shape] = {
    ".git leads to what is no repository": content(".git", b"gitdir: /usr\n"),
    ".git leads to a device": content(".git", b"gitdir: /dev/zero\n"),
    ".git leads to itself": content(".git", b"gitdir: .git\n"),
    ".git is a link to a device": link(".git", "/dev/zero"),
    ".git is a loop of links": loop,
    ".git is a pipe": pipe(".git"),
    ".git leads to a name with a NUL": content(".git", b"gitdir: a\0b\n"),
    "commondir leads to a name with a NUL": content(".git/commondir", b"a\0b\n"),
    ".git is a huge file": huge(".git", b"gitdir: x"),
    "the configuration is huge": replaced(
        ".git/config", lambda place: place.write_bytes(b"[a]\nb=c\n" * (LARGEST_CONFIG // 8 + 1))
    ),
    "the configuration cannot be parsed": added(".git/config", b"[core\n\tx = y\n"),
    "the configuration is a pipe": pipe(".git/config"),
    "the configuration is a folder": folder(".git/config"),
    "the configuration is a link to a device": link(".git/config", "/dev/zero"),
    "the configuration includes a pipe": included_pipe("include.path"),
    "the configuration includes a pipe under a condition": included_pipe("includeIf.onbranch:main.path"),
    "the configuration includes a device": added(".git/config", b"[include]\n\tpath = /dev/zero\n"),
    "the configuration includes itself": include_loop,
    "a setting is neither yes nor no": added(".git/config", b"[core]\n\tlogAllRefUpdates = 1x\n\tbare = x\n"),
    "HEAD is a link to a file of the system": link(".git/HEAD", "/etc/passwd"),
    "HEAD is a link to a device": link(".git/HEAD", "/dev/zero"),
    "HEAD is a pipe": pipe(".git/HEAD"),
    "HEAD is junk": content(".git/HEAD", bytes(range(256))),
    "HEAD is empty": content(".git/HEAD", b""),
    "a ref is junk": content(".git/refs/heads/main", bytes(range(256))),
    "a ref is a pipe": pipe(".git/refs/heads/main"),
    "a ref is a link to a device": link(".git/refs/heads/main", "/dev/zero"),
    "a ref is a link to a file of the system": link(".git/refs/heads/main", "/etc/passwd"),
    "the packed refs are a pipe": pipe(".git/packed-refs"),
    "the packed refs are junk": content(".git/packed-refs", bytes(range(256))),
    "the list of lenders is a pipe": pipe(".git/objects/info/alternates"),
    "a lender's list of lenders is a pipe": alternates(borrowing_from_a_pipe),
    "a pack is a pipe": packed_pipe,
    "an object is a pipe": loose_pipe,
    "the commit graph is a pipe": pipe(".git/objects/info/commit-graph"),
    "the index is a pipe": pipe(".git/index"),
    "the index is a link to a device": link(".git/index", "/dev/zero"),
    "the index is empty": content(".git/index", b""),
    "the index is junk": content(".git/index", bytes(range(256)) * 8),
    "commondir is a pipe": pipe(".git/commondir"),
    "commondir leads to nowhere": content(".git/commondir", b"/nowhere\n"),
    "the shallow file is a pipe": pipe(".git/shallow"),
    "the shallow file is junk": content(".git/shallow", bytes(range(256))),
    "the exclude file is a pipe": pipe(".git/info/exclude"),
    "the attributes of the clone are a pipe": pipe(".git/info/attributes"),
    "the ignore file is a pipe": pipe(".gitignore"),
    "an ignore file below is a pipe": pipe("folder/.gitignore"),
    "the attributes are a pipe": pipe(".gitattributes"),
    "the attributes below are a pipe": pipe("folder/.gitattributes"),
}


EITHER: dict[str, Shape] = {
    "the configuration holds a NUL": added(".git/config", b"[a]\n\tb = \0\n"),
    "the packed refs are a folder": folder(".git/packed-refs"),
    "the index is a folder": folder(".git/index"),
    "the commit graph is junk": content(".git/objects/info/commit-graph", b"CGPH\1\1\1\0" + b"x" * 999),
    "a pack is junk": content(f".git/objects/pack/pack-{'1' * 40}.pack", b"PACK" + b"x" * 999),
    "the index of packs is junk": content(".git/objects/pack/multi-pack-index", b"MIDX" + b"x" * 999),
    "the exclude file is a folder": folder(".git/info/exclude"),
    "the attributes of the clone are a folder": folder(".git/info/attributes"),
    "the exclude file is a link to a file of the system": link(".git/info/exclude", "/etc/passwd"),
    "info is a file": content(".git/info", b"x"),
    "the refs of remotes are a file": content(".git/refs/remotes", b"x"),
    "the submodules are a pipe": pipe(".gitmodules"),
    "the submodules are junk": content(".gitmodules", bytes(range(256))),
}


def opened(repo: Repo, *args: str) -> subprocess.CompletedProcess[str]:
    """The changes of the work tree, listed by a process of its own."""
    try:
        return process("changes", repo.root, *args, "--json", timeout=300)
    except subprocess.TimeoutExpired:
        raise AssertionError("it hangs") from None


@pytest.mark.parametrize("name", OPENS)
def test_an_odd_repository_opens(name: str, tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    OPENS[name](repo)
    ran = opened(repo)
    assert ran.returncode == 0, ran.stderr
    assert "a.py" in {file["path"] for file in json.loads(ran.stdout)["files"]}


@pytest.mark.parametrize("name", REFUSED)
def test_a_repository_that_cannot_be_read_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    REFUSED[name](repo)
    for _ in range(2):  # the second time over a shadow directory that is there
        ran = opened(repo)
        assert (ran.returncode, ran.stdout) == (1, ""), ran.stderr
        sentence, hint = ran.stderr.splitlines()
        assert sentence.endswith("."), ran.stderr
        assert hint
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", EITHER)
def test_what_one_git_takes_and_another_does_not_opens_or_is_refused(name: str, tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    EITHER[name](repo)
    ran = opened(repo)
    if ran.returncode == 0:
        assert "a.py" in {file["path"] for file in json.loads(ran.stdout)["files"]}
    else:
        assert ran.returncode == 1, ran.stderr
        assert len(ran.stderr.splitlines()) == 2, ran.stderr


@contextmanager
def a_socket(place: Path) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.getcwd()
        os.chdir(place.parent)  # the path of a socket must be short
        try:
            made.bind(place.name)
        finally:
            os.chdir(here)
        yield


def not_shown(document: dict[str, Any]) -> dict[str, str]:
    return {row["path"]: row["why"] for row in document["not_shown"]}


def test_pipes_sockets_and_devices_in_the_work_tree_are_listed_and_never_opened(tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    os.mkfifo(repo.root / "new-pipe")
    pipe("folder/b.py")(repo)
    with a_socket(repo.root / "folder/socket"):
        if os.geteuid() == 0:
            device("zero", stat.S_IFCHR, (1, 5))(repo)
        ran = opened(repo)
    assert ran.returncode == 0, ran.stderr
    why = not_shown(json.loads(ran.stdout))
    assert {"new-pipe", "folder/b.py", "folder/socket"} <= set(why)
    assert "a pipe" in why["new-pipe"]
    assert "a pipe" in why["folder/b.py"]
    assert "a socket" in why["folder/socket"]
    if os.geteuid() == 0:
        assert "a device" in why["zero"]


def test_a_file_is_read_and_what_is_none_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("file")
    assert read_plain(tmp_path / "file", 3) == b"123"
    assert read_plain(tmp_path / "link", 9) == b"12345"
    for name in ("pipe", ".", "nothing"):
        with pytest.raises(OSError, match=r"file|director"):
            read_plain(tmp_path / name, 9)


def test_what_was_looked_at_once_is_not_looked_at_again_but_for_what_is_cheap(tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    found = discover(repo.root)
    shadow = shadow_of(found, tmp_path / "data")
    soundness.check(found, shadow)
    assert (shadow / "sound").exists()
    loose_pipe(repo)
    soundness.check(found, shadow)  # one of perhaps a hundred thousand objects
    (shadow / "sound").unlink()
    with pytest.raises(Exception, match="a pipe"):
        soundness.check(found, shadow)
    assert not (shadow / "sound").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_somebody_else_opens_with_a_word_about_the_owner(tmp_path: Path) -> None:
    repo = odd(tmp_path / "repo")
    subprocess.run(["chown", "-R", "12345", str(repo.root)], check=True)
    # Plain git refuses it: its owner could have put programs there.
    assert b"dubious ownership" in repo.try_git("status", env={"SUDO_UID": ""}).stderr
    found = discover(repo.root)
    assert found.owner_warning is not None
    assert "belongs to user 12345" in found.owner_warning
    ran = opened(repo)
    assert ran.returncode == 0, ran.stderr
    assert [file["path"] for file in json.loads(ran.stdout)["files"]] == ["a.py"]
