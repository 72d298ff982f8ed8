"""Which git this is, for the doctor."""

from __future__ import annotations

import re

from workbench.git.runner import Where, run


def git_version() -> tuple[int, ...]:
    """The version as numbers, (2, 39, 5) say; empty where git says something else. UserError without git."""
    said = run(["version"], Where("/")).decode("ascii", "replace")
    found = re.search(r"\d+(\.\d+)+", said)
    return tuple(int(part) for part in found.group().split(".")) if found else ()
