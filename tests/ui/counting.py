"""Counts what a view makes, for tests of what was to be made before."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.ui.diff.view import DiffView


def makes(view: DiffView, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every cell that is made from here on."""
    made: list[int] = []
    make = view._cells._make

    def count(*given: Any, **how: Any) -> Any:
        made.append(1)
        return make(*given, **how)

    monkeypatch.setattr(view._cells, "_make", count)
    return made
