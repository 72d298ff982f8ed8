"""Commands about trust: what a repository could make run is shown, and only then asked about."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import Any

from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options
from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.workflow.opening import open_repository
from workbench.workflow.trust import MEANING, Trust, on_one_line, told, trust_of, withdraw
from workbench.workflow.trust import grant as grant_trust

MOST_LINES = 20
"""Of the text of one program that are printed."""


def trust(options: Options) -> int:
    """Show what the repository could run, ask, and trust it. --yes answers; without a terminal it must."""
    repository = open_repository(Path(options.path))
    try:
        found = trust_of(repository)
        if options.json:
            return _trust_as_json(repository, found, yes=options.yes)
        _print_surface(repository, found)
        if found.trusted:
            print_lines(f"It is trusted already. Take it back: workbench restrict {_path(repository)}")
        elif options.yes or _asked(repository):
            grant_trust(repository, found.surface)
            print_lines("It is trusted, as long as none of this changes.")
        else:
            print_lines("It stays restricted.")
    finally:
        repository.close()
    return 0


def restrict(options: Options) -> int:
    """Take trust back."""
    repository = open_repository(Path(options.path))
    try:
        was = withdraw(repository)
    finally:
        repository.close()
    if options.json:
        print_json({"repository": str(repository.work_tree), "trusted": False, "changed": was})
    else:
        words = "is restricted now" if was else "is restricted already: it was not trusted"
        print_lines(f"{on_one_line(repository.name)} {words}.")
    return 0


def _trust_as_json(repository: Repository, found: Trust, *, yes: bool) -> int:
    """The document is printed only when it is true: after what was granted is on disk."""
    given = yes and not found.trusted
    if given:
        grant_trust(repository, found.surface)
    print_json(_document(repository, found, trusted=found.trusted or given, changed=given))
    if found.trusted or given:
        return 0
    raise _nobody_was_asked(repository)


def _document(repository: Repository, found: Trust, *, trusted: bool, changed: bool) -> dict[str, Any]:
    return {
        "repository": str(repository.work_tree),
        "owner": repository.warning,
        "trusted": trusted,
        "changed": changed,
        "why": "" if trusted else found.why,
        "digest": found.surface.digest,
        "programs": [
            {
                "where": each.where,
                "command": each.command,
                "origin": each.origin,
                "text": each.text,
                "changed": each.where in found.changed,
            }
            for each in found.surface.programs
        ],
    }


def _print_surface(repository: Repository, found: Trust) -> None:
    state = "trusted" if found.trusted else f"restricted: {on_one_line(found.why)}"
    print_lines(f"{on_one_line(str(repository.work_tree))} ({state})")
    if repository.warning:
        print_lines(on_one_line(repository.warning))
    print_lines("", MEANING, "")
    if not found.surface.programs:
        print_lines("It names no program now. If it names one later, it is restricted again.", "")
        return
    print_lines("These could run:")
    for program in found.surface.programs:
        print_lines("", *(f"  {line}" for line in told(program, found.changed, MOST_LINES)))
    print_lines("")


def _asked(repository: Repository) -> bool:
    if not sys.stdin.isatty():
        raise _nobody_was_asked(repository)
    sys.stdout.write(f"Trust {on_one_line(repository.name)}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _nobody_was_asked(repository: Repository) -> UserError:
    return UserError(
        f"{on_one_line(repository.name)} stays restricted: nobody could be asked.",
        hint=f"Read what could run, and if that is well: workbench trust {_path(repository)} --yes",
    )


def _path(repository: Repository) -> str:
    return on_one_line(quote(str(repository.work_tree)))
