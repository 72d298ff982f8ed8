"""A review as the fold of its log: what is appended here, and what other processes appended, in order.

An act is on disk before the state shows it. What may be done is in `noting.py` and `session.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from workbench.git.repository import Repository
from workbench.git.streaming import FileStream
from workbench.review.actions import Action, RoundArrived
from workbench.review.changes import FileChange
from workbench.review.review import Review, applying
from workbench.review.steps import Steps, finished
from workbench.store.log import ActionLog
from workbench.workflow.recording import Recording
from workbench.workflow.round_files import RoundFiles


def new_id() -> str:
    """A random action id."""
    return uuid.uuid4().hex


def _folded(review: Review, actions: Iterable[Action]) -> Steps[Review]:
    for action in actions:
        review = yield from applying(review, action)
    return review


class LoggedReview(RoundFiles):
    """A review, the files of its current round, and the log that both are saved in."""

    def __init__(
        self,
        repository: Repository,
        log: ActionLog,
        review: Review,
        sequence: int,
        files: Sequence[FileChange],
    ) -> None:
        super().__init__(repository, review, files)
        self.log = log
        self.sequence = sequence
        self.recording: Recording | None = None
        """The landing that is being written or is not recorded yet."""

    def act(self, action: Action) -> None:
        """Append to the log (durable when this returns), then fold in what the log has new, ours included."""
        finished(self.acting(action))

    def acting(self, action: Action) -> Steps[None]:
        """As `act`, with rests: it is on disk at the first of them, and folded in at the end.

        The journal of a landing goes only now, when what it did is recorded.
        """
        sequence = self.log.append(self.review.id, action)
        if self.recording is not None and self.recording.action == action.id:
            self.recording.end(self.review.id)
            self.recording = None
        yield from self.polling({sequence: action})

    def take_round(self, action: RoundArrived, files: Sequence[FileChange]) -> None:
        """Take a round whose file changes the caller has read already."""
        self._files_by_tree[action.round.tree] = tuple(files)
        self.act(action)

    def take_streamed(self, action: RoundArrived, stream: FileStream) -> None:
        """Take a round whose file changes git is about to tell: the first of them are here afterwards."""
        self._files_by_tree[action.round.tree] = ()
        self.act(action)
        self.stream(stream)

    def poll(self) -> bool:
        """Fold in every action the log has beyond what is known here; True when there was one."""
        return finished(self.polling())

    def polling(self, ours: Mapping[int, Action] | None = None) -> Steps[bool]:
        """As `poll`, with rests. Who polls while it rests folds in all of it, and is not waited for.

        `ours` was appended here, by its number: a note on ten thousand places is not read a second time.
        """
        before = self.review
        news = self.log.since(before.id, self.sequence, ours)
        after = yield from _folded(before, (action for _, action in news))
        if news and self.review is before and self.sequence < news[-1][0]:
            self.sequence, self.review = news[-1][0], after
            now = after.round
            if now is not None and (before.round is None or before.round.tree != now.tree):
                self._index_files(self.files_of(now.tree))
        return bool(news)

    # -- what is kept beside the review ---------------------------------------------------------

    def save_draft(self, key: str, body: str) -> None:
        """Keep what stands in an open editor; it survives a crash."""
        self.log.save_draft(self.review.id, key, body)

    def drafts(self) -> Mapping[str, str]:
        """Every kept draft by its key."""
        return self.log.drafts(self.review.id)

    def drop_draft(self, key: str) -> None:
        """The editor was closed for good."""
        self.log.drop_draft(self.review.id, key)

    def save_place(self, place: Mapping[str, object]) -> None:
        """Keep where the window is in this review (any JSON object)."""
        self.log.save_place(self.review.id, place)

    def place(self) -> Mapping[str, object] | None:
        """Where the window was."""
        return self.log.place(self.review.id)
