"""Our own applier of patches against `git apply`'s work, and the cases in which git applies wrongly."""

from __future__ import annotations

import quopri
import re
from base64 import encodebytes
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.cases import BLOCK, make_case
from tests.fuzz.patches import check
from tests.repos import new_repo
from tests.review.gitbox import Files, GitBox
from workbench.errors import UserError
from workbench.review.patch import Entry, apply_patch

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
SEED = 7
LONG = b"".join(b"line %d\n" % n for n in range(1, 31))


def applied(base: Files, patch: bytes) -> Mapping[str, Entry | None]:
    """What a patch makes of a base."""
    return apply_patch(
        patch,
        lambda path: base[path][1] if path in base else None,
        lambda path: base[path][0] if path in base else None,
    )


def after(base: Files, patch: bytes) -> Files:
    """The base with the patch's results."""
    return {path: entry for path, entry in {**base, **applied(base, patch)}.items() if entry is not None}


def patch_of(box: GitBox, base: Files, new: Files, *options: str) -> bytes:
    plain = ("--no-ext-diff", "--no-color", "--binary", *options)
    return box.git("diff-tree", "-r", "-p", *plain, box.tree(base), box.tree(new))


def refusal(base: Files, patch: bytes) -> str:
    with pytest.raises(UserError) as caught:
        applied(base, patch)
    assert caught.value.hint or "outside" in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("block", [0, 1, 3, 25, 37])
def test_what_git_makes_of_any_two_trees_is_applied_exactly_or_refused(block: int) -> None:
    """Each block has its own context and options. `packaging/dev.py fuzz patches` goes on where this ends."""
    assert check([make_case(SEED, block * BLOCK + number) for number in range(BLOCK // 2)]) == {}


def test_what_git_says_of_a_merge_is_refused_with_a_clear_sentence(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"f": "1\n2\n3\n", "g": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"f": "1\ntwo\n3\n", "g": "one\n"})
    repo.git("checkout", "-q", "main")
    repo.git("rm", "-q", "g")
    repo.commit({"f": "1\nII\n3\n"})
    repo.try_git("merge", "side")
    base: Files = {"f": (FILE, b"1\nII\n3\n")}
    assert "combined diff" in refusal(base, repo.git("diff", "f"))
    assert "g is not merged yet" in refusal(base, repo.git("diff", "--cached", "g"))
    repo.commit({"f": "1\nboth\n3\n"})
    assert "combined diff" in refusal(base, repo.git("show", "--format="))
    assert "combined diff" in refusal(base, repo.git("show", "--format=", "--combined-all-paths", "-c"))


SETTINGS = (
    *("diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.suppressBlankEmpty=true", "diff.context=0"),
    *(
        "diff.context=25",
        "diff.algorithm=patience",
        "diff.renames=copies",
        "core.quotePath=false",
        "core.abbrev=4",
    ),
    *("diff.srcPrefix=x/", "diff.orderFile=order", "diff.interHunkContext=9", "diff.colorMoved=zebra"),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_patch_made_with_any_settings_is_applied_exactly(setting: str, tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    spaced = LONG.replace(b"0\n", b"0\n\n")
    repo.commit({"ü/f": spaced, "g": LONG, "order": "z*\n"})
    repo.git("mv", "g", "h")
    repo.write({"ü/f": spaced.replace(b"line 7\n", b"seven\n\n"), "h": LONG + b"more\n", "order": "z*\n"})
    repo.git("add", "--all")
    base: Files = {"ü/f": (FILE, spaced), "g": (FILE, LONG), "order": (FILE, b"z*\n")}
    patch = repo.git("-c", setting, "diff", "--cached", "--binary")
    assert after(base, patch) == {
        "ü/f": (FILE, spaced.replace(b"line 7\n", b"seven\n\n")),
        "h": (FILE, LONG + b"more\n"),
        "order": (FILE, b"z*\n"),
    }


@pytest.mark.parametrize(
    ("settings", "words"), [("color.ui=always", "is coloured"), ("diff.submodule=log", "submodule sub")]
)
def test_a_patch_that_settings_made_unreadable_is_refused_and_never_passed_over(
    settings: str, words: str, tmp_path: Path
) -> None:
    new_repo(tmp_path / "sub").commit({"x": "1\n"})
    repo = new_repo(tmp_path / "repo")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "sub"), "sub")
    repo.commit({"f": "1\n"})
    type(repo)(repo.root / "sub").commit({"x": "2\n"})
    repo.write({"f": "2\n"})
    assert words in refusal({"f": (FILE, b"1\n")}, repo.git("-c", settings, "diff", "--binary"))


BASE: Files = {
    "kept": (FILE, b"same\n"),
    "mod": (FILE, LONG),
    "gone": (FILE, b"bye\nnow\n"),
    "empty gone": (FILE, b""),
    "moved from": (FILE, LONG),
    "mode": (FILE, b"x\n"),
    "bin": (FILE, bytes(range(256)) * 20),
    "link": (LINK, b"there"),
    "typed": (FILE, b"now a file\n"),
    "no end": (FILE, b"a\nb"),
    'odd "name"\t\\ ü': (FILE, b"1\n"),
}
NEW: Files = {
    "kept": (FILE, b"same\n"),
    "mod": (FILE, LONG.replace(b"line 7\n", b"seven\r\n").replace(b"line 29\n", b"\x0c\xff\n")),
    "moved/to": (PROGRAM, LONG + b"more\n"),
    "mode": (PROGRAM, b"x\n"),
    "bin": (FILE, bytes(range(255, -1, -1)) * 3 + bytes(range(256)) * 19),
    "bin new": (PROGRAM, b"\0" * 5000),
    "link": (LINK, b"elsewhere"),
    "typed": (LINK, b"now a link"),
    "no end": (FILE, b"a\nB\n"),
    "new": (FILE, b"hello\n"),
    "empty new": (FILE, b""),
    'odd "name"\t\\ ü': (FILE, b"2\n"),
}


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-M",),
        ("-M", "--full-index"),
        ("--src-prefix=i/", "--dst-prefix=w/"),
        ("-M", "--no-prefix"),
        ("--text",),
    ],
)
def test_every_kind_of_file_change_is_applied_exactly(box: GitBox, options: tuple[str, ...]) -> None:
    assert after(BASE, patch_of(box, BASE, NEW, *options)) == NEW
    assert after(NEW, patch_of(box, NEW, BASE, *options)) == BASE


def test_a_copy_and_a_swap_of_two_names_read_what_was_there_before(box: GitBox) -> None:
    # Git breaks a pair of names only from 400 bytes on.
    text = b"".join(b"line %d of one\n" % n for n in range(99))
    other = b"".join(b"quite another thing: %d\n" % (n * n) for n in range(99))
    base: Files = {"a": (FILE, text), "b": (FILE, other)}
    new: Files = {"a": (FILE, other), "b": (FILE, text), "c": (FILE, text + b"more\n")}
    patch = patch_of(box, base, new, "-B", "-M", "-C", "--find-copies-harder")
    assert patch.count(b"rename from") + patch.count(b"copy from") == 3
    assert after(base, patch) == new


def test_a_series_of_mails_is_applied_one_after_the_other(box: GitBox) -> None:
    states: list[Files] = [
        {"f": (FILE, LONG)},
        {"f": (FILE, LONG.replace(b"line 5\n", b"five\n")), "g": (FILE, b"1\n")},
        {"f": (FILE, LONG.replace(b"line 5\n", b"FIVE\n")), "h": (FILE, b"1\n")},
        {"f": (FILE, LONG.replace(b"line 5\n", b"FIVE\n")), "g": (FILE, b"2\n"), "h": (FILE, b"1\n")},
    ]
    mails = b""
    for number, (one, two) in enumerate(pairwise(states)):
        mails += b"From %040d Mon Sep 17 00:00:00 2001\nFrom: A <a@b>\nSubject: [PATCH] x\n\n" % number
        mails += b"Words.\n- a list\n+ of things\n---\n f | 2 +-\n 1 file changed\n\n"
        mails += patch_of(box, one, two, "-M") + b"-- \n2.39.5\n\n"
    assert after(states[0], mails) == states[-1]


@pytest.mark.parametrize(
    ("encoding", "encode"), [("quoted-printable", quopri.encodestring), ("BASE64", encodebytes)]
)
def test_a_mail_that_was_encoded_on_its_way_is_decoded(
    box: GitBox, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    base: Files = {"f": (FILE, "a = 'ü'  \nb\n".encode())}
    new: Files = {"f": (FILE, "a = 'ö'  \nb\nlong = '".encode() + b"=3D" * 50 + b"'\n")}
    head = f"From: A <a@b>\nSubject: x\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    assert after(base, head + encode(patch_of(box, base, new) + b"-- \n2.39.5\n")) == new
    # Only a mail's own headers count, not a file that happens to hold such a line.
    text: Files = {"mail": (FILE, head)}
    assert after({}, patch_of(box, {}, text)) == text


def test_a_patch_for_a_path_that_is_a_folder_is_refused() -> None:
    with pytest.raises(UserError, match="there already"):
        apply_patch(b"--- /dev/null\n+++ b/d\n@@ -0,0 +1 @@\n+x\n", lambda _: b"?", lambda _: "040000")


def test_a_plain_unified_diff_is_understood_whatever_its_names() -> None:
    base: Files = {"src/x.c": (FILE, b"a\nb\nc\n")}
    hunk = b"@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
    new: Files = {"src/x.c": (FILE, b"a\nB\nc\n")}
    for old, now in (
        (b"a/src/x.c", b"b/src/x.c"),
        (b"src/x.c.orig\t2026-01-01 00:00:00", b"src/x.c\t2026-01-02 00:00:00"),
        (b"project-1.0/src/x.c", b"project-1.1/src/x.c"),
        (b"src/x.c", b"src/x.c"),
    ):
        assert after(base, b"Index: x\n--- " + old + b"\n+++ " + now + b"\n" + hunk) == new
    created = b"--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
    assert after({}, created) == {"n": (FILE, b"x\n")}
    deleted = b"--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    assert after({"n": (FILE, b"x\n")}, deleted) == {}


def test_an_empty_context_line_may_have_lost_its_blank() -> None:
    patch = b"--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n\n-c\n+C\n"
    assert after({"f": (FILE, b"a\n\nc\n")}, patch) == {"f": (FILE, b"a\n\nC\n")}


BLOCK_OF_CODE = b"if x:\n    y()\n\n"


def test_the_middle_one_of_three_equal_blocks_is_changed_when_the_file_is_the_right_one(box: GitBox) -> None:
    base: Files = {"f": (FILE, BLOCK_OF_CODE * 7)}
    new: Files = {"f": (FILE, BLOCK_OF_CODE * 3 + b"if x:\n    z()\n\n" + BLOCK_OF_CODE * 3)}
    assert after(base, patch_of(box, base, new)) == new
    assert after(base, patch_of(box, base, new, "-U0", "--full-index")) == new


def test_a_stale_change_in_repetitive_code_is_refused_and_never_lands_in_the_next_equal_block(
    box: GitBox,
) -> None:
    base: Files = {"f": (FILE, BLOCK_OF_CODE * 7)}
    new: Files = {"f": (FILE, BLOCK_OF_CODE * 3 + b"if x:\n    z()\n\n" + BLOCK_OF_CODE * 3)}
    stale: Files = {"f": (FILE, BLOCK_OF_CODE * 6)}
    message = refusal(stale, patch_of(box, base, new))
    assert "in f, hunk 1 (@@ " in message
    assert "places" in message
    assert "no line to find its place" in refusal(
        stale, patch_of(box, base, {"f": (FILE, BLOCK_OF_CODE * 3 + b"new\n" + BLOCK_OF_CODE * 4)}, "-U0")
    )


def test_a_moved_change_is_found_when_its_lines_are_there_once(box: GitBox) -> None:
    base: Files = {"f": (FILE, LONG)}
    patch = patch_of(box, base, {"f": (FILE, LONG.replace(b"line 20\n", b"twenty\n"))})
    moved: Files = {"f": (FILE, b"above\n" * 9 + LONG)}
    assert after(moved, patch) == {"f": (FILE, (b"above\n" * 9 + LONG).replace(b"line 20\n", b"twenty\n"))}
    assert "does not fit" in refusal({"f": (FILE, LONG.replace(b"line 19\n", b"other\n"))}, patch)


def test_a_patch_without_ids_is_refused_where_its_place_is_not_the_only_one(box: GitBox) -> None:
    """It fits where it says, and so it would where a block above has gone and the wrong one stands there."""
    base: Files = {"f": (FILE, BLOCK_OF_CODE * 7)}
    new: Files = {"f": (FILE, BLOCK_OF_CODE * 3 + b"if x:\n    z()\n\n" + BLOCK_OF_CODE * 3)}
    patch = re.sub(rb"index .*\n", b"", patch_of(box, base, new))
    for stands in (base, {"f": (FILE, BLOCK_OF_CODE * 6)}):
        with pytest.raises(UserError, match="places") as caught:
            applied(stands, patch)
        assert "index lines" in caught.value.hint
    once: Files = {"f": (FILE, LONG)}
    changed: Files = {"f": (FILE, LONG.replace(b"line 9\n", b"nine\n"))}
    assert after(once, re.sub(rb"index .*\n", b"", patch_of(box, once, changed))) == changed


def test_all_of_a_patch_or_nothing_of_it_is_applied(box: GitBox) -> None:
    base: Files = {"a": (FILE, b"1\n"), "z": (FILE, b"1\n")}
    patch = patch_of(box, base, {"a": (FILE, b"2\n"), "z": (FILE, b"2\n")})
    assert "in z, hunk 1 (@@ -1 +1 @@) does not fit" in refusal(
        {"a": (FILE, b"1\n"), "z": (FILE, b"9\n")}, patch
    )


def test_files_that_are_or_are_not_there_against_the_patch_are_refused(box: GitBox) -> None:
    one: Files = {"f": (FILE, b"1\n")}
    assert "creates f, which is there" in refusal(one, patch_of(box, {}, one))
    assert "which is not there" in refusal({}, patch_of(box, one, {"f": (FILE, b"2\n")}))
    longer: Files = {"f": (FILE, b"1\n2\n")}
    assert "hunk 1" in refusal({"f": (FILE, b"3\n")}, patch_of(box, one, {}))
    assert "not remove all" in refusal(longer, patch_of(box, one, {}))
    moved = patch_of(box, {"a": (FILE, LONG)}, {"b": (FILE, LONG)}, "-M")
    assert "creates b" in refusal({"a": (FILE, LONG), "b": (FILE, b"!\n")}, moved)
    assert "kind of file" in refusal({"f": (LINK, b"1\n")}, patch_of(box, one, {}))


def test_binary_patches_fit_exactly_or_not_at_all(box: GitBox) -> None:
    old, new = bytes(range(256)) * 20, bytes(range(256)) * 19 + b"\0end"
    base: Files = {"b": (FILE, old)}
    patch = patch_of(box, base, {"b": (FILE, new)})
    assert b"\ndelta " in patch
    assert after(base, patch) == {"b": (FILE, new)}
    assert "does not fit" in refusal({"b": (FILE, old + b"!")}, patch)
    at = patch.index(b"\n", patch.index(b"\ndelta ") + 1) + 5
    assert "damaged" in refusal(base, patch[:at] + bytes([patch[at] ^ 1]) + patch[at + 1 :])
    without = b"diff --git a/b b/b\nindex 1234567..89abcde 100644\nBinary files a/b and b/b differ\n"
    assert "binary file b changed, but not how" in refusal(base, without)


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        (b"", "no patch"),
        (b"Just some words.\n", "no patch"),
        (b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n", "hunk 1 (@@ -1,2 +1,2 @@) ends"),
        (b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\nrubbish\n", "hunk 1 (@@ -1,2 +1,2 @@) ends"),
        (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+A\n+more\n", "more lines than it counts"),
        (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n-b\n+A\n", "does not have the lines"),
        (b"@@ -1 +1 @@\n-a\n+A\n", "belongs to no file"),
        (b"diff --cc f\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n++A\n", "combined diff"),
        (b"--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,1 @@@\n--a\n++A\n", "combined diff"),
        (b"--- a/f\n+++ b/f\n@@ def x():\n a\n-b\n+B\n", "hunk 1 does not say its lines"),
        (b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ ... @@\n a\n-b\n+B\n", "hunk 1 does not say its lines"),
        (b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+A\n@@\n-b\n+B\n", "hunk 2 does not say its lines"),
        (b"diff --git a/f b/f\nindex 1234567..89abcde 100644\n", "says that f changed, but not how"),
        (
            b"diff --git a/n b/n\nnew file mode 100644\nindex 0000000..89abcde\n",
            "says that n changed, but not how",
        ),
        (b"diff -r a/b b/b\nBinary files a/b and b/b differ\n", "binary file b/b changed, but not how"),
        (b"Submodule sub 1234567..89abcde:\n  > a commit\n", "the submodule sub"),
        (b"Submodule sub 0000000...89abcde (new submodule)\n", "the submodule sub"),
        (b"--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n", "no repository may hold"),
        (b"--- /dev/null\n+++ b//etc/x\n@@ -0,0 +1 @@\n+x\n", "no repository may hold"),
        (b"--- /dev/null\n+++ b/.GIT/config\n@@ -0,0 +1 @@\n+x\n", "no repository may hold"),
        (b"diff --git a/f b/f\nold mode 100644\nnew mode 100777\n", "mode 100777"),
        (
            b"diff --git a/s b/s\nnew file mode 160000\n--- /dev/null\n+++ b/s\n@@ -0,0 +1 @@\n+x\n",
            "submodule",
        ),
    ],
)
def test_what_is_no_patch_or_a_broken_one_is_refused_with_the_reason(patch: bytes, words: str) -> None:
    assert words in refusal({"f": (FILE, b"a\nb\n")}, patch)


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_patch_leads_to_anything_but_a_sentence_or_a_result(data: st.DataObject) -> None:
    patch = bytearray(
        b"diff --git a/f b/f\nindex 1234567..89abcde 100644\n--- a/f\n+++ b/f\n"
        b"@@ -1,2 +1,2 @@ x\n a\n-b\n+B\n"
        b"diff --git a/b b/b\nindex 1234567..89abcde 100644\nGIT binary patch\n"
        b"literal 3\nKcmZQz\n\nliteral 0\nHcmV?d00001\n\n"
    )
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(patch) - 1))
        patch[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    with suppress(UserError):
        applied({"f": (FILE, b"a\nb\n"), "b": (FILE, b"\0")}, bytes(patch))
