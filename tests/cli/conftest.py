"""The command line, a repository with an AI's edits, and one model server and helper for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.driver import CommandLine
from tests.model_server import ModelServer, model_server
from tests.repos import Repo, edited_repo, new_repo
from workbench.generation.children import Helpers


@pytest.fixture
def wb(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return CommandLine(capsys, monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """One commit; in the work tree `edited.py` (line 7), `new.py` and the removal of `gone.py`."""
    return edited_repo(tmp_path / "repo")


@pytest.fixture
def clean(tmp_path: Path) -> Repo:
    """Two commits, and nothing uncommitted."""
    made = new_repo(tmp_path / "clean")
    made.commit({"a.py": "one\ntwo\nthree\n"}, "the first")
    made.commit({"a.py": "one\n2\nthree\n", "b.py": "b\n"}, "the second")
    return made


class KeptHelpers(Helpers):
    """A helper process that outlives the command that started it: LiteLLM takes seconds to be imported."""

    def close(self) -> None:
        """Not yet."""


@pytest.fixture(scope="session")
def helpers() -> Iterator[KeptHelpers]:
    kept = KeptHelpers()
    yield kept
    Helpers.close(kept)


@pytest.fixture(scope="session")
def running_server() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server
