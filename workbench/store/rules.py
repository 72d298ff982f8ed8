"""The house rules: short sentences that every next round is given, of the user and of each repository.

One JSON file in the data folder, written whole and brought to disk under a lock, so that several processes
may write at once. Ids (`R3`) are never given twice. A file that cannot be understood is refused, left alone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.store.paths import data_dir, make_private
from workbench.typed import ready

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE = 10.0
"""Seconds to wait for another process; writing takes milliseconds."""
LONGEST = 2_000
"""Characters of one rule. It is sent with every round, so it is to be short."""

T = TypeVar("T")


class Rule(Struct, frozen=True):
    """One rule. `repository` is the git directory that it is for, "" for all; `pattern` "" fits every path.

    The highest `priority` is sent first. `sent` counts the rounds that were given it, `broken` names the
    notes (review/note) that said it was broken.
    """

    id: str
    text: str
    priority: int = 0
    pattern: str = ""
    repository: str = ""
    at: float = 0.0
    sent: int = 0
    broken: tuple[str, ...] = ()


class Rules(Struct, frozen=True):
    """All that is kept. `last` is the highest number that an id ever had."""

    rules: tuple[Rule, ...] = ()
    last: int = 0
    version: int = 1


def rules_path() -> Path:
    return data_dir() / "rules" / "rules.json"


def read_rules(repository: str | None = None) -> tuple[Rule, ...]:
    """The rules, the most important first: all of them, or the user's with those of one repository."""
    found = _read().rules
    if repository is not None:
        found = tuple(rule for rule in found if rule.repository in ("", repository))
    return tuple(sorted(found, key=lambda rule: (-rule.priority, int(rule.id[1:]))))


def add_rule(text: str, *, priority: int = 0, pattern: str = "", repository: str = "") -> Rule:
    """A new rule; on disk when this returns."""
    words = " ".join(text.split())
    if not words:
        raise UserError("The rule is empty.", hint="Write a sentence.")
    if len(words) > LONGEST:
        raise UserError(
            f"The rule has {len(words):,} characters; a rule has {LONGEST:,} at most.",
            hint="Say it in a sentence: it is sent with every round.",
        )

    def added(known: Rules) -> tuple[Rules, Rule]:
        number = known.last + 1
        rule = Rule(f"R{number}", words, priority, pattern, repository, time.time())
        return replace(known, rules=(*known.rules, rule), last=number), rule

    return _change(added)


def remove_rule(rule_id: str, repository: str | None = None) -> Rule:
    """Take a rule away and give it. UserError when there is none of that id.

    With `repository`, only one that holds there: the user's, or that repository's own.
    """

    def removed(known: Rules) -> tuple[Rules, Rule]:
        gone = next((rule for rule in known.rules if rule.id == rule_id.upper()), None)
        if gone is None:
            raise UserError(f"There is no rule {rule_id}.", hint="List them: workbench rule list")
        if repository is not None and gone.repository not in ("", repository):
            raise UserError(
                f"{gone.id} is a rule of another repository.",
                hint=f"Name that one: workbench rule remove {gone.id} --path PATH",
            )
        return replace(known, rules=tuple(rule for rule in known.rules if rule is not gone)), gone

    return _change(removed)


def put_back(rule: Rule) -> None:
    """A rule under the id that it had. Nothing where that is there."""

    def added(known: Rules) -> tuple[Rules, None]:
        there = any(each.id == rule.id for each in known.rules)
        return (known if there else replace(known, rules=(*known.rules, rule))), None

    _change(added)


def count_sent(ids: frozenset[str]) -> None:
    """One more round was given these rules."""
    if not ids:
        return

    def counted(known: Rules) -> tuple[Rules, None]:
        rules = (replace(rule, sent=rule.sent + 1) if rule.id in ids else rule for rule in known.rules)
        return replace(known, rules=tuple(rules)), None

    _change(counted)


def set_broken(review: str, named: dict[str, frozenset[str]]) -> None:
    """Which notes of a review say that which rule was broken: by rule, the notes' ids. The others none."""

    def marked(known: Rules) -> tuple[Rules, None]:
        def of(rule: Rule) -> Rule:
            others = [each for each in rule.broken if not each.startswith(f"{review}/")]
            ours = sorted(f"{review}/{note}" for note in named.get(rule.id, ()))
            return replace(rule, broken=(*others, *ours))

        return replace(known, rules=tuple(map(of, known.rules))), None

    _change(marked)


def _change(change: Callable[[Rules], tuple[Rules, T]]) -> T:
    """Read, change and write under the lock, so that no other process's rule is lost."""
    make_private(rules_path().parent)
    with _held():
        known = _read()
        after, result = change(known)
        if after != known:
            _write(after)
    return result


def _read() -> Rules:
    path = rules_path()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Rules()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror or error}") from error
    try:
        known = msgspec.convert(json.loads(data), ready(Rules))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _refused(path, "are damaged") from error
    if known.version != 1:
        raise _refused(path, "were written by a newer Workbench")
    if not all(rule.id[:1] == "R" and rule.id[1:].isdecimal() for rule in known.rules):
        raise _refused(path, "are damaged")
    return known


def _refused(path: Path, what: str) -> UserError:
    return UserError(
        f"The house rules in {path} {what}.", hint="Mend the file or move it away. Nothing was changed."
    )


def _write(rules: Rules) -> None:
    path = rules_path()
    fresh = path.with_name(f"new-{os.urandom(8).hex()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            # Names that are not UTF-8 are lone surrogates, which the json module alone can write.
            file.write(json.dumps(msgspec.to_builtins(rules), indent=1).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UserError(
            f"The house rules could not be saved in {path.parent}: {error.strerror or error}.",
            hint="Check its permissions and the space on the disk. They are as they were before.",
        ) from error


@contextmanager
def _held() -> Iterator[None]:
    """The lock of the file. UserError when another process does not let go of it."""
    handle = os.open(rules_path().with_name("rules.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + PATIENCE
        while not _try(handle):
            if time.monotonic() > until:
                raise UserError(
                    "Another process has kept the house rules busy for seconds.",
                    hint="Close other Workbench processes and do it again.",
                )
            time.sleep(0.002)
        yield
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
