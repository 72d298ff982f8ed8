"""Pictures of the rounds: costs, how they went, their prompts, two of them compared, two that were lost."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt

from tests.shots.fresh import both, demo, idle, sheets
from workbench.generation.exchange import Call, Exchange
from workbench.generation.prompt import Message
from workbench.review.actions import CallMade, RoundFailed
from workbench.review.rounds import Usage
from workbench.ui.driving import CONTROL, Driver
from workbench.ui.prompt_view import PromptSheet
from workbench.workflow.calls import keep
from workbench.workflow.logged import new_id
from workbench.workflow.outgoing import prompt_messages
from workbench.workflow.session import Session


def rounds_scenes(scratch: Path, folder: Path) -> list[Path]:
    """What the models cost, the rounds as a picture, the prompts compared, and two rounds compared."""
    driver, repo = demo(scratch, folder, "rounds")
    window = driver.window
    session = window.controller.open_session()
    keys = ("axaac! Say what failed.", "aaaxx", "aaaaa")
    edits = (
        (("return value\n", "return value  # default\n"), ("import time\n", "import time\nimport math\n")),
        (("  # default", ""), ("import math\n", "import random\n")),
    )
    path = repo.root / "cache" / "store.py"
    for number, typed in enumerate(keys):
        driver.type(typed)
        if "c!" in typed:
            driver.press(Qt.Key.Key_Return, CONTROL)
        if number == len(edits):
            break
        for old, new in edits[number]:
            path.write_text(path.read_text().replace(old, new))
        driver.type("R")
        driver.until(lambda: session.review.index > number, "the next round")  # noqa: B023 - asked at once
        idle(driver, "the ledger")
        asked_for(session, number + 2)
    for sheet, key in (("57-costs", "$"), ("58-rounds", "#")):
        sheets(driver, sheet, ("dark", "light", "high-contrast", "colour-blind-dark"), key)
    for name in ("dark", "light"):
        window.run_command(f"theme_{name}")
        _prompts(driver, name)
        _compare_two(driver, f"67-two-rounds-{name}")
    _lost(driver)
    window.close()
    return driver.taken


def _prompts(driver: Driver, name: str) -> None:
    driver.type("E")
    idle(driver, "the prompts")
    driver.type("/the")
    sheet = driver.window.findChild(PromptSheet)
    assert sheet is not None
    driver.until(lambda: "searching" not in sheet.search.count.text(), "the matches")
    driver.shot(f"59-prompts-{name}")
    driver.press(Qt.Key.Key_Escape)
    driver.type("c")
    driver.shot(f"66-prompts-compared-{name}")
    driver.press(Qt.Key.Key_Escape)
    driver.press(Qt.Key.Key_Escape)


def _compare_two(driver: Driver, name: str) -> None:
    driver.type("D")
    idle(driver, "the two rounds")
    driver.type("]a")
    sheet = driver.window.rounds_desk.comparison()
    driver.until(lambda: sheet is not None and sheet.view.is_settled, "the colours")
    driver.shot(name)
    driver.press(Qt.Key.Key_Escape)


def _lost(driver: Driver) -> None:
    window = driver.window
    lose_two(window.controller.open_session())
    window.controller.changed.emit()
    window.panels.show_now()
    both(driver, "68-lost-rounds", ("dark", "light"))
    sheets(driver, "69-nothing-arrived", ("dark", "light"), "E", "]]]]]]]]")


def lose_two(session: Session) -> None:
    """Two tries that came to nothing: one that died with the program, one that reached nobody."""
    number = (session.review.round.number if session.review.round else 0) + 1
    said = Message("user", "".join(each["content"] for each in prompt_messages(session)))
    for outcome, answer, tokens in (
        ("interrupted", "<<<<<<< EDIT cache/store.py\nwhy: ", 12),
        ("no network", "", 0),
    ):
        usage = Usage(tokens_in=900, tokens_out=tokens, cost=None, seconds=4.0)
        call = Call(
            (said,), answer, outcome, usage=usage, model="openai/gpt-maker", detail="Connection refused"
        )
        kept = keep(session.log, Exchange(call.model, (call,)))
        made = CallMade(
            id=new_id(),
            at=0.0,
            purpose="round",
            model=call.model,
            outcome=outcome,
            usage=usage,
            exchange=kept,
        )
        session.act(made)
        lost = RoundFailed(
            id=new_id(), at=0.0, number=number, model=call.model, why=outcome, exchange=kept, usage=usage
        )
        session.act(lost)


def asked_for(session: Session, number: int) -> None:
    """The calls of a round and its repair on the record, as if a model had made it, with what they cost."""
    prompt = "".join(f"{each['role']}\n{each['content']}\n" for each in prompt_messages(session))
    said = prompt.replace("failed", f"failed in round {number}")
    problems = ("The lines to be replaced are not in cache/store.py.",)
    made = (
        ("round", "repair", "openai/gpt-maker", (9_400 * number, 1_350, 0.043 * number, 31.2), 1),
        ("repair", "fits", "openai/gpt-maker", (10_900, 420, None, 12.75), 0),
        ("read", "answered", "anthropic/reader", (6_200, 310, 0.0214, 8.1), 0),
        ("ask", "timeout", "ollama/local", (None, None, None, 60.0), 2),
    )
    for purpose, outcome, model, (tokens_in, tokens_out, cost, seconds), retries in made:
        usage = Usage(tokens_in=tokens_in, tokens_out=tokens_out, cost=cost, seconds=seconds)
        messages = (Message("system", "You change code as told."), Message("user", said))
        call = Call(messages, said[:900], outcome, problems if outcome == "repair" else (), purpose=purpose)
        session.act(
            CallMade(
                id=new_id(),
                at=0.0,
                purpose=purpose,
                model=model,
                outcome=outcome,
                usage=usage,
                retries=retries,
                cached=4_096 if purpose == "repair" else None,
                first_token=None if tokens_in is None else seconds / 9,
                round=number,
                exchange=keep(session.log, Exchange(model, (replace(call, model=model),))),
            )
        )
