"""No setting, no file of `.git` and no name changes what is shown: it is what a plain clone shows."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.driver import CommandLine
from tests.hostile import changed, contents
from tests.repos import Repo, new_repo, numbered
from workbench.errors import UserError
from workbench.git.repository import Repository

Twist = Callable[[Repo], object]


@pytest.fixture
def wb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return CommandLine(capsys, monkeypatch)


def work(root: Path) -> Repo:
    """Two commits with every kind of change between them, and more in the work tree."""
    repo = new_repo(root)
    long = numbered(60)
    repo.commit(
        {
            "long.py": long,
            "moved.py": numbered(30, "m"),
            "gone.py": "gone\n",
            "é ü.py": "x\n",
            "deep/a.py": "a\n",
        }
    )
    repo.git("tag", "first")
    (root / "moved.py").rename(root / "here.py")
    repo.commit({"long.py": long.replace("line 7\n", "seven  \n"), "bytes.bin": b"\0\1\2"})
    repo.git("tag", "second")
    repo.commit({"long.py": long.replace("line 9\n", "\tnine\n")})
    # No setting may tell what is ignored: these lines end in blanks and CRs on purpose.
    repo.write({"long.py": long.replace("line 30\n", "thirty\r\n"), "new.py": "new\n", "-x.py": "dash\n"})
    (root / "gone.py").unlink()
    (root / "here.py").chmod(0o755)
    return repo


def setting(name: str, value: str) -> Twist:
    return lambda repo: repo.git("config", name, value)


SETTINGS: dict[str, str] = {
    "core.quotePath": "false",
    "core.precomposeUnicode": "true",
    "core.ignoreCase": "true",
    "core.fileMode": "false",
    "core.symlinks": "false",
    "core.bare": "true",
    "core.worktree": "/tmp",
    "core.abbrev": "4",
    "core.untrackedCache": "true",
    "core.preloadIndex": "false",
    "core.checkStat": "minimal",
    "core.trustctime": "false",
    "core.bigFileThreshold": "1",
    "core.excludesFile": "../ignored",
    "core.attributesFile": "../attributes",
    "core.commentChar": "l",
    "core.whitespace": "-trailing-space",
    "core.useReplaceRefs": "true",
    "core.warnAmbiguousRefs": "false",
    "core.sharedRepository": "0777",
    "core.notesRef": "refs/heads/main",
    "core.sparseCheckout": "true",
    "core.multiPackIndex": "true",
    "core.compression": "0",
    "color.ui": "always",
    "color.diff": "always",
    "column.ui": "always",
    "i18n.logOutputEncoding": "UTF-16",
    "i18n.commitEncoding": "UTF-16",
    "index.version": "4",
    "index.sparse": "true",
    "feature.manyFiles": "true",
    "feature.experimental": "true",
    "fetch.negotiationAlgorithm": "skipping",
    "status.showUntrackedFiles": "no",
    "status.relativePaths": "true",
    "log.showRoot": "false",
    "log.diffMerges": "off",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.relative": "true",
    "diff.orderFile": "../ignored",
    "diff.context": "25",
    "diff.interHunkContext": "99",
    "diff.suppressBlankEmpty": "true",
    "diff.submodule": "log",
    "diff.ignoreSubmodules": "all",
    "diff.renames": "copies",
    "diff.renameLimit": "1",
    "diff.algorithm": "minimal",
    "diff.indentHeuristic": "true",
    "diff.colorMoved": "zebra",
    "diff.wsErrorHighlight": "all",
    "diff.wordRegex": ".",
    "diff.dirstat": "lines",
    "diff.statGraphWidth": "1",
    "diff.autoRefreshIndex": "true",
    "apply.whitespace": "fix",
    "apply.ignoreWhitespace": "change",
    "merge.conflictStyle": "zdiff3",
    "safe.directory": "/nowhere",
    "safe.bareRepository": "explicit",
    "transfer.hideRefs": "refs/heads",
    "submodule.recurse": "true",
    "gc.auto": "1",
    "maintenance.auto": "true",
    "pack.threads": "1",
    "pager.diff": "true",
}


def split_index(repo: Repo) -> None:
    repo.git("update-index", "--split-index")
    assert list((repo.root / ".git").glob("sharedindex.*"))


def other_index(repo: Repo) -> None:
    repo.git("update-index", "--index-version", "4", "--force-untracked-cache")


def marked(repo: Repo) -> None:
    repo.git("update-index", "--assume-unchanged", "long.py", "here.py")
    repo.git("update-index", "--skip-worktree", "é ü.py", "bytes.bin")


def sparse_index(repo: Repo) -> None:
    """An index with a folder in place of the files below it, which are not checked out."""
    repo.try_git("update-index", "-q", "--refresh")
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    assert not (repo.root / "deep").exists()


def replaced(repo: Repo) -> None:
    """The second commit stands for the first, and its file for the other."""
    repo.git("replace", "first", "second")
    repo.git("replace", "first:long.py", "second:long.py")


def grafted(repo: Repo) -> None:
    """The second commit gets the last one as its parent."""
    ids = [repo.git("rev-parse", name).decode().strip() for name in ("second", "HEAD", "first")]
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/grafts").write_text(f"{ids[0]} {ids[1]}\n{ids[1]} {ids[2]}\n")
    assert repo.git("rev-parse", "second~1").decode().strip() == ids[1]


def lying_graph(repo: Repo) -> None:
    """A commit graph that says of the second commit that the last one is its parent."""
    repo.git("commit-graph", "write", "--reachable")
    place = repo.root / ".git/objects/info/commit-graph"
    place.chmod(0o644)
    data = place.read_bytes()[:-20]
    # A row of it: the tree, the numbers of two parents among the sorted commits, and times.
    last = repo.git("rev-parse", "HEAD").decode().strip()
    number = sorted(repo.git("rev-list", "--all").decode().split()).index(last)
    row = data.index(bytes.fromhex(repo.tree("second"))) + 20
    data = data[:row] + number.to_bytes(4, "big") + data[row + 4 :]
    place.write_bytes(data + hashlib.sha1(data).digest())
    assert repo.git("rev-parse", "HEAD~2").decode().strip() == last


def ambiguous(repo: Repo) -> None:
    """Branches and tags with the names of what is asked for."""
    for name in ("HEAD", "main", "first..second"):
        repo.git("update-ref", f"refs/tags/{name.replace('..', '-')}", "first")
    repo.git("update-ref", "refs/heads/second", "first")


TWISTS: dict[str, Twist] = {
    **{f"{name}={value}": setting(name, value) for name, value in SETTINGS.items()},
    "bare, with a work tree elsewhere": lambda repo: (
        repo.git("config", "core.worktree", "/tmp"),
        repo.git("config", "core.bare", "true"),
    ),
    "a split index": split_index,
    "a sparse index": sparse_index,
    "an index of version 4 with an untracked cache": other_index,
    "marks that say not to look": marked,
    "replacing objects": replaced,
    "grafted parents": grafted,
    "a commit graph that lies": lying_graph,
    "names that are ambiguous": ambiguous,
}


RANGES = ((), ("HEAD~2..second",), ("HEAD~2...HEAD",), ("second",))


def shown(wb: CommandLine, repo: Repo, *args: str) -> Any:
    """Every file and change, without what differs from run to run."""
    document = wb.json("changes", repo.root, *args)
    return {name: value for name, value in document.items() if name != "review"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    return work(tmp_path_factory.mktemp("made") / "repo")


@pytest.mark.skipif(os.name != "posix", reason="modes and odd names")
@pytest.mark.parametrize("name", TWISTS)
def test_nothing_in_the_repository_changes_what_is_shown(
    name: str, made: Repo, wb: CommandLine, tmp_path: Path
) -> None:
    repo = Repo(tmp_path / "repo")
    shutil.copytree(made.root, repo.root, symlinks=True)
    (tmp_path / "ignored").write_text("new.py\n*.py\n")
    (tmp_path / "attributes").write_text("*.py -diff\n*.bin diff\n")
    expected = [shown(wb, made, *args) for args in RANGES]
    TWISTS[name](repo)
    before = contents(repo.root)
    found = [shown(wb, repo, *args) for args in RANGES]
    assert [one["files"] for one in found] == [one["files"] for one in expected]
    assert [one["base"] for one in found] == [one["base"] for one in expected]
    assert changed(before, contents(repo.root)) == []


@pytest.mark.parametrize(
    "text",
    [
        "--output=x",
        "-h",
        "--all",
        "--git-dir=/tmp",
        "--output=x..HEAD",
        "HEAD..--output=x",
        "-",
        "--",
        "@{-1}",
    ],
)
def test_no_revision_is_taken_for_an_option(text: str, made: Repo, tmp_path: Path) -> None:
    repository = Repository.open(made.root, tmp_path / "data")
    before = contents(made.root)
    with pytest.raises(UserError):
        repository.resolve(text)
    repository.close()
    assert changed(before, contents(made.root)) == []


HOSTILE_NAMES = (
    "--output=written.py",
    "-",
    "--",
    ":(exclude)long.py",
    ":!x",
    "a\tb",
    "a\nb",
    "a\n:000000 100644 0000000 1111111 A\tforged",
    'quo"te\\n',
    "diff --git a/forged b/forged",
    " leading and trailing ",
    "*.py",
    "\x1b[31mred",
    "caf\udce9",
)


@pytest.mark.skipif(os.name != "posix", reason="names that only posix can hold")
def test_no_name_of_a_file_is_an_option_a_pattern_or_another_file(wb: CommandLine, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"long.py": "one\n"})
    repo.write({name: f"in {number}\n" for number, name in enumerate(HOSTILE_NAMES)})
    review = wb.start(repo.root)
    files = wb.files(review)
    assert set(files) == set(HOSTILE_NAMES)
    for number, name in enumerate(HOSTILE_NAMES):
        wb("judge", review, "accepted", files[name]["changes"][0]["id"])
        assert wb.progress(review)["accepted"] == number + 1
    for command in ("changes", "show", "feedback"):
        assert "\x1b" not in wb(command, review)  # a name moves no cursor and colours nothing
    wb("land", review, "--to", f"patch:{tmp_path / 'a.patch'}")
    target = new_repo(tmp_path / "target")
    target.commit({"long.py": "one\n"})
    target.git("apply", str(tmp_path / "a.patch"))
    for number, name in enumerate(HOSTILE_NAMES):
        assert (target.root / name).read_text() == f"in {number}\n"
