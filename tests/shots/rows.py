"""Pictures of what a row says: moved blocks, white space in words, pictures, what hides, what is folded."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QLinearGradient, QPainter

from tests.repos import Repo, new_repo, numbered
from tests.shots.fresh import fresh, idle
from workbench.review.changes import Side
from workbench.ui.diff.view import DiffView
from workbench.workflow.candidates import Asked

_EVICT = (
    "    def evict(self, count):\n"
    "        oldest = sorted(self.items, key=self.age)[:count]\n"
    "        for key in oldest:\n"
    "            del self.items[key]\n"
    "        return oldest\n\n"
)
_STORE = (
    '"""Values by key."""\n\nimport time\n\n\nclass Store:\n    def __init__(self, limit):\n'
    "        self.limit = limit\n        self.items = {}\n\n"
    + _EVICT
    + "".join(f"    def field_{n}(self):\n        return self.items.get({n})\n\n" for n in range(12))
)
_EVICTION = '"""Who has to go."""\n\n\nclass Eviction:\n    limit = 10\n'
_TABS = "def tabs(a):\n\tif a:\n\t\treturn 1\n\treturn 2\n\n\nNAMES = [\n    'one',\n    'two',\n]\n"


def logo(colour: str, size: int = 220) -> bytes:
    """A small picture with transparent corners, as the bytes of a PNG."""
    image = QImage(size, size * 3 // 4, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    gradient = QLinearGradient(QPointF(0, 0), QPointF(size, size))
    gradient.setColorAt(0, QColor(colour))
    gradient.setColorAt(1, QColor("#202030"))
    painter.setBrush(gradient)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QRectF(10, 10, size - 20, size * 3 / 4 - 20))
    painter.end()
    return encoded(image)


def encoded(image: QImage) -> bytes:
    """An image as a file has it."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def rows_repo(root: Path) -> Repo:
    """A repository with a change of every sort that has words of its own."""
    made = new_repo(root)
    made.commit(
        {
            "cache/store.py": _STORE,
            "cache/eviction.py": _EVICTION,
            "docs/notes.txt": "one\r\ntwo\r\nthree\r\n",
            "logo.png": logo("#4c8dff"),
            "old.png": logo("#ff7a59", 120),
            "tabs.py": _TABS,
            "vendor/lib.py": numbered(400),
            "zed.py": "x = 1\n",
        }
    )
    deeper = "".join(f"    {line}" if line.strip() else line for line in _EVICT.splitlines(keepends=True))
    made.write(
        {
            "cache/store.py": _STORE.replace(_EVICT, "").replace("import time\n\n", ""),
            "cache/eviction.py": f"{_EVICTION}\n    class Oldest:\n{deeper}",
            "docs/notes.txt": "one\ntwo\nthree",
            "logo.png": logo("#46c37b"),
            "new.png": logo("#b48cff", 90),
            "tabs.py": _TABS.replace("\t", "    ").replace("'one',\n    'two'", "'one',   \n    'two'"),
            "vendor/lib.py": numbered(400).replace("line", "row"),
            "zed.py": (
                "x = 1\n<<<<<<< HEAD\nname = 'ours'\n=======\nname = 'theirs'\n>>>>>>> topic\n"
                "is_\u0430dmin = name != 'x\u202e \u2066# check\u2069 \u2066'\nzero = 'a\u200bb'\n"
            ),
        }
    )
    (made.root / "old.png").unlink()
    return made


def rows_scenes(scratch: Path, folder: Path) -> list[Path]:
    """Every picture of it."""
    driver = fresh(folder)
    window = driver.window
    window.errands.open(rows_repo(scratch / "rows").root, Asked(new=True))
    driver.until(lambda: window.controller.session is not None, "the review")
    driver.until(lambda: window.view.moves.count > 0, "the moved blocks")
    idle(driver, "the work behind the window")
    view = window.view
    view.go_to_file("cache/eviction.py")
    driver.shot("70-moved-here")
    view.go_to_line("cache/eviction.py", Side.NEW, _moved_line(view))
    driver.type("\\")
    driver.shot("71-moved-from")
    view.go_to_file("logo.png")
    driver.settle()
    driver.until(lambda: _pictures(view) >= 4, "the pictures", 60)
    driver.shot("72-picture")
    view.go_to_file("new.png")
    driver.shot("73-picture-new-and-gone")
    view.go_to_file("tabs.py")
    driver.shot("74-white-space-and-folded")
    view.go_to_file("zed.py")
    driver.shot("75-hidden-and-conflict")
    window.run_command("theme_light")
    driver.shot("76-hidden-light")
    view.go_to_file("logo.png")
    driver.shot("77-picture-light")
    window.run_command("theme_dark")
    driver.type("t")
    view.go_to_file("cache/eviction.py")
    driver.shot("78-moved-unified")
    driver.type("t")
    window.close()
    return driver.taken


def _moved_line(view: DiffView) -> int:
    return view.moves.blocks["cache/eviction.py", Side.NEW][0].new.start


def _pictures(view: DiffView) -> int:
    return len(view._painter.lineless.pictures)
