"""Trust: restricted at first, bound to what could run, and restricted again with the word what changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git.repository import Repository
from workbench.store.trust import grant_path
from workbench.workflow.opening import open_repository
from workbench.workflow.trust import (
    NEVER,
    RestrictedError,
    grant,
    require_trust,
    told,
    trust_of,
    withdraw,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks are told by their modes")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "shop")
    made.commit({"a.txt": "a\n", "tools/clean.sh": "cat\n"})
    write_hook(made, "#!/bin/sh\n")
    made.git("config", "filter.x.clean", "./tools/clean.sh")
    return made


@pytest.fixture
def repository(repo: Repo) -> Iterator[Repository]:
    opened = open_repository(repo.root)
    yield opened
    opened.close()


def write_hook(repo: Repo, text: str, name: str = "pre-commit") -> Path:
    place = repo.root / ".git/hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    place.chmod(0o755)
    return place


def trust_it(repository: Repository) -> None:
    grant(repository, trust_of(repository).surface)
    assert trust_of(repository).trusted


def why(repository: Repository) -> str:
    found = trust_of(repository)
    assert not found.trusted
    return found.why


def test_a_repository_starts_restricted_and_says_what_it_could_run(repository: Repository) -> None:
    assert why(repository) == NEVER
    with pytest.raises(RestrictedError) as refused:
        require_trust(repository, "write the index of")
    error = refused.value
    assert error.message == (
        "Workbench may not write the index of shop while it is restricted (never trusted): "
        "it could run hook pre-commit, filter x, clean."
    )
    assert error.hint.endswith(f"workbench trust {repository.work_tree}")
    assert (error.why, error.surface) == (NEVER, trust_of(repository).surface)


def test_trust_is_given_to_what_was_shown_and_taken_back(repository: Repository) -> None:
    trust_it(repository)
    assert require_trust(repository, "write the index of") == trust_of(repository).surface
    assert trust_of(repository).word == "trusted"
    assert withdraw(repository)
    assert why(repository) == NEVER
    assert not withdraw(repository)


def test_a_surface_that_changed_while_it_was_looked_at_is_not_trusted(
    repo: Repo, repository: Repository
) -> None:
    shown = trust_of(repository).surface
    write_hook(repo, "#!/bin/evil\n")
    with pytest.raises(UserError, match="hook pre-commit changed while you looked") as refused:
        grant(repository, shown)
    assert "Look once more" in refused.value.hint
    assert why(repository) == NEVER


@pytest.mark.parametrize("change", ["hook", "new hook", "no hook", "filter", "script", "new setting", "two"])
def test_every_change_restricts_again_and_is_named(change: str, repo: Repo, repository: Repository) -> None:
    trust_it(repository)
    said = {
        "hook": "hook pre-commit changed since you trusted it",
        "new hook": "hook pre-push is new since you trusted it",
        "no hook": "hook pre-commit went away since you trusted it",
        "filter": "filter x, clean changed since you trusted it",
        "script": "filter x, clean changed since you trusted it",
        "new setting": "pager is new since you trusted it",
        "two": "hook pre-commit changed since you trusted it, and 1 more thing",
    }
    words = {"new setting": "restricted: program changed", "two": "restricted: programs changed"}
    if change in ("hook", "two"):
        write_hook(repo, "#!/bin/evil\n")
    if change == "new hook":
        write_hook(repo, "#!/bin/sh\n", "pre-push")
        assert "beside" not in why(repository)
    if change == "no hook":
        (repo.root / ".git/hooks/pre-commit").unlink()
    if change in ("filter", "two"):
        repo.git("config", "filter.x.clean", "evil")
    if change == "script":
        repo.write({"tools/clean.sh": "evil\n"})
    if change == "new setting":
        repo.git("config", "core.pager", "evil")
    found = trust_of(repository)
    assert (found.trusted, found.stale, found.why) == (False, True, said[change])
    kind = "filter" if change in ("filter", "script") else "hook"
    assert found.word == words.get(change, f"restricted: {kind} changed")
    with pytest.raises(RestrictedError, match=said[change]):
        require_trust(repository, "commit to a branch of")


def test_putting_it_back_as_it_was_makes_it_trusted_again(repo: Repo, repository: Repository) -> None:
    trust_it(repository)
    write_hook(repo, "#!/bin/evil\n")
    assert not trust_of(repository).trusted
    write_hook(repo, "#!/bin/sh\n")
    assert trust_of(repository).trusted


def test_unrelated_edits_leave_it_trusted(repo: Repo, repository: Repository) -> None:
    trust_it(repository)
    repo.commit({"a.txt": "b\n", "new/.gitattributes": "*.png -text\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.git("config", "branch.topic.remote", "origin")
    repo.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    repo.git("config", "user.name", "Somebody")
    assert trust_of(repository).trusted


def test_work_trees_of_one_repository_are_trusted_together_while_they_could_run_the_same(
    repo: Repo, repository: Repository
) -> None:
    trust_it(repository)
    repo.git("worktree", "add", "-q", "../linked")
    other = Repo(repo.root.parent / "linked")
    linked = open_repository(other.root)
    try:
        assert trust_of(linked).trusted
        other.write({"tools/clean.sh": "evil\n"})
        assert why(linked) == "filter x, clean changed since you trusted it"
        assert trust_of(repository).trusted
        trust_it(linked)
        assert trust_of(repository).trusted
        write_hook(repo, "#!/bin/evil\n")
        assert why(linked) == why(repository) == "hook pre-commit changed since you trusted it"
        write_hook(repo, "#!/bin/sh\n")
        assert withdraw(linked)
        assert why(linked) == why(repository) == NEVER
    finally:
        linked.close()


def test_what_was_trusted_before_something_else_was_is_not_trusted_any_more(
    repo: Repo, repository: Repository
) -> None:
    trust_it(repository)
    write_hook(repo, "#!/bin/bash\n")
    trust_it(repository)
    write_hook(repo, "#!/bin/sh\n")
    assert not trust_of(repository).trusted


def test_a_repository_put_in_its_place_is_restricted(repo: Repo, repository: Repository) -> None:
    trust_it(repository)
    (repo.root / ".git").rename(repo.root.parent / "old.git")
    os.system(f"cp -rp '{repo.root.parent}/old.git' '{repo.root}/.git'")
    again = open_repository(repo.root)
    assert why(again) == "another repository stands in its place since you trusted it"
    again.close()


def test_a_damaged_record_restricts_and_says_so(repository: Repository) -> None:
    trust_it(repository)
    grant_path(repository.found.common_dir, str(repository.work_tree)).write_bytes(b"{")
    assert "the record of trust" in why(repository)
    assert "is damaged" in why(repository)
    trust_it(repository)


def test_a_repository_that_names_nothing_is_restricted_too(tmp_path: Path) -> None:
    plain = new_repo(tmp_path / "plain")
    opened = open_repository(plain.root)
    try:
        with pytest.raises(RestrictedError, match="it names no program now"):
            require_trust(opened, "write the index of")
        trust_it(opened)
        write_hook(plain, "#!/bin/sh\n")
        assert why(opened) == "hook pre-commit is new since you trusted it"
    finally:
        opened.close()


def test_hostile_names_are_boxed_in_sentences_and_lists(repo: Repo, repository: Repository) -> None:
    repo.git("config", "filter.a\u202eb.clean", "one\ntwo\x1b[31m")
    (repo.root / ".git/hooks/pre-commit").rename(repo.root / ".git/hooks/pre\ncommit")
    with pytest.raises(RestrictedError) as refused:
        require_trust(repository, "write the index of")
    assert "hook pre⟦U+000A⟧commit" in refused.value.message
    assert "\n" not in refused.value.message
    filters = [each for each in trust_of(repository).surface.programs if "\u202e" in each.where]
    assert told(filters[0], (), 5)[0] == "filter a⟦U+202E⟧b, clean: one⟦U+000A⟧two⟦U+001B⟧[31m"
