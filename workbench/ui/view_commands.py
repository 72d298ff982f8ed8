"""The commands that move about in a painted view: the same on the review and on two rounds compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from workbench.ui.diff.view import DiffView


def moving(view: DiffView) -> Mapping[str, Callable[[], object]]:
    """What each of these commands does to a view, by its id."""
    return {
        "line_down": partial(view.move_line, 1),
        "line_up": partial(view.move_line, -1),
        "next_change": partial(view.next_change, 1),
        "previous_change": partial(view.next_change, -1),
        "next_file": partial(view.next_file, 1),
        "previous_file": partial(view.next_file, -1),
        "page_on": partial(view.page, 1),
        "page_back": partial(view.page, -1),
        "first": partial(view.go_to_end, -1),
        "last": partial(view.go_to_end, 1),
        "scroll_left": partial(view.scroll_code, -1),
        "scroll_right": partial(view.scroll_code, 1),
        "edit_left": partial(view.show_edit, -1),
        "edit_right": partial(view.show_edit, 1),
        "next_match": partial(view.next_hit, 1),
        "previous_match": partial(view.next_hit, -1),
        "more_context": view.more_context,
        "whole_file": view.whole_file,
    }
