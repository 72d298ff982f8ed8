"""Makes a new repository with one commit, for the demo. Never touches one that exists."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import UserError
from workbench.git.runner import Where, run


def create_repository(folder: Path, files: Mapping[str, tuple[str, bytes]], message: str, at: int) -> None:
    """A repository at `folder` whose one commit on `main` holds `files` (path to mode, bytes), checked out.

    `at` is the commit's time in seconds since the epoch. UserError if `folder` holds anything already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty.", hint="Name a folder that does not exist yet.")
    folder.mkdir(parents=True, exist_ok=True)
    git_dir = str(folder / ".git")
    where = Where(git_dir, str(folder))
    run(["init", "--quiet", "--template=", "--initial-branch=main", str(folder)], where)
    run(["fast-import", "--quiet"], where, data=_stream(files, message, at))
    run(["read-tree", "HEAD"], where)
    for path, (mode, data) in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.chmod(target, 0o755 if mode == "100755" else 0o644)


def _stream(files: Mapping[str, tuple[str, bytes]], message: str, at: int) -> bytes:
    text = message.encode()
    parts = [
        b"commit refs/heads/main\n",
        b"committer Demo <demo@example.invalid> %d +0000\n" % at,
        b"data %d\n%s\n" % (len(text), text),
    ]
    for path, (mode, data) in files.items():
        parts.append(b"M %s inline %s\n" % (mode.encode(), path.encode()))
        parts.append(b"data %d\n%s\n" % (len(data), data))
    return b"".join(parts)
