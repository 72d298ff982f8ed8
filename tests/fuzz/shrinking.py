"""From a case that fails to the smallest one that does: fewer files, steps and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from tests.fuzz.cases import Case, Entry, Tree

TRIES = 150


def shrunk(case: Case, why: str, wrong: Callable[[Case], str | None]) -> str:
    """The minimal case in words. `wrong` says what is wrong with a case."""
    alone = wrong(case)
    if alone is None:
        return f"{why}\n  Only among others, not alone: {words(case)}"
    tries = TRIES
    while tries > 0:
        for smaller in _smaller(case):
            tries -= 1
            found = wrong(smaller)
            if found is not None:
                case, alone = smaller, found
                break
            if tries <= 0:
                break
        else:
            break
    return f"{alone}\n{words(case)}"


def words(case: Case) -> str:
    """A case as it can be read, and typed in again."""
    rows = [f"  base  {path!r}: {entry!r}" for path, entry in case.old.items()]
    rows += [f"  round {path!r}: {entry!r}" for path, entry in case.new.items()]
    rows += [f"  {step}" for step in case.steps]
    return "\n".join([*rows, f"  composed: {'not rejected' if case.open_too else 'accepted'}"])


def _smaller(case: Case) -> Iterator[Case]:
    """Cases that are smaller by one part, the greatest parts first."""
    if len({*case.old, *case.new}) > 1:
        for path in {*case.old, *case.new}:
            yield replace(case, old=_without(case.old, path), new=_without(case.new, path))
    for at in range(len(case.steps)):
        yield replace(case, steps=case.steps[:at] + case.steps[at + 1 :])
    for path in case.old:
        for data in _fewer_lines(case.old[path][1]):
            both = case.new.get(path, ("", b""))[1]
            yield replace(case, old=_with(case.old, path, data))
            if both == case.old[path][1]:
                yield replace(case, old=_with(case.old, path, data), new=_with(case.new, path, data))
    for path in case.new:
        for data in _fewer_lines(case.new[path][1]):
            yield replace(case, new=_with(case.new, path, data))


def _without(tree: Tree, path: str) -> Tree:
    return {name: entry for name, entry in tree.items() if name != path}


def _with(tree: Tree, path: str, data: bytes) -> dict[str, Entry]:
    return {**tree, path: (tree[path][0], data)}


def _fewer_lines(data: bytes) -> Iterator[bytes]:
    lines = data.split(b"\n")
    lines = [*(line + b"\n" for line in lines[:-1]), *lines[-1:]]
    size = max(1, len(lines) // 2)
    while size:
        for at in range(0, len(lines), size):
            yield b"".join(lines[:at] + lines[at + size :])
        size //= 2
