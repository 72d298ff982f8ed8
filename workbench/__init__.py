"""Workbench: review the changes that an AI made to a git repository, and land what you accepted."""

import signal
import sys
from contextlib import suppress

__version__ = "0.1.0"


def _load_msgspec() -> None:
    """Without `typing_extensions`: a tenth of a bare start, for what `typing` has too since Python 3.11."""
    name = "typing_extensions"
    if name in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment]  # documented: an import of it fails
    # An exception that rises while its C code is made ready is dropped there, and what was not made ready
    # ends the process in a crash much later. Until then Ctrl+C ends it as it ends any program.
    # Where whoever started it had it ignored, as a shell does in the background, it stays so.
    ends = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with suppress(ValueError):  # another thread hears of no signal
        if ends:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        import msgspec  # noqa: F401, PLC0415 - as said
    finally:
        del sys.modules[name]
        with suppress(ValueError):
            if ends:
                signal.signal(signal.SIGINT, signal.default_int_handler)


_load_msgspec()
