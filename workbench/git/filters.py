"""Paths whose bytes in the work tree are not those in the tree, compared by our own code.

Git would compare them by converting, which for a filter means running a program that the repository names.
What goes through such a filter is listed, not shown, until the repository is trusted. What differs only in
what git takes out on the way in is no change, and is counted: the work tree holds other bytes than a checkout
would have written.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.git import lfs
from workbench.git.adding import UNREADABLE, beyond_link
from workbench.git.composing import object_id
from workbench.git.converting import LFS, Conversion, to_git, to_work_tree
from workbench.git.runner import Where
from workbench.git.trusted_filters import TrustedFilters, trusted_filters
from workbench.git.walking import what_it_is
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

UNKNOWN = "?"
_LINK = "120000"
_FILES = ("100644", "100755")
# Younger than this, a file may be written again without its times telling it: the clock of the file system
# ticks every 10 ms at most, on those that count whole seconds every two.
_RACY_NANOSECONDS = 100_000_000
_RACY_WHOLE_SECONDS = 3_000_000_000


class Converted(Struct, frozen=True):
    """A path that is converted on the way.

    `base` is the blob that HEAD or the index has ("" for none), `found` what git would store now: "" is gone,
    "?" cannot be told, and `why` says so. `odd`: equal in the tree, but not as a checkout would write it.
    """

    path: str
    conversion: Conversion
    base_mode: str
    base: str
    mode: str
    found: str
    stamp: str = ""
    odd: bool = False
    why: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """What the private index has to hold."""
        return self.mode, self.found


def of_tracked(
    found: Mapping[str, Conversion], tracked: Mapping[str, tuple[str, str]], *, plain_links: bool
) -> tuple[Converted, ...]:
    """What has to be compared by us: tracked files that an untouched checkout holds in another form."""
    links = [path for path, entry in tracked.items() if plain_links and entry[0] == _LINK]
    outward = {
        path: conversion
        for path, conversion in found.items()
        if conversion.is_outward and tracked[path][0] in _FILES
    }
    outward.update((path, Conversion(link=True)) for path in links)
    return tuple(
        Converted(path, conversion, *tracked[path], *tracked[path]) for path, conversion in outward.items()
    )


class Looking:
    """One look at the work tree. Contents that are new to the tree are stored all at once, at the end."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._trusted: TrustedFilters | None = None
        self._contents: dict[str, bytes] = {}
        self._folders: dict[str, bool] = {"": False}

    def again(self, converted: Sequence[Converted]) -> tuple[Converted, ...]:
        """Each path as it stands now. A file whose times are those of the last look is not read again."""
        return tuple(self._look(one) for one in converted)

    def fresh(
        self, found: Mapping[str, Conversion], tracked: Callable[[], Mapping[str, tuple[str, str]]]
    ) -> tuple[Converted, ...]:
        """Of paths that git lists, those that git would not store as they are."""
        looked = []
        for path, conversion in found.items():
            place = self._repository.work_tree / path
            if not conversion.is_outward and not _may_convert(place):
                continue
            mode, base = tracked().get(path, ("", ""))
            if mode == _LINK:
                continue
            one = self._look(Converted(path, conversion, mode, base, "", ""))
            if one.mode != _LINK:
                looked.append(one)
        return tuple(looked)

    def store(self) -> None:
        """Write what is new into the shadow directory."""
        if self._contents:
            self._repository.write_blobs(list(self._contents.values()))
            self._contents = {}

    def _look(self, one: Converted) -> Converted:
        gone = replace(one, found="", stamp="", odd=False, why="", mode=one.base_mode or one.mode)
        if beyond_link(self._repository.work_tree, one.path.rpartition("/")[0], self._folders):
            return gone
        place = self._repository.work_tree / one.path
        try:
            status = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return gone
        except OSError as error:
            return replace(gone, found=UNKNOWN, why=f"{UNREADABLE}{error.strerror}")
        if stat.S_ISDIR(status.st_mode):
            return gone
        stamp = f"{status.st_mtime_ns}.{status.st_ctime_ns}.{status.st_size}.{status.st_ino}.{status.st_mode}"
        if stamp == one.stamp:
            return one
        stamp = "" if _is_racy(status) else stamp
        try:
            found = self._read(gone, place, status)
            # What cannot be told is tried again: the repository may be trusted by then.
            return replace(found, stamp="" if found.found == UNKNOWN else stamp)
        except OSError as error:
            return replace(gone, found=UNKNOWN, why=f"{UNREADABLE}{error.strerror}")

    def _read(self, one: Converted, place: Path, status: os.stat_result) -> Converted:
        if stat.S_ISLNK(status.st_mode):
            return replace(one, found=self._kept(os.fsencode(os.readlink(place))), mode=_LINK)
        if not stat.S_ISREG(status.st_mode):
            return replace(one, found=UNKNOWN, why=what_it_is(status.st_mode))
        mode = "100755" if status.st_mode & 0o100 else "100644"
        if one.conversion.link:
            return replace(one, found=self._kept(place.read_bytes()), mode=_LINK)
        if one.conversion.filter == LFS:
            return replace(one, found=self._pointer(one, place), mode=mode)
        data = place.read_bytes()
        if object_id(self._repository, data) == one.base:
            return replace(one, found=one.base, mode=mode)
        if one.conversion.is_program:
            return self._cleaned(one, data, mode)
        return self._converted(one, data, mode)

    def _converted(self, one: Converted, data: bytes, mode: str) -> Converted:
        plain = to_git(data, one.conversion, None)
        if plain is not None and object_id(self._repository, plain) != one.base and one.base:
            # Whether git converts may hang on what is stored. It is read only where that can matter.
            plain = to_git(data, one.conversion, self._repository.blob(one.base))
        if plain is None:
            why = f"cannot be read in the encoding {one.conversion.encoding}, in which it is said to be"
            return replace(one, found=UNKNOWN, why=why)
        identity = self._kept(plain)
        odd = identity == one.base and to_work_tree(plain, one.conversion, identity) != data
        return replace(one, found=identity, mode=mode, odd=odd)

    def _cleaned(self, one: Converted, data: bytes, mode: str) -> Converted:
        name = one.conversion.filter
        if self._trusted is None:
            self._trusted = trusted_filters(self._repository)
        plain = self._trusted.clean(one.path, name, data)
        if plain is not None:
            return replace(one, found=self._kept(plain), mode=mode)
        why = f"goes through the filter {name}, which was not run; it may have been changed"
        return replace(one, found=UNKNOWN, why=why)

    def _pointer(self, one: Converted, place: Path) -> str:
        """The blob of the pointer to a content, or of a file that is a pointer itself."""
        size = place.stat().st_size
        if size < lfs.LONGEST:
            data = place.read_bytes()
            if not data or lfs.read_pointer(data) or object_id(self._repository, data) == one.base:
                return self._kept(data)
        pointer = lfs.pointer_to(place)
        if one.base:
            stored = self._repository.blob(one.base)
            if lfs.read_pointer(stored) == pointer or (
                size == len(stored) and place.read_bytes() == stored  # never put into LFS
            ):
                return one.base
        return self._kept(pointer.text())

    def _kept(self, data: bytes) -> str:
        identity = object_id(self._repository, data)
        self._contents[identity] = data
        return identity


def _is_racy(status: os.stat_result) -> bool:
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    limit = _RACY_WHOLE_SECONDS if last % 1_000_000_000 == 0 else _RACY_NANOSECONDS
    return time.time_ns() - last < limit


def _may_convert(place: Path) -> bool:
    """Whether there is something in a file that is taken out on the way in: CRLF."""
    try:
        return stat.S_ISREG(place.lstat().st_mode) and b"\r\n" in place.read_bytes()
    except OSError:
        return False


def put(repository: Repository, where: Where, converted: Iterable[Converted]) -> None:
    """Put what was found into the private index, and mark it so that git does not compare it by its
    own rules.
    """
    zero = "0" * len(repository.empty_tree)
    gone: list[str] = []
    lines: list[str] = []
    marked: list[str] = []
    for one in converted:
        identity, mode = (one.base, one.base_mode) if one.found == UNKNOWN else (one.found, one.mode)
        if not identity:
            gone.append(f"0 {zero}\t{one.path}\0")
            continue
        lines.append(f"{mode} {identity}\t{one.path}\0")
        marked.append(one.path + "\0")
    if gone or lines:
        data = "".join([*gone, *lines]).encode("utf-8", "surrogateescape")
        repository.run_now(["update-index", "--replace", "-z", "--index-info"], where, data=data)
    if marked:
        data = "".join(marked).encode("utf-8", "surrogateescape")
        repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=data)


def rows(converted: Iterable[Converted]) -> Iterable[NotShown]:
    """What is said of the paths that cannot be told, and of those that are equal only in the tree."""
    odd = []
    links = []
    for one in converted:
        if one.found == UNKNOWN:
            yield NotShown(one.path, one.why)
        elif one.odd:
            odd.append(one)
        elif one.conversion.link and one.found == one.base:
            links.append(one.path)
    for ends in (True, False):
        paths = [one.path for one in odd if _by_ends_alone(one) is ends]
        what = "line ends" if ends else "keywords or the encoding"
        if paths:
            why = f"differs from a checkout in {what} alone, which git would not store"
            yield NotShown(paths[0], why, len(paths))
    if links:
        yield NotShown(links[0], "a symbolic link that is checked out as a plain file", len(links))


def _by_ends_alone(one: Converted) -> bool:
    return not (one.conversion.ident or one.conversion.encoding)
