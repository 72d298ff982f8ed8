"""Cases tried in blocks, and what fails tried again alone and made small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.fuzz.cases import BLOCK, Case, make_case
from tests.fuzz.shrinking import shrunk

Check = Callable[[Sequence[Case]], Mapping[int, str]]
"""What is wrong with cases of one block, by number."""


def tried(check: Check, seed: int, first: int, count: int) -> Iterator[tuple[int, str | None]]:
    """The cases from `first` on: each one's number, and the minimal case in words where it fails."""

    def wrong_alone(case: Case) -> str | None:
        return failures_of(check, [case]).get(case.number)

    for start in range(first - first % BLOCK, first + count, BLOCK):
        numbers = range(max(start, first), min(start + BLOCK, first + count))
        cases = [make_case(seed, number) for number in numbers]
        failures = failures_of(check, cases)
        for case in cases:
            why = failures.get(case.number)
            yield case.number, None if why is None else shrunk(case, why, wrong_alone)


def failures_of(check: Check, cases: Sequence[Case]) -> Mapping[int, str]:
    """As `check`, where an error of the program is a failure of the case that it came with."""
    try:
        return check(cases)
    except Exception as error:  # noqa: BLE001 - whatever a case does to the program is what is looked for
        if len(cases) == 1:
            return {cases[0].number: f"{type(error).__name__}: {error}"}
    middle = len(cases) // 2
    return {**failures_of(check, cases[:middle]), **failures_of(check, cases[middle:])}
