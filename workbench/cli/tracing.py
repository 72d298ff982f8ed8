"""`--trace FILE` for commands without a window: one JSON object a line of what happened when. No Qt.

The window writes its own, in the same form: see `workbench/ui/tracing.py`.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import IO

from workbench.errors import UserError


class Trace:
    """The trace of one command; nothing is written without a file."""

    def __init__(self, name: str | None) -> None:
        self._out: IO[str] | None = None
        self._began = time.time()
        if name is None:
            return
        # The one that the window uses; it brings no Qt.
        from workbench.app import process_started  # noqa: PLC0415 - only a traced command pays for it

        self._began = process_started()
        try:
            # Closed by `close`: the trace is open as long as the command runs.
            self._out = Path(name).open("w", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise UserError(
                f"The trace cannot be written to {name}: {error.strerror}.", hint="Name another file."
            ) from error

    def happened(self, event: str, **values: object) -> None:
        """Write one event."""
        if self._out is not None:
            at = round(time.time() - self._began, 6)
            self._out.write(json.dumps({"at": at, "event": event, **values}, ensure_ascii=True) + "\n")
            self._out.flush()

    def close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None
