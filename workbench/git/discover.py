"""Find the repository that a path lies in, by our own reading: no git runs before we know where.

Git's own discovery refuses repositories of other owners when the global config is left out, and it
follows `core.worktree`. Here the work tree is the folder that holds `.git`, whatever a config says.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError

LARGEST_CONFIG = 1 << 24
"""Bytes. Git reads the whole of it for every child; no honest one comes near."""

_LONGEST_NAME = 8192


class Found(Struct, frozen=True):
    """Where a repository is. `git_dir` is that of this work tree, `common_dir` the one with objects and refs.

    `owner_warning` is a sentence where the repository belongs to somebody else. `object_format` is
    "sha1" or "sha256". `reftable` and `partial` name what an older git cannot read.
    """

    work_tree: str
    git_dir: str
    common_dir: str
    owner_warning: str | None = None
    object_format: str = "sha1"
    reftable: bool = False
    partial: bool = False


def discover(path: Path) -> Found:
    """The repository whose work tree holds `path`, a file or folder. `UserError` where there is none."""
    try:
        exists = path.exists()
    except PermissionError as error:
        raise UserError(
            f"{path} cannot be looked at: {error.strerror}.", hint="See to its permissions."
        ) from error
    if not exists:
        raise UserError(f"{path} does not exist.", hint="Give the path of a folder inside a git repository.")
    start = path.resolve()
    if not start.is_dir():
        start = start.parent
    for folder in (start, *start.parents):
        git_dir = _git_dir_of(folder)
        if git_dir is not None:
            return _found(folder, git_dir)
        # Only now: a work tree may hold files that are named as those of a bare repository.
        if _is_git_dir(folder) and folder.name != ".git":
            raise UserError(
                f"{folder} is a bare repository: it has no work tree to review.",
                hint="Clone it, and open the clone.",
            )
    raise UserError(
        f"{path} is not inside a git repository.", hint="Run `git init` there, or open another folder."
    )


def read_plain(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file. `OSError` for a pipe, which one would wait for, or a device."""
    _require_file(os.stat(path), path)
    # Without waiting, and looked at again: in between something else may have been put in its place.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _require_file(os.fstat(descriptor), path)
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(most)
    finally:
        os.close(descriptor)


def _require_file(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "It is no file", str(path))


def object_format(common_dir: Path) -> str:
    """ "sha1" or "sha256": how the ids of a repository's objects are made."""
    return _extensions(common_dir / "config").get("objectformat", "sha1")


def _git_dir_of(folder: Path) -> Path | None:
    dot_git = folder / ".git"
    if dot_git.is_dir():
        if _is_git_dir(dot_git):
            return dot_git.resolve()
        _refuse_closed(dot_git)
        return None
    if not dot_git.is_file():
        return None
    try:
        text = read_plain(dot_git, _LONGEST_NAME)
    except OSError as error:
        raise UserError(
            f"{dot_git} cannot be read: {error.strerror}.", hint="See to its permissions."
        ) from error
    if not text.startswith(b"gitdir:"):
        return None
    named = Path(os.fsdecode(text[len(b"gitdir:") :].strip()))
    target = named if named.is_absolute() else folder / named
    if not _is_git_dir(target):
        raise UserError(
            f"{dot_git} points to {target}, which is not a git directory.",
            hint="Was the main repository moved? `git worktree repair` in it mends linked work trees.",
        )
    return target.resolve()


def _refuse_closed(dot_git: Path) -> None:
    """What nobody may look into is not nothing: somebody would make another repository there."""
    try:
        (dot_git / "HEAD").lstat()
    except PermissionError as error:
        raise UserError(
            f"{dot_git} cannot be read: {error.strerror}.", hint="See to its permissions."
        ) from error
    except OSError:
        return


def _common_dir(git_dir: Path) -> Path:
    try:
        named = Path(os.fsdecode(read_plain(git_dir / "commondir", _LONGEST_NAME).strip()))
        return (named if named.is_absolute() else git_dir / named).resolve()
    except (OSError, ValueError):
        return git_dir


def _is_git_dir(folder: Path) -> bool:
    head = folder / "HEAD"
    try:
        if not (head.is_file() or head.is_symlink()):
            return False
        common = _common_dir(folder)
        return (common / "objects").is_dir() and (common / "refs").exists()
    except (OSError, ValueError):  # a name that is too long, a folder that is closed to us, a NUL
        return False


def _found(work_tree: Path, git_dir: Path) -> Found:
    common = _common_dir(git_dir)
    extensions = _extensions(common / "config")
    packs = common / "objects" / "pack"
    partial = "partialclone" in extensions
    if not partial and packs.is_dir():
        with os.scandir(packs) as entries:
            partial = any(entry.name.endswith(".promisor") for entry in entries)
    return Found(
        work_tree=str(work_tree),
        git_dir=str(git_dir),
        common_dir=str(common),
        owner_warning=_owner_warning(work_tree, git_dir),
        object_format=extensions.get("objectformat", "sha1"),
        reftable=extensions.get("refstorage", "files").startswith("reftable"),
        partial=partial,
    )


def _extensions(config: Path) -> dict[str, str]:
    """The `[extensions]` of a config file.

    They say how objects and refs are stored and are never in an included file.
    """
    try:
        data = read_plain(config, LARGEST_CONFIG + 1)
    except OSError:
        return {}
    if len(data) > LARGEST_CONFIG:
        raise UserError(
            f"{config} is larger than {LARGEST_CONFIG >> 20} MB; git would read all of it again and again.",
            hint="`git config --list --local` shows what is in it.",
        )
    text = data.decode("utf-8", "surrogateescape")
    found: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):
        section = re.match(r"\s*\[\s*([^\]\s\"]+)[^\]]*\](.*)", line)
        if section:
            inside = section.group(1).lower() == "extensions"
            line = section.group(2)
        setting = re.match(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*\"?([^\"#;]*?)\"?\s*(?:[#;].*)?$", line)
        if inside and setting:
            found[setting.group(1).lower()] = setting.group(2).strip().lower()
    return found


def _owner_warning(work_tree: Path, git_dir: Path) -> str | None:
    if not hasattr(os, "geteuid"):
        return None
    mine = {os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
        mine.add(int(os.environ["SUDO_UID"]))
    for place in (work_tree, git_dir):
        try:
            owner = place.stat().st_uid
        except OSError:
            continue
        if owner not in mine:
            return (
                f"{place} belongs to {_user_name(owner)}, not to you. "
                "Until you trust it, it is only read, and nothing in it is run."
            )
    return None


def _user_name(uid: int) -> str:
    try:
        import pwd  # noqa: PLC0415  late: not there on Windows

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return f"user {uid}"
