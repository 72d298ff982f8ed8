"""Large repositories to measure on, made the same way each time, of the text of Python's own library.

Written by one `git fast-import` each: a file at a time would take longer than what is measured.
"""

from __future__ import annotations

import random
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks.repositories import git, git_environment

Edited = tuple[bytes, bytes]
"""A file's bytes before and after."""


def library(count: int, least: int = 60) -> list[list[bytes]]:
    """The lines of `count` files of the standard library, each at least so long; again from the first."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    found: list[list[bytes]] = []
    for path in sorted(folder.rglob("*.py")):
        if "site-packages" in path.parts or "dist-packages" in path.parts:
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        if len(lines) >= least:
            found.append(lines)
        if len(found) == count:
            break
    return [found[number % len(found)] for number in range(count)]


def edited(lines: Sequence[bytes], changes: int, length: int, seed: int) -> Edited:
    """A text with `changes` places where `length` lines are written anew, one more at each third."""
    chance = random.Random(seed)
    room = changes * (length + 4) + 4
    old = list(lines)
    while len(old) < room:
        old += lines
    old = old[: max(room, 400)]
    step = (len(old) - length - 2) // changes
    new: list[bytes] = []
    at = 0
    for number in range(changes):
        start = number * step + 1
        new += old[at:start]
        new += [_rewritten(line, chance) for line in old[start : start + length]]
        if number % 3 == 0:
            new.append(b"    added_%d = %d\n" % (seed, number))
        at = start + length
    new += old[at:]
    return b"".join(old), b"".join(new)


def _rewritten(line: bytes, chance: random.Random) -> bytes:
    """One word of a line changed, the way an edit by hand does."""
    words = line.rstrip(b"\n").split(b" ")
    at = chance.randrange(len(words))
    words[at] += b"_%d" % chance.randrange(50)
    return b" ".join(words) + b"\n"


def path_of(number: int) -> str:
    """Files by forties in a folder, as projects have them."""
    return f"package{number // 40:03}/module{number % 40:02}.py"


def range_of_changes(
    folder: Path, files: int = 1600, changes: int = 10_000, length: int = 10
) -> dict[str, Edited]:
    """A repository whose last commit makes `changes` changes in `files` files; what the files hold."""
    per_file = -(-changes // files)
    made: dict[str, Edited] = {}
    left = changes
    for number, lines in enumerate(library(files)):
        count = min(per_file, left)
        left -= count
        made[path_of(number)] = edited(lines, max(1, count), length, seed=number)
    with Import(folder) as stream:
        stream.commit("base", ((path, old) for path, (old, _) in made.items()))
        stream.commit("change", ((path, new) for path, (_, new) in made.items()))
    return made


def many_files(folder: Path, files: int, *, lines: int = 60, checkout: bool = True) -> list[str]:
    """A repository of `files` files in one commit, checked out; their paths."""
    texts = library(500)
    paths = [path_of(number) for number in range(files)]
    with Import(folder) as stream:
        stream.commit("base", ((path, _short(texts, number, lines)) for number, path in enumerate(paths)))
    if checkout:
        git(folder, "reset", "-q", "--hard", "main")
    return paths


def _short(texts: Sequence[Sequence[bytes]], number: int, lines: int) -> bytes:
    text = texts[number % len(texts)]
    return b"# file %d\n" % number + b"".join(text[:lines])


def change_some(folder: Path, paths: Iterable[str], seed: int = 1) -> int:
    """Write two changes into each of these files of a work tree; how many files that were."""
    chance = random.Random(seed)
    count = 0
    for path in paths:
        place = folder / path
        lines = place.read_bytes().splitlines(keepends=True)
        for at in (2, len(lines) - 3):
            lines[at] = _rewritten(lines[at], chance)
        place.write_bytes(b"".join(lines))
        count += 1
    return count


def huge_files(folder: Path, size: int = 100_000_000, line: int = 5_000_000) -> None:
    """A repository with an uncommitted file of 100 MB, one of as many bytes of lines, and a line of 5 MB."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "small.py").write_bytes(b"".join(library(1)[0]))
    (folder / "long_line.js").write_bytes(b"var first = 1;\n" + b"x" * 100 + b"\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    chance = random.Random(5)
    block = chance.randbytes(1_000_000)
    with (folder / "movie.bin").open("wb") as out:
        for _ in range(size // len(block)):
            out.write(block)
    text = b"".join(b"%08d some words that stand on a line of a log\n" % number for number in range(20_000))
    with (folder / "big.log").open("wb") as out:
        for _ in range(size // len(text)):
            out.write(text)
    (folder / "long_line.js").write_bytes(
        b"var first = 1;\n" + b"".join(b"f(%d);" % n for n in range(line // 8)) + b"\n"
    )
    change_some(folder, ["small.py"])


class Import:
    """One `git fast-import` into a new repository, commit by commit."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")
        self._process = subprocess.Popen(
            ["git", "fast-import", "--quiet", "--done"],
            cwd=folder,
            env=git_environment(folder),
            stdin=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        self._stream = self._process.stdin

    def __enter__(self) -> Import:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.write(b"done\n")
        self._stream.close()
        if self._process.wait() != 0:
            raise RuntimeError("git fast-import failed")

    def commit(self, message: str, files: Iterator[tuple[str, bytes]]) -> None:
        """One commit on main that sets these files."""
        words = message.encode()
        self._stream.write(b"commit refs/heads/main\ncommitter A <a@example.invalid> 1700000000 +0000\n")
        self._stream.write(b"data %d\n%b\n" % (len(words), words))
        for path, content in files:
            self._stream.write(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(content), content))
