"""Opens the uncommitted work of a repository for the first time, then reads it again. Prints seconds as JSON.

`python -m tests.benchmarks.opening REPO`
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from workbench.workflow.candidates import Asked
from workbench.workflow.opening import open_review
from workbench.workflow.receive import refresh
from workbench.workflow.session import Session

AGAIN = 5


def main(folder: str) -> int:
    """The first opening, and the quickest of some readings after it."""
    began = time.perf_counter()
    session = open_review(Path(folder), Asked())
    first = time.perf_counter() - began
    assert isinstance(session, Session)
    again: list[float] = []
    for _ in range(AGAIN):
        began = time.perf_counter()
        arrival = refresh(session)
        again.append(time.perf_counter() - began)
        assert arrival is None
    print(json.dumps({"first": first, "again": again, "files": len(session.files)}))
    session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
