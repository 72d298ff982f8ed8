"""Which conversion each path goes through: by the attributes of the base and the user's own settings.

The attributes of the change itself are not asked: what they say is part of what is judged. Runs no filter.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.digests import blake2b
from workbench.git import runner
from workbench.git.converting import Conversion, Habits, conversion_of
from workbench.git.runner import Child, Where

if TYPE_CHECKING:
    from workbench.git.repository import Repository

_ATTRIBUTES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
_SETTINGS = r"^core\.(autocrlf|eol|symlinks|attributesfile)$"
_YES = ("true", "1", "yes", "on", "")


class Rules(Struct, frozen=True):
    """What decides. `index` holds the attributes files of the base, "" where nothing is converted at all."""

    habits: Habits
    index: str = ""
    user_file: str = ""


def signature(repository: Repository) -> tuple[str, ...]:
    """Changes when a file does that the rules are read from, besides the base."""
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE") or ""
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    common = repository.found.common_dir
    files = (
        os.path.join(common, "config"),
        os.path.join(repository.found.git_dir, "config.worktree"),
        os.path.join(common, "info", "attributes"),
        os.path.join(home, ".gitconfig"),
        os.path.join(config_home, "git", "config"),
        os.path.join(config_home, "git", "attributes"),
    )
    return tuple(_stamp(path) for path in files)


def _stamp(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError:
        return ""
    return f"{found.st_mtime_ns}.{found.st_ctime_ns}.{found.st_size}.{found.st_ino}"


def read_rules(repository: Repository, base: str) -> Rules:
    """The rules for a base, a tree or a name of one. Writes into the shadow directory."""
    asking = _start_settings(repository)
    listed = _attribute_files(repository, base)
    settings = _settings(asking)
    habits = _habits(settings)
    user_file = _user_file(settings)
    local = Path(repository.found.common_dir) / "info" / "attributes"
    if not (listed or local.is_file() or user_file or habits.automatic != "false"):
        return Rules(habits)
    place = _place(repository, local)
    kept = place / f"index.{blake2b(listed, digest_size=8).hexdigest()}"
    if not kept.exists():
        index = kept.with_name(f"{kept.name}.{os.getpid()}.{os.urandom(3).hex()}")
        where = Where(str(place), index=str(index))
        repository.run_now(["read-tree", "--empty"], where)
        repository.run_now(["update-index", "-z", "--index-info"], where, data=listed)
        index.replace(kept)
    return Rules(habits, str(kept), user_file)


def conversions(repository: Repository, rules: Rules, paths: Iterable[str]) -> dict[str, Conversion]:
    """The conversion of each path that has one."""
    if not rules.index:
        return {}
    asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    if not asked:
        return {}
    config = (("core.attributesFile", rules.user_file or os.devnull),)
    where = Where(str(repository.shadow / "attributes"), index=rules.index, config=config, literal=False)
    args = ["check-attr", "--cached", "-z", "--stdin", *_ATTRIBUTES]
    answers = repository.run_now(args, where, data=asked).split(b"\0")
    known: dict[tuple[bytes, ...], Conversion | None] = {}
    found: dict[str, Conversion] = {}
    step = 3 * len(_ATTRIBUTES)
    for at in range(0, len(answers) - step + 1, step):
        values = tuple(answers[at + 2 : at + step : 3])
        if values not in known:
            said = (value.decode("utf-8", "replace") for value in values)
            known[values] = conversion_of(dict(zip(_ATTRIBUTES, said, strict=True)), rules.habits)
        conversion = known[values]
        if conversion is not None:
            found[answers[at].decode("utf-8", "surrogateescape")] = conversion
    return found


def _start_settings(repository: Repository) -> Child:
    """Ask for the user's own settings, system ones included. Reads configuration, and does nothing else."""
    names = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "GIT_CONFIG_NOSYSTEM")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    environment |= {
        "LC_ALL": "C",
        "GIT_DIR": repository.found.git_dir,
        "GIT_WORK_TREE": repository.found.work_tree,
    }
    return runner.start(["config", "-z", "--get-regexp", _SETTINGS], Where(""), environment=environment)


def _settings(child: Child) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in child.finish(ok=(0, 1)).split(b"\0"):
        name, _, value = item.partition(b"\n")
        found[name.decode().lower()] = os.fsdecode(value)
    return found


def _habits(settings: dict[str, str]) -> Habits:
    automatic = settings.get("core.autocrlf", "false").lower()
    ending = settings.get("core.eol", "native").lower()
    if automatic in _YES:
        automatic = "true"
    elif automatic != "input":
        automatic = "false"
    native = ending == "crlf" or (ending not in ("lf", "crlf") and os.name == "nt")
    return Habits(
        automatic,
        crlf=automatic == "true" or (automatic == "false" and native),
        plain_links="core.symlinks" in settings and settings["core.symlinks"].lower() not in _YES,
    )


def _user_file(settings: dict[str, str]) -> str:
    """The user's own attributes file."""
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE") or ""
    config_home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    named = settings.get("core.attributesfile", "")
    if named.startswith("~/"):
        named = os.path.join(home, named[2:])
    path = named or os.path.join(config_home, "git", "attributes")
    return path if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.R_OK) else ""


def _attribute_files(repository: Repository, base: str) -> bytes:
    """The attributes files of a tree, as `update-index --index-info` reads them."""
    if base == repository.empty_tree:
        return b""
    args = ["ls-tree", "-r", "-z", "--full-tree", base]
    # HEAD is the user's own; before the first commit it names nothing.
    if base == "HEAD":
        listed = repository.run_now(args, repository.real, ok=(0, 128))
    else:
        listed = repository.run_now(args)
    lines = (line for line in listed.split(b"\0") if line.endswith(b".gitattributes"))
    named = (line for line in lines if line.partition(b"\t")[2].rpartition(b"/")[2] == b".gitattributes")
    return b"".join(line + b"\0" for line in named if line.startswith(b"100"))


def _place(repository: Repository, local: Path) -> Path:
    """A second git directory of ours, with the user's attributes instead of the ones that switch all
    of them off.
    """
    place = repository.shadow / "attributes"
    for folder in ("objects/info", "refs", "info"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    contents = {
        "HEAD": b"ref: refs/heads/none\n",
        "config": (repository.shadow / "config").read_bytes(),
        "objects/info/alternates": os.fsencode(repository.shadow / "objects") + b"\n",
        "info/attributes": local.read_bytes() if local.is_file() else b"",
    }
    for name, content in contents.items():
        temporary = place / f"{name}.{os.getpid()}.{os.urandom(3).hex()}"
        temporary.write_bytes(content)
        temporary.replace(place / name)
    return place
