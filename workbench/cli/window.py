"""The commands that show a window."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.cli.output import print_lines
from workbench.cli.parser import Options
from workbench.cli.reviewing import asked_for
from workbench.errors import UserError


def show(options: Options) -> int:
    """Show the window on what was asked for; with --wait print the feedback when it is sent."""
    # Qt is imported by `app` when it is needed, after git has been started.
    from workbench.app import Options as WindowOptions  # noqa: PLC0415 - brings Qt's floor, which only this needs
    from workbench.app import show as show_window  # noqa: PLC0415 - as above

    path, asked = asked_for(options)
    ended = show_window(
        WindowOptions(
            path=path,
            asked=asked,
            wait=options.wait,
            trace=Path(options.trace) if options.trace else None,
            quit_after=options.quit_after or "",
            size=_size(options.size),
        )
    )
    if ended.feedback is not None:
        print_lines(ended.feedback)
        sys.stdout.flush()
    return ended.status


def _size(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    width, cross, height = text.partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise UserError(f"{text} is not a size.", hint="For example: --size 1600x1000")
    return int(width), int(height)
