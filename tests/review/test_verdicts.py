"""Verdicts on lines, and the derived verdict of a change."""

from __future__ import annotations

from tests.review.texts_of_code import modified, runs_of
from workbench.review.changes import FileChange, Kind, Status
from workbench.review.splitting import with_changes
from workbench.review.verdicts import (
    FileVerdicts,
    Selection,
    Verdict,
    judged,
    select_change,
    select_changes,
    verdict_of,
)

YES, NO, OPEN, MIXED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN, Verdict.MIXED
FILE = modified(runs_of(b"a\nb\nc\nd\n", b"a\nB\nBB\nc\nD\n"))
FIRST, SECOND = FILE.changes
MODE = with_changes(FileChange(Status.MODIFIED, "m", "m", "100644", "100755", "1", "1")).changes[0]


def test_a_change_has_the_verdict_of_all_its_lines_or_is_mixed() -> None:
    whole = judged({}, (select_change(FIRST),), YES)
    assert whole == {"f": FileVerdicts.of({2: YES}, {2: YES, 3: YES})}
    assert (verdict_of(FIRST, whole), verdict_of(SECOND, whole)) == (YES, OPEN)
    part = judged(whole, (Selection("f", new=((3, 1),)),), NO)
    assert verdict_of(FIRST, part) is MIXED
    assert verdict_of(FIRST, judged(whole, (Selection("f", old=((2, 1),)),), OPEN)) is MIXED


def test_facts_are_judged_beside_lines() -> None:
    held = judged({}, select_changes((*FILE.changes, MODE)), YES)
    assert held["m"] == FileVerdicts.of(facts={Kind.MODE: YES})
    assert verdict_of(MODE, held) is YES
    assert verdict_of(MODE, judged(held, (select_change(MODE),), OPEN)) is OPEN


def test_nothing_open_is_kept_and_what_changes_nothing_is_the_same_object() -> None:
    held = judged({}, select_changes(FILE.changes), YES)
    assert judged(held, select_changes(FILE.changes), YES) is held
    assert judged(held, (), NO) is held
    assert judged(held, select_changes(FILE.changes), OPEN) == {}
    assert judged({}, (Selection("nowhere", new=((1, 9),)),), OPEN) == {}


def test_several_selections_of_one_path_all_count() -> None:
    held = judged({}, (select_change(FIRST), select_change(SECOND)), YES)
    assert held == judged({}, select_changes(FILE.changes), YES)
    assert judged(held, (select_change(FIRST), select_change(SECOND)), OPEN) == {}


def test_lines_named_twice_in_one_action_are_taken_once() -> None:
    held = judged({}, (select_change(FIRST),), YES)
    assert judged(held, (select_change(FIRST), Selection("f", new=((3, 1),))), OPEN) == {}
