"""Pictures of long lines: what of them is out of sight at the left and right, and how many edits of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.repos import new_repo
from tests.shots.fresh import both, fresh, opened
from workbench.ui.commands import THEMES
from workbench.ui.driving import Driver
from workbench.workflow.candidates import Asked

ALT = Qt.KeyboardModifier.AltModifier
_WORDS = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
    *("kappa", "lamda", "mu", "nu", "xi", "omikron", "pi", "rho", "sigma", "tau"),
)


def edges_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it: as it is opened, in the middle of the lines, and at their end, unified."""
    made = new_repo(scratch / "edges" / "catalogue")
    made.commit({"greek.py": _lines()})
    made.write({"greek.py": _lines(gamma="Gamma", kappa="kappa_of_all", sigma="SIGMA", tau="")})
    driver = fresh(folder)
    opened(driver, made.root, Asked(new=True))
    both(driver, "99-edges", tuple(THEMES))
    driver.window.run_command("theme_dark")
    _step(driver, 2)
    both(driver, "79-edges-middle")
    _step(driver, 3)
    driver.type("at")
    driver.shot("50-edges-unified")
    driver.window.close()
    return driver.taken


def _step(driver: Driver, times: int) -> None:
    """To the edited words further right."""
    for _ in range(times):
        driver.press(Qt.Key.Key_Right, ALT)


def _lines(**edited: str) -> str:
    """Lines far wider than a side, some of whose words are edited."""
    words = [edited.get(word, word) for word in _WORDS]
    rows = [f"NAMES = [{', '.join(repr(word) for word in words)}]"]
    rows += [f"def {word}(value, limit={number}):" for number, word in enumerate(words[:2])]
    rows += [f"    return {' + '.join(f'{word} * value' for word in words if word)}", "", "", "LIMIT = 10"]
    return "\n".join(rows) + "\n"
