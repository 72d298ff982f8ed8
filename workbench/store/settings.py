"""What the user sets, as one frozen value. Reads and writes settings.toml; knows nothing of who uses it.

The fields of `Settings` are the whole definition: type, limits and meaning stand on each, in an annotation
that is looked at only when there is a file; reading, writing, checking and the settings page are loops over
them. Only what differs from the default is written. A key or a value that is not known is refused with its
line: no misspelt setting is silently ignored.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from shutil import copy
from typing import Annotated, Any, ClassVar, Union

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import FieldInfo, fields

from workbench.errors import UserError
from workbench.store.paths import make_private, settings_path
from workbench.store.toml_text import key, line_of, literal, quoted, with_value


class About(Struct, frozen=True):
    """What a setting does, in words, and what it may be."""

    words: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


class ModelSettings(Struct, frozen=True):
    """A model by a name of the user's own. Prices: dollars for a million tokens; None is LiteLLM's price."""

    model: Annotated[str, About("LiteLLM's name of the model, such as ollama/qwen3-coder")]
    api_base: Annotated[str | None, About("the address of a local or compatible server")] = None
    key_name: Annotated[str | None, About("the provider or environment variable whose key is used")] = None
    price_in: Annotated[float | None, About("dollars for a million tokens given", low=0, high=1_000_000)] = (
        None
    )
    price_out: Annotated[
        float | None, About("dollars for a million tokens answered", low=0, high=1_000_000)
    ] = None
    fallbacks: Annotated[tuple[str, ...], About("models asked instead, in order, where this one fails")] = ()


class Settings(Struct, frozen=True):
    """Every setting with its default, and what it is about."""

    theme: Annotated[
        str, About("colours: system, one that ships, or a file in the folder themes beside this one")
    ] = "system"
    code_font: Annotated[str, About("font of the code; empty is the bundled one")] = ""
    code_size: Annotated[int, About("size of the code in points; 0 is the system's", low=0, high=72)] = 0
    tab_width: Annotated[int, About("columns of a tab", low=1, high=16)] = 4
    split: Annotated[bool, About("side by side; false is one column")] = True
    wrap: Annotated[bool, About("long lines are wrapped; false lets them run out to the right")] = False
    context: Annotated[int, About("unchanged lines shown around a change", low=0, high=1000)] = 3
    after_verdict: Annotated[
        str, About("where the cursor goes after a verdict", choices=("next open", "stay"))
    ] = "next open"
    flat_files: Annotated[bool, About("the files as one list; false is a tree of folders")] = False
    smooth_scroll: Annotated[bool, About("scroll in small steps")] = True
    pace: Annotated[
        int,
        About(
            "changed lines a second above which an accepted change was skimmed; 0 lists none",
            low=0,
            high=1000,
        ),
    ] = 5
    take_out_before_sending: Annotated[
        bool, About("take rejected lines out of the work tree before the feedback is sent")
    ] = True
    model: Annotated[str, About("the model that the next round is asked of unless another is chosen")] = ""
    budget_round: Annotated[
        float | None, About("dollars that one round may spend", low=0, high=1_000_000)
    ] = None
    budget_review: Annotated[
        float, About("dollars that one review may spend on models", low=0, high=1_000_000)
    ] = 2.0
    budget_day: Annotated[
        float | None, About("dollars that all reviews together may spend on one day", low=0, high=1_000_000)
    ] = None
    tokens_round: Annotated[
        int | None, About("tokens, in and out, that one round may use", low=0, high=10**12)
    ] = None
    tokens_review: Annotated[
        int | None, About("tokens, in and out, that one review may use", low=0, high=10**12)
    ] = None
    tokens_day: Annotated[
        int | None,
        About("tokens, in and out, that all reviews together may use on one day", low=0, high=10**12),
    ] = None
    reader: Annotated[str, About("the model that reads each new round by itself; empty is none")] = ""
    context_tokens: Annotated[
        int | None,
        About("tokens that a round is given at most; without it, what the model takes", low=1000, high=10**9),
    ] = None
    editor: Annotated[str, About("command that opens {file} at {line}; empty is the first that is known")] = (
        ""
    )
    snippets: Annotated[tuple[str, ...], About("texts that Ctrl+1 to Ctrl+9 put into a note")] = ()
    seen_keys: Annotated[
        tuple[str, ...], About("of the keys shown at the first start, those used since")
    ] = ()
    keys: Annotated[Mapping[str, str], About("keys of commands, by the command's name")] = field(
        default_factory=dict
    )
    models: Annotated[Mapping[str, ModelSettings], About("models, by a name of your own")] = field(
        default_factory=dict
    )

    FILE: ClassVar[str] = "settings.toml"


def load_settings(path: Path | None = None) -> Settings:
    """The settings in the file, the defaults if there is none. UserError names the line that is wrong."""
    path = path or settings_path()
    try:
        # An editor of Windows may put a mark before the first line; it says nothing.
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise UserError(f"The settings in {path} could not be read: {why}.", hint=_HINT) from error
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str = Settings.FILE) -> Settings:
    """The settings that a TOML text says. `name` is what the text is called in messages."""
    import tomllib  # noqa: PLC0415 - 4 ms, and most people have no settings file

    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name} is not valid TOML: {error}.", hint=_HINT) from error
    except RecursionError as error:
        raise UserError(f"{name} is not valid TOML: its lists are too deep.", hint=_HINT) from error
    try:
        settings: Settings = _struct(Settings, given, ())
    except _WrongError as error:
        line = line_of(text, error.where)
        at = f", line {line}" if line else ""
        raise UserError(f"{name}{at}: {error.what}.", hint=_HINT) from error
    return settings


def format_settings(settings: Settings) -> str:
    """The TOML that `parse_settings` reads as these settings. Defaults are left out."""
    return "".join(f"{line}\n" for line in _lines(settings))


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the file whole or not at all, with the user's comments and order kept wherever that is possible.

    UserError if it cannot be written, or if what is there is wrong: what the user wrote is not thrown away.
    """
    path = path or settings_path()
    before = load_settings(path)
    if before == settings:
        return
    # A settings file that is a link into somebody's dotfiles stays a link.
    target = Path(os.path.realpath(path))
    make_private(target.parent)
    try:
        text = None
        if target.exists():
            text = _edited(target.read_bytes().decode("utf-8-sig"), before, settings)
            if text is None:  # Written anew, without the comments: these are in the copy.
                copy(target, target.with_name(f"{target.name}.bak"))
        _replace(target, (text or format_settings(settings)).encode("utf-8"))
    except OSError as error:
        raise UserError(
            f"The settings in {path} could not be saved: {error.strerror or error}.",
            hint="Check its permissions and the space on the disk. The file is as it was.",
        ) from error


_HINT = "Mend the file, or move it away to start with the defaults."


class _WrongError(Exception):
    """A value that cannot be: the path of keys to it, and what is wrong."""

    def __init__(self, where: tuple[str, ...], what: str) -> None:
        super().__init__(what)
        self.where = where
        self.what = what


# Reading


@cache
def _known(kind: Any) -> Mapping[str, FieldInfo]:
    """What can be set, by its name. Python works the types out anew each time (4 ms)."""
    return {each.name: each for each in fields(kind)}


def _struct(kind: Any, given: Mapping[str, Any], where: tuple[str, ...]) -> Any:
    known = _known(kind)
    for name in given:
        if name not in known:
            raise _WrongError((*where, name), f"there is no setting “{'.'.join((*where, name))}”")
    values: dict[str, Any] = {}
    for name in known:
        if name in given:
            declared, about = typing.get_args(known[name].type)
            values[name] = _value(declared, about, given[name], (*where, name))
    for name, each in known.items():
        if name not in values and each.default is NODEFAULT and each.default_factory is NODEFAULT:
            raise _WrongError(where, f"“{'.'.join(where)}” lacks “{name}”")
    return kind(**values)


def _value(declared: Any, limits: About, given: Any, where: tuple[str, ...]) -> Any:
    origin = typing.get_origin(declared)
    if origin is Union or origin is types.UnionType:
        declared = next(each for each in typing.get_args(declared) if each is not types.NoneType)
    elif origin is tuple:
        _check(given, list, "a list of texts", where)
        return tuple(_value(str, _TEXT, each, where) for each in given)
    elif origin is not None:
        inner = typing.get_args(declared)[1]
        _check(given, dict, "a table", where)
        if inner is str:
            return {name: _value(str, _TEXT, each, (*where, name)) for name, each in given.items()}
        for name, each in given.items():
            _check(each, dict, "a table", (*where, name))
        return {name: _struct(inner, each, (*where, name)) for name, each in given.items()}
    return _scalar(declared, limits, given, where)


_TEXT = About("a text")
_SAID = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}


def _scalar(declared: type[Any], limits: About, given: Any, where: tuple[str, ...]) -> Any:
    wanted = (int, float) if declared is float else declared
    _check(given, wanted, _SAID[declared], where)
    if declared is not bool:
        _check(given, bool, _SAID[declared], where, wrong=True)
    choices, low, high = limits.choices, limits.low, limits.high
    if choices and given not in choices:
        raise _WrongError(where, f"“{'.'.join(where)}” must be one of {', '.join(map(quoted, choices))}")
    if low is not None and high is not None and not low <= given <= high:
        raise _WrongError(where, f"“{'.'.join(where)}” must be from {low:g} to {high:g}")
    return float(given) if declared is float else given


def _check(given: Any, wanted: Any, said: str, where: tuple[str, ...], *, wrong: bool = False) -> None:
    if isinstance(given, wanted) is wrong:
        raise _WrongError(where, f"“{'.'.join(where)}” must be {said}")


# Writing


def _lines(settings: Settings) -> Iterator[str]:
    tables: list[FieldInfo] = []
    for each in _known(Settings).values():
        value = getattr(settings, each.name)
        if isinstance(value, Mapping):
            tables.append(each)
        elif value != each.default:
            yield f"{each.name} = {literal(value)}"
    for each in tables:
        value = getattr(settings, each.name)
        plain = {name: literal(inner) for name, inner in value.items() if isinstance(inner, str)}
        if plain:
            yield from ("", f"[{each.name}]", *(f"{key(name)} = {text}" for name, text in plain.items()))
        for name, inner in value.items():
            if isinstance(inner, ModelSettings):
                yield from ("", f"[{each.name}.{key(name)}]", *_model_lines(inner))


def _edited(text: str, before: Settings, after: Settings) -> str | None:
    """The user's own text with what differs changed in it; None where that would not say `after`."""
    for each in _known(Settings).values():
        old, new = getattr(before, each.name), getattr(after, each.name)
        if not isinstance(new, Mapping):
            if new != old:
                text = with_value(text, (each.name,), new)
            continue
        for name in {**old, **new}:
            if isinstance(new.get(name, ""), str) and new.get(name) != old.get(name):
                text = with_value(text, (each.name, name), new.get(name))
    try:
        return text if parse_settings(text) == after else None
    except UserError:
        return None


def _model_lines(model: ModelSettings) -> Iterator[str]:
    for each in _known(ModelSettings).values():
        value = getattr(model, each.name)
        if value is not None and value != each.default:
            yield f"{each.name} = {literal(value)}"


def _replace(target: Path, data: bytes) -> None:
    import tempfile  # noqa: PLC0415 - with `random` 3 ms, and a start writes no settings

    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
