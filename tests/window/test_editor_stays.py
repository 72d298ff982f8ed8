"""Who writes under a line of megabytes keeps the editor in sight, whatever becomes of the view meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands

_LINE = "".join(f"call({number});" for number in range(60_000))
_WIDE = "函数检查变量" * 40_000


@pytest.fixture
def long_repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    made = new_repo(tmp_path_factory.mktemp("long") / "long")
    made.commit({"app.min.js": f"{_LINE}\nend\n", "wide.txt": f"{_WIDE}\nend\n"})
    made.write({"app.min.js": f"{_LINE}x();\nend, changed\n", "wide.txt": f"{_WIDE}变\nend!\n"})
    return made


def editor_of(hands: Hands) -> QWidget:
    (editor,) = hands.window.view._overlay._editors.values()
    return editor.widget


def is_in_sight(hands: Hands) -> bool:
    view, editor = hands.window.view, editor_of(hands)
    header = view._layout.heights.header
    port = view.viewport().rect().adjusted(0, header, 0, 0)
    return editor.isVisible() and port.contains(editor.geometry().adjusted(0, 8, 0, -8))


def counted(hands: Hands) -> bool:
    known = hands.window.view._cells._long.values()
    return bool(known) and all(each.is_known for each in known) and hands.window.view.is_settled


@pytest.mark.parametrize("path", ["app.min.js", "wide.txt"])
def test_an_editor_under_a_long_line_stays_in_sight(
    make_hands: Callable[[], Hands], long_repo: Repo, path: str
) -> None:
    hands = make_hands()
    hands.open(long_repo)
    view = hands.window.view
    hands.until(lambda: view.is_settled)
    view.go_to_file(path)
    hands.press(Qt.Key.Key_BracketRight)
    hands.type("cA note")
    hands.until(lambda: is_in_sight(hands))
    text = editor_of(hands).focusProxy()
    assert text is not None
    for act in ("wrap", "bigger", "split", "wrap", "smaller", "split", "wrap"):
        hands.window.run_command(act)
        view.viewport().repaint()
        assert is_in_sight(hands), act
        hands.until(lambda: counted(hands))
        assert is_in_sight(hands), f"{act}, once the line is counted"
        assert hands.window.focusWidget() is text
    for size in ((1200, 500), (800, 700), (1300, 800)):
        hands.window.resize(*size)
        hands.until(lambda size=size: hands.window.size().toTuple() == size)  # type: ignore[misc]
        hands.until(lambda: counted(hands))
        assert is_in_sight(hands), size
    QTest.keyClicks(text, " of mine")
    assert is_in_sight(hands)
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.until(lambda: len(hands.session.review.notes) == 1)
    (note,) = hands.session.review.notes.values()
    assert note.text == "A note of mine"
    hands.until(lambda: not view._overlay.keys)
    spot = view._layout.spot_of_note(note.id)
    assert spot is not None
    top = view._layout.top_of(spot) - view.verticalScrollBar().value()
    assert 0 <= top < view.viewport().height(), "the note is where the editor was"


def test_who_read_on_above_an_editor_is_not_called_back(
    make_hands: Callable[[], Hands], long_repo: Repo
) -> None:
    hands = make_hands()
    hands.open(long_repo)
    view = hands.window.view
    hands.until(lambda: view.is_settled)
    view.go_to_file("app.min.js")
    hands.type("]cA note")
    hands.window.run_command("wrap")
    hands.until(lambda: counted(hands) and is_in_sight(hands))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 3)
    hands.until(lambda: view.is_settled)
    hands.window.resize(1100, 500)
    hands.until(lambda: counted(hands))
    assert not is_in_sight(hands)
