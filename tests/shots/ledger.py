"""Pictures of the ledger: base, accepted, new; what was left out; a view by change; an answer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.model_server import Slow, model_server
from tests.repos import Repo
from tests.shots.fresh import demo, idle, keep_as_it_is
from workbench.generation.contract import Edit, NewFile, write
from workbench.store.settings import ModelSettings
from workbench.ui.driving import CONTROL, SHIFT, Driver
from workbench.ui.window import MainWindow


def ledger_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Reached by keys on the demo's repository, with a scripted model."""
    driver, repo = demo(scratch, folder, "ledger")
    window = driver.window
    _altered(driver, repo)
    with model_server() as server:
        window.preferences.change(
            models={"test": ModelSettings("openai/test", api_base=server.url, price_in=1.0, price_out=1.0)},
            model="test",
        )
        window.controller.open_session().settings = window.preferences.settings  # type: ignore[assignment]
        _only(driver, server)
        _question(driver, server)
    window.close()
    return driver.taken


def _store(window: MainWindow) -> list[str]:
    return [change.id for change in window.controller.open_session().by_path["cache/store.py"].changes]


def _shows_answer(window: MainWindow) -> bool:
    notes = window.view._layout.document.notes
    return any(reply.text for note, _ in notes for reply in note.thread)


def _altered(driver: Driver, repo: Repo) -> None:
    window = driver.window
    session = window.controller.open_session()
    window.view.go_to_change(_store(window)[0])
    for _ in _store(window):
        driver.type("a")
    text = repo.read("cache/store.py").decode()
    repo.write({"cache/store.py": text.replace("return value\n", "return value  # was: default\n")})
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    idle(driver)
    driver.type("!")
    driver.shot("60-base-accepted-new")
    driver.type("d")
    driver.shot("61-since-last-round")
    driver.type("dd")


def _only(driver: Driver, server: object) -> None:
    window = driver.window
    session = window.controller.open_session()
    change = next(
        each
        for each in session.changes_by_id.values()
        if each.path == "cache/store.py" and each.added and each.removed
    )
    lines = [line.decode().rstrip("\n") for line in session.new_lines("cache/store.py")]
    unique = [line for line in lines if lines.count(line) == 1 and line.strip()]
    mine = change.added[0].decode().rstrip("\n")
    other = next(line for line in reversed(unique) if line.encode() + b"\n" not in change.added)
    server.script(  # type: ignore[attr-defined]
        write(
            [
                Edit(
                    "cache/store.py",
                    "asked",
                    (mine,),
                    (mine, f"{mine[: len(mine) - len(mine.lstrip())]}pass"),
                ),
                Edit("cache/store.py", "not asked", (other,), (f"{other}  # tidier",)),
                NewFile("cache/extra.py", "not asked", ("EXTRA = True",)),
            ]
        )
    )
    window.view.go_to_change(change.id)
    window.run_command("only_change")
    idle(driver)
    sheet = window.sheets.sending()
    assert sheet is not None
    driver.shot("62-only-this-change")
    sheet.choose("test")
    if sheet.take_out.isVisible():
        sheet.take_out.setChecked(False)
    number = session.review.round.number if session.review.round else 0
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.until(
        lambda: bool(session.review.round and session.review.round.number > number), "the round", 120
    )
    idle(driver)
    driver.shot("63-left-out")


def _question(driver: Driver, server: object) -> None:
    window = driver.window
    session = window.controller.open_session()
    said = "The lock is held while the file is written, so `get` waits: that is the *whole* cost. I would"
    server.script(Slow(said))  # type: ignore[attr-defined]
    window.view.go_to_change(_store(window)[0])
    driver.type("c? Does a reader wait for the writer here?")
    driver.press(Qt.Key.Key_Return, CONTROL | SHIFT)
    driver.until(lambda: _shows_answer(window), "the answer", 120)
    driver.until(lambda: window.view.is_settled, "the colours")
    keep_as_it_is(driver, "64-being-answered")
    window.run_command("cancel_round")
    driver.until(lambda: any(note.thread for note in session.review.notes.values()), "the end of it")
    idle(driver)
    driver.shot("65-answered-in-part")
