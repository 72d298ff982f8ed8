"""Words that are laid out once look as Qt draws them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from workbench.ui.diff.lettering import Lettering
from workbench.ui.fonts import interface_font
from workbench.ui.shown_text import in_order


def empty(ratio: float) -> QImage:
    image = QImage(round(600 * ratio), round(60 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#151820"))
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("weight", [QFont.Weight.Normal, QFont.Weight.DemiBold])
@pytest.mark.parametrize(
    "words", ["57 unchanged lines  ·  ", "1,203", "def compute(self, AVA) -> To", "класс Ö", "שלום", "", " "]
)
def test_words_look_as_they_are_drawn_by_qt(
    qapp: QApplication, ratio: float, weight: QFont.Weight, words: str
) -> None:
    font = interface_font(13, weight)
    lettering = Lettering(font, QFontMetricsF(font))
    images = [empty(ratio) for _ in range(3)]
    for number, image in enumerate(images):
        painter = QPainter(image)
        painter.setPen(QColor("#aabbcc"))
        if number:
            lettering.draw(painter, 60, 31, words)
        else:
            painter.setFont(font)
            painter.drawText(QPointF(60, 31), in_order(words))
        painter.end()
    assert images[0] == images[1] == images[2]
    assert lettering.width(words) == QFontMetricsF(font).horizontalAdvance(words)
