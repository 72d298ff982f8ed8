"""Repositories that tests start from, made with plain git.

Each scenario has a name and says what it holds.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

CLEAN = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+0000",
    "GIT_TERMINAL_PROMPT": "0",
}

Files = Mapping[str, bytes | str]


class Repo:
    """A work tree on disk, and plain git in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(
        self, *args: str | bytes, data: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> bytes:
        """Plain git, as a person would run it here. Fails the test where git fails."""
        done = self.try_git(*args, data=data, env=env)
        assert done.returncode == 0, f"git {args}: {done.stderr.decode(errors='replace')}"
        return done.stdout

    def try_git(
        self, *args: str | bytes, data: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """As `git`, whatever comes of it."""
        return subprocess.run(
            ["git", *args],
            cwd=self.root,
            input=data,
            capture_output=True,
            timeout=60,
            env={**os.environ, **CLEAN, **(env or {})},
        )

    def write(self, files: Files) -> None:
        for path, content in files.items():
            place = Path(os.fsdecode(os.fsencode(self.root) + b"/" + path.encode("utf-8", "surrogateescape")))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def commit(self, files: Files | None = None, message: str = "a commit") -> str:
        """Write files, and commit everything. Returns the commit."""
        self.write(files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").decode().strip()

    def tree(self, revision: str = "HEAD") -> str:
        return self.git("rev-parse", f"{revision}^{{tree}}").decode().strip()


def new_repo(root: Path, *, object_format: str = "sha1") -> Repo:
    """An empty repository without a commit, on branch main."""
    root.mkdir(parents=True, exist_ok=True)
    repo = Repo(root)
    repo.git("init", "-q", "-b", "main", f"--object-format={object_format}")
    return repo


def call_things(repo: Repo, name: str) -> None:
    """Beside its files: a link, a repository within and a hook, each with the name in it."""
    (repo.root / f"link{name}").symlink_to(f"to{name}")
    new_repo(repo.root / f"nested{name}").commit({"x": "x"})
    hook = repo.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n# {name}\n")
    hook.chmod(0o755)


def numbered(count: int, mark: str = "") -> str:
    """A file of numbered lines."""
    return "".join(f"line {number}{mark}\n" for number in range(1, count + 1))


def edited_repo(root: Path) -> Repo:
    """One commit, and in the work tree one edit, one new file and one removal."""
    repo = new_repo(root)
    repo.commit({"kept.py": numbered(20), "edited.py": numbered(20), "gone.py": numbered(5)})
    repo.write({"edited.py": numbered(20).replace("line 7\n", "line seven\n"), "new.py": "print('new')\n"})
    (root / "gone.py").unlink()
    return repo


def many_files(root: Path, count: int, *, folders: int = 10) -> Repo:
    """Two commits with `count` files, each edited in two places by the second."""
    repo = new_repo(root)
    files = {f"folder{number % folders}/file{number}.py": numbered(50) for number in range(count)}
    repo.commit(files)
    repo.commit(
        {path: text.replace("line 10\n", "ten\n").replace("line 30\n", "") for path, text in files.items()}
    )
    return repo
