"""Who holds a lock file of git's, as far as the system tells. Reads the process table; ends nobody."""

from __future__ import annotations

import os
import time
from pathlib import Path

from workbench.errors import UserError

_PROCESSES = Path("/proc")


def held(lock: Path, work_tree: Path) -> UserError:
    """What is said when a lock stays held: by whom, since when, and that it is never deleted by us."""
    holder = _holder(lock, work_tree)
    if holder:
        said = f"Nothing was landed: {lock} is held by {holder}{_since(lock)}."
        return UserError(said, hint="Wait until it has ended, and land again.")
    return UserError(
        f"Nothing was landed: {lock} is held{_since(lock)}, and it cannot be told by whom.",
        hint="Wait, and land again. If no git is running there, it was left behind: delete it yourself.",
    )


def _since(lock: Path) -> str:
    try:
        seconds = time.time() - lock.stat().st_mtime
    except OSError:
        return ""
    if seconds < 60:
        return ""
    minutes = int(seconds // 60)
    return f", for {minutes} min" if minutes < 120 else f", for {minutes // 60} hours"


def _holder(lock: Path, work_tree: Path) -> str:
    """A process that has the file open; else a git that works there (`git commit` closes it meanwhile)."""
    near = ""
    for entry in _entries(_PROCESSES):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        process = _PROCESSES / entry
        if any(_leads_to(handle, lock) for handle in _handles(process)):
            return f"{_name(process)} (process {entry})"
        if not near and _works_in(process, work_tree):
            near = f"{_name(process)} (process {entry})"
    return near


def _entries(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []  # not a system that shows it, or not one of this user's processes


def _handles(process: Path) -> list[Path]:
    return [process / "fd" / name for name in _entries(process / "fd")]


def _leads_to(link: Path, target: Path) -> bool:
    try:
        return os.readlink(link) == str(target)
    except OSError:
        return False


def _works_in(process: Path, work_tree: Path) -> bool:
    if not _name(process).startswith("git"):
        return False
    try:
        return Path(os.readlink(process / "cwd")).is_relative_to(work_tree)
    except OSError:
        return False


def _name(process: Path) -> str:
    """What a process was started as, shortly: "git commit"."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    first = os.path.basename(os.fsdecode(words[0]))
    verb = os.fsdecode(words[1]) if len(words) > 1 and not words[1].startswith(b"-") else ""
    short = f"{first} {verb}".strip()[:60] if first == "git" else first[:60]
    return "".join(sign if sign.isprintable() else "?" for sign in short)
