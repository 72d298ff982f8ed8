"""What the tests of the review floor share."""

from __future__ import annotations

import pytest

from tests.review.gitbox import GitBox


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> GitBox:
    """Real git, made once: objects are immutable, so tests do not disturb each other."""
    return GitBox(tmp_path_factory.mktemp("git") / "box.git")
