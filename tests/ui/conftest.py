"""Widgets without a whole window: they end with their test."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.qt_objects import ended
from workbench.ui.diff.view import DiffView


@pytest.fixture(autouse=True)
def objects_ended() -> Iterator[None]:
    with ended():
        yield


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    """A view without motion and without the helper that lexes: nothing happens that a test did not do."""
    found = DiffView()
    found.smooth = False
    found.coloured = False
    qtbot.addWidget(found)
    found.resize(900, 640)
    yield found
    found.stop_helpers()
