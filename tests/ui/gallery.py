"""Pictures of the diff view for looking at: `python tests/ui/gallery.py [FOLDER]`. Shows; checks nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.ui.samples import ODD_OLD, OLD_STORE, large, ledger_sample, sample
from workbench.review.changes import Side
from workbench.review.lines import split_lines
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
        self.old = {"cache/store.py": OLD_STORE, "cache/odd_names.py": split_lines(ODD_OLD)}
        self.view.contents_wanted.connect(self.give)

    def give(self, path: str) -> None:
        """What the window's reader does."""
        if path in self.old:
            self.view.set_contents({path: self.old[path]})

    def take(self, name: str, milliseconds: int = 400) -> None:
        """Let colours arrive and save a picture."""
        self.view.show()
        wait(milliseconds)
        self.view.grab().save(str(self.folder / f"{name}.png"))

    def odd(self, document: Document) -> None:
        """Characters that hide, wide ones, long lines, facts, deleted and renamed files."""
        view = self.view
        view.set_theme(load_theme("dark"))
        view.go_to_file("cache/odd_names.py")
        self.take("odd-dark", 700)

    def states(self, document: Document) -> None:
        """The ledger, a selection, search hits, a narrow view, larger type."""
        view = self.view
        other = ledger_sample()
        view.show_document(other)
        view.go_to_entry("e1")
        view.verticalScrollBar().setValue(0)
        self.take("ledger-dark")
        view.show_document(document)
        view.go_to_line("cache/store.py", Side.NEW, 44)
        view.toggle_selecting()
        view.move_line(1)
        view.find("_items")
        self.take("selection-dark")
        view.clear_selection()
        view.find("")
        view.resize(640, 700)
        self.take("narrow-dark")
        view.resize(1058, 932)
        view.set_code_font("", 19)
        self.take("large-type-dark")
        view.set_code_font("", 13)
        view.set_theme(load_theme("high-contrast"))
        self.take("high-contrast")
        view.set_theme(load_theme("colour-blind-light"))
        self.take("colour-blind-light")
        view.set_theme(load_theme("dark"))
        view.resize(1600, 1000)
        view.show_document(large(100, 10))
        self.take("thousand-dark")


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
    gallery.odd(document)
    gallery.states(document)
    gallery.view.stop_helpers()


if __name__ == "__main__":
    main()
