"""Lines of thousands of characters: nothing of them is left out, and what is out of sight is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.ui.samples import file_of
from workbench.review.changes import Side
from workbench.review.text import visible, visible_part
from workbench.ui.diff.cell import NOTHING_BEYOND, Cell
from workbench.ui.diff.document import Document
from workbench.ui.diff.long_lines import LONG, STEP, UNREACHED, LongBreaks, Stretches, alike_between
from workbench.ui.diff.view import DiffView

_SCREEN = 900.0
_TEXTS = {
    "code": "call(1);" * 900,
    "Greek": "λόγος, ἔργον; " * 400,
    "ideographs": "函数检查变量" * 900,
    "Arabic": "مرحبا بالعالم " * 400,
    "pictures": "🙂👍" * 2500,
    "a mixture": "const 名前 = 'Grüße — 世界'; // 🎉\t" * 220,
    "carriage returns": "\r" * 5000,
    "what hides": "a\u200bb\u202ec\U000e0041" * 1500,
}


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[DiffView]:
    found = DiffView()
    found.smooth = found.coloured = False
    qtbot.addWidget(found)
    found.resize(1000, 500)
    yield found
    found.stop_helpers()


def show(view: DiffView, qtbot: QtBot, old: bytes, new: bytes) -> None:
    view.show_document(Document((file_of("app.min.js", old, new),)))
    with qtbot.waitExposed(view):
        view.show()
    view.viewport().repaint()


@pytest.mark.parametrize("name", _TEXTS)
def test_every_character_comes_into_sight_when_one_scrolls_sideways(view: DiffView, name: str) -> None:
    text, shaper = _TEXTS[name], view.dress.shaper
    stretches = Stretches(text, shaper)
    seen: set[int] = set()
    left = 0.0
    while left < stretches.width:
        window = stretches.window(left)
        boxed = visible(text[window : stretches.end(window)].replace("\t", " "))
        shaped = shaper.plain(boxed.text, QColor("black"))
        here = stretches.left(window)
        first, last = (boxed.original(shaped.index_at(x - here)) for x in (left, left + _SCREEN))
        seen.update(range(window + first, window + last + 1))
        end = stretches.end(window)
        assert end == len(text) or stretches.left(end) > left + 2 * _SCREEN
        left += _SCREEN / 2
        stretches.measure()
    assert not [at for at in range(len(text)) if at not in seen]


def test_where_a_stretch_begins_does_not_depend_on_where_one_looked_before(view: DiffView) -> None:
    text = _TEXTS["a mixture"]
    one, other = (Stretches(text, view.dress.shaper) for _ in "12")
    last = (len(text) - 1) // STEP * STEP
    assert one.measure(100)
    assert other.reach(one.least - 1)
    far = one.left(last)
    assert [other.left(at) for at in range(0, last + 1, STEP)][-1] == far
    before, after = Stretches(text[:last], view.dress.shaper), Stretches(text[last:], view.dress.shaper)
    assert before.measure(100)
    assert after.measure(100)
    assert one.least == before.least + after.least
    assert one.left(last + 5) > far


@pytest.mark.parametrize("name", _TEXTS)
@pytest.mark.parametrize("cells", [8, 80])
def test_a_long_line_that_is_wrapped_shows_every_character_once(
    view: DiffView, name: str, cells: int
) -> None:
    text, shaper = _TEXTS[name], view.dress.shaper
    breaks = LongBreaks(Stretches(text, shaper), cells)
    spans = [breaks.span(at) for at in range(breaks.lines)]
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text)
    for at, (start, end) in enumerate(spans):
        assert shaper.cells(visible(text[start:end].replace("\t", " ")).text) <= max(cells, 20)
        if start < end:
            assert breaks.line_of(start) == breaks.line_of(end - 1) == at


def test_look_alike_letters_are_boxed_far_to_the_right_too() -> None:
    line = "value = 1; " * 900 + "is_\u0430dmin = 2; "
    at = line.index("is_")
    assert alike_between(line, at - 40, at + 20, {}) == ((at + 3, at + 8),)
    assert alike_between(line, 0, 200, {}) == ()


def test_look_alike_letters_anywhere_in_a_line_of_megabytes_are_said_beside_it(
    view: DiffView, qtbot: QtBot
) -> None:
    body = "größe = call(1); " * 30_000
    show(view, qtbot, b"a\n", (body + "is_\u0430dmin; " + body + "\n").encode())
    cells = view._cells
    qtbot.waitUntil(
        lambda: [each.mark for each in cells._cells.values() if each.stretches] == ["look-alike letters"]
    )


def test_of_a_long_line_what_hides_is_boxed_where_it_stands(view: DiffView, qtbot: QtBot) -> None:
    body = "call(1);" * 1000
    show(view, qtbot, b"a\n", (body + "\u202edone" + body + "\n").encode())
    bar = view.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > len(body) * view.dress.shaper.cell)
    bar.setValue(round(len(body) * view.dress.shaper.cell))
    view.viewport().repaint()
    cells = [cell for cell in view._cells._cells.values() if len(cell.seen.text) > LONG]
    assert [len(view._cells.visual(cell).boxes) for cell in cells] == [1]


def test_an_edit_out_of_sight_is_counted_at_the_edge_and_a_key_goes_there(
    view: DiffView, qtbot: QtBot
) -> None:
    body = "".join(f"call({number});" for number in range(3000))
    new = body.replace("call(1500);", "changed(1500);").replace("call(2900);", "gone(2900);")
    show(view, qtbot, body.encode() + b"\n", new.encode() + b"\n")
    assert [row.edits for row in view._painter.code.tags._rows.values()] == [2, 2]
    assert not view._painter.code.tags._before
    bar, cell = view.horizontalScrollBar(), view.dress.shaper.cell
    for word, before, after in (("changed", 0, 1), ("gone", 1, 0)):
        assert view.show_edit(1)
        view.viewport().repaint()
        x = new.index(word) * cell
        assert bar.value() < x < bar.value() + view.viewport().width() / 2
        assert max((row.edits for row in view._painter.code.tags._rows.values()), default=0) == after
        assert {each[2] for each in view._painter.code.tags._before} == ({before} if before else set())
    told: list[str] = []
    view.told.connect(lambda words, _: told.append(words))
    assert not view.show_edit(1)
    assert told == ["No edited words of this line are out of sight at the right."]
    assert view.show_edit(-1)
    assert bar.value() < new.index("changed") * cell


def wide(calls: int) -> str:
    return "".join(f"函数检查变量({number});" for number in range(calls))


def gone_to_uncounted(view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> str:
    """Go to the one edit of a long line before its columns are counted; the new line."""
    old = wide(30_000)
    new = old.replace("(29000);", "(changed);")
    monkeypatch.setattr(view, "_count_long", lambda: iter(()))
    show(view, qtbot, old.encode() + b"\n", new.encode() + b"\n")
    qtbot.waitUntil(lambda: any(cell.words for cell in view._cells._cells.values()), timeout=20_000)
    assert view.show_edit(1)
    return new


def test_an_edit_that_is_gone_to_before_the_line_is_counted_is_in_sight_when_it_is(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = gone_to_uncounted(view, qtbot, monkeypatch)
    least = view.horizontalScrollBar().value()
    monkeypatch.undo()
    view.viewport().repaint()
    stretches = [cell.stretches for cell in view._cells._cells.values() if cell.stretches is not None]
    qtbot.waitUntil(lambda: all(each.is_measured for each in view._cells._long.values()), timeout=20_000)
    qtbot.waitUntil(lambda: view._far_edit is None, timeout=20_000)
    assert stretches
    bar, room = view.horizontalScrollBar().value(), view.viewport().width() / 2
    place, is_sure = view._cells.place_of(new.encode() + b"\n", new.index("changed"))
    assert is_sure
    assert bar > least
    assert bar < place < bar + room


def test_who_scrolled_on_since_is_not_called_back(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_to_uncounted(view, qtbot, monkeypatch)
    assert view._far_edit is not None
    view.horizontalScrollBar().setValue(0)
    monkeypatch.undo()
    view.viewport().repaint()
    qtbot.waitUntil(lambda: view._far_edit is None, timeout=20_000)
    assert view.horizontalScrollBar().value() == 0


def test_an_edit_out_of_sight_of_a_shorter_line_is_counted_too(view: DiffView, qtbot: QtBot) -> None:
    show(view, qtbot, b"word " * 60 + b"one\n", b"word " * 60 + b"two\n")
    assert [row.edits for row in view._painter.code.tags._rows.values()] == [1, 1]


def test_a_wrapped_line_has_nothing_out_of_sight(view: DiffView, qtbot: QtBot) -> None:
    view.set_wrap(True)
    show(view, qtbot, b"call(1);" * 1000 + b"one;\n", b"call(1);" * 1000 + b"two;\n")
    cells = [cell for cell in view._cells._cells.values() if cell.words]
    assert cells
    assert all(view._cells.beyond(cell, 0, 100) is NOTHING_BEYOND for cell in cells)
    assert not view.show_edit(1)


def test_a_review_of_folded_files_alone_is_settled(view: DiffView, qtbot: QtBot) -> None:
    view.coloured = True
    many = b"".join(b"value_%d = 1\n" % number for number in range(4000))
    view.show_document(Document((file_of("a.py", None, many), file_of("b.py", None, many))))
    with qtbot.waitExposed(view):
        view.show()
    assert all(section.folded for section in view._layout.sections)
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)


def test_a_match_far_to_the_right_of_a_line_of_wide_characters_is_brought_into_sight(
    view: DiffView, qtbot: QtBot
) -> None:
    line = "函数检查变量" * 900 + "here" + "函数" * 900
    show(view, qtbot, b"a\n", line.encode() + b"\n")
    view.find("here")
    qtbot.waitUntil(lambda: view.search_standing.done, timeout=20_000)
    assert view.next_hit(1)
    view.viewport().repaint()
    cell = next(cell for cell in view._cells._cells.values() if len(cell.seen.text) > LONG)
    place = view._cells.visual(cell).place(line.index("here"), line.index("here") + 4)
    assert place is not None
    bar = view.horizontalScrollBar()
    assert bar.value() < place[0] < bar.value() + view.viewport().width() / 2


_WIDE = "函" * 400_000 + "the end"


def test_what_is_far_in_a_line_is_not_counted_in_a_frame_and_never_taken_for_something_else(
    view: DiffView,
) -> None:
    stretches = Stretches(_WIDE, view.dress.shaper)
    assert stretches.window(len(_WIDE) * view.dress.shaper.cell) == UNREACHED
    breaks = LongBreaks(stretches, 100)
    assert not breaks.knows(breaks.lines - 1)
    assert breaks.span(breaks.lines - 1) == (len(_WIDE), len(_WIDE))
    before = [breaks.span(at) for at in range(500)]
    assert not stretches.is_measured
    while not stretches.measure():
        pass
    whole = LongBreaks(stretches, 100)
    assert [whole.span(at) for at in range(500)] == before
    assert whole.lines > breaks.lines
    assert whole.span(whole.lines - 1)[1] == len(_WIDE)
    assert stretches.window(2 * len(_WIDE) * view.dress.shaper.cell) > len(_WIDE) - STEP


def test_a_wrapped_line_says_where_it_is_counted_still_and_shows_its_end_after(
    view: DiffView, qtbot: QtBot
) -> None:
    view.set_wrap(True)
    show(view, qtbot, b"a\n", (_WIDE + "\n").encode())
    cells = view._cells

    def cell() -> Cell:
        return next(each for each in cells._cells.values() if each.stretches is not None)

    first = cell()
    assert cells.visual(first, first.lines - 1).shaped.length == 1, "a sign in place of what is not known"
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0 and cell().lines > first.lines)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    view.viewport().repaint()
    assert cells.visual(cell(), cell().lines - 1).end == len(_WIDE)


def test_marks_that_are_piled_up_over_the_edge_of_a_part_are_counted_and_boxed_as_in_the_whole(
    view: DiffView,
) -> None:
    text = "x" * 995 + "Z" + "\u0301" * 12 + "y" * 2000
    stretches = Stretches(text, view.dress.shaper)
    assert stretches.measure(100)
    for at in (0, 990, 998, 1000, 1003, 1008, 2000, len(text)):
        assert stretches.cell_of(at) == len(visible(text).text[: visible(text).shown(at)])
    for start in range(994, 1010):
        part = visible_part(text, start, start + 30)
        whole = visible(text)
        assert part.text == whole.text[whole.shown(start) : whole.shown(start + 30)]


def test_the_words_of_a_pair_of_very_long_lines_are_marked_after_the_first_frame(
    view: DiffView, qtbot: QtBot
) -> None:
    body = "call(1);" * 20_000
    show(view, qtbot, f"{body}old;{body}\n".encode(), f"{body}new;{body}\n".encode())
    cells = view._cells
    qtbot.waitUntil(
        lambda: (
            {cell.words for cell in cells._cells.values() if cell.stretches}
            == {((len(body), len(body) + 3),)}
        )
    )


def test_a_match_that_is_not_counted_to_yet_is_brought_into_sight_when_it_is(
    view: DiffView, qtbot: QtBot
) -> None:
    show(view, qtbot, b"a\n", (_WIDE + "\n").encode())
    view._idle.stop()
    view.find("the end")
    qtbot.waitUntil(lambda: view.search_standing.done, timeout=20_000)
    assert view.next_hit(1)
    at, bar = len(_WIDE) - len("the end"), view.horizontalScrollBar()
    left = 2 * at * view.dress.shaper.cell
    qtbot.waitUntil(lambda: bar.value() < left < bar.value() + view.viewport().width() / 2, timeout=20_000)


@pytest.mark.parametrize("wrap", [False, True])
def test_more_long_lines_than_are_kept_are_all_counted_through(
    view: DiffView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, wrap: bool
) -> None:
    monkeypatch.setattr("workbench.ui.diff.line_texts._KEPT_LONG", 2 * len(_WIDE))
    view.set_wrap(wrap)
    show(view, qtbot, b"a\n", "".join(f"{number}{_WIDE}\n" for number in range(5)).encode())
    cells = view._cells

    def shown() -> list[Stretches]:
        return [each.stretches for each in cells._cells.values() if each.stretches is not None]

    view.horizontalScrollBar().setRange(0, 10_000_000)
    view.horizontalScrollBar().setValue(10_000_000)
    qtbot.waitUntil(lambda: bool(shown()) and all(each.is_measured for each in shown()))


def test_a_wrapped_line_shows_its_end_also_where_it_was_counted_through_while_it_was_not_wrapped(
    view: DiffView, qtbot: QtBot
) -> None:
    text = "\u51fd\u6570" * 27_000
    view.set_wrap(True)
    show(view, qtbot, b"a\n", f"{text}\n".encode())
    view._idle.stop()
    cells = view._cells

    def cell() -> Cell:
        return next(each for each in cells._cells.values() if each.stretches is not None)

    def is_counted() -> bool:
        stretches = cell().stretches
        return stretches is not None and stretches.is_measured

    assert not is_counted()
    view.set_wrap(False)
    for at in range(10_000, 110_000, 10_000):
        place = round(at * view.dress.shaper.cell)
        view.horizontalScrollBar().setRange(0, place)
        view.horizontalScrollBar().setValue(place)
        view.viewport().repaint()
    assert is_counted()
    view.set_wrap(True)
    view.viewport().repaint()

    def shows_its_end() -> bool:
        # Between the counting and the next frame there is no cell.
        found = [each for each in cells._cells.values() if each.stretches is not None]
        return bool(found) and cells.visual(found[0], found[0].lines - 1).end == len(text)

    qtbot.waitUntil(shows_its_end)


@pytest.mark.parametrize("words", [500, 20_000])
def test_a_match_far_in_a_wrapped_line_is_brought_into_sight_and_nothing_moves_sideways(
    view: DiffView, qtbot: QtBot, words: int
) -> None:
    text = f"{'word ' * words}needle{' word' * words}\n".encode()
    view.set_wrap(True)
    show(view, qtbot, b"a\n", text * 2)
    view.find("needle")
    qtbot.waitUntil(lambda: view.search_standing.done, timeout=20_000)
    assert view.next_hit(1)
    assert view.horizontalScrollBar().value() == 0

    def in_sight() -> bool:
        spot = view._layout.spot_of_line("app.min.js", Side.NEW, 1)
        assert spot is not None
        line, is_sure = view._cells.line_of(text, 5 * words, view._columns().room(Side.NEW))
        top = view._layout.top_of(spot) + line * view._layout.heights.row - view.verticalScrollBar().value()
        return is_sure and view._layout.heights.header <= top < view.viewport().height()

    qtbot.waitUntil(in_sight)
    assert view.horizontalScrollBar().value() == 0
