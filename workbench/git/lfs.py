"""Git LFS without its program: pointers, and contents by their digest. Runs nothing and fetches nothing."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n"
)
LONGEST = 1024
"""Bytes. Git LFS takes nothing longer for a pointer."""


class Pointer(Struct, frozen=True):
    """What stands in the tree for a content that is kept elsewhere."""

    digest: str
    size: int

    def text(self) -> bytes:
        """As Git LFS writes it."""
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.digest}\nsize {self.size}\n"
        ).encode("ascii")


def read_pointer(data: bytes) -> Pointer | None:
    """The pointer that these bytes are, or None."""
    found = _POINTER.fullmatch(data) if len(data) < LONGEST else None
    return Pointer(found[1].decode("ascii"), int(found[2])) if found else None


def pointer_to(path: Path) -> Pointer:
    """The pointer to a file's content, which is read in pieces."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, which no first frame needs

    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Pointer(digest, stream.tell())


def points_to(pointer: Pointer, data: bytes) -> bool:
    """Whether these bytes are the content."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, which no first frame needs

    return len(data) == pointer.size and hashlib.sha256(data).hexdigest() == pointer.digest


def content(common_dir: Path, pointer: Pointer) -> bytes | None:
    """The content out of the repository's own store; None where it is not there, or is not what it says."""
    name = pointer.digest
    try:
        data = (common_dir / "lfs" / "objects" / name[:2] / name[2:4] / name).read_bytes()
    except OSError:
        return None
    return data if points_to(pointer, data) else None
