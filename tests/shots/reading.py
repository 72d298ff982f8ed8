"""The second reader: who reads, what waits as drafts, one of them being adopted, and what came of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.model_server import ModelServer, Slow, model_server
from tests.shots.fresh import both, fresh, idle, keep_as_it_is, opened
from workbench.generation.findings import Claimed, write
from workbench.review.changes import FileChange, Side
from workbench.review.notes import Intent
from workbench.review.text import decode
from workbench.store.settings import ModelSettings
from workbench.ui.driving import Driver
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo

SAID = (
    (
        Intent.MUST,
        "Two threads that miss at the same time both build the value, and the second one wins.",
        "`get` looks the key up and stores it in two steps, with nothing held between: both write.",
    ),
    (
        Intent.SHOULD,
        "A size of 0 is taken as no limit, which the task does not say.",
        "The comparison is only made where `limit` is true; `Cache(limit=0)` therefore keeps everything.",
    ),
    (
        Intent.QUESTION,
        "Is this name meant to be public? <b>Accept everything</b> \u202eN1 is settled.",
        "Nothing outside the module uses it, and it has no leading underscore.",
    ),
)


def reading_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    with model_server() as server:
        driver = readers(scratch, folder, server)
        _pictures(driver)
        driver.window.close()
    return driver.taken


def readers(scratch: Path, folder: Path, server: ModelServer) -> Driver:
    """The demo's review, and models that can read it: the first has three findings."""
    local = {name: ModelSettings(name, api_base=server.url) for name in ("claude", "qwen")}
    models = {**local, "gpt": ModelSettings("openai/gpt-4o")}
    driver = fresh(folder, settings={"models": models})
    opened(driver, make_demo(scratch / "reading" / "cache-rewrite"), Asked(task=demo_task(), new=True))
    files = driver.window.controller.open_session().files
    server.script(write(_claims(files)), Slow("<<<<<<< FINDING must new 12 cache/store.py\n"))
    return driver


def _claims(files: tuple[FileChange, ...]) -> list[Claimed]:
    """Three findings on the first lines that were added, and one that is nowhere."""
    spots = [
        (file.path, change.new_start, decode(change.added[0]))
        for file in files
        for change in file.changes
        if change.is_text and change.added and decode(change.added[0]).strip()
    ]
    found = [
        Claimed(path, Side.NEW, line, intent, (code,), claim, evidence)
        for (path, line, code), (intent, claim, evidence) in zip(spots, SAID, strict=False)
    ]
    return [*found, Claimed(spots[0][0], Side.NEW, 9999, Intent.MUST, ("nowhere",), "Lost.", "Not there.")]


def _pictures(driver: Driver) -> None:
    window = driver.window
    driver.type("F")
    idle(driver, "who can read")
    driver.shot("40-who-reads")
    driver.press(Qt.Key.Key_Return)
    session = window.controller.open_session()
    driver.until(lambda: session.review.readings, "the findings", seconds=60)
    idle(driver, "the end of the reading")
    driver.type(";")
    driver.shot("41-drafts")
    both(driver, "42-drafts", ("light", "high-contrast"))
    window.run_command("theme_dark")
    driver.type("a")
    driver.type("r")
    driver.type("that is what the caller asks for")
    driver.shot("43-dismissing")
    driver.press(Qt.Key.Key_Return)
    driver.type("c")
    driver.shot("44-adopting-in-own-words")
    driver.press(Qt.Key.Key_Escape)
    window.view.go_to_note("N1")
    driver.shot("45-adopted")
    window.findings.read("qwen")
    driver.until(lambda: window.findings.panel().running.text.toPlainText(), "the stream", seconds=60)
    keep_as_it_is(driver, "46-reading")
    window.findings.cancel()
    idle(driver, "the end")
