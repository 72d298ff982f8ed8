"""Commands about the program itself: the demo, the doctor, the keys."""

from __future__ import annotations

from workbench.cli.output import print_json, print_lines
from workbench.cli.parser import Options
from workbench.workflow import doctor as doctors


def demo(options: Options) -> int:
    """Make a small repository with AI-made changes and open it; without a display, run the loop on it."""
    from workbench.app import run_demo  # noqa: PLC0415 - Qt is needed only here

    return run_demo(options.folder, options.shots, offscreen=options.offscreen)


def doctor(options: Options) -> int:
    """Say in plain words whether everything is here; status 1 if something is not."""
    findings = doctors.examine(options.model)
    if options.json:
        print_json(
            {"findings": [{"what": each.what, "ok": each.ok, "words": each.words} for each in findings]}
        )
    else:
        for each in findings:
            print_lines(f"{'ok  ' if each.ok else 'no  '} {each.what}: {each.words}")
    return 0 if all(each.ok for each in findings) else 1


def keys(options: Options) -> int:
    """Every command with its keys, from the one command table."""
    from workbench.ui.commands import COMMANDS  # noqa: PLC0415 - the window's table; it imports no Qt

    rows = [{"command": each.id, "title": each.title, "keys": list(each.keys)} for each in COMMANDS]
    if options.json:
        print_json({"keys": rows})
        return 0
    for each in COMMANDS:
        print_lines(f"{' '.join(each.keys):24} {each.title}")
    return 0
