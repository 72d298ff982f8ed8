"""A part of a file change as a patch that `git apply` takes. Pure; what it cannot say it refuses.

The patch leads from the base to the base with the selected lines and facts: what composing makes of them if
they alone are accepted (`compose.py`), so lines keep their order and their line ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from workbench.errors import UserError
from workbench.review.changes import FileChange, Kind, Run
from workbench.review.compose import Take, compose_file
from workbench.review.lines import split_lines
from workbench.review.splitting import content_kind
from workbench.review.text import visible
from workbench.review.verdicts import NO_VERDICTS, FileVerdicts, Selection, Verdict, judged

CONTEXT = 3
_NO_END = b"\\ No newline at end of file\n"
_PLAIN = "100644"
_QUOTED = {
    7: b"\\a",
    8: b"\\b",
    9: b"\\t",
    10: b"\\n",
    11: b"\\v",
    12: b"\\f",
    13: b"\\r",
    34: b'\\"',
    92: b"\\\\",
}
_WHOLE = {Kind.BINARY: "a binary file", Kind.SUBMODULE: "a submodule", Kind.SYMLINK: "a link"}
"""What has no form as text. A file that comes or goes empty has: its header says it all."""
_HINT = "Land it into a patch file instead: L."


class _Row(Struct, frozen=True):
    """A line of the patch: kept (`old` and `new`), removed, or added."""

    old: bytes | None
    new: bytes | None


def patch_of(file: FileChange, selection: Selection, old_data: bytes) -> bytes:
    """The patch of some lines and facts of a file. `old_data` are the base's bytes.

    UserError where there is nothing to say, or it has no form as text.
    """
    kind = content_kind(file)
    what = _WHOLE.get(kind) if kind is not None and kind in selection.facts else None
    if what is not None:
        raise UserError(f"{_shown(file.path)} is {what}, which cannot be copied as text.", hint=_HINT)
    verdicts = judged({}, (selection,), Verdict.ACCEPTED).get(selection.path, NO_VERDICTS)
    if not verdicts:
        raise UserError("There is nothing here to make a patch of.", hint="] goes to the next change.")
    old = split_lines(old_data) if file.base_path is not None else ()
    results = compose_file(file, old_data, verdicts, Take.ACCEPTED)
    if file.base_path is None and not results:
        raise UserError("There is nothing here to make a patch of.", hint="] goes to the next change.")
    after = results[0] if results else None
    rows = _rows(file, old, verdicts)
    path = after.path if after is not None else file.base_path or file.path
    header = _header(file, path, after.mode if after is not None else None, differs=_differs(rows))
    return header + b"".join(_hunks(rows))


def _differs(rows: Sequence[_Row]) -> bool:
    return any(row.old != row.new for row in rows)


def _header(file: FileChange, path: str, mode: str | None, *, differs: bool) -> bytes:
    """The lines of git before the hunks. `path` and `mode` are those of the result, None where it is gone."""
    base = file.base_path
    old_name, new_name = _name("a/", base or path), _name("b/", path)
    lines = [b"diff --git " + old_name + b" " + new_name]
    if base is None:
        lines.append(b"new file mode " + (mode or _PLAIN).encode())
    elif mode is None:
        lines.append(b"deleted file mode " + (file.old_mode or _PLAIN).encode())
    else:
        if mode != file.old_mode:
            lines += [b"old mode " + (file.old_mode or _PLAIN).encode(), b"new mode " + mode.encode()]
        if path != base:
            similarity = b"100" if not differs else str(file.similarity or 50).encode()
            lines.append(b"similarity index " + similarity + b"%")
            lines += [b"rename from " + _name("", base), b"rename to " + _name("", path)]
    if differs:
        lines.append(b"--- " + (b"/dev/null" if base is None else _ended(old_name)))
        lines.append(b"+++ " + (b"/dev/null" if mode is None else _ended(new_name)))
    return b"\n".join(lines) + b"\n"


def _rows(file: FileChange, old: Sequence[bytes], verdicts: FileVerdicts) -> list[_Row]:
    """Base and result beside each other, line for line."""
    rows: list[_Row] = []
    done = 0
    for run in file.runs:
        start = run.old_start - 1 if run.removed else run.old_start
        rows += [_Row(line, line) for line in old[done:start]]
        rows += _run(run, verdicts)
        done = start + len(run.removed)
    rows += [_Row(line, line) for line in old[done:]]
    return _with_ends(rows)


def _run(run: Run, verdicts: FileVerdicts) -> Iterator[_Row]:
    for start, count, verdict in verdicts.old.pieces(run.old_start, len(run.removed)):
        kept, at = verdict is Verdict.OPEN, start - run.old_start
        yield from (_Row(line, line if kept else None) for line in run.removed[at : at + count])
    for start, count, verdict in verdicts.new.pieces(run.new_start, len(run.added)):
        at = start - run.new_start
        if verdict is not Verdict.OPEN:
            yield from (_Row(None, line) for line in run.added[at : at + count])


def _with_ends(rows: list[_Row]) -> list[_Row]:
    """As composing does: a line without line end that is no longer the last one gets one."""
    last = next((at for at in range(len(rows) - 1, -1, -1) if rows[at].new is not None), -1)
    for at, row in enumerate(rows):
        if at < last and row.new is not None and not row.new.endswith(b"\n"):
            before = next((each.new for each in reversed(rows[:at]) if each.new is not None), None)
            beside = before or next(each.new for each in rows[at + 1 :] if each.new is not None)
            ended = row.new + (b"\r\n" if beside.endswith(b"\r\n") else b"\n")
            rows[at : at + 1] = [_Row(row.old, None), _Row(None, ended)] if row.old else [_Row(None, ended)]
            return rows
    return rows


def _hunks(rows: Sequence[_Row]) -> Iterator[bytes]:
    """The hunks, with three lines around; what is closer than six lines is one hunk."""
    changed = [at for at, row in enumerate(rows) if row.old != row.new]
    at = 0
    olds = news = 0
    counted = 0
    while at < len(changed):
        first = last = changed[at]
        while at < len(changed) and changed[at] <= last + 2 * CONTEXT:
            last = changed[at]
            at += 1
        low, high = max(0, first - CONTEXT), min(len(rows), last + CONTEXT + 1)
        olds += sum(row.old is not None for row in rows[counted:low])
        news += sum(row.new is not None for row in rows[counted:low])
        counted = low
        yield _hunk(rows[low:high], olds, news)


def _hunk(rows: Sequence[_Row], olds: int, news: int) -> bytes:
    old, new = sum(row.old is not None for row in rows), sum(row.new is not None for row in rows)
    # Where a side has no lines, its number is that of the line before.
    head = f"@@ -{olds + (old > 0)},{old} +{news + (new > 0)},{new} @@\n".encode()
    return head + b"".join(_line(row) for row in _sorted(rows))


def _sorted(rows: Sequence[_Row]) -> Iterator[_Row]:
    """As git writes it: of lines that face each other, all that is removed before all that is added."""
    removed: list[_Row] = []
    added: list[_Row] = []
    for row in rows:
        if row.old is not None and row.new is not None:
            yield from (*removed, *added, row)
            removed, added = [], []
        elif row.old is not None:
            removed.append(row)
        else:
            added.append(row)
    yield from (*removed, *added)


def _line(row: _Row) -> bytes:
    sign = b" " if row.old is not None and row.new is not None else b"-" if row.old is not None else b"+"
    data = row.new if row.new is not None else row.old or b""
    return sign + data if data.endswith(b"\n") else sign + data + b"\n" + _NO_END


def _name(prefix: str, path: str) -> bytes:
    """A name as git writes it: in quotes where it holds what a line of a patch could not."""
    data = (prefix + path).encode("utf-8", "surrogateescape")
    if all(0x20 <= each < 0x7F and each not in (34, 92) for each in data):
        return data
    inner = b"".join(
        _QUOTED.get(each) or (bytes([each]) if 0x20 <= each < 0x7F else b"\\%03o" % each) for each in data
    )
    return b'"' + inner + b'"'


def _ended(name: bytes) -> bytes:
    """A name with a blank in it ends with a tab, or a reader would take the rest for a date."""
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name


def _shown(path: str) -> str:
    return visible(path).text
