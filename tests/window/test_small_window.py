"""What gives way when there is little room: whole words, never half of one, and nothing that jumps."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.repos import new_repo
from tests.shots.rows import logo
from tests.window.conftest import Hands
from workbench.ui.hints import Hints
from workbench.ui.top_bar import FIELD


def test_the_field_in_the_middle_gives_way_before_a_word_beside_it_is_cut(
    hands: Hands, tmp_path: Path
) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.py": "x = 1\n"})
    made.write({"a.py": "x = 2\n"})
    hands.open(made)
    bar = hands.window.top_bar
    for width in (1600, 1280, 1200):
        hands.window.resize(width, 700)
        hands.until(lambda: bar.width() == width)  # noqa: B023 - asked at once
        hands.until(lambda: bar.trust.width() >= bar.trust.sizeHint().width())
        assert bar.field.width() <= FIELD
    assert bar.field.width() < FIELD


def test_keys_under_an_editor_are_shown_whole_or_not_at_all(qtbot: QtBot) -> None:
    hints = Hints(None, "Ctrl+Enter saves", "Esc keeps the draft", "Ctrl+E suggestion")  # type: ignore[arg-type]
    qtbot.addWidget(hints)
    hints.show()
    wide = hints.fontMetrics().horizontalAdvance
    hints.resize(wide("Ctrl+Enter saves   Esc keeps the draft   Ctrl+E suggestion") + 4, 20)
    assert hints.text().endswith("Ctrl+E suggestion")
    hints.resize(wide("Ctrl+Enter saves   Esc keeps the draft   Ctrl+E"), 20)
    assert hints.text() == "Ctrl+Enter saves   Esc keeps the draft"
    assert "Ctrl+E suggestion" in hints.toolTip()
    hints.set_parts("Ctrl+Enter saves", "Ctrl+Shift+Enter asks now", "Esc keeps the draft")
    assert hints.text() == "Ctrl+Enter saves"


def test_a_reason_does_not_move_the_fact_that_it_stands_beside(hands: Hands, tmp_path: Path) -> None:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.bin": b"\0" * 900, "b.bin": b"\0" * 900})
    made.write({"a.bin": b"\1" * 900, "b.bin": b"\2" * 900})
    hands.open(made)
    hands.window.resize(1500, 700)
    lineless = hands.window.view._painter.lineless
    section = hands.window.view._layout.sections[0]
    scene = hands.window.view._scene()
    fact = "binary file changed · 900 bytes"
    before = lineless._room(scene, section, fact, "")
    after = lineless._room(scene, section, fact, f"✗ rejected · {'because it is wrong ' * 6}")
    assert (before[0], before[2]) == (after[0], after[2]) == (before[0], False)
    assert after[3].startswith("✗ rejected · because")
    assert after[3].endswith("…")


def test_the_picture_that_is_looked_at_is_decoded_before_those_that_were_passed(
    hands: Hands, tmp_path: Path
) -> None:
    names = [f"{letter}.png" for letter in "abcdef"]
    made = new_repo(tmp_path / "shop")
    made.commit({"z.py": "x = 1\n"})
    made.write({name: logo(f"#{number}46c7b", 40 + number) for number, name in enumerate(names)})
    hands.open(made)
    pictures = hands.window.pictures
    pictures.stop()
    came: list[str] = []
    pictures.decoded.connect(lambda blob, _: came.append(blob))
    pictures._forget()
    for name in names:
        pictures.want(name)
    hands.until(lambda: len(came) == len(names))
    by_blob = {hands.session.by_path[name].new_id: name for name in names}
    assert [by_blob[blob] for blob in came].index("f.png") <= 1
