"""Actions as JSON and back. The only file that knows how a saved action is written.

Generic over the structs of `review/`: a field's declared type says how it is read. Logs are kept for
ever, so a name in `KINDS` never changes its meaning; a field that is missing takes its default, a field
that is not known is passed over, and a kind or a value that is not known is said to be newer. No I/O.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from functools import cache
from typing import Any, Union

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from workbench.errors import UserError
from workbench.review.actions import (
    Action,
    CallMade,
    EntriesSentBack,
    EntryJudged,
    FeedbackSent,
    FileViewed,
    FindingJudged,
    FindingsArrived,
    ItemRemoved,
    Judged,
    Landed,
    NoteAnswered,
    NoteEdited,
    NoteReplied,
    NoteSettled,
    NoteWithdrawn,
    NoteWritten,
    Pinned,
    Redone,
    ReviewClosed,
    ReviewStarted,
    RoundArrived,
    RoundFailed,
    RuleMade,
    SecretAllowed,
    TaskSet,
    Undone,
    Unpinned,
)
from workbench.typed import ready

KINDS: Mapping[str, type[Action]] = {
    "review started": ReviewStarted,
    "round arrived": RoundArrived,
    "round failed": RoundFailed,
    "judged": Judged,
    "note written": NoteWritten,
    "note edited": NoteEdited,
    "note replied": NoteReplied,
    "note answered": NoteAnswered,
    "note settled": NoteSettled,
    "note withdrawn": NoteWithdrawn,
    "file viewed": FileViewed,
    "task set": TaskSet,
    "pinned": Pinned,
    "unpinned": Unpinned,
    "item removed": ItemRemoved,
    "secret allowed": SecretAllowed,
    "rule made": RuleMade,
    "findings arrived": FindingsArrived,
    "finding judged": FindingJudged,
    "feedback sent": FeedbackSent,
    "entry judged": EntryJudged,
    "entries sent back": EntriesSentBack,
    "landed": Landed,
    "call made": CallMade,
    "review closed": ReviewClosed,
    "undone": Undone,
    "redone": Redone,
}
"""The saved name of every action. Written out, so that renaming a class does not make old logs unreadable."""

KIND_NAMES = {kind: name for name, kind in KINDS.items()}

_Reader = Callable[[Any], Any]


class _Named(Struct):
    """What is read of an action first."""

    kind: str


def kind_of(action: Action) -> str:
    """The saved name of an action's kind. Raises KeyError for an action that has none in `KINDS`."""
    return KIND_NAMES[type(action)]


def encode(action: Action) -> dict[str, Any]:
    """An action as a JSON object: its `kind`, then its fields. Bytes are base 64."""
    return {"kind": kind_of(action), **_written(action)}


def decode(body: Mapping[str, Any]) -> Action:
    """The action that `encode` was given. UserError if it is damaged, or made by a newer Workbench."""
    name = body.get("kind") if isinstance(body, Mapping) else None
    if not isinstance(name, str):
        raise _damaged("it does not say what kind of action it is")
    kind = KINDS.get(name)
    if kind is None:
        raise _newer(f"“{name}” is not known here")
    try:
        declared: Any = kind
        action: Action = _reader(declared)(body)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(f"“{name}” could not be read ({error})") from error
    return action


def dumps(action: Action) -> bytes:
    """An action as the bytes that are saved.

    `surrogatepass`: paths that are not UTF-8 hold lone surrogates, and come back exactly as they were.
    """
    # In C: a note on ten thousand places took 0.2 s in Python. It refuses lone surrogates, and would make
    # null of an infinite number, so what may hold one goes the other way.
    if _is_finite(action):
        with suppress(UnicodeEncodeError, TypeError):
            named = msgspec.json.encode({"kind": kind_of(action)})
            return named[:-1] + b"," + msgspec.json.encode(action)[1:]
    text = json.dumps(encode(action), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def make_ready() -> None:
    """Find out of the actions that keys make how they are written: 3 ms of the first key of each kind."""
    for kind in (Judged, Undone, Redone, NoteWritten, NoteSettled, FileViewed):
        _numbers_of(kind)


def loads(data: bytes) -> Action:
    """The action in saved bytes. UserError as `decode`."""
    # The quick way takes what is whole and known; of anything else, what is wrong is said by the other.
    with suppress(ValueError, TypeError, RecursionError):
        kind = KINDS.get(msgspec.json.decode(data, type=ready(_Named)).kind)
        if kind is not None:
            return msgspec.json.decode(data, type=ready(kind))
    try:
        body = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise _damaged(f"it is not JSON ({error})") from error
    return decode(body)


def _newer(what: str) -> UserError:
    return UserError(
        f"This review was made by a newer Workbench: {what}.",
        hint="Update Workbench to open it. Nothing was changed.",
    )


def _damaged(what: str) -> UserError:
    return UserError(
        f"A saved action is damaged: {what}.",
        hint="Nothing was deleted. Restore the folder that “workbench doctor” names from a backup.",
    )


def _written(value: Any) -> Any:
    """Any value of the review's as JSON. By the value alone: reading is what needs the declared type."""
    if value is None or isinstance(value, Enum):
        return value and value.value
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _written(each) for key, each in value.items()}
    declared: Any = type(value)
    return {name: _written(getattr(value, name)) for name in _field_names(declared)}


@cache
def _field_names(declared: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(declared))


def _is_finite(value: Any) -> bool:
    """Whether no number in a value is infinite. What cannot hold one is not looked through: a round carries
    the verdicts of twenty thousand files.
    """
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Struct):
        return all(_is_finite(getattr(value, name)) for name in _numbers_of(type(value)))
    if isinstance(value, tuple):
        return all(map(_is_finite, value))
    return not isinstance(value, Mapping) or all(map(_is_finite, value.values()))


@cache
def _numbers_of(declared: Any) -> tuple[str, ...]:
    """The fields of a struct in whose values a number may be that is not whole."""
    hints = typing.get_type_hints(declared)
    return tuple(each.name for each in fields(declared) if _has_numbers(hints[each.name]))


@cache
def _has_numbers(declared: Any) -> bool:
    """Whether anything in values of this type may be a number that is not whole."""
    if declared is float:
        return True
    if isinstance(declared, type) and issubclass(declared, Struct):
        return bool(_numbers_of(declared))
    return any(_has_numbers(each) for each in typing.get_args(declared))


@cache
def _reader(declared: Any) -> _Reader:
    """What turns JSON into a value of the declared type. TypeError for a type that no action has."""
    origin = typing.get_origin(declared)
    arguments = typing.get_args(declared)
    if origin is Union or origin is types.UnionType:
        return _optional_reader(arguments)
    if origin is tuple:
        return _tuple_reader(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(arguments)
    if isinstance(declared, type):
        if issubclass(declared, Enum):
            return _enum_reader(declared)
        if issubclass(declared, Struct):
            return _struct_reader(declared)
        if declared in _SCALARS:
            return _SCALARS[declared]
    raise TypeError(f"No saved form for {declared!r}.")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"text expected, {value!r} found")
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"a whole number expected, {value!r} found")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"a number expected, {value!r} found")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"true or false expected, {value!r} found")
    return value


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error as error:
        raise ValueError(f"base 64 expected: {error}") from error


_SCALARS: Mapping[type[Any], _Reader] = {
    str: _text,
    int: _integer,
    float: _number,
    bool: _truth,
    bytes: _bytes,
}


def _optional_reader(arguments: tuple[Any, ...]) -> _Reader:
    rest = [each for each in arguments if each is not types.NoneType]
    if len(rest) != 1 or len(rest) == len(arguments):
        raise TypeError(f"No saved form for a choice of {arguments!r}.")
    inner = _reader(rest[0])
    return lambda value: None if value is None else inner(value)


def _tuple_reader(arguments: tuple[Any, ...]) -> _Reader:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        inner = _reader(arguments[0])
        return lambda value: tuple([inner(each) for each in _list(value)])
    inners = tuple(_reader(each) for each in arguments)

    def read(value: Any) -> tuple[Any, ...]:
        if len(_list(value)) != len(inners):
            raise ValueError(f"{len(inners)} values expected, {value!r} found")
        return tuple([inner(each) for inner, each in zip(inners, value, strict=True)])

    return read


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"a list expected, {value!r} found")
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"an object expected, {value!r} found")
    return value


def _mapping_reader(arguments: tuple[Any, ...]) -> _Reader:
    key, declared = arguments
    if key is not str:
        raise TypeError("A saved mapping has text as keys: JSON has no others.")
    inner = _reader(declared)
    return lambda value: {name: inner(each) for name, each in _object(value).items()}


def _enum_reader(declared: type[Enum]) -> _Reader:
    known = {each.value: each for each in declared}

    def read(value: Any) -> Enum:
        if value not in known:
            raise _newer(f"“{value}” is not a {declared.__name__.lower()} that is known here")
        return known[value]

    return read


def _struct_reader(declared: type[Struct]) -> _Reader:
    hints = typing.get_type_hints(declared)
    readers = tuple((each.name, _reader(hints[each.name])) for each in fields(declared))
    needed = frozenset(
        each.name
        for each in fields(declared)
        if each.default is NODEFAULT and each.default_factory is NODEFAULT
    )

    def read(value: Any) -> Any:
        given = _object(value)
        found = {name: inner(given[name]) for name, inner in readers if name in given}
        missing = needed.difference(found)
        if missing:
            raise ValueError(f"{', '.join(sorted(missing))} is missing")
        return declared(**found)

    return read
