"""From a file change to its changes: the pieces of its runs and the facts about it, each with its id.

The only place that makes a `Change`. Ids need no new-side line number and no context, so that they
stay the same whatever happens elsewhere in the file (design 3.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from workbench.digests import blake2b
from workbench.review.changes import Change, FileChange, Kind, Run, Status

LINK = "120000"
SUBMODULE = "160000"
EXECUTABLE = "100755"

WHOLE_UP_TO = 30
"""A one-sided run of more lines than this is cut into pieces."""

_AT_ONCE = 20_000
"""Lines whose bytes are put together at a time."""

_Lines = tuple[bytes, ...]

_BLANKS = b" \t"
_CLOSERS = frozenset((b"}", b")", b"]"))
"""A line that closes a block belongs to it, also after a blank line."""


def with_changes(
    file: FileChange, removed: tuple[bytes, ...] = (), added: tuple[bytes, ...] = ()
) -> FileChange:
    """The file change with its `changes` filled: facts first, then the pieces of its runs in file order.

    `removed` and `added` are what a symlink change shows: link targets, or the lines of the file
    that a link took the place of (and the other way round), where the caller knows them.
    """
    changes = (*_facts(file, removed, added), *_pieces(file))
    return replace(file, changes=changes)


def content_kind(file: FileChange) -> Kind | None:
    """The kind of the fact that stands for the whole content; None where lines do, or nothing changed."""
    modes = {file.old_mode, file.new_mode}
    same = file.old_id == file.new_id and file.status is not Status.TYPECHANGE
    if same:
        return None
    if SUBMODULE in modes:
        return Kind.SUBMODULE
    if LINK in modes or file.status is Status.TYPECHANGE:
        return Kind.SYMLINK
    if file.binary:
        return Kind.BINARY
    if not file.runs:
        # A modified file without runs has content that nobody read: judged as a whole, like a binary one.
        return Kind.BINARY if file.old_id and file.new_id else Kind.EMPTY
    return None


def _facts(file: FileChange, removed: tuple[bytes, ...], added: tuple[bytes, ...]) -> Iterator[Change]:
    if file.base_path is not None and file.base_path != file.path:
        alike = "" if file.similarity is None else f", {file.similarity}% alike"
        yield _fact(file, Kind.RENAME, f"renamed {file.base_path} → {file.path}{alike}", file.path)
    content = content_kind(file)
    if file.status is Status.ADDED and file.new_mode == EXECUTABLE:
        yield _fact(file, Kind.MODE, "new file is executable", EXECUTABLE)
    elif file.status in (Status.MODIFIED, Status.RENAMED) and file.old_mode != file.new_mode:
        words = f"mode {file.old_mode} → {file.new_mode}"
        yield _fact(file, Kind.MODE, words, f"{file.old_mode} {file.new_mode}")
    if content is not None:
        proof = f"{file.old_mode} {file.old_id} {file.new_mode} {file.new_id}"
        if content is not Kind.SYMLINK:
            removed = added = ()
        yield _fact(file, content, _words(file, content, removed, added), proof, removed, added)


def _words(file: FileChange, kind: Kind, removed: tuple[bytes, ...], added: tuple[bytes, ...]) -> str:
    """What a fact about the content says of itself; of a link, where it leads."""
    before = _target(removed) if file.old_mode == LINK else ""
    after = _target(added) if file.new_mode == LINK else ""
    if file.status is Status.TYPECHANGE:
        return f"{_type_name(file.old_mode)}{before} → {_type_name(file.new_mode)}{after}"
    if kind is Kind.SUBMODULE and file.old_id and file.new_id:
        return f"submodule {file.old_id[:12]} → {file.new_id[:12]}"
    done = {Status.ADDED: "added", Status.DELETED: "deleted"}.get(file.status, "changed")
    if kind is Kind.SUBMODULE:
        return f"submodule {done} at {(file.new_id or file.old_id or '')[:12]}"
    if kind is Kind.SYMLINK:
        if done == "changed":
            return (
                f"symbolic link{before} now leads{after}" if before and after else "symbolic link retargeted"
            )
        return f"symbolic link{before or after} {done}"
    return f"{'binary' if kind is Kind.BINARY else 'empty'} file {done}"


def _target(lines: tuple[bytes, ...]) -> str:
    return f" to {b''.join(lines).decode('utf-8', 'surrogateescape')}" if lines else ""


def _type_name(mode: str | None) -> str:
    return {LINK: "symbolic link", SUBMODULE: "submodule", EXECUTABLE: "executable file"}.get(
        mode or "", "file"
    )


def _fact(
    file: FileChange,
    kind: Kind,
    words: str,
    proof: str,
    removed: tuple[bytes, ...] = (),
    added: tuple[bytes, ...] = (),
) -> Change:
    """A change that states a fact. `proof` goes into the id: all that a verdict on it would speak of."""
    found = _digest(_id_head(kind, file), 0, (), (proof.encode("utf-8", "surrogateescape"),), 0)
    return Change(found, kind, file.path, file.base_path, 0, 0, removed, added, words)


def _pieces(file: FileChange) -> Iterator[Change]:
    path, base_path = file.path, file.base_path
    head = _id_head(Kind.TEXT, file)
    for run in file.runs:
        removed, added = run.removed, run.added
        if (removed and added) or len(removed) + len(added) <= WHOLE_UP_TO:
            found = _digest(head, run.old_start, removed, added, 0)
            yield Change(found, Kind.TEXT, path, base_path, run.old_start, run.new_start, removed, added)
        else:
            yield from _cut(file, run, head)


def _cut(file: FileChange, run: Run, head: bytes) -> Iterator[Change]:
    """The pieces of a long one-sided run."""
    seen: dict[str, int] = {}
    lines = run.removed or run.added
    for start, end in _bounds(lines):
        piece = lines[start:end]
        if run.removed:
            found = _digest(head, run.old_start + start, piece, (), 0)
            yield _text(file, found, run.old_start + start, run.new_start, piece, ())
        else:
            found = alike = _digest(head, run.old_start, (), piece, 0)
            number = seen.get(alike, 0)
            seen[alike] = number + 1
            if number:
                found = _digest(head, run.old_start, (), piece, number)
            yield _text(file, found, run.old_start, run.new_start + start, (), piece)


def _text(
    file: FileChange,
    found: str,
    old_start: int,
    new_start: int,
    removed: tuple[bytes, ...],
    added: tuple[bytes, ...],
) -> Change:
    return Change(found, Kind.TEXT, file.path, file.base_path, old_start, new_start, removed, added)


def _bounds(lines: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where to cut: after blank lines, before a line that is indented least of all lines."""
    depths = [len(line) - len(line.lstrip(_BLANKS)) if line.strip() else -1 for line in lines]
    least = min((depth for depth in depths if depth >= 0), default=0)
    start = 0
    for number in range(1, len(lines)):
        if depths[number] != least or depths[number - 1] >= 0 or lines[number].lstrip()[:1] in _CLOSERS:
            continue
        if any(depth >= 0 for depth in depths[start:number]):
            yield start, number
            start = number
    yield start, len(lines)


def _id_head(kind: Kind, file: FileChange) -> bytes:
    path = file.path if file.base_path is None else file.base_path
    return f"{kind}\0{path}\0".encode("utf-8", "surrogateescape")


def _digest(head: bytes, base_line: int, removed: _Lines, added: _Lines, number: int) -> str:
    """The id of a change. The length of what is removed says where what is added begins."""
    if len(removed) + len(added) <= _AT_ONCE:
        data = b"".join(removed)
        place = b"%d\0%d\0%d\0" % (base_line, number, len(data))
        return blake2b(head + place + data + b"".join(added), digest_size=6).hexdigest()
    # By pieces, because one call over a hundred megabytes keeps Python's lock from the window.
    size = sum(sum(map(len, part)) for part in _parts(removed))
    made = blake2b(head + b"%d\0%d\0%d\0" % (base_line, number, size), digest_size=6)
    for lines in (removed, added):
        for part in _parts(lines):
            made.update(b"".join(part))
    return made.hexdigest()


def _parts(lines: _Lines) -> Iterator[_Lines]:
    return (lines[at : at + _AT_ONCE] for at in range(0, len(lines), _AT_ONCE))
