"""Paints the headers of sections: a file's name, badges, counts and progress. Decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from workbench.review.changes import FileChange, Status
from workbench.review.progress import Standing
from workbench.review.text import one_line
from workbench.ui.chevron import paint_chevron
from workbench.ui.diff.dress import Dress
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.diff.layout import Layout, Part, Section
from workbench.ui.diff.shaping import Shaped
from workbench.ui.shown_text import draw, elided

_KEPT_FIGURES = 500
_NAME = 120
"""Pixels of a name, at the usual size, for which badges give way."""
_LEAST = 24
"""Pixels of its folders, below which a path is cut in its middle."""


class Header:
    """Draws one header at a time."""

    def __init__(self, layout: Layout) -> None:
        self._dress: Dress | None = None
        self._layout = layout
        self._counts: dict[int, tuple[FileChange, int, int]] = {}
        self._pills = KeptRows()
        self._figures: dict[tuple[str, int], Shaped] = {}

    @property
    def dress(self) -> Dress:
        assert self._dress is not None
        return self._dress

    def wear(self, dress: Dress) -> None:
        """Another theme or size."""
        self._dress = dress
        self._pills.forget()
        self._figures.clear()

    def paint(self, painter: QPainter, section: Section, box: QRect, *, current: bool) -> None:
        """The header of a section, in a box that is as wide as the view."""
        theme = self.dress.theme
        painter.fillRect(box, self.dress.header)
        painter.fillRect(QRect(box.x(), box.y(), box.width(), 1), theme.line)
        if not section.folded or section is self._layout.sections[-1]:
            # Under one that is folded is the line of the next.
            painter.fillRect(QRect(box.x(), box.bottom(), box.width(), 1), theme.line)
        if current:
            painter.fillRect(QRect(box.x(), box.y(), 3, box.height()), theme.accent)
        self._chevron(painter, section, box)
        if section.part is Part.LEDGER:
            self._ledger(painter, box)
        elif section.file is not None:
            self._file(painter, section, section.file, box)

    def _chevron(self, painter: QPainter, section: Section, box: QRect) -> None:
        middle = QPointF(16.0, box.y() + box.height() / 2)
        dress = self.dress
        paint_chevron(painter, middle, dress.theme.dim, folded=section.folded, scale=dress.scale)

    def _ledger(self, painter: QPainter, box: QRect) -> None:
        dress = self.dress
        entries = self._layout.document.entries
        painter.setFont(dress.strong)
        painter.setPen(dress.theme.text)
        painter.drawText(box.adjusted(30, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "Ledger")
        answered = self._layout.document.answered
        violations = sum(entry.is_violation for entry in entries)
        left_over = sum(entry.is_violation and entry.id not in answered for entry in entries)
        if left_over:
            words = f"{left_over} violation{'s' if left_over != 1 else ''}"
            words += " left" if left_over < violations else ""
            colour = dress.theme.back
        else:
            words, colour = ("✓ all answered" if violations else "nothing violated"), dress.theme.accepted
        taken = self._pill(painter, words, colour, box.right() - 12, box)
        left = round(30 + dress.strong_metrics.horizontalAdvance("Ledger") + 12)
        room = max(0, round(box.right() - 24 - taken - left))
        words = "what became of your verdicts and notes in this round"
        words = dress.text_metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.setFont(dress.text)
        painter.setPen(dress.theme.dim)
        painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)

    def _file(self, painter: QPainter, section: Section, file: FileChange, box: QRect) -> None:
        dress, theme = self.dress, self.dress.theme
        right = self._right(painter, section, file, box)
        left = 30.0
        name = one_line(file.path)
        if file.status is Status.RENAMED and file.base_path is not None:
            name = f"{one_line(file.base_path)} → {name}"
        room = right - left - 24
        wide = dress.strong_metrics.horizontalAdvance(name)
        least = min(_NAME * dress.scale, wide)
        badges = self._fitting_badges(self._badges(file), room - least)
        room -= sum(self._badge_room(words) for words, _ in badges)
        shown = name
        if wide > max(60.0, room):
            shown = _fitting(name, dress.strong_metrics, max(60.0, room))
            wide = dress.strong_metrics.horizontalAdvance(shown)
        painter.setFont(dress.strong)
        painter.setPen(theme.text)
        draw(
            painter,
            QRectF(left, box.y(), max(60.0, room) + 2, box.height()),
            Qt.AlignmentFlag.AlignVCenter,
            shown,
        )
        left += wide + 12
        for words, colour in badges:
            left += self._badge(painter, words, colour, left, box) + 8
        if section.folded and section.why:
            self._folded(painter, section.why, left + 4, right - 12, box)

    def _badge_room(self, words: str) -> float:
        return self.dress.small_metrics.horizontalAdvance(words) + 20

    def _fitting_badges(self, badges: list[tuple[str, QColor]], room: float) -> list[tuple[str, QColor]]:
        """Those for which there is room, what warns before the others, and how many more there are."""
        if sum(self._badge_room(words) for words, _ in badges) <= room:
            return badges
        theme = self.dress.theme
        room -= self._badge_room(f"+{len(badges)}")
        kept: list[int] = []
        for at in sorted(range(len(badges)), key=lambda at: badges[at][1] is not theme.back):
            needs = self._badge_room(badges[at][0])
            if needs <= room:
                kept.append(at)
                room -= needs
        left = [colour for at, (_, colour) in enumerate(badges) if at not in kept]
        more = (f"+{len(left)}", theme.back if theme.back in left else theme.dim)
        return [*(badges[at] for at in sorted(kept)), more]

    def _folded(self, painter: QPainter, why: str, left: float, right: float, box: QRect) -> None:
        """Why nothing of a file is to be seen, and what opens it."""
        dress = self.dress
        words = f"folded: {why}  ·  f or a click opens it"
        words = elided(dress.text_metrics, words, Qt.TextElideMode.ElideRight, max(0.0, right - left))
        painter.setFont(dress.text)
        painter.setPen(dress.theme.open)
        draw(
            painter,
            QRectF(left, box.y(), right - left + 2, box.height()),
            Qt.AlignmentFlag.AlignVCenter,
            words,
        )

    def _badges(self, file: FileChange) -> list[tuple[str, QColor]]:
        theme = self.dress.theme
        badges: list[tuple[str, QColor]] = []
        if file.status is Status.ADDED:
            badges.append(("new", theme.accepted))
        elif file.status is Status.DELETED:
            badges.append(("deleted", theme.rejected))
        elif file.status is Status.RENAMED:
            badges.append(
                (f"renamed · {file.similarity}%" if file.similarity is not None else "renamed", theme.accent)
            )
        elif file.status is Status.TYPECHANGE:
            badges.append(("other type", theme.altered))
        if file.is_unchanged:
            badges.append(("unchanged", theme.dim))
        if file.binary:
            badges.append(("binary", theme.dim))
        remark = self._layout.document.remarks.get(file.path)
        if remark is not None:
            if remark.out_of_scope:
                badges.insert(0, ("out of scope", theme.back))
            if remark.tier is not None:
                badges.insert(
                    0, (remark.tier.value, theme.back if remark.tier == "runs by itself" else theme.open)
                )
            badges += [(words, theme.altered) for words in (*remark.said, *remark.told_facts)]
            badges += [
                (sort.value, theme.open if sort == "far text" else theme.back) for sort in remark.sorts
            ]
        if file.path in self._layout.document.viewed:
            badges.append(("viewed ✓", theme.dim))
        return badges

    def _right(self, painter: QPainter, section: Section, file: FileChange, box: QRect) -> float:
        """The pill and the counts; where they begin."""
        dress, theme = self.dress, self.dress.theme
        right = float(box.right() - 12)
        words, colour = self._progress(section, file)
        if words:
            right -= self._pill(painter, words, colour, right, box) + 12
        added, removed = self._lines(file)
        # A pixel lower than its middle: figures and the name stand on one line.
        y = box.y() + (box.height() - dress.small_code.height) / 2 + dress.scale
        for count, sign, shade in ((removed, "-", theme.rejected), (added, "+", theme.accepted)):
            if count:
                shaped = self._figure(f"{sign}{count:,}", shade)
                right -= shaped.width
                shaped.draw(painter, right, y)
                right -= 6
        return right

    def _figure(self, words: str, shade: QColor) -> Shaped:
        """A count of lines: most files have one of a few."""
        known = self._figures.get((words, shade.rgba()))
        if known is None:
            if len(self._figures) > _KEPT_FIGURES:
                self._figures.clear()
            known = self._figures[words, shade.rgba()] = self.dress.small_code.plain(words, shade)
        return known

    def _progress(self, section: Section, file: FileChange) -> tuple[str, QColor]:
        theme = self.dress.theme
        counts = self._layout.counts(section)
        total, unread = len(file.changes), counts[Standing.UNREAD]
        if not total or self._layout.document.read_only:
            return "", theme.dim
        if not unread:
            if counts[Standing.ASKED]:
                return f"{counts[Standing.ASKED]} asked", theme.open
            if counts[Standing.MIXED]:
                return f"{counts[Standing.MIXED]} in part", theme.open
            if counts[Standing.REJECTED] == total:
                return f"✗ {total} of {total}", theme.rejected
            if counts[Standing.REJECTED]:
                words = f"{counts[Standing.ACCEPTED]} accepted · {counts[Standing.REJECTED]} rejected"
                return words, theme.rejected
            return f"✓ {total} of {total}", theme.accepted
        if file.status is Status.ADDED:
            return f"new file · {unread} open", theme.open
        return f"{total - unread} of {total}", theme.open

    def _lines(self, file: FileChange) -> tuple[int, int]:
        known = self._counts.get(id(file))
        if known is not None and known[0] is file:
            return known[1], known[2]
        added = sum(len(run.added) for run in file.runs)
        removed = sum(len(run.removed) for run in file.runs)
        if len(self._counts) > 500:
            self._counts.clear()
        self._counts[id(file)] = (file, added, removed)
        return added, removed

    def _pill(self, painter: QPainter, words: str, colour: QColor, right: float, box: QRect) -> float:
        """How far a file is, in a frame: as a picture, because thousands of files are as far."""
        width = self.dress.small_metrics.horizontalAdvance(words) + 18
        area = QRect(round(right - width) - 1, box.y() + 1, round(width) + 3, box.height() - 2)

        def paint(on: QPainter, where: QRect) -> None:
            on.fillRect(where, self.dress.header)
            self._draw_pill(on, words, colour, where)

        self._pills.draw(painter, (words, colour.rgba()), (), area, paint)
        return float(width)

    def _draw_pill(self, painter: QPainter, words: str, colour: QColor, area: QRect) -> None:
        dress = self.dress
        height = round(18 * dress.scale)
        top = area.y() - 1 + round((area.height() + 2 - height) / 2)
        shape = QRectF(area.x() + 1.5, top + 0.5, area.width() - 3, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1))
        painter.drawRoundedRect(shape, height / 2, height / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(dress.small)
        draw(painter, shape, Qt.AlignmentFlag.AlignCenter, words)

    def _badge(self, painter: QPainter, words: str, colour: QColor, left: float, box: QRect) -> float:
        dress = self.dress
        width = dress.small_metrics.horizontalAdvance(words) + 12
        height = round(17 * dress.scale)
        shape = QRectF(left, box.y() + round((box.height() - height) / 2), width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = dress.tint(colour)
        painter.setBrush(ground)
        painter.drawRoundedRect(shape, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(dress.readable(colour, ground))
        painter.setFont(dress.small)
        draw(painter, shape, Qt.AlignmentFlag.AlignCenter, words)
        return float(width)


def _fitting(path: str, metrics: QFontMetricsF, room: float) -> str:
    """As much of a path as fits. Its folders give way first: the name at its end tells it from the others."""
    if metrics.horizontalAdvance(path) <= room:
        return path
    folders, slash, name = path.rpartition("/")
    left = room - metrics.horizontalAdvance(slash + name)
    if left < metrics.horizontalAdvance("…") + _LEAST:
        return elided(metrics, path, Qt.TextElideMode.ElideMiddle, room)
    return elided(metrics, folders, Qt.TextElideMode.ElideMiddle, left) + slash + name
