"""Appends to the action log, inside the fault server."""

from __future__ import annotations

from pathlib import Path

from tests.faults.shim import Board
from tests.store.actions import judged
from workbench.errors import UserError
from workbench.store.log import ActionLog

COUNT = 3


def append(board: Board, path: str) -> tuple[list[str], str]:
    """Open the log and append three actions; the ids that were acknowledged, and what a refusal said."""
    acknowledged: list[str] = []
    board.switch(on=True)
    try:
        log = ActionLog.open(Path(path))
        for number in range(COUNT):
            action = judged(f"later{number}")
            log.append("r1", action)
            acknowledged.append(action.id)
        log.close()
    except UserError as error:
        return acknowledged, f"{error.message} {error.hint}"
    finally:
        board.switch(on=False)
    return acknowledged, ""
