"""What the window itself does on a command: sheets, menus, copying, searching. Judges and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication

from workbench.errors import UserError
from workbench.review.changes import Side
from workbench.review.text import one_line
from workbench.review.verdicts import Selection, Verdict
from workbench.ui.diff.document import Stop
from workbench.ui.file_rows import RowKind
from workbench.ui.look_desk import LookDesk

if TYPE_CHECKING:
    from workbench.ui.context_menu import ContextMenus
    from workbench.ui.copying import Copying
    from workbench.ui.diff.layout import Spot
    from workbench.ui.go_to_line import GoToLine
    from workbench.ui.here import Here
    from workbench.ui.search_line import SearchLine
    from workbench.ui.searching import ReviewSearch
    from workbench.ui.unshown import Unshown
    from workbench.ui.window import MainWindow


class Desk(LookDesk):
    """Works on the window that it belongs to."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._line: ReviewSearch | None = None
        self._to_line: GoToLine | None = None
        self._copies: Copying | None = None
        self._context: ContextMenus | None = None
        self._unshown: Unshown | None = None
        self._here: Here | None = None

    def settle_in(self) -> None:
        """Make what no first frame needs. The second time there is nothing to do."""
        if self._here is not None:
            return
        from workbench.ui.dropping import Dropping  # noqa: PLC0415 - no first frame needs it
        from workbench.ui.here import Here  # noqa: PLC0415 - as above
        from workbench.ui.top_menus import TopMenus  # noqa: PLC0415 - as above

        window = self._window
        TopMenus(window)
        window.files.make_filter()
        window.files.listed.make_menu()
        window.files.listed.name_key(window.keymap)
        window.status.name_keys(window.keymap)
        Dropping(window, self.open_folder)
        self._here = Here(window.controller, window.view, window.skimming, window.status, self)
        if self._unshown is None:  # the first verdict would wait for it
            self._make_unshown()

    @property
    def unshown(self) -> Unshown:
        """What asks before lines are judged that look unchanged."""
        return self._unshown or self._make_unshown()

    def _make_unshown(self) -> Unshown:
        from workbench.ui.unshown import Unshown  # noqa: PLC0415 - the first frame judges nothing

        self._unshown = Unshown(self._window.controller, self._window.view, self)
        self._window.dispatch.ran.connect(self._unshown.on_ran)
        return self._unshown

    def search(self) -> SearchLine:
        """The line to search with, made when it is first wanted."""
        if self._line is None:
            from workbench.ui.searching import ReviewSearch  # noqa: PLC0415 - the first frame searches nothing

            window = self._window
            self._line = ReviewSearch(window.controller, window.tasks, window.view, window.middle, window)
        return self._line.line

    # -- sheets -------------------------------------------------------------------------------

    def open_palette(self) -> None:
        """The palette."""
        self._window.sheets.open_palette(self._window.theme)

    def open_files(self) -> None:
        """The palette with files alone."""
        self._window.sheets.open_palette(self._window.theme, files_only=True)

    def open_drafts(self) -> None:
        """The palette with drafts alone; a single one is gone to."""
        if not self._window.sheets.open_drafts(self._window.theme):
            self._window.say("There is no draft.", "What is begun in a note and left is kept as one.", False)

    def open_keys(self) -> None:
        """The keys."""
        self._window.sheets.open_keys(self._window.theme)

    def open_task(self) -> None:
        """The task."""
        self._window.sheets.open_task()

    def open_landing(self) -> None:
        """The landing sheet."""
        self._window.sheets.open_landing(self._window.theme)

    def open_sending(self) -> None:
        """The send sheet."""
        self._window.sheets.open_sending()

    def regenerate_change(self) -> None:
        """The send sheet, for the change under the cursor alone."""
        view = self._window.view
        self._window.ledger_desk.regenerate(view.stop(), view.current_file(), whole=False)

    def regenerate_file(self) -> None:
        """The send sheet, for the file under the cursor alone."""
        view = self._window.view
        self._window.ledger_desk.regenerate(view.stop(), view.current_file(), whole=True)

    def send_back(self) -> None:
        """What is left of the ledger goes into the feedback again."""
        self._window.ledger_desk.send_back()

    def ask_now(self) -> None:
        """Send the question under the cursor at once."""
        self._window.ledger_desk.ask(self._window.view.stop().note)

    def cancel_round(self) -> None:
        """Stop what a model is writing: the answer to a question, or the round."""
        if not self._window.ledger_desk.cancel() and not self._window.findings.cancel_alone():
            self._window.sending.cancel_round()

    def open_reading(self) -> None:
        """Ask which other model reads this round."""
        self._window.findings.open()

    def is_finding(self, name: str) -> bool:
        """Whether a card is a draft that waits."""
        return self._window.findings.is_finding(name)

    def judge_finding(self, name: str, verdict: Verdict) -> None:
        """Adopt a draft as a note, or dismiss it."""
        self._window.findings.judge(name, verdict)

    def open_tray(self) -> None:
        """What the next round gets."""
        self._window.trays.open()

    def open_costs(self) -> None:
        """What the models cost."""
        self._window.rounds_desk.open_costs()

    def open_rounds(self) -> None:
        """The rounds as a picture."""
        self._window.rounds_desk.open_picture()

    def open_prompts(self) -> None:
        """The exact prompts, and what arrived."""
        self._window.rounds_desk.open_prompts()

    def compare_rounds(self) -> None:
        """Any two rounds side by side."""
        self._window.rounds_desk.compare()

    def pin_lines(self) -> None:
        """The lines under the cursor, for every next round."""
        self._window.trays.pin_lines()

    def pin_file(self) -> None:
        """The file under the cursor, for every next round."""
        self._window.trays.pin_file()

    def make_rule(self) -> None:
        """The note under the cursor as a house rule."""
        self._window.trays.make_rule()

    def open_trust(self) -> None:
        """What the repository could run, and whether it is trusted with that."""
        self._window.trusting.ask()

    def restrict(self) -> None:
        """Trust the repository no more."""
        self._window.trusting.restrict()

    def open_shape(self) -> None:
        """All changes of the shape under the cursor."""
        self._window.shapes.open(self._window.view.stop().change)

    def toggle_by_shape(self) -> None:
        """Group the files by shape, or by folder again."""
        self._window.files.show()
        self._window.grouping.toggle()
        listed = "in one list" if self._window.preferences.settings.flat_files else "by folder"
        self._window.view.tell(f"Files {'by shape' if self._window.grouping.is_on else listed}")

    def copy_feedback(self) -> None:
        """The feedback into the clipboard, without its being sent."""
        from workbench.workflow.request import handed_text  # noqa: PLC0415 - the first frame needs no feedback

        text = handed_text(self._window.controller.open_session())
        QGuiApplication.clipboard().setText(text)
        self._window.say("The feedback is in the clipboard.", f"{len(text):,} characters of Markdown.", False)
        self._window.trays.look_at_copied(text)

    def may_judge(self, stop: Stop, selections: Sequence[Selection], verdict: Verdict) -> bool:
        """Whether a verdict is given with this press: of lines that look unchanged, or that are accepted and
        were never on the screen, it asks for a second one.
        """
        unshown, key = self.unshown, self._key_of(verdict, "accept", "reject")
        if not selections and not unshown.may_judge(stop.change, verdict, key):
            return False
        is_sure = unshown.is_confirmed or verdict is not Verdict.ACCEPTED
        return is_sure or self._window.skimming.may_accept(stop, selections)

    def may_judge_file(self, path: str | None, verdict: Verdict) -> bool:
        """The same of a whole file."""
        unshown, key = self.unshown, self._key_of(verdict, "accept_file", "reject_file")
        if not unshown.may_judge_file(path, verdict, key):
            return False
        file = self._window.controller.open_session().by_path.get(path or "")
        is_sure = unshown.is_confirmed or verdict is not Verdict.ACCEPTED
        return is_sure or self._window.skimming.may_accept_file(file)

    def _key_of(self, verdict: Verdict, accept: str, reject: str) -> str:
        return self._window.keymap.shown(accept if verdict is Verdict.ACCEPTED else reject)

    def copy_lines(self) -> None:
        """The selected lines into the clipboard."""
        self._copying().copy_lines()

    def copy_patch(self) -> None:
        """The selection or the change as a patch into the clipboard."""
        self._copying().copy_patch()

    def copy_path(self) -> None:
        """The path of the file under the cursor into the clipboard."""
        path = self._window.view.current_file()
        if path is None:
            self._window.say("There is no file under the cursor.", "} goes to the next one.", False)
            return
        QGuiApplication.clipboard().setText(path)
        self._window.say("The path is in the clipboard.", one_line(path), False)

    def show_menu(self, place: QPoint, gap: Spot | None) -> None:
        """The menu of what is under the cursor of the review, or of a gap."""
        if self._window.controller.session is not None:
            self._context_menus().show(place, gap)

    def show_file_menu(self, place: QPoint) -> None:
        """The menu of a file in the list, which the review goes to: it speaks of what is under its cursor.

        Elsewhere in the list it is the one of how the files are listed.
        """
        files = self._window.files.list
        index = files.indexAt(place)
        row = self._window.files.model.rows[index.row()] if index.isValid() else None
        if row is None or row.kind is not RowKind.FILE:
            self._window.files.show_menu(files.viewport().mapToGlobal(place))
            return
        if row.key != self._window.view.current_file():
            self._window.going.go_to(Stop(row.key))
        self._context_menus().show_file(files.viewport().mapToGlobal(place))

    def _context_menus(self) -> ContextMenus:
        from workbench.ui.context_menu import ContextMenus  # noqa: PLC0415 - made when one is asked for

        if self._context is None:
            self._context = ContextMenus(self._window)
        return self._context

    def _copying(self) -> Copying:
        from workbench.ui.copying import Copying  # noqa: PLC0415 - the first frame copies nothing

        if self._copies is None:
            window = self._window
            self._copies = Copying(window.controller, window.tasks, window.view, self)
        return self._copies

    # -- searching ----------------------------------------------------------------------------

    def open_search(self) -> None:
        """The line to search with."""
        self.search()
        if self._line is not None:
            self._line.open()

    def open_line(self) -> None:
        """The line to type a line number into."""
        from workbench.ui.go_to_line import GoToLine  # noqa: PLC0415 - as the search

        window = self._window
        path = window.view.current_file()
        if path is None:
            window.say("There is no file under the cursor.", "} goes to the next one.", False)
            return
        if self._to_line is None:
            self._to_line = GoToLine(window)
            self._to_line.taken.connect(self._go_to_line)
            self._to_line.left.connect(self._leave_line)
            window.middle.addWidget(self._to_line)
        self._to_line.open(path, window.view.stop().side)

    def _go_to_line(self, side: Side | None, line: int) -> None:
        view, asked = self._window.view, self._to_line
        path = view.current_file()
        if path is None or asked is None:
            return
        side = side or view.stop().side
        count = view.line_count(path, side)
        if count is not None and line > count:
            lines = {0: "no lines", 1: "1 line"}.get(count, f"{count:,} lines")
            asked.say(f"The {side.value} side has {lines}.")
            return
        self._leave_line()
        view.go_to_line(path, side, line)

    def _leave_line(self) -> None:
        if self._to_line is not None:
            self._to_line.hide()
        self._window.view.setFocus()

    def focus_filter(self) -> None:
        """The filter of the files."""
        self._window.files.show()
        self._window.files.filter.setFocus()
        self._window.files.filter.selectAll()

    def leave(self) -> None:
        """Leave what is open or under way, the innermost alone: what is being read, a message, a selection,
        the search.
        """
        if self._window.errands.is_opening:
            self.cancel_opening()
            return
        if self._window.arriving.cancel_refresh():
            self._window.say("Reading was stopped.", "The review is as it was.", False)
            return
        if self.leave_page():
            return
        view, notice = self._window.view, self._window.notice
        if notice.isVisibleTo(self._window):
            notice.hide()
        elif view.has_selection():
            view.clear_selection()
        else:
            view.clear_selection()  # one that has begun and holds nothing yet
            if self._line is not None and self._line.is_open:
                self._line.leave()
            if self._to_line is not None:
                self._to_line.hide()
        view.setFocus()

    def open_in_editor(self) -> None:
        """Open the work tree's file under the cursor, at the line."""
        from workbench.ui.external_editor import open_in_editor  # noqa: PLC0415 - seldom

        window = self._window
        session, stop = window.controller.open_session(), window.view.stop()
        path = stop.path or window.view.current_file()
        if path is None:
            window.say("There is no file under the cursor.", "} goes to the next one.", False)
            return
        place = session.repository.work_tree / path
        try:
            open_in_editor(window.preferences.settings.editor, place, window.view.line_in_round() or 1)
        except (UserError, ValueError) as error:
            window.controller.fail(error if isinstance(error, UserError) else UserError(f"{error}."))

    def show_why(self) -> None:
        """What the model said of the change under the cursor."""
        window = self._window
        session = window.controller.open_session()
        change = session.changes_by_id.get(window.view.stop().change or "")
        if change is None or not session.review.whys:
            window.say("No model said anything of this.", "", False)
            return
        last = change.new_start + max(1, len(change.added)) - 1
        found = [
            why.text
            for why in session.review.whys[-1]
            if why.path == change.path
            and why.start <= last
            and change.new_start <= why.start + max(1, why.count) - 1
        ]
        window.say(" ".join(found) or "No model said anything of this change.", "", False)

    def close(self) -> bool:
        """Close the window."""
        return self._window.close()
