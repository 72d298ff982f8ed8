"""What was typed into a filter or the palette: which paths and titles it fits, the best first. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from workbench.review.changes import FileChange

SCORED, APART = 2000, 10_000
"""How many texts are scored at most, and in how many letters that stand apart are looked for."""


def fits(wanted: str, path: str) -> bool:
    """True when every word of the filter is in the path, whatever the case."""
    lowered = path.lower()
    return all(word in lowered for word in wanted.lower().split())


Named = tuple[str, FileChange]
"""A file with its path in small letters."""


def named(files: Iterable[FileChange]) -> list[Named]:
    """Files as they are looked for: made once for all letters that are typed."""
    return [(file.path.lower(), file) for file in files]


class Finder:
    """The files whose paths hold every word of a filter, or where there are none, its letters in order.

    Words are looked for at once, which takes a millisecond of ten thousand files; letters take ten times as
    long and are looked for in steps. A filter that was only typed on looks no further than the one before.
    """

    def __init__(self, files: list[Named], wanted: str, before: Finder | None = None) -> None:
        self.files, self.wanted = files, wanted.lower()
        self._words = self.wanted.split()
        self._named: list[Named] = []
        self._at = 0
        among, self.by_letters = files, False
        if before is not None and before.fits_on(files, self.wanted):
            among, self.by_letters = before._named, before.by_letters
        if not self.by_letters:
            self._named = self._holding(among)
            self.by_letters = not self._named
            among = files
        self._among = among if self.by_letters else []
        self.found: list[FileChange] = [file for _, file in self._named]
        """Those that were found so far, in the order of the files."""
        self._fit = [_letters_of(word) for word in self._words] if self.by_letters else []

    @property
    def is_done(self) -> bool:
        """Whether all files were looked at."""
        return self._at >= len(self._among)

    def fits_on(self, files: list[Named], wanted: str) -> bool:
        """Whether what fits a longer filter is among what was found here."""
        return self.is_done and self.files is files and wanted.startswith(self.wanted)

    def step(self, count: int) -> None:
        """Look at some more."""
        part = self._among[self._at : self._at + count]
        self._at += len(part)
        for fit in self._fit:
            part = [each for each in part if fit(each[0])]
        self._named += part
        self.found += [file for _, file in part]

    def _holding(self, files: list[Named]) -> list[Named]:
        for word in self._words:
            files = [each for each in files if word in each[0]]
        return files


def _letters_of(word: str) -> Callable[[str], object]:
    first, *rest = map(re.escape, word)
    return re.compile(first + "".join(f"[^{each}]*{each}" for each in rest)).search


def fuzzy(wanted: str, text: str) -> int | None:
    """How well `wanted` fits `text`: less is better, None is not at all.

    Best where a text or the part behind a colon begins with it, then where a word does, then where it
    stands at all, then where its letters stand in order.
    """
    wanted, lowered = wanted.lower().strip(), text.lower()
    if lowered.startswith(wanted) or f": {wanted}" in lowered:
        return len(text)
    at = lowered.find(wanted)
    if at > 0:
        return (1000 if not lowered[at - 1].isalnum() else 2000) + len(text)
    score = _letters(wanted, lowered)
    return None if score is None else 3000 + score * 100 + len(text)


def _letters(wanted: str, lowered: str) -> int | None:
    """How far apart the letters stand; starts of words and neighbours count as good."""
    score, at, before = 0, 0, -2
    for letter in wanted:
        if letter == " ":
            continue
        found = lowered.find(letter, at)
        if found < 0:
            return None
        starts = found == 0 or not lowered[found - 1].isalnum()
        score += 0 if found == before + 1 else (1 if starts else 4 + min(found - at, 20))
        before, at = found, found + 1
    return score


def best(wanted: str, texts: Iterable[str], limit: int) -> list[int]:
    """The indexes of the texts that fit, best first.

    Asked at every key, of as many texts as there are files: those that hold the words are found first, and
    letters that stand apart are looked for only where these are few, and not beyond the first texts.
    """
    texts, plain = list(texts), wanted.lower().strip()
    holding = (index for index, text in enumerate(texts) if plain in text.lower())
    found = list(islice(holding, SCORED))
    if len(found) < limit:
        apart = re.compile(".*?".join(re.escape(each) for each in plain if each != " "), re.DOTALL)
        fitting = (index for index, text in enumerate(texts[:APART]) if apart.search(text.lower()))
        found += list(islice((index for index in fitting if plain not in texts[index].lower()), SCORED))
    scored = [(score, index) for index in found if (score := fuzzy(wanted, texts[index])) is not None]
    scored.sort()
    return [index for _, index in scored[:limit]]
