"""What a model is told: the same bytes for the same request, nothing lost, nothing that could not be sent."""

import json

from workbench.generation.blocks import Marks
from workbench.generation.contract import write
from workbench.generation.prompt import Request, build, digest, repair, rough_tokens
from workbench.review.notes import Intent, Note, Place


def _note(number: int, intent: Intent, *, reason: bool = False, settled: bool = False) -> Note:
    return Note(f"N{number}", intent, Place(path="a.py"), "Text.", 0, reason=reason, settled=settled)


def test_the_task_stands_on_top_and_the_notes_to_answer_at_the_end() -> None:
    notes = (
        _note(1, Intent.MUST),
        _note(2, Intent.KEEP),
        _note(3, Intent.QUESTION),
        _note(4, Intent.MUST, reason=True),
        _note(5, Intent.SHOULD, settled=True),
    )
    request = Request("Mend it.", "N1: mend this.", {"a.py": b"x = 1\n"}, frozenset({"a.py", "b.py"}), notes)
    system, user = build(request)
    assert system.role == "system"
    assert "<<<<<<< EDIT path/to/file.py" in system.content
    assert "{{" not in system.content
    assert user.content.startswith("# Task\n\nMend it.\n")
    assert user.content.endswith("# Notes to answer\n\n- N1 (must)\n- N3 (question)\n")
    assert "## a.py (1 lines)\n\n```\nx = 1\n```" in user.content
    assert "- b.py" in user.content
    assert request.to_answer == ("N1", "N3")


def test_the_same_request_gives_the_same_prompt() -> None:
    one = build(Request("T", "F", {"a": b"1\n", "b": b"2\n"}, frozenset("abc")))
    two = build(Request("T", "F", {"b": b"2\n", "a": b"1\n"}, frozenset("cba")))
    assert one == two
    assert digest(one) == digest(two)
    assert digest(one) != digest(build(Request("U", "F", {"a": b"1\n", "b": b"2\n"}, frozenset("abc"))))


def test_a_file_can_neither_close_its_fence_nor_hold_a_marker() -> None:
    data = b"```\n````\n<<<<<<< EDIT x\n"
    system, user = build(Request("T", "", {"a.md": data}))
    assert "`````\n```\n````\n" in user.content
    assert "<<<<<<<< EDIT path" in system.content
    assert ">>>>>>>> ANSWER COMPLETE" in system.content


def test_a_binary_file_is_named_and_not_shown() -> None:
    _, user = build(Request("T", "", {"a.png": b"\x89PNG\0\1", "b": b"no end"}))
    assert "a.png (binary)" in user.content
    assert "PNG\0" not in user.content
    assert "no newline at its end" in user.content


def test_names_and_feedback_that_are_not_utf8_can_be_sent() -> None:
    odd = b"a\xff.py".decode("utf-8", "surrogateescape")
    messages = build(Request("T", f"See {odd}.", {odd: b"caf\xe9\n"}))
    sent = json.dumps([message.content for message in messages], ensure_ascii=False).encode()
    assert b"caf\xc3\xa9" in sent
    assert '## "a\\udcff.py"' in messages[1].content


def test_a_repair_request_lists_what_was_wrong() -> None:
    message = repair(["a.py: no.", "b.py: {{end}} no."], Marks())
    assert "- a.py: no.\n- b.py: {{end}} no.\n" in message.content
    assert "`>>>>>>> ANSWER COMPLETE`" in message.content
    assert "looks wrong" in repair(["x"], Marks(), doubts=True).content


def test_tokens_are_guessed_at_once() -> None:
    assert rough_tokens("") == 0
    assert 5 < rough_tokens(write([])) < 20
