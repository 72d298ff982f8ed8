"""Which content is binary, by git's own rule: a NUL among its first bytes (`buffer_is_binary`)."""

from __future__ import annotations

BEGINNING = 8000
"""Bytes that git looks at, and so the most that anybody needs to read for it."""


def is_binary(content: bytes) -> bool:
    """Of a whole file, or of its beginning."""
    return b"\0" in content[:BEGINNING]
