"""The diff of a landing's result as text."""

from __future__ import annotations

from workbench.ui.landing_texts import MOST_LINES, shown_diff


def test_a_long_diff_is_cut_and_says_how_much_more_there_is() -> None:
    lines = b"".join(b"+line %d\n" % number for number in range(MOST_LINES + 2))
    shown = shown_diff(lines).split("\n")
    assert shown[MOST_LINES - 1] == f"+line {MOST_LINES - 1}"
    assert shown[MOST_LINES:] == ["… 3 more lines"]
    assert shown_diff(b"+a\n+b") == "+a\n+b"


def test_of_a_huge_diff_the_rest_is_told_in_bytes() -> None:
    assert shown_diff(b"+line\n" * 1_000_000).endswith("+line\n… 6 MB more")


def test_a_line_of_megabytes_is_cut_between_two_characters() -> None:
    shown = shown_diff(b"+one\n+" + "é".encode() * 1_000_000 + b"\n-two")
    first, long, last = shown.split("\n")
    assert (first, last) == ("+one", "-two")
    assert long == "+" + "é" * 999 + " … 1,998,002 more bytes"
