"""Real git in a temporary directory, for made-up texts and trees: the oracle of the review floor."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from workbench.review.changes import FileChange, Run
from workbench.review.diff import parse_patches, read_diff

DIFF = [
    *("diff-tree", "-r", "--raw", "-p", "-z", "-U0", "--full-index", "--no-abbrev", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--histogram", "-M50%", "-l0"),
]

Files = Mapping[str, tuple[str, bytes]]
"""Path → (mode, bytes)."""


class GitBox:
    """One bare repository; every tree is made through a private index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.git("init", "--bare", "--quiet", "--template=", str(folder))

    def git(self, *args: str, data: bytes = b"", index: str = "index") -> bytes:
        env = {**os.environ, "GIT_DIR": str(self._folder), "GIT_INDEX_FILE": str(self._folder / index)}
        done = subprocess.run(
            ["git", *args], input=data, env=env, cwd=self._folder, capture_output=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"git {args}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def blob(self, data: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", data=data).decode().strip()

    def tree(self, files: Files) -> str:
        rows = []
        for path, (mode, data) in files.items():
            identity = data.decode() if mode == "160000" else self.blob(data)
            rows.append(f"{mode} {identity}\t{path}\0".encode("utf-8", "surrogateescape"))
        self.git("read-tree", "--empty")
        self.git("update-index", "-z", "--index-info", data=b"".join(rows))
        return self.git("write-tree").decode().strip()

    def diff(self, old: str, new: str, *options: str) -> tuple[FileChange, ...]:
        return read_diff(self.git(*DIFF, *options, old, new))

    def changes(self, old: Files, new: Files) -> tuple[FileChange, ...]:
        return self.diff(self.tree(old), self.tree(new))

    def runs(self, old: bytes, new: bytes) -> tuple[Run, ...]:
        """The runs between two texts, without a tree: two git children."""
        ids = (self.blob(old), self.blob(new))
        data = self.git(
            "diff", "-U0", "--full-index", "--no-color", "--no-ext-diff", "--text", "--histogram", *ids
        )
        return tuple(run for section in parse_patches(data) for run in section.runs)

    def applied(self, old: bytes, patch: bytes) -> bytes:
        """The bytes of `f` after `git apply --cached` on an index that holds `old` there."""
        row = f"100644 {self.blob(old)}\tf\0".encode()
        self.git("read-tree", "--empty")
        self.git("update-index", "-z", "--index-info", data=row)
        self.git("apply", "--cached", "--whitespace=nowarn", "--unidiff-zero", data=patch)
        return self.git("cat-file", "blob", ":f")
