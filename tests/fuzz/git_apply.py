"""The oracle: `git apply --cached` on an index that holds the base, for many cases at once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.repos import CLEAN

Listing = dict[str, tuple[str, str]]
"""(mode, id) by path."""


class GitApply:
    """One bare git directory without any setting. It reads the objects of the repository beside it."""

    def __init__(self, folder: Path, objects: Path) -> None:
        self._folder = folder
        self._env = {**os.environ, **CLEAN, "HOME": str(folder), "GIT_DIR": str(folder), "LC_ALL": "C"}
        self._run(["init", "--quiet", "--bare", "--template=", str(folder)])
        (folder / "objects" / "info").mkdir(exist_ok=True)
        (folder / "objects" / "info" / "alternates").write_text(f"{objects}\n")

    def applied(
        self, base: str, patches: Mapping[str, bytes], *options: str
    ) -> tuple[Listing, dict[str, str]]:
        """The index after the patches of all cases, by path, and the refused cases with git's words."""
        refused: dict[str, str] = {}
        self._apply_some(base, dict(patches), options, refused)
        good = {name: patch for name, patch in patches.items() if name not in refused}
        self._run(["read-tree", base])
        words = self._apply(good, options)
        assert words is None, words
        rows = self._run(["ls-files", "-s", "-z"]).stdout.split(b"\0")
        found: Listing = {}
        for row in rows:
            head, tab, name = row.partition(b"\t")
            if tab:
                mode, identity, _ = head.decode().split(" ")
                found[name.decode("utf-8", "surrogateescape")] = (mode, identity)
        return found, refused

    def run(self, command: list[str]) -> bytes:
        """The output of any other git command here."""
        return self._run(command).stdout

    def _apply_some(
        self, base: str, patches: Mapping[str, bytes], options: tuple[str, ...], refused: dict[str, str]
    ) -> None:
        """Find the cases that git refuses. It takes all of a patch or nothing: they are found by halves."""
        self._run(["read-tree", base])
        words = self._apply(patches, options)
        if words is None:
            return
        names = list(patches)
        if len(names) == 1:
            refused[names[0]] = words
            return
        middle = len(names) // 2
        for part in (names[:middle], names[middle:]):
            self._apply_some(base, {name: patches[name] for name in part}, options, refused)

    def _apply(self, patches: Mapping[str, bytes], options: tuple[str, ...]) -> str | None:
        """Git's words where it refuses."""
        patch = b"".join(patches.values())
        if not patch:
            return None
        command = ["apply", "--cached", "--whitespace=nowarn", *options, "-"]
        done = self._run(command, data=patch, check=False)
        return done.stderr.decode(errors="replace").strip() if done.returncode else None

    def _run(
        self, command: list[str], *, data: bytes = b"", check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        place = self._folder if self._folder.exists() else self._folder.parent
        return subprocess.run(
            ["git", *command], cwd=place, input=data, env=self._env, capture_output=True, check=check
        )
