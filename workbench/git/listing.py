"""What git lists of the work tree against the private index. Three children at once; reads no content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.git.kept_index import decode
from workbench.git.runner import Child, Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_IGNORED = ("ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z")


class Listed(Struct, frozen=True):
    """Tracked paths that may differ, others (repositories inside this one end in "/"), and what is ignored,
    as git gives it.
    """

    differing: tuple[str, ...]
    others: tuple[str, ...]
    ignored: bytes

    @property
    def touches_ignore_files(self) -> bool:
        """Whether a file is among the differing ones that says what is listed at all."""
        return any(path.rpartition("/")[2] == ".gitignore" for path in (*self.differing, *self.others))


def start_listing(repository: Repository, where: Where) -> tuple[Child, Child, Child]:
    """`diff-files`, because `ls-files -m` walks through a folder that became a symlink."""
    differing = repository.start(["diff-files", "-z", "--name-only", "--no-renames"], where)
    others = repository.start(["ls-files", "-o", "-z", "--exclude-standard"], where)
    ignored = repository.start(_IGNORED, where)
    return differing, others, ignored


def read_listing(children: tuple[Child, Child, Child]) -> Listed:
    """The answers, in whatever order they come."""
    differing, others, ignored = children
    names = others.finish()
    tracked = differing.finish()
    return Listed(
        tuple(dict.fromkeys(decode(name) for name in tracked.split(b"\0") if name)),
        tuple(decode(name) for name in names.split(b"\0") if name),
        ignored.finish(),
    )


def list_ignored(repository: Repository, where: Where) -> bytes:
    """What is ignored, asked once more."""
    return repository.run_now(_IGNORED, where)


def end_listing(children: tuple[Child, ...]) -> None:
    """End children whose answers nobody wants any more."""
    for child in children:
        child.kill()
        child.close()
