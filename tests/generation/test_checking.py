"""Answers against files: applied byte for byte, or refused whole with the reason."""

import random
import threading
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.checking import (
    MAX_BLOCKS,
    MAX_BRACES,
    MAX_DEPTH,
    MAX_FILES,
    MAX_LISTED,
    MAX_PYTHON,
    MAX_SENTENCE,
    Outcome,
    Problems,
    check,
    hostile,
)
from workbench.generation.contract import (
    Block,
    Deletion,
    Edit,
    Move,
    NewFile,
    NoteAnswer,
    Parsed,
    parse,
    write,
)
from workbench.generation.edits import apply_edits, read_text
from workbench.generation.matching import HINTS, MOST_PLACES, CheckCancelledError, Finder, Work
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind
from workbench.review.rounds import Answer, Why
from workbench.review.scope import scope_of_task

STORE = b"import os\n\n\ndef save(path):\n    open(path)\n\n\ndef load(path):\n    open(path)\n"


def _check(
    *blocks: Block, files: Mapping[str, bytes] | None = None, notes: tuple[str, ...] = ()
) -> Outcome | Problems:
    given = {"store.py": STORE} if files is None else files
    return check(parse(write(blocks)), given, notes, paths={*given, "secret.py"}, also=("N9",))


def _fits(*blocks: Block, files: Mapping[str, bytes] | None = None) -> Outcome:
    outcome = _check(*blocks, files=files)
    assert isinstance(outcome, Outcome), outcome
    return outcome


def _refused(*blocks: Block, files: Mapping[str, bytes] | None = None, notes: tuple[str, ...] = ()) -> str:
    outcome = _check(*blocks, files=files, notes=notes)
    assert isinstance(outcome, Problems), outcome
    return "\n".join(outcome.found)


def _edit(search: str, replace: str, path: str = "store.py") -> Edit:
    lines = [tuple(text.split("\n")) if text else () for text in (search, replace)]
    return Edit(path, "Because.", lines[0], lines[1])


def test_edits_new_files_deletions_and_renames_make_the_outcome() -> None:
    files = {"store.py": STORE, "old.py": b"a\nb\n", "gone.py": b"x\n"}
    outcome = _fits(
        _edit(
            "def load(path):\n    open(path)",
            "def load(path):\n    with open(path) as f:\n        return f.read()",
        ),
        _edit("import os", "import io\nimport os"),
        NewFile("sub/new.py", "Needed.", ("x = 1",)),
        Deletion("gone.py", "Unused."),
        Move("old.py", "new.py", "A better name."),
        _edit("b", "c", path="old.py"),
        NoteAnswer("N9", AnswerKind.DONE, ""),
        files=files,
    )
    assert outcome.files == {
        "store.py": b"import io\nimport os\n\n\ndef save(path):\n    open(path)\n\n\n"
        b"def load(path):\n    with open(path) as f:\n        return f.read()\n",
        "sub/new.py": b"x = 1\n",
        "gone.py": None,
        "old.py": None,
        "new.py": b"a\nc\n",
    }
    assert outcome.moves == (("old.py", "new.py"),)
    assert Why("store.py", 9, 3, "Because.") in outcome.whys
    assert Why("store.py", 1, 2, "Because.") in outcome.whys
    assert Why("new.py", 2, 1, "Because.") in outcome.whys
    assert outcome.answers == (Answer("N9", AnswerKind.DONE, ""),)
    assert outcome.doubts == ()


def test_an_edit_that_matches_nowhere_is_refused_with_the_nearest_lines() -> None:
    said = _refused(_edit("def save(path) :\n    open(path)", "pass"))
    assert "do not stand in the file" in said
    assert "4 def save(path):" in said
    said = _refused(_edit("  def load(path):\n      open(path)", "pass"))
    assert "8 def load(path):\n    9     open(path)" in said


def test_an_edit_that_matches_twice_is_refused_with_both_lines() -> None:
    assert "stand 2 times in the file, at lines 5, 9" in _refused(_edit("    open(path)", "pass"))


def test_edits_that_overlap_are_refused() -> None:
    said = _refused(_edit("import os\n\n", "x"), _edit("\n\ndef save(path):", "y"))
    assert "edits 1 and 2 overlap" in said


def test_nothing_is_made_of_an_answer_of_which_one_part_is_wrong() -> None:
    assert "does not exist" in _refused(_edit("import os", "import io"), Deletion("nowhere.py", "?"))


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([_edit("a", "b", path="secret.py")], "was not given to you"),
        ([NewFile("store.py", "?", ("x",))], "the file exists"),
        ([NewFile("secret.py", "?", ("x",))], "the file exists"),
        ([NewFile("store.py/inner.py", "?", ("x",))], "a file stands where its folder would be"),
        ([NewFile("a", "?", ("x",)), NewFile("a/b", "?", ("x",))], "a file stands where its folder would be"),
        ([NewFile("a/b", "?", ("x",)), NewFile("a", "?", ("x",))], "a folder of that name"),
        ([NewFile("a", "?", ("x",)), NewFile("a", "?", ("y",))], "the file exists"),
        ([Move("store.py", "secret.py", "?")], "the file exists"),
        ([Move("store.py", "a", "?"), Deletion("store.py", "?")], "twice"),
        ([_edit("import os", "x"), Deletion("store.py", "?")], "edited and deleted"),
        ([_edit("", "x")], "SEARCH is empty"),
        ([NewFile("../x", "?", ("x",))], "not a path inside"),
        ([NewFile("/etc/passwd", "?", ("x",))], "not a path inside"),
        ([NewFile(".GIT /hooks/pre-commit", "?", ("x",))], "git's own folder"),
        ([NewFile("a.py", "?", ("```python", "x = 1", "```"))], "code fence"),
        ([NewFile("a.py", "?", ("x" * 2_000_001,))], "larger than"),
        ([NewFile("a/" * MAX_DEPTH + "b", "?", ("x",))], "100 folders"),
    ],
)
def test_what_may_not_be_done_is_refused(blocks: list[Block], said: str) -> None:
    assert said in _refused(*blocks)


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        "a/.git/x",
        ".Git",
        "git~1/x",
        ".git./x",
        ".git::$DATA/x",
        ".g\u200cit/x",
        "C:/x",
        "a\\b",
        "a//b",
        "a/./b",
    ],
)
def test_every_spelling_that_leaves_the_tree_or_reaches_git_is_hostile(path: str) -> None:
    assert hostile(path)


@pytest.mark.parametrize("path", [".gitignore", ".github/x.yml", "git/x", "aux.c", "ä/ö.py", "a b/c"])
def test_ordinary_names_are_not_hostile(path: str) -> None:
    assert hostile(path) is None


def test_each_note_needs_one_answer_and_unknown_ones_none() -> None:
    done = NoteAnswer("N1", AnswerKind.DONE, "")
    assert "no answer: N2" in _refused(done, notes=("N1", "N2"))
    assert "answered twice" in _refused(done, done, notes=("N1",))
    assert "no such note" in _refused(NoteAnswer("N7", AnswerKind.DONE, ""), notes=())
    assert isinstance(_check(done, notes=("N1",)), Outcome)


def test_an_answer_without_blocks_or_without_end_mark_is_refused() -> None:
    for text in ("I have done it!", ""):
        problems = check(parse(text), {}, ())
        assert isinstance(problems, Problems)
        assert len(problems.found) == 2
    empty = check(Parsed(complete=True), {}, ())
    assert isinstance(empty, Problems)


def test_python_that_no_longer_reads_is_a_doubt_and_what_never_read_is_none() -> None:
    assert "not valid Python, line 4" in _fits(_edit("def save(path):", "def save(path:")).doubts[0]
    files = {"two.py": b"print 'a'\nx = 1\n", "notes.txt": b"a\n"}
    assert _fits(_edit("x = 1", "x = 2", path="two.py"), files=files).doubts == ()
    assert _fits(_edit("a", "((", path="notes.txt"), files=files).doubts == ()


def test_an_empty_file_can_be_filled_either_way() -> None:
    files = {"a.py": b""}
    assert _fits(_edit("", "x = 1", path="a.py"), files=files).files == {"a.py": b"x = 1\n"}
    assert _fits(NewFile("a.py", "Fill.", ("x = 1",)), files=files).files == {"a.py": b"x = 1\n"}


@pytest.mark.parametrize(
    ("data", "search", "replace", "result"),
    [
        (b"a\r\nb\r\nc\r\n", "b", "x\ny", b"a\r\nx\r\ny\r\nc\r\n"),
        (b"a\nb\r\nc\n", "a\nb\nc", "a\nb\nd", b"a\nb\r\nd\n"),
        (b"a\nb", "b", "c", b"a\nc"),
        (b"a\nb", "a\nb", "a", b"a\n"),
        (b"a\nb", "b", "b\nc", b"a\nb\nc"),
        (b"a\nb", "b", "b\n", b"a\nb\n"),
        (b"a\nb", "a", "", b"b"),
        (b"a\n", "a", "", b""),
        (b"\xef\xbb\xbfa\nb\n", "a", "x", b"\xef\xbb\xbfx\nb\n"),
        (b"\xef\xbb\xbfa\nb\n", "a\nb", "a\nc", b"\xef\xbb\xbfa\nc\n"),
        (b"caf\xe9\nb\xff\n", "caf\xe9", "th\xe9", b"th\xe9\nb\xff\n"),
        (b"a\x0cb\x85c\n", "a\x0cb\x85c", "x", b"x\n"),
        ("a\u2028b\nc\n".encode(), "a\u2028b", "x\u2028y", "x\u2028y\nc\n".encode()),
        (b"a\rb\nc\n", "a\rb", "a\rx", b"a\rx\nc\n"),
    ],
)
def test_line_ends_encodings_and_odd_separators_survive(
    data: bytes, search: str, replace: str, result: bytes
) -> None:
    assert _fits(_edit(search, replace, path="f"), files={"f": data}).files == {"f": result}


def test_what_the_encoding_of_a_file_cannot_hold_is_refused() -> None:
    said = _refused(_edit("b", "snow \u2603", path="f"), files={"f": b"caf\xe9\nb\n"})
    assert "cannot be written in the file's encoding" in said
    assert "half a character" in _refused(NewFile("g", "?", ("\ud800",)))


_DATA = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"\xff\n", b"d", b"\n", b"\r"]), max_size=12).map(
    b"".join
)


@given(_DATA, st.data())
def test_a_unique_edit_changes_its_lines_and_no_other_byte(data: bytes, draw: st.DataObject) -> None:
    text = read_text(data)
    assert text is not None
    raw = split_lines(data)
    start = draw.draw(st.integers(0, len(raw)))
    stop = draw.draw(st.integers(start, len(raw)))
    applied = apply_edits("f", data, [Edit("f", "?", text.lines[start:stop], ("new one", "new two"))])
    if isinstance(applied, tuple):
        return
    ((first, count),) = applied.spans
    assert (first, count) == (start + 1, 2)
    after = split_lines(applied.data)
    assert after[:start] == raw[:start]
    assert after[start + 2 :] == raw[stop:]
    assert [line.rstrip(b"\r\n") for line in after[start : start + 2]] == [b"new one", b"new two"]


def test_of_many_corrupted_edits_none_is_made_silently() -> None:
    """Each corruption gives lines that are not in the file; whatever is done with it, it is not applied."""
    chance = random.Random(7)
    lines = [f"    value_{number} = compute({number})" for number in range(20)]
    data = "".join(f"{line}\n" for line in lines).encode()
    for _ in range(5000):
        start = chance.randrange(15)
        search = lines[start : start + chance.randint(1, 4)]
        at = chance.randrange(len(search))
        place = chance.randrange(len(search[at]))
        search[at] = search[at][:place] + chance.choice(["~", "", " ~"]) + search[at][place + 1 :]
        applied = apply_edits("f", data, [Edit("f", "?", tuple(search), ("x",))])
        assert isinstance(applied, tuple), search


def test_edits_that_were_spoiled_apply_as_meant_or_are_refused_in_words() -> None:
    """5,000 edits on their way to us: pieces lost, doubled, swapped, of other files. None is half made."""
    chance = random.Random(11)
    lines = [f"    value_{number} = compute({number % 7})" for number in range(20)] + ["", "pass"] * 3
    data = "".join(f"{line}\n" for line in lines).encode()
    applied = 0
    for _ in range(5000):
        start = chance.randrange(len(lines) - 4)
        meant = Edit("f", "why", tuple(lines[start : start + chance.randint(1, 4)]), ("new one", "new two"))
        text = write([meant])
        kind = chance.choice(["lost", "doubled", "swapped", "marker", "cut", "path", "none"])
        text = _spoiled(text, kind, chance)
        outcome = check(parse(text), {"f": data}, ())
        if isinstance(outcome, Problems):
            assert outcome.found
            assert all(each.strip() for each in outcome.found)
            continue
        # What was taken is one replacement of lines that stand once, by the lines that the block says.
        applied += 1
        (edit,) = [block for block in parse(text).blocks if isinstance(block, Edit)]
        size = len(edit.search)
        places = [at for at in range(len(lines)) if tuple(lines[at : at + size]) == edit.search]
        assert len(places) == 1, text
        after = [*lines[: places[0]], *edit.replace, *lines[places[0] + size :]]
        made = "".join(f"{line}\n" for line in after).encode()
        assert outcome.files == ({} if made == data else {"f": made}), text
    assert 500 < applied < 4000


def _spoiled(text: str, kind: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    if kind == "lost":
        del lines[at]
    elif kind == "doubled":
        lines.insert(other, lines[at])
    elif kind == "swapped":
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "marker":
        lines[at] = chance.choice(
            [">>>>>>> END", "======= REPLACE", "<<<<<<< EDIT g", ">>>>>>> ANSWER COMPLETE"]
        )
    elif kind == "cut":
        return text[: chance.randrange(len(text))]
    elif kind == "path":
        lines[0] = chance.choice(
            ["<<<<<<< EDIT ../f", "<<<<<<< EDIT F", "<<<<<<< EDIT f/../f", "<<<<<<< EDIT"]
        )
    return "\n".join(lines)


HOSTILE = {
    "a note that is said to be settled": "<<<<<<< NOTE N1 settled\nDone with it.\n>>>>>>> END",
    "a note that nobody wrote": "<<<<<<< NOTE N99 done\nDone.\n>>>>>>> END",
    "a note answered twice": (
        "<<<<<<< NOTE N1 done\na\n>>>>>>> END\n<<<<<<< NOTE N1 declined\nb\n>>>>>>> END"
    ),
    "a block that is none": "<<<<<<< RUN rm -rf /\n>>>>>>> END",
    "a path that leaves": "<<<<<<< NEW ../../.ssh/authorized_keys\nwhy: x\n======= CONTENT\nkey\n>>>>>>> END",
    "a quoted path that leaves": (
        '<<<<<<< NEW "a/\\u002e\\u002e/\\u002e\\u002e/x"\nwhy: x\n======= CONTENT\nk\n>>>>>>> END'
    ),
    "git's own folder": "<<<<<<< NEW .GIT/hooks/pre-commit\nwhy: x\n======= CONTENT\nk\n>>>>>>> END",
    "an escape in a path": "<<<<<<< NEW a\x1b[2Jb.py\nwhy: x\n======= CONTENT\nk\n>>>>>>> END",
    "a block inside a block": (
        "<<<<<<< NEW n.py\nwhy: x\n======= CONTENT\n<<<<<<< DELETE store.py\nwhy: x\n>>>>>>> END\n>>>>>>> END"
    ),
    "a second answer behind the end": ">>>>>>> ANSWER COMPLETE\n<<<<<<< DELETE store.py\nwhy: x\n>>>>>>> END",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_answers_make_nothing(text: str) -> None:
    found = check(parse(f"{text}\n>>>>>>> ANSWER COMPLETE\n"), {"store.py": STORE}, ("N1",))
    assert isinstance(found, Problems), found
    assert all(sign.isprintable() or sign == "\n" for each in found.found for sign in each if sign != "\x1b")


def test_files_out_of_scope_are_a_doubt_and_sensitive_ones_are_told() -> None:
    scope = scope_of_task("Scope: `src/`\nOut of scope: `src/gen/`")
    made = [
        NewFile(path, "x", ("1",)) for path in ("src/a.py", "src/gen/b.py", "docs/c.md", "src/conftest.py")
    ]
    outcome = check(parse(write(list(made))), {}, (), scope=scope)
    assert isinstance(outcome, Outcome)
    assert [each.partition(":")[0] for each in outcome.doubts] == ["docs/c.md", "src/gen/b.py"]
    assert all("out of scope" in each for each in outcome.doubts)
    assert outcome.told == ("src/conftest.py: the model changed a sensitive file (runs by itself).",)


def test_names_that_differ_in_capitals_alone_are_a_doubt() -> None:
    outcome = check(parse(write([NewFile("Store.py", "x", ("1",))])), {"store.py": STORE}, ())
    assert isinstance(outcome, Outcome)
    assert "capitals" in outcome.doubts[0]
    outcome = check(parse(write([Move("store.py", "Store.py", "x")])), {"store.py": STORE}, ())
    assert isinstance(outcome, Outcome)
    assert outcome.doubts == ()


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("return 1", True),
        ("def f(a, a): pass", True),
        ("x = (", True),
        ("-" * 100_000 + "4", False),
        ("x = 1", False),
    ],
)
def test_python_is_compiled_and_thrown_away(text: str, doubted: bool) -> None:
    outcome = check(parse(write([NewFile("n.py", "x", (text,))])), {}, ())
    assert isinstance(outcome, Outcome)
    assert bool(outcome.doubts) is doubted


# -- an answer that is too much -------------------------------------------------------------------


def test_of_many_edits_that_match_nothing_a_few_are_told_with_the_nearest_lines() -> None:
    lines = [
        f"value_{number} = compute_the_{number % 97}th(some_argument, {number})" for number in range(2000)
    ]
    data = "".join(f"{line}\n" for line in lines).encode()
    edits = [
        _edit(f"valu_{number} = comptue_teh_{number}(sme_argment {number})", "x", "f")
        for number in range(900)
    ]
    found = check(parse(write(list(edits))), {"f": data}, ())
    assert isinstance(found, Problems)
    assert len(found.found) == MAX_LISTED + 1
    assert found.found[-1] == "And 880 more of this kind or another."
    assert sum("The nearest lines are" in each for each in found.found) == HINTS
    assert "value_0 = compute_the_0th(some_argument, 0)" in found.found[0]


def test_a_sentence_about_what_is_wrong_is_never_a_whole_file() -> None:
    wide = ["short", "b" * 100_000, "c" * 100_000]
    said = _refused(_edit("shor t", "x", "f"), files={"f": "\n".join(wide).encode()})
    assert "short" in said
    said = _refused(_edit("short\nsomething else", "x", "f"), files={"f": "\n".join(wide).encode()})
    assert len(said) < MAX_SENTENCE
    assert len(_refused(_edit("x", "y", "nowhere" * 10_000))) <= MAX_SENTENCE


def test_more_blocks_or_files_than_a_round_can_have_are_not_looked_at() -> None:
    edits: list[Block] = [_edit("import os", "import io")] * (MAX_BLOCKS + 1)
    assert _refused(*edits) == "The answer holds more than 5,000 blocks. Do less at once."
    new: list[Block] = [NewFile(f"d/{number}.py", "x", ("x",)) for number in range(MAX_FILES + 1)]
    assert _refused(*new) == "The answer touches more than 500 files."
    assert len(_fits(*new[:-1]).files) == MAX_FILES


def test_a_check_ends_where_it_is_cancelled() -> None:
    cancelled = threading.Event()
    cancelled.set()
    for block in (_edit("import os", "import io"), NewFile("new.py", "x", ("x = 1",))):
        with pytest.raises(CheckCancelledError):
            check(parse(write([block])), {"store.py": STORE}, (), work=Work(cancelled))


def test_python_that_would_take_the_compiler_long_is_not_compiled_and_that_is_told() -> None:
    for line in ("x = 1  # " + "x" * MAX_PYTHON, f"f'{'{a}' * (MAX_BRACES + 1)}'"):
        outcome = _fits(NewFile("n.py", "x", (line, ")")))
        assert outcome.doubts == ()
        assert outcome.told == ("n.py: it is too large to be looked at as Python.",)


def test_a_binary_file_that_was_given_by_its_name_alone_is_not_touched() -> None:
    files = {"store.py": STORE, "photo.png": b"\0\1"}
    for block in (
        Deletion("photo.png", "unused"),
        Move("photo.png", "b.png", "tidy"),
        _edit("", "x", "photo.png"),
    ):
        assert "photo.png: the file was not given to you" in _refused(block, files=files)
    assert "the file exists" in _refused(NewFile("photo.png", "x", ("x",)), files=files)


_LINES = st.lists(st.sampled_from(["a", "b", ""]), max_size=9)


@given(
    _LINES, st.lists(st.sampled_from(["a", "b", "", "c"]), max_size=3), st.integers(0, 9), st.integers(0, 9)
)
def test_lines_are_found_wherever_they_stand(
    lines: list[str], search: list[str], start: int, stop: int
) -> None:
    size = len(search)
    places = [at for at in range(len(lines) - size + 1) if search and lines[at : at + size] == search]
    finder = Finder(lines)
    assert finder.places(search) == places
    assert finder.stands_in(search, start, stop) is any(start <= at <= stop - size for at in places)


def test_lines_that_stand_everywhere_are_counted_up_to_a_bound() -> None:
    said = _refused(_edit("same", "x", "f"), files={"f": b"same\n" * 5000})
    assert f"stand {MOST_PLACES} times or more in the file, at lines 1, 2, 3" in said
