"""What names in the user's repository mean: HEAD, revisions, ranges.

Asked of the user's own git directory, by `rev-parse` and `cat-file --batch-check`, which run nothing
there; revisions go in on standard input, so that no text can be an option. Ref files are never parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.runner import Child, GitError

if TYPE_CHECKING:
    from workbench.git.repository import Repository


_HINT = "`git log --oneline --all` lists what there is. A..B, A...B and one commit are understood."


class Head(Struct, frozen=True):
    """Where HEAD stands.

    `branch` is its short name, None when detached; `commit` is None before the first one.
    """

    commit: str | None
    tree: str
    branch: str | None


class Range(Struct, frozen=True):
    """Two trees to compare, and in words what they are. The commits are None where a bare tree was named."""

    base_tree: str
    base_commit: str | None
    tree: str
    commit: str | None
    words: str


def head_args() -> list[str]:
    """What one child is asked to learn everything about HEAD."""
    return ["rev-parse", "HEAD^0", "HEAD^{tree}", "--symbolic-full-name", "HEAD"]


def read_head(repository: Repository, child: Child) -> Head:
    """The answer to `head_args`."""
    try:
        commit, tree, name = child.finish().decode("utf-8", "surrogateescape").split("\n")[:3]
    except GitError as failed:
        return _unborn(repository, failed)
    return Head(commit, tree, _short(name))


def _unborn(repository: Repository, failed: GitError) -> Head:
    if "unknown repository extension" in failed.stderr or "repo version" in failed.stderr:
        raise _too_old(repository, failed) from failed
    try:
        name = repository.run_now(["symbolic-ref", "-q", "HEAD"], repository.real)
    except GitError as again:
        hint = "Does `git log` work there?"
        raise UserError(f"HEAD of {repository.name} cannot be read: {failed.said}.", hint=hint) from again
    answers = check(repository, ["HEAD"])
    if answers[0] is not None:
        raise UserError(
            f"HEAD of {repository.name} names a commit that is not there.",
            hint="`git fsck` says what is missing.",
        )
    return Head(None, repository.empty_tree, _short(name.decode("utf-8", "surrogateescape").strip("\n")))


def _too_old(repository: Repository, failed: GitError) -> UserError:
    if repository.found.reftable:
        return UserError(
            f"{repository.name} keeps its refs as a reftable, which the installed git cannot read.",
            hint="Install git 2.45 or newer, or migrate: git refs migrate --ref-format=files",
        )
    return UserError(
        f"The installed git cannot read {repository.name}: {failed.said}.",
        hint="Install a newer git and open it again.",
    )


def _short(name: str) -> str | None:
    return name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None


def resolve(repository: Repository, text: str) -> Range:
    """The two trees that a range or a revision names."""
    text = text.strip()
    if not text or "\n" in text or "\0" in text:
        raise UserError("No revision was given.", hint="Give A..B, A...B or one commit.")
    for dots in ("...", ".."):
        left, found, right = text.partition(dots)
        if found:
            return _between(repository, left or "HEAD", dots, right or "HEAD")
    return _one_commit(repository, text)


def _between(repository: Repository, left: str, dots: str, right: str) -> Range:
    names = [f"{left}^{{tree}}", f"{left}^{{commit}}", f"{right}^{{tree}}", f"{right}^{{commit}}"]
    base_tree, base, tree, commit = check(repository, names)
    if base_tree is None or tree is None:
        raise _unknown(repository, left if base_tree is None else right)
    if dots == "..":
        return Range(base_tree, base, tree, commit, f"{left}..{right}")
    if base is None or commit is None:
        raise UserError(f"{left}...{right} needs two commits.", hint=f"For two trees, write {left}..{right}.")
    common = merge_base(repository, base, commit)
    if common is None:
        raise UserError(
            f"{left} and {right} have no commit in common.", hint=f"Compare them: {left}..{right}"
        )
    fork_tree = check(repository, [f"{common}^{{tree}}"])[0]
    if fork_tree is None:
        raise _unknown(repository, common)
    return Range(fork_tree, common, tree, commit, f"{left}...{right}")


def _one_commit(repository: Repository, text: str) -> Range:
    names = [
        f"{text}^{{commit}}",
        f"{text}^{{tree}}",
        f"{text}^{{commit}}^1",
        f"{text}^{{commit}}^1^{{tree}}",
    ]
    commit, tree, parent, parent_tree = check(repository, names)
    if commit is None or tree is None:
        raise _unknown(repository, text)
    if parent is None or parent_tree is None:
        if _has_parent(repository, commit):
            raise UserError(
                f"The parent of {text} is not in this clone.",
                hint="It is shallow: git fetch --deepen=1 brings it.",
            )
        return Range(repository.empty_tree, None, tree, commit, f"{text}, the first commit")
    return Range(parent_tree, parent, tree, commit, f"{text} against its parent")


def _has_parent(repository: Repository, commit: str) -> bool:
    """Whether the commit object names a parent, whatever a shallow clone pretends."""
    data = repository.run_now(["cat-file", "commit", commit])
    return b"\nparent " in data.partition(b"\n\n")[0]


def merge_base(repository: Repository, one: str, other: str) -> str | None:
    """The best common ancestor of two commits, by id."""
    data = repository.run_now(["merge-base", one, other], ok=(0, 1))
    return data.decode("ascii").strip() or None


def check(repository: Repository, names: list[str]) -> list[str | None]:
    """The object that each name means, None where it means none. One child for all."""
    data = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    try:
        answers = repository.run_now(["cat-file", "--batch-check"], repository.real, data=data).split(b"\n")
    except GitError as failed:
        if "extension" in failed.stderr or "repo version" in failed.stderr:
            raise _too_old(repository, failed) from failed
        sentence = f"{repository.name} does not know that revision: {failed.said}."
        raise UserError(sentence, hint=_HINT) from failed
    found: list[str | None] = []
    for name, answer in zip(names, answers, strict=False):
        words = answer.split(b" ")
        # "<id> <type> <size>", or the name itself, which may hold blanks, then "missing" or "ambiguous".
        missing = answer.startswith(name.encode("utf-8", "surrogateescape")) and words[-1] in (
            b"missing",
            b"ambiguous",
        )
        found.append(None if missing or len(words) != 3 else words[0].decode("ascii"))
    return found


def _unknown(repository: Repository, text: str) -> UserError:
    return UserError(
        f"{text} names no commit in {repository.name}.",
        hint=_HINT,
    )
