"""TOML as text: where a key stands, how a value is written, how a line is changed and the comments kept.

The standard library reads TOML and does not write it. This knows what settings need of it and no more: nested
tables by header, values that stand on one line. It never decides alone: whoever edits a text parses it again.
"""

from __future__ import annotations

import json
import re
from typing import Any

_HEADER = re.compile(r"\s*\[([^\[\]]*)\]\s*(#.*)?$")
_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def line_of(text: str, where: tuple[str, ...], *, exactly: bool = False) -> int | None:
    """The line (from 1) that gives the value at a path of keys, or else the nearest table around it."""
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.match(line)
        if header:
            table = _key_path(header.group(1))
            here = table
        else:
            here = (*table, *_key_path(line.partition("=")[0])) if "=" in line else ()
        depth = len(here)
        wanted = here == where if exactly else depth > 0 and where[:depth] == here
        if wanted and (best is None or depth > best[0]):
            best = (depth, number)
    return best[1] if best else None


def _key_path(text: str) -> tuple[str, ...]:
    """`a."b c".d` as its parts. Empty for what is no key, such as a line within a text of many lines."""
    parts: list[str] = []
    position = 0
    while True:
        found = _PART.match(text, position)
        if not found:
            return ()
        double, single, bare = found.groups()
        if double is None:
            parts.append(bare if single is None else single)
        else:
            import tomllib  # noqa: PLC0415 - as in `settings.py`

            try:
                parts.append(tomllib.loads(f'k = "{double}"')["k"])
            except tomllib.TOMLDecodeError:
                return ()
        position = found.end()
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            return ()
        position += 1


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else quoted(name)


def quoted(text: str) -> str:
    # A JSON string is a TOML one too, except that TOML wants DEL escaped and knows no pairs of surrogates.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def with_value(text: str, where: tuple[str, ...], value: Any) -> str:
    """The text with a value put at a path of keys: in its line if it has one, else in its table.

    Only right where the old value stands on one line. None as value takes the line out.
    """
    lines = text.split("\n")
    headers = [n for n, line in enumerate(lines) if _HEADER.match(line)]
    new = [] if value is None else [f"{key(where[-1])} = {literal(value)}"]
    at = line_of(text, where, exactly=True)
    if at is not None:
        lines[at - 1 : at] = new
    elif new and len(where) == 1:
        place = headers[0] if headers else len(lines)
        while headers and place and lines[place - 1].lstrip().startswith("#"):  # They speak of the table.
            place -= 1
        place = len(_without_blank_end(lines[:place]))
        lines[place:place] = new
    elif new:
        header = line_of(text, where[:-1], exactly=True)
        if header is None:
            lines = [*_without_blank_end(lines), "", f"[{'.'.join(map(key, where[:-1]))}]", *new, ""]
        else:
            lines[header:header] = new
    return "\n".join(lines)


def _without_blank_end(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
