"""Which files of a landing look secret: by their names, or by accepted lines in them. Marks; stops nothing.

A key that lands is in the history for good, which is another matter than one that is sent to a model: so it
is said before it is written, and the expert decides. What was let leave once is no secret here either.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from workbench.review.changes import FileChange
from workbench.review.text import decode, one_line
from workbench.review.verdicts import NO_VERDICTS, Verdict, verdict_of
from workbench.workflow.gate import findings_in_lines
from workbench.workflow.landing_plan import LandingPlan
from workbench.workflow.session import Session

NAMED = 3
"""Findings in one file that are named; the rest is counted."""


def with_secrets(session: Session, plan: LandingPlan) -> LandingPlan:
    """The plan with what looks secret in it, written now or there already.

    Blocking: loads the patterns, and looks at every accepted line.
    """
    verdicts = session.review.current
    taken = (Verdict.ACCEPTED, Verdict.MIXED)
    files = [
        file
        for file in session.files
        if file.new_id is not None and any(verdict_of(each, verdicts) in taken for each in file.changes)
    ]
    pieces = [(file.path, list(_accepted(session, file))) for file in files]
    found: dict[str, list[str]] = {}
    for each in findings_in_lines(session, pieces, [file.path for file in files]):
        for item in each.items if not each.allowed else ():
            path = item.removeprefix("file:")
            lines = _lines(path, each.places)
            words = f"looks secret: {each.kind}, {lines}" if lines else "looks secret, by its name"
            found.setdefault(path, []).append(words)
    marked = tuple((path, _said(words)) for path, words in sorted(found.items()))
    return replace(plan, secret=marked)


def _accepted(session: Session, file: FileChange) -> Iterator[tuple[int, str]]:
    """The accepted new lines of a file, under their numbers in the round."""
    held = session.review.current.get(file.path, NO_VERDICTS).new
    for run in file.runs:
        for start, count in held.spans_in(Verdict.ACCEPTED, run.new_start, len(run.added)):
            at = start - run.new_start
            yield from ((start + step, decode(line)) for step, line in enumerate(run.added[at : at + count]))


def _lines(path: str, places: tuple[str, ...]) -> str:
    """Where in a file: of places as `path:line`."""
    start = f"{one_line(path)}:"
    lines = [place.removeprefix(start) for place in places if place.startswith(start)]
    if not lines:
        return ""
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(lines[:NAMED])}"


def _said(words: list[str]) -> str:
    more = f"; and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return "; ".join(words[:NAMED]) + more
