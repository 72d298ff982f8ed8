"""Writing blobs and trees into the shadow directory, and merging lines. Touches no work tree and no ref."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git import runner, storing
from workbench.git.runner import GitError, Where
from workbench.git.shadow import scratch_folder
from workbench.review.lines import split_lines

if TYPE_CHECKING:
    from workbench.git.repository import Repository


# Stands between the lines of a merge that is done finely; a file that holds it is not merged so.
_BETWEEN = b"\x1e--\x1e\n"


def object_id(repository: Repository, content: bytes, kind: str = "blob") -> str:
    """The id that git gives a content, computed here."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, which no first frame needs

    digest = hashlib.new("sha256" if repository.found.object_format == "sha256" else "sha1")
    digest.update(f"{kind} {len(content)}\0".encode("ascii"))
    digest.update(content)
    return digest.hexdigest()


def write_blobs(repository: Repository, contents: Sequence[bytes], *, durable: bool = False) -> list[str]:
    """Store contents; ids in order. One `fast-import` for all: one child per blob took seven times as long.

    `durable` forces a pack: git makes packs safe on disk before it returns, loose objects by default not.
    """
    ids = [object_id(repository, content) for content in contents]
    unique = dict(zip(ids, contents, strict=True))
    if unique:
        limit = ("fastimport.unpackLimit", "1" if durable else "100")
        where = Where(repository.ours.git_dir, config=(limit,)).storing()
        try:
            _import(repository, where, unique.values())
        except GitError as failed:
            if "keep file" not in failed.stderr:
                raise
            # A kill left the very same pack half named. As single files, each brought to disk, it goes.
            loose = (("fastimport.unpackLimit", "1000000000"), ("core.fsync", "loose-object"))
            where = Where(repository.ours.git_dir, config=loose).storing()
            _import(repository, where, unique.values())
    return ids


def _import(repository: Repository, where: Where, contents: Iterable[bytes]) -> None:
    """Have git store contents. They are given one by one: put together they would be there twice, and a copy
    of a hundred megabytes keeps Python's lock from the window.
    """
    runner.load()
    child = repository.start(["fast-import", "--quiet", "--done"], where, fed=True)
    parts = ((b"blob\ndata %d\n" % len(content), content, b"\n") for content in contents)
    child.feed(chain(chain.from_iterable(parts), (b"done\n",)))
    child.finish()


def compose_tree(
    repository: Repository, base_tree: str, changes: Mapping[str, tuple[str, bytes | str] | None]
) -> str:
    """The tree that `base_tree` becomes with `changes`.

    In a private index, so that nobody else's is touched.
    """
    if not changes:
        return base_tree
    _refuse_folders(changes)
    with scratch_folder(repository.shadow) as folder:
        where = Where(repository.ours.git_dir, index=str(folder / "index"))
        base = ["--empty"] if base_tree == repository.empty_tree else [base_tree]
        reading = repository.start(["read-tree", *base], where)
        seeding = storing.start_seeding(repository, base_tree)
        paths = [path for path, entry in changes.items() if entry is not None and isinstance(entry[1], bytes)]
        written = dict(
            zip(paths, write_blobs(repository, [_content(changes[path]) for path in paths]), strict=True)
        )
        reading.finish()
        lines = _index_lines(repository, changes, written)
        repository.run(["update-index", "-z", "--index-info"], where, data=lines)
        tree = storing.write_tree(repository, where, base_tree, seeding)
    _refuse_more_than_named(repository, base_tree, tree, changes)
    return tree


def _refuse_folders(changes: Mapping[str, tuple[str, bytes | str] | None]) -> None:
    """Of two named paths of which one is the other's folder, git would silently keep one."""
    stands = {path for path, entry in changes.items() if entry is not None}
    for path in stands:
        folder = path.rpartition("/")[0]
        while folder:
            if folder in stands:
                raise _file_and_folder(folder)
            folder = folder.rpartition("/")[0]


def _file_and_folder(path: str) -> UserError:
    return UserError(
        f"The result cannot exist: {path} would have to be a file and a folder at once.",
        hint="Judge the removal of the one and the new files of the other alike.",
    )


def _refuse_more_than_named(
    repository: Repository, base_tree: str, tree: str, changes: Mapping[str, tuple[str, bytes | str] | None]
) -> None:
    """A file put where a folder stands silently takes the folder's place, and the other way round.

    Not with us.
    """
    args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", base_tree, tree]
    for name in repository.run(args).split(b"\0"):
        path = name.decode("utf-8", "surrogateescape")
        if path and path not in changes:
            raise _file_and_folder(path)


def _content(entry: tuple[str, bytes | str] | None) -> bytes:
    assert entry is not None
    assert isinstance(entry[1], bytes)
    return entry[1]


def _index_lines(
    repository: Repository, changes: Mapping[str, tuple[str, bytes | str] | None], written: Mapping[str, str]
) -> bytes:
    """Removals first, so that a file can give way to a folder of its name."""
    zero = "0" * len(repository.empty_tree)
    gone = [f"0 {zero}\t{path}\0" for path, entry in changes.items() if entry is None]
    stands: list[str] = []
    for path, entry in changes.items():
        if entry is not None:
            identity = written[path] if path in written else str(entry[1])
            stands.append(f"{entry[0]} {identity}\t{path}\0")
    return "".join(gone + stands).encode("utf-8", "surrogateescape")


def merge(
    repository: Repository, base: bytes, ours: bytes, theirs: bytes, *, finely: bool = False
) -> bytes | None:
    """`git merge-file`: the merged bytes, None on a conflict or where one side is not text.

    `finely`: edits of neighbouring lines do not conflict. For the edits of one program in a row only.
    """
    if base == ours or ours == theirs:
        return theirs
    if base == theirs:
        return ours
    if any(b"\0" in side for side in (base, ours, theirs)):
        return None
    merged = _merge_file(repository, (ours, base, theirs))
    if merged is not None or not finely:
        return merged
    if any(_BETWEEN in side or not side.endswith(b"\n") for side in (base, ours, theirs)):
        return None
    spread = _merge_file(repository, (_spread(ours), _spread(base), _spread(theirs)))
    lines = split_lines(spread or b"")
    if not lines or set(lines[1::2]) != {_BETWEEN} or _BETWEEN in lines[0::2]:
        return None
    return b"".join(lines[0::2])


def _spread(data: bytes) -> bytes:
    """The lines with one more after each, equal on all sides, so that git sees no two edits side by side."""
    return b"".join(line + _BETWEEN for line in split_lines(data))


def _merge_file(repository: Repository, sides: tuple[bytes, bytes, bytes]) -> bytes | None:
    with scratch_folder(repository.shadow) as folder:
        names = [str(folder / name) for name in ("ours", "base", "theirs")]
        for name, side in zip(names, sides, strict=True):
            Path(name).write_bytes(side)
        child = repository.start(["merge-file", "-p", "-q", *names])
        merged = child.finish(ok=range(256))
        return merged if child.status == 0 else None
