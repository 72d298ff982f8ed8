"""The tray as a JSON document for the scripting surface."""

from __future__ import annotations

from typing import Any

from workbench.workflow.tray import Finding, Item, Tray


def tray_document(tray: Tray) -> dict[str, Any]:
    """What the next round is given: every item in order, what it weighs and costs, and what looks secret."""
    return {
        "model": tray.limits.model or None,
        "window": tray.limits.window,
        "budget": tray.budget,
        "tokens": tray.total,
        "counted": "exact" if "" in tray.exact else "about",
        "cost": tray.cost(tray.total),
        "overhead": tray.overhead,
        "others": tray.others,
        "items": [_item(tray, item) for item in tray.items],
        "findings": [_finding(each) for each in tray.findings],
    }


def _item(tray: Tray, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "title": item.title,
        "state": item.state.value,
        "path": item.path,
        "why": item.why,
        "tokens": tray.weight(item),
        "cost": tray.cost(tray.weight(item)) if item.is_given else None,
        "lines": [list(each) for each in item.parts],
        "text": item.text,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind,
        "places": list(finding.places),
        "items": list(finding.items),
        "allowed": finding.allowed,
    }
