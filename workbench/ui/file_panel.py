"""The files at the left: a tree with a filter, progress, badges, and what is not shown. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from workbench.review.changes import FileChange, NotShown
from workbench.review.progress import Progress
from workbench.ui.diff.kept_rows import KeptRows
from workbench.ui.file_rows import (
    NO_REMARKS,
    Counts,
    FileRow,
    Folder,
    Marks,
    Named,
    RowKind,
    Rows,
    Tint,
    Tree,
    above,
    file_row,
    filtered,
    folder_row,
    last_rows,
    named,
)
from workbench.ui.fonts import interface_font
from workbench.ui.sheet import as_tooltip
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from workbench.ui.shape_rows import ShapeCounts
    from workbench.workflow.remarks import Remark

ROW = 23
INDENT = 16
FULL_STEPS = 3
LEFT = 14
RIGHT = 12
FOLLOW = 30
"""Milliseconds that a file has to stay the current one before the list scrolls to it: scrolled, all its rows
are painted, which neither a key nor a frame of a drag has to wait for."""
STEP, PAUSE = 2000, 4
"""Files whose rows are put together at once, in some milliseconds, and milliseconds until the next ones."""
LEAST = 30
"""Pixels of a name that are shown however much else there is to say."""

Index = QModelIndex | QPersistentModelIndex


class FileModel(QStringListModel):
    """The rows as Qt asks for them.

    How many there are is told by Qt's own model, which holds as many empty texts: the list asks it twice for
    each row when it lays them out, and of twenty thousand that took a tenth of a second in Python.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[FileRow] = ()
        self.places: Mapping[str, int] = {}
        """Where each file's row is, by its path."""

    def set_rows(self, rows: Sequence[FileRow]) -> None:
        """Show other rows."""
        self.rows = rows
        if isinstance(rows, Rows):
            self.places = rows.places
        else:
            self.places = {row.key: number for number, row in enumerate(rows) if row.kind is RowKind.FILE}
        self.setStringList([""] * len(rows))

    def fit(self) -> None:
        """There are more rows than there were, or fewer."""
        more = len(self.rows) - self.rowCount()
        if more > 0:
            self.insertRows(self.rowCount(), more)
        elif more < 0:
            self.removeRows(len(self.rows), -more)

    def changed(self, numbers: Iterable[int]) -> None:
        """These rows say something else."""
        for number in numbers:
            self.dataChanged.emit(self.index(number), self.index(number))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tooltip(row.words)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.rows[index.row()].kind in (RowKind.FILE, RowKind.FOLDER):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled


class FileDelegate(QStyledItemDelegate):
    """Paints one row."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._font = interface_font()
        self._small = interface_font(11)
        self._small_metrics = QFontMetrics(self._small)
        self.current = ""
        # Known here and not read from the option's state: importing QStyle takes 13 ms of every start.
        self.hovered = -1
        self.focused = -1
        # Going to another file scrolls the list, which paints all of it: words cost more than their pixels.
        self._kept = KeptRows()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self._theme = theme
        self._tints: dict[Tint, QColor] = {
            Tint.ACCEPTED: theme.accepted,
            Tint.REJECTED: theme.rejected,
            Tint.OPEN: theme.open,
            Tint.ALTERED: theme.altered,
            Tint.BACK: theme.back,
            Tint.FAINT: theme.faint,
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, number = _row(index), index.row()
        is_current = row.kind is RowKind.FILE and row.key == self.current
        is_hovered = number == self.hovered and row.kind in (RowKind.FILE, RowKind.FOLDER)
        is_focused = number == self.focused

        def paint_row(on: QPainter, area: QRect) -> None:
            self._paint_ground(on, area, is_current=is_current, is_hovered=is_hovered, is_focused=is_focused)
            self._paint_words(on, area, row)

        made_from = (row, is_current, is_hovered, is_focused, self._theme)
        self._kept.draw(painter, number, made_from, option.rect, paint_row)

    def _paint_ground(
        self, painter: QPainter, area: QRect, *, is_current: bool, is_hovered: bool, is_focused: bool
    ) -> None:
        theme = self._theme
        painter.fillRect(area, theme.panel)
        if is_current:
            painter.fillRect(area, theme.raised)
            painter.fillRect(QRect(area.left(), area.top(), 2, area.height()), theme.accent)
        elif is_hovered:
            painter.fillRect(area, theme.raised)
        if is_focused:
            painter.setPen(theme.accent)
            painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_words(self, painter: QPainter, area: QRect, row: FileRow) -> None:
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        # Deep folders step in less: of names that stand far right nothing would be left.
        inset = min(row.depth, FULL_STEPS) * INDENT + max(0, row.depth - FULL_STEPS) * INDENT // 3
        inner = area.adjusted(LEFT + inset, 0, -RIGHT, 0)
        right = self._mark(painter, inner, row, metrics)
        alarms = self.alarms(row, right - inner.left(), metrics)
        room = right - inner.left() - self._room_of(alarms)
        name = metrics.elidedText(_name(row), Qt.TextElideMode.ElideMiddle, max(room, LEAST))
        painter.setPen(self._ink(row))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        if row.badge or alarms:
            left = inner.left() + metrics.horizontalAdvance(name) + 6
            self._badges(painter, QRect(left, inner.top(), right - left, inner.height()), row.badge, alarms)

    def _mark(self, painter: QPainter, inner: QRect, row: FileRow, metrics: QFontMetrics) -> int:
        """Paint what stands at the right edge; where the name has to end."""
        if not row.mark:
            return inner.right()
        width = metrics.horizontalAdvance(row.mark)
        painter.setPen(self._tints[row.tint])
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.mark)
        return inner.right() - width - 8

    def alarms(self, row: FileRow, room: int, metrics: QFontMetrics) -> Sequence[tuple[str, Tint]]:
        """What is said of danger is never what gives way: all of it beside the name, or else the first with
        how many more there are, which the tooltip names.
        """
        all_of_it = metrics.horizontalAdvance(_name(row)) + self._room_of(row.alarms)
        if len(row.alarms) < 2 or all_of_it <= room:
            return row.alarms
        text, tint = row.alarms[0]
        return ((f"{text} +{len(row.alarms) - 1}", tint),)

    def _room_of(self, alarms: Sequence[tuple[str, Tint]]) -> int:
        """What a name has to leave free."""
        return sum(self._small_metrics.horizontalAdvance(text) + 6 for text, _ in alarms)

    def _badges(self, painter: QPainter, room: QRect, badge: str, alarms: Sequence[tuple[str, Tint]]) -> None:
        painter.setFont(self._small)
        plain = Tint.ACCEPTED if badge == "new" else Tint.FAINT
        last = [(badge, plain)] if badge else []
        left, right = room.left(), room.left() + room.width()
        for text, tint in (*alarms, *last):
            width = self._small_metrics.horizontalAdvance(text)
            if left + width <= right or tint is Tint.BACK:
                painter.setPen(self._tints[tint])
                where = QRect(left, room.top() + 1, width + 1, room.height() - 1)
                painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
                left += width + 6

    def _ink(self, row: FileRow) -> QColor:
        if row.kind is RowKind.NOT_SHOWN:
            return self._theme.faint
        return self._theme.dim if row.kind is RowKind.HEADING else self._theme.text


def _row(index: Index) -> FileRow:
    model = index.model()
    assert isinstance(model, FileModel)
    return model.rows[index.row()]


def _name(row: FileRow) -> str:
    if row.kind is RowKind.FOLDER:
        return f"{'▸' if row.folded else '▾'} {row.name}"
    return row.name


class FileList(QListView):
    """The list itself: a click goes there and gives the keys back to the review, Enter does too."""

    chosen = Signal(FileRow)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setAccessibleName("Files")
        self.entered.connect(self._on_entered)
        self.clicked.connect(self._on_chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentIndex().isValid():
                self._on_chosen(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, 0))
        self.mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.mark()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def mark(self, *_: object) -> None:
        """Tell the painter where the keys are."""
        delegate = self.itemDelegate()
        if isinstance(delegate, FileDelegate):
            delegate.focused = self.currentIndex().row() if self.hasFocus() else -1
            self.viewport().update()

    def _on_entered(self, index: QModelIndex) -> None:
        self._hover(index.row())

    def _hover(self, row: int) -> None:
        delegate = self.itemDelegate()
        if isinstance(delegate, FileDelegate) and delegate.hovered != row:
            delegate.hovered = row
            self.viewport().update()

    def _on_chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(_row(index))


class FilterLine(QLineEdit):
    """The filter: Enter takes the first file, Escape clears and leaves."""

    left = Signal()
    first_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.first_wanted.emit()
        else:
            super().keyPressEvent(event)


class FilePanel(QWidget):
    """The panel: what is shown comes from `show_files`, what is wanted goes out as a path."""

    file_chosen = Signal(str)
    change_chosen = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shapes: ShapeCounts | None = None
        self._turned: frozenset[str] = frozenset()
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._files: Sequence[FileChange] = ()
        self._marks = Marks()
        self._counts = Counts((), {})
        self._not_shown: Sequence[NotShown] = ()
        self._named: tuple[Sequence[FileChange], list[Named]] = ((), [])
        self._rows = Rows(self._row)
        self._tree = Tree(frozenset(), flat=False, filtered=False)
        self._listed: Sequence[FileChange] = ()
        self._placed = 0
        """How many of the files that are listed have their rows already."""
        self._top: int | None = None
        """Where the list was scrolled to, while there are too few rows to be there again."""
        self._stay: tuple[str, int] | None = None
        """A file that was in sight, and how far below the top: its row is to stand there again."""
        self._follows = True
        """Whether the list goes to the current file when its row comes."""
        self._grow = QTimer(self)
        self._grow.setSingleShot(True)
        self._grow.setInterval(PAUSE)
        self._grow.timeout.connect(self._place_next)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW)
        self._follow.timeout.connect(self._scroll_to_current)
        self._flat = False
        self._folded: frozenset[str] = frozenset()
        self.filter = FilterLine(self)
        self.filter.setPlaceholderText("Filter files")
        self.filter.setAccessibleName("Filter files")
        self.filter.textChanged.connect(self._rebuild)
        self.filter.left.connect(self.left)
        self.filter.first_wanted.connect(self._take_first)
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
        line = QVBoxLayout()
        line.setContentsMargins(12, 0, 12, 0)
        line.addWidget(self.filter)
        layout.addLayout(line)
        layout.addWidget(self.list)

    def set_theme(self, theme: Theme) -> None:
        """Wear another theme."""
        self.delegate.set_theme(theme)
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
        if (files is known or grown) and not_shown is self._not_shown and self._shapes is None:
            self._recount(news, before, len(known))
            if grown and self.filter.text().strip():
                self._rebuild()
            elif grown:
                self._listed = files
                self._place_soon()
            return
        self._not_shown = not_shown
        self._counts = Counts(files, progress)
        self._rebuild_in_place()

    def _recount(self, news: Mapping[str, Progress | None], before: Marks, known: int) -> None:
        """Other rows for the files that are marked otherwise than before, and for the folders they lie in."""
        now, folders = self._marks, set[str]()
        more = self._files[known:]
        if more:
            self._counts.extend(more, now.progress)
            direct = {file.path[: max(file.path.rfind("/"), 0)] for file in more}
            folders.update(each for folder in direct for each in above(folder))
        for path, was in news.items():
            counted = now.progress.get(path)
            if was is not None and counted is not None and counted != was:
                self._counts.add(path, was, counted)
                folders.update(above(path.rpartition("/")[0]))
        if now.remarks is not before.remarks:
            self._rows.forget_all()
            self.list.viewport().update()
            return
        paths = {path for path, was in news.items() if was is not None}  # the new ones have no row yet
        paths |= before.viewed ^ now.viewed
        paths |= {path for path, _ in before.violations.items() ^ now.violations.items()}
        self.model.changed(at for path in paths for at in self._rows.forget(path=path))
        self.model.changed(at for folder in folders for at in self._rows.forget(folder=folder))

    def _row(self, made_from: FileChange | Folder) -> FileRow:
        if isinstance(made_from, Folder):
            return folder_row(made_from, self._counts, self._marks.remarks)
        return file_row(made_from, self._marks, flat=self._flat)

    def show_current(self, path: str) -> None:
        """Mark the file that the cursor is in."""
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

    def _scroll_to_current(self) -> None:
        number = self.model.places.get(self.delegate.current)
        if number is not None:
            self.list.scrollTo(self.model.index(number))

    def show_shapes(self, counts: ShapeCounts | None) -> None:
        """Group the files by shape, with these counts; None: by folder, as the review scrolls."""
        self._shapes = counts
        self._rebuild_in_place()

    def set_flat(self, *, flat: bool) -> None:
        """Show the files as one list with their paths, or as a tree of folders."""
        if flat != self._flat:
            self._flat = flat
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
        if self._shapes is not None:
            from workbench.ui.shape_rows import shape_rows  # noqa: PLC0415 - seldom, and not in the first frame

            wanted, turned = self.filter.text().strip(), self._turned
            at = self.list.verticalScrollBar().value()
            self._grow.stop()
            self.model.set_rows(shape_rows(self._shapes, self._marks.remarks, wanted=wanted, turned=turned))
            self.list.verticalScrollBar().setValue(at)
            self._stand_again(is_whole=True)
            return
        wanted = self.filter.text().strip()
        self._listed = filtered(self._by_name(), wanted) if wanted else self._files
        self._tree = Tree(self._folded, flat=self._flat, filtered=bool(wanted))
        self._rows, self._placed = Rows(self._row), 0
        self._top = self._top or self.list.verticalScrollBar().value()
        self._add_rows()
        self.model.set_rows(self._rows)
        self._go_on()

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

    def _add_rows(self) -> None:
        part = self._listed[self._placed : self._placed + STEP]
        self._placed += len(part)
        last = last_rows(self._not_shown, self.filter.text().strip(), nothing=not self._listed)
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

    def _go_on(self) -> None:
        self._stand_again(is_whole=self._placed >= len(self._listed))
        if self._placed < len(self._listed):
            self._grow.start()
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
            self._folded ^= {row.key}
            self._rebuild()
        elif row.change:
            self.change_chosen.emit(row.change)
        elif row.kind is RowKind.FILE:
            self.file_chosen.emit(row.key)

    def _take_first(self) -> None:
        for row in self.model.rows:
            if row.kind is RowKind.FILE:
                self.file_chosen.emit(row.key)
                return

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.list.viewport().update()
