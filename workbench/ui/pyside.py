"""Imports PySide without what it brings for others. The only file that knows how PySide is loaded.

A tenth of the start: PySide's own Python modules come as source inside of a library, and are compiled at
each start. Here they are compiled once, and kept where Python keeps what it compiles: in `__pycache__`.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType
from typing import Any

_FOR_STUBS = frozenset(f"shibokensupport/signature/lib/{name}.py" for name in ("pyi_generator", "enum_sig"))
"""Sources that write type stubs: nobody needs them here."""

_INSIDE = ("shibokensupport/", "signature_bootstrap.py")
"""How the names of PySide's own sources begin."""


class Compiled:
    """What was compiled before, by the name of its source. Each is used for the very same source alone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: dict[str, tuple[bytes, CodeType]] = {}
        self._is_new = False
        # What is not there, torn, or of another Python is made anew.
        with suppress(OSError, ValueError, EOFError, TypeError):
            data = file.read_bytes()
            if data.startswith(MAGIC_NUMBER):
                self._kept = marshal.loads(data[len(MAGIC_NUMBER) :])

    def code(self, name: str, source: bytes, make: Callable[[], CodeType]) -> CodeType:
        """The code of a source: kept, or made now and kept from now on."""
        digest = source_hash(source)
        found = self._kept.get(name)
        if found is None or found[0] != digest:
            found = self._kept[name] = digest, make()
            self._is_new = True
        return found[1]

    def keep(self) -> None:
        """Write what is new; where that cannot be written, the next start compiles again."""
        if not self._is_new or sys.dont_write_bytecode:
            return
        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            # Whole or not at all: another start may be reading it.
            written = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            written.write_bytes(MAGIC_NUMBER + marshal.dumps(self._kept))
            written.replace(self._file)


def import_pyside() -> None:
    """Import PySide, quickly.

    Of each module that is imported after it, PySide reads the source to look for its own name, for modules
    that switch on its second spelling of names: we have none. Inside of PySide: otherwise there, nothing.
    """
    kept = Compiled(Path(cache_from_source(__file__)).with_suffix(".pyside"))
    compile_ = builtins.compile

    def compile_once(source: Any, filename: Any, mode: str, *rest: Any, **named: Any) -> Any:
        if not isinstance(source, bytes) or not str(filename).startswith(_INSIDE) or mode != "exec" or rest:
            return compile_(source, filename, mode, *rest, **named)
        text = b"" if filename in _FOR_STUBS else source
        return kept.code(filename, text, lambda: compile_(text, filename, mode, dont_inherit=True))

    builtins.compile = compile_once  # for the time of one import
    try:
        import PySide6  # noqa: F401, PLC0415 - brings shiboken, as said
    finally:
        builtins.compile = compile_
    kept.keep()
    with suppress(Exception):
        feature = import_module("shibokensupport.feature")
        if callable(feature._mod_uses_pyside):
            feature._mod_uses_pyside = lambda _: False  # type: ignore[attr-defined]  # as said
