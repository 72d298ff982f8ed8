"""Trust in the window: the mark, the sheet, and doing again what was refused for want of it.

Reads and writes off the window's thread, in one lane of `tasks.py`. What the sheet showed is what is granted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from workbench.ui.controller import Controller, as_user_error
from workbench.ui.sheets import Sheets
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Report, Tasks
from workbench.ui.theme import Theme
from workbench.ui.trust_mark import TrustMark

if TYPE_CHECKING:
    from workbench.ui.trust_sheet import TrustSheet
    from workbench.workflow.session import Session
    from workbench.workflow.trust import RestrictedError, Surface, Trust

SOON = 400
"""Milliseconds after a review is opened or read anew until the mark is seen to: the diff comes first."""

Again = Callable[[], object]


class Trusting(QObject):
    """Shows whether the open repository is trusted, and asks."""

    def __init__(
        self,
        controller: Controller,
        tasks: Tasks,
        sheets: Sheets,
        mark: TrustMark,
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._sheets, self._mark = controller, tasks, sheets, mark
        self._theme = theme
        self._sheet: TrustSheet | None = None
        self._again: Again | None = None
        self._is_trusted = False
        self._soon = single_shot(self, SOON, self.look)
        controller.opened.connect(self._on_opened)
        controller.trust_needed.connect(self.need)

    # -- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Read whether it is trusted now, and show it on the mark."""
        self._soon.stop()
        session = self._controller.session
        if session is not None and not self._tasks.is_running("trust"):
            self._read(session)

    def look_soon(self) -> None:
        """As `look`, when there is time."""
        if self._controller.session is not None:
            self._soon.start()

    def stop(self) -> None:
        """The window closes."""
        self._soon.stop()

    def _read(self, session: Session) -> None:
        def work(_: Report) -> tuple[Session, Trust]:
            from workbench.workflow.trust import trust_of  # noqa: PLC0415 - the first frame needs no trust

            return session, trust_of(session.repository)

        self._tasks.start("trust", work, self._on_known, self._on_failed)

    def _on_opened(self) -> None:
        owner = self._controller.open_session().repository.warning or ""
        self._is_trusted = False
        self._mark.show_state("restricted", owner=owner)
        self.look_soon()

    def _on_known(self, found: tuple[Session, Trust]) -> None:
        session, trust = found
        if session is not self._controller.session:
            return
        was_trusted = self._is_trusted
        self._show(session, trust)
        if was_trusted and trust.stale:
            # What was said of it before may still stand there, and is no longer so.
            words = f"{session.repository.name} is restricted again: {trust.why}."
            self._controller.said.emit(words, "The mark above shows what it could run.", False)
        if self._sheet is not None:
            self._sheet.show_trust(trust)

    def _show(self, session: Session, trust: Trust) -> None:
        owner = session.repository.warning or ""
        self._is_trusted = trust.trusted
        self._mark.show_state(trust.word, trust.why, owner, trusted=trust.trusted, stale=trust.stale)

    def _on_failed(self, error: BaseException) -> None:
        expected = as_user_error(error)
        if expected is None:
            raise error
        words = f"{expected.message} {expected.hint}".strip()
        self._mark.show_state("restricted: unreadable", words, stale=True)
        if self._sheet is not None:
            self._sheet.show_error(words)

    # -- asking -------------------------------------------------------------------------------

    def ask(self) -> None:
        """Show what the repository could run, and ask."""
        self._open("")
        self._read(self._controller.open_session())

    def need(self, error: RestrictedError, again: Again | None) -> None:
        """Something was refused for want of trust: ask, and do it again once trust is given."""
        self._open(error.message)
        self._again = again
        self._read(self._controller.open_session())

    def _open(self, needed: str) -> None:
        from workbench.ui.trust_sheet import TrustSheet  # noqa: PLC0415 - seldom

        if self._sheet is not None:
            self._sheet.close_sheet()
        repository = self._controller.open_session().repository
        sheet = TrustSheet(
            self._theme(), repository.name, repository.warning or "", self._sheets.window, needed=needed
        )
        sheet.trust_wanted.connect(self._on_trust)
        sheet.restrict_wanted.connect(self.restrict)
        sheet.closed.connect(self._on_closed)
        self._sheet = sheet
        self._sheets.show_over(sheet)

    def _on_closed(self) -> None:
        self._sheet = None
        self._again = None

    # -- deciding -----------------------------------------------------------------------------

    def _on_trust(self, surface: Surface) -> None:
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, Trust]:
            from workbench.workflow.trust import grant, trust_of  # noqa: PLC0415 - as above

            grant(session.repository, surface)
            return session, trust_of(session.repository)

        self._tasks.start("trust", work, self._on_granted, self._on_refused)

    def restrict(self) -> None:
        """Take trust back."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, Trust, bool]:
            from workbench.workflow.trust import trust_of, withdraw  # noqa: PLC0415 - as above

            was = withdraw(session.repository)
            return session, trust_of(session.repository), was

        self._tasks.start("trust", work, self._on_restricted, self._on_refused)

    def _on_granted(self, found: tuple[Session, Trust]) -> None:
        session, trust = found
        self._show(session, trust)
        again = self._again
        if self._sheet is not None:
            self._sheet.close_sheet()
        self._controller.said.emit(
            f"{session.repository.name} is trusted, as long as what it could run does not change.", "", False
        )
        if again is not None and trust.trusted:
            again()

    def _on_restricted(self, found: tuple[Session, Trust, bool]) -> None:
        session, trust, was = found
        self._show(session, trust)
        if self._sheet is not None:
            self._sheet.close_sheet()
        words = "is restricted now" if was else "is restricted already"
        self._controller.said.emit(f"{session.repository.name} {words}.", "", False)

    def _on_refused(self, error: BaseException) -> None:
        """What could run is another thing by now, or nothing could be saved: say so, show what there is."""
        expected: Any = as_user_error(error)
        if expected is None:
            raise error
        if self._sheet is None:
            self._controller.fail(expected)
            return
        self._sheet.show_error(f"{expected.message} {expected.hint}".strip())
        self._read(self._controller.open_session())
