"""What is said of a picture that is not drawn: an SVG, and what Git LFS keeps."""

from __future__ import annotations

from hashlib import sha256

import pytest
from msgspec.structs import replace

from tests.ui.samples import file_of
from workbench.review.blocks import Builder, Folding, Sort
from workbench.review.changes import FileChange, Kind, Run, Status
from workbench.review.images import shown_as_text
from workbench.review.line_ends import lfs_words
from workbench.review.splitting import with_changes
from workbench.review.words import fact_words

VERSION = b"version https://git-lfs.github.com/spec/v1\n"


def pointer(content: bytes) -> tuple[bytes, bytes, bytes]:
    return VERSION, b"oid sha256:%b\n" % sha256(content).hexdigest().encode(), b"size %d\n" % len(content)


def oid(content: bytes) -> str:
    return f"oid {sha256(content).hexdigest()[:12]}"


def test_an_svg_says_in_a_row_above_its_lines_why_it_is_text() -> None:
    file = file_of("a.svg", b"<svg>\n</svg>\n", b"<svg>\n<g/>\n</svg>\n")
    blocks = Builder(file, 2, Folding()).build()
    assert blocks[0].sort is Sort.WORDS
    assert blocks[0].key == shown_as_text(file)
    assert "An SVG is shown as text" in blocks[0].key
    assert any(block.sort is Sort.RUN for block in blocks)
    assert shown_as_text(file_of("a.py", b"a\n", b"b\n")) == ""
    assert shown_as_text(file_of("b.txt", b"a\n", b"b\n", base_path="B.SVG"))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (
            Run(2, 2, pointer(b"old")[1:], pointer(b"newer")[1:]),
            f"Git LFS pointer: 3 bytes, {oid(b'old')} → 5 bytes, {oid(b'newer')}",
        ),
        (
            Run(2, 2, pointer(b"old")[1:2], pointer(b"new")[1:2]),
            f"Git LFS pointer: {oid(b'old')} → {oid(b'new')}, the same size",
        ),
        (Run(0, 1, (), pointer(b"x" * 1400)), f"Git LFS pointer, new: 1,400 bytes, {oid(b'x' * 1400)}"),
        (Run(1, 0, pointer(b"gone"), ()), f"Git LFS pointer, deleted: 4 bytes, {oid(b'gone')}"),
        (Run(1, 1, (b"version 1\n",), pointer(b"x")), ""),
        (Run(2, 2, (b"oid sha256:beef\n",), pointer(b"x")[1:2]), ""),
        (Run(0, 1, (), (VERSION, pointer(b"x")[1], b"size many\n")), ""),
    ],
)
def test_a_pointer_of_git_lfs_is_told_by_size_and_id_on_both_sides(run: Run, said: str) -> None:
    assert lfs_words([run]) == said


def test_of_a_pointer_its_own_size_and_blob_are_not_told() -> None:
    file = with_changes(
        FileChange(Status.MODIFIED, "a.png", "a.png", "100644", "100644", "1" * 40, "2" * 40, binary=True)
    )
    change = file.changes[0]
    assert change.kind is Kind.BINARY
    assert fact_words(change, file, "130 B → 131 B").endswith("111111111111 → 222222222222")
    pointed = replace(change, words="Git LFS pointer: 3 bytes, oid a → b")
    assert fact_words(pointed, file, "130 B → 131 B") == "Git LFS pointer: 3 bytes, oid a → b"
