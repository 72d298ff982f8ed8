"""The fault server, started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cases import Scenes, small
from tests.faults.server import Server
from tests.faults.shim import compiled, why_not


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fault injector, compiled. Skips where it cannot be."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    return compiled(tmp_path_factory.mktemp("injector"))


@pytest.fixture(scope="session")
def server(library: Path) -> Iterator[Server]:
    with Server(library) as started:
        yield started


@pytest.fixture(scope="session")
def scenes(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """Every step of a review on a dozen files, rehearsed."""
    with small(server, tmp_path_factory.mktemp("faults") / "small") as made:
        yield made
