"""Where two long lines differ, such as those of minified code. For display only; no verdict hangs on it.

Goes along both lines: as far as they say the same, then to the nearest place from which they do so again.
Only slices are compared and looked for, which costs next to nothing for each of millions of characters. What
is looked through has a budget, in characters and never in seconds, so that two lines are always marked alike;
what lies beyond it is taken to differ as a whole. All of it is done in steps: two lines may be of any length.
"""

from __future__ import annotations

from workbench.review.steps import Steps

Gap = tuple[int, int, int, int]
"""What differs: (start, end) in the old line and in the new one, in characters. One of both may be empty."""

ANCHOR = 24
"""Characters that have to be the same for two lines to be taken to go on alike."""
_REACHES = (400, 6_000, 100_000)
"""How far ahead is looked for that, step by step; then the whole rest."""
_PROBES = 40
"""Places of the old line that are looked for in the new one, of each reach."""
MOST_GAPS = 2_000
_BUDGET = 200_000
_SHARE = 6
_MOST = 60_000_000
"""Characters that are looked through: so many, and so many for each of the line's, up to the last."""
_AT_ONCE = 1 << 18
"""Characters that are looked through in one step."""
_WORD = 200
"""Characters of a word that a gap is widened by at most."""
_ENDS = ";,} "


def gaps(old: str, new: str) -> Steps[list[Gap]]:
    """What differs between two lines, in order, in whole words."""
    shorter = min(len(old), len(new))
    head = yield from _same_head(old, new, 0, 0, shorter)
    tail = yield from _same_before(old, new, len(old), len(new), shorter - head)
    found = yield from _apart(old, new, len(old) - tail, len(new) - tail)
    return _in_words(old, new, _slid(old, new, found))


def _same_head(old: str, new: str, at: int, other: int, most: int) -> Steps[int]:
    """How many characters are the same from two places on, `most` at most: by doubling, then by halving."""
    step, low = 64, 0
    while low < most:
        size = min(low + step, most)
        if old[at + low : at + size] != new[other + low : other + size]:
            break
        low, step = size, min(2 * step, _AT_ONCE)
        if step == _AT_ONCE:
            yield
    high = min(low + step, most)
    while low < high:
        middle = (low + high + 1) // 2
        if old[at + low : at + middle] == new[other + low : other + middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_before(old: str, new: str, at: int, other: int, most: int) -> Steps[int]:
    """How many characters are the same before two places, `most` at most."""
    step, low = 64, 0
    while low < most:
        size = min(low + step, most)
        if old[at - size : at - low] != new[other - size : other - low]:
            break
        low, step = size, min(2 * step, _AT_ONCE)
        if step == _AT_ONCE:
            yield
    high = min(low + step, most)
    while low < high:
        middle = (low + high + 1) // 2
        if old[at - middle : at - low] == new[other - middle : other - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _apart(old: str, new: str, end: int, last: int) -> Steps[list[Gap]]:
    """The gaps up to two ends after which both say the same."""
    search, gaps = _Search(old, new, end, last), list[Gap]()
    at = other = 0
    while at < end or other < last:
        head = yield from _same_head(old, new, at, other, min(end - at, last - other))
        at, other = at + head, other + head
        if at >= end and other >= last:
            break
        found = (yield from search.next(at, other)) if len(gaps) < MOST_GAPS else None
        if found is None:
            gaps.append((at, end, other, last))
            break
        back = yield from _same_before(old, new, *found, min(found[0] - at, found[1] - other))
        gaps.append((at, found[0] - back, other, found[1] - back))
        at, other = found
    return gaps


class _Search:
    """Finds where two lines go on alike. Each look costs of the budget what it may have to look through."""

    def __init__(self, old: str, new: str, end: int, last: int) -> None:
        self._old, self._new, self._end, self._last = old, new, end, last
        self._left = min(_MOST, _BUDGET + _SHARE * (len(old) + len(new)))

    def next(self, at: int, other: int) -> Steps[tuple[int, int] | None]:
        """The places after these at which the same characters stand, as near as can be; None for none."""
        longest = max(self._end - at, self._last - other)
        for reach in (*(each for each in _REACHES if each < longest), longest):
            yield
            found = yield from self._within(at, other, reach)
            if found is not None:
                return found
        return None

    def _within(self, at: int, other: int, reach: int) -> Steps[tuple[int, int] | None]:
        best, found = reach + 1, None
        for skipped in range(0, min(reach, self._end - at - ANCHOR) + 1, max(ANCHOR // 2, reach // _PROBES)):
            if skipped >= best or self._left <= 0:
                break
            stop = min(self._last, other + best - skipped + ANCHOR)
            start = at + skipped
            place = yield from self._place(self._old[start : start + ANCHOR], other, stop)
            self._left -= ANCHOR + (stop if place < 0 else place) - other
            if place >= 0:
                best, found = skipped + place - other, (start, place)
        return found

    def _place(self, anchor: str, start: int, stop: int) -> Steps[int]:
        """Where some characters stand in the new line, between two places; -1 where they do not."""
        while stop - start > _AT_ONCE:
            place = self._new.find(anchor, start, start + _AT_ONCE + len(anchor) - 1)
            if place >= 0:
                return place
            start += _AT_ONCE
            yield
        return self._new.find(anchor, start, stop)


def _slid(old: str, new: str, found: list[Gap]) -> list[Gap]:
    """What only came or only went, moved on to where a statement ends: `f(1);[g(2);]`, not `f(1[);g(2]);`."""
    result: list[Gap] = []
    for number, (a, b, c, d) in enumerate(found):
        step = 0
        if a == b or c == d:
            text, start, end = (old, a, b) if c == d else (new, c, d)
            after = (found[number + 1][0] if number + 1 < len(found) else len(old)) - b
            most = min(after, len(text) - end, _WORD)
            while (
                step < most and text[end + step - 1] not in _ENDS and text[start + step] == text[end + step]
            ):
                step += 1
            if text[end + step - 1] not in _ENDS:
                step = 0
        result.append((a + step, b + step, c + step, d + step))
    return result


def _in_words(old: str, new: str, found: list[Gap]) -> list[Gap]:
    """Gaps that begin and end where words do, joined where they meet."""
    result: list[Gap] = []
    for number, (a, b, c, d) in enumerate(found):
        before = a - found[number - 1][1] if number else a
        after = (found[number + 1][0] if number + 1 < len(found) else len(old)) - b
        if _is_inside(old, a) or _is_inside(new, c):
            step = _word_before(old, a, min(before, _WORD))
            a, c = a - step, c - step
        if _is_inside(old, b) or _is_inside(new, d):
            step = _word_after(old, b, min(after, _WORD))
            b, d = b + step, d + step
        if result and a <= result[-1][1]:
            a, _, c, _ = result.pop()
        result.append((a, b, c, d))
    return result


def _is_inside(text: str, at: int) -> bool:
    """Whether a place has parts of one word on both sides."""
    return 0 < at < len(text) and _is_letter(text[at - 1]) and _is_letter(text[at])


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _word_before(text: str, at: int, most: int) -> int:
    """How many letters stand before a place."""
    step = 0
    while step < most and _is_letter(text[at - step - 1]):
        step += 1
    return step


def _word_after(text: str, at: int, most: int) -> int:
    step = 0
    while step < most and _is_letter(text[at + step]):
        step += 1
    return step
