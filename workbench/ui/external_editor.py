"""Opens a file of the work tree at a line, in the editor that the user set or one that is known.

Never the system's handler for the file: that may run it, and a repository must not choose what is run.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from PySide6.QtCore import QProcess

from workbench.errors import UserError
from workbench.review.text import one_line

# How each opens a file at a line. In this order, the first that is installed.
_KNOWN: tuple[tuple[str, ...], ...] = (
    ("code", "--goto", "{file}:{line}"),
    ("codium", "--goto", "{file}:{line}"),
    ("zed", "{file}:{line}"),
    ("subl", "{file}:{line}"),
    ("kate", "--line", "{line}", "{file}"),
    ("gedit", "+{line}", "{file}"),
    ("gnome-text-editor", "{file}"),
    ("mousepad", "--line={line}", "{file}"),
)


def command_for(setting: str, path: Path, line: int) -> list[str]:
    """The command that opens `path` at `line`. UserError when no editor is set or known."""
    words = _split(setting) if setting else _known()
    if not words:
        raise UserError(
            "No editor was found.",
            hint='Set one in settings.toml, such as: editor = "code --goto {file}:{line}"',
        )
    if not any("{file}" in word for word in words):
        words = [*words, "{file}"]
    # The file comes last: its name may hold what stands for the line.
    return [word.replace("{line}", str(max(1, line))).replace("{file}", str(path)) for word in words]


def open_in_editor(setting: str, path: Path, line: int) -> None:
    """Start the editor and let it go. UserError when the file is not there, or the editor does not start."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as gone:
        raise UserError(
            f"{one_line(path.name)} is not in the work tree.",
            hint="It was deleted there, or is only in this round.",
        ) from gone
    except OSError as error:
        raise UserError(
            f"{one_line(path.name)} cannot be opened: {error.strerror}.",
            hint="See to the permissions of the work tree.",
        ) from error
    command = command_for(setting, path, line)
    started = QProcess.startDetached(command[0], command[1:])
    if not (started[0] if isinstance(started, tuple) else started):
        raise UserError(
            f"{command[0]} could not be started.", hint="See the setting “editor” in settings.toml."
        )


def _split(setting: str) -> list[str]:
    try:
        return shlex.split(setting)
    except ValueError as error:
        raise UserError(
            f"The setting “editor” cannot be read: {str(error).lower()}.",
            hint='It is a command, such as: editor = "code --goto {file}:{line}"',
        ) from error


def _known() -> list[str]:
    for words in _KNOWN:
        if shutil.which(words[0]):
            return list(words)
    return []
