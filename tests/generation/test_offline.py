"""The author without a network: suggestions applied exactly where their notes stand, or declined."""

import pytest

from workbench.generation.events import Answered
from workbench.generation.generate import generate_offline
from workbench.generation.offline import answer
from workbench.generation.prompt import Request
from workbench.review.changes import FileChange, Run, Side, Status
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind, Intent, Note, Place
from workbench.review.rounds import Why


def _note(start: int, quote: bytes, suggestion: str | None, number: int = 1, side: Side = Side.NEW) -> Note:
    lines = split_lines(quote)
    place = Place("a.py", side, start, len(lines), quote=lines)
    return Note(f"N{number}", Intent.MUST, place, "Do this.", 0, suggestion=suggestion)


def _request(start: bytes, *notes: Note, runs: tuple[Run, ...] = ()) -> Request:
    changed = FileChange(Status.MODIFIED, "a.py", "a.py", "100644", "100644", "1", "2", runs=runs)
    return Request("", "", {"a.py": start}, frozenset({"a.py"}), notes, (changed,) if runs else ())


def _made(request: Request) -> bytes | None:
    outcome = answer(request)
    assert [each.kind for each in outcome.answers] == [AnswerKind.DONE] * len(outcome.answers)
    return outcome.files["a.py"]


def test_a_suggestion_replaces_the_lines_it_stands_on() -> None:
    request = _request(b"a\nb\nb\nc\n", _note(3, b"b\n", "x\ny"))
    assert _made(request) == b"a\nb\nx\ny\nc\n"
    assert answer(request).whys == (Why("a.py", 3, 2, "Suggestion of N1."),)


def test_lines_below_what_was_taken_out_are_found_by_the_runs() -> None:
    # The round had "bad" twice above the second of two equal lines; both are out of the start tree.
    run = Run(1, 2, (), (b"bad\n", b"bad\n"))
    assert _made(_request(b"a\nb\nb\n", _note(5, b"b\n", "x"), runs=(run,))) == b"a\nb\nx\n"


def test_a_suggestion_on_rejected_lines_replaces_what_is_back_in_their_place() -> None:
    run = Run(2, 2, (b"old 1\n", b"old 2\n"), (b"bad\n",))
    assert (
        _made(_request(b"a\nold 1\nold 2\nc\n", _note(2, b"bad\n", "good"), runs=(run,))) == b"a\ngood\nc\n"
    )


def test_a_suggestion_on_rejected_new_lines_stands_where_they_stood() -> None:
    run = Run(1, 2, (), (b"bad 1\n", b"bad 2\n"))
    both = _note(2, b"bad 1\nbad 2\n", "good")
    one = _note(3, b"bad 2\n", "good")
    assert _made(_request(b"a\nc\n", both, runs=(run,))) == b"a\ngood\nc\n"
    assert _made(_request(b"a\nc\n", one, runs=(run,))) == b"a\ngood\nc\n"
    first = Run(0, 1, (), (b"bad\n",))
    assert _made(_request(b"a\n", _note(1, b"bad\n", "good"), runs=(first,))) == b"good\na\n"


def test_a_place_that_spans_kept_and_rejected_lines_covers_both() -> None:
    run = Run(2, 2, (b"old\n",), (b"bad\n",))
    note = _note(1, b"a\nbad\nc\n", "x")
    assert _made(_request(b"a\nold\nc\nd\n", note, runs=(run,))) == b"x\nd\n"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (_request(b"a\nb\nb\n", _note(1, b"b\n", "x")), "stand 2 times"),
        (_request(b"a\n", _note(1, b"b\n", "x")), "stand 0 times"),
        (_request(b"a\n", _note(1, b"a\n", None)), "has none"),
        (
            _request(
                b"a\nold\n",
                _note(2, b"bad 1\n", "x"),
                runs=(Run(2, 2, (b"old\n",), (b"bad 1\n", b"bad 2\n")),),
            ),
            "Only a part",
        ),
        (Request("", "", {}, notes=(_note(1, b"a\n", "x"),)), "not among the files"),
        (
            Request("", "", {}, notes=(Note("N1", Intent.MUST, Place("a.py"), "", 0, suggestion="x"),)),
            "on lines",
        ),
    ],
)
def test_a_place_that_is_not_certain_is_declined(request_: Request, said: str) -> None:
    outcome = answer(request_)
    assert outcome.files == {}
    assert outcome.answers[0].kind is AnswerKind.DECLINED
    assert said in outcome.answers[0].text


def test_a_note_on_the_base_is_found_by_its_text_alone() -> None:
    assert _made(_request(b"a\nb\n", _note(9, b"b\n", "x", side=Side.OLD))) == b"a\nx\n"


def test_the_second_of_two_suggestions_for_the_same_lines_is_declined() -> None:
    request = _request(
        b"a\nb\nc\n", _note(1, b"a\nb\n", "x"), _note(2, b"b\n", "y", number=2), _note(3, b"c\n", "", 3)
    )
    outcome = answer(request)
    assert outcome.files == {"a.py": b"x\n"}
    assert [each.kind.value for each in outcome.answers] == ["done", "declined", "done"]
    assert "N1 already changes" in outcome.answers[1].text


def test_line_ends_and_a_missing_final_newline_stay() -> None:
    assert _made(_request(b"a\r\nb\r\n", _note(2, b"b\r\n", "x\ny"))) == b"a\r\nx\r\ny\r\n"
    assert _made(_request(b"a\nb", _note(2, b"b", "x\n"))) == b"a\nx"


def test_settled_notes_are_left_alone() -> None:
    note = Note(
        "N1", Intent.MUST, Place("a.py", Side.NEW, 1, 1, quote=(b"a\n",)), "", 0, suggestion="x", settled=True
    )
    outcome = answer(_request(b"a\n", note))
    assert (outcome.files, outcome.answers) == ({}, ())


def test_a_round_by_the_offline_author_ends_like_any_other() -> None:
    *_, last = generate_offline(_request(b"a\n", _note(1, b"a\n", "x")))
    assert isinstance(last, Answered)
    assert last.outcome.files == {"a.py": b"x\n"}
    assert last.exchange.usage.cost == 0
