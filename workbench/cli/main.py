"""The console entry point: parse, run one command, and turn what went wrong into a sentence and a status.

One of the two places where errors are caught (the window's controller is the other). Statuses:
0 done, 1 user or usage error, 3 a bug, 4 closed without sending, 10 changes requested, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from workbench.cli.parser import COMMANDS, build_parser, with_command
from workbench.cli.report import write_report
from workbench.errors import UserError

DONE, USER_ERROR, BUG, INTERRUPTED = 0, 1, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit status."""
    given = list(sys.argv[1:] if argv is None else argv)
    drop_inherited_git()
    try:
        options = build_parser().parse_args(with_command(given))
        return COMMANDS[options.command].run(options)
    except UserError as error:
        say(error)
        return USER_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        path = write_report(error, given)
        print(f"This is a bug in Workbench: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"A report to paste is in {path}", file=sys.stderr)
        return BUG


def drop_inherited_git() -> None:
    """Forget every inherited GIT_* variable: a hook that starts us must not choose our repository or index."""
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        del os.environ[name]


def say(error: UserError) -> None:
    """One sentence and a hint, on standard error."""
    print(error.message, file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)
