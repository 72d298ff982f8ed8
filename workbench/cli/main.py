"""The console entry point: parse, run one command, and turn what went wrong into a sentence and a status.

One of the two places where errors are caught (the window's controller is the other). Statuses:
0 done, 1 user or usage error, 3 a bug, 4 closed without sending, 10 changes requested or the expert's turn,
130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

# What is imported stays: to look through it for garbage again and again takes a tenth of its time.
_COLLECTED = gc.isenabled()
gc.disable()

# ruff: noqa: E402 - as said
from workbench.cli.output import say, say_error
from workbench.cli.parser import COMMANDS, WINDOWS, Options, build_parser, with_command
from workbench.cli.tracing import Trace
from workbench.errors import UserError, refused_by_system
from workbench.utf8 import read_names_as_utf8

if _COLLECTED:
    gc.enable()

DONE, USER_ERROR, BUG, INTERRUPTED = 0, 1, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit status."""
    if argv is None:
        read_names_as_utf8()
    given = list(sys.argv[1:] if argv is None else argv)
    drop_inherited_git()
    try:
        arguments = with_command(given)
        return _run(build_parser(arguments[0]).parse_args(arguments))
    except UserError as error:
        say_error(error)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        return _outside(error, given)
    except Exception as error:  # noqa: BLE001 - one of the two doors where bugs are caught
        return _bug(error, given)


def _run(options: Options) -> int:
    command = COMMANDS[options.command]
    if command.name in WINDOWS:
        # Loading makes objects that stay; the window looks for garbage again when it is shown.
        gc.disable()
        return command.run(options)
    trace = Trace(options.trace)
    trace.happened("started", command=command.name)
    status = BUG
    try:
        # Late: a window waits in its own way, and is to be painted soon.
        from workbench.cli.waiting import waiting  # noqa: PLC0415

        with waiting():
            status = command.run(options)
        sys.stdout.flush()
    except UserError:
        status = USER_ERROR
        raise
    except KeyboardInterrupt:
        status = INTERRUPTED
        raise
    finally:
        trace.happened("done", status=status)
        trace.close()
    return status


def _outside(error: OSError, given: Sequence[str]) -> int:
    """What the system refused: a sentence where the person can see to it, else a bug."""
    refused = refused_by_system(error)
    if refused is None:
        return _bug(error, given)
    say_error(refused)
    return USER_ERROR


def _bug(error: Exception, given: Sequence[str]) -> int:
    # Late: what a report needs (10 ms) is not needed by a command that goes well.
    from workbench.cli.report import write_report  # noqa: PLC0415
    from workbench.workflow.discretion import without_keys  # noqa: PLC0415

    path = write_report(error, given)
    said = without_keys(f"{type(error).__name__}: {error}")
    say(f"This is a bug in Workbench: {said}", f"A report to paste is in {path}")
    return BUG


def drop_inherited_git() -> None:
    """Forget every inherited GIT_* variable: a hook that starts us must not choose our repository."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        del os.environ[name]
