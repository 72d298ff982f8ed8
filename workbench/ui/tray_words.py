"""The tray in a few rows, for the side panel. Blocking: packs, and looks for no secrets."""

from __future__ import annotations

from workbench.review.costs import dollars
from workbench.workflow.limits import usual_limits
from workbench.workflow.request import next_tray
from workbench.workflow.session import Session
from workbench.workflow.tray import Item, Kind, State

_NAMES = {
    Kind.CHANGED: ("file with changes", "files with changes"),
    Kind.PINNED: ("pinned", "pinned"),
    Kind.RULE: ("house rule", "house rules"),
    Kind.NAMED: ("file of the scope", "files of the scope"),
}


def panel_rows(session: Session) -> tuple[tuple[str, str], ...]:
    """(name, tokens) of each kind of item, then what does not fit, then the sum."""
    tray = next_tray(session, usual_limits(session), looked_through=False)
    rows = [
        (item.title, f"{item.tokens:,}") for item in tray.given if item.kind in (Kind.TASK, Kind.FEEDBACK)
    ]
    for kind, (one, many) in _NAMES.items():
        items = [item for item in tray.given if item.kind is kind]
        if items:
            rows.append((f"{len(items):,} {one if len(items) == 1 else many}", _tokens(items)))
    rows.append(("Instructions and headings", f"{tray.overhead:,}"))
    out = [item for item in tray.items if item.state in (State.LEFT, State.REMOVED)]
    if out:
        rows.append((f"{len(out):,} left out", ""))
    cost = tray.cost(tray.total)
    about = "" if "" in tray.exact else "About "
    rows.append((f"{about}{tray.total:,} tokens", "" if cost is None else dollars(cost)))
    return tuple(rows)


def _tokens(items: list[Item]) -> str:
    return f"{sum(item.tokens for item in items):,}"
