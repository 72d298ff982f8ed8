"""The scope that a task names: which paths it allows and which it forbids. Reads the task's Markdown alone.

A line `Scope:` or `Out of scope:` (also as a heading, also in a list) names paths, on the same line
or in the list below it: folders (`src/`), files (`src/a.py`), patterns (`*.py`, `docs/**`). Words
that do not look like a path are prose and bind nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_LABEL = re.compile(
    r"^[\s>*_#-]*(?P<out>out\s+of\s+|not\s+in\s+)?scope\b[*_]*\s*(?:$|:[*_]*(?P<rest>.*)$)", re.IGNORECASE
)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?P<rest>.*)$")
_QUOTED = re.compile(r"`([^`]+)`")
_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Scope(Struct, frozen=True):
    """Patterns of paths. Nothing inside means that everything is, unless it is in `outside`."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        if any(_matches(pattern, path) for pattern in self.outside):
            return False
        return not self.inside or any(_matches(pattern, path) for pattern in self.inside)


def scope_of_task(task: str) -> Scope:
    """The scope that the Markdown of a task names."""
    found: dict[bool, list[str]] = {False: [], True: []}
    current: bool | None = None
    # Not `splitlines`: a form feed or U+2028 in a task is no line end here either.
    for line in task.split("\n"):
        label = _LABEL.match(line)
        if label:
            current = bool(label["out"])
            found[current] += _paths(label["rest"] or "")
        elif current is not None and line.strip():
            item = _ITEM.match(line)
            if item:
                found[current] += _paths(item["rest"])
            else:
                current = None
    return Scope(tuple(found[False]), tuple(found[True]))


def out_of_scope(task: str, path: str) -> bool:
    """Whether the task says that `path` is not to be touched. Of many paths, ask `scope_of_task` once."""
    return not scope_of_task(task).holds(path)


def _paths(text: str) -> Iterator[str]:
    quoted = _QUOTED.findall(text)
    for word in quoted or re.split(r"[,;\s]+", text):
        word = word.strip().strip("\"'()").rstrip(".,;:").removeprefix("./")
        if word and word not in {"/", "*", "**"} and (quoted or _is_pathlike(word)):
            yield word.removeprefix("/")


def _is_pathlike(word: str) -> bool:
    return "://" not in word and bool(re.search(r"[/*]|\w\.\w", word))


def _matches(pattern: str, path: str) -> bool:
    """A folder holds all below it; `*` and `?` stop at `/`, `**` does not; without `/` any folder will do.

    `/a.py` and `./a.py` are that of the top folder alone. `[ab]` is one of these signs, and itself: there
    are folders that are called `[id]`.
    """
    name = pattern.removeprefix("./").removeprefix("/")
    folder = name.rstrip("/")
    anywhere = "/" not in name and name == pattern
    if not re.search(r"[*?\[]", folder):
        return path == folder or path.startswith(folder + "/") or (anywhere and path.endswith("/" + folder))
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^/!\]][^/\]]*\])", folder)
    body = "".join(_WILD.get(piece) or _one_of(piece) or re.escape(piece) for piece in pieces)
    head = "" if name != pattern or "/" in folder else "(?:.*/)?"
    return re.fullmatch(f"{head}{body}(?:/.*)?", path, re.DOTALL) is not None


def _one_of(piece: str) -> str:
    """The expression of `[ab]`, `[a-z]` or `[!ab]`; "" for what is none."""
    if not (piece.startswith("[") and piece.endswith("]")):
        return ""
    signs = piece[1:-1].removeprefix("!")
    if "--" in signs:  # In Python's expressions it may come to mean something of its own.
        return ""
    within = re.sub(r"([\\\[\]^&~|])", r"\\\1", signs)
    one = f"(?!/)[{'^' if piece[1] == '!' else ''}{within}]"
    try:
        re.compile(one)
    except re.error:  # such as [z-a]
        return ""
    return f"(?:{one}|{re.escape(piece)})"
