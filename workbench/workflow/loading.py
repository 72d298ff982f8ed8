"""The rest of a large review, in batches, for a window that shows what is there. Blocking; no Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from workbench.git.streaming import FileStream
from workbench.review.changes import FileChange

__all__ = ["FileStream", "batches"]

EACH, LONGEST = 0.06, 0.4
"""Seconds of reading in the first batch, and in later ones at most: each is twice as long as the one before.

What is shown grows at once, and then so seldom that showing it costs little.
"""
MOST = 400
"""Files in one batch, which the window takes in within a few milliseconds."""

HEAVY = 5_000
"""Changes of one file from which on it is a batch of its own: taking it in is enough at once."""


def batches(stream: FileStream, cancelled: threading.Event) -> Iterator[tuple[FileChange, ...]]:
    """The files that are still to come. Ends git when they are not wanted any more."""
    try:
        yield from _batches(stream, cancelled)
    finally:
        # Also where it ended in the middle of a huge file, which rests while it is read.
        if cancelled.is_set():
            stream.close()


def _batches(stream: FileStream, cancelled: threading.Event) -> Iterator[tuple[FileChange, ...]]:
    batch: list[FileChange] = []
    each = EACH
    until = time.monotonic() + each
    for file in stream:
        if cancelled.is_set():
            return
        is_heavy = len(file.changes) > HEAVY
        if is_heavy and batch:
            yield tuple(batch)
            batch = []
        batch.append(file)
        if not stream.is_beside:
            # The window's thread is let in after every file: it would get Python's lock only each 5 ms, and
            # it gives it away at nearly every call of Qt.
            time.sleep(0)
        if is_heavy or len(batch) >= MOST or time.monotonic() > until:
            yield tuple(batch)
            each = min(LONGEST, 2 * each)
            batch, until = [], time.monotonic() + each
    if batch:
        yield tuple(batch)
