"""The only starter of git. Children get an environment made from nothing and speak bytes.

Every child goes through GitPython's `Git` runner, with one exception, made for the first frame:
importing GitPython takes 50 to 110 ms, so children started before it is loaded are started by
`subprocess` with the very same arguments and environment, and work while the program loads the rest.
`run` loads it; `start` does not. `load` can be called whenever there is time.

This file knows nothing about repositories; it decides no argument.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace

from workbench.errors import UserError
from workbench.git.refusing import refuse
from workbench.review.key_names import holds_key

if TYPE_CHECKING:
    from git.cmd import Git

# What a child needs of the inherited environment: finding its own parts, temporary files, and on
# Windows its system folder. HOME is left in because git dies on "~" in a path without it.
_KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TMP",
    "TEMP",
    "SYSTEMROOT",
    "USERPROFILE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)

_ALWAYS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # As replacing objects, an old way to give a commit other parents than it has.
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    # Set and empty: no transport at all is allowed, so a promisor remote of the repository is never asked.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}

# Given on every call, because the real directory's own config is read there and these win over it.
_CONFIG = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    # A copy of what the commits say, which git takes at its word: it can name another tree or other parents.
    ("core.commitGraph", "false"),
    ("diff.suppressBlankEmpty", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)


STORED = "stored"
"""The folder of a shadow directory with the objects that we wrote. It borrows from nobody."""


class GitError(Exception):
    """A git child ended with a status that its caller did not expect."""

    def __init__(self, args: Sequence[str], status: int, stderr: bytes) -> None:
        self.command = tuple(args)
        self.status = status
        self.stderr = stderr.decode("utf-8", "replace").strip()
        super().__init__(f"git {' '.join(args[:3])} ended with {status}: {self.stderr}")

    @property
    def said(self) -> str:
        """The line in which git says what is wrong, without its mark and its full stop."""
        lines = [line for line in self.stderr.split("\n") if line]
        fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
        return _bare((fatal or lines[-1:] or [str(self)])[0])

    @property
    def said_last(self) -> str:
        """Its last line in the same way: of an object it says there which one it is."""
        return _bare((self.stderr.splitlines() or [str(self)])[-1])


def _bare(line: str) -> str:
    return line.removeprefix("fatal: ").removeprefix("error: ").rstrip(". ")


class GitCancelledError(Exception):
    """The child was killed because nobody wants its answer any more."""


class Where(Struct, frozen=True):
    """The directory a child works on. `config` wins over every file; `index` names a private index.

    `literal`: paths are taken letter for letter. `check-ignore` alone refuses to be told so.
    `objects`: where objects are looked for and put, instead of the directory's own and all that it borrows.
    """

    git_dir: str
    work_tree: str | None = None
    index: str | None = None
    config: tuple[tuple[str, str], ...] = ()
    literal: bool = True
    objects: str | None = None

    def storing(self) -> Where:
        """The same shadow directory for what writes objects: it sees none but those that we wrote.

        Where git finds an object that it would write, it renews the time of that object's file, and with the
        user's objects in sight that is a file of theirs.
        """
        return replace(self, objects=os.path.join(self.git_dir, STORED))

    def environment(self) -> dict[str, str]:
        """What the child sees, and nothing besides."""
        found = {name: os.environ[name] for name in _KEPT if name in os.environ}
        found.update(_ALWAYS)
        found["GIT_LITERAL_PATHSPECS"] = "1" if self.literal else "0"
        found["GIT_DIR"] = self.git_dir
        if self.work_tree is not None:
            found["GIT_WORK_TREE"] = self.work_tree
        if self.index is not None:
            found["GIT_INDEX_FILE"] = self.index
        if self.objects is not None:
            found["GIT_OBJECT_DIRECTORY"] = self.objects
        settings = (*_CONFIG, *self.config)
        found["GIT_CONFIG_COUNT"] = str(len(settings))
        for number, (name, value) in enumerate(settings):
            found[f"GIT_CONFIG_KEY_{number}"] = name
            found[f"GIT_CONFIG_VALUE_{number}"] = value
        return found


ROOMY = 1 << 20
"""Bytes that a widened pipe holds: as much as Linux allows everybody."""


def widen(child: Child) -> None:
    """Let a child write ahead of who reads it. Nothing where the system knows no such thing."""
    widen_pipe(child.stdout)


def widen_pipe(pipe: IO[bytes] | int) -> None:
    """The same, for a pipe or the number of one of its ends."""
    if not sys.platform.startswith("linux"):
        return
    import fcntl  # noqa: PLC0415 - other systems have none, or no such request

    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, ROOMY)


class Child:
    """One git process. Read it whole with `finish`, or as it comes with `stdout` and then `finish`."""

    def __init__(self, args: Sequence[str], process: subprocess.Popen[bytes], owner: object) -> None:
        self._args = args
        self._process = process
        self._owner = owner  # GitPython's wrapper kills the process when it is collected
        self._killed = False
        self._errors: list[bytes] = []
        self._drain: threading.Thread | None = None

    @property
    def stdout(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdout)

    @property
    def stdin(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def drain_errors(self) -> None:
        """Read standard error in the background, so that a talkative child cannot fill the pipe while
        it is streamed.
        """
        self._drain = threading.Thread(target=self._read_errors, daemon=True)
        self._drain.start()

    def _read_errors(self) -> None:
        stderr = cast("IO[bytes]", self._process.stderr)
        try:
            self._errors.append(stderr.read())
        except (OSError, ValueError):
            return

    def feed(self, parts: Iterable[bytes]) -> None:
        """Give standard input in parts, to its end. `finish` is next, and tells where the child failed."""
        self.drain_errors()
        try:
            for part in parts:
                self.stdin.write(part)
            self.stdin.close()
        except BaseException as error:
            # Where it has ended it said why. Windows tells a closed pipe as an argument that is not valid.
            if not isinstance(error, BrokenPipeError) and getattr(error, "errno", None) != errno.EINVAL:
                self.kill()
                raise

    def finish(self, data: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
        """Give `data` to standard input, wait for the end, return standard output.

        `GitError` on any other status.
        """
        return self.finish_both(data, ok)[0]

    def finish_both(self, data: bytes | None = None, ok: Sequence[int] = (0,)) -> tuple[bytes, bytes]:
        """As `finish`, with standard error beside it."""
        if self._drain is None:
            out, err = self._process.communicate(data)
        else:
            out = self.stdout.read()
            self._process.wait()
            self._drain.join()  # read what it found only then
            err = b"".join(self._errors)
        self._close()
        if self._killed:
            raise GitCancelledError
        if self._process.returncode not in ok:
            refuse(err or b"", self._process.returncode)
            raise GitError(self._args, self._process.returncode, err or b"")
        return out, err or b""

    @property
    def status(self) -> int:
        return self._process.wait()

    def kill(self) -> None:
        """End it now. May be called from another thread; the reader gets `GitCancelledError`.

        Asked, not killed: git then takes its lock and temporary files away, and goes at once.
        """
        self._killed = True
        if self._process.poll() is None:
            self._process.terminate()

    def refuse_its_end(self) -> bytes:
        """What a child that ended by itself said. UserError where that is nobody's bug."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_LAST_WORDS)
            if self._drain is not None and not self._killed:
                self._drain.join()
                said = b"".join(self._errors)
                refuse(said, self._process.returncode)
                return said
        return b""

    def close(self) -> None:
        """End a kept child politely: its input is closed, and it goes."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        see_out(self._process)
        self._close()

    def _close(self) -> None:
        if self._drain is not None:
            self._drain.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


_LAST_WORDS = 1.0
"""Seconds in which a child whose output has ended is gone."""

_PATIENCE = 5.0
"""Seconds after which a child that was asked to go, and only has to, is killed: somebody stopped it."""


def see_out(process: subprocess.Popen[bytes]) -> None:
    """Return when a child that was asked to go is gone. A window that waits for it closes all the same."""
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_lock = threading.Lock()
_git: Git | None = None
_program: str | None = None


def program() -> str:
    """The absolute path of git.

    A relative entry of PATH is never used: it could name a program of the repository.
    """
    global _program
    if _program is None:
        name = "git.exe" if os.name == "nt" else "git"
        entries = [
            entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(entry)
        ]
        places = [os.path.join(entry, name) for entry in entries]
        found = next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), None)
        if found is None:
            hint = "Install git 2.36 or newer and see that it is on the PATH."
            raise UserError("git was not found.", hint=hint)
        _program = found
    return _program


def load() -> None:
    """Import GitPython (50 to 110 ms). Safe to call from any thread, any number of times."""
    _loaded()


def _loaded() -> Git:
    global _git
    with _lock:
        if _git is None:
            _drop_inherited()
            os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program()
            os.environ["GIT_PYTHON_REFRESH"] = "quiet"
            # Its import runs `git version` with all that we inherited. Keys are read much later, if at all.
            keys = {name: os.environ.pop(name) for name in list(os.environ) if holds_key(name)}
            try:
                from git.cmd import Git  # noqa: PLC0415  late: 50 to 110 ms, see the head of this file
            finally:
                del os.environ["GIT_PYTHON_GIT_EXECUTABLE"], os.environ["GIT_PYTHON_REFRESH"]
                os.environ.update(keys)
            # Never in the work tree: nothing there may be found by a relative name.
            _git = Git(os.path.abspath(os.sep))
        return _git


def _drop_inherited() -> None:
    """GitPython adds the program's own environment to the one it is given: nothing of git's may be in it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]


def start(
    args: Sequence[str], where: Where, *, fed: bool = False, environment: Mapping[str, str] | None = None
) -> Child:
    """Start one git child and return at once. `fed`: it will be given standard input."""
    command = [program(), *args]
    env = where.environment() if environment is None else dict(environment)
    if _git is not None:
        _drop_inherited()
        # GitPython adds what this process inherited; the keys of models are no business of git's.
        env = {name: "" for name in os.environ if holds_key(name)} | env
        wrapper = _git.execute(command, istream=subprocess.PIPE if fed else None, as_process=True, env=env)
        return Child(args, cast("subprocess.Popen[bytes]", wrapper.proc), wrapper)
    process = subprocess.Popen(
        command,
        env=env,
        cwd=os.path.abspath(os.sep),
        stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return Child(args, process, process)


def run(args: Sequence[str], where: Where, *, data: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
    """Run one git child to its end and return its standard output."""
    _loaded()
    return start(args, where, fed=data is not None).finish(data, ok)


def chunks(child: Child, size: int = 1 << 16) -> Iterator[bytes]:
    """The child's standard output as it comes; raises at the end if the child failed or was killed."""
    child.drain_errors()
    read = getattr(child.stdout, "read1", child.stdout.read)
    while True:
        piece = read(size)
        if not piece:
            break
        yield piece
    child.finish()
