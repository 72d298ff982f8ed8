"""Paths whose bytes in the work tree are not those in the tree: line endings, LFS, filters. Runs no filter.

Git would compare them by converting, which for a filter means running a program that the repository names.
Here they are compared by our own code: line endings by undoing the one known conversion, LFS by the digest
in its pointer. What goes through any other filter is listed, not shown. Only tracked paths are looked at:
a new file enters the tree as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.git import runner
from workbench.git.composing import object_id
from workbench.git.runner import Where
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

CRLF = "crlf"
LFS = "lfs"
_UNKNOWN = "?"
_ATTRIBUTES = ("text", "eol", "filter", "ident", "working-tree-encoding")
_NOTHING = ("unspecified", "unset", "set")
_POINTER = re.compile(
    rb"version https://git-lfs[^\n]*\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)
# Younger than this, a file may be written again without its times telling it.
_RACY_NANOSECONDS = 100_000_000


class Converted(Struct, frozen=True):
    """A tracked path that is converted on the way.

    `found` is its blob now: "" is gone, "?" cannot be told.
    """

    path: str
    kind: str
    mode: str
    base: str
    found: str
    stamp: str = ""


def find(
    repository: Repository, where: Where, tracked: Mapping[str, tuple[str, str]]
) -> tuple[Converted, ...]:
    """Which tracked paths are converted, by the attributes in the private index and the user's own
    settings.
    """
    local = Path(repository.found.common_dir) / "info" / "attributes"
    crlf = _wants_crlf(repository)
    named = any(path.rpartition("/")[2] == ".gitattributes" for path in tracked)
    if not (crlf or named or local.exists()):
        return ()
    files = {path: entry for path, entry in tracked.items() if entry[0] in ("100644", "100755")}
    asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in files)
    place = replace(where, git_dir=str(_attribute_dir(repository, local)), literal=False)
    args = ["check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES]
    answers = repository.run_now(args, place, data=asked).split(b"\0")
    values: dict[str, dict[str, str]] = {}
    for name, attribute, value in zip(answers[0::3], answers[1::3], answers[2::3], strict=False):
        values.setdefault(name.decode("utf-8", "surrogateescape"), {})[attribute.decode()] = value.decode(
            "utf-8", "replace"
        )
    kinds = {path: _kind(values.get(path, {}), crlf=crlf) for path in files}
    return tuple(
        Converted(path, kind, files[path][0], files[path][1], files[path][1])
        for path, kind in kinds.items()
        if kind is not None
    )


def look(repository: Repository, converted: Sequence[Converted]) -> tuple[Converted, ...]:
    """Each path as it stands now. A file whose times are those of the last look is not read again."""
    return tuple(_look(repository, one) for one in converted)


def put(repository: Repository, where: Where, converted: Iterable[Converted]) -> None:
    """Put what was found into the private index, and mark it so that git does not compare it by its
    own rules.
    """
    zero = "0" * len(repository.empty_tree)
    lines: list[str] = []
    marked: list[str] = []
    for one in converted:
        if one.found == "":
            lines.append(f"0 {zero}\t{one.path}\0")
            continue
        identity = one.base if one.found == _UNKNOWN else one.found
        lines.append(f"{one.mode} {identity}\t{one.path}\0")
        marked.append(one.path + "\0")
    if lines:
        data = "".join(lines).encode("utf-8", "surrogateescape")
        repository.run_now(["update-index", "-z", "--index-info"], where, data=data)
    if marked:
        data = "".join(marked).encode("utf-8", "surrogateescape")
        repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], where, data=data)


def rows(converted: Iterable[Converted]) -> Iterable[NotShown]:
    """What is said of the paths that cannot be told."""
    for one in converted:
        if one.found != _UNKNOWN:
            continue
        if one.kind == LFS:
            yield NotShown(one.path, "is kept by Git LFS, and its content was changed")
        else:
            yield NotShown(one.path, f"goes through {one.kind}, which was not run; it may have been changed")


def to_crlf(data: bytes) -> bytes:
    """The form in the work tree of a text whose lines end in CRLF there."""
    return data if b"\0" in data else data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _look(repository: Repository, one: Converted) -> Converted:
    place = repository.work_tree / one.path
    try:
        found = place.lstat()
    except OSError:
        return replace(one, found="", stamp="")
    if not stat.S_ISREG(found.st_mode):
        return replace(one, found=_UNKNOWN, stamp="")
    stamp = f"{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_size}.{found.st_ino}.{found.st_mode}"
    if stamp == one.stamp:
        return one
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < _RACY_NANOSECONDS:
        stamp = ""
    mode = "100755" if found.st_mode & 0o100 else "100644"
    try:
        identity = _lfs(repository, place, one) if one.kind == LFS else _plain(repository, place, one)
    except OSError:
        identity = _UNKNOWN
    return replace(
        one, found=identity, stamp=stamp, mode=mode if identity not in ("", _UNKNOWN) else one.mode
    )


def _plain(repository: Repository, place: Path, one: Converted) -> str:
    data = place.read_bytes()
    if object_id(repository, data) == one.base:
        return one.base
    if one.kind != CRLF:
        return _UNKNOWN
    plain = data.replace(b"\r\n", b"\n")
    if b"\0" in data or b"\r" in plain:
        plain = data  # git converts neither binary files nor lone CRs
    if object_id(repository, plain) == one.base:
        return one.base
    if b"\r\n" in repository.blob(one.base):
        plain = data
    return repository.write_blobs([plain])[0]


def _lfs(repository: Repository, place: Path, one: Converted) -> str:
    pointer = _POINTER.match(repository.blob(one.base)[:1024])
    if pointer is None or place.stat().st_size != int(pointer[2]):
        return one.base if object_id(repository, place.read_bytes()) == one.base else _UNKNOWN
    with place.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return one.base if digest == pointer[1].decode() else _UNKNOWN


def _kind(values: Mapping[str, str], *, crlf: bool) -> str | None:
    """How a path with these attributes is converted; None where its bytes are the same on both sides."""
    name = values.get("filter", "unspecified")
    if name not in _NOTHING:
        return LFS if name == "lfs" else f"the filter {name}"
    if values.get("ident") == "set":
        return "keyword expansion (ident)"
    if values.get("working-tree-encoding", "unspecified") not in _NOTHING:
        return f"the encoding {values['working-tree-encoding']}"
    text, ending = values.get("text", "unspecified"), values.get("eol", "unspecified")
    if text == "unset" or ending == "lf":
        return None
    if ending == "crlf":
        return CRLF
    return CRLF if crlf else None


def _wants_crlf(repository: Repository) -> bool:
    """Whether text without an attribute of its own ends in CRLF here: the user's own settings, system
    ones included.
    """
    environment = {
        name: os.environ[name] for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME") if name in os.environ
    }
    environment |= {
        "LC_ALL": "C",
        "GIT_DIR": repository.found.git_dir,
        "GIT_WORK_TREE": repository.found.work_tree,
    }
    args = ["config", "-z", "--get-regexp", r"^core\.(autocrlf|eol)$"]
    child = runner.start(args, Where(""), environment=environment)
    said = dict(
        item.split(b"\n", 1) for item in child.finish(ok=(0, 1)).lower().split(b"\0") if b"\n" in item
    )
    automatic, ending = said.get(b"core.autocrlf", b"false"), said.get(b"core.eol", b"native")
    if automatic in (b"true", b"1", b"yes", b"on"):
        return True
    return automatic != b"input" and (ending == b"crlf" or (ending == b"native" and os.name == "nt"))


def _attribute_dir(repository: Repository, local: Path) -> Path:
    """A second git directory of ours, with the user's attributes instead of the ones that switch all
    of them off.
    """
    place = repository.shadow / "attributes"
    for folder in ("objects/info", "refs", "info"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    config = (repository.shadow / "config").read_bytes()
    alternates = os.fsencode(repository.shadow / "objects") + b"\n"
    (place / "HEAD").write_bytes(b"ref: refs/heads/none\n")
    (place / "config").write_bytes(config)
    (place / "objects" / "info" / "alternates").write_bytes(alternates)
    (place / "info" / "attributes").write_bytes(local.read_bytes() if local.is_file() else b"")
    return place
