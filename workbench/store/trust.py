"""Which repositories are trusted, and with what: one small file a work tree, in the data folder.

The files of the work trees of one repository belong together. Each is written whole and brought to disk, so
several processes never see half of one. A file that cannot be understood is no grant, and is not removed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from workbench.errors import UserError
from workbench.store.paths import data_dir, make_private
from workbench.typed import ready

_VERSION = 1


class Granted(Struct, frozen=True):
    """A program as it was when trust was given: what makes it run, and the fingerprint of what would run."""

    where: str
    command: str
    bound: str


class Grant(Struct, frozen=True):
    """That a repository is trusted where its surface has this digest. `at` is in seconds since 1970.

    `common_dir` is the git directory that all its work trees share, `identity` tells it from another one
    that is put in its place. `work_tree` is where it was shown; a second grant there takes its place.
    """

    common_dir: str
    work_tree: str
    identity: str
    digest: str
    at: float
    programs: tuple[Granted, ...] = ()
    version: int = _VERSION


class Grants(Struct, frozen=True):
    """What was granted to the work trees of one repository, the newest first, and what could not be read."""

    found: tuple[Grant, ...]
    errors: tuple[UserError, ...] = ()


def read_grants(common_dir: str) -> Grants:
    """What is kept of a repository."""
    found: list[Grant] = []
    errors: list[UserError] = []
    for path in _paths(common_dir):
        try:
            grant = _read(path, common_dir)
            found += [grant] if grant is not None else []
        except UserError as error:
            errors.append(error)
    return Grants(tuple(sorted(found, key=lambda each: -each.at)), tuple(errors))


def write_grant(grant: Grant) -> None:
    """Keep a grant; on disk when this returns. UserError when it cannot be."""
    path = grant_path(grant.common_dir, grant.work_tree)
    make_private(path.parent)
    fresh = path.with_name(f"new-{os.urandom(8).hex()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            # Names that are not UTF-8 are lone surrogates, which the json module alone can write.
            file.write(json.dumps(msgspec.to_builtins(grant), indent=1).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UserError(
            f"That the repository is trusted could not be saved in {path.parent}: {error.strerror or error}.",
            hint="Check its permissions and the space on the disk. It is as it was before.",
        ) from error


def remove_grants(common_dir: str) -> bool:
    """Forget what was granted to a repository, damaged records too; False where there was nothing."""
    was = False
    for path in _paths(common_dir):
        try:
            path.unlink()
            _sync_folder(path.parent)
            was = True
        except FileNotFoundError:  # another process was quicker
            continue
        except OSError as error:
            raise UserError(
                f"The repository could not be restricted: {path} could not be removed: {error.strerror}.",
                hint="Check the permissions of its folder, or remove the file yourself.",
            ) from error
    return was


def grant_path(common_dir: str, work_tree: str) -> Path:
    """The file that holds a grant."""
    return data_dir() / "trust" / f"{_digest(common_dir)}-{_digest(work_tree)}.json"


def _digest(path: str) -> str:
    return hashlib.blake2b(os.fsencode(path), digest_size=12).hexdigest()


def _paths(common_dir: str) -> Iterator[Path]:
    folder, prefix = data_dir() / "trust", f"{_digest(common_dir)}-"
    try:
        places = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise UserError(
            f"What is trusted cannot be read from {folder}: {error.strerror}.",
            hint="Check its permissions. Until then every repository is restricted.",
        ) from error
    yield from (place for place in places if place.name.startswith(prefix) and place.suffix == ".json")


def _read(path: Path, common_dir: str) -> Grant | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # taken back just now
        return None
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from error
    try:
        document = json.loads(data)
        if isinstance(document, dict) and document.get("version", _VERSION) != _VERSION:
            raise _refused(path, "is from another version of Workbench")
        grant = msgspec.convert(document, ready(Grant))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _refused(path, "is damaged") from error
    if path != grant_path(common_dir, grant.work_tree) or grant.common_dir != common_dir:
        raise _refused(path, "speaks of another repository")
    return grant


def _refused(path: Path, what: str) -> UserError:
    return UserError(
        f"The record of trust {path} {what}.",
        hint="Until it is given anew the repository is restricted. Nothing was deleted.",
    )


def _sync_folder(folder: Path) -> None:
    """Bring a folder's own list of names to disk, where the system knows such a thing."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
