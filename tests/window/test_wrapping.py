"""Long lines wrapped, by key and by menu: remembered, aligned, and with the line under the eye kept."""

from __future__ import annotations

from collections.abc import Callable

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.review.changes import Side

LONG = "value = call(" + ", ".join(f"argument_{number}={number}" for number in range(60)) + ")\n"
BEFORE = "".join(f"line_{number} = {number}\n" for number in range(80))


def opened(hands: Hands, repo: Repo) -> None:
    repo.commit({"long.py": BEFORE + LONG + "end = 1\n"})
    repo.write({"long.py": BEFORE.replace("line_40 = 40\n", LONG) + LONG.replace("=7,", "=8,") + "end = 2\n"})
    repo.write({"other.py": "".join(f"more_{number} = {number}\n" for number in range(200))})
    hands.open(repo)
    hands.until(lambda: hands.window.view._contents.counts)


def row_height(hands: Hands, line: int) -> int:
    layout = hands.window.view._layout
    spot = layout.spot_of_line("long.py", Side.NEW, line)
    assert spot is not None
    layout.settle(layout.top_of(spot), layout.top_of(spot) + 1000)
    return layout.bottom_of(spot) - layout.top_of(spot)


def test_the_key_wraps_long_lines_and_the_setting_stays(make_hands: Callable[[], Hands], repo: Repo) -> None:
    hands = make_hands()
    opened(hands, repo)
    assert row_height(hands, 41) == hands.window.view._layout.heights.row
    hands.type("W")
    assert hands.window.view.wraps
    assert row_height(hands, 41) > 2 * hands.window.view._layout.heights.row
    assert hands.window.view.horizontalScrollBar().maximum() == 0
    hands.window.close()
    again = make_hands()
    again.open(repo)
    assert again.window.view.wraps
    again.window.menus.triggered.emit("wrap")
    assert not again.window.view.wraps


def test_the_line_under_the_cursor_stays_where_it_is(hands: Hands, repo: Repo) -> None:
    opened(hands, repo)
    view = hands.window.view
    view.go_to_line("long.py", Side.NEW, 82)
    hands.until(lambda: view._motion.state().value == 0)
    before = view._cursor_y()
    hands.type("W")
    assert view._cursor_y() == before
    hands.type("W")
    assert view._cursor_y() == before


def test_both_sides_of_a_wrapped_row_stand_side_by_side(hands: Hands, repo: Repo) -> None:
    opened(hands, repo)
    hands.type("W")
    layout = hands.window.view._layout
    for line in (81, 82):
        old = layout.spot_of_line("long.py", Side.OLD, line)
        new = layout.spot_of_line("long.py", Side.NEW, line)
        assert old == new
