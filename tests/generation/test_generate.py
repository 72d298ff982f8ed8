"""Rounds by a model, through the real LiteLLM: arrived, repaired once, or lost with all of it kept."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from msgspec.structs import replace

from tests.generation.conftest import KEY
from tests.model_server import BAD_KEY, Cut, Good, ModelServer, Raw, Scripted, Slow, wire
from workbench.generation.backends import LiteLLMBackend
from workbench.generation.blocks import Marks
from workbench.generation.contract import Block, Deletion, Edit, NewFile, NoteAnswer, write
from workbench.generation.events import (
    Answered,
    CallEvent,
    Event,
    Finished,
    Lost,
    RepairAsked,
    TextArrived,
)
from workbench.generation.exchange import Exchange
from workbench.generation.failures import Trouble
from workbench.generation.generate import generate
from workbench.generation.prompt import Message, Request, marks_of
from workbench.review.notes import AnswerKind, Intent, Note, Place

FILES = {"a.py": b"x = 1\ny = 2\n"}
REQUEST = Request(
    "Raise x.",
    "N1: x is too low.",
    FILES,
    frozenset(FILES),
    (Note("N1", Intent.MUST, Place("a.py"), "Too low.", 0),),
)
DONE = NoteAnswer("N1", AnswerKind.DONE, "Raised.")


def _answer(search: str = "x = 1", replace: str = "x = 3") -> str:
    blocks: list[Block] = [Edit("a.py", "As asked.", (search,), (replace,)), DONE]
    return write(blocks, marks_of(REQUEST))


def _run(server: ModelServer, backend: LiteLLMBackend, *script: Scripted) -> list[Event]:
    server.script(*script)
    return list(generate(REQUEST, backend, threading.Event()))


def _answered(events: list[Event]) -> Answered:
    assert isinstance(events[-1], Answered), events[-1]
    return events[-1]


def _lost(events: list[Event]) -> Lost:
    assert isinstance(events[-1], Lost), events[-1]
    return events[-1]


def test_a_good_answer_makes_a_round(server: ModelServer, backend: LiteLLMBackend) -> None:
    last = _answered(_run(server, backend, _answer()))
    assert last.outcome.files == {"a.py": b"x = 3\ny = 2\n"}
    assert last.outcome.answers[0].text == "Raised."
    (call,) = last.exchange.calls
    assert (call.outcome, call.retries, call.answer) == ("fits", 0, _answer())
    assert last.exchange.usage.tokens_in == 100
    assert server.asked[0].prompt == "\n".join(message.content for message in call.messages)


def test_a_bad_answer_is_asked_for_again_with_what_was_wrong(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    events = _run(server, backend, _answer("x = 9"), _answer())
    (asked,) = [event for event in events if isinstance(event, RepairAsked)]
    assert "do not stand in the file" in asked.problems[0]
    assert asked.problems[0] in server.asked[1].prompt
    assert _answer("x = 9") in server.asked[1].prompt
    last = _answered(events)
    assert [call.outcome for call in last.exchange.calls] == ["repair", "fits"]
    assert last.exchange.usage.tokens_in == 200


def test_after_two_repairs_the_round_is_lost_and_the_exchange_kept(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    wrong = ["I did it!", _answer("x = 8"), _answer("x = 7")]
    last = _lost(_run(server, backend, *wrong, _answer()))
    assert last.trouble is Trouble.BAD_ANSWER
    assert len(server.asked) == 3
    assert [call.answer for call in last.exchange.calls] == wrong
    assert [call.outcome for call in last.exchange.calls] == ["repair", "repair", "misfit"]
    assert [call.purpose for call in last.exchange.calls] == ["round", "repair", "repair"]
    assert all(call.problems for call in last.exchange.calls)
    assert Exchange.from_json(last.exchange.as_json()) == last.exchange


def test_a_stream_that_breaks_off_is_never_a_round(server: ModelServer, backend: LiteLLMBackend) -> None:
    text = _answer().rstrip("\n")
    for after in (*range(0, len(text), 13), len(text) - 1):
        last = _lost(_run(server, backend, Cut(text, after), Cut(text, after)))
        assert last.trouble is (Trouble.CUT if after else Trouble.EMPTY), after
        assert last.exchange.calls[0].answer == text[:after]
        assert server.asked[0].body == server.asked[1].body
    assert _answered(_run(server, backend, Cut(text, 40), _answer())).outcome.files


def test_a_stream_that_lost_only_its_goodbye_is_complete(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    text = _answer().rstrip("\n")
    assert _answered(_run(server, backend, Cut(text, len(text)))).outcome.files


def test_a_new_file_that_holds_the_form_and_is_cut_just_there_makes_no_round(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    example = (*write([Deletion("gone.py", "Not used.")]).rstrip("\n").split("\n"), "And so on.")
    text = write([NewFile("form.md", "As asked.", example), DONE], marks_of(REQUEST))
    cut = text[: text.index("And so on.") - 1]
    assert cut.endswith(f"\n{Marks().complete}")
    # Cut so, with a goodbye that lies, and with one mark that the model took from its file.
    for answer in (Cut(cut + text[-9:], len(cut)), Raw(wire(cut)), Raw(wire(f"{cut} {'0' * 8}"))):
        last = _lost(_run(server, backend, answer, answer, answer, answer))
        assert last.trouble in (Trouble.CUT, Trouble.BAD_ANSWER)
        assert marks_of(REQUEST).complete in str([call.problems for call in last.exchange.calls])


def test_an_answer_that_reached_its_length_is_not_asked_for_again(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    last = _lost(_run(server, backend, Good(_answer()[:60], finish="length"), _answer()))
    assert last.trouble is Trouble.OUT_OF_ROOM
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "later",
    [[_answer(replace="x = (")], ["No more.", "Still no more."], [BAD_KEY]],
    ids=["same", "none", "key"],
)
def test_an_answer_that_fits_and_looks_wrong_is_asked_for_again_and_never_lost(
    server: ModelServer, backend: LiteLLMBackend, later: list[Scripted]
) -> None:
    events = _run(server, backend, _answer(replace="x = ("), *later)
    assert "not valid Python" in server.asked[1].prompt
    last = _answered(events)
    assert last.outcome.files == {"a.py": b"x = (\ny = 2\n"}
    assert last.outcome.doubts
    assert len(last.exchange.calls) == 1 + len(later)


def test_a_refused_call_loses_the_round_in_one_sentence(server: ModelServer, backend: LiteLLMBackend) -> None:
    last = _lost(_run(server, backend, BAD_KEY))
    assert last.trouble is Trouble.REFUSED_KEY
    assert last.exchange.calls[0].outcome == "refused key"
    assert KEY not in last.exchange.as_json()
    assert last.exchange.usage.cost == 0


def test_what_had_arrived_before_a_cancel_is_kept(server: ModelServer, backend: LiteLLMBackend) -> None:
    server.script(Slow("Once upon a time"))
    cancelled = threading.Event()
    events: list[Event] = []
    for event in generate(REQUEST, backend, cancelled):
        events.append(event)
        if isinstance(event, TextArrived):
            cancelled.set()
    last = _lost(events)
    assert last.trouble is Trouble.CANCELLED
    assert last.exchange.calls[0].answer.startswith("Once")


class Stopping:
    """A model whose answer comes whole in the moment in which the round is cancelled."""

    model = "stopping"

    def __init__(self, cancelled: threading.Event) -> None:
        self._cancelled = cancelled

    def events(self, messages: Sequence[Message], cancelled: threading.Event) -> Iterator[CallEvent]:
        self._cancelled.set()
        yield Finished(_answer(), "stop")


def test_a_round_is_cancelled_while_its_answer_is_checked() -> None:
    cancelled = threading.Event()
    lost = _lost(list(generate(REQUEST, Stopping(cancelled), cancelled)))
    assert lost.trouble is Trouble.CANCELLED
    assert [(call.outcome, call.answer) for call in lost.exchange.calls] == [("cancelled", _answer())]


def test_a_model_is_told_a_few_of_the_things_that_are_wrong(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    bad = write([*(Edit(f"{number}.py", "x", ("a",), ("b",)) for number in range(300)), DONE])
    asked = [each for each in _run(server, backend, bad, _answer()) if isinstance(each, RepairAsked)]
    assert len(asked[0].problems) == 21
    assert server.asked[1].prompt.count("the file does not exist") == 20
    assert "And 280 more" in server.asked[1].prompt


def test_what_was_not_given_is_set_aside_where_all_else_is_frozen(
    server: ModelServer, backend: LiteLLMBackend
) -> None:
    server.script(
        write([Edit("a.py", "As asked.", ("x = 1",), ("x = 3",)), Deletion("b.py", "Unasked."), DONE])
    )
    request = replace(REQUEST, paths=frozenset({"a.py", "b.py"}), confined=True)
    last = _answered(list(generate(request, backend, threading.Event())))
    assert last.outcome.files == {"a.py": b"x = 3\ny = 2\n"}
    assert last.outcome.beyond == (Deletion("b.py", "Unasked."),)
    assert len(server.asked) == 1
