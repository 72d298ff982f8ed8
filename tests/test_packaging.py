"""The lock file holds what the project asks for, by hash, from nowhere in particular."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import workbench

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def locked() -> dict[str, str]:
    """Each pinned requirement with what follows it, up to the next."""
    parts = re.split(r"(?m)^(?=[a-z0-9])", LOCK)
    return {part.split(" ", 1)[0]: part for part in parts if "==" in part.split(" ", 1)[0]}


def test_every_pin_has_hashes() -> None:
    pins = locked()
    assert len(pins) > 40
    assert [pin for pin, text in pins.items() if "--hash=sha256:" not in text] == []


def test_the_lock_names_no_place_to_download_from() -> None:
    assert "://" not in LOCK
    assert re.findall(r"(?m)^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", LOCK) == []


def test_everything_that_the_project_asks_for_is_locked() -> None:
    names = {pin.split("==")[0] for pin in locked()}
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    wanted = {re.split(r"[<>=!~;\[ ]", each)[0].lower().replace("_", "-") for each in asked}
    assert wanted - names == set()


def test_pyside_6_12_is_locked_out_below_python_3_12() -> None:
    old = [text for text in locked().values() if text.startswith("pyside6-essentials") and "< '3.12'" in text]
    assert len(old) == 1
    assert int(old[0].split("==6.")[1].split(".")[0]) < 12


def test_the_version_is_said_once_and_the_same() -> None:
    assert PROJECT["version"] == workbench.__version__


def test_the_dev_command_says_in_one_sentence_what_it_can_do() -> None:
    command = [sys.executable, str(ROOT / "packaging" / "dev.py"), "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name in ("run", "test", "check", "shots", "bench", "fuzz", "setup", "lock"):
        assert re.search(rf"(?m)^  {name} ", said)
