"""The rows of the file panel when it groups by shape: the rarest shape first, its files under it. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.review.changes import Change
from workbench.review.shape_groups import ShapeGroup, counted_paths, edit_in_words
from workbench.review.text import one_line
from workbench.review.verdicts import Verdict, Verdicts
from workbench.ui.file_rows import FileRow, RowKind, Tint, alarms
from workbench.ui.fitting import fits
from workbench.workflow.remarks import Remark

FEW = 8
"""Files up to which a group is unfolded by itself."""

PREFIX = "shape "
_LONGEST = 120


class ShapeCounts:
    """How many changes of each group are judged. Counts again only groups whose files were judged since."""

    def __init__(self, groups: Sequence[ShapeGroup]) -> None:
        self.groups = tuple(groups)
        self._judged: dict[str, int] = {}
        self._by_path: dict[str, list[ShapeGroup]] = {}
        for group in self.groups:
            for path in group.paths:
                self._by_path.setdefault(path, []).append(group)
        self._verdicts: Verdicts | None = None
        self._asked: frozenset[str] = frozenset()
        self._of: dict[str, str] = {}

    def key_of(self, change: str | None) -> str:
        """The key of the row of a change's shape; "" for a change that has none."""
        if not self._of:
            groups = self.groups
            self._of = {
                each.id: PREFIX + group.shape for group in groups for each in (*group.changes, *group.apart)
            }
        return self._of.get(change or "", "")

    def count(self, verdicts: Verdicts, asked: frozenset[str]) -> None:
        """Take these verdicts."""
        for group in self._stale(verdicts, asked):
            changes = (*group.changes, *group.apart)
            self._judged[group.shape] = sum(_is_judged(change, verdicts, asked) for change in changes)
        self._verdicts, self._asked = verdicts, asked

    def judged(self, group: ShapeGroup) -> int:
        """How many of a group's changes are judged."""
        return self._judged.get(group.shape, 0)

    def _stale(self, verdicts: Verdicts, asked: frozenset[str]) -> Iterable[ShapeGroup]:
        before = self._verdicts
        if before is None or asked != self._asked:
            return self.groups
        paths = {path for path in (*verdicts, *before) if verdicts.get(path) is not before.get(path)}
        return {group.shape: group for path in paths for group in self._by_path.get(path, ())}.values()


def shape_rows(
    counts: ShapeCounts,
    remarks: Mapping[str, Remark],
    *,
    wanted: str = "",
    turned: frozenset[str] = frozenset(),
) -> tuple[FileRow, ...]:
    """All rows. `turned` are the groups that stand otherwise than they would by themselves."""
    rows: list[FileRow] = []
    for group in counts.groups:
        paths = counted_paths((*group.changes, *group.apart))
        shown = {path: count for path, count in paths.items() if not wanted or fits(wanted, path)}
        if not shown:
            continue
        key = PREFIX + group.shape
        folded = not wanted and (len(paths) > FEW) != (key in turned)
        rows.append(_heading(group, counts.judged(group), key, folded=folded))
        if not folded:
            first = {change.path: change.id for change in reversed((*group.changes, *group.apart))}
            rows += [_row(key, path, count, first[path], remarks.get(path)) for path, count in shown.items()]
    return tuple(rows)


def _heading(group: ShapeGroup, judged: int, key: str, *, folded: bool) -> FileRow:
    edit = one_line(edit_in_words(group.first)[:_LONGEST])
    left = group.count - judged
    mark = "✓" if not left else f"{judged:,}/{group.count:,}" if judged else ""
    files = len(group.paths)
    words = (
        f"{group.count:,} × {edit}, in {'1 file' if files == 1 else f'{files:,} files'}, {judged:,} judged"
    )
    name = f"{group.count:,} × {edit}"
    tint = Tint.OPEN if left else Tint.ACCEPTED
    return FileRow(RowKind.FOLDER, key, name, 0, mark, tint, folded=folded, words=words)


def _row(group: str, path: str, count: int, change: str, remark: Remark | None) -> FileRow:
    mark = f"{count:,} ×" if count > 1 else ""
    return FileRow(
        RowKind.FILE,
        path,
        one_line(path.rpartition("/")[2]),
        1,
        mark,
        alarms=alarms(remark),
        words=f"{one_line(path)}, {'1 change' if count == 1 else f'{count:,} changes'} of this shape",
        change=change,
        group=group,
    )


def _is_judged(change: Change, verdicts: Verdicts, asked: frozenset[str]) -> bool:
    """Whether anything of a change is judged, or it is asked. Of ten thousand at once: no verdict is made."""
    held = verdicts.get(change.path)
    if held is None:
        return change.id in asked
    if not change.is_text:
        return change.kind in held.facts or change.id in asked
    found = held.new.over(change.new_start, len(change.added))
    found |= held.old.over(change.old_start, len(change.removed))
    return bool(found - {Verdict.OPEN}) or change.id in asked
