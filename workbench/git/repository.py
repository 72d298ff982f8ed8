"""One repository as the rest of the program sees it: trees, file changes, blobs, snapshots, composed trees.

Everything is read through the shadow directory, and everything is written there; the user's own
git directory is asked for revisions and for its index, and never changed. Blocking; one instance is
used by one worker at a time, and opening a second one is cheap (no git child).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from workbench.errors import UserError
from workbench.git import beside, composing, ignoring, keeping, runner, snapshot, soundness, watching
from workbench.git.alone import BIG, LARGE, Alone, Known, quicker
from workbench.git.beside import Helper
from workbench.git.discover import Found, discover
from workbench.git.objects import Objects
from workbench.git.revisions import Head, Range, check, head_args, merge_base, read_head, resolve
from workbench.git.runner import Child, GitError, Where
from workbench.git.shadow import shadow_of
from workbench.git.shares import Shares, told_shares
from workbench.git.snapshot import Snapshot
from workbench.git.streaming import Comparing, FileStream, streamed, told_by
from workbench.review.changes import FileChange
from workbench.review.diff import parse_raw
from workbench.review.splitting import SUBMODULE
from workbench.review.steps import rest

__all__ = ["Head", "Range", "Repository", "Snapshot"]

T = TypeVar("T")

# Paths, modes and ids come from the raw part, lines from the patch part. No `--text`: with it a picture
# becomes lines. That binary is decided by content alone is the doing of the shadow's attributes.
_DIFF = (
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "-p",
    "-U0",
    "--full-index",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=dirty",
    "--submodule=short",
    "--diff-algorithm=histogram",
    "--no-indent-heuristic",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_RENAMES = ("-M50%", "-l0")
_STRIDE = 300
"""Entries of a tree between two rests of what nobody waits for."""

# What a person who waits is told while such a child works.
_STEPS = {
    ("update-index", "--refresh"): "Reading every file once, to know what is unchanged",
    ("update-index", "--stdin"): "Reading the files that changed",
    ("diff-files", "-z"): "Looking for files that changed",
    ("write-tree",): "Writing the snapshot",
}
# How long a HEAD that was asked for when the repository was opened may still be given as the answer.
_EARLY_SECONDS = 1.0


class Repository:
    """A work tree, its git directory, and the shadow directory that we read it through."""

    def __init__(self, found: Found, shadow: Path) -> None:
        self.found = found
        self.work_tree = Path(found.work_tree)
        self.git_dir = Path(found.git_dir)
        self.shadow = shadow
        self.name = self.work_tree.name or str(self.work_tree)
        self.warning = found.owner_warning
        self.real = Where(found.git_dir, found.work_tree)
        self.ours = Where(str(shadow))
        self._running: set[Child | Helper] = set()
        self._lock = threading.Lock()
        self._objects = Objects(lambda args: self._start(args, self.ours, fed=True))
        self._early: tuple[float, Child] | None = None
        self._user_ignore_file: tuple[str | None] | None = None
        self._large = Known()
        # Whether git may run its filters now. Whoever knows about trust puts the answer here.
        self.allows_filters: Callable[[], bool] = lambda: False

    @classmethod
    def open(cls, path: Path, data: Path) -> Repository:
        """The repository that holds `path`. `data` is the folder of our own data.

        `UserError` where there is none.
        """
        found = discover(Path(path))
        shadow = shadow_of(found, Path(data))
        soundness.check(found, shadow)
        repository = cls(found, shadow)
        # HEAD is wanted next in every use; the child works while the caller opens its own files.
        repository._early = (time.monotonic(), repository.start(head_args(), repository.real))
        return repository

    def close(self) -> None:
        """End what still runs. The instance can be used again; its children are then started anew."""
        self._objects.close()
        if self._early is not None:
            self._early[1].kill()
            self._early[1].close()
            self._early = None

    def cancel(self) -> None:
        """Kill the children that run now, from another thread; whoever waits for them gets
        `GitCancelledError`.
        """
        with self._lock:
            running = list(self._running)
        for child in running:
            child.kill()

    # Children -------------------------------------------------------------------------------------

    def start(self, args: Sequence[str], where: Where | None = None, *, fed: bool = False) -> Child:
        """Start a child on the shadow directory, or on `where`; it belongs to the watch of this thread."""
        watch = watching.current()
        if watch is None:
            return self._start(args, where or self.ours, fed=fed)
        watch.check()
        for wanted, words in _STEPS.items():
            if wanted[0] == args[0] and all(word in args for word in wanted):
                watch.say(watching.Step(words))
        child = self._start(args, where or self.ours, fed=fed)
        watch.add(child)
        return child

    def _start(self, args: Sequence[str], where: Where, *, fed: bool) -> Child:
        child = runner.start(args, where, fed=fed)
        self._keep_in_sight(child)
        return child

    def _start_helper(self, args: Sequence[str]) -> Helper | None:
        """A helper that compares as such a child would; it belongs to the watch of this thread too."""
        watch = watching.current()
        if watch is not None:
            watch.check()
        helper = beside.begun(self.ours.git_dir, args)
        if helper is not None:
            self._keep_in_sight(helper)
            if watch is not None:
                watch.add(helper)
        return helper

    def _keep_in_sight(self, child: Child | Helper) -> None:
        with self._lock:
            self._running = {other for other in self._running if other.running}
            self._running.add(child)

    def run(
        self,
        args: Sequence[str],
        where: Where | None = None,
        *,
        data: bytes | None = None,
        ok: Sequence[int] = (0,),
    ) -> bytes:
        """Run a child to its end, and return its standard output.

        Loads GitPython where that was not done yet.
        """
        runner.load()
        return self.run_now(args, where, data=data, ok=ok)

    def run_now(
        self,
        args: Sequence[str],
        where: Where | None = None,
        *,
        data: bytes | None = None,
        ok: Sequence[int] = (0,),
    ) -> bytes:
        """As `run`, for what stands before the first frame: does not wait for GitPython's import."""
        return self.start(args, where, fed=data is not None).finish(data, ok)

    def user_ignore_file(self) -> str | None:
        """The user's own global ignore file, looked up once."""
        if self._user_ignore_file is None:
            self._user_ignore_file = (ignoring.user_ignore_file(),)
        return self._user_ignore_file[0]

    # Revisions ------------------------------------------------------------------------------------

    @property
    def empty_tree(self) -> str:
        """The id of the tree with nothing in it, which git knows without it being stored."""
        if self.found.object_format == "sha256":
            return "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
        return "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

    def head(self) -> Head:
        """The commit that HEAD names, its tree and its branch.

        Before the first commit: None and the empty tree.
        """
        early, self._early = self._early, None
        if early is not None and time.monotonic() - early[0] <= _EARLY_SECONDS:
            return read_head(self, early[1])
        if early is not None:
            early[1].kill()
            early[1].close()
        return read_head(self, self.start(head_args(), self.real))

    def resolve(self, text: str) -> Range:
        """`A..B`, `A...B`, or one revision against its first parent. `UserError` for what names nothing."""
        return resolve(self, text)

    def upstream_merge_base(self) -> str | None:
        """The commit at which the current branch left its upstream branch; None without either."""
        try:
            commit, upstream = check(self, ["HEAD^{commit}", "@{upstream}^{commit}"])
        except UserError:  # git dies on "@{upstream}" where there is none
            return None
        return merge_base(self, commit, upstream) if commit and upstream else None

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether commit `old` is `new` or one of its ancestors.

        A commit that is gone is nobody's ancestor.
        """
        child = self.start(["merge-base", "--is-ancestor", old, new])
        child.finish(ok=(0, 1, 128))
        return child.status == 0

    # Trees ----------------------------------------------------------------------------------------

    def snapshot(self, staged: bool = False, base: str | None = None) -> Snapshot:
        """The work tree (or the index) as a tree, and what could not be put in it. Design 3.2."""
        try:
            return snapshot.of_index(self) if staged else snapshot.of_work_tree(self, base)
        except GitError as failed:
            raise self._explained(failed) from failed

    def file_changes(
        self, base: str, tree: str, paths: Sequence[str] = (), renames: bool = True
    ) -> tuple[FileChange, ...]:
        """What differs between two trees, with runs and changes."""
        if base == tree:
            return ()
        args = self._diff(base, tree, paths, renames)
        return tuple(self._in_words(told_by(self.start(args), self._alone(args))))

    def stream_changes(self, base: str, tree: str) -> FileStream:
        """As `file_changes`, each file as soon as git has told it. Git begins at once."""
        if base == tree:
            return FileStream()
        args = self._diff(base, tree, (), True)
        child = self.start(args)
        # Git goes on comparing while nobody reads: before the first frame there is other work.
        runner.widen(child)
        alone = self._alone(args)
        stream = FileStream(child, alone)
        told = self._in_words(streamed(child, alone, stream))
        return stream.tell(told, Comparing(self.ours, tuple(args)))

    def shares(self, base: str, tree: str) -> Shares:
        """As `file_changes`, some files at a time that are not read yet. Git begins at once."""
        if base == tree:
            return Shares()
        args = self._diff(base, tree, (), True)
        child = self.start(args)
        runner.widen(child)
        return Shares(self._in_words(told_shares(child)), self._alone(args), self._explained)

    def _alone(self, args: Sequence[str]) -> Alone:
        # A command has one thread, which waits for the helper and for nothing else.
        is_command = threading.current_thread() is threading.main_thread()
        helped = None if is_command else self._start_helper
        return Alone(args, self.blob_sizes, self._objects.begins, self.start, self._large, helped)

    def _in_words(self, told: Iterator[T]) -> Iterator[T]:
        """The same, with failures in words."""
        try:
            yield from told
        except GitError as failed:
            raise self._explained(failed) from failed

    def patch_between(self, base: str, tree: str) -> bytes:
        """The difference as a patch that git applies, binary files included."""
        found = self._tree_work(self.start(["diff-tree", "-r", "-z", "--raw", "--no-renames", base, tree]))
        sides = [
            (mode, blob)
            for each in parse_raw(found)
            for mode, blob in ((each.old_mode, each.old_id), (each.new_mode, each.new_id))
        ]
        ids = [blob for mode, blob in sides if mode != SUBMODULE and blob.strip("0")]
        # One patch has one algorithm. Nobody judges by this one, so the one that copes with any may be it.
        large = any(size > LARGE for size in self.blob_sizes(list(dict.fromkeys(ids))))
        options = quicker(_DIFF[6:]) if large else _DIFF[6:]
        child = self.start([*_DIFF[:3], "-p", "--binary", *options, *_RENAMES, base, tree])
        # Read as one: parts of a hundred megabytes would be put together in one call, which others wait for.
        child.drain_errors()
        return self._tree_work(child)

    def tree_paths(self, tree: str) -> tuple[str, ...]:
        """Every path of a tree, submodules included."""
        data = self._tree_work(self.start(["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree]))
        return tuple(path.decode("utf-8", "surrogateescape") for path in data.split(b"\0") if path)

    def tree_entries(self, tree: str) -> dict[str, tuple[str, str]]:
        """(mode, id) of every path of a tree, submodules included."""
        data = self._tree_work(self.start(["ls-tree", "-r", "-z", "--full-tree", tree]))
        found: dict[str, tuple[str, str]] = {}
        for number, line in enumerate(data.split(b"\0")):
            if number % _STRIDE == 0:
                rest()
            head, tab, name = line.partition(b"\t")
            if tab:
                mode, _, identity = head.decode("ascii").split(" ")
                found[name.decode("utf-8", "surrogateescape")] = (mode, identity)
        return found

    def entry(self, tree: str, path: str) -> tuple[str, str] | None:
        """(mode, id) of a path in a tree, None where it has none."""
        wanted = path.encode("utf-8", "surrogateescape")
        child = self.start(["ls-tree", "-z", "--full-tree", tree, "--", os.fsdecode(wanted)])
        for line in self._tree_work(child).split(b"\0"):
            head, _, name = line.partition(b"\t")
            if name == wanted:
                mode, _, identity = head.decode("ascii").split(" ")
                return mode, identity
        return None

    def compose_tree(self, base_tree: str, changes: Mapping[str, tuple[str, bytes | str] | None]) -> str:
        """`base_tree` with each path set to (mode, bytes or id) or, for None, removed.

        Returns the new tree's id.
        """
        return composing.compose_tree(self, base_tree, changes)

    def _diff(self, base: str, tree: str, paths: Sequence[str], renames: bool) -> list[str]:
        chosen = _RENAMES if renames else ("--no-renames",)
        only = [os.fsdecode(path.encode("utf-8", "surrogateescape")) for path in paths]
        return [*BIG, *_DIFF, *chosen, base, tree, "--", *only]

    def _tree_work(self, child: Child) -> bytes:
        try:
            return child.finish()
        except GitError as failed:
            raise self._explained(failed) from failed

    def _explained(self, failed: GitError) -> Exception:
        """A failure that the repository's own state explains, as a sentence; else the failure itself."""
        missing = (
            "unable to read",
            "bad object",
            "not a tree object",
            "missing",
            "could not read",
            "failed to read",
            "unable to stream",
        )
        if not any(word in failed.stderr for word in missing):
            return failed
        if self.found.partial:
            return UserError(
                f"{self.name} is a partial clone, and some of what is needed here was never fetched.",
                hint="Fetch it first: git fetch --refetch --no-filter",
            )
        return UserError(
            f"{self.name} no longer has an object that is needed here: {failed.said_last}.",
            hint="Was history rewritten and collected? Start a new review: workbench review --new",
        )

    # Blobs ----------------------------------------------------------------------------------------

    def blob(self, blob_id: str) -> bytes:
        """The bytes of a blob."""
        return self.blobs([blob_id])[blob_id]

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The bytes of many blobs, by id."""
        try:
            return {name: content for name, _, content in self._objects.read(dict.fromkeys(ids))}
        except GitError as failed:
            raise self._explained(failed) from failed
        except KeyError as missing:
            raise self._explained(
                GitError(["cat-file"], 1, f"missing object {missing.args[0]}".encode())
            ) from missing

    def blob_size(self, blob_id: str) -> int:
        """The size of a blob in bytes, without reading it."""
        return self.blob_sizes([blob_id])[0]

    def blob_sizes(self, ids: Sequence[str]) -> list[int]:
        """The sizes of many blobs, in order."""
        try:
            return self._objects.sizes(ids)
        except KeyError as missing:
            raise self._explained(
                GitError(["cat-file"], 1, f"missing object {missing.args[0]}".encode())
            ) from missing

    def write_blobs(self, contents: Sequence[bytes], *, durable: bool = False) -> list[str]:
        """Store contents in the shadow directory; their ids in order.

        `durable`: on disk when this returns.
        """
        return composing.write_blobs(self, contents, durable=durable)

    def merge(self, base: bytes, ours: bytes, theirs: bytes, *, finely: bool = False) -> bytes | None:
        """A three-way merge of lines; None where both sides changed the same place.

        Edits of neighbouring lines conflict as in git, unless it shall be done `finely`.
        """
        return composing.merge(self, base, ours, theirs, finely=finely)

    def keep(self, review_id: str, name: str, *objects: str) -> None:
        """See to it that trees and changed blobs outlive `git gc` in the user's repository.

        Blocking; a background job.

        `objects` are tree ids, the base first; blobs that differ between consecutive ones are copied too.
        """
        keeping.keep(self, review_id, name, objects)

    def forget(self, review_id: str) -> None:
        """Drop the refs of a deleted review. Its objects stay until the shadow directory is removed."""
        keeping.forget(self, review_id)
