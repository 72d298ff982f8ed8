"""Where the list of files is scrolled to when other files come."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.samples import file_of
from workbench.review.changes import FileChange
from workbench.ui.file_panel import FilePanel
from workbench.ui.theme import load_theme


@pytest.fixture
def panel(qtbot: QtBot) -> FilePanel:
    found = FilePanel(load_theme("dark"))
    qtbot.addWidget(found)
    found.resize(236, 500)
    found.show()
    return found


def files(letter: str, count: int) -> list[FileChange]:
    return [file_of(f"{letter}{number:04}.py", None, b"x\n") for number in range(count)]


def show(qtbot: QtBot, panel: FilePanel, listed: Sequence[FileChange]) -> None:
    panel.show_files(tuple(listed), {}, {}, {}, ())
    qtbot.waitUntil(lambda: not panel._grow.isActive())


def top_of(panel: FilePanel, path: str) -> int:
    return panel.list.visualRect(panel.model.index(panel.model.places[path])).top()


@pytest.mark.parametrize("count", [300, 4500])
def test_a_file_that_the_cursor_went_to_before_it_was_listed_is_scrolled_to(
    qtbot: QtBot, panel: FilePanel, count: int
) -> None:
    show(qtbot, panel, files("m", 3))
    panel.show_current("m0001.py")
    qtbot.waitUntil(lambda: not panel._follow.isActive())
    last = f"n{count - 1:04}.py"
    panel.show_current(last)
    show(qtbot, panel, files("n", count))
    assert 0 < top_of(panel, last) < panel.list.viewport().height()


def test_where_the_file_that_was_in_sight_is_gone_the_list_stays_where_it_is(
    qtbot: QtBot, panel: FilePanel
) -> None:
    listed = files("m", 300)
    show(qtbot, panel, listed)
    panel.show_current("m0100.py")
    qtbot.waitUntil(lambda: not panel._follow.isActive())
    bar = panel.list.verticalScrollBar()
    before = bar.value()
    assert before > 0
    show(qtbot, panel, [each for each in listed if each.path != "m0100.py"])
    assert bar.value() == before


def test_more_files_part_the_folders_that_had_one_row(qtbot: QtBot, panel: FilePanel) -> None:
    first = tuple(file_of(path, None, b"x\n") for path in ("src/main/app/a.py", "src/main/app/b.py"))
    panel.show_files(first, {}, {}, {}, ())
    assert [row.name for row in panel.model.rows] == ["src/main/app", "a.py", "b.py"]

    more = (*first, file_of("src/test/c.py", None, b"x\n"))
    panel.show_files(more, {}, {path.path: None for path in more[2:]}, {}, ())
    names = [f"{'  ' * row.depth}{row.name}" for row in panel.model.rows]
    assert names == ["src", "  main/app", "    a.py", "    b.py", "  test", "    c.py"]
    assert panel.model.rowCount() == 6
