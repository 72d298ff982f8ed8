"""Looking runs nothing: every known way in which a repository names a program, each tripped by plain
git first.
"""

from __future__ import annotations

import hashlib
import os
import pty
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.repos import CLEAN, Repo, new_repo
from workbench.git import runner
from workbench.git.repository import Repository
from workbench.git.worktree import Write, plan


@dataclass
class Trap:
    """A program that leaves a mark when it is run."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    then: str = "exit 1"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)

    @property
    def program(self) -> str:
        place = self.folder / "trap"
        place.write_text(f"#!/bin/sh\necho x >> '{self.folder}/tripped'\n{self.then}\n")
        place.chmod(0o755)
        return str(place)

    def was_run(self) -> bool:
        return (self.folder / "tripped").exists()

    def reset(self) -> None:
        (self.folder / "tripped").unlink()


Setting = Callable[[Repo, Trap], None]


def config(name: str, *, attribute: str = "", prefix: str = "") -> Setting:
    def put(repo: Repo, trap: Trap) -> None:
        if name.endswith((".clean", ".smudge")):
            trap.then = "cat"
        repo.git("config", name, prefix + trap.program)
        if attribute:
            (repo.root / ".gitattributes").write_text(f"*.py {attribute}\n")

    return put


def hook(name: str, *, path: str = "") -> Setting:
    def put(repo: Repo, trap: Trap) -> None:
        folder = repo.root / (path or ".git/hooks")
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(Path(trap.program).read_bytes())
        (folder / name).chmod(0o755)
        if path:
            repo.git("config", "core.hooksPath", str(folder))

    return put


def named_hook(repo: Repo, trap: Trap) -> None:
    repo.git("config", "hook.evil.command", trap.program)
    repo.git("config", "hook.evil.event", "reference-transaction")


def included(repo: Repo, trap: Trap) -> None:
    (repo.root / "evil.config").write_text(f"[core]\n\tfsmonitor = {trap.program}\n")
    repo.git("config", "include.path", "../evil.config")


def worktree_config(repo: Repo, trap: Trap) -> None:
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "diff.external", trap.program)


def signed_commit(repo: Repo, trap: Trap) -> None:
    head = repo.git("cat-file", "commit", "HEAD")
    above, _, below = head.partition(b"\n\n")
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----"
    made = repo.git(
        "hash-object", "-t", "commit", "-w", "--stdin", data=above + b"\n" + signature + b"\n\n" + below
    )
    repo.git("update-ref", "HEAD", made.decode().strip())
    repo.git("config", "gpg.program", trap.program)
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "format.pretty", "%G?")


def remote(name: str) -> Setting:
    def put(repo: Repo, trap: Trap) -> None:
        repo.git("config", "remote.origin.url", "ssh://example.invalid/x")
        repo.git("config", name, trap.program)

    return put


def promisor(repo: Repo, trap: Trap) -> None:
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::{trap.program}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "protocol.ext.allow", "always")


def alternate_refs(repo: Repo, trap: Trap) -> None:
    other = new_repo(repo.root.parent / "other")
    other.commit({"x": "x"})
    (repo.root / ".git/objects/info").mkdir(exist_ok=True)
    (repo.root / ".git/objects/info/alternates").write_text(f"{other.root}/.git/objects\n")
    repo.git("config", "core.alternateRefsCommand", trap.program)


def submodule(name: str, attribute: str = "") -> Setting:
    def put(repo: Repo, trap: Trap) -> None:
        inner = new_repo(repo.root / "sub")
        inner.commit({"inner.py": "one\n"})
        repo.git("add", "sub")
        repo.git("commit", "-q", "-m", "a submodule")
        inner.git("config", name, trap.program)
        if attribute:
            inner.write({".gitattributes": f"*.py {attribute}\n"})
        inner.write({"inner.py": "two\n"})

    return put


def environment(name: str) -> Setting:
    def put(repo: Repo, trap: Trap) -> None:
        trap.env[name] = trap.program

    return put


def plain(*args: str, data: bytes | None = None) -> Setting:
    def run(repo: Repo, trap: Trap) -> None:
        repo.try_git(*args, data=data, env=trap.env)

    return run


def on_a_terminal(*args: str) -> Setting:
    def run(repo: Repo, trap: Trap) -> None:
        ours, theirs = pty.openpty()
        env = {**os.environ, **CLEAN, "TERM": "xterm"}
        subprocess.run(["git", *args], cwd=repo.root, env=env, stdout=theirs, stderr=theirs, check=False)
        os.close(theirs)
        os.close(ours)

    return run


MISSING = "1234567890" * 4
ASK = b"protocol=https\nhost=example.invalid\n\n"
STATUS, DIFF = plain("status"), plain("diff")

VECTORS: dict[str, tuple[Setting, Setting]] = {
    "fsmonitor": (config("core.fsmonitor"), STATUS),
    "fsmonitor from an included file": (included, STATUS),
    "external diff": (config("diff.external"), DIFF),
    "external diff in the config of the work tree": (worktree_config, DIFF),
    "external diff from the environment": (environment("GIT_EXTERNAL_DIFF"), DIFF),
    "diff driver": (config("diff.evil.command", attribute="diff=evil"), DIFF),
    "textconv": (config("diff.evil.textconv", attribute="diff=evil"), DIFF),
    "clean filter": (config("filter.evil.clean", attribute="filter=evil"), DIFF),
    "smudge filter": (
        config("filter.evil.smudge", attribute="filter=evil"),
        plain("cat-file", "--filters", "HEAD:edited.py"),
    ),
    "process filter": (config("filter.evil.process", attribute="filter=evil"), DIFF),
    "hook": (hook("reference-transaction"), plain("update-ref", "refs/x/y", "HEAD")),
    "hook of the index": (hook("post-index-change"), plain("update-index", "--force-write-index")),
    "hooks path": (hook("reference-transaction", path="hooks"), plain("update-ref", "refs/x/y", "HEAD")),
    "hook named by config": (named_hook, plain("update-ref", "refs/x/y", "HEAD")),
    "pager": (config("core.pager"), on_a_terminal("--paginate", "log")),
    "editor": (config("core.editor"), plain("commit", "--allow-empty")),
    "askpass": (config("core.askPass"), plain("credential", "fill", data=ASK)),
    "credential helper": (config("credential.helper", prefix="!"), plain("credential", "fill", data=ASK)),
    "signature check": (signed_commit, plain("log")),
    "ssh command": (remote("core.sshCommand"), plain("fetch")),
    "promisor remote": (promisor, plain("cat-file", "-p", MISSING)),
    "alternate refs": (alternate_refs, plain("rev-list", "--alternate-refs")),
    "alias": (config("alias.diff-tree-of-ours", prefix="!"), plain("diff-tree-of-ours")),
    "fsmonitor of a submodule": (submodule("core.fsmonitor"), STATUS),
    "clean filter of a submodule": (submodule("filter.evil.clean", "filter=evil"), STATUS),
    "textconv of a submodule": (
        submodule("diff.evil.textconv", "diff=evil"),
        plain("diff", "--submodule=diff"),
    ),
}
# Plain git of this age does not read it, so nothing could be shown by not running it.
YOUNGER = {"hook named by config": (2, 54)}


def git_version() -> tuple[int, ...]:
    said = subprocess.run(["git", "version"], capture_output=True, check=True, text=True).stdout.split()[2]
    return tuple(int(part) for part in said.split(".")[:2])


def hostile(root: Path) -> Repo:
    repo = new_repo(root)
    repo.commit({"edited.py": "one\ntwo\n", "kept.py": "kept\n", "gone.py": "gone\n"})
    repo.commit({"edited.py": "one\ntwo\nthree\n"})
    return repo


def edit(repo: Repo) -> None:
    repo.write({"edited.py": "one\n2\nthree\n", "new.py": "new\n"})
    (repo.root / "gone.py").unlink()


def contents(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Every file below a folder: its mode, its time, its bytes.

    Of objects not the time: git renews that of one that it would have written, so that no `gc` takes it.
    """
    found = {}
    for place in sorted(folder.rglob("*")):
        info = place.lstat()
        if stat.S_ISREG(info.st_mode):
            digest = hashlib.sha256(place.read_bytes()).hexdigest()
            name = str(place.relative_to(folder))
            found[name] = (info.st_mode, 0 if name.startswith("objects/") else info.st_mtime_ns, digest)
    return found


def read_everything(repo: Repo, data: Path) -> None:
    """Every reading feature of the git floor, twice where the second time takes another way."""
    repository = Repository.open(repo.root, data)
    head = repository.head()
    repository.head()
    repository.upstream_merge_base()
    for text in ("HEAD", "HEAD~1..HEAD", "HEAD~1...HEAD"):
        found = repository.resolve(text)
        repository.file_changes(found.base_tree, found.tree)
    snapshot = repository.snapshot()
    repository.snapshot(staged=True)
    with (repo.root / "kept.py").open("ab") as stream:
        stream.write(b"more\n")
    snapshot = repository.snapshot()
    files = repository.file_changes(head.tree, snapshot.tree)
    assert {"edited.py", "new.py", "gone.py", "kept.py"} <= {file.path for file in files}
    assert [file.path for file in repository.stream_changes(head.tree, snapshot.tree)] == [
        f.path for f in files
    ]
    repository.patch_between(head.tree, snapshot.tree)
    repository.blobs(repository.entry(snapshot.tree, path)[1] for path in ("kept.py", "new.py"))  # type: ignore[index]
    repository.blob_size(repository.entry(snapshot.tree, "kept.py")[1])  # type: ignore[index]
    repository.tree_paths(snapshot.tree)
    repository.compose_tree(head.tree, {"composed.py": ("100644", b"composed\n")})
    repository.merge(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n")
    repository.keep("review", "1", head.tree, snapshot.tree)
    plan(repository, [Write("kept.py", ("100644", b"kept\n"), ("100644", b"KEPT\n"))])
    repository.close()


@pytest.mark.skipif(os.name != "posix", reason="the traps are shell scripts")
@pytest.mark.parametrize("name", VECTORS)
def test_reading_runs_no_program_that_the_repository_names(
    name: str, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if git_version() < YOUNGER.get(name, (0,)):
        pytest.skip("this git does not know that way yet")
    repo, trap = hostile(tmp_path / "repo"), Trap(tmp_path / "trap")
    setting, control = VECTORS[name]
    setting(repo, trap)
    edit(repo)
    control(repo, trap)
    assert trap.was_run(), "plain git does not trip this trap, so the test shows nothing"
    trap.reset()
    before = contents(repo.root / ".git")
    for variable, value in trap.env.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(runner, "_git", None)
    read_everything(repo, data / "started directly")
    runner.load()
    read_everything(repo, data / "started by GitPython")
    assert not trap.was_run()
    assert contents(repo.root / ".git") == before


def test_a_relative_entry_of_the_path_names_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = Trap(tmp_path / "bin")
    Path(trap.program).rename(tmp_path / "bin" / "git")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"bin:.:{os.environ['PATH']}")
    monkeypatch.setattr(runner, "_program", None)
    assert os.path.isabs(runner.program())
    assert runner.program() != str(tmp_path / "bin" / "git")
