"""The files of the round that is shown, read from git. The reading half of a session; judges nothing."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter

from workbench.errors import UserError
from workbench.git.binary import is_binary
from workbench.git.repository import Repository
from workbench.git.streaming import FileStream, in_order
from workbench.review.changes import Change, FileChange, Side, Status, exchanged
from workbench.review.lines import split_lines
from workbench.review.review import Review
from workbench.review.splitting import SUBMODULE

_id_of, _changes_of = attrgetter("id"), attrgetter("changes")


class RoundFiles:
    """The file changes of a review's current round by path and id, and the lines of both sides.

    Those of a large review may come one after another while git compares (`stream`). Until all are here
    only `files_so_far` may be asked for: what needs the whole review reads `files`, and is refused.
    """

    def __init__(self, repository: Repository, review: Review, files: Sequence[FileChange]) -> None:
        self.repository = repository
        self.review = review
        self._files_by_tree: dict[str, tuple[FileChange, ...]] = {}
        self._stream: FileStream | None = None
        self._ended: FileStream | None = None
        self._is_shared = False
        self._in_order = True
        """Whether the files came as git orders them: what takes long comes last."""
        self.files_so_far: tuple[FileChange, ...] = ()
        self.by_path: dict[str, FileChange] = {}
        self.changes_by_id: dict[str, Change] = {}
        known = tuple(files)
        self._index_files(known)
        if review.round:
            self._files_by_tree[review.round.tree] = known

    # -- files that come one after another ------------------------------------------------------

    @property
    def files(self) -> tuple[FileChange, ...]:
        """All files of the round. Blocking while git still tells them; UserError where a window does."""
        if self._stream is not None:
            if self._is_shared:
                raise self.unfinished()
            self.add_files(self._stream, tuple(self._stream))
            self.end_stream(self._stream)
        return self.files_so_far

    @property
    def is_loading(self) -> bool:
        """True while there are files of the round that are not here yet."""
        return self._stream is not None

    @property
    def expected(self) -> int:
        """How many files the round has, as far as git has said it."""
        return max(self._stream.total if self._stream is not None else 0, len(self.files_so_far))

    def stream(self, stream: FileStream) -> None:
        """Take the files of the current round from here: those it has read, and the rest as they are told."""
        self._index_files(())
        if self.review.round is not None:
            self._files_by_tree.pop(self.review.round.tree, None)
        self._stream, self._is_shared = stream, False
        self.add_files(stream, stream.read)
        if stream.ended:
            self.end_stream(stream)

    def share_stream(self) -> FileStream | None:
        """What the rest is told by, for a worker to read. From here on `files` is refused until it ended."""
        self._is_shared = True
        return self._stream

    def add_files(self, stream: FileStream, files: Iterable[FileChange]) -> bool:
        """More files of the round, in git's order. False where they are not wanted any more."""
        if stream is not self._stream:
            return False
        more = tuple(files)
        # Looked at as they come: at the end of twenty thousand it would take too long.
        met = (*self.files_so_far[-1:], *more)
        self._in_order = self._in_order and all(map(operator.is_, met, in_order(met)))
        self.files_so_far += more
        self.by_path.update((file.path, file) for file in more)
        _index_changes(self.changes_by_id, more)
        return True

    def end_stream(self, stream: FileStream) -> bool:
        """All files are here. False where they are those of a round that is not shown any more."""
        if stream is not self._stream:
            stream.close()
            return False
        self._stream, self._ended = None, stream
        # What is written from them follows their order, and is to be the same in any process.
        if not self._in_order:
            self.files_so_far = tuple(in_order(self.files_so_far))
        if self.review.round is not None:
            self._files_by_tree[self.review.round.tree] = self.files_so_far
        return True

    def told_shapes(self) -> Mapping[str, str]:
        """The shapes of changes by id, where the process that read the files found them. Blocking."""
        return self._ended.shapes() if self._ended is not None else {}

    def close_stream(self) -> None:
        """End what still reads files: the review is left."""
        for stream in (self._stream, self._ended):
            if stream is not None:
                stream.close()

    def unfinished(self, *, stopped: bool = False) -> UserError:
        """What is said where something needs files that are not here yet; `stopped`: and do not come."""
        here, all_of_them = len(self.files_so_far), self.expected
        if stopped:
            return UserError(
                f"The review could not be read whole: {here:,} of {all_of_them:,} files are here.",
                hint="This needs all of them: R reads the review again.",
            )
        return UserError(
            f"The review is still being read: {here:,} of {all_of_them:,} files are here.",
            hint="This needs all of them; it can be done in a moment.",
        )

    def change(self, change_id: str) -> Change:
        """The change of the current round with this id, or a unique start of it, else UserError."""
        found = self.changes_by_id.get(change_id)
        if found is not None:
            return found
        starts = [change for key, change in self.changes_by_id.items() if key.startswith(change_id)]
        if len(starts) == 1 and change_id:
            return starts[0]
        if starts and change_id:
            raise UserError(f"{len(starts)} changes begin with {change_id}.", hint="Give more of the id.")
        raise UserError(
            f"There is no change {change_id} in this round.",
            hint=f"List them: workbench changes {self.review.id}",
        )

    def file(self, path: str) -> FileChange:
        """The file change at `path`. UserError when the round does not touch it."""
        found = self.by_path.get(path)
        if found is None and self.is_loading:
            raise self.unfinished()
        if found is None:
            raise UserError(
                f"{path} is not changed in this round.", hint="Paths are given from the repository's top."
            )
        return found

    def files_of(self, tree: str) -> tuple[FileChange, ...]:
        """The file changes from the base to any round's tree. Blocking when not read yet."""
        if tree not in self._files_by_tree:
            self._files_by_tree[tree] = tuple(self.repository.file_changes(self.review.base, tree))
        return self._files_by_tree[tree]

    def known_files(self, tree: str) -> tuple[FileChange, ...] | None:
        """As `files_of`, where all of them were read already."""
        return None if self._stream is not None else self._files_by_tree.get(tree)

    def old_data(self, path: str) -> bytes:
        """The base's bytes of a changed file; empty where it has none. Blocking."""
        file = self.file(path)
        return self._blob(file.old_id, file.old_mode)

    def old_lines(self, path: str) -> tuple[bytes, ...]:
        """The base's lines of a changed file. Blocking."""
        return split_lines(self.old_data(path))

    def new_lines(self, path: str) -> tuple[bytes, ...]:
        """The round's lines of a changed file. Blocking."""
        file = self.file(path)
        return split_lines(self._blob(file.new_id, file.new_mode))

    def lines_at(self, path: str, side: Side) -> tuple[bytes, ...]:
        """The lines of any tracked file on one side, changed or not. UserError without it. Blocking."""
        if path in self.by_path:
            return self.old_lines(path) if side is Side.OLD else self.new_lines(path)
        current = self.review.round
        entry = self.repository.entry(current.tree if current else self.review.base, path)
        if entry is None:
            hint = "Paths are given from the repository's top."
            raise UserError(f"There is no file {path} in this round.", hint=hint)
        return split_lines(self._blob(entry[1], entry[0]))

    def tracked(self) -> tuple[str, ...]:
        """Every path of the current round's tree, sorted. Blocking."""
        current = self.review.round
        return tuple(sorted(self.repository.tree_entries(current.tree if current else self.review.base)))

    def unchanged(self, paths: Sequence[str]) -> tuple[FileChange, ...]:
        """Those of some tracked files that are there, as file changes without a change. Blocking."""
        current = self.review.round
        tree = current.tree if current else self.review.base
        found: list[FileChange] = []
        for path in paths:
            entry = self.repository.entry(tree, path)
            if entry is None:
                continue
            mode, blob = entry
            binary = mode == SUBMODULE or is_binary(self.repository.blob(blob))
            found.append(FileChange(Status.MODIFIED, path, path, mode, mode, blob, blob, binary=binary))
        return tuple(found)

    def require_path(self, path: str) -> None:
        """UserError unless the path is changed or tracked in this round."""
        if path not in self.by_path:
            self.lines_at(path, Side.NEW)

    def _index_files(self, files: tuple[FileChange, ...]) -> None:
        self._stream, self._in_order = None, True
        before, self.files_so_far = self.files_so_far, files
        others = exchanged(before, files) if before and len(files) == len(before) else None
        # Each is whole when it is put there: a worker may be looking through those of before.
        changes = dict(self.changes_by_id) if others is not None else {}
        if others is None:
            self.by_path = {file.path: file for file in files}
        else:  # read again: a few of many
            for at in others:
                for change in before[at].changes:
                    changes.pop(change.id, None)
            files = tuple(files[at] for at in others)
            self.by_path = self.by_path | {file.path: file for file in files}
        _index_changes(changes, files)
        self.changes_by_id = changes

    def _blob(self, blob: str | None, mode: str | None) -> bytes:
        return self.repository.blob(blob) if blob and mode != "160000" else b""


def _index_changes(known: dict[str, Change], files: tuple[FileChange, ...]) -> None:
    """Put the changes of some files to those that are known by id."""
    # Without a loop of ours: a file of a hundred megabytes may have a hundred thousand of them.
    changes = tuple(chain.from_iterable(map(_changes_of, files)))
    known.update(zip(map(_id_of, changes), changes, strict=True))
