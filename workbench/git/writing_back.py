"""What is landed, in the form that it has in the work tree: line ends, keywords, encodings, LFS contents.

Writes nothing itself. Where the work tree holds a file in the tree's own form, it stays in that form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git import attribute_rules, lfs
from workbench.git.composing import merge, object_id
from workbench.git.converting import LFS, Conversion, to_git, to_work_tree
from workbench.git.kept_index import read_state
from workbench.git.trusted_filters import trusted_filters

if TYPE_CHECKING:
    from workbench.git.repository import Repository

File = tuple[str, bytes]
Sides = tuple[File | None, File | None]
"""What a path is expected to hold, and what it is to hold."""

_LINK = "120000"


def conversions(repository: Repository, paths: Iterable[str]) -> Mapping[str, Conversion]:
    """The conversions of paths that are to be written, by the rules of the last snapshot."""
    state = read_state(repository)
    if state is not None and state.rules is not None:
        rules = state.rules
    else:
        rules = attribute_rules.read_rules(repository, "HEAD")
    wanted = list(paths)
    found = attribute_rules.conversions(repository, rules, wanted)
    if rules.habits.plain_links and state is not None:
        links = {one.path: one.conversion for one in state.converted if one.conversion.link}
        found.update((path, links[path]) for path in wanted if path in links)
    return found


def as_in_work_tree(
    repository: Repository, path: str, sides: Sides, now: File | None, conversion: Conversion
) -> Sides:
    """Both sides as the work tree has them or would have them. `UserError` where that cannot be made."""
    expected, result = sides
    if conversion.link:
        return _plain(expected, now), _plain(result, now)
    if now is not None and (now == expected or now[0] == _LINK):
        return sides
    if conversion.filter == LFS:
        return _contents(repository, path, sides, now)
    if conversion.is_program:
        return _filtered(repository, path, sides, now, conversion.filter)
    if now is not None and _has_plain_ends(now[1], conversion):
        return sides
    before, after = (_converted(repository, path, side, conversion) for side in sides)
    if now is None or expected is None or before is None or before[1] == now[1]:
        return before, after
    if to_git(now[1], conversion, None) != expected[1] or after is None:
        return before, after
    # Equal in the tree, yet not as a checkout writes it (mixed line ends): what nobody judged stays.
    merged = merge(repository, before[1], now[1], after[1])
    return (expected[0], now[1]), (after[0], after[1] if merged is None else merged)


def _plain(file: File | None, now: File | None) -> File | None:
    if file is None or file[0] != _LINK or (now is not None and now[0] == _LINK):
        return file
    return now[0] if now is not None else "100644", file[1]


def _has_plain_ends(data: bytes, conversion: Conversion) -> bool:
    """Whether somebody wrote a file with plain line ends where a checkout has CRLF."""
    only_ends = conversion.crlf and not (conversion.ident or conversion.encoding)
    return only_ends and b"\n" in data and b"\r\n" not in data


def _converted(repository: Repository, path: str, file: File | None, conversion: Conversion) -> File | None:
    if file is None or file[0] == _LINK:
        return file
    found = to_work_tree(file[1], conversion, object_id(repository, file[1]))
    if found is None:
        raise UserError(
            f"Nothing was landed: {path} cannot be written in the encoding {conversion.encoding}.",
            hint="Reject what that encoding does not have, or change the working-tree-encoding attribute.",
        )
    return file[0], found


def _filtered(repository: Repository, path: str, sides: Sides, now: File | None, name: str) -> Sides:
    """As the filter of a trusted repository writes them."""
    trusted = trusted_filters(repository)

    def smudged(file: File | None) -> File | None:
        if file is None or file[0] == _LINK:
            return file
        found = trusted.smudge(path, name, file[1])
        if found is None:
            raise UserError(
                f"Nothing was landed: {path} goes through the filter {name}, which was not run or failed.",
                hint="Trust the repository (workbench trust PATH), or leave that file open.",
            )
        return file[0], found

    expected, result = sides
    wanted = smudged(result)
    if now is not None and expected is not None and trusted.clean(path, name, now[1]) == expected[1]:
        return (expected[0], now[1]), wanted
    return smudged(expected), wanted


def _contents(repository: Repository, path: str, sides: Sides, now: File | None) -> Sides:
    """Pointers become contents, as the work tree has them; where it has pointers, they stay."""
    if now is not None and lfs.read_pointer(now[1]) is not None:
        return sides

    def content(file: File | None) -> File | None:
        pointer = lfs.read_pointer(file[1]) if file is not None and file[0] != _LINK else None
        if file is None or pointer is None:
            return file
        if now is not None and lfs.points_to(pointer, now[1]):
            return file[0], now[1]
        found = lfs.content(Path(repository.found.common_dir), pointer)
        return None if found is None else (file[0], found)

    expected, result = sides
    wanted = content(result)
    if result is not None and wanted is None:
        raise UserError(
            f"Nothing was landed: what Git LFS keeps of {path} is not in this clone, or is damaged.",
            hint="Fetch it with `git lfs fetch --all`, or leave that file as it is.",
        )
    known = content(expected)
    # What is expected and cannot be had is not what is there: the pointer stands for it, and equals nothing.
    return known if known is not None or expected is None else expected, wanted
