"""A part of a change as a patch: `git apply` makes of it what composing makes of the selection."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.ui.samples import file_of
from workbench.errors import UserError
from workbench.review.changes import FileChange, Kind, Status
from workbench.review.compose import Take, compose_file
from workbench.review.patch_writing import patch_of
from workbench.review.splitting import with_changes
from workbench.review.verdicts import (
    NO_VERDICTS,
    Selection,
    Verdict,
    judged,
    select_change,
    select_changes,
)


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=folder, input=given, capture_output=True, check=True
    ).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.autocrlf", "false")
    return tmp_path


def applied(folder: Path, file: FileChange, selection: Selection, old: bytes | None) -> None:
    """Let git apply the patch to the base, and compare with what composing makes of the same selection."""
    git(folder, "read-tree", "--empty")
    base = file.base_path
    if base is not None:
        blob = git(folder, "hash-object", "-w", "--stdin", given=old or b"").decode().strip()
        git(folder, "update-index", "--add", "--cacheinfo", f"{file.old_mode},{blob},{base}")
    patch = patch_of(file, selection, old or b"")
    git(folder, "apply", "--cached", "--whitespace=nowarn", given=patch)
    verdicts = judged({}, (selection,), Verdict.ACCEPTED).get(file.path, NO_VERDICTS)
    wanted = {}
    for result in compose_file(file, old, verdicts, Take.ACCEPTED):
        data = result.data
        if data is None:
            data = b"".join(_whole(file)) if result.id == file.new_id else old or b""
        wanted[result.path] = (result.mode, data)
    found = {}
    for entry in filter(None, git(folder, "ls-files", "-s", "-z").split(b"\0")):
        head, _, name = entry.partition(b"\t")
        mode, blob, _ = head.decode().split()
        found[name.decode("utf-8", "surrogateescape")] = (mode, git(folder, "cat-file", "blob", blob))
    assert found == wanted, patch


def _whole(file: FileChange) -> tuple[bytes, ...]:
    """The round's lines of the files of these tests."""
    return WHOLE[file.new_id or ""]


WHOLE: dict[str, tuple[bytes, ...]] = {}


def change_of(path: str, old: bytes | None, new: bytes | None, base_path: str | None = None) -> FileChange:
    file = file_of(path, old, new, base_path=base_path)
    WHOLE[file.new_id or ""] = tuple((new or b"").splitlines(keepends=True)) if new else ()
    return file


def random_text(dice: random.Random) -> bytes:
    lines = [
        dice.choice(
            (b"a", b"b", b"", b"--- a/x", b"+++ b/x", b"@@ -1 +1 @@", b"c d", "\u2028ä".encode(), b"\xff")
        )
        + dice.choice((b"\n", b"\n", b"\n", b"\r\n"))
        for _ in range(dice.randrange(0, 14))
    ]
    text = b"".join(lines)
    return text.removesuffix(b"\n") if dice.random() < 0.4 else text


def random_selection(dice: random.Random, file: FileChange) -> Selection:
    old = [n for run in file.runs for n in range(run.old_start, run.old_start + len(run.removed))]
    new = [n for run in file.runs for n in range(run.new_start, run.new_start + len(run.added))]
    some_old = [n for n in old if dice.random() < 0.5]
    some_new = [n for n in new if dice.random() < 0.5]
    return Selection(file.path, old=tuple((n, 1) for n in some_old), new=tuple((n, 1) for n in some_new))


@pytest.mark.parametrize("seed", range(60))
def test_git_applies_any_selection_to_what_composing_makes(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(4):
        old, new = random_text(dice), random_text(dice)
        file = change_of("src/a b.py", old, new)
        selection = random_selection(dice, file)
        if selection:
            applied(folder, file, selection, old)
        for change in file.changes:
            if change.is_text:
                applied(folder, file, select_change(change), old)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_line_in_the_middle_with_context_and_line_ends_kept(folder: Path, ends: str) -> None:
    lines = [f"line {n}{ends}" for n in range(20)]
    old = "".join(lines).encode()
    lines[9] = f"other{ends}"
    file = change_of("a.txt", old, "".join(lines).encode())
    patch = patch_of(file, select_change(file.changes[0]), old)
    assert patch.startswith(b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -7,7 +7,7 @@\n")
    assert f"-line 9{ends}+other{ends}".encode() in patch
    applied(folder, file, select_change(file.changes[0]), old)


@pytest.mark.parametrize(
    ("old", "new"), [(b"a\nb", b"a\nb\n"), (b"a\nb\n", b"a\nb"), (b"a", b"a\nb"), (b"", b"a")]
)
def test_no_newline_at_the_end(folder: Path, old: bytes, new: bytes) -> None:
    file = change_of("a", old, new)
    for change in file.changes:
        if change.is_text:
            applied(folder, file, select_change(change), old)


@pytest.mark.parametrize(
    "path", ['q"uote\\.py', "tab\there", "ümlaut", "new\nline", "b\udcff", " lead", "a b/c b/d"]
)
def test_names_are_written_as_git_reads_them(folder: Path, path: str) -> None:
    old, new = b"a\n", b"b\n"
    file = change_of(path, old, new)
    git(folder, "read-tree", "--empty")
    blob = git(folder, "hash-object", "-w", "--stdin", given=old).strip()
    name = path.encode("utf-8", "surrogateescape")
    git(folder, "update-index", "-z", "--index-info", given=b"100644 " + blob + b"\t" + name + b"\0")
    git(folder, "apply", "--cached", given=patch_of(file, select_change(file.changes[0]), old))
    assert git(folder, "cat-file", "blob", b":".decode() + name.decode("utf-8", "surrogateescape")) == new


def test_new_and_deleted_files_whole_and_in_part(folder: Path) -> None:
    text = b"one\ntwo\nthree\n"
    made = change_of("new.py", None, text)
    applied(folder, made, select_changes(made.changes)[0], None)
    applied(folder, made, Selection("new.py", new=((2, 1),)), None)
    gone = change_of("gone.py", text, None)
    applied(folder, gone, select_changes(gone.changes)[0], text)
    applied(folder, gone, Selection("gone.py", old=((2, 1),)), text)


def test_a_rename_alone_with_its_edits_and_the_edits_alone(folder: Path) -> None:
    old = b"".join(b"line %d\n" % n for n in range(30))
    new = old.replace(b"line 12", b"twelve")
    file = with_changes(change_of("to/new.py", old, new, base_path="from/old.py"))
    facts = [change for change in file.changes if change.kind is Kind.RENAME]
    texts = [change for change in file.changes if change.is_text]
    assert facts
    assert texts
    applied(folder, file, select_change(facts[0]), old)
    applied(folder, file, select_change(texts[0]), old)
    applied(folder, file, select_changes(file.changes)[0], old)
    assert b"rename" not in patch_of(file, select_change(texts[0]), old)


@pytest.mark.parametrize("mode", ["100644", "100755"])
def test_an_empty_file_that_comes_or_goes(folder: Path, mode: str) -> None:
    for old, new in ((None, b""), (b"", None)):
        file = change_of("empty.py", old, new)
        modes = {"old_mode": mode if new is None else None, "new_mode": mode if old is None else None}
        file = with_changes(replace(file, **modes, changes=()))
        [selection] = select_changes(file.changes)
        applied(folder, file, selection, old)


def test_a_mode_alone_and_with_lines(folder: Path) -> None:
    old, new = b"a\n", b"b\n"
    file = with_changes(replace(change_of("run.sh", old, new), new_mode="100755", changes=()))
    assert [change.kind for change in file.changes] == [Kind.MODE, Kind.TEXT]
    applied(folder, file, select_change(file.changes[0]), old)
    applied(folder, file, select_change(file.changes[1]), old)
    applied(folder, file, select_changes(file.changes)[0], old)


def test_what_has_no_form_as_text_is_refused() -> None:
    binary = with_changes(
        FileChange(Status.MODIFIED, "a.png", "a.png", "100644", "100644", "1" * 40, "2" * 40, binary=True)
    )
    with pytest.raises(UserError, match="binary"):
        patch_of(binary, select_change(binary.changes[0]), b"")
    with pytest.raises(UserError, match="nothing"):
        patch_of(file_of("a", b"a\n", b"b\n"), Selection("a"), b"a\n")
