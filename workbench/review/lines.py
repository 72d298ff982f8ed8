"""Lines as bytes. The only place that says what a line is: what ends in `\\n`, or the rest."""

from __future__ import annotations

from collections.abc import Iterable


def split_lines(data: bytes) -> tuple[bytes, ...]:
    """The lines of `data` with their ends; the last may lack one.

    Never `bytes.splitlines`, which splits at a lone CR.
    """
    if not data:
        return ()
    parts = data.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    if last:
        lines.append(last)
    return tuple(lines)


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Line numbers in any order as sorted, disjoint (start, count) ranges."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][0] + found[-1][1] == number:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return tuple(found)


def numbers(spans: Iterable[tuple[int, int]]) -> Iterable[int]:
    """The line numbers that (start, count) ranges cover, in order."""
    for start, count in spans:
        yield from range(start, start + count)
