"""What git could not do and nobody's bug is to blame for, as a sentence. Reads what git said; starts nothing.

Git is asked in its own words (LC_ALL is C), so they can be looked for; the system's come with them.
"""

from __future__ import annotations

import os
import re
import signal

from workbench.errors import UserError

_PERMISSIONS = "Check the permissions of the repository and of Workbench's data folder, and do it again."
_OUR_PLACE = "Check its permissions and the space there, or name another folder with WORKBENCH_DATA."
_SHADOWS = "/shadows/"
"""In the path of whatever is Workbench's own: git is told where to write, and writes nowhere else."""
_PLACE = re.compile(rb"'((?:/|[A-Za-z]:[/\\])[^\n]+?)'(?=:| to '| for |\s*$)|repository database (/[^\n]+)")
_DAMAGED = re.compile(
    # An object that begins well and goes on badly, of which git says in a second line which one it is.
    rb"(?:loose|packed) object [0-9a-f]+ \([^\n]*\) is corrupt"
    rb"|corrupt loose object '[0-9a-f]+'"
    rb"|object file [^\n]+ is empty"
    rb"|garbage at end of loose object '[0-9a-f]+'"
    rb"|unable to unpack [0-9a-f]+ header"
    rb"|mmap failed: No such device"
    rb"|pack(?:file)? [^\n]+ (?:is far too short|does not match index|is not a GIT packfile)[^\n]*"
    rb"|missing object [0-9a-f]+ for refs/[^\n]*"
)
_BAD_SETTING = re.compile(rb"fatal: (bad (?:config|numeric config|boolean config)[^\n]*)")
_STORED_IN = re.compile(rb"\(stored in ([^\n]+)\) is corrupt")
_NO_REPOSITORY = re.compile(rb"fatal: not a git repository: '([^\n]+)'")
_OURS = "Workbench's own data for the repository"
_MEND = "`git config --list` says the same there. Mend that line, and do it again."
_FSCK = "`git fsck` there says what is damaged. What you judged is saved."


class ShortError(UserError):
    """The system has too little of something; perhaps for one file alone."""


def refuse(stderr: bytes, status: int = 1) -> None:
    """`UserError` where what a child said, or how it ended, is no bug. Returns where it may be one."""
    _refuse_full_disk(stderr)
    _refuse_gone(stderr)
    _refuse_disk(stderr)
    _refuse_short(stderr)
    _refuse_damaged(stderr)
    _refuse_killed(status)


def _refuse_killed(status: int) -> None:
    """A child that was ended from outside, by a system without memory say. SIGPIPE would be of our making."""
    if status >= 0 or -status == getattr(signal, "SIGPIPE", 0):
        return
    name = next((each.name for each in signal.Signals if each == -status), f"signal {-status}")
    raise UserError(
        f"git was ended by {name} before it was done.",
        hint="Do it again. Should that not help: is the system short of memory?",
    )


def _refuse_full_disk(stderr: bytes) -> None:
    """A full disk is nobody's bug. Git says it in its own words or in the system's."""
    if any(word in stderr for word in (b"Out of diskspace", b"No space left on", b"Disk quota exceeded")):
        raise UserError(
            "The disk is full: git could not write what it has to.",
            hint="Make room on the disk and do it again. What was saved before is still there.",
        )


def _refuse_disk(stderr: bytes) -> None:
    """Nor are missing permissions and a broken disk."""
    told = stderr.lower()
    for words, hint in (
        (b"permission denied", _PERMISSIONS),
        (b"insufficient permission", _PERMISSIONS),
        (b"unable to write new index file", "Check the permissions and the space of the data folder."),
        (b"couldn't write", "Check the permissions and the space of the data folder."),
        (b"operation not permitted", _PERMISSIONS),
        (b"read-only file system", "Make the disk writable, or name another folder in WORKBENCH_DATA."),
        (b"too many levels of symbolic links", "Links lead in a circle: `readlink` shows where to."),
        (b"input/output error", "Check the disk, and do it again. What was saved before is still there."),
    ):
        if words in told:
            said = words.decode("ascii").capitalize()
            place = _place_in(next(line for line in stderr.split(b"\n") if words in line.lower()))
            raise UserError(
                f"Git could not write or read what it has to: {said}{place and f' ({place})'}.",
                hint=_OUR_PLACE if _SHADOWS in place else hint,
            )


def _place_in(line: bytes) -> str:
    """The whole path in a line of git's, or the folder of what is not there; "" where it says none."""
    found = _PLACE.search(line)
    path = os.fsdecode(found[1] or found[2]) if found else ""
    return path if not path or os.path.lexists(path) else os.path.dirname(path)


def _refuse_short(stderr: bytes) -> None:
    """Nor is a system that has too little of something."""
    for words in (b"Out of memory", b"Cannot allocate memory", b"Too many open files"):
        if words in stderr:
            raise ShortError(
                f"The system is short of what git needs: {words.decode('ascii').lower()}.",
                hint="Close other programs and do it again. What was saved before is still there.",
            )


def _refuse_damaged(stderr: bytes) -> None:
    """Nor is a repository that is damaged. Git calls an object that it may not read a corrupt one."""
    stored = _STORED_IN.search(stderr)
    if stored and _is_closed(os.fsdecode(stored[1])):
        raise _closed(os.fsdecode(stored[1]))
    is_ours = _SHADOWS in stderr.decode("utf-8", "replace")
    setting = _BAD_SETTING.search(stderr)
    if setting:
        said = setting[1].decode("utf-8", "replace")
        raise UserError(
            f"The configuration of {_OURS if is_ours else 'the repository'} cannot be read: {said}.",
            hint=_OUR_PLACE if is_ours else _MEND,
        )
    # The line that says it last names the object and its file.
    found = [each[0] for each in _DAMAGED.finditer(stderr)]
    if found:
        said = found[-1].decode("utf-8", "replace").removeprefix("fatal: ").removeprefix("error: ")
        raise UserError(
            f"Git cannot read {_OURS if is_ours else 'the repository'}, which is damaged: {said}.",
            hint=_OUR_PLACE if is_ours else _FSCK,
        )


def _refuse_gone(stderr: bytes) -> None:
    """A repository that was deleted, moved or closed under us is nobody's bug."""
    found = _NO_REPOSITORY.match(stderr)
    if not found:
        return
    place = os.fsdecode(found[1])
    for each in (place, *(os.path.join(place, name) for name in ("HEAD", "objects", "refs"))):
        if _is_closed(each):
            raise _closed(each)
    if os.path.isdir(place):
        raise UserError(
            f"{place} is no git repository any more: {_what_is_wrong(place)}.",
            hint="`git status` says the same there. Your reviews are still there.",
        )
    raise UserError(
        f"{place.removesuffix('/.git')} is not there any more: {place} is no git repository.",
        hint="Was it moved or deleted? Open it where it is now. Your reviews are still there.",
    )


def _what_is_wrong(git_dir: str) -> str:
    missing = [name for name in ("HEAD", "objects", "refs") if not os.path.lexists(f"{git_dir}/{name}")]
    return f"{missing[0]} is missing in it" if missing else "what HEAD says in it is damaged"


def _is_closed(path: str) -> bool:
    """Whether something stands there, or may, that we are not allowed to read."""
    try:
        mode = os.R_OK | (os.X_OK if os.path.isdir(path) else 0)
        os.stat(path)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return not os.access(path, mode)


def _closed(path: str) -> UserError:
    return UserError(f"{path} cannot be read: no permission.", hint=_PERMISSIONS)
