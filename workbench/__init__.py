"""Workbench: review the changes that an AI made to a git repository, and land what you accepted."""

import sys

__version__ = "0.1.0"


def _load_msgspec() -> None:
    """Without `typing_extensions`: a tenth of a bare start, for what `typing` has too since Python 3.11."""
    name = "typing_extensions"
    if name in sys.modules:
        return
    sys.modules[name] = None  # type: ignore[assignment]  # documented: an import of it fails
    try:
        import msgspec  # noqa: F401, PLC0415 - as said
    finally:
        del sys.modules[name]


_load_msgspec()
