"""Reviews of every size that the painted view is measured on, made the same way each time."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import large, repositories

LINES = 100_000
LONG = 5_000_000
MANY = 20_000


def thousand(folder: Path) -> str:
    """1,000 changes in 50 files."""
    return repositories.thousand_changes(folder)


def runs(folder: Path) -> str:
    """One file of 100,000 changed lines, in 20,000 places."""
    base = large.library(60)
    old: list[bytes] = []
    for number in range(LINES * 2):
        text = base[number % 60]
        old.append(text[(number // 60) % len(text)].rstrip(b"\n") + b"  # %d\n" % number)
    new = list(old)
    for at in range(0, len(new), 10):
        new[at : at + 5] = [line[:-1] + b" changed\n" for line in new[at : at + 5]]
    return _range(folder, {"runs.py": (b"".join(old), b"".join(new))})


def block(folder: Path) -> str:
    """One file of which 100,000 lines in a row are replaced, and a new one of as many."""
    chance = random.Random(3)
    names = repositories.WORDS
    new = [b"%s = call(%d, %r)\n" % (chance.choice(names).encode(), n, n * 7) for n in range(LINES)]
    old = [line.replace(b"call", b"ask") for line in new]
    made = [line if number % 7 else b"\n" for number, line in enumerate(new)]
    return _range(folder, {"block.py": (b"".join(old), b"".join(new)), "made.py": (b"", b"".join(made))})


def long_line(folder: Path) -> str:
    """A line of 5 MB that changed, among others."""
    parts = [b"f(%d);" % number for number in range(LONG // 9)]
    old = b"var first = 1;\n" + b"".join(parts) + b"\nvar last = 2;\n"
    parts[40] = b"changed(40);"
    new = b"var first = 11;\n" + b"".join(parts) + b"\nvar last = 2;\n"
    source = large.edited(large.library(1)[0], 12, 3, seed=4)
    return _range(folder, {"app.min.js": (old, new), "source.py": source})


def files(folder: Path) -> str:
    """20,000 files that all changed."""
    texts = large.library(500)
    made: dict[str, large.Edited] = {}
    for number in range(MANY):
        old = [b"# file %d\n" % number, *texts[number % 500][:60]]
        new = list(old)
        for at in (2, len(new) - 3):
            new[at] = new[at].rstrip(b"\n") + b"  # changed\n"
        made[large.path_of(number)] = (b"".join(old), b"".join(new))
    return _range(folder, made)


def _range(folder: Path, made: dict[str, large.Edited]) -> str:
    with large.Import(folder) as stream:
        stream.commit("base", ((path, old) for path, (old, _) in made.items() if old))
        stream.commit("change", ((path, new) for path, (_, new) in made.items()))
    return "HEAD~1..HEAD"


SIZES: dict[str, tuple[str, Callable[[Path], str]]] = {
    "thousand": ("1,000 changes", thousand),
    "runs": ("100,000 changed lines in 20,000 places", runs),
    "block": ("100,000 changed lines in a row", block),
    "long": ("a line of 5 MB", long_line),
    "files": ("20,000 files", files),
}
"""By name, what it is in words, and who makes it: gives the range to review."""
