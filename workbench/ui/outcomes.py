"""What came of a call to a model, in the words that every list of calls uses. Words alone."""

from __future__ import annotations

from workbench.review.text import one_line

FITS = ("fits", "answered")
"""The outcomes of calls that came to something."""

_WORDS = {
    "fits": "it fits",
    "repair": "asked again",
    "misfit": "did not fit",
    # One word for a refused connection, a name that is not found and a cable that is out: the address
    # could not be reached. Which of them it was stands in what was said.
    "no network": "not reached",
    "timeout": "timed out",
    "silent": "sent nothing",
    "cut": "cut off",
    "out of room": "too long, cut",
    "too long": "prompt too long",
    "endless": "did not end",
    "budget": "cap reached",
}


def outcome_words(outcome: str) -> str:
    """An outcome as a list says it; of a kind that is not known here, its own word."""
    return _WORDS.get(outcome, one_line(outcome))


def outcome_sign(outcome: str) -> str:
    """The sign that stands before the words, so that no colour has to be told apart."""
    return "✓" if outcome in FITS else "↻" if outcome == "repair" else "✗"
