"""What the tests of the git floor share: a folder of our own data, and repositories opened through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.repos import Repo
from workbench.git.repository import Repository

Opening = Callable[[Repo], Repository]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(data: Path) -> Iterator[Opening]:
    """Open repositories, and close them at the end."""
    found: list[Repository] = []

    def open_it(repo: Repo) -> Repository:
        found.append(Repository.open(repo.root, data))
        return found[-1]

    yield open_it
    for repository in found:
        repository.close()
