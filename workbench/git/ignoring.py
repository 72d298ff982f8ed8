"""What is left out because an ignore file says so, and which of it must be said.

Ignore files are data. The user's own global one and those of the base are honoured in silence. What
`info/exclude` leaves out, or a line that the change itself brought into an ignore file, is listed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from workbench.git import runner
from workbench.git.runner import Child, Where
from workbench.review.changes import NotShown
from workbench.review.diff import parse_raw

if TYPE_CHECKING:
    from workbench.git.repository import Repository


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
    signs = [hashlib.blake2b(local, digest_size=8).hexdigest(), user_file or ""]
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


def start_changed(repository: Repository, where: Where, head_tree: str) -> Child:
    """Start the child that says which ignore files differ from the base."""
    args = ["diff-index", "--cached", "-z", "--raw", "--no-renames", "--full-index", "--no-abbrev", head_tree]
    return repository.start(args, where)


def left_out(repository: Repository, where: Where, ignored: bytes, changed: Child | None) -> list[NotShown]:
    """What of the ignored paths must be said.

    One row a path; one row for all that an ignore file of no base leaves out.
    """
    base = _changed_files(repository, changed)
    if not ignored:
        return []
    rows: list[NotShown] = []
    foreign: dict[str, int] = {}
    found = _reasons(repository, where, ignored)
    tracked = _tracked(repository, where, {source for source, _, _ in found})
    for source, pattern, path in found:
        if source.endswith("info/exclude"):
            rows.append(NotShown(path, "left out by info/exclude of this clone"))
        elif source in base and pattern not in base[source]:
            rows.append(NotShown(path, f"left out by {source}, which is part of the change"))
        elif source.rpartition("/")[2] == ".gitignore" and source not in tracked:
            foreign[source] = foreign.get(source, 0) + 1
    for source, count in foreign.items():
        why = f"left out by {source}, which the base does not have and which leaves out itself"
        rows.append(NotShown(source.removesuffix(".gitignore"), why, count))
    return rows


def _reasons(repository: Repository, where: Where, ignored: bytes) -> list[tuple[str, bytes, str]]:
    """(ignore file, pattern, path) for every ignored path."""
    # "./" before each, so that none of them can be taken for a pattern.
    asked = b"".join(b"./%b\0" % name for name in ignored.split(b"\0") if name)
    args = ["check-ignore", "-v", "-z", "--stdin", "--no-index"]
    answers = repository.run_now(args, replace(where, literal=False), data=asked, ok=(0, 1)).split(b"\0")
    return [
        (_text(source), pattern, _text(name.removeprefix(b"./")))
        for source, pattern, name in zip(answers[0::4], answers[2::4], answers[3::4], strict=False)
    ]


def _tracked(repository: Repository, where: Where, sources: set[str]) -> set[str]:
    """Which of the ignore files the private index holds. What is absolute is the user's own."""
    inside = [
        os.fsdecode(name.encode("utf-8", "surrogateescape")) for name in sources if not name.startswith("/")
    ]
    if not inside:
        return set()
    return {_text(name) for name in repository.run_now(["ls-files", "-z", "--", *inside], where).split(b"\0")}


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _changed_files(repository: Repository, changed: Child | None) -> dict[str, frozenset[bytes]]:
    """The ignore files that differ from the base, each with the patterns that the base's has."""
    if changed is None:
        return {}
    entries = [
        entry for entry in parse_raw(changed.finish()) if entry.path.rpartition("/")[2] == ".gitignore"
    ]
    ids = [entry.old_id for entry in entries if entry.old_mode.startswith("100")]
    contents = repository.blobs(ids) if ids else {}
    return {
        entry.path: frozenset(line.strip() for line in contents.get(entry.old_id, b"").split(b"\n"))
        for entry in entries
    }
