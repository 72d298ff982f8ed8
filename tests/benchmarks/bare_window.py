"""The yardstick: a bare PySide6 window that paints one text and ends. Platform and size are the program's."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Bare(QWidget):
    """Paints one text."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawText(40, 40, "first change")
        painter.end()
        print(f"{time.time():.6f}", flush=True)
        QTimer.singleShot(0, QApplication.quit)


def main() -> int:
    """Show the window, and end after its first paint."""
    application = QApplication(sys.argv)
    window = Bare()
    window.resize(1600, 1000)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
