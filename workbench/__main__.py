"""`python -m workbench`, and the console command: the same."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line and give the exit status."""
    # Until a command begins there is nothing to save or to end, so Ctrl+C ends the process as it ends any. An
    # exception would rise in the midst of an import: in C code that does not expect it, it ended in a crash.
    # Where whoever started it had it ignored, as a shell does in the background, it stays so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from workbench.cli.main import main as run  # noqa: PLC0415 - after that

    return run()


if __name__ == "__main__":
    sys.exit(main())
