"""A note's thread as the next round is told it: who answered what, in which round, and who did not.

Whoever is given the feedback need not be who answered before, so every answer is told by its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from workbench.review.feedback_text import tells_of
from workbench.review.feedback_values import Turn
from workbench.review.notes import Author, Note, Reply
from workbench.review.review import Review
from workbench.review.rounds import Source

UNKNOWN = "a model"
NOT_ANSWERED = "not answered"


def thread_of(review: Review, note: Note) -> tuple[Turn, ...]:
    """The entries of a thread in their order, with the rounds that were sent the note and did not answer."""
    turns: list[Turn] = []
    silent = list(_silent(review, note))
    for reply in note.thread:
        while silent and silent[0][0] <= reply.round:
            _add(turns, silent.pop(0)[1])
        _add(turns, _turn(review, reply))
    for _, turn in silent:
        _add(turns, turn)
    return tuple(turns)


def _turn(review: Review, reply: Reply) -> Turn:
    known = review.rounds[reply.round] if 0 <= reply.round < len(review.rounds) else None
    rounds = (known.number,) if known is not None else ()
    if reply.author is Author.EXPERT:
        return Turn("", rounds, reply.text, again=reply.again)
    model = reply.model or (known.model if known is not None else None) or UNKNOWN
    said = reply.kind.value if reply.kind is not None else ""
    return Turn(model, rounds, reply.text, said, cut=reply.cut)


def _silent(review: Review, note: Note) -> Iterator[tuple[int, Turn]]:
    """The rounds of models that were sent the note and gave it no answer, by their index."""
    for index in range(note.round + 1, len(review.rounds)):
        round_ = review.rounds[index]
        if round_.source is not Source.MODEL or any(each.note == note.id for each in review.answers[index]):
            continue
        if round_.only is not None and note.id not in round_.only.notes:
            continue
        sent = next((each for each in reversed(review.sent) if each.round < index), None)
        if sent is not None and tells_of(sent.text, note.id):
            yield index, Turn(round_.model or UNKNOWN, (round_.number,), said=NOT_ANSWERED)


def _add(turns: list[Turn], turn: Turn) -> None:
    """Put a turn at the end; one that says just what the last one said only adds its round to it."""
    last = turns[-1] if turns else None
    if last is not None and last.model and replace(last, rounds=turn.rounds) == turn:
        turns[-1] = replace(last, rounds=tuple(dict.fromkeys((*last.rounds, *turn.rounds))))
    else:
        turns.append(turn)
