"""Where our files are: the system's places, or those the environment names."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from workbench.errors import UserError
from workbench.store import paths


def test_everything_is_in_the_users_own_folders(home: Path) -> None:
    for folder in (paths.data_dir(), paths.config_dir(), paths.cache_dir()):
        assert folder.is_relative_to(home)
        assert "workbench" in folder.parts[-2:]
    assert paths.data_dir() != paths.config_dir()


def test_the_environment_names_other_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path / "d"))
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "c"))
    assert paths.database_path() == tmp_path / "d" / "reviews.db"
    assert paths.shadows_dir() == tmp_path / "d" / "shadows"
    assert paths.journal_dir("r1") == tmp_path / "d" / "journals" / "r1"
    assert paths.settings_path() == tmp_path / "c" / "settings.toml"
    assert paths.cache_dir().is_relative_to(tmp_path)


def test_a_relative_folder_stays_where_it_was_when_the_program_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", "here")
    monkeypatch.chdir(tmp_path)
    assert paths.data_dir() == tmp_path / "here"


def test_an_empty_variable_names_no_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_DATA", "")
    assert paths.data_dir().is_relative_to(home)


@pytest.mark.parametrize("review", ["", ".", "..", "a/b", "../x", "a\\b", "c:", "a\0"])
def test_an_id_that_would_lead_out_of_the_journals_is_refused(review: str) -> None:
    with pytest.raises(ValueError, match="Not the id of a review"):
        paths.journal_dir(review)


def test_a_folder_is_made_for_the_user_alone(tmp_path: Path) -> None:
    made = paths.make_private(tmp_path / "a" / "b")
    assert made.stat().st_mode & 0o777 == 0o700
    assert paths.make_private(made) == made


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file")
    with pytest.raises(UserError, match="could not be made") as caught:
        paths.make_private(tmp_path / "a" / "b")
    assert caught.value.hint


@pytest.mark.parametrize(
    "given", ["/given/place", "", "relative", None], ids=["given", "empty", "relative", "not"]
)
def test_they_are_where_platformdirs_finds_them(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        if given is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, given)
    assert paths.data_dir() == platformdirs.user_data_path("workbench", appauthor=False)
    assert paths.config_dir() == platformdirs.user_config_path("workbench", appauthor=False, roaming=True)
    assert paths.cache_dir() == platformdirs.user_cache_path("workbench", appauthor=False)
