"""What git could not do is told with the place where it could not, as far as git names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import UserError
from workbench.git.refusing import refuse


def refused(said: str) -> UserError:
    with pytest.raises(UserError) as error:
        refuse(f"warning: something else\n{said}\n".encode(), 128)
    return error.value


def test_a_folder_of_our_own_that_is_closed_is_named_and_another_one_offered(tmp_path: Path) -> None:
    folder = tmp_path / "shadows" / "0123"
    folder.mkdir(parents=True)
    error = refused(f"fatal: Unable to create '{folder.as_posix()}/index.1.lock': Permission denied")

    assert error.message == (
        f"Git could not write or read what it has to: Permission denied ({folder.as_posix()})."
    )
    assert "WORKBENCH_DATA" in error.hint


def test_a_file_of_the_repository_that_is_closed_is_named(tmp_path: Path) -> None:
    file = tmp_path / "it's closed"
    file.write_text("closed\n")
    error = refused(f"fatal: could not open '{file.as_posix()}' for reading: Permission denied")

    assert error.message.endswith(f"Permission denied ({file.as_posix()}).")
    assert "the repository" in error.hint


def test_of_two_places_the_first_is_named(tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one", "other"))
    error = refused(f"error: unable to rename '{one.as_posix()}' to '{other.as_posix()}': Permission denied")

    assert error.message.endswith(f"Permission denied ({tmp_path.as_posix()}).")


def test_damage_in_our_own_store_is_not_the_repositorys() -> None:
    ours = refused("error: object file /data/shadows/0123/objects/ab/cd is empty")
    theirs = refused("error: object file /home/project/.git/objects/ab/cd is empty")

    assert "Workbench's own data" in ours.message
    assert "WORKBENCH_DATA" in ours.hint
    assert "git fsck" in theirs.hint


def test_where_git_names_no_place_none_is_told() -> None:
    error = refused("error: unable to create temporary file: Permission denied")

    assert error.message == "Git could not write or read what it has to: Permission denied."
