"""The commands that show a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.asking import asked_for, named_review
from workbench.cli.output import print_json, print_text
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.workflow.opening import is_repository

if TYPE_CHECKING:
    from workbench.app import Options as WindowOptions


def show(options: Options) -> int:
    """Show the window on what was asked for; with --wait print the feedback when it is sent."""
    from workbench.app import show as show_window  # noqa: PLC0415 - brings Qt's floor, which only this needs

    ended = show_window(_window_options(options))
    if ended.feedback is not None and options.json:
        print_json({"feedback": ended.feedback})
    elif ended.feedback is not None:
        print_text(ended.feedback.rstrip("\n"))
    return ended.status


def _window_options(options: Options) -> WindowOptions:
    """A review by its id, else a folder and a range; outside a repository, the first page."""
    from workbench.app import Options as Chosen  # noqa: PLC0415 - as above

    # Nothing of ours is opened here but where it must be: the window starts reading while Qt loads.
    review = named_review(options) if options.what else None
    path, asked = asked_for(options)
    plain = not options.what and not options.staged and options.patch is None
    nowhere = plain and not options.wait and not is_repository(path)
    return Chosen(
        path=None if review or nowhere else path,
        asked=asked,
        review=review or "",
        wait=options.wait,
        trace=Path(options.trace) if options.trace else None,
        quit_after=options.quit_after or "",
        size=_size(options.size),
    )


def _size(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    width, cross, height = text.partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise UserError(f"{text} is not a size.", hint="For example: --size 1600x1000")
    return int(width), int(height)
