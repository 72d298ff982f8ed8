"""How the window's own helpers are started: the same Python, our own modules, and no key of anybody's.

Imported when the first of them is needed, which is after the first frame: Qt's classes for it take 3 ms.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment

import workbench
from workbench.review.key_names import holds_key


def helper_process(parent: QObject, **more: str) -> QProcess:
    """A process that knows where our modules are; `more` is added to its environment. Not started yet."""
    process = QProcess(parent)
    environment = QProcessEnvironment.systemEnvironment()
    for name in filter(holds_key, environment.keys()):
        environment.remove(name)
    root = str(Path(workbench.__file__).resolve().parent.parent)
    for name, value in {"PYTHONPATH": root, **more}.items():
        environment.insert(name, value)
    process.setProcessEnvironment(environment)
    # The working directory may be a repository with a package of Qt's or of Pygments' name.
    process.setWorkingDirectory(root)
    process.setStandardErrorFile(QProcess.nullDevice())
    return process


def begin(process: QProcess, module: str, program: str = sys.executable) -> None:
    """Start it on a module. -P keeps the working directory off the path."""
    process.start(program, ["-P", "-m", module])
