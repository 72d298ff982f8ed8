"""The files as a tree: which folders there are, how far each is, and the rows in which they are said. No Qt.

A folder that holds nothing but another folder has no row of its own: "src/main/java" is one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from msgspec import Struct

from workbench.review.changes import FileChange
from workbench.review.progress import Progress
from workbench.review.text import one_line
from workbench.ui.file_rows import NO_PROGRESS, NO_REMARKS, FileRow, RowKind, Tint, alarms

if TYPE_CHECKING:
    from workbench.workflow.remarks import Remark


class Folder(Struct, frozen=True, gc=False):
    """A folder whose row is not made yet."""

    key: str
    depth: int
    folded: bool


class Folders:
    """The folders of some files: what lies in each, and how many changes of all below it are judged."""

    def __init__(self, files: Sequence[FileChange], progress: Mapping[str, Progress]) -> None:
        self._sums: dict[str, list[int]] = {}
        self._inner: dict[str, int] = {}
        """How many folders lie directly in a folder."""
        self._with_files: set[str] = set()
        self._counted: dict[str, Progress] = {}
        """What each file was counted as: news of it may come later than it was counted."""
        self.extend(files, progress)

    def extend(self, files: Sequence[FileChange], progress: Mapping[str, Progress]) -> bool:
        """More files are there. Whether one of them parts folders that had one row until now."""
        direct: dict[str, list[int]] = {}
        for file in files:
            path = file.path
            counted = self._counted[path] = progress.get(path, NO_PROGRESS)
            found = direct.setdefault(path[: max(path.rfind("/"), 0)], [0, 0])
            found[0] += counted.judged
            found[1] += counted.total
        new: set[str] = set()
        parted = False
        for folder, (judged, total) in direct.items():
            parted |= self.is_joined(folder) and folder not in new
            self._with_files.add(folder)
            for each in above(folder):
                sums = self._sums.get(each)
                if sums is None:
                    sums = self._sums[each] = [0, 0]
                    new.add(each)
                    outer = each.rpartition("/")[0]
                    parted |= self.is_joined(outer) and outer not in new
                    self._inner[outer] = self._inner.get(outer, 0) + 1
                sums[0] += judged
                sums[1] += total
        return parted

    def add(self, path: str, now: Progress) -> bool:
        """A file is judged otherwise; whether that was not counted yet."""
        before = self._counted.get(path, NO_PROGRESS)
        if now == before:
            return False
        self._counted[path] = now
        for folder in above(path.rpartition("/")[0]):
            found = self._sums.setdefault(folder, [0, 0])
            found[0] += now.judged - before.judged
            found[1] += now.total - before.total
        return True

    def of(self, folder: str) -> tuple[int, int]:
        """Judged and all."""
        judged, total = self._sums.get(folder, (0, 0))
        return judged, total

    def is_joined(self, folder: str) -> bool:
        """Whether a folder is said in the row of the one folder that it holds."""
        return bool(folder) and self._inner.get(folder) == 1 and folder not in self._with_files

    def joined(self, folder: str) -> list[str]:
        """A folder that has a row, and those that are said in it, from the inside out."""
        found = [folder]
        outer = folder.rpartition("/")[0]
        while self.is_joined(outer):
            found.append(outer)
            outer = outer.rpartition("/")[0]
        return found

    def depth(self, folder: str) -> int:
        """How many rows of folders there are above what lies in a folder."""
        return sum(not self.is_joined(each) for each in above(folder))

    def all(self) -> frozenset[str]:
        """Every folder that has a row."""
        return frozenset(each for each in self._sums if not self.is_joined(each))


def above(folder: str) -> Iterable[str]:
    """A folder and those that it lies in; nothing for the top."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def folder_row(folder: Folder, folders: Folders, remarks: Mapping[str, Remark] = NO_REMARKS) -> FileRow:
    """The row of one folder: how far all below it is, and while it is folded what hides there."""
    judged, total = folders.of(folder.key)
    inside: tuple[tuple[str, Tint], ...] = ()
    if folder.folded:
        below = (remark for path, remark in remarks.items() if path.startswith(folder.key + "/"))
        inside = tuple(dict.fromkeys(alarm for remark in below for alarm in alarms(remark)))
    outermost = folders.joined(folder.key)[-1]
    name = one_line(folder.key[len(outermost) - len(outermost.rpartition("/")[2]) :])
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
        lead=name.rfind("/") + 1,
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

    def place_of_folder(self, folder: str) -> int | None:
        """Where the row of a folder stands, the first of them where it is said more than once."""
        return next(iter(self._folders.get(folder, ())), None)

    def above(self, at: int) -> int | None:
        """Where the folder stands that a row lies in."""
        depth = self[at].depth
        for each in range(at - 1, -1, -1):
            row = self._of[each]
            if isinstance(row, Folder) and row.depth < depth:
                return each
        return None

    def forget(self, *, path: str = "", folder: str = "") -> Sequence[int]:
        """Make a file's row, or those of a folder, anew when they are asked for; where they stand."""
        found = [self.places[path]] if path in self.places else self._folders.get(folder, [])
        for at in found:
            self._made.pop(at, None)
        return found

    def exchange(self, file: FileChange) -> None:
        """The row of the file at this path is made of this one from now on."""
        if file.path in self.places:
            self._of[self.places[file.path]] = file

    def forget_all(self) -> None:
        """Make every row anew when it is asked for."""
        self._made.clear()


class Tree:
    """Says the folders before the files, as they come: files keep the order in which the review scrolls, so
    folders are said anew where the path changes.
    """

    def __init__(self, folders: Folders, folded: frozenset[str], *, flat: bool) -> None:
        self._folders, self._folded, self._flat = folders, folded, flat
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
                hidden_under = self._add_folders(rows, before, folder, hidden_under)
                before = folder
            if not hidden_under:
                rows.append(file)
        self._before, self._hidden_under = before, hidden_under
        return rows

    def _add_folders(self, rows: list[Made], last: str, path: str, hidden_under: str) -> str:
        """Say the folders that are new on the way to a file; the folded one that it lies under, or ""."""
        if hidden_under and (path == hidden_under or path.startswith(hidden_under + "/")):
            return hidden_under
        before, now = last.split("/") if last else [], path.split("/") if path else []
        same = 0
        while same < min(len(before), len(now)) and before[same] == now[same]:
            same += 1
        depth, is_folded = 0, False
        for at in range(len(now)):
            key = "/".join(now[: at + 1])
            is_folded |= key in self._folded
            if self._folders.is_joined(key):
                continue
            if at >= same:
                rows.append(Folder(key, depth, is_folded))
            if is_folded:
                return key
            depth += 1
        return ""
