"""Our own applier of patches: from a base, read by callback, to what stands at each path. All or nothing.

Every context and removed line must be equal at exactly one place. Where the base's file is the very one
that the patch was made for, as its object id says, that place is the one the hunk names; else its lines must
be found once in the file, whatever number the hunk gives: a hunk that fits where it says may still have been
meant for the next block that looks the same. Everything else is refused by name, where `git apply` guesses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha1, sha256

from workbench.errors import UserError
from workbench.review.lines import split_lines
from workbench.review.patchtext import FilePatch, Hunk, parse_patch

Read = Callable[[str], bytes | None]
ModeOf = Callable[[str], str | None]
Entry = tuple[str, bytes]
"""A mode and the bytes."""

_FILE = "100644"
_MODES = frozenset({"100644", "100755", "120000"})
_SUBMODULE = "160000"
_FOLDER = "040000"
_ENOUGH = 7
"""Digits of a cut id that are taken for the id of a content."""

_STALE = "The file has changed since the patch was made. Make the patch again."
_NO_ID = "The patch does not say which file it was made for. Make it with git diff, whose index lines do."


def apply_patch(patch: bytes, read: Read, mode_of: ModeOf) -> Mapping[str, Entry | None]:
    """Every path that the patch touches: its mode and bytes, None where it is gone.

    `read` and `mode_of` give the base's bytes and mode of a path, None where it has none. A series of
    mails is applied one after the other. UserError, naming file and hunk, when any part does not fit.
    """
    state = _State(read, mode_of)
    mail = -1
    for each in parse_patch(patch):
        if each.mail != mail:
            state.commit()
            mail = each.mail
        _apply_file(each, state)
    state.commit()
    return state.results


class _State:
    """The base with what was applied so far, and what the patch at hand writes and removes."""

    def __init__(self, read: Read, mode_of: ModeOf) -> None:
        self.results: dict[str, Entry | None] = {}
        self._read = read
        self._mode_of = mode_of
        self._written: dict[str, Entry] = {}
        self._created: set[str] = set()
        self._removed: set[str] = set()

    def before(self, path: str) -> Entry | None:
        """The file before the patch at hand: what a rename starts from, in whatever order it comes."""
        if path in self.results:
            return self.results[path]
        mode = self._mode_of(path)
        if mode is None:
            return None
        if mode == _SUBMODULE:
            raise UserError(f"The patch changes the submodule {path}.", hint="Update the submodule itself.")
        if mode == _FOLDER:
            return mode, b""
        data = self._read(path)
        return None if data is None else (mode, data)

    def now(self, path: str) -> Entry | None:
        """The file as the patch at hand has it by now."""
        if path in self._written:
            return self._written[path]
        return None if path in self._removed else self.before(path)

    def write(self, path: str, entry: Entry, *, created: bool) -> None:
        self._written[path] = entry
        if created:
            self._created.add(path)

    def remove(self, path: str) -> None:
        self._removed.add(path)
        self._written.pop(path, None)

    def moved_away(self, path: str) -> None:
        self._removed.add(path)

    def commit(self) -> None:
        """Take what the patch at hand did. A created file may stand only where there is none (any more)."""
        for path in sorted(self._created - self._removed):
            if self.before(path) is not None:
                raise UserError(f"The patch creates {path}, which is there already.", hint=_STALE)
        for path in self._removed:
            self.results[path] = None
        self.results.update(self._written)
        self._written, self._created, self._removed = {}, set(), set()


def _apply_file(patch: FilePatch, state: _State) -> None:
    old, new = _paths(patch, state)
    moved = old is not None and new is not None and old != new
    entry: Entry | None = None
    if old is not None:
        entry = state.before(old) if moved else state.now(old)
        if entry is None:
            raise UserError(
                f"The patch changes {old}, which is not there.", hint="Is it a patch of this repository?"
            )
    _check_modes(patch, entry)
    data = _content(patch, b"" if entry is None else entry[1])
    if new is None:
        if data:
            raise UserError(f"The patch deletes {old}, but does not remove all of it.", hint=_STALE)
        state.remove(str(old))
        return
    mode = patch.new_mode or (entry[0] if entry else _FILE)
    state.write(new, (mode, data), created=entry is None or moved)
    if moved and old is not None and not patch.copied:
        state.moved_away(old)


def _check_modes(patch: FilePatch, entry: Entry | None) -> None:
    for mode in (patch.old_mode, patch.new_mode):
        if mode == _SUBMODULE:
            raise UserError(
                f"The patch changes the submodule {patch.name}.", hint="Update the submodule itself."
            )
        if mode is not None and mode not in _MODES:
            raise UserError(f"The patch gives {patch.name} the mode {mode}.", hint="Git knows no such file.")
    if entry is not None and patch.old_mode is not None and patch.old_mode[:2] != entry[0][:2]:
        raise UserError(f"{patch.name} is not the kind of file that the patch was made for.", hint=_STALE)


def _content(patch: FilePatch, old: bytes) -> bytes:
    if patch.unreadable:
        raise UserError(
            f"The patch says that the binary file {patch.name} changed, but not how.",
            hint="Make the patch with: git diff --binary",
        )
    if _says_too_little(patch, old):
        raise UserError(
            f"The patch says that {patch.name} changed, but not how.", hint="Is a part of the patch missing?"
        )
    if patch.binary is None:
        return b"".join(_apply_hunks(patch, split_lines(old)))
    if (
        patch.old_id is None
        or patch.new_id is None
        or not (patch.old is None or _is_named(old, patch.old_id))
    ):
        raise UserError(f"The binary patch of {patch.name} does not fit.", hint=_STALE)
    data = _apply_delta(patch, old) if patch.binary.delta else patch.binary.data
    if patch.new is not None and not _is_named(data, patch.new_id):
        raise UserError(f"The binary patch of {patch.name} is damaged.", hint="Make the patch again.")
    return data


def _says_too_little(patch: FilePatch, old: bytes) -> bool:
    """Whether the ids tell of a change that no hunk describes: the rest of this part was cut off."""
    if patch.hunks or patch.binary or patch.new is None or patch.new_id in (None, patch.old_id):
        return False
    return not _is_named(old, patch.new_id) if len(patch.new_id or "") >= _ENOUGH else patch.old is not None


def _apply_hunks(patch: FilePatch, old: Sequence[bytes]) -> list[bytes]:
    """The file with every hunk put in its place."""
    if not patch.hunks:
        return list(old)
    places = _places(patch, old)
    result: list[bytes] = []
    done = 0
    for hunk, start in zip(patch.hunks, places, strict=True):
        if start < done:
            raise _refused(patch, hunk, "overlaps the one before it")
        result += old[done:start]
        result += hunk.new
        done = start + len(hunk.old)
    result += old[done:]
    for line in result[:-1]:
        if not line.endswith(b"\n"):
            raise UserError(
                f"The patch of {patch.name} adds lines after a last line without end.", hint=_STALE
            )
    return result


def _places(patch: FilePatch, old: Sequence[bytes]) -> list[int]:
    """Where each hunk stands, as 0-based line indexes."""
    if patch.old is not None and not _is_named(b"".join(old), patch.old_id):
        return [_only_place(patch, hunk, old) for hunk in patch.hunks]
    named = [hunk.old_start - 1 if hunk.old else hunk.old_start for hunk in patch.hunks]
    for hunk, start in zip(patch.hunks, named, strict=True):
        if not _fits(hunk, old, start):
            raise _refused(patch, hunk, "does not fit the file that it was made for")
    return named


def _only_place(patch: FilePatch, hunk: Hunk, old: Sequence[bytes]) -> int:
    unsure = _STALE if patch.old_id else _NO_ID
    if not hunk.old:
        if not old:
            return 0
        raise _refused(patch, hunk, "has no line to find its place by", unsure)
    first = hunk.old[0]
    found = [at for at, line in enumerate(old) if line == first and _fits(hunk, old, at)]
    if not found:
        raise _refused(patch, hunk, "does not fit")
    if len(found) > 1:
        raise _refused(patch, hunk, f"fits in {len(found)} places", unsure)
    return found[0]


def _fits(hunk: Hunk, old: Sequence[bytes], start: int) -> bool:
    if start < 0 or start + len(hunk.old) > len(old):
        return False
    return tuple(old[start : start + len(hunk.old)]) == hunk.old


def _refused(patch: FilePatch, hunk: Hunk, why: str, hint: str = _STALE) -> UserError:
    return UserError(f"The patch does not apply: in {patch.name}, {hunk.words} {why}.", hint=hint)


def _paths(patch: FilePatch, state: _State) -> tuple[str | None, str | None]:
    old = None if patch.old is None else _path(patch.old)
    new = None if patch.new is None else _path(patch.new)
    if patch.git or old is None or new is None:
        if old is None and new is None:
            raise UserError("The patch has a part that names no file.", hint="Make the patch again.")
        return old, new
    # A plain diff: `diff -u x.orig x`, or of two folders. The first name that the base knows.
    names = [new, old, *(name.partition("/")[2] for name in (new, old))]
    for name in names:
        if name and state.now(name) is not None:
            return name, name
    if patch.hunks and not patch.hunks[0].old and patch.hunks[0].old_start == 0:
        return None, new
    return new, new


def _path(name: bytes) -> str:
    """A path that stays inside the repository. What names git's own folder is refused here already."""
    path = name.decode("utf-8", "surrogateescape")
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or "\0" in path:
        raise UserError(
            f"The patch names a path that no repository may hold: {name.decode('utf-8', 'replace')}.",
            hint="Nothing of it was applied. Where does this patch come from?",
        )
    return path


def _is_named(data: bytes, identity: str | None) -> bool:
    """True when `identity`, which may be cut short, is git's id of these bytes."""
    if identity is None or len(identity) < _ENOUGH:
        return False
    blob = b"blob %d\0" % len(data) + data
    return any(
        digest(blob, usedforsecurity=False).hexdigest().startswith(identity) for digest in (sha1, sha256)
    )


def _apply_delta(patch: FilePatch, old: bytes) -> bytes:
    """Git's pack delta: two sizes, then copies from the old content and literal bytes."""
    delta = b"" if patch.binary is None else patch.binary.data
    damaged = UserError(f"The binary patch of {patch.name} is damaged.", hint="Make the patch again.")
    old_size, at = _varint(delta, 0)
    new_size, at = _varint(delta, at)
    result = bytearray()
    while at < len(delta):
        code = delta[at]
        at += 1
        if code & 0x80:
            offset, size, at = _copy_of(delta, at, code)
            if offset + size > len(old):
                raise damaged
            result += old[offset : offset + size]
        elif code:
            result += delta[at : at + code]
            at += code
        else:
            raise damaged
        if len(result) > new_size:
            raise damaged
    if old_size != len(old) or len(result) != new_size:
        raise damaged
    return bytes(result)


def _copy_of(delta: bytes, at: int, code: int) -> tuple[int, int, int]:
    """Offset and size of a copy, and where the next code is. Bits of the code say which bytes are there."""
    values = [0] * 7
    for bit in range(7):
        if code & (1 << bit):
            values[bit] = delta[at] if at < len(delta) else 0
            at += 1
    offset = int.from_bytes(bytes(values[:4]), "little")
    size = int.from_bytes(bytes(values[4:]), "little")
    return offset, size or 0x10000, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return value, at
