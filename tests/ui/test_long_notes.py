"""Notes of any length: a card that says how much it leaves out, and a window that is not held by it."""

from __future__ import annotations

import pytest

from workbench.ui.diff.cards import shortened


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "\n" * 3,
        "three\nshort\nlines",
        "x" * 5000,
        "w" * 1_000_000,
        "".join(f"line {number} of a note\n" for number in range(10_000)),
        "\n" * 500,
        "a\n" * 199 + "z" * 20_000,
    ],
    ids=range(9),
)
def test_what_is_shown_and_what_is_counted_are_together_the_whole(text: str) -> None:
    shown, more = shortened(text)
    assert len(shown) <= 220
    assert max(map(len, shown)) <= 2000
    said = "".join(shown)
    assert text.replace("\n", "").startswith(said)
    hidden = text[len(text) - more :] if more else ""
    assert said + hidden.replace("\n", "") == text.replace("\n", "")
    assert bool(more) == (len(text.split("\n")) > 200 or len(text.replace("\n", "")) > 12_000)
