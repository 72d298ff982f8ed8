"""Of a file that a model was given in part, it may change that part and no more. Pure.

Asked before `checking.py`, whose sentences quote the file: what was not given is not quoted either.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.generation.contract import Deletion, Edit, Move, Parsed
from workbench.generation.edits import read_text
from workbench.generation.prompt import Ranges


def not_given(parsed: Parsed, files: Mapping[str, bytes], parts: Mapping[str, Ranges]) -> tuple[str, ...]:
    """One sentence for each block that reaches beyond the parts that were given."""
    problems: list[str] = []
    for block in parsed.blocks:
        if isinstance(block, Deletion | Move) and block.path in parts:
            problems.append(f"{block.path}: you were given parts of it, so it cannot be deleted or renamed.")
        elif (
            isinstance(block, Edit)
            and block.path in parts
            and block.path in files
            and not _stands(block.search, files[block.path], parts[block.path])
        ):
            problems.append(
                f"{block.path}: SEARCH does not stand in the lines of it that were given to you: "
                f"“{block.search[0] if block.search else ''}”. Only those may be changed."
            )
    return tuple(problems)


def _stands(search: tuple[str, ...], data: bytes, ranges: Ranges) -> bool:
    text = read_text(data)
    if text is None or not search:
        return False
    size = len(search)
    return any(
        text.lines[at : at + size] == search
        for start, count in ranges
        for at in range(start - 1, start + count - size)
    )
