"""Made-up texts for property tests, with lines that real tools got wrong, and a diff that needs no git."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from hypothesis import strategies as st

from workbench.review.changes import FileChange, Run, Status
from workbench.review.lines import split_lines
from workbench.review.splitting import with_changes

NASTY = (
    *(b"a\n", b"b\n", b"c\n", b"\n", b"    a\n", b"a\r\n", b"b\r\n", b"lone\rcr\n", b"\x0c\n", b"\xff\xfe\n"),
    *("nel\x85 ls\u2028 ps\u2029\n".encode(), b"--- a/f\n", b"+++ b/f\n", b"@@ -1 +1 @@\n", b"-- \n"),
    *(b"diff --git a/f b/f\n", b"\\ No newline at end of file\n", b"-\n", b"+\n", b" \n"),
)


def texts(most: int = 12) -> st.SearchStrategy[bytes]:
    """Short texts of few different lines, some without a final newline."""
    whole = st.lists(st.sampled_from(NASTY), max_size=most).map(b"".join)
    return st.one_of(whole, whole.map(lambda text: text.removesuffix(b"\n")))


@st.composite
def edited(draw: st.DrawFn, text: bytes) -> bytes:
    """`text` with a few lines removed, replaced or added."""
    lines = list(split_lines(text))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines)))
        count = draw(st.integers(0, 2))
        lines[at : at + count] = draw(st.lists(st.sampled_from(NASTY), max_size=3))
    ended = [line if line.endswith(b"\n") else line + b"\n" for line in lines]
    joined = b"".join(ended)
    return joined.removesuffix(b"\n") if draw(st.integers(0, 3)) == 0 else joined


def runs_of(old: bytes, new: bytes) -> tuple[Run, ...]:
    """The runs between two texts by the standard library: correct, though not git's choice."""
    before, after = split_lines(old), split_lines(new)
    found = []
    for tag, low, high, new_low, new_high in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            removed, added = before[low:high], after[new_low:new_high]
            found.append(Run(low + bool(removed), new_low + bool(added), removed, added))
    return tuple(found)


def modified(runs: Sequence[Run], path: str = "f", old: str = "1", new: str = "2") -> FileChange:
    """A modified text file with these runs."""
    return with_changes(
        FileChange(Status.MODIFIED, path, path, "100644", "100644", old, new, runs=tuple(runs))
    )
