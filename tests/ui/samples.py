"""Documents for tests and pictures of the diff view, made from two texts each. No git: what git would say
is given.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from hashlib import sha1

from workbench.review.changes import Change, FileChange, Kind, Run, Side, Status
from workbench.review.ledger import Entry, Said
from workbench.review.lines import split_lines
from workbench.review.notes import AnswerKind, Author, Intent, Note, Place, Reply
from workbench.review.places import place_lines
from workbench.review.splitting import with_changes
from workbench.review.verdicts import Verdict, Verdicts, judged, select_change
from workbench.ui.diff.document import Document


def blob(data: bytes) -> str:
    """The id that git gives to a blob."""
    return sha1(b"blob %d\0" % len(data) + data).hexdigest()


def runs_of(old: tuple[bytes, ...], new: tuple[bytes, ...]) -> tuple[Run, ...]:
    """The runs between two texts, as a zero-context diff numbers them."""
    found: list[Run] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(Run(a + 1 if b > a else a, c + 1 if d > c else c, old[a:b], new[c:d]))
    return tuple(found)


def file_of(path: str, old: bytes | None, new: bytes | None, *, base_path: str | None = None) -> FileChange:
    """The file change between two texts."""
    before, after = split_lines(old or b""), split_lines(new or b"")
    status = Status.ADDED if old is None else Status.DELETED if new is None else Status.MODIFIED
    if base_path is not None:
        status = Status.RENAMED
    return with_changes(
        FileChange(
            status,
            path,
            None if old is None else base_path or path,
            None if old is None else "100644",
            None if new is None else "100644",
            None if old is None else blob(old),
            None if new is None else blob(new),
            94 if base_path is not None else None,
            runs=runs_of(before, after),
        )
    )


_HEAD = '''"""A store of values by key, safe for many readers.

Items are kept in memory. Writers hold the lock; readers share it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from cache.lock import ReadWriteLock

log = logging.getLogger(__name__)


class Full(Exception):
    """The store is full and nothing may be evicted."""


class Store:
    """Values by key, the least recently used ones evicted first."""

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self._items: dict[str, Any] = {}
        self._lock = ReadWriteLock()
        self._hits = 0
        self._misses = 0

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

'''
_TAIL = "\n" + "".join(
    f"    def field_{n}(self) -> int:\n        # the {n}th of many\n"
    f"        return self._field({n}, 'x' * {n})\n\n"
    for n in range(28)
)

OLD_TEXT = (
    _HEAD
    + """
    def get(self, key):
        with self._lock:
            return self._items.get(key)

    def put(self, key, value):
        self._items[key] = value

    def clear(self):
        self._items = {}
"""
    + _TAIL
).encode()
NEW_TEXT = (
    _HEAD
    + """
    def get(self, key):
        with self._lock.read():
            return self._items.get(key)

    def put(self, key, value):
        self._items[key] = (value, time.time())
        if len(self._items) > self.limit:
            self._evict()

    def clear(self):
        self._items.clear()
"""
    + _TAIL.replace("'x' * 27", "'x' * 28")
).encode()
OLD_STORE = split_lines(OLD_TEXT)

LOCK_TEXT = b'''"""A lock that many readers share."""

import threading

class ReadWriteLock:
    def __init__(self):
        self._readers = 0
        self._condition = threading.Condition()

    def read(self):
        with self._condition:
            self._readers += 1
        return self

    def __exit__(self, *_):
        with self._condition:
            self._readers -= 1
            self._condition.notify_all()
'''

ODD_TEXT = (
    "name = 'plain'\n"
    "tabs\there\tand\tthere\n"
    "if access != '\u202e\u2066user\u2069 \u2066': # check\u200b\n"
    "wide = '漢字かな交じり文' + 'emoji 👩‍👩‍👧 and é'\n"
    "hebrew = 'שלום עולם' + value\n" + "long = '" + "x = 1; " * 60 + "'\n"
).encode() + b"latin = 'caf\xe9'\r\nlast = 1"
ODD_OLD = b"name = 'simple'\ntabs here\nif access != 'user': # check\nlatin = 'cafe'\nlast = 1\n"


def sample() -> Document:
    """Like the drawing: a judged file with a note, a new file, a rename, a deletion, odd characters,
    facts.
    """
    store = file_of("cache/store.py", OLD_TEXT, NEW_TEXT)
    lock = file_of("cache/lock.py", None, LOCK_TEXT)
    odd = file_of("cache/odd_names.py", ODD_OLD, ODD_TEXT)
    gone = file_of("cache/old_api.py", b"def old():\n    return 1\n", None)
    moved = file_of("docs/usage.md", b"# Use\n\nold text\n", b"# Use\n\nnew text\n", base_path="docs/use.md")
    image = with_changes(
        FileChange(
            Status.MODIFIED, "logo.png", "logo.png", "100644", "100755", "1" * 40, "2" * 40, binary=True
        )
    )
    files = (store, lock, odd, gone, moved, image)
    first, second, third, _ = store.changes
    verdicts: Verdicts = judged({}, [select_change(first)], Verdict.ACCEPTED)
    verdicts = judged(verdicts, [select_change(third)], Verdict.REJECTED)
    new_lines = split_lines(NEW_TEXT)
    place = place_lines("cache/store.py", Side.NEW, new_lines, second.new_start, 3, second.id)
    note = Note(
        "N3",
        Intent.MUST,
        place,
        "Wall time jumps when the clock is set. Use `time.monotonic()`, and evict before inserting, "
        "or the limit is exceeded by one.",
        1,
        suggestion="        self._evict_to(self.limit - 1)\n"
        "        self._items[key] = (value, time.monotonic())\n",
    )
    question = Note(
        "N4",
        Intent.QUESTION,
        place_lines("cache/lock.py", Side.NEW, split_lines(LOCK_TEXT), 13, 1),
        "Who calls this?",
        0,
        thread=(Reply(Author.MODEL, "The `with` statement in `Store.get` does.", 1, AnswerKind.ANSWERED),),
    )
    return Document(
        files,
        verdicts,
        frozenset({second.id, lock.changes[0].id}),
        ((note, place), (question, question.place)),
        reasons={third.id: "iterators over the old dict must go on"},
        viewed=frozenset({"docs/usage.md"}),
    )


def ledger_sample() -> Document:
    """The same review a round later, with a ledger."""
    document = sample()
    store = document.files[0]
    entries = (
        Entry(
            "e1",
            Said.ALTERED,
            "cache/store.py",
            Side.NEW,
            store.changes[0].new_start,
            1,
            (b"        with self._lock.shared():\n",),
            store.changes[0].added,
            (store.changes[0].id,),
            words="accepted in round 1, changed since",
        ),
        Entry(
            "e2",
            Said.CAME_BACK,
            "cache/store.py",
            Side.NEW,
            store.changes[2].new_start,
            1,
            store.changes[2].added,
            store.changes[2].added,
            (store.changes[2].id,),
            words="rejected in round 1",
        ),
        Entry("e3", Said.NOT_ADDRESSED, "cache/lock.py", note="N2", words="N2 · its lines are unchanged"),
        Entry("e4", Said.KEPT, "cache/store.py", words="11 accepted changes"),
    )
    marks = {store.changes[1].id: Said.ALTERED, store.changes[3].id: Said.CAME_BACK}
    outdated = Note(
        "N1",
        Intent.SHOULD,
        Place("cache/store.py", Side.NEW, 12, 1, quote=(b"        return self._cache.get(key)\n",)),
        "Say what happens when the key is not there.",
        0,
    )
    settled = Note("N2", Intent.KEEP, Place("cache/lock.py"), "Good name.", 0, settled=True)
    whole = Note("N5", Intent.SHOULD, Place(), "The change log is missing.", 1)
    return Document(
        document.files,
        document.verdicts,
        document.asked,
        (*document.notes, (outdated, None), (settled, settled.place), (whole, whole.place)),
        entries,
        {"e2": "restored"},
        ledger_marks=marks,
        reasons=document.reasons,
    )


def large(files: int = 100, changes: int = 10) -> Document:
    """Many files with some changes each."""
    return Document(tuple(many(f"package{n % 7}/module_{n:04}.py", changes, n) for n in range(files)))


def many(path: str, changes: int, seed: int = 0) -> FileChange:
    """A file change with that many changes of a few lines, made without comparing anything."""
    found: list[Run] = []
    for n in range(changes):
        at = 10 + n * 20
        removed = tuple(f"    old_value_{seed}_{n} = compute({n}, 'text')\n".encode() for _ in range(2))
        added = tuple(
            f"    new_value_{seed}_{n} = compute({n}, 'other text')  # changed\n".encode() for _ in range(3)
        )
        found.append(Run(at, at + n, removed, added))
    return with_changes(
        FileChange(
            Status.MODIFIED,
            path,
            path,
            "100644",
            "100644",
            f"{seed:040x}",
            f"{seed + 10**9:040x}",
            runs=tuple(found),
        )
    )


def lines_of(file: FileChange, count: int) -> tuple[bytes, ...]:
    """Base lines that fit a file made by `many`."""
    lines = [f"    unchanged_{n} = call({n})  # nothing to see\n".encode() for n in range(1, count + 1)]
    for run in file.runs:
        lines[run.old_start - 1 : run.old_start - 1 + len(run.removed)] = run.removed
    return tuple(lines)


def fact(kind: Kind, file: FileChange) -> Change:
    """The fact of that kind."""
    return next(change for change in file.changes if change.kind is kind)
