"""The rows of the file panel: folders, files with their badges and progress, and what is not shown. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, overload

from msgspec import Struct

from workbench.review.changes import FileChange, NotShown, Status
from workbench.review.progress import Progress
from workbench.review.text import one_line

if TYPE_CHECKING:
    from workbench.workflow.remarks import Remark

SCORED, APART = 2000, 10_000
"""How many texts are scored at most, and in how many letters that stand apart are looked for."""

NO_REMARKS: Mapping[str, Remark] = {}


class RowKind(StrEnum):
    """What a row of the panel stands for."""

    FOLDER = "folder"
    FILE = "file"
    HEADING = "heading"
    NOT_SHOWN = "not shown"


class Tint(StrEnum):
    """The theme's colour that a mark at the right edge is painted in."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPEN = "open"
    ALTERED = "altered"
    BACK = "back"
    FAINT = "faint"


class FileRow(Struct, frozen=True):
    """One line of the panel. `key` is the folder's or file's path."""

    kind: RowKind
    key: str
    name: str
    depth: int
    mark: str = ""
    tint: Tint = Tint.FAINT
    badge: str = ""
    alarms: tuple[tuple[str, Tint], ...] = ()
    """What the file does besides being read, and what hides in it: a short word each."""
    folded: bool = False
    words: str = ""
    change: str = ""
    """The change that a click goes to, where that is not the file's top."""


def mark(progress: Progress, violation: str = "") -> tuple[str, Tint]:
    """What stands at the right edge of a file's row: a violation first, then what is left to do."""
    if violation:
        word = violation.partition(" ")[2]
        tints = {"altered": Tint.ALTERED, "keep altered": Tint.ALTERED, "not addressed": Tint.OPEN}
        return violation, tints.get(word, Tint.BACK)
    if not progress.total:
        return "", Tint.FAINT
    if progress.unread:
        return f"{progress.judged}/{progress.total}", Tint.OPEN
    if progress.asked:
        return f"{progress.asked} asked", Tint.OPEN
    if progress.rejected == progress.total:
        return "✗", Tint.REJECTED
    if progress.rejected or progress.mixed:
        return f"{progress.accepted}/{progress.total}", Tint.REJECTED
    return "✓", Tint.ACCEPTED


def badge(file: FileChange) -> str:
    """One word about the file as a whole, "" for a plain modified one."""
    if file.status is Status.ADDED:
        return "new"
    if file.status is Status.DELETED:
        return "deleted"
    if file.status is Status.RENAMED:
        return "renamed"
    if file.status is Status.TYPECHANGE:
        return "type"
    return "binary" if file.binary else ""


_TIERS = {"runs by itself": ("runs", Tint.BACK), "build": ("build", Tint.OPEN)}
_SORTS = {
    "hidden characters": ("hidden", Tint.BACK),
    "look-alike letters": ("look-alike", Tint.BACK),
    "conflict markers": ("conflict", Tint.BACK),
}


def alarms(remark: Remark | None) -> tuple[tuple[str, Tint], ...]:
    """The short words of what is remarked of a file, the gravest first."""
    if remark is None:
        return ()
    found = [_SORTS[sort.value] for sort in remark.sorts if sort.value in _SORTS]
    if remark.tier is not None:
        found.insert(0, _TIERS.get(remark.tier.value, ("agents", Tint.OPEN)))
    if remark.out_of_scope:
        found.append(("scope", Tint.BACK))
    return tuple(found)


_NO_PROGRESS = Progress()


def file_row(file: FileChange, counts: Progress, violation: str, remark: Remark | None = None) -> FileRow:
    """The row of one file."""
    text, tint = mark(counts, violation)
    folder, _, name = file.path.rpartition("/")
    depth = folder.count("/") + 1 if folder else 0
    said = f"{counts.judged} of {counts.total} judged"
    parts = [one_line(file.path), badge(file) or "modified", said]
    if remark is not None:
        parts += [each for each in (remark.sizes, remark.words) if each]
    return FileRow(
        RowKind.FILE,
        file.path,
        one_line(name),
        depth,
        text,
        tint,
        badge(file),
        alarms(remark),
        words=", ".join(parts),
    )


class Rows(Sequence[FileRow]):
    """The rows of a panel. A file's is made when it is asked for: of twenty thousand, forty are looked at."""

    def __init__(self, made: list[FileRow | FileChange], make: Callable[[FileChange], FileRow]) -> None:
        self._made = made
        self._make = make
        self.places = {each.path: at for at, each in enumerate(made) if isinstance(each, FileChange)}
        """Where each file's row is, by its path."""

    @overload
    def __getitem__(self, at: int) -> FileRow: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[FileRow]: ...

    def __getitem__(self, at: int | slice) -> FileRow | Sequence[FileRow]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        row = self._made[at]
        if isinstance(row, FileChange):
            row = self._made[at] = self._make(row)
        return row

    def __len__(self) -> int:
        return len(self._made)

    def put(self, at: int, row: FileRow) -> bool:
        """Another row in the place of one; whether it differs."""
        differs = self._made[at] != row
        self._made[at] = row
        return differs


def file_rows(
    files: Sequence[FileChange],
    progress: Mapping[str, Progress],
    violations: Mapping[str, str],
    not_shown: Sequence[NotShown] = (),
    remarks: Mapping[str, Remark] = NO_REMARKS,
    *,
    wanted: str = "",
    folded: frozenset[str] = frozenset(),
) -> Rows:
    """All rows, in the order of the review. With a filter, folders are never folded.

    Files keep the order in which the review scrolls, so folders are said anew where the path changes.
    """
    rows: list[FileRow | FileChange] = []
    before, hidden_under = "", ""
    for file in files:
        path = file.path
        if wanted and not fits(wanted, path):
            continue
        folder = path[: max(path.rfind("/"), 0)]
        if folder != before:
            hidden_under = _add_folders(
                rows, before, folder, "" if wanted else hidden_under, folded, bool(wanted)
            )
            before = folder
        if not hidden_under:
            rows.append(file)
    shown = [each for each in not_shown if not wanted or fits(wanted, each.path)]
    if shown:
        count = sum(each.count for each in shown)
        rows.append(FileRow(RowKind.HEADING, "", "", 0))
        rows.append(
            FileRow(RowKind.HEADING, "", f"not shown · {count}", 0, words=f"{count} paths are not shown")
        )
        rows.extend(
            FileRow(
                RowKind.NOT_SHOWN,
                each.path,
                one_line(each.path),
                0,
                one_line(each.why),
                words=f"{one_line(each.path)}: {one_line(each.why)}",
            )
            for each in shown
        )

    def make(file: FileChange) -> FileRow:
        path = file.path
        counts, violation = progress.get(path, _NO_PROGRESS), violations.get(path, "")
        return file_row(file, counts, violation, remarks.get(path))

    return Rows(rows, make)


def _add_folders(
    rows: list[FileRow | FileChange],
    last: str,
    path: str,
    hidden_under: str,
    folded: frozenset[str],
    filtered: bool,
) -> str:
    """Say the folders that are new on the way to the next file; the folded one that it lies under, or ""."""
    if hidden_under and (path == hidden_under or path.startswith(hidden_under + "/")):
        return hidden_under
    before, now = last.split("/") if last else [], path.split("/") if path else []
    same = 0
    while same < min(len(before), len(now)) and before[same] == now[same]:
        same += 1
    for depth in range(len(now)):
        key = "/".join(now[: depth + 1])
        is_folded = key in folded and not filtered
        if depth >= same:
            rows.append(
                FileRow(
                    RowKind.FOLDER,
                    key,
                    one_line(now[depth]),
                    depth,
                    folded=is_folded,
                    words=f"folder {one_line(key)}",
                )
            )
        if is_folded:
            return key
    return ""


def fits(wanted: str, path: str) -> bool:
    """True when every word of the filter is in the path, whatever the case."""
    lowered = path.lower()
    return all(word in lowered for word in wanted.lower().split())


def fuzzy(wanted: str, text: str) -> int | None:
    """How well `wanted` fits `text`: less is better, None is not at all.

    Best where a text or the part behind a colon begins with it, then where a word does, then where it
    stands at all, then where its letters stand in order.
    """
    wanted, lowered = wanted.lower().strip(), text.lower()
    if lowered.startswith(wanted) or f": {wanted}" in lowered:
        return len(text)
    at = lowered.find(wanted)
    if at > 0:
        return (1000 if not lowered[at - 1].isalnum() else 2000) + len(text)
    score = _letters(wanted, lowered)
    return None if score is None else 3000 + score * 100 + len(text)


def _letters(wanted: str, lowered: str) -> int | None:
    """How far apart the letters stand; starts of words and neighbours count as good."""
    score, at, before = 0, 0, -2
    for letter in wanted:
        if letter == " ":
            continue
        found = lowered.find(letter, at)
        if found < 0:
            return None
        starts = found == 0 or not lowered[found - 1].isalnum()
        score += 0 if found == before + 1 else (1 if starts else 4 + min(found - at, 20))
        before, at = found, found + 1
    return score


def best(wanted: str, texts: Iterable[str], limit: int) -> list[int]:
    """The indexes of the texts that fit, best first.

    Asked at every key, of as many texts as there are files: those that hold the words are found first, and
    letters that stand apart are looked for only where these are few, and not beyond the first texts.
    """
    texts, plain = list(texts), wanted.lower().strip()
    holding = (index for index, text in enumerate(texts) if plain in text.lower())
    found = list(islice(holding, SCORED))
    if len(found) < limit:
        apart = re.compile(".*?".join(re.escape(each) for each in plain if each != " "), re.DOTALL)
        fitting = (index for index, text in enumerate(texts[:APART]) if apart.search(text.lower()))
        found += list(islice((index for index in fitting if plain not in texts[index].lower()), SCORED))
    scored = [(score, index) for index in found if (score := fuzzy(wanted, texts[index])) is not None]
    scored.sort()
    return [index for _, index in scored[:limit]]
