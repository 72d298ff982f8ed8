"""What is left out because an ignore file says so, and which of it must be said.

Ignore files are data. The user's own global one and those of the base are honoured in silence. What
`info/exclude` leaves out, or a line that the change itself brought into an ignore file, is listed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.digests import blake2b
from workbench.git import runner
from workbench.git.runner import Where
from workbench.git.shadow import scratch_folder
from workbench.review.changes import NotShown

if TYPE_CHECKING:
    from workbench.git.repository import Repository

LOCAL = "left out by info/exclude of this clone"
MOST_ROWS = 20
"""Of one reason. More are put together by folder."""


class Sources(Struct, frozen=True):
    """Where ignore rules come from, besides the `.gitignore` files.

    `signature` changes when any of them does.
    """

    user_file: str | None
    signature: tuple[str, ...]


def sources(repository: Repository) -> Sources:
    """Read where the rules are; copies `info/exclude` into the shadow directory, where git will look
    for it.
    """
    try:
        local = (Path(repository.found.common_dir) / "info" / "exclude").read_bytes()
    except OSError:
        local = b""
    copy = repository.shadow / "info" / "exclude"
    try:
        known = copy.read_bytes()
    except OSError:
        known = b""
    if known != local:
        temporary = copy.with_name(f"exclude.{os.getpid()}")
        temporary.write_bytes(local)
        temporary.replace(copy)
    user_file = repository.user_ignore_file()
    signs = [blake2b(local, digest_size=8).hexdigest(), user_file or ""]
    if user_file:
        try:
            found = Path(user_file).stat()
            signs.append(f"{found.st_mtime_ns}.{found.st_size}")
        except OSError:
            signs.append("none")
    return Sources(user_file, tuple(signs))


def user_ignore_file() -> str | None:
    """The user's global ignore file, as their own config names it, else git's default place.

    Runs git outside any repository.
    """
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE") or ""
    config_home = Path(os.environ.get("XDG_CONFIG_HOME") or Path(home) / ".config") / "git"
    named = ""
    if os.access(config_home / "config", os.R_OK) or os.access(Path(home) / ".gitconfig", os.R_OK):
        environment = {
            "HOME": home,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "XDG_CONFIG_HOME": str(config_home.parent),
        }
        args = ["config", "--global", "--includes", "--type=path", "-z", "--get", "core.excludesFile"]
        child = runner.start(args, Where(""), environment=environment)
        named = os.fsdecode(child.finish(ok=range(256)).rstrip(b"\0")) if child.status in (0, 1) else ""
    path = Path(named) if named else config_home / "ignore"
    return str(path) if path.is_absolute() and os.access(path, os.R_OK) else None


def left_out(
    repository: Repository, where: Where, ignored: bytes, base: str, ignore: Sources
) -> tuple[tuple[NotShown, ...], tuple[str, ...]]:
    """What of the ignored paths must be said: what the base's own rules and the user's would not leave out.

    One row a path; many of one kind are counted. And the folders that are ignored as a whole: git lists
    others too, of which every file is ignored for itself.
    """
    if not ignored:
        return (), ()
    changed = _changed_files(repository, where, base)
    found = _reasons(repository, where, ignored)
    local = str(repository.shadow / "info" / "exclude")
    rows = [NotShown(path, LOCAL) for source, path in found if source == local]
    rest = [(source, path) for source, path in found if source != local]
    tracked = _tracked(repository, where, {source for source, _ in rest})
    if not changed:
        # The rules of tracked files are the base's: only a file of rules that is not tracked adds to them.
        rest = [each for each in rest if not os.path.isabs(each[0]) and each[0] not in tracked]
    quiet = _ignored_by_base(repository, base, ignore, [path for _, path in rest])
    for source, path in rest:
        if path not in quiet:
            rows.append(NotShown(path, _why(source, changed, tracked)))
    return shortened(rows), tuple(path for _, path in found if path.endswith("/"))


def _why(source: str, changed: frozenset[str], tracked: set[str]) -> str:
    if not os.path.isabs(source) and source not in tracked:
        return f"left out by {source}, which the base does not have and which leaves out itself"
    if source in changed:
        return f"left out by {source}, which is part of the change"
    return "left out since an ignore file was changed, which is part of the change"


def shortened(rows: Sequence[NotShown]) -> tuple[NotShown, ...]:
    """The rows, with those of one reason put together by folder where they are many."""
    by_reason: dict[str, list[NotShown]] = {}
    for row in rows:
        by_reason.setdefault(row.why, []).append(row)
    found: list[NotShown] = []
    for why, group in by_reason.items():
        if len(group) <= MOST_ROWS:
            found += group
            continue
        folders: dict[str, list[NotShown]] = {}
        for row in group:
            top, slash, _ = row.path.partition("/")
            folders.setdefault(top + slash if slash else "", []).append(row)
        for folder, inside in folders.items():
            path = folder or inside[0].path
            found.append(NotShown(path, why, sum(row.count for row in inside)))
    return tuple(found)


def _ignored_by_base(
    repository: Repository, base: str, ignore: Sources, paths: Sequence[str]
) -> frozenset[str]:
    """Which paths the base's ignore files and the user's own leave out, were they all there is.

    Asked in an empty work tree, with the base's ignore files in an index: that is where git then reads them.
    """
    if not paths:
        return frozenset()
    with scratch_folder(repository.shadow) as folder:
        (folder / "tree").mkdir()
        place = folder / "git"
        for name in ("objects/info", "refs", "info"):
            (place / name).mkdir(parents=True)
        (place / "HEAD").write_bytes(b"ref: refs/heads/none\n")
        (place / "config").write_bytes((repository.shadow / "config").read_bytes())
        alternates = os.fsencode(repository.shadow / "objects") + b"\n"
        (place / "objects" / "info" / "alternates").write_bytes(alternates)
        config = (("core.excludesFile", ignore.user_file or os.devnull),)
        there = Where(str(place), str(folder / "tree"), str(folder / "index"), config)
        tree = ["--empty"] if base == repository.empty_tree else [base]
        repository.run_now(["read-tree", *tree], there)
        names = [
            name
            for name in repository.run_now(["ls-files", "-z"], there).split(b"\0")
            if name.rpartition(b"/")[2] == b".gitignore"
        ]
        if names:
            data = b"".join(name + b"\0" for name in names)
            repository.run_now(["update-index", "-z", "--skip-worktree", "--stdin"], there, data=data)
        # Of a folder as a whole it is asked by a file in it that nobody names.
        asked = [b"./" + _bytes(path) + (b"\x01" if path.endswith("/") else b"") for path in paths]
        args = ["check-ignore", "-z", "--stdin"]
        data = b"".join(name + b"\0" for name in asked)
        answers = repository.run_now(args, replace(there, literal=False), data=data, ok=(0, 1))
    said = set(answers.split(b"\0"))
    return frozenset(path for path, name in zip(paths, asked, strict=True) if name in said)


def _reasons(repository: Repository, where: Where, ignored: bytes) -> list[tuple[str, str]]:
    """(ignore file, path) for every ignored path."""
    # "./" before each, so that none of them can be taken for a pattern.
    asked = b"".join(b"./%b\0" % name for name in ignored.split(b"\0") if name)
    args = ["check-ignore", "-v", "-z", "--stdin", "--no-index"]
    answers = repository.run_now(args, replace(where, literal=False), data=asked, ok=(0, 1)).split(b"\0")
    return [
        (_text(source), _text(name.removeprefix(b"./")))
        for source, name in zip(answers[0::4], answers[3::4], strict=False)
    ]


def _tracked(repository: Repository, where: Where, sources: set[str]) -> set[str]:
    """Which of the ignore files the private index holds. What is absolute is the user's own."""
    inside = [os.fsdecode(_bytes(name)) for name in sources if not os.path.isabs(name)]
    if not inside:
        return set()
    return {_text(name) for name in repository.run_now(["ls-files", "-z", "--", *inside], where).split(b"\0")}


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _changed_files(repository: Repository, where: Where, base: str) -> frozenset[str]:
    """The ignore files that differ from the base's."""
    args = ["diff-index", "--cached", "-z", "--name-only", "--no-renames", base]
    names = repository.run_now(args, where).split(b"\0")
    return frozenset(_text(name) for name in names if name.rpartition(b"/")[2] == b".gitignore")
