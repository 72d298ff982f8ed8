"""Composing on real trees: random cases against `git apply`, and the cases that real tools got wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.cases import BLOCK, Case, Step, Tree, make_case
from tests.fuzz.compose import EARLY, GLUED, check, check_in
from tests.fuzz.laboratory import Laboratory
from tests.fuzz.trial import Trial
from tests.repos import new_repo
from tests.review.pictures import blocks_of, lines_of
from workbench.git.repository import Repository
from workbench.review.blocks import Folding
from workbench.review.changes import Side
from workbench.review.compose import Take
from workbench.review.selecting import select_lines
from workbench.review.verdicts import Verdict, judged
from workbench.workflow.composing import composed_files

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
YES, NO = Verdict.ACCEPTED, Verdict.REJECTED
SEED = 3


@pytest.mark.parametrize("block", range(4))
def test_any_verdicts_give_the_intended_bytes_and_git_makes_the_same_of_the_selection(block: int) -> None:
    """Two thousand cases, in repositories without settings and with hostile ones.

    `packaging/dev.py fuzz compose` goes on where this ends, and makes a failing case small.
    """
    failures, differences = check([make_case(SEED, block * BLOCK + number) for number in range(BLOCK)])
    assert failures == {}
    # Git differs in these ways alone, and does: else the cases would no longer reach them.
    assert set(differences) <= {GLUED, EARLY}
    assert differences[GLUED] > 10


def old(at: int, count: int = 1, verdict: Verdict = YES) -> Step:
    """Verdict on removed lines, counted from 0 among those of the file."""
    return Step("old", verdict, at=at, count=count)


def new(at: int, count: int = 1, verdict: Verdict = YES) -> Step:
    return Step("new", verdict, at=at, count=count)


def fact(at: int = 0, file: int = 0) -> Step:
    return Step("fact", YES, file=file, at=at)


def change(at: int, file: int = 0) -> Step:
    return Step("change", YES, file=file, at=at)


class Bench:
    """A repository with hostile settings, kept for all tests here: what one of them writes no other finds."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab

    def composed(self, before: Tree, after: Tree, *steps: Step) -> Tree:
        """What the steps accept, read back from git, after everything about the case was checked."""
        repository, case = self._lab.repository, Case(0, before, after, steps)
        assert check_in(self._lab, [case])[0] == {}
        sides = [{case.folder + path: entry for path, entry in tree.items()} for tree in (before, after)]
        base, candidate = self._lab.trees(*sides)
        trial = Trial(case, files=repository.file_changes(base, candidate))
        trial.judge()
        results = composed_files(repository, trial.files, trial.verdicts, trial.take)
        entries = repository.tree_entries(repository.compose_tree(base, results))
        return {
            path.removeprefix(case.folder): (
                mode,
                name.encode() if mode == SUBMODULE else repository.blob(name),
            )
            for path, (mode, name) in entries.items()
            if path.startswith(case.folder)
        }

    def text(self, before: bytes, after: bytes, *steps: Step) -> bytes:
        """The same of one file."""
        return self.composed({"f": (FILE, before)}, {"f": (FILE, after)}, *steps)["f"][1]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Laboratory(hostile=True) as lab:
        yield Bench(lab)


# Parts of a change: cases 1 to 9 ----------------------------------------------------------------------


def test_git_glues_two_lines_where_we_keep_them_apart(bench: Bench) -> None:
    before, after = {"f": (FILE, b"a\nb")}, {"f": (FILE, b"a\nB\nc\n")}
    assert bench.composed(before, after, new(1)) == {"f": (FILE, b"a\nb\nc\n")}
    assert check([Case(0, before, after, (new(1),))]) == ({}, {GLUED: 3})


def test_git_without_context_takes_the_wrong_one_of_two_lines_that_differ_in_their_end(bench: Bench) -> None:
    before, after = {"f": (FILE, b"a\na")}, {"f": (FILE, b"a\n")}
    assert bench.composed(before, after, old(0)) == {"f": (FILE, b"a\n")}
    assert check([Case(0, before, after, (old(0),))]) == ({}, {EARLY: 1})


@pytest.mark.parametrize(("before", "after"), [(b"a", b"a\n"), (b"a\n", b"a"), (b"", b"a"), (b"a\n", b"")])
def test_a_final_line_end_or_an_only_line_comes_and_goes_by_its_own_verdict(
    bench: Bench, before: bytes, after: bytes
) -> None:
    assert bench.text(before, after) == before
    assert bench.text(before, after, change(0)) == after


def test_line_ends_change_line_by_line(bench: Bench) -> None:
    before, after = b"a\r\nb\rb\r\nc\n", b"a\nb\rb\nc\r\n"
    assert bench.text(before, after, old(0), new(0)) == b"b\rb\r\nc\na\n"
    assert bench.text(before, after, Step("file", YES)) == after


SYNTAX = b"--- x\n+++ x\n@@ -1 +1 @@\ndiff --git a/f b/f\n-- \n\\ No newline at end of file\n"
SEPARATORS = "a\x0cb\n a\x85b\n a\u2028b\n a\u2029b\n a\x1cb\n".encode()


@pytest.mark.parametrize("lines", [SYNTAX, SEPARATORS])
def test_lines_of_patch_syntax_and_with_other_separators_are_single_lines(bench: Bench, lines: bytes) -> None:
    each = [line + b"\n" for line in lines.split(b"\n")[:-1]]
    places = range(len(each))
    steps = [Step("new", YES, file=at, at=at) for at in places]
    before = {f"f{at}": (FILE, b"first\nlast\n") for at in places}
    after = {f"f{at}": (FILE, b"first\n" + lines + b"last\n") for at in places}
    assert bench.composed(before, after, *steps) == {
        f"f{at}": (FILE, b"first\n" + each[at] + b"last\n") for at in places
    }
    steps = [Step("old", YES, file=at, at=at) for at in places]
    assert bench.composed(
        {f"f{at}": (FILE, lines) for at in places}, dict.fromkeys(before, (FILE, b"")), *steps
    ) == {f"f{at}": (FILE, b"".join(each[:at] + each[at + 1 :])) for at in places}


@pytest.mark.parametrize(
    "encoded",
    [
        "naïve café\n".encode("latin-1"),
        "日本語の表示\n".encode("shift_jis"),
        "naïve\n".encode("latin-1") + "naïve 🙂\n".encode(),
        "🙂\n𝒳\n".encode(),
    ],
)
def test_bytes_of_any_encoding_survive_beside_an_accepted_line(bench: Bench, encoded: bytes) -> None:
    before = b"first\n" + encoded + b"last\n"
    after = b"FIRST\n" + encoded * 2 + b"last\n"
    assert bench.text(before, after, old(0), new(0)) == b"FIRST\n" + encoded + b"last\n"
    assert bench.text(before, after, Step("file", YES)) == after


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_taken_or_left_as_a_whole(bench: Bench, encoding: str) -> None:
    before, after = "one\ntwo\n".encode(encoding), "one\nTWO\n".encode(encoding)
    assert bench.text(before, after) == before
    assert bench.text(before, after, fact()) == after


BLOCK_OF_CODE = b"begin\n    x()\nend\n"


def test_of_equal_blocks_just_the_one_that_was_judged_changes(bench: Bench) -> None:
    before, after = BLOCK_OF_CODE * 5, BLOCK_OF_CODE.replace(b"x", b"y") * 5
    wanted = BLOCK_OF_CODE * 2 + BLOCK_OF_CODE.replace(b"x", b"y") + BLOCK_OF_CODE * 2
    assert bench.text(before, after, change(2)) == wanted


def test_selected_additions_follow_unselected_removals(bench: Bench) -> None:
    assert bench.text(b"a\nb\nc\nd\n", b"a\nX\nY\nd\n", old(0), new(1)) == b"a\nc\nY\nd\n"


NUMBERED = b"".join(b"%d\n" % number for number in range(1, 41))


@pytest.mark.parametrize(("line", "at"), [(b"1\n", 0), (b"2\n", 1), (b"20\n", 2), (b"22\n", 3), (b"40\n", 4)])
def test_the_first_the_last_and_neighbouring_changes_of_one_line_are_told_apart(
    bench: Bench, line: bytes, at: int
) -> None:
    lines = NUMBERED.splitlines(keepends=True)
    # The second line goes, so that it does not join the first one's run but stands beside line 3 unchanged.
    changed = {b"1\n": b"one\n", b"20\n": b"x\n", b"22\n": b"x\n", b"40\n": b"forty\n"}
    after = b"".join(changed.get(each, each) for each in lines).replace(b"2\n3\n", b"2\nnew\n3\n", 1)
    place = {b"2\n": b"2\nnew\n"}.get(line) or changed[line]
    wanted = b"".join(place if each == line else each for each in lines)
    assert bench.text(NUMBERED, after, change(at)) == wanted


def test_a_selection_that_ends_at_the_border_of_a_file_leaves_the_next_file_alone(bench: Bench) -> None:
    before = {"a": (FILE, b"1\n2\n"), "b": (FILE, b"1\n2\n")}
    after = {"a": (FILE, b"1\nII\n"), "b": (FILE, b"I\n2\n")}
    taken = bench.composed(
        before, after, Step("old", YES, file=0, count=99), Step("new", YES, file=0, count=99)
    )
    assert taken == {"a": (FILE, b"1\nII\n"), "b": (FILE, b"1\n2\n")}


def test_the_context_of_the_view_changes_neither_ids_nor_lines() -> None:
    cases = [make_case(SEED, number) for number in range(100)]
    with Laboratory(hostile=False) as lab:
        before = {case.folder + path: entry for case in cases for path, entry in case.old.items()}
        after = {case.folder + path: entry for case in cases for path, entry in case.new.items()}
        base, candidate = lab.trees(before, after)
        files = lab.repository.file_changes(base, candidate)
    for file in files:
        lines = tuple(before[file.base_path][1].split(b"\n")) if file.base_path else ()
        lines = tuple(line + b"\n" for line in lines[:-1]) + tuple(line for line in lines[-1:] if line)
        seen = []
        for context in (0, 1, 3, 25):
            rows = [line for _, line in lines_of(blocks_of(file, lines, Folding(context=context)))]
            cells = {
                (line.change.id, side, number)
                for line in rows
                for side, number in ((Side.OLD, line.old), (Side.NEW, line.new))
                if line.change is not None and number is not None
            }
            seen.append(cells)
        assert seen == [seen[0]] * 4
        assert {name for name, _, _ in seen[0]} == {each.id for each in file.changes if each.is_text}


# Files: cases 11 to 17 --------------------------------------------------------------------------------

TEXT = b"".join(b"line %d of a text\n" % number for number in range(12))
EDITED = TEXT.replace(b"line 3", b"LINE 3").replace(b"line 9", b"LINE 9")


def test_a_rename_with_edits_and_a_mode_is_taken_in_any_part(bench: Bench) -> None:
    before, after = {"old": (FILE, TEXT)}, {"new": (PROGRAM, EDITED)}
    half = TEXT.replace(b"line 3", b"LINE 3")
    assert bench.composed(before, after, fact(0)) == {"new": (FILE, TEXT)}
    assert bench.composed(before, after, fact(1)) == {"old": (PROGRAM, TEXT)}
    assert bench.composed(before, after, change(2)) == {"old": (FILE, half)}
    assert bench.composed(before, after, fact(0), fact(1), change(2)) == {"new": (PROGRAM, half)}
    assert bench.composed(before, after, Step("file", YES)) == after


def test_a_copy_is_a_new_file_and_leaves_its_source_alone(bench: Bench) -> None:
    before, after = {"a": (FILE, TEXT)}, {"a": (FILE, TEXT), "b": (FILE, TEXT + b"more\n")}
    assert bench.composed(before, after, new(12)) == {"a": (FILE, TEXT), "b": (FILE, b"more\n")}
    assert bench.composed(before, after, Step("file", YES)) == after


def test_an_executable_bit_that_goes_does_not_slip_in_with_a_line(bench: Bench) -> None:
    before, after = {"f": (PROGRAM, TEXT)}, {"f": (FILE, EDITED)}
    assert bench.composed(before, after, change(1), change(2)) == {"f": (PROGRAM, EDITED)}
    assert bench.composed(before, after, fact()) == {"f": (FILE, TEXT)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((LINK, b"target"), (FILE, b"target")),
        ((FILE, TEXT), (LINK, b"/etc/passwd")),
        ((LINK, b"here"), (LINK, b"there/")),
        ((FILE, b"\0binary"), (FILE, TEXT)),
        ((FILE, TEXT), (PROGRAM, b"\0binary")),
        ((SUBMODULE, b"1" * 40), (SUBMODULE, b"2" * 40)),
        ((FILE, TEXT), (SUBMODULE, b"2" * 40)),
    ],
)
def test_what_is_no_text_is_taken_or_left_as_a_whole(
    bench: Bench, before: tuple[str, bytes], after: tuple[str, bytes]
) -> None:
    assert bench.composed({"f": before}, {"f": after}) == {"f": before}
    assert bench.composed({"f": before}, {"f": after}, Step("file", YES)) == {"f": after}


def test_a_new_file_comes_in_parts_and_a_deleted_one_goes_in_parts(bench: Bench) -> None:
    assert bench.composed({}, {"n": (FILE, b"a\nb\nc\n")}, new(1)) == {"n": (FILE, b"b\n")}
    assert bench.composed({"n": (FILE, b"b\n")}, {"n": (FILE, b"a\nb\nc\n")}, new(1)) == {
        "n": (FILE, b"b\nc\n")
    }
    assert bench.composed({"d": (FILE, b"a\nb\nc\n")}, {}, old(1)) == {"d": (FILE, b"a\nc\n")}
    assert bench.composed({"d": (FILE, b"a\nc\n")}, {}, Step("file", YES)) == {}
    assert bench.composed({}, {"e": (PROGRAM, b"")}, fact(1)) == {"e": (FILE, b"")}
    assert bench.composed({"f": (FILE, b"")}, {"e": (FILE, b"")}) == {"f": (FILE, b"")}


NAMES = (
    *(" lead", "trail ", "tab\there", "new\nline", 'quo"te', "back\\slash", "a b/c", "x b/x", "-dash"),
    *(
        ":(exclude)",
        "[k]eep.log",
        "keep.log",
        "ünï",
        "u\u0308ni\u0308",
        "\udcff\udcfe",
        "\\303\\274",
        "n" * 255,
    ),
    *("case", "CASE", "@@ -1 +1 @@", "dir/--- a", "/dev/null".removeprefix("/")),
)


def test_a_part_is_taken_of_a_file_of_any_name(bench: Bench) -> None:
    before = {name: (FILE, b"a %d\nb\n" % number) for number, name in enumerate(NAMES)}
    after = {name: (FILE, data.replace(b"a", b"A") + b"c\n") for name, (_, data) in before.items()}
    wanted = {name: (FILE, data + b"c\n") for name, (_, data) in before.items()}
    steps = [Step("new", YES, file=number, at=1) for number in range(len(NAMES))]
    assert bench.composed(before, after, *steps) == wanted


def test_a_part_is_taken_in_a_repository_of_the_other_hash(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo", object_format="sha256")
    repo.commit({"f": b"a\nb"})
    base = repo.tree()
    repo.commit({"f": b"a\nB\nc\n"})
    repository = Repository.open(repo.root, tmp_path / "data")
    files = repository.file_changes(base, repo.tree())
    verdicts = judged({}, (select_lines(files[0], "new:3"),), YES)
    tree = repository.compose_tree(base, composed_files(repository, files, verdicts, Take.ACCEPTED))
    assert repository.blob(repository.tree_entries(tree)["f"][1]) == b"a\nb\nc\n"
    repository.close()
