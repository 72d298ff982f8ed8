"""The patch of a selection, for `git apply`: what is not taken is edited away, as in an editor.

Removed lines that are not selected become context, added lines that are not selected are left out.
"""

from __future__ import annotations

import zlib
from base64 import b85encode
from hashlib import sha1

from tests.fuzz.cases import SUBMODULE, Entry
from tests.fuzz.line_model import WHOLE, Chosen, Script, expected, kinds, lines_of, script
from workbench.review.changes import FileChange, Kind, Status

NO_END = b"\\ No newline at end of file\n"
_NAMED = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}


def quoted(path: str, prefix: bytes = b"") -> bytes:
    """A path as git quotes it, always."""
    name = prefix + path.encode("utf-8", "surrogateescape")
    letters = (
        b"\\" + _NAMED[byte] if byte in _NAMED else b"%c" % byte if 32 <= byte < 127 else b"\\%03o" % byte
        for byte in name
    )
    return b'"' + b"".join(letters) + b'"'


def blob_id(data: bytes) -> str:
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def selection_patch(file: FileChange, sides: tuple[bytes, bytes], chosen: Chosen, context: int) -> bytes:
    """The patch that makes of the base's file what is chosen; empty where that is the base's file itself."""
    old, new = sides
    before: tuple[str, Entry] | None = None
    if file.base_path is not None:
        before = (file.base_path, (str(file.old_mode), old))
    results = list(expected(file, old, new, chosen, ended=False).items())
    after = results[0] if results else None
    if file.status is Status.TYPECHANGE:
        if after == before:
            return b""
        gone = _section(before, None, _replaced(old, b""), context, binary=b"\0" in old)
        return gone + _section(None, after, _replaced(b"", new), context, binary=b"\0" in new)
    if kinds(file) & WHOLE:
        taken = after is not None and after[1][1] == new and old != new
        change = _replaced(old, new) if taken or after is None else []
    else:
        change = script(file, old, chosen)
    return _section(before, after, change, context, binary=Kind.BINARY in kinds(file))


def _replaced(old: bytes, new: bytes) -> Script:
    return [("-", line) for line in lines_of(old)] + [("+", line) for line in lines_of(new)]


def _section(
    before: tuple[str, Entry] | None,
    after: tuple[str, Entry] | None,
    change: Script,
    context: int,
    *,
    binary: bool = False,
) -> bytes:
    """One file's part of a patch. Paths of the two sides differ where it is renamed."""
    if before == after or (before is None and after is None):
        return b""
    old_path, (old_mode, old) = before or after  # type: ignore[misc]
    new_path, (new_mode, new) = after or before  # type: ignore[misc]
    lines = [b"diff --git " + quoted(old_path, b"a/") + b" " + quoted(new_path, b"b/")]
    if before is None:
        lines.append(b"new file mode " + new_mode.encode())
    elif after is None:
        lines.append(b"deleted file mode " + old_mode.encode())
    else:
        if old_mode != new_mode:
            lines += [b"old mode " + old_mode.encode(), b"new mode " + new_mode.encode()]
        if old_path != new_path:
            lines += [
                b"similarity index 50%",
                b"rename from " + quoted(old_path),
                b"rename to " + quoted(new_path),
            ]
    head = b"\n".join(lines) + b"\n"
    if SUBMODULE in (old_mode, new_mode):
        change = [(sign, b"Subproject commit " + line + b"\n") for sign, line in change]
    if binary:
        return head + _binary(old if before else None, new if after else None)
    hunks = b"".join(_hunks(change, context))
    if not hunks:
        return head
    names = (
        b"/dev/null" if before is None else quoted(old_path, b"a/"),
        b"/dev/null" if after is None else quoted(new_path, b"b/"),
    )
    return head + b"--- %b\n+++ %b\n" % names + hunks


def _hunks(change: Script, context: int) -> list[bytes]:
    """Unified hunks of a script, with so many lines of context."""
    edits = [at for at, (sign, _) in enumerate(change) if sign != " "]
    spans: list[tuple[int, int]] = []
    for at in edits:
        start, end = max(0, at - context), min(len(change), at + context + 1)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    found = []
    for start, end in spans:
        sides = [
            (
                sum(sign != gone for sign, _ in change[:start]),
                sum(sign != gone for sign, _ in change[start:end]),
            )
            for gone in ("+", "-")
        ]
        places = [place for before, count in sides for place in (before + (count > 0), count)]
        body = b"".join(
            sign.encode() + line + (b"" if line.endswith(b"\n") else b"\n" + NO_END)
            for sign, line in change[start:end]
        )
        found.append(b"@@ -%d,%d +%d,%d @@\n" % tuple(places) + body)
    return found


def _binary(old: bytes | None, new: bytes | None) -> bytes:
    """Git's binary patch with both contents as they are. None where there is no file."""
    if old == new:
        return b""
    index = [("0" * 40 if side is None else blob_id(side)).encode() for side in (old, new)]
    return b"index %b..%b\nGIT binary patch\n" % tuple(index) + _literal(new or b"") + _literal(old or b"")


def _literal(data: bytes) -> bytes:
    packed = zlib.compress(data)
    rows = [packed[at : at + 52] for at in range(0, len(packed), 52)]
    coded = b"".join(
        bytes([len(row) + (64 if len(row) <= 26 else 70)]) + b85encode(row, pad=True) + b"\n" for row in rows
    )
    return b"literal %d\n" % len(data) + coded + b"\n"
