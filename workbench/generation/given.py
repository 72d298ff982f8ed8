"""Of a file that a model was given in part, it may change that part and no more. Pure.

Asked before `checking.py`, whose sentences quote the file: what was not given is not quoted either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from workbench.generation.contract import Block, Deletion, Edit, Move, NewFile, Parsed
from workbench.generation.edits import read_text
from workbench.generation.matching import Finder, Work
from workbench.generation.prompt import Ranges


def not_given(
    parsed: Parsed, files: Mapping[str, bytes], parts: Mapping[str, Ranges], work: Work | None = None
) -> tuple[str, ...]:
    """One sentence for each block that reaches beyond the parts that were given."""
    problems: list[str] = []
    beyond = _Beyond(files, parts, work)
    for block in parsed.blocks:
        if isinstance(block, Deletion | Move) and block.path in parts:
            problems.append(f"{block.path}: you were given parts of it, so it cannot be deleted or renamed.")
        elif isinstance(block, Edit) and beyond.is_edited(block):
            problems.append(
                f"{block.path}: SEARCH does not stand in the lines of it that were given to you: "
                f"“{block.search[0] if block.search else ''}”. Only those may be changed."
            )
    return tuple(problems)


def parted(
    parsed: Parsed,
    files: Mapping[str, bytes],
    parts: Mapping[str, Ranges],
    paths: Collection[str],
    work: Work | None = None,
) -> tuple[Parsed, tuple[Block, ...]]:
    """The answer without the blocks on what is there and was not given, and those blocks.

    For a round in which all but what is given is frozen: there they are no mistakes to be mended by another
    answer, but left out.
    """
    beyond = _Beyond(files, parts, work)
    kept: list[Block] = []
    left: list[Block] = []
    for block in parsed.blocks:
        reaches = False
        if isinstance(block, Edit | Deletion | Move | NewFile):
            reaches = block.path in paths and not beyond.can_be_read(block.path)
        if isinstance(block, Deletion | Move):
            reaches = reaches or block.path in parts
        elif isinstance(block, Edit):
            reaches = reaches or beyond.is_edited(block)
        (left if reaches else kept).append(block)
    return (replace(parsed, blocks=tuple(kept)), tuple(left)) if left else (parsed, ())


class _Beyond:
    """What an answer's blocks reach beyond what was given. Each file is gone through once."""

    def __init__(
        self, files: Mapping[str, bytes], parts: Mapping[str, Ranges], work: Work | None = None
    ) -> None:
        self._files, self._parts, self._work = files, parts, work or Work()
        self._finders: dict[str, Finder | None] = {}

    def can_be_read(self, path: str) -> bool:
        """Whether the file was given as text: of any other the model knows only the name."""
        return path in self._files and b"\0" not in self._files[path]

    def is_edited(self, edit: Edit) -> bool:
        """Whether an edit of a file that was given in parts reaches beyond them."""
        path = edit.path
        if path not in self._parts or path not in self._files:
            return False
        self._work.go_on()
        if path not in self._finders:
            text = read_text(self._files[path])
            self._finders[path] = Finder(text.lines) if text is not None else None
        finder = self._finders[path]
        return finder is None or not any(
            finder.stands_in(edit.search, start - 1, start - 1 + count) for start, count in self._parts[path]
        )
