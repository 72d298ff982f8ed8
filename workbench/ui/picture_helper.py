"""`python -m workbench.ui.picture_helper`: decodes pictures in a process of its own, one after the other.

A decoder is given bytes of strangers: here it can take no more memory than it is allowed, be ended when it
takes too long, and die without taking the window along. Requests on standard input, each a line and bytes:

    EDGE SIZE         pixels that the picture may be wide and high at most; as many bytes of a file follow

Answers on standard output: a line of JSON, and as many bytes of pixels as its "bytes" says. Ends with its
input.
"""

from __future__ import annotations

import json
import sys
from struct import unpack_from
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from workbench.review.images import format_of, refused

MEGABYTES = 300
"""What Qt may allocate for one picture."""
ADDRESS_SPACE = 2_000_000_000


def decoded(data: bytes, edge: int) -> tuple[dict[str, Any], bytes]:
    """What a picture is, and its pixels no wider or higher than `edge`; without pixels, the reason."""
    kind = format_of(data)
    if not kind:
        return {"why": "not shown: it does not begin as a picture does"}, b""
    QImageReader.setAllocationLimit(MEGABYTES)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    # The format is that of the bytes looked at above: Qt has others, some of which read more files.
    reader.setAutoDetectImageFormat(False)
    # Qt's size of a GIF is that of its frames, and what it draws is the whole of it.
    size = QSize(*unpack_from("<HH", data, 6)) if kind == "gif" and len(data) > 10 else reader.size()
    facts: dict[str, Any] = {"format": kind.upper(), "width": size.width(), "height": size.height()}
    why = refused(size.width(), size.height())
    if why:
        return {**facts, "why": why}, b""
    if max(size.width(), size.height()) > edge:
        reader.setScaledSize(size.scaled(QSize(edge, edge), Qt.AspectRatioMode.KeepAspectRatio))
    reader.setAutoTransform(True)
    image = reader.read()
    # What an icon holds may be of another size than it says of it; such a picture is larger than was allowed.
    if image.isNull() or refused(image.width(), image.height()):
        return {**facts, "why": "not shown: it is damaged, or not what it begins as"}, b""
    if kind == "ico":
        facts.update(width=image.width(), height=image.height())
    if max(image.width(), image.height()) > edge:
        kept = Qt.AspectRatioMode.KeepAspectRatio
        image = image.scaled(edge, edge, kept, Qt.TransformationMode.SmoothTransformation)
    if reader.imageCount() > 1:
        facts["frames"] = reader.imageCount()
    facts["transparent"] = image.hasAlphaChannel()
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    facts["shown"] = [plain.width(), plain.height(), plain.bytesPerLine()]
    return facts, bytes(plain.constBits())


def main() -> None:
    """Decode what comes on standard input, until it ends."""
    _limit()
    stream, out = sys.stdin.buffer, sys.stdout.buffer
    while line := stream.readline():
        edge, size = map(int, line.split())
        data = stream.read(size)
        if len(data) < size:
            return
        facts, pixels = decoded(data, edge)
        out.write(json.dumps({**facts, "bytes": len(pixels)}).encode() + b"\n")
        out.write(pixels)
        out.flush()


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
