"""What was typed into a filter or the palette: which paths and titles it fits, the best first. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def filtered(files: list[Named], wanted: str) -> list[FileChange]:
    """The files whose paths hold every word; where there is none, those with its letters in order."""
    words = wanted.lower().split()
    found = files
    for word in words:
        found = [each for each in found if word in each[0]]
    if not found:
        found = files
        for word in words:
            first, *rest = map(re.escape, word)
            letters = re.compile(first + "".join(f"[^{each}]*{each}" for each in rest)).search
            found = [each for each in found if letters(each[0])]
    return [file for _, file in found]


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
