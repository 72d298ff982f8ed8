"""The demo without a display: the whole loop on the demo's repository, by the keys that a person would press.

Says what happened as text and takes pictures; which changes of the demo are good is known here alone.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from workbench.review.changes import Change
from workbench.review.verdicts import Verdict, verdict_of
from workbench.ui.driving import CONTROL, SHIFT, Driver
from workbench.workflow.session import Session

WRONG = b"max(self._used"
"""What the demo's one wrong change is known by."""

NOTE = "! This evicts what was used last: the oldest is the smallest time."
HIDES = b"no answer"
REASON = "The error is swallowed: say what failed."

Say = Callable[[str], None]


def tour(driver: Driver, say: Say) -> None:
    """Judge, annotate, send to the offline model, judge the ledger and the next round, land."""
    window = driver.window
    driver.until(lambda: window.controller.session is not None, "the demo's review")
    driver.shot("01-opened")
    session = window.controller.open_session()
    _judge_first_round(driver, session)
    driver.shot("03-judged")
    driver.type("?")
    driver.shot("04-keys")
    driver.press(Qt.Key.Key_Escape)
    driver.press(Qt.Key.Key_K, CONTROL)
    driver.type("note")
    driver.shot("05-palette")
    driver.press(Qt.Key.Key_Escape)
    _send(driver, session)
    say("# What was sent\n\n" + session.review.sent[-1].text)
    _judge_second_round(driver, session, say)
    _land(driver, session, say)
    window.run_command("theme_light")
    driver.shot("10-light")
    window.run_command("theme_dark")


def _judge_first_round(driver: Driver, session: Session) -> None:
    for _ in session.changes_by_id:
        change = session.changes_by_id.get(driver.window.view.stop().change or "")
        if change is None or verdict_of(change, session.review.current) is not Verdict.OPEN:
            return
        data = b"".join(change.added)
        if WRONG in data:
            _annotate(driver, change)
        elif HIDES in data:
            driver.type("r" + REASON)
            driver.press(Qt.Key.Key_Return)
        else:
            driver.type("a")


def _annotate(driver: Driver, change: Change) -> None:
    """A note that must be dealt with, and the lines as they should be."""
    driver.type("c" + NOTE)
    driver.press(Qt.Key.Key_E, CONTROL)
    driver.press(Qt.Key.Key_A, CONTROL)
    text = b"".join(change.added).decode().replace("max(", "min(").removesuffix("\n")
    for number, line in enumerate(text.split("\n")):
        if number:
            driver.press(Qt.Key.Key_Return)
        driver.type(line)
    driver.shot("02-note")
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.window.view.next_open()


def _send(driver: Driver, session: Session) -> None:
    window = driver.window
    driver.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    sheet = window.sheets.sending()
    assert sheet is not None
    driver.until(sheet.main.isEnabled, "the recipients")
    sheet.choose("offline")
    driver.shot("06-sending")
    driver.press(Qt.Key.Key_Return, CONTROL)
    before = session.review.index
    driver.until(lambda: session.review.index > before, "the next round")
    _rest(driver)


def _judge_second_round(driver: Driver, session: Session, say: Say) -> None:
    entries = session.ledger()
    lines = [
        f"{entry.said:<14} {entry.path or 'the review'}:{entry.line}  {entry.words}" for entry in entries
    ]
    say("# The ledger of round 2\n\n" + "\n".join(lines))
    driver.shot("07-round-2")
    driver.type(";a")
    for _ in session.changes_by_id:
        if not driver.window.view.next_open():
            break
        driver.type("a")
    # What was asked is not unread: it is passed over, and wants its own verdict.
    for change in session.changes_by_id.values():
        if verdict_of(change, session.review.current) is Verdict.OPEN:
            driver.window.view.go_to_change(change.id)
            driver.type("a")
    driver.shot("08-all-judged")


def _land(driver: Driver, session: Session, say: Say) -> None:
    window = driver.window
    driver.type("L")
    sheet = window.sheets.landing()
    assert sheet is not None
    driver.until(lambda: sheet.plan is not None, "what would be landed")
    driver.shot("09-landing")
    plan = sheet.plan
    diff = plan.diff.decode("utf-8", "replace") if plan is not None else ""
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.until(lambda: session.review.closed, "the landing")
    _rest(driver)
    say("# What was landed in the work tree\n\n" + diff)


def _rest(driver: Driver) -> None:
    """Let the workers end."""
    driver.until(lambda: not driver.window.tasks.is_busy, "the work behind the window")
    driver.settle()
