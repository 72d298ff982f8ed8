"""Waiting for git: told what it does, ended when nobody waits, and what is saved is saved as a whole."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.repos import Repo, new_repo
from workbench.cli.waiting import waiting
from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.git.runner import GitCancelledError
from workbench.git.watching import Step, Watch, saving, say, watching
from workbench.store import paths
from workbench.store.log import ActionLog
from workbench.workflow.candidates import Asked
from workbench.workflow.opening import open_review
from workbench.workflow.session import Session


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = new_repo(tmp_path / "repo")
    repo.commit({f"file{number:03}.py": "one\ntwo\n" for number in range(120)})
    repo.write({f"file{number:03}.py": "one\n2\n" for number in range(120)})
    return repo


def test_whoever_waits_is_told_the_steps_with_counts(repo: Repo, opened: Opening) -> None:
    told: list[Step] = []
    repository = opened(repo)
    with watching(Watch(told.append)):
        snapshot = repository.snapshot()
        repository.file_changes(repository.head().tree, snapshot.tree)

    words = [step.words for step in told]
    assert words.index("Reading the files that changed") < words.index("Comparing files")
    assert Step("Comparing files", 0, 120) in told
    assert Step("Comparing files", 0, 120).text == "Comparing files: 0 of 120"


def test_the_first_names_are_told_before_any_file_is_stored(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    stored: list[int] = []

    def told(step: Step) -> None:
        if step.names:
            stored.append(sum(1 for each in repository.shadow.glob("objects/??/*")))
            assert (step.names[0], len(step.names), step.total) == ("file000.py", 12, 120)

    with watching(Watch(told)):
        repository.snapshot()

    assert stored == [0]


def test_a_step_that_begins_anew_has_no_names_and_counts_of_the_one_before() -> None:
    with watching(Watch()) as watch:
        say("Reading", 0, 3, ["one", "two"])
        say("Reading")
        assert watch.step == Step("Reading", 0, 3, ("one", "two")), "a child that does it, and knows no more"
        say("Reading", 0, 0, [])
        assert watch.step == Step("Reading")
        say("Reading", 1, 2)
        assert watch.step == Step("Reading", 1, 2)


def test_cancelling_ends_the_children_of_that_work_alone(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    others = repository.start(["cat-file", "--batch"], fed=True)
    watch = Watch()
    with watching(watch):
        ours = repository.start(["cat-file", "--batch"], fed=True)
        threading.Timer(0.05, watch.cancel).start()
        assert ours.stdout.read() == b"", "the child ends, and with it what we wait for"
        with pytest.raises(GitCancelledError):
            ours.finish()
        with pytest.raises(GitCancelledError):
            repository.start(["cat-file", "--batch"], fed=True)
    assert others.running
    others.close()


def test_an_opening_that_is_cancelled_at_any_step_leaves_nothing(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "data"))
    _opened(repo, Watch())
    before = _reviews()
    assert len(before) == 1

    for last in range(100):
        seen: list[Step] = []
        watch = Watch()

        def tell(step: Step, watch: Watch = watch, seen: list[Step] = seen, last: int = last) -> None:
            seen.append(step)
            if len(seen) > last:
                watch.cancel()

        watch.told = tell
        repo.write({"file000.py": f"{last}\n"})
        try:
            _opened(repo, watch)
        except GitCancelledError:
            pass
        else:
            break  # cancelled at every step that there is
        assert _reviews() == before
        shadow = next((tmp_path / "data" / "shadows").iterdir())
        left = [path.name for path in shadow.glob("index*") if "kept" not in path.name]
        assert left == [], "no index and no lock stays behind"
    assert last >= 3


def _opened(repo: Repo, watch: Watch) -> None:
    with watching(watch):
        found = open_review(repo.root, Asked(new=True))
    assert isinstance(found, Session)
    found.close()


def _reviews() -> list[str]:
    log = ActionLog.open(paths.database_path())
    try:
        return [row.id for row in log.reviews()]
    finally:
        log.close()


def test_what_is_being_saved_is_not_broken_off() -> None:
    watch, seen = Watch(), []
    with watching(watch):
        with saving():
            seen.append(watch.cancel())
        seen.append(watch.cancel())
        watch.check()
    assert seen == [False, False], "during, and afterwards: then it is there, and is shown"


def test_nothing_is_saved_once_it_was_cancelled() -> None:
    watch = Watch()
    assert watch.cancel()
    with watching(watch), pytest.raises(GitCancelledError), saving():
        raise AssertionError("begun all the same")


def test_ctrl_c_ends_a_command_and_its_git_at_once(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    before = signal.getsignal(signal.SIGINT)
    children = []

    def work() -> None:
        with waiting():
            children.append(repository.start(["cat-file", "--batch"], fed=True))
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
            children[0].stdout.read()
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert children[0].status == -signal.SIGTERM
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_something_is_saved_comes_after_it() -> None:
    done = []

    def work() -> None:
        with waiting(), saving():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("saved")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["saved"]


def test_a_failed_comparison_says_what_is_missing(repo: Repo, opened: Opening) -> None:
    repository: Repository = opened(repo)
    with pytest.raises(UserError, match="no longer has an object"):
        list(repository.stream_changes("1" * 40, "2" * 40))
