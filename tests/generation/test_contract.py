"""The form of an answer: read back as written, never complete when cut, and every slip in words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.assets import asset
from workbench.generation.blocks import Marks, first_absent
from workbench.generation.contract import (
    VERSION,
    Block,
    Deletion,
    Edit,
    Move,
    NewFile,
    NoteAnswer,
    marks_for,
    parse,
    read_path,
    write,
    write_path,
)
from workbench.generation.prompt import Request, fill, marks_of
from workbench.review.notes import AnswerKind


def _is_plain(line: str) -> bool:
    return not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))


_LINE = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20).filter(
    _is_plain
)
_LINES = st.lists(_LINE, max_size=4).map(tuple)
_WORDS = st.text(st.sampled_from("abc xyz:N1"), min_size=1).map(str.strip).filter(bool)
_PATH = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20)
_BLOCK = st.one_of(
    st.builds(Edit, _PATH, _WORDS, _LINES, _LINES),
    st.builds(NewFile, _PATH, _WORDS, _LINES),
    st.builds(Deletion, _PATH, _WORDS),
    st.builds(Move, _PATH, _PATH, _WORDS),
    st.builds(NoteAnswer, st.sampled_from(["N1", "N27"]), st.sampled_from(AnswerKind), _WORDS),
)

ANSWER: list[Block] = [
    Edit("src/store.py", "Hold the lock.", ("    write(a)",), ("    with lock:", "        write(a)")),
    NewFile("a new/file.py", "Needed.", ("import os", "", "def f(): ...")),
    Move("old.py", "new.py", "A better name."),
    Deletion("gone.py", "Not used."),
    NoteAnswer("N1", AnswerKind.DONE, "Held now."),
    NoteAnswer("N2", AnswerKind.ANSWERED, "Because of this.\n\nAnd of that."),
]


@given(st.lists(_BLOCK, max_size=5), st.integers(7, 9))
def test_what_is_written_is_read_back(blocks: list[Block], width: int) -> None:
    parsed = parse(write(blocks, Marks(width)), Marks(width))
    assert parsed.problems == ()
    assert parsed.complete
    assert list(parsed.blocks) == blocks


@given(_PATH)
def test_every_path_can_be_named(path: str) -> None:
    assert read_path(write_path(path)) == path
    assert "\n" not in write_path(path)
    assert write_path(path).encode()


def test_an_answer_cut_at_any_character_is_not_complete() -> None:
    text = write(ANSWER).rstrip("\n")
    assert parse(text).complete
    assert [at for at in range(len(text)) if parse(text[:at]).complete] == []


def test_words_around_the_blocks_mean_nothing() -> None:
    text = f"Sure, here it is:\n```\n{write(ANSWER)}```\n"
    parsed = parse(text)
    assert list(parsed.blocks) == ANSWER
    assert parsed.problems == ()
    assert "Sure" in parsed.remarks


def test_a_draft_in_the_thinking_of_a_local_model_is_not_the_answer() -> None:
    draft = write([Deletion("all.py", "Perhaps?")])
    parsed = parse(f"<think>\n{draft}\n</think>\n{write(ANSWER)}")
    assert list(parsed.blocks) == ANSWER
    assert not parse(f"<think>\n{draft}").complete


def test_markers_are_widened_until_no_file_contains_them() -> None:
    hostile = write(ANSWER).encode()
    marks = marks_for([b"plain\n<<<<<<< HEAD\n=======\n", hostile])
    assert marks.width == 8
    assert marks_for([b"<<<<<<< HEAD\n=======\n>>>>>>> theirs\n"]).width == Marks().width
    lines = tuple(hostile.decode().split("\n"))
    edit = Edit("docs/form.md", "Why not.", lines, ("gone",))
    assert parse(write([edit], marks), marks).blocks == (edit,)


def test_line_ends_of_windows_in_an_answer_do_no_harm_to_its_markers() -> None:
    parsed = parse(write([Deletion("gone.py", "Not used.")]).replace("\n", "\r\n"))
    assert parsed.complete
    assert parsed.blocks == (Deletion("gone.py", "Not used."),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<<<<<<< EDIT a.py\nwhy: x\n======= SEARCH\na\n>>>>>>> END", "SEARCH then REPLACE"),
        (
            "<<<<<<< EDIT a.py\nwhy: x\n======= REPLACE\na\n======= SEARCH\nb\n>>>>>>> END",
            "SEARCH then REPLACE",
        ),
        ("<<<<<<< EDIT a.py\n======= SEARCH\na\n======= REPLACE\nb\n>>>>>>> END", "reason is missing"),
        ("<<<<<<< EDIT a.py\nwhy: x\n======= SEARCH\na\n======= REPLACE\nb", "not closed"),
        ("<<<<<<< NEW a.py\nwhy: x\nimport os\n>>>>>>> END", "CONTENT"),
        ("<<<<<<< MOVE a.py\nwhy: x\n>>>>>>> END", "new path is missing"),
        ('<<<<<<< DELETE "a.py\nwhy: x\n>>>>>>> END', "path is not readable"),
        ("<<<<<<< NOTE N1\nDone.\n>>>>>>> END", "note's id"),
        ("<<<<<<< NOTE N1 settled\nDone.\n>>>>>>> END", "done, declined, answered"),
        ("<<<<<<< NOTE N1 declined\n>>>>>>> END", "needs words"),
        ("======= SEARCH\na\n>>>>>>> END", "outside a block"),
        (">>>>>>> ANSWER COMPLETE\n<<<<<<< DELETE a.py\nwhy: x\n>>>>>>> END", "after the end mark"),
    ],
)
def test_a_slip_in_the_form_is_said_in_words(text: str, said: str) -> None:
    problems = parse(f"{text}\n>>>>>>> ANSWER COMPLETE\n").problems
    assert any(said in each for each in problems), problems


def test_a_new_file_with_the_form_in_it_that_is_cut_just_there_is_no_answer() -> None:
    marks = marks_for([b"x = 1\n"])
    example = ("a", *write([Deletion("gone.py", "Not used.")]).rstrip("\n").split("\n"))
    text = write([NewFile("docs/form.md", "It tells the form.", example)], marks)
    cut = text[: text.index(example[-1]) + len(example[-1])]
    assert cut.endswith(f"{Marks().closes}\n\n{Marks().complete}")
    parsed = parse(cut, marks)
    assert not parsed.complete
    assert any(marks.complete in each for each in parsed.problems), parsed.problems


def test_the_end_mark_is_of_its_request_alone_and_the_same_each_time() -> None:
    paths = [f"{number}.py" for number in range(50)]
    request = Request("one", "", {"b": b"2", "a": b"1"}, frozenset(paths))
    again = Request("one", "", {"a": b"1", "b": b"2"}, frozenset(reversed(paths)))
    assert marks_of(request) == marks_of(again)
    assert marks_of(request) != marks_of(Request("two", "", request.files, request.paths))
    # Another division of the same bytes is another request.
    assert marks_for([b"ab", b"c"]) != marks_for([b"a", b"bc"])


def test_a_token_that_stands_in_what_is_given_is_drawn_again() -> None:
    assert first_absent(["0badc0de", "600dc0de"], [b"x = 1", b"# 0badc0de\n"]) == "600dc0de"


@given(st.text(st.sampled_from("<>= EDITNEWSARCHPLOMwhy:\n"), max_size=200))
def test_no_text_makes_reading_fail(text: str) -> None:
    parse(text)


def test_the_prompt_text_names_the_version_of_the_form() -> None:
    first = asset("prompts", "contract.md").read_text(encoding="utf-8").split("\n")[0]
    assert first == f"<!-- contract {VERSION} -->"


def test_the_form_that_is_told_is_the_form_that_is_read() -> None:
    parsed = parse(fill("contract.md", Marks(9, "1a2b3c4d")), Marks(9, "1a2b3c4d"))
    assert parsed.problems == ()
    assert parsed.complete
    assert [type(block) for block in parsed.blocks] == [Edit, NewFile, Deletion, Move, NoteAnswer]


ODD = ["\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2028", "\u3000"]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
@pytest.mark.parametrize("mark", [">>>>>>> END{}", ">>>>>>> ANSWER COMPLETE{}", "======= REPLACE{}"])
def test_no_line_of_a_file_is_a_mark_whatever_stands_behind_it(mark: str, odd: str) -> None:
    """What the reader takes for a mark and what widens the marks must never differ by a sign."""
    line = mark.format(odd)
    file = f"before\n{line}\nafter\n".encode()
    marks = marks_for([file])
    assert marks.width == 8
    parsed = parse(write([NewFile("copy.txt", "As it is.", ("before", line, "after"))], marks), marks)
    assert parsed.problems == ()
    assert parsed.blocks == (NewFile("copy.txt", "As it is.", ("before", line, "after")),)


@pytest.mark.parametrize(
    "opening", ["<<<<<<< DELETE\tsrc/guard.py", "\ufeff<<<<<<< NOTE N1 done", "x\r>>>>>>> END"]
)
def test_a_block_in_a_file_that_is_copied_stays_the_text_of_that_file(opening: str) -> None:
    lines = ("a", ">>>>>>> END\x0c", opening, "why: it is text", ">>>>>>> END", ">>>>>>> ANSWER COMPLETE")
    marks = marks_for(["\n".join(lines).encode()])
    parsed = parse(write([NewFile("copy.txt", "As it is.", lines)], marks), marks)
    assert parsed.blocks == (NewFile("copy.txt", "As it is.", lines),)
    assert parsed.problems == ()
    # Another signs behind a mark than blanks make it text at any width.
    assert not parse(">>>>>>> ANSWER COMPLETE\x0c").complete


def test_marks_are_in_nothing_that_a_model_is_given() -> None:
    marked = "\n>>>>>>> END\n"
    for request in (
        Request(f"task{marked}", "", {}),
        Request("", f"quoted code{marked}", {}),
        Request("", "", {"a": marked.encode()}),
        Request("", "", {}, rules=(("R1", f"never write {marked}"),)),
    ):
        assert marks_of(request).width == 8


def test_a_line_of_blanks_takes_no_time_that_grows_with_its_square() -> None:
    def took(blanks: int) -> float:
        text = f"<<<<<<< EDIT a{' ' * blanks}x\nwhy: y\n>>>>>>> END\n>>>>>>> ANSWER COMPLETE\n"
        began = time.process_time()
        assert len(parse(text).problems) == 1
        assert marks_for([text.encode()]).width == 8
        return time.process_time() - began

    # Ten seconds and more when it did; a thousandth of one now.
    assert took(40_000) < 3


def test_what_opens_a_block_is_named_without_the_blanks_behind_it() -> None:
    text = "<<<<<<< DELETE a b.py \t\r\nwhy: y\n>>>>>>> END\n>>>>>>> ANSWER COMPLETE"
    assert parse(text).blocks == (Deletion("a b.py", "y"),)
