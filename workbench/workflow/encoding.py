"""Documents as the bytes of JSON. What is a document is said elsewhere."""

from __future__ import annotations

from typing import Any

import msgspec


def encoded(document: Any) -> bytes:
    """One document without blanks, in UTF-8. Lone surrogates (names that are not UTF-8) are escaped."""
    try:
        # Ten times as quick as the library's own, which a listing of ten thousand changes feels.
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        import json  # noqa: PLC0415 - seldom is there such a name

        return json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode("ascii")
