"""The filters of a trusted repository, run by git itself with the user's real configuration.

The only place that lets git run a filter for a file that is read. Whether it may is decided by the caller,
who knows about trust; what comes out is stored in the shadow directory and nowhere else.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.git import runner
from workbench.git.runner import GitError, Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

# Of the user's own environment: what leads git and the filter to their settings, keys and programs.
_PASSED = ("PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "GNUPGHOME", "GIT_CONFIG_NOSYSTEM", "TMPDIR")


class TrustedFilters:
    """Clean and smudge for the paths of one repository; None where they may not run, or fail."""

    def __init__(self, repository: Repository, allowed: bool) -> None:
        self._repository = repository
        self._allowed = allowed

    def clean(self, path: str, name: str, data: bytes) -> bytes | None:
        """What git would store for the bytes of a path that goes through the filter `name`."""
        said = self._run(name, ["hash-object", "-w", "--stdin", f"--path={_given(path)}"], data)
        return None if said is None else self._repository.blob(said.decode("ascii").strip())

    def smudge(self, path: str, name: str, data: bytes) -> bytes | None:
        """What a checkout would write for stored bytes."""
        if not self._allowed:
            return None
        blob = self._repository.write_blobs([data])[0]
        return self._run(name, ["cat-file", "--filters", f"--path={_given(path)}", blob])

    def _run(self, name: str, args: list[str], data: bytes | None = None) -> bytes | None:
        if not self._allowed:
            return None
        found = self._repository.found
        environment = {each: os.environ[each] for each in _PASSED if each in os.environ}
        environment |= {
            "GIT_DIR": found.git_dir,
            "GIT_WORK_TREE": found.work_tree,
            "GIT_OBJECT_DIRECTORY": str(self._repository.shadow / "objects"),
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            # Without it git takes what it was given for the answer of a filter that failed.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"filter.{name}.required",
            "GIT_CONFIG_VALUE_0": "true",
        }
        command = ["-C", found.work_tree, *args]
        child = runner.start(command, Where(""), fed=data is not None, environment=environment)
        try:
            return child.finish(data)
        except GitError:
            return None


def trusted_filters(repository: Repository) -> TrustedFilters:
    """The filters, allowed where whoever opened the repository says so now."""
    return TrustedFilters(repository, repository.allows_filters())


def _given(path: str) -> str:
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))
