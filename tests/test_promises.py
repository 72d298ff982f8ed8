"""What `dev.py bench` prints at its end: a row for each promise, with all figures, and whether it holds."""

from tests.benchmarks.promises import Promise, others, promised
from tests.benchmarks.seen import Seen


def key(part: str, figure: float) -> Seen:
    return Seen(f"key, {part}", figure, 16.0, "ms", "", Promise.KEYS.name, part)


def test_a_promise_is_one_row_with_every_figure_and_names_what_missed_it() -> None:
    rows = [key("judge", 16.02), key("undo", 131.4)]

    assert promised(rows).splitlines()[2:] == [
        "| key press → end of paint, 99 % | 16 ms | judge 16.0, undo 131 ms | missed: judge, undo |"
    ]


def test_figures_of_one_size_stand_together() -> None:
    sizes = [
        Seen("frame", 9.0, 10.0, "ms", "", Promise.SIZES.name, "a drag", "20,000 files"),
        Seen("frame", 8.0, 10.0, "ms", "", Promise.SIZES.name, "a drag", "a line of 5 MB"),
        Seen("key", 24.0, 16.0, "ms", "", Promise.SIZES.name, "judge", "20,000 files"),
    ]

    row = promised(sizes).splitlines()[2]
    assert "| 20,000 files: a drag 9.0, judge 24.0 ms; a line of 5 MB: a drag 8.0 ms |" in row
    assert row.endswith("| missed: 20,000 files judge |")


def test_promises_stand_in_their_order_whatever_was_run_first() -> None:
    rows = [
        key("judge", 9.0),
        Seen("range", 2.5, 2.5, "x bare", "", Promise.RANGE.name, beside="0.38 s; bare 0.15 s"),
    ]

    range_row, keys = promised(rows).splitlines()[2:]
    assert range_row.endswith("| 2.5 × a bare window | 2.50 x bare (0.38 s; bare 0.15 s) | holds |")
    assert keys.endswith("| judge 9.0 ms | holds |")


def test_what_is_no_promise_is_told_in_a_table_of_its_own() -> None:
    rows = [key("judge", 9.0), Seen("reading again, 5,000 files", 14.2, 100.0, "ms", "least 0.014 s")]

    assert "reading again" not in promised(rows)
    assert others(rows).splitlines()[2:] == [
        "| reading again, 5,000 files | 14.2 ms | 100 ms | holds | least 0.014 s |"
    ]
