"""What a landing would do, as a value, and the message of a commit. Reads counts; writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.branches import Branch
from workbench.git.identity import Identity
from workbench.git.merging import Outcome, Wish
from workbench.git.worktree import Conflict, Write
from workbench.review.rounds import Source
from workbench.review.sensitive import accepted
from workbench.review.verdicts import Verdict
from workbench.workflow.session import Session

WORKTREE = "worktree"
INDEX = "index"
BRANCH = "branch:"
PATCH = "patch:"

THERE = "as it is"
"""Of a path that holds already what was accepted."""

_SUBJECT = 72
_BODY_LINES = 12


class LandingRow(Struct, frozen=True):
    """One path that would be written, and how: "new", "changed", "deleted" or "merged"."""

    path: str
    what: str


class CommitPlan(Struct, frozen=True):
    """The commit that a landing in a branch would make. `start` will be its parent."""

    branch: Branch
    start: str
    tree: str
    message: str
    identity: Identity
    hooks: tuple[str, ...] = ()


class LandingPlan(Struct, frozen=True):
    """What a landing would do. `diff` is what the destination would gain; conflicts stop it whole.

    `writes` are for the work tree, `wishes` for the index and a branch, `commit` for a branch alone.
    `sensitive`: every accepted file that does more than be read, written now or there already, and why;
    `secret`: every file that looks secret, and why, where that was looked for.
    `takes_none`: no line and no fact is accepted.
    """

    destination: str
    rows: tuple[LandingRow, ...]
    diff: bytes
    rejected: int
    asked: int
    unread: int
    conflicts: tuple[str, ...] = ()
    """Each a path and why it cannot be written."""
    warnings: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    tree: str = ""
    wishes: tuple[Wish, ...] = ()
    commit: CommitPlan | None = None
    sensitive: tuple[tuple[str, str], ...] = ()
    secret: tuple[tuple[str, str], ...] = ()
    takes_none: bool = False

    def listed(self) -> tuple[tuple[str, str, str], ...]:
        """What is to be looked at: how, which path, and why. Those that have a reason come first."""
        what = {row.path: row.what for row in self.rows}
        whys: dict[str, list[str]] = {}
        for path, why in (*self.secret, *self.sensitive):
            whys.setdefault(path, []).append(why)
        first = tuple((what.get(path, THERE), path, "; ".join(said)) for path, said in whys.items())
        return first + tuple((row.what, row.path, "") for row in self.rows if row.path not in whys)


class Intended(Struct, frozen=True):
    """What a landing will be recorded as, noted before it writes. `undoes`: the landing it takes back."""

    id: str
    purpose: str
    round: int
    tree: str
    undoes: str | None = None


def counted(
    session: Session,
    destination: str,
    rows: Sequence[LandingRow],
    diff: bytes,
    conflicts: Sequence[Conflict] = (),
    warnings: Sequence[str] = (),
) -> LandingPlan:
    """A plan, with how much of the review is rejected, asked and unread."""
    progress = session.progress()
    return LandingPlan(
        destination,
        tuple(rows),
        diff,
        progress.rejected,
        progress.asked,
        progress.unread,
        tuple(f"{each.path} {each.why}" for each in conflicts),
        tuple(warnings),
        sensitive=tuple(accepted(session.files, session.review.current).items()),
        takes_none=not any(held.has(Verdict.ACCEPTED) for held in session.review.current.values()),
    )


def rows_of(outcomes: Sequence[Outcome]) -> tuple[LandingRow, ...]:
    """The paths of a landing in the index or a branch."""
    return tuple(LandingRow(each.path, _what(each)) for each in outcomes)


def drafted_message(session: Session, outcomes: Sequence[Outcome]) -> str:
    """A commit message out of the task's first lines; without a task, out of the files."""
    lines = [line.rstrip() for line in session.review.task.strip().split("\n")]
    subject = lines[0].lstrip("# ").strip() if lines else ""
    if not subject:
        return f"{_files(outcomes)}\n"
    body: list[str] = []
    for line in lines[1:]:
        if (not line and body) or len(body) == _BODY_LINES:
            break
        if line:
            body.append(line)
    if len(subject) > _SUBJECT:
        cut = subject[:_SUBJECT].rpartition(" ")[0] or subject[:_SUBJECT]
        body = [f"… {subject[len(cut) :].strip()}", *body]
        subject = cut
    return clean_message("\n".join([subject, "", *body]))


def clean_message(text: str) -> str:
    """A message as git keeps it: no blanks at line ends, no two empty lines in a row, one line end last."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(
            "The message of the commit is no UTF-8, and git would make other letters of it.",
            hint="Write it anew: -m MESSAGE",
        ) from error
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line.rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    if not kept or "\0" in text:
        raise UserError("The commit needs a message.", hint="Give one: -m MESSAGE")
    return "\n".join(kept) + "\n"


def last_destination(session: Session) -> str:
    """Where this repository was landed last; else where what was read came from."""
    last = session.log.remembered(_name(session)) or {}
    return str(last.get("to") or (INDEX if session.review.source is Source.STAGED else WORKTREE))


def suggested_branch(session: Session) -> str:
    """A name for a new branch: the task's first words, else the review's id."""
    first = session.review.task.strip().split("\n", 1)[0]
    words = re.findall(r"[a-z0-9]+", first.lower())[:5]
    return "-".join(words) or f"review-{session.review.id[:6]}"


def remember_destination(session: Session, destination: str) -> None:
    """Offer it first the next time."""
    value: Mapping[str, str] = {"to": PATCH if destination.startswith(PATCH) else destination}
    session.log.remember(_name(session), value)


def _name(session: Session) -> str:
    """A path that is not UTF-8 holds lone surrogates, which no key of the database can."""
    path = str(session.repository.found.common_dir)
    return f"destination {path.encode('utf-8', 'backslashreplace').decode('utf-8')}"


def _what(outcome: Outcome) -> str:
    if outcome.merged:
        return "merged"
    if outcome.now is None:
        return "new"
    return "deleted" if outcome.after is None else "changed"


def _files(outcomes: Sequence[Outcome]) -> str:
    names = [each.path.rpartition("/")[2] for each in outcomes]
    if len(names) > 3:
        return f"Change {len(names)} files"
    verb = "Add" if all(each.now is None for each in outcomes) else "Change"
    return f"{verb} {' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}"
