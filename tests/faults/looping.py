"""Another process of ours at work: commands of the command line, one after the other, told as they end.

Started as `looping.py REVIEW NAME COUNT`. What goes wrong is printed and ends it.
"""

from __future__ import annotations

import contextlib
import io
import sys

from workbench.cli.main import main


def loop(review: str, name: str, count: int) -> int:
    """Judge, note and undo, over and over; a note of each turn stays."""
    for number in range(count):
        for command in (
            ("note", review, "--intent", "should", f"{name} {number}"),
            ("judge", review, "accepted" if number % 2 else "rejected", "--file", f"{name}.py"),
            ("viewed", review, f"{name}.py"),
            ("show", review),
        ):
            said = io.StringIO()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
                status = main(command)
            if status or said.getvalue():
                sys.stdout.write(f"{command} ended with {status}: {said.getvalue()}\n")
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(loop(sys.argv[1], sys.argv[2], int(sys.argv[3])))
