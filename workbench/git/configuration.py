"""Every setting that is in force in a git directory, with the file it stands in, as git itself lists them.

The one place where the user's own and the system's configuration are read together with the repository's.
`git config --list` runs nothing: it starts no pager, no monitor and no hook (seen with strace, git 2.39).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.git import runner
from workbench.git.runner import Child, GitCancelledError, GitError, Where

SECONDS = 20.0
"""How long git may take: an included file can be a pipe, and git waits for it for ever."""

_THEIRS = ("local", "worktree")
_YES_OR_NO = ("", "true", "false", "yes", "no", "on", "off", "0", "1")


class Setting(Struct, frozen=True):
    """One line of a configuration file.

    `section` and `name` are in lower case, `subsection` as it is written. A name without a value has "".
    """

    scope: str
    origin: str
    section: str
    subsection: str
    name: str
    value: str

    @property
    def key(self) -> str:
        """As git writes it: `filter.lfs.clean`."""
        return ".".join(part for part in (self.section, self.subsection, self.name) if part)

    @property
    def is_repositorys(self) -> bool:
        """Whether the repository says it, and not the user or the system."""
        return self.scope in _THEIRS

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the value is a truth value, which names no program."""
        return self.value.lower() in _YES_OR_NO


def read_configuration(git_dir: str, work_tree: str) -> tuple[Setting, ...]:
    """The settings in the order in which later ones win. UserError where git cannot read them."""
    where = Where(git_dir, work_tree)
    args = ["config", "--list", "--includes", "--show-scope", "--show-origin", "-z"]
    try:
        listed = finish(runner.start(args, where, environment=_environment(where)))
    except GitError as failed:
        said = failed.stderr.splitlines()[-1] if failed.stderr else f"git ended with {failed.status}"
        raise UserError(
            f"The configuration of {work_tree} cannot be read: {said}.", hint="Try `git config --list` there."
        ) from failed
    fields = listed.split(b"\0")
    return tuple(
        _setting(*(os.fsdecode(each) for each in fields[at : at + 3])) for at in range(0, len(fields) - 2, 3)
    )


def finish(child: Child, ok: Sequence[int] = (0,)) -> bytes:
    """A child's output. UserError when it takes longer than it may."""
    timer = threading.Timer(SECONDS, child.kill)
    timer.daemon = True
    timer.start()
    try:
        return child.finish(ok=ok)
    except GitCancelledError as cancelled:
        raise UserError(
            f"git was stopped: it did not list the configuration within {SECONDS:.0f} seconds.",
            hint="Does the repository's configuration include a pipe or a place that does not answer?",
        ) from cancelled
    finally:
        timer.cancel()


def _environment(where: Where) -> dict[str, str]:
    """The runner's, but with the user's own and the system's configuration, and nothing that wins over it."""
    found = {name: value for name, value in where.environment().items() if not name.startswith("GIT_CONFIG_")}
    if "XDG_CONFIG_HOME" in os.environ:
        found["XDG_CONFIG_HOME"] = os.environ["XDG_CONFIG_HOME"]
    return found


def _setting(scope: str, origin: str, line: str) -> Setting:
    key, _, value = line.partition("\n")
    section, _, rest = key.partition(".")
    subsection, _, name = rest.rpartition(".")
    return Setting(scope, origin.removeprefix("file:"), section.lower(), subsection, name.lower(), value)
