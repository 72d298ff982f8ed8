"""Pictures of the diff view for looking at: `python tests/ui/gallery.py [FOLDER]`. Shows; checks nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.ui.samples import OLD_STORE, sample
from workbench.ui.diff.document import Document
from workbench.ui.diff.view import DiffView
from workbench.ui.fonts import interface_font
from workbench.ui.theme import load_theme, stylesheet


def wait(milliseconds: int) -> None:
    """Let the view work."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Gallery:
    """Takes one picture after another of one view."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.view = DiffView()
        self.view.smooth = False
        self.view.resize(1058, 932)
        self.old = {"cache/store.py": OLD_STORE}
        self.view.contents_wanted.connect(self.give)

    def give(self, path: str) -> None:
        """What the window's reader does."""
        if path in self.old:
            self.view.set_contents(path, self.old[path])

    def take(self, name: str, milliseconds: int = 400) -> None:
        """Let colours arrive and save a picture."""
        self.view.show()
        wait(milliseconds)
        self.view.grab().save(str(self.folder / f"{name}.png"))


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setFont(interface_font())
    gallery = Gallery(folder)
    document = sample()
    for name in ("dark", "light"):
        theme = load_theme(name)
        application.setStyleSheet(stylesheet(theme))
        gallery.view.set_theme(theme)
        gallery.view.show_document(document)
        gallery.view.go_to_change(document.files[0].changes[1].id)
        gallery.take(f"split-{name}", 900)
        gallery.view.set_split(False)
        gallery.take(f"unified-{name}")
        gallery.view.set_split(True)
    gallery.view.show_document(Document())
    gallery.view.stop_helpers()


if __name__ == "__main__":
    main()
