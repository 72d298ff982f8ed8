"""What stands in an editor, as a value: a note with the mark of its intent, and how it is kept as a draft."""

from __future__ import annotations

import json

from msgspec import Struct

from workbench.review.notes import Intent

MARKS = {"!": Intent.MUST, "?": Intent.QUESTION, "+": Intent.KEEP}
_INTENTS = {intent: mark for mark, intent in MARKS.items()}


class Written(Struct, frozen=True):
    """What stands in a note's editor. A suggestion of "" suggests taking the lines out; None is none."""

    text: str
    suggestion: str | None = None


def intent_of(text: str, default: Intent = Intent.SHOULD) -> tuple[Intent, str]:
    """The intent that a leading mark gives, and the text without it. `default` is for text without a mark."""
    stripped = text.lstrip()
    intent = MARKS.get(stripped[:1])
    if intent is None:
        return default, text.strip()
    return intent, stripped[1:].strip()


def marked(intent: Intent, text: str) -> str:
    """A note's text with the mark that gives its intent, for editing it."""
    mark = _INTENTS.get(intent)
    return f"{mark} {text}" if mark else text


def as_draft(written: Written) -> str:
    """What is kept of an editor."""
    return json.dumps({"text": written.text, "suggestion": written.suggestion})


def from_draft(body: str) -> Written:
    """What was kept; a draft that cannot be read is shown as its text."""
    try:
        found = json.loads(body)
        suggestion = found.get("suggestion")
        return Written(str(found.get("text", "")), None if suggestion is None else str(suggestion))
    except (ValueError, AttributeError):
        return Written(body)
