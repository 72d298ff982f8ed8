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
    if progress.rejected:
        return f"{progress.rejected} rejected", Tint.REJECTED
    if progress.mixed:
        return f"{progress.mixed} mixed", Tint.OPEN
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
        found.insert(0, _TIERS.get(remark.tier.value, ("instructions", Tint.OPEN)))
    if remark.out_of_scope:
        found.append(("scope", Tint.BACK))
    return tuple(found)


_NO_PROGRESS = Progress()


class Marks(Struct, frozen=True):
    """What is said of files besides their names, by path."""

    progress: Mapping[str, Progress] = {}
    violations: Mapping[str, str] = {}
    remarks: Mapping[str, Remark] = {}
    viewed: frozenset[str] = frozenset()


def file_row(file: FileChange, marks: Marks, *, flat: bool = False) -> FileRow:
    """The row of one file; in a flat list with its folders in its name."""
    counts, violation = marks.progress.get(file.path, _NO_PROGRESS), marks.violations.get(file.path, "")
    remark = marks.remarks.get(file.path)
    is_viewed = file.path in marks.viewed
    text, tint = mark(counts, violation)
    folder, _, name = file.path.rpartition("/")
    depth = folder.count("/") + 1 if folder and not flat else 0
    said = f"{counts.judged} of {counts.total} judged"
    parts = [one_line(file.path), badge(file) or "modified", said]
    if is_viewed:
        parts.append("viewed")
    badges = [each for each in (badge(file), "viewed" if is_viewed else "") if each]
    if remark is not None:
        parts += [each for each in (remark.sizes, remark.words) if each]
    return FileRow(
        RowKind.FILE,
        file.path,
        one_line(file.path if flat else name),
        depth,
        text,
        tint,
        " · ".join(badges),
        alarms(remark),
        words=", ".join(parts),
    )


class Folder(Struct, frozen=True, gc=False):
    """A folder whose row is not made yet."""

    key: str
    depth: int
    folded: bool


class Counts:
    """How many changes are judged, and how many there are, in each folder with all below it."""

    def __init__(self, files: Sequence[FileChange], progress: Mapping[str, Progress]) -> None:
        self._sums: dict[str, list[int]] = {}
        self.extend(files, progress)

    def extend(self, files: Sequence[FileChange], progress: Mapping[str, Progress]) -> None:
        """More files are there."""
        direct: dict[str, list[int]] = {}
        for file in files:
            path = file.path
            counted = progress.get(path, _NO_PROGRESS)
            found = direct.setdefault(path[: max(path.rfind("/"), 0)], [0, 0])
            found[0] += counted.judged
            found[1] += counted.total
        for folder, (judged, total) in direct.items():
            for each in above(folder):
                found = self._sums.setdefault(each, [0, 0])
                found[0] += judged
                found[1] += total

    def add(self, path: str, before: Progress, now: Progress) -> None:
        """A file is judged otherwise than before."""
        for folder in above(path.rpartition("/")[0]):
            found = self._sums.setdefault(folder, [0, 0])
            found[0] += now.judged - before.judged
            found[1] += now.total - before.total

    def of(self, folder: str) -> tuple[int, int]:
        """Judged and all."""
        judged, total = self._sums.get(folder, (0, 0))
        return judged, total


def above(folder: str) -> Iterable[str]:
    """A folder and those that it lies in; nothing for the top."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def folder_row(folder: Folder, counts: Counts, remarks: Mapping[str, Remark] = NO_REMARKS) -> FileRow:
    """The row of one folder: how far all below it is, and while it is folded what hides there."""
    judged, total = counts.of(folder.key)
    inside: tuple[tuple[str, Tint], ...] = ()
    if folder.folded:
        below = (remark for path, remark in remarks.items() if path.startswith(folder.key + "/"))
        inside = tuple(dict.fromkeys(alarm for remark in below for alarm in alarms(remark)))
    name = one_line(folder.key.rpartition("/")[2])
    parts = [f"folder {one_line(folder.key)}", f"{judged} of {total} judged" if total else ""]
    return FileRow(
        RowKind.FOLDER,
        folder.key,
        name,
        folder.depth,
        f"{judged}/{total}" if total else "",
        # What lies below an open folder says itself what is left: once in colour is enough.
        Tint.OPEN if judged < total and folder.folded else Tint.FAINT,
        alarms=inside,
        folded=folder.folded,
        words=", ".join(each for each in (*parts, *(text for text, _ in inside)) if each),
    )


Made = FileRow | FileChange | Folder
"""A row, or what it is made of when it is asked for."""


class Rows(Sequence[FileRow]):
    """The rows of a panel. Made when they are asked for: of twenty thousand, forty are looked at."""

    def __init__(self, make: Callable[[FileChange | Folder], FileRow]) -> None:
        self._of: list[Made] = []
        self._make = make
        self._made: dict[int, FileRow] = {}
        self.places: dict[str, int] = {}
        """Where each file's row is, by its path."""
        self._folders: dict[str, list[int]] = {}
        self._last = 0

    @overload
    def __getitem__(self, at: int) -> FileRow: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[FileRow]: ...

    def __getitem__(self, at: int | slice) -> FileRow | Sequence[FileRow]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        found = self._made.get(at)
        if found is None:
            row = self._of[at]
            found = self._made[at] = row if isinstance(row, FileRow) else self._make(row)
        return found

    def __len__(self) -> int:
        return len(self._of)

    def extend(self, more: Sequence[Made], last: Sequence[FileRow]) -> None:
        """More rows, and in the place of what stood last before, these."""
        del self._of[len(self._of) - self._last :]
        for at in range(len(self._of), len(self._of) + self._last):
            self._made.pop(at, None)
        places, folders = self.places, self._folders
        for at, each in enumerate(more, len(self._of)):
            if isinstance(each, FileChange):
                places[each.path] = at
            elif isinstance(each, Folder):
                folders.setdefault(each.key, []).append(at)
        self._of += more
        self._of += last
        self._last = len(last)

    def forget(self, *, path: str = "", folder: str = "") -> Sequence[int]:
        """Make a file's row, or those of a folder, anew when they are asked for; where they stand."""
        found = [self.places[path]] if path in self.places else self._folders.get(folder, [])
        for at in found:
            self._made.pop(at, None)
        return found

    def forget_all(self) -> None:
        """Make every row anew when it is asked for."""
        self._made.clear()


class Tree:
    """Says the folders before the files, as they come: files keep the order in which the review scrolls, so
    folders are said anew where the path changes. With a filter, folders are never folded.
    """

    def __init__(self, folded: frozenset[str], *, flat: bool, filtered: bool) -> None:
        self._folded, self._flat = frozenset() if filtered else folded, flat
        self._before, self._hidden_under = "", ""

    def rows(self, files: Sequence[FileChange]) -> list[Made]:
        """The rows of some files that come next."""
        if self._flat:
            return list(files)
        rows: list[Made] = []
        before, hidden_under = self._before, self._hidden_under
        for file in files:
            path = file.path
            folder = path[: max(path.rfind("/"), 0)]
            if folder != before:
                hidden_under = _add_folders(rows, before, folder, hidden_under, self._folded)
                before = folder
            if not hidden_under:
                rows.append(file)
        self._before, self._hidden_under = before, hidden_under
        return rows


def last_rows(not_shown: Sequence[NotShown], wanted: str, *, nothing: bool) -> list[FileRow]:
    """What stands below the files: what is not shown, or that no file has what is `wanted`."""
    rows = _not_shown_rows([each for each in not_shown if not wanted or fits(wanted, each.path)])
    if wanted and nothing and not rows:
        rows.append(FileRow(RowKind.HEADING, "", "No file has this; Esc shows all", 0))
    return rows


def _not_shown_rows(shown: Sequence[NotShown]) -> list[FileRow]:
    rows: list[FileRow] = []
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
    return rows


def _add_folders(
    rows: list[Made],
    last: str,
    path: str,
    hidden_under: str,
    folded: frozenset[str],
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
        is_folded = key in folded
        if depth >= same:
            rows.append(Folder(key, depth, is_folded))
        if is_folded:
            return key
    return ""


def fits(wanted: str, path: str) -> bool:
    """True when every word of the filter is in the path, whatever the case."""
    lowered = path.lower()
    return all(word in lowered for word in wanted.lower().split())


Named = tuple[str, FileChange]
"""A file with its path in small letters."""


def named(files: Iterable[FileChange]) -> list[Named]:
    """Files as they are looked for: made once for all letters that are typed."""
    return [(file.path.lower(), file) for file in files]


def filtered(files: list[Named], wanted: str) -> list[FileChange]:
    """The files whose paths hold every word; where there is none, those with its letters in order."""
    words = wanted.lower().split()
    found = files
    for word in words:
        found = [each for each in found if word in each[0]]
    if not found:
        found = files
        for word in words:
            first, *rest = map(re.escape, word)
            letters = re.compile(first + "".join(f"[^{each}]*{each}" for each in rest)).search
            found = [each for each in found if letters(each[0])]
    return [file for _, file in found]


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
