"""What a walk of our own finds different from the base is what the review lists: shown, or named."""

from __future__ import annotations

import os
import random
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git.kept_index import forget_doubtful
from workbench.git.repository import Repository
from workbench.git.runner import Where
from workbench.review.changes import NotShown, Status

Entry = tuple[str, bytes]
"""What stands at a path: git's mode for it and the bytes; ("odd", b"") for what git cannot hold."""

NAMES = ["a.py", "b.txt", "c/d.py", "c/e/f.txt", "g/h.sh", " lead", "tail ", "n\new", "[k]", "keep.log"]
NAMES += ["-x", "é"]
FRESH = ["new.py", "c/new.txt", "new/deep/er.py", "x b/inside", "junk.log", "build/out.o"]
FRESH += [":(top)y", "\udcff"]


def entry_at(place: Path) -> Entry:
    mode = place.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "120000", os.fsencode(os.readlink(place))
    if stat.S_ISREG(mode):
        return "100755" if mode & 0o100 else "100644", place.read_bytes()
    return "odd", b""


def walked(root: Path) -> dict[str, Entry]:
    """Every path of the work tree but the repository's own folder."""
    found: dict[str, Entry] = {}
    for folder, folders, files in os.walk(root):
        inside = os.path.relpath(folder, root)
        if inside == ".":
            folders[:] = [name for name in folders if name != ".git"]
        for name in [*files, *(name for name in folders if os.path.islink(os.path.join(folder, name)))]:
            path = name if inside == "." else f"{inside}/{name}"
            if path != ".git":
                found[path] = entry_at(root / path)
    return found


def base_of(repo: Repo, tree: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for line in repo.git("ls-tree", "-r", "-z", tree).split(b"\0"):
        head, tab, name = line.partition(b"\t")
        mode, kind, identity = head.decode().split(" ") if tab else ("", "", "")
        if kind == "blob":
            found[os.fsdecode(name)] = mode, repo.git("--no-replace-objects", "cat-file", "blob", identity)
    return found


def is_left_out(path: str) -> bool:
    """By the base's own ignore file of these tests: `*.log` and `build/`."""
    parts = path.split("/")
    return "build" in parts[:-1] or any(part.endswith(".log") for part in parts)


def covers(row: NotShown, path: str) -> bool:
    return path == row.path or path.startswith(row.path.rstrip("/") + "/")


def check(repo: Repo, repository: Repository, base: str) -> None:
    """The property. Tracked paths count even where they are ignored; others only where they are not."""
    snapshot = repository.snapshot()
    files = repository.file_changes(base, snapshot.tree, renames=False)
    shown = {file.path for file in files if file.new_mode != "160000"}
    before, now = base_of(repo, base), walked(repo.root)
    staged = {os.fsdecode(name) for name in repo.git("ls-files", "-z").split(b"\0")}
    differs = {path for path in {*before, *now} if before.get(path) != now.get(path)}
    told = {path for path in differs if path in before or path in staged or not is_left_out(path)}
    hidden = {path for path in told - shown if not any(covers(row, path) for row in snapshot.not_shown)}
    spare = sum(row.count - 1 for row in snapshot.not_shown if "sparse" in row.why or "checkout" in row.why)
    assert len(hidden) <= spare, (hidden, snapshot.not_shown)
    assert shown <= differs, (shown - differs, snapshot.not_shown)
    entries = repository.tree_entries(snapshot.tree)
    for path in shown:
        entry = entries.get(path)
        held = now.get(path)
        assert (entry is None) == (held is None or held[0] == "odd"), path
        if entry is not None and held is not None:
            assert (entry[0], repository.blob(entry[1])) == held, path


Op = Callable[[Repo, random.Random], None]


def some(repo: Repo, rng: random.Random) -> str:
    """A path of a file or link that stands there, or one that could."""
    there = sorted(path for path, entry in walked(repo.root).items() if entry[0] != "odd")
    return rng.choice([*there, *FRESH]) if there else rng.choice(FRESH)


def clear(repo: Repo, path: str) -> Path:
    """Make way for something at a path, whatever stands there or above it."""
    place = repo.root / path
    for above in list(place.relative_to(repo.root).parents)[-2::-1]:
        if os.path.lexists(repo.root / above) and not stat.S_ISDIR((repo.root / above).lstat().st_mode):
            (repo.root / above).unlink()
    subprocess.run(["rm", "-rf", "--", place], check=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def edit(repo: Repo, rng: random.Random) -> None:
    path = some(repo, rng)
    clear(repo, path).write_bytes(rng.choice([b"", b"1\n", b"2\n", b"2\r\n", b"\0", b"xx\n"]))
    if rng.random() < 0.3:
        os.utime(repo.root / path, (1_000_000_000, 1_000_000_000))


def delete(repo: Repo, rng: random.Random) -> None:
    clear(repo, some(repo, rng))


def mode(repo: Repo, rng: random.Random) -> None:
    place = repo.root / some(repo, rng)
    if place.is_file() and not place.is_symlink():
        place.chmod(rng.choice([0o644, 0o755, 0o600, 0o744]))


def link(repo: Repo, rng: random.Random) -> None:
    clear(repo, some(repo, rng)).symlink_to(rng.choice(["a.py", "/etc/passwd", "c", "nowhere", "1\n"]))


def folder(repo: Repo, rng: random.Random) -> None:
    clear(repo, some(repo, rng) + "/inside/x.py").write_bytes(b"inside\n")


def empty_folder(repo: Repo, rng: random.Random) -> None:
    clear(repo, some(repo, rng)).mkdir()


def pipe(repo: Repo, rng: random.Random) -> None:
    path = some(repo, rng)
    if not path.endswith((".gitignore", ".gitattributes")):  # which is refused; see below
        os.mkfifo(clear(repo, path))


def nested(repo: Repo, rng: random.Random) -> None:
    place = clear(repo, rng.choice(["nest", "c", "build", "new", "c/e"]) + "/.git")
    inner = new_repo(place.parent) if rng.random() < 0.6 else None
    if inner is None and rng.random() < 0.5:
        place.write_bytes(rng.choice([b"gitdir: /nowhere\n", b"nonsense\n"]))
    elif inner is None:
        (place / "hooks").mkdir(parents=True)
        (place / "hooks/payload.py").write_bytes(b"evil\n")
    elif rng.random() < 0.5:
        inner.commit({"inner.py": "1\n"})
    (place.parent / "beside.py").write_bytes(b"beside\n")


def stage(repo: Repo, rng: random.Random) -> None:
    choice = rng.choice(["add", "force", "rm", "intent", "all"])
    path = some(repo, rng)
    if choice == "add":
        repo.try_git("add", "--", f"./{path}".encode("utf-8", "surrogateescape"))
    elif choice == "force":
        repo.try_git("add", "-f", "--", f"./{path}".encode("utf-8", "surrogateescape"))
    elif choice == "rm":
        repo.try_git("rm", "-q", "--cached", "-r", "--", f"./{path}".encode("utf-8", "surrogateescape"))
    elif choice == "intent":
        repo.try_git("add", "-N", "-f", "--", f"./{path}".encode("utf-8", "surrogateescape"))
    else:
        repo.try_git("add", "--all")


def overlook(repo: Repo, rng: random.Random) -> None:
    flag = rng.choice(["--assume-unchanged", "--skip-worktree", "--fsmonitor-valid", "--no-skip-worktree"])
    repo.try_git("update-index", flag, "--", some(repo, rng).encode("utf-8", "surrogateescape"))


def setting(repo: Repo, rng: random.Random) -> None:
    name, value = rng.choice(
        [
            ("core.fileMode", "false"),
            ("core.ignoreCase", "true"),
            ("core.trustctime", "false"),
            ("core.checkStat", "minimal"),
            ("core.untrackedCache", "true"),
            ("core.splitIndex", "true"),
            ("core.worktree", "/"),
            ("core.precomposeUnicode", "true"),
            ("core.preloadIndex", "false"),
            ("core.sparseCheckout", "true"),
            ("diff.ignoreSubmodules", "all"),
            ("submodule.nest.ignore", "all"),
            ("status.showUntrackedFiles", "no"),
            ("core.bigFileThreshold", "1"),
            ("index.version", "4"),
        ]
    )
    if name != "core.worktree":  # with it plain git, which the test uses too, is elsewhere
        repo.git("config", name, value)
    repo.try_git("update-index", *rng.choice([["--split-index"], ["--untracked-cache"], ["--refresh"]]))


def attributes(repo: Repo, rng: random.Random) -> None:
    text = rng.choice(["* -diff\n", "* binary\n", "*.py linguist-generated\n", "* export-ignore -merge\n"])
    if rng.random() < 0.5:
        clear(repo, ".gitattributes").write_text(text)
    else:
        (repo.root / ".git/info").mkdir(exist_ok=True)
        (repo.root / ".git/info/attributes").write_text(text)


def ignore(repo: Repo, rng: random.Random) -> None:
    text = rng.choice(["*.py\n", "*\n", "new\n", "/c/\n", "!keep.log\n*.txt\n", "", "*.log\nbuild/\n"])
    if rng.random() < 0.3:
        (repo.root / ".git/info").mkdir(exist_ok=True)
        (repo.root / ".git/info/exclude").write_text(text)
    else:
        clear(repo, rng.choice([".gitignore", "c/.gitignore", "new/.gitignore"])).write_text(text)


def replaced(repo: Repo, rng: random.Random) -> None:
    one = repo.git("hash-object", "-w", "--stdin", data=b"1\n").decode().strip()
    other = repo.git("hash-object", "-w", "--stdin", data=b"2\n").decode().strip()
    repo.try_git("replace", "-f", one, other)


def conflict(repo: Repo, rng: random.Random) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", data=b"side\n").decode().strip()
    lines = b"".join(b"100644 %b %d\ta.py\0" % (blob.encode(), number) for number in (1, 2, 3))
    repo.try_git("update-index", "-z", "--index-info", data=b"0 %b\ta.py\0" % (b"0" * 40) + lines)


OPS: list[Op] = [
    *[edit] * 5,
    *[delete] * 2,
    *[mode] * 2,
    link,
    folder,
    empty_folder,
    pipe,
    nested,
    *[stage] * 2,
    overlook,
    setting,
    attributes,
    ignore,
    replaced,
    conflict,
]


def base_repo(root: Path) -> tuple[Repo, str]:
    repo = new_repo(root)
    repo.write({name: f"{number}\n" for number, name in enumerate(NAMES)})
    repo.write({".gitignore": "*.log\nbuild/\n"})
    (root / "g/h.sh").chmod(0o755)
    (root / "to").symlink_to("a.py")
    repo.commit()
    return repo, repo.tree()


def run_seed(folder: Path, seed: int) -> None:
    """One history of a work tree, looked at on the way by a kept index and at the end by a fresh one."""
    rng = random.Random(seed)
    repo, base = base_repo(folder / "repo")
    kept = Repository.open(repo.root, folder / "kept")
    try:
        for _ in range(rng.randint(1, 4)):
            for _ in range(rng.randint(1, 5)):
                rng.choice(OPS)(repo, rng)
            check(repo, kept, base)
            fresh = Repository.open(repo.root, folder / f"fresh{rng.random()}")
            check(repo, fresh, base)
            one, other = fresh.snapshot(), kept.snapshot()
            fresh.close()
            # Files that were new before their folder became a repository stay shown; a fresh look names it.
            if not any(
                ".git" in row.path or row.path.endswith("/") for row in (*one.not_shown, *other.not_shown)
            ):
                assert one == other
    finally:
        kept.close()


@pytest.mark.parametrize("seed", range(40))
def test_what_a_walk_finds_different_is_what_the_review_lists(seed: int, tmp_path: Path) -> None:
    run_seed(tmp_path, seed)


# The tricks of case 23 and 24, and others, each by its name -----------------------------------------


def listed(repository: Repository, base: str | None = None) -> tuple[dict[str, Status], dict[str, str]]:
    """What is shown, and what is named with a reason."""
    tree = base or repository.head().tree
    snapshot = repository.snapshot(base=base)
    files = repository.file_changes(tree, snapshot.tree, renames=False)
    return {file.path: file.status for file in files}, {row.path: row.why for row in snapshot.not_shown}


@pytest.fixture
def plain(tmp_path: Path) -> Repo:
    repo = new_repo(tmp_path / "repo")
    repo.commit({"a.py": "1\n", "run.sh": "1\n", ".gitignore": "*.log\n!keep.log\n"})
    return repo


def test_a_link_named_as_the_git_folder_does_not_make_twins_one(plain: Repo, opened: Opening) -> None:
    (plain.root / ".GIT").symlink_to(".git")
    plain.write({"A.py": "evil\n"})
    shown, rows = listed(opened(plain))
    assert shown == {"A.py": Status.ADDED}
    assert ".GIT" in rows


def test_an_executable_head_does_not_hide_an_executable_bit(plain: Repo, opened: Opening) -> None:
    (plain.root / ".git/HEAD").chmod(0o755)
    (plain.root / "run.sh").chmod(0o755)
    assert listed(opened(plain))[0] == {"run.sh": Status.MODIFIED}


def wait_for_a_new_second() -> None:
    """Git counts whole seconds; what shall happen within one begins at its begin."""
    began = int(time.time())
    while int(time.time()) == began:
        time.sleep(0.001)


def test_an_edit_whose_times_were_set_back_in_the_same_second_is_seen(plain: Repo, opened: Opening) -> None:
    repository = opened(plain)
    repository.snapshot()
    place = plain.root / "a.py"
    for _ in range(20):  # a busy machine may need more than a second for one round
        wait_for_a_new_second()
        second = int(time.time())
        for content, status in ((b"2\n", Status.MODIFIED), (b"3\n", Status.MODIFIED), (b"1\n", None)):
            place.write_bytes(content)
            os.utime(place, (1_000_000_000, 1_000_000_000))
            tree = repository.snapshot().tree
            entry = repository.entry(tree, "a.py")
            assert entry is not None
            assert repository.blob(entry[1]) == content, status
        if int(time.time()) == second:
            return
    pytest.skip("this machine is too slow to do it within one second")


def test_times_that_prove_nothing_are_not_kept(plain: Repo, opened: Opening, tmp_path: Path) -> None:
    """The look is said to begin in the second of the edit, or well after it: so no clock is raced."""
    repository, place = opened(plain), plain.root / "a.py"
    os.utime(place, (1_000_000_000, 1_000_000_000.5))
    changed = place.stat().st_ctime
    where = Where(repository.ours.git_dir, str(plain.root), str(tmp_path / "index"))

    def keeps(began: float) -> bool:
        """Whether git would take the file for unchanged if it were written again with these times."""
        repository.run_now(["read-tree", repository.head().tree], where)
        repository.run_now(["update-index", "-q", "--refresh"], where)
        forget_doubtful(repository, where, began)
        return b"mtime: 1000000000:" in repository.run_now(["ls-files", "--debug"], where)

    assert [keeps(changed + seconds) for seconds in (0, 1, 10)] == [False, False, True]
    place.write_bytes(b"2\n")
    os.utime(place, (1_000_000_000, 1_000_000_000.5))
    assert not keeps(place.stat().st_ctime)
    assert repository.run_now(["ls-files", "-m"], where) == b"a.py\n"


def test_a_git_folder_that_is_no_repository_is_named(plain: Repo, opened: Opening) -> None:
    plain.write({"lib/.git/hooks/payload.py": "evil\n", "lib/b.py": "1\n", "deep/lib/.git": "nonsense\n"})
    shown, rows = listed(opened(plain))
    assert shown == {"lib/b.py": Status.ADDED}
    assert {"lib/.git", "deep/lib/.git"} <= set(rows)


def test_a_link_that_git_passes_over_is_named(plain: Repo, opened: Opening) -> None:
    (plain.root / ".gitmodules").symlink_to("a.py")
    plain.write({"b.py": "1\n"})
    repository = opened(plain)
    for _ in range(2):
        shown, rows = listed(repository)
        assert shown == {"b.py": Status.ADDED}
        assert ".gitmodules" in rows


def test_pipes_sockets_and_devices_are_named(
    plain: Repo, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(plain.root / "pipe")
    monkeypatch.chdir(plain.root)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    (plain.root / "sub").mkdir()
    os.mkfifo(plain.root / "sub/pipe")
    os.mkfifo(plain.root / "sub/quiet.log")
    rows = listed(opened(plain))[1]
    assert rows["pipe"].endswith("a pipe")
    assert rows["socket"].endswith("a socket")
    assert rows["sub/pipe"].endswith("a pipe")


def test_an_ignore_file_that_is_a_pipe_is_refused_and_waited_for_by_nobody(
    plain: Repo, opened: Opening
) -> None:
    repository = opened(plain)
    repository.snapshot()
    (plain.root / "sub").mkdir()
    os.mkfifo(plain.root / "sub/.gitignore")
    with pytest.raises(UserError, match=r"sub/\.gitignore is a pipe") as raised:
        repository.snapshot()
    assert raised.value.hint


def test_what_the_base_excepted_from_being_ignored_is_named(plain: Repo, opened: Opening) -> None:
    plain.write({".gitignore": "*.log\n", "keep.log": "evil\n", "quiet.log": "1\n"})
    shown, rows = listed(opened(plain))
    assert shown == {".gitignore": Status.MODIFIED}
    assert set(rows) == {"keep.log"}


def test_an_exception_of_another_ignore_file_that_went_is_named(plain: Repo, opened: Opening) -> None:
    plain.commit({"sub/.gitignore": "!*.log\n", "sub/x.py": ""})
    plain.write({"sub/evil.log": "1\n"})
    repository = opened(plain)
    assert listed(repository)[0] == {"sub/evil.log": Status.ADDED}
    (plain.root / "sub/.gitignore").unlink()
    shown, rows = listed(repository)
    assert shown == {"sub/.gitignore": Status.DELETED}
    assert set(rows) == {"sub/evil.log"}


def test_an_ignore_file_that_was_committed_since_hides_nothing_from_the_review(
    plain: Repo, opened: Opening
) -> None:
    base = plain.tree()
    repository = opened(plain)
    repository.snapshot(base=base)
    plain.write({"evil.py": "1\n", ".gitignore": "*.log\n!keep.log\nevil.py\na.py\n"})
    plain.git("rm", "-q", "--cached", "a.py")
    plain.git("add", ".gitignore")
    plain.git("commit", "-q", "-m", "hide it")
    plain.write({"a.py": "changed\n"})
    shown, rows = listed(repository, base)
    assert shown == {".gitignore": Status.MODIFIED, "a.py": Status.DELETED}
    assert {"evil.py", "a.py"} <= set(rows)


def test_many_ignored_files_of_one_reason_are_counted(plain: Repo, opened: Opening) -> None:
    (plain.root / ".git/info").mkdir(exist_ok=True)
    (plain.root / ".git/info/exclude").write_text("*.o\n")
    plain.write({f"lib{number % 2}/{number}.o": "" for number in range(300)})
    plain.write({f"lib{number}/a.py": "" for number in range(2)})
    rows = opened(plain).snapshot().not_shown
    assert [(row.path, row.count) for row in rows] == [("lib0/", 150), ("lib1/", 150)]


def submodule(repo: Repo) -> Repo:
    inner = new_repo(repo.root / "sub")
    inner.commit({"inner.py": "1\n"})
    repo.git("add", "sub")
    repo.commit()
    return inner


def test_files_in_the_folder_of_a_submodule_that_is_not_checked_out_are_counted(
    plain: Repo, opened: Opening
) -> None:
    submodule(plain)
    subprocess.run(["rm", "-rf", plain.root / "sub"], check=True)
    repository = opened(plain)
    assert listed(repository)[0] == {"sub": Status.DELETED}
    (plain.root / "sub").mkdir()
    assert listed(repository) == ({}, {})
    plain.write({"sub/evil.py": "1\n", "sub/deep/evil.py": "1\n"})
    rows = repository.snapshot().not_shown
    assert [(row.path, row.count) for row in rows] == [("sub/", 2)]


def test_what_stands_in_the_place_of_a_submodule_is_shown(
    plain: Repo, opened: Opening, tmp_path: Path
) -> None:
    submodule(plain)
    repository = opened(plain)
    repository.snapshot()
    (plain.root / "sub").rename(tmp_path / "elsewhere")
    (plain.root / "sub").symlink_to(tmp_path / "elsewhere")
    assert listed(repository)[0] == {"sub": Status.TYPECHANGE}
    (plain.root / "sub").unlink()
    plain.write({"sub": "a file\n"})
    assert listed(repository)[0] == {"sub": Status.TYPECHANGE}
    plain.write({"sub": "an edited file\n"})
    entry = repository.entry(repository.snapshot().tree, "sub")
    assert entry is not None
    assert repository.blob(entry[1]) == b"an edited file\n"
    (plain.root / "sub").unlink()
    (tmp_path / "elsewhere").rename(plain.root / "sub")
    assert listed(repository)[0] == {}


def test_a_submodule_that_git_shall_ignore_is_compared(plain: Repo, opened: Opening) -> None:
    inner = submodule(plain)
    plain.git("config", "submodule.sub.ignore", "all")
    plain.git("config", "diff.ignoreSubmodules", "all")
    plain.write({".gitmodules": '[submodule "sub"]\n\tpath = sub\n\tignore = all\n'})
    inner.commit({"inner.py": "2\n"})
    shown, rows = listed(opened(plain))
    assert shown == {"sub": Status.MODIFIED, ".gitmodules": Status.ADDED}
    assert "sub" in rows


def test_a_commit_of_a_submodule_that_cannot_be_told_is_said_to_be_so(plain: Repo, opened: Opening) -> None:
    submodule(plain)
    (plain.root / "sub/.git/HEAD").unlink()
    os.mkfifo(plain.root / "sub/.git/HEAD")
    assert "cannot be told" in listed(opened(plain))[1]["sub"]


def test_a_replaced_object_hides_no_edit(plain: Repo, opened: Opening) -> None:
    old = plain.git("rev-parse", "HEAD:a.py").decode().strip()
    plain.write({"a.py": "evil\n"})
    new = plain.git("hash-object", "-w", "a.py").decode().strip()
    plain.git("replace", old, new)
    repository = opened(plain)
    files = repository.file_changes(repository.head().tree, repository.snapshot().tree)
    assert [run.added for run in files[0].runs] == [(b"evil\n",)]


@pytest.mark.parametrize("how", ["in the work tree", "staged", "committed"])
@pytest.mark.parametrize(
    "text",
    [
        f"{each}\n"
        for each in ("*.py filter=lfs", "*.py filter=x", "*.py -diff", "* binary", "* linguist-generated")
    ],
)
def test_attributes_of_the_change_itself_fold_nothing_and_hide_nothing(
    how: str, text: str, plain: Repo, opened: Opening
) -> None:
    base = plain.tree()
    repository = opened(plain)
    plain.write({".gitattributes": text, "a.py": "evil\n", "new.py": "evil\n"})
    if how != "in the work tree":
        plain.git("-c", "filter.lfs.clean=cat", "add", ".gitattributes")
    if how == "committed":
        plain.git("commit", "-q", "-m", "attributes")
    for _ in range(2):
        snapshot = repository.snapshot(base=base)
        files = {file.path: file for file in repository.file_changes(base, snapshot.tree)}
        assert set(files) == {".gitattributes", "a.py", "new.py"}
        assert [run.added for path in ("a.py", "new.py") for run in files[path].runs] == [(b"evil\n",)] * 2
        assert snapshot.not_shown == ()


def test_a_folder_that_became_a_link_is_seen_where_its_files_are_converted(
    plain: Repo, opened: Opening, tmp_path: Path
) -> None:
    plain.commit({".gitattributes": "*.txt eol=crlf\n", "docs/a.txt": "1\n", ".gitignore": "/docs\n"})
    (plain.root / "docs/a.txt").write_bytes(b"1\r\n")
    repository = opened(plain)
    assert listed(repository)[0] == {}
    (plain.root / "docs").rename(tmp_path / "elsewhere")
    (plain.root / "docs").symlink_to(tmp_path / "elsewhere")
    assert listed(repository)[0] == {"docs/a.txt": Status.DELETED}


def test_a_converted_file_that_became_a_link_is_shown_as_one(plain: Repo, opened: Opening) -> None:
    plain.commit({".gitattributes": "*.txt eol=crlf\n", "a.txt": "1\n"})
    repository = opened(plain)
    repository.snapshot()
    (plain.root / "a.txt").unlink()
    (plain.root / "a.txt").symlink_to("a.py")
    assert listed(repository) == ({"a.txt": Status.TYPECHANGE}, {})


def test_what_is_staged_and_left_out_by_the_work_tree_does_not_end_the_snapshot(
    plain: Repo, opened: Opening
) -> None:
    blob = plain.git("hash-object", "-w", "--stdin", data=b"x\n").decode().strip()
    plain.git("update-index", "--add", "--cacheinfo", f"100644,{blob},nowhere.py")
    plain.git("update-index", "--skip-worktree", "nowhere.py")
    assert listed(opened(plain)) == ({}, {})


def test_a_staged_file_in_the_place_of_a_folder_is_compared(plain: Repo, opened: Opening) -> None:
    plain.commit({"a/b/c.py": "1\n"})
    plain.git("rm", "-q", "-r", "a")
    plain.write({"a": "a file\n"})
    plain.git("add", "a")
    assert listed(opened(plain))[0] == {"a": Status.ADDED, "a/b/c.py": Status.DELETED}


def test_what_is_only_intended_to_be_added_is_not_taken_for_staged(plain: Repo, opened: Opening) -> None:
    plain.write({"new.py": "1\n", "b.py": "1\n"})
    plain.git("add", "--intent-to-add", "new.py")
    plain.git("add", "b.py")
    snapshot = opened(plain).snapshot(staged=True)
    assert snapshot.tree == plain.git("write-tree").decode().strip()
    assert [row.path for row in snapshot.not_shown] == ["new.py"]


def test_a_user_index_that_cannot_be_read_is_a_sentence(plain: Repo, opened: Opening) -> None:
    (plain.root / ".git/index").write_bytes(b"DIRC nonsense")
    repository = opened(plain)
    for staged in (False, True):
        with pytest.raises(UserError, match="index of repo cannot be read") as raised:
            repository.snapshot(staged=staged)
        assert raised.value.hint


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree", "--fsmonitor-valid"])
@pytest.mark.parametrize("index", ["--split-index", "--untracked-cache", "--index-version=4"])
def test_no_mark_in_the_users_index_hides_an_edit(
    flag: str, index: str, plain: Repo, opened: Opening
) -> None:
    plain.git("update-index", *index.split("="))
    plain.git("update-index", flag, "a.py")
    plain.git("config", "core.fsmonitor", "false")
    repository = opened(plain)
    assert listed(repository)[0] == {}
    plain.write({"a.py": "2\n"})
    assert listed(repository) == ({"a.py": Status.MODIFIED}, {})
