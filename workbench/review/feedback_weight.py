"""How many bytes a feedback is, counted without writing it down: the window says it after every verdict."""

from __future__ import annotations

from collections.abc import Generator

from msgspec.structs import replace

from workbench.review.feedback_text import PART_END, markdown_parts
from workbench.review.feedback_values import Feedback, Rejected
from workbench.review.lines import size_of

LARGE = 100_000
"""Bytes of code in one rejection above which only they are counted, and not the sign before each line."""
_STRIDE = 100
"""Parts after which there is a rest."""


def weight_in_steps(feedback: Feedback) -> Generator[None, None, int]:
    """The bytes of its Markdown. Exact, but for the signs before the lines of what is very large."""
    heavy, rejected = 0, list[Rejected]()
    for number, each in enumerate(feedback.rejected):
        code = size_of(each.removed) + size_of(each.added)
        if code > LARGE:
            heavy += code
        rejected.append(replace(each, removed=(), added=()) if code > LARGE else each)
        if number % _STRIDE == _STRIDE - 1:
            yield
    if heavy:
        feedback = replace(feedback, rejected=tuple(rejected))
    weight = heavy - len(PART_END) + 1
    for number, part in enumerate(markdown_parts(feedback)):
        weight += len(part.encode()) + len(PART_END)
        if number % _STRIDE == _STRIDE - 1:
            yield
    return weight
