"""How bytes in the work tree become bytes in the tree and back: line ends, keywords, encodings. Pure.

Git's own rules (`convert.c`), done again here because git would run filters on the way. In: encoding, line
ends, keywords. Out: the same backwards. Every conversion can be undone, or it is not done at all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from msgspec import Struct

LFS = "lfs"
_NOTHING = ("unspecified", "unset", "set", "")
_ID = re.compile(rb"\$Id(?::[^$\n]*)?\$")
_TEXT = frozenset(b"\b\t\x1b\x0c")
_MARKED = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


class Conversion(Struct, frozen=True):
    """What happens to one path on the way in and out.

    `ends`: "" nothing, "text" always, "auto" where the content is text. `crlf`: CRLF goes out.
    `ident`: `$Id$` is expanded. `encoding`: of the work tree, "" for UTF-8. `filter`: its name, or "".
    `link`: a symbolic link that is checked out as a plain file.
    """

    ends: str = ""
    crlf: bool = False
    ident: bool = False
    encoding: str = ""
    filter: str = ""
    link: bool = False

    @property
    def is_outward(self) -> bool:
        """Whether an untouched file may differ from what is stored."""
        return self.crlf or self.ident or bool(self.encoding or self.filter) or self.link

    @property
    def is_program(self) -> bool:
        """Whether only a program could do it."""
        return self.filter not in ("", LFS)


class Habits(Struct, frozen=True):
    """What the user's settings say. `automatic`: core.autocrlf; `crlf`: whether text ends in CRLF here."""

    automatic: str = "false"
    crlf: bool = False
    plain_links: bool = False


def conversion_of(values: Mapping[str, str], habits: Habits) -> Conversion | None:
    """What the attributes of a path and the settings ask for; None for nothing."""
    ends, crlf = _ends(values, habits)
    encoding = values.get("working-tree-encoding", "")
    chosen = values.get("filter", "")
    found = Conversion(
        ends=ends,
        crlf=crlf,
        ident=values.get("ident") == "set",
        encoding="" if encoding in _NOTHING or _is_utf8(encoding) else encoding,
        filter="" if chosen in _NOTHING else chosen,
    )
    return found if found.ends or found.is_outward else None


def _ends(values: Mapping[str, str], habits: Habits) -> tuple[str, bool]:
    """("", "text" or "auto", whether CRLF goes out), as git's `convert_attrs` finds them."""
    text, old = values.get("text", "unspecified"), values.get("crlf", "unspecified")
    said = text if text in ("set", "unset", "auto", "input") else old
    if said == "unset":
        return "", False
    ending = values.get("eol", "unspecified")
    if said == "auto":
        return "auto", ending == "crlf" or (ending != "lf" and habits.crlf)
    if said == "input":
        return "text", ending == "crlf"
    if ending in ("lf", "crlf"):
        return "text", ending == "crlf"
    if said == "set":
        return "text", habits.crlf
    if habits.automatic == "false":
        return "", False
    return "auto", habits.automatic == "true"


def to_git(data: bytes, conversion: Conversion, stored: bytes | None) -> bytes | None:
    """What git would store. `stored` is what it stores of the path now. None where it cannot be told."""
    if conversion.encoding:
        plain = _decoded(data, conversion.encoding)
        if plain is None:
            return None
        data = plain
    if conversion.ends and b"\r\n" in data:
        kept = conversion.ends == "auto" and (_is_binary(data) or _has_crlf(stored))
        data = data if kept else data.replace(b"\r\n", b"\n")
    return _ID.sub(b"$Id$", data) if conversion.ident else data


def to_work_tree(data: bytes, conversion: Conversion, identity: str = "") -> bytes | None:
    """What a checkout writes for stored bytes; `identity` is their object id. None where it cannot be."""
    if conversion.ident:
        data = _ID.sub(lambda match: _expanded(match[0], identity), data)
    if conversion.crlf and b"\n" in data:
        bare = data.count(b"\n") > data.count(b"\r\n")
        if bare and not (conversion.ends == "auto" and (b"\r" in data or _is_binary(data))):
            data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _encoded(data, conversion.encoding) if conversion.encoding else data


def _expanded(word: bytes, identity: str) -> bytes:
    """`$Id$` with the object's id. One that somebody else expanded, with words of its own, stays."""
    inside = word[len(b"$Id:") : -1].strip(b" ")
    return word if b" " in inside else b"$Id: %b $" % identity.encode("ascii")


def _is_binary(data: bytes) -> bool:
    """Git's guess: a NUL, a lone CR, or more than one odd character in 128."""
    if b"\0" in data or data.count(b"\r") > data.count(b"\r\n"):
        return True
    ends = data.count(b"\n") + data.count(b"\r")
    odd = len(data) - len(data.translate(None, _ODD))
    if data.endswith(b"\x1a"):
        odd -= 1
    return (len(data) - ends - odd) >> 7 < odd


_ODD = bytes(code for code in (*range(32), 127) if code not in _TEXT and code not in b"\r\n")


def _has_crlf(stored: bytes | None) -> bool:
    return stored is not None and b"\r\n" in stored and not _is_binary(stored)


def _is_utf8(encoding: str) -> bool:
    return encoding.lower() in ("utf-8", "utf8")


def _codec(encoding: str) -> tuple[str, bytes] | None:
    """Python's name, and the mark that stands before everything."""
    name = encoding.lower()
    if name in ("utf-16le-bom", "utf-16-le-bom"):
        return "utf-16-le", codecs.BOM_UTF16_LE
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Some are no text encodings, and some read commands or files in what they decode.
    return (found.name, b"") if getattr(found, "_is_text_encoding", False) else None


def _decoded(data: bytes, encoding: str) -> bytes | None:
    if not data:
        return data
    codec = _codec(encoding)
    if codec is None or not data.startswith(codec[1]):
        return None
    if codec[0] in _MARKED and not data.startswith(_MARKED[codec[0]]):
        return None  # as git, which does not guess
    try:
        plain = data[len(codec[1]) :].decode(codec[0]).encode("utf-8")
    except (UnicodeError, ValueError):
        return None
    return plain if codec[0] in _MARKED or _encoded(plain, encoding) == data else None


def _encoded(data: bytes, encoding: str) -> bytes | None:
    if not data:
        return data
    codec = _codec(encoding)
    if codec is None:
        return None
    try:
        return codec[1] + data.decode("utf-8").encode(codec[0])
    except (UnicodeError, ValueError):
        return None
