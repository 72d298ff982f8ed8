"""Notes of an open review: written, answered, settled, taken back, and where they stand now."""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.errors import UserError
from workbench.review.actions import NoteEdited, NoteReplied, NoteSettled, NoteWithdrawn, NoteWritten
from workbench.review.notes import Author, Intent, Note, Place, Reply
from workbench.review.places import places_now
from workbench.review.progress import changes_at
from workbench.review.review import next_note_id
from workbench.review.verdicts import Verdict, verdict_of
from workbench.workflow.logged import LoggedReview, new_id
from workbench.workflow.turns import turn


class NotedReview(LoggedReview):
    """What is done to notes. Each act is on disk when it returns."""

    def notes_in_round(self) -> tuple[tuple[Note, Place | None], ...]:
        """Every note that is not withdrawn, with where it stands in the current round (None: outdated).

        Of one with many places, the first that is certain. Where all of them are, `places_now` says.
        """
        shown = []
        for note in self.review.notes.values():
            places = () if note.withdrawn else places_now(self.review, note)
            here = next((place for place in places if place is not None), None)
            if places and (not note.reason or any(self._reason_holds(place) for place in places)):
                shown.append((note, here))
        return tuple(shown)

    @property
    def _tree(self) -> str:
        current = self.review.round
        return current.tree if current is not None else ""

    def _require_round(self, index: int, tree: str) -> None:
        """UserError where another process undid the round that was on the screen."""
        if not index < len(self.review.rounds) or (index >= 0 and self.review.rounds[index].tree != tree):
            raise UserError(
                "What was on the screen was undone by another process, so this was not taken.",
                hint="Look at what is there now, and do it again.",
            )

    def write_note(
        self,
        place: Place,
        intent: Intent,
        text: str,
        suggestion: str | None = None,
        spread: Sequence[Place] = (),
    ) -> Note:
        """A new note at `place` of the current round; `spread` are further places of the same note."""
        if not text.strip() and suggestion is None:
            raise UserError("The note is empty.", hint="Write a sentence, or a suggestion.")
        index, tree = self.review.index, self._tree
        with turn(self.review.id):
            self.poll()
            self._require_round(index, tree)
            number = next_note_id(self.review)
            note = Note(number, intent, place, text, index, suggestion, spread=tuple(spread))
            self.act(NoteWritten(id=new_id(), at=time.time(), note=note))
        return note

    def edit_note(self, note_id: str, intent: Intent, text: str, suggestion: str | None) -> None:
        """Change the words of a note."""
        note = self.note(note_id)
        self.act(
            NoteEdited(
                id=new_id(), at=time.time(), note=note.id, intent=intent, text=text, suggestion=suggestion
            )
        )

    def reply(self, note_id: str, text: str, *, again: bool = False) -> None:
        """Write into a note's thread; `again` marks it as not dealt with."""
        note = self.note(note_id)
        reply = Reply(Author.EXPERT, text, self.review.index, again=again)
        self.act(NoteReplied(id=new_id(), at=time.time(), note=note.id, reply=reply))

    def settle(self, note_id: str, *, settled: bool = True) -> None:
        """Say that a note is dealt with, or that it is not."""
        note = self.note(note_id)
        if note.settled != settled:
            self.act(NoteSettled(id=new_id(), at=time.time(), note=note.id, settled=settled))

    def withdraw(self, note_id: str) -> None:
        """Take a note back."""
        self.act(NoteWithdrawn(id=new_id(), at=time.time(), note=self.note(note_id).id))

    def note(self, note_id: str) -> Note:
        """The note with this id. UserError when there is none, or it was withdrawn."""
        note = self.review.notes.get(note_id) or self.review.notes.get(note_id.upper())
        if note is None or note.withdrawn:
            raise UserError(
                f"There is no note {note_id}.", hint=f"List them: workbench notes {self.review.id}"
            )
        return note

    def _reason_holds(self, place: Place | None) -> bool:
        """A reason is shown only while something of its change is still rejected."""
        if place is None or place.path is None:
            return False
        file = self.by_path.get(place.path)
        if place.change in self.changes_by_id:
            said: tuple[str, ...] = (place.change or "",)
        else:
            said = changes_at(file, place) if file is not None else ()
        still = (Verdict.REJECTED, Verdict.MIXED)
        return any(verdict_of(self.changes_by_id[each], self.review.current) in still for each in said)
