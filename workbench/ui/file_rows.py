"""One row of the file panel: of a file with its badges and progress, and of what is not shown. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.review.changes import FileChange, NotShown, Status
from workbench.review.progress import Progress
from workbench.review.text import one_line
from workbench.ui.fitting import fits

if TYPE_CHECKING:
    from workbench.workflow.remarks import Remark

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
    """How many rows of folders it lies in."""
    mark: str = ""
    tint: Tint = Tint.FAINT
    badge: str = ""
    alarms: tuple[tuple[str, Tint], ...] = ()
    """What the file does besides being read, and what hides in it: a short word each."""
    folded: bool = False
    lead: int = 0
    """Characters of the name that say folders which hold nothing but the next one."""
    words: str = ""
    change: str = ""
    """The change that a click goes to, where that is not the file's top."""
    group: str = ""
    """The key of the shape that it is listed under, where the files are listed so."""


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


NO_PROGRESS = Progress()


class Marks(Struct, frozen=True):
    """What is said of files besides their names, by path."""

    progress: Mapping[str, Progress] = {}
    violations: Mapping[str, str] = {}
    remarks: Mapping[str, Remark] = {}
    viewed: frozenset[str] = frozenset()


def file_row(file: FileChange, marks: Marks, depth: int = 0, *, flat: bool = False) -> FileRow:
    """The row of one file; in a flat list with its folders in its name."""
    counts, violation = marks.progress.get(file.path, NO_PROGRESS), marks.violations.get(file.path, "")
    remark = marks.remarks.get(file.path)
    is_viewed = file.path in marks.viewed
    text, tint = mark(counts, violation)
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
        one_line(file.path if flat else file.path.rpartition("/")[2]),
        0 if flat else depth,
        text,
        tint,
        " · ".join(badges),
        alarms(remark),
        words=", ".join(parts),
    )


def last_rows(not_shown: Sequence[NotShown], wanted: str, *, nothing: bool) -> list[FileRow]:
    """What stands below the files: what is not shown, or that no file has what is `wanted`."""
    rows = _not_shown_rows([each for each in not_shown if not wanted or fits(wanted, each.path)])
    if wanted and nothing and not rows:
        rows.append(FileRow(RowKind.HEADING, "", "No file has this; Esc shows all", 0))
    return rows


def _left_out(count: int) -> str:
    return "1 path is not shown" if count == 1 else f"{count:,} paths are not shown"


def _not_shown_rows(shown: Sequence[NotShown]) -> list[FileRow]:
    rows: list[FileRow] = []
    if shown:
        count = sum(each.count for each in shown)
        rows.append(FileRow(RowKind.HEADING, "", "", 0))
        rows.append(FileRow(RowKind.HEADING, "", f"not shown · {count}", 0, words=_left_out(count)))
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
