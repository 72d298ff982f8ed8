"""What takes long, off the window's thread: opening a review, reading it, what is found out for the panels.

Each errand is a lane of `tasks.py`: asking again drops the answer of the one before. What an edit, a refresh,
sending and landing make is in `arriving.py`, `sending_errands.py` and `landing_errands.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.review.progress import NOTHING_ASKED, Progress, file_progress
from workbench.review.steps import resting
from workbench.ui.controller import Controller, as_user_error
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Dropped, Report, Tasks
from workbench.workflow.candidates import Asked
from workbench.workflow.loading import FileStream, batches
from workbench.workflow.opening import Nothing, open_review, open_saved, recent_reviews
from workbench.workflow.receive import load_ledger
from workbench.workflow.session import Session
from workbench.workflow.watching import Watch

OPEN, LOADING, KEEP = "open", "loading", "keep"

Batch = tuple[Session, FileStream, tuple[FileChange, ...]]
READ_AGAIN = "R reads the review again."
"""Some files of a review, and what they are read from."""

AFTER_KEY, SELDOM = 0.03, 0.15
"""Seconds after a key in which no files of a large review are taken in, unless they wait for so long."""

PACKED, PACKED_TOKENS = 60, 100_000
"""Files, and tokens of them, up to which the panel says what the tray packs. Of more it says the sizes."""


class Errands(QObject):
    """Starts them, takes their answers."""

    loaded = Signal()
    """All files of a review that was shown while it was read are there."""
    nothing_found = Signal(object)
    open_failed = Signal(object)
    opening_said = Signal(object)
    recent_read = Signal(object)
    estimated = Signal(object)
    rounds_counted = Signal(object)

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._tasks = tasks
        self._looked_at: tuple[FileChange, ...] = ()
        self._sizes: tuple[tuple[FileChange, ...], int] = ((), 0)
        self._batches: deque[Batch] = deque()
        self._read: tuple[Session, FileStream] | None = None
        """A review whose last files are in `_batches`."""
        self._take = single_shot(self, 0, self._take_batch)
        self._waits_since = 0.0
        self._keeps_again = False
        self.has_stopped = False
        """The rest of the review that is shown could not be read, and nobody is at it any more."""
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
        self._tasks.cancel(KEEP)  # it is of the review before
        self._batches.clear()
        self._read = None
        self.has_stopped = False
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
            # A huge file comes in portions, between which keys come first.
            with resting(report.rest):
                for batch in batches(stream, report.cancelled):
                    report.say((session, stream, batch))
            return session, stream

        self._tasks.start(LOADING, work, self._on_loaded, self._on_load_failed, self._on_batch)

    def _on_load_failed(self, error: BaseException) -> None:
        """What is here stays and can be judged; the whole of it has to be read again."""
        self.has_stopped = True
        expected = as_user_error(error)
        if expected is not None:
            error = UserError(expected.message, hint=f"{READ_AGAIN} {expected.hint}".strip())
        self._controller.fail(error)

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
        """Copy what the review borrows from the repository, so that `git gc` there loses nothing of it.

        Packing what is large takes seconds: closing ends it, a round that comes meanwhile waits for its end.
        """
        session = self._controller.session
        if session is None:
            return
        self._keeps_again = self._tasks.is_running(KEEP)
        if self._keeps_again:
            return

        def work(_: Report) -> None:
            from workbench.workflow.keeping import keep_rounds  # noqa: PLC0415 - see the top

            session.log.make_ready()
            keep_rounds(session)

        self._tasks.start(KEEP, work, self._on_kept, self._on_not_kept, watch=Watch(), behind=True)

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
        if self._keeps_again:
            self.keep()

    def _on_not_kept(self, error: BaseException) -> None:
        self._controller.fail(error)
        self._on_kept(None)  # a round that asked meanwhile is another attempt

    def _on_written_back(self, _: object) -> None:
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
            "write back",
            lambda _: log.write_back(),
            self._on_written_back,
            self._controller.fail,
            behind=True,
        )


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
    # What is too large for a model is left out; which that is, only the tray works out.
    rows.append((f"About {whole + sizes:,} tokens, less what does not fit", ""))
    return tuple(rows)
