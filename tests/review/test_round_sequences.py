"""Many rounds in a row, with undo, redo, restoring and edits of the expert's own: the promise at every step.

No verdict ever stands on bytes that were not judged. The oracle remembers what the expert saw under each
verdict, by the bytes of the line and of the base lines that its run replaces, and knows nothing of carrying.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from tests.review.texts_of_code import modified, runs_of
from workbench.review.actions import Action, EntryJudged, Judged, Redone, ReviewStarted, RoundArrived, Undone
from workbench.review.aftermath import Aftermath
from workbench.review.carry import carry_rounds
from workbench.review.changes import FileChange, Run, Side
from workbench.review.compose import Take, compose_lines
from workbench.review.entries import Entry, Said
from workbench.review.ledger import ledger
from workbench.review.lines import numbers, ranges
from workbench.review.memory import EarlierRound
from workbench.review.review import Review, apply, begin, redoable, replay, undoable
from workbench.review.rounds import FileCarry, Round, Source
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Selection, Verdict

SEQUENCES = 1000
ROUNDS = 5
PATH = "a"
WORDS = (b"x = 1\n", b"y = 2\n", b"return x\n", b"\n", b"}\n", b"log(x)\n", b"if y:\n", b"    pass\n")
Seen = tuple[Side, bytes, int, tuple[bytes, ...], tuple[int, int]]
"""What a verdict speaks of: the side, the line, and of a line of the base its number, what replaces it, and
the lines of the base that go with it."""


def is_among(few: tuple[bytes, ...], many: tuple[bytes, ...]) -> bool:
    """True when `few` is what is left of `many` after taking lines out."""
    rest = iter(many)
    return all(line in rest for line in few)


class Play:
    """One review, played at random; every step is checked."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fresh = 0
        # In every second world nearly all lines are alike, and are judged one by one: there a diff
        # takes one for another, and a verdict would go along.
        self.is_alike = bool(seed % 2)
        self._files: dict[tuple[str, str], tuple[FileChange, ...]] = {}
        self.base = self.lines(self.random.randint(3, 9))
        self.texts: dict[str, tuple[bytes, ...]] = {"base": self.base}
        self.count = 0
        self.actions: list[Action] = []
        first = ReviewStarted(
            id="s", at=0, review="r", repository="/r", base="base", base_commit=None, source=Source.WORKTREE
        )
        self.review: Review = begin(first)
        self.actions.append(first)
        self.judged: dict[Verdict, set[Seen]] = {Verdict.ACCEPTED: set(), Verdict.REJECTED: set()}
        self.said: dict[Said, int] = {}
        self.back = 0

    # -- the world ----------------------------------------------------------------------------

    def lines(self, count: int) -> tuple[bytes, ...]:
        """Lines that repeat, as code does, and lines that are like no other, which tell who is who."""
        return tuple(self.line() for _ in range(count))

    def line(self) -> bytes:
        if self.random.random() < (0.9 if self.is_alike else 0.4):
            return self.random.choice(WORDS[:2] if self.is_alike else WORDS)
        self.fresh += 1
        return b"call_number(%d, again)\n" % self.fresh

    def files(self, tree: str, against: str = "base") -> tuple[FileChange, ...]:
        found = self._files.get((tree, against))
        if found is None:
            old, new = self.texts[against], self.texts[tree]
            runs = runs_of(b"".join(old), b"".join(new))
            made = (modified(runs, path=PATH, old=against, new=tree),) if old != new else ()
            found = self._files[tree, against] = made
        return found

    def tree(self, lines: Sequence[bytes]) -> str:
        for known, text in self.texts.items():
            if text == tuple(lines):
                return known
        name = f"t{len(self.texts)}"
        self.texts[name] = tuple(lines)
        return name

    def edited(self, lines: Sequence[bytes]) -> tuple[bytes, ...]:
        """What an author makes of lines: some put in, taken out, replaced, brought back from elsewhere."""
        result = list(lines)
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(result))
            what = self.random.random()
            if what < 0.35:
                result[at:at] = self.lines(self.random.randint(1, 3))
            elif what < 0.6:
                del result[at : at + self.random.randint(1, 3)]
            elif what < 0.85:
                result[at : at + 1] = self.lines(1)
            else:
                other = list(self.random.choice(tuple(self.texts.values())))
                start = self.random.randint(0, len(other))
                result[at:at] = other[start : start + 3]
        return tuple(result)

    # -- acts ---------------------------------------------------------------------------------

    def act(self, action: Action) -> None:
        self.actions.append(action)
        self.review = apply(self.review, action)
        self.check()

    def name(self) -> str:
        self.count += 1
        return f"a{self.count}"

    def current(self) -> str:
        return self.review.rounds[-1].tree if self.review.rounds else "base"

    def arrive(self, tree: str, start: str, source: Source, taken: tuple[Selection, ...] = ()) -> None:
        review = self.review
        before, edit = review.round, 0
        number = 1
        if before is not None:
            is_edit = source is Source.EXPERT
            number, edit = (before.number, before.edit + 1) if is_edit else (before.number + 1, 0)
        carry: tuple[FileCarry, ...] = ()
        if before is not None:
            carry = carry_rounds(
                self.files(before.tree), self.files(tree), self.files(tree, before.tree), review.current
            )
        round_ = Round(number, edit, source, tree, start, 0.0)
        held = review.current.get(PATH, NO_VERDICTS)
        self.act(RoundArrived(id=self.name(), at=0, round=round_, carry=carry, taken=taken))
        if before is not None and carry and not carry[0].whole:
            was, now = self.files(before.tree)[0].runs, self.files(tree)[0].runs
            self.check_equal_added(held, was, now, carry[0])
            self.check_equal_removed(held, was, now, carry[0])

    def next_round(self) -> None:
        """An author gets the base with what is not rejected, or goes on from the round as it is."""
        current = self.current()
        files = self.files(current)
        start = self.texts[current]
        if files and self.random.random() < 0.6:
            held = self.review.current.get(PATH, NO_VERDICTS)
            start = tuple(compose_lines(self.base, files[0].runs, held, Take.NOT_REJECTED))
        begin_tree = self.tree(start)
        # Some authors bring back what was taken out.
        given = self.texts[current] if self.random.random() < 0.3 else start
        made = list(self.edited(given))
        if self.random.random() < 0.5:
            at = self.random.randint(0, len(made))
            made[at:at] = self.rejected_before()
        self.arrive(self.tree(made), begin_tree, Source.MODEL)
        self.look_at_ledger()

    def rejected_before(self) -> tuple[bytes, ...]:
        """Lines that some round had rejected, the last or one long before it."""
        index = self.random.randint(0, self.review.index)
        held = self.review.verdicts[index].get(PATH, NO_VERDICTS)
        return tuple(
            code
            for file in self.files(self.review.rounds[index].tree)
            for run in file.runs
            for line, code in enumerate(run.added, run.new_start)
            if held.new.get(line) is Verdict.REJECTED
        )

    def own_edit(self) -> None:
        """The expert types: lines of the round replaced, and those arrive accepted."""
        lines = list(self.texts[self.current()])
        at = self.random.randint(0, len(lines))
        new = self.lines(self.random.randint(0, 2))
        lines[at : at + self.random.randint(0, 2)] = new
        tree = self.tree(lines)
        if tree == self.current():
            return
        taken = self.selection_inside(tree, at + 1, len(new))
        self.remember(tree, taken, Verdict.ACCEPTED)
        self.arrive(tree, self.review.rounds[-1].start, Source.EXPERT, taken)

    def judge(self) -> None:
        files = self.files(self.current())
        if not files or not files[0].changes:
            return
        change = self.random.choice(files[0].changes)
        old = list(range(change.old_start, change.old_start + len(change.removed)))
        new = list(range(change.new_start, change.new_start + len(change.added)))
        if self.random.random() < (0.7 if self.is_alike else 0.3):
            old, new = ([n for n in each if self.random.random() < 0.5] for each in (old, new))
        selection = Selection(PATH, ranges(old), ranges(new))
        verdict = self.random.choice((Verdict.ACCEPTED, Verdict.REJECTED, Verdict.OPEN))
        if not selection:
            return
        if verdict is not Verdict.OPEN:
            self.remember(self.current(), (selection,), verdict)
        self.act(
            Judged(
                id=self.name(),
                at=0,
                round=self.review.index,
                selections=(selection,),
                verdict=verdict,
                tree=self.current(),
            )
        )

    def undo(self) -> None:
        action = undoable(self.review)
        if action is not None:
            self.act(Undone(id=self.name(), at=0, target=action.id))

    def redo(self) -> None:
        action = redoable(self.review)
        if action is not None:
            self.act(Redone(id=self.name(), at=0, target=action.id))

    def restore(self) -> None:
        """x on an altered entry: exactly the accepted bytes, in exactly the place that the entry names."""
        entry = next((each for each in self.entries() if each.said is Said.ALTERED), None)
        if entry is None or not (entry.was or entry.count):
            return
        lines = list(self.texts[self.current()])
        start = entry.line - 1 if entry.count else entry.line
        assert tuple(lines[start : start + entry.count]) == entry.now
        lines[start : start + entry.count] = entry.was
        tree = self.tree(lines)
        taken = self.selection_inside(tree, start + 1, len(entry.was))
        self.remember(tree, taken, Verdict.ACCEPTED)
        self.arrive(tree, self.review.rounds[-1].start, Source.EXPERT, taken)
        answer = EntryJudged(
            id=self.name(), at=0, round=self.review.index, entry=entry.id, answer="restored", tree=tree
        )
        self.act(answer)

    def selection_inside(self, tree: str, start: int, count: int) -> tuple[Selection, ...]:
        inside = range(start, start + count)
        new = [
            line
            for file in self.files(tree)
            for run in file.runs
            for line in range(run.new_start, run.new_start + len(run.added))
            if line in inside
        ]
        return (Selection(PATH, (), ranges(new)),) if new else ()

    # -- the oracle ---------------------------------------------------------------------------

    def seen(self, runs: Sequence[Run]) -> Mapping[tuple[Side, int], Seen]:
        found: dict[tuple[Side, int], Seen] = {}
        for run in runs:
            for line, data in enumerate(run.removed, run.old_start):
                span = (run.old_start, len(run.removed))
                found[Side.OLD, line] = (Side.OLD, data, line, run.added, span)
            for line, data in enumerate(run.added, run.new_start):
                found[Side.NEW, line] = (Side.NEW, data, 0, (), (0, 0))
        return found

    def remember(self, tree: str, selections: Sequence[Selection], verdict: Verdict) -> None:
        """What the expert has before the eyes under this verdict. Never forgotten: undo may bring it back."""
        for file in self.files(tree):
            seen = self.seen(file.runs)
            for selection in selections:
                for side, spans in ((Side.OLD, selection.old), (Side.NEW, selection.new)):
                    for start, count in spans:
                        for line in range(start, start + count):
                            self.judged[verdict].add(seen[side, line])

    def check(self) -> None:
        """No line has a verdict that was never given to these bytes, and to what replaces them."""
        for index, verdicts in enumerate(self.review.verdicts):
            held = verdicts.get(PATH, NO_VERDICTS)
            files = self.files(self.review.rounds[index].tree)
            now = self.seen(files[0].runs) if files else {}
            for line, verdict in held.new.items():
                assert now[Side.NEW, line] in self.judged[verdict], (index, line)
            for line, verdict in held.old.items():
                _, data, _, added, _ = now[Side.OLD, line]
                assert any(
                    (side, bytes_, number) == (Side.OLD, data, line) and self.says_the_same(then, added, span)
                    for side, bytes_, number, then, span in self.judged[verdict]
                ), (index, line)

    def check_equal_added(
        self, held: FileVerdicts, was: Sequence[Run], now: Sequence[Run], carry: FileCarry
    ) -> None:
        """Of equal lines of a run, judged otherwise, all are there, or it is known which were taken out."""
        here = {was + step: start + step for start, was, count in carry.new for step in range(count)}
        for run in was:
            lines = range(run.new_start, run.new_start + len(run.added))
            left = tuple(
                code
                for line, code in zip(lines, run.added, strict=True)
                if held.new.get(line) is not Verdict.REJECTED
            )
            for code in set(run.added):
                alike = [line for line in lines if run.added[line - run.new_start] == code]
                there = [here[line] for line in alike if line in here]
                if len({held.new.get(line) for line in alike}) < 2 or len(there) in (0, len(alike)):
                    continue
                for line in there:
                    holder = next(r for r in now if 0 <= line - r.new_start < len(r.added))
                    assert holder.added == left, (code, line)

    def check_equal_removed(
        self, held: FileVerdicts, was: Sequence[Run], now: Sequence[Run], carry: FileCarry
    ) -> None:
        """A rejected removal does not stand where what is removed still may be what was not rejected."""
        rejected = [line for line in numbers(carry.old) if held.old.get(line) is Verdict.REJECTED]
        stay = {(run.old_start, run.removed): run.added for run in now}
        told = {here + step for here, _, count in carry.new for step in range(count)}
        for line in rejected:
            run = next(r for r in was if 0 <= line - r.old_start < len(r.removed))
            if is_among(run.added, stay.get((run.old_start, run.removed), ())) and (
                run.added or not stay.get((run.old_start, run.removed), (b"",))
            ):
                continue
            code = self.base[line - 1]
            others = sum(
                self.base[other - 1] == code and held.old.get(other) is not Verdict.REJECTED
                for each in was
                for other in range(each.old_start, each.old_start + len(each.removed))
            )
            gone = sum(each.removed.count(code) for each in now)
            gone -= sum(
                data == code and number not in told
                for each in now
                for number, data in enumerate(each.added, each.new_start)
            )
            assert gone > others, (code, line)

    def says_the_same(self, then: tuple[bytes, ...], now: tuple[bytes, ...], span: tuple[int, int]) -> bool:
        """Whether what replaced a line is still there: rejected lines may be gone, others may have come.

        A removal that was rejected stays where it was, and parts the run: what replaced it stands after it.
        """
        start, count = span
        if not now and any(
            side is Side.OLD and start <= line < start + count
            for side, _, line, _, _ in self.judged[Verdict.REJECTED]
        ):
            return True
        rejected = {data for side, data, *_ in self.judged[Verdict.REJECTED] if side is Side.NEW}
        left = tuple(line for line in then if line not in rejected)
        return is_among(left, now) and (bool(left) or not now or any(line in now for line in then))

    def entries(self) -> tuple[Entry, ...]:
        review = self.review
        number = review.rounds[-1].number
        before = next((i for i in range(review.index, -1, -1) if review.rounds[i].number != number), None)
        if before is None:
            return ()
        was, now = review.rounds[before].tree, review.rounds[-1]
        return ledger(
            review,
            self.files(was),
            self.files(now.tree),
            self.files(now.start),
            self.files(now.tree, was),
            before,
            tuple(self.earlier(index) for index in range(before)),
        )

    def earlier(self, index: int) -> EarlierRound:
        then, now = self.review.rounds[index].tree, self.review.rounds[-1].tree
        return EarlierRound(index, self.files(then), self.files(now, then))

    def check_what_was_away(self, entries: Sequence[Entry]) -> None:
        """Lines like no other that were rejected, then away, and are there again are said to be back."""
        review = self.review
        *_, last, now = review.rounds
        lines = self.texts[now.tree]
        for index in range(review.index - 1):
            held = review.verdicts[index].get(PATH, NO_VERDICTS)
            for change in (
                change for file in self.files(review.rounds[index].tree) for change in file.changes
            ):
                rejected = {
                    code
                    for line, code in enumerate(change.added, change.new_start)
                    if held.new.get(line) is Verdict.REJECTED
                }
                if not rejected or rejected & {*WORDS, *self.texts[last.tree], *self.base}:
                    continue
                if rejected <= set(lines) and not rejected & self.accepted_after(index):
                    self.back += 1
                    where = {at for at, code in enumerate(lines, 1) if code in rejected}
                    assert any(
                        where & set(range(entry.line, entry.line + entry.count))
                        for entry in entries
                        if entry.said is Said.CAME_BACK
                    ), rejected

    def accepted_after(self, index: int) -> set[bytes]:
        return {
            self.texts[self.review.rounds[at].tree][line - 1]
            for at in range(index, len(self.review.rounds))
            for line, verdict in self.review.verdicts[at].get(PATH, NO_VERDICTS).new.items()
            if verdict is Verdict.ACCEPTED
        }

    def look_at_ledger(self) -> None:
        """Where an accepted line is gone, the ledger says altered."""
        review = self.review
        entries = self.entries()
        for entry in entries:
            self.said[entry.said] = self.said.get(entry.said, 0) + 1
        if review.index > 1 and review.rounds[-1].number - review.rounds[-2].number:
            self.check_what_was_away(entries)
        if review.index < 1:
            return
        before = review.index - 1
        was, now = review.rounds[before].tree, review.rounds[-1].tree
        held = review.verdicts[before].get(PATH, NO_VERDICTS)
        files = self.files(was)
        between = self.files(now, was)
        after = Aftermath(files[0] if files else None, None, None, between[0] if between else None)
        lost = [
            line
            for line, verdict in held.new.items()
            if verdict is Verdict.ACCEPTED and after.forward(line) is None
        ]
        only_taken_out = self.texts[review.rounds[-1].start] == self.texts[now]
        if lost and not only_taken_out:
            assert any(entry.said is Said.ALTERED for entry in entries)


def play(seed: int) -> Play:
    game = Play(seed)
    game.arrive(game.tree(game.edited(game.base)), "base", Source.WORKTREE)
    acts = (game.judge, game.judge, game.judge, game.own_edit, game.undo, game.redo, game.restore)
    for _ in range(ROUNDS - 1):
        for _ in range(game.random.randint(1, 5)):
            game.random.choice(acts)()
        game.next_round()
    for _ in range(3):
        game.random.choice(acts)()
    return game


def test_over_many_random_rounds_no_verdict_stands_on_bytes_that_were_not_judged() -> None:
    said: dict[Said, int] = {}
    back = 0
    for seed in range(SEQUENCES):
        game = play(seed)
        assert replay(game.actions).verdicts == game.review.verdicts, seed
        back += game.back
        for word, count in game.said.items():
            said[word] = said.get(word, 0) + count
    assert back > SEQUENCES // 100, back
    # The sequences are worth something only if they lead everywhere.
    for word in (Said.KEPT, Said.GROWN, Said.ALTERED, Said.CAME_BACK, Said.STILL_THERE):
        assert said.get(word, 0) > SEQUENCES // 20, said
