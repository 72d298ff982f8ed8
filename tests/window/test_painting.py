"""An error while something is painted is one error: no painter is left open, and the next frame is whole."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.repos import Repo
from tests.window.conftest import Hands
from workbench.ui.diff.ruler_marks import Marks


@pytest.mark.parametrize("part", ["code", "marks of the ruler"])
def test_an_error_while_painting_leaves_no_painter_open(
    hands: Hands, repo: Repo, monkeypatch: pytest.MonkeyPatch, qtlog: Any, part: str
) -> None:
    hands.open(repo)
    view = hands.window.view
    is_code = part == "code"
    owner, name = (view._painter, "paint") if is_code else (Marks, "_file")

    def fail(*_: object) -> None:
        raise ValueError("this cannot be painted")

    view._ruler.redraw()
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, fail)
        # The error is kept, and with it every name of the frames that it went through.
        with pytest.raises(ValueError, match="this cannot be painted") as kept:
            (view.viewport() if is_code else view._ruler).repaint()
    view._ruler.redraw()
    view.viewport().repaint()
    QApplication.processEvents()
    assert kept.value.__traceback__ is not None
    assert [each.message for each in qtlog.records if "paint" in each.message.lower()] == []
