"""What the user sets, as one frozen value. Reads and writes settings.toml; knows nothing of who uses it.

The fields of `Settings` are the whole definition: type, limits and meaning stand on each, and reading,
writing, checking and the settings page are loops over them. Only what differs from the default is
written. A key or a value that is not known is refused with its line: no misspelt setting is silently ignored.
"""

from __future__ import annotations

import os
import tempfile
import types
import typing
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from shutil import copy
from typing import Any, ClassVar, Union

from workbench.errors import UserError
from workbench.store.paths import make_private, settings_path
from workbench.store.toml_text import key, line_of, literal, quoted, with_value


def _choice(default: str, *choices: str, words: str) -> Any:
    return field(default=default, metadata={"choices": choices, "words": words})


def _number(default: float | None, low: float, high: float, *, words: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "words": words})


def _plain(default: Any, *, words: str) -> Any:
    return field(default=default, metadata={"words": words})


def _table(*, words: str) -> Any:
    return field(default_factory=dict, metadata={"words": words})


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """A model by a name of the user's own. Prices: dollars for a million tokens; None is LiteLLM's price."""

    model: str = field(metadata={"words": "LiteLLM's name of the model, such as ollama/qwen3-coder"})
    api_base: str | None = _plain(None, words="the address of a local or compatible server")
    key_name: str | None = _plain(None, words="the provider or environment variable whose key is used")
    price_in: float | None = _number(None, 0, 1_000_000, words="dollars for a million tokens given")
    price_out: float | None = _number(None, 0, 1_000_000, words="dollars for a million tokens answered")
    fallbacks: tuple[str, ...] = _plain((), words="models asked instead, in order, where this one fails")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default. Its metadata: `words` (what it does), `choices`, `low` and `high`."""

    theme: str = _plain(
        "system", words="colours: system, one that ships, or a file in the folder themes beside this one"
    )
    code_font: str = _plain("", words="font of the code; empty is the bundled one")
    code_size: int = _number(0, 0, 72, words="size of the code in points; 0 is the system's")
    tab_width: int = _number(4, 1, 16, words="columns of a tab")
    split: bool = _plain(True, words="side by side; false is one column")
    wrap: bool = _plain(False, words="long lines are wrapped; false lets them run out to the right")
    context: int = _number(3, 0, 1000, words="unchanged lines shown around a change")
    after_verdict: str = _choice(
        "next open", "next open", "stay", words="where the cursor goes after a verdict"
    )
    smooth_scroll: bool = _plain(True, words="scroll in small steps")
    pace: int = _number(
        5, 0, 1000, words="changed lines a second above which an accepted change was skimmed; 0 lists none"
    )
    take_out_before_sending: bool = _plain(
        True, words="take rejected lines out of the work tree before the feedback is sent"
    )
    model: str = _plain("", words="the model that the next round is asked of unless another is chosen")
    budget_round: float | None = _number(None, 0, 1_000_000, words="dollars that one round may spend")
    budget_review: float = _number(2.0, 0, 1_000_000, words="dollars that one review may spend on models")
    budget_day: float | None = _number(
        None, 0, 1_000_000, words="dollars that all reviews together may spend on one day"
    )
    tokens_round: int | None = _number(None, 0, 10**12, words="tokens, in and out, that one round may use")
    tokens_review: int | None = _number(None, 0, 10**12, words="tokens, in and out, that one review may use")
    tokens_day: int | None = _number(
        None, 0, 10**12, words="tokens, in and out, that all reviews together may use on one day"
    )
    reader: str = _plain("", words="the model that reads each new round by itself; empty is none")
    context_tokens: int | None = _number(
        None, 1000, 10**9, words="tokens that a round is given at most; without it, what the model takes"
    )
    editor: str = _plain("", words="command that opens {file} at {line}; empty is the first that is known")
    snippets: tuple[str, ...] = _plain((), words="texts that Ctrl+1 to Ctrl+9 put into a note")
    seen_keys: tuple[str, ...] = _plain((), words="of the keys shown at the first start, those used since")
    keys: Mapping[str, str] = _table(words="keys of commands, by the command's name")
    models: Mapping[str, ModelSettings] = _table(words="models, by a name of your own")

    FILE: ClassVar[str] = "settings.toml"


def load_settings(path: Path | None = None) -> Settings:
    """The settings in the file, the defaults if there is none. UserError names the line that is wrong."""
    path = path or settings_path()
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The settings in {path} could not be read: {error}.", hint=_HINT) from error
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str = Settings.FILE) -> Settings:
    """The settings that a TOML text says. `name` is what the text is called in messages."""
    import tomllib  # noqa: PLC0415 - 4 ms, and most people have no settings file

    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name} is not valid TOML: {error}.", hint=_HINT) from error
    try:
        settings: Settings = _dataclass(Settings, given, ())
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
            text = _edited(target.read_bytes().decode("utf-8"), before, settings)
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


def _dataclass(kind: Any, given: Mapping[str, Any], where: tuple[str, ...]) -> Any:
    known = {each.name: each for each in fields(kind)}
    for name in given:
        if name not in known:
            raise _WrongError((*where, name), f"there is no setting “{'.'.join((*where, name))}”")
    hints = typing.get_type_hints(kind)
    values = {
        name: _value(hints[name], given[name], (*where, name), each.metadata)
        for name, each in known.items()
        if name in given
    }
    for name, each in known.items():
        if name not in values and each.default is MISSING and each.default_factory is MISSING:
            raise _WrongError(where, f"“{'.'.join(where)}” lacks “{name}”")
    return kind(**values)


def _value(declared: Any, given: Any, where: tuple[str, ...], limits: Mapping[str, Any]) -> Any:
    origin = typing.get_origin(declared)
    if origin is Union or origin is types.UnionType:
        declared = next(each for each in typing.get_args(declared) if each is not types.NoneType)
    elif origin is tuple:
        _check(given, list, "a list of texts", where)
        return tuple(_value(str, each, where, {}) for each in given)
    elif origin is not None:
        inner = typing.get_args(declared)[1]
        _check(given, dict, "a table", where)
        if inner is str:
            return {name: _value(str, each, (*where, name), {}) for name, each in given.items()}
        for name, each in given.items():
            _check(each, dict, "a table", (*where, name))
        return {name: _dataclass(inner, each, (*where, name)) for name, each in given.items()}
    return _scalar(declared, given, where, limits)


_SAID = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}


def _scalar(declared: type[Any], given: Any, where: tuple[str, ...], limits: Mapping[str, Any]) -> Any:
    wanted = (int, float) if declared is float else declared
    _check(given, wanted, _SAID[declared], where)
    if declared is not bool:
        _check(given, bool, _SAID[declared], where, wrong=True)
    choices = limits.get("choices")
    if choices and given not in choices:
        raise _WrongError(where, f"“{'.'.join(where)}” must be one of {', '.join(map(quoted, choices))}")
    if "low" in limits and not limits["low"] <= given <= limits["high"]:
        raise _WrongError(where, f"“{'.'.join(where)}” must be from {limits['low']:g} to {limits['high']:g}")
    return float(given) if declared is float else given


def _check(given: Any, wanted: Any, said: str, where: tuple[str, ...], *, wrong: bool = False) -> None:
    if isinstance(given, wanted) is wrong:
        raise _WrongError(where, f"“{'.'.join(where)}” must be {said}")


# Writing


def _lines(settings: Settings) -> Iterator[str]:
    tables: list[Field[Any]] = []
    for each in fields(settings):
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
    for each in fields(Settings):
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
    for each in fields(model):
        value = getattr(model, each.name)
        if value is not None and value != each.default:
            yield f"{each.name} = {literal(value)}"


def _replace(target: Path, data: bytes) -> None:
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
