"""One fault after the other: a step of a review, killed or failed at one call, and what must be true then.

After a kill: every acknowledged action is in the log, every file is old or new and whole, the next start
completes or takes back and says so, the one after says nothing more, and the review goes on. After an error:
one sentence, all or nothing, and the same command works once the fault is gone.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from tests.faults.server import Ran, Server
from tests.faults.shim import ERRORS, FAIL, KILL, KILL_TORN, KINDS, SHORT, Board
from tests.faults.world import (
    LARGE,
    SMALL,
    Picture,
    Place,
    Step,
    command,
    comparable,
    differences,
    empty_folders,
    is_ours,
    is_sound,
    make_repo,
)
from tests.repos import Repo


class Failed(Exception):  # noqa: N818 - a promise that was broken, not an error
    """What was not as promised."""


class Scene(Struct, frozen=True):
    """One step, rehearsed: where it starts from, what it does, and a picture after each of its actions."""

    step: Step
    template: Path
    arguments: Sequence[str]
    review: str
    pictures: Sequence[Picture]
    counts: Mapping[str, int]

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def starts(self) -> bool:
        return self.arguments[0] == "start"


class Case(Struct, frozen=True):
    """What to do: the scene's number, how to fail ("kill", "torn", "short" or a name of ERRORS), at which
    of the calls that it is about.
    """

    scene: int
    how: str
    at: int

    def __str__(self) -> str:
        return f"{self.how} at call {self.at} of step {self.scene}"


class Scenes:
    """The steps of a review on one repository, ready to be harmed. Use it in a `with`."""

    def __init__(self, server: Server, folder: Path, steps: Sequence[Step], count: int) -> None:
        self._server, self._folder, self._count = server, folder, count
        self.place = Place(folder / "slot")
        self._said = folder / "said"
        self._said.mkdir(parents=True)
        make_repo(self.place, count)
        self.scenes: list[Scene] = []
        for number, step in enumerate(steps):
            self.scenes.append(self._rehearse(number, step))

    def __enter__(self) -> Scenes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _rehearse(self, number: int, step: Step) -> Scene:
        if step.before is not None:
            step.before(Repo(self.place.work))
        template = self._folder / f"before-{number}"
        _copy(self.place.folder, template)
        review = self.scenes[-1].pictures[-1]["reviews"][-1]["id"] if self.scenes else ""
        arguments = command(step, self.place, review)
        board = self._board()
        ran = self._run("rehearse", str(self.place.folder), arguments, board=board)
        assert ran.status == 0, ran.err
        scene = Scene(step, template, arguments, review, ran.value, board.counts)
        board.close()
        return scene

    def _board(self) -> Board:
        board = Board(self._folder / "board", new=True)
        board.watch(self.place.work, self.place.data, self.place.out)
        board.order(0)
        return board

    def _run(self, call: str, *arguments: object, board: Board | None = None) -> Ran:
        return self._server.run(
            f"tests.faults.world:{call}",
            *arguments,
            folder=self._said,
            environment=self.place.environment,
            board=board,
        )

    def draw(self, chosen: random.Random, kinds: Sequence[str]) -> Case:
        """A case, by chance: what writes to the work tree more often than its share."""
        weights = [4 if scene.step.name in _LANDS else 1 for scene in self.scenes]
        number = chosen.choices(range(len(self.scenes)), weights)[0]
        how = chosen.choice(kinds)
        total = sum(self.scenes[number].counts[kind] for kind in _kinds_of(how))
        return Case(number, how, chosen.randint(1, max(1, total)))

    def failure(self, case: Case) -> str | None:
        """What is not as promised after this case; None where all is well."""
        try:
            self._try(case)
        except Failed as failed:
            return f"{case} ({self.scenes[case.scene].step.name}): {failed}"
        return None

    def _try(self, case: Case) -> None:
        scene = self.scenes[case.scene]
        _copy(scene.template, self.place.folder)
        self._trust(scene)
        board = self._board()
        error, _, lasting = ERRORS.get(case.how, (0, (), False))
        how = {"kill": KILL, "torn": KILL_TORN, "short": SHORT}.get(case.how, FAIL)
        board.order(how, case.at, _kinds_of(case.how), error=error, lasting=lasting)
        ran = self._run("run", str(self.place.folder), scene.arguments, board=board)
        what, faults = board.what, board.faults
        board.close()
        try:
            if how in (KILL, KILL_TORN):
                self._after_kill(scene, ran)
            else:
                self._after_error(scene, ran, case.how, faults)
        except Failed as failed:
            raise Failed(f"{failed}\n  at: {what}\n  said: {ran.err.strip()[-1500:]}") from None

    def _trust(self, scene: Scene) -> None:
        """A copy is another repository than the one that was trusted."""
        if any(each.step.name == "trust" for each in self.scenes[: self.scenes.index(scene)]):
            self._run("any_command", ["trust", str(self.place.work), "--yes"])

    # After a kill -----------------------------------------------------------------------------------

    def _after_kill(self, scene: Scene, ran: Ran) -> None:
        if ran.status not in (0, -9):
            raise Failed(f"it ended with {ran.status}")
        acknowledged = self._acknowledged()
        between = self._look()
        self._files_are_whole(scene, between)
        said = self._start_again(scene)
        looked = self._look()
        self._patches_are_whole(scene, looked)
        found = self._without_named_locks(looked, said)
        now = self._without_interrupted(scene, found, said)
        if scene.starts:
            self._is_one_of(now, scene.pictures[-1:], 0)
        elif now is not found:
            # The round did not arrive: what is there is not what the step would have come to.
            self._is_one_of(now, scene.pictures[:-1][acknowledged : acknowledged + 2], acknowledged)
        else:
            self._is_one_of(now, scene.pictures[acknowledged : acknowledged + 2], acknowledged)
        recovered = between["files"] != found["files"] or _count(between) != _count(found)
        if recovered and not said and not scene.starts:
            raise Failed("the next start made something good and did not say so")
        # A landing that had not written anything yet is said to be taken back, too.
        if not recovered and said and scene.step.name not in _LANDS:
            raise Failed(f"the next start had nothing to make good and said: {said}")
        again = self._start_again(scene)
        if again:
            raise Failed(f"the second start still says: {again}")
        self._goes_on(scene, found)

    def _acknowledged(self) -> int:
        noted = self.place.folder / "acknowledged"
        return noted.read_bytes().count(b"\n") if noted.exists() else 0

    def _look(self) -> Picture:
        ran = self._run("look", str(self.place.folder))
        if ran.status:
            raise Failed(f"the database cannot be read:\n{ran.err}")
        found: Picture = ran.value
        return found

    @staticmethod
    def _without_named_locks(now: Picture, said: str) -> Picture:
        """Git's own locks of a ref, left by a git that was killed, are named with the command that removes
        them; nobody can know that they are not another git's.
        """
        named = [each for each in now["locks"] if not each.endswith("index.lock") and each in said]
        for each in named:
            Path(each).unlink()
        return {**now, "locks": [each for each in now["locks"] if each not in named]}

    @staticmethod
    def _without_interrupted(scene: Scene, now: Picture, said: str) -> Picture:
        """A round that was being made is recorded as interrupted by the next start, or as lost where it could
        not be saved, which it says. That one fact, the newest, is the only one that may be there besides; the
        same picture where there is none.
        """
        if scene.step.name != "next" or not now["reviews"]:
            return now
        *others, review = now["reviews"]
        known = len(scene.pictures[0]["reviews"][-1]["failures"])
        failures = review["failures"][known:]
        how = "was lost" if "it was lost" in said else "was interrupted"
        told = f"it {how}" in said
        if not failures and not told:
            return now
        number = len(review["rounds"]) + 1
        if (
            len(failures) != 1
            or review["kinds"][-1] != "RoundFailed"
            or failures[0][0] != number
            or not failures[0][1].startswith(f"It {how}: ")
            or f"Round {number}, asked of offline: it {how}" not in said
        ):
            raise Failed(f"recorded as interrupted: {failures}; the next start said: {said}")
        return {**now, "reviews": [*others, _without_newest(review)]}

    @staticmethod
    def _without_told(scene: Scene, now: Picture, said: str) -> Picture:
        """A round that could not be made is recorded, as the newest action, with the sentence that was said;
        the same picture where none was. Nothing else is left out: files and verdicts are compared as ever.
        """
        if scene.step.name != "next" or not now["reviews"]:
            return now
        *others, review = now["reviews"]
        failures = review["failures"][len(scene.pictures[0]["reviews"][-1]["failures"]) :]
        if len(failures) != 1 or review["kinds"][-1] != "RoundFailed":
            return now
        number, why = failures[0]
        if number != len(review["rounds"]) + 1 or not why or why not in said:
            return now
        return {**now, "reviews": [*others, _without_newest(review)]}

    def _files_are_whole(self, scene: Scene, between: Picture) -> None:
        """Every file is as it was before or after; the landing's own folder is the only thing besides."""
        for kind in ("files", "patches"):
            known = [each[kind] for each in scene.pictures]
            for path in {*between[kind], *(path for each in known for path in each)}:
                if path.endswith("/") or is_ours(path):
                    continue
                if between[kind].get(path) not in [each.get(path) for each in known]:
                    raise Failed(f"right after it, {path} is {between[kind].get(path)}: neither old nor new")

    def _patches_are_whole(self, scene: Scene, now: Picture) -> None:
        """After the next start, too: each patch is as it was before or after, and none is half written."""
        known = [each["patches"] for each in scene.pictures]
        for path in {*now["patches"], *(path for each in known for path in each)}:
            if not is_ours(path) and now["patches"].get(path) not in [each.get(path) for each in known]:
                raise Failed(f"the patch {path} is {now['patches'].get(path)}: neither old nor new")

    def _start_again(self, scene: Scene) -> str:
        reviews = [] if scene.starts else [scene.review]
        ran = self._run("start_again", str(self.place.folder), reviews)
        if ran.status or ran.value:
            raise Failed(f"it does not start again: {ran.value}\n{ran.err}")
        return ran.err.strip()

    def _is_one_of(self, now: Picture, allowed: Sequence[Picture], number: int) -> None:
        """A patch file may be there (or gone) before its landing (or undoing) is recorded: it is whole, and
        the same command again finds it so and records it.
        """
        wanted = [comparable(each) for each in allowed]
        patches = [each["patches"] for each in wanted]
        mine = {path: held for path, held in now["patches"].items() if not is_ours(path)}
        if mine in patches or len(allowed) > 1:
            now = {**now, "patches": {}}
            wanted = [{**each, "patches": {}} for each in wanted]
        if comparable(now) not in wanted:
            found = "\n    ".join(differences(comparable(now), wanted[0])) if wanted else "no picture"
            raise Failed(f"after {number} acknowledged actions it is neither old nor new:\n    {found}")
        left = empty_folders(now) - {name for each in allowed for name in empty_folders(each)}
        if left:
            raise Failed(f"empty folders are left: {sorted(left)}")

    def _goes_on(self, scene: Scene, now: Picture) -> None:
        """The database is sound; what was not done is done now, or else the next step."""
        sound = is_sound(self.place)
        if sound != "ok":
            raise Failed(f"the database is damaged: {sound}")
        done = comparable(now) == comparable(scene.pictures[-1])
        following, exact = scene, comparable(now) == comparable(scene.pictures[0])
        if done and scene is not self.scenes[-1]:
            following, exact = self.scenes[self.scenes.index(scene) + 1], True
            if following.step.before is not None:
                following.step.before(Repo(self.place.work))
        elif done:
            return
        review = now["reviews"][-1]["id"] if now["reviews"] else ""
        self._trust(following)
        ran = self._run("any_command", command(following.step, self.place, review))
        if ran.status or ran.value:
            raise Failed(f"{following.step.name} does not work afterwards: {ran.value}\n{ran.err}")
        if exact:
            self._is_one_of(self._look(), following.pictures[-1:], len(following.pictures) - 1)

    # After an error ---------------------------------------------------------------------------------

    def _after_error(self, scene: Scene, ran: Ran, how: str, faults: int) -> None:
        if ran.status:
            raise Failed(f"it ended with {ran.status}")
        if ran.value not in (0, 1) or "Traceback" in ran.err or "bug in Workbench" in ran.err:
            raise Failed(f"the exit status is {ran.value}")
        if ran.value == 1:
            self._is_a_sentence(ran.err)
        if not faults and how != "short" and ran.value:
            raise Failed("there was no fault, and it failed")
        acknowledged = self._acknowledged()
        allowed = scene.pictures[acknowledged : acknowledged + 2] if ran.value else scene.pictures[-1:]
        between = self._look()
        self._files_are_whole(scene, between)
        if not ERRORS.get(how, (0, (), False))[2] or how == "full disk":
            ours = sorted(path for path in between["files"] if is_ours(path))
            if ours:
                raise Failed(f"the landing's folder is left in the work tree: {', '.join(ours)}")
            whole = [comparable(each)["files"] for each in allowed]
            if comparable(between)["files"] not in whole:
                raise Failed("the work tree is neither old nor new as a whole")
        if scene.starts:
            self._start_again(scene)
            self._is_one_of(self._look(), scene.pictures[-1:], 0)
            return
        said = self._start_again(scene)
        found = self._look()
        self._patches_are_whole(scene, found)
        now = self._without_told(scene, found, ran.err) if ran.value else found
        if now is not found:
            # That the round did not come is the last there is: all before it is there, and nothing behind.
            before = _count(now) - _count(scene.pictures[0])
            if before < acknowledged - 1:
                raise Failed(f"{acknowledged} actions were acknowledged, {before + 1} are there")
            allowed = scene.pictures[before : before + 1]
        now = self._without_interrupted(scene, now, said)
        if "unlink" in ERRORS.get(how, (0, (), False))[1]:
            # Git's own locks in the repository's directory: where it may not remove them, nobody here can.
            for name in now["locks"]:
                Path(name).unlink(missing_ok=True)
            now = {**now, "locks": []}
        self._is_one_of(now, allowed, acknowledged)
        self._goes_on(scene, now)

    def _is_a_sentence(self, said: str) -> None:
        lines = said.strip().split("\n")
        if len(lines) < 2 or not lines[-2].endswith(".") or lines[-2].count("fatal:"):
            raise Failed("no sentence and a hint")


_LANDS = (
    "land",
    "undo the landing",
    "next",
    "index",
    "undo the index",
    "branch",
    "undo the branch",
    "patch",
    "undo the patch",
)


def _kinds_of(how: str) -> Sequence[str]:
    if how in ("short", "torn"):
        return ("write",) if how == "short" else KINDS
    return ERRORS[how][1] if how in ERRORS else KINDS


def _count(found: Picture) -> int:
    return sum(len(review["actions"]) for review in found["reviews"])


def _copy(source: Path, target: Path) -> None:
    """The folder as it is, with the times of its files. `cp` is quicker than `shutil` by a multiple."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def small(server: Server, folder: Path) -> Scenes:
    """A dozen files, and everything that is done in a review."""
    return Scenes(server, folder, SMALL, 9)


def large(server: Server, folder: Path, count: int) -> Scenes:
    """Many files, landed and taken back."""
    return Scenes(server, folder, LARGE, count)


def _without_newest(review: Picture) -> Picture:
    """The picture of a review without what was recorded last, a round that did not come."""
    return {
        **review,
        "actions": review["actions"][:-1],
        "kinds": review["kinds"][:-1],
        "failures": review["failures"][:-1],
        "listed": [*review["listed"][:-1], review["listed"][-1] - 1],
    }
