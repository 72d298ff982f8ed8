"""Sessions for the tests of the workflow, closed at the end of each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.repos import Repo, edited_repo
from workbench.workflow.opening import Asked, open_review
from workbench.workflow.session import Session

Open = Callable[..., Session]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """One commit; in the work tree `edited.py` (line 7), `new.py` and the removal of `gone.py`."""
    return edited_repo(tmp_path / "repo")


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens reviews; each call is a session of its own, as another process would have it."""
    sessions: list[Session] = []

    def open_one(path: Path, **asked: object) -> Session:
        session = open_review(path, Asked(**asked))  # type: ignore[arg-type]  # the fields of Asked by name
        assert isinstance(session, Session)
        sessions.append(session)
        return session

    yield open_one
    for session in sessions:
        session.close()
