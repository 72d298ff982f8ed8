"""The tray: what the next round is given, packed by priority; what is shown is what is sent."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.repos import Repo, new_repo, numbered
from tests.workflow.conftest import Open
from workbench.errors import UserError
from workbench.generation.backends import Measured
from workbench.generation.children import Helper, Helpers
from workbench.generation.contract import Edit, Parsed
from workbench.generation.given import not_given
from workbench.generation.prompt import build
from workbench.review.changes import Side
from workbench.review.notes import Intent, Place
from workbench.review.steps import resting
from workbench.review.verdicts import Verdict
from workbench.store.rules import add_rule, read_rules
from workbench.store.settings import ModelSettings, Settings
from workbench.workflow import pins
from workbench.workflow.gate import SecretsFoundError, require_clear
from workbench.workflow.limits import known_limits, learn
from workbench.workflow.outgoing import require_sendable
from workbench.workflow.receive import refresh, take_arrival
from workbench.workflow.recipients import Recipient, RecipientKind
from workbench.workflow.request import next_tray
from workbench.workflow.session import Session
from workbench.workflow.tray import Item, Kind, Limits, State, Tray

BIG = 400


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """Two files that differ, and three that do not."""
    made = new_repo(tmp_path / "shop")
    made.commit(
        {
            "code.py": numbered(60),
            "big.py": numbered(BIG),
            "limits.py": numbered(80),
            "docs/api.md": numbered(40),
            "logo.bin": b"\0\1",
        }
    )
    made.write(
        {
            "code.py": numbered(60).replace("line 30", "line thirty"),
            "big.py": numbered(BIG).replace("line 200", "line two hundred"),
        }
    )
    return made


def packed(session: Session, tokens: int | None = None) -> Tray:
    if tokens is None:
        return next_tray(session)
    return next_tray(session, Limits("m", window=int(tokens / 0.75 * 4 / 3) + 8))


def item(tray: Tray, name: str) -> Item:
    return next(each for each in tray.items if name in (each.id, each.path))


def states(tray: Tray) -> dict[str, str]:
    return {each.id: each.state.value for each in tray.items}


def test_what_is_shown_is_what_is_sent_byte_for_byte(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="# Faster\n\nAnd smaller.")
    session.write_note(Place(path="code.py"), Intent.MUST, "Say `why` ``` here.")
    pins.pin_named(session, "limits.py:10-12")
    pins.pin_named(session, "docs/api.md")
    add_rule("No print.")
    tray = next_tray(session)
    assert tray.messages == build(tray.request)
    prompt = tray.messages[1].content
    places = [prompt.index(each.text) for each in tray.given]
    assert all(prompt.count(each.text) == 1 for each in tray.given)
    assert [each.kind for each in tray.items] == sorted(
        (each.kind for each in tray.items), key=list(Kind).index
    )
    left = prompt
    for each in sorted(tray.given, key=lambda each: -len(each.text)):
        left = left.replace(each.text, "", 1)
    # What is left are headings and names: nothing of a file, a note or a rule that the tray does not list.
    assert "line" not in left.replace("Lines", "").replace("the lines that are shown", "")
    assert all(each.startswith(("#", "- ", "These", "They")) for each in left.split("\n") if each.strip()), (
        left
    )
    assert places[0] < places[1], "the task stands on top"
    assert tray.total == sum(tray.weight(each) for each in tray.given) + tray.overhead


def test_the_tray_of_the_panel_is_packed_with_a_rest_for_each_file(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    rests: list[None] = []
    with resting(lambda: rests.append(None)):
        tray = next_tray(session, looked_through=False)
    # The prompt is written from the same files once more.
    assert len(rests) >= 2 * sum(each.kind is Kind.CHANGED for each in tray.given) > 0


def test_files_with_notes_come_first_and_what_does_not_fit_is_listed(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    session.write_note(Place(path="limits.py"), Intent.MUST, "Look here.")
    pins.pin_named(session, "docs/api.md")
    roomy = next_tray(session)
    assert [each.path for each in roomy.items if each.path] == [
        "limits.py",
        "big.py",
        "code.py",
        "docs/api.md",
    ]
    assert set(states(roomy).values()) == {"given"}
    small = packed(session, roomy.total - item(roomy, "docs/api.md").tokens + 20)
    assert item(small, "docs/api.md").state is State.LEFT
    assert item(small, "docs/api.md").tokens > 0
    assert small.total <= (small.budget or 0)
    assert "docs/api.md" not in small.request.files
    assert "- docs/api.md" in small.messages[1].content


def test_a_file_that_does_not_fit_is_given_around_its_changes_and_says_so(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    whole = next_tray(session)
    tray = packed(session, whole.total - 200)
    part = item(tray, "big.py")
    assert (part.state, part.parts) == (State.PART, ((180, 41),))
    assert "line 180\n" in part.text
    assert "line 179\n" not in part.text
    assert "line two hundred" in part.text
    assert f"parts of {BIG} lines" in part.text
    assert "in the lines that are shown, and only there" in tray.messages[1].content


def test_a_file_that_is_too_large_is_given_in_part_whatever_the_room(opened: Open, shop: Repo) -> None:
    lines = numbered(60_000)
    shop.commit({"huge.py": lines}, "huge")
    shop.write({"huge.py": lines.replace("line 30000\n", "changed\n")})
    session = opened(shop.root, task="Faster.")
    assert item(next_tray(session), "huge.py").parts == ((29_980, 41),)
    pins.pin_named(session, "huge.py:5-6")
    assert item(next_tray(session), "huge.py").parts == ((5, 2), (29_980, 41))


def test_the_lines_of_a_note_are_among_those_of_a_file_given_in_part(opened: Open, shop: Repo) -> None:
    shop.commit({"calm.py": numbered(BIG)}, "calm")
    lines = numbered(BIG).splitlines(keepends=True)
    shop.write({"big.py": "".join(["new\n", *lines])})
    session = opened(shop.root, task="Faster.")
    session.judge_change(session.by_path["big.py"].changes[0].id, Verdict.REJECTED)
    session.write_note(Place("big.py", Side.NEW, 101, 1), Intent.MUST, "Mend this.")
    session.write_note(Place("big.py", Side.OLD, 320, 2), Intent.MUST, "And this.")
    session.write_note(Place("calm.py", Side.NEW, 60, 1), Intent.MUST, "And that.")
    roomy = next_tray(session)
    tray = packed(session, roomy.total - item(roomy, "calm.py").tokens - 50)
    # The rejected first line is not in what is given: line 101 of the round is line 100 there.
    assert item(tray, "big.py").parts == ((1, 20), (80, 41), (180, 41), (300, 42))
    assert item(tray, "calm.py").parts == ((40, 41),)


def test_a_first_round_is_given_the_rules_of_the_files_that_its_task_names(
    opened: Open, tmp_path: Path
) -> None:
    repo = new_repo(tmp_path / "clean")
    repo.commit({"src/a.py": "a = 1\n", "b.sql": "x\n"})
    add_rule("Of Python.", pattern="*.py")
    add_rule("Of SQL.", pattern="*.sql")
    session = opened(repo.root, task="Make `src/a.py` faster.")
    tray = next_tray(session)
    assert [each.id for each in tray.items] == ["task", "rule:R1", "file:src/a.py"]
    assert "- R1: Of Python." in tray.messages[1].content


def test_edits_reach_only_what_was_given(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    tray = packed(session, next_tray(session).total - 200)
    request = tray.request

    def edit(line: str) -> tuple[str, ...]:
        return not_given(Parsed((Edit("big.py", "", (line,), ("x",)),), True), request.files, request.parts)

    assert edit("line two hundred") == ()
    (sentence,) = edit("line 3")
    assert "were given to you" in sentence
    assert edit("line 179")


def test_an_item_is_taken_out_and_put_back_and_undo_does_the_same(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    note = session.write_note(Place(path="code.py"), Intent.MUST, "Do.")
    for name, text in (("file:big.py", "line two hundred"), ("feedback", note.id), ("task", "Faster.")):
        before = next_tray(session)
        assert text in before.messages[1].content
        pins.remove_item(session, before.items, name)
        out = next_tray(session)
        assert item(out, name).state is State.REMOVED
        assert text not in out.messages[1].content
        session.undo()
        assert next_tray(session).messages == before.messages
        pins.remove_item(session, before.items, name)
        pins.put_back(session, out.items, name)
        assert next_tray(session).messages == before.messages
    with pytest.raises(UserError, match="no other on the tray"):
        pins.remove_item(session, before.items, "other")


def test_pins_follow_their_lines_over_rounds(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    pins.pin_named(session, "limits.py:40-42")
    shop.write({"limits.py": "new\nnew\n" + numbered(80).replace("line 41\n", "line 41\nline 41b\n")})
    arrival = refresh(session)
    assert arrival is not None
    take_arrival(session, arrival)
    # It differs now, so all of it is given; with less room, its changed lines and the pinned ones.
    tray = next_tray(session)
    assert item(tray, "limits.py").state is State.GIVEN
    part = item(packed(session, tray.total - 100), "limits.py")
    assert (part.state, part.parts) == (State.PART, ((1, 7), (39, 11)))
    assert "\nline 40\nline 41\nline 41b\nline 42\n" in part.text
    assert "line 20\n" not in part.text
    pins.unpin(session, "limits.py")
    assert session.review.pins == ()


def test_pins_that_name_nothing_are_refused(opened: Open, shop: Repo) -> None:
    session = opened(shop.root)
    for name in ("nothing.py", "limits.py:79-81", "limits.py:0-3", "limits.py:9-3", "nothing.py:1-2"):
        with pytest.raises(UserError):
            pins.pin_named(session, name)
    assert session.review.pins == ()
    with pytest.raises(UserError, match="not pinned"):
        pins.unpin(session, "limits.py")


def test_house_rules_go_along_where_a_file_fits_them(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    add_rule("Of Rust.", pattern="*.rs")
    add_rule("Of Python.", pattern="*.py", priority=1)
    add_rule("Of all.", priority=9)
    add_rule("Of another repository.", repository="/elsewhere/.git")
    tray = next_tray(session)
    assert [each.text for each in tray.items if each.kind is Kind.RULE] == [
        "- R3: Of all.",
        "- R2: Of Python.",
    ]
    prompt = tray.messages[1].content
    assert prompt.index("# Task") < prompt.index("# House rules") < prompt.index("# Files")


def test_a_note_that_names_a_rule_is_counted_and_undo_takes_that_back(opened: Open, shop: Repo) -> None:
    session = opened(shop.root)
    rule = add_rule("No print.")
    note = session.write_note(Place(path="code.py"), Intent.MUST, f"{rule.id} again; not R77.")
    session.write_note(Place(path="big.py"), Intent.SHOULD, "REST and R are no rules.")
    assert read_rules()[0].broken == (f"{session.review.id}/{note.id}",)
    session.edit_note(note.id, Intent.MUST, "Something else.", None)
    assert read_rules()[0].broken == ()
    session.undo()
    assert len(read_rules()[0].broken) == 1
    session.withdraw(note.id)
    assert read_rules()[0].broken == ()


def test_a_rule_of_another_repository_is_not_counted_as_broken_here(opened: Open, shop: Repo) -> None:
    session = opened(shop.root)
    elsewhere = add_rule("Of another repository.", repository="/elsewhere/.git")
    mine = add_rule("Of all.")
    session.write_note(Place(path="code.py"), Intent.MUST, f"{elsewhere.id} and {mine.id} again.")
    assert {rule.id: bool(rule.broken) for rule in read_rules()} == {elsewhere.id: False, mine.id: True}


def test_a_secret_stops_it_until_it_is_allowed_or_taken_out(opened: Open, shop: Repo) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9" * 2
    shop.write({"code.py": f'{numbered(60)}T = "{token}"\n', "deploy/.env": "A=1\n"})
    session = opened(shop.root, task="Faster.")
    tray = next_tray(session)
    assert [(each.kind, each.places) for each in tray.findings] == [
        ("GitHub token", ("code.py:61",)),
        ("environment with settings that are often secret", ("deploy/.env",)),
    ]
    with pytest.raises(UserError) as refused:
        require_clear(tray.findings)
    assert "code.py:61: GitHub token" in refused.value.message
    assert token not in str(refused.value) + refused.value.hint
    pins.allow_named(session, tray.findings, [tray.findings[0].id])
    tray = next_tray(session)
    assert [each.kind for each in tray.stopped] == ["environment with settings that are often secret"]
    pins.remove_item(session, tray.items, "deploy/.env")
    require_clear(next_tray(session).findings)
    session.undo()
    session.undo()
    assert len(next_tray(session).stopped) == 2
    assert all(token.encode() not in path.read_bytes() for path in _kept(session))


def test_lines_of_a_file_that_is_never_sent_are_stopped_under_another_name_too(
    opened: Open, tmp_path: Path
) -> None:
    """In the file itself, and in the code that the feedback quotes."""
    repo = new_repo(tmp_path / "renamed")
    repo.commit({".env": f"PASSWORD=hunter2\n{numbered(9)}"})
    (repo.root / ".env").unlink()
    repo.write({"conf.txt": f"PASSWORD=hunter3\n{numbered(9)}"})
    session = opened(repo.root)
    assert session.by_path["conf.txt"].base_path == ".env"
    (found,) = next_tray(session).findings
    assert (found.places, found.items) == (("conf.txt, which was .env",), ("file:conf.txt",))
    (lines,) = [each for each in session.by_path["conf.txt"].changes if each.is_text]
    session.judge_change(lines.id, Verdict.REJECTED)
    pins.remove_item(session, next_tray(session).items, "file:conf.txt")
    (found,) = next_tray(session).stopped
    assert found.items == ("feedback",)


def test_a_binary_file_is_taken_out_of_the_tray_like_any_other(opened: Open, shop: Repo) -> None:
    shop.write({"logo.bin": b"\0\2"})
    session = opened(shop.root)
    tray = next_tray(session)
    assert (states(tray)["file:logo.bin"], "logo.bin" in tray.request.files) == ("by name only", True)
    pins.remove_item(session, tray.items, "logo.bin")
    tray = next_tray(session)
    assert (states(tray)["file:logo.bin"], "logo.bin" in tray.request.files) == ("removed", False)


def test_the_feedback_is_named_by_all_that_is_in_it_and_has_one_heading(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    one, other = (session.by_path[path].changes[0] for path in ("big.py", "code.py"))
    session.judge_change(one.id, Verdict.ACCEPTED)
    assert item(next_tray(session), "feedback").title == "Feedback · 1 accepted"
    session.judge_change(other.id, Verdict.REJECTED)
    session.write_note(Place(path="code.py"), Intent.MUST, "Not so.")
    tray = next_tray(session)
    assert item(tray, "feedback").title == "Feedback · 1 note, 1 rejected, 1 accepted"
    asked = build(tray.request)[-1].content
    assert [line for line in asked.splitlines() if line.startswith("# Feedback")] == ["# Feedback on round 1"]


def _kept(session: Session) -> list[Path]:
    from workbench.store import paths  # noqa: PLC0415 - where this test's own data are

    return [each for each in paths.data_dir().glob("*") if each.is_file()]


def test_a_review_begins_with_a_task_and_no_change(opened: Open, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "clean")
    repo.commit({"src/a.py": "a = 1\n", "src/b.py": "b = 1\n", "docs/c.md": "c\n", "src/logo.bin": b"\0"})
    task = "# Faster\n\nMake `src/a.py` faster.\n"
    session = opened(repo.root, task=task)
    tray = next_tray(session)
    assert states(tray) == {"task": "given", "file:src/a.py": "given"}
    assert "There is nothing to change" not in tray.messages[1].content
    session.set_task("# Faster\n\nScope: `src/`\n")
    assert set(next_tray(session).request.files) == {"src/a.py", "src/b.py"}
    pins.pin_named(session, "docs/c.md")
    assert [each.path for each in next_tray(session).items if each.path] == [
        "docs/c.md",
        "src/a.py",
        "src/b.py",
    ]


def test_rejected_lines_are_out_of_what_is_given(opened: Open, shop: Repo) -> None:
    session = opened(shop.root, task="Faster.")
    session.judge_change(session.by_path["code.py"].changes[0].id, Verdict.REJECTED)
    tray = next_tray(session)
    assert "line thirty" not in item(tray, "code.py").text
    assert "line thirty" in item(tray, "feedback").text


@pytest.mark.parametrize(
    ("limits", "wished", "budget"),
    [
        (Limits(unlimited=True), 5_000, None),
        (Limits(), None, 100_000),
        (Limits(), 200_000, 200_000),
        (Limits(window=128_000, longest_answer=16_000), None, 84_000),
        (Limits(window=128_000, longest_answer=16_000), 200_000, 84_000),
        (Limits(window=128_000, longest_answer=16_000), 5_000, 5_000),
        (Limits(window=8_000, longest_answer=8_000), None, 4_500),
    ],
)
def test_the_room_is_the_window_less_the_answer_or_what_the_settings_say(
    limits: Limits, wished: int | None, budget: int | None
) -> None:
    assert limits.budget(Settings(context_tokens=wished)) == budget


def test_what_is_learned_of_a_model_is_kept(opened: Open, shop: Repo) -> None:
    session = opened(shop.root)
    assert known_limits(session, "openai/gpt-4o-mini").window is None
    learn(session, "openai/gpt-4o-mini", Measured((), 0.15, 0.6, 128_000, 16_384))
    other = opened(shop.root)
    found = known_limits(other, "openai/gpt-4o-mini")
    assert (found.window, found.longest_answer, found.price_in) == (128_000, 16_384, 0.15)
    tray = next_tray(other, found)
    assert tray.cost(1_000_000) == pytest.approx(0.15)


class Counting(Helpers):
    """Says how often a helper process was wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = 0

    def borrow(self, *given: Any) -> Helper:
        self.wanted += 1
        return super().borrow(*given)


def test_the_gate_speaks_before_a_helper_is_started(opened: Open, tmp_path: Path) -> None:
    """What is known of a new model takes seconds to learn; that a secret would leave is known without it."""
    repo = new_repo(tmp_path / "large")
    repo.commit({"code.py": numbered(9000)})
    repo.write({"code.py": numbered(9000) + "token = 'ghp_" + "a1B2c3D4e5F6g7H8i9" * 2 + "'\n"})
    session = opened(repo.root)
    helpers = session.helpers = Counting()
    settings = ModelSettings("openai/scripted", api_base="http://127.0.0.1:9")
    recipient = Recipient("new", "new", RecipientKind.MODEL, model=settings)
    assert next_tray(session).tokens > 20_000
    with pytest.raises(SecretsFoundError):
        require_sendable(session, recipient, threading.Event())
    assert helpers.wanted == 0
