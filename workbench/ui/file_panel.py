"""The files at the left: a tree with a filter, progress, badges, and what is not shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.review.changes import FileChange, NotShown, exchanged
from workbench.review.progress import Progress
from workbench.ui.file_list import FileList
from workbench.ui.file_model import FileModel
from workbench.ui.file_painting import ROW, FileDelegate
from workbench.ui.file_rows import NO_REMARKS, FileRow, Marks, RowKind, file_row, last_rows
from workbench.ui.file_tree import Folder, Folders, Rows, Tree, above, folder_row
from workbench.ui.files_menu import Listed, ListedButton
from workbench.ui.fitting import Finder, Named, named
from workbench.ui.single_shot import single_shot
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.file_filter import FilterLine
    from workbench.ui.shape_rows import ShapeCounts
    from workbench.workflow.remarks import Remark

FOLLOW = 30
"""Milliseconds that a file has to stay the current one before the list scrolls to it: scrolled, all its rows
are painted, which neither a key nor a frame of a drag has to wait for."""
_FILTER = "Filter files"

FIRST, STEP = 200, 1000
"""Files whose rows are put together at once when a letter is typed, which fill the tallest screen, and in
each step after that."""
UNTIL_PAINTED, PAUSE = 24, 4
"""Milliseconds from a letter until the next rows, as what it found is painted first, and between steps."""
LOOKED = 1500
"""Paths at a time that are searched for letters that stand apart, in a millisecond or two."""


class FilePanel(QWidget):
    """The panel: what is shown comes from `show_files`, what is wanted goes out as a path."""

    file_chosen = Signal(object)
    change_chosen = Signal(str)
    command_wanted = Signal(str)
    """A command that lists the files in another way."""
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes: ShapeCounts | None = None
        self._turned: frozenset[str] = frozenset()
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._files: Sequence[FileChange] = ()
        self._marks = Marks()
        self._folders = Folders((), {})
        self._not_shown: Sequence[NotShown] = ()
        self._named: tuple[Sequence[FileChange], list[Named]] = ((), [])
        self._finder: Finder | None = None
        """What looks for the filter's words, while there are any."""
        self._rows = Rows(self._row)
        self._tree = Tree(self._folders, frozenset(), flat=False)
        self._listed: Sequence[FileChange] = ()
        self._placed = 0
        """How many of the files that are listed have their rows already."""
        self._top: int | None = None
        """Where the list was scrolled to, while there are too few rows to be there again."""
        self._stay: tuple[str, int] | None = None
        """A file that was in sight, and how far below the top: its row is to stand there again."""
        self._follows = True
        """Whether the list goes to the current file when its row comes."""
        self._keys_on: FileRow | None = None
        """The row that the keys are on, while it has no place."""
        self._grow = single_shot(self, PAUSE, self._place_next)
        self._look = single_shot(self, 0, self._look_on)
        self._follow = single_shot(self, FOLLOW, self._scroll_to_current)
        self._flat = False
        self._change: str | None = None
        self._folded: frozenset[str] = frozenset()
        self._folded_found: frozenset[str] = frozenset()
        """What is folded of what the filter found: forgotten with the next letter."""
        self._build(theme)

    def _build(self, theme: Theme) -> None:
        self.listed = ListedButton(theme, self)
        self.listed.wanted.connect(self._on_listed)
        self.listed.folding_wanted.connect(self._fold_all)
        self._filter: FilterLine | None = None
        self._filter_place = _place_of_filter(self)
        self.model = FileModel(self)
        self.list = FileList(self)
        # A viewport that Python made; why is said in `diff/canvas.py`.
        self.list.setViewport(QWidget(self.list))
        # A sentence said below makes the list lower: its rows stay where they are.
        self.list.viewport().setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.delegate = FileDelegate(theme, self.list)
        self.list.setModel(self.model)
        self.list.selectionModel().currentChanged.connect(self.list.mark)
        self.list.setItemDelegate(self.delegate)
        self.list.chosen.connect(self._choose)
        self.list.left.connect(self.left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(10)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 6, 0)
        line.setSpacing(2)
        line.addWidget(self._filter_place, 1)
        line.addWidget(self.listed)
        self._line = line
        layout.addLayout(line)
        layout.addWidget(self.list)
        # By Tab as they stand there.
        QWidget.setTabOrder(self.listed, self.list)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.delegate.set_theme(theme)
        self.listed.set_theme(theme)
        self.list.viewport().update()

    def show_files(
        self,
        files: Sequence[FileChange],
        progress: Mapping[str, Progress],
        news: Mapping[str, Progress | None],
        violations: Mapping[str, str],
        not_shown: Sequence[NotShown],
        remarks: Mapping[str, Remark] = NO_REMARKS,
        viewed: frozenset[str] = frozenset(),
    ) -> None:
        """Show these files; folding, filter and scroll position stay.

        `news` are those that were counted since the last time, and as what before: no others are looked at.
        """
        before, known = self._marks, self._files
        self._marks = Marks(progress, violations, remarks, viewed)
        self._files = files
        grown = bool(known) and len(files) > len(known) and files[len(known) - 1] is known[-1]
        at = [] if files is known or grown else exchanged(known, files)
        as_many = grown or len(files) == len(known)
        as_before = as_many and not_shown == self._not_shown and self._shapes is None
        if at is not None and as_before and not (at and self._typed):
            others = [files[each] for each in at]
            if others:  # read again, a few of many
                self._listed = files
                for file in others:
                    self._rows.exchange(file)
            parted = self._recount(news, before, len(known), others)
            if parted and not self._flat:
                self._rebuild_in_place()
            elif grown and self._typed:
                self._rebuild()
            elif grown:
                self._listed = files
                self._place_soon()
            return
        self._not_shown = not_shown
        self._folders = Folders(files, progress)
        self._rebuild_in_place()

    def _recount(
        self,
        news: Mapping[str, Progress | None],
        before: Marks,
        known: int,
        others: Sequence[FileChange] = (),
    ) -> bool:
        """Other rows for the files that are marked otherwise than before, and for the folders they lie in.

        True where folders that had one row are parted by more files: the rows stand otherwise then.
        """
        now, folders = self._marks, set[str]()
        more = self._files[known:]
        parted = False
        if more:
            parted = self._folders.extend(more, now.progress)
            direct = {file.path[: max(file.path.rfind("/"), 0)] for file in more}
            folders.update(each for folder in direct for each in above(folder))
        for path, was in news.items():
            counted = now.progress.get(path)
            if was is not None and counted is not None and self._folders.add(path, counted):
                folders.update(above(path.rpartition("/")[0]))
        if now.remarks is not before.remarks:
            self._rows.forget_all()
            self.list.viewport().update()
            return parted
        paths = {path for path, was in news.items() if was is not None}  # the new ones have no row yet
        paths.update(file.path for file in others)
        paths |= before.viewed ^ now.viewed
        paths |= {path for path, _ in before.violations.items() ^ now.violations.items()}
        self.model.changed(at for path in paths for at in self._rows.forget(path=path))
        self.model.changed(at for folder in folders for at in self._rows.forget(folder=folder))
        return parted

    def _row(self, made_from: FileChange | Folder) -> FileRow:
        if isinstance(made_from, Folder):
            return folder_row(made_from, self._folders, self._marks.remarks)
        depth = self._folders.depth(made_from.path.rpartition("/")[0])
        return file_row(made_from, self._marks, depth, flat=self._flat)

    def show_current(self, path: str, change: str | None = None) -> None:
        """Mark the file that the cursor is in, and the shape of the change that it is on."""
        self._change = change
        if self._mark_shape():
            self._stay, self._follows = None, True
            self._follow.start()
        if path == self.delegate.current:
            return
        before, self.delegate.current = self.delegate.current, path
        self._stay, self._follows = None, True
        number = self.model.places.get(path)
        if number is not None:
            self._top = None
            self._follow.start()
        # Only the two rows: all of them would cost more than the code that was gone to.
        for each in (self.model.places.get(before), number):
            if each is not None:
                self.list.update(self.model.index(each))

    def _mark_shape(self) -> bool:
        """Mark the shape that the cursor is on; whether that is another one than before."""
        now = self._shapes.key_of(self._change) if self._shapes is not None else ""
        if now == self.delegate.shape:
            return False
        self.delegate.shape = now
        self.list.viewport().update()
        return bool(now)

    def _current_row(self) -> int | None:
        """Where the row stands that the cursor is in: by shape the file's under its shape, or the shape's."""
        current, shape = self.delegate.current, self.delegate.shape
        if not shape:
            return self.model.places.get(current)
        heading = None
        for number, row in enumerate(self.model.rows):
            if row.key == shape:
                heading = number
            elif row.group == shape and row.key == current:
                return number
        return heading

    def _scroll_to_current(self) -> None:
        number = self._current_row()
        if number is not None:
            self.list.scrollTo(self.model.index(number))

    def show_shapes(self, counts: ShapeCounts | None) -> None:
        """Group the files by shape, with these counts; None: by folder, as the review scrolls."""
        self._shapes = counts
        self._mark_shape()
        self._say_listed()
        self._rebuild_in_place()

    def set_flat(self, *, flat: bool) -> None:
        """Show the files as one list with their paths, or as a tree of folders."""
        if flat != self._flat:
            self._flat = flat
            self._say_listed()
            self._rebuild_in_place()

    @property
    def is_by_shape(self) -> bool:
        """Whether the files are grouped by shape."""
        return self._shapes is not None

    def folded(self) -> list[str]:
        """The folded folders, for keeping them."""
        return sorted(self._folded)

    def set_folded(self, folders: Sequence[str]) -> None:
        """Fold these folders and no others."""
        self._folded = frozenset(folders)
        self._rebuild()

    def _rebuild_in_place(self) -> None:
        """Other rows; the current file stays where it stands on the screen, however many come above it."""
        # The cursor has gone to a file that had no row yet, or has not been scrolled to: it is followed.
        is_new = self._follows and self.delegate.current not in self.model.places
        self._follows = follows = is_new or self._follow.isActive()
        self._stay = None if follows else self._stay or self._in_sight()
        self._rebuild()
        if follows:
            self._scroll_to_current()

    def _in_sight(self) -> tuple[str, int] | None:
        """The current file if it is in sight, or else the first one that is, and how far below the top."""
        top, height = self.list.verticalScrollBar().value(), self.list.viewport().height()
        number = self.model.places.get(self.delegate.current)
        if number is not None and 0 <= number * ROW - top <= height - ROW:
            return self.delegate.current, number * ROW - top
        for at in range(-(-top // ROW), min((top + height) // ROW, len(self.model.rows))):
            row = self.model.rows[at]
            if self.model.places.get(row.key) == at:
                return row.key, at * ROW - top
        return None

    def _rebuild(self) -> None:
        here = self.list.currentIndex()
        if here.isValid():
            self._keys_on = self.model.rows[here.row()]
        if self._shapes is not None:
            from workbench.ui.shape_rows import shape_rows  # noqa: PLC0415 - seldom, and not in the first frame

            wanted, turned = self._typed, self._turned
            at = self.list.verticalScrollBar().value()
            self._grow.stop()
            self._look.stop()
            self._finder = None
            self.model.set_rows(shape_rows(self._shapes, self._marks.remarks, wanted=wanted, turned=turned))
            self.list.verticalScrollBar().setValue(at)
            self._stand_again(is_whole=True)
            self._put_keys_back(is_whole=True)
            return
        wanted = self._typed
        self._look.stop()
        self._finder = self._find(wanted) if wanted else None
        self._listed = self._finder.found if self._finder is not None else self._files
        folded = self._folded_found if wanted else self._folded
        self._tree = Tree(self._folders, folded, flat=self._flat)
        self._rows, self._placed = Rows(self._row), 0
        self._top = self._top or self.list.verticalScrollBar().value()
        self._add_rows(FIRST if wanted else STEP)
        self.model.set_rows(self._rows)
        self._go_on(UNTIL_PAINTED if wanted else PAUSE)

    def _find(self, wanted: str) -> Finder:
        """What looks for these words: what does so already, or another that goes on where it can."""
        names, before = self._by_name(), self._finder
        if before is not None and before.files is names and before.wanted == wanted.lower():
            return before
        return Finder(names, wanted, before)

    @property
    def _is_found(self) -> bool:
        """Whether all files that are listed are known."""
        return self._finder is None or self._finder.is_done

    def _by_name(self) -> list[Named]:
        if self._named[0] is not self._files:
            self._named = self._files, named(self._files)
        return self._named[1]

    def _place_soon(self) -> None:
        """More files are listed: their rows, unless rows are being put together already."""
        if not self._grow.isActive():
            self._place_next()

    def _place_next(self) -> None:
        """The rows of the next files. Of twenty thousand at once, a key would wait a tenth of a second."""
        current = self.delegate.current
        was_there = current in self.model.places
        self._add_rows()
        self.model.fit()
        if not was_there and self._follows:
            self._scroll_to_current()
        self._go_on()

    def _add_rows(self, count: int = STEP) -> None:
        if self._finder is not None and self._placed + count > len(self._listed):
            self._finder.step(LOOKED)
        part = self._listed[self._placed : self._placed + count]
        self._placed += len(part)
        nothing = self._is_found and not self._listed
        last = last_rows(self._not_shown, self._typed, nothing=nothing)
        self._rows.extend(self._tree.rows(part), last)

    def _stand_again(self, *, is_whole: bool) -> None:
        """Scroll to where the file that stays stands as before, once there are the rows for it."""
        path, below = self._stay or ("", 0)
        number = self.model.places.get(path)
        top = max(0, number * ROW - below) if number is not None else 0
        has_room = len(self.model.rows) * ROW >= top + self.list.viewport().height()
        if number is not None and (is_whole or has_room):
            bar = self.list.verticalScrollBar()
            if bar.value() != top:
                self.list.doItemsLayout()
                bar.setValue(top)
            self._top = self._stay = None
        if is_whole:
            self._stay, self._follows = None, True

    def _put_keys_back(self, *, is_whole: bool) -> None:
        """The keys stay on the row they were on, once there is one for what it stood for."""
        if self._keys_on is None:
            return
        at = self.model.place_of(self._keys_on)
        if at is not None:
            # Who does not move about in the list does not have it scrolled.
            self.list.setAutoScroll(self.list.hasFocus())
            self.list.setCurrentIndex(self.model.index(at))
            self.list.setAutoScroll(True)
        if at is not None or (is_whole and self._finder is None):
            self._keys_on = None

    def _go_on(self, pause: int = PAUSE) -> None:
        is_whole = self._is_found and self._placed >= len(self._listed)
        self._stand_again(is_whole=is_whole)
        self._put_keys_back(is_whole=is_whole)
        if not is_whole:
            self._grow.start(pause)
        elif self._top is not None:
            bar = self.list.verticalScrollBar()
            if bar.value() < self._top:
                self.list.doItemsLayout()
                bar.setValue(self._top)
            self._top = None

    def _choose(self, row: FileRow) -> None:
        if row.kind is RowKind.FOLDER and self._shapes is not None:
            self._turned ^= {row.key}
            self._rebuild()
        elif row.kind is RowKind.FOLDER:
            self._turn(row)
        elif row.change:
            self.change_chosen.emit(row.change)
        elif row.kind is RowKind.FILE:
            self.file_chosen.emit(row.key)

    def _turn(self, row: FileRow) -> None:
        """Fold a folder, or unfold it with those that are said in its row."""
        inside = self._folders.joined(row.key)
        if self._typed:
            found = self._folded_found
            self._folded_found = found.difference(inside) if row.folded else found | {row.key}
        else:
            self._folded = self._folded.difference(inside) if row.folded else self._folded | {row.key}
        self._rebuild()

    def _fold_all(self, fold: bool) -> None:
        folded = self._folders.all() if fold else frozenset[str]()
        if self._typed:
            self._folded_found = folded
        else:
            self._folded = folded
        self._rebuild()

    # how the files are listed

    def show_menu(self, place: QPoint) -> None:
        """The menu of how the files are listed, at a place of the screen."""
        self.listed.show_menu(place)

    def _say_listed(self) -> None:
        now = Listed.FLAT if self._flat else Listed.TREE
        self.listed.show_listed(Listed.BY_SHAPE if self._shapes is not None else now)

    def _on_listed(self, wanted: str) -> None:
        is_by_shape = self._shapes is not None
        if wanted == Listed.BY_SHAPE:
            command = "" if is_by_shape else "by_shape"
        elif (wanted == Listed.FLAT) is not self._flat:
            command = "flat_files"
        else:
            command = "by_shape" if is_by_shape else ""
        if command:
            self.command_wanted.emit(command)

    # the filter

    @property
    def filter(self) -> FilterLine:
        """The field of the filter; made when the first frame is painted, which shows its place alone."""
        if self._filter is None:
            self._filter = self._made_filter()
        return self._filter

    def _made_filter(self) -> FilterLine:
        from workbench.ui.file_filter import AllFiles, FilterLine  # noqa: PLC0415 - said above

        field = FilterLine(_FILTER, self)
        field.textChanged.connect(self._on_filter)
        field.left.connect(self.left)
        field.first_wanted.connect(self._take_first)
        field.list_wanted.connect(self._enter_list)
        line = self._line
        line.replaceWidget(self._filter_place, field)
        line.insertWidget(1, AllFiles(field, self))
        self._filter_place.deleteLater()
        before = self.listed.previousInFocusChain()
        assert before is not None
        QWidget.setTabOrder(before, field)
        QWidget.setTabOrder(field, self.listed)
        QWidget.setTabOrder(self.listed, self.list)  # moved with it, or it would come first
        return field

    @property
    def _typed(self) -> str:
        """The words of the filter."""
        return self._filter.text().strip() if self._filter is not None else ""

    def make_filter(self) -> None:
        """Make the field, if nobody asked for it before."""
        _ = self.filter

    def _on_filter(self) -> None:
        self._folded_found = frozenset()
        wanted = self._typed
        if wanted and self._shapes is None:
            # What was shown stays until there is something to show in its place.
            self._finder = self._find(wanted)
            self._grow.stop()
            self._look_on()
        else:
            self._show_found()

    def _look_on(self) -> None:
        """Look at some more files, and show the first that are found, or that none is."""
        finder = self._finder
        if finder is not None and not finder.found:
            finder.step(LOOKED)
        if finder is None or finder.found or finder.is_done:
            self._show_found()
        else:
            self._look.start()

    def _show_found(self) -> None:
        """Other files are listed: from their beginning, or where the current one is, if it is one of them."""
        self._stay, self._top, self._follows = None, None, True
        self.list.verticalScrollBar().setValue(0)
        self._rebuild()
        self._scroll_to_current()

    def _show_what_is_typed(self) -> None:
        """The key that comes is about what was typed, not about what was found before."""
        finder = self._finder
        if self._look.isActive() and finder is not None:
            self._look.stop()
            while not (finder.found or finder.is_done):
                finder.step(LOOKED)
            self._show_found()

    def _enter_list(self) -> None:
        self._show_what_is_typed()
        if self.model.rows:
            self.list.setFocus()

    def _take_first(self) -> None:
        self._show_what_is_typed()
        for row in self.model.rows:
            if row.kind is RowKind.FILE:
                self.file_chosen.emit(row.key)
                return

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.list.viewport().update()


def _place_of_filter(parent: QWidget) -> QLabel:
    """What stands in the field's place, as high as it."""
    place = QLabel(_FILTER, parent)
    place.setProperty("kind", "field")
    place.setFixedHeight(max(18, place.fontMetrics().height()) + 10)
    return place
