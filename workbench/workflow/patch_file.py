"""A patch file as the place to land: written whole or not at all, and never over another file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from workbench.errors import UserError
from workbench.review.actions import LandedFile
from workbench.workflow.session import Session


def write_patch(session: Session, target: Path, patch: bytes) -> LandedFile:
    """Write the patch. A file that is there already is not replaced, unless it holds the very same patch."""
    try:
        _write_new(target, patch)
    except FileExistsError as error:
        if not _holds(target, patch):
            raise UserError(
                f"{target} exists already.",
                hint="Nothing was written. Name another file, or move that one away.",
            ) from error
    except OSError as error:
        raise UserError(
            f"{target} could not be written: {error.strerror}.",
            hint="Check the folder's permissions and space.",
        ) from error
    blob = session.repository.write_blobs([patch], durable=True)[0]
    return LandedFile(str(target), None, None, blob, "100644")


def remove_patch(session: Session, written: LandedFile) -> None:
    """Take the patch file away again. UserError if somebody changed it."""
    target = Path(written.path)
    if not target.exists():
        return
    if not _holds(target, session.repository.blob(written.after_id or "")):
        hint = "It is left as it is. Delete it yourself."
        raise UserError(f"{target} was changed since it was written.", hint=hint)
    target.unlink()


def _write_new(target: Path, patch: bytes) -> None:
    whole = target.parent / f".workbench-{secrets.token_hex(8)}"
    try:
        with whole.open("xb") as file:
            file.write(patch)
            file.flush()
            os.fsync(file.fileno())
        _give_name(whole, target)
    finally:
        whole.unlink(missing_ok=True)


def _give_name(whole: Path, target: Path) -> None:
    """Give the whole file its name, if the name is free."""
    try:
        target.hardlink_to(whole)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: not in one step, but never over another file either.
        if target.exists():
            raise FileExistsError(target) from None
        whole.rename(target)


def _holds(target: Path, patch: bytes) -> bool:
    try:
        return target.read_bytes() == patch
    except OSError:
        return False
