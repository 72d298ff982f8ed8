"""Regular expressions that are compiled when something is first held against them.

Those of all languages, and those with whole ranges of Unicode in them, take longer to compile than the first
frame takes to paint; most reviews never need them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import AnyStr, Generic


class Expression(Generic[AnyStr]):
    """What is used of a `re.Pattern`, compiled late."""

    def __init__(self, pattern: AnyStr, flags: int = 0) -> None:
        self._pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self._pattern, self._flags)

    def match(self, text: AnyStr) -> re.Match[AnyStr] | None:
        return self.compiled.match(text)

    def search(self, text: AnyStr) -> re.Match[AnyStr] | None:
        return self.compiled.search(text)

    def finditer(self, text: AnyStr, start: int = 0) -> Iterator[re.Match[AnyStr]]:
        return self.compiled.finditer(text, start)
