"""Shapes: which changes are "the same change again". A token edit's digest, for grouping, never identity.

Two changes have one shape when the same tokens become the same tokens. What stays is not part of it,
and a name or literal that is on both sides of the edit is only numbered: `f(a, b)` → `f(b, a)` and
`f(x, 1)` → `f(1, x)` are one shape. A verdict given to a shape is still stored on lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import blake2b
from itertools import chain

from workbench.review.changes import Change, Kind

_TOKEN = re.compile(
    rb"""[A-Za-z_\x80-\xff][\w\x80-\xff]*"""
    rb"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    rb"""|\d[\w.]*"""
    rb"""|[-+*/%&|^=!<>:.]+=|->|=>|::|&&|\|\||\*\*|//|<<|>>"""
    rb"""|[^\s\w]"""
)
_WORD = re.compile(rb"[^\s]+")

_BUDGET = 80
"""Tokens compared by a matcher whose time grows with their square (0.2 ms for these); more are one edit."""

Edit = tuple[tuple[bytes, ...], tuple[bytes, ...]]
"""Tokens, and what they become."""


def shape_of(change: Change) -> str:
    """The shape of a change: 12 hex digits."""
    if change.is_text:
        return _digest([b"text", *_text_parts(b"".join(change.removed), b"".join(change.added))])
    if change.kind is Kind.RENAME and change.base_path is not None:
        old, new = (each.encode("utf-8", "surrogateescape") for each in (change.base_path, change.path))
        return _digest([b"rename", *_text_parts(old, new)])
    if change.kind is Kind.SYMLINK:
        return _digest([b"symlink", *_text_parts(b"".join(change.removed), b"".join(change.added))])
    if change.kind is Kind.SUBMODULE:
        return _digest([b"submodule", change.words.encode("utf-8", "surrogateescape")])
    return _digest([change.kind.value.encode(), change.words.encode("utf-8", "surrogateescape")])


def _text_parts(removed: bytes, added: bytes) -> list[bytes]:
    if not removed or not added:
        # Nothing is common to both sides: the same words, wherever they are indented.
        return [b"-" if removed else b"+", *(removed or added).split()]
    old = [_TOKEN.findall(line) for line in removed.split(b"\n")]
    new = [_TOKEN.findall(line) for line in added.split(b"\n")]
    common = set(chain.from_iterable(old)).intersection(chain.from_iterable(new))
    numbers: dict[bytes, bytes] = {}
    parts: list[bytes] = []
    for edit in dict.fromkeys(edit for pair in _paired(old, new) for edit in _edits(*pair)):
        for sign, tokens in zip((b"-", b"+"), edit, strict=True):
            parts.append(sign)
            for token in tokens:
                if token in common and _has_number(token):
                    token = numbers.setdefault(token, b"$%d" % len(numbers))
                parts.append(token)
    if not parts:
        # Only blanks differ: where they stand is the edit.
        return [b" ", _WORD.sub(b"w", removed), _WORD.sub(b"w", added)]
    return parts


def _paired(
    old: Sequence[list[bytes]], new: Sequence[list[bytes]]
) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """What to compare: line by line where both sides have as many, else all with all."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
    else:
        yield list(chain.from_iterable(old)), list(chain.from_iterable(new))


def _edits(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Edit]:
    """The token edits that make `new` of `old`, in order."""
    if old == new:
        return
    start, end = 0, 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if not old or not new or len(old) + len(new) > _BUDGET:
        yield tuple(old), tuple(new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_low, old_high, new_low, new_high in matcher.get_opcodes():
        if tag != "equal":
            yield tuple(old[old_low:old_high]), tuple(new[new_low:new_high])


def _has_number(token: bytes) -> bool:
    """True for names and literals; operators and brackets stand for themselves."""
    return token[:1] in b"\"'_" or token[:1].isalnum() or token[0] >= 0x80


def _digest(parts: Sequence[bytes]) -> str:
    found = blake2b(digest_size=6)
    for part in parts:
        found.update(b"%d:" % len(part) + part)
    return found.hexdigest()
