"""Random cases of judging: two small trees and a list of verdicts. The same seed and number, the same case.

Cases stand side by side in one tree, each in a folder of its own, because a git child costs more than a
case. They must not meet there: git pairs a file that is gone in one case with a new one of another and
calls it a rename. So a block of cases has files that come or files that go, never both, and a case with a
rename has lines that no other case has.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from msgspec import Struct

from workbench.review.verdicts import Verdict

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
BLOCK = 500
"""Cases of one block may be looked at together."""

Entry = tuple[str, bytes]
"""A mode and the bytes; of a submodule, the commit's id in hexadecimal."""

Tree = Mapping[str, Entry]


class Step(Struct, frozen=True):
    """One act of judging. Numbers are taken modulo what there is, so that a step never names nothing."""

    how: str
    verdict: Verdict
    file: int = 0
    at: int = 0
    count: int = 1


class Case(Struct, frozen=True):
    """Two trees, and what is judged on their difference, in this order. Paths are relative to the case."""

    number: int
    old: Tree
    new: Tree
    steps: tuple[Step, ...]
    open_too: bool = False
    """Compose all that is not rejected, instead of what is accepted."""

    @property
    def folder(self) -> str:
        return f"c{self.number:07d}/"


SYNTAX = (
    *(b"--- x\n", b"+++ x\n", b"--- a/f\n", b"+++ b/f\n", b"@@ -1 +1 @@\n", b"@@\n", b"-- \n"),
    *(b"diff --git a/f b/f\n", b"\\ No newline at end of file\n", b"\\\n", b"-\n", b"+\n", b" \n"),
    *(b"GIT binary patch\n", b"index 1111111..2222222 100644\n", b"deleted file mode 100644\n"),
)
ENDS = (
    *(b"a\n", b"b\n", b"\n", b"a\r\n", b"\r\n", b"lone\rcr\n", b"\r\r\n", b"a \n", b"\ta\n", b"    a\n"),
    *(b"\x0c\n", b"\x0b\x1c\n", "nel\x85 ls\u2028 ps\u2029\n".encode(), b"\xff\xfe\n", b"caf\xe9\n"),
    *(b"\x93\xfa\x96{\n", "\U0001f600\n".encode(), "漢".encode("utf-16-le") + b"\n", b"\xef\xbb\xbfx\n"),
)
CODE = (b"if x:\n", b"    y()\n", b"\n", b"}\n", b"return\n", b"    return\n")
NAMES = (
    *("f", "f", "f", "f", "a b/x", "x b/x", " lead", "trail ", "tab\there", "new\nline", 'quo"te'),
    *("back\\slash", "-dash", ":(exclude)", "[k]eep.log", "ünï", "\udcff\udcfe", "@@ -1 +1 @@", "--- a"),
)


def make_case(seed: int, number: int) -> Case:
    """The case of that number."""
    chance = random.Random(f"{seed}/{number}")
    old: dict[str, Entry] = {}
    new: dict[str, Entry] = {}
    for place in range(1 if chance.random() < 0.85 else chance.randint(2, 3)):
        _add_file(chance, number, place, (old, new))
    steps = tuple(_step(chance) for _ in range(chance.choice((1, 1, 2, 3, 5, 8))))
    return Case(number, old, new, steps, chance.random() < 0.4)


def _step(chance: random.Random) -> Step:
    verdict = chance.choice((Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN))
    how = chance.choice(
        ("old", "new", "old", "new", "change", "change", "fact", "file", "scatter", "scatter")
    )
    count = chance.choice((1, 1, 2, 3, 9)) if how != "scatter" else chance.getrandbits(30)
    return Step(how, verdict, chance.randrange(4), chance.randrange(60), count)


def _add_file(
    chance: random.Random, number: int, place: int, sides: tuple[dict[str, Entry], dict[str, Entry]]
) -> None:
    """Put one file change of some kind into the two trees."""
    old, new = sides
    name = f"{chance.choice(NAMES)}{place or ''}"
    text = make_text(chance)
    mode = PROGRAM if chance.random() < 0.1 else FILE
    roll = chance.random()
    if roll < 0.58:
        old[name], new[name] = (mode, text), (_other_mode(chance, mode), edit(chance, text))
    elif roll < 0.74:
        # Files that come in even blocks, files that go in odd ones.
        (old if number // BLOCK % 2 else new)[name] = (mode, text)
    elif roll < 0.84:
        salted = [b"%d of %d, %d\n" % (line, number, place) for line in range(chance.randint(8, 16))]
        old[name] = (mode, b"".join(salted))
        new[f"moved{place}/{name}"] = (_other_mode(chance, mode), edit(chance, old[name][1], most=3))
    elif roll < 0.90:
        kinds = [(mode, text or b"x"), (LINK, b"target"), (LINK, b"other\nplace"), (SUBMODULE, b"1" * 40)]
        old[name], new[name] = chance.sample(kinds, 2)
    elif roll < 0.95:
        binary = bytes(chance.randrange(256) for _ in range(20)) + b"\0"
        old[name], new[name] = chance.sample([(mode, binary), (mode, text), (mode, b"\0" + text)], 2)
    elif roll < 0.97:
        old[name], new[name] = (SUBMODULE, b"1" * 40), (SUBMODULE, b"2" * 40)
    elif roll < 0.99:
        old[name], new[name] = (FILE, text), (PROGRAM, text)
    else:
        # A name that is a file on one side and a folder on the other: not every choice can exist.
        old[name], new[f"{name}/x"] = (mode, b"%d before\n" % number), (mode, b"%d after\n" % number)


def _other_mode(chance: random.Random, mode: str) -> str:
    if chance.random() < 0.9:
        return mode
    return FILE if mode == PROGRAM else PROGRAM


def make_text(chance: random.Random) -> bytes:
    """A text, seldom longer than twelve lines, often repetitive, sometimes without its last line end."""
    roll = chance.random()
    size = chance.randrange(13)
    if roll < 0.25:
        lines = chance.choices(chance.sample(SYNTAX + ENDS, 3), k=size)
    elif roll < 0.65:
        lines = chance.choices(SYNTAX + ENDS, k=size)
    elif roll < 0.8:
        block = chance.choices(CODE + SYNTAX, k=chance.randint(1, 4))
        lines = block * chance.randint(1, 6)
    elif roll < 0.93:
        lines = [b"line %d\n" % at for at in range(chance.choice((1, 2, 5, 10, 20)))]
    elif roll < 0.97:
        lines = [
            b"%bvalue %d\n" % (chance.choice((b"", b"    ", b"\n")), at)
            for at in range(chance.randint(31, 60))
        ]
    else:
        # A NUL so late that git takes the file for text.
        lines = [b"x" * 99 + b"\n"] * 81 + [b"late\0nul\n", b"\0\n"]
    data = b"".join(lines)
    return data if chance.random() < 0.6 else data.removesuffix(b"\n")


def edit(chance: random.Random, text: bytes, most: int = 6) -> bytes:
    """`text` with a few edits; once in a while a quite different text."""
    if chance.random() < 0.06 and most > 3:
        return make_text(chance)
    if chance.random() < 0.04:
        return text.removesuffix(b"\n") if text.endswith(b"\n") else text + b"\n"
    if chance.random() < 0.03:
        return text.replace(b"\r\n", b"\n") if b"\r\n" in text else text.replace(b"\n", b"\r\n")
    lines = text.split(b"\n")
    last = lines.pop()
    lines = [line + b"\n" for line in lines] + ([last] if last else [])
    for _ in range(chance.randint(1, most)):
        _edit_once(chance, lines)
    ended = b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines)
    return ended if chance.random() < 0.7 else ended.removesuffix(b"\n")


def _edit_once(chance: random.Random, lines: list[bytes]) -> None:
    at = chance.randint(0, len(lines))
    count = chance.choice((0, 1, 1, 1, 2, 3))
    roll = chance.random()
    if roll < 0.15:
        lines[at:at] = lines[at : at + count]
    elif roll < 0.25:
        lines[at : at + count] = reversed(lines[at : at + count])
    elif roll < 0.28:
        lines[at:at] = [b"    added %d\n" % number if number % 7 else b"\n" for number in range(40)]
    elif roll < 0.5:
        del lines[at : at + count]
    else:
        lines[at : at + count] = _some(chance)


def _some(chance: random.Random) -> Sequence[bytes]:
    return chance.choices(SYNTAX + ENDS + CODE, k=chance.choice((1, 1, 1, 2, 3)))
