"""Reads the pictures that the view shows and has them decoded in a process of their own, one at a time.

Knows no more of a picture than its bytes and its size. One that takes too long is ended, with its process,
and that is said; the next one gets a new process. Where a review has pictures, the process is started before
the first of them is looked at: a start takes longer than most pictures.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from workbench.review.images import LARGEST_FILE, shows_picture
from workbench.ui.controller import Controller
from workbench.ui.diff.lineless import Picture
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Tasks
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from PySide6.QtCore import QProcess

PATIENCE = 8_000
"""Milliseconds that decoding one picture may take, the start of the process included."""
WARM_AFTER = 600
"""Milliseconds after the review is there: the first frames have gone before."""
EDGE = 1400
"""Pixels that a picture is at most wide and high once it is decoded: what fits half a large screen."""

_LONGEST_HEAD = 10_000
"""Bytes of what is said of a picture before its pixels."""
_FRAME = 60
"""Milliseconds within which what is asked for is taken to be of one frame."""

Sides = tuple[tuple[str, bytes | None, int], ...]
"""Of each side its object id, its bytes (None: too large) and its size."""


class _Job(Struct):
    blob: str
    data: bytes
    turn: tuple[int, int]
    """What is asked for last comes first; what one frame asks for, from top to bottom."""


class Pictures(QObject):
    """Asked for the pictures of a path; each is told by `decoded` as it comes."""

    decoded = Signal(str, object)
    """An object id and its `Picture`."""

    def __init__(self, controller: Controller, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tasks = controller, tasks
        self._asked: set[str] = set()
        self._waiting: list[_Job] = []
        self._frames = self._files = 0
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._job: _Job | None = None
        self._process: QProcess | None = None
        self._answer = bytearray()
        self._warm = single_shot(self, WARM_AFTER, self._look_for_any)
        self._patience = single_shot(self, PATIENCE, self._give_up)
        controller.opened.connect(self._forget)

    def want(self, path: str) -> None:
        """Read and decode both sides of a file, as far as that was not asked for."""
        session = self._controller.session
        file = session.by_path.get(path) if session is not None else None
        if session is None or file is None:
            return
        blobs = [each for each in (file.old_id, file.new_id) if each and each not in self._asked]
        if not blobs:
            return
        self._asked.update(blobs)
        self._start()  # it gets ready while the bytes are read
        self._files += 1
        if not self._frame.isActive():
            self._frames += 1
            self._frame.start()
        turn = -self._frames, self._files

        def work(_: object) -> tuple[Session, tuple[int, int], Sides]:
            repository = session.repository
            sizes = repository.blob_sizes(blobs)
            found = (
                (blob, repository.blob(blob) if size <= LARGEST_FILE else None, size)
                for blob, size in zip(blobs, sizes, strict=True)
            )
            return session, turn, tuple(found)

        self._tasks.start(f"picture {path}", work, self._on_read, self._controller.fail)

    def stop(self) -> None:
        """End what is being decoded; called when the window closes."""
        self._warm.stop()
        self._waiting.clear()
        self._end()

    @property
    def helper_id(self) -> int:
        """The process number of the helper; 0 while none runs."""
        return self._process.processId() if self._process is not None else 0

    def _look_for_any(self) -> None:
        session = self._controller.session
        if session is None:
            return
        binary = (file for file in session.files_so_far if file.binary)
        if any(shows_picture(file, change) for file in binary for change in file.changes):
            self._start()

    def _on_read(self, found: tuple[Session, tuple[int, int], Sides]) -> None:
        session, turn, sides = found
        if session is not self._controller.session:
            return
        from workbench.workflow.remarks import size_words  # noqa: PLC0415 - the first frame needs none of it

        for blob, data, size in sides:
            if data is None:
                self.decoded.emit(blob, Picture(f"not shown: {size_words(size)} are more than are decoded"))
            else:
                self._waiting.append(_Job(blob, data, turn))
        # What came on the screen last is looked at now; what was scrolled past waits.
        self._waiting.sort(key=lambda job: job.turn)
        self._next()

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        job = self._job = self._waiting.pop(0)
        self._answer.clear()
        self._patience.start()
        self._start()
        process = self._process
        if process is None or self._job is not job:
            return  # it could not be started, and that was said
        process.write(b"%d %d\n" % (EDGE, len(job.data)))
        process.write(job.data)

    def _start(self) -> None:
        """Start the helper, unless it runs."""
        if self._process is not None:
            return
        # After the first frame, which has none.
        from workbench.ui.helper_process import begin, helper_process  # noqa: PLC0415 - said above

        process = self._process = helper_process(self)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._failed)
        begin(process, "workbench.ui.picture_helper")

    def _read(self) -> None:
        process, job = self._process, self._job
        if process is None:
            return
        self._answer += process.readAllStandardOutput().data()
        missing = missing_of(self._answer)
        if missing is None or job is None:
            self._end()  # what talks like that is trusted no more
        if job is not None and not missing:
            self._done(job)

    def _done(self, job: _Job) -> None:
        """Say what came of a picture, whole or not, and go on with the next one."""
        output = bytes(self._answer)
        self._answer.clear()
        self._patience.stop()
        self._job = None
        self.decoded.emit(job.blob, picture_of(output, len(job.data)))
        self._next()

    def _ended(self) -> None:
        process, job = self._process, self._job
        if process is None:
            return
        self._answer += process.readAllStandardOutput().data()
        self._end()
        if job is not None:
            self._done(job)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is type(error).FailedToStart:
            self._ended()

    def _give_up(self) -> None:
        job = self._job
        self._end()
        if job is not None:
            self.decoded.emit(job.blob, Picture("not shown: decoding it takes too long"))
        self._next()

    def _end(self) -> None:
        process, self._process, self._job = self._process, None, None
        self._patience.stop()
        if process is None:
            return
        process.readyReadStandardOutput.disconnect(self._read)
        process.finished.disconnect(self._ended)
        process.errorOccurred.disconnect(self._failed)
        if process.state() is not type(process).ProcessState.NotRunning:
            process.kill()
            process.waitForFinished(1000)
        process.deleteLater()

    def _forget(self) -> None:
        self._asked.clear()
        self._waiting.clear()
        self._warm.start()


def missing_of(output: bytes | bytearray) -> int | None:
    """How many bytes of an answer are still to come, at least; None for what is no answer of the helper."""
    end = output.find(b"\n") + 1
    if not end:
        return 1 if len(output) < _LONGEST_HEAD else None
    try:
        size = int(json.loads(output[:end])["bytes"])
    except (ValueError, KeyError, TypeError):
        return None
    missing = size - (len(output) - end)
    return missing if 0 <= size <= 4 * EDGE * EDGE and missing >= 0 else None


def picture_of(output: bytes, size: int) -> Picture:
    """What the helper said of a picture whose file has `size` bytes."""
    from workbench.workflow.remarks import size_words  # noqa: PLC0415 - as above

    head, _, pixels = output.partition(b"\n")
    try:
        facts = json.loads(head)
        kind = facts.get("format")
        parts = [kind] if kind else []
        if facts.get("width", 0) > 0:
            parts.append(f"{facts['width']:,} × {facts['height']:,}")
        if facts.get("frames"):
            parts.append(f"{facts['frames']:,} frames, the first is shown")
        words = " · ".join((*parts, size_words(size)))
        if "shown" not in facts:
            return Picture(f"{words} · {facts['why']}")
        width, height, stride = facts["shown"]
        if len(pixels) != height * stride or stride < 4 * width:
            raise ValueError("pixels are missing")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Picture(f"{size_words(size)} · not shown: it could not be decoded")
    image = QImage(pixels, width, height, stride, QImage.Format.Format_RGBA8888).copy()
    return Picture(words, image, bool(facts["transparent"]))
