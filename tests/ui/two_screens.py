"""A view moved between screens of different scale, held beside one that was never elsewhere.

`python -m tests.ui.two_screens` on the offscreen platform with two screens writes one JSON object: for each
way whether the marks of the ruler are drawn for the screen, and whether the code looks the same.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QEventLoop, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.ui.samples import large
from workbench.ui.diff.document import Document
from workbench.ui.diff.view import DiffView
from workbench.ui.fonts import load_fonts

SIZE = QSize(900, 600)


def settle(view: DiffView) -> None:
    """Let everything come that follows of itself."""
    for turn in range(300):
        loop = QEventLoop()
        QTimer.singleShot(10, loop.quit)
        loop.exec()
        ruler = view._ruler
        timers = (view._later, view._calm, view._idle, ruler._later, ruler._between)
        if turn > 20 and not any(timer.isActive() for timer in timers):  # resizing begins some of them
            return


def put(view: DiffView, number: int) -> bool:
    """Bring a view to a screen; whether the ruler's marks have as many pixels as they stand on there."""
    screen = QApplication.screens()[number]
    view.setScreen(screen)
    if view.windowHandle() is not None:
        view.windowHandle().setScreen(screen)
    view.move(screen.geometry().topLeft() + QPoint(20, 20))
    view.show()
    settle(view)
    marks, ruler = view._ruler._marks, view._ruler
    wide = round(ruler.width() * ruler.devicePixelRatioF())
    fits = marks is not None and marks.picture.width() == wide
    view.resize(SIZE)  # a platform may keep the pixels, or what they measure
    settle(view)
    return fits


def shown(number: int, document: Document) -> tuple[DiffView, QImage]:
    """A view on a screen, and its picture."""
    view = DiffView()
    view.smooth = view.coloured = False
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setGeometry(QRect(QApplication.screens()[number].geometry().topLeft(), SIZE))
    put(view, number)
    view.show_document(document)
    settle(view)
    return view, view.viewport().grab().toImage()


def main() -> int:
    application = QApplication(sys.argv)
    load_fonts()
    document, found = large(30, 4), {}
    pictures = [shown(number, document) for number in (0, 1)]
    for number, (view, _) in enumerate(pictures):
        there = 1 - number
        fits = put(view, there)
        fresh = pictures[there][1]
        found[str(number)] = {
            "scale": view.devicePixelRatioF(),
            "marks": fits,
            "same": view.viewport().grab().toImage() == fresh,
        }
    for view, _ in pictures:
        view.stop_helpers()
    sys.stdout.write(json.dumps(found) + "\n")
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
