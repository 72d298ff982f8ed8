"""Shapes: which changes are "the same change again". A token edit's digest, for grouping, never identity.

Two changes have one shape when the same tokens become the same tokens. What stays is not part of it,
and a name or literal that is on both sides of the edit is only numbered: `f(a, b)` → `f(b, a)` and
`f(x, 1)` → `f(1, x)` are one shape. How deep a line stands is not part of it either; that it moves in
or out is, and so is where lines break: to some languages that is the code. A verdict given to a shape
is still stored on lines.

Every change of a range is asked for its shape when it is listed, so what runs once a token runs in C.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from itertools import chain, starmap
from operator import add

from workbench.digests import blake2b
from workbench.review.changes import Change, Kind

_TOKEN = re.compile(
    # Blanks are taken along with what follows: to try every alternative at each of them costs a third more.
    # Nothing that was taken is given back (`*+`), and what is commonest is tried first: a third less again.
    rb"""[ \t\n\r\f\v]*+("""
    rb"""[A-Za-z_\x80-\xff][0-9A-Za-z_\x80-\xff]*+"""
    rb"""|[^-+*/%&|^=!<>:. \t\n\r\f\v0-9A-Za-z_\x80-\xff"']"""
    rb"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'"""
    rb"""|[0-9][0-9A-Za-z_.]*+"""
    rb"""|[-+*/%&|^=!<>:.]+=|->|=>|::|&&|\|\||\*\*|//|<<|>>"""
    rb"""|[^ \t\n\r\f\v0-9A-Za-z_])"""
)
_tokens = _TOKEN.findall
_WORD = re.compile(rb"[^\s]+")

_BUDGET = 80
"""Tokens compared by a matcher whose time grows with their square (0.2 ms for these); more are one edit."""

_LARGEST = 200_000
"""Bytes of both sides above which nothing is cut into tokens: only the same bytes again are the same shape.

It is data, in one line or in many thousands. Looked through, its five megabytes keep Python's lock for half a
second, and the window with it.
"""

_NUMBERED = frozenset(
    b"\"'_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + bytes(range(128, 256))
)
"""How names and literals begin. Operators and brackets stand for themselves."""

_REMOVED, _ADDED = b"", b" "
"""Stand before the tokens of either side; no token is empty or blank."""

_ONLY_REMOVED, _ONLY_ADDED = b"-", b"+"
"""Stand first where one side is empty; everything else begins with `_REMOVED` or a tab."""

_indents = re.compile(rb"\n([ \t]*)(?=[^ \t\n])").findall
"""The indentation of the lines behind a line's end that have more to them: an empty line stands nowhere.

By that sign they are found twice as fast as by the beginnings of lines.
"""

_MOST = 1_000
_MADE = {form: [form % number for number in range(_MOST)] for form in (b"$%d", b"\t%d")}

_AT_ONCE = 20_000
"""Lines that are put together at a time."""

Edit = tuple[tuple[bytes, ...], tuple[bytes, ...]]
"""Tokens, and what they become."""


def shape_of(change: Change) -> str:
    """The shape of a change: 12 hex digits."""
    if len(change.removed) + len(change.added) > _LARGEST:  # so many lines have more bytes than that
        return _digest_of_many(change)
    if change.is_text:
        return _digest(b"text", _text_parts(b"".join(change.removed), b"".join(change.added)))
    if change.kind is Kind.RENAME and change.base_path is not None:
        old, new = (each.encode("utf-8", "surrogateescape") for each in (change.base_path, change.path))
        return _digest(b"rename", _text_parts(old, new))
    if change.kind is Kind.SYMLINK:
        return _digest(b"symlink", _text_parts(b"".join(change.removed), b"".join(change.added)))
    if change.kind is Kind.BINARY:
        # What became of its bytes is not looked at, so it is like no other.
        return _digest(b"binary", [change.id.encode()])
    return _digest(change.kind.value.encode(), [change.words.encode("utf-8", "surrogateescape")])


def _text_parts(removed: bytes, added: bytes) -> Sequence[bytes]:
    if len(removed) + len(added) > _LARGEST:
        return [b"\t%d" % len(removed), removed, added]
    if not removed or not added:
        # Nothing is common to both sides: the same text, however deep it stands.
        return [_ONLY_REMOVED if removed else _ONLY_ADDED, _dedented(removed or added)]
    old, new = _rows(removed), _rows(added)
    before, after = _flat(old), _flat(new)
    # Line by line where there are as many of each.
    pairs = zip(old, new, strict=True) if len(old) == len(new) else ((before, after),)
    parts: list[bytes] = []
    for taken, put in dict.fromkeys(chain.from_iterable(starmap(_edits, pairs))):
        parts.append(_REMOVED)
        parts += taken
        parts.append(_ADDED)
        parts += put
    if not parts:
        # Only blanks differ: where they stand is the edit.
        return [b"\t%d" % removed.count(b"\n"), _WORD.sub(b"w", removed), _WORD.sub(b"w", added)]
    parts = _numbering(parts, set(before).intersection(after))
    indents = _indents(b"\n" + removed), _indents(b"\n" + added)
    if indents[0] != indents[1]:
        parts += _moved(*indents)
    if len(indents[0]) != len(indents[1]):
        parts.append(b"\t%d:%d" % (len(indents[0]), len(indents[1])))
        counts = [*map(len, old), *map(len, new)]
        parts += map(_numbered(b"\t%d", max(counts) + 1).__getitem__, counts)
    return parts


def _numbering(parts: list[bytes], common: Set[bytes]) -> list[bytes]:
    """The same parts with the names and literals that are common to both sides numbered as they come."""
    every = dict.fromkeys(parts)
    # Those of the edit alone, in its order: its tokens are few beside those of whole lines.
    named = [token for token in every if token in common and token[0] in _NUMBERED]
    if not named:
        return parts
    said = dict(zip(every, every, strict=True))
    said.update(zip(named, _numbered(b"$%d", len(named)), strict=False))
    return list(map(said.__getitem__, parts))


def _dedented(lines: bytes) -> bytes:
    """The same lines with the first one's indentation taken from all that have it."""
    first = lines[: len(lines) - len(lines.lstrip(b" \t"))]
    return lines[len(first) :].replace(b"\n" + first, b"\n") if first else lines


def _moved(old: list[bytes], new: list[bytes]) -> Iterable[bytes]:
    """How lines are indented otherwise than before: than their own, or the first where lines come or go."""
    if len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [b"\t%d%b" % (at, _step(one, other)) for at, (one, other) in pairs if one != other]
    lines = old + new
    first = lines[0]
    # A step for each depth that there is, not for each line: of those there are many.
    steps = {each: _step(first, each) for each in set(lines)}
    return map(add, _numbered(b"\t%d", len(lines)), map(steps.__getitem__, lines))


def _numbered(form: bytes, count: int) -> Sequence[bytes]:
    """The numbers from 0 up to at least a count, each in a form. Most of what is asked for is made once."""
    return _MADE[form] if count <= _MOST else [form % number for number in range(count)]


def _step(one: bytes, other: bytes) -> bytes:
    if other.startswith(one):
        return b">" + other[len(one) :]
    return b"<" + one[len(other) :] if one.startswith(other) else one + b"|" + other


def _rows(side: bytes) -> list[list[bytes]]:
    """The tokens of each line."""
    return list(map(_tokens, side.split(b"\n")))


def _flat(rows: list[list[bytes]]) -> list[bytes]:
    return list(chain.from_iterable(rows))


def _edits(old: list[bytes], new: list[bytes]) -> Iterable[Edit]:
    """The token edits that make `new` of `old`, in order."""
    if old == new:
        return ()
    start = end = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        start += 1
    size = len(old) - len(new)
    if not size and old[start + 1 :] == new[start + 1 :]:  # one token for another, as when a name is changed
        return (((old[start],), (new[start],)),)
    if size == -1 and old[start:] == new[start + 1 :]:  # one more
        return (((), (new[start],)),)
    least = start - min(len(old), len(new))
    while end > least and old[end - 1] == new[end - 1]:
        end -= 1
    before = tuple(old[start : end or None])
    after = tuple(new[start : end or None])
    if not before or not after:
        return ((before, after),)
    size = len(before) + len(after)
    if size == 2 or size > _BUDGET or set(before).isdisjoint(after):
        return ((before, after),)
    return _between(before, after, _places(before, after), (0, len(before), 0, len(after)))


def _places(before: Sequence[bytes], after: Sequence[bytes]) -> list[Sequence[int]]:
    """For each token of `before`, where it stands in `after`."""
    found: dict[bytes, list[int]] = {}
    for at, token in enumerate(after):
        found.setdefault(token, []).append(at)
    return [found.get(token, ()) for token in before]


def _between(
    before: tuple[bytes, ...],
    after: tuple[bytes, ...],
    places: Sequence[Sequence[int]],
    area: tuple[int, int, int, int],
) -> list[Edit]:
    """The edits beside the longest stretch that both have, as `difflib` finds them, in half its time."""
    old_low, old_high, new_low, new_high = area
    old_at, new_at, most = old_low, new_low, 0
    ending: dict[int, int] = {}
    for at in range(old_low, old_high):
        longer: dict[int, int] = {}
        for place in places[at]:
            if new_low <= place < new_high:
                longer[place] = length = ending.get(place - 1, 0) + 1
                if length > most:
                    old_at, new_at, most = at - length + 1, place - length + 1, length
        ending = longer
    if not most:
        edit = before[old_low:old_high], after[new_low:new_high]
        return [edit] if edit != ((), ()) else []
    first = _between(before, after, places, (old_low, old_at, new_low, new_at))
    return first + _between(before, after, places, (old_at + most, old_high, new_at + most, new_high))


def _digest_of_many(change: Change) -> str:
    """The same as for any text that is too large to be looked into, without ever being put together whole."""
    sides = (change.removed, change.added)
    parts = [[side[at : at + _AT_ONCE] for at in range(0, len(side), _AT_ONCE)] for side in sides]
    kind = b"text" if change.is_text else b"symlink"
    made = blake2b(kind, digest_size=6)
    made.update(b"\n\t%d" % sum(sum(map(len, part)) for part in parts[0]))
    for side in parts:
        made.update(b"\n")
        for part in side:
            made.update(b"".join(part))
    return made.hexdigest()


def _digest(kind: bytes, parts: Sequence[bytes]) -> str:
    # No token holds a line's end, so that none can pass for two.
    return blake2b(b"\n".join((kind, *parts)), digest_size=6).hexdigest()
