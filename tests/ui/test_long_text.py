"""Lines of megabytes are decoded a bit at a time, and come to the same as those that are decoded at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tests.ui.samples import file_of
from workbench.review.text import decode
from workbench.ui.diff import long_text
from workbench.ui.diff.document import Document
from workbench.ui.diff.long_lines import LongBreaks, Stretches
from workbench.ui.diff.long_text import AT_ONCE, LineKey, LongText, beginning, end_of, key_of
from workbench.ui.diff.view import DiffView

_UNIT = "const 名前 = 'Grüße — 世界'; // 🎉\t"
_ENDS = [b"", b"\n", b"\r\n"]
_pieces = st.one_of(st.text(max_size=12).map(str.encode), st.binary(max_size=6))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    found = DiffView()
    found.smooth = found.coloured = False
    qtbot.addWidget(found)
    found.resize(1000, 500)
    yield found
    found.stop_helpers()


@settings(max_examples=300, deadline=None)
@given(st.lists(_pieces, max_size=12).map(b"".join), st.sampled_from(_ENDS), st.integers(4, 9))
def test_whatever_a_line_holds_its_parts_are_together_its_text(body: bytes, end: bytes, step: int) -> None:
    line = body.replace(b"\n", b"") + end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_text, "AT_ONCE", step)
        patch.setattr(long_text, "_STEP", step)
        found = LongText(line)
        whole = decode(line)
        while not found.is_whole:
            decoded = "".join(found._parts)
            if _is_utf8(line):
                assert whole.startswith(decoded)
                assert len(decoded) + found.least_left <= len(whole) <= len(decoded) + found.most_left
            found.read()
    assert found.text == whole
    assert found.is_utf8 is _is_utf8(line)
    assert found.least_left == found.most_left == 0


def _is_utf8(line: bytes) -> bool:
    try:
        line[: len(line) - len(end_of(line))].decode()
    except UnicodeDecodeError:
        return False
    return True


_LINES = {
    "plain": ("call(17); " * 60_000).encode(),
    "a mixture": (_UNIT * 12_000).encode(),
    "ideographs": ("函数检查变量" * 40_000).encode(),
    "pictures": ("🙂👍" * 60_000).encode(),
    "marks": ("e\u0301a\u0300\u0301\u0302\u0303\u0304" * 30_000).encode(),
    "what hides": ("a\u200bb\u202ec\U000e0041" * 30_000).encode(),
    "plain, then wide": b"x" * 300_000 + ("函" * 50_000).encode(),
    "not UTF-8 at its end": ("函数检查变量" * 20_000).encode() + b"\xff",
    "not UTF-8 from the start": b"na\xefve " * 60_000,
}


@pytest.mark.parametrize("name", _LINES)
@pytest.mark.parametrize("cells", [20, 137])
def test_a_line_that_is_read_in_parts_is_cut_as_one_that_is_read_at_once(
    view: DiffView, name: str, cells: int
) -> None:
    data, shaper = _LINES[name], view.dress.shaper
    parts = Stretches(LongText(data), shaper)
    first = LongBreaks(parts, cells)
    shown = {at: first.span(at) for at in range(first.lines) if first.knows(at)}
    assert len(shown) > 20
    assert not parts.is_measured
    assert parts.is_whole is (name == "not UTF-8 from the start")
    while not parts.read(shaper):
        assert not parts.measure()
    while not parts.measure():
        pass
    whole = Stretches(decode(data), shaper)
    while not whole.measure():
        pass
    assert parts.text == whole.text
    assert parts.least == whole.least
    made, expected = LongBreaks(parts, cells), LongBreaks(whole, cells)
    assert first.lines <= made.lines == expected.lines
    spans = [expected.span(at) for at in range(expected.lines)]
    assert [made.span(at) for at in range(made.lines)] == spans
    if first._room == made._room and not parts.reread:
        assert all(spans[at] == span for at, span in shown.items())
    # Of another text nothing is left of where the first one was cut.
    again = [first.span(at) for at in range(20)]
    assert [start for start, _ in again[1:]] == [end for _, end in again[:-1]]
    assert again == [LongBreaks(parts, first._room + parts.spare).span(at) for at in range(20)]


def test_what_is_not_decoded_yet_is_not_known_and_no_other_text(view: DiffView) -> None:
    data, shaper = _LINES["ideographs"], view.dress.shaper
    stretches = Stretches(LongText(data), shaper)
    known = len(stretches.text)
    assert known < len(decode(data))
    assert stretches.end(0) > 0
    assert not stretches.finds(known + 1)
    while not stretches.measure():
        before = len(stretches._blocks)
        stretches.measure()
        if len(stretches._blocks) == before:
            break
    for cell in range(0, 2 * known, 997):
        if stretches.knows(cell):
            at = stretches.character_at(cell)
            assert stretches.end(at) < known, "what is laid out is not cut where the decoded part ends"


def test_the_first_frame_decodes_only_the_beginning_of_a_line(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = _LINES["a mixture"] * 8
    decoded: list[int] = []
    take = LongText._next

    def counted(text: LongText, size: int) -> bool:
        decoded.append(size)
        return take(text, size)

    monkeypatch.setattr(LongText, "_next", counted)
    monkeypatch.setattr(
        "workbench.review.text._decoded", lambda line: pytest.fail(f"{len(line)} bytes at once")
    )
    view.set_wrap(True)
    view.show_document(Document((file_of("a.min.js", data + b"old\n", data + b"new\n"),)))
    view._idle.stop()
    with qtbot.waitExposed(view):
        view.show()
    view._idle.stop()
    view.viewport().repaint()
    assert decoded == [AT_ONCE, AT_ONCE]
    view.viewport().update()
    qtbot.waitUntil(lambda: all(each.is_measured for each in view._cells._long.values()), timeout=30_000)
    assert [each.text for each in view._cells._long.values()] == [
        (data + end).decode() for end in (b"old", b"new")
    ]


def test_a_line_that_is_no_utf_8_at_its_end_is_shown_anew_and_says_so(view: DiffView, qtbot: QtBot) -> None:
    view.set_wrap(True)
    view.show_document(Document((file_of("a.js", b"a\n", _LINES["not UTF-8 at its end"] + b"\n"),)))
    with qtbot.waitExposed(view):
        view.show()
    cells = view._cells
    qtbot.waitUntil(
        lambda: any("not UTF-8" in each.mark for each in cells._cells.values() if each.stretches),
        timeout=30_000,
    )
    cell = next(each for each in cells._cells.values() if each.stretches)
    assert cell.stretches is not None
    start, end = cell.visuals[0].start, cell.visuals[0].end
    assert cell.stretches.text[start:end] == decode(_LINES["not UTF-8 at its end"])[start:end]


def test_two_lines_are_one_key_where_they_are_the_same() -> None:
    line, other = b"x" * AT_ONCE, b"x" * (AT_ONCE - 1) + b"y"
    same = bytes(bytearray(line))
    assert key_of(line) == key_of(same)
    assert hash(key_of(line)) == hash(key_of(same))
    assert key_of(line) != key_of(other)
    assert key_of(b"short") == b"short"
    assert isinstance(key_of(line), LineKey)
    assert len(key_of(line)) == AT_ONCE


@pytest.mark.parametrize("name", _LINES)
def test_what_is_read_out_of_a_long_line_is_its_beginning(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b" \t " * 3000 + _LINES[name]
    expected = decode(_LINES[name])[:400].strip()
    monkeypatch.setattr(
        "workbench.ui.diff.long_text.decode", lambda line: pytest.fail("all of it is decoded")
    )
    if name == "not UTF-8 at its end":  # which nobody knows who looks at its beginning
        expected = decode(_LINES["ideographs"])[:400]
    assert beginning(data, 400).strip() == expected


@pytest.mark.parametrize("text", ["", " ", "\t a", "é" * 30, "函" * 500, "a" * 1599, " " * 5000 + "end"])
def test_what_is_read_out_of_any_line_is_where_its_text_begins(text: str) -> None:
    assert beginning(text.encode() + b"\n", 400)[:400].strip() == text.strip()[:400].strip()


def test_a_pick_far_in_a_long_line_is_what_stands_there(view: DiffView, qtbot: QtBot) -> None:
    data = _LINES["a mixture"] * 3
    view.show_document(Document((file_of("a.js", b"a\n", data + b"\n"),)))
    with qtbot.waitExposed(view):
        view.show()
    view.viewport().repaint()
    text = data.decode()
    assert view._cells.text_of(data + b"\n") == text  # before it is counted
    qtbot.waitUntil(lambda: all(each.is_measured for each in view._cells._long.values()), timeout=30_000)
    assert view._cells.text_of(data + b"\n") == text
    assert view._cells.text_of(b"short\r\n") == "short"
