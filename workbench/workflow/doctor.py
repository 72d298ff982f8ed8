"""Whether everything Workbench needs is here, in plain words. Reads; changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError
from workbench.generation.failures import Trouble
from workbench.generation.providers import provider_of
from workbench.git.version import git_version
from workbench.review.costs import dollars
from workbench.store import key_file, paths
from workbench.store.keys import keyring_words
from workbench.store.settings import Settings, load_settings
from workbench.workflow.calls import OFFLINE, backend_of, settings_of
from workbench.workflow.opening import is_repository, open_log, open_repository
from workbench.workflow.trust import could_run, on_one_line, trust_of
from workbench.workflow.trying import Tried, try_model


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str


def examine(model: str | None = None) -> tuple[Finding, ...]:
    """Python, git, the data folder, the settings, where keys are kept, whether the repository here is
    trusted, and one small call to `model` where one is named.
    """
    found = [
        Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        _git(),
        _log(),
        _settings(),
        _keys(),
        *_repository(),
    ]
    if model:
        found.extend(_model(model))
    return tuple(found)


def _git() -> Finding:
    try:
        version = git_version()
    except UserError as error:
        return Finding("git", False, f"{error.message} {error.hint}")
    enough = version >= (2, 36)
    words = ".".join(map(str, version))
    return Finding("git", enough, words if enough else f"{words}; 2.36 or newer is needed")


def _log() -> Finding:
    try:
        log = open_log()
        count = len(log.reviews())
        log.close()
    except UserError as error:
        return Finding("reviews", False, f"{error.message} {error.hint}")
    return Finding("reviews", True, f"{count} in {paths.database_path()}")


def _settings() -> Finding:
    try:
        load_settings()
    except UserError as error:
        return Finding("settings", False, error.message)
    return Finding("settings", True, str(paths.settings_path()))


def _keys() -> Finding:
    """Where keys of models are kept on this system, and whether others can read them there."""
    refused = key_file.refusal()
    if refused is not None:
        return Finding("keys", False, f"{refused.message} {refused.hint}")
    where = keyring_words()
    kept = f"and {key_file.path()}, not encrypted" if key_file.path().exists() else ""
    if where:
        words = f"the environment, and {where}; keep one: workbench key set NAME"
    else:
        words = "the environment; there is no keyring. In a file: workbench key set NAME --file"
    return Finding("keys", True, f"{words} {kept}".strip())


def _repository() -> tuple[Finding, ...]:
    """Whether the repository in the current folder is trusted; nothing where there is none."""
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return ()
    if not is_repository(here):
        return ()
    try:
        repository = open_repository(here)
        try:
            found = trust_of(repository)
        finally:
            repository.close()
    except UserError as error:
        return (Finding("this repository", False, f"restricted: {error.message} {error.hint}"),)
    name = on_one_line(repository.name)
    if found.trusted:
        return (Finding("this repository", True, f"{name} is trusted; {could_run(found.surface)}"),)
    why = f"{name} is restricted ({on_one_line(found.why)}); {could_run(found.surface)}"
    return (Finding("this repository", True, why),)


def _model(name: str) -> tuple[Finding, ...]:
    """One small call to a model, and in plain words what of it works: key, address, stream, count, price."""
    if name == OFFLINE:
        return (Finding("model offline", True, "needs nothing"),)
    try:
        settings = load_settings()
        tried = try_model(settings_of(settings, name))
    except UserError as error:
        return (Finding(f"model {name}", False, f"not tried: {error.message} {error.hint}".strip()),)
    found = [Finding(f"model {name}", tried.answered, _answered(tried))]
    found += [Finding(f"model {name}, {what}", ok, words) for what, ok, words in _facts(tried)]
    for other in settings_of(settings, name).fallbacks:
        ok, words = _fallback(settings, name, other)
        found.append(Finding(f"model {name}, fallback", ok, words))
    return tuple(found)


def _answered(tried: Tried) -> str:
    if tried.answered:
        return f"it answered, as {tried.model}"
    return f"{tried.sentence} {tried.hint}".strip()


def _fallback(settings: Settings, name: str, other: str) -> tuple[bool, str]:
    """Whether another model can take the place of this one. It is not called."""
    if other == OFFLINE:
        return False, "offline reads no prompt and cannot take its place; take it out of the fallbacks"
    meant = settings_of(settings, other)
    words = other if other == meant.model else f"{other} ({meant.model})"
    if other == name or meant == settings_of(settings, name):
        return False, f"{words} is this model itself; take it out of the fallbacks"
    if meant.api_base is None and provider_of(meant.model) is None:
        known = "its name says no provider" if other in settings.models else "no model of the settings"
        return False, f"nobody can be asked by the name {words}: {known}; correct it in the fallbacks"
    lacks = backend_of(meant).lacks
    if lacks:
        return False, f"{words} would be asked when it fails, and has {lacks}"
    return True, f"{words} is asked when it fails; try it: workbench doctor --model {other}"


def _facts(tried: Tried) -> Iterator[tuple[str, bool, str]]:
    """What the call showed. A failure is told once, beside what it is about; the rest was not come to."""
    where = tried.address or "the provider's own address"
    trouble = tried.trouble
    yield ("key", *_key(tried))
    if trouble is Trouble.NO_KEY:
        return
    reached = trouble is not Trouble.NO_NETWORK
    if tried.speaks:
        yield "address", reached, f"{where} {'answers' if reached else 'does not answer'}"
    else:
        yield "address", False, f"{where} answers, and speaks no protocol of a model"
    if not tried.answered:
        return
    yield "stream", True, f"the answer came in {tried.pieces} piece{'s' if tried.pieces != 1 else ''}"
    usage = tried.usage
    counted = usage is not None and not usage.estimated
    who = "the provider" if counted else "the tokenizer here, because the provider does not say"
    numbers = f"{usage.tokens_in or 0} + {usage.tokens_out or 0} by " if usage is not None else "by "
    yield "tokens", True, f"counted {numbers}{who}"
    if usage is None or usage.cost is None:
        words = "not known, so its cost is not either, and budgets in dollars do not hold for it; "
        yield "price", True, f"{words}give price_in and price_out in its settings"
    else:
        table = "the settings" if tried.own_price else "LiteLLM's table"
        yield "price", True, f"known, by {table}: this call cost {dollars(usage.cost)}"


def _key(tried: Tried) -> tuple[bool, str]:
    if tried.trouble in (Trouble.NO_KEY, Trouble.REFUSED_KEY, Trouble.NOT_ALLOWED):
        unset = f" {tried.key_name} is not set." if tried.key_name and not tried.has_key else ""
        return False, f"{tried.sentence}{unset}"
    if tried.has_key:
        return True, f"{tried.key_name} is there"
    unset = f"{tried.key_name} is not set" if tried.key_name else ""
    if tried.answered:
        return True, f"{unset}, and none was asked for" if unset else "none is needed"
    return True, unset or "none is named"
