"""What commands print: one JSON document, or lines for a person. The only place that writes them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.errors import UserError
from workbench.review.text import is_boxed
from workbench.workflow.encoding import encoded

_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")


def print_json(document: Any) -> None:
    """One JSON document. Lone surrogates (names that are not UTF-8) are escaped, so any reader takes it."""
    sys.stdout.write(f"{_as_json(encoded(document))}\n")


def print_json_list(document: dict[str, Any], name: str, items: Sequence[bytes]) -> None:
    """One JSON document with a last field that is a list, whose items are JSON already."""
    # Item by item, because few of many have anything to escape.
    every = b",".join([_in_ascii(item) for item in items if item])
    data = b'%b,"%b":[%b]}' % (encoded(document)[:-1], name.encode(), every)
    sys.stdout.write(f"{_as_json(data)}\n")


def _as_json(data: bytes) -> str:
    try:
        return msgspec.json.format(_in_ascii(data), indent=1).decode("ascii")
    except (UnicodeDecodeError, msgspec.DecodeError):
        import json  # noqa: PLC0415 - it takes lone surrogates, and seldom are there any

        return json.dumps(json.loads(data), indent=1, ensure_ascii=True)


def _in_ascii(data: bytes) -> bytes:
    """Beyond ASCII there is only what stands in strings, where an escape says the same in every encoding."""
    return data if data.isascii() else _BEYOND_ASCII.sub(_escaped, data.decode("utf-8")).encode("ascii")


def _escaped(found: re.Match[str]) -> str:
    data = found[0].encode("utf-16-be")
    return "".join(f"\\u{data[at]:02x}{data[at + 1]:02x}" for at in range(0, len(data), 2))


def print_lines(*lines: str) -> None:
    """Lines of text; what the terminal's encoding cannot show is escaped instead of failing.

    A line end inside (in a path, a note, a model's words) is indented: it cannot pass for a line of ours.
    """
    for line in lines:
        sys.stdout.write(_indented(shown(line)) + "\n")


def print_text(text: str) -> None:
    """A text as it is for a program to read (code must stay code), made safe where a person reads it."""
    if sys.stdout.isatty():
        print_lines(*text.split("\n"))
        return
    encoding = sys.stdout.encoding or "utf-8"
    # Bytes that are not UTF-8 stand in texts as lone surrogates, and leave as the bytes they were.
    errors = "surrogateescape" if encoding.lower().replace("-", "") == "utf8" else "backslashreplace"
    try:
        data = f"{text}\n".encode(encoding, errors)
    except UnicodeEncodeError:
        # Halves of signs are no bytes of a file either, and are spelled out.
        data = f"{text}\n".encode(encoding, "backslashreplace")
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
        sys.stderr.write(_indented(shown(line)) + "\n")
    sys.stderr.flush()


def say_error(error: UserError) -> None:
    """One sentence and a hint."""
    say(*(text for text in (error.message, error.hint) if text))


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def shown(text: str) -> str:
    """Text of the repository or a model, made safe for a terminal: nothing hides but tab and line end."""
    encoding = sys.stdout.encoding or "utf-8"
    if text.isascii() and text.isprintable():
        return text
    # What has no width, such as fillers and variation selectors, counts as printable for Python.
    safe = "".join(
        each if each in "\t\n" or (each.isprintable() and not is_boxed(each)) else f"\\u{{{ord(each):x}}}"
        for each in text
    )
    return safe.encode(encoding, "backslashreplace").decode(encoding)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word: "1 file", "2 files"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
