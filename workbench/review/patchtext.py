"""Patches as values: what a git diff, a mail with a patch, or a plain unified diff says. Applies nothing.

Hunks are read by their counts. What is not certain is a `UserError` that names the file and the hunk:
a patch is somebody's input, unlike the output of git that `diff.py` reads.
"""

from __future__ import annotations

import re
import zlib
from base64 import b85decode
from binascii import a2b_base64, a2b_qp
from collections.abc import Sequence

from msgspec import Struct, field

from workbench.errors import UserError
from workbench.review.lines import split_lines

_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_INDEX = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)(?: ([0-7]{6}))?$")
_MAIL = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001$")
_MAIL_START = re.compile(rb"^(?=From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?$)", re.MULTILINE)
_ENCODED = re.compile(
    rb"^Content-Transfer-Encoding:[ \t]*(quoted-printable|base64)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BINARY = re.compile(rb"(literal|delta) (\d{1,10})$")
_ESCAPE = re.compile(rb'\\([0-7]{3}|[abtnvfr"\\])')
_ESCAPES = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))

_PREFIXES = (b"a/", b"b/", b"i/", b"w/", b"c/", b"o/", b"1/", b"2/")
"""What git writes before paths, also with `diff.mnemonicPrefix`. Two different ones are no folder."""

NOTHING = b"/dev/null"

_NOT_READ = (
    (
        re.compile(rb"diff --(?:cc|combined) |@@@+ -"),
        "The patch is a combined diff of a merge.",
        "Diff against one parent.",
    ),
    (
        re.compile(rb"\* Unmerged path (.+)"),
        "The patch says that {} is not merged yet, but not what is in it.",
        "Resolve the merge, and make the patch again.",
    ),
    (
        re.compile(rb"\x1b\[[0-9;]*m(?:diff |--- |\+\+\+ |@@ )"),
        "The patch is coloured.",
        "Make it without colours: git diff --no-color --binary > changes.patch",
    ),
    (
        re.compile(rb"Submodule (.+) [0-9a-f]{7,64}\.{2,3}[0-9a-f]{7,64}(?:$|:| \()"),
        "The patch changes the submodule {}.",
        "Update the submodule itself.",
    ),
    (
        re.compile(rb"Binary files .+ and (.+) differ$"),
        "The patch says that the binary file {} changed, but not how.",
        "Make the patch with: git diff --binary",
    ),
)
"""What some commands and settings put in the place of a file's lines, and the words for it."""

_HINT = "Make it again, for example with: git diff --binary > changes.patch"


class Hunk(Struct, frozen=True):
    """One hunk: `old` and `new` with context, `old_start` as written, and words that name it."""

    old_start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    words: str


class Binary(Struct, frozen=True):
    """A binary file's new content: as it is, or as a delta to the old content."""

    data: bytes
    delta: bool


class FilePatch(Struct):
    """What a patch says of one file. Mutable only while it is being read.

    `old` and `new` are names as bytes without prefix, None for /dev/null. `git` is False for a plain
    unified diff, whose names may need a guess. `mail` counts the mails before it: a series of mails
    is applied one after the other, one git diff as a whole.
    """

    mail: int
    git: bool
    old: bytes | None = None
    new: bytes | None = None
    old_mode: str | None = None
    new_mode: str | None = None
    old_id: str | None = None
    new_id: str | None = None
    moved: bool = False
    copied: bool = False
    binary: Binary | None = None
    unreadable: bool = False
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The path as it is said in messages."""
        return (self.new or self.old or b"?").decode("utf-8", "replace")


def parse_patch(patch: bytes) -> tuple[FilePatch, ...]:
    """Every file patch in the text, in order. UserError where there is none or one is broken."""
    mails = _MAIL_START.split(patch) if _ENCODED.search(patch) else [patch]
    found = _Reader(split_lines(b"".join(_decoded(mail) for mail in mails))).read()
    if not found:
        raise UserError("There is no patch in this.", hint=_HINT)
    return found


def _decoded(mail: bytes) -> bytes:
    """A mail as it was before its transfer encoding, which only its own headers may announce."""
    end = _BLANK_LINE.search(mail)
    match = _ENCODED.search(mail, 0, end.start() if end else 0)
    if match is None or end is None:
        return mail
    body = mail[end.end() :]
    if match[1].lower() == b"base64":
        try:
            body = a2b_base64(body)
        except ValueError:
            raise UserError(
                "The mail with the patch is damaged: its base 64 text has gaps.", hint=_HINT
            ) from None
    else:
        body = a2b_qp(body)
    return mail[: end.end()] + body + (b"" if body.endswith(b"\n") else b"\n")


class _Reader:
    """Goes through the lines once."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._at = 0
        self._mail = 0
        self._found: list[FilePatch] = []

    def read(self) -> tuple[FilePatch, ...]:
        while self._at < len(self._lines):
            line = self._line()
            if line.startswith(b"diff --git "):
                self._found.append(self._read_git(line))
            elif self._at_plain():
                self._found.append(self._read_plain(FilePatch(self._mail, git=False)))
            elif _HUNK.match(line):
                raise UserError(f"The hunk {_words(line)} belongs to no file.", hint=_HINT)
            else:
                _refuse_what_is_not_read(line)
                self._mail += _MAIL.match(line) is not None
                self._at += 1
        return tuple(self._found)

    def _line(self, ahead: int = 0) -> bytes:
        """The line without its end. Headers are read with it; content never is."""
        at = self._at + ahead
        return self._lines[at].rstrip(b"\r\n") if at < len(self._lines) else b""

    def _at_plain(self) -> bool:
        """At the --- line of a plain unified diff."""
        names = self._line().startswith(b"--- ") and self._line(1).startswith(b"+++ ")
        return names and self._line(2).startswith(b"@@ ")

    def _read_git(self, line: bytes) -> FilePatch:
        patch = FilePatch(self._mail, git=True)
        patch.old, patch.new = _header_names(line.removeprefix(b"diff --git "))
        self._at += 1
        while self._at < len(self._lines):
            line = self._line()
            if line.startswith(b"--- ") and self._line(1).startswith(b"+++ "):
                return self._read_plain(patch)
            if line.startswith(b"GIT binary patch"):
                self._at += 1
                patch.binary = self._read_binary(patch)
                return patch
            if not self._read_extended(patch, line):
                break
            self._at += 1
        return patch

    def _read_extended(self, patch: FilePatch, line: bytes) -> bool:
        """Take one extended header line of git; False when it is none."""
        for start, act in _EXTENDED.items():
            if line.startswith(start):
                act(patch, line[len(start) :])
                return True
        match = _INDEX.match(line)
        if match is None:
            return line.startswith((b"similarity index", b"dissimilarity index"))
        patch.old_id, patch.new_id = match[1].decode(), match[2].decode()
        return True

    def _read_plain(self, patch: FilePatch) -> FilePatch:
        """The --- and +++ lines and the hunks below them."""
        old, new = _name(self._line()[4:]), _name(self._line(1)[4:])
        if not patch.moved and not patch.copied:
            patch.old, patch.new = _without_prefixes(old, new, (patch.old, patch.new))
        self._at += 2
        while match := _HUNK.match(self._line()):
            patch.hunks.append(self._read_hunk(patch, match))
        following = self._line()
        if not patch.hunks or following.startswith(b"@@"):
            raise _broken(patch, f"hunk {len(patch.hunks) + 1} does not say its lines, as in @@ -1,2 +1,3 @@")
        # "-- " is the signature below a mail; anything else would be a line that is passed over in silence.
        if following.startswith((b"+", b"-", b" ")) and not self._at_plain() and following.rstrip() != b"--":
            raise _broken(patch, f"hunk {len(patch.hunks)} has more lines than it counts")
        return patch

    def _read_hunk(self, patch: FilePatch, match: re.Match[bytes]) -> Hunk:
        words = f"hunk {len(patch.hunks) + 1} ({_words(match.string)})"
        old_left = 1 if match[2] is None else int(match[2])
        new_left = 1 if match[4] is None else int(match[4])
        old: list[bytes] = []
        new: list[bytes] = []
        self._at += 1
        while old_left or new_left or self._line().startswith(b"\\"):
            line = self._lines[self._at] if self._at < len(self._lines) else b""
            sign = line[:1]
            if sign == b"\\":
                self._unend(old, new)
            else:
                # A mailer, or diff.suppressBlankEmpty, takes the blank from an empty context line.
                data = line if line in (b"\n", b"\r\n") else line[1:]
                sign = b" " if data is line else sign
                if sign not in (b" ", b"-", b"+") or not line:
                    raise _broken(patch, f"{words} ends before its counted lines do")
                if sign != b"+":
                    old.append(data)
                    old_left -= 1
                if sign != b"-":
                    new.append(data)
                    new_left -= 1
                if old_left < 0 or new_left < 0:
                    raise _broken(patch, f"{words} does not have the lines that it counts")
            self._at += 1
        return Hunk(int(match[1]), tuple(old), tuple(new), words)

    def _unend(self, old: list[bytes], new: list[bytes]) -> None:
        """Take the line end from the side, or both sides, that the line before the marker was of."""
        before = self._lines[self._at - 1][:1]
        for sign, lines in ((b"-", old), (b"+", new)):
            if lines and before != (b"+" if sign == b"-" else b"-"):
                lines[-1] = lines[-1].removesuffix(b"\n")

    def _read_binary(self, patch: FilePatch) -> Binary:
        """The forward half of a git binary patch; the reverse half is passed over."""
        forward = self._read_half(patch)
        if _BINARY.match(self._line()):
            self._read_half(patch)
        return forward

    def _read_half(self, patch: FilePatch) -> Binary:
        match = _BINARY.match(self._line())
        if match is None:
            raise _broken(patch, "its binary part has no length")
        self._at += 1
        packed = bytearray()
        while line := self._line():
            packed += _unpack_line(patch, line)
            self._at += 1
        self._at += 1
        size = int(match[2])
        inflater = zlib.decompressobj()
        try:
            data = inflater.decompress(bytes(packed), size + 1)
        except zlib.error:
            raise _broken(patch, "its binary part is damaged") from None
        if len(data) != size:
            raise _broken(patch, "its binary part is not as long as it says")
        return Binary(data, delta=match[1] == b"delta")


def _refuse_what_is_not_read(line: bytes) -> None:
    """Between files anything may stand, but not what tells of a change in a form that is not read here."""
    for form, message, hint in _NOT_READ:
        match = form.match(line)
        if match is not None:
            name = match[1].decode("utf-8", "replace") if form.groups else ""
            raise UserError(message.format(name), hint=hint)


def _unpack_line(patch: FilePatch, line: bytes) -> bytes:
    """One line of git's base 85: a letter for the count of bytes, and the bytes, filled up to four."""
    letter = line[0]
    if 65 <= letter <= 90:
        count = letter - 64
    elif 97 <= letter <= 122:
        count = letter - 70
    else:
        raise _broken(patch, "its binary part is damaged")
    try:
        data = b85decode(line[1:])
    except ValueError:
        raise _broken(patch, "its binary part is damaged") from None
    if not count <= len(data) < count + 4:
        raise _broken(patch, "its binary part is damaged")
    return data[:count]


def _broken(patch: FilePatch, why: str) -> UserError:
    return UserError(f"The patch of {patch.name} is broken: {why}.", hint=_HINT)


def _words(line: bytes) -> str:
    match = _HUNK.match(line)
    return match[0].decode() if match else ""


def _set_old_mode(patch: FilePatch, rest: bytes) -> None:
    patch.old_mode = rest.decode("ascii", "replace")


def _set_new_mode(patch: FilePatch, rest: bytes) -> None:
    patch.new_mode = rest.decode("ascii", "replace")


def _set_created(patch: FilePatch, rest: bytes) -> None:
    patch.old, patch.new_mode = None, rest.decode("ascii", "replace")


def _set_deleted(patch: FilePatch, rest: bytes) -> None:
    patch.new, patch.old_mode = None, rest.decode("ascii", "replace")


def _set_from(patch: FilePatch, rest: bytes) -> None:
    patch.old, patch.moved = _name(rest), True


def _set_to(patch: FilePatch, rest: bytes) -> None:
    patch.new = _name(rest)


def _set_copied_from(patch: FilePatch, rest: bytes) -> None:
    patch.old, patch.copied = _name(rest), True


def _set_unreadable(patch: FilePatch, rest: bytes) -> None:
    patch.unreadable = True


_EXTENDED = {
    b"old mode ": _set_old_mode,
    b"new mode ": _set_new_mode,
    b"new file mode ": _set_created,
    b"deleted file mode ": _set_deleted,
    b"rename from ": _set_from,
    b"rename to ": _set_to,
    b"copy from ": _set_copied_from,
    b"copy to ": _set_to,
    b"Binary files ": _set_unreadable,
}


def _name(text: bytes) -> bytes:
    """A name from a header: unquoted, and without what follows a tab (a date, or git's mark for blanks)."""
    if text.startswith(b'"'):
        end = _closing_quote(text)
        return _ESCAPE.sub(_unescape, text[1:end])
    return text.split(b"\t", 1)[0]


def _closing_quote(text: bytes) -> int:
    at = 1
    while at < len(text) and text[at : at + 1] != b'"':
        at += 2 if text[at : at + 1] == b"\\" else 1
    return at


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() else bytes([_ESCAPES[code[0]]])


def _header_names(text: bytes) -> tuple[bytes | None, bytes | None]:
    """The names of a `diff --git` line where they are the same but for the prefix; else other lines say."""
    if text.startswith(b'"'):
        end = _closing_quote(text) + 1
        pairs = [(_name(text[:end]), _name(text[end + 1 :]))]
    elif text.endswith(b'"'):
        cut = text.find(b' "')
        pairs = [(text[:cut], _name(text[cut + 1 :]))]
    else:
        cuts = [at for at in range(len(text)) if text[at : at + 1] == b" "]
        pairs = [(text[:at], text[at + 1 :]) for at in cuts]
    for old, new in pairs:
        names = _without_prefixes(old, new, (None, None))
        if names[0] == names[1]:
            return names
    return None, None


def _without_prefixes(
    old: bytes, new: bytes, known: tuple[bytes | None, bytes | None]
) -> tuple[bytes | None, bytes | None]:
    """Names without git's prefixes. `known` is the pair of the header line, for the side beside /dev/null."""
    if NOTHING in (old, new):
        left = new if old == NOTHING else old
        whole = known[1] if old == NOTHING else known[0]
        bare = left[2:] if left.startswith(_PREFIXES) and whole in (None, left[2:]) else left
        return (None, bare) if old == NOTHING else (bare, None)
    if old.startswith(_PREFIXES) and new.startswith(_PREFIXES) and old[:2] != new[:2]:
        return old[2:], new[2:]
    return old, new
