"""How bytes become text to look at, and that nothing in it hides."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.review.text import (
    decode,
    growth,
    hidden_characters,
    is_boxed,
    is_utf8,
    line_end,
    visible,
    visible_line,
)


def test_a_line_is_decoded_without_its_end() -> None:
    assert decode(b"x = 1\n") == "x = 1"
    assert decode(b"x = 1\r\n") == "x = 1"
    assert decode(b"x = 1") == "x = 1"


def test_a_lone_carriage_return_stays_in_the_text() -> None:
    assert decode(b"a\rb\n") == "a\rb"
    assert decode(b"a\r") == "a\r"


def test_what_is_not_utf8_is_shown_a_character_for_each_byte() -> None:
    assert decode(b"caf\xe9\n") == "café"
    assert not is_utf8(b"caf\xe9\n")
    assert is_utf8("café\n".encode())


def test_line_ends_have_names() -> None:
    assert [line_end(line) for line in (b"a\n", b"a\r\n", b"a", b"")] == [
        "LF",
        "CRLF",
        "no newline",
        "no newline",
    ]


@pytest.mark.parametrize("text", ["", "def f(x):", "\tindented\twith tabs", "Grüße, 世界 🎉"])
def test_plain_text_is_left_as_it_is(text: str) -> None:
    assert visible(text).text == text
    assert visible(text).marks == ()
    assert hidden_characters(text) == ()


PROBES = [
    *("\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\U000e0001", "\U000e007f", "\ufe0f", "\U000e0100"),
    *(
        "\u00ad",
        "\u3164",
        "\u115f",
        "\uffa0",
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\r",
        "\x0c",
        "\u2028",
        "\u2029",
    ),
    "\ud800",
]


@pytest.mark.parametrize("character", PROBES, ids=[f"U+{ord(each):04X}" for each in PROBES])
def test_a_character_that_hides_is_shown_as_its_boxed_code_point(character: str) -> None:
    shown = visible(f"ab{character}c")
    box = f"⟦U+{ord(character):04X}⟧"
    assert shown.text == f"ab{box}c"
    assert shown.marks == ((2, 2 + len(box)),)
    assert len(hidden_characters(f"ab{character}c")) == 1


def test_unusual_blanks_are_boxed_but_raise_no_badge() -> None:
    assert visible("a\u00a0b").text == "a⟦U+00A0⟧b"
    assert hidden_characters("a\u00a0b") == ()


def test_hidden_characters_are_named_once_each() -> None:
    assert hidden_characters("\u202ea\u202eb\x00") == ("U+0000 NUL", "U+202E RIGHT-TO-LEFT OVERRIDE")


def test_columns_lead_from_the_original_to_what_is_shown_and_back() -> None:
    shown = visible("a\u202eb\u200bc")
    assert shown.text == "a⟦U+202E⟧b⟦U+200B⟧c"
    assert [shown.shown(column) for column in range(6)] == [0, 1, 9, 10, 18, 19]
    assert [shown.original(column) for column in (0, 1, 5, 8, 9, 10, 17, 18, 19)] == [
        0,
        1,
        1,
        1,
        2,
        3,
        3,
        4,
        5,
    ]


@given(st.text(alphabet=st.sampled_from("ab\t\u202e\u200b\r\x00\U000e0001é")))
def test_every_column_finds_its_way_back(text: str) -> None:
    shown = visible(text)
    assert [shown.original(shown.shown(column)) for column in range(len(text) + 1)] == list(
        range(len(text) + 1)
    )
    assert not any(character in shown.text for character in "\u202e\u200b\r\x00\U000e0001")


@given(st.binary())
def test_any_bytes_can_be_decoded_and_shown(data: bytes) -> None:
    visible(decode(data)).text.encode()


def test_every_character_without_a_form_of_its_own_is_boxed() -> None:
    """Controls, format characters, separators and surrogates, but those of Arabic that are drawn."""
    drawn = {*range(0x600, 0x606), 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    left = [
        f"{code:04X}"
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")
        and code not in drawn
        and chr(code) not in " \t\n"
        and not is_boxed(chr(code))
    ]
    assert left == []


def test_fillers_and_selectors_that_count_as_letters_or_marks_are_boxed_too() -> None:
    for character in "\u034f\u115f\u1160\u17b4\u17b5\u180b\u2800\u3164\ufe00\ufe0f\uffa0\U000e0100\U00016fe4":
        assert is_boxed(character)


_PARTS = [
    b"plain\t",
    b"\r",
    "é".encode(),
    "中。".encode(),
    "\u202e".encode(),
    b"\xff",
    b"\x80",
    b"\xc2",
    "—".encode(),
]


@given(
    st.lists(st.sampled_from(_PARTS), max_size=6), st.sampled_from([b"", b"\n", b"\r\n", b"\r\r\n", b"\x7f"])
)
def test_a_line_is_shown_alike_by_the_quick_way(parts: list[bytes], end: bytes) -> None:
    line = b"".join(parts) + end
    assert visible_line(line) == visible(decode(line))


def test_every_character_is_shown_alike_by_the_quick_way() -> None:
    for number in (
        *range(10),
        *range(11, 0xD800),
        *range(0xE000, 0x3400),
        *range(0xF900, 0x20000),
        *range(0xE0000, 0xE1000),
    ):
        line = f"a{chr(number)}b\n".encode()
        assert visible_line(line) == visible(decode(line)), hex(number)


def test_a_long_line_is_decoded_like_a_short_one() -> None:
    for line in (b"\xff\r\n", "é\n".encode(), b"a\r"):
        assert decode(b"x" * 200_000 + line) == "x" * 200_000 + decode(line)
        assert is_utf8(b"x" * 200_000 + line) == is_utf8(line)


@pytest.mark.parametrize("start", range(0, 0x110000, 0x1000))
def test_how_much_longer_a_text_is_shown_is_told_without_replacing_anything(start: int) -> None:
    text = "".join(map(chr, range(start, start + 0x1000)))
    assert growth(text) == len(visible(text).text) - len(text)


def test_characters_for_private_use_are_boxed_without_a_badge() -> None:
    text = "icon \ue0b0 \U000f0001 \U0010fffd"
    assert visible(text).text == "icon ⟦U+E0B0⟧ ⟦U+F0001⟧ ⟦U+10FFFD⟧"
    assert hidden_characters(text) == ()


def test_marks_that_are_piled_up_into_the_lines_around_are_boxed_from_the_fourth_on() -> None:
    piled = "z" + "\u0301\u0302\u0303\u0327" * 2 + "a\u0301"
    boxes = "⟦U+0327⟧⟦U+0301⟧⟦U+0302⟧⟦U+0303⟧⟦U+0327⟧"
    assert visible(piled).text == f"z\u0301\u0302\u0303{boxes}a\u0301"
    assert visible_line(piled.encode()) == visible(piled)
    apart = "e\u0301a\u0301o\u0301u\u0301"
    assert visible(apart).text == apart
    assert visible_line(apart.encode()) == visible(apart)
    for text in (piled, apart, piled + apart):
        assert growth(text) == len(visible(text).text) - len(text)
