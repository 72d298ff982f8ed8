"""What changed inside a run: which removed line became which added one, and which words of it differ.

For display only; no verdict hangs on it. Everything here has a budget, because `difflib` needs
seconds for long lines and for long lists of lines: which lines differ is git's answer, not ours.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal, NamedTuple

from workbench.review.changes import Change, FileChange, Kind
from workbench.review.linemap import longest_order
from workbench.review.long_words import Gap, gaps
from workbench.review.steps import Steps, finished
from workbench.review.text import decode

Pair = tuple[int | None, int | None]
Spans = tuple[tuple[int, int], ...]

_token = re.compile(r"\w+|\s|.", re.DOTALL)
_word = re.compile(rb"\w+|[^\w\s]")

LONGEST = 1000
"""Characters. Of longer lines what is the same is looked for first, and words between that."""
_TABLE = 3600
"""Pairs of lines that are compared with each other in one run; beyond it only neighbours are."""
_SKETCHED = 12_000
"""Characters of all lines of a run together that likeness is told by, at least 80 of each."""
_HEAD = 16
"""Characters without blanks: two lines of a long run that alone begin with the same ones are a pair."""
_LOOKED_INTO = 400
"""Lines of a long run, in all, that are compared by likeness between those that are certain."""
_WINDOW = 6
_TOKENS = 25_000
"""Product of the two token counts up to which `difflib` stays under some 10 ms."""
_LOOKS = 100_000
"""The same of all gaps of a long line together."""
_CHARACTERS = 400_000
"""Product of the characters of two gaps up to which they are taken apart into words at all."""
_BLANKS = b" \t\n\r\f\v"
_WORD = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_LETTERS = frozenset(bytes((each,)) for each in _WORD)
"""What `_word` takes for blanks and for a part of a word."""
_NEARLY = 1e-6
_ALIKE = 0.5
_NOT_ALIKE = 0.4


_Word = bytes | tuple[bytes, int]
"""A word; where it comes again in its line, with a number."""


class _Sketch(NamedTuple):
    """What a line is compared by: its words as bits, and how many characters these have."""

    words: int
    weight: int


def paired(removed: Sequence[bytes], added: Sequence[bytes]) -> tuple[Pair, ...]:
    """Which lines of a run stand side by side: (index in removed, index in added), each index once, in order.

    Lines that are alike face each other; what is left between two such pairs is zipped, so that no
    more rows are used than needed.
    """
    if not removed or not added or len(removed) == len(added) == 1:
        return _zipped(0, len(removed), 0, len(added))
    both = len(removed) * len(added)
    anchors = _alike(removed, added) if both <= _TABLE else _anchored(removed, added)
    result: list[Pair] = []
    i = j = 0
    for at, facing in anchors:
        if i < at or j < facing:
            result += _zipped(i, at, j, facing)
        result.append((at, facing))
        i, j = at + 1, facing + 1
    return (*result, *_zipped(i, len(removed), j, len(added)))


def _alike(removed: Sequence[bytes], added: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs by likeness, in order: the best sum of all where there are few lines, else the best nearby."""
    if not removed or not added:
        return []
    length = max(80, min(LONGEST, _SKETCHED // (len(removed) + len(added))))
    if len(removed) == len(added) and len(removed) ** 2 <= _TABLE and _in_step(removed, added, length):
        return [(at, at) for at in range(len(removed))]
    sketches = _Sketches(length)
    left, right = list(map(sketches.of, removed)), list(map(sketches.of, added))
    return _table(left, right) if len(left) * len(right) <= _TABLE else _nearby(left, right)


def _in_step(removed: Sequence[bytes], added: Sequence[bytes], length: int) -> bool:
    """Whether each line surely faces the one of its own number, told without taking lines apart into words.

    Of as many lines on both sides every other order leaves out a pair, and a pair adds at most 1 to the sum:
    what loses less than that in all is the best. False where that is not to be told from how lines begin and
    end.
    """
    left = 1.0 - _NEARLY
    for one, other in zip(removed, added, strict=True):
        if one != other:
            least = _least_likeness(_shortened(one, length), _shortened(other, length))
            left -= 1.0 - least
            if least < _ALIKE or left <= 0:
                return False
    return True


def _least_likeness(one: bytes, other: bytes) -> float:
    """What `_likeness` of two lines is at least, if this is `_ALIKE` or more: words that they begin and end
    with alike are in both.
    """
    both = len(one.translate(None, _BLANKS)) + len(other.translate(None, _BLANKS))
    head = _same(one, other, "big")
    begin, tail = one[:head], _same(one[head:], other[head:], "little")
    one, end, other = one[: len(one) - tail], one[len(one) - tail :], other[: len(other) - tail]
    if (one + end)[head : head + 1] in _LETTERS or (other + end)[head : head + 1] in _LETTERS:
        begin = begin.rstrip(_WORD)  # the last word goes on in one of them
    if one[-1:] in _LETTERS or other[-1:] in _LETTERS:
        end = end.lstrip(_WORD)  # and this one began before
    return 2 * len((begin + end).translate(None, _BLANKS)) / both if both else 1.0


def _same(one: bytes, other: bytes, order: Literal["big", "little"]) -> int:
    """How many bytes two lines begin ("big") or end ("little") with alike, without a loop over them."""
    count = min(len(one), len(other))
    if order == "big":
        one, other = one[:count], other[:count]
    else:
        one, other = one[len(one) - count :], other[len(other) - count :]
    differs = int.from_bytes(one, order) ^ int.from_bytes(other, order)
    return count - (differs.bit_length() + 7) // 8


def _shortened(line: bytes, length: int) -> bytes:
    """As much of a line as is compared: where it is long, how it begins and ends."""
    return line if len(line) <= length else line[: length // 2] + line[-length // 2 :]


def _anchored(removed: Sequence[bytes], added: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs of a long run, in order: lines that only once on each side say the same, or begin the same.

    What lies between two of them is compared by likeness as far as the budget goes.
    """
    left, right = ([line[:LONGEST].translate(None, b" \t\r\n") for line in side] for side in (removed, added))
    found: list[tuple[int, int]] = []
    for i, end, j, last in _between(_once(left, right, 0, 0), len(left), len(right)):
        heads, others = ([line[:_HEAD] for line in side] for side in (left[i:end], right[j:last]))
        found += _once(heads, others, i, j)
        if end < len(left) and last < len(right):
            found.append((end, last))
    budget = _LOOKED_INTO
    result: list[tuple[int, int]] = []
    for i, end, j, last in _between(found, len(left), len(right)):
        lines = end - i + last - j
        if i < end and j < last and lines <= budget:
            budget -= lines
            result += [(i + at, j + to) for at, to in _alike(removed[i:end], added[j:last])]
        if end < len(left) and last < len(right):
            result.append((end, last))
    return result


def _between(pairs: Sequence[tuple[int, int]], left: int, right: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies before each pair and after the last: (start, end) on the left and on the right."""
    i = j = 0
    for at, facing in (*pairs, (left, right)):
        yield i, at, j, facing
        i, j = at + 1, facing + 1


def _once(left: Sequence[bytes], right: Sequence[bytes], i: int, j: int) -> list[tuple[int, int]]:
    """The lines that stand once on each side, in the longest order that both have."""
    counts, others = Counter(left), Counter(right)
    places = {key: at for at, key in enumerate(right, j) if others[key] == 1 and len(key) > _HEAD // 2}
    pairs = [(at, places[key]) for at, key in enumerate(left, i) if counts[key] == 1 and key in places]
    return longest_order(pairs)


def _zipped(i: int, i_end: int, j: int, j_end: int) -> tuple[Pair, ...]:
    both = min(i_end - i, j_end - j)
    return (
        *((i + step, j + step) for step in range(both)),
        *((each, None) for each in range(i + both, i_end)),
        *((None, each) for each in range(j + both, j_end)),
    )


class _Sketches:
    """Makes the sketches of one comparison: in all of them a word has the same bits, as many as it has
    characters. So two lines are compared by counting the bits that both have, in no time.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._bits: dict[_Word, int] = {}
        self._used = 0

    def of(self, line: bytes) -> _Sketch:
        found: list[_Word] = _word.findall(_shortened(line, self._length))
        words = set(found)
        if len(words) < len(found):
            _number(found, words)
        bits = 0
        for word in words:
            known = self._bits.get(word)
            if known is None:
                weight = len(word if isinstance(word, bytes) else word[0])
                known = self._bits[word] = ((1 << weight) - 1) << self._used
                self._used += weight
            bits |= known
        return _Sketch(bits, bits.bit_count())


def _number(found: Sequence[_Word], words: set[_Word]) -> None:
    """Add to the words of a line those that come again, each with a number."""
    counts: dict[_Word, int] = {}
    for word in found:
        count = counts.get(word, 0)
        counts[word] = count + 1
        if count and isinstance(word, bytes):
            words.add((word, count))


def _likeness(one: _Sketch, other: _Sketch) -> float:
    """Between 0 and 1: the share of the two lines' words, by length, that both have."""
    both = one.weight + other.weight
    if not one.weight or not other.weight:
        return 1.0 if not both else 0.0
    if 2 * min(one.weight, other.weight) < _ALIKE * both:
        return 0.0
    return 2 * (one.words & other.words).bit_count() / both


def _table(left: Sequence[_Sketch], right: Sequence[_Sketch]) -> list[tuple[int, int]]:
    """The pairs in order whose likeness sums highest."""
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    likeness: list[list[float]] = []
    for i, one in enumerate(left):
        row = [_likeness(one, other) for other in right]
        likeness.append(row)
        above, here = best[i], best[i + 1]
        for j, score in enumerate(row):
            take = above[j] + score if score >= _ALIKE else 0.0
            here[j + 1] = max(take, above[j + 1], here[j])
    found: list[tuple[int, int]] = []
    i, j = len(left), len(right)
    while i and j:
        score = likeness[i - 1][j - 1]
        if score >= _ALIKE and best[i][j] == best[i - 1][j - 1] + score:
            found.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return found[::-1]


def _nearby(left: Sequence[_Sketch], right: Sequence[_Sketch]) -> list[tuple[int, int]]:
    """For runs too long for the table: each line takes the most alike of the next few."""
    found: list[tuple[int, int]] = []
    j = 0
    for i, one in enumerate(left):
        scores = [(_likeness(one, other), -step) for step, other in enumerate(right[j : j + _WINDOW])]
        if not scores:
            break
        score, step = max(scores)
        if score >= _ALIKE:
            found.append((i, j - step))
            j += 1 - step
    return found


def word_spans(old: str, new: str) -> tuple[Spans, Spans]:
    """The words only in `old` and those only in `new`, as (start, end) spans of characters.

    Both empty where the lines have so little in common that marking words would mark all of it.
    """
    if old == new:
        return (), ()
    if max(len(old), len(new)) > LONGEST:
        return finished(_long_spans(old, new))
    left, right = _token.findall(old), _token.findall(new)
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    middle_left, middle_right = left[head : len(left) - tail], right[head : len(right) - tail]
    if len(middle_left) * len(middle_right) > _TOKENS:
        return finished(_long_spans(old, new))
    blocks = _blocks(middle_left, middle_right)
    spans_old = _spans(left, head, [(a, b) for a, b, _, _ in blocks])
    spans_new = _spans(right, head, [(c, d) for _, _, c, d in blocks])
    if not _worth_marking(old, spans_old) and not _worth_marking(new, spans_new):
        return (), ()
    return _joined(old, spans_old), _joined(new, spans_new)


def _blocks(left: Sequence[str], right: Sequence[str]) -> list[Gap]:
    """Which tokens differ; of few alone, because `difflib` compares all with all."""
    if not left or not right or set(left).isdisjoint(right):
        return [(0, len(left), 0, len(right))]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def spans_in_steps(old: str, new: str) -> Steps[tuple[Spans, Spans]]:
    """`word_spans`, a bit at a time where the lines are long."""
    if old != new and max(len(old), len(new)) > LONGEST:
        return (yield from _long_spans(old, new))
    return word_spans(old, new)


def _long_spans(old: str, new: str) -> Steps[tuple[Spans, Spans]]:
    """Of lines too long for `difflib`: it looks into what is left between the parts that are the same."""
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = [], []
    left = _LOOKS
    for a, b, c, d in (yield from gaps(old, new)):
        yield
        blocks = [(a, b, c, d)]
        if a < b and c < d and (b - a) * (d - c) <= _CHARACTERS:
            one, other = _token.findall(old[a:b]), _token.findall(new[c:d])
            cost = len(one) * len(other)
            if cost <= min(left, _TOKENS):
                left -= cost
                blocks = _placed(one, other, a, c)
        found[0].extend((start, end) for start, end, _, _ in blocks if start < end)
        found[1].extend((start, end) for _, _, start, end in blocks if start < end)
    if not any(_left_over(text, spans) for text, spans in zip((old, new), found, strict=True)):
        return (), ()
    return _joined(old, found[0]), _joined(new, found[1])


def _placed(one: Sequence[str], other: Sequence[str], a: int, c: int) -> list[Gap]:
    """What differs between the tokens of two gaps, in characters of the lines."""
    starts, others = ([0, *accumulate(map(len, tokens))] for tokens in (one, other))
    return [
        (a + starts[i], a + starts[end], c + others[j], c + others[last])
        for i, end, j, last in _blocks(one, other)
    ]


def _left_over(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether enough of a long line stays unmarked, in characters."""
    return sum(end - start for start, end in spans) <= (1 - _NOT_ALIKE) * len(text)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _spans(tokens: Sequence[str], head: int, blocks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    return [(starts[head + a], starts[head + b]) for a, b in blocks if b > a]


def _worth_marking(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    """True while enough of what can be seen in the line stays unmarked, in characters and in words."""
    seen = "".join(text.split())
    if not seen:
        return True
    marked = "".join("".join(text[a:b].split()) for a, b in spans)
    in_characters = 1 - len(marked) / len(seen)
    if in_characters >= 2 * _NOT_ALIKE:
        return True  # whatever the words say
    in_words = 1 - len(_token.findall(marked)) / len(_token.findall(seen))
    return (in_characters + in_words) / 2 >= _NOT_ALIKE


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> Spans:
    """Neighbouring spans as one where only blanks lie between them."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        if result and not text[result[-1][1] : start].strip():
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return tuple(result)


def spans_of_lines(old: bytes, new: bytes) -> tuple[Spans, Spans]:
    """`word_spans` of two lines as `decode` shows them."""
    return word_spans(decode(old), decode(new))


def words_of(change: Change) -> str:
    """A fact in words: its own, else its kind, with the targets where it has lines."""
    if change.words:
        return change.words
    sides = [b"".join(lines).decode("utf-8", "replace") for lines in (change.removed, change.added)]
    return " ".join((change.kind.value, " → ".join(side for side in sides if side))).strip()


def fact_words(change: Change, file: FileChange | None, sizes: str = "") -> str:
    """All that is said of a fact: of contents that are no lines, their sizes and ids before and after too."""
    words = words_of(change)
    if change.kind is Kind.MODE and file is not None and file.old_mode and file.new_mode:
        now = {("100644", "100755"): " · executable now", ("100755", "100644"): " · not executable any more"}
        return words + now.get((file.old_mode, file.new_mode), "")
    if change.kind is not Kind.BINARY or file is None or words.startswith("Git LFS"):
        return words  # the sizes and ids here are those of the pointer
    ids = " → ".join(each[:12] for each in (file.old_id, file.new_id) if each)
    return " · ".join(part for part in (words, sizes, ids) if part)
