"""A bug's paste-ready report: written to a file, said in one sentence. Shows nothing itself."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import TracebackType

import workbench
from workbench.review.text import visible


def report(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> tuple[str, Path | None]:
    """Write a report of `error`; the sentence to show, and where it is (None: the disk refused it)."""
    # Late: a report is written once in a long while.
    from workbench.workflow.discretion import without_keys  # noqa: PLC0415

    said = without_keys(str(error)) or kind.__name__
    text = "\n".join(
        (
            f"Workbench {workbench.__version__}, Python {platform.python_version()}, {platform.platform()}",
            time.strftime("%Y-%m-%d %H:%M:%S"),
            "",
            without_keys("".join(traceback.format_exception(kind, error, trace))),
        )
    )
    if sys.stderr is not None:  # None where the desktop started us without a terminal
        sys.stderr.write(visible(text).text)
    name = f"workbench-bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    try:
        # Also where no folder for temporary files can be written to, on a full disk for one.
        path = Path(tempfile.gettempdir()) / name
        path.write_text(text, "utf-8", errors="backslashreplace")
    except OSError:
        return f"Something in Workbench is broken: {said}.", None
    return (
        f"Something in Workbench is broken: {said}. Nothing you judged is lost.",
        path,
    )
