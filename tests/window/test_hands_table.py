"""Each feature of the window, and where it is tried: by key, by menu and by mouse.

By key and by menu every command is tried in `test_every_command.py`, which holds the two together; what that
cannot drive is named there with its reason, and here with its test. The tests below hold this table to the
table of commands and to the tests that there are: a command that is in no row, or a test that is gone, fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct

from tests.window.test_every_command import ELSEWHERE, KEYED, UNKEYED
from workbench.ui.commands import BY_ID

TESTS = Path(__file__).parent.parent


class Ways(Struct, frozen=True):
    """The commands of a feature: their keys and entries. Then its tests by mouse, and of what it does."""

    commands: tuple[str, ...]
    mouse: tuple[str, ...]
    does: tuple[str, ...] = ()
    no_mouse: str = ""
    """Why there is nothing to click on, where there is not."""


FEATURES: dict[str, Ways] = {
    "moving by line, change, file and page": Ways(
        (
            *("line_down", "line_up", "next_change", "previous_change", "next_file", "previous_file"),
            *("page_on", "page_back", "first", "last"),
        ),
        (
            "test_the_wheel_scrolls_down_and_with_shift_sideways_and_with_control_it_zooms",
            "test_the_thumb_of_the_ruler_is_held_where_it_is_taken",
            "test_undo_and_verdicts_are_pressed_at_the_bottom",
        ),
        ("test_a_held_key_judges_once_and_moves_on_and_on",),
    ),
    "going to a file": Ways(
        ("go_to_file", "filter_files", "palette"),
        (
            "test_a_click_on_a_file_goes_there_and_leaves_the_keys_with_the_review",
            "test_the_menu_of_a_file_in_the_list_goes_to_it",
            "test_a_click_on_a_row_of_the_palette_takes_it",
            "test_a_file_that_is_dropped_is_gone_to_and_a_folder_is_opened",
        ),
        ("test_the_list_is_worked_as_a_tree_by_key",),
    ),
    "going to an open change, a note, a violation": Ways(
        ("next_open", "next_note", "previous_note", "next_violation"),
        (
            "test_the_words_at_the_bottom_lead_to_what_they_speak_of",
            "test_a_double_click_on_a_note_edits_it",
            "test_a_click_in_the_ledger_goes_to_the_entry",
        ),
    ),
    "going to a line": Ways(
        ("go_to_line",),
        (),
        ("test_a_colon_goes_to_a_line_of_either_side",),
        no_mouse="a number is typed; its entry is in the menu",
    ),
    "split and unified": Ways(
        ("split",),
        (
            "test_how_the_changes_are_shown_is_chosen_at_the_top",
            "test_the_buttons_at_the_top_are_worked_by_key_too",
        ),
        ("test_switching_to_unified_keeps_the_line",),
    ),
    "wrap, and code that is wider than its side": Ways(
        ("wrap", "scroll_left", "scroll_right", "edit_left", "edit_right"),
        (
            "test_how_the_changes_are_shown_is_chosen_at_the_top",
            "test_a_click_on_the_count_at_the_end_of_a_line_goes_to_the_edits",
            "test_a_click_on_the_count_of_a_line_without_edits_scrolls_on",
            "test_a_long_line_scrolls_sideways_under_a_drag",
        ),
        ("test_going_to_another_change_never_shows_a_screen_without_code",),
    ),
    "white space that is ignored": Ways(
        ("whitespace",),
        (
            "test_how_the_changes_are_shown_is_chosen_at_the_top",
            "test_the_words_at_the_bottom_lead_to_what_they_speak_of",
        ),
        ("test_a_verdict_on_lines_that_look_unchanged_is_asked_for_twice",),
    ),
    "which changes are shown": Ways(
        ("views",),
        (
            "test_which_changes_are_shown_is_chosen_at_the_top",
            "test_a_view_that_would_show_nothing_cannot_be_chosen",
        ),
    ),
    "context above, below and between, and the whole file": Ways(
        ("more_context", "context_above", "context_below", "context_between", "whole_file"),
        (
            "test_a_click_on_a_header_and_a_gap_folds_and_opens",
            "test_a_double_click_on_a_gap_opens_it",
            "test_the_menu_of_a_gap_opens_it",
        ),
    ),
    "folding": Ways(("fold",), ("test_a_click_on_a_header_folds_the_file_and_opens_it_again",)),
    "moved blocks": Ways(("other_end",), ("test_the_menu_of_a_moved_line_leads_to_its_other_end",)),
    "search": Ways(
        ("search", "next_match", "previous_match"),
        (
            "test_the_menu_of_a_word_copies_it_and_searches_for_it",
            "test_the_arrows_beside_the_search_go_from_match_to_match",
        ),
        (
            "test_a_search_that_was_left_is_gone_on_with",
            "test_the_switches_of_the_search_are_reached_and_turned_by_key",
        ),
    ),
    "files as a tree, flat or by shape": Ways(
        ("flat_files", "by_shape", "files_panel", "side_panel"),
        (
            "test_the_files_are_listed_in_another_way_by_the_button_beside_the_filter",
            "test_all_folders_are_folded_and_unfolded",
            "test_the_right_button_on_a_folder_asks_how_the_files_are_listed",
            "test_a_folder_of_folders_is_folded_by_a_click_and_remembered",
            "test_a_click_on_a_folder_folds_it",
        ),
        (
            "test_the_list_is_worked_as_a_tree_by_key",
            "test_a_folder_that_holds_another_alone_is_said_with_it",
        ),
    ),
    "viewed marks": Ways(
        ("viewed",),
        ("test_the_menu_of_a_file_in_the_list_goes_to_it",),
        ("test_a_viewed_mark_stands_in_the_panel_until_the_file_is_another",),
    ),
    "verdicts": Ways(
        ("accept", "reject", "reject_reason", "reopen", "accept_file", "reject_file", "repeat", "shape"),
        (
            "test_the_menu_of_a_change_shows_the_keys_and_judges_that_change",
            "test_the_menu_of_a_header_speaks_of_the_file",
            "test_undo_and_verdicts_are_pressed_at_the_bottom",
        ),
    ),
    "undo and redo": Ways(
        ("undo", "redo"),
        (
            "test_undo_and_verdicts_are_pressed_at_the_bottom",
            "test_the_menu_of_everything_is_worked_by_mouse",
        ),
    ),
    "selecting lines on one side": Ways(
        ("select", "select_down", "select_up", "old_side", "new_side", "escape"),
        (
            "test_dragging_stays_on_its_side_and_goes_on_beyond_the_edge",
            "test_shift_and_a_click_take_all_up_to_there",
            "test_dragging_from_the_line_numbers_takes_lines_from_the_first_on",
            "test_the_menu_of_selected_lines_leaves_them_selected_and_judges_them",
        ),
    ),
    "copying": Ways(
        ("copy", "copy_patch", "copy_path", "copy_feedback"),
        (
            "test_a_double_click_takes_a_word_and_a_third_one_the_line",
            "test_dragging_within_a_row_takes_its_characters_and_beyond_it_whole_lines",
            "test_what_is_copied_has_the_line_ends_of_the_file",
        ),
    ),
    "the editor": Ways(
        ("editor",),
        ("test_the_editor_is_opened_at_the_line_from_the_menu_of_the_change",),
        ("test_the_entry_opens_the_editor_at_the_line_of_the_cursor",),
    ),
    "notes and edits in place": Ways(
        ("note", "note_file", "note_review", "edit", "withdraw", "drafts", "ask", "make_rule", "why"),
        ("test_the_menu_of_a_note_settles_it", "test_a_double_click_on_a_note_edits_it"),
        ("test_an_editor_that_grows_at_the_lower_edge_stays_in_sight",),
    ),
    "menus of what is under the hand": Ways(
        ("menu",),
        ("test_the_menu_of_a_word_copies_it_and_searches_for_it",),
        ("test_a_key_brings_the_menu_up_at_the_cursor",),
    ),
    "zoom": Ways(
        ("bigger", "smaller", "normal_size"),
        (
            "test_the_wheel_scrolls_down_and_with_shift_sideways_and_with_control_it_zooms",
            "test_how_the_changes_are_shown_is_chosen_at_the_top",
        ),
    ),
    "themes, fonts, tabs, motion": Ways(
        (
            *("look", "smooth", "theme_dark", "theme_light", "theme_high-contrast"),
            *("theme_colour-blind-dark", "theme_colour-blind-light"),
        ),
        ("test_a_checked_box_has_a_tick_and_not_only_another_colour",),
    ),
    "refreshing": Ways(("refresh",), ("test_the_menu_of_everything_is_worked_by_mouse",)),
    "rounds: what they are given, send, land, and what came of them": Ways(
        (
            *("task", "send", "send_back", "only_change", "only_file", "cancel_round", "read", "tray"),
            *("pin", "pin_file", "costs", "rounds", "prompts", "compare", "land"),
        ),
        (
            "test_the_words_at_the_bottom_lead_to_what_they_speak_of",
            "test_a_click_in_the_ledger_goes_to_the_entry",
        ),
        ("test_the_entry_cancels_the_round_that_is_being_made",),
    ),
    "opening, closing, trust": Ways(
        ("open", "recent", "demo", "close_review", "trust", "restrict", "quit"),
        ("test_a_file_that_is_dropped_is_gone_to_and_a_folder_is_opened",),
        ("test_the_entry_asks_for_a_folder_and_opens_it", "test_the_entry_opens_the_demo"),
    ),
    "help": Ways(("keys",), ("test_undo_and_verdicts_are_pressed_at_the_bottom",)),
    "the ruler": Ways(
        (),
        ("test_the_ruler_scrolls", "test_the_thumb_of_the_ruler_is_held_where_it_is_taken"),
        ("test_notes_deleted_files_and_the_ruler",),
    ),
    "what was not seen to its end": Ways(
        (),
        ("test_what_was_not_seen_to_its_end_is_accepted_by_a_second_press_of_any_hand",),
        (
            "test_a_change_whose_end_was_not_on_the_screen_needs_a_second_press",
            "test_a_whole_file_and_a_selection_ask_with_the_count",
            "test_the_landing_sheet_lists_what_was_accepted_quickly",
        ),
    ),
    "pictures, and facts about a file": Ways(
        (),
        ("test_a_picture_is_pointed_at_and_judged_with_the_mouse",),
        ("test_pictures_are_decoded_and_shown_before_and_after",),
    ),
    "what is large, generated or vendored": Ways(
        (),
        ("test_a_click_on_a_header_folds_the_file_and_opens_it_again",),
        ("test_what_is_vendored_is_folded_with_its_reason_and_opens_by_key_and_by_going_there",),
    ),
    "reading on while files change": Ways(
        (),
        (),
        (
            "test_lines_that_come_above_in_the_same_file_move_nothing",
            "test_what_was_folded_and_opened_stays_so",
            "test_a_selection_stays_on_its_lines",
            "test_a_draft_stays_under_its_line_and_is_saved_there",
        ),
        no_mouse="nothing is done but what goes on",
    ),
    "screen readers, and the focus": Ways(
        (),
        (),
        (
            "test_moving_tells_the_change_its_position_size_and_verdict_and_the_line",
            "test_tab_leads_everywhere_and_what_has_the_keys_can_be_seen",
        ),
        no_mouse="it is heard, and led by Tab",
    ),
    "what hides in text that is typed": Ways(
        (),
        (),
        (
            "test_nothing_that_hides_is_left_to_qt",
            "test_it_is_copied_and_pasted_as_it_is",
            "test_what_is_pasted_is_seen_and_meant",
        ),
        no_mouse="it is typed and pasted",
    ),
}


def names() -> set[str]:
    """Every test that there is for the window and what is in it."""
    files = (*(TESTS / "window").glob("test_*.py"), *(TESTS / "ui").glob("test_*.py"))
    text = "".join(path.read_text("utf-8") for path in files)
    return set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_of_the_table_has_its_tests(feature: str) -> None:
    ways = FEATURES[feature]
    assert bool(ways.mouse) is not bool(ways.no_mouse)
    assert sorted({*ways.mouse, *ways.does} - names()) == []


def test_every_command_belongs_to_a_feature() -> None:
    listed = [command for ways in FEATURES.values() for command in ways.commands]
    assert sorted(listed) == sorted(BY_ID)


def test_every_command_is_tried_by_its_keys_and_its_entry() -> None:
    tried = {command for command, _ in KEYED} | set(UNKEYED) | set(ELSEWHERE)
    assert tried == set(BY_ID)
    assert {(command, key) for command, key in KEYED} >= {
        (command.id, key) for command in BY_ID.values() if command.id not in ELSEWHERE for key in command.keys
    }
