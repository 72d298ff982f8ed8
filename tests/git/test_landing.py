"""Writing to the work tree: exactly what was asked, all or nothing, and never over what somebody else
wrote.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo, numbered
from workbench.errors import UserError
from workbench.git import exchange
from workbench.git.folder import File, WorkFolder
from workbench.git.journal import acknowledge, pending, recover
from workbench.git.late import late_edits
from workbench.git.locking import landing_lock
from workbench.git.paths import LANDING
from workbench.git.repository import Repository
from workbench.git.stepping import settled
from workbench.git.worktree import ConflictError, Write, land, plan, undo


def text(content: str, mode: str = "100644") -> File:
    return mode, content.encode()


def state(root: Path) -> dict[str, File]:
    """Every file of a work tree, with its mode."""
    found: dict[str, File] = {}
    for place in sorted(root.rglob("*")):
        name = str(place.relative_to(root))
        if name.startswith(".git/") or (place.is_dir() and not place.is_symlink()):
            continue
        if place.is_symlink():
            found[name] = ("120000", os.fsencode(os.readlink(place)))
        else:
            found[name] = ("100755" if place.stat().st_mode & stat.S_IXUSR else "100644", place.read_bytes())
    return found


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = new_repo(tmp_path / "repo")
    repo.commit(
        {
            "a.py": "old\n",
            "b/c.py": "old\n",
            "gone/d.py": "old\n",
            "run.sh": "old\n",
            "lines.py": numbered(20),
        }
    )
    return repo


def every_kind() -> list[Write]:
    return [
        Write("a.py", text("old\n"), text("new\n")),
        Write("b/c.py", text("old\n"), None),
        Write("gone/d.py", text("old\n"), None),
        Write("gone", None, text("a file now\n")),
        Write("run.sh", text("old\n"), text("old\n", "100755")),
        Write("new/deep/e.py", None, text("new\n")),
        Write("new/tool", None, text("new\n", "100755")),
        Write("link", None, ("120000", b"a.py")),
    ]


def test_every_kind_of_write_lands_and_is_undone(repo: Repo, opened: Opening, journal: Path) -> None:
    repository = opened(repo)
    before = state(repo.root)
    written = land(repository, every_kind(), journal)
    after = state(repo.root)
    assert after == {
        "a.py": text("new\n"),
        "gone": text("a file now\n"),
        "lines.py": text(numbered(20)),
        "link": ("120000", b"a.py"),
        "new/deep/e.py": text("new\n"),
        "new/tool": text("new\n", "100755"),
        "run.sh": text("old\n", "100755"),
    }
    assert not (repo.root / "b").exists()
    undone = undo(repository, [one.file for one in written], journal)
    assert state(repo.root) == before
    undo(repository, [one.file for one in undone], journal)
    assert state(repo.root) == after


def test_the_index_and_the_git_directory_are_left_alone(repo: Repo, opened: Opening, journal: Path) -> None:
    repository = opened(repo)
    before = {place: place.read_bytes() for place in (repo.root / ".git").rglob("*") if place.is_file()}
    land(repository, every_kind(), journal)
    assert {
        place: place.read_bytes() for place in (repo.root / ".git").rglob("*") if place.is_file()
    } == before


def test_what_is_right_already_is_not_written(repo: Repo, opened: Opening, journal: Path) -> None:
    inode = (repo.root / "a.py").stat().st_ino
    assert land(opened(repo), [Write("a.py", text("older\n"), text("old\n"))], journal) == ()
    assert (repo.root / "a.py").stat().st_ino == inode


def test_permissions_stay_and_the_executable_bit_follows_the_mode(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    (repo.root / "a.py").chmod(0o640)
    (repo.root / "run.sh").chmod(0o640)
    land(
        opened(repo),
        [
            Write("a.py", text("old\n"), text("new\n")),
            Write("run.sh", text("old\n"), text("new\n", "100755")),
        ],
        journal,
    )
    assert stat.S_IMODE((repo.root / "a.py").stat().st_mode) == 0o640
    assert stat.S_IMODE((repo.root / "run.sh").stat().st_mode) == 0o750


def test_a_file_that_moved_on_is_merged(repo: Repo, opened: Opening, journal: Path) -> None:
    read, theirs = numbered(20), numbered(20).replace("line 18\n", "agent\n")
    wanted = numbered(20).replace("line 3\n", "accepted\n")
    repo.write({"lines.py": theirs})
    repository = opened(repo)
    writes = [Write("lines.py", text(read), text(wanted))]
    assert [file.merged for file in plan(repository, writes).files] == [True]
    assert repo.read("lines.py") == theirs.encode()
    written = land(repository, writes, journal)
    both = theirs.replace("line 3\n", "accepted\n")
    assert repo.read("lines.py") == both.encode()
    assert written[0].merged
    undo(repository, [one.file for one in written], journal)
    assert repo.read("lines.py") == theirs.encode()


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"a.py": "theirs\n"}, "in the same lines"),
        ({"a.py": "the\0irs\n"}, "is binary"),
        ({"b/c.py": "theirs\n"}, "is to be removed"),
        ({"new/deep/e.py": "theirs\n"}, "was created since"),
        ({"a.py": None}, "was removed since"),
    ],
)
def test_a_conflict_refuses_everything_and_names_the_file(
    edit: dict[str, str | None], why: str, repo: Repo, opened: Opening, journal: Path
) -> None:
    for path, content in edit.items():
        if content is None:
            (repo.root / path).unlink()
        else:
            repo.write({path: content})
    before = state(repo.root)
    with pytest.raises(ConflictError, match=next(iter(edit))) as raised:
        land(opened(repo), every_kind(), journal)
    assert why in raised.value.conflicts[0].why
    assert state(repo.root) == before
    assert not list(repo.root.glob(LANDING + "*"))


@pytest.mark.parametrize(
    "path",
    [
        "../out",
        "/etc/x",
        ".git/hooks/post-checkout",
        ".GIT/config",
        "git~1/config",
        "a/.git./config",
        ".git::$INDEX_ALLOCATION/x",
        ".g\u200cit/config",
        "a/../../x",
        "a//b",
        "",
        "a\\..\\..\\x",
        "a\\.git\\config",
        "./a",
        "nul\0byte",
    ],
)
def test_a_hostile_path_is_refused_before_anything_is_written(
    path: str, repo: Repo, opened: Opening, journal: Path
) -> None:
    before = state(repo.root)
    with pytest.raises(UserError, match="Nothing was landed"):
        land(opened(repo), [*every_kind(), Write(path, None, text("evil\n"))], journal)
    assert state(repo.root) == before


def test_a_symlink_on_the_way_is_not_followed(
    repo: Repo, opened: Opening, journal: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo.root / "escape").symlink_to(outside)
    with pytest.raises(UserError, match="symlink"):
        land(
            opened(repo),
            [Write("a.py", text("old\n"), text("new\n")), Write("escape/x", None, text("evil\n"))],
            journal,
        )
    assert list(outside.iterdir()) == []
    assert repo.read("a.py") == b"old\n"


def test_a_symlink_and_a_folder_change_places_and_what_the_link_led_to_is_left_alone(
    repo: Repo, opened: Opening, journal: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("theirs\n")
    (repo.root / "link").symlink_to(outside)
    target = ("120000", os.fsencode(outside))
    writes = [
        Write("link", target, None),
        Write("link/x", None, text("new\n")),
        Write("gone/d.py", text("old\n"), None),
        Write("gone", None, target),
    ]
    before, repository = state(repo.root), opened(repo)
    written = land(repository, writes, journal)
    acknowledge(journal)
    assert (repo.read("link/x"), (repo.root / "link").is_symlink()) == (b"new\n", False)
    assert (repo.root / "gone").readlink() == outside
    undo(repository, [one.file for one in written], journal)
    assert state(repo.root) == before
    assert (outside / "x").read_text() == "theirs\n"
    assert len(list(outside.iterdir())) == 1


def test_what_was_below_a_folder_that_is_a_symlink_now_is_gone(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    (repo.root / "b/c.py").unlink()
    (repo.root / "b").rmdir()
    (repo.root / "b").symlink_to("gone")
    with pytest.raises(ConflictError, match=r"b/c\.py was removed since it was read"):
        land(opened(repo), [Write("b/c.py", text("old\n"), text("new\n"))], journal)


def test_a_link_that_is_written_over_leaves_its_target_alone(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    (repo.root / "link").symlink_to("a.py")
    land(opened(repo), [Write("link", ("120000", b"a.py"), text("a file\n"))], journal)
    assert (repo.read("a.py"), repo.read("link")) == (b"old\n", b"a file\n")
    assert not (repo.root / "link").is_symlink()


def test_a_folder_where_a_file_shall_be_takes_everything_back(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    repo.write({"new/tool/inside": "theirs\n"})
    before = state(repo.root)
    with pytest.raises(UserError, match="Nothing was landed"):
        land(opened(repo), every_kind(), journal)
    assert state(repo.root) == before


def test_two_landings_at_once_are_refused(repo: Repo, opened: Opening, journal: Path) -> None:
    repository = opened(repo)
    with landing_lock(repository.shadow), pytest.raises(UserError, match="Another landing"):
        land(repository, every_kind(), journal)
    assert land(repository, every_kind(), journal)


def test_an_unacknowledged_landing_is_told_until_it_is_acknowledged(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    repository = opened(repo)
    written = land(repository, every_kind(), journal)
    assert recover(repository, journal) == []
    assert pending(journal) == tuple(one.file for one in written)
    acknowledge(journal)
    assert pending(journal) == ()


def test_without_an_exchange_of_the_system_the_fallback_lands_the_same(
    repo: Repo, opened: Opening, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = opened(repo)
    before = state(repo.root)
    monkeypatch.setattr(exchange, "_found", [None])
    written = land(repository, every_kind(), journal)
    assert state(repo.root)["a.py"] == text("new\n")
    assert state(repo.root)["gone"] == text("a file now\n")
    undo(repository, [one.file for one in written], journal)
    assert state(repo.root) == before


def test_an_edit_to_a_displaced_file_is_told_at_the_next_refresh(
    repo: Repo, opened: Opening, journal: Path
) -> None:
    repository = opened(repo)
    with (repo.root / "a.py").open("r+b") as held:
        land(repository, [Write("a.py", text("old\n"), text("new\n"))], journal)
        held.write(b"late edit of an agent\n")
    assert repo.read("a.py") == b"new\n"
    assert [(late.path, late.data) for late in late_edits(repository)] == [
        ("a.py", b"late edit of an agent\n")
    ]
    assert late_edits(repository) == ()


NAMES = ["a", "b", "c/d", "c/e", "f"]
FILES = st.one_of(
    st.none(), st.tuples(st.sampled_from(["100644", "100755"]), st.sampled_from([b"", b"1\n", b"2\n", b"\0"]))
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=st.dictionaries(st.sampled_from(NAMES), FILES), new=st.dictionaries(st.sampled_from(NAMES), FILES))
def test_any_landing_gives_what_was_wanted_and_its_undo_what_was_there(
    old: dict[str, File | None], new: dict[str, File | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("property")
    repo = new_repo(folder / "repo")
    for path, file in old.items():
        if file is not None:
            repo.write({path: file[1]})
            (repo.root / path).chmod(int(file[0][3:], 8))
    repository = Repository.open(repo.root, folder / "data")
    before = state(repo.root)
    writes = [Write(path, old.get(path), file) for path, file in new.items()]
    written = land(repository, writes, folder / "journal")
    wanted = {**before, **{path: file for path, file in new.items() if file is not None}}
    assert state(repo.root) == {
        path: file for path, file in wanted.items() if new.get(path, file) is not None
    }
    undo(repository, [one.file for one in written], folder / "journal")
    assert state(repo.root) == before
    repository.close()


# Kills ----------------------------------------------------------------------------------------------

LAND_AND_DIE = """
import os, signal, sys
from pathlib import Path
from workbench.git import exchange, folder, record, stepping
from workbench.git.journal import recover
from workbench.git.repository import Repository
from workbench.git.stepping import settled
from workbench.git.worktree import Write, land

root, data, journal, at, count = *map(Path, sys.argv[1:4]), int(sys.argv[4]), int(sys.argv[5])
calls = 0

def counted(function):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return call

repository = Repository.open(root, data)
writes = []
for n in range(count):
    writes.append(Write(f"d{n % 3}/f{n}", ("100644", b"old %d\\n" % n), ("100644", b"new %d\\n" % n)))
writes += [Write(f"d1/gone{n}", ("100644", b"old\\n"), None) for n in range(3)]
writes += [Write(f"new{n}/x", None, ("100644", b"new\\n")) for n in range(3)]
writes += [Write("link", ("120000", b"d0"), None), Write("link/x", None, ("100644", b"new\\n"))]
writes += [Write("folder/x", ("100644", b"old\\n"), None), Write("folder", None, ("120000", b"d1"))]
for module, name in ((os, "fsync"), (os, "write"), (os, "unlink"), (os, "mkdir"), (os, "rmdir"),
                     (os, "rename"), (exchange, "_rename"), (os, "symlink"), (exchange, "flush_file_system")):
    setattr(module, name, counted(getattr(module, name)))
if sys.argv[6] == "recover":
    print(recover(repository, journal))
else:
    land(repository, writes, journal)
print(calls)
repository.close()
"""


def run_until(
    repo: Repo, data: Path, journal: Path, at: int, what: str = "land"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LAND_AND_DIE, str(repo.root), str(data), str(journal), str(at), "12", what],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def land_repo(root: Path) -> Repo:
    repo = new_repo(root)
    repo.write({f"d{n % 3}/f{n}": f"old {n}\n" for n in range(12)})
    repo.write({f"d1/gone{n}": "old\n" for n in range(3)} | {"folder/x": "old\n"})
    (repo.root / "link").symlink_to("d0")
    return repo


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_kill_anywhere_leaves_all_files_old_or_all_new_after_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    whole = run_until(land_repo(tmp_path / "whole"), data, tmp_path / "journal-whole", -1)
    assert whole.returncode == 0, whole.stderr
    total, new = int(whole.stdout), state(tmp_path / "whole")
    outcomes = set()
    for number, at in enumerate(range(1, total + 1, max(1, total // 24))):
        repo, journal = land_repo(tmp_path / f"repo{number}"), tmp_path / f"journal{number}"
        old = state(repo.root)
        assert run_until(repo, data, journal, at).returncode == -9
        between = {path: file for path, file in state(repo.root).items() if not path.startswith(LANDING)}
        assert all(file in (old.get(path), new.get(path)) for path, file in between.items())
        repository = Repository.open(repo.root, data)
        said = recover(repository, journal)
        now = state(repo.root)
        assert now in (old, new), at
        assert bool(pending(journal)) == (now == new)
        outcomes.add((now == new, bool(said)))
        assert recover(repository, journal) == []
        repository.close()
    assert (False, True) in outcomes
    assert (True, True) in outcomes or (True, False) in outcomes


@pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
def test_a_kill_while_recovering_is_recovered_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for number, at in enumerate((2, 5, 9, 14)):
        repo, journal = land_repo(tmp_path / f"repo{number}"), tmp_path / f"journal{number}"
        old = state(repo.root)
        assert run_until(repo, data, journal, 50).returncode == -9
        run_until(repo, data, journal, at, "recover")
        repository = Repository.open(repo.root, data)
        recover(repository, journal)
        assert state(repo.root) == old
        repository.close()


def test_what_somebody_wrote_after_the_kill_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    landed: list[str] = []
    for at in range(30, 60, 2):
        repo, journal = land_repo(tmp_path / f"repo{at}"), tmp_path / f"journal{at}"
        assert run_until(repo, data, journal, at).returncode == -9
        landed = [path for path, file in state(repo.root).items() if path[0] == "d" and file[1][:3] == b"new"]
        if landed:
            break
    repo.write({landed[0]: "an edit of the agent\n"})
    repository = Repository.open(repo.root, data)
    said = recover(repository, journal)
    assert landed[0] in said[0]
    assert repo.read(landed[0]) == b"an edit of the agent\n"
    assert all(repo.read(path).startswith(b"old") for path in landed[1:])
    repository.close()


def test_a_kill_is_taken_back_whole_though_git_clean_took_the_landings_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    mixed = 0
    for at in range(30, 60, 2):
        repo, journal = land_repo(tmp_path / f"repo{at}"), tmp_path / f"journal{at}"
        repo.commit()
        old = state(repo.root)
        assert run_until(repo, data, journal, at).returncode == -9
        repo.git("clean", "-f", "-d", "-q")
        cleaned = state(repo.root)
        repository = Repository.open(repo.root, data)
        said = recover(repository, journal)
        if pending(journal):
            # It was done, and is complete: what was cleaned away since is somebody's own doing.
            assert (said, state(repo.root)) == ([], cleaned), at
        else:
            mixed += old != cleaned
            assert state(repo.root) == old, at
            assert not said or said[0].endswith("every file is as it was before."), at
        assert recover(repository, journal) == [], at
        repository.close()
    assert mixed > 3


# An agent at work -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_rename", [False, True], ids=["in place", "by rename"])
def test_no_edit_of_an_agent_is_lost_while_we_land(
    by_rename: bool, repo: Repo, opened: Opening, journal: Path, tmp_path: Path
) -> None:
    base = [b"line %d" % number for number in range(600)]
    repo.write({"long.py": b"\n".join(base) + b"\n"})
    repository, place, done = opened(repo), repo.root / "long.py", threading.Event()
    edits: list[tuple[int, bytes]] = []

    def agent() -> None:
        """Fifty times a second reads the file, changes one line of its lower half, and writes it whole."""
        while not done.wait(0.02):
            lines = place.read_bytes().split(b"\n")
            at = 300 + len(edits) % 300  # from the top again, however long a busy machine takes to land
            lines[at] = b"agent %d" % len(edits)
            if by_rename:
                (tmp_path / "draft").write_bytes(b"\n".join(lines))
                (tmp_path / "draft").rename(place)
            else:
                with place.open("r+b") as stream:
                    stream.write(b"\n".join(lines))
                    stream.truncate()
            edits.append((at, lines[at]))

    thread = threading.Thread(target=agent)
    thread.start()
    landed = 0
    try:
        for number in range(60):
            now = place.read_bytes()
            lines = now.split(b"\n")
            lines[number * 4] = b"ours %d" % number
            try:
                land(repository, [Write("long.py", ("100644", now), ("100644", b"\n".join(lines)))], journal)
                landed += 1
            except UserError:  # refused as a whole, because the agent was quicker
                continue
    finally:
        done.set()
        thread.join()
    final = place.read_bytes().split(b"\n")
    late = [edit.data.split(b"\n") for edit in late_edits(repository)]
    newest = dict(edits)
    lost = [at for at, line in newest.items() if all(lines[at] != line for lines in (final, *late))]
    assert (lost, len(edits) > 5, landed > 20) == ([], True, True)
    # Nothing stands in a wrong place.
    for at, line in enumerate(final[:600]):
        assert line in (base[at], b"ours %d" % (at // 4)) or (at, line) in edits
    assert not list(repo.root.glob(LANDING + "*"))


def test_a_file_that_its_writer_has_cut_and_not_written_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_bytes(b"before\n" * 100)
    cut, after = threading.Event(), b"after\n" * 100

    def write() -> None:
        with path.open("wb") as file:
            cut.set()
            threading.Event().wait(0.02)  # the time for which a busy machine keeps a writer waiting
            file.write(after)

    writer = threading.Thread(target=write)
    with WorkFolder(tmp_path) as folder:
        writer.start()
        cut.wait()
        found = settled(folder, "work.py", ("100644", b"before\n" * 100))
    writer.join()

    assert found == ("100644", after)
