"""A repository to try cases in: trees by plain git, and the program's own `Repository` on it.

The user's side of it may be hostile: every setting and attribute that is known to change what git shows or
applies is set, and nothing that is shown or composed may change by it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from tests.fuzz.cases import SUBMODULE, Entry, Tree
from tests.fuzz.git_apply import GitApply
from tests.fuzz.selection_patch import quoted
from tests.repos import CLEAN
from workbench.git.repository import Repository

HOSTILE = {
    "apply.whitespace": "fix",
    "apply.ignoreWhitespace": "change",
    "color.ui": "always",
    "color.diff": "always",
    "core.attributesFile": "~/attributes",
    "core.autocrlf": "true",
    "core.eol": "crlf",
    "core.quotePath": "false",
    "core.whitespace": "trailing-space,cr-at-eol",
    "diff.algorithm": "minimal",
    "diff.colorMoved": "zebra",
    "diff.context": "25",
    "diff.dstPrefix": "no/",
    "diff.external": "/bin/false",
    "diff.ignoreSubmodules": "all",
    "diff.interHunkContext": "9",
    "diff.mnemonicPrefix": "true",
    "diff.noprefix": "true",
    "diff.orderFile": "/dev/null",
    "diff.relative": "true",
    "diff.renameLimit": "1",
    "diff.renames": "copies",
    "diff.srcPrefix": "un/",
    "diff.submodule": "log",
    "diff.suppressBlankEmpty": "true",
    "diff.wordRegex": ".",
    "i18n.logOutputEncoding": "latin1",
}
ATTRIBUTES = b"* text eol=crlf ident filter=evil diff=evil working-tree-encoding=UTF-16\nf -diff\n*x binary\n"


class Laboratory:
    """One repository in a folder of its own. The index that git applies to belongs to nobody else."""

    def __init__(self, *, hostile: bool) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="workbench-fuzz-")
        self.folder = Path(self._scratch.name)
        self.root = self.folder / "repo"
        self.root.mkdir()
        self.hostile = hostile
        self.git("init", "--quiet", "-b", "main")
        if hostile:
            self._make_hostile()
        self.repository = Repository.open(self.root, self.folder / "data")
        self.oracle = GitApply(self.folder / "oracle", self.root / ".git" / "objects")

    def __enter__(self) -> Laboratory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.repository.close()
        self._scratch.cleanup()

    def _make_hostile(self) -> None:
        sections = "".join(
            f"[{name.rpartition('.')[0]}]\n\t{name.rpartition('.')[2]} = {value}\n"
            for name, value in HOSTILE.items()
        )
        for place in (self.root / ".git" / "config", self.folder / ".gitconfig"):
            with place.open("a") as file:
                file.write(sections)
        for place in (
            self.root / ".git" / "info" / "attributes",
            self.root / ".gitattributes",
            self.folder / "attributes",
        ):
            place.write_bytes(ATTRIBUTES)

    def git(self, *args: str, data: bytes = b"") -> bytes:
        """Plain git, with no settings but the repository's own."""
        env = {**os.environ, **CLEAN, "HOME": str(self.folder), "LC_ALL": "C"}
        done = subprocess.run(
            ["git", *args], cwd=self.root, input=data, env=env, capture_output=True, check=False
        )
        if done.returncode:
            raise AssertionError(f"git {args}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def trees(self, *trees: Tree) -> list[str]:
        """The ids of trees, all of them written by one child."""
        stream = b"".join(_commit(number, tree, hostile=self.hostile) for number, tree in enumerate(trees))
        self.git(
            "-c",
            "fastimport.unpackLimit=1",
            "fast-import",
            "--quiet",
            "--force",
            "--done",
            data=stream + b"done\n",
        )
        names = [f"refs/heads/t{number}^{{tree}}" for number in range(len(trees))]
        return self.git("rev-parse", *names).decode().split()


def _commit(number: int, tree: Tree, *, hostile: bool) -> bytes:
    entries: Mapping[str, Entry] = {**tree, ".gitattributes": ("100644", ATTRIBUTES)} if hostile else tree
    parts = [
        b"reset refs/heads/t%d\ncommit refs/heads/t%d\ncommitter A <a@b> 1 +0000\ndata 0\n" % (number, number)
    ]
    for path, (mode, data) in entries.items():
        if mode == SUBMODULE:
            parts.append(b"M 160000 %b %b\n" % (data, quoted(path)))
        else:
            parts.append(b"M %b inline %b\ndata %d\n%b\n" % (mode.encode(), quoted(path), len(data), data))
    return b"".join(parts) + b"\n"


def by_folder(
    entries: Mapping[str, tuple[str, str]], folders: Iterable[str]
) -> dict[str, dict[str, tuple[str, str]]]:
    """Entries under each folder, each by its whole path."""
    result: dict[str, dict[str, tuple[str, str]]] = {folder: {} for folder in folders}
    for path, entry in entries.items():
        folder = path.partition("/")[0] + "/"
        if folder in result:
            result[folder][path] = entry
    return result
