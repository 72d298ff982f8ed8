"""What is to be said of the files of a round besides their lines: what they do, what hides in them, sizes.

Read in a worker: looking through the added lines of a large round takes longer than a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.review.changes import FileChange
from workbench.review.file_words import file_words
from workbench.review.scope import scope_of_task
from workbench.review.sensitive import Tier, facts_in_steps, tier
from workbench.review.steps import Steps, finished
from workbench.review.suspicious import Sort, Suspicion, suspicious_in_steps


class Remark(Struct, frozen=True):
    """What is said of one file. `sizes` are those of a binary one in words, "" for any other."""

    tier: Tier | None = None
    facts: tuple[str, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    sizes: str = ""
    out_of_scope: bool = False
    """The task says that this path is not to be touched."""
    said: tuple[str, ...] = ()
    """What is said once of the whole file: "empty now", "only line ends: LF → CRLF"."""

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """What kinds of suspicion there are, each once."""
        found = {each.sort for each in self.suspicions}
        return tuple(sort for sort in Sort if sort in found)

    @property
    def told_facts(self) -> tuple[str, ...]:
        """The facts without those that `said` says already, and better."""
        only_ends = any(each.startswith("only line ends") for each in self.said)
        return tuple(fact for fact in self.facts if not (only_ends and fact.startswith("line ends changed")))

    @property
    def words(self) -> str:
        """All of it in one line, for tooltips and screen readers."""
        parts = ["out of scope"] if self.out_of_scope else []
        parts += [self.tier.value] if self.tier is not None else []
        parts += [*self.said, *self.told_facts, *(sort.value for sort in self.sorts)]
        return ", ".join(parts)


NO_REMARK = Remark()


def remarks(repository: Repository, files: Sequence[FileChange], task: str = "") -> Mapping[str, Remark]:
    """The remarks on some files by path; files of which nothing is to be said are absent. Blocking."""
    return finished(remarks_in_steps(repository, files, task))


def remarks_in_steps(
    repository: Repository, files: Sequence[FileChange], task: str = ""
) -> Steps[Mapping[str, Remark]]:
    """The same, with a rest for each file, and more within a large one."""
    found: dict[str, Remark] = {}
    scope = scope_of_task(task)
    for file in files:
        yield
        said = yield from facts_in_steps(file)
        suspicions = yield from suspicious_in_steps(file)
        outside = not scope.holds(file.path)
        made = Remark(tier(file), said, suspicions, _sizes(repository, file), outside, file_words(file))
        if made != NO_REMARK:
            found[file.path] = made
    return found


def _sizes(repository: Repository, file: FileChange) -> str:
    if not file.binary:
        return ""
    try:
        sizes = [repository.blob_size(each) if each else None for each in (file.old_id, file.new_id)]
    except UserError:
        # The bytes are not there (a partial clone): that is said where they are wanted.
        return ""
    return " → ".join(size_words(each) for each in sizes if each is not None)


def size_words(count: int) -> str:
    """A size as a person says it: "1 byte", "940 bytes", "12.3 kB", "4.0 MB"."""
    if count < 1000:
        return f"{count} byte{'' if count == 1 else 's'}"
    value, unit = count / 1000, "kB"
    for larger in ("MB", "GB"):
        if value < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"
