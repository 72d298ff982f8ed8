"""Which settings name a program, and in which words. A table; it reads nothing and runs nothing.

What the repository's own configuration says counts whole. Of the user's own counts what the repository
makes run: hooks, and the filters and drivers that its attributes choose. An editor, a signer or an alias of
the user's is the user's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from workbench.git.configuration import Setting

DRIVERS = {
    ("filter", "clean"): "filter {0}, clean",
    ("filter", "smudge"): "filter {0}, smudge",
    ("filter", "process"): "filter {0}, process",
    ("diff", "command"): "diff driver {0}",
    ("diff", "textconv"): "diff driver {0}, textconv",
    ("merge", "driver"): "merge driver {0}",
}
"""What attributes choose by name."""

_PLAIN = {
    "core.fsmonitor": "file system monitor",
    "core.sshcommand": "ssh command",
    "core.editor": "editor",
    "core.pager": "pager",
    "core.askpass": "password prompt",
    "core.gitproxy": "git proxy",
    "core.alternaterefscommand": "alternate refs",
    "sequence.editor": "sequence editor",
    "diff.external": "external diff",
    "interactive.difffilter": "diff filter",
    "gpg.program": "signatures",
    "credential.helper": "credential helper",
    "uploadpack.packobjectshook": "hook pack-objects",
    "gc.recentobjectshook": "hook recent-objects",
    "init.templatedir": "template of new repositories",
}
_NAMED = {
    ("gpg", "program"): "signatures, {0}",
    ("gpg", "defaultkeycommand"): "signatures, key of {0}",
    ("credential", "helper"): "credential helper for {0}",
    ("remote", "uploadpack"): "remote {0}, upload-pack",
    ("remote", "receivepack"): "remote {0}, receive-pack",
    ("remote", "vcs"): "remote {0}, helper",
    ("mergetool", "cmd"): "merge tool {0}",
    ("mergetool", "path"): "merge tool {0}",
    ("difftool", "cmd"): "diff tool {0}",
    ("difftool", "path"): "diff tool {0}",
    ("guitool", "cmd"): "gui tool {0}",
    ("browser", "cmd"): "browser {0}",
    ("browser", "path"): "browser {0}",
    ("man", "cmd"): "manual viewer {0}",
    ("man", "path"): "manual viewer {0}",
    ("trailer", "command"): "trailer {0}",
    ("trailer", "cmd"): "trailer {0}",
    ("tar", "command"): "archive format {0}",
    ("alias", "command"): "alias {0}",
    ("lfs", "path"): "Git LFS, {0}",
    ("lfs", "clean"): "Git LFS, {0}, clean",
    ("lfs", "smudge"): "Git LFS, {0}, smudge",
}
# Names that a younger git, or a program around it, may give to a setting that is run.
_LIKELY = re.compile(
    r"(command|cmd|program|helper|driver|editor|pager|askpass|hook|filter|browser|tunnel|textconv)$"
)
_URL_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
# All of their values count; of any other setting the last one does.
_MANY = ("credential.helper", "core.gitproxy")


class Named(Struct, frozen=True):
    """A program that a setting names: in words, its command line, and the setting."""

    where: str
    command: str
    setting: Setting


def named_programs(
    settings: Iterable[Setting], chosen: Collection[tuple[str, str]] | None
) -> Iterator[Named]:
    """Every program that the settings name. `chosen` are the drivers of attributes as ("filter", "lfs"); None
    where that is not known, and each may be.
    """
    listed = list(settings)
    last = {setting.key: setting for setting in listed}
    for setting in listed:
        many = f"{setting.section}.{setting.name}" in _MANY
        if not many and last[setting.key] is not setting:
            continue
        words = _words(setting, listed)
        if words and (setting.is_repositorys or _is_made_to_run(setting, chosen)):
            yield Named(words, setting.value, setting)


def _is_made_to_run(setting: Setting, chosen: Collection[tuple[str, str]] | None) -> bool:
    if setting.section == "hook":
        return True
    is_driver = (setting.section, setting.name) in DRIVERS
    return is_driver and (chosen is None or (setting.section, setting.subsection) in chosen)


def _words(setting: Setting, settings: Iterable[Setting]) -> str:
    """What a setting names, "" for nothing."""
    pair = (setting.section, setting.name)
    if not setting.value:
        return ""
    if setting.section == "hook":
        return _hook(setting, settings)
    if setting.subsection:
        known = DRIVERS.get(pair) or _NAMED.get(pair)
        if known:
            return known.format(setting.subsection)
        if pair == ("submodule", "update"):
            return f"update of submodule {setting.subsection}" if setting.value.startswith("!") else ""
        if pair in (("remote", "url"), ("remote", "pushurl")):
            return f"remote {setting.subsection}" if _URL_HELPER.match(setting.value) else ""
        if pair in (("url", "insteadof"), ("url", "pushinsteadof")):
            return f"addresses {setting.value}" if _URL_HELPER.match(setting.subsection) else ""
    elif setting.section == "alias":
        return f"alias {setting.name}" if setting.value.startswith("!") else ""
    elif setting.section == "pager":
        return "" if setting.is_yes_or_no else f"pager of {setting.name}"
    elif setting.key in _PLAIN:
        monitor = setting.key == "core.fsmonitor" and setting.is_yes_or_no
        return "" if monitor else _PLAIN[setting.key]
    return f"setting {setting.key}" if _LIKELY.search(setting.name) and not setting.is_yes_or_no else ""


def _hook(setting: Setting, settings: Iterable[Setting]) -> str:
    """A hook that is named by a setting and not by a file: `hook.<name>.command`, of git 2.54 and later."""
    if setting.name != "command":
        return ""
    events: list[str] = []
    for other in settings:
        if other.section != "hook" or other.subsection != setting.subsection:
            continue
        if other.name == "event":
            events = [*events, other.value] if other.value else []
        if other.name == "enabled" and other is _last(other, settings) and _is_off(other):
            return ""
    return f"hook {', '.join(dict.fromkeys(events)) or 'of no event'} ({setting.subsection})"


def _last(setting: Setting, settings: Iterable[Setting]) -> Setting:
    return [other for other in settings if other.key == setting.key][-1]


def _is_off(setting: Setting) -> bool:
    return setting.value.lower() in ("false", "no", "off", "0")
