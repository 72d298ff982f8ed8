"""What commands print: one JSON document, or lines for a person. The only place that writes to standard output."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(document: Any) -> None:
    """One JSON document. Lone surrogates (names that are not UTF-8) are escaped, so any reader takes it."""
    json.dump(document, sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")


def print_lines(*lines: str) -> None:
    """Lines of text; what the terminal's encoding cannot show is escaped instead of failing."""
    for line in lines:
        sys.stdout.write(shown(line) + "\n")


def print_bytes(data: bytes) -> None:
    """Bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def shown(text: str) -> str:
    """Text of the repository or a model, made safe for a terminal: no control characters but tab."""
    encoding = sys.stdout.encoding or "utf-8"
    safe = "".join(each if each.isprintable() or each in "\t\n" else f"\\u{{{ord(each):x}}}" for each in text)
    return safe.encode(encoding, "backslashreplace").decode(encoding)
