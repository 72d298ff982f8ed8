"""Whether a repository is trusted: bound to what it could make run, asked when first needed. Runs nothing.

A repository starts restricted. Trust is given to a surface that was shown; when the surface is another one
now, the repository is restricted again, with the word what changed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import quote

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.git.surface import Program, Surface, read_surface
from workbench.review.text import visible
from workbench.store.trust import Grant, Granted, read_grants, remove_grants, write_grant

__all__ = [
    "MEANING",
    "NEVER",
    "Program",
    "RestrictedError",
    "Surface",
    "Trust",
    "could_run",
    "grant",
    "on_one_line",
    "require_trust",
    "told",
    "trust_of",
    "withdraw",
]

NEVER = "never trusted"
MEANING = (
    "Restricted, nothing of it is run: you read, judge, and land to the work tree or a patch all the same, "
    "but for files that go through a filter; those are listed, not shown. "
    "Trusted, its filters run on those files whenever they are read or landed, pre-commit and commit-msg run "
    "when you land to a branch, and its index and branches may be written. "
    "Of the rest of what is listed, Workbench itself runs nothing, trusted or not."
)
"""What trust is for, as said wherever it is asked."""

_FEW = 3
_KINDS = {"hook": "hook", "beside": "hook", "filter": "filter", "included": "configuration"}


class Trust(Struct, frozen=True):
    """Whether a repository is trusted now, what it could run, and why it is restricted ("" when it is not).

    `stale`: it was trusted once, and something is different now; `changed` is which of the programs.
    """

    trusted: bool
    surface: Surface
    why: str
    stale: bool = False
    changed: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """In a word or two, for a mark: "trusted", "restricted", "restricted: hook changed"."""
        if self.trusted:
            return "trusted"
        if not self.stale:
            return "restricted"
        kinds = {_KINDS.get(each.split(" ", 1)[0], "program") for each in self.changed}
        kind = kinds.pop() if len(kinds) == 1 else "programs" if kinds else "it"
        return f"restricted: {kind} changed"


class RestrictedError(UserError):
    """Something needs the repository trusted. `surface` and `why` are what a person must be shown."""

    def __init__(
        self, message: str, *, hint: str = "", surface: Surface | None = None, why: str = NEVER
    ) -> None:
        super().__init__(message, hint=hint)
        self.surface = surface or Surface((), "")
        self.why = why


def trust_of(repository: Repository) -> Trust:
    """Whether it is trusted, and with what. Blocking: reads the surface.

    What was granted in one work tree counts in the others, as long as they could run the same. A record
    that is damaged restricts, and is the reason. UserError where the surface cannot be told.
    """
    surface = read_surface(repository)
    try:
        grants = read_grants(repository.found.common_dir)
    except UserError as error:
        return Trust(False, surface, _phrase(error))
    mine = _identity(repository)
    given = [each for each in grants.found if each.identity == mine]
    if any(each.digest == surface.digest for each in given):
        return Trust(True, surface, "")
    if grants.errors:
        return Trust(False, surface, _phrase(grants.errors[0]))
    if not grants.found:
        return Trust(False, surface, NEVER)
    if not given:
        why = "another repository stands in its place since you trusted it"
        return Trust(False, surface, why, stale=True)
    here = [each for each in given if each.work_tree == str(repository.work_tree)]
    before = (here or given)[0].programs
    gone, come = _difference(before, surface.programs)
    why = _changed(before, surface.programs)
    return Trust(False, surface, why, stale=True, changed=tuple(sorted(gone | come)))


def grant(repository: Repository, surface: Surface) -> None:
    """Trust the repository with a surface that was shown. UserError when it is another one by now."""
    now = read_surface(repository)
    if now.digest != surface.digest:
        changed = _changed(tuple(_granted(surface.programs)), now.programs, "while you looked")
        raise UserError(
            f"{repository.name} was not trusted: {changed}.", hint="Look once more at what would run."
        )
    programs = tuple(_granted(surface.programs))
    common, here = repository.found.common_dir, str(repository.work_tree)
    write_grant(Grant(common, here, _identity(repository), surface.digest, time.time(), programs))


def withdraw(repository: Repository) -> bool:
    """Restrict the repository, with all its work trees. False when nothing was granted."""
    return remove_grants(repository.found.common_dir)


def require_trust(repository: Repository, purpose: str) -> Surface:
    """The surface of a trusted repository. `purpose` is as in "write the index of".

    RestrictedError, which names what could run, where it is not trusted.
    """
    trust = trust_of(repository)
    if trust.trusted:
        return trust.surface
    raise RestrictedError(
        f"Workbench may not {purpose} {on_one_line(repository.name)} while it is restricted "
        f"({on_one_line(trust.why)}): {could_run(trust.surface)}.",
        hint=f"See what would run, and decide: workbench trust {quote(str(repository.work_tree))}",
        surface=trust.surface,
        why=trust.why,
    )


def could_run(surface: Surface) -> str:
    """What a surface could run, in a few words."""
    names = [on_one_line(each) for each in dict.fromkeys(each.where for each in surface.programs)]
    if not names:
        return "it names no program now"
    left = len(names) - _FEW
    return f"it could run {', '.join(names[:_FEW])}{f' and {left} more' if left > 0 else ''}"


def told(program: Program, changed: Sequence[str], most: int) -> tuple[str, ...]:
    """One program as lines to read, safe to be shown: what it is, where it is named, and its own text.

    At most `most` lines of the text; only the first line begins without a blank.
    """
    news = "  (new or changed since you trusted it)" if program.where in changed else ""
    lines = [f"{on_one_line(program.where)}: {on_one_line(program.command)}{news}"]
    if program.origin:
        lines.append(f"  named in {on_one_line(program.origin)}")
    text = [visible(each).text for each in program.text.rstrip("\n").split("\n")] if program.text else []
    lines += [f"  │ {line}" for line in text[:most]]
    if len(text) > most:
        lines.append(f"  … {len(text) - most:,} more lines")
    return tuple(lines)


def on_one_line(text: str) -> str:
    """Text of a stranger as part of a sentence: nothing in it hides, and it begins no line of its own."""
    return visible(text).text.replace("\n", "⟦U+000A⟧").replace("\t", "⟦U+0009⟧")


def _granted(programs: Iterable[Program]) -> Iterable[Granted]:
    return (Granted(each.where, each.command, f"{each.origin}\n{each.bound}") for each in programs)


def _difference(before: Sequence[Granted], programs: Sequence[Program]) -> tuple[set[str], set[str]]:
    """What is not there any more as it was, and what was not there as it is: where each stands, in words."""
    old: Counter[Granted] = Counter(before)
    now: Counter[Granted] = Counter(_granted(programs))
    return {each.where for each in old - now}, {each.where for each in now - old}


def _changed(
    before: Sequence[Granted], programs: Sequence[Program], since: str = "since you trusted it"
) -> str:
    """What differs, in words: the first thing, and how many more."""
    gone, come = _difference(before, programs)
    order = list(dict.fromkeys([*(each.where for each in programs), *(each.where for each in before)]))
    said = [f"{where} changed {since}" for where in order if where in gone and where in come]
    said += [f"{where} is new {since}" for where in order if where in come - gone]
    said += [f"{where} went away {since}" for where in order if where in gone - come]
    if not said:
        return f"what it could run changed {since}"
    more = len(said) - 1
    return said[0] + (f", and {more} more thing{'' if more == 1 else 's'}" if more else "")


def _phrase(error: UserError) -> str:
    """A sentence as part of another one."""
    return f"{error.message[:1].lower()}{error.message[1:].rstrip('.')}"


def _identity(repository: Repository) -> str:
    """Tells a git directory from another one that was put at the same path."""
    return str(Path(repository.found.common_dir).stat().st_ino)
