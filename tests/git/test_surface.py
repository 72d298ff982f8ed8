"""The executable surface: every program is named, its bytes are bound, and finding it runs nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git.conftest import Opening
from tests.hostile import VECTORS, changed, contents, set_trap
from tests.repos import Repo, new_repo
from workbench.errors import UserError
from workbench.git import configuration, hook_files
from workbench.git.surface import Surface, read_surface

pytestmark = pytest.mark.skipif(os.name != "posix", reason="hooks are told by their modes")

ELSEWHERE = ("environment", "nested", "embedded", "exec of a rebase")
"""Ways in which not the repository's configuration and hooks name a program."""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"a.txt": "a\n", "tools/clean.sh": "#!/bin/sh\ncat\n"})
    return made


@pytest.fixture
def read(opened: Opening, repo: Repo) -> Callable[[], Surface]:
    return lambda: read_surface(opened(repo))


def named(surface: Surface) -> dict[str, str]:
    return {program.where: program.command for program in surface.programs}


def hook(repo: Repo, name: str = "pre-commit", text: str = "#!/bin/sh\n", folder: str = ".git/hooks") -> Path:
    place = repo.root / folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(0o755)
    return place


# Nothing is run ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTORS)
def test_finding_what_could_run_runs_nothing_and_finds_it(
    name: str, tmp_path: Path, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = VECTORS[name].why_not()
    if why:
        pytest.skip(why)
    repo, trap = set_trap(name, tmp_path)
    before = contents(repo.root)
    for variable, value in trap.env.items():
        monkeypatch.setenv(variable, value)
    surface = read_surface(opened(repo))
    assert not trap.was_run(), trap.said()
    assert not changed(before, contents(repo.root))
    if not any(word in name for word in ELSEWHERE):
        texts = [program.command + program.text for program in surface.programs]
        assert any(str(trap.folder) in text for text in texts), named(surface)


def test_a_plain_repository_names_nothing(read: Callable[[], Surface]) -> None:
    assert read().programs == ()


def test_samples_and_files_that_are_not_executable_are_no_hooks(
    repo: Repo, read: Callable[[], Surface]
) -> None:
    hook(repo, "pre-commit.sample")
    hook(repo, "pre-push").chmod(0o644)
    assert read().programs == ()


# Each kind is named --------------------------------------------------------------------------------


def test_hooks_and_what_lies_beside_them_are_named(repo: Repo, read: Callable[[], Surface]) -> None:
    hook(repo)
    hook(repo, "pre-commit.legacy")
    (repo.root / ".git/hooks/common.sh").write_text("x=1\n")
    hook(repo, "10-lint", folder=".git/hooks/pre-commit.d")
    assert named(read()) == {
        "hook pre-commit": ".git/hooks/pre-commit",
        "hook pre-commit.legacy": ".git/hooks/pre-commit.legacy",
        "beside the hooks, common.sh": ".git/hooks/common.sh",
        "beside the hooks, pre-commit.d/10-lint": ".git/hooks/pre-commit.d/10-lint",
    }


def test_huskys_hooks_are_found_in_the_folder_above(repo: Repo, read: Callable[[], Surface]) -> None:
    repo.git("config", "core.hooksPath", ".husky/_")
    hook(repo, folder=".husky/_", text='#!/bin/sh\n. "${0%/*}/h"\n')
    (repo.root / ".husky/_/h").write_text('sh -e ".husky/${0##*/}"\n')
    (repo.root / ".husky/pre-commit").write_text("npm test\n")
    before = read()
    assert named(before)["beside the hooks, ../pre-commit"] == ".husky/pre-commit"
    (repo.root / ".husky/pre-commit").write_text("npm run evil\n")
    assert read().digest != before.digest


def test_a_hooks_path_of_the_users_own_is_followed(
    repo: Repo, home: Path, read: Callable[[], Surface]
) -> None:
    hook(repo)
    mine = home / "hooks" / "pre-push"
    mine.parent.mkdir()
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    (home / ".gitconfig").write_text("[core]\n\thooksPath = ~/hooks\n")
    assert named(read()) == {"hook pre-push": str(mine)}
    repo.git("config", "core.hooksPath", ".git/hooks")
    assert named(read()) == {"hook pre-commit": ".git/hooks/pre-commit"}


def test_a_work_tree_as_folder_of_hooks_does_not_bind_the_work_tree(
    repo: Repo, read: Callable[[], Surface]
) -> None:
    repo.git("config", "core.hooksPath", ".")
    hook(repo, folder=".")
    before = read()
    assert named(before) == {"hook pre-commit": "pre-commit"}
    repo.write({"a.txt": "other\n"})
    assert read() == before


def test_hooks_named_by_a_setting_are_named_with_their_events(
    repo: Repo, home: Path, read: Callable[[], Surface]
) -> None:
    for key, value in (("command", "lint --fix"), ("event", "pre-commit"), ("event", "pre-push")):
        repo.git("config", "--add", f"hook.lint.{key}", value)
    (home / ".gitconfig").write_text('[hook "mine"]\n\tcommand = mine\n\tevent = post-commit\n')
    assert named(read()) == {
        "hook pre-commit, pre-push (lint)": "lint --fix",
        "hook post-commit (mine)": "mine",
    }
    repo.git("config", "hook.lint.enabled", "false")
    assert "hook pre-commit, pre-push (lint)" not in named(read())


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("filter.x.clean", "tidy", "filter x, clean"),
        ("filter.x.smudge", "tidy", "filter x, smudge"),
        ("filter.x.process", "tidy", "filter x, process"),
        ("filter.a b.c.clean", "true", "filter a b.c, clean"),
        ("diff.x.command", "d", "diff driver x"),
        ("diff.x.textconv", "d", "diff driver x, textconv"),
        ("merge.x.driver", "m %A", "merge driver x"),
        ("diff.external", "d", "external diff"),
        ("core.fsmonitor", "watch", "file system monitor"),
        ("core.sshCommand", "ssh -v", "ssh command"),
        ("core.editor", "vi", "editor"),
        ("core.pager", "less", "pager"),
        ("pager.log", "less", "pager of log"),
        ("gpg.program", "gpg2", "signatures"),
        ("gpg.ssh.program", "ssh-keygen", "signatures, ssh"),
        ("credential.helper", "!f", "credential helper"),
        ("credential.https://x.helper", "!f", "credential helper for https://x"),
        ("alias.go", "!go", "alias go"),
        ("core.alternateRefsCommand", "refs", "alternate refs"),
        ("remote.o.url", "ext::sh -c evil", "remote o"),
        ("url.ext::sh.insteadOf", "https:", "addresses https:"),
        ("submodule.s.update", "!up", "update of submodule s"),
        ("lfs.customtransfer.t.path", "t", "Git LFS, customtransfer.t"),
        ("some.future.command", "run", "setting some.future.command"),
    ],
)
def test_each_setting_that_names_a_program_is_named(
    key: str, value: str, where: str, repo: Repo, read: Callable[[], Surface]
) -> None:
    before = read().digest
    repo.git("config", key, value)
    after = read()
    assert named(after) == {where: value}
    assert after.programs[0].origin == ".git/config"
    repo.git("config", key, value + "x")
    assert len({before, after.digest, read().digest}) == 3


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.fsmonitor", "true"),
        ("pager.log", "false"),
        ("alias.st", "status"),
        ("remote.o.url", "https://example.invalid/x"),
        ("remote.o.fetch", "+refs/heads/*:refs/remotes/o/*"),
        ("branch.main.remote", "o"),
        ("user.name", "Somebody"),
        ("submodule.s.update", "rebase"),
        ("filter.x.required", "true"),
    ],
)
def test_settings_that_run_nothing_change_nothing(
    key: str, value: str, repo: Repo, read: Callable[[], Surface]
) -> None:
    hook(repo)
    before = read()
    repo.git("config", key, value)
    assert read() == before


def test_of_the_users_own_settings_only_what_the_repository_makes_run_counts(
    repo: Repo, home: Path, read: Callable[[], Surface]
) -> None:
    (home / ".gitconfig").write_text(
        "[core]\n\teditor = vi\n[alias]\n\tx = !x\n[credential]\n\thelper = store\n"
        '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n[diff "pdf"]\n\ttextconv = pdftotext\n'
    )
    assert named(read()) == {}
    repo.write({".gitattributes": "*.bin filter=lfs\n"})
    assert named(read()) == {"filter lfs, clean": "git-lfs clean -- %f"}


@pytest.mark.parametrize("place", ["index", "HEAD", "below", "info", "own", "named", "mark", "macro", "huge"])
def test_attributes_choose_filters_wherever_they_stand(
    place: str, repo: Repo, home: Path, read: Callable[[], Surface]
) -> None:
    (home / ".gitconfig").write_text('[filter "lfs"]\n\tclean = git-lfs clean\n')
    text = b"*.bin filter=lfs\n"
    file = repo.root / ".gitattributes"
    if place in ("index", "HEAD"):
        repo.commit({".gitattributes": text})
        file.unlink()
        if place == "HEAD":
            repo.git("rm", "-q", "--cached", ".gitattributes")
    elif place == "below":
        repo.write({"tools/.gitattributes": text})
    elif place == "info":
        repo.write({".git/info/attributes": text})
    elif place == "own":
        (home / ".config/git").mkdir(parents=True)
        (home / ".config/git/attributes").write_bytes(text)
    elif place == "named":
        (home / "attributes").write_bytes(text)
        with (home / ".gitconfig").open("a") as config:
            config.write("[core]\n\tattributesFile = ~/attributes\n")
    else:
        texts = {
            "mark": b"\xef\xbb\xbf" + text,
            "macro": b"[attr]big\tfilter=lfs -text\r\n*.bin big\r\n",
            "huge": b"#" * (1 << 20) + b"\n",
        }
        file.write_bytes(texts[place])
    assert named(read()) == {"filter lfs, clean": "git-lfs clean"}


def test_worktree_settings_and_linked_work_trees_are_read(
    repo: Repo, tmp_path: Path, opened: Opening, read: Callable[[], Surface]
) -> None:
    hook(repo)
    repo.git("worktree", "add", "-q", "../linked")
    linked = Repo(tmp_path / "linked")
    assert named(read()) == {"hook pre-commit": ".git/hooks/pre-commit"}
    assert read_surface(opened(linked)) == read()
    repo.git("config", "extensions.worktreeConfig", "true")
    linked.git("config", "--worktree", "core.pager", "evil")
    assert "pager" in named(read_surface(opened(linked)))
    assert "pager" not in named(read())


def test_a_populated_submodule_is_looked_into(repo: Repo, read: Callable[[], Surface]) -> None:
    inner = new_repo(repo.root / "sub")
    inner.commit({"x": "x\n"})
    repo.git("add", "sub")
    before = read()
    assert before.programs == ()
    inner.git("config", "filter.evil.clean", "./x")
    first = read()
    assert named(first) == {"submodule sub: filter evil, clean": "./x"}
    assert first.programs[0].origin == "sub/.git/config"
    inner.write({"x": "evil\n"})
    assert read().digest != first.digest


def test_an_included_file_is_named_and_bound_by_its_bytes(repo: Repo, read: Callable[[], Surface]) -> None:
    repo.git("config", "include.path", "../shared.config")
    repo.git("config", "includeIf.onbranch:release.path", "../release.config")
    before = read()
    assert named(before) == {
        "included configuration": "../shared.config",
        "included configuration, if onbranch:release": "../release.config",
    }
    repo.write({"shared.config": "[core]\n\tpager = evil\n"})
    assert named(read())["pager"] == "evil"
    middle = read()
    repo.write({"release.config": "[user]\n\tname = x\n"})
    assert len({before.digest, middle.digest, read().digest}) == 3


# What is bound -------------------------------------------------------------------------------------


def test_the_bytes_of_a_hook_are_bound_and_its_time_is_not(repo: Repo, read: Callable[[], Surface]) -> None:
    place = hook(repo)
    before = read()
    os.utime(place, (1, 1))
    assert read() == before
    place.write_text("#!/bin/zs\n")  # as long as it was
    assert read().digest != before.digest
    place.write_text("#!/bin/sh\n")
    assert read() == before
    place.chmod(0o644)
    assert read().programs == ()


def test_a_symlinked_hook_binds_its_target(repo: Repo, tmp_path: Path, read: Callable[[], Surface]) -> None:
    target = tmp_path / "shared-hook"
    target.write_text("#!/bin/sh\n")
    target.chmod(0o755)
    link = repo.root / ".git/hooks/pre-commit"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("middle")
    link.with_name("middle").symlink_to(target)
    before = read()
    assert named(before)["hook pre-commit"] == ".git/hooks/pre-commit"
    link.with_name("middle").unlink()
    link.with_name("middle").symlink_to("../hooks/../../../shared-hook")
    assert read().digest != before.digest
    target.write_text("#!/bin/sh\nevil\n")
    middle = read()
    target.unlink()
    dead = read()
    assert "hook pre-commit" in named(dead)
    assert len({before.digest, middle.digest, dead.digest}) == 3


@pytest.mark.parametrize(
    "command",
    [
        "./tools/clean.sh",
        "tools/clean.sh %f",
        "sh -e tools/clean.sh",
        "{root}/tools/clean.sh",
        '"$(git rev-parse --show-toplevel)/tools/clean.sh"',
        "sh -c 'exec ./tools/clean.sh'",
        "f() { . ./tools/clean.sh; }; f",
        "$GIT_DIR/../tools/clean.sh",
        "LC_ALL=C ./tools/clean.sh",
        "sh <tools/clean.sh",
        "./tools/with\\ blank.sh",
        "'./tools/with blank.sh'",
    ],
)
def test_a_file_of_the_repository_that_a_command_names_is_bound(
    command: str, repo: Repo, read: Callable[[], Surface]
) -> None:
    repo.git("config", "filter.x.clean", command.replace("{root}", str(repo.root)))
    repo.write({"tools/with blank.sh": "cat\n", "tools/other.sh": "cat\n"})
    before = read()
    repo.write({"tools/other.sh": "changed\n"})
    assert read() == before
    repo.write({"tools/clean.sh": "evil\n", "tools/with blank.sh": "evil\n"})
    assert read().digest != before.digest


def test_text_of_a_hook_is_what_was_bound(repo: Repo, read: Callable[[], Surface]) -> None:
    hook(repo, text="#!/bin/sh\nmake\n")
    hook(repo, "pre-push", text="x" * 50_000)
    (repo.root / ".git/hooks/binary").write_bytes(b"\x7fELF\0")
    texts = {program.where: program.text for program in read().programs}
    assert texts["hook pre-commit"] == "#!/bin/sh\nmake\n"
    assert "30,000 more bytes" in texts["hook pre-push"]
    assert texts["beside the hooks, binary"] == "(A binary file of 5 bytes.)"


# Hostile repositories ------------------------------------------------------------------------------


def test_a_pipe_as_hook_is_named_and_not_waited_for(repo: Repo, read: Callable[[], Surface]) -> None:
    place = repo.root / ".git/hooks/pre-commit"
    place.parent.mkdir(exist_ok=True)
    os.mkfifo(place, 0o755)
    repo.git("config", "filter.x.clean", ".git/hooks/pre-commit")
    before = read()
    assert named(before)["hook pre-commit"] == ".git/hooks/pre-commit"
    place.unlink()
    os.mkfifo(place, 0o755)
    assert read().digest != before.digest


def test_a_huge_hook_is_bound_by_its_size_and_times(repo: Repo, read: Callable[[], Surface]) -> None:
    place = hook(repo)
    with place.open("wb") as file:
        file.truncate(64 << 30)
    before = read()
    assert read() == before
    with place.open("r+b") as file:
        file.write(b"#!/bin/evil\n")
    assert read().digest != before.digest


def test_hostile_text_in_settings_stays_one_program(repo: Repo, read: Callable[[], Surface]) -> None:
    value = 'x"\nhook pre-commit: harmless\n\x1b[2J\u202eevil\n[core]\n\tpager = no'
    repo.git("config", "filter.x.clean", value)
    repo.git("config", b"filter.y.smudge", b"caf\xe9")
    found = named(read())
    assert found == {"filter x, clean": value, "filter y, smudge": os.fsdecode(b"caf\xe9")}


def test_names_of_hooks_that_are_not_utf8_are_named(repo: Repo, read: Callable[[], Surface]) -> None:
    name = os.fsdecode(b"pre\xff\ncommit")
    hook(repo, name)
    assert named(read()) == {f"hook {name}": f".git/hooks/{name}"}


def test_too_many_files_beside_hooks_are_refused(
    repo: Repo, read: Callable[[], Surface], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_files, "MOST_FILES", 5)
    hook(repo)
    for number in range(5):
        (repo.root / f".git/hooks/{number}").write_text("")
    with pytest.raises(UserError, match="too many to be bound"):
        read()


@pytest.mark.skipif(os.geteuid() == 0 if os.name == "posix" else True, reason="root lists every folder")
def test_a_folder_of_hooks_that_cannot_be_listed_is_refused(repo: Repo, read: Callable[[], Surface]) -> None:
    folder = hook(repo).parent
    folder.chmod(stat.S_IXUSR)
    try:
        with pytest.raises(UserError, match="cannot be listed"):
            read()
    finally:
        folder.chmod(0o755)


def test_an_included_pipe_ends_in_a_sentence(
    repo: Repo, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "SECONDS", 0.5)
    repository = opened(repo)
    os.mkfifo(repo.root / "pipe")
    with (repo.root / ".git/config").open("a") as config:
        config.write("[include]\n\tpath = ../pipe\n")
    with pytest.raises(UserError, match="within"):
        read_surface(repository)


def test_broken_settings_end_in_a_sentence(repo: Repo, opened: Opening) -> None:
    repository = opened(repo)
    with (repo.root / ".git/config").open("a") as config:
        config.write("[broken\n")
    with pytest.raises(UserError, match="cannot be read"):
        read_surface(repository)


def test_a_repository_without_a_commit_has_a_surface(tmp_path: Path, opened: Opening) -> None:
    unborn = new_repo(tmp_path / "unborn")
    hook(unborn)
    assert named(read_surface(opened(unborn))) == {"hook pre-commit": ".git/hooks/pre-commit"}
