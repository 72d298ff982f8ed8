"""What the next round is told: golden texts, and what is never in them."""

from __future__ import annotations

import json

from msgspec.structs import replace

from tests.review.texts import arrived, changed, golden, started
from workbench.review.actions import Judged, NoteReplied, NoteSettled, NoteWithdrawn, NoteWritten
from workbench.review.changes import Change, FileChange, Kind, Side
from workbench.review.feedback import Feedback, as_json, as_markdown, feedback
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind, Author, Intent, Note, Place, Reply
from workbench.review.places import place_lines
from workbench.review.review import Review, apply
from workbench.review.verdicts import Selection, Verdict, select_changes

OLD = b"""import time


class Store:
    def get(self, key):
        with self._lock:
            return self._items.get(key)

    def put(self, key, value):
        self._items[key] = value

    def clear(self):
        self._items = {}
"""

NEW = b"""import time


class Store:
    def get(self, key):
        with self._lock.read():
            return self._items.get(key)

    def put(self, key, value):
        print("put", key)
        self._items[key] = (value, time.time())

    def clear(self):
        self._items.clear()
"""

STORE = changed(OLD, NEW, "cache/store.py")
LOCK = changed(None, b"class Lock:\n    pass\n", "cache/lock.py")
GONE = changed(b"old\n", None, "cache/old.py")
RUN = changed(b"#!/bin/sh\n", b"#!/bin/sh\n", "run.sh", new_mode="100755")
FILES = (LOCK, GONE, STORE, RUN)
READ, PUT, CLEAR = STORE.changes
TASK = "Make the store safe for many readers.\n\nConstraints:\n- no new dependency\n"


def judge(review: Review, verdict: Verdict, *changes: Change, note: Note | None = None) -> Review:
    selections = select_changes(changes)
    return apply(review, Judged(id="j", at=0.0, round=0, selections=selections, verdict=verdict, note=note))


def write(review: Review, note: Note) -> Review:
    return apply(review, NoteWritten(id=note.id, at=0.0, note=note))


def lines(start: int, count: int, change: Change | None = None) -> Place:
    return place_lines(
        "cache/store.py", Side.NEW, split_lines(NEW), start, count, change.id if change else None
    )


def whole_review() -> Review:
    review = arrived(started(TASK))
    review = judge(review, Verdict.ACCEPTED, READ, *LOCK.changes, *GONE.changes, *RUN.changes)
    reason = Note("N1", Intent.MUST, lines(14, 1, CLEAR), "Readers hold the old dict.", 0, reason=True)
    review = judge(review, Verdict.REJECTED, CLEAR, note=reason)
    must = Note(
        "N2",
        Intent.MUST,
        lines(11, 1),
        "Wall time jumps when the clock is set.",
        0,
        suggestion="        self._items[key] = (value, time.monotonic())\n",
    )
    review = write(review, must)
    review = write(review, Note("N3", Intent.QUESTION, lines(6, 1), "Can a writer starve?", 0))
    review = write(review, Note("N4", Intent.KEEP, Place("cache/lock.py"), "Small and clear.", 0))
    return write(review, Note("N5", Intent.SHOULD, Place(), "Add a test with two threads.", 0))


def test_the_markdown_of_a_whole_review_reads_as_the_golden_text() -> None:
    golden("feedback.md", as_markdown(feedback(whole_review(), FILES)))


def test_the_json_of_a_whole_review_reads_as_the_golden_text() -> None:
    golden("feedback.json", json.dumps(as_json(feedback(whole_review(), FILES)), indent=1) + "\n")


def test_with_the_rejected_lines_taken_out_the_line_numbers_are_those_of_the_files_then() -> None:
    some = Selection("cache/store.py", new=((10, 1),))
    review = apply(
        whole_review(), Judged(id="x", at=0.0, round=0, selections=(some,), verdict=Verdict.REJECTED)
    )
    said = feedback(review, FILES, taken_out=True)
    assert {each.id: each.lines for each in (*said.notes, *said.questions)} == {
        "N2": ((10, 1),),
        "N3": ((6, 1),),
        "N5": (),
    }
    assert [(each.after, each.partly) for each in said.rejected] == [(9, True), (12, False)]
    assert "without what was rejected" in as_markdown(said)


def test_a_review_without_verdicts_and_notes_says_so() -> None:
    said = feedback(arrived(started(TASK)), FILES)
    assert not said
    assert "nothing to change" in as_markdown(said)


def test_settled_and_withdrawn_notes_are_not_sent() -> None:
    review = apply(whole_review(), NoteSettled(id="s", at=0.0, note="N2"))
    review = apply(review, NoteWithdrawn(id="w", at=0.0, note="N3"))
    said = feedback(review, FILES)
    assert said.note_ids == ("N5",)
    assert "Wall time" not in as_markdown(said)


def test_the_reason_of_what_is_not_rejected_any_more_is_not_sent() -> None:
    review = judge(whole_review(), Verdict.OPEN, CLEAR)
    text = as_markdown(feedback(review, FILES))
    assert "Readers hold" not in text
    assert "## Rejected" not in text


def test_one_rejected_line_of_a_change_is_sent_as_that_line_alone() -> None:
    some = Selection("cache/store.py", new=((10, 1),))
    review = apply(
        arrived(started()), Judged(id="x", at=0.0, round=0, selections=(some,), verdict=Verdict.REJECTED)
    )
    (only,) = feedback(review, FILES).rejected
    assert (only.added, only.removed, only.partly) == ((b'        print("put", key)\n',), (), True)


def test_rejected_facts_are_said_in_words() -> None:
    review = judge(arrived(started()), Verdict.REJECTED, *RUN.changes)
    assert RUN.changes[0].kind is Kind.MODE
    assert "### `run.sh`: mode 100644 → 100755" in as_markdown(feedback(review, FILES))


def test_one_reason_for_a_whole_file_is_told_once() -> None:
    reason = Note("N1", Intent.MUST, Place("cache/store.py"), "Not this way.", 0, reason=True)
    review = judge(arrived(started()), Verdict.REJECTED, *STORE.changes, note=reason)
    text = as_markdown(feedback(review, FILES))
    assert text.count("Not this way.") == 1
    assert text.count("Reason: the same as N1.") == 2


def test_a_note_carries_its_thread() -> None:
    answer = Reply(Author.MODEL, "I used a lock instead.", 0, AnswerKind.DECLINED)
    again = Reply(Author.EXPERT, "No lock here.", 0, again=True)
    review = write(arrived(started()), Note("N1", Intent.MUST, lines(11, 1), "text", 0))
    for reply in (answer, again):
        review = apply(review, NoteReplied(id="r", at=0.0, note="N1", reply=reply))
    text = as_markdown(feedback(review, FILES))
    assert (
        "> You answered: I used a lock instead.\n> The reviewer (not dealt with yet): No lock here." in text
    )


def test_an_outdated_note_is_sent_with_the_code_it_was_written_on() -> None:
    review = write(arrived(started()), Note("N1", Intent.MUST, lines(11, 1), "text", 0))
    text = as_markdown(feedback(arrived(review, places={"N1": None}), FILES))
    assert "written on this code" in text
    assert "time.time()" in text


def test_code_that_holds_fences_is_fenced_longer() -> None:
    code = (b"Text\n", b"````\n", b"code\n")
    review = write(
        arrived(started()), Note("N1", Intent.MUST, Place("a.md", Side.NEW, 1, 3, quote=code), "t", 0)
    )
    assert "`````\nText\n````\ncode\n`````" in as_markdown(feedback(review, ()))


def test_a_suggestion_is_sent_verbatim() -> None:
    suggestion = "    # ## not a heading\n\n\tx = 1  \n"
    review = write(arrived(started()), Note("N1", Intent.MUST, lines(11, 1), "t", 0, suggestion=suggestion))
    assert f"```\n{suggestion}```" in as_markdown(feedback(review, FILES))


def test_paths_with_odd_signs_stay_on_their_line_and_exact() -> None:
    path = "odd\n`name` \udcff.py"
    file = changed(b"a\n", b"b\n", path)
    review = judge(arrived(started()), Verdict.REJECTED, *file.changes)
    text = as_markdown(feedback(review, (file,)))
    assert '`` "odd\\n`name` \\udcff.py"' in text or '``"odd\\n`name` \\udcff.py"``' in text
    text.encode()


def test_the_absence_of_a_final_newline_is_told() -> None:
    file = changed(b"a\n", b"a")
    review = judge(arrived(started()), Verdict.REJECTED, *file.changes)
    assert "-a\n+a\n\\ No newline at end of file\n" in as_markdown(feedback(review, (file,)))


def test_the_same_review_gives_the_same_feedback() -> None:
    first: Feedback = feedback(whole_review(), FILES)
    assert first == feedback(whole_review(), FILES)
    assert first == replace(first)


def test_a_file_that_is_wholly_accepted_is_named_so() -> None:
    files: tuple[FileChange, ...] = FILES
    said = {each.path: (each.whole, each.deleted) for each in feedback(whole_review(), files).frozen}
    assert said == {
        "cache/lock.py": (True, False),
        "cache/old.py": (True, True),
        "cache/store.py": (False, False),
        "run.sh": (True, False),
    }
