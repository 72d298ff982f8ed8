"""Copying as a patch: what is selected, else the change under the cursor, into the clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from workbench.errors import UserError
from workbench.review.text import visible
from workbench.review.verdicts import Selection, select_changes
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.tasks import Report, Tasks


class Copying(QObject):
    """Reads the base's bytes off the window's thread; a patch needs the lines around."""

    def __init__(self, controller: Controller, tasks: Tasks, view: DiffView, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._view = controller, tasks, view

    def copy_lines(self) -> None:
        """The selected lines, else the line under the cursor, without numbers and marks."""
        if self._view.copy():
            self._view.tell("Copied")
            return
        if self._view.is_waiting_for_lines:
            self._controller.said.emit(
                "These lines are still being read.", "Copy them again in a moment.", False
            )
        else:
            self._controller.said.emit("There is no line under the cursor.", "j goes to the next one.", False)

    def copy_patch(self) -> None:
        """The selection or the change as a patch; on a file's header the whole file."""
        session = self._controller.open_session()
        selections: Sequence[Selection] = self._view.selections()
        file = session.by_path.get(self._view.current_file() or "")
        if not selections and file is not None and self._view.stop().note is None:
            selections = select_changes(file.changes)
        if file is None or not selections:
            self._controller.said.emit(
                "There is no change under the cursor.", "] goes to the next one.", False
            )
            return
        selection = selections[0]

        def work(_: Report) -> tuple[str, str]:
            from workbench.review.patch_writing import patch_of  # noqa: PLC0415 - seldom

            patch = patch_of(file, selection, session.old_data(file.path))
            return _as_text(patch, file.path), _words(selection)

        self._tasks.start("patch", work, self._on_patch, self._controller.fail)

    def _on_patch(self, found: tuple[str, str]) -> None:
        text, words = found
        QGuiApplication.clipboard().setText(text)
        self._controller.said.emit(
            f"The patch of {words} is in the clipboard.", "git apply takes it, on top of the base.", False
        )


def _as_text(patch: bytes, path: str) -> str:
    """The clipboard holds text, and text would make other bytes of what is no UTF-8."""
    try:
        return patch.decode()
    except UnicodeDecodeError:
        raise UserError(
            f"{visible(path).text} is not UTF-8, and a clipboard would change its bytes.",
            hint="Land it into a patch file instead: L.",
        ) from None


def _words(selection: Selection) -> str:
    lines = sum(count for _, count in (*selection.old, *selection.new))
    parts = [f"{lines} line{'' if lines == 1 else 's'}"] if lines else []
    parts += [f"the {fact.value} change" for fact in selection.facts]
    return f"{' and '.join(parts)} of {visible(selection.path).text}"
