"""The calls of a review as they were kept: the exact prompt of each, and what arrived. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from workbench.errors import UserError
from workbench.workflow.session import Session


class KeptCall(Struct, frozen=True):
    """One call that can be read again. `number` is that of the round it was made for, 0 for none.

    `prompt` are its messages, each under a line with its role; `answer` is what arrived, whole or not. `void`
    are texts of tries that were cut. `came` is False where no round came of the exchange it belongs to.
    `detail` is what the provider said of a call that failed, `exchange` names what was kept.
    """

    number: int
    purpose: str
    model: str
    outcome: str
    prompt: str
    answer: str
    problems: tuple[str, ...] = ()
    void: tuple[str, ...] = ()
    came: bool = True
    repair: int = 0
    detail: str = ""
    exchange: str = ""

    @property
    def title(self) -> str:
        """How a list names it: "round 2", "round 2, repair 1", "question in round 2"."""
        if self.purpose in ("ask", "read"):
            word = "question" if self.purpose == "ask" else "reading"
            return f"{word} in round {self.number}" if self.number else word
        repair = f", repair {self.repair}" if self.repair else ""
        lost = "" if self.came else ", did not come"
        return f"round {self.number}{repair}{lost}"


def kept_calls(session: Session) -> tuple[KeptCall, ...]:
    """Every call whose exchange was kept, in order of the rounds, and in each as they were made."""
    found: list[KeptCall] = []
    for exchange, number, came in _exchanges(session):
        document = session.log.exchange(exchange)
        if document is not None:
            found += _calls(document, number, exchange, came=came)
    return tuple(found)


def prompt_of_round(session: Session, number: int) -> KeptCall:
    """The call that a round was asked for by. UserError where no model was asked, or nothing was kept."""
    asked = [call for call in kept_calls(session) if call.number == number and call.purpose == "round"]
    if not asked:
        raise UserError(
            f"No model was asked for round {number}.",
            hint=f"Rounds that were: {_asked_for(session) or 'none'}.",
        )
    # The round that came, where it was asked for more than once.
    return next((call for call in asked if call.came), asked[-1])


def answer_of_round(session: Session, number: int) -> KeptCall:
    """The call that a round came of, or the last one that was made for it: a repair, where there was one."""
    prompt_of_round(session, number)
    made = [c for c in kept_calls(session) if c.number == number and c.purpose in ("round", "repair")]
    return ([call for call in made if call.came] or made)[-1]


def newest_asked(session: Session) -> int:
    """The number of the newest round that a model was asked for. UserError where none was."""
    numbers = [call.number for call in kept_calls(session) if call.purpose == "round"]
    if not numbers:
        hint = f"Ask one: workbench next {session.review.id} --model NAME"
        raise UserError("No model was asked for a round yet.", hint=hint)
    return max(numbers)


def _asked_for(session: Session) -> str:
    numbers = {call.number for call in kept_calls(session) if call.purpose == "round"}
    return ", ".join(str(number) for number in sorted(numbers))


def _exchanges(session: Session) -> list[tuple[str, int, bool]]:
    """Every kept exchange, by rounds and then by time: its id, the round it was for, whether that came."""
    review = session.review
    named = [(each.exchange, each.number, each.at, True) for each in review.rounds]
    named += [(each.exchange, each.number, each.at, False) for each in review.failures]
    named += [(each.exchange, each.round, each.at, True) for each in review.calls]
    found: dict[str, tuple[int, float, bool]] = {}
    for exchange, number, at, came in named:
        if exchange is not None:
            found.setdefault(exchange, (number, at, came))
    order = sorted(found, key=lambda exchange: found[exchange][:2])
    return [(exchange, found[exchange][0], found[exchange][2]) for exchange in order]


def _calls(document: Mapping[str, Any], number: int, exchange: str, *, came: bool) -> list[KeptCall]:
    found: list[KeptCall] = []
    for each in document.get("calls", ()):
        purpose = str(each.get("purpose", "round"))
        # A second try of a round is told from its repairs by what it was for.
        repair = sum(call.purpose == "repair" for call in found) + 1 if purpose == "repair" else 0
        found.append(
            KeptCall(
                number,
                purpose,
                str(each.get("model") or document.get("model") or ""),
                str(each.get("outcome", "")),
                as_text(each.get("messages", ())),
                str(each.get("answer", "")),
                tuple(str(problem) for problem in each.get("problems", ())),
                tuple(str(text) for text in each.get("void", ())),
                came,
                repair,
                str(each.get("detail", "")),
                exchange,
            )
        )
    return found


def as_text(messages: Any) -> str:
    """Messages as one text, as `workbench prompt` prints them."""
    return "\n".join(f"--- {each.get('role', '')}\n{each.get('content', '')}" for each in messages)
