"""The command about keys of models: `key set`, `key list`, `key remove`. Says where a key is; never shows it.

A key comes in by standard input or at a prompt that does not show it: a command line can be read by other
programs, and stays in the shell's history.
"""

from __future__ import annotations

import getpass
import sys
import warnings

from workbench.cli.output import print_json, print_lines, say
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.store.keys import Kept
from workbench.store.settings import Settings, load_settings
from workbench.workflow import keys


def key(options: Options) -> int:
    """Run one of the three."""
    settings = load_settings()
    acts = {"set": _set, "list": _list, "remove": _remove}
    act = acts.get(options.what)
    if act is None:
        raise UserError(f"There is no key {options.what}.", hint="It is one of: set, list, remove.")
    if (options.what == "list") is (options.name is not None):
        named = "Name a provider, a variable or a model" if options.name is None else "It takes no name"
        raise UserError(f"{named}: key {options.what}.", hint="For example: workbench key set openai")
    return act(options, settings)


def _set(options: Options, settings: Settings) -> int:
    name = keys.named(settings, options.name)
    where = keys.set_key(name, _given(name), in_file=options.in_file)
    if options.json:
        print_json({"key": name, "where": where})
    else:
        print_lines(f"The key {name} is kept in {where}.")
    return 0


def _given(name: str) -> str:
    """The key: asked for at a terminal without showing it, else the one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.read().strip()
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"{name}: ").strip()
        except getpass.GetPassWarning as error:
            raise UserError(
                "This terminal would show the key.", hint=f"Pipe it in: … | workbench key set {name}"
            ) from error
        except EOFError:
            return ""


def _list(options: Options, settings: Settings) -> int:
    found = keys.listed(settings)
    if options.json:
        print_json({"keys": [{"key": each.name, "where": each.where or None} for each in found]})
        return 0
    for each in found:
        print_lines(_line(each))
    if not found:
        print_lines("No model of the settings needs a key, and none was set here.")
    return 0


def _line(kept: Kept) -> str:
    return f"{kept.name:28} {kept.where or 'none'}"


def _remove(options: Options, settings: Settings) -> int:
    name = keys.named(settings, options.name)
    gone = keys.removed(name)
    if options.json:
        print_json({"key": name, "removed": list(gone)})
    else:
        print_lines(f"The key {name} was taken out of {' and '.join(gone)}.")
        say("The provider still takes it: withdraw it there if others may know it.")
    return 0
