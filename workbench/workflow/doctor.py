"""Whether everything Workbench needs is here, in plain words. Reads; changes nothing."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from msgspec import Struct

from workbench.errors import UserError
from workbench.generation.events import Failed, Finished
from workbench.git.version import git_version
from workbench.store import paths
from workbench.store.settings import ModelSettings, load_settings
from workbench.workflow.opening import is_repository, open_log, open_repository
from workbench.workflow.send import OFFLINE, try_model
from workbench.workflow.trust import could_run, on_one_line, trust_of


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    ok: bool
    words: str


def examine(model: str | None = None) -> tuple[Finding, ...]:
    """Python, git, the data folder, the settings, whether the repository here is trusted, and one small call
    to `model` where one is named.
    """
    found = [
        Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        _git(),
        _log(),
        _settings(),
        *_repository(),
    ]
    if model:
        found.append(_model(model))
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


def _model(name: str) -> Finding:
    if name == OFFLINE:
        return Finding("model offline", True, "needs nothing")
    try:
        settings = load_settings()
    except UserError as error:
        return Finding(f"model {name}", False, f"not tried: {error.message}")
    model = settings.models.get(name) or ModelSettings(name)
    last = None
    for event in try_model(model, threading.Event()):
        last = event
    if isinstance(last, Finished):
        return Finding(f"model {name}", True, "it answered")
    if isinstance(last, Failed):
        return Finding(f"model {name}", False, f"{last.sentence} {last.hint}".strip())
    return Finding(f"model {name}", False, "it did not answer")
