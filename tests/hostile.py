"""Every known way in which a repository, or the environment, makes git run a program, write or connect.

Each is a `Vector`: how it is set, and what plain git is asked to do so that it is seen to work. A trap is
a mark in a folder: a program that leaves it, or a place where git itself would write it.
"""

from __future__ import annotations

import hashlib
import os
import pty
import socket
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.repos import CLEAN, Repo, new_repo

MISSING = "1234567890" * 4
ASK = b"protocol=https\nhost=example.invalid\n\n"


@dataclass
class Trap:
    """A program that leaves a mark when it is run. `env` is what the vector puts into the environment."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    then: str = "exit 1"
    port: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def program(self) -> str:
        """A program that passes its input on, for what stands between git and bytes that it needs."""
        return self.named("trap")

    @property
    def mark(self) -> Path:
        return self.folder / "tripped"

    def named(self, name: str) -> str:
        place = self.folder / name
        if not place.exists():
            place.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{self.mark}'\n{self.then}\n")
            place.chmod(0o755)
        return str(place)

    def passing(self) -> str:
        """The same, but it passes its input on: what a filter has to do."""
        place = self.folder / "passing"
        place.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{self.mark}'\ncat\n")
        place.chmod(0o755)
        return str(place)

    def was_run(self) -> bool:
        return self.mark.exists()

    def said(self) -> str:
        """What ran, for the message of a failing test."""
        return self.mark.read_text(errors="replace") if self.mark.is_file() else str(self.mark.exists())

    def reset(self) -> None:
        if self.mark.is_dir():
            subprocess.run(["rm", "-rf", str(self.mark)], check=True)
        else:
            self.mark.unlink()


Step = Callable[[Repo, Trap], None]


@dataclass(frozen=True)
class Vector:
    """`put` arranges it in a repository with two commits; `control` is plain git, which trips it.

    `since`: the first git that knows this way. `alone`: it stands in the way of others; `early`: it makes
    commits or refs, which others would stand in the way of.
    """

    put: Step
    control: Step
    since: tuple[int, ...] = ()
    alone: bool = False
    early: bool = False

    def why_not(self) -> str:
        """Why the installed git cannot show it, or nothing."""
        here = git_version()
        said = ".".join(map(str, here))
        if here < self.since:
            return f"git {said} does not know it yet, {'.'.join(map(str, self.since))} does"
        return ""


def git_version() -> tuple[int, ...]:
    said = subprocess.run(["git", "version"], capture_output=True, check=True, text=True).stdout.split()[2]
    return tuple(int(part) for part in said.split(".")[:2])


# How a vector is put -----------------------------------------------------------------------------


def together(*steps: Step) -> Step:
    def put(repo: Repo, trap: Trap) -> None:
        for step in steps:
            step(repo, trap)

    return put


def attribute(text: str) -> Step:
    """An attribute for every Python file, in the work tree and, as the base has it, nowhere else."""

    def put(repo: Repo, trap: Trap) -> None:
        place = repo.root / ".gitattributes"
        place.write_bytes((place.read_bytes() if place.exists() else b"") + f"*.py {text}\n".encode())

    return put


def setting(name: str, value: str) -> Step:
    return lambda repo, trap: put_setting(repo, name, value)


def put_setting(repo: Repo, name: str, value: str) -> None:
    repo.git("config", name, value)


def config(name: str, *, before: str = "", passing: bool = False) -> Step:
    """A setting that names the trap."""

    def put(repo: Repo, trap: Trap) -> None:
        put_setting(repo, name, before + (trap.passing() if passing else trap.program))

    return put


def driver(name: str, attribute_text: str, *, passing: bool = False) -> Step:
    return together(config(name, passing=passing), attribute(attribute_text))


def hook(name: str, *, folder: str = "") -> Step:
    def put(repo: Repo, trap: Trap) -> None:
        place = repo.root / (folder or ".git/hooks")
        place.mkdir(exist_ok=True)
        (place / name).write_bytes(Path(trap.program).read_bytes())
        (place / name).chmod(0o755)
        if folder:
            put_setting(repo, "core.hooksPath", str(place))

    return put


def named_hook(event: str) -> Step:
    return together(config(f"hook.{event}-of-mine.command"), setting(f"hook.{event}-of-mine.event", event))


def included(name: str) -> Step:
    def put(repo: Repo, trap: Trap) -> None:
        (repo.root / "evil.config").write_text(f"[core]\n\tfsmonitor = {trap.program}\n")
        put_setting(repo, name, "../evil.config")

    return put


def worktree_config(repo: Repo, trap: Trap) -> None:
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "diff.external", trap.program)


def signed(kind: str, program: str) -> Step:
    """A commit with a signature on top of HEAD, and a program that shall check it."""

    def put(repo: Repo, trap: Trap) -> None:
        head = repo.git("cat-file", "commit", "HEAD")
        above, _, below = head.partition(b"\n\n")
        signature = f"gpgsig -----BEGIN {kind}-----\n \n aaaa\n -----END {kind}-----".encode()
        made = repo.git(
            "hash-object", "-t", "commit", "-w", "--stdin", data=above + b"\n" + signature + b"\n\n" + below
        )
        repo.git("update-ref", "HEAD", made.decode().strip())
        (trap.folder / "signers").write_text("")
        put_setting(repo, "gpg.ssh.allowedSignersFile", str(trap.folder / "signers"))
        put_setting(repo, program, trap.program)
        put_setting(repo, "log.showSignature", "true")
        put_setting(repo, "format.pretty", "%G?")

    return put


def remote(url: str = "ssh://example.invalid/x", **settings: str) -> Step:
    """A remote; `settings` are for it, `{trap}` stands for the trap."""

    def put(repo: Repo, trap: Trap) -> None:
        put_setting(repo, "remote.origin.url", url.format(trap=trap.program, port=trap.port, root=repo.root))
        for name, value in settings.items():
            put_setting(repo, f"remote.origin.{name}", value.format(trap=trap.program))

    return put


def promisor(url: str) -> Step:
    """A partial clone, with a branch `lost` whose file, and `treeless` whose tree was never fetched."""

    def put(repo: Repo, trap: Trap) -> None:
        tree = repo.git("mktree", "--missing", data=f"100644 blob {MISSING}\tlost.py\n".encode())
        commit = repo.git("commit-tree", tree.decode().strip(), "-p", "HEAD", "-m", "lost").decode().strip()
        repo.git("update-ref", "refs/heads/lost", commit)
        treeless = f"tree {MISSING}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nlost\n".encode()
        commit = repo.git("hash-object", "-t", "commit", "-w", "--stdin", data=treeless).decode().strip()
        repo.git("update-ref", "refs/heads/treeless", commit)
        repo.git("config", "core.repositoryFormatVersion", "1")
        repo.git("config", "extensions.partialClone", "origin")
        remote(url, promisor="true")(repo, trap)
        put_setting(repo, "protocol.ext.allow", "always")

    return put


def alternate_refs(repo: Repo, trap: Trap) -> None:
    other = new_repo(repo.root.parent / "other")
    other.commit({"x": "x"})
    (repo.root / ".git/objects/info").mkdir(exist_ok=True)
    (repo.root / ".git/objects/info/alternates").write_text(f"{other.root}/.git/objects\n")
    put_setting(repo, "core.alternateRefsCommand", trap.program)


def submodule(*steps: Step, git_file: bool = False) -> Step:
    """A populated submodule that is edited, with programs of its own."""

    def put(repo: Repo, trap: Trap) -> None:
        inner = Repo(repo.root / "sub")
        if not inner.root.exists():
            new_repo(inner.root).commit({"inner.py": "one\n"})
            repo.git("add", "sub")
            repo.git("commit", "-q", "-m", "a submodule")
        if git_file:
            (repo.root / ".gitmodules").write_text('[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n')
            repo.git("submodule", "absorbgitdirs", "sub")
        for step in steps:
            step(inner, trap)
        inner.write({"inner.py": "two\n"})

    return put


def update_command(repo: Repo, trap: Trap) -> None:
    submodule()(repo, trap)
    (repo.root / ".gitmodules").write_text('[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n')
    put_setting(repo, "submodule.sub.url", "./sub")
    put_setting(repo, "submodule.sub.update", f"!{trap.program}")
    (repo.root / "sub").rename(repo.root.parent / "sub-was-here")
    subprocess.run(["cp", "-r", str(repo.root.parent / "sub-was-here"), str(repo.root / "sub")], check=True)
    Repo(repo.root / "sub").git("commit", "-q", "--allow-empty", "-m", "moved on")


def nested(*, commit: bool) -> Step:
    """A repository inside the work tree that nobody tracks."""

    def put(repo: Repo, trap: Trap) -> None:
        inner = new_repo(repo.root / ("nested" if commit else "unborn"))
        inner.write({"inner.py": "one\n"})
        if commit:
            inner.commit()
        inner.write({"inner.py": "two\n", ".gitattributes": "*.py filter=evil diff=evil\n"})
        for name in ("core.fsmonitor", "filter.evil.clean", "diff.evil.textconv", "diff.external"):
            put_setting(inner, name, trap.program)

    return put


def embedded_bare(repo: Repo, trap: Trap) -> None:
    """Tracked folders and files that git takes for a repository when it is started inside."""
    bare = repo.root / "fixtures" / "bare"
    bare.mkdir(parents=True)
    Repo(bare).git("init", "-q", "--bare", "-b", "main", ".")
    for name, value in (("core.bare", "false"), ("core.worktree", "../.."), ("core.fsmonitor", trap.program)):
        Repo(bare).git("--git-dir=.", "config", name, value)
    repo.commit({"fixtures/bare/refs/keep": "", "fixtures/bare/objects/keep": ""}, "with a bare repository")


def side_branch(repo: Repo, trap: Trap) -> None:
    """A branch that conflicts with HEAD in `edited.py`, made without a checkout."""
    blob = repo.git("hash-object", "-w", "--stdin", data=b"ONE\ntwo\nthree\n").decode().strip()
    listing = repo.git("ls-tree", "HEAD~1").replace(
        repo.git("rev-parse", "HEAD~1:edited.py").strip(), blob.encode()
    )
    tree = repo.git("mktree", data=listing).decode().strip()
    commit = repo.git("commit-tree", tree, "-p", "HEAD~1", "-m", "side").decode().strip()
    repo.git("update-ref", "refs/heads/side", commit)


def two_packs(repo: Repo, trap: Trap) -> None:
    """So many that git would collect them."""
    repo.git("repack", "-q")
    repo.git("commit", "-q", "--allow-empty", "-m", "one more")
    repo.git("repack", "-q")


def unmerged(repo: Repo, trap: Trap) -> None:
    blob = repo.git("rev-parse", "HEAD:kept.py").decode().strip()
    rows = "".join(f"100644 {blob} {stage}\tkept.py\n" for stage in (1, 2, 3))
    zero = "0" * 40
    repo.git("update-index", "--index-info", data=f"0 {zero}\tkept.py\n{rows}".encode())


def stopped_rebase(repo: Repo, trap: Trap) -> None:
    """A rebase that stopped at its `exec`, which stands in `.git` for the next `--continue`."""
    repo.try_git("rebase", "--exec", trap.program, "HEAD~1", env={"GIT_EDITOR": "true"})
    assert (repo.root / ".git/rebase-merge").is_dir()
    todo = repo.root / ".git/rebase-merge/git-rebase-todo"
    todo.write_text(f"exec {trap.program}\n")


def environment(name: str, value: str = "{trap}") -> Step:
    def put(repo: Repo, trap: Trap) -> None:
        trap.env[name] = value.format(trap=trap.program, mark=trap.mark, folder=trap.folder)

    return put


def environment_setting(name: str, value: str = "{trap}") -> Step:
    """A setting by GIT_CONFIG_COUNT."""
    return together(
        environment("GIT_CONFIG_COUNT", "1"),
        environment("GIT_CONFIG_KEY_0", name),
        environment("GIT_CONFIG_VALUE_0", value),
    )


def global_file(name: str) -> Step:
    """The user's own or the system's settings in a file that the environment names."""

    def put(repo: Repo, trap: Trap) -> None:
        (trap.folder / "config").write_text(
            f"[core]\n\tfsmonitor = {trap.program}\n[trace2]\n\teventTarget = {trap.mark}\n"
            f"[uploadpack]\n\tpackObjectsHook = {trap.program}\n"
        )
        trap.env[name] = str(trap.folder / "config")
        if name == "GIT_CONFIG_SYSTEM":
            trap.env["GIT_CONFIG_NOSYSTEM"] = "0"

    return put


def other_git_dir(repo: Repo, trap: Trap) -> None:
    other = new_repo(trap.folder / "elsewhere")
    other.commit({"edited.py": "elsewhere\n"})
    put_setting(other, "core.fsmonitor", trap.program)
    trap.env["GIT_DIR"] = str(other.root / ".git")


def template(repo: Repo, trap: Trap) -> None:
    folder = trap.folder / "template"
    (folder / "hooks").mkdir(parents=True)
    (folder / "hooks" / "post-checkout").write_bytes(Path(trap.program).read_bytes())
    (folder / "hooks" / "post-checkout").chmod(0o755)
    trap.env["GIT_TEMPLATE_DIR"] = str(folder)


def exec_path(repo: Repo, trap: Trap) -> None:
    for name in ("git-evil", "git-remote-https", "git-submodule", "git-rev-parse", "git-cat-file"):
        trap.named(name)
    trap.env["GIT_EXEC_PATH"] = str(trap.folder)


# What plain git is asked --------------------------------------------------------------------------


def plain(*args: str, data: bytes | None = None) -> Step:
    def run(repo: Repo, trap: Trap) -> None:
        repo.try_git(*args, data=data, env=trap.env)

    return run


def on_a_terminal(*args: str) -> Step:
    def run(repo: Repo, trap: Trap) -> None:
        ours, theirs = pty.openpty()
        env = {**os.environ, **CLEAN, "TERM": "xterm", **trap.env}
        subprocess.run(
            ["git", *args],
            cwd=repo.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            check=False,
            timeout=60,
        )
        os.close(theirs)
        os.close(ours)

    return run


def in_folder(folder: str, *args: str) -> Step:
    def run(repo: Repo, trap: Trap) -> None:
        Repo(repo.root / folder).try_git(*args, env=trap.env)

    return run


def nothing(repo: Repo, trap: Trap) -> None:
    """Plain git has tripped it while it was set."""


STATUS, DIFF = plain("status"), plain("diff")
FETCH = plain("fetch")
UPDATE_REF = plain("update-ref", "refs/x/y", "HEAD")
COMMIT = plain("commit", "--allow-empty", "--no-verify")
CREDENTIAL = plain("credential", "fill", data=ASK)
PGP, SSH, X509 = "PGP SIGNATURE", "SSH SIGNATURE", "SIGNED MESSAGE"

VECTORS: dict[str, Vector] = {
    # What git does to learn what differs
    "fsmonitor": Vector(config("core.fsmonitor"), STATUS),
    "fsmonitor, hook version 2": Vector(
        together(config("core.fsmonitor"), setting("core.fsmonitorHookVersion", "2")), STATUS
    ),
    "fsmonitor, hook version 1": Vector(
        together(config("core.fsmonitor"), setting("core.fsmonitorHookVersion", "1")), STATUS
    ),
    "fsmonitor from an included file": Vector(included("include.path"), STATUS),
    "fsmonitor from a file included by folder": Vector(included("includeIf.gitdir:**.path"), STATUS),
    "fsmonitor from a file included by branch": Vector(included("includeIf.onbranch:**.path"), STATUS),
    "external diff": Vector(config("diff.external"), DIFF),
    "external diff in the config of the work tree": Vector(worktree_config, DIFF),
    "external diff from the environment": Vector(environment("GIT_EXTERNAL_DIFF"), DIFF),
    "diff driver": Vector(driver("diff.evil.command", "diff=evil"), DIFF),
    "textconv": Vector(driver("diff.evil.textconv", "diff=evil"), DIFF),
    "textconv with a cache": Vector(
        together(driver("diff.evil.textconv", "diff=evil"), setting("diff.evil.cachetextconv", "true")), DIFF
    ),
    "clean filter": Vector(driver("filter.evil.clean", "filter=evil", passing=True), DIFF),
    "smudge filter": Vector(
        driver("filter.evil.smudge", "filter=evil", passing=True),
        plain("cat-file", "--filters", "HEAD:edited.py"),
    ),
    "process filter": Vector(driver("filter.evil.process", "filter=evil"), DIFF),
    "diff tool": Vector(
        together(config("difftool.evil.cmd"), setting("diff.tool", "evil")), plain("difftool", "-y")
    ),
    "filter of interactive diffs": Vector(
        config("interactive.diffFilter", passing=True), on_a_terminal("add", "-p")
    ),
    # Hooks
    "hook": Vector(hook("reference-transaction"), UPDATE_REF),
    "hook of the index": Vector(hook("post-index-change"), plain("update-index", "--force-write-index")),
    "hook before a commit": Vector(hook("pre-commit"), plain("commit", "--allow-empty", "-m", "x")),
    "hook of a checkout": Vector(hook("post-checkout"), plain("checkout", "HEAD", "--", "kept.py")),
    "hook before collecting": Vector(
        together(two_packs, hook("pre-auto-gc"), setting("gc.autoPackLimit", "1")),
        plain("gc", "--auto"),
        early=True,
    ),
    "hooks path": Vector(hook("reference-transaction", folder="hooks"), UPDATE_REF),
    "hook named by config": Vector(named_hook("reference-transaction"), UPDATE_REF, since=(2, 54)),
    "hook named by config, of the index": Vector(
        named_hook("post-index-change"), plain("update-index", "--force-write-index"), since=(2, 54)
    ),
    # Showing and asking
    "pager": Vector(config("core.pager"), on_a_terminal("--paginate", "log")),
    "pager of one command": Vector(config("pager.diff"), on_a_terminal("diff")),
    "pager from the environment": Vector(environment("GIT_PAGER"), on_a_terminal("diff")),
    "editor": Vector(config("core.editor"), COMMIT),
    "editor of a sequence": Vector(
        config("sequence.editor"), plain("rebase", "-i", "--autostash", "HEAD~1"), alone=True
    ),
    "editor from the environment": Vector(environment("GIT_EDITOR"), COMMIT),
    "editor of a sequence from the environment": Vector(
        environment("GIT_SEQUENCE_EDITOR"), plain("rebase", "-i", "--autostash", "HEAD~1"), alone=True
    ),
    "askpass": Vector(config("core.askPass"), CREDENTIAL),
    "askpass from the environment": Vector(environment("GIT_ASKPASS"), CREDENTIAL),
    "credential helper": Vector(config("credential.helper", before="!"), CREDENTIAL),
    "credential helper of one host": Vector(
        config("credential.https://example.invalid.helper", before="!"), CREDENTIAL
    ),
    "browser": Vector(
        together(config("browser.evil.cmd"), setting("web.browser", "evil")),
        plain("web--browse", "http://example.invalid"),
    ),
    # Signatures
    "signature check": Vector(signed(PGP, "gpg.program"), plain("log"), early=True),
    "signature check by ssh": Vector(signed(SSH, "gpg.ssh.program"), plain("log"), early=True),
    "signature check by x509": Vector(signed(X509, "gpg.x509.program"), plain("log"), early=True),
    "signature check by format": Vector(signed(PGP, "gpg.program"), plain("log", "--format=%G?"), early=True),
    "command for the key to sign with": Vector(
        together(
            config("gpg.ssh.defaultKeyCommand"), setting("gpg.format", "ssh"), setting("commit.gpgSign", "1")
        ),
        plain("commit", "--allow-empty", "-m", "x"),
    ),
    # Remotes
    "ssh command": Vector(together(remote(), config("core.sshCommand")), FETCH),
    "ssh command from the environment": Vector(together(remote(), environment("GIT_SSH_COMMAND")), FETCH),
    "ssh program from the environment": Vector(together(remote(), environment("GIT_SSH")), FETCH),
    "proxy command": Vector(together(remote("git://example.invalid/x"), config("core.gitProxy")), FETCH),
    "proxy command from the environment": Vector(
        together(remote("git://example.invalid/x"), environment("GIT_PROXY_COMMAND")), FETCH
    ),
    "uploadpack of a remote": Vector(remote("{root}", uploadpack="{trap}"), FETCH),
    "receivepack of a remote": Vector(
        remote("{root}", receivepack="{trap}"), plain("push", "origin", "HEAD")
    ),
    "promisor remote": Vector(promisor("ext::{trap}"), plain("cat-file", "-p", MISSING), early=True),
    "promisor remote by uploadpack": Vector(
        together(promisor("{root}"), remote("{root}", uploadpack="{trap}")),
        plain("cat-file", "-p", MISSING),
        early=True,
    ),
    "hook of packing, from the environment": Vector(
        global_file("GIT_CONFIG_GLOBAL"), plain("clone", "--bare", "--no-local", ".", "../copy")
    ),
    "alternate refs": Vector(alternate_refs, plain("rev-list", "--alternate-refs")),
    # Other commands
    "alias": Vector(config("alias.diff-tree-of-ours", before="!"), plain("diff-tree-of-ours")),
    "merge driver": Vector(
        together(side_branch, config("merge.evil.driver"), attribute("merge=evil")),
        plain("merge-tree", "--write-tree", "HEAD", "side"),
        since=(2, 38),
        early=True,
    ),
    "merge tool": Vector(
        together(unmerged, config("mergetool.evil.cmd"), setting("merge.tool", "evil")),
        plain("mergetool", "-y", "--no-prompt"),
        alone=True,
    ),
    "trailer command": Vector(
        together(config("trailer.evil.command"), setting("trailer.evil.key", "Evil: ")),
        plain("interpret-trailers", "--trailer", "evil=x", data=b"words\n"),
    ),
    "trailer cmd": Vector(
        together(config("trailer.evil.cmd"), setting("trailer.evil.key", "Evil: ")),
        plain("interpret-trailers", "--trailer", "evil=x", data=b"words\n"),
    ),
    "archive command": Vector(config("tar.evil.command"), plain("archive", "--format=evil", "HEAD")),
    "exec of a rebase": Vector(stopped_rebase, nothing, alone=True),
    # Repositories inside
    "embedded bare repository": Vector(embedded_bare, in_folder("fixtures/bare", "status"), early=True),
    "fsmonitor of a submodule": Vector(submodule(config("core.fsmonitor")), STATUS),
    "clean filter of a submodule": Vector(
        submodule(driver("filter.evil.clean", "filter=evil", passing=True)), STATUS, early=True
    ),
    "process filter of a submodule": Vector(
        submodule(driver("filter.evil.process", "filter=evil")), STATUS, early=True
    ),
    "textconv of a submodule": Vector(
        submodule(driver("diff.evil.textconv", "diff=evil")), plain("diff", "--submodule=diff"), early=True
    ),
    "fsmonitor of a submodule with a .git file": Vector(
        submodule(config("core.fsmonitor"), git_file=True), STATUS, early=True
    ),
    "update command of a submodule": Vector(update_command, plain("submodule", "update"), alone=True),
    "nested repository": Vector(nested(commit=True), in_folder("nested", "status")),
    "nested repository without a commit": Vector(nested(commit=False), in_folder("unborn", "status")),
    # The environment
    "settings from the environment": Vector(environment_setting("core.fsmonitor"), STATUS),
    "parameters from the environment": Vector(
        environment("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='{trap}'"), STATUS
    ),
    "own settings named by the environment": Vector(global_file("GIT_CONFIG_GLOBAL"), STATUS),
    "system settings named by the environment": Vector(global_file("GIT_CONFIG_SYSTEM"), STATUS),
    "git directory from the environment": Vector(other_git_dir, STATUS),
    "index from the environment": Vector(environment("GIT_INDEX_FILE", "{mark}"), plain("read-tree", "HEAD")),
    "object directory from the environment": Vector(
        environment("GIT_OBJECT_DIRECTORY", "{mark}"), plain("init", "-q", "../copy")
    ),
    "templates from the environment": Vector(template, plain("clone", "--no-local", ".", "../copy")),
    "parts of git from the environment": Vector(exec_path, plain("evil")),
    **{
        f"{name} from the environment": Vector(environment(name, "{mark}"), STATUS)
        for name in (
            "GIT_TRACE",
            "GIT_TRACE_SETUP",
            "GIT_TRACE_PERFORMANCE",
            "GIT_TRACE2",
            "GIT_TRACE2_EVENT",
            "GIT_TRACE2_PERF",
        )
    },
}


def hostile(root: Path) -> Repo:
    """Two commits with tags, `first` and `second`, on which a vector is put."""
    repo = new_repo(root)
    repo.commit({"edited.py": "one\ntwo\n", "kept.py": "kept\n", "gone.py": "gone\n"})
    repo.git("tag", "first")
    repo.commit({"edited.py": "one\ntwo\nthree\n"})
    repo.git("tag", "second")
    return repo


def edit(repo: Repo) -> None:
    """What an agent left in the work tree."""
    repo.write({"edited.py": "one\n2\nthree\n", "new.py": "new\n"})
    (repo.root / "gone.py").unlink(missing_ok=True)


def set_trap(name: str, folder: Path) -> tuple[Repo, Trap]:
    """A repository with one vector, seen to be tripped by plain git, and its trap, set again."""
    vector = VECTORS[name]
    repo, trap = hostile(folder / "repo"), Trap(folder / "trap")
    vector.put(repo, trap)
    edit(repo)
    vector.control(repo, trap)
    assert trap.was_run(), f"plain git does not trip {name!r}, so the test shows nothing"
    trap.reset()
    edit(repo)
    return repo, trap


def everything_at_once(folder: Path, port: int) -> tuple[Repo, Trap]:
    """One repository with all vectors that bear each other, and one trap for all."""
    repo, trap = hostile(folder / "repo"), Trap(folder / "trap", port=port)
    for vector in sorted(VECTORS.values(), key=lambda each: not each.early):
        if not (vector.alone or vector.why_not()):
            vector.put(repo, trap)
    remote("git://127.0.0.1:{port}/x", promisor="true")(repo, trap)
    repo.git("config", "--unset", "core.gitProxy")  # else nobody would be connected to
    edit(repo)
    STATUS(repo, trap)
    assert trap.was_run(), "plain git trips none of the traps, so the test shows nothing"
    trap.reset()
    return repo, trap


# What is checked ----------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder, folders and links too: mode, time, and the bytes or the names in it."""
    found: dict[str, tuple[object, ...]] = {}
    for place in [folder, *sorted(folder.rglob("*"))]:
        info = place.lstat()
        held: object = None
        if stat.S_ISREG(info.st_mode):
            held = hashlib.sha256(place.read_bytes()).hexdigest()
        elif stat.S_ISLNK(info.st_mode):
            held = str(place.readlink())
        elif stat.S_ISDIR(info.st_mode):
            held = tuple(sorted(each.name for each in place.iterdir()))
        found[str(place.relative_to(folder))] = (info.st_mode, info.st_mtime_ns, info.st_ino, held)
    return found


def changed(before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]]) -> Sequence[str]:
    """The paths whose entries differ: a short message where a test fails."""
    return [path for path in {**before, **after} if before.get(path) != after.get(path)]


@dataclass
class Ear:
    """A socket on the loopback that remotes point to. `heard` counts who connected."""

    port: int
    heard: int = 0


@contextmanager
def listening() -> Iterator[Ear]:
    """Listen until the end; every connection is counted and closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ear = Ear(server.getsockname()[1])

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    ear.heard += 1
                    connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield ear
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
