"""Shapes in the window: found behind it once a round is shown, listed by a key, judged and noted at once.

What was looked at and taken out is kept while the window is open, so that a change can be gone to and come
back from. The acts themselves are those of `workflow/shape_acts.py`, as the command line has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError
from workbench.review.changes import Change, FileChange
from workbench.review.notes import Intent
from workbench.review.verdicts import Verdict, verdict_of
from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.keymap import Keymap
from workbench.ui.single_shot import single_shot
from workbench.ui.tasks import Report, Tasks
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.shape_sheet import Looking, ShapeSheet
    from workbench.ui.sheets import Sheets
    from workbench.workflow.shape_acts import Placed, RoundShapes

# The sheet and the acts are imported when they are first needed: the first frame needs neither.

FEW = 300
"""Changes whose shapes are found at once (some 10 ms), where a key needs them before the worker has them."""

_SAID = {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected", Verdict.OPEN: "open again"}
Act = Callable[["Placed"], None]


class Shapes(QObject):
    """Knows the shapes of the round, and opens their sheet."""

    found = Signal(object)
    change_wanted = Signal(str)
    command_wanted = Signal(str)

    def __init__(
        self,
        controller: Controller,
        tasks: Tasks,
        sheets: Sheets,
        keymap: Keymap,
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._tasks, self._sheets = controller, tasks, sheets
        self._keymap, self._theme = keymap, theme
        self._files: tuple[FileChange, ...] | None = None
        self._shapes: RoundShapes | None = None
        self._looking: dict[str, Looking] = {}
        self._entered: set[str] = set()
        self._wanted: str | None = None
        self._at: str | None = None
        self.unseen: Callable[[Sequence[Change]], str] = lambda _: ""
        """What of some changes was never on the screen, as a sentence; "" where all of it was."""
        self._act: Act | None = None
        self._from = ""
        self._left = ""
        self._steps: list[Callable[[], object]] = []
        self._rest = single_shot(self, 0, self._on_rest)
        self._is_warm = False
        self._warm = single_shot(self, 0, self._make_ready)
        controller.opened.connect(self._forget)
        controller.changed.connect(self._on_changed)

    # -- finding them -------------------------------------------------------------------------

    @property
    def shapes(self) -> RoundShapes | None:
        """The shapes of the files that are shown, None while they are looked for."""
        session = self._controller.session
        known = session is not None and self._files is session.files_so_far
        return self._shapes if known else None

    def look(self) -> None:
        """Find the shapes of the round that is shown, where they are not known yet."""
        session = self._controller.session
        if session is None or session.is_loading or self._files is session.files:
            return
        from workbench.workflow.shape_acts import find_shapes  # noqa: PLC0415 - said above

        files = session.files
        self._files, self._shapes = files, None

        def work(report: Report) -> object:
            # Imported here, so that the first key does not wait for it.
            import workbench.ui.shape_sheet  # noqa: F401, PLC0415

            return files, find_shapes(files, report.give_way, session.told_shapes())

        self._tasks.start("shapes", work, self._on_found, self._controller.fail, behind=True)

    def _on_found(self, found: tuple[Any, RoundShapes]) -> None:
        session = self._controller.session
        if session is None or found[0] is not session.files_so_far:
            return
        self._shapes = found[1]
        self.found.emit(self._shapes)
        self._warm.start()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and not self._sheets.is_open:
            self.open(wanted or self._at)

    def _make_ready(self) -> None:
        """PySide makes the enums of a class when it is first used: not while the first `s` is waited for."""
        if not self._is_warm:
            self._is_warm = True
            self._sheets.window.style()
            self._warm.start()
        elif not self._sheets.is_open and self.shapes is not None:
            from workbench.ui.shape_list import ShapeList  # noqa: PLC0415 - said above

            ShapeList(self._theme(), self._sheets.window).deleteLater()

    def _forget(self) -> None:
        self._files, self._shapes, self._wanted = None, None, None
        self._looking.clear()
        self._entered.clear()

    def entered(self, stop: Stop) -> None:
        """The cursor of the review is on something: a change that was gone to was looked at."""
        self._at = stop.change
        if stop.change is not None:
            self._entered.add(stop.change)

    def on_ran(self, command: str) -> None:
        """Who does something else meanwhile waits for the list no more: its keys judge many at once."""
        if command != "shape":
            self._wanted = None

    # -- the sheet ----------------------------------------------------------------------------

    def open(self, change_id: str | None) -> None:
        """List all changes of the shape of this one."""
        session = self._controller.open_session()
        change = session.changes_by_id.get(change_id or "")
        if change is None and session.is_loading:
            # The first frame may not be there yet: it is the change that the cursor is on then.
            self._wait("")
            return
        if change is None:
            self._controller.said.emit(
                "There is no change under the cursor.", "] goes to the next one.", False
            )
            return
        shapes = self.shapes
        if shapes is None and len(session.changes_by_id) <= FEW and not session.is_loading:
            from workbench.workflow.shape_acts import find_shapes  # noqa: PLC0415 - said above

            self._tasks.cancel("shapes")
            shapes = self._shapes = find_shapes(session.files)
            self._files = session.files
            self.found.emit(shapes)
        if shapes is None:
            self._wait(change.id)
            return
        self._show(change, shapes)

    def _wait(self, change: str) -> None:
        self._wanted = change
        self.look()
        self._controller.said.emit("The same change is being looked for…", "It is listed then.", False)

    def open_draft(self, key: str) -> None:
        """The list of the shape that a draft is about, with its editor."""
        from workbench.ui.drafts import SHAPES  # noqa: PLC0415 - said above

        kind, _, shape = key.partition(" ")
        group = self.shapes.group(shape) if self.shapes is not None else None
        same = (*group.changes, *group.apart) if group is not None else ()
        if not same:
            words = "What the draft was about is not in this round."
            self._controller.said.emit(words, "The draft is kept.", False)
            return
        self.open(same[0].id)
        sheet = self.sheet()
        if sheet is not None:
            sheet.do(SHAPES[kind])

    def _show(self, change: Change, shapes: RoundShapes) -> None:
        from workbench.ui.shape_sheet import Looking, ShapeSheet  # noqa: PLC0415 - said above

        shape = shapes.of[change.id]
        group = shapes.group(shape)
        looking = self._looking.setdefault(shape, Looking())
        looking.looked |= self._entered.intersection(each.id for each in (*group.changes, *group.apart))
        sheet = ShapeSheet(self._theme(), self._keymap, group, looking, self._sheets.window)
        sheet.judged.connect(self._on_judged)
        sheet.reasoned.connect(self._on_reasoned)
        sheet.noted.connect(self._on_noted)
        sheet.entered.connect(self._on_entered)
        sheet.undo_wanted.connect(self.command_wanted)
        sheet.drafted.connect(self._on_draft)
        sheet.opened_editor.connect(self._on_editor)
        self._from = change.id
        self._sheets.close()
        tiers = {path: each.value for path, each in shapes.tiers.items()}
        sheet.show_changes(self._verdict, tiers, change.id)
        self._sheets.show_over(sheet)

    def sheet(self) -> ShapeSheet | None:
        """The sheet, if that is what is open."""
        current = self._sheets.current()
        if current is None:
            return None
        from workbench.ui.shape_sheet import ShapeSheet  # noqa: PLC0415 - said above

        return current if isinstance(current, ShapeSheet) else None

    def _verdict(self, change: Change) -> Verdict:
        return verdict_of(change, self._controller.open_session().review.current)

    def _on_changed(self) -> None:
        sheet = self.sheet()
        session = self._controller.session
        if sheet is None or session is None:
            return
        if self._files is not session.files:
            # Another round: what is listed is not what is there.
            sheet.close_sheet()
        else:
            sheet.refresh()

    def _on_entered(self, change: str) -> None:
        self.change_wanted.emit(change)
        self._controller.said.emit("One of the changes of this shape.", "s goes back to all of them.", False)

    # -- acts ---------------------------------------------------------------------------------

    def _on_judged(self, verdict: Verdict, changes: tuple[Change, ...]) -> None:
        from workbench.workflow.shape_acts import judging_all  # noqa: PLC0415 - said above

        if self._controller.steps.is_busy:
            self._controller.steps.finish()
            if self.sheet() is None:
                return  # that was the same press, or it brought another round
        session, sheet = self._controller.open_session(), self.sheet()
        if verdict is Verdict.ACCEPTED and sheet is not None:
            left = [each for each in changes if each.id not in sheet.looking.shown]
            if not sheet.is_sure(changes, self.unseen(left)):
                return
        words = f"{_counted(changes)} {_SAID[verdict]}."
        self._controller.attempt_in_steps(
            judging_all(session, changes, verdict), lambda _: self._judged(words), shown=True
        )

    def _on_reasoned(self, reason: str, changes: tuple[Change, ...]) -> None:
        from workbench.workflow.shape_acts import rejecting_all  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        if not reason:
            self._on_judged(Verdict.REJECTED, changes)
            return

        def act(placed: Placed) -> None:
            words = f"{_counted(changes)} rejected, with one reason."
            self._controller.attempt_in_steps(
                rejecting_all(session, placed, reason), lambda _: self._leave_soon(words), shown=True
            )

        self._place(changes, act)

    def _on_noted(self, intent: Intent, text: str, changes: tuple[Change, ...]) -> None:
        from workbench.workflow.shape_acts import note_all  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        if not text:
            self._controller.fail(UserError("The note is empty.", hint="Write a sentence."))
            return

        def act(placed: Placed) -> None:
            note = note_all(session, placed, intent, text)
            self._show_soon(f"{note.id} stands on {_counted(changes)}, and is sent once.")

        self._place(changes, act)

    def _place(self, changes: tuple[Change, ...], act: Act) -> None:
        """Find where the note stands at every change, which reads their files; then do it."""
        from workbench.workflow.shape_acts import place_all  # noqa: PLC0415 - said above

        session = self._controller.open_session()
        self._act = act
        index = session.review.index
        self._tasks.start(
            "shape places",
            lambda _: (index, place_all(session, changes)),
            self._on_placed,
            self._controller.fail,
        )

    def _on_placed(self, placed: tuple[int, Placed]) -> None:
        session = self._controller.session
        act, self._act = self._act, None
        if act is not None and session is not None and session.review.index == placed[0]:
            try:
                act(placed[1])
            except (UserError, OSError) as error:
                self._controller.fail(error)

    def _show_soon(self, words: str) -> None:
        """What was done is on disk. Shown in steps: of ten thousand places, all at once is felt."""
        self._leave_soon(words)
        self._steps.insert(0, self._controller.changed.emit)

    def _leave_soon(self, words: str) -> None:
        """It is shown: the list is left in the next turns."""
        self._drop_draft()
        self._steps = [self._go_on, partial(self._say, words)]
        self._rest.start()

    def _on_rest(self) -> None:
        if self._steps and self._controller.session is not None:
            self._steps.pop(0)()
            self._rest.start()

    def _judged(self, words: str) -> None:
        sheet = self.sheet()
        if sheet is None or sheet.editor is None:
            self._go_on()  # else somebody writes in the list by now
        self._say(words)

    def _go_on(self) -> None:
        """Leave the list, for the next change that is open."""
        from workbench.review.sensitive import left_out  # noqa: PLC0415 - said above

        sheet, after = self.sheet(), self._from
        self._left = ""
        if sheet is not None:
            paths = tuple(dict.fromkeys(change.path for change in sheet.group.apart))
            self._left = f" {left_out(paths)}" if paths else ""
            sheet.close_editor()
            sheet.close_sheet()
        self._controller.judged.emit(after)

    def _say(self, words: str) -> None:
        self._controller.said.emit(f"{words}{self._left}", "u takes it back.", False)

    # -- drafts -------------------------------------------------------------------------------

    def _on_editor(self) -> None:
        sheet = self.sheet()
        if sheet is not None:
            sheet.show_draft(self._controller.open_session().drafts())

    def _on_draft(self, key: str, body: str) -> None:
        session = self._controller.session
        if session is not None:
            try:
                session.save_draft(key, body)
            except UserError as error:
                self._controller.fail(error)

    def _drop_draft(self) -> None:
        sheet = self.sheet()
        if sheet is not None and sheet.editor is not None:
            self._controller.open_session().drop_draft(sheet.editor.key)


def _counted(changes: tuple[Change, ...]) -> str:
    return "1 change" if len(changes) == 1 else f"{len(changes):,} changes"
