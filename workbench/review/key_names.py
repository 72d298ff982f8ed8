"""Which names of environment variables say that a key stands in them. By the name alone."""

from __future__ import annotations

_ENDINGS = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_CREDENTIALS")


def holds_key(name: str) -> bool:
    """True for OPENAI_API_KEY, HF_TOKEN and their like: nothing that a child of ours but its caller needs."""
    return name.upper().endswith(_ENDINGS)
