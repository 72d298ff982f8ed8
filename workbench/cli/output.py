"""What commands print: one JSON document, or lines for a person. The only place that writes them."""

from __future__ import annotations

import json
import sys
from typing import Any

from workbench.errors import UserError


def print_json(document: Any) -> None:
    """One JSON document. Lone surrogates (names that are not UTF-8) are escaped, so any reader takes it."""
    json.dump(document, sys.stdout, indent=1, ensure_ascii=True)
    sys.stdout.write("\n")


def print_lines(*lines: str) -> None:
    """Lines of text; what the terminal's encoding cannot show is escaped instead of failing."""
    for line in lines:
        sys.stdout.write(shown(line) + "\n")


def print_text(text: str) -> None:
    """A text as it is for a program to read (code must stay code), made safe where a person reads it."""
    if sys.stdout.isatty():
        print_lines(text)
        return
    encoding = sys.stdout.encoding or "utf-8"
    # Bytes that are not UTF-8 stand in texts as lone surrogates, and leave as the bytes they were.
    errors = "surrogateescape" if encoding.lower().replace("-", "") == "utf8" else "backslashreplace"
    data = f"{text}\n".encode(encoding, errors)
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(data.decode(encoding, "replace"))
        return
    sys.stdout.flush()
    binary.write(data)
    binary.flush()


def say(*lines: str) -> None:
    """Lines for the person beside what is printed: on standard error."""
    for line in lines:
        sys.stderr.write(shown(line) + "\n")
    sys.stderr.flush()


def say_error(error: UserError) -> None:
    """One sentence and a hint."""
    say(error.message, *([error.hint] if error.hint else []))


def shown(text: str) -> str:
    """Text of the repository or a model, made safe for a terminal: no control characters but tab."""
    encoding = sys.stdout.encoding or "utf-8"
    safe = "".join(each if each.isprintable() or each in "\t\n" else f"\\u{{{ord(each):x}}}" for each in text)
    return safe.encode(encoding, "backslashreplace").decode(encoding)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: "1 file", "2 files"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
