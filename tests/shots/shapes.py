"""Pictures of changes of one shape: their list, a note on all of them, the files grouped by them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.repos import new_repo
from tests.shots.fresh import fresh, opened
from workbench.ui.driving import CONTROL, Driver
from workbench.workflow.candidates import Asked


def shapes_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Reached by keys."""
    driver = shaped(scratch, folder)
    window = driver.window
    driver.type("sjjj jj")
    driver.shot("53-shape")
    driver.type("c! Take the limit from the request, not from the module.")
    driver.shot("54-shape-note")
    driver.press(Qt.Key.Key_Return, CONTROL)
    driver.until(lambda: not window.sheets.is_open, "the note")
    window.run_command("by_shape")
    driver.shot("55-by-shape")
    driver.type("s")
    for name in ("light", "high-contrast"):
        driver.press(Qt.Key.Key_Escape)
        window.run_command(f"theme_{name}")
        driver.type("sjj")
        driver.shot(f"56-shape-{name}")
    window.close()
    return driver.taken


def shaped(scratch: Path, folder: Path) -> Driver:
    """A review of a mechanical edit of many files, one of which runs by itself; at one of its changes."""
    made = new_repo(scratch / "shapes")
    made.commit(_calls("fetch({0}_id, timeout=30)", "log.warn"))
    made.write(_calls("fetch({0}_id, timeout=limits[{0}_id])", "log.warning"))
    basket = made.read("shop/basket.py").decode()
    made.write({"shop/basket.py": basket.replace("retries = 3", "retries = 30")})
    driver = fresh(folder)
    window = driver.window
    opened(driver, made.root, Asked(new=True))
    driver.until(lambda: window.shapes.shapes is not None, "the shapes")
    window.view.go_to_change(window.controller.open_session().by_path["shop/basket.py"].changes[1].id)
    return driver


def _calls(call: str, warn: str) -> dict[str, str]:
    """Many files that make the same two calls about other things, one of which runs by itself."""
    names = "basket catalogue customer delivery discount invoice order parcel payment refund shelf stock"
    files = {f"shop/{name}.py": name for name in names.split()} | {"conftest.py": "fixture"}
    body = "import log\n\nretries = 3\n\n\ndef read_{0}({0}_id):\n    row = CALL\n    if row is None:\n"
    body += '        WARN("no {0} with id %s", {0}_id)\n    return row\n'
    return {
        path: body.replace("CALL", call).replace("WARN", warn).replace("{0}", name)
        for path, name in files.items()
    }
