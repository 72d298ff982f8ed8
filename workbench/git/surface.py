"""The executable surface of a repository: every program it could make run, and a digest of what they are.

Nothing is run to find it: git lists the configuration, and files are read by our own code. The digest binds
the bytes of hooks, of included configuration files, and of every file of the repository that a command line
names; and the command lines with the file that they stand in. Not what a program in turn reads or starts.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.attributes import Choice, chosen_drivers, read_index
from workbench.git.binding import MOST_BYTES, MOST_OF_ALL, Bound, bind, fingerprint
from workbench.git.configuration import Setting, read_configuration
from workbench.git.discover import Found, discover
from workbench.git.hook_files import hook_files
from workbench.git.programs import named_programs

if TYPE_CHECKING:
    from workbench.git.repository import Repository

MOST_WORDS = 5_000
"""Of one command line that are looked at as names of files."""

MOST_TEXT = 20_000
"""Bytes of one file that are shown."""

MOST_SUBMODULES = 300
_DEEPEST = 4
_BETWEEN = re.compile(r"[\s;|&()<>\"'`=]+")
_VARIABLE = re.compile(r"^!?\$\{?\w*\}?/")


class Program(Struct, frozen=True):
    """One program that could run.

    `where` says in words what makes it run ("hook pre-commit", "filter lfs, clean"), `command` is its path or
    command line: the text of a stranger. `origin` is the configuration file that names it, or "". `bound` is
    the fingerprint of what would run, `text` the beginning of the files that it was made from.
    """

    where: str
    command: str
    origin: str = ""
    bound: str = ""
    text: str = ""


class Surface(Struct, frozen=True):
    """All of it. The digest changes when a program comes, goes or changes."""

    programs: tuple[Program, ...]
    digest: str


def surface_of(programs: Iterable[Program]) -> Surface:
    """A surface of these programs, hooks first, then filters."""
    found = tuple(sorted(programs, key=_rank))
    parts = sorted((each.where, each.command, each.origin, each.bound) for each in found)
    return Surface(found, fingerprint(("workbench surface 1", *(part for each in parts for part in each))))


def read_surface(repository: Repository) -> Surface:
    """What could run now. Blocking: some 20 ms, more with many files. UserError where it cannot be told."""
    found = repository.found
    settings = read_configuration(found.git_dir, found.work_tree)
    index = read_index(found)
    reading = _Reading(found)
    programs = list(_of_one(found, settings, chosen_drivers(repository, index, settings), reading))
    programs += _of_submodules(found, index.submodules(), 1, reading)
    return surface_of(programs)


class _Reading:
    """One reading of a surface: how paths are said, and how much may still be read."""

    def __init__(self, found: Found) -> None:
        self._work_tree = os.path.join(found.work_tree, "")
        self._common_dir = os.path.join(found.common_dir, "")
        self._left = MOST_OF_ALL

    def short(self, path: str) -> str:
        """A path as it is said, the same in all work trees of a repository: where it is inside, from the top
        of the work tree or from `.git`.
        """
        if not path:
            return ""
        plain = os.path.normpath(path)
        if plain.startswith(self._common_dir):
            return os.path.join(".git", plain.removeprefix(self._common_dir))
        return plain.removeprefix(self._work_tree)

    def bind(self, path: str) -> Bound:
        """Bind a file."""
        bound = bind(path, min(MOST_BYTES, self._left))
        self._left -= len(bound.data or b"")
        return bound


def _rank(program: Program) -> int:
    starts = ("hook ", "beside the hooks", "filter ")
    return next((at for at, each in enumerate(starts) if program.where.startswith(each)), len(starts))


def _of_one(
    found: Found, settings: Sequence[Setting], chosen: frozenset[Choice] | None, reading: _Reading
) -> Iterator[Program]:
    """The programs of one git directory."""
    for file in hook_files(found, settings):
        bound = reading.bind(file.path)
        origin = reading.short(file.origin)
        yield Program(file.where, reading.short(file.path), origin, bound.mark, _text(bound))
    for each in named_programs(settings, chosen):
        parts, texts = [each.setting.scope, each.setting.key, each.command], []
        for path in _files_named(found, each.command):
            bound = reading.bind(path)
            parts += [reading.short(path), bound.mark]
            texts.append(f"{reading.short(path)}:\n{_text(bound)}")
        origin = reading.short(each.setting.origin)
        yield Program(each.where, each.command, origin, fingerprint(parts), "\n\n".join(texts))
    yield from _included(settings, reading)


def _included(settings: Iterable[Setting], reading: _Reading) -> Iterator[Program]:
    """Files that the repository's configuration includes, now or on a condition."""
    for setting in settings:
        if setting.is_repositorys and setting.name == "path" and setting.section in ("include", "includeif"):
            where = "included configuration"
            if setting.subsection:
                where += f", if {setting.subsection}"
            place = os.path.join(os.path.dirname(setting.origin), os.path.expanduser(setting.value))
            bound = reading.bind(place)
            mark = fingerprint((setting.key, bound.mark))
            yield Program(where, setting.value, reading.short(setting.origin), mark, _text(bound))


def _of_submodules(found: Found, paths: Sequence[str], depth: int, reading: _Reading) -> Iterator[Program]:
    """What populated submodules say themselves: git would look into them from outside."""
    if len(paths) > MOST_SUBMODULES:
        raise UserError(
            f"{found.work_tree} has more than {MOST_SUBMODULES} submodules: too many to tell what they run.",
            hint="Review it without writing its index or refs: land to the work tree or to a patch.",
        )
    for path in paths:
        inner = _submodule(os.path.join(found.work_tree, path))
        if inner is None:
            continue
        settings = read_configuration(inner.git_dir, inner.work_tree)
        own = [each for each in settings if each.is_repositorys]
        deeper = read_index(inner).submodules() if depth < _DEEPEST else ()
        for each in (*_of_one(inner, own, None, reading), *_of_submodules(inner, deeper, depth + 1, reading)):
            where = f"submodule {path}: {each.where}"
            yield Program(where, each.command, each.origin, each.bound, each.text)


def _submodule(place: str) -> Found | None:
    """The git directory of a submodule that is checked out."""
    if os.path.islink(place) or not os.path.lexists(os.path.join(place, ".git")):
        return None
    with suppress(UserError, OSError):
        found = discover(Path(place))
        if os.path.realpath(found.work_tree) == os.path.realpath(place):
            return found
    return None


def _files_named(found: Found, command: str) -> list[str]:
    """The files of the repository that a command line names, as the shell takes it apart and roughly.

    A file too many is bound for nothing; one that is missed may be changed behind the reader's back.
    """
    words = _BETWEEN.split(command)
    with suppress(ValueError):
        words += shlex.split(command)
    tops = dict.fromkeys((found.work_tree, found.git_dir, found.common_dir))
    inside = tuple(os.path.join(each, "") for each in tops)
    files: dict[str, None] = {}
    for word in words[:MOST_WORDS]:
        relative = _VARIABLE.sub("", word).lstrip("!/")
        for top in tops:
            for each in (os.path.expanduser(word), relative):
                place = os.path.normpath(os.path.join(top, each))
                if place.startswith(inside) and os.path.lexists(place) and not os.path.isdir(place):
                    files[place] = None
    return list(files)


def _text(bound: Bound) -> str:
    """The beginning of what was bound, to be read by a person."""
    if bound.data is None:
        return "(It is not a file that can be read.)" if bound.there else "(There is no such file.)"
    if b"\0" in bound.data:
        return f"(A binary file of {len(bound.data):,} bytes.)"
    text = bound.data[:MOST_TEXT].decode("utf-8", "replace")
    left = len(bound.data) - MOST_TEXT
    return f"{text}\n(… {left:,} more bytes)" if left > 0 else text
