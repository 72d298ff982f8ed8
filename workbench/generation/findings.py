"""What a second reader must answer, and how its text is read and its places are verified. Pure.

The form, told to the model by `resources/prompts/findings.md`: one block a finding with its place, the exact
code there, a claim and its evidence, closed by one end mark. Text outside the blocks is kept as remarks and
means nothing. Without the end mark an answer is never complete, whatever the connection said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from workbench.generation.contract import Marks, read_path, write_path
from workbench.review.changes import Side
from workbench.review.findings import Draft, without_repeats
from workbench.review.notes import Intent
from workbench.review.places import place_lines
from workbench.review.text import decode

VERSION = 1
"""Of the form. Also in the first line of `resources/prompts/findings.md`, and in every exchange."""

NEAR = 30
"""How many lines away from where a finding says it stands its code is looked for."""
BAR = "│"
"""What ends the columns of marks and numbers that the reader is shown before each line."""
INTENTS = (Intent.MUST, Intent.SHOULD, Intent.QUESTION)

_MARKERS = re.compile(
    rb"^(<{7,} FINDING .*|={7,} (?:CODE|CLAIM|EVIDENCE)[ \t\r]*|>{7,} (?:END|FINDINGS COMPLETE)[ \t\r]*)$",
    re.MULTILINE,
)
_OPENING = re.compile(r"(\w+)[ \t]+(old|new)[ \t]+(\d+)(?:[ \t]*[-–][ \t]*(\d+))?[ \t]+(\S.*)", re.IGNORECASE)
_COLUMNS = re.compile(rf"^[-+ ]?[ \t]*\d+{BAR}")
_PARTS = ("CODE", "CLAIM", "EVIDENCE")
_MOST_LINES = 400
_LONGEST = 10_000


def complete_mark(marks: Marks) -> str:
    """The end mark. Another than a round's, so that neither is taken for the other."""
    return f"{'>' * marks.width} FINDINGS COMPLETE"


def marks_for(contents: Iterable[bytes]) -> Marks:
    """Marks that occur in none of the files: code about this very form can be quoted too."""
    widest = 0
    for data in contents:
        for found in _MARKERS.finditer(data):
            line = found.group()
            widest = max(widest, len(line) - len(line.lstrip(line[:1])))
    return Marks(max(Marks().width, widest + 1)) if widest else Marks()


class Claimed(Struct, frozen=True):
    """One finding as a model wrote it, with nothing verified. `quote` has its lines without their ends."""

    path: str
    side: Side
    start: int
    intent: Intent
    quote: tuple[str, ...]
    claim: str
    evidence: str


class ParsedFindings(Struct, frozen=True):
    """An answer as it was read. `problems` are sentences about its form; a block with one is no finding."""

    findings: tuple[Claimed, ...] = ()
    complete: bool = False
    problems: tuple[str, ...] = ()
    remarks: str = ""


class Verified(Struct, frozen=True):
    """The findings whose places are certain, each once, and a sentence about every other one."""

    drafts: tuple[Draft, ...] = ()
    dropped: tuple[str, ...] = ()
    repeated: int = 0


def parse(text: str, marks: Marks | None = None) -> ParsedFindings:
    """Read an answer. Never raises: whatever does not fit becomes a problem in words."""
    reader = _Reader(_without_thinking(text).split("\n"), marks or Marks())
    findings: list[Claimed] = []
    for block in reader.blocks():
        understood = _understand(block)
        if isinstance(understood, str):
            reader.problems.append(understood)
        else:
            findings.append(understood)
    remarks = "\n".join(reader.remarks).strip()
    return ParsedFindings(tuple(findings), reader.complete, tuple(reader.problems), remarks)


def verify(
    findings: Sequence[Claimed],
    lines: Mapping[tuple[str, Side], Sequence[bytes]],
    problems: Sequence[str] = (),
) -> Verified:
    """Find the place of each; `lines` are both sides of every file that the reader was given.

    `problems` are blocks that were no findings: whatever they were about is dropped too.
    """
    drafts: list[Draft] = []
    dropped = list(problems)
    for each in findings:
        known = lines.get((each.path, each.side))
        found = _located(each, known or ())
        if found is None:
            where = f"{write_path(each.path)}, {each.side.value} {each.start}"
            why = "its code does not stand there" if known else "there are no such lines in what was read"
            dropped.append(f"{where}: {why}. {each.claim}")
            continue
        start, count = found
        place = place_lines(each.path, each.side, known or (), start, count)
        drafts.append(Draft(each.intent, place, each.claim, each.evidence))
    once = without_repeats(drafts)
    return Verified(once, tuple(dropped), len(drafts) - len(once))


def _located(finding: Claimed, lines: Sequence[bytes]) -> tuple[int, int] | None:
    """Where the quoted code stands, as (line from 1, count): there, or at one place near by; else None."""
    quote = _trimmed(finding.quote)
    if not quote:
        return None
    texts = [decode(line) for line in lines]
    for candidate in (quote, tuple(_COLUMNS.sub("", line) for line in quote)):
        if not any(line.strip() for line in candidate):
            continue
        size, at = len(candidate), finding.start - 1
        near = range(max(0, at - NEAR), min(len(texts), at + NEAR + 1))
        found = [place for place in near if tuple(texts[place : place + size]) == candidate]
        if at in found:
            return at + 1, size
        if found:
            return (found[0] + 1, size) if len(found) == 1 else None
    return None


def _trimmed(quote: Sequence[str]) -> tuple[str, ...]:
    """The quote without empty lines around it, which models put there, and without carriage returns."""
    lines = [line.removesuffix("\r") for line in quote]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return tuple(lines)


class _Block(Struct, frozen=True):
    """A block before it is understood."""

    opening: str
    line: int
    parts: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]
    closed: bool


class _Reader:
    """Goes over the lines once and cuts them into blocks."""

    def __init__(self, lines: Sequence[str], marks: Marks) -> None:
        self._lines = lines
        self._complete = complete_mark(marks)
        self._end = marks.closes
        self._opening = re.compile(rf"{re.escape(marks.opens(''))}FINDING[ \t]+(\S.*?)[ \t\r]*$")
        self._part = re.compile(rf"{re.escape(marks.part(''))}({'|'.join(_PARTS)})[ \t\r]*$")
        self.complete = False
        self.problems: list[str] = []
        self.remarks: list[str] = []

    def blocks(self) -> Iterator[_Block]:
        position = 0
        while position < len(self._lines):
            line = self._lines[position]
            opening = self._opening.match(line)
            if opening:
                if self.complete:
                    self.problems.append(f"Line {position + 1}: a finding stands after the end mark.")
                block, position = self._block(opening.group(1), position)
                yield block
                continue
            bare = line.rstrip()
            if bare == self._complete:
                self.complete = True
            elif self._part.match(line) or bare == self._end:
                self.problems.append(f"Line {position + 1}: “{bare}” stands outside a finding.")
            else:
                self.remarks.append(line)
            position += 1

    def _block(self, opening: str, start: int) -> tuple[_Block, int]:
        """The block that opens at `start` (an index), and where reading goes on."""
        parts: dict[str, list[str]] = {}
        order: list[str] = []
        held: list[str] = []
        position, closed = start + 1, False
        while position < len(self._lines):
            line = self._lines[position]
            bare = line.rstrip()
            if self._opening.match(line) or bare == self._complete:
                break
            position += 1
            if bare == self._end:
                closed = True
                break
            part = self._part.match(line)
            if part:
                order.append(part.group(1))
                held = parts.setdefault(part.group(1), [])
            else:
                held.append(line)
        found = {name: tuple(lines) for name, lines in parts.items()}
        return _Block(opening, start + 1, found, tuple(order), closed), position


def _understand(block: _Block) -> Claimed | str:
    """The block as a value, or one sentence about what is wrong with it."""
    where = f"Line {block.line}, finding {block.opening[:120]}"
    if not block.closed:
        return f"{where}: it is not closed by its END line."
    opening = _OPENING.fullmatch(block.opening)
    if opening is None:
        return (
            f"{where}: it must open with the weight, the side, the lines and the path: must new 41-42 a/b.py"
        )
    word, side, start, _, named = opening.groups()
    if word.lower() not in {each.value for each in INTENTS}:
        return f"{where}: the weight must be one of {', '.join(INTENTS)}."
    path = read_path(named)
    if path is None:
        return f"{where}: the path is not readable."
    if block.order != _PARTS:
        has = ", ".join(block.order) or "none"
        return f"{where}: it must have {', '.join(_PARTS)} in this order, and has {has}."
    claim, evidence = (_text(block.parts[name]) for name in ("CLAIM", "EVIDENCE"))
    if not claim or not evidence:
        return f"{where}: its {'EVIDENCE' if claim else 'CLAIM'} is empty."
    if len(block.parts["CODE"]) > _MOST_LINES or len(claim) + len(evidence) > _LONGEST:
        return f"{where}: it has more than {_MOST_LINES} lines of code or {_LONGEST} characters of words."
    return Claimed(
        path, Side(side.lower()), int(start[:9]), Intent(word.lower()), block.parts["CODE"], claim, evidence
    )


def _text(lines: Sequence[str]) -> str:
    return "\n".join(line.removesuffix("\r") for line in lines).strip()


def _without_thinking(text: str) -> str:
    """Local models send their thinking in the answer. A draft in it must not be taken for the answer."""
    if not text.lstrip().startswith("<think>"):
        return text
    _, closed, rest = text.partition("</think>")
    return rest if closed else ""


def write(findings: Sequence[Claimed], marks: Marks | None = None) -> str:
    """An answer in this form: what tests and scripted models speak. The inverse of `parse`."""
    marks = marks or Marks()
    lines: list[str] = []
    for each in findings:
        last = each.start + len(each.quote) - 1
        span = f"{each.start}" if last <= each.start else f"{each.start}-{last}"
        lines += [
            marks.opens(f"FINDING {each.intent.value} {each.side.value} {span} {write_path(each.path)}"),
            *(marks.part("CODE"), *each.quote),
            *(marks.part("CLAIM"), each.claim),
            *(marks.part("EVIDENCE"), each.evidence),
            *(marks.closes, ""),
        ]
    return "\n".join([*lines, complete_mark(marks), ""])
