"""What the models cost: every call of the review, summed by model, round and purpose, against the caps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from workbench.review.actions import CallMade
from workbench.review.costs import Sum, by_model, by_purpose, by_round, column, total
from workbench.ui.outcomes import FITS, outcome_sign, outcome_words
from workbench.ui.table import Column, Line, ScrollSheet, Section, Table, cell
from workbench.ui.theme import Theme

NO_CALLS = "No model was called for this review. Ctrl+Shift+Enter sends the feedback to one."
_PURPOSES = {"round": "rounds", "repair": "repairs", "ask": "questions", "read": "readings"}

_CALLS = (
    Column("", 92, right=False),
    Column("model", right=False),
    Column("outcome", 132, right=False),
    Column("in", 76),
    Column("cached", 76),
    Column("out", 76),
    Column("cost", 104),
    Column("first token", 84),
    Column("in all", 76),
    Column("retries", 64),
)
_SUMS = (
    Column("", right=False),
    Column("calls", 64),
    Column("in", 96),
    Column("cached", 96),
    Column("out", 96),
    Column("cost", 240),
    Column("time", 84),
    Column("retries", 64),
)
_PENDING = (
    Column("", 132, right=False),
    Column("model", right=False),
    Column("in", 140),
    Column("out", 140),
)
_LOOK = 1000
"""Milliseconds between two looks at what is under way, while something is."""
_CAPS = (
    Column("", 132, right=False),
    Column("spent", 180),
    Column("cap", 150),
    Column("left", 150),
    Column("", right=False),
)


Money = Callable[[float], str]
"""How an amount is written."""


class Cap(Protocol):
    """One cap as `workflow/calls.py` gives it: what it holds for, how much it is, how much of it is spent."""

    @property
    def of(self) -> str: ...
    @property
    def limit(self) -> float: ...
    @property
    def spent(self) -> float: ...
    @property
    def unknown(self) -> int: ...
    @property
    def in_tokens(self) -> bool: ...
    def words(self, value: float) -> str: ...


class Pending(Protocol):
    """A call that is being made, as `workflow/under_way.py` gives it."""

    @property
    def purpose(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def model(self) -> str: ...
    @property
    def tokens_in(self) -> int: ...
    @property
    def tokens_out(self) -> int: ...


class CallsPanel(ScrollSheet):
    """The sheet: the caps, the sums, then every call, the newest first."""

    looked_again = Signal()
    """What is under way is to be read again."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self.table = Table(theme, parent)
        super().__init__("What the models cost", self.table, parent, width=1120)
        self._calls: Sequence[CallMade] = ()
        self._caps: Sequence[Cap] = ()
        self._pending: Sequence[Pending] = ()
        self._again = QTimer(self)
        self._again.setInterval(_LOOK)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.looked_again)

    def show_calls(self, calls: Sequence[CallMade], caps: Sequence[Cap]) -> None:
        """Show these calls of the review, and what is left under each cap."""
        self._calls, self._caps = calls, caps
        self._show()

    def show_pending(self, pending: Sequence[Pending]) -> None:
        """Show what is being called now, and look again as long as something is."""
        self._pending = pending
        self._show()
        if pending:
            self._again.start()

    def _show(self) -> None:
        said = summary(total(self._calls)) if self._calls else "" if self._pending else NO_CALLS
        if self._pending:
            calls = "1 call is" if len(self._pending) == 1 else f"{len(self._pending)} calls are"
            said = f"{said} · {calls} under way and not counted".removeprefix(" · ")
        self.summary.setText(said)
        self.table.show_sections(sections(self._calls, self._caps, self._pending))


def summary(done: Sum) -> str:
    """All of it in one line."""
    parts = [done.cost_words, done.token_words, f"{done.calls:,} {'call' if done.calls == 1 else 'calls'}"]
    if done.retries:
        parts.append(f"{done.retries:,} {'retry' if done.retries == 1 else 'retries'}")
    return " · ".join(parts)


def sections(
    calls: Sequence[CallMade], caps: Sequence[Cap], pending: Sequence[Pending] = ()
) -> tuple[Section, ...]:
    """The table. Sections that say nothing are not there."""
    rounds = {f"round {number}" if number else "no round": each for number, each in by_round(calls).items()}
    purposes = {_PURPOSES.get(name, name): each for name, each in by_purpose(calls).items()}
    models = {cell(name): each for name, each in by_model(calls).items()}
    paid = [call.usage.cost or 0.0 for call in calls]
    money = column([*paid, *(cap.spent for cap in caps if not cap.in_tokens)])
    found = [
        Section("Under way", _PENDING, tuple(map(_of_pending, pending))),
        Section("Caps", _CAPS, tuple(_cap(each, money) for each in caps)),
        _sums("By model", models, total(calls), money),
        _sums("By round", rounds, total(calls), money),
        _sums("By purpose", purposes, total(calls), money),
        Section("Calls", _CALLS, tuple(_call(each, money) for each in reversed(calls))),
    ]
    return tuple(section for section in found if section.lines)


def _of_pending(call: Pending) -> Line:
    tokens = (f"about {call.tokens_in:,}", f"about {call.tokens_out:,}" if call.tokens_out else "")
    return Line((_purpose(call.purpose, call.number), cell(call.model), *tokens))


def _purpose(purpose: str, number: int) -> str:
    word = {"ask": "question", "read": "reading"}.get(purpose, purpose)
    return f"{word} {number}" if number else word


def _cap(cap: Cap, money: Money) -> Line:
    left = cap.limit - cap.spent
    words = {"round": "this round", "review": "this review", "day": "today"}.get(cap.of, cap.of)
    tones = {2: "text", 3: "rejected" if left <= 0 else "accepted"}
    said = "spent: no call is made" if left <= 0 else ""
    if cap.unknown:
        calls = "1 call is" if cap.unknown == 1 else f"{cap.unknown} calls are"
        said = f"{said} · {calls} of unknown {'size' if cap.in_tokens else 'cost'}".removeprefix(" · ")
    amount = cap.words if cap.in_tokens else money
    return Line((words, amount(cap.spent), amount(cap.limit), amount(max(0.0, left)), said), tones)


def _sums(title: str, sums: Mapping[str, Sum], whole: Sum, money: Money) -> Section:
    lines = [Line(_sum_cells(name, each, money), _sum_tones(each)) for name, each in sums.items()]
    if lines:
        lines.append(Line(_sum_cells("the review", whole, money), _sum_tones(whole), strong=True))
    return Section(title, _SUMS, tuple(lines))


def _sum_cells(name: str, done: Sum, money: Money) -> tuple[str, ...]:
    unknown = done.calls == done.unknown_tokens
    return (
        name,
        f"{done.calls:,}",
        "unknown" if unknown else f"{done.tokens_in:,}",
        f"{done.cached:,}" if done.cached else "",
        "" if unknown else f"{done.tokens_out:,}",
        done.cost_in(money).removeprefix("cost "),
        _seconds(done.seconds) if done.seconds else "",
        f"{done.retries:,}" if done.retries else "",
    )


def _sum_tones(done: Sum) -> dict[int, str]:
    return {5: "open" if done.unknown_cost else "text"}


def _call(call: CallMade, money: Money) -> Line:
    used = call.usage
    about = "about " if used.estimated else ""
    model = f"{call.model}, instead of {call.instead_of}" if call.instead_of else call.model
    good = call.outcome in FITS
    cells = (
        _purpose(call.purpose, call.round),
        cell(model),
        f"{outcome_sign(call.outcome)} {cell(outcome_words(call.outcome))}",
        "unknown" if used.tokens_in is None else f"{used.tokens_in:,}",
        f"{call.cached:,}" if call.cached else "",
        "unknown" if used.tokens_out is None else f"{used.tokens_out:,}",
        "unknown" if used.cost is None else f"{about}{money(used.cost)}",
        _seconds(call.first_token),
        _seconds(used.seconds),
        f"{call.retries:,}" if call.retries else "",
    )
    tones = {
        2: "accepted" if good else "open" if call.outcome == "repair" else "rejected",
        6: "open" if used.cost is None else "text",
    }
    return Line(cells, tones)


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.0f} min"
