"""What other tools got wrong, and the tests here that hold it: one row for each case.

A test that is renamed or removed takes its row along: every name is looked up.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

CASES: dict[str, tuple[str, ...]] = {
    "1 two lines glued into one": (
        "review/test_compose.py a_composed_text_never_has_two_lines_glued_into_one",
        (
            "review/test_compose_oracle.py"
            " any_verdicts_give_the_intended_bytes_and_git_makes_the_same_of_the_selection"
        ),
    ),
    "2 only the final newline": (
        "review/test_compose.py only_the_final_newline_can_be_added_or_removed",
        "review/test_compose_oracle.py a_final_line_end_or_an_only_line_comes_and_goes_by_its_own_verdict",
        "review/test_diff.py the_marker_of_a_missing_newline_may_be_in_any_language",
    ),
    "3 line ends": (
        "review/test_compose.py lone_carriage_returns_and_mixed_endings_survive",
        "review/test_compose_oracle.py line_ends_change_line_by_line",
        "git/test_filters.py an_untouched_checkout_with_crlf_shows_no_change",
    ),
    "4 separators and patch syntax inside lines": (
        "review/test_compose_oracle.py lines_of_patch_syntax_and_with_other_separators_are_single_lines",
        "review/test_lines.py nothing_but_a_newline_ends_a_line",
    ),
    "5 encodings": (
        "review/test_compose_oracle.py bytes_of_any_encoding_survive_beside_an_accepted_line",
        "review/test_compose_oracle.py utf_16_is_taken_or_left_as_a_whole",
        "window/test_prompts.py matches_are_counted_as_qt_counts_characters",
    ),
    "6 the same block three times, a stale change": (
        "review/test_compose_oracle.py of_equal_blocks_just_the_one_that_was_judged_changes",
        (
            "review/test_patch.py"
            " a_stale_change_in_repetitive_code_is_refused_and_never_lands_in_the_next_equal_block"
        ),
    ),
    "7 order inside one change": (
        "review/test_compose.py kept_removed_lines_come_before_taken_additions",
        "review/test_compose_oracle.py selected_additions_follow_unselected_removals",
    ),
    "8 borders, and any context": (
        (
            "review/test_compose_oracle.py"
            " the_first_the_last_and_neighbouring_changes_of_one_line_are_told_apart"
        ),
        (
            "review/test_compose_oracle.py"
            " a_selection_that_ends_at_the_border_of_a_file_leaves_the_next_file_alone"
        ),
        "review/test_compose_oracle.py the_context_of_the_view_changes_neither_ids_nor_lines",
    ),
    "9 nobody's settings": (
        "git/test_hostile_settings.py nothing_in_the_repository_changes_what_is_shown",
        "git/test_surface.py settings_that_run_nothing_change_nothing",
    ),
    "10 white space that is ignored": (
        "ui/test_view.py whitespace_that_is_ignored_cannot_be_judged",
        "window/test_rows.py ignoring_white_space_says_how_many_changes_it_hides_and_judges_none_of_them",
    ),
    "11 renames, copies, modes": (
        "review/test_compose_oracle.py a_rename_with_edits_and_a_mode_is_taken_in_any_part",
        "review/test_compose_oracle.py a_copy_is_a_new_file_and_leaves_its_source_alone",
        "review/test_compose.py a_mode_never_slips_in_with_a_text_change",
    ),
    "12 symbolic links": (
        "git/test_snapshot.py links_are_shown_as_links_and_never_followed",
        "review/test_compose.py a_file_that_becomes_a_link_with_the_same_bytes_is_still_a_change",
        "git/test_landing.py a_link_that_is_written_over_leaves_its_target_alone",
    ),
    "13 parts of new and deleted files, empty ones, no commit": (
        "review/test_compose_oracle.py a_new_file_comes_in_parts_and_a_deleted_one_goes_in_parts",
        "review/test_compose.py an_empty_file_is_added_and_deleted_as_a_fact",
        "git/test_odd_repositories.py before_the_first_commit_everything_is_new_and_can_be_landed",
    ),
    "14 binary, large, unreadable": (
        "review/test_compose_oracle.py what_is_no_text_is_taken_or_left_as_a_whole",
        "git/test_odd_repositories.py a_binary_file_of_100_mb_is_listed_without_being_held_in_memory",
        "git/test_snapshot.py what_cannot_be_read_is_listed_and_the_others_are_shown",
    ),
    "15 submodules and merges": (
        "git/test_snapshot.py a_submodule_is_compared_by_its_commit_alone",
        "review/test_patch.py what_git_says_of_a_merge_is_refused_with_a_clear_sentence",
        (
            "git/test_odd_repositories.py"
            " a_path_that_is_not_merged_is_shown_as_it_stands_and_named_where_the_index_is_asked"
        ),
    ),
    "16 names": (
        "git/test_snapshot.py every_odd_name_is_shown_and_read_back",
        "git/test_odd_repositories.py every_odd_name_is_landed_to_and_taken_back",
        "git/test_hostile_settings.py no_name_of_a_file_is_an_option_a_pattern_or_another_file",
        "window/test_landing.py a_repository_whose_name_is_not_utf8_is_landed_to_and_the_destination_is_kept",
        "cli/test_bad_input.py names_are_utf8_whatever_the_locale_says",
    ),
    "17 repositories of every kind": (
        "git/test_odd_repositories.py it_is_opened_listed_and_landed_to",
        "git/test_odd_repositories.py refs_in_a_reftable_are_refused_by_name",
        "git/test_odd_repositories.py a_partial_clone_says_what_is_missing_and_asks_nobody",
        "git/test_odd_repositories.py a_bare_repository_and_none_at_all_are_refused",
        "cli/test_damaged.py an_object_that_is_damaged_is_no_bug_and_nothing_that_was_judged_is_lost",
        "git/test_filters.py an_untouched_sparse_checkout_shows_no_change",
    ),
    "18 an agent that writes all the time": (
        "faults/test_agent.py no_edit_of_an_agent_is_lost_while_we_land",
        "faults/test_agent.py no_edit_of_an_agent_is_lost_on_a_busy_machine",
    ),
    "19 locks": (
        "workflow/test_landing_index.py a_lock_that_stays_is_said_by_whom_and_never_deleted",
        (
            "faults/test_beside_others.py"
            " git_commits_in_a_loop_beside_our_refresh_and_never_meets_a_lock_of_ours"
        ),
        "git/test_snapshot.py committing_beside_our_refreshes_meets_no_lock",
    ),
    "20 HEAD moves, a rebase is stopped, the repository goes": (
        "window/test_head_moves.py a_rebase_that_stops_is_looked_at_judged_and_left_to_git",
        "window/test_head_moves.py what_is_landed_while_a_rebase_is_stopped_leaves_it_to_be_gone_on_with",
        "window/test_head_moves.py what_differs_from_the_base_is_shown_wherever_head_is",
        "window/test_gone.py every_command_ends_in_a_sentence_and_the_review_is_there",
        "cli/test_damaged.py what_is_closed_is_named_and_not_said_to_be_gone",
    ),
    "21 kill -9, a full disk, no permission": (
        "faults/test_kills.py a_kill_anywhere_loses_nothing",
        "faults/test_kills.py a_kill_while_many_files_are_landed_loses_nothing",
        "window/test_stopped_reading.py where_git_dies_too_it_is_said_and_the_review_is_read_again_by_a_key",
        "faults/test_errors.py an_error_anywhere_is_a_sentence_and_loses_nothing",
        "faults/test_full_disk.py a_disk_that_is_full_at_any_call_leaves_every_file_and_folder_as_it_was",
        "faults/test_full_disk.py a_journal_that_takes_nothing_more_says_what_stands_in_the_files",
        "git/test_landing.py a_kill_is_taken_back_whole_though_git_clean_took_the_landings_folder",
    ),
    "22 the place after a refresh": (
        "window/test_agent_writes.py place_folding_and_selection_stay_while_an_agent_writes",
        "window/test_reading_on.py lines_that_come_above_in_the_same_file_move_nothing",
    ),
    "23 the tricks that hide": (
        "git/test_nothing_hidden.py what_a_walk_finds_different_is_what_the_review_lists",
        "git/test_nothing_hidden.py no_mark_in_the_users_index_hides_an_edit",
        "cli/test_nothing_hidden.py what_is_hidden_after_the_review_began_is_named_by_the_next_refresh",
    ),
    "24 attributes of the change itself": (
        "git/test_nothing_hidden.py attributes_of_the_change_itself_fold_nothing_and_hide_nothing",
        "review/test_bulky.py a_new_file_cannot_name_itself_vendored",
    ),
    "25 characters that hide": (
        "review/test_text.py every_character_without_a_form_of_its_own_is_boxed",
        "window/test_nothing_invisible.py the_window_itself",
        "window/test_hostile_text.py a_line_is_copied_as_it_is",
    ),
    "26 far to the right": (
        "review/test_suspicious.py what_is_far_to_the_right_is_said_with_its_column",
        "ui/test_long_lines.py an_edit_out_of_sight_is_counted_at_the_edge_and_a_key_goes_there",
    ),
    "27 letters that look alike": (
        "review/test_suspicious.py a_look_alike_is_marked_in_its_line",
        "window/test_nothing_hidden.py look_alike_letters_are_boxed_in_their_line",
    ),
    "28 files that run by themselves": (
        "review/test_sensitive.py a_path_has_its_tier",
        "review/test_sensitive.py accepting_in_bulk_leaves_sensitive_files_out",
        "window/test_nothing_hidden.py files_that_run_build_or_instruct_and_hide_have_their_badges",
    ),
    "29 notes and drafts survive": (
        "window/test_killed.py place_folding_and_draft_are_there_again_after_a_kill",
        "window/test_agent_writes.py a_draft_is_written_on_and_saved_under_its_line_while_an_agent_writes",
        "window/test_reading_on.py after_a_restart_a_draft_whose_lines_are_gone_is_never_saved_on_others",
    ),
    "30 a note is sent once a round, a settled one never": (
        "cli/test_notes_sent.py a_note_is_sent_once_a_round_with_its_id_until_it_is_settled_or_withdrawn",
        "review/test_feedback.py settled_and_withdrawn_notes_are_not_sent",
    ),
    "31 no guessed places": (
        "review/test_places.py a_place_whose_lines_changed_is_outdated",
        "review/test_places.py a_repeated_line_whose_surroundings_all_changed_is_outdated",
        "review/test_places.py a_place_that_is_found_again_holds_the_same_bytes",
    ),
    "32 the model settles nothing": (
        (
            "workflow/test_ledger_table.py"
            " a_thread_keeps_answers_and_replies_in_order_and_only_the_expert_settles"
        ),
        "cli/test_hostile_model.py words_that_claim_to_settle_and_control_a_terminal_are_words",
    ),
    "33 a stream that is cut": (
        "generation/test_streams.py the_text_cut_at_every_byte_is_never_complete",
        "generation/test_streams.py a_body_cut_anywhere_is_never_complete",
    ),
    "34 an edit that matches nowhere or twice": (
        "generation/test_checking.py an_edit_that_matches_nowhere_is_refused_with_the_nearest_lines",
        "generation/test_checking.py an_edit_that_matches_twice_is_refused_with_both_lines",
        "generation/test_checking.py nothing_is_made_of_an_answer_of_which_one_part_is_wrong",
    ),
    # Of coding agents there is no backend yet: of models, what is true of any round that was asked for.
    "35 an empty round": (
        "cli/test_notes_sent.py a_round_without_an_edit_is_said_to_be_empty_with_the_reason_that_came",
        "cli/test_rounds.py a_refresh_without_news_says_so",
    ),
    "36 two long lines that have nothing in common": (
        "review/test_long_words.py lines_with_nothing_in_common_have_no_marks",
        "review/test_line_diff.py two_long_texts_that_have_nothing_in_common_are_one_run",
    ),
    "37 a hundred thousand lines": (
        "ui/test_view.py a_hundred_thousand_changed_lines_open_at_once",
        "ui/test_layout.py every_row_of_a_large_file_is_walked_through_once",
    ),
    "38 colours from another process, over whole files": (
        "ui/test_lexer.py a_string_over_many_lines_colours_all_of_them",
        "ui/test_lexer.py a_helper_that_dies_or_hangs_is_replaced_and_only_what_it_worked_on_stays_plain",
    ),
    "39 a git that is not wanted any more": (
        "git/test_repository.py a_cancelled_child_ends_at_once",
        "git/test_watching.py cancelling_ends_the_children_of_that_work_alone",
        "git/test_repository.py a_child_that_somebody_stopped_keeps_no_repository_open",
    ),
    "40 a reference to None": ("test_canary.py a_call_that_returns_nothing_takes_no_reference_from_none",),
}


def test_every_case_is_there() -> None:
    assert [int(case.partition(" ")[0]) for case in CASES] == list(range(1, 41))


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_held_by_tests_that_are_there(case: str) -> None:
    for row in CASES[case]:
        path, name = row.split(" ")
        assert f"\ndef test_{name}(" in (TESTS / path).read_text("utf-8"), row
