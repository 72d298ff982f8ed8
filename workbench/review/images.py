"""Which files are shown as pictures, what their first bytes say that they are, and what is decoded of them.

Only formats that hold pixels and nothing else. An SVG is a text that can name other files, so it is shown as
the text that it is.
"""

from __future__ import annotations

from workbench.review.changes import Change, FileChange, Kind

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".bmp", ".webp", ".ico")
LARGEST_FILE = 32_000_000
"""Bytes of a file that is decoded at all."""
LARGEST_PICTURE = 64_000_000
"""Pixels of a picture that is decoded: 256 MB in memory while it is made smaller."""

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"\0\0\1\0", "ico"),
)


def shows_picture(file: FileChange, change: Change) -> bool:
    """Whether a change is of a file whose contents are looked at as a picture."""
    if change.kind is not Kind.BINARY or change.words.startswith("Git LFS"):
        return False
    return any(path is not None and path.lower().endswith(SUFFIXES) for path in (file.base_path, file.path))


def shown_as_text(file: FileChange) -> str:
    """Why a picture is shown as text, in words; "" for any other file."""
    name = file.path.lower().endswith(".svg") or (file.base_path or "").lower().endswith(".svg")
    return (
        "An SVG is shown as text: drawn as a picture, it could bring in other files."
        if name and file.runs
        else ""
    )


def format_of(data: bytes) -> str:
    """The format that the bytes begin as, whatever the name says; "" for none that is decoded."""
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def refused(width: int, height: int) -> str:
    """Why a picture of that size is not decoded; "" where it is."""
    if width <= 0 or height <= 0:
        return "not shown: its size cannot be read"
    if width * height > LARGEST_PICTURE:
        return f"not shown: {width:,} × {height:,} pixels are more than are decoded"
    return ""
