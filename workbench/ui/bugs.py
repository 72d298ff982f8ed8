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
    text = "\n".join(
        (
            f"Workbench {workbench.__version__}, Python {platform.python_version()}, {platform.platform()}",
            time.strftime("%Y-%m-%d %H:%M:%S"),
            "",
            "".join(traceback.format_exception(kind, error, trace)),
        )
    )
    sys.stderr.write(visible(text).text)
    name = f"workbench-bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    path = Path(tempfile.gettempdir()) / name
    try:
        path.write_text(text, "utf-8")
    except OSError:
        return f"Something in Workbench is broken: {str(error) or kind.__name__}.", None
    return (
        f"Something in Workbench is broken: {str(error) or kind.__name__}. Nothing you judged is lost.",
        path,
    )
