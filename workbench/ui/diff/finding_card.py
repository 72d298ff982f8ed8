"""A finding of another model in the flow: the card of a note, and plainly a draft. Measures and paints."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from workbench.review.findings import Finding
from workbench.review.notes import Note, Place
from workbench.review.text import decode, one_line
from workbench.ui.diff.cards import NoteCard
from workbench.ui.diff.dress import Dress

_GAP = 8
KEYS = "a adopts it as a note · c in your words · x dismisses it · r with a reason"


class DraftNote(Note, frozen=True):
    """A finding as the flow of the diff takes it: where a note would lie, under the finding's own id."""

    model: str = ""
    evidence: str = ""


def draft_of(finding: Finding) -> DraftNote:
    """The draft that a finding is shown as."""
    return DraftNote(
        finding.id,
        finding.intent,
        finding.place,
        finding.claim,
        finding.round,
        model=finding.model,
        evidence=finding.evidence,
    )


def card_for(
    dress: Dress,
    note: Note,
    place: Place | None,
    width: float,
    *,
    outdated: bool,
    numbers: Sequence[int] = (),
) -> NoteCard:
    """The card of a note, or of a finding. `numbers` are those of the rounds, by index."""
    kind = FindingCard if isinstance(note, DraftNote) else NoteCard
    return kind(dress, note, place, width, outdated=outdated, numbers=numbers)


class FindingCard(NoteCard):
    """One draft at one width: no ground of its own, a dashed edge, the model's name."""

    def _fill(self) -> None:
        note, theme = self.note, self.dress.theme
        assert isinstance(note, DraftNote)
        self._text(note.text, theme.text)
        self._y += _GAP
        self._label("evidence")
        self._text(note.evidence, theme.text)
        if self.outdated and note.place.quote:
            self._y += _GAP
            self._label("it was found in")
            self._block([decode(line) for line in note.place.quote], theme.nothing)
        self._y += _GAP
        self._text(KEYS, theme.faint)

    @property
    def colour(self) -> QColor:
        """Of the card's edge and chip."""
        return self.dress.theme.faint if self.outdated else self.dress.intent(self.note.intent)

    def _status(self) -> str:
        return "draft, outdated" if self.outdated else "draft"

    def _where(self) -> str:
        assert isinstance(self.note, DraftNote)
        return f"{one_line(self.note.model)} · {super()._where()}"

    def _ground(self, painter: QPainter, path: QPainterPath, box: QRectF, *, current: bool) -> None:
        theme = self.dress.theme
        painter.fillPath(path, theme.panel)
        # Quiet while it is nobody's note: its chip has the colour.
        pen = QPen(theme.accent if current else theme.faint, 2 if current else 1)
        pen.setDashPattern([4, 3])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
