"""Says at the bottom of the window which change the cursor is on, how it stands, and what of it was not on
the screen yet. A moment later, so that a held key does not wait for words.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.review.skimming import seen_to_its_end, unseen
from workbench.review.verdicts import Verdict, verdict_of
from workbench.ui.controller import Controller
from workbench.ui.diff.view import DiffView
from workbench.ui.single_shot import single_shot
from workbench.ui.skimming import Skimming
from workbench.ui.status_line import StatusLine

_SOON = 80
"""Milliseconds after the last move."""


class Here(QObject):
    """Looks at the view, and writes one label."""

    def __init__(
        self, controller: Controller, view: DiffView, skimming: Skimming, status: StatusLine, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller, self._view, self._skimming, self._status = controller, view, skimming, status
        self._soon = single_shot(self, _SOON, self.show)
        view.stop_changed.connect(self._look)
        view.painted.connect(self._look)  # what is painted is seen
        controller.changed.connect(self._look)
        self._look()

    def words(self) -> str:
        """“change 3 of 40: open, 12 lines not seen yet”; "" where the cursor is on no change."""
        session = self._controller.session
        change = session.changes_by_id.get(self._view.stop().change or "") if session is not None else None
        if session is None or change is None:
            return ""
        words = self._view.spoken_verdict()
        words = words[:1].lower() + words[1:]
        if verdict_of(change, session.review.current) is Verdict.OPEN:
            look = self._skimming.look_of(change.id)
            count = 0 if seen_to_its_end(change, look) else unseen(change, look)
            if count:
                words += f", {count:,} line{'' if count == 1 else 's'} not seen yet"
        return words

    def show(self) -> None:
        """Write it."""
        self._status.show_here(self.words())

    def _look(self, *_: object) -> None:
        # Not begun anew with each: held down, a key would keep it from ever being said.
        if not self._soon.isActive():
            self._soon.start()
