"""The files as a tree: folders that only lead to the next one are said in one row with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.ui.samples import file_of
from workbench.review.changes import FileChange
from workbench.review.progress import Progress
from workbench.ui.file_rows import FileRow, Marks, file_row
from workbench.ui.file_tree import Folder, Folders, Rows, Tree, folder_row


def changed(*paths: str) -> list[FileChange]:
    return [file_of(path, None, b"x\n") for path in paths]


def rows_of(files: Sequence[FileChange], folded: Sequence[str] = ()) -> Rows:
    folders = Folders(files, {})

    def make(made_from: FileChange | Folder) -> FileRow:
        if isinstance(made_from, Folder):
            return folder_row(made_from, folders)
        return file_row(made_from, Marks(), folders.depth(made_from.path.rpartition("/")[0]))

    rows = Rows(make)
    rows.extend(Tree(folders, frozenset(folded), flat=False).rows(files), ())
    return rows


def as_text(rows: Rows) -> list[str]:
    return [f"{'  ' * row.depth}{row.name}{' +' if row.folded else ''}" for row in rows]


TREES = {
    "one way down": (["src/main/java/A.java"], ["src/main/java", "  A.java"]),
    "a file on the way": (
        ["src/main/java/A.java", "src/main/notes.txt"],
        ["src/main", "  java", "    A.java", "  notes.txt"],
    ),
    "a fork": (
        ["a/b/c/one.py", "a/b/d/e/two.py", "top.py"],
        ["a/b", "  c", "    one.py", "  d/e", "    two.py", "top.py"],
    ),
    "the files before the folders": (
        ["a/b/x.py", "a/b/c/d/y.py"],
        ["a/b", "  x.py", "  c/d", "    y.py"],
    ),
    "neighbours with a like name": (["a-b/x.py", "a/b/x.py"], ["a-b", "  x.py", "a/b", "  x.py"]),
}


@pytest.mark.parametrize("name", TREES)
def test_a_folder_that_holds_another_alone_is_said_with_it(name: str) -> None:
    paths, shown = TREES[name]
    assert as_text(rows_of(changed(*paths))) == shown


def test_folded_it_hides_what_is_in_it_whichever_of_its_folders_was_folded() -> None:
    files = changed("src/main/java/A.java", "test/B.java")
    for each in ("src", "src/main", "src/main/java"):
        assert as_text(rows_of(files, [each])) == ["src/main/java +", "test", "  B.java"]


def test_the_quiet_part_of_its_name_is_all_but_the_last_folder() -> None:
    rows = rows_of(changed("src/main/java/A.java", "test/B.java"))
    assert [row.name[: row.lead] for row in rows] == ["src/main/", "", "", ""]
    assert rows[0].words == "folder src/main/java"


def test_a_file_that_comes_later_parts_them_and_that_is_told() -> None:
    folders = Folders(changed("a/b/c/one.py"), {})
    assert folders.joined("a/b/c") == ["a/b/c", "a/b", "a"]
    assert not folders.extend(changed("z/y/x.py"), {})
    assert not folders.extend(changed("a/b/c/two.py"), {})
    assert folders.extend(changed("a/b/d/three.py"), {})
    assert folders.joined("a/b/c") == ["a/b/c"]
    assert folders.joined("a/b") == ["a/b", "a"]
    assert folders.extend(changed("a/four.py"), {})
    assert [folders.depth(each) for each in ("", "a", "a/b", "a/b/c")] == [0, 1, 2, 3]


def test_what_was_not_there_before_is_not_told_as_parted() -> None:
    folders = Folders(changed("a/one.py"), {})
    assert not folders.extend(changed("new/a/1.py", "new/b/2.py", "new/3.py"), {})


def test_it_counts_all_that_is_below_it() -> None:
    files = changed("a/b/one.py", "a/b/two.py")
    done = Progress(accepted=1), Progress(unread=2)
    folders = Folders(files, {"a/b/one.py": done[0], "a/b/two.py": done[1]})
    assert folder_row(Folder("a/b", 0, False), folders).mark == "1/3"
    assert not folders.add("a/b/one.py", done[0]), "news of what was counted already"
    assert folders.add("a/b/two.py", Progress(accepted=1, unread=1))
    assert folder_row(Folder("a/b", 0, False), folders).mark == "2/3"


def test_the_folder_of_a_row_is_found_from_below() -> None:
    rows = rows_of(changed("a/b/c/one.py", "a/b/d/e/two.py", "top.py"))
    assert [rows.above(at) for at in range(len(rows))] == [None, 0, 1, 0, 3, None]
    assert rows.place_of_folder("a/b/d/e") == 3
    assert rows.place_of_folder("a") is None
