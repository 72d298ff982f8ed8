"""Composes and writes the tree of many changes, in turn with plain git writing the same blobs and a tree.

`python -m tests.benchmarks.composing REPO RANGE SCRATCH PAIRS` prints the seconds of each as JSON. Every
second change is taken, so that every file is built line by line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.repositories import git_environment
from workbench.git.repository import Repository
from workbench.review.changes import FileChange
from workbench.review.compose import Take
from workbench.review.verdicts import Verdict, Verdicts, judged, select_changes
from workbench.workflow.composing import composed_files


def every_second(files: Sequence[FileChange]) -> Verdicts:
    """Verdicts that accept every second change."""
    changes = [change for file in files for change in file.changes]
    return judged({}, select_changes(changes[::2]), Verdict.ACCEPTED)


def plain(folder: Path, base: str, contents: Sequence[bytes], objects: Path) -> float:
    """Seconds that git itself takes: `fast-import` of the blobs, `read-tree`, `write-tree`."""
    env = {**git_environment(folder), "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects)}
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], env=env, check=True)
    stream = b"".join(b"blob\ndata %d\n%b\n" % (len(each), each) for each in contents) + b"done\n"
    began = time.perf_counter()
    for args, data in (
        (["fast-import", "--quiet", "--done"], stream),
        (["read-tree", base], None),
        (["write-tree"], None),
    ):
        subprocess.run(["git", *args], cwd=folder, env=env, input=data, check=True, capture_output=True)
    return time.perf_counter() - began


def main(folder: str, range_text: str, scratch: str, pairs: str) -> int:
    """Alternate the two; each time into a fresh directory, because git skips what it has."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(int(pairs)):
        repository = Repository.open(Path(folder), Path(scratch) / f"data{number}")
        found = repository.resolve(range_text)
        files = repository.file_changes(found.base_tree, found.tree)
        verdicts = every_second(files)
        began = time.perf_counter()
        results = composed_files(repository, files, verdicts, Take.ACCEPTED)
        repository.compose_tree(found.base_tree, results)
        ours.append(time.perf_counter() - began)
        contents = [
            entry[1] for entry in results.values() if entry is not None and isinstance(entry[1], bytes)
        ]
        objects = Path(folder) / ".git" / "objects"
        theirs.append(plain(Path(scratch) / f"bare{number}", found.base_tree, contents, objects))
        repository.close()
    print(
        json.dumps(
            {
                "ours": ours,
                "theirs": theirs,
                "files": len(files),
                "changes": sum(len(f.changes) for f in files),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
