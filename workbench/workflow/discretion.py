"""What must not be written down or shown: keys, taken out of a text that may quote one (a bug's report)."""

from __future__ import annotations

import os
import re

from workbench.store.keys import handed_out

_TELLING = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$")
_SHORTEST = 8
"""Characters. What is shorter is no key, and would be taken out of the middle of words."""


def without_keys(text: str) -> str:
    """The text with "…" in place of every key that this program was given, or that its environment holds."""
    held = {value.strip() for name, value in os.environ.items() if _TELLING.search(name.upper())}
    for key in sorted(held | handed_out(), key=len, reverse=True):
        if len(key) >= _SHORTEST:
            text = text.replace(key, "…")
    return text
