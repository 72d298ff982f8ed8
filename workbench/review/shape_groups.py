"""The changes of a round by shape, and what each of one shape looks like on one line. Pure, for showing.

A group is only a way to look at many changes at once: a verdict or a note given to it is still stored
on lines. What is in sensitive files is listed apart and never judged together with others.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from msgspec import Struct

from workbench.review.changes import Change
from workbench.review.shapes import shape_of
from workbench.review.text import decode, visible
from workbench.review.words import Spans, paired, word_spans

_LONGEST = 300
"""Characters of a line that are compared and shown in a list."""


class ShapeGroup(Struct, frozen=True):
    """All changes of one shape, in the order of the review. `apart` are those of them in sensitive files."""

    shape: str
    changes: tuple[Change, ...]
    apart: tuple[Change, ...] = ()

    @property
    def first(self) -> Change:
        return (self.changes or self.apart)[0]

    @property
    def count(self) -> int:
        return len(self.changes) + len(self.apart)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it touches, each once."""
        return tuple(dict.fromkeys(change.path for change in (*self.changes, *self.apart)))


class Glimpse(Struct, frozen=True):
    """A change on one line: the first of its lines that differ, and how many more rows it has.

    `whole` says that nothing else of the change is there to be seen.
    """

    old: str | None
    new: str | None
    more: int = 0
    whole: bool = True


def group_of(shape: str, changes: Iterable[Change], sensitive: Container[str]) -> ShapeGroup:
    """The group of the changes of one shape, those in sensitive files put apart."""
    plain: list[Change] = []
    apart: list[Change] = []
    for change in changes:
        (apart if change.path in sensitive else plain).append(change)
    return ShapeGroup(shape, tuple(plain), tuple(apart))


def grouped(
    changes: Iterable[Change], sensitive: Container[str] = (), shapes: Mapping[str, str] | None = None
) -> tuple[ShapeGroup, ...]:
    """Every shape of some changes, the rarest first; among equals, as they come in the review.

    `shapes` are those that are known already, by change id.
    """
    known = {} if shapes is None else shapes
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(known.get(change.id) or shape_of(change), []).append(change)
    return tuple(
        group_of(shape, found[shape], sensitive) for shape in sorted(found, key=lambda s: len(found[s]))
    )


def glimpse(change: Change) -> Glimpse:
    """What of a change is shown on one line: without its indentation, with what hides in it made visible."""
    if not change.is_text:
        return Glimpse(None, visible(change.words or change.kind.value).text)
    pairs = paired(change.removed, change.added)
    if not pairs:
        return Glimpse(None, "")
    old, new = next((each for each in pairs if _differ(change, each)), pairs[0])
    before = None if old is None else _shown(change.removed[old])
    after = None if new is None else _shown(change.added[new])
    cut = max(len(before or ""), len(after or "")) > _LONGEST
    return Glimpse(
        before and before[:_LONGEST],
        after and after[:_LONGEST],
        len(pairs) - 1,
        whole=len(pairs) == 1 and not cut and before != after,
    )


def edit_of(change: Change) -> tuple[str, str]:
    """What the first change of a shape takes out and puts in, for its heading: ("old", "new").

    Of two lines that are alike only what differs, from the first word to the last. A fact says itself.
    """
    seen = glimpse(change)
    if not change.is_text or seen.old is None or seen.new is None:
        return seen.old or "", seen.new or ""
    old, new = spans_of_edit(seen)
    if not (old or new):
        return seen.old, seen.new
    return _core(seen.old, old), _core(seen.new, new)


def edit_in_words(change: Change) -> str:
    """The same in one line: "-old +new"."""
    before, after = edit_of(change)
    if not change.is_text:
        return after
    return " ".join(f"{sign}{text}" for sign, text in (("-", before), ("+", after)) if text)


def _core(text: str, spans: Spans) -> str:
    return text[spans[0][0] : spans[-1][1]] if spans else ""


def spans_of_edit(seen: Glimpse) -> tuple[Spans, Spans]:
    """Which words of the old and which of the new line the edit is about."""
    return word_spans(seen.old or "", seen.new or "") if seen.old and seen.new else ((), ())


def spans_apart(reference: str | None, text: str | None) -> Spans:
    """What of `text` is otherwise than in the reference, another change of the same shape."""
    if not text or reference is None or text == reference:
        return ()
    gone, new = word_spans(reference, text)
    return new if gone or new else ((0, len(text)),)


def counted_paths(changes: Sequence[Change]) -> Mapping[str, int]:
    """How many changes there are in each file, in the order of the review."""
    found: dict[str, int] = {}
    for change in changes:
        found[change.path] = found.get(change.path, 0) + 1
    return found


def _differ(change: Change, pair: tuple[int | None, int | None]) -> bool:
    old, new = pair
    return old is None or new is None or change.removed[old].split() != change.added[new].split()


def _shown(line: bytes) -> str:
    """A line as a list shows it: what hides in it is boxed, its indentation left away."""
    return visible(decode(line).strip(" \t").expandtabs(4)).text
