"""The lines of the base: those that one frame wants are read and shown together, last wanted first."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.repos import Repo, new_repo
from tests.window.conftest import Hands
from workbench.review.changes import Side
from workbench.ui import base_lines
from workbench.workflow.candidates import Asked
from workbench.workflow.session import Session

NAMES = [f"file{number:03}.py" for number in range(150)]


@pytest.fixture
def many(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    made = new_repo(tmp_path_factory.mktemp("lines") / "lines")
    made.commit({name: f"{name}\n" for name in NAMES})
    made.commit(dict.fromkeys(NAMES, "new\n"))
    return made


def _came(hands: Hands, paths: list[str]) -> list[Mapping[str, tuple[bytes, ...]]]:
    found: list[Mapping[str, tuple[bytes, ...]]] = []
    # What the view itself looks ahead for is read as well, and would come among these.
    hands.until(lambda: hands.window.view.is_settled and not hands.window.tasks.is_busy)
    hands.window.base_lines.read.connect(found.append)
    for path in paths:
        hands.window.base_lines.want(path)
    wanted = set(paths)
    hands.until(lambda: wanted <= {path for each in found for path in each})
    return found


def test_what_a_turn_wants_comes_at_once(hands: Hands, many: Repo) -> None:
    hands.open(many, Asked("HEAD~1..HEAD"))

    found = _came(hands, NAMES[100:120])

    assert [sorted(each) for each in found] == [NAMES[100:120]]
    assert all(each[path] == (f"{path}\n".encode(),) for each in found for path in each)


def test_where_more_is_wanted_than_is_read_at_once_the_last_comes_first(hands: Hands, many: Repo) -> None:
    hands.open(many, Asked("HEAD~1..HEAD"))

    found = _came(hands, NAMES)

    assert [len(each) for each in found[:2]] == [base_lines.MOST, base_lines.MOST]
    assert set(found[0]) == set(NAMES[-base_lines.MOST :])
    assert sum(len(each) for each in found) == len(NAMES)


def test_a_file_that_cannot_be_read_is_said_and_keeps_no_other_back(
    hands: Hands, many: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.open(many, Asked("HEAD~1..HEAD"))
    whole = Session.lines_at

    def read(session: Session, path: str, side: Side) -> tuple[bytes, ...]:
        if path == NAMES[101]:
            raise OSError(5, "Input/output error", path)
        return whole(session, path, side)

    hands.until(lambda: not hands.window.tasks.is_busy)
    monkeypatch.setattr(Session, "lines_at", read)
    found: list[Mapping[str, tuple[bytes, ...]]] = []
    hands.window.base_lines.read.connect(found.append)
    for path in NAMES[100:103]:
        hands.window.base_lines.want(path)
    # What the next key may lead to is read too, meanwhile.
    hands.until(lambda: any(path in NAMES[100:103] for each in found for path in each))

    asked = [sorted(path for path in each if path in NAMES[100:103]) for each in found]
    assert [each for each in asked if each] == [[NAMES[100], NAMES[102]]]
    hands.until(lambda: "Input/output error" in hands.window.notice.sentence.text())
