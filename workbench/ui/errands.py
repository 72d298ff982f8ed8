"""What takes long, off the window's thread: open, read, refresh, edit, send. The acts come back here.

Each errand is a lane of `tasks.py`: asking again drops the answer of the one before. Landing is in
`landing_errands.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.review.entries import Entry, Said
from workbench.review.progress import NOTHING_ASKED, Progress, file_progress
from workbench.review.rounds import Source
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.tasks import Dropped, Report, Tasks
from workbench.workflow.candidates import Asked, late_words
from workbench.workflow.loading import FileStream, batches
from workbench.workflow.opening import Nothing, open_review, open_saved, recent_reviews
from workbench.workflow.receive import load_ledger, refresh, take_arrival, tweak_lines
from workbench.workflow.session import Session
from workbench.workflow.watching import Watch

if TYPE_CHECKING:
    from workbench.workflow.only import Wanted

ROUND, OPEN, ARRIVAL, LOADING = "round", "open", "arrival", "loading"
# What sends and what lands is imported in the worker that first needs it: the first frame needs neither.


Batch = tuple[Session, FileStream, tuple[FileChange, ...]]
"""Some files of a review, and what they are read from."""

AFTER_KEY, SELDOM = 0.03, 0.15
"""Seconds after a key in which no files of a large review are taken in, unless they wait for so long."""

PACKED, PACKED_TOKENS = 60, 100_000
"""Files, and tokens of them, up to which the panel says what the tray packs. Of more it says the sizes."""


class Edit(Struct, frozen=True):
    """Lines of the round's file that the expert replaces, and the editor they were written in."""

    key: str
    path: str
    start: int
    count: int
    text: bytes


class Errands(QObject):
    """Starts them, takes their answers."""

    loaded = Signal()
    """All files of a review that was shown while it was read are there."""
    nothing_found = Signal(object)
    open_failed = Signal(object)
    opening_said = Signal(object)
    refresh_said = Signal(object)
    recent_read = Signal(object)
    round_began = Signal(str)
    round_said = Signal(object)
    round_ended = Signal()
    arrived = Signal(str)
    edit_done = Signal(str)
    estimated = Signal(object)
    rounds_counted = Signal(object)
    outgoing_read = Signal(object)
    send_failed = Signal(object)
    sent = Signal(object)

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._tasks = tasks
        self._edit: Edit | None = None
        self._looked_at: tuple[FileChange, ...] = ()
        self._recipient: Any = None
        self._only: Wanted | None = None
        self._refreshing = False
        self._sizes: tuple[tuple[FileChange, ...], int] = ((), 0)
        self._batches: deque[Batch] = deque()
        self._read: tuple[Session, FileStream] | None = None
        """A review whose last files are in `_batches`."""
        self._take = QTimer(self)
        self._take.setSingleShot(True)
        self._waits_since = 0.0
        self._take.timeout.connect(self._take_batch)
        controller.opened.connect(self._on_opened)

    # -- opening and reading ------------------------------------------------------------------

    def open(self, path: Path, asked: Asked | None = None) -> None:
        """Open a repository: continue its review, or start one."""
        self.wait_for(lambda: open_review(path, asked, streamed=True), Watch())

    def open_saved(self, review: str) -> None:
        """Open a saved review by its id."""
        self.wait_for(lambda: open_saved(review, streamed=True), Watch())

    def wait_for(self, opened: Callable[[], Session | Nothing], watch: Watch) -> None:
        """Open something in a worker. What it is doing is told; `cancel_opening` ends it."""
        self._tasks.start(
            OPEN, lambda _: opened(), self.take_opened, self.take_open_failure, self._on_opening_step, watch
        )

    @property
    def waits_for_paint(self) -> bool:
        """True until a review that was there in time for the first frame is painted, and just after a key."""
        return self._tasks.is_held or self._tasks.since_stir < AFTER_KEY

    def cancel_opening(self) -> bool:
        """End what is being opened; nothing of it stays. False where nothing is, or where it is saved now."""
        return self._tasks.cancel(OPEN)

    @property
    def is_opening(self) -> bool:
        """True while something is being opened."""
        return self._tasks.is_running(OPEN)

    def _on_opening_step(self, step: object) -> None:
        self.opening_said.emit(step)

    def open_demo(self) -> None:
        """Make the demo's repository and open it."""

        def opened() -> Session | Nothing:
            from workbench.workflow.demo import demo_task, make_demo  # noqa: PLC0415 - see the top

            return open_review(make_demo(), Asked(task=demo_task()))

        self.wait_for(opened, Watch())

    def take_opened(self, found: Session | Nothing) -> None:
        """What opening found: a review to show, or that there is nothing to review."""
        if isinstance(found, Session):
            self._controller.set_session(found)
        else:
            self.nothing_found.emit(found)

    def take_open_failure(self, error: BaseException) -> None:
        """Opening failed. A bug is shown there too, and then goes on to be reported."""
        expected = as_user_error(error)
        if expected is not None:
            self.open_failed.emit(expected)
            return
        self.open_failed.emit(UserError("It could not be opened: something in Workbench is broken."))
        raise error

    def read_recent(self) -> None:
        """List the reviews that were made."""
        self._tasks.start("recent", lambda _: recent_reviews(), self._on_recent, self.take_open_failure)

    def _on_recent(self, rows: object) -> None:
        self.recent_read.emit(rows)

    def _on_opened(self) -> None:
        self._tasks.cancel(LOADING)
        self._batches.clear()
        self._read = None
        if self._controller.open_session().is_loading:
            # In the loop's next turn: what is here already is painted first.
            QTimer.singleShot(0, self, self._load)
        else:
            self.look_at_rounds()

    # -- the rest of a large review -----------------------------------------------------------

    @property
    def is_loading(self) -> bool:
        """True while files of the review that is shown are still read, or wait to be shown."""
        return self._tasks.is_running(LOADING) or self._read is not None

    def _load(self) -> None:
        session = self._controller.session
        stream = session.share_stream() if session is not None else None
        if session is None or stream is None or self.is_loading:
            return

        def work(report: Report) -> tuple[Session, FileStream]:
            for batch in batches(stream, report.cancelled):
                report.say((session, stream, batch))
            return session, stream

        self._tasks.start(LOADING, work, self._on_loaded, self._controller.fail, self._on_batch)

    def _on_batch(self, found: Batch) -> None:
        # One each turn of the loop: shown as they come, fifty of them would follow each other before a key.
        if not self._batches:
            self._waits_since = time.monotonic()
        self._batches.append(found)
        self._take.start(0)

    def _take_batch(self) -> None:
        waited = time.monotonic() - self._waits_since
        if self._tasks.since_stir < AFTER_KEY and waited < SELDOM:
            # What a key leads to is painted first.
            self._take.start(round(AFTER_KEY * 1000))
            return
        self._waits_since += waited
        if self._batches:
            session, stream, files = self._batches.popleft()
            if session is self._controller.session and session.add_files(stream, files):
                self._controller.changed.emit()
        if self._batches or self._read is not None:
            self._take.start(0)
        if not self._batches and self._read is not None:
            found, self._read = self._read, None
            self._take.stop()
            self._show_loaded(*found)

    def _on_loaded(self, found: tuple[Session, FileStream]) -> None:
        self._read = found
        self._take.start(0)

    def _show_loaded(self, session: Session, stream: FileStream) -> None:
        if session is self._controller.session:
            session.end_stream(stream)
            self._controller.changed.emit()
            self.loaded.emit()
            self.look_at_rounds()

    # -- the ledger and the rounds ------------------------------------------------------------

    def look_at_rounds(self) -> None:
        """Read what the ledger and the bars of earlier rounds need, where that is not there yet."""
        session = self._controller.session
        current = session.review.round if session else None
        if session is None or current is None or session.is_loading:
            return
        if current.number > 1 and (session.ledger_facts is None or session.ledger_facts.tree != current.tree):
            self._tasks.start(
                "ledger", lambda _: (session, load_ledger(session)), self._on_ledger, self._controller.fail
            )
        self._tasks.start("rounds", lambda _: _count_rounds(session), self._on_rounds, self._controller.fail)

    def keep(self) -> None:
        """Copy what the review borrows from the repository, so that `git gc` there loses nothing of it."""
        session = self._controller.session
        if session is None:
            return

        def work(_: Report) -> None:
            from workbench.workflow.keeping import keep_rounds  # noqa: PLC0415 - see the top

            keep_rounds(session)

        self._tasks.start("keep", work, self._on_kept, self._controller.fail, behind=True)

    def look_at_files(self) -> None:
        """Find what is to be said of the files besides their lines, where that is not known yet."""
        session = self._controller.session
        if session is None or session.is_loading or self._controller.has_remarks:
            return
        files, repository, task = session.files, session.repository, session.review.task
        if self._looked_at is files and self._tasks.is_running("remarks"):
            return
        self._looked_at = files

        def work(report: Report) -> object:
            from workbench.workflow.remarks import remarks_in_steps  # noqa: PLC0415 - after the first frame

            return files, report.finish(remarks_in_steps(repository, files, task))

        self._tasks.start("remarks", work, self._on_remarks, self._controller.fail, behind=True)

    def _on_remarks(self, found: tuple[Any, Any]) -> None:
        self._controller.set_remarks(*found)

    def _on_kept(self, _: object) -> None:
        """Nothing to show."""

    def _on_ledger(self, found: tuple[Session, Any]) -> None:
        if found[0] is self._controller.session:
            found[0].ledger_facts = found[1]
            self._controller.changed.emit()

    def _on_rounds(self, counts: object) -> None:
        self.rounds_counted.emit(counts)
        self.keep()

    def estimate(self) -> None:
        """Count what the next round would get: once for many verdicts, when the keys rest."""
        session = self._controller.session
        if session is None or session.is_loading:
            return
        files, (known, size) = session.files, self._sizes
        progress = self._controller.progress()

        def work(report: Report) -> tuple[tuple[FileChange, ...], int, tuple[tuple[str, str], ...]]:
            # The files are the same until the next round; asked for each time, twenty thousand cost seconds.
            sizes = size if known is files else _size_of(session, files)
            if report.give_way():
                raise Dropped
            if len(files) <= PACKED and sizes <= PACKED_TOKENS:
                from workbench.ui.tray_words import panel_rows  # noqa: PLC0415 - see the top

                return files, sizes, panel_rows(session)
            return files, sizes, report.finish(_estimate(session, progress, len(files), sizes))

        self._tasks.start("estimate", work, self._on_estimate, self._controller.fail, behind=True)

    def _on_estimate(self, found: tuple[tuple[FileChange, ...], int, tuple[tuple[str, str], ...]]) -> None:
        files, size, rows = found
        self._sizes = files, size
        self.estimated.emit(rows)
        self._write_back()

    def _write_back(self) -> None:
        """When the keys rest after verdicts: else one of the next would wait for two more syncs."""
        session = self._controller.session
        if session is None:
            return
        log = session.log
        self._tasks.start(
            "write back", lambda _: log.write_back(), self._on_kept, self._controller.fail, behind=True
        )

    # -- rounds that come from here -----------------------------------------------------------

    def refresh(self) -> None:
        """Read the work tree again."""
        session = self._controller.open_session()
        self._tasks.start(
            ARRIVAL,
            lambda _: (session, refresh(session), late_words(session.repository)),
            self._on_refreshed,
            self._on_refresh_failed,
            self._on_refresh_step,
            Watch(),
        )

    def cancel_refresh(self) -> bool:
        """End the reading of the work tree; the review stays as it is. False where nothing is being read."""
        if not self._refreshing or not self._tasks.cancel(ARRIVAL):
            return False
        self._set_refreshing(None)
        return True

    def _on_refresh_step(self, step: object) -> None:
        self._set_refreshing(step)

    def _on_refresh_failed(self, error: BaseException) -> None:
        self._set_refreshing(None)
        self._controller.fail(error)

    def _set_refreshing(self, step: object) -> None:
        self._refreshing = step is not None
        self.refresh_said.emit(step)

    def _on_refreshed(self, found: tuple[Session, Any, tuple[str, ...]]) -> None:
        session, arrival, late = found
        self._set_refreshing(None)
        if session is not self._controller.session:
            return
        if arrival is None and late:
            self._controller.said.emit(late[0], "\n".join(late[1:]), True)
        elif arrival is None:
            self._controller.said.emit("Nothing changed since the work tree was last read.", "", False)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self._say_arrived(session)

    def edit(self, edit: Edit) -> None:
        """Put the expert's own text in place of lines."""
        session = self._controller.open_session()
        self._edit = edit
        self._tasks.start(
            ARRIVAL,
            lambda _: (session, tweak_lines(session, edit.path, edit.start, edit.count, edit.text)),
            self._on_edited,
            self._controller.fail,
        )

    def _on_edited(self, found: tuple[Session, Any]) -> None:
        session, arrival = found
        edit, self._edit = self._edit, None
        if session is not self._controller.session or edit is None:
            return
        if arrival is None:
            self._controller.said.emit("The lines are as they were.", "", False)
            self.edit_done.emit(edit.key)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self.edit_done.emit(edit.key)
            self.look_at_rounds()

    def restore(self, entry: Entry) -> None:
        """Answer an entry by an edit: accepted bytes are put back, or what was left out is put in."""
        session = self._controller.open_session()

        def work(_: Report) -> tuple[Session, Entry, Any]:
            from workbench.workflow.answers import answered_by_edit  # noqa: PLC0415 - see the top

            return session, entry, answered_by_edit(session, entry)

        self._tasks.start(
            ARRIVAL,
            work,
            self._on_restored,
            self._controller.fail,
        )

    def _on_restored(self, found: tuple[Session, Entry, Any]) -> None:
        session, entry, arrival = found
        if session is not self._controller.session:
            return
        if arrival is None:
            self._controller.said.emit("The lines are there already.", "", False)
        elif self._controller.attempt(lambda: take_arrival(session, arrival)):
            self._controller.entry_judged.emit(entry)
            said = "What was left out is in" if entry.said is Said.LEFT_OUT else "The accepted lines are back"
            self._controller.said.emit(f"{said}.", "u takes that back.", False)
            self.look_at_rounds()

    # -- sending ------------------------------------------------------------------------------

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
                self._say_arrived(session)
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

    def _say_arrived(self, session: Session) -> None:
        current = session.review.round
        entries = session.ledger()
        broken = sum(entry.is_violation for entry in entries)
        words = current.arrival if current is not None else ""
        if broken:
            words += f" {broken} violation{'s' if broken > 1 else ''}: ! goes to the first."
        self.arrived.emit(words)
        self.look_at_rounds()


def _count_rounds(session: Session) -> dict[int, Progress]:
    """How every numbered round but the current one stood when the next came. Reads diffs."""
    review = session.review
    found: dict[int, Progress] = {}
    for index, round_ in enumerate(review.rounds[:-1]):
        if review.rounds[index + 1].number == round_.number:
            continue
        total = Progress()
        for file in session.files_of(round_.tree):
            total += file_progress(file, review.verdicts[index], NOTHING_ASKED)
        found[index] = total
    return found


def _size_of(session: Session, files: tuple[FileChange, ...]) -> int:
    """About how many tokens the files of the round are."""
    plain = ("100644", "100755")
    ids = [file.new_id for file in files if file.new_id and not file.binary and file.new_mode in plain]
    return sum(size // 4 for size in session.repository.blob_sizes(ids))


def _estimate(
    session: Session, progress: Progress, count: int, sizes: int
) -> Generator[None, None, tuple[tuple[str, str], ...]]:
    """The rows of "next round gets": names, and about how many tokens, four bytes each. In steps."""
    from workbench.review.feedback_text import feedback_title  # noqa: PLC0415 - see the top
    from workbench.review.feedback_weight import weight_in_steps  # noqa: PLC0415 - see the top

    review = session.review
    feedback = yield from session.feedback_in_steps()
    weight = yield from weight_in_steps(feedback)
    task = len(review.task.encode()) // 4
    whole = weight // 4
    files = "1 file with changes" if count == 1 else f"{count:,} files with changes"
    told = feedback_title(review.notes.values(), progress)
    rows = [("Task", f"{task:,}")] if review.task else []
    rows += [(told, f"{max(0, whole - task):,}"), (files, f"{sizes:,}")]
    rows.append((f"About {whole + sizes:,} tokens", ""))
    return tuple(rows)


def is_refreshable(session: Session) -> bool:
    """True when the review came from the work tree or the index, so that reading it again means something."""
    return session.review.source in (Source.WORKTREE, Source.STAGED)
