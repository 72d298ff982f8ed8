"""Texts and JSON as the database holds them: bytes, because a path may hold lone surrogates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def packed(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def as_json(value: Mapping[str, Any]) -> bytes:
    return packed(json.dumps(dict(value), ensure_ascii=False, separators=(",", ":")))


def as_object(found: tuple[bytes] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    value: dict[str, Any] = json.loads(unpacked(found[0]))
    return value
