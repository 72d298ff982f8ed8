"""The result of a review as a git tree: what each verdict says, built and never patched.

Blocking: reads blobs and writes one tree into the shadow directory. Only files with mixed verdicts
are read; a file that is taken or left as a whole goes by its object id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.git.repository import Repository
from workbench.review.changes import FileChange
from workbench.review.compose import Take, compose_file
from workbench.review.steps import rest
from workbench.review.verdicts import NO_VERDICTS, Verdicts

Entry = tuple[str, bytes | str]
"""A path's mode, and its bytes or the id of its object."""


def composed_files(
    repository: Repository, files: Sequence[FileChange], verdicts: Verdicts, take: Take
) -> Mapping[str, Entry | None]:
    """What stands in the result at every path that any file change touches; None where there is no file."""
    results: dict[str, Entry | None] = {}
    for file in files:
        for path in {file.path, file.base_path} - {None}:
            results.setdefault(str(path), None)
    needed = [file.old_id for file in files if file.old_id and _needs_lines(file, verdicts)]
    blobs = repository.blobs(needed) if needed else {}
    for file in files:
        rest()
        old = blobs.get(file.old_id) if file.old_id else None
        for result in compose_file(file, old, verdicts.get(file.path, NO_VERDICTS), take):
            content = result.data if result.data is not None else result.id
            if content is not None:
                results[result.path] = (result.mode, content)
    return results


def compose_tree(
    repository: Repository, base: str, files: Sequence[FileChange], verdicts: Verdicts, take: Take
) -> str:
    """The id of the tree that `base` with the taken changes makes, written into the shadow directory."""
    return repository.compose_tree(base, composed_files(repository, files, verdicts, take))


def _needs_lines(file: FileChange, verdicts: Verdicts) -> bool:
    return bool(file.runs) and file.path in verdicts
