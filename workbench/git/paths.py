"""Which paths are never written, on any system, and which names git itself refuses. Pure text work."""

from __future__ import annotations

import re

LANDING = ".workbench-landing-"
"""How the folder begins that a landing works in, at the root of the work tree. It is gone afterwards."""

# Code points that HFS+ leaves out when it compares names: ".g\u200cit" is ".git" there.
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_WINDOWS_NAMES = re.compile(
    r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$)(?:\..*)?", re.IGNORECASE
)
_WINDOWS_CHARACTERS = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def why_hostile(path: str) -> str | None:
    """Why a path is never written, in words, or None.

    The rule of every system at once, whatever this one is.
    """
    if not path or path.startswith("/"):
        return "an absolute path"
    if "\0" in path:
        return "a path with a NUL"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "a path that is not a plain way down from the work tree"
        for piece in part.split("\\"):
            if piece == "..":
                return "a path that leads out of the work tree on Windows"
            if is_dot_git(piece):
                return "a spelling of .git"
    return None


def is_dot_git(name: str) -> bool:
    """Whether some file system takes this name for `.git`: by case, short name, stream, trailing dots
    or ignorables.
    """
    plain = _IGNORABLE.sub("", name).split(":", 1)[0].rstrip(". ").lower()
    return plain in (".git", "git~1")


def unfit_for_windows(path: str) -> bool:
    """Whether Windows cannot hold this path. Only a warning elsewhere: ordinary trees have `aux.c`."""
    return any(
        _WINDOWS_NAMES.fullmatch(part) or _WINDOWS_CHARACTERS.search(part) or part.endswith((".", " "))
        for part in path.split("/")
    )
