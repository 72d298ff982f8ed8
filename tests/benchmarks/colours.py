"""Asks a warm lexing helper for the colours of lines in the middle of a file of 1 MB. Prints seconds as JSON.

`python -m tests.benchmarks.colours`
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from tests.benchmarks.large import library
from workbench.review.lines import split_lines
from workbench.ui.highlighter import Highlighter

SIZE = 1_000_000
AGAIN = 5
PATIENCE = 60.0


def until(happened: Highlighter, key: str, line: int, *, final: bool) -> float:
    """Seconds until a line has its colours."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE:
        known = happened.is_final(key, line) if final else happened.spans(key, line) is not None
        if known:
            return time.perf_counter() - began
        loop = QEventLoop()
        QTimer.singleShot(1, loop.quit)
        loop.exec()
    raise TimeoutError(key)


def text_of(seed: int) -> str:
    """A file of 1 MB that is another one for each seed."""
    lines: list[bytes] = []
    size = 0
    for text in library(400)[seed::AGAIN]:
        lines += text
        size += sum(map(len, text))
        if size > SIZE:
            break
    return b"".join(lines).decode("utf-8", "replace").replace("\r", "")


def main() -> int:
    """Provisional colours of the middle, then final ones of the end, of some files."""
    application = QCoreApplication(sys.argv)
    highlighter = Highlighter()
    highlighter.want("warm", "warm.py", (b"x = 1\n",), 0, 1)
    until(highlighter, "warm", 0, final=True)
    found: dict[str, list[float]] = {"provisional": [], "final": []}
    for number in range(AGAIN):
        text = text_of(number)
        count = text.count("\n")
        highlighter.want(str(number), "module.py", split_lines(text.encode()), count // 2, count // 2 + 50)
        found["provisional"].append(until(highlighter, str(number), count // 2, final=False))
        if number == AGAIN - 1:
            found["final"].append(until(highlighter, str(number), count - 1, final=True))
    highlighter.stop()
    application.processEvents()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
