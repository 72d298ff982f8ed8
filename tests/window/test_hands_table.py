"""Each feature of the diff view, and where it is tried: by key and by menu, and by mouse.

By key and by menu every command is tried in `test_every_command.py`, which holds the two together; what a
command does in particular stands in the tests that are named here. The test below holds this table to the
table of commands and to the tests that there are.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.ui.commands import BY_ID

HERE = Path(__file__).parent
VIEW = HERE.parent / "ui" / "test_view.py"

FEATURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # feature: (commands: their keys and menu entries), (tests of the mouse, and of what it does)
    "moving by line, change, file and page": (
        (
            *("line_down", "line_up", "next_change", "previous_change", "next_file", "previous_file"),
            *("page_on", "page_back", "first", "last"),
        ),
        (
            "test_the_wheel_scrolls_down_and_with_shift_sideways_and_with_control_it_zooms",
            "test_the_thumb_of_the_ruler_is_held_where_it_is_taken",
            "test_a_held_key_judges_once_and_moves_on_and_on",
        ),
    ),
    "going to a file": (
        ("go_to_file", "filter_files"),
        (
            "test_a_click_on_a_file_goes_there_and_leaves_the_keys_with_the_review",
            "test_the_menu_of_a_file_in_the_list_goes_to_it",
            "test_a_file_that_is_dropped_is_gone_to_and_a_folder_is_opened",
        ),
    ),
    "going to a line, an open change, a note, a violation": (
        ("go_to_line", "next_open", "next_note", "previous_note", "next_violation"),
        ("test_a_double_click_on_a_note_edits_it",),
    ),
    "split and unified": (("split",), ("test_the_buttons_at_the_top_do_what_their_keys_do",)),
    "wrap, and code that is wider than its side": (
        ("wrap", "scroll_left", "scroll_right", "edit_left", "edit_right"),
        (
            "test_a_long_line_scrolls_sideways_under_a_drag",
            "test_going_to_another_change_never_shows_a_screen_without_code",
        ),
    ),
    "white space that is ignored": (
        ("whitespace",),
        ("test_a_verdict_on_lines_that_look_unchanged_is_asked_for_twice",),
    ),
    "context above, below and between, and the whole file": (
        ("more_context", "context_above", "context_below", "context_between", "whole_file"),
        (
            "test_a_click_on_a_header_and_a_gap_folds_and_opens",
            "test_a_double_click_on_a_gap_opens_it",
            "test_the_menu_of_a_gap_opens_it",
        ),
    ),
    "folding": (("fold",), ("test_a_click_on_a_header_folds_the_file_and_opens_it_again",)),
    "moved blocks": (("other_end",), ("test_the_menu_of_a_moved_line_leads_to_its_other_end",)),
    "search": (
        ("search", "next_match", "previous_match"),
        (
            "test_the_menu_of_a_word_copies_it_and_searches_for_it",
            "test_the_arrows_beside_the_search_go_from_match_to_match",
            "test_a_search_that_was_left_is_gone_on_with",
        ),
    ),
    "files as a tree, flat or by shape": (
        ("flat_files", "by_shape", "files_panel", "side_panel"),
        ("test_a_click_on_a_folder_folds_it",),
    ),
    "viewed marks": (("viewed",), ("test_the_menu_of_a_file_in_the_list_goes_to_it",)),
    "verdicts": (
        ("accept", "reject", "reject_reason", "reopen", "accept_file", "reject_file", "repeat"),
        (
            "test_the_menu_of_a_change_shows_the_keys_and_judges_that_change",
            "test_the_menu_of_a_header_speaks_of_the_file",
        ),
    ),
    "undo and redo": (("undo", "redo"), ("test_the_menu_of_everything_is_worked_by_mouse",)),
    "selecting lines on one side": (
        ("select", "select_down", "select_up", "old_side", "new_side", "escape"),
        (
            "test_dragging_stays_on_its_side_and_goes_on_beyond_the_edge",
            "test_shift_and_a_click_take_all_up_to_there",
            "test_dragging_from_the_line_numbers_takes_lines_from_the_first_on",
            "test_the_menu_of_selected_lines_leaves_them_selected_and_judges_them",
        ),
    ),
    "copying": (
        ("copy", "copy_patch", "copy_path", "copy_feedback"),
        (
            "test_a_double_click_takes_a_word_and_a_third_one_the_line",
            "test_dragging_within_a_row_takes_its_characters_and_beyond_it_whole_lines",
            "test_what_is_copied_has_the_line_ends_of_the_file",
        ),
    ),
    "the editor": (("editor",), ("test_the_editor_is_opened_at_the_line_from_the_menu_of_the_change",)),
    "notes and edits in place": (
        ("note", "note_file", "note_review", "edit", "withdraw"),
        (
            "test_the_menu_of_a_note_settles_it",
            "test_an_editor_that_grows_at_the_lower_edge_stays_in_sight",
        ),
    ),
    "menus of what is under the hand": (
        ("menu",),
        ("test_a_key_brings_the_menu_up_at_the_cursor",),
    ),
    "zoom": (
        ("bigger", "smaller", "normal_size"),
        ("test_the_wheel_scrolls_down_and_with_shift_sideways_and_with_control_it_zooms",),
    ),
    "themes, fonts, tabs, motion": (
        (
            *("look", "smooth", "theme_dark", "theme_light", "theme_high-contrast"),
            *("theme_colour-blind-dark", "theme_colour-blind-light"),
        ),
        ("test_a_checked_box_has_a_tick_and_not_only_another_colour",),
    ),
    "refreshing": (("refresh",), ("test_the_menu_of_everything_is_worked_by_mouse",)),
}


def names() -> set[str]:
    """Every test that there is for the window and for the view."""
    text = "".join(path.read_text("utf-8") for path in (*HERE.glob("test_*.py"), VIEW))
    return set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_of_the_table_has_its_commands_and_its_tests(feature: str) -> None:
    commands, tests = FEATURES[feature]
    assert set(commands) <= set(BY_ID)
    assert tests
    assert set(tests) <= names()
