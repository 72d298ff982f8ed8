"""What is said once of a whole file, because no single line of it says it: that it is empty now, that it
cannot be run any more, that white space is all that differs anywhere in it. Words; judges nothing.
"""

from __future__ import annotations

from itertools import islice

from workbench.review.asides import whitespace_words
from workbench.review.changes import FileChange, Status

_EMPTY = frozenset(
    (
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    )
)
"""The blob without a byte, in repositories of either kind."""


def file_words(file: FileChange) -> tuple[str, ...]:
    """The short words of a file change, for a chip each; () for nearly every file."""
    found: list[str] = []
    if (file.old_mode, file.new_mode) == ("100755", "100644"):
        found.append("not executable any more")
    if file.status not in (Status.ADDED, Status.DELETED, Status.TYPECHANGE):
        if file.new_id in _EMPTY and file.old_id not in _EMPTY:
            found.append("empty now")
        elif file.old_id in _EMPTY and file.new_id not in _EMPTY:
            found.append("was empty")
    words = same_everywhere(file)
    return (*found, words) if words else tuple(found)


def same_everywhere(file: FileChange) -> str:
    """That all of several changes differ in the same white space, "only line ends: LF → CRLF"; else ""."""
    changes = (change for change in file.changes if change.is_text)
    words = [whitespace_words(each) for each in islice(changes, 2)]
    if len(words) < 2 or not words[0] or words[0] != words[1]:
        return ""  # of one change its rows say it themselves
    return words[0] if all(whitespace_words(each) == words[0] for each in changes) else ""
