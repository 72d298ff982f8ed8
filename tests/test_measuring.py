"""What the benchmarks believe of several runs of one scene."""

from __future__ import annotations

import pytest

from tests.benchmarks import host


def test_a_step_costs_what_it_took_where_nothing_came_between() -> None:
    first = [(4.0, 5.0), (90.0, 200.0), (7.0, 8.0)]
    second = [(40.0, 50.0), (6.0, 9.0)]
    assert host.least([first, second]) == [(4.0, 5.0), (6.0, 9.0), (7.0, 8.0)]
    assert host.least([[None, (4.0, 5.0), None], [(8.0, 9.0), (3.0, 6.0)]]) == [(8.0, 9.0), (3.0, 5.0)]
    assert host.least([[(4.0, 5.0), (3.0, 9.0)], [(3.0, 9.0), (4.0, 5.0)]]) == [(3.0, 5.0), (3.0, 5.0)]


@pytest.mark.parametrize(
    ("shares", "runs", "stolen"),
    [([0.01], 1, 0.01), ([0.3, 0.02], 1, 0.02), ([0.3, 0.1, 0.2, 0.2, 0.1], 5, 0.3)],
)
def test_a_quiet_run_says_it_alone_and_loud_ones_together(
    shares: list[float], runs: int, stolen: float
) -> None:
    ticks = [each for share in shares for each in ((0, 0), (round(share * 100), 100))]
    measured = iter(range(9))
    found, most = host.runs(lambda: next(measured), lambda: ticks.pop(0))
    assert (len(found), most) == (runs, stolen)
    assert found[-1] == len(shares) - 1
