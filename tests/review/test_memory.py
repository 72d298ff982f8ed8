"""More than two rounds: code that was away for a round, or longer, and is there again, or altered again."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from contextlib import nullcontext

import pytest

from tests.review.texts import lines_by_git, started, tree_changes
from workbench.review.actions import EntriesSentBack, EntryJudged, Judged, RoundArrived, Undone
from workbench.review.carry import carry_rounds
from workbench.review.changes import FileChange, Kind, Side
from workbench.review.entries import Entry, Said
from workbench.review.ledger import Ledger, ledger
from workbench.review.memory import EarlierRound
from workbench.review.review import Review, apply
from workbench.review.rounds import Round, Source
from workbench.review.verdicts import Selection, Verdict, select_changes

Tree = Mapping[str, bytes]
BASE = (
    b"import os\n\n\ndef get(key):\n    return items[key]\n\n\ndef put(key, value):\n    items[key] = value\n"
)
LOGGED = BASE.replace(b"    return", b"    log.info('getting', key)\n    return")
STORED = BASE.replace(b"= value\n", b"= Stored(value, now())\n")


@pytest.fixture(scope="module", autouse=True, params=["difflib", "git"])
def lines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with lines_by_git(tmp_path_factory.mktemp("diff")) if request.param == "git" else nullcontext():
        yield


class Rounds:
    """A review over any number of rounds, with what the rounds before the last one are asked for."""

    def __init__(self, base: Tree | bytes = BASE) -> None:
        self.base = _tree(base)
        self.trees: list[Tree] = []
        self.review: Review = started()
        self.count = 0

    def _name(self) -> str:
        self.count += 1
        return f"a{self.count}"

    def files(self, new: Tree, old: Tree | None = None) -> tuple[FileChange, ...]:
        old = self.base if old is None else old
        gone = {path: data for path, data in old.items() if path not in new}
        renames = {
            path: was for path, data in new.items() if path not in old for was in gone if gone[was] == data
        }
        return tree_changes(old, new, renames)

    def then(self, tree: Tree | bytes, *, by_expert: bool = False, accept: bytes = b"") -> Rounds:
        """One more round; with `by_expert` an edit in place of the last, whose lines `accept` is taken."""
        new = _tree(tree)
        before, last = self.review.round, self.trees[-1] if self.trees else self.base
        number, edit = (before.number, before.edit + 1) if before and by_expert else (len(self.trees) + 1, 0)
        after = self.files(new)
        carry = (
            carry_rounds(self.files(last), after, self.files(new, last), self.review.current)
            if self.trees
            else ()
        )
        source = Source.EXPERT if by_expert else Source.MODEL
        round_ = Round(number, edit, source, f"t{len(self.trees)}", f"t{len(self.trees) - 1}", 0.0)
        taken = (_holding(after, accept),) if accept else ()
        self.trees.append(new)
        self.review = apply(
            self.review, RoundArrived(id=self._name(), at=0.0, round=round_, carry=carry, taken=taken)
        )
        return self

    def judge(self, verdict: Verdict, code: bytes = b"", path: str = "") -> Rounds:
        files = [each for each in self.files(self.trees[-1]) if path in ("", each.path)]
        chosen = (_holding(files, code),) if code else select_changes(c for f in files for c in f.changes)
        assert any(chosen)
        action = Judged(
            id=self._name(), at=0.0, round=self.review.index, selections=tuple(chosen), verdict=verdict
        )
        self.review = apply(self.review, action)
        return self

    def answer(self, answer: str, said: Said) -> Rounds:
        (entry,) = (each for each in self.ledger() if each.said is said)
        index = self.review.index
        action = EntryJudged(id=self._name(), at=0.0, round=index, entry=entry.id, answer=answer)
        self.review = apply(self.review, action)
        return self

    def ledger(self) -> tuple[Entry, ...]:
        review, now = self.review, self.trees[-1]
        number = review.rounds[-1].number
        before = max(i for i, each in enumerate(review.rounds) if each.number != number)
        earlier = tuple(
            EarlierRound(index, self.files(self.trees[index]), self.files(now, self.trees[index]))
            for index in range(before)
        )
        last = self.trees[before]
        start = self.files(last)
        return ledger(
            review, self.files(last), self.files(now), start, self.files(now, last), before, earlier
        )

    def said(self) -> list[tuple[Said, str]]:
        """What it says of the rounds before, but for what is kept."""
        quiet = (Said.KEPT, Said.GROWN)
        return [(each.said, each.words.partition(":")[0]) for each in self.ledger() if each.said not in quiet]


def _tree(tree: Tree | bytes) -> Tree:
    return {"a.py": tree} if isinstance(tree, bytes) else tree


def _holding(files: object, code: bytes) -> Selection:
    assert isinstance(files, tuple | list)
    for file in files:
        old = [r.old_start + n for r in file.runs for n, line in enumerate(r.removed) if code in line]
        new = [r.new_start + n for r in file.runs for n, line in enumerate(r.added) if code in line]
        if old or new:
            return Selection(file.path, tuple((n, 1) for n in old), tuple((n, 1) for n in new))
    raise AssertionError(code)


BACK = [(Said.CAME_BACK, "round 1")]
ALTERED = [(Said.ALTERED, "round 1")]


def test_rejected_code_that_was_away_for_a_round_came_back() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE)
    assert rounds.said() == []
    rounds.then(LOGGED)
    (entry,) = rounds.ledger()
    assert (entry.said, entry.words) == (Said.CAME_BACK, "round 1: rejected, and there again")
    assert (entry.line, entry.count, entry.was) == (5, 1, (b"    log.info('getting', key)\n",))
    assert entry.changes == (rounds.files(rounds.trees[-1])[0].changes[0].id,)


def test_it_may_be_away_for_many_rounds_in_which_other_things_happen() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED)
    for number in range(4):
        rounds.then(BASE.replace(b"import os\n", b"import os\nimport m%d\n" % number))
    rounds.then(LOGGED.replace(b"import os\n", b"import os\nimport m9\n"))
    assert rounds.said() == BACK


def test_what_came_back_is_told_until_it_has_an_answer() -> None:
    later = LOGGED.replace(b"import os\n", b"import sys\n")
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(LOGGED)
    assert rounds.then(later).said() == [(Said.STILL_THERE, "round 1")], "the round started with it"
    assert rounds.then(later + b"# more\n").said() == [(Said.STILL_THERE, "round 1")]
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(LOGGED)
    assert rounds.answer("taken", Said.CAME_BACK).then(later).said() == []
    moved = BASE.replace(b"    items[key] =", b"    log.info('getting', key)\n    items[key] =")
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(moved)
    assert rounds.then(moved + b"# more\n").said() == BACK


def test_rejected_twice_and_back_twice_is_told_of_the_later_rejection_alone() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(LOGGED).judge(Verdict.REJECTED)
    rounds.then(BASE).then(LOGGED)
    assert rounds.said() == [(Said.CAME_BACK, "round 3")]


def test_back_among_new_lines_moved_or_indented_it_came_back() -> None:
    for again in (
        BASE.replace(
            b"    return", b"    check(key)\n    log.info('getting', key)\n    done(key)\n    return"
        ),
        BASE.replace(b"    items[key] =", b"    log.info('getting', key)\n    items[key] ="),
        BASE.replace(b"    return", b"    if key:\n        log.info('getting', key)\n    return"),
    ):
        rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(again)
        assert rounds.said() == BACK, again


def test_a_new_file_that_was_rejected_and_is_there_again_came_back() -> None:
    more = {"a.py": BASE, "b.py": b"def helper(value):\n    return encode(value)\n"}
    rounds = Rounds().then(more).judge(Verdict.REJECTED).then(BASE).then(more)
    assert rounds.said() == BACK
    assert rounds.ledger()[0].path == "b.py"


def test_rejected_code_in_another_file_came_back_and_the_entry_names_both() -> None:
    code = b"def helper(value):\n    cache[value] = encode(value)\n    return cache[value]\n"
    rounds = Rounds().then({"a.py": BASE + code}).judge(Verdict.REJECTED)
    rounds.then({"a.py": BASE, "b.py": b"# new\n" + code})
    (entry,) = rounds.ledger()
    assert (entry.said, entry.path, entry.line, entry.count) == (Said.CAME_BACK, "b.py", 2, 3)
    assert "rejected in a.py" in entry.words
    assert entry.changes


def test_lines_that_many_files_have_are_no_comeback_in_another_file() -> None:
    code = b"from collections.abc import Iterator, Mapping\nfrom pathlib import Path, PurePath\n"
    rounds = Rounds().then({"a.py": code + BASE}).judge(Verdict.REJECTED)
    assert rounds.then({"a.py": BASE, "b.py": code + b"x = 1\n"}).said() == []


def test_lines_of_the_base_whose_indentation_was_rejected_are_no_comeback_elsewhere() -> None:
    code = b"def helper(value):\n    cache[value] = encode(value)\n    return cache[value]\n"
    indented = b"".join(b"  " + line + b"\n" for line in code.splitlines())
    rounds = Rounds({"a.py": BASE + code}).then({"a.py": BASE + indented}).judge(Verdict.REJECTED)
    assert rounds.then({"a.py": BASE, "b.py": code + b"more = 1\n" * 9}).said() == []


def test_a_removal_that_was_rejected_and_put_back_and_made_again_came_back() -> None:
    without = BASE.replace(b"import os\n", b"")
    rounds = Rounds().then(without).judge(Verdict.REJECTED).then(BASE).then(without)
    (entry,) = rounds.ledger()
    assert (entry.said, entry.side, entry.line, entry.count) == (Said.CAME_BACK, Side.OLD, 1, 1)


def test_a_deletion_and_a_rename_that_were_rejected_come_back() -> None:
    both = {"a.py": BASE, "b.py": b"x = 1\n"}
    rounds = Rounds(both).then({"a.py": BASE}).judge(Verdict.REJECTED).then(both).then({"a.py": BASE})
    assert rounds.said() == BACK
    moved = {"c.py": BASE}
    rounds = Rounds().then(moved).judge(Verdict.REJECTED).then(BASE).then(moved)
    assert rounds.said() == BACK
    assert rounds.files(moved)[0].changes[0].kind is Kind.RENAME


def test_what_was_taken_when_it_came_back_is_not_held_against_a_later_round() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(LOGGED).judge(Verdict.ACCEPTED)
    rounds.then(BASE).then(LOGGED)
    assert rounds.said() == []


def test_a_rejection_that_was_taken_back_is_forgotten() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED)
    rejected = rounds.review.past
    assert rejected is not None
    rounds.then(BASE).then(LOGGED)
    rounds.review = apply(rounds.review, Undone(id="u", at=0.0, target=rejected.action.id))
    assert rounds.said() == []


def test_what_the_expert_wrote_again_did_not_come_back() -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(BASE + b"# more\n")
    rounds.then(LOGGED + b"# more\n", by_expert=True, accept=b"log.info")
    assert rounds.said() == []


@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.REJECTED])
def test_what_the_expert_wrote_did_not_come_back_whatever_is_judged_of_it_since(verdict: Verdict) -> None:
    rounds = Rounds().then(LOGGED).judge(Verdict.REJECTED).then(BASE).then(BASE + b"# more\n")
    rounds.then(LOGGED + b"# more\n", by_expert=True, accept=b"log.info").judge(verdict)
    assert rounds.said() == []


# Accepted


def altered(value: bytes) -> bytes:
    return STORED.replace(b"now()", value)


def test_accepted_code_that_was_altered_sent_back_and_altered_again_is_altered() -> None:
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
    assert rounds.said() == ALTERED
    (entry,) = rounds.ledger()
    back = EntriesSentBack(id="b", at=0.0, round=1, entries=(entry.id,))
    rounds.review = apply(rounds.review, back)
    rounds.then(altered(b"later()"))
    (entry,) = rounds.ledger()
    assert (entry.said, entry.words) == (Said.ALTERED, "round 1: accepted, changed since")
    assert entry.was == (b"    items[key] = Stored(value, now())\n",)
    assert entry.now == (b"    items[key] = Stored(value, later())\n",)


def test_accepted_code_that_a_round_put_back_is_remembered_though_nobody_judged_it_again() -> None:
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()")).then(STORED)
    assert rounds.said() == []
    rounds.then(altered(b"later()"))
    assert rounds.said() == ALTERED


def test_accepted_code_that_was_restored_and_is_altered_again_is_altered() -> None:
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
    rounds.then(STORED, by_expert=True, accept=b"Stored").then(altered(b"later()"))
    assert [said for said, _ in rounds.said()] == [Said.ALTERED]


def test_altered_code_that_was_taken_or_judged_is_given_up() -> None:
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
    rounds.judge(Verdict.ACCEPTED).then(altered(b"later()"))
    assert rounds.said() == [(Said.ALTERED, "round 2")]
    gone = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(BASE).answer("taken", Said.ALTERED)
    assert gone.then(altered(b"later()")).said() == []


def test_altered_code_is_told_until_it_has_an_answer() -> None:
    later = altered(b"never()").replace(b"import os\n", b"import sys\n")
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
    assert rounds.then(later).said() == ALTERED
    assert rounds.then(later + b"# more\n").said() == ALTERED
    for answer in ("taken", "again"):
        rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
        assert rounds.answer(answer, Said.ALTERED).then(later).said() == []


def test_a_ledger_that_was_made_ahead_hears_of_an_answer_that_came_meanwhile() -> None:
    later = _tree(altered(b"never()").replace(b"import os\n", b"import sys\n"))
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(altered(b"never()"))
    before, trees = rounds.review, list(rounds.trees)
    last = rounds.files(trees[1])
    facts = (last, rounds.files(later), last, rounds.files(later, trees[1]), 1)
    kept = Ledger(*facts, (EarlierRound(0, rounds.files(trees[0]), rounds.files(later, trees[0])),))
    assert [each.said for each in kept.entries(rounds.then(later).review) if each.is_violation] == [
        Said.ALTERED
    ]
    rounds.review, rounds.trees = before, trees
    review = rounds.answer("taken", Said.ALTERED).then(later).review
    assert all(map(operator.is_, review.verdicts[:2], before.verdicts)), "no verdict says so"
    assert not any(each.is_violation for each in kept.entries(review))


def test_an_accepted_removal_undone_made_again_and_undone_again_is_altered() -> None:
    without = BASE.replace(b"import os\n", b"")
    rounds = Rounds().then(without).judge(Verdict.ACCEPTED).then(BASE).then(without).then(BASE)
    assert rounds.said() == ALTERED


def test_what_the_expert_altered_or_took_out_is_not_held_against_the_round() -> None:
    rounds = Rounds().then(STORED).judge(Verdict.ACCEPTED).then(STORED + b"# more\n")
    rounds.then(BASE + b"# more\n", by_expert=True)
    assert rounds.said() == []
    rounds.then(altered(b"later()"))
    assert rounds.said() == []
