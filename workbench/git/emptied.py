"""The folders that a landing makes or empties. Files are moved by `stepping.py`.

An emptied folder goes at the very end, and one that stands where a file shall be is moved aside, not removed:
making it anew needs room on the disk, and taking a landing back must not need any.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from workbench.git.folder import WorkFolder, folders_above
from workbench.git.stepping import MovedError, Step

_ASIDE = ".folder"


class Emptied:
    """The folders of one landing."""

    def __init__(self, folder: WorkFolder) -> None:
        self._folder = folder
        self._removed: set[str] = set()
        self._made: set[str] = set()
        # By the path of a file, the paths below it: it stands where their folder was, or the other way round.
        self._inside: dict[str, set[str]] = {}
        # By the path of a file that is created: where a folder of that name waits meanwhile.
        self._aside: dict[str, str] = {}

    def plan(self, steps: Iterable[Step]) -> None:
        """What is about to be done, or to be taken back."""
        steps = list(steps)
        self._removed.update(step.path for step in steps if step.after is None)
        self._made.update(step.path for step in steps if step.before is None)
        paths = self._removed | self._made
        for path in paths:
            for above in folders_above(path):
                if above in paths:
                    self._inside.setdefault(above, set()).add(path)
        for step in steps:
            if step.before is None and step.path in self._inside:
                self._aside.setdefault(step.path, step.temporary + _ASIDE)

    def make_way(self, path: str) -> None:
        """Before a file is created: an emptied folder of that name goes aside."""
        aside = self._aside.get(path)
        if aside is None:
            return
        try:
            self._folder.move(path, aside)
        except (FileExistsError, FileNotFoundError, NotADirectoryError):
            return
        except OSError:  # a file system that cannot move a folder to a free name
            self._remove_inside(path)
            return
        if self._is_written(aside):
            self._folder.move(aside, path)
            raise MovedError(path)

    def look_again(self) -> None:
        """Somebody may have been in a folder that went aside, and have written there."""
        for path, aside in self._aside.items():
            if self._is_written(aside):
                raise MovedError(path)

    def make_way_back(self, path: str) -> None:
        """Before a removal is taken back: its folder is there again, and none has the file's name."""
        for above in folders_above(path):
            if above in self._aside:
                with suppress(OSError):  # there is none: it is made anew
                    self._folder.move(self._aside[above], above)
        self._remove_inside(path)

    def remove_emptied(self) -> None:
        """All is landed: the folders that hold nothing any more go, as with git."""
        for path in self._removed:
            self._folder.remove_empty_folders(path)

    def remove_made(self) -> None:
        """All is taken back: the folders that were made for new files go."""
        for path in self._made:
            self._folder.remove_empty_folders(path)

    def clear(self, place: Path) -> None:
        """Remove what waits in the landing's own folder; silent where somebody wrote into it."""
        for entry in list(os.scandir(place)):
            if entry.name.endswith(_ASIDE) and entry.is_dir(follow_symlinks=False):
                for each, _, _ in os.walk(entry.path, topdown=False):
                    with suppress(OSError):
                        Path(each).rmdir()

    def _remove_inside(self, path: str) -> None:
        for inner in self._inside.get(path, ()):
            self._folder.remove_empty_folders(inner, down_to=path)

    def _is_written(self, aside: str) -> bool:
        """Whether it is anything but empty folders. Only asked of what is in the landing's own folder."""
        place = self._folder.root / aside
        try:
            if not stat.S_ISDIR(place.lstat().st_mode):
                return True
        except FileNotFoundError:
            return False
        for folder, folders, names in os.walk(place):
            if names or any(Path(folder, each).is_symlink() for each in folders):
                return True
        return False
