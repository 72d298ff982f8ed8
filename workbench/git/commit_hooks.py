"""`pre-commit` and `commit-msg` of the user's repository, run in a scratch repository that is ours.

The only file that runs a hook, and only as it was trusted: from copies that are bound to the surface. The
scratch work tree holds the tree that would be committed; git itself runs the hooks there, as the
installed version knows them. What they change is read afterwards, and thrown away.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from workbench.errors import UserError
from workbench.git.bound_hooks import Hooks, copy_hooks, find_hooks
from workbench.git.identity import Identity
from workbench.git.runner import GitError, Where, program
from workbench.git.shadow import scratch_folder
from workbench.git.surface import Surface

if TYPE_CHECKING:
    from workbench.git.repository import Repository

SECONDS = 600.0
"""How long one hook may take."""
MOST_PRINTED = 64 << 20
"""Bytes that one hook may print."""
_MOST = 60_000
# What is nobody's business but the person's. A hook needs none of them to look at a commit.
_SECRET = re.compile(
    r"(^|_)(KEY|APIKEY|TOKEN|SECRETS?|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?)(_|$)|^(GIT|WORKBENCH)_"
)
_POLL_SECONDS = 0.05


class HookRun(Struct, frozen=True):
    """What a hook printed, and what it changed: a patch of files, or the message it would have."""

    name: str
    output: str
    changed: bytes = b""


class HookError(UserError):
    """A hook that refused; `runs` holds what each one printed, the last one's refusal included."""

    def __init__(self, message: str, *, hint: str = "", runs: tuple[HookRun, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.runs = runs


def run_hooks(
    repository: Repository,
    tree: str,
    parent: str,
    message: str,
    identity: Identity,
    surface: Surface,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[HookRun, ...]:
    """Run the hooks that are there on the tree and the message. `HookError` when one refuses.

    `surface` is what the repository is trusted with; a hook that is not in it is not run, but refused. These
    are the repository's programs, and they may do what the user may.
    """
    hooks = find_hooks(repository)
    names = hooks.names
    if not names:
        return ()
    done: list[HookRun] = []
    with (
        scratch_folder(repository.shadow) as folder,
        _scratch(repository, folder, tree, parent, identity, hooks, surface) as env,
    ):
        text = folder / "work" / ".git" / "COMMIT_EDITMSG"
        for name in names:
            text.write_bytes(message.encode("utf-8", "surrogateescape"))
            args = [] if name == "pre-commit" else ["--", str(text)]
            status, output = _run(name, args, folder, env, cancelled)
            if name == "pre-commit":
                changed = _changes(repository, folder, tree)
            else:
                changed = _message(text, message)
            done.append(HookRun(name, output, b"" if changed is None else _cut(changed)))
            if changed is None:
                what = "its scratch repository" if name == "pre-commit" else "the message"
                raise HookError(
                    f"Nothing was landed: the {name} hook took {what} away.",
                    hint="See what it says; or land without hooks: --skip-hooks",
                    runs=tuple(done),
                )
            if status:
                raise HookError(
                    f"Nothing was landed: the {name} hook refused (status {status}).",
                    hint="See what it says; or land without hooks: --skip-hooks",
                    runs=tuple(done),
                )
    return tuple(done)


@contextmanager
def _scratch(
    repository: Repository,
    folder: Path,
    tree: str,
    parent: str,
    identity: Identity,
    hooks: Hooks,
    surface: Surface,
) -> Iterator[dict[str, str]]:
    """A repository whose index and files are the tree, on top of its parent. Gives the hooks' environment."""
    work, git_dir = folder / "work", folder / "work" / ".git"
    (git_dir / "objects" / "info").mkdir(parents=True)
    (git_dir / "refs").mkdir()
    (git_dir / "HEAD").write_bytes(b"ref: refs/heads/landing\n")
    (git_dir / "objects" / "info" / "alternates").write_bytes(_alternates(repository))
    (git_dir / "config").write_bytes((repository.shadow / "config").read_bytes())
    ours = Where(str(git_dir))
    repository.run(["update-ref", "refs/heads/landing", parent], ours)
    settings = [("core.hooksPath", str(copy_hooks(hooks, surface, folder)))]
    settings += [(each.key, each.value) for each in hooks.settings]
    settings += [("user.name", identity.committer.name), ("user.email", identity.committer.email)]
    for key, value in settings:
        repository.run(["config", "--replace-all" if key == "core.hooksPath" else "--add", key, value], ours)
    # Raw bytes, by our own index: no line end is converted, and what a hook changes is compared alike.
    raw = Where(repository.ours.git_dir, str(work), str(folder / "index"))
    repository.run(["read-tree", tree], raw)
    repository.run(["checkout-index", "-a", "-u", f"--prefix={work}/"], raw)
    repository.run(["update-index", "-q", "--refresh"], raw, ok=(0, 1))
    (git_dir / "index").write_bytes((folder / "index").read_bytes())
    env = {name: value for name, value in os.environ.items() if not _SECRET.search(name.upper())}
    env |= {
        "GIT_DIR": str(git_dir),
        "GIT_WORK_TREE": str(work),
        "GIT_INDEX_FILE": str(git_dir / "index"),
        "GIT_EDITOR": ":",
    }
    try:
        yield env
    finally:
        folder.mkdir(exist_ok=True)  # a hook can take it away, and it is to be cleared away later


def _alternates(repository: Repository) -> bytes:
    ours = os.fsencode(repository.shadow / "objects") + b"\n"
    return ours + (repository.shadow / "objects" / "info" / "alternates").read_bytes()


def _run(
    name: str, args: Sequence[str], folder: Path, env: dict[str, str], cancelled: Callable[[], bool]
) -> tuple[int, str]:
    """One hook to its end: its status and what it printed. UserError when it takes too long."""
    printed = folder / f"{name}.out"
    command = [program(), "hook", "run", "--ignore-missing", name, *args]
    with printed.open("wb") as out, printed.open("rb") as seen:
        process = subprocess.Popen(
            command,
            cwd=folder / "work",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until = time.monotonic() + SECONDS
        try:
            while process.poll() is None:
                if cancelled():
                    raise UserError(f"Nothing was landed: the {name} hook was stopped.", hint="Land again.")
                if time.monotonic() > until:
                    raise UserError(
                        f"Nothing was landed: the {name} hook did not end in {SECONDS / 60:.0f} minutes.",
                        hint="Run it by hand to see why, or land without hooks: --skip-hooks",
                    )
                if os.fstat(out.fileno()).st_size > MOST_PRINTED:
                    raise UserError(
                        f"Nothing was landed: the {name} hook printed more than {MOST_PRINTED >> 20} MB.",
                        hint="Run it by hand to see why, or land without hooks: --skip-hooks",
                    )
                threading.Event().wait(_POLL_SECONDS)
        finally:
            _end(process)
        data = seen.read(_MOST + 1)
    return process.returncode, _cut(data).decode("utf-8", "replace").strip()


def _cut(data: bytes) -> bytes:
    """The beginning of what may be very long: it is kept with the review, and shown."""
    return data if len(data) <= _MOST else data[:_MOST] + b"\n(cut)"


def _message(text: Path, message: str) -> bytes | None:
    """The message as a hook left it: b"" where it is the same, None where it is gone."""
    try:
        now = text.read_bytes()
    except OSError:
        return None
    return b"" if now.decode("utf-8", "surrogateescape") == message else now


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with everything that it started, where the system can tell."""
    if process.poll() is not None:
        return
    if sys.platform != "win32":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _changes(repository: Repository, folder: Path, tree: str) -> bytes | None:
    """What a hook made of the files of the tree, as a patch; None where all is gone.

    New files are left out: no commit has them.
    """
    if not (folder / "work" / ".git").is_dir():
        return None
    raw = Where(repository.ours.git_dir, str(folder / "work"), str(folder / "index"))
    try:
        repository.run(["read-tree", tree], raw)
        repository.run(["update-index", "-q", "--refresh"], raw, ok=(0, 1))
    except GitError:
        return None
    args = ["diff-files", "-p", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames"]
    return repository.run(args, raw)
