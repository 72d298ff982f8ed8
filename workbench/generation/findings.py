"""What a second reader must answer, and how its text is read and its places are verified. Pure.

The form, told to the model by `resources/prompts/findings.md`: one block a finding with its place, the exact
code there, a claim and its evidence, closed by one end mark. Text outside the blocks is kept as remarks and
means nothing. Without the end mark an answer is never complete, whatever the connection said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from workbench.generation.blocks import Form, Marks, Raw, read_blocks
from workbench.generation.contract import read_path, write_path
from workbench.review.changes import Side
from workbench.review.findings import Draft, without_repeats
from workbench.review.notes import Intent
from workbench.review.places import place_lines
from workbench.review.text import decode

VERSION = 2
"""Of the form. Also in the first line of `resources/prompts/findings.md`, and in every exchange."""

NEAR = 30
"""How many lines away from where a finding says it stands its code is looked for."""
BAR = "│"
"""What ends the columns of marks and numbers that the reader is shown before each line."""
INTENTS = (Intent.MUST, Intent.SHOULD, Intent.QUESTION)

_OPENING = re.compile(r"(\w+)[ \t]+(old|new)[ \t]+(\d+)(?:[ \t]*[-–][ \t]*(\d+))?[ \t]+(\S.*)", re.IGNORECASE)
_COLUMNS = re.compile(rf"^[-+ ]?[ \t]*\d+{BAR}")
_PARTS = ("CODE", "CLAIM", "EVIDENCE")
_FORM = Form(("FINDING",), _PARTS, "FINDINGS COMPLETE", "finding")
_MOST_LINES = 400
_LONGEST = 10_000


def complete_mark(marks: Marks) -> str:
    """The end mark. Another than a round's, so that neither is taken for the other."""
    return _FORM.end_mark(marks)


def marks_for(contents: Iterable[bytes]) -> Marks:
    """Marks that occur in none of the files: code about this very form can be quoted too."""
    return _FORM.marks_for(contents)


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
    cut = read_blocks(text, _FORM, marks or Marks())
    understood = [_understand(raw) for raw in cut.blocks]
    return ParsedFindings(
        tuple(each for each in understood if not isinstance(each, str)),
        cut.complete,
        (*cut.problems, *(each for each in understood if isinstance(each, str))),
        cut.remarks,
    )


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


def _understand(raw: Raw) -> Claimed | str:
    """The block as a value, or one sentence about what is wrong with it."""
    where = f"Line {raw.line}, finding {raw.rest[:120]}"
    if not raw.closed:
        return f"{where}: it is not closed by its END line."
    opening = _OPENING.fullmatch(raw.rest)
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
    if raw.names != _PARTS:
        has = ", ".join(raw.names) or "none"
        return f"{where}: it must have {', '.join(_PARTS)} in this order, and has {has}."
    parts = dict(raw.parts)
    claim, evidence = (_text(parts[name]) for name in ("CLAIM", "EVIDENCE"))
    if not claim or not evidence:
        return f"{where}: its {'EVIDENCE' if claim else 'CLAIM'} is empty."
    if len(parts["CODE"]) > _MOST_LINES or len(claim) + len(evidence) > _LONGEST:
        return f"{where}: it has more than {_MOST_LINES} lines of code or {_LONGEST} characters of words."
    return Claimed(
        path, Side(side.lower()), int(start[:9]), Intent(word.lower()), parts["CODE"], claim, evidence
    )


def _text(lines: Sequence[str]) -> str:
    return "\n".join(line.removesuffix("\r") for line in lines).strip()


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
