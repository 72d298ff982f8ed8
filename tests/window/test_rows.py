"""What rows say in a real window: moved blocks and the way between their ends, gaps, pictures, folds."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.repos import Repo, new_repo, numbered
from tests.shots.rows import logo, rows_repo
from tests.window.conftest import ALT, Hands
from workbench.review.blocks import Sort
from workbench.review.changes import Side
from workbench.ui.diff.gaps import MORE
from workbench.ui.diff.layout import Spot
from workbench.ui.diff.lineless import Picture


@pytest.fixture
def rows(hands: Hands, tmp_path: Path) -> Hands:
    hands.open(rows_repo(tmp_path / "rows"))
    hands.window.panels.show_now()
    hands.until(lambda: hands.window.view.moves.count)
    hands.until(lambda: not hands.window.tasks.is_busy)
    return hands


@pytest.fixture
def long(hands: Hands, tmp_path: Path) -> Hands:
    """A class with one method changed at its start and one far below."""
    made = new_repo(tmp_path / "long")
    body = "".join(f"    def method_{n}(self):\n        return {n}\n\n" for n in range(30))
    made.commit({"a.py": f"class Long:\n{body}"})
    made.write(
        {"a.py": f"class Long:\n{body}".replace("return 0\n", "return 'a'\n").replace("return 29", "x")}
    )
    hands.open(made)
    hands.until(lambda: gaps(hands) and gaps(hands)[0][1])
    return hands


def gaps(hands: Hands) -> list[tuple[Spot, int | None]]:
    layout = hands.window.view._layout
    found = []
    for at, section in enumerate(layout.sections):
        for index, block in enumerate(section.blocks or ()):
            if block.sort is Sort.GAP:
                found.append((Spot(at, index), block.hidden))
    return found


def pictures(hands: Hands) -> dict[str, Picture]:
    return hands.window.view._painter.lineless.pictures


def click_gap(hands: Hands, spot: Spot, x: int) -> None:
    view = hands.window.view
    y = view._layout.top_of(spot) - view.verticalScrollBar().value() + 10
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))


def test_a_key_leads_from_a_moved_line_to_its_other_end_and_back(rows: Hands) -> None:
    view = rows.window.view
    view.go_to_line("cache/eviction.py", Side.NEW, 9)
    rows.type("\\")
    stop = view.stop()
    assert (stop.path, stop.side, stop.line) == ("cache/store.py", Side.OLD, 12)
    rows.type("\\")
    stop = view.stop()
    assert (stop.path, stop.side, stop.line) == ("cache/eviction.py", Side.NEW, 9)


def test_the_menu_leads_there_too_and_says_where_nothing_moved(rows: Hands) -> None:
    rows.window.view.go_to_line("cache/eviction.py", Side.NEW, 9)
    rows.window.run_command("other_end")
    assert rows.window.view.stop().path == "cache/store.py"
    rows.window.view.go_to_file("zed.py")
    rows.window.run_command("other_end")
    assert rows.notice() == "No moved block is under the cursor."


def test_a_moved_line_is_still_a_change_that_is_judged_by_itself(rows: Hands) -> None:
    view = rows.window.view
    view.go_to_line("cache/eviction.py", Side.NEW, 9)
    change = view.stop().change
    rows.type("a")
    assert change in {each.id for each in rows.session.by_path["cache/eviction.py"].changes}
    store = [each.id for each in rows.session.by_path["cache/store.py"].changes]
    assert rows.session.review.current.get("cache/store.py") is None
    assert store


@pytest.mark.parametrize(
    ("key", "opened"), [(Qt.Key.Key_Down, MORE), (Qt.Key.Key_Up, 0), (Qt.Key.Key_Z, None)]
)
def test_a_key_opens_context_above_below_or_all(long: Hands, key: Qt.Key, opened: int | None) -> None:
    before = gaps(long)[0][1]
    assert before is not None
    long.window.view.go_to_line("a.py", Side.NEW, 3)
    long.press(key, ALT)
    if opened is None:
        assert gaps(long) == []
    else:
        assert gaps(long)[0][1] == before - opened
    if not opened and opened is not None:
        assert long.notice() == "No lines are folded away there."


def test_clicks_on_the_row_of_a_gap_open_its_ends_or_all_of_it(long: Hands) -> None:
    view = long.window.view
    left = view._columns().code(Side.OLD)[0]
    spot, before = gaps(long)[0]
    assert before is not None
    click_gap(long, spot, left + 20)
    spot, now = gaps(long)[0]
    assert now == before - MORE
    assert view._layout.block(spot).old > 6
    click_gap(long, spot, left + 70)
    spot, last = gaps(long)[0]
    assert last == before - 2 * MORE
    click_gap(long, spot, left + 400)
    assert gaps(long) == []


def test_the_gap_names_what_the_line_after_it_stands_in(long: Hands) -> None:
    view = long.window.view
    view.viewport().repaint()
    assert set(view._painter.lineless._scopes.values()) == {"def method_28(self)"}


def test_pictures_are_decoded_and_shown_before_and_after(rows: Hands) -> None:
    rows.window.view.go_to_file("logo.png")
    rows.until(lambda: len(pictures(rows)) >= 2)
    file = rows.session.by_path["logo.png"]
    for blob in (file.old_id, file.new_id):
        picture = pictures(rows)[blob or ""]
        assert picture.image is not None
        assert (picture.image.width(), picture.image.height()) == (220, 165)
        assert picture.transparent
        assert picture.words.startswith("PNG · 220 × 165 · ")


def bomb() -> bytes:
    """A PNG that says it is 60,000 pixels wide and high, in a few bytes."""
    whole = bytearray(logo("#ff0000", 40))
    whole[16:24] = (60_000).to_bytes(4, "big") * 2
    whole[29:33] = crc32(whole[12:29]).to_bytes(4, "big")
    return bytes(whole)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bomb(), "60,000 × 60,000 pixels are more than are decoded"),
        (b"\x89PNG\r\n\x1a\n\0broken", "its size cannot be read"),
        (b"\0not a picture", "it does not begin as a picture does"),
        (logo("#ff0000", 40)[:300], "it is damaged, or not what it begins as"),
        (b"\0<svg xmlns='http://www.w3.org/2000/svg'/>", "it does not begin as a picture does"),
    ],
)
def test_what_is_no_picture_or_too_large_is_said_and_not_decoded(
    make_hands: Callable[[], Hands], tmp_path: Path, data: bytes, said: str
) -> None:
    made: Repo = new_repo(tmp_path / "bomb")
    made.commit({"a.png": logo("#00ff00", 20), "b.py": numbered(3)})
    made.write({"a.png": data})
    hands = make_hands()
    hands.open(made)
    hands.window.view.go_to_file("a.png")
    hands.until(lambda: len(pictures(hands)) >= 2)
    picture = pictures(hands)[hands.session.by_path["a.png"].new_id or ""]
    assert picture.image is None
    assert said in picture.words


def test_what_is_vendored_is_folded_with_its_reason_and_opens_by_key_and_by_going_there(rows: Hands) -> None:
    view = rows.window.view

    def folded() -> tuple[bool, str]:
        section = view._layout.sections[view._layout.files["vendor/lib.py"]]
        return section.folded, section.why

    why = "vendored, 800 changed lines"
    assert folded() == (True, why)
    view.go_to_file("vendor/lib.py")
    rows.type("f")
    assert folded() == (False, why)
    rows.type("f")
    assert folded() == (True, why)
    view.go_to_change(rows.session.by_path["vendor/lib.py"].changes[0].id)
    assert folded() == (False, why)


def test_ignoring_white_space_says_how_many_changes_it_hides_and_judges_none_of_them(rows: Hands) -> None:
    rows.until(lambda: rows.window.row_words.blanks is not None)
    rows.type("w")
    said = "3 changes differ in white space alone"
    assert said in rows.notice()
    assert rows.window.status.whitespace.text() == f"whitespace ignored: {said}"
    rows.window.view.go_to_file("tabs.py")
    rows.type("a")
    assert rows.session.review.current.get("tabs.py") is None
    rows.type("w")
    assert not rows.window.status.whitespace.isVisibleTo(rows.window)


def test_one_helper_decodes_all_pictures_and_is_there_before_the_first_is_looked_at(rows: Hands) -> None:
    helper = rows.window.pictures
    rows.until(lambda: helper.helper_id)
    assert not pictures(rows)
    first = helper.helper_id
    rows.window.view.go_to_file("logo.png")
    rows.until(lambda: len(pictures(rows)) >= 2)
    assert helper.helper_id == first


def test_a_helper_that_is_gone_costs_no_picture_but_the_one_it_worked_on(rows: Hands) -> None:
    helper = rows.window.pictures
    rows.until(lambda: helper.helper_id)
    first = helper.helper_id
    os.kill(first, signal.SIGKILL)
    rows.until(lambda: not helper.helper_id)
    rows.window.view.go_to_file("logo.png")
    rows.until(lambda: len(pictures(rows)) >= 2)
    assert all(picture.image is not None for picture in pictures(rows).values())
    assert helper.helper_id not in (0, first)
