"""What a kept draft is about, in words for a list. The key of an editor says it: its kind, then its place."""

from __future__ import annotations

from workbench.review.text import one_line
from workbench.ui.written import from_draft
from workbench.workflow.draft_lines import named_lines

_LONGEST = 100
_OF_ENTRIES = {"reply": "reply to", "edit": "other words for", "adopt": "note out of", "dismiss": "no to"}
SHAPES = {"shape-note": "note", "shape-reason": "reject_reason"}
"""Kinds of editors that lie in the list of a shape, and the command that opens each there."""
TASK = "task"
"""The key of the task's draft."""
_IN_FLOW = frozenset({"note", "reply", "edit", "adopt", "dismiss", "reason", "lines"})


def can_open(key: str) -> bool:
    """Whether a draft's editor can be opened by its name."""
    kind = key.partition(" ")[0]
    return kind in _IN_FLOW or kind in SHAPES or key == TASK


def draft_words(key: str, body: str) -> str:
    """A draft as a list names it: what it is, and how it begins."""
    begins = one_line(" ".join(from_draft(body).text.split()))[:_LONGEST]
    return f"{one_line(_about(key))}: {begins}" if begins else one_line(_about(key))


def _about(key: str) -> str:
    kind, _, rest = key.partition(" ")
    if kind in _OF_ENTRIES:
        return f"{_OF_ENTRIES[kind]} {rest}"
    if kind in SHAPES:
        return "note on all of a shape" if kind == "shape-note" else "reason of rejecting all of a shape"
    if kind == "reason":
        return "reason of a rejection"
    if key == TASK:
        return "the task"
    if kind == "lines":
        lines = named_lines(rest)
        return f"edit of {lines.path}:{lines.start}" if lines is not None else "edit of lines"
    what, _, about = rest.partition(" ")
    if what == "review":
        return "note on the review"
    lines = named_lines(about) if what == "at" else None
    if lines is not None:
        return f"note on {lines.path}:{lines.start}"
    return f"note on {about.partition(' ')[2] if what == 'change' else about}"
