"""PySide6 6.12.0 on Python 3.11 and older loses a reference to None on every call that returns nothing.

After some thousands of painted frames Python dies with "none_dealloc". The pin in pyproject.toml keeps
that release away from those Pythons; this tells when it, or another like it, comes back.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QColor, QImage, QPainter


def test_a_call_that_returns_nothing_takes_no_reference_from_none() -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    colour = QColor("red")
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.setPen(colour)
    after = sys.getrefcount(None)
    painter.end()
    assert after > before - 500
