"""Judging from the keyboard, end to end: real keys, a real repository, the saved review."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.repos import Repo
from tests.window.conftest import AFTER, ALT, CONTROL, SHIFT, Hands
from workbench.ui.note_editor import NoteEditor


def test_the_window_opens_on_the_first_change_with_nothing_judged(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    stop = hands.window.view.stop()
    assert stop.change == hands.session.files[0].changes[0].id
    assert hands.verdicts() == ["open", "open", "open"]
    hands.until(lambda: "3 unread" in hands.window.status.truth.text())


def test_a_accepts_and_goes_to_the_next_open_change(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("a")
    assert hands.verdicts() == ["accepted", "open", "open"]
    assert hands.window.view.stop().change == hands.session.files[0].changes[1].id

    hands.type("x")
    assert hands.verdicts() == ["accepted", "rejected", "open"]
    assert hands.window.view.stop().path == "new.py"


def test_o_takes_a_verdict_back_to_open(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("a[o")

    assert hands.verdicts() == ["open", "open", "open"]


def test_a_reason_is_written_in_place_and_enter_rejects_with_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("rax is not this")
    assert hands.verdicts() == ["open", "open", "open"], "the letters went into the reason"
    hands.press(Qt.Key.Key_Return)

    assert hands.verdicts() == ["rejected", "open", "open"]
    [note] = hands.session.review.notes.values()
    assert (note.text, note.reason) == ("ax is not this", True)
    assert hands.window.focusWidget() is hands.window.view


def test_typing_ax_in_a_note_accepts_nothing(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("cax")

    assert hands.verdicts() == ["open", "open", "open"]
    assert hands.session.drafts() == {} or "ax" in next(iter(hands.session.drafts().values()))
    hands.press(Qt.Key.Key_Escape)
    assert hands.window.focusWidget() is hands.window.view
    assert any("ax" in body for body in hands.session.drafts().values()), "Escape keeps the draft"


def test_the_field_of_a_note_does_not_jump_at_the_first_character(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c")
    [editor] = hands.window.findChildren(NoteEditor)
    hands.until(editor.text.isVisible)
    before = editor.text.height()
    hands.type("x")
    assert editor.text.height() == before


def test_a_note_gets_its_intent_from_its_first_character(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    for mark, intent in (("! ", "must"), ("? ", "question"), ("+ ", "keep"), ("", "should")):
        hands.type(f"C{mark}text for {intent}")
        hands.press(Qt.Key.Key_Return, CONTROL)

    notes = [(note.intent.value, note.text, note.place.path) for note in hands.session.review.notes.values()]
    assert notes == [
        (intent, f"text for {intent}", "code.py") for intent in ("must", "question", "keep", "should")
    ]


def test_a_note_on_a_change_makes_it_asked_and_carries_its_suggestion(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("c! Eleven is meant.")
    hands.press(Qt.Key.Key_E, CONTROL)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("    return 11")
    hands.press(Qt.Key.Key_Return, CONTROL)

    [note] = hands.session.review.notes.values()
    assert note.suggestion == "    return 11"
    assert note.place.quote == (b"    return 10\n",)
    assert hands.window.controller.progress().asked == 1
    assert not hands.session.drafts(), "a saved note leaves no draft"


def test_a_note_can_stand_on_an_unchanged_line_and_on_the_review(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("kcWhy this name?")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.press(Qt.Key.Key_C, ALT)
    hands.type("All in all fine.")
    hands.press(Qt.Key.Key_Return, CONTROL)

    first, second = hands.session.review.notes.values()
    assert first.place.quote == (b"def one():\n",)
    assert first.place.change is None
    assert second.place.is_review


def test_selected_lines_are_judged_alone(hands: Hands, repo: Repo) -> None:
    repo.write({"new.py": "one\ntwo\nthree\n"})
    hands.open(repo)

    hands.window.view.go_to_change(hands.session.by_path["new.py"].changes[0].id)
    hands.type("vja")

    held = hands.session.review.current["new.py"].new
    assert sorted(held) == [1, 2]
    assert not hands.window.view.has_selection()
    assert hands.verdicts()[-1] == "mixed"


def test_whole_files_are_judged_with_capitals(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("A")
    assert hands.verdicts() == ["accepted", "accepted", "open"]
    hands.type("X")
    assert hands.verdicts() == ["accepted", "accepted", "rejected"]


def test_undo_and_redo_go_through_everything_and_name_it(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aC! keep out")
    hands.press(Qt.Key.Key_Return, CONTROL)

    hands.type("u")
    assert "note N1" in hands.notice()
    hands.press(Qt.Key.Key_Z, CONTROL)
    assert hands.verdicts() == ["open", "open", "open"]
    assert hands.window.view.stop().change == hands.session.files[0].changes[0].id

    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert hands.verdicts() == ["accepted", "open", "open"]
    assert len(hands.session.review.notes) == 1

    hands.type("uuu")
    assert hands.notice() == "There is nothing to undo."


def test_everything_is_there_again_in_a_new_window_and_can_be_undone(
    make_hands: Callable[[], Hands], repo: Repo
) -> None:
    first = make_hands()
    first.open(repo)
    first.type("ax")
    first.type("Chalf a thought")
    first.window.close()

    second = make_hands()
    second.open(repo)
    assert second.verdicts() == ["accepted", "rejected", "open"]
    assert second.window.view.stop().path == "new.py", "the window opens where it was"
    second.until(lambda: second.window.editing().is_open)
    assert any("half a thought" in body for body in second.session.drafts().values())

    second.window.view.setFocus()
    second.type("u")
    assert second.verdicts() == ["accepted", "open", "open"]


def test_two_windows_on_one_review_see_each_other(make_hands: Callable[[], Hands], repo: Repo) -> None:
    one, other = make_hands(), make_hands()
    one.open(repo)
    other.open(repo)

    one.window.activateWindow()
    one.window.view.setFocus()
    QTest.keyClicks(one.window.view, "a")
    other.window.controller.poll()

    assert other.verdicts() == ["accepted", "open", "open"]


def test_enter_edits_the_new_side_which_is_then_accepted(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("    return 12")
    hands.press(Qt.Key.Key_Return, CONTROL)

    hands.until(lambda: b"    return 12\n" in hands.session.files[0].changes[0].added)
    assert hands.verdicts() == ["accepted", "open", "open"]
    assert repo.read("code.py").decode() == AFTER, "the work tree is not touched"
    hands.until(lambda: hands.window.focusWidget() is hands.window.view)
    hands.type("u")
    assert hands.session.files[0].changes[0].added == (b"    return 10\n",)


def test_the_edit_keeps_the_line_ends_of_the_file(hands: Hands, repo: Repo) -> None:
    repo.commit({"dos.txt": b"a\r\nb\r\nc\r\n"})
    repo.write({"code.py": "x = 1\n", "dos.txt": b"a\r\nB\r\nc\r\n"})
    hands.open(repo)
    hands.window.view.go_to_file("dos.txt")

    hands.press(Qt.Key.Key_Return)
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type("two")
    hands.press(Qt.Key.Key_Return)
    hands.type("lines")
    hands.press(Qt.Key.Key_Return, CONTROL)

    hands.until(lambda: hands.session.by_path["dos.txt"].changes[0].added == (b"two\r\n", b"lines\r\n"))


def test_dot_repeats_the_last_verdict_with_its_reason(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("rno magic numbers")
    hands.press(Qt.Key.Key_Return)
    hands.type(".")

    assert hands.verdicts() == ["rejected", "rejected", "open"]
    assert [note.text for note in hands.session.review.notes.values()] == ["no magic numbers"] * 2


def test_m_marks_the_file_viewed_and_goes_to_the_next(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("m")

    assert hands.session.viewed() == {"code.py"}
    assert hands.window.view.current_file() == "new.py"


def test_the_grammar_on_a_note_settles_it_and_sends_it_again(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("c! look here")
    hands.press(Qt.Key.Key_Return, CONTROL)

    hands.type(";a")
    assert hands.session.review.notes["N1"].settled
    hands.type("x")
    note = hands.session.review.notes["N1"]
    assert (note.settled, note.thread[-1].again) == (False, True)
    hands.type("cand more")
    hands.press(Qt.Key.Key_Return, CONTROL)
    assert hands.session.review.notes["N1"].thread[-1].text == "and more"
    hands.type(";")
    hands.press(Qt.Key.Key_Delete)
    assert hands.session.review.notes["N1"].withdrawn


def test_a_key_without_a_change_under_it_says_what_to_do(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("ka")

    assert hands.verdicts() == ["open", "open", "open"]
    assert "no change under the cursor" in hands.notice()


def test_a_replaced_line_is_judged_whole_when_its_row_is_selected(hands: Hands, repo: Repo) -> None:
    hands.open(repo)

    hands.type("vx")

    assert hands.verdicts()[0] == "rejected", "the added half alone would leave neither line in the file"


def test_after_a_note_on_the_review_the_cursor_is_on_the_screen_again(hands: Hands, repo: Repo) -> None:
    repo.write({f"more{number}.txt": "line\n" * 20 for number in range(9)})
    hands.open(repo)
    hands.window.view.go_to_file("new.py")
    before = hands.window.view.verticalScrollBar().value()
    assert before > 0

    hands.press(Qt.Key.Key_C, ALT)
    hands.type("Fine.")
    assert hands.window.view.verticalScrollBar().value() < before
    hands.press(Qt.Key.Key_Return, CONTROL)

    assert hands.window.view.verticalScrollBar().value() > 0
    assert hands.window.view.stop().path == "new.py"
