"""The ledger in the window: sent back at once, one change made anew, a question asked, views by change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.model_server import Good, ModelServer, Slow
from tests.repos import Repo, new_repo, numbered
from tests.window.conftest import AFTER, CONTROL, SHIFT, Hands
from workbench.generation.blocks import Marks
from workbench.generation.contract import Edit, NewFile, write
from workbench.review.entries import Said
from workbench.review.notes import AnswerKind, Author, Reply
from workbench.store.settings import ModelSettings, load_settings
from workbench.ui.diff.cards import reply_words
from workbench.ui.send_sheet import SendSheet


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    made = ModelServer()
    yield made
    made.close()


def patient(hands: Hands, happened: Callable[[], object]) -> None:
    """Wait for a model: importing LiteLLM takes long on a busy machine."""
    hands.bot.waitUntil(lambda: bool(happened()), timeout=90_000)


def idle(hands: Hands) -> None:
    hands.until(lambda: not hands.window.tasks.is_busy)


def read_again(hands: Hands, number: int) -> None:
    hands.type("R")
    hands.until(lambda: hands.session.review.round and hands.session.review.round.number == number)
    idle(hands)


def with_model(hands: Hands, server: ModelServer, *answers: object) -> None:
    url = server.script(*answers)  # type: ignore[arg-type]
    models = {"test": ModelSettings("openai/test", api_base=url, price_in=1.0, price_out=1.0)}
    hands.window.preferences.change(models=models, model="test")
    hands.session.settings = load_settings()


def code(hands: Hands) -> str:
    return b"".join(hands.session.new_lines("code.py")).decode()


def shown_words(hands: Hands) -> list[str]:
    view = hands.window.view
    for section in view._layout.sections:
        view._layout.build(section)
    return [b.key for s in view._layout.sections for b in s.blocks or () if b.sort.name == "WORDS"]


def test_the_rest_of_the_ledger_is_sent_back_by_one_command_and_one_undo(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("aa")
    repo.write({"code.py": AFTER.replace("return 10", "return 99").replace("return 30", "return 33")})
    read_again(hands, 2)
    before = hands.session.review

    hands.window.run_command("send_back")

    assert set(hands.session.review.entries.values()) == {"again"}
    assert [note.suggestion for note in hands.session.review.notes.values()] == [
        "    return 10\n",
        "    return 30\n",
    ]
    assert hands.verdicts()[:2] == ["open", "open"]
    assert "Put it back" in hands.session.feedback().notes[0].text
    hands.type("u")
    assert hands.session.review.entries == before.entries
    assert hands.session.review.notes == {}
    hands.window.run_command("send_back")
    hands.window.run_command("send_back")
    assert "Nothing is left" in hands.notice()


def test_base_accepted_and_new_stand_together_at_an_altered_entry(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.type("a")
    repo.write({"code.py": AFTER.replace("return 10", "return 99")})
    read_again(hands, 2)

    assert shown_words(hands)[:2] == ["in the base", "accepted\tnow"]
    (entry,) = [each for each in hands.session.ledger() if each.said is Said.ALTERED]
    assert (entry.base, entry.was, entry.now) == (
        (b"    return 1\n",),
        (b"    return 10\n",),
        (b"    return 99\n",),
    )


@pytest.mark.slow
def test_only_the_change_under_the_cursor_is_made_anew_and_what_else_came_is_listed_as_left_out(
    hands: Hands, repo: Repo, server: ModelServer
) -> None:
    hands.open(repo)
    answer = write(
        [
            Edit("code.py", "asked", ("    return 10",), ("    return ten",)),
            Edit("code.py", "not asked", ("    return 30",), ("    return thirty",)),
            NewFile("extra.py", "not asked", ("x = 1",)),
        ]
    )
    with_model(hands, server, answer)

    hands.window.run_command("only_change")
    idle(hands)
    sheet = hands.window.sheets.current()
    assert isinstance(sheet, SendSheet)
    assert "Make only the change at line 2 of code.py anew" in sheet.title.text()
    assert "Everything else is frozen" in sheet.text.toPlainText()
    sheet.choose("test")
    hands.press(Qt.Key.Key_Return, CONTROL)
    patient(hands, lambda: hands.session.review.round and hands.session.review.round.number == 2)
    idle(hands)

    assert code(hands) == AFTER.replace("return 10", "return ten")
    assert "extra.py" not in hands.session.by_path
    left = [each for each in hands.session.ledger() if each.said is Said.LEFT_OUT]
    assert [each.path for each in left] == ["code.py", "extra.py"]
    hands.window.view.go_to_entry(left[1].id)
    hands.type("!")
    assert hands.window.view.stop().entry == left[0].id
    hands.type("x")
    assert hands.session.review.entries == {f"1/{left[0].id}": "kept out"}
    hands.type("a")
    hands.until(lambda: "extra.py" in hands.session.by_path)
    idle(hands)
    assert hands.session.new_lines("extra.py") == (b"x = 1\n",)
    hands.type("u")
    idle(hands)
    assert "extra.py" not in hands.session.by_path


@pytest.mark.slow
def test_a_question_is_asked_at_once_and_its_answer_stands_in_its_thread(
    hands: Hands, repo: Repo, server: ModelServer
) -> None:
    hands.open(repo)
    marks = Marks()
    said = f"Because ten was asked for.\n\n{write([Edit('code.py', 'x', ('    return 10',), ('evil',))])}"
    with_model(hands, server, Good(said, piece=4))
    assert marks.complete in said

    hands.type("c? Why ten?")
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    patient(hands, lambda: hands.session.review.notes["N1"].thread)
    idle(hands)

    note = hands.session.review.notes["N1"]
    (reply,) = note.thread
    assert (reply.author, reply.text, reply.cut, reply.ignored) == (
        Author.MODEL,
        "Because ten was asked for.",
        False,
        1,
    )
    assert not note.settled
    assert "answered" in reply_words(reply)
    assert "1 edit in it ignored" in reply_words(reply)
    assert code(hands) == AFTER
    assert len(hands.session.review.rounds) == 1
    assert "Why ten?" in server.asked[0].prompt
    assert "+    return 10" in server.asked[0].prompt
    assert [call.purpose for call in hands.session.review.calls] == ["ask"]
    assert "nothing was done with it" in hands.notice()


@pytest.mark.slow
def test_an_answer_is_shown_as_it_is_written_and_what_arrived_is_kept_when_it_is_stopped(
    hands: Hands, repo: Repo, server: ModelServer
) -> None:
    hands.open(repo)
    with_model(hands, server, Slow("It is ten because"))
    hands.type("c? Why ten?")
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)

    def written() -> list[str]:
        notes = hands.window.controller.document().notes
        return [reply.text for note, _ in notes for reply in note.thread]

    patient(hands, lambda: written() == ["It is ten because"])
    assert not hands.session.review.notes["N1"].thread
    hands.window.run_command("cancel_round")
    hands.until(lambda: hands.session.review.notes["N1"].thread)
    idle(hands)

    thread: tuple[Reply, ...] = hands.window.controller.open_session().review.notes["N1"].thread
    (reply,) = thread
    assert (reply.text, reply.cut) == ("It is ten because", True)
    assert "incomplete" in reply_words(reply)


def test_without_a_model_the_question_is_kept_and_it_is_said(hands: Hands, repo: Repo) -> None:
    hands.open(repo)
    hands.window.preferences.change(model="")
    hands.session.settings = load_settings()
    hands.type("c? Why ten?")
    hands.press(Qt.Key.Key_Return, CONTROL | SHIFT)

    assert hands.session.review.notes["N1"].text == "Why ten?"
    assert "No model is chosen" in hands.notice()


@pytest.fixture
def many(tmp_path: Path) -> Repo:
    """Five changes in one file, one in another."""
    made = new_repo(tmp_path / "many")
    base = numbered(100)
    made.commit({"a.txt": base, "b.txt": base})
    text = base
    for number in (10, 30, 50, 70, 90):
        text = text.replace(f"line {number}\n", f"LINE {number}\n")
    made.write({"a.txt": text, "b.txt": base.replace("line 5\n", "five\n")})
    return made


def test_a_view_shows_changes_not_files_and_judges_the_lines_of_the_round(hands: Hands, many: Repo) -> None:
    hands.open(many)
    hands.type("aa")
    text = many.read("a.txt").decode()
    many.write({"a.txt": text.replace("LINE 50\n", "LINE fifty\n")})
    read_again(hands, 2)

    hands.type("d")

    controller = hands.window.controller
    session = hands.session
    assert controller.views.now.value == "Since last round"
    assert [file.path for file in controller.document().files] == ["a.txt"]
    assert len(controller.document().hidden) == 5
    assert [words for words in shown_words(hands) if "not in this view" in words] == [
        "1 change here is not in this view"
    ] * 4
    hands.press(Qt.Key.Key_Home)
    hands.type("]")
    change = session.changes_by_id[hands.window.view.stop().change or ""]
    assert change.added == (b"LINE fifty\n",)
    hands.type("a")
    assert hands.verdicts() == ["accepted", "accepted", "accepted", "open", "open", "open"]

    hands.type("d")
    assert controller.views.now.value == "What is left"
    assert len(controller.document().hidden) == 3
    assert [file.path for file in controller.document().files] == ["a.txt", "b.txt"]
    hands.type("d")
    assert controller.document().hidden == frozenset()


def test_going_to_a_change_that_the_view_leaves_out_shows_all_again(hands: Hands, many: Repo) -> None:
    hands.open(many)
    hands.type("a")
    hands.type("d")
    controller = hands.window.controller
    hidden = next(iter(controller.document().hidden))

    hands.window.going.go_to_change(hidden)

    assert controller.views.now.value == "All changes"
    assert hands.window.view.stop().change == hidden


def test_a_note_on_a_change_that_is_left_out_is_still_there(
    hands: Hands, many: Repo, make_hands: Callable[[], Hands]
) -> None:
    del make_hands
    hands.open(many)
    hands.type("c+ keep this")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.type("a")
    hands.type("d")

    assert hands.window.view._layout.spot_of_note("N1") is not None


def test_the_round_of_a_reply_is_named_by_its_number() -> None:
    assert reply_words(Reply(Author.EXPERT, "No.", 3, again=True), 2) == "you · round 2 · sent again"
    said = Reply(Author.MODEL, "Done.", 3, AnswerKind.DONE, model="maker")
    assert reply_words(said, 2) == "maker · round 2 · done"
    assert reply_words(said) == "maker · done"
