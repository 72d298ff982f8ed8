"""Where undo goes: the change that a verdict was about, looked up among however many a file has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from tests.ui.samples import file_of
from workbench.review.changes import Change, FileChange, Kind, Side
from workbench.review.verdicts import select_changes
from workbench.ui.controller import _change_of_line, _first_of

TEXT = [b"line %d\n" % number for number in range(200)]


def without(*gone: range) -> bytes:
    left = [line for number, line in enumerate(TEXT) if not any(number in each for each in gone)]
    return b"".join(left)


def edited() -> bytes:
    lines = list(TEXT)
    lines[10:11] = [b"changed\n", b"and one more\n"]
    del lines[60:120]  # longer than what is judged with one key
    lines[61:61] = [b"added\n"]
    return b"".join(lines[1:])


@pytest.mark.parametrize(
    "file",
    [
        file_of("a.txt", b"".join(TEXT), edited()),
        file_of("a.txt", b"".join(TEXT), without(range(2), range(50, 52), range(100, 190))),
        file_of("a.txt", without(range(50, 52), range(100, 190)), b"".join(TEXT)),
        file_of("a.txt", None, b"".join(TEXT)),
        file_of("a.txt", b"".join(TEXT), None),
    ],
)
def test_every_line_of_a_change_leads_to_it_and_no_other_line_to_any(file: FileChange) -> None:
    fact = Change("fact", Kind.MODE, file.path, file.base_path, 0, 0, words="mode 100644 → 100755")
    file = replace(file, changes=(fact, *file.changes))
    for side in Side:
        found: dict[int, str] = {}
        for change in file.changes:
            start = change.old_start if side is Side.OLD else change.new_start
            lines = change.removed if side is Side.OLD else change.added
            found.update(dict.fromkeys(range(start, start + len(lines)), change.id))
        for line in range(len(TEXT) + 5):
            change_ = _change_of_line(file, side, line)
            assert (change_.id if change_ is not None else None) == found.get(line), (side, line)


def test_a_whole_file_leads_to_its_first_change_also_where_that_only_adds_lines() -> None:
    lines = list(TEXT)
    lines[50] = b"changed\n"
    lines[5:5] = [b"added\n"]
    file = file_of("a.txt", b"".join(TEXT), b"".join(lines))
    (selection,) = select_changes(file.changes)
    first = _first_of(file, selection)
    assert first is not None
    assert first.id == file.changes[0].id


class Looked(tuple[Change, ...]):
    """Changes that count how many of them were looked at."""

    seen = 0

    def __getitem__(self, at: Any) -> Any:
        Looked.seen += 1
        return super().__getitem__(at)

    def __iter__(self) -> Iterator[Change]:
        for change in super().__iter__():
            Looked.seen += 1
            yield change


def test_it_is_not_looked_for_among_all_changes() -> None:
    lines = [b"line %d\n" % number for number in range(8_000)]
    changes = Looked(
        Change(f"c{at}", Kind.TEXT, "a", "a", at + 1, at + 1, (lines[at],), (b"x\n",))
        for at in range(0, 8_000, 2)
    )
    file = replace(file_of("a", b"one\n", b"two\n"), changes=changes)
    Looked.seen = 0
    found = _change_of_line(file, Side.NEW, 7_001)
    assert found is not None
    assert found.id == "c7000"
    assert Looked.seen < 40
