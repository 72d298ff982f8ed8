"""The bottom: one line of truth at the left, the keys at the right. Counts nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.review.costs import dollars, total
from workbench.review.notes import Intent
from workbench.review.progress import Progress
from workbench.review.review import Review
from workbench.review.rounds import Source
from workbench.review.text import one_line
from workbench.ui.keycaps import KeyHints
from workbench.ui.keymap import Keymap
from workbench.ui.theme import Theme
from workbench.ui.told import Told

HEIGHT, SIDE, BETWEEN = 30, 14, 28
LEAST_HINTS = 130
"""Pixels that are left to the keys: how to take back and where help is."""
_WORDS = {Intent.MUST: "must", Intent.SHOULD: "should", Intent.QUESTION: "question", Intent.KEEP: "keep"}


def truth(progress: Progress) -> str:
    """How many changes stand where: "12 accepted · 3 rejected · 4 asked · 28 unread"."""
    parts = [
        f"{progress.accepted:,} accepted",
        f"{progress.rejected:,} rejected",
        *([f"{progress.mixed:,} mixed"] if progress.mixed else []),
        f"{progress.asked:,} asked",
        f"{progress.unread:,} unread",
    ]
    return " · ".join(parts)


def notes_words(counts: Mapping[Intent, int]) -> str:
    """Live notes by intent: "2 must · 1 question"."""
    return " · ".join(f"{counts[intent]} {_WORDS[intent]}" for intent in Intent if counts.get(intent))


def round_words(review: Review) -> str:
    """Which round is on the screen and who made it."""
    current = review.round
    if current is None:
        return ""
    if current.source is Source.EXPERT:
        return f"round {current.number} · edited by you"
    source = "work tree" if current.source is Source.WORKTREE else current.source.value
    author = one_line(current.model or "") or source
    return f"round {current.label} · {author}"


def money_words(review: Review, budget: float) -> str:
    """What the calls of this review cost: "$0.13 of $2.00", "" where they cost nothing."""
    done = total(review.calls)
    if not done.cost and not done.unknown_cost:
        return ""
    unknown = "1 call" if done.unknown_cost == 1 else f"{done.unknown_cost:,} calls"
    more = f" · {unknown} of unknown cost" if done.unknown_cost else ""
    about = "about " if done.estimated and done.cost else ""
    # Below a cent "$0.00" would say that it was free.
    spent = dollars(done.cost) if 0 < done.cost < 0.01 else f"${done.cost:,.2f}"
    return f"{about}{spent} of ${budget:,.2f}{more}"


class StatusLine(QWidget):
    """Texts, most of which lead to what they speak of, and the hints."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIDE, 0, SIDE, 0)
        layout.setSpacing(BETWEEN)
        self.truth = Told("next_open", self)
        self.truth.setProperty("kind", "title")
        self.here = QLabel(self)
        self.notes = Told("next_note", self)
        self.round = Told("rounds", self)
        self.money = Told("costs", self)
        self.drafts = Told("drafts", self)
        self.reading = QLabel(self)
        self.whitespace = Told("whitespace", self)
        for each in self._leading():
            each.wanted.connect(self.wanted)
        self.hints = KeyHints(theme, self)
        self._hints: tuple[tuple[str, str, str], ...] = ()
        self._first: tuple[tuple[str, str, str], ...] = ()
        self._is_open = False
        layout.addWidget(self.truth)
        for label in (*self._asides(), self.here):
            label.setProperty("kind", "dim")
            label.setTextFormat(Qt.TextFormat.PlainText)
            # They never keep the window wide; which of them are there is settled in `_fit`.
            label.setMinimumWidth(1)
            label.hide()
            layout.addWidget(label)
        layout.addWidget(self.hints, 1)

    def show_review(
        self, review: Review, progress: Progress, counts: Mapping[Intent, int], budget: float
    ) -> None:
        """Say where the review stands."""
        self.truth.show()
        if not self._is_open:
            self._is_open = True
            self.hints.set_hints(self._hints)
        self.truth.setText(truth(progress) + (" · closed" if review.closed else ""))
        texts = (notes_words(counts), round_words(review), money_words(review, budget))
        for label, text in zip((self.notes, self.round, self.money), texts, strict=True):
            label.setText(text)
        self._fit()

    def show_here(self, words: str) -> None:
        """Which change the cursor is on, and how that stands."""
        self.here.setText(words)
        self._fit()

    def name_keys(self, keymap: Keymap) -> None:
        """Say on each text what a click on it does, with the key for it."""
        for each in self._leading():
            each.name_key(keymap)

    def _leading(self) -> tuple[Told, ...]:
        return self.truth, self.notes, self.round, self.money, self.drafts, self.whitespace

    def _asides(self) -> tuple[QLabel, ...]:
        return self.reading, self.whitespace, self.notes, self.drafts, self.round, self.money

    def show_reading(self, here: int, expected: int) -> None:
        """How many files of a large review are here, while the others are still read."""
        self.reading.setText(f"reading: {here:,} of {expected:,} files" if here < expected else "")
        self._fit()

    def show_drafts(self, count: int) -> None:
        """How many notes are being written and not saved."""
        self.drafts.setText(f"{count} draft{'s' if count > 1 else ''}" if count else "")
        self._fit()

    def show_whitespace(self, words: str) -> None:
        """Say as long as it is so that not every difference is on the screen, and how many are not."""
        self.whitespace.setText(f"whitespace ignored: {words}" if words else "")
        self._fit()

    def show_nothing(self) -> None:
        """No review is on the screen."""
        for label in (self.truth, *self._asides(), self.here):
            label.setText("")
            label.hide()
        self._is_open = False
        self.hints.set_hints(self._first)

    def set_hints(self, hints: Sequence[tuple[str, str, str]], first: Sequence[tuple[str, str, str]]) -> None:
        """Show these keys at the right."""
        self._hints, self._first = tuple(hints), tuple(first)
        self.hints.set_hints(self._hints if self._is_open else self._first)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Each text is there whole or not at all: half a word says little, and may say something else."""
        room = self.width() - 2 * SIDE - self.truth.sizeHint().width() - LEAST_HINTS
        kept_longest = (self.here, self.notes, self.whitespace, self.reading)
        for label in (*kept_longest, self.drafts, self.round, self.money):
            wide = label.sizeHint().width() + BETWEEN if label.text() else 0
            shown = 0 < wide <= room
            room -= wide if shown else 0
            if label.isHidden() is shown:
                label.setVisible(shown)
