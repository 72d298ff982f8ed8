"""How PySide is loaded: its own sources are compiled once, and it is the same PySide."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from workbench.ui.pyside import Compiled

LOADED = """
import builtins, sys
from pathlib import Path
from workbench.ui import pyside

compile_, made = builtins.compile, []
file = Path(sys.argv[1])
pyside.cache_from_source = lambda _: str(file.with_suffix(".pyc"))
builtins.compile = lambda *given, **named: made.append(given[1]) or compile_(*given, **named)
counted = builtins.compile
pyside.import_pyside()
assert builtins.compile is counted, "what was put in its place is taken away again"

from PySide6.QtCore import QObject, QPoint, Qt
try:
    QPoint("no", "point")
except TypeError as error:
    assert "Supported signatures" in str(error), error
assert Qt.Key.Key_A.name == "Key_A"
ours = [each for each in made if str(each).startswith(("shibokensupport", "signature_bootstrap"))]
print(len(ours))
"""


def loaded(file: Path, *more: str) -> int:
    """How many of its own sources PySide had compiled in a new process."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *more, "-c", LOADED, str(file)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_pyside_s_own_sources_are_compiled_by_the_first_start_alone(tmp_path: Path) -> None:
    file = tmp_path / "kept.pyside"
    assert loaded(file) > 5
    assert loaded(file) == 0


@pytest.mark.parametrize("broken", [b"", b"\0" * 40, b"torn"], ids=["empty", "zeros", "torn"])
def test_what_was_kept_and_cannot_be_read_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "kept.pyside"
    loaded(file)
    whole = file.read_bytes()
    file.write_bytes(broken if broken != b"torn" else whole[: len(whole) // 2])
    assert loaded(file) > 5
    assert file.read_bytes()[:4] == whole[:4]


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert loaded(tmp_path / "file" / "below" / "kept.pyside") > 5


def test_nothing_is_kept_where_python_is_told_to_keep_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path / "kept.pyside", "-B") > 5
    assert list(tmp_path.iterdir()) == []


def test_another_source_of_the_same_name_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file, made = tmp_path / "kept", list[bytes]()

    def code(source: bytes) -> CodeType:
        kept = Compiled(file)
        found = kept.code("a.py", source, lambda: _compiled(made, source))
        kept.keep()
        return found

    assert code(b"x = 1").co_consts == code(b"x = 1").co_consts
    assert code(b"x = 2").co_consts[0] == 2
    assert made == [b"x = 1", b"x = 2"]


def _compiled(made: list[bytes], source: bytes) -> CodeType:
    made.append(source)
    return compile(source, "a.py", "exec")
