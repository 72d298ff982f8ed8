"""What could be reviewed, and what was asked for: read from the repository, without saving a review."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from workbench.digests import blake2b
from workbench.git.repository import Head, Repository, Snapshot
from workbench.review.changes import NotShown
from workbench.review.rounds import Source
from workbench.store import paths


class Asked(Struct, frozen=True):
    """What the user asked to review. At most one of `range_text`, `staged` and `patch`."""

    range_text: str = ""
    staged: bool = False
    patch: bytes | None = None
    patch_name: str = ""
    task: str = ""
    new: bool = False

    @property
    def source(self) -> Source:
        if self.patch is not None:
            return Source.PATCH
        if self.staged:
            return Source.STAGED
        return Source.RANGE if self.range_text else Source.WORKTREE


class Choice(Struct, frozen=True):
    """Something else that could be reviewed: what it is, the range to ask for, how many files it touches."""

    label: str
    range_text: str
    count: int


class Candidate(Struct, frozen=True):
    """What is to be reviewed, read: the base, the first snapshot, and what could not be shown."""

    base: str
    base_commit: str | None
    tree: str
    asked: str
    not_shown: tuple[NotShown, ...] = ()


def open_repository(path: Path) -> Repository:
    """The repository at or above `path`. UserError when there is none."""
    repository = Repository.open(path, paths.data_dir())
    repository.allows_filters = lambda: _is_trusted(repository)
    return repository


def _is_trusted(repository: Repository) -> bool:
    from workbench.workflow.trust import trust_of  # noqa: PLC0415 - asked only where a path goes through a filter

    return trust_of(repository).trusted


def read_candidate(repository: Repository, head: Head, asked: Asked) -> Candidate:
    """Read what is to be reviewed, without saving anything but blobs and trees in the shadow directory."""
    if asked.patch is not None:
        return _patched(repository, head, asked)
    if asked.range_text:
        found = repository.resolve(asked.range_text)
        return Candidate(found.base_tree, found.base_commit, found.tree, asked.range_text)
    snapshot: Snapshot = repository.snapshot(staged=asked.staged, base=head.tree)
    late = () if asked.staged else late_rows(repository)
    return Candidate(head.tree, head.commit, snapshot.tree, "", (*snapshot.not_shown, *late))


def late_rows(repository: Repository) -> tuple[NotShown, ...]:
    """What a program wrote into a file that a landing had displaced under it. Each is told once."""
    return tuple(
        NotShown(
            path, f"a program wrote to the version that a landing had replaced; what it wrote is in {kept}"
        )
        for path, kept in late_files(repository)
    )


def late_words(repository: Repository) -> tuple[str, ...]:
    """The same as sentences, for where no round tells it."""
    return tuple(
        f"A program wrote to the version of {path} that a landing had replaced. What it wrote is in {kept}."
        for path, kept in late_files(repository)
    )


def late_files(repository: Repository) -> tuple[tuple[str, str], ...]:
    """Paths and the files of ours that hold what was written to them too late."""
    if not any((repository.shadow / "backup").glob("*")):
        return ()
    from workbench.git.late import late_edits  # noqa: PLC0415 - seldom is there anything

    return tuple((late.path, str(late.kept)) for late in late_edits(repository))


def choices(repository: Repository, head: Head) -> tuple[Choice, ...]:
    """What could be reviewed when nothing is uncommitted, with how many files each touches."""
    found: list[Choice] = []
    if head.commit is None:
        return ()
    last = repository.resolve(head.commit)
    found.append(Choice("The last commit", "HEAD", len(repository.file_changes(last.base_tree, last.tree))))
    upstream = repository.upstream_merge_base()
    if upstream is not None and upstream != head.commit:
        since = repository.resolve(f"{upstream}..HEAD")
        count = len(repository.file_changes(since.base_tree, since.tree))
        found.append(Choice("Everything since the upstream branch", f"{upstream}..HEAD", count))
    return tuple(found)


def _patched(repository: Repository, head: Head, asked: Asked) -> Candidate:
    patch = asked.patch or b""
    entries = repository.tree_entries(head.tree)

    def read(path: str) -> bytes | None:
        entry = entries.get(path)
        return repository.blob(entry[1]) if entry and entry[0] != "160000" else None

    def mode_of(path: str) -> str | None:
        entry = entries.get(path)
        return entry[0] if entry else None

    from workbench.review.patch import apply_patch  # noqa: PLC0415 - only a review of a patch needs it

    tree = repository.compose_tree(head.tree, apply_patch(patch, read, mode_of))
    # From standard input there is no name to tell one patch from another; the same one continues its review.
    name = asked.patch_name or f"a patch ({blake2b(patch, digest_size=4).hexdigest()})"
    return Candidate(head.tree, head.commit, tree, name)
