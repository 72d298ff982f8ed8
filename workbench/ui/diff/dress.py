"""What the painter and the cards share: fonts, metrics, and the mixtures of a theme's colours, computed
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from workbench.review.entries import Said
from workbench.review.notes import Intent
from workbench.review.progress import Standing
from workbench.ui.diff.layout import Heights
from workbench.ui.diff.shaping import Shaper
from workbench.ui.fonts import code_font, interface_font
from workbench.ui.theme import SHOULD, Theme, contrast, mixed, readable, strongest

REJECTED_STRENGTH = 0.45

CODE_SIZE = 13
TAB = 4
BAR = 4
PAD = 8


class Dress:
    """One theme at one size of code. Made anew when either changes."""

    def __init__(self, theme: Theme, family: str = "", size: int = CODE_SIZE, tab: int = TAB) -> None:
        self.theme = theme
        self.size = size
        self._family, self._tab = family, tab
        self.shaper = Shaper(code_font(size, family), tab)
        scale = size / CODE_SIZE
        self.scale = scale
        self.small_code = Shaper(code_font(max(8, round(12 * scale)), family), tab)
        text = max(9, round(13 * scale))
        self.text = interface_font(text)
        self.strong = interface_font(text, QFont.Weight.DemiBold)
        self.small = interface_font(max(8, round(11 * scale)))
        self.small_strong = interface_font(max(8, round(11 * scale)), QFont.Weight.DemiBold)
        self.text_metrics = QFontMetricsF(self.text)
        self.strong_metrics = QFontMetricsF(self.strong)
        self.small_metrics = QFontMetricsF(self.small)
        self.small_strong_metrics = QFontMetricsF(self.small_strong)
        self.heights = Heights(
            row=round(21 * scale),
            gap=round(28 * scale),
            header=round(36 * scale),
            fact=round(30 * scale),
            entry=round(34 * scale),
            words=round(28 * scale),
            picture=round(250 * scale),
        )
        self.number_drop = (self.heights.row - self.small_code.height) / 2
        self._mix(theme)

    def _mix(self, theme: Theme) -> None:
        self._said = {
            Said.ALTERED: theme.altered,
            Said.KEEP_ALTERED: theme.altered,
            Said.CAME_BACK: theme.back,
            Said.STILL_THERE: theme.back,
            Said.OUT_OF_SCOPE: theme.back,
            Said.LEFT_OUT: theme.back,
            Said.NOT_ADDRESSED: theme.open,
            Said.DECLINED: theme.open,
            Said.ANSWERED: theme.accent,
            Said.TOUCHED: theme.accent,
            Said.KEPT: theme.accepted,
            Said.GROWN: theme.accepted,
            Said.OUTDATED: theme.dim,
        }
        veil = theme.veil
        self.gap = mixed(theme.panel, theme.ground, 0.6)
        self.gap_veiled = mixed(theme.accent, self.gap, veil)
        self.header = theme.panel
        grounds = {
            "plain": theme.ground,
            "removed": theme.removed_row,
            "added": theme.added_row,
            "nothing": theme.nothing,
        }
        self.grounds = {name: (colour, _veiled(theme, colour)) for name, colour in grounds.items()}
        self.cursor_row = mixed(theme.accent, theme.ground, 0.10)
        self.faded_removed = theme.removed_row
        self.faded_added = mixed(theme.added_row, theme.ground, REJECTED_STRENGTH)
        self.faded_added_veiled = _veiled(theme, self.faded_added)
        self.words = {
            "removed": (theme.removed_words, _veiled(theme, theme.removed_words)),
            "added": (theme.added_words, _veiled(theme, theme.added_words)),
        }
        self.badge = mixed(theme.text, theme.panel, 0.04)
        self._readable: dict[tuple[int, int], QColor] = {}

    # What most frames do not show is mixed when it is first shown.

    @cached_property
    def selected(self) -> Mapping[str, QColor]:
        """The grounds of selected rows, as strong as leaves the code on them readable."""
        theme = self.theme
        code = (theme.text, *theme.syntax)
        return {
            name: strongest(theme.accent, ground, 0.26, code, theme.contrast)
            for name, (ground, _) in self.grounds.items()
        }

    @cached_property
    def hit(self) -> QColor:
        """The ground of what a search found, as strong as leaves the code on it readable."""
        theme = self.theme
        return strongest(theme.open, theme.ground, 0.45, (theme.text, *theme.syntax), theme.contrast)

    @cached_property
    def focus(self) -> QColor:
        """The line that says where the keys are: as quiet as it can be and still be seen (WCAG 1.4.11)."""
        theme = self.theme
        mixes = (mixed(theme.accent, theme.panel, step / 20) for step in range(8, 20))
        return next(
            (each for each in mixes if min(contrast(each, theme.panel), contrast(each, theme.ground)) >= 3),
            theme.accent,
        )

    @cached_property
    def small_strong_code(self) -> Shaper:
        """The line numbers of selected rows."""
        font = code_font(max(8, round(12 * self.scale)), self._family)
        font.setBold(True)
        return Shaper(font, self._tab)

    @cached_property
    def faded_words(self) -> tuple[QColor, QColor]:
        """The ground of words that differ in code that was rejected, and under the veil."""
        grounds = zip(self.words["added"], (self.faded_added, self.faded_added_veiled), strict=True)
        plain, veiled = (mixed(words, row, REJECTED_STRENGTH) for words, row in grounds)
        return plain, veiled

    @cached_property
    def faded_ink(self) -> QColor:
        """The one colour of code that was rejected: as weak as can be and still be read on all its grounds.

        Not the colours of its syntax made weaker: none of them could be read.
        """
        theme = self.theme
        grounds = (self.faded_added, self.faded_added_veiled, *self.faded_words)
        for step in range(round(REJECTED_STRENGTH * 20), 20):
            ink = mixed(theme.text, theme.ground, step / 20)
            if all(contrast(ink, ground) >= theme.contrast for ground in grounds):
                return ink
        return theme.text

    def readable(self, colour: QColor, ground: QColor) -> QColor:
        """A colour as it can be read on a ground that it was not made for."""
        key = colour.rgb(), ground.rgb()
        found = self._readable.get(key)
        if found is None:
            theme = self.theme
            found = self._readable[key] = readable(colour, ground, theme.text, theme.contrast)
        return found

    def tint(self, colour: QColor) -> QColor:
        """The ground of a badge in a header."""
        return mixed(colour, self.theme.panel, 0.14)

    def standing(self, standing: Standing) -> QColor:
        """The colour of a verdict."""
        return {
            Standing.ACCEPTED: self.theme.accepted,
            Standing.REJECTED: self.theme.rejected,
            Standing.MIXED: self.theme.open,
            Standing.ASKED: self.theme.open,
            Standing.UNREAD: self.theme.open,
        }[standing]

    def intent(self, intent: Intent) -> QColor:
        """The colour of what a note wants."""
        return self._intents[intent]

    @cached_property
    def _intents(self) -> dict[Intent, QColor]:
        return {
            Intent.MUST: self.theme.open,
            Intent.SHOULD: mixed(self.theme.open, self.theme.dim, SHOULD),
            Intent.QUESTION: self.theme.accent,
            Intent.KEEP: self.theme.accepted,
        }

    def said(self, said: Said) -> QColor:
        """The colour of what became of something."""
        return self._said.get(said, self.theme.dim)


def _veiled(theme: Theme, colour: QColor) -> QColor:
    return mixed(theme.accent, colour, theme.veil)
