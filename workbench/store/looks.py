"""How closely changes were looked at, one file a review, in our own data folder. Never part of what is sent.

A file of lines, each the whole of what is known of some changes by then: the last one holds. It may be lost
without loss of a verdict, so it is not brought to disk by force.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from workbench.review.skimming import Look
from workbench.store.paths import looks_dir, make_private

_MOST = 2_000_000
"""Bytes after which the file is written anew, with each change once."""


_LONGEST = 1e9
"""Seconds. More is no time that anybody can have looked."""


def read_looks(review: str) -> dict[str, Look]:
    """What is known of a review's changes. What cannot be read is as good as never seen."""
    found: dict[str, Look] = {}
    try:
        lines = _file(review).read_bytes().split(b"\n")
    except OSError:
        return {}
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            for name, (bits, seconds) in json.loads(line).items():
                seen, spent = int(bits, 16), float(seconds)
                # Less than nothing, or no number, would make a change that was skimmed look well read.
                if seen >= 0 and 0 <= spent < _LONGEST:
                    found[str(name)] = Look(seen, spent)
    return found


def keep_looks(review: str, news: Mapping[str, Look], whole: Mapping[str, Look]) -> None:
    """Add what is new. `whole` is all that is known, written where the file has grown long.

    Raises OSError where it cannot be written.
    """
    path = _file(review)
    make_private(path.parent)
    with suppress(FileNotFoundError):
        if path.stat().st_size > _MOST:
            beside = path.with_suffix(".new")
            beside.write_bytes(_line(whole))
            beside.replace(path)
            return
    with path.open("ab") as file:
        file.write(_line(news))


def forget_looks(review: str) -> None:
    """The review is deleted."""
    with suppress(OSError):
        _file(review).unlink()


def _line(looks: Mapping[str, Look]) -> bytes:
    values = {name: (f"{look.lines:x}", round(look.seconds, 2)) for name, look in looks.items()}
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def _file(review: str) -> Path:
    return looks_dir() / f"{review}.jsonl"
