"""Files that hold anything: each is opened, walked and drawn in the window, and copied as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.repos import new_repo
from tests.window.conftest import Hands
from workbench.review.changes import Side
from workbench.review.text import decode

ACCENTS = "\u0301\u0316\u0489"

LINES: dict[str, str] = {
    "directions": "\u202eabc\u2066def\u2069\u061c\u200e\u200f x",
    "no width": "a\u200b\u200c\u200d\ufeff\u00ad\u2060b",
    "tags": "".join(chr(0xE0000 + number) for number in range(128)),
    "selectors": "x" + "\ufe0f\U000e0100" * 200,
    "look-alikes": "p\u0430yp\u0430l = sc\u043epe",
    "escapes": "\x1b[31mred\x1b[0m\x07\x08\x7f",
    "accents": "z" + ACCENTS * 2000,
    "tabs": "\t" * 10_000 + "x",
    "blanks": " " * 20_000 + "x",
    "form feed": "a\x0cb\x0bc\x85d\u2028e\u2029f",
    "carriage": "one\rtwo\rthree" * 300,
    "wide": "漢字 😀 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈" * 40,
    "right to left": "שלום عالم " * 40,
    "private": "\ue000\U000f0000\U0010ffff\ufffe\uffff",
    "fillers": "\u3164\u115f\u1160\uffa0\u2800",
    "brackets": "(" * 20_000,
    "long": "x y z, " * 150_000,
}

FILES: dict[str, bytes] = {
    "only-cr.txt": b"one\rtwo\r" * 500,
    "mark.txt": b"\xef\xbb\xbfwith a mark\n" * 3,
    "latin.txt": "naïve déjà vu\n".encode("latin-1") * 20,
    "bytes.txt": bytes(range(128, 256)) * 20 + b"\n",
    "halves.txt": b"\xed\xa0\x80\xed\xb0\x80\n" * 20,
    "sixteen.txt": "sixteen ü\n".encode("utf-16") * 20,
    "little.txt": "sixteen ü\n".encode("utf-16-le") * 20,
    "nul.txt": b"a\0b\n" * 20,
    "quotes.py": b'"""\n' * 2001,
    "empty-lines.txt": b"\n" * 5000,
}

NAMES = (
    "new\nline.py",
    "quote\"'`.py",
    "bidi\u202eyp.x",
    "n" * 252 + ".py",
    "\udcff\udcfe.py",
    " lead.py ",
    "-rf",
    "*[a]?.py",
)


@pytest.mark.parametrize("wrap", [False, True])
def test_whatever_stands_in_a_file_is_drawn_and_walked(hands: Hands, tmp_path: Path, wrap: bool) -> None:
    made = new_repo(tmp_path / "odd")
    texts = {f"{name}.txt": f"{line}\n".encode() for name, line in LINES.items()} | FILES
    made.commit(dict.fromkeys(texts, b"before\n"))
    made.write(texts)
    hands.open(made)
    view = hands.window.view
    view.smooth = False
    view.set_wrap(wrap)
    for path in texts:
        hands.window.view.go_to_file(path)
        for command in ("line_down", "line_down", "scroll_right", "page_on", "split", "split", "scroll_left"):
            hands.window.run_command(command)
        view.viewport().repaint()
        assert view.stop().path is not None
    assert len(hands.verdicts()) >= len(texts)
    view.go_to_end(-1)
    hands.type("Ax")


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_copied_as_it_is(hands: Hands, tmp_path: Path, name: str) -> None:
    line = LINES[name]
    made = new_repo(tmp_path / "odd")
    made.commit({"a.txt": "before\n"})
    made.write({"a.txt": f"first\n{line}\nlast\n"})
    hands.open(made)
    hands.window.view.go_to_line("a.txt", Side.NEW, 2)
    QGuiApplication.clipboard().clear()
    hands.window.run_command("copy")
    copied = QGuiApplication.clipboard().text()
    assert copied.removesuffix("\n") == line
    assert copied.removesuffix("\n") == decode(f"{line}\n".encode())
    hands.window.run_command("copy_patch")
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert f"+{line}\n" in QGuiApplication.clipboard().text()


def test_files_of_any_name_are_listed_judged_and_kept(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "names")
    made.commit({"a.py": "x\n"})
    made.write(dict.fromkeys(NAMES, "x = 1\n"))
    hands.open(made)
    assert set(NAMES) <= set(hands.session.by_path)
    for path in NAMES:
        hands.window.view.go_to_file(path)
        assert hands.window.view.current_file() == path
        hands.window.run_command("reject_file")
        hands.window.run_command("viewed")
    assert hands.verdicts().count("rejected") == len(NAMES)
    hands.window.panels.show_now()
    hands.type("R")
    hands.until(lambda: not hands.window.tasks.is_busy)
    assert hands.verdicts().count("rejected") == len(NAMES)
