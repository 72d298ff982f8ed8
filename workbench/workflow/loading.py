"""The rest of a large review, in batches, for a window that shows what is there. Blocking; no Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from workbench.git.streaming import FileStream
from workbench.review.changes import FileChange

EACH = 0.06
"""Seconds of reading in one batch: what is shown grows a dozen times a second."""
MOST = 400
"""Files in one batch, which the window takes in within a few milliseconds."""


def batches(stream: FileStream, cancelled: threading.Event) -> Iterator[tuple[FileChange, ...]]:
    """The files that are still to come. Ends git when they are not wanted any more."""
    batch: list[FileChange] = []
    until = time.monotonic() + EACH
    for file in stream:
        if cancelled.is_set():
            stream.close()
            return
        batch.append(file)
        if not stream.is_beside:
            # The window's thread is let in after every file: it would get Python's lock only each 5 ms, and
            # it gives it away at nearly every call of Qt.
            time.sleep(0)
        if len(batch) >= MOST or time.monotonic() > until:
            yield tuple(batch)
            batch, until = [], time.monotonic() + EACH
    if batch:
        yield tuple(batch)
