"""Widgets without a whole window: they end with their test."""

from collections.abc import Iterator

import pytest

from tests.qt_objects import ended


@pytest.fixture(autouse=True)
def objects_ended() -> Iterator[None]:
    with ended():
        yield
