"""Sending the feedback, and the round that it asks for, off the window's thread. The acts come back here.

What sends is imported in the worker that first needs it: the first frame needs none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.ui.arriving import Arriving
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.tasks import Report, Tasks
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from workbench.workflow.only import Wanted

ROUND = "round"


class SendingErrands(QObject):
    """Reads who can receive, sends, and takes what a model or an agent answers."""

    outgoing_read = Signal(object)
    send_failed = Signal(object)
    sent = Signal(object)
    round_began = Signal(str)
    round_said = Signal(object)
    round_ended = Signal()

    def __init__(
        self, controller: Controller, arriving: Arriving, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._controller, self._arriving, self._tasks = controller, arriving, tasks
        self._recipient: Any = None
        self._only: Wanted | None = None

    def read_outgoing(self, *, waiting: bool, only: Wanted | None = None) -> None:
        """Read who can receive the feedback, and the exact text. Asks the keyring."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[object, object, str]:
            from workbench.workflow.outgoing import outgoing  # noqa: PLC0415 - see the top
            from workbench.workflow.recipients import recipients  # noqa: PLC0415 - see the top

            last = str((session.log.remembered("recipient") or {}).get("id", ""))
            if only is None:
                return outgoing(session), recipients(session, waiting=waiting), last
            from workbench.workflow.only import only_outgoing, only_recipients  # noqa: PLC0415 - see the top

            return only_outgoing(session, outgoing(session), only), only_recipients(recipients(session)), last

        self._tasks.start("outgoing", work, self._on_outgoing, self.take_send_failure)

    def _on_outgoing(self, found: object) -> None:
        self.outgoing_read.emit(found)

    def send(self, recipient: Any, *, take_out: bool, only: Wanted | None = None) -> None:
        """Send the feedback; take the rejected lines out of the work tree first, if that is wanted."""
        session = self._controller.open_session()
        self._recipient, self._only = recipient, only

        def work(report: Report) -> tuple[Session, Any]:
            from workbench.workflow.outgoing import require_sendable  # noqa: PLC0415 - see the top

            # Before anything is written: what must not leave stops it here.
            require_sendable(session, recipient, report.cancelled, only)
            if not take_out:
                return session, None
            from workbench.workflow.landing import take_out_rejected  # noqa: PLC0415 - see the top

            return session, take_out_rejected(session)

        self._tasks.start("take out", work, self._on_taken_out, self.take_send_failure)

    def _on_taken_out(self, found: tuple[Session, Any]) -> None:
        session, action = found
        if action is None or self._controller.attempt(lambda: session.act(action)):
            self._send()

    def _send(self) -> None:
        session, recipient, only = self._controller.open_session(), self._recipient, self._only
        kind = recipient.kind.value
        if kind in ("clipboard", "waiting"):

            def work(_: Report) -> tuple[Session, Any]:
                from workbench.workflow.send import hand_over  # noqa: PLC0415 - see the top

                return session, hand_over(session, recipient.id)

            self._tasks.start("send", work, self._on_sent, self.take_send_failure)
            return

        def run(report: Report) -> Session:
            from workbench.workflow.send import next_round  # noqa: PLC0415 - see the top

            for event in next_round(session, recipient, report.cancelled, only):
                report.say((session, event))
            return session

        self.round_began.emit(recipient.label)
        self._tasks.start(ROUND, run, self._on_round_done, self._on_round_failed, self._on_round_event)

    def _on_sent(self, found: tuple[Session, Any]) -> None:
        session, action = found
        if self._controller.attempt(lambda: session.act(action)):
            self.sent.emit(action)

    def _on_round_event(self, found: tuple[Session, Any]) -> None:
        from workbench.workflow.calls import Called  # noqa: PLC0415 - see the top
        from workbench.workflow.send import Arrived, Lost, Sent, take  # noqa: PLC0415 - see the top

        session, event = found
        if isinstance(event, Sent | Called | Lost | Arrived):
            went_well = self._controller.attempt(lambda: take(session, event))
            if isinstance(event, Sent) and went_well:
                self.sent.emit(event.action)
            elif isinstance(event, Lost):
                self._controller.said.emit(event.sentence, event.hint, True)
            elif isinstance(event, Arrived) and went_well and session is self._controller.session:
                self._arriving.say_arrived(session)
        self.round_said.emit(event)

    def _on_round_done(self, _: object) -> None:
        self.round_ended.emit()

    def _on_round_failed(self, error: BaseException) -> None:
        self.round_ended.emit()
        self.take_send_failure(error)

    def take_send_failure(self, error: BaseException) -> None:
        """Sending failed; shown on the sheet while that is open."""
        expected = as_user_error(error)
        if expected is None:
            raise error
        self.send_failed.emit(expected)

    def cancel_round(self) -> None:
        """Ask the running round to stop; what it says about that is still shown."""
        if not self._tasks.ask_to_stop(ROUND):
            self._controller.said.emit("No round is running.", "", False)
