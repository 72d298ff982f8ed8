"""Actions for the tests of the store: named ones, and hypothesis strategies for any value of the review's."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, Union

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields

from workbench.review.actions import Action, Judged, ReviewStarted, RoundArrived
from workbench.review.changes import Kind
from workbench.review.rounds import Round, Source
from workbench.review.verdicts import Selection, Verdict
from workbench.store.codec import KINDS

# Text as it occurs: what UTF-8 can say, and the lone surrogates that stand for other bytes in a path.
ANY_TEXT = st.text(st.characters() | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF), max_size=12)


def any_value(declared: Any) -> st.SearchStrategy[Any]:
    """Every value that a field of this declared type may hold."""
    origin = typing.get_origin(declared)
    arguments = typing.get_args(declared)
    if origin is Union or origin is types.UnionType:
        return st.one_of([st.none() if each is types.NoneType else any_value(each) for each in arguments])
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return st.lists(any_value(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*[any_value(each) for each in arguments])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return st.dictionaries(ANY_TEXT, any_value(arguments[1]), max_size=3)
    if issubclass(declared, Enum):
        return st.sampled_from(declared)
    if issubclass(declared, Struct):
        hints = typing.get_type_hints(declared)
        made: Any = declared
        return st.builds(made, **{each.name: any_value(hints[each.name]) for each in fields(declared)})
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: ANY_TEXT,
        int: st.integers(),
        float: st.floats(allow_nan=False),
        bool: st.booleans(),
        bytes: st.binary(max_size=12),
    }
    return plain[declared]


ANY_ACTION: st.SearchStrategy[Action] = st.one_of([any_value(kind) for kind in KINDS.values()])


def started(review: str = "r1", *, repository: str = "/home/ada/shop", at: float = 100.0) -> ReviewStarted:
    return ReviewStarted(
        id=f"{review}-start",
        at=at,
        review=review,
        repository=repository,
        base="base-tree",
        base_commit="base-commit",
        source=Source.WORKTREE,
        task="# Make it faster",
    )


def arrived(name: str, *, at: float = 101.0, exchange: str | None = None) -> RoundArrived:
    return RoundArrived(
        id=name, at=at, round=Round(1, 0, Source.WORKTREE, "tree", "start", at, exchange=exchange)
    )


def judged(name: str, *, at: float = 102.0) -> Judged:
    selection = Selection("src/é \udcff.py", new=((3, 2),), facts=(Kind.MODE,))
    return Judged(id=name, at=at, round=0, selections=(selection,), verdict=Verdict.ACCEPTED)
