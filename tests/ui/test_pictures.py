"""Decoding pictures of strangers: what is said of each, what is refused, and one process for many of them."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from zlib import compress, crc32

import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage

from workbench.ui.picture_helper import decoded
from workbench.ui.pictures import EDGE, missing_of, picture_of

RED = "#ff0000"


def png(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(RED)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def plain_png(width: int, height: int) -> bytes:
    """A black picture of one bit for each pixel: huge ones take no memory to make."""
    rows = compress((b"\0" * (1 + -(-width // 8))) * height)
    parts = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), b"IDAT" + rows, b"IEND")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", crc32(part)) for part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def gif(width: int, height: int, frames: int = 1) -> bytes:
    """A red picture; each frame is one pixel."""
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00\xff\x00\x00\x00\x00\xff"
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\x00\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def ico(inner: bytes, said: int = 16) -> bytes:
    """An icon that holds a PNG and says of it how large it is."""
    entry = struct.pack("<BBBBHHII", said, said, 0, 0, 1, 32, len(inner), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + inner


def pixel(data: bytes) -> str:
    facts, pixels = decoded(data, EDGE)
    width, height, stride = facts["shown"]
    return QImage(pixels, width, height, stride, QImage.Format.Format_RGBA8888).pixelColor(0, 0).name()


def test_a_gif_is_shown_with_its_first_frame_and_the_count_of_the_others() -> None:
    assert pixel(gif(1, 1)) == RED
    facts, _ = decoded(gif(3000, 2000), EDGE)
    assert (facts["width"], facts["height"], facts["shown"][:2]) == (3000, 2000, [1400, 933])
    facts, _ = decoded(gif(3, 2, frames=4), EDGE)
    assert (facts["format"], facts["width"], facts["height"], facts["frames"]) == ("GIF", 3, 2, 4)
    assert "frames" not in decoded(gif(3, 2), EDGE)[0]


def test_an_icon_is_shown_in_the_size_that_it_has_whatever_it_says() -> None:
    assert pixel(ico(png(16, 16))) == RED
    facts, pixels = decoded(ico(png(1500, 30)), 100)
    assert (facts["format"], facts["width"], facts["height"]) == ("ICO", 1500, 30)
    assert facts["shown"] == [100, 2, 400]
    assert len(pixels) == 800


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (plain_png(9_000, 9_000), "9,000 × 9,000 pixels are more than are decoded"),
        (gif(65_535, 65_535), "65,535 × 65,535 pixels are more than are decoded"),
        (gif(2, 2)[:9], "its size cannot be read"),
        (ico(plain_png(8_500, 8_500)), "it is damaged, or not what it begins as"),
        (ico(png(16, 16))[:40], "it is damaged, or not what it begins as"),
        (ico(b"")[:22], "it is damaged, or not what it begins as"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it does not begin as a picture does"),
        (b"", "it does not begin as a picture does"),
    ],
)
@pytest.mark.qt_log_ignore("Rejecting image", "QBuffer::seek", "QImageIOHandler")
def test_what_is_refused_has_a_reason_and_no_pixels(data: bytes, why: str) -> None:
    facts, pixels = decoded(data, EDGE)
    assert why in facts["why"]
    assert pixels == b""
    assert "shown" not in facts


def test_a_picture_is_never_larger_than_the_edge_and_keeps_its_form() -> None:
    facts, pixels = decoded(png(3000, 1000), 300)
    assert facts["shown"] == [300, 100, 1200]
    assert len(pixels) == 300 * 100 * 4


def answers(requests: bytes) -> list[tuple[dict[str, object], bytes]]:
    command = [sys.executable, "-P", "-m", "workbench.ui.picture_helper"]
    done = subprocess.run(command, input=requests, stdout=subprocess.PIPE, check=True, timeout=60)
    found, rest = [], done.stdout
    while rest:
        head, _, rest = rest.partition(b"\n")
        facts = json.loads(head)
        found.append((facts, rest[: facts["bytes"]]))
        rest = rest[facts["bytes"] :]
    return found


def test_one_process_decodes_many_pictures_also_after_a_broken_one() -> None:
    given = (png(20, 10), b"no picture\n", gif(2, 2), png(30, 30)[:60], png(4, 4))
    found = answers(b"".join(b"64 %d\n%b" % (len(data), data) for data in given))
    assert [facts.get("shown") for facts, _ in found] == [[20, 10, 80], None, [2, 2, 8], None, [4, 4, 16]]
    assert [len(pixels) for _, pixels in found] == [800, 0, 16, 0, 64]


def test_a_request_that_is_cut_off_ends_the_process() -> None:
    assert answers(b"64 5000\nabc") == []


def test_an_answer_is_whole_when_all_its_pixels_came() -> None:
    whole = b'{"format":"PNG","width":1,"height":1,"shown":[1,1,4],"transparent":false,"bytes":4}\nabcd'
    assert [missing_of(whole[:end]) for end in (5, len(whole) - 3, len(whole))] == [1, 3, 0]
    picture = picture_of(whole, 10)
    assert picture.image is not None
    assert picture.words == "PNG · 1 × 1 · 10 bytes"


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\n",
        b"[]\n",
        b'{"bytes":-1}\n',
        b'{"bytes":99999999999}\n',
        b'{"bytes":1}\nab',
        b"x" * 20_000,
    ],
)
def test_what_is_no_answer_is_told_from_one_that_is_not_whole_yet(answer: bytes) -> None:
    assert missing_of(answer) is None
    assert picture_of(answer, 10).image is None
