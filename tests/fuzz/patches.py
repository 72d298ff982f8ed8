"""The suite of patches: what git diff makes, with any context and options, is applied exactly or refused.

Applied to the base it was made for, a patch gives the candidate. Without the ids that say which file it was
made for, or on a file that has changed since, every hunk must stand at exactly one place, which is looked
for here by brute force; else it must be refused.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from tests.fuzz.cases import BLOCK, SUBMODULE, Case, Tree, edit
from tests.fuzz.laboratory import Laboratory
from tests.fuzz.line_model import lines_of
from tests.fuzz.trying import tried
from workbench.errors import UserError
from workbench.review.patch import apply_patch

NAME = "patches"
CASES = 100_000

OPTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("-M",),
    ("-M", "--full-index"),
    ("-M", "-C", "--find-copies-harder"),
    ("--src-prefix=i/", "--dst-prefix=w/"),
    ("-M", "--no-prefix"),
    ("--histogram", "--inter-hunk-context=4"),
    ("--patience", "--function-context"),
    ("--minimal", "--text"),
    ("--abbrev=40", "--no-renames", "--indent-heuristic"),
)
_FOLDERS = re.compile(rb'[" /](c\d{7}/)')
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_INDEX = re.compile(rb"^index [0-9a-f]+\.\.[0-9a-f]+(?: \d+)?\n", re.MULTILINE)

Hunks = list[tuple[list[bytes], list[bytes]]]
"""The old and the new lines of each hunk, context included."""


def run(seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and what is wrong with it."""
    return tried(check, seed, first, count)


def check(cases: Sequence[Case]) -> dict[int, str]:
    """Failures by number. Context and options are those of the block."""
    block = cases[0].number // BLOCK
    base = {case.folder + path: entry for case in cases for path, entry in case.old.items()}
    with Laboratory(hostile=False) as lab:
        trees = lab.trees(
            base, {case.folder + path: entry for case in cases for path, entry in case.new.items()}
        )
        blanks = ["-c", f"diff.suppressBlankEmpty={'true' if block % 3 else 'false'}"]
        asked = [f"-U{block % 26}", *OPTIONS[block % len(OPTIONS)]]
        # The work tree's own command, because the plumbing obeys no diff.suppressBlankEmpty.
        output = lab.git(*blanks, "diff", "--binary", "--no-ext-diff", "--no-color", *asked, *trees)
    patches = dict.fromkeys((case.folder for case in cases), b"")
    for section in re.split(rb"^(?=diff --git )", output, flags=re.MULTILINE)[1:]:
        folders = set(_FOLDERS.findall(section.partition(b"\n")[0]))
        if len(folders) != 1:
            # Git took a file of one case for one of another, whose lines have equal hashes (of 17 bits).
            middle = len(cases) // 2
            return check(cases[:middle]) | check(cases[middle:])
        patches[folders.pop().decode()] += section
    found = {case.number: _wrong(case, patches[case.folder], base) for case in cases}
    return {number: why for number, why in found.items() if why is not None}


def _wrong(case: Case, patch: bytes, base: Tree) -> str | None:
    if not patch:
        return None if case.old == case.new else "git says nothing of a difference"
    whole = _applied(patch, base)
    if (
        SUBMODULE in {mode for tree in (case.old, case.new) for mode, _ in tree.values()}
        and b"160000" in patch
    ):
        return (
            None if isinstance(whole, str) and "submodule" in whole else f"a submodule was changed: {whole!r}"
        )
    wanted = {case.folder + path: entry for path, entry in case.new.items()}
    if whole != {path: entry for path, entry in base.items() if not path.startswith(case.folder)} | wanted:
        return f"applied to its own base: {whole if isinstance(whole, str) else 'another candidate'}"
    return _wrong_elsewhere(case, patch)


def _wrong_elsewhere(case: Case, patch: bytes) -> str | None:
    """The patch without ids on its own base, and with ids on a base that moved on. One file, lines only."""
    if (
        len(case.old) != 1
        or list(case.old) != list(case.new)
        or b"\n@@ " not in patch
        or b"GIT binary" in patch
    ):
        return None
    path = case.folder + next(iter(case.old))
    (mode, old), (new_mode, new) = *case.old.values(), *case.new.values()
    if mode[:2] != new_mode[:2]:
        return None
    hunks = _hunks_of(patch)
    stale = edit(random.Random(case.number), old, most=3)
    for what, text, given in (
        ("without ids", old, _INDEX.sub(b"", patch)),
        ("on a changed base", stale, patch),
        ("without ids on a changed base", stale, _INDEX.sub(b"", patch)),
    ):
        wanted = new if given is patch and text == old else _placed(hunks, text)
        found = _applied(given, {path: (mode, text)})
        if wanted is None and not isinstance(found, str):
            return f"{what}: applied where its place is not certain: {text!r} became {found}"
        if wanted is not None and found != {path: (new_mode, wanted)}:
            return f"{what}: on {text!r} not {wanted!r} but {found!r}"
    return None


def _applied(patch: bytes, base: Tree) -> dict[str, tuple[str, bytes]] | str:
    """The tree after the patch; where it is refused, the sentence."""
    try:
        changes = apply_patch(
            patch,
            lambda path: base[path][1] if path in base else None,
            lambda path: base[path][0] if path in base else None,
        )
    except UserError as refused:
        return refused.message
    return {path: entry for path, entry in {**base, **changes}.items() if entry is not None}


def _hunks_of(patch: bytes) -> Hunks:
    """The hunks of one file's patch, read without the program's reader."""
    lines = patch.split(b"\n")
    found: Hunks = []
    at = next(number for number, line in enumerate(lines) if line.startswith(b"@@ "))
    while at < len(lines) and (head := _HUNK.match(lines[at])):
        left = [1 if count is None else int(count) for count in (head[2], head[4])]
        old: list[bytes] = []
        new: list[bytes] = []
        at += 1
        while any(left) or lines[at].startswith(b"\\"):
            sign, line = lines[at][:1] or b" ", lines[at][1:] + b"\n"
            if sign == b"\\":
                before = lines[at - 1][:1]
                for side in [old] * (before != b"+") + [new] * (before != b"-"):
                    side[-1] = side[-1][:-1]
            else:
                if sign != b"+":
                    old.append(line)
                if sign != b"-":
                    new.append(line)
                left = [left[0] - (sign != b"+"), left[1] - (sign != b"-")]
            at += 1
        found.append((old, new))
    return found


def _placed(hunks: Hunks, text: bytes) -> bytes | None:
    """The text with every hunk at the one place where its old lines stand, None where that is not so."""
    lines = lines_of(text)
    result: list[bytes] = []
    done = 0
    for old, new in hunks:
        places = [at for at in range(len(lines) - len(old) + 1) if lines[at : at + len(old)] == old]
        if len(places) != 1 or places[0] < done or not (old or not lines):
            return None
        result += [*lines[done : places[0]], *new]
        done = places[0] + len(old)
    result += lines[done:]
    return None if any(not line.endswith(b"\n") for line in result[:-1]) else b"".join(result)
