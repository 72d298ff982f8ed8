"""Which filters and drivers the attributes of a repository choose, and where its submodules are.

Every attributes file that git could use is looked through for names, without asking for which paths: those
of the work tree, the index and HEAD, `info/attributes`, the user's own and the system's. So a name may be
given that no path has; none is missed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git import runner
from workbench.git.binding import read_some
from workbench.git.configuration import Setting, finish
from workbench.git.discover import Found
from workbench.git.programs import DRIVERS
from workbench.git.runner import GitError, Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

MOST_BYTES = 1 << 20
"""Of one attributes file. A larger one may name anything."""

# After a blank, or the byte order mark that git passes over at the head of a file.
_CHOICE = re.compile(rb"(?:^|[\s\xbf])(filter|diff|merge)=([^\s]+)")
# Each begins with what is rare, so that a listing of a hundred thousand paths is passed through at once.
_SUBMODULE = re.compile(rb"160000 [0-9a-f]{40,64} \d\t([^\0]*)\0")
_ATTRIBUTES = re.compile(rb"\.gitattributes\0")
_ID = re.compile(rb"[0-9a-f]{40,64}")
_FOLDER = re.compile(rb"\t([^\0]*)/[^/\0]*\0")

Choice = tuple[str, str]
"""A driver, as ("filter", "lfs")."""


class Index(Struct, frozen=True):
    """The user's index, as `ls-files -s -z` lists it. Taken apart only as far as it is asked."""

    listed: bytes

    def submodules(self) -> tuple[str, ...]:
        """The paths of submodules."""
        found = _SUBMODULE.finditer(self.listed)
        return tuple(os.fsdecode(each[1]) for each in found if _begins(self.listed, each.start()))

    def attributes(self) -> frozenset[str]:
        """The ids of attributes files."""
        return frozenset(_attributes_in(self.listed))

    def folders(self) -> frozenset[bytes]:
        """Every folder that holds something, the top as b""."""
        found = {b""}
        for folder in set(_FOLDER.findall(self.listed)):
            above = folder
            while above not in found:
                found.add(above)
                above = above.rpartition(b"/")[0]
        return frozenset(found)


def read_index(found: Found) -> Index:
    """Read it. UserError where git cannot."""
    try:
        return Index(finish(runner.start(["ls-files", "-s", "-z"], Where(found.git_dir, found.work_tree))))
    except GitError as failed:
        raise UserError(
            f"The index of {found.work_tree} cannot be read: {failed.stderr}.", hint="Try `git status` there."
        ) from failed


def chosen_drivers(
    repository: Repository, index: Index, settings: Sequence[Setting]
) -> frozenset[Choice] | None:
    """The drivers that attributes choose, looked for only where the user has any of their own.

    None where an attributes file cannot be read, and each may be chosen.
    """
    if not any((each.section, each.name) in DRIVERS for each in settings if not each.is_repositorys):
        return frozenset()  # the repository's own count whether they are chosen or not
    names: set[Choice] = set()
    try:
        for identity in {*index.attributes(), *_in_head(repository)}:
            if repository.blob_size(identity) > MOST_BYTES:
                return None
            names.update(_choices(repository.blob(identity)))
    except (UserError, GitError):  # an object that is not there: a partial clone, a damaged repository
        return None
    for path in _files(repository.found, index, settings):
        data = read_some(path, MOST_BYTES)
        if data is not None:
            names.update(_choices(data))
        elif os.path.exists(path):
            return None
    return frozenset(names)


def _in_head(repository: Repository) -> Iterator[str]:
    """The ids of attributes files in the commit that is checked out; none before the first."""
    if repository.head().commit is not None:
        listed = repository.run_now(["ls-tree", "-r", "-z", "--full-tree", "HEAD"], repository.real)
        yield from _attributes_in(listed)


def _begins(listed: bytes, at: int) -> bool:
    """Whether an entry begins there, and not the middle of a name."""
    return at == 0 or listed[at - 1] == 0


def _attributes_in(listed: bytes) -> Iterator[str]:
    """The ids of attributes files in a listing of an index or a tree."""
    for each in _ATTRIBUTES.finditer(listed):
        entry = listed[listed.rfind(b"\0", 0, each.start()) + 1 : each.start()]
        above, _, path = entry.partition(b"\t")
        identity = _ID.search(above)
        if identity is not None and (not path or path.endswith(b"/")):
            yield identity[0].decode()


def _choices(data: bytes) -> Iterator[Choice]:
    for each in _CHOICE.finditer(data):
        yield each[1].decode(), each[2].decode("utf-8", "surrogateescape")


def _files(found: Found, index: Index, settings: Sequence[Setting]) -> Iterable[str]:
    """The attributes files that may be there, outside git's objects."""
    for folder in sorted(index.folders()):
        yield os.path.join(found.work_tree, os.fsdecode(folder), ".gitattributes")
    yield os.path.join(found.common_dir, "info", "attributes")
    for each in settings:
        if each.key == "core.attributesfile":
            yield os.path.join(found.work_tree, os.path.expanduser(each.value))
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    yield os.path.join(home, "git", "attributes")
    yield os.path.join(os.sep, "etc", "gitattributes")
