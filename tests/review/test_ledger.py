"""What became of each verdict and note: the table of the design, case by case, over small texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.texts import arrived, changed, lines_by_git, started, tree_changes
from workbench.review.actions import Judged, NoteWritten
from workbench.review.changes import FileChange, Kind, Side
from workbench.review.compose import Take, compose_file
from workbench.review.ledger import Entry, Ledger, Said, ledger
from workbench.review.linemap import LineMap
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind, Intent, Note, Place
from workbench.review.places import find_again, place_lines
from workbench.review.review import Review, apply
from workbench.review.rounds import Answer
from workbench.review.verdicts import NO_VERDICTS, Selection, Verdict, select_changes

Tree = Mapping[str, bytes]

BASE = {
    "a.py": b"import os\n\n\ndef get(key):\n    return items[key]\n\n\n"
    b"def put(key, value):\n    items[key] = value\n"
}
FIRST = {
    "a.py": b"import os\nimport time\n\n\n"
    b"def get(key):\n    with lock.read():\n        return items[key]\n\n\n"
    b"def put(key, value):\n    print('putting', key)\n    items[key] = (value, time.time())\n"
}


@pytest.fixture(scope="module", autouse=True, params=["difflib", "git"])
def lines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Everything here holds however lines are compared: two differs place the same edit differently."""
    with lines_by_git(tmp_path_factory.mktemp("diff")) if request.param == "git" else nullcontext():
        yield


class Rounds:
    """Two rounds over one base. Judge and write notes in the first, then let the second arrive."""

    def __init__(self, base: Tree = BASE, first: Tree = FIRST, task: str = "") -> None:
        self.base = base
        self.first = first
        self.before = tree_changes(base, first)
        self.review: Review = arrived(started(task))

    def file(self, path: str = "a.py") -> FileChange:
        return next(file for file in self.before if file.path == path)

    def judge(self, verdict: Verdict, *codes: bytes, path: str = "a.py") -> Rounds:
        """Judge every changed line, removed or added, that holds one of the codes."""
        old: list[tuple[int, int]] = []
        new: list[tuple[int, int]] = []
        for run in self.file(path).runs:
            old += [(run.old_start + n, 1) for n, line in enumerate(run.removed) if _has(line, codes)]
            new += [(run.new_start + n, 1) for n, line in enumerate(run.added) if _has(line, codes)]
        return self._judge(verdict, Selection(path, tuple(old), tuple(new)))

    def judge_all(self, verdict: Verdict, path: str = "a.py") -> Rounds:
        return self._judge(verdict, *select_changes(self.file(path).changes))

    def _judge(self, verdict: Verdict, *selections: Selection) -> Rounds:
        assert any(selections)
        self.review = apply(
            self.review, Judged(id="j", at=0.0, round=0, selections=selections, verdict=verdict)
        )
        return self

    def note(
        self, intent: Intent, code: bytes, count: int = 1, side: Side = Side.NEW, path: str = "a.py"
    ) -> Rounds:
        lines = split_lines((self.first if side is Side.NEW else self.base)[path])
        start = next(n for n, line in enumerate(lines, 1) if code in line)
        return self.note_at(intent, place_lines(path, side, lines, start, count))

    def note_at(self, intent: Intent, place: Place) -> Rounds:
        note = Note(f"N{len(self.review.notes) + 1}", intent, place, "text", 0)
        self.review = apply(self.review, NoteWritten(id=note.id, at=0.0, note=note))
        return self

    def start(self) -> dict[str, bytes]:
        """What is not rejected: the tree the second round starts from when rejected lines are taken out."""
        tree = dict(self.base)
        blobs = {**{file.new_id: self.first.get(file.path) for file in self.before}}
        blobs |= {file.old_id: self.base.get(file.base_path or "") for file in self.before}
        for file in self.before:
            tree.pop(file.base_path or "", None)
            held = self.review.current.get(file.path, NO_VERDICTS)
            base = self.base.get(file.base_path or "")
            for result in compose_file(file, base, held, Take.NOT_REJECTED):
                data = result.data if result.data is not None else blobs[result.id]
                assert data is not None
                tree[result.path] = data
        return tree

    def then(
        self,
        second: Tree,
        *,
        taken_out: bool = True,
        renames: Mapping[str, str] | None = None,
        answers: tuple[Answer, ...] = (),
    ) -> tuple[Entry, ...]:
        """The ledger of a second round."""
        start = self.start() if taken_out else self.first
        after = tree_changes(self.base, second, renames)
        between = tree_changes(self.first, second, renames)
        places = {note.id: self._found(note, second, between) for note in self.review.notes.values()}
        review = arrived(self.review, self.before, after, between, places=places, answers=answers)
        return ledger(review, self.before, after, tree_changes(self.base, start), between, 0)

    def _found(self, note: Note, second: Tree, between: tuple[FileChange, ...]) -> Place | None:
        if note.place.path is None:
            return note.place
        step = next((file for file in between if file.base_path == note.place.path), None)
        path = step.path if step else note.place.path
        lines = split_lines(second[path]) if path in second else None
        return find_again(
            note.place, path if lines is not None else None, LineMap(step.runs if step else ()), lines
        )


def _has(line: bytes, codes: tuple[bytes, ...]) -> bool:
    return any(code in line for code in codes)


def said(entries: tuple[Entry, ...]) -> list[Said]:
    return [entry.said for entry in entries]


def edited(old: bytes, new: bytes, tree: Tree = FIRST, path: str = "a.py") -> dict[str, bytes]:
    assert tree[path].count(old) == 1
    return {**tree, path: tree[path].replace(old, new)}


# Accepted


def test_accepted_and_the_same_is_kept_and_folded_to_one_entry_a_file() -> None:
    (entry,) = Rounds().judge_all(Verdict.ACCEPTED).then(FIRST)
    assert (entry.said, entry.words, entry.is_violation) == (Said.KEPT, "3 accepted changes", False)
    assert len(entry.changes) == 3


def test_accepted_stays_kept_when_its_line_numbers_move() -> None:
    entries = Rounds().judge_all(Verdict.ACCEPTED).then(edited(b"import os\n", b'"""Doc."""\n\nimport os\n'))
    assert said(entries) == [Said.KEPT]


def test_a_neighbour_added_to_accepted_lines_is_grown_and_only_the_new_line_is_named() -> None:
    second = edited(b"import time\n", b"import time\nimport threading\n")
    entries = Rounds().judge(Verdict.ACCEPTED, b"import time").then(second)
    (entry,) = entries
    assert (entry.said, entry.is_violation) == (Said.GROWN, False)
    assert "1 line added beside it" in entry.words
    after = changed(BASE["a.py"], second["a.py"])
    assert entry.changes == (after.changes[0].id,)


def test_a_log_of_very_many_lines_that_goes_on_is_grown_by_what_is_new() -> None:
    log = b"".join(b"%d: what happened then\n" % number for number in range(30_000))
    rounds = Rounds(first={**FIRST, "log": log}).judge(Verdict.ACCEPTED, b"happened", path="log")
    (entry,) = rounds.then({**FIRST, "log": log + b"30000: the end\n"})
    assert (entry.said, entry.path, entry.line, entry.count) == (Said.GROWN, "log", 1, 30_001)
    assert b"".join(entry.was) == log
    assert "1 line added" in entry.words


def test_a_line_put_in_between_accepted_lines_is_grown() -> None:
    second = edited(b"    with lock.read():\n", b"    with lock.read():\n        check(key)\n")
    entries = Rounds().judge(Verdict.ACCEPTED, b"lock.read", b"return items").then(second)
    assert said(entries) == [Said.GROWN]


def test_accepted_and_altered_shows_what_was_accepted_and_what_stands_there() -> None:
    second = edited(b"(value, time.time())", b"(value, time.monotonic())")
    (entry,) = Rounds().judge(Verdict.ACCEPTED, b"time.time").then(second)
    assert (entry.said, entry.is_violation) == (Said.ALTERED, True)
    assert entry.was == (b"    items[key] = (value, time.time())\n",)
    assert entry.now == (b"    items[key] = (value, time.monotonic())\n",)
    lines = split_lines(second["a.py"])
    assert lines[entry.line - 1 : entry.line - 1 + entry.count] == entry.now


def test_accepted_and_gone_is_altered_and_says_where_it_stood() -> None:
    second = edited(b"import time\n", b"")
    (entry,) = Rounds().judge(Verdict.ACCEPTED, b"import time").then(second)
    assert (entry.said, entry.now, entry.line, entry.count) == (Said.ALTERED, (), 1, 0)


def test_an_accepted_removal_that_was_undone_is_altered() -> None:
    rounds = Rounds(BASE, edited(b"import os\n", b"", BASE))
    (entry,) = rounds.judge_all(Verdict.ACCEPTED).then(BASE)
    assert (entry.said, entry.was, entry.now) == (Said.ALTERED, (), (b"import os\n",))
    assert (entry.line, entry.count) == (1, 1)


def test_an_accepted_deletion_of_a_whole_file_that_was_undone_is_altered() -> None:
    (entry,) = Rounds(first={}).judge_all(Verdict.ACCEPTED).then(BASE)
    assert (entry.said, entry.is_violation) == (Said.ALTERED, True)
    assert entry.words == "round 1: removal of 9 lines accepted, and undone since"


def test_an_accepted_file_that_is_gone_is_altered() -> None:
    rounds = Rounds({}, {"n.py": b"x = 1\n"}).judge_all(Verdict.ACCEPTED, "n.py")
    (entry,) = rounds.then({})
    assert (entry.said, entry.was, entry.path) == (Said.ALTERED, (b"x = 1\n",), "n.py")


def test_rejecting_one_line_of_a_change_and_having_it_taken_out_leaves_the_rest_kept() -> None:
    rounds = Rounds().judge(Verdict.ACCEPTED, b"items[key] =").judge(Verdict.REJECTED, b"print")
    assert said(rounds.then(rounds.start())) == [Said.KEPT]


def test_accepted_lines_are_kept_through_a_rename() -> None:
    entries = Rounds().judge_all(Verdict.ACCEPTED).then({"b.py": FIRST["a.py"]}, renames={"b.py": "a.py"})
    (entry,) = entries
    assert (entry.said, entry.path) == (Said.KEPT, "b.py")


def test_an_open_change_has_no_entry() -> None:
    assert Rounds().then(edited(b"time.time()", b"now()")) == ()


# Rejected


def test_rejected_code_that_was_taken_out_and_stands_there_again_came_back() -> None:
    (entry,) = Rounds().judge(Verdict.REJECTED, b"print").then(FIRST)
    assert (entry.said, entry.is_violation) == (Said.CAME_BACK, True)
    assert entry.was == entry.now == (b"    print('putting', key)\n",)
    assert entry.line == 11


def test_rejected_code_that_nobody_took_out_is_still_there() -> None:
    (entry,) = Rounds().judge(Verdict.REJECTED, b"print").then(FIRST, taken_out=False)
    assert (entry.said, entry.is_violation) == (Said.STILL_THERE, False)


def test_rejected_code_that_stays_out_has_no_entry() -> None:
    rounds = Rounds().judge(Verdict.REJECTED, b"print")
    assert rounds.then(rounds.start()) == ()


def test_rejected_code_that_comes_back_inside_a_larger_run_is_found() -> None:
    second = edited(
        b"    print('putting', key)\n", b"    check(key)\n    print('putting', key)\n    done(key)\n"
    )
    entries = Rounds().judge(Verdict.REJECTED, b"print").then(second)
    assert said(entries) == [Said.CAME_BACK]


def test_rejected_code_that_comes_back_elsewhere_in_the_file_is_found() -> None:
    rounds = Rounds().judge(Verdict.REJECTED, b"print")
    second = {
        "a.py": rounds.start()["a.py"].replace(
            b"def get(key):\n", b"def get(key):\n        print('putting', key)\n"
        )
    }
    (entry,) = rounds.then(second)
    assert (entry.said, entry.was) == (Said.CAME_BACK, (b"    print('putting', key)\n",))
    assert entry.now == (b"        print('putting', key)\n",)


def test_of_three_equal_lines_the_rejected_one_is_told_apart() -> None:
    base = {"a.py": b"a\nb\nc\nd\n"}
    first = {"a.py": b"a\nnoise(here)\nb\nnoise(here)\nc\nnoise(here)\nd\n"}
    rounds = Rounds(base, first).judge_all(Verdict.ACCEPTED)
    rounds._judge(Verdict.REJECTED, Selection("a.py", new=((4, 1),)))
    assert said(rounds.then({"a.py": b"a\nnoise(here)\nb\nc\nnoise(here)\nd\n"})) == [Said.KEPT]
    entries = rounds.then(first)
    assert sorted(said(entries)) == sorted([Said.CAME_BACK, Said.KEPT])
    assert next(entry for entry in entries if entry.said is Said.CAME_BACK).line == 4


def test_a_new_attempt_at_a_rejected_change_did_not_come_back() -> None:
    second = edited(b"items[key] = (value, time.time())", b"items.store(key, value)")
    rounds = Rounds().judge(Verdict.REJECTED, b"items[key] =")
    assert rounds.then(second) == ()


def test_a_blank_line_and_a_bracket_are_no_comeback() -> None:
    base = {"a.js": b"start();\n"}
    first = {"a.js": b"start();\nfunction wrong() {\n    go(1);\n    stop(2);\n}\n\n"}
    second = {"a.js": b"start();\nfunction right() {\n    run(3);\n    walk(4);\n}\n\n"}
    rounds = Rounds(base, first).judge_all(Verdict.REJECTED, "a.js")
    assert rounds.then(second) == ()


def test_a_rejected_removal_that_is_removed_again_came_back() -> None:
    first = edited(b"import os\n", b"", BASE)
    rounds = Rounds(BASE, first).judge_all(Verdict.REJECTED)
    (entry,) = rounds.then(first)
    assert (entry.said, entry.side, entry.line, entry.was) == (Said.CAME_BACK, Side.OLD, 1, (b"import os\n",))
    assert said(rounds.then(first, taken_out=False)) == [Said.STILL_THERE]
    assert rounds.then(BASE) == ()


def test_a_rejected_removal_answered_by_a_rewrite_did_not_come_back() -> None:
    rounds = Rounds(BASE, edited(b"import os\n", b"", BASE)).judge_all(Verdict.REJECTED)
    assert rounds.then(edited(b"import os\n", b"import os.path\n", BASE)) == ()


def test_a_rejected_entry_names_the_note_with_the_reason() -> None:
    rounds = Rounds().judge(Verdict.REJECTED, b"print")
    place = place_lines("a.py", Side.NEW, split_lines(FIRST["a.py"]), 11, 1)
    reason = Note("N1", Intent.MUST, place, "No printing.", 0, reason=True)
    rounds.review = apply(rounds.review, NoteWritten(id="n", at=0.0, note=reason))
    (entry,) = rounds.then(FIRST)
    assert entry.note == "N1"


# Facts


def modes(mode: str, verdict: Verdict, then: str, start: str) -> list[Said]:
    def step(new: str) -> tuple[FileChange, ...]:
        return (changed(b"x\n", b"y\n", "r.sh", new_mode=new),)

    before, after = step(mode), step(then)
    fact = Selection("r.sh", facts=(Kind.MODE,))
    review = apply(arrived(started()), Judged(id="j", at=0.0, round=0, selections=(fact,), verdict=verdict))
    return said(ledger(arrived(review, before, after, ()), before, after, step(start), (), 0))


def test_facts_are_kept_altered_come_back_or_are_still_there() -> None:
    run, plain = "100755", "100644"
    assert modes(run, Verdict.ACCEPTED, run, run) == [Said.KEPT]
    assert modes(run, Verdict.ACCEPTED, plain, run) == [Said.ALTERED]
    assert modes(run, Verdict.REJECTED, run, plain) == [Said.CAME_BACK]
    assert modes(run, Verdict.REJECTED, run, run) == [Said.STILL_THERE]
    assert modes(run, Verdict.REJECTED, plain, plain) == []


# Notes


def test_a_note_whose_lines_changed_is_touched_and_shows_before_and_after() -> None:
    second = edited(b"time.time()", b"time.monotonic()")
    (entry,) = Rounds().note(Intent.MUST, b"time.time()").then(second)
    assert (entry.said, entry.note, entry.is_violation) == (Said.TOUCHED, "N1", False)
    assert entry.was == (b"    items[key] = (value, time.time())\n",)
    assert entry.now == (b"    items[key] = (value, time.monotonic())\n",)


def test_a_note_whose_lines_are_unchanged_is_not_addressed() -> None:
    second = edited(b"import os\n", b"import os, sys\n")
    (must,) = Rounds().note(Intent.MUST, b"time.time()").then(second)
    assert (must.said, must.words, must.is_violation) == (Said.NOT_ADDRESSED, "lines unchanged", True)
    (should,) = Rounds().note(Intent.SHOULD, b"time.time()").then(second)
    assert (should.said, should.is_violation) == (Said.NOT_ADDRESSED, False)


def test_a_note_on_the_review_speaks_of_the_round_and_not_of_lines() -> None:
    (entry,) = Rounds().note_at(Intent.MUST, Place()).then(edited(b"import os\n", b"import os, sys\n"))
    assert (entry.said, entry.words) == (Said.TOUCHED, "this round changed something")
    (entry,) = Rounds().note_at(Intent.MUST, Place()).then(FIRST)
    assert (entry.said, entry.words) == (Said.NOT_ADDRESSED, "this round changed nothing")


def test_a_note_on_a_file_speaks_of_the_file() -> None:
    (entry,) = Rounds().note_at(Intent.MUST, Place(path="a.py")).then(edited(b"import os\n", b"import sys\n"))
    assert (entry.said, entry.words) == (Said.TOUCHED, "the file changed")
    (entry,) = Rounds().note_at(Intent.MUST, Place(path="a.py")).then(FIRST)
    assert (entry.said, entry.words) == (Said.NOT_ADDRESSED, "the file is unchanged")


def test_a_note_answered_by_lines_added_beside_it_is_touched() -> None:
    second = edited(b"def put(key, value):\n", b'def put(key, value):\n    """Store it."""\n')
    (entry,) = Rounds().note(Intent.MUST, b"def put").then(second)
    assert entry.said is Said.TOUCHED


def test_saying_done_without_an_edit_is_not_addressed() -> None:
    answers = (Answer("N1", AnswerKind.DONE, "Fixed."),)
    (entry,) = Rounds().note(Intent.MUST, b"time.time()").then(FIRST, answers=answers)
    assert (entry.said, entry.words) == (Said.NOT_ADDRESSED, "lines unchanged, though it says: Fixed.")


def test_a_question_with_an_answer_and_no_edit_is_answered() -> None:
    answers = (Answer("N1", AnswerKind.ANSWERED, "Readers never block."),)
    (entry,) = Rounds().note(Intent.QUESTION, b"lock.read").then(FIRST, answers=answers)
    assert (entry.said, entry.words) == (Said.ANSWERED, "Readers never block.")


def test_a_question_without_an_answer_is_not_addressed() -> None:
    assert said(Rounds().note(Intent.QUESTION, b"lock.read").then(FIRST)) == [Said.NOT_ADDRESSED]


def test_a_declined_note_is_declined() -> None:
    answers = (Answer("N1", AnswerKind.DECLINED, "It is needed."),)
    (entry,) = Rounds().note(Intent.MUST, b"lock.read").then(FIRST, answers=answers)
    assert (entry.said, entry.words) == (Said.DECLINED, "It is needed.")


def test_lines_that_were_to_be_kept_and_changed_are_a_violation() -> None:
    rounds = Rounds().note(Intent.KEEP, b"lock.read")
    assert rounds.then(edited(b"time.time()", b"now()")) == ()
    (entry,) = Rounds().note(Intent.KEEP, b"lock.read").then(edited(b"lock.read()", b"lock"))
    assert (entry.said, entry.is_violation) == (Said.KEEP_ALTERED, True)


def test_a_note_on_unchanged_lines_counts_too() -> None:
    rounds = Rounds().note(Intent.MUST, b"import os")
    assert said(rounds.then(edited(b"import os\n", b"import os.path\n"))) == [Said.TOUCHED]


def test_a_note_on_removed_lines_is_touched_when_they_are_back_or_replaced_otherwise() -> None:
    def rounds() -> Rounds:
        return Rounds().note(Intent.MUST, b"items[key] = value", side=Side.OLD)

    assert said(rounds().then(FIRST)) == [Said.NOT_ADDRESSED]
    assert said(rounds().then(edited(b"(value, time.time())", b"value"))) == [Said.TOUCHED]
    assert said(rounds().then(edited(b"time.time()", b"now()"))) == [Said.TOUCHED]


def test_a_note_on_lines_removed_for_good_is_touched_when_they_are_back() -> None:
    rounds = Rounds(BASE, edited(b"import os\n", b"", BASE)).note(Intent.MUST, b"import os", side=Side.OLD)
    assert said(rounds.then(rounds.first)) == [Said.NOT_ADDRESSED]
    assert said(rounds.then(BASE)) == [Said.TOUCHED]


def test_a_note_on_a_file_is_touched_by_any_edit_of_that_file() -> None:
    assert said(Rounds().note_at(Intent.MUST, Place("a.py")).then(FIRST)) == [Said.NOT_ADDRESSED]
    second = edited(b"import os\n", b"import sys\n")
    assert said(Rounds().note_at(Intent.MUST, Place("a.py")).then(second)) == [Said.TOUCHED]


def test_a_note_whose_file_is_gone_is_touched() -> None:
    assert said(Rounds().note(Intent.MUST, b"lock.read").then({})) == [Said.TOUCHED]


def test_a_note_that_had_lost_its_place_is_outdated_and_keeps_its_code() -> None:
    rounds = Rounds().note(Intent.MUST, b"lock.read")
    lost = arrived(rounds.review, rounds.before, rounds.before, (), places={"N1": None})
    review = arrived(lost, rounds.before, rounds.before, ())
    (entry,) = ledger(review, rounds.before, rounds.before, rounds.before, (), 1)
    assert (entry.said, entry.was) == (Said.OUTDATED, (b"    with lock.read():\n",))


def test_settled_notes_have_no_entry() -> None:
    rounds = Rounds().note(Intent.MUST, b"lock.read")
    note = rounds.review.notes["N1"]
    rounds.review = apply(
        arrived(started()),
        NoteWritten(id="n", at=0.0, note=Note("N1", note.intent, note.place, "", 0, settled=True)),
    )
    assert rounds.then(FIRST) == ()


# Scope and order


def test_a_file_outside_the_scope_that_this_round_changed_is_a_violation() -> None:
    task = "Fix it.\n\nScope: src/\n"
    rounds = Rounds({"src/a.py": b"a\n", "b.py": b"b\n"}, {"src/a.py": b"aa\n", "b.py": b"b\n"}, task)
    (entry,) = rounds.then({"src/a.py": b"aaa\n", "b.py": b"bb\n"})
    assert (entry.said, entry.path, entry.is_violation) == (Said.OUT_OF_SCOPE, "b.py", True)


def test_violations_come_first_and_kept_last() -> None:
    rounds = Rounds().judge(Verdict.ACCEPTED, b"import time", b"items[key] =", b"lock.read")
    rounds.judge(Verdict.REJECTED, b"print").note(Intent.SHOULD, b"import os")
    entries = rounds.then(edited(b"time.time()", b"now()"))
    assert said(entries) == [Said.CAME_BACK, Said.ALTERED, Said.NOT_ADDRESSED, Said.KEPT]


def test_ids_do_not_depend_on_what_is_said() -> None:
    rounds = Rounds().judge(Verdict.ACCEPTED, b"time.time()")
    (first,) = rounds.then(edited(b"time.time()", b"now()"))
    (second,) = rounds.then(edited(b"time.time()", b"now(1)"))
    assert first.id == second.id


few = st.lists(
    st.sampled_from([b"alpha(1)\n", b"beta(2)\n", b"gamma(3)\n", b"\n", b"delta(4)\n"]), max_size=9
)


@settings(max_examples=100)
@given(few, few, few, st.data())
def test_for_any_rounds_the_place_of_an_entry_holds_its_code(
    base: list[bytes], first: list[bytes], second: list[bytes], data: st.DataObject
) -> None:
    old, new, last = b"".join(base), b"".join(first), b"".join(second)
    if old == new or not old or not new or not last:
        return
    rounds = Rounds({"a.py": old}, {"a.py": new})
    for change in rounds.file().changes:
        verdict = data.draw(st.sampled_from([Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN]))
        rounds._judge(verdict, *select_changes([change]))
    for entry in rounds.then({"a.py": last}):
        if entry.said in (Said.ALTERED, Said.CAME_BACK, Said.STILL_THERE) and entry.side is Side.NEW:
            here = tuple(second[entry.line - 1 : entry.line - 1 + entry.count]) if entry.count else ()
            if entry.said is Said.ALTERED:
                assert here == entry.now
                assert entry.now != entry.was
            else:
                assert set(entry.now) <= set(here)
        assert entry.said is not Said.OUTDATED


@settings(max_examples=100)
@given(few, few, st.data())
def test_taking_out_exactly_what_was_rejected_is_never_a_violation(
    base: list[bytes], first: list[bytes], data: st.DataObject
) -> None:
    old, new = b"".join(base), b"".join(first)
    if old == new or not old or not new:
        return
    rounds = Rounds({"a.py": old}, {"a.py": new})
    for change in rounds.file().changes:
        rounds._judge(
            data.draw(st.sampled_from([Verdict.ACCEPTED, Verdict.REJECTED])), *select_changes([change])
        )
    entries = rounds.then(rounds.start())
    assert not [entry for entry in entries if entry.said is Said.STILL_THERE or entry.is_violation]


def test_a_ledger_that_is_asked_again_says_what_one_made_anew_says() -> None:
    rounds = Rounds()
    rounds.judge(Verdict.REJECTED, b"print").judge(Verdict.ACCEPTED, b"import time")
    rounds.note(Intent.SHOULD, b"import time")
    second = edited(b"import time\n", b"import clock\n")
    after, between = tree_changes(BASE, second), tree_changes(FIRST, second)
    told = (rounds.before, after, tree_changes(BASE, FIRST), between, 0)
    kept = Ledger(*told)

    review = arrived(rounds.review, rounds.before, after, between, places={"N1": None})
    states = [review]
    reason = Note(
        "N2", Intent.MUST, Place("a.py", change=rounds.before[0].changes[-1].id), "no", 0, reason=True
    )
    for note in (
        reason,
        Note("N3", Intent.MUST, Place("a.py"), "more", 0),
        Note("N4", Intent.MUST, Place(), "x", 1),
    ):
        states.append(apply(states[-1], NoteWritten(id=note.id, at=0.0, note=note)))
    found = [kept.entries(state) for state in states]
    assert found == [ledger(state, *told) for state in states]
    assert Said.STILL_THERE in said(found[0])
    assert [each for each in found[1] if each.note == "N2"], "the reason that came is named"
    assert found[3] is found[2], "a note of this round is nothing to it"
