"""The editors that are open in the flow of the diff, and their drafts: none closes before its text is kept.

An editor is known by its key, which is also its draft's: the kind, then what it is about. Which one opens and
what becomes of what was written, is said by `editing.py`.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from workbench.errors import UserError
from workbench.review.notes import Place
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.fonts import code_font
from workbench.ui.note_editor import Editor
from workbench.ui.preferences import Preferences
from workbench.ui.written import Written, as_draft, from_draft
from workbench.workflow.draft_lines import named_lines, tree_now


class Editors(QObject):
    """Shows editors, keeps what stands in them, and takes them away."""

    def __init__(
        self, controller: Controller, preferences: Preferences, view: DiffView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller, self._preferences, self._view = controller, preferences, view
        self._open: dict[str, Editor] = {}
        self._trees: dict[str, str] = {}
        """The round that an editor was opened on: its lines may have other numbers by now."""
        self._unkept: set[str] = set()
        """Editors whose text is on no disk: it could not be written there."""
        controller.opened.connect(self.forget)

    def _on_saved(self, key: str, written: Written) -> None:
        raise NotImplementedError

    def _on_asked(self, key: str, written: Written) -> None:
        raise NotImplementedError

    def _show(self, key: str, editor: Editor, where: Place | str | None, *, focus: bool = True) -> None:
        if key in self._open:
            self._open[key].setFocus()
            editor.deleteLater()
            return
        draft = self._controller.open_session().drafts().get(key)
        if draft is not None:
            editor.set_written(from_draft(draft))
        editor.saved.connect(self._on_saved)
        editor.asked.connect(self._on_asked)
        editor.left.connect(self._on_left)
        editor.draft_changed.connect(self._on_draft)
        self._dress(editor)
        self._open[key] = editor
        written_on = named_lines(key.removeprefix("note at ").removeprefix("lines "))
        self._trees[key] = written_on.tree if written_on else tree_now(self._controller.open_session())
        self._view.open_editor(key, editor, where)
        if focus:
            editor.setFocus()

    def close(self, key: str) -> None:
        """Close an editor whose work is done: its draft goes too."""
        session = self._controller.session
        if session is not None:
            try:
                session.drop_draft(key)
            except UserError as error:  # what was written is saved: open, it would be saved once more
                self._controller.fail(error)
        self._take_away(key)
        self._controller.changed.emit()

    def keep_drafts(self) -> None:
        """Keep what stands in every open editor now; what could not be kept before is tried again."""
        for key, editor in self._open.items():
            again = key in self._unkept
            editor.keep_draft()
            written = editor.written() if again else None
            if written is not None:
                self._on_draft(key, as_draft(written))

    def wear(self) -> None:
        """The review has other fonts now; its editors have them too."""
        for editor in self._open.values():
            self._dress(editor)

    def _dress(self, editor: Editor) -> None:
        dress, settings = self._view.dress, self._preferences.settings
        editor.wear(dress.text, code_font(dress.size, settings.code_font), settings.tab_width)

    def forget(self) -> None:
        """Another review is shown: its editors are not those."""
        for key in tuple(self._open):
            self._take_away(key)

    @property
    def unkept(self) -> bool:
        """True while something that was written stands in an open editor alone."""
        return any(key in self._open for key in self._unkept)

    def is_open(self) -> bool:
        """True while an editor is open."""
        return bool(self._open)

    def _take_away(self, key: str) -> None:
        self._unkept.discard(key)
        editor = self._open.pop(key, None)
        if editor is None:
            return
        had_focus = _has_focus(editor)
        self._view.close_editor(key)
        if had_focus:
            self._view.setFocus()
            # A note on the review is written at the top; what was being read is elsewhere.
            self._view.show_cursor()

    def _on_left(self, key: str) -> None:
        editor = self._open.get(key)
        written = editor.written() if editor is not None else None
        if written is None or not (written.text.strip() or written.suggestion):
            # An empty editor leaves no draft behind, if that can be written.
            try:
                self._controller.open_session().drop_draft(key)
            except UserError as error:
                self._controller.fail(error)
        elif key in self._unkept:
            self._on_draft(key, as_draft(written))
            if key in self._unkept:
                return  # Why was said. It stays: without its editor the text would be gone.
        self._take_away(key)
        self._controller.changed.emit()

    def _on_draft(self, key: str, body: str) -> None:
        session = self._controller.session
        if session is None:
            return
        try:
            session.save_draft(key, body)
        except UserError as error:
            self._unkept.add(key)
            self._controller.fail(error)
        else:
            self._unkept.discard(key)


def _has_focus(editor: QWidget) -> bool:
    focused = editor.window().focusWidget()
    return focused is not None and (focused is editor or editor.isAncestorOf(focused))
