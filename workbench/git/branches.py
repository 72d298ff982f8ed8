"""The only writer of the user's branches. A commit is made in the shadow directory, then one ref moves.

The ref is moved by git's own `update-ref`, in a directory that has the repository's refs and our own
configuration: so git's locking holds, and no hook of the repository can be run, whatever git knows as one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git import runner
from workbench.git.identity import Identity
from workbench.git.lfs_store import lacking
from workbench.git.merging import Merged, Wish, folder_conflicts, merge_wishes
from workbench.git.runner import GitError, Where
from workbench.git.shadow import scratch_folder

if TYPE_CHECKING:
    from workbench.git.repository import Repository

WAIT_MILLISECONDS = 3000
"""How long a lock of somebody else's on a ref is waited for."""

_HEADS = "refs/heads/"
_HEX = re.compile(r"[0-9a-fA-F]{40}([0-9a-fA-F]{24})?")
_LAND_TO_INDEX = "Land to the index there, and commit; or name another branch."


class Branch(Struct, frozen=True):
    """A branch by its short name, and the commit at its tip: None where it is still to be made."""

    name: str
    tip: str | None

    @property
    def ref(self) -> str:
        return _HEADS + self.name


def find_branch(repository: Repository, name: str) -> Branch:
    """The branch of that name, whether it exists or not. UserError where nothing can land in it."""
    _refuse_name(repository, name)
    if repository.found.reftable:
        raise UserError(
            f"{repository.name} keeps its refs as a reftable, which Workbench does not write.",
            hint="Land to the index, and commit.",
        )
    tip = None
    for line in _refs(repository):
        ref, commit, kind, symbolic = line
        if ref == _HEADS + name:
            if symbolic or kind != "commit":
                raise UserError(f"{name} is only another name of a branch.", hint="Name the branch itself.")
            tip = commit
        elif ref.lower() == (_HEADS + name).lower() and _ignores_case(repository):
            raise UserError(
                f"{name} would be one file with the branch {ref.removeprefix(_HEADS)} on this disk.",
                hint="Name it as it is spelled, or choose another name.",
            )
    why = where_used(repository, name)
    if why is not None:
        raise UserError(f"Nothing was landed: {name} {why}.", hint=_LAND_TO_INDEX)
    return Branch(name, tip)


def plan_branch(
    repository: Repository, branch: Branch, base_commit: str | None, wishes: tuple[Wish, ...]
) -> Merged:
    """What landing there would write: onto the tip's tree, for a new branch onto the base commit's."""
    start = branch.tip or base_commit
    if start is None:
        raise UserError(
            f"The base of this review is no commit, so {branch.name} has nothing to start from.",
            hint="Land to the index, and commit.",
        )
    entries = repository.tree_entries(start)
    merged = merge_wishes(repository, wishes, entries.get, place=branch.name if branch.tip else "the base")
    gone = {each.path for each in merged.outcomes if each.after is None}
    stand = {path: None for path in entries if path not in gone}
    stand.update({each.path: None for each in merged.outcomes if each.after is not None})
    folders = folder_conflicts(stand, merged.outcomes)
    bare = lacking(repository, merged.outcomes)
    return Merged(merged.outcomes, (*merged.conflicts, *folders, *bare), merged.warnings)


def make_commit(repository: Repository, tree: str, parent: str, message: str, identity: Identity) -> str:
    """A commit object in the shadow directory. It is signed by nobody."""
    environment = repository.ours.environment() | identity.environment()
    child = runner.start(
        ["commit-tree", tree, "-p", parent, "-F", "-"], repository.ours, fed=True, environment=environment
    )
    return child.finish(message.encode("utf-8", "surrogateescape")).decode("ascii").strip()


def tip_of(repository: Repository, ref: str) -> str | None:
    """The commit that a branch names now, None where there is no such branch."""
    return next((commit for name, commit, _, _ in _refs(repository, ref) if name == ref), None)


def move_ref(
    repository: Repository, ref: str, before: str | None, after: str | None, words: str, identity: Identity
) -> None:
    """Move a branch from one commit to another; None is no branch. UserError if it is not at `before`."""
    zero = "0" * len(repository.empty_tree)
    if after is None:
        command = f"delete {ref}\0{before}\0"
    else:
        command = f"update {ref}\0{after}\0{before or zero}\0"
    data = f"start\0{command}prepare\0commit\0".encode("utf-8", "surrogateescape")
    with _refs_alone(repository, identity) as where:
        environment = where.environment() | identity.environment()
        child = runner.start(
            ["update-ref", "-m", words, "-z", "--stdin"], where, fed=True, environment=environment
        )
        try:
            child.finish(data)
        except GitError as failed:
            raise _not_moved(ref.removeprefix(_HEADS), failed) from failed


def left_locks(repository: Repository, ref: str) -> tuple[str, ...]:
    """The lock files that stand where git makes them to move `ref`, as paths.

    After git was killed at it they may be those that it left, or another git's that is at work: nobody can
    tell, so they are named and never deleted.
    """
    common = Path(repository.found.common_dir)
    return tuple(
        str(place) for place in (common / f"{ref}.lock", common / "packed-refs.lock") if place.is_file()
    )


def where_used(repository: Repository, name: str) -> str | None:
    """In which work tree a branch is checked out, rebased or bisected, in words; None in none."""
    common = Path(repository.found.common_dir)
    linked = common / "worktrees"
    places = {common, Path(repository.found.git_dir)}
    if linked.is_dir():
        places.update(entry for entry in linked.iterdir() if (entry / "HEAD").exists())
    for place in sorted(places):
        ref = _HEADS + name
        if ref in _busy(place):
            return f"is being rebased or bisected ({place})"
        if _head(repository, place) == ref and not (place == common and _is_bare(repository)):
            return f"is checked out in {_work_tree(repository, place)}"
    return None


# Names and states ---------------------------------------------------------------------------------


def _refuse_name(repository: Repository, name: str) -> None:
    good = bool(name) and not name.startswith("-") and name not in ("HEAD", "@") and "\0" not in name
    # Git would take these for a whole ref, or for a commit, wherever a person names the branch.
    good = good and not name.startswith("refs/") and not _HEX.fullmatch(name)
    if good:
        child = repository.start(["check-ref-format", _HEADS + name])
        child.finish(ok=(0, 1))
        good = child.status == 0
    if good and os.name == "nt":
        from workbench.git.paths import unfit_for_windows  # noqa: PLC0415 - there alone

        good = not unfit_for_windows(name)
    if not good or not name.isprintable() or len(name.encode("utf-8", "surrogateescape")) > 200:
        raise UserError(
            f"{name!r} is no name for a branch.",
            hint="Letters, digits, - and / make good ones: fix/cache-size",
        )


def _ignores_case(repository: Repository) -> bool:
    """Whether refs that differ in case alone are one file here."""
    heads = Path(repository.found.common_dir) / "refs"
    try:
        return os.path.samefile(heads, heads.with_name("REFS"))
    except OSError:
        return False


def _refs(repository: Repository, pattern: str = _HEADS) -> Iterator[tuple[str, str, str, str]]:
    form = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(symref)%00"
    data = repository.run(["for-each-ref", form, pattern], repository.real)
    fields = data.decode("utf-8", "surrogateescape").split("\0")
    for at in range(0, len(fields) - 4, 4):
        ref, commit, kind, symbolic = fields[at : at + 4]
        yield ref.lstrip("\n"), commit, kind, symbolic


def _head(repository: Repository, place: Path) -> str:
    child = repository.start(["symbolic-ref", "-q", "HEAD"], Where(str(place)))
    return child.finish(ok=(0, 1, 128)).decode("utf-8", "surrogateescape").strip("\n")


def _is_bare(repository: Repository) -> bool:
    """Whether the main directory has no work tree: then its HEAD is nobody's checkout."""
    if repository.found.git_dir == repository.found.common_dir:
        return False
    said = repository.run(["rev-parse", "--is-bare-repository"], Where(repository.found.common_dir))
    return said.strip() == b"true"


def _busy(place: Path) -> set[str]:
    """The refs that a rebase or a bisection in a work tree comes back to. Files of git's, not refs."""
    found: set[str] = set()
    for name in ("rebase-merge/head-name", "rebase-apply/head-name"):
        found.update(_lines(place / name))
    found.update(line for line in _lines(place / "rebase-merge" / "update-refs") if line.startswith("refs/"))
    found.update(_HEADS + line.removeprefix(_HEADS) for line in _lines(place / "BISECT_START"))
    return found


def _lines(place: Path) -> list[str]:
    try:
        return place.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        return []


def _work_tree(repository: Repository, place: Path) -> str:
    if str(place) == repository.found.git_dir:
        return repository.found.work_tree
    named = next(iter(_lines(place / "gitdir")), "")
    return str(Path(named).parent) if named else str(place.parent)


# Moving the ref -----------------------------------------------------------------------------------


@contextmanager
def _refs_alone(repository: Repository, identity: Identity) -> Iterator[Where]:
    """A git directory with the repository's refs, their logs and its objects, and nothing else of it.

    Where the system makes no symlinks it is the repository's own directory, with its hooks switched off.
    """
    reflogs = identity.reflogs if identity.reflogs.lower() != "always" else "true"
    config = (
        ("core.logAllRefUpdates", reflogs),
        ("core.fsync", "all"),
        ("core.filesRefLockTimeout", str(WAIT_MILLISECONDS)),
        ("core.packedRefsTimeout", str(WAIT_MILLISECONDS)),
    )
    common = Path(repository.found.common_dir)
    with scratch_folder(repository.shadow) as folder:
        try:
            _lead(folder, repository, common)
        except OSError:
            off = tuple((f"hook.{name}.enabled", "false") for name in identity.named_hooks)
            yield Where(str(common), config=(*config, *off))
            return
        try:
            yield Where(str(folder), config=config)
        finally:
            # Of the links, only they themselves are removed; this says so to the letter.
            for link in folder.iterdir():
                if link.is_symlink():
                    link.unlink()


def _lead(folder: Path, repository: Repository, common: Path) -> None:
    (folder / "objects" / "info").mkdir(parents=True)
    (folder / "config").write_bytes((repository.shadow / "config").read_bytes())
    (folder / "HEAD").write_bytes(b"ref: refs/heads/none of ours\n")
    alternates = (repository.shadow / "objects" / "info" / "alternates").read_bytes()
    (folder / "objects" / "info" / "alternates").write_bytes(alternates)
    (common / "logs").mkdir(exist_ok=True)
    for name in ("refs", "logs", "packed-refs"):
        (folder / name).symlink_to(common / name)
    shallow = repository.shadow / "shallow"
    if shallow.exists():
        (folder / "shallow").write_bytes(shallow.read_bytes())


def _not_moved(name: str, failed: GitError) -> Exception:
    said = failed.stderr
    if "File exists" in said:
        return UserError(
            f"Nothing was landed: another git holds the lock of the branch {name}.",
            hint="Wait until it has ended, and land again. A lock that was left behind is for you to delete.",
        )
    if "cannot create" in said:
        return UserError(
            f"Nothing was landed: {name} cannot be beside a branch of which one is the other's folder.",
            hint="Choose another name.",
        )
    if (
        "expected" in said
        or "already exists" in said
        or "reference is missing" in said
        or "unable to resolve" in said
    ):
        return UserError(
            f"Nothing was landed: {name} was moved by somebody else.", hint="Look at it, and land again."
        )
    return UserError(
        f"Nothing was landed: {name} cannot be written: {_reason(said or str(failed))}.",
        hint="See to the permissions and the space on the disk.",
    )


def _reason(said: str) -> str:
    """The last line of what git says, without the words that begin it: `fatal: commit: `."""
    return re.sub(r"^(?:(?:fatal|error|start|prepare|commit): )+", "", said.splitlines()[-1]).rstrip(".")
