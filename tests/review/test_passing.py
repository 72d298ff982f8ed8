"""What is passed to another process is what was found: every file change comes back equal."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from msgspec import DecodeError

from tests.repos import new_repo
from workbench.git.repository import Repository
from workbench.review.changes import Change, FileChange, Kind, Run, Status
from workbench.review.passing import BULKY, packed, portions, unpacked
from workbench.review.splitting import with_changes
from workbench.review.steps import resting


def passed(*files: FileChange) -> list[FileChange]:
    left = chain.from_iterable(map(portions, files))
    found = unpacked(packed(files), left)
    assert next(left, None) is None
    return found


def text_file(*runs: Run, status: Status = Status.MODIFIED) -> FileChange:
    file = FileChange(status, "a.py", "a.py", "100644", "100644", "1" * 40, "2" * 40, runs=runs)
    return with_changes(file)


def test_runs_and_their_changes_come_back_and_hold_their_lines_once() -> None:
    file = text_file(Run(3, 3, (b"old\n",), (b"new\n", b"more")), Run(9, 10, (), (b"\xff\x00\n",)))
    (again,) = passed(file)
    assert again == file
    assert all(change.added is run.added for change, run in zip(again.changes, again.runs, strict=True))


def test_a_long_run_that_was_cut_into_several_changes() -> None:
    lines = tuple(line for n in range(40) for line in (b"def f%d():\n" % n, b"    return 1\n", b"\n"))
    for run in (Run(0, 1, (), lines), Run(1, 0, lines, ())):
        file = text_file(run)
        assert len(file.changes) > 30
        assert passed(file) == [file]


def bulky(path: str = "a.py") -> FileChange:
    """A file with a run of very many lines, many small runs, and facts."""
    long = tuple(b"%d words\n" % number for number in range(BULKY))
    runs = [Run(0, 1, (), long)]
    runs += [Run(n, BULKY + n, (b"old\n",), (b"new\n", b"%d" % n)) for n in range(1, 1200)]
    file = FileChange(
        Status.RENAMED, path, "b.py", "100644", "100755", "1" * 40, "2" * 40, 90, runs=tuple(runs)
    )
    return with_changes(file)


def test_a_bulky_file_goes_in_portions_and_holds_its_lines_once() -> None:
    file, small = bulky(), text_file(Run(3, 3, (b"old\n",), (b"new\n",)))
    parts = list(portions(file))
    assert len(parts) > 12
    assert max(map(len, [*parts, packed([file])])) < 100_000
    assert not list(portions(small))
    first, again, third = passed(small, file, bulky("c.py"))
    assert (first, again, third) == (small, file, bulky("c.py"))
    texts = [change for change in again.changes if change.is_text]
    assert texts[0].added is again.runs[0].added


def test_others_are_let_in_between_the_portions() -> None:
    rested: list[None] = []
    with resting(lambda: rested.append(None)):
        passed(bulky())
    assert len(rested) > 10


@pytest.mark.parametrize("spoiled", [slice(0, 0), slice(0, 8), slice(1, None), slice(0, -1)])
def test_portions_that_are_missing_are_noticed(spoiled: slice) -> None:
    file = bulky()
    with pytest.raises(DecodeError):
        unpacked(packed([file]), iter(list(portions(file))[spoiled]))


def test_a_portion_of_more_than_was_announced_is_refused() -> None:
    file = bulky()
    parts = list(portions(file))
    lines = parts[4]
    with pytest.raises(DecodeError):
        unpacked(packed([file]), iter([*parts[:3], *[lines] * 12, *parts[3:]]))


def test_names_and_words_that_are_no_utf_8() -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    change = Change(
        "0" * 12, Kind.SYMLINK, name, None, 0, 0, (), (b"\xe9",), f"symbolic link to {name} added"
    )
    file = FileChange(Status.ADDED, name, None, None, "120000", None, "2" * 40, changes=(change,))
    assert passed(file) == [file]


def test_what_git_tells_of_a_repository_comes_back(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    lines = "".join(f"line {number}\n" for number in range(80))
    repo.commit({"a.py": lines, "gone.py": "x\n", "moved.py": lines + "tail\n", "empty": "", "bin": "\0one"})
    repo.git("mv", "moved.py", "there.py")
    repo.git("rm", "-q", "gone.py")
    repo.write(
        {"a.py": lines.replace("line 7\n", "").replace("line 50", "LINE"), "bin": "\0two", "new": lines}
    )
    (repo.root / "link").symlink_to("a.py")
    (repo.root / "a.py").chmod(0o755)
    repository = Repository.open(repo.root, tmp_path / "data")
    try:
        snapshot = repository.snapshot()
        files = repository.file_changes(repository.head().tree, snapshot.tree)
    finally:
        repository.close()
    assert {change.kind for file in files for change in file.changes} >= {
        Kind.TEXT,
        Kind.MODE,
        Kind.RENAME,
        Kind.BINARY,
        Kind.SYMLINK,
    }
    assert passed(*files) == list(files)


@pytest.mark.parametrize("data", [b"", b"nothing", packed([text_file(Run(1, 1, (b"a\n",), ()))])[:-3]])
def test_what_is_cut_off_or_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        unpacked(data)


def log(*lines: bytes, start: int = 1) -> FileChange:
    """A new file of these lines, as another process would give it: none of them is held elsewhere."""
    return text_file(Run(0, start, (), tuple(bytes(bytearray(line)) for line in lines)), status=Status.ADDED)


WORDS = [b"%d words of a log\n" % number for number in range(BULKY + 3_000)]


@pytest.mark.parametrize(
    ("now", "least"),
    [
        ([*WORDS, b"more\n"], len(WORDS) - 2_000),  # the last portion is another
        ([b"first\n", *WORDS], len(WORDS) - 2_000),
        ([*WORDS[:7_000], b"in between\n", *WORDS[7_000:]], len(WORDS) - 2_000),
        (WORDS[2_000:], len(WORDS) - 2_000),
        ([line.upper() for line in WORDS], 0),
        (WORDS, len(WORDS)),
    ],
)
def test_lines_that_two_rounds_have_are_held_once(now: list[bytes], least: int) -> None:
    before, file = log(*WORDS), log(*now)
    (found,) = unpacked(packed([file]), portions(file), before)
    assert found == file
    (run,) = found.runs
    held = {id(line) for line in before.runs[0].added}
    assert sum(id(line) in held for line in run.added) >= least
    assert all(change.added is run.added for change in found.changes if len(change.added) == len(run.added))


def test_the_lines_of_another_file_or_of_other_runs_change_nothing() -> None:
    file = bulky()
    runs = (Run(1, 1, (b"old\n",) * 9_000, (b"new\n",)), *file.runs[:3])
    others = [log(*WORDS), bulky("c.py"), text_file(*runs)]
    for before in others:
        (found,) = unpacked(packed([file]), portions(file), before)
        assert found == file
