"""Opens the sheets, one at a time, and ties them to what they ask for.

Each sheet's file is imported when it is first opened: the first frame needs none, and start-up is measured.
"""

# ruff: noqa: PLC0415 - the whole file exists so that the sheets are imported late

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from workbench.errors import UserError
from workbench.review.actions import FeedbackSent, Landed
from workbench.review.skimming import Passed
from workbench.review.text import visible
from workbench.ui.commands import COMMANDS, When
from workbench.ui.controller import Controller
from workbench.ui.keymap import Keymap, shown
from workbench.ui.landing_errands import LandingErrands
from workbench.ui.preferences import Preferences
from workbench.ui.sending_errands import SendingErrands
from workbench.ui.sheet import Sheet
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.landing_sheet import LandingSheet
    from workbench.ui.send_sheet import SendSheet
    from workbench.workflow.only import Wanted


class Sheets(QObject):
    """Knows which sheet is open."""

    command_taken = Signal(str)
    file_taken = Signal(object)
    tracked_wanted = Signal()
    note_taken = Signal(str)
    draft_taken = Signal(object)
    change_taken = Signal(str)
    handed_over = Signal(object)
    tray_wanted = Signal(str)

    def __init__(
        self,
        controller: Controller,
        sending: SendingErrands,
        landing: LandingErrands,
        preferences: Preferences,
        keymap: Keymap,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._controller, self._sends, self._landing = controller, sending, landing
        self._preferences, self._keymap, self._window = preferences, keymap, window
        self._open: Sheet | None = None
        self._under: list[Sheet] = []
        self._only: Wanted | None = None
        self.waiting = False
        """True when a caller waits for the feedback."""
        self.passed: Callable[[float], tuple[Passed, ...]] = lambda _: ()
        """The accepted changes that were passed faster than so many lines a second."""
        sending.outgoing_read.connect(self._fill_sending)
        sending.send_failed.connect(self._on_send_failed)
        sending.sent.connect(self._on_sent)
        sending.round_began.connect(self._on_round_began)
        landing.plan_made.connect(self._on_plan)
        landing.plan_failed.connect(self._on_plan_failed)
        landing.secrets_found.connect(self._on_secrets)
        landing.failed.connect(self._on_landing_failed)
        landing.landed.connect(self._on_landed)

    @property
    def is_open(self) -> bool:
        """True while a sheet covers the window."""
        return self._open is not None

    def current(self) -> Sheet | None:
        """The sheet that is open."""
        return self._open

    @property
    def window(self) -> QWidget:
        """What the sheets cover."""
        return self._window

    def close(self) -> None:
        """Take the open sheet away, and those under it."""
        for sheet in (self._open, *reversed(self._under)):
            if sheet is not None:
                sheet.close_sheet()

    def show_over(self, sheet: Sheet) -> None:
        """Open a sheet over the one that is open, which is there again afterwards as it was."""
        if self._open is not None:
            self._under.append(self._open)
        self._open = sheet
        sheet.closed.connect(self._on_closed)
        sheet.open()

    def _show(self, sheet: Sheet) -> None:
        self.close()
        self.show_over(sheet)

    def _on_closed(self) -> None:
        closed = self.sender()
        self._under = [sheet for sheet in self._under if sheet is not closed]
        if closed is self._open:
            self._open = self._under.pop() if self._under else None

    # -- palette and keys ---------------------------------------------------------------------

    def open_palette(self, theme: Theme, *, files_only: bool = False) -> None:
        """The palette with everything, or with files alone."""
        from workbench.ui.palette import Palette

        choices = self._file_choices() if files_only else [*self._command_choices(), *self._file_choices()]
        if not files_only:
            choices += [*self._draft_choices(), *self._note_choices()]
        hint = "Go to a file" if files_only else "Go to file, change, command…"
        palette = Palette(theme, choices, self._window, hint)
        palette.taken.connect(self._on_taken)
        self._show(palette)
        if self._controller.session is not None:
            self.tracked_wanted.emit()

    def open_drafts(self, theme: Theme) -> bool:
        """The palette with drafts alone, or the only one there is. False: there is none."""
        from workbench.ui.palette import Palette, Target

        choices = [each for each in self._draft_choices() if each.target is Target.DRAFT]
        if len(choices) == 1:
            self._on_taken(Target.DRAFT, choices[0].id)
        elif choices:
            palette = Palette(theme, choices, self._window, "Go to a draft")
            palette.taken.connect(self._on_taken)
            self._show(palette)
        return bool(choices)

    def show_tracked(self, paths: tuple[str, ...]) -> None:
        """The files that the round leaves as they are, after those that it changes."""
        from workbench.ui.palette import Choice, Palette, Target, clean

        session, palette = self._controller.session, self._open
        if session is None or not isinstance(palette, Palette):
            return
        changed = session.by_path
        palette.add(
            [Choice(Target.FILE, each, clean(each), "unchanged") for each in paths if each not in changed]
        )

    def _command_choices(self) -> list[Any]:
        from workbench.ui.palette import Choice, Target

        has_review = self._controller.session is not None
        found = []
        for command in COMMANDS:
            if command.id in ("palette", "escape"):
                continue
            menu = command.menu.value
            # "Note: Note on the file" would say it twice.
            says_it = command.title.startswith(f"{menu} ") or ": " in command.title
            title = command.title if says_it else f"{menu}: {command.title}"
            keys = "  ".join(shown(key) for key in self._keymap.keys(command.id)[:2])
            found.append(
                Choice(Target.COMMAND, command.id, title, keys, has_review or command.when is When.ALWAYS)
            )
        return found

    def _file_choices(self) -> list[Any]:
        from workbench.ui.palette import Choice, Target, clean

        session = self._controller.session
        if session is None:
            return []
        progress = self._controller.file_progress()
        return [
            Choice(
                Target.FILE,
                file.path,
                clean(file.path),
                f"{progress[file.path].judged}/{progress[file.path].total}",
            )
            for file in session.files_so_far
        ]

    def _note_choices(self) -> list[Any]:
        from workbench.ui.palette import Choice, Target, clean

        session = self._controller.session
        if session is None:
            return []
        return [
            Choice(
                Target.NOTE,
                note.id,
                f"{note.id}: {clean(' '.join(note.text.split()))[:100]}",
                note.intent.value,
            )
            for note, _ in session.notes_in_round()
            if not note.reason
        ]

    def _draft_choices(self) -> list[Any]:
        """What is being written and not saved; then what other models found and nobody judged yet."""
        from workbench.review.findings import open_findings
        from workbench.ui.drafts import can_open, draft_words
        from workbench.ui.palette import Choice, Target, clean

        session = self._controller.session
        if session is None:
            return []
        kept = [
            Choice(Target.DRAFT, key, f"Draft, {draft_words(key, body)}", "not saved")
            for key, body in session.drafts().items()
            if can_open(key)
        ]
        return kept + [
            Choice(
                Target.NOTE,
                each.id,
                f"{each.id}: {clean(' '.join(each.claim.split()))[:100]}",
                f"{each.intent.value} · draft",
            )
            for each in open_findings(session.review.findings)
        ]

    def _on_taken(self, target: str, identity: str) -> None:
        from workbench.ui.drafts import TASK

        if (target, identity) == ("draft", TASK):
            self.open_task()
            return
        signals = {
            "command": self.command_taken,
            "file": self.file_taken,
            "note": self.note_taken,
            "draft": self.draft_taken,
        }
        signals.get(target, self.change_taken).emit(identity)

    def open_look(self, theme: Theme) -> None:
        """Theme, font, size and tabs."""
        from workbench.ui.look_sheet import LookSheet

        self._show(LookSheet(theme, self._preferences, self._window))

    def open_keys(self, theme: Theme) -> None:
        """All keys."""
        from workbench.ui.key_sheet import KeySheet

        self._show(KeySheet(theme, self._keymap, self._window))

    def open_task(self) -> None:
        """Write the task."""
        from workbench.ui.task_desk import TaskDesk
        from workbench.ui.task_sheet import TaskSheet

        session = self._controller.open_session()
        desk = TaskDesk(session, self._controller)
        sheet = TaskSheet(session.review.task, desk.draft(), self._window)
        desk.attend(sheet)
        self._show(sheet)

    # -- sending ------------------------------------------------------------------------------

    def open_sending(self, only: Wanted | None = None) -> None:
        """Send the feedback; with `only`, just that is to be made anew."""
        from workbench.ui.send_sheet import SendSheet

        sheet = SendSheet(self._window)
        if only is not None:
            sheet.title.setText(visible(f"Make only {only.words} anew").text)
        sheet.sent.connect(self._on_send_wanted)
        sheet.tray_wanted.connect(self.tray_wanted)
        self._show(sheet)
        self._only = only
        self._sends.read_outgoing(waiting=self.waiting, only=only)

    def sending(self) -> SendSheet | None:
        """The send sheet, if that is what is open."""
        from workbench.ui.send_sheet import SendSheet

        return self._open if isinstance(self._open, SendSheet) else None

    def _fill_sending(self, found: tuple[Any, Any, str]) -> None:
        sheet = self.sending()
        if sheet is not None:
            outgoing, recipients, last = found
            if self._only is not None:
                # The tray is that of a whole round: of one change, the model is given less.
                outgoing = replace(outgoing, tray=None)
            chosen = "waiting" if self.waiting else last or self._preferences.settings.model
            sheet.show_outgoing(
                outgoing, recipients, chosen, take_out=self._preferences.settings.take_out_before_sending
            )

    def _on_send_wanted(self, recipient: object, take_out: bool) -> None:
        sheet = self.sending()
        before = self._preferences.settings.take_out_before_sending
        if sheet is not None and sheet.take_out.isVisible() and take_out != before:
            self._preferences.change(take_out_before_sending=take_out)
        self._sends.send(recipient, take_out=take_out, only=self._only)

    def _on_send_failed(self, error: UserError) -> None:
        sheet = self.sending()
        if sheet is not None:
            sheet.show_error(f"{error.message} {error.hint}".strip())
        else:
            self._controller.said.emit(error.message, error.hint, True)

    def _on_round_began(self, _: str) -> None:
        if self.sending() is not None:
            self.close()

    def _on_sent(self, action: FeedbackSent) -> None:
        if self.sending() is not None:
            self.close()
        if action.recipient == "clipboard":
            QGuiApplication.clipboard().setText(action.text)
            self._controller.said.emit(
                "The feedback is in the clipboard.", "When the work tree was edited, R reads it again.", False
            )
        elif action.recipient == "waiting":
            self.handed_over.emit(action)

    # -- landing ------------------------------------------------------------------------------

    def open_landing(self, theme: Theme) -> None:
        """Land what was accepted."""
        from workbench.ui.landing_sheet import LandingSheet
        from workbench.workflow.landing_plan import last_destination, suggested_branch

        session = self._controller.open_session()
        sheet = LandingSheet(theme, self._window)
        sheet.file.setText(str(Path.cwd() / f"{session.repository.name}.patch"))
        sheet.name.setText(suggested_branch(session))
        sheet.plan_wanted.connect(self._landing.plan)
        sheet.confirmed.connect(self._landing.carry_out)
        sheet.closed.connect(self._landing.stop)
        self._show(sheet)
        sheet.start(last_destination(session))

    def landing(self) -> LandingSheet | None:
        """The landing sheet, if that is what is open."""
        from workbench.ui.landing_sheet import LandingSheet

        return self._open if isinstance(self._open, LandingSheet) else None

    def _on_plan(self, plan: Any) -> None:
        sheet = self.landing()
        if sheet is not None:
            sheet.show_passed(self.passed(self._preferences.settings.pace))
            sheet.show_plan(plan)

    def _on_secrets(self, plan: Any) -> None:
        sheet = self.landing()
        if sheet is not None:
            sheet.show_secrets(plan)

    def _on_plan_failed(self, error: UserError) -> None:
        sheet = self.landing()
        if sheet is not None:
            sheet.show_failed_plan(f"{error.message} {error.hint}".strip())

    def _on_landing_failed(self, error: UserError) -> None:
        from workbench.workflow.landing import HookError, said_by

        sheet = self.landing()
        if sheet is not None:
            if isinstance(error, HookError):
                sheet.show_hooks(said_by(error.runs))
                error = UserError(error.message, hint="Mend what it says, or land without hooks.")
            sheet.show_error(f"{error.message} {error.hint}".strip())
        else:
            self._controller.said.emit(error.message, error.hint, True)

    def _on_landed(self, action: Landed) -> None:
        count = len(action.files)
        files = f"{count} file{'' if count == 1 else 's'}"
        kind, _, name = action.destination.partition(":")
        words = {
            "worktree": f"Landed: {files} written to the work tree.",
            "index": f"Landed: {files} staged; the work tree is left as it is.",
            "branch": f"Landed: commit {(action.ref_after or '')[:10]} on {name}, with {files}.",
        }.get(kind, f"Landed: the patch is in {name}.")
        sheet = self.landing()
        if sheet is not None and action.hooks:
            sheet.show_landed(words, action.hooks)
        elif sheet is not None:
            self.close()
        self._controller.said.emit(words, "u puts everything back. The review is closed.", False)
