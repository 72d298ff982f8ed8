"""Objects of the shadow directory into the user's repository: one pack, whole or not at all.

Git makes the pack in the shadow directory; its files are put into the repository by ourselves, the
index of the pack last, because only that makes it seen. So no git works on the user's directory, and
a kill leaves at most files that git takes no notice of.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UserError
from workbench.git.flushing import flush_folder
from workbench.git.runner import Where
from workbench.git.shadow import scratch_folder

if TYPE_CHECKING:
    from workbench.git.repository import Repository


def give_objects(repository: Repository, ids: Iterable[str]) -> None:
    """Put objects into the repository, those that it does not have safe already. On disk when it returns.

    One that it has as a loose file is given too: nothing refers to it yet, and a clean-up could take it.
    """
    wanted = _lacking(repository, dict.fromkeys(ids))
    if wanted:
        _give(repository, ["pack-objects", "-q"], wanted)


def give_lost(repository: Repository, ids: Iterable[str]) -> None:
    """Put objects that something refers to by now into the repository once more, if they are gone.

    A `git gc --prune=now` between the giving and the referring takes them.
    """
    lost = missing(repository, dict.fromkeys(ids))
    if lost:
        _give(repository, ["pack-objects", "-q"], lost)


def missing(repository: Repository, ids: Iterable[str]) -> list[str]:
    """Which of some objects the repository does not have."""
    return [name for name, there in _asked(repository, ids) if not there]


def give_commit(repository: Repository, commit: str, parents: Iterable[str]) -> None:
    """Put a commit into the repository, with every tree and blob that its parents do not have."""
    _give(repository, ["pack-objects", "-q", "--revs"], [commit, *(f"^{parent}" for parent in parents)])


def keep_copies(repository: Repository, ids: Iterable[str]) -> None:
    """Copies in the shadow directory of what undo will need: nothing in the repository refers to it then."""
    wanted = list(dict.fromkeys(ids))
    if wanted:
        packs = str(repository.shadow / "objects" / "pack" / "pack")
        repository.run(["pack-objects", "-q", "--window=0", packs], data=_lines(wanted))


def _lacking(repository: Repository, ids: Iterable[str]) -> list[str]:
    objects = Path(repository.found.common_dir) / "objects"
    return [
        name
        for name, there in _asked(repository, ids)
        if not there or (objects / name[:2] / name[2:]).exists()
    ]


def _asked(repository: Repository, ids: Iterable[str]) -> list[tuple[str, bool]]:
    """Of each object, whether the repository has it."""
    names = list(ids)
    if not names:
        return []
    answers = repository.run(
        ["cat-file", "--batch-check=%(objectname)"], repository.real, data=_lines(names)
    ).split(b"\n")
    return [(name, not answer.endswith(b" missing")) for name, answer in zip(names, answers, strict=False)]


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("ascii")


def _give(repository: Repository, args: list[str], wanted: list[str]) -> None:
    place = Path(repository.found.common_dir) / "objects" / "pack"
    with scratch_folder(repository.shadow) as folder:
        where = Where(repository.ours.git_dir, config=(("pack.writeReverseIndex", "false"),))
        repository.run([*args, str(folder / "pack")], where, data=_lines(wanted))
        made = sorted(folder.iterdir(), key=lambda each: each.suffix == ".idx")
        try:
            place.mkdir(exist_ok=True)
            for each in made:
                _put(each, place)
            flush_folder(place)
        except OSError as error:
            raise UserError(
                f"Nothing was landed: {place} cannot be written: {error.strerror}.",
                hint="See to its permissions and the space on the disk, and land again.",
            ) from error


def _put(source: Path, folder: Path) -> None:
    """One file, whole under its name. A pack of that name holds the same: names are digests."""
    target = folder / source.name
    # The name git gives its own temporary packs: whatever a kill leaves, `git gc` clears away.
    temporary = folder / f"tmp_pack_{os.urandom(6).hex()}"
    try:
        with source.open("rb") as old, temporary.open("xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            os.fsync(new.fileno())
        temporary.chmod(0o444 & folder.stat().st_mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
