"""Huge files keep nobody waiting for the others, binary ones are known by their first bytes, and both can be
ended.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from tests.git.conftest import Opening
from tests.git.test_alone import edited, large_text
from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git import adding, beside, objects
from workbench.git.alone import HUGE, LARGE, Alone
from workbench.git.beside import Helper
from workbench.git.repository import Repository
from workbench.git.runner import Child, GitCancelledError
from workbench.git.watching import Watch, watching
from workbench.review.changes import FileChange

T = TypeVar("T")

ARGS = ("-c", "x", "diff-tree", "-r", "--diff-algorithm=histogram", "a", "b", "--")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Uncommitted: a huge text before two small files, and a binary file of a common size."""
    made = new_repo(tmp_path / "repo")
    made.commit({"b.py": "1\n", "c.py": "1\n", "picture": b"\0" * (LARGE + 1)})
    made.write({"a.log": large_text(size=HUGE), "b.py": "2\n", "c.py": "2\n", "picture": b"\0\1" * LARGE})
    return made


def both(repository: Repository) -> tuple[str, str]:
    return repository.head().tree, repository.snapshot().tree


def test_what_is_huge_comes_last_and_the_others_are_there_before(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    base, tree = both(repository)
    stream = repository.stream_changes(base, tree).fill(whole=False)
    assert [file.path for file in stream.read] == ["b.py", "c.py", "picture"]
    assert (stream.total, stream.ended, stream.is_beside) == (4, False, True)
    (rest,) = stream
    stream.close()
    whole = {file.path: file for file in repository.file_changes(base, tree)}
    assert whole == {file.path: file for file in (*stream.read, rest)}
    assert len(rest.runs[0].added) == large_text(size=HUGE).count("\n")
    at_once = repository.stream_changes(base, tree).fill(whole=True)
    assert at_once.read == list(repository.file_changes(base, tree))
    assert at_once.ended


def test_a_review_of_nothing_else_is_there_whole(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "1\n"})
    repo.write({"a": large_text(size=HUGE)})
    repository = opened(repo)
    stream = repository.stream_changes(*both(repository)).fill(whole=False)
    assert (len(stream.read), stream.ended) == (1, True)


def test_a_binary_file_is_known_without_comparing_it(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    files = {file.path: file for file in repository.file_changes(*both(repository))}

    def compare(_args: object) -> Child:
        raise AssertionError

    alone = Alone(ARGS, repository.blob_sizes, repository._objects.begins, compare)
    assert files["picture"].binary
    assert alone.compared(files["picture"]) is files["picture"]
    with pytest.raises(AssertionError):
        alone.compared(files["a.log"])


def test_what_is_compared_ends_with_the_stream(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    files = {file.path: file for file in repository.file_changes(*both(repository))}
    begun, raised = threading.Event(), list[BaseException]()

    def endless(_args: object) -> Child:
        child = repository.start(["cat-file", "--batch"], fed=True)
        begun.set()
        return child

    alone = Alone(ARGS, repository.blob_sizes, repository._objects.begins, endless)

    def compare(file: FileChange) -> None:
        try:
            alone.compared(file)
        except GitCancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=compare, args=(files["a.log"],))
    thread.start()
    assert begun.wait(30)
    alone.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert len(raised) == 1


@pytest.mark.parametrize("passed_over", [100, 1_000_000])
def test_the_first_bytes_of_an_object_are_read_and_the_next_object_after_it(
    tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch, passed_over: int
) -> None:
    monkeypatch.setattr(objects, "_PASSED_OVER", passed_over)
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "0123456789" * 1000, "b": "bb\n", "c": ""})
    repository = opened(repo)
    ids = {path: entry[1] for path, entry in repository.tree_entries(repository.head().tree).items()}
    begins = repository._objects.begins
    assert begins(ids["a"], 12) == b"012345678901"
    assert repository.blob(ids["b"]) == b"bb\n"
    assert begins(ids["b"], 12) == b"bb\n"
    assert begins(ids["c"], 12) == b""
    assert begins(ids["a"], 20_000) == b"0123456789" * 1000


def test_a_large_file_whose_object_is_damaged_is_no_bug_of_ours(tmp_path: Path, opened: Opening) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"large": large_text()})
    repo.commit({"large": edited(large_text())})
    repository = opened(repo)
    found = repository.resolve("HEAD")
    blob = repository.tree_entries(found.tree)["large"][1]
    place = repo.root / ".git/objects" / blob[:2] / blob[2:]
    place.chmod(0o644)
    place.write_bytes(place.read_bytes()[:2000])
    told = repository.shares(found.base_tree, found.tree)
    with pytest.raises(UserError, match=f"(is damaged|is needed here): .*{blob}"):
        repository.file_changes(found.base_tree, found.tree)
    with pytest.raises(UserError, match=f"(is damaged|is needed here): .*{blob}"):
        told.files_of(next(told))
    with pytest.raises(UserError, match=f"(is damaged|is needed here): .*{blob}"):
        repository.blob(blob)


def test_large_binary_files_are_stored_as_they_are_and_text_is_packed(
    tmp_path: Path, opened: Opening, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "_LARGE", 10_000)
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a": "a\n"})
    contents = {"movie": b"\0" * 50_000, "log": b"words\n" * 10_000, "small": b"\0" * 5_000}
    repo.write({**contents, "noise.txt": bytes(random.Random(3).choices(range(32, 127), k=20_000))})
    repository = opened(repo)
    entries = repository.tree_entries(repository.snapshot().tree)
    assert {name: repository.blob(entries[name][1]) for name in contents} == contents
    sizes = {
        name: next(data.rglob(f"{entries[name][1][:2]}/{entries[name][1][2:]}")).stat().st_size
        for name in contents
    }
    assert sizes["movie"] > 50_000
    assert sizes["log"] < 1_000
    assert sizes["small"] < 1_000


def test_a_patch_with_a_large_file_is_made_by_the_algorithm_that_copes_with_any(
    tmp_path: Path, opened: Opening
) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"large": large_text(), "picture": b"\0"})
    repo.write({"large": edited(large_text()), "picture": b"\0\1"})
    repository = opened(repo)
    patch = repository.patch_between(*both(repository))
    assert patch.count(b"\n@@ ") == hunks(repo, "myers") != hunks(repo, "histogram")
    assert b"GIT binary patch" in patch


def hunks(repo: Repo, algorithm: str) -> int:
    options = [f"--diff-algorithm={algorithm}", "--no-indent-heuristic"]
    return repo.git("diff", *options).count(b"\n@@ ")


def in_a_worker(work: Callable[[], T]) -> T:
    """What it comes to in a thread, as the window's work is done; its errors too."""
    found: list[T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    for error in raised:
        raise error
    return found[0]


@pytest.fixture
def helpers(monkeypatch: pytest.MonkeyPatch) -> list[Helper]:
    """Every helper that was begun."""
    found: list[Helper] = []
    begun = beside.begun

    def begin(folder: str, args: Sequence[str], skip: int = 0) -> Helper | None:
        found.extend(filter(None, [begun(folder, args, skip)]))
        return found[-1]

    monkeypatch.setattr(beside, "begun", begin)
    return found


def test_beside_a_window_another_process_compares_what_is_huge(
    repo: Repo, opened: Opening, helpers: list[Helper]
) -> None:
    repository, alone = opened(repo), opened(repo)
    base, tree = both(repository)
    found = in_a_worker(lambda: repository.file_changes(base, tree))
    assert (len(helpers), helpers[0].is_whole or helpers[0].was_ended) == (1, True)
    assert found == alone.file_changes(base, tree)
    assert len(helpers) == 1, "a command does it itself"
    assert in_a_worker(lambda: repository.file_changes(base, tree))[0] is found[0]
    assert len(helpers) == 1, "it is known"


def test_two_rounds_of_what_is_huge_hold_its_lines_once(
    repo: Repo, opened: Opening, helpers: list[Helper]
) -> None:
    repository = opened(repo)
    base, tree = both(repository)
    before = in_a_worker(lambda: repository.file_changes(base, tree))
    repo.write({"a.log": f"{large_text(size=HUGE)}more\n"})
    after = in_a_worker(lambda: repository.file_changes(base, repository.snapshot().tree))
    assert len(helpers) == 2
    lines = after[0].runs[0].added
    assert lines[-1] == b"more\n"
    held = {id(line) for line in before[0].runs[0].added}
    assert sum(id(line) not in held for line in lines) <= 2_000
    known = repository.stream_changes(base, tree).fill(whole=True)
    assert known.read[0] is before[0]


def test_what_was_streamed_is_known_when_it_is_read_again(
    repo: Repo, opened: Opening, helpers: list[Helper]
) -> None:
    repository = opened(repo)
    base, tree = both(repository)
    stream = repository.stream_changes(base, tree).fill(whole=False)
    assert stream.is_beside
    (log,) = stream
    stream.close()
    repo.write({"b.py": "3\n"})
    again = in_a_worker(lambda: repository.file_changes(base, repository.snapshot().tree))
    assert again[0] is log
    assert len(helpers) == 1


def test_where_the_helper_dies_it_is_compared_here(
    repo: Repo, opened: Opening, helpers: list[Helper], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = opened(repo)
    base, tree = both(repository)
    begun = beside.begun

    def dead(folder: str, args: Sequence[str], skip: int = 0) -> Helper | None:
        helper = begun(folder, args, skip)
        assert helper is not None
        helper._process.kill()
        return helper

    monkeypatch.setattr(beside, "begun", dead)
    found = in_a_worker(lambda: repository.file_changes(base, tree))
    assert len(helpers) == 1
    monkeypatch.setattr(beside, "begun", lambda *_: None)
    assert found == in_a_worker(lambda: opened(repo).file_changes(base, tree))
    assert len(found[0].runs[0].added) == large_text(size=HUGE).count("\n")


@pytest.mark.parametrize("by_watch", [True, False])
def test_who_ends_the_work_ends_the_helper(
    repo: Repo, opened: Opening, monkeypatch: pytest.MonkeyPatch, by_watch: bool
) -> None:
    repository = opened(repo)
    base, tree = both(repository)
    watch, read = Watch(), Helper.files

    def end(helper: Helper, before: FileChange | None = None) -> Iterator[FileChange]:
        end_it = watch.cancel if by_watch else repository.cancel
        end_it()
        return read(helper, before)

    monkeypatch.setattr(Helper, "files", end)

    def work() -> object:
        with watching(watch):
            return repository.file_changes(base, tree)

    with pytest.raises(GitCancelledError):
        in_a_worker(work)
