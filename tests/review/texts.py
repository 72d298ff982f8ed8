"""File changes and reviews made from texts, for the tests of the pure floor."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import SequenceMatcher
from functools import cache
from hashlib import blake2b
from pathlib import Path

from workbench.review.actions import ReviewStarted, RoundArrived
from workbench.review.carry import carry_rounds
from workbench.review.changes import FileChange, Run, Status
from workbench.review.diff import parse_patches
from workbench.review.lines import split_lines
from workbench.review.notes import Place
from workbench.review.review import Review, apply, begin
from workbench.review.rounds import Answer, Round, Source
from workbench.review.splitting import with_changes

GOLDEN = Path(__file__).parent.parent / "golden"


def runs_between(old: bytes, new: bytes) -> tuple[Run, ...]:
    """The runs of a zero-context diff, by difflib, or by git inside `lines_by_git`."""
    return _differ[-1](old, new)


def _runs_by_difflib(old: bytes, new: bytes) -> tuple[Run, ...]:
    before, after = split_lines(old), split_lines(new)
    return tuple(
        Run(a + 1 if b > a else a, c + 1 if d > c else c, before[a:b], after[c:d])
        for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if tag != "equal"
    )


_differ: list[Callable[[bytes, bytes], tuple[Run, ...]]] = [_runs_by_difflib]


@contextmanager
def lines_by_git(folder: Path) -> Iterator[None]:
    """Within, lines are compared by the git on the path, as the program does it."""

    @cache
    def by_git(old: bytes, new: bytes) -> tuple[Run, ...]:
        (folder / "old").write_bytes(old)
        (folder / "new").write_bytes(new)
        options = "--no-index -U0 --text --no-color --no-ext-diff --no-textconv --histogram --full-index"
        command = ["git", "diff", *options.split(), "old", "new"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        return tuple(run for section in parse_patches(done.stdout) for run in section.runs)

    _differ.append(by_git)
    yield
    _differ.remove(by_git)


def blob_id(data: bytes | None) -> str | None:
    return None if data is None else blake2b(data, digest_size=20).hexdigest()


def changed(
    old: bytes | None,
    new: bytes | None,
    path: str = "a.py",
    *,
    base_path: str | None = None,
    old_mode: str = "100644",
    new_mode: str = "100644",
) -> FileChange:
    """The file change between two contents; None is no file. A `base_path` makes it a rename."""
    if old is None:
        status = Status.ADDED
    elif new is None:
        status = Status.DELETED
    else:
        status = Status.RENAMED if base_path not in (None, path) else Status.MODIFIED
    binary = b"\0" in (old or b"") + (new or b"")
    return with_changes(
        FileChange(
            status=status,
            path=path,
            base_path=None if old is None else base_path or path,
            old_mode=None if old is None else old_mode,
            new_mode=None if new is None else new_mode,
            old_id=blob_id(old),
            new_id=blob_id(new),
            similarity=80 if status is Status.RENAMED else None,
            binary=binary,
            runs=() if binary else runs_between(old or b"", new or b""),
        )
    )


def tree_changes(
    old: Mapping[str, bytes], new: Mapping[str, bytes], renames: Mapping[str, str] | None = None
) -> tuple[FileChange, ...]:
    """What differs between two trees. `renames` leads from a new path to the old one."""
    came_from = dict(renames or {})
    result = []
    for path in sorted(set(old) | set(new)):
        if path in came_from.values() and path not in new:
            continue
        before = came_from.get(path, path)
        one, other = old.get(before), new.get(path)
        if one != other or before != path:
            result.append(changed(one, other, path, base_path=before if one is not None else None))
    return tuple(result)


def started(task: str = "") -> Review:
    """A review without a round."""
    return begin(
        ReviewStarted(
            id="start",
            at=0.0,
            review="r",
            repository="/repo",
            base="base",
            base_commit=None,
            source=Source.WORKTREE,
            task=task,
        )
    )


def arrived(
    review: Review,
    before: tuple[FileChange, ...] = (),
    after: tuple[FileChange, ...] = (),
    between: tuple[FileChange, ...] = (),
    *,
    places: Mapping[str, Place | None] | None = None,
    answers: tuple[Answer, ...] = (),
) -> Review:
    """The review with one more round; verdicts are carried from `before` to `after`."""
    number = len(review.rounds) + 1
    return apply(
        review,
        RoundArrived(
            id=f"round{number}",
            at=0.0,
            round=Round(number, 0, Source.WORKTREE, f"tree{number}", f"start{number}", 0.0),
            carry=carry_rounds(before, after, between, review.current) if review.rounds else (),
            places=places or {},
            answers=answers,
        ),
    )


def golden(name: str, text: str) -> None:
    """Compare with the golden text of that name. A missing one is written, and fails, to be looked at."""
    path = GOLDEN / name
    if not path.exists():
        path.write_bytes(text.encode())
        raise AssertionError(f"{name} was written: look at it, then run again.")
    assert text == path.read_bytes().decode(), f"differs from tests/golden/{name}; delete it to write it anew"
