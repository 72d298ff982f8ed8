"""What the window asks of a helper process, as the helper reads it: a line of JSON, then as many bytes of
text as its `size` says. No Qt.
"""

from __future__ import annotations

import json
import queue
import threading
from typing import Any, BinaryIO

Request = tuple[dict[str, Any], bytes]


def requests_of(stream: BinaryIO) -> queue.SimpleQueue[Request | None]:
    """The requests, read ahead by a thread of their own; None once the stream ends or breaks off."""
    found: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(stream, found), daemon=True).start()
    return found


def _read(stream: BinaryIO, found: queue.SimpleQueue[Request | None]) -> None:
    while line := stream.readline():
        request: dict[str, Any] = json.loads(line)
        size = request.get("size", 0)
        data = stream.read(size)
        if len(data) < size:
            break
        found.put((request, data))
    found.put(None)
