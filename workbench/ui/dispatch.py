"""What each command of the table does: one call each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from workbench.review.actions import Action, EntryJudged, RoundArrived
from workbench.review.changes import Side
from workbench.review.review import undoable
from workbench.review.text import one_line
from workbench.review.verdicts import Selection, Verdict
from workbench.ui.arriving import Arriving
from workbench.ui.commands import BY_ID, THEMES, When
from workbench.ui.controller import Controller
from workbench.ui.diff.document import Stop
from workbench.ui.diff.gaps import Opens
from workbench.ui.diff.view import DiffView
from workbench.ui.landing_errands import LandingErrands
from workbench.ui.view_commands import moving
from workbench.workflow.answers import makes_a_round

if TYPE_CHECKING:
    from workbench.ui.editing import Editing
    from workbench.workflow.session import Session


OF_THE_WHOLE = frozenset(
    (
        *("copy_feedback", "land", "close_review", "send", "send_back", "only_change", "only_file"),
        *("refresh", "read", "tray", "compare", "views", "by_shape", "edit", "undo", "redo"),
    )
)
"""What speaks of the whole review, and therefore waits until it is read."""


_ANYWHERE = frozenset(("refresh", "escape"))
"""What means something while no review is on the screen."""


class Desk(Protocol):
    """What the window itself does on a command."""

    def choose_folder(self) -> None: ...
    def is_on_page(self) -> bool: ...
    def show_start(self) -> None: ...
    def open_demo(self) -> None: ...
    def refresh_review(self) -> None: ...
    def has_stopped_reading(self) -> bool: ...
    def open_task(self) -> None: ...
    def open_landing(self) -> None: ...
    def open_sending(self) -> None: ...
    def regenerate_change(self) -> None: ...
    def regenerate_file(self) -> None: ...
    def send_back(self) -> None: ...
    def ask_now(self) -> None: ...
    def cancel_round(self) -> None: ...
    def open_reading(self) -> None: ...
    def is_finding(self, name: str) -> bool: ...
    def judge_finding(self, name: str, verdict: Verdict) -> None: ...
    def open_tray(self) -> None: ...
    def pin_lines(self) -> None: ...
    def open_costs(self) -> None: ...
    def open_rounds(self) -> None: ...
    def open_prompts(self) -> None: ...
    def compare_rounds(self) -> None: ...
    def pin_file(self) -> None: ...
    def make_rule(self) -> None: ...
    def open_trust(self) -> None: ...
    def restrict(self) -> None: ...
    def open_palette(self) -> None: ...
    def open_files(self) -> None: ...
    def open_drafts(self) -> None: ...
    def open_keys(self) -> None: ...
    def open_search(self) -> None: ...
    def copy_feedback(self) -> None: ...
    def may_judge(self, stop: Stop, selections: Sequence[Selection], verdict: Verdict) -> bool: ...
    def may_judge_file(self, path: str | None, verdict: Verdict) -> bool: ...
    def copy_lines(self) -> None: ...
    def copy_patch(self) -> None: ...
    def copy_path(self) -> None: ...
    def open_line(self) -> None: ...
    def open_look(self) -> None: ...
    def toggle_smooth(self) -> None: ...
    def toggle_flat_files(self) -> None: ...
    def focus_filter(self) -> None: ...
    def open_shape(self) -> None: ...
    def toggle_by_shape(self) -> None: ...
    def toggle_files(self) -> None: ...
    def toggle_side(self) -> None: ...
    def toggle_split(self) -> None: ...
    def toggle_wrap(self) -> None: ...
    def cycle_views(self) -> None: ...
    def open_in_editor(self) -> None: ...
    def toggle_whitespace(self) -> None: ...
    def change_code_size(self, step: int) -> None: ...
    def choose_theme(self, name: str) -> None: ...
    def show_why(self) -> None: ...
    def leave(self) -> None: ...
    def close(self) -> bool: ...


class Dispatch(QObject):
    """Runs commands by id. Every id of the table has its doer here; a test holds the two together."""

    ran = Signal(str)

    def __init__(
        self,
        desk: Desk,
        controller: Controller,
        arriving: Arriving,
        landing: LandingErrands,
        editing: Callable[[], Editing],
        view: DiffView,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._arriving, self._landing = controller, arriving, landing
        self._editing, self._view, self._desk = editing, view, desk
        self.doers: dict[str, Callable[[], object]] = {
            **moving(view),
            **self._going(),
            **self._judging(),
            **self._of_the_review(),
            **self._of_rounds(),
            **self._showing(),
            **{f"theme_{name}": self._theme(name) for name in THEMES},
        }

    def run(self, command: str) -> None:
        """Do what a command says, if what it needs is there."""
        if BY_ID[command].when is When.REVIEW and self._controller.session is None and command != "refresh":
            self._controller.said.emit("No review is open.", "Ctrl+O opens a repository.", False)
            return
        if BY_ID[command].when is When.REVIEW and command not in _ANYWHERE and self._desk.is_on_page():
            # What nobody sees is not judged, undone or sent.
            self._controller.said.emit("The review is not on the screen.", "Esc goes back to it.", False)
            return
        session = self._controller.session
        if session is not None and session.is_loading and command in OF_THE_WHOLE:
            stopped = self._desk.has_stopped_reading()
            if not (stopped and command == "refresh"):
                refused = session.unfinished(stopped=stopped)
                self._controller.said.emit(refused.message, refused.hint, False)
                return
        self.doers[command]()
        self.ran.emit(command)

    def _going(self) -> dict[str, Callable[[], object]]:
        view, desk = self._view, self._desk
        return {
            "next_open": self._next_open,
            "next_violation": self._next_violation,
            "next_note": lambda: self._next_note(1),
            "previous_note": lambda: self._next_note(-1),
            "other_end": self._other_end,
            "go_to_file": desk.open_files,
            "go_to_line": desk.open_line,
            "old_side": lambda: view.set_side(Side.OLD),
            "new_side": lambda: view.set_side(Side.NEW),
            "search": desk.open_search,
            "filter_files": desk.focus_filter,
            "menu": view.ask_for_menu,
            "palette": desk.open_palette,
        }

    def _judging(self) -> dict[str, Callable[[], object]]:
        editing = self._editing
        return {
            "accept": lambda: self._judge(Verdict.ACCEPTED),
            "reject": lambda: self._judge(Verdict.REJECTED),
            "reopen": lambda: self._judge(Verdict.OPEN),
            "reject_reason": self._give_reason,
            "accept_file": lambda: self._judge_file(Verdict.ACCEPTED),
            "reject_file": lambda: self._judge_file(Verdict.REJECTED),
            "select": self._view.toggle_selecting,
            "select_down": lambda: self._view.extend(1),
            "select_up": lambda: self._view.extend(-1),
            "edit": lambda: editing().edit_lines(),
            "repeat": self._repeat,
            "shape": self._desk.open_shape,
            "viewed": self._mark_viewed,
            "undo": self._undo,
            "redo": self._controller.redo,
            "note": lambda: editing().write_note(),
            "note_file": lambda: editing().note_file(),
            "note_review": lambda: editing().note_review(),
            "withdraw": self._withdraw,
            "drafts": self._desk.open_drafts,
            "why": self._desk.show_why,
        }

    def _of_the_review(self) -> dict[str, Callable[[], object]]:
        desk = self._desk
        return {
            "open": desk.choose_folder,
            "recent": desk.show_start,
            "demo": desk.open_demo,
            "task": desk.open_task,
            "land": desk.open_landing,
            "close_review": self._controller.close_review,
            "trust": desk.open_trust,
            "restrict": desk.restrict,
            "quit": desk.close,
            "refresh": desk.refresh_review,
            "copy": desk.copy_lines,
            "copy_patch": desk.copy_patch,
            "copy_path": desk.copy_path,
            "copy_feedback": desk.copy_feedback,
        }

    def _of_rounds(self) -> dict[str, Callable[[], object]]:
        desk = self._desk
        return {
            "send": desk.open_sending,
            "only_change": desk.regenerate_change,
            "only_file": desk.regenerate_file,
            "send_back": desk.send_back,
            "ask": desk.ask_now,
            "read": desk.open_reading,
            "tray": desk.open_tray,
            "pin": desk.pin_lines,
            "pin_file": desk.pin_file,
            "make_rule": desk.make_rule,
            "cancel_round": desk.cancel_round,
            "costs": desk.open_costs,
            "rounds": desk.open_rounds,
            "prompts": desk.open_prompts,
            "compare": desk.compare_rounds,
        }

    def _showing(self) -> dict[str, Callable[[], object]]:
        desk = self._desk
        return {
            "context_above": lambda: self._open_context(Opens.ABOVE),
            "context_below": lambda: self._open_context(Opens.BELOW),
            "context_between": lambda: self._open_context(Opens.ALL),
            "split": desk.toggle_split,
            "wrap": desk.toggle_wrap,
            "whitespace": desk.toggle_whitespace,
            "views": desk.cycle_views,
            "editor": desk.open_in_editor,
            "fold": self._fold,
            "by_shape": desk.toggle_by_shape,
            "files_panel": desk.toggle_files,
            "side_panel": desk.toggle_side,
            "bigger": lambda: desk.change_code_size(1),
            "smaller": lambda: desk.change_code_size(-1),
            "normal_size": lambda: desk.change_code_size(0),
            "look": desk.open_look,
            "smooth": desk.toggle_smooth,
            "flat_files": desk.toggle_flat_files,
            "keys": desk.open_keys,
            "escape": desk.leave,
        }

    def _judge(self, verdict: Verdict) -> None:
        """The one grammar: the same key on a note, a ledger entry, selected lines or a change."""
        stop = self._view.stop()
        selections = self._selections()
        entry = self._controller.entry(stop.entry) if stop.entry else None
        if stop.note is not None and not selections and self._desk.is_finding(stop.note):
            self._desk.judge_finding(stop.note, verdict)
        elif stop.note is not None and not selections:
            self._controller.judge_note(stop.note, verdict)
        elif entry is None:
            if not self._desk.may_judge(stop, selections, verdict):
                return
            self._controller.judge(stop, selections, verdict)
            self._view.clear_selection()
        elif verdict is Verdict.OPEN:
            self._show_entry(entry.changes)
        elif makes_a_round(entry, verdict):
            self._arriving.restore(entry)
        else:
            self._controller.answer_entry(entry, verdict)

    def _give_reason(self) -> None:
        stop = self._view.stop()
        if stop.note is not None or self._desk.may_judge(stop, (), Verdict.REJECTED):
            self._editing().give_reason()

    def _withdraw(self) -> None:
        name = self._view.stop().note
        if name is not None and self._desk.is_finding(name):
            self._desk.judge_finding(name, Verdict.REJECTED)
        else:
            self._controller.withdraw(name)

    def _selections(self) -> tuple[Selection, ...]:
        """What is selected, and nothing where only the cursor stands."""
        return self._view.selections() if self._view.has_selection() else ()

    def _show_entry(self, changes: tuple[str, ...]) -> None:
        if changes:
            self._view.go_to_change(changes[0])

    def _judge_file(self, verdict: Verdict) -> None:
        path = self._view.current_file()
        if self._desk.may_judge_file(path, verdict):
            self._controller.judge_file(path, verdict)

    def _repeat(self) -> None:
        last = self._controller.open_session().last_verdict
        verdict = last[0] if self._controller.last_note is None and last is not None else Verdict.OPEN
        if not self._desk.may_judge(self._view.stop(), self._selections(), verdict):
            return
        self._controller.repeat(self._view.stop(), self._selections())
        self._view.clear_selection()

    def _undo(self) -> None:
        if self._landing.undo():
            return
        session = self._controller.open_session()
        taken: list[object] = []
        if self._controller.attempt(lambda: taken.extend(self._undone(session))):
            self._controller.undo_said(taken[0])  # type: ignore[arg-type]  # what undo gave, or None

    def _undone(self, session: Session) -> tuple[Action | None, ...]:
        """One press takes back one act: lines that were restored were answered for and put back at once."""
        action = session.undo()
        if isinstance(action, EntryJudged) and action.answer == "restored":
            before = undoable(session.review)
            if isinstance(before, RoundArrived) and before.round.tree == action.tree:
                session.undo()
        return (action,)

    def _mark_viewed(self) -> None:
        path = self._view.current_file()
        if self._controller.view_file(path):
            self._view.tell(f"Viewed: {one_line(path or '')}")
            self._view.next_file(1)
            if self._view.current_file() == path:
                self._controller.said.emit("That was the last file.", "> goes to what is still open.", False)
                self._view.tell("It was the last file")

    def _next_open(self) -> None:
        if self._view.next_open():
            return
        session = self._controller.session
        if session is not None and session.is_loading:
            self._controller.said.emit("The rest of the review is still being read.", "", False)
        else:
            self._controller.said.emit(
                "Everything is judged.", "L lands it, Ctrl+Shift+Enter sends it.", False
            )

    def _next_note(self, step: int) -> None:
        if not self._view.next_note(step) and not self._view.stop().note:
            self._controller.said.emit("There is no note.", "c writes one.", False)

    def _next_violation(self) -> None:
        if not self._view.next_violation(1):
            words = "There is no violation in this round."
            self._controller.said.emit(words, "", False)

    def _other_end(self) -> None:
        if not self._view.go_to_other_end():
            here = "No moved block is under the cursor."
            words = here if self._view.moves.complete else "Moved blocks were not all looked for."
            hint = "" if self._view.moves.complete else "The review is too large for it."
            self._controller.said.emit(words, hint, False)

    def _open_context(self, opens: Opens) -> None:
        if not self._view.open_context(opens):
            self._controller.said.emit("No lines are folded away there.", "", False)

    def _fold(self) -> None:
        path = self._view.current_file()
        if path is not None:
            self._view.toggle_fold(path)

    def _theme(self, name: str) -> Callable[[], object]:
        return lambda: self._desk.choose_theme(name)
