"""What of the session is shown now: one `Document`, counts, marks. Reads the session, and does nothing to it.

Parts that did not change are the same objects as before, so that nobody downstream looks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from workbench.errors import UserError
from workbench.review.changes import FileChange
from workbench.review.entries import Entry, Said
from workbench.review.notes import Author, Intent, Note, Place, Reply
from workbench.review.places import places_now
from workbench.review.progress import Progress, Tally, changes_at, note_counts
from workbench.ui.diff.document import Document
from workbench.ui.round_views import RoundViews, View
from workbench.workflow.session import Session

if TYPE_CHECKING:
    from workbench.ui.writing import Writing
    from workbench.workflow.remarks import Remark

T = TypeVar("T")


class Showing(QObject):
    """Holds the session, and what was last shown of it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Session | None = None
        self._tally = Tally()
        self._document = Document()
        self._entries: tuple[Entry, ...] = ()
        self._noted: tuple[tuple[object, ...], tuple[Mapping[str, str], Mapping[str, str]]] = ((), ({}, {}))
        """What notes say of changes, and of what it was made."""
        self.views = RoundViews()
        self.writing: dict[str, Writing] = {}
        """Questions that are being answered, by note: the model, and what it has written so far."""
        self.remarks: Mapping[str, Remark] = {}
        """What is said of the files besides their lines, as far as it was looked at."""
        self._remarked: tuple[FileChange, ...] | None = None
        self._remarked_task = ""
        self.others: tuple[FileChange, ...] = ()
        """Files that do not differ, and are shown after those that do."""
        self._shown: tuple[tuple[FileChange, ...], tuple[FileChange, ...], tuple[FileChange, ...]] = (
            (),
            (),
            (),
        )

    def _begin(self) -> None:
        """Another session: nothing of the one before is shown."""
        self._tally = Tally()
        self._document, self._entries = Document(), ()
        self._noted = (), ({}, {})
        self.views = RoundViews()
        self.remarks, self._remarked = {}, None
        self.others = ()

    def open_session(self) -> Session:
        """The session. UserError when there is none, for commands that need one."""
        if self.session is None:
            raise UserError("No review is open.", hint="Open a repository: Ctrl+O.")
        return self.session

    def cycle_views(self) -> View:
        """Show the next view of the round."""
        view = self.views.cycle(self.open_session())
        self.changed.emit()
        return view

    def enter_view(self, view: View) -> None:
        """Show this view of the round."""
        if self.views.enter(self.open_session(), view):
            self.changed.emit()

    def uncover(self, path: str | None, change: str | None = None) -> None:
        """Show everything again if this is left out by the view."""
        if self.session is not None and self.views.hides(self.session, path, change):
            self.views.show_all()
            self.changed.emit()

    def document(self) -> Document:
        """What the diff view shows now. Parts that did not change are the same objects as before."""
        session, before = self.open_session(), self._document
        review = session.review
        entries = session.ledger()
        answered = self._answers()
        if entries is not self._entries or before.answered != answered:
            shown = tuple(entry for entry in entries if entry.said is not Said.KEPT)
            marks = {
                change: entry.said for entry in shown if entry.id not in answered for change in entry.changes
            }
            self._entries = entries
        else:
            shown, marks = before.entries, dict(before.ledger_marks)
        placed = _found(session.notes_in_round(), entries)
        notes = tuple(
            (note, place)
            for note, place in placed
            if not (note.reason or self.views.hides(session, (place or note.place).path))
        )
        if review.findings:
            notes = (*notes, *self._drafts(session))
        if self.writing:
            notes = tuple((self._with_answer(note), place) for note, place in notes)
        reasons, spread = self._on_changes(placed, entries)
        self._document = Document(
            files=self._with_others(self.views.files(session)),
            verdicts=review.current,
            asked=self._tally.asked(review, session.files_so_far),
            notes=_same(before.notes, notes),
            hidden=self.views.hidden(session),
            entries=_same(before.entries, shown),
            answered=_same(before.answered, answered),
            viewed=_same(before.viewed, session.viewed()),
            ledger_marks=_same(before.ledger_marks, marks),
            reasons=_same(before.reasons, reasons),
            spread=_same(before.spread, spread),
            remarks=self.remarks,
            loading=session.is_loading,
            numbers=_same(before.numbers, tuple(each.number for each in review.rounds)),
        )
        return self._document

    def _drafts(self, session: Session) -> tuple[tuple[Note, Place | None], ...]:
        """What other models found and nobody judged, to lie in the flow as notes do."""
        # Late: most rounds are read by nobody but the expert.
        from workbench.ui.diff.finding_card import draft_of  # noqa: PLC0415
        from workbench.workflow.drafts import findings_in_round  # noqa: PLC0415

        found = ((draft_of(each), place) for each, place in findings_in_round(session))
        return tuple(
            (draft, place)
            for draft, place in found
            if not self.views.hides(session, (place or draft.place).path)
        )

    def set_others(self, files: tuple[FileChange, ...]) -> None:
        """Show these files too, which do not differ."""
        if files != self.others:
            self.others = files
            self.changed.emit()

    def shows_other(self, path: str) -> bool:
        """Whether this is a file that does not differ and is shown all the same."""
        return any(file.path == path for file in self.others)

    def _with_answer(self, note: Note) -> Note:
        """A note with what a model is writing in its thread, which is on disk only when it is complete."""
        if note.id not in self.writing:
            return note
        writing = self.writing[note.id]
        from workbench.workflow.asking import written_so_far  # noqa: PLC0415 - only while one is written

        reply = Reply(Author.MODEL, written_so_far(writing.text), note.round, model=writing.model)
        return replace(note, thread=(*note.thread, reply))

    def _with_others(self, files: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
        """The same tuple as before while nothing changed: the view compares by identity."""
        if not self.others:
            return files
        if self._shown[0] is not files or self._shown[1] is not self.others:
            by_path = self.open_session().by_path
            others = tuple(file for file in self.others if file.path not in by_path)
            self._shown = (files, self.others, (*files, *others))
        return self._shown[2]

    @property
    def has_remarks(self) -> bool:
        """Whether `remarks` are those of the files that are shown."""
        session = self.session
        return (
            session is not None
            and self._remarked is session.files_so_far
            and self._remarked_task == session.review.task
        )

    def set_remarks(self, files: tuple[FileChange, ...], remarks: Mapping[str, Remark]) -> None:
        """Take what was found out about these files, if they are still the ones that are shown."""
        if self.session is not None and self.session.files_so_far is files:
            same = remarks == self.remarks
            self.remarks, self._remarked = self.remarks if same else remarks, files
            self._remarked_task = self.session.review.task
            if not same:
                self.changed.emit()

    def progress(self) -> Progress:
        """How far the review is."""
        session = self.open_session()
        return self._tally.progress(session.review, session.files_so_far)

    def count(self, seconds: float) -> bool:
        """Count what was judged for about so long; whether `progress` knows all of it now.

        One act may judge twenty thousand files: whoever can wait for its figures asks again in another turn.
        """
        session, until = self.open_session(), perf_counter() + seconds
        steps = self._tally.counting(session.review, session.files_so_far)
        return not any(perf_counter() > until for _ in steps)

    def file_progress(self) -> Mapping[str, Progress]:
        """How far each file is, as of the last `progress`."""
        return self._tally.by_path()

    def file_news(self, most: int | None = None) -> Mapping[str, Progress | None]:
        """The files that were counted since this was last asked, as `Tally.news`."""
        return self._tally.news(most)

    @property
    def has_file_news(self) -> bool:
        """Whether there are more of them."""
        return self._tally.has_news

    def note_counts(self) -> Mapping[Intent, int]:
        """Live notes by intent."""
        return note_counts(self.open_session().review)

    def violations(self) -> Mapping[str, str]:
        """By path, what the ledger holds against a file: "1 altered". Answered entries do not count."""
        answered = self._answers()
        found: dict[str, list[Said]] = {}
        for entry in self._document.entries:
            if entry.is_violation and entry.path is not None and entry.id not in answered:
                found.setdefault(entry.path, []).append(entry.said)
        return {path: f"{len(said)} {said[0].value}" for path, said in found.items()}

    def entry(self, entry_id: str) -> Entry | None:
        """The ledger entry with this id."""
        return next((entry for entry in self._document.entries if entry.id == entry_id), None)

    def entry_after(self, judged: Entry) -> str | None:
        """The entry to look at once this one is judged: a violation that is left, else the next one below."""
        left = [entry for entry in self._document.entries if entry.id not in self._document.answered]
        if judged.is_violation:
            return next((entry.id for entry in left if entry.is_violation), None)
        ids = [entry.id for entry in self._document.entries]
        below = ids[ids.index(judged.id) + 1 :] if judged.id in ids else []
        return next((entry.id for entry in left if entry.id in below and not entry.is_violation), None)

    def _answers(self) -> Mapping[str, str]:
        review = self.open_session().review
        prefix = f"{review.index}/"
        return {
            key.removeprefix(prefix): answer
            for key, answer in review.entries.items()
            if key.startswith(prefix)
        }

    def _on_changes(
        self, placed: Sequence[tuple[Note, Place | None]], entries: tuple[Entry, ...]
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The reasons, and the notes that stand on many changes, by change. A note may have ten thousand
        places: they are gone through again only where notes, places or files are others.
        """
        session = self.open_session()
        review = session.review
        basis = (review.notes, review.places, review.rounds, session.files_so_far, entries)
        known, found = self._noted
        if len(known) != len(basis) or any(one is not other for one, other in zip(known, basis, strict=True)):
            found = self._reasons(placed), self._spread(placed)
            self._noted = basis, found
        return found

    def _reasons(self, placed: Sequence[tuple[Note, Place | None]]) -> Mapping[str, str]:
        session = self.open_session()
        found: dict[str, str] = {}
        for note, first in placed:
            if not note.reason or not note.is_live:
                continue
            for place in places_now(session.review, note) if note.spread else (first,):
                file = session.by_path.get(place.path or "") if place is not None else None
                if place is None or file is None:
                    continue
                named = place.change in session.changes_by_id
                for change in (place.change or "",) if named else changes_at(file, place):
                    found[change] = note.text
        return found

    def _spread(self, placed: Sequence[tuple[Note, Place | None]]) -> Mapping[str, str]:
        """By change, the note that stands on it and on many others: its card is at the first of them."""
        session = self.open_session()
        known = session.changes_by_id
        found: dict[str, str] = {}
        for note, _ in placed:
            if note.spread and note.is_live and not note.reason:
                # Ten thousand places are gone through within a key.
                named = [each.change for each in places_now(session.review, note) if each is not None]
                found.update((each, note.id) for each in named if each is not None and each in known)
        return found


def _found(
    placed: Sequence[tuple[Note, Place | None]], entries: Sequence[Entry]
) -> tuple[tuple[Note, Place | None], ...]:
    """Notes whose lines were changed in this round stand where the ledger found what became of them."""
    places = {
        entry.note: Place(path=entry.path, side=entry.side, start=entry.line, count=entry.count)
        for entry in entries
        if entry.note is not None and entry.count and entry.said is not Said.OUTDATED
    }
    return tuple((note, place if place is not None else places.get(note.id)) for note, place in placed)


def _same(before: T, now: T) -> T:
    """The object from before where both say the same, so that nobody downstream looks again."""
    return before if before == now else now
