"""Findings: what another model says of a round, as drafts that only the expert makes notes of. Pure.

A finding is never sent and settles nothing. It becomes a note when it is adopted, and then it is the
expert's. What was said of a round stays a fact; what the expert made of it can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from workbench.review.notes import Intent, Note, Place


class State(StrEnum):
    """What became of a finding."""

    OPEN = "open"
    ADOPTED = "adopted"
    DISMISSED = "dismissed"
    REPLACED = "replaced"
    """The same model read the same round again before the expert had looked at it."""


GRAVE = frozenset({Intent.MUST, Intent.SHOULD})
"""Intents with which a round is not clean."""


class Finding(Struct, frozen=True):
    """One draft. `id` is short ("F3"); `round` is the index of the round that was read.

    `place` is verified: its quote stood there, byte for byte, in that round. `note` names the note that it
    was adopted as, `reason` says why it was dismissed.
    """

    id: str
    intent: Intent
    place: Place
    claim: str
    evidence: str
    model: str
    round: int
    state: State = State.OPEN
    note: str | None = None
    reason: str = ""

    @property
    def text(self) -> str:
        """What a note says that is made of it."""
        return "\n\n".join(part for part in (self.claim.strip(), self.evidence.strip()) if part)

    @property
    def origin(self) -> str:
        """What a note that is made of it keeps of where it came from."""
        return f"{self.id} by {self.model}"


class Draft(Struct, frozen=True):
    """A finding as it is read: its place is verified, and it has no id yet."""

    intent: Intent
    place: Place
    claim: str
    evidence: str


class Count(Struct, frozen=True):
    """What one model's findings came to. `dropped`: their places could not be verified."""

    model: str
    readings: int = 0
    found: int = 0
    adopted: int = 0
    dismissed: int = 0
    dropped: int = 0

    @property
    def words(self) -> str:
        """ "12 adopted, 5 dismissed, 2 dropped"."""
        parts = [f"{self.adopted:,} adopted", f"{self.dismissed:,} dismissed"]
        return ", ".join([*parts, f"{self.dropped:,} dropped"] if self.dropped else parts)


def arrived(
    known: Mapping[str, Finding], last: int, found: Sequence[Draft], model: str, index: int
) -> Mapping[str, Finding]:
    """All findings once those of a reading of round `index` are there; their ids follow `last`.

    They take the place of what the same model said of the same round and nobody judged, and of nothing else.
    """
    after = {
        key: replace(each, state=State.REPLACED)
        if each.state is State.OPEN and (each.model, each.round) == (model, index)
        else each
        for key, each in known.items()
    }
    for number, each in enumerate(found, last + 1):
        name = f"F{number}"
        after[name] = Finding(name, each.intent, each.place, each.claim, each.evidence, model, index)
    return after


def said_before(draft: Draft, known: Iterable[Finding], places: Mapping[str, Place | None]) -> bool:
    """Whether one of the known findings says the same of the same lines. `places`: where those stand now."""
    words = _words(draft.claim)
    return any(
        each.state is not State.REPLACED
        and _words(each.claim) == words
        and _same_lines(draft.place, places.get(each.id))
        for each in known
    )


def without_repeats(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The findings of one answer, each once: the gravest of those that say the same of the same lines."""
    rank = {intent: number for number, intent in enumerate(Intent)}
    found: dict[object, Draft] = {}
    for each in drafts:
        place = each.place
        key = (place.path, place.side, place.start, place.count, _words(each.claim))
        if key not in found or rank[each.intent] < rank[found[key].intent]:
            found[key] = each
    return tuple(found.values())


def as_note(finding: Finding, note_id: str, place: Place, index: int) -> Note:
    """The note that a finding becomes, unchanged, in the round of that index."""
    return Note(note_id, finding.intent, place, finding.text, index, origin=finding.origin)


def open_findings(known: Mapping[str, Finding]) -> tuple[Finding, ...]:
    """Those that wait for the expert, in order."""
    return tuple(each for each in known.values() if each.state is State.OPEN)


def _words(text: str) -> str:
    return " ".join(text.lower().split())


def _same_lines(one: Place, other: Place | None) -> bool:
    return other is not None and (one.path, one.side, one.start, one.count) == (
        other.path,
        other.side,
        other.start,
        other.count,
    )
