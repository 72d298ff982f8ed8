"""The second reader in the window: who reads, the reading behind the window, its drafts adopted or dismissed.

The acts themselves are those of `workflow/reading.py`, as the command line has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.review.findings import Finding, State, open_findings
from workbench.review.notes import Intent, Place
from workbench.review.verdicts import Verdict
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.sending_errands import ROUND, SendingErrands
from workbench.ui.side_panel import SidePanel
from workbench.ui.tasks import Report, Tasks
from workbench.ui.theme import Theme
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from workbench.ui.findings_panel import FindingsPanel
    from workbench.ui.reader_sheet import ReaderSheet
    from workbench.ui.sheets import Sheets

READING, READERS, COUNTS = "reading", "readers", "reader counts"
# What reads, and its panel and sheet, are imported when they are first needed: the first frame needs none.


class Findings(QObject):
    """Starts readings, takes what comes, and turns keys on a draft into acts."""

    finding_wanted = Signal(str)
    judged = Signal(object)

    def __init__(
        self,
        controller: Controller,
        sending: SendingErrands,
        tasks: Tasks,
        sheets: Sheets,
        side: SidePanel,
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._tasks = controller, tasks
        self._sheets, self._side, self._theme = sheets, side, theme
        self._panel: FindingsPanel | None = None
        self._counted: object = None
        self._after = ""
        """Who reads the round that came while another was read."""
        sending.round_ended.connect(self._on_round_ended)
        controller.opened.connect(self._on_opened)

    # -- who reads ----------------------------------------------------------------------------

    def open(self) -> None:
        """Ask which model reads this round."""
        from workbench.ui.reader_sheet import ReaderSheet  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        current = session.review.round
        if self._is_in_the_way():
            return
        if current is None or not session.files:
            self._controller.said.emit("There is nothing to read: no file differs.", "", False)
            return
        sheet = ReaderSheet(current.number, self._sheets.window)
        sheet.chosen.connect(self.read)
        self._sheets.close()
        self._sheets.show_over(sheet)

        def work(_: Report) -> tuple[object, object, str, int]:
            from workbench.workflow import drafts, reading  # noqa: PLC0415 - said above

            readers = reading.readers(session)
            counts = {each.model: each for each in drafts.counts_of_readers(session)}
            notes: dict[str, str] = {}
            for each in readers:
                count = counts.get(each.model.model if each.model else each.id)
                words = [reading.same_as_author(session, each), count.words if count else ""]
                notes[each.id] = " · ".join(word for word in words if word)
            return readers, notes, reading.last_reader(session), reading.size_of_reading(session)

        self._tasks.start(READERS, work, self._on_readers, self._on_readers_failed)

    def sheet(self) -> ReaderSheet | None:
        """The sheet, if that is what is open."""
        from workbench.ui.reader_sheet import ReaderSheet  # noqa: PLC0415 - said above

        open_now = self._sheets.current()
        return open_now if isinstance(open_now, ReaderSheet) else None

    def _on_readers(self, found: tuple[Any, Any, str, int]) -> None:
        sheet = self.sheet()
        if sheet is not None:
            sheet.show_readers(*found)

    def _on_readers_failed(self, error: BaseException) -> None:
        expected, sheet = as_user_error(error), self.sheet()
        if expected is None or sheet is None:
            self._controller.fail(error)
        else:
            sheet.show_error(f"{expected.message} {expected.hint}".strip())

    def _is_in_the_way(self) -> bool:
        """Whether something runs that reading would disturb. Says so."""
        running = self._tasks.is_running(READING)
        if running:
            self._controller.said.emit(
                "A model is reading already.", "Its card has a button to cancel it.", False
            )
        elif self._tasks.is_running(ROUND):
            self._controller.said.emit("A round is being made.", "It is read once it is here.", False)
            running = True
        return running

    # -- reading ------------------------------------------------------------------------------

    def read(self, name: str) -> None:
        """Have the model of that name read the round that is shown."""
        session = self._controller.open_session()
        if self._is_in_the_way():
            return

        def run(report: Report) -> Session:
            from workbench.workflow import reading  # noqa: PLC0415 - said above

            recipient = reading.reader_named(session, name)
            word = reading.same_as_author(session, recipient)
            report.say((session, word))
            for event in reading.read_round(session, recipient, report.cancelled):
                report.say((session, event))
            return session

        number = session.review.round.number if session.review.round else 0
        self.panel().running.begin(f"{name} reads round {number}")
        self.panel().show()
        if not self._side.isVisible():
            self._side.show()
        self._tasks.start(READING, run, self._on_done, self._on_failed, self._on_event)

    def cancel(self) -> bool:
        """Ask the reading to stop; what it says about that is still shown. False where none runs."""
        return self._tasks.ask_to_stop(READING)

    def cancel_alone(self) -> bool:
        """The same, where no round is made: that is what is cancelled first."""
        return not self._tasks.is_running(ROUND) and self.cancel()

    def _on_event(self, found: tuple[Session, Any]) -> None:
        from workbench.workflow.calls import Called  # noqa: PLC0415
        from workbench.workflow.drafts import reading_words  # noqa: PLC0415
        from workbench.workflow.reading import Found, NotRead, take, words  # noqa: PLC0415
        from workbench.workflow.send import voids  # noqa: PLC0415

        session, event = found
        card = self.panel().running
        if isinstance(event, str):
            if event:
                self._controller.said.emit(event, "", False)
        elif isinstance(event, Called | Found):
            went_well = self._controller.attempt(lambda: take(session, event))
            if isinstance(event, Found) and went_well and session is self._controller.session:
                said = reading_words(session.review.readings[-1])
                waiting = open_findings(session.review.findings)
                keys = "; goes through notes and drafts. On a draft a adopts, x dismisses."
                self._controller.said.emit(said, keys if waiting else "", False)
        elif isinstance(event, NotRead):
            self._controller.attempt(lambda: take(session, event))
            self._controller.said.emit(event.sentence, event.hint, not event.cancelled)
        elif type(event).__name__ == "TextArrived":
            card.add_text(event.text)
        elif type(event).__name__ == "Progressed":
            card.numbers.setText(f"{event.tokens:,} tokens · {event.seconds:.0f} s")
        elif words(event):
            card.say(words(event))
            if voids(event):
                card.mark_void(words(event))

    def _on_done(self, _: object) -> None:
        self._over()

    def _on_failed(self, error: BaseException) -> None:
        self._over()
        self._controller.fail(error)

    def _over(self) -> None:
        self.panel().running.hide()
        self.show()
        self._read_waiting()

    def _read_waiting(self) -> None:
        name, self._after = self._after, ""
        if name and self._controller.session is not None:
            self.read(name)

    def on_arrived(self, _: str) -> None:
        """A round came: whom the settings name reads it by itself, also where an older one is still read."""
        reader = self._controller.open_session().settings.reader
        if not reader:
            return
        if self.cancel():
            self._after = reader
        elif self._tasks.is_running(ROUND):
            # The round's own task says that it is over a moment after its round.
            self._after = reader
        else:
            self.read(reader)

    def _on_round_ended(self) -> None:
        if not self._tasks.is_running(READING):
            self._read_waiting()

    def _on_opened(self) -> None:
        self._after = ""
        self._counted = None

    # -- what is shown ------------------------------------------------------------------------

    def panel(self) -> FindingsPanel:
        """The part of the side panel; made when there is something to show."""
        if self._panel is None:
            from workbench.ui.findings_panel import FindingsPanel  # noqa: PLC0415 - said above

            self._panel = FindingsPanel(self._theme(), self._side)
            self._panel.finding_chosen.connect(self.finding_wanted)
            self._panel.cancel_wanted.connect(self.cancel)
            self._side.add_section(self._panel)
        return self._panel

    def show(self) -> None:
        """Show the findings of the review as it is now."""
        session = self._controller.session
        if session is None or (self._panel is None and not session.review.readings):
            return
        from workbench.ui.findings_list import finding_rows  # noqa: PLC0415 - said above
        from workbench.workflow.drafts import findings_in_round, reading_words  # noqa: PLC0415

        review, panel = session.review, self.panel()
        now = [each for each in review.readings if each.round == review.index]
        panel.show_findings(finding_rows(findings_in_round(session)), [reading_words(each) for each in now])
        panel.setVisible(bool(review.readings) or self._tasks.is_running(READING))
        judged = (review.id, len(review.readings), tuple(each.state for each in review.findings.values()))
        if judged != self._counted and review.readings:
            self._counted = judged
            self._tasks.start(COUNTS, lambda _: _counts(session), self._on_counts, self._controller.fail)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        if self._panel is not None:
            self._panel.set_theme(theme)

    def _on_counts(self, lines: tuple[str, ...]) -> None:
        self.panel().show_counts(lines)

    # -- judging ------------------------------------------------------------------------------

    def is_finding(self, name: str | None) -> bool:
        """Whether a card of the flow is a draft that waits."""
        session = self._controller.session
        known = session.review.findings.get(name or "") if session is not None else None
        return known is not None and known.state is State.OPEN

    def judge(self, name: str, verdict: Verdict) -> None:
        """The grammar on a draft: accept adopts it as a note, reject dismisses it."""
        if verdict is Verdict.ACCEPTED:
            self.adopt(name)
        elif verdict is Verdict.REJECTED:
            self.dismiss(name)
        else:
            self._controller.said.emit(f"{name} is a draft.", "a adopts it as a note, x dismisses it.", False)

    def adopt(
        self, name: str, intent: Intent | None = None, text: str | None = None, suggestion: str | None = None
    ) -> bool:
        """Make a note of a draft, as it is or in the expert's words."""
        from workbench.workflow.drafts import adopt  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        after = self._next(session, name)
        if not self._controller.attempt(lambda: adopt(session, name, intent, text, suggestion)):
            return False
        note = session.review.findings[name].note
        self._controller.said.emit(f"{name} is note {note} now.", "u takes that back.", False)
        self.judged.emit(after)
        return True

    def dismiss(self, name: str, reason: str = "") -> bool:
        """Say that a draft is none."""
        from workbench.workflow.drafts import dismiss  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        after = self._next(session, name)
        if not self._controller.attempt(lambda: dismiss(session, name, reason)):
            return False
        self._controller.said.emit(f"{name} is dismissed.", "u brings it back.", False)
        self.judged.emit(after)
        return True

    def place(self, name: str) -> tuple[Finding, Place | None]:
        """A draft, and where it stands. UserError when there is none."""
        from workbench.workflow.drafts import finding_named, place_of  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        finding = finding_named(session, name)
        return finding, place_of(session, finding)

    def _next(self, session: Session, name: str) -> str | None:
        """The draft below this one in the flow, else the first that is left."""
        from workbench.workflow.drafts import findings_in_round  # noqa: PLC0415 - said above

        order = {file.path: number for number, file in enumerate(self._controller.document().files)}
        spots = sorted(
            (order.get(place.path or "", -1), place.start, each.id) if place else (-1, 0, each.id)
            for each, place in findings_in_round(session)
        )
        here = next((at for at, spot in enumerate(spots) if spot[2] == name), -1)
        left = [*spots[here + 1 :], *spots[: max(here, 0)]]
        return left[0][2] if left else None


def _counts(session: Session) -> tuple[str, ...]:
    """By model, what came of its findings over all reviews. Reads the store."""
    from workbench.workflow.drafts import counts_of_readers  # noqa: PLC0415 - see the top

    return tuple(f"{each.model}, in all: {each.words}" for each in counts_of_readers(session))
