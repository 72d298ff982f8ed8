#!/usr/bin/env python3
"""The one command for developers: set up, run, check, test, take screenshots, measure, lock.

Standard library only, because it runs before anything is installed. It installs nothing outside the
virtual environment, except system libraries that Qt needs, on Debian and its kin, and only as root.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("packaging/dev.py needs Python 3.11 or later, and this is Python %d.%d." % sys.version_info[:2])

# After the check above: an old Python is to say that sentence, not that it knows no tomllib.
import argparse
import ctypes
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
PYPROJECT = ROOT / "pyproject.toml"
STAMP = "workbench-setup.json"

# Shared library -> the Debian package that brings it. A wheel of Qt holds Qt, not what Qt stands on.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# What the window on an X11 display loads besides: without them Qt says only that "xcb" could not be loaded.
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

CLOSING_LINE = re.compile(r"^(=+ )?(\d+ [a-z]+|no tests ran).* in \d+(\.\d+)?s.*$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class StopError(Exception):
    """Something that the person at the keyboard has to do first; said in words, without a traceback."""


@dataclass(frozen=True, slots=True)
class Venv:
    """A virtual environment: where it is, and the Python it is made with."""

    folder: Path
    base_python: Path

    @property
    def bin(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.bin / ("python.exe" if os.name == "nt" else "python")

    def tool(self, name: str) -> str:
        return str(self.bin / (name + ".exe" if os.name == "nt" else name))


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that a change must pass: a name, and the command that decides."""

    name: str
    command: tuple[str, ...]


def say(text: str) -> None:
    print(f"-- {text}", flush=True)


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
    """Run a command in the project's folder with its output shown; returns its exit status."""
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def must(command: Sequence[str], what: str, *, env: Mapping[str, str] | None = None) -> None:
    """Run a command that has to succeed for anything after it to make sense."""
    if run(command, env=env) != 0:
        raise StopError(f"{what} failed: {shlex.join(command)}")


# Set-up ---------------------------------------------------------------------------------------------------


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(base_python: Path) -> list[str]:
    """Debian's names for what this system lacks: git, Qt's libraries, the venv module. In a fixed order."""
    wanted = dict(QT_LIBRARIES)
    if os.environ.get("DISPLAY"):
        wanted |= X11_LIBRARIES
    missing = [] if shutil.which("git") else ["git"]
    if sys.platform == "linux":
        missing += [package for library, package in wanted.items() if not loads(library)]
    # Debian ships Python without ensurepip, and then `python -m venv` makes an environment without pip.
    probe = "import sys, ensurepip, venv"
    if subprocess.run([base_python, "-c", probe], capture_output=True, check=False).returncode != 0:
        missing.append("python{}.{}-venv".format(*version_of(base_python).split(".")[:2]))
    return missing


def ensure_system(base_python: Path) -> None:
    """Install what the system lacks where that is allowed, else stop with the exact command."""
    missing = missing_packages(base_python)
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise StopError(
            f"Missing on this system, under the names that Debian gives them: {', '.join(missing)}."
        )
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.name == "nt" or os.geteuid() != 0:
        command = f"sudo apt-get update && sudo {shlex.join(install)}"
        raise StopError(f"Missing system packages. Install them with:\n\n    {command}\n")
    say(f"installing system packages: {' '.join(missing)}")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    must(["apt-get", "update", "--quiet"], "Reading the package lists", env=env)
    must(install, "Installing system packages", env=env)


def version_of(python: Path) -> str:
    """What an interpreter is, such as "3.11.7 CPython x86_64"; empty when it does not run."""
    probe = "import platform as p; print(p.python_version(), p.python_implementation(), p.machine())"
    try:
        answer = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def new_enough(version: str) -> bool:
    return version != "" and tuple(int(part) for part in version.split(".")[:2]) >= (3, 11)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def wanted_stamp(venv: Venv) -> dict[str, str]:
    """What the environment has to be made of. Settings of tools are left out: they need no installation."""
    settings = tomllib.loads(PYPROJECT.read_text("utf-8"))
    built_from = {part: settings.get(part) for part in ("build-system", "project")}
    built_from["hatch"] = settings.get("tool", {}).get("hatch")
    return {
        "python": version_of(venv.base_python),
        "lock": digest(LOCK.read_text("utf-8")),
        "project": digest(json.dumps(built_from, sort_keys=True)),
        "root": str(ROOT),
        "folder": str(venv.folder),
    }


def read_stamp(venv: Venv) -> dict[str, str]:
    """What the environment was made of; empty when it is not there, unfinished or no longer runs."""
    try:
        stamp = json.loads((venv.folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and version_of(venv.python) == stamp.get("python") else {}


def set_up(venv: Venv) -> None:
    """Bring the virtual environment to what the lock says. Does nothing where it is there already."""
    wanted, found = wanted_stamp(venv), read_stamp(venv)
    if not new_enough(wanted["python"]):
        raise StopError(f"{venv.base_python} is not a Python 3.11 or later that runs.")
    ensure_system(venv.base_python)
    if found == wanted:
        return
    pip = [str(venv.python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    # The stamp is the last thing written and the first taken away: a set-up cut short is done again.
    (venv.folder / STAMP).unlink(missing_ok=True)
    if any(found.get(part) != wanted[part] for part in ("python", "lock", "folder")):
        # pip cannot remove what a new lock no longer holds, so a new lock gets a new environment.
        if venv.folder.exists() and any(venv.folder.iterdir()) and not (venv.folder / "pyvenv.cfg").exists():
            raise StopError(f"{venv.folder} holds something that is not a virtual environment; it stays.")
        say(f"making {venv.folder} with Python {wanted['python']}")
        must([str(venv.base_python), "-m", "venv", "--clear", str(venv.folder)], "Making the environment")
        say(f"installing from {LOCK.relative_to(ROOT)}")
        must([*pip, "install", "--require-hashes", "--requirement", str(LOCK)], "Installing from the lock")
    # Without build isolation: what builds the project comes from the lock too.
    say("installing the project, editable")
    must(
        [*pip, "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        "Installing the project",
    )
    (venv.folder / STAMP).write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")


# Commands -------------------------------------------------------------------------------------------------


def environment(venv: Venv, *, offscreen: bool) -> dict[str, str]:
    """The environment of what we start: the venv in front, Qt without a display where one is not wanted."""
    env = dict(os.environ)
    env["VIRTUAL_ENV"] = str(venv.folder)
    env["PATH"] = os.pathsep.join([str(venv.bin), env.get("PATH", os.defpath)])
    env.pop("PYTHONHOME", None)
    if offscreen:
        env["QT_QPA_PLATFORM"] = "offscreen"
    return env


def gates(venv: Venv) -> tuple[Gate, ...]:
    """Everything but the tests, quickest first."""
    return (
        Gate("lint", (venv.tool("ruff"), "check", ".")),
        Gate("format", (venv.tool("ruff"), "format", "--check", ".")),
        Gate("imports", (venv.tool("lint-imports"),)),
        Gate("types", (venv.tool("mypy"),)),
        # By itself: the folder has the name of a library, and in one run the two would be confused.
        Gate("types of dev.py", (venv.tool("mypy"), "packaging/dev.py")),
    )


def pass_gates(venv: Venv) -> list[str]:
    """Run every gate, whatever the earlier ones said; returns the names of those that failed."""
    failed = []
    for gate in gates(venv):
        say(gate.name)
        if run(gate.command, env=environment(venv, offscreen=True)) != 0:
            failed.append(gate.name)
    return failed


def _workers(arguments: Sequence[str]) -> list[str]:
    """A process for each core, unless the arguments say how many, or want a debugger."""
    asked = any(each.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for each in arguments)
    return [] if asked else ["--numprocesses=auto", "--dist=worksteal"]


def run_tests(venv: Venv, arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest with its output shown as it comes; returns its exit status and its closing line."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = [str(venv.python), "-m", "pytest", *colour, *_workers(arguments), *arguments]
    closing = ""
    env = environment(venv, offscreen=True) | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            if CLOSING_LINE.match(COLOUR.sub("", line.strip())):
                closing = line.strip()
    return tests.returncode, closing


def command_setup(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    say(f"ready: {venv.python}")
    return 0


def command_run(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    return run(
        [str(venv.python), "-m", "workbench", "demo", *arguments], env=environment(venv, offscreen=False)
    )


def command_check(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    failed = pass_gates(venv)
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def command_test(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    failed = pass_gates(venv)
    say("tests")
    status, closing = run_tests(venv, arguments)
    if status != 0:
        failed.append("tests")
    say(f"failed: {', '.join(failed)}" if failed else "all checks and tests passed")
    if closing:
        print(closing)
    return 1 if failed else 0


def command_shots(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    folder = arguments[0] if arguments else "build/shots"
    command = [str(venv.python), "-m", "tests.shots", folder, *arguments[1:]]
    return run(command, env=environment(venv, offscreen=True))


def command_bench(venv: Venv, arguments: Sequence[str]) -> int:
    set_up(venv)
    command = [str(venv.python), "-m", "tests.benchmarks", *arguments]
    return run(command, env=environment(venv, offscreen=True))


def command_fuzz(venv: Venv, arguments: Sequence[str]) -> int:
    """The suites of random cases of tests/fuzz. A second call goes on where the first was ended."""
    set_up(venv)
    command = [str(venv.python), "-m", "tests.fuzz", *arguments]
    return run(command, env=environment(venv, offscreen=True))


def command_lock(venv: Venv, arguments: Sequence[str]) -> int:
    """One lock for every system and every Python from 3.11 on. Keeps the pins that still fit."""
    with tempfile.TemporaryDirectory(prefix="workbench-lock-") as folder:
        # In an environment of its own: the tool that makes the lock is not part of what it locks.
        maker = Venv(Path(folder), venv.base_python)
        must([str(venv.base_python), "-m", "venv", folder], "Making an environment")
        must([str(maker.python), "-m", "pip", "install", "--quiet", "uv"], "Installing uv")
        command = [maker.tool("uv"), "pip", "compile", "pyproject.toml", "--extra", "dev"]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes"]
        # No index address: the lock says what, and everybody's own pip settings say from where.
        command += ["--no-emit-index-url", "--no-emit-find-links", "--annotation-style", "line"]
        command += ["--custom-compile-command", "python3 packaging/dev.py lock", "--quiet"]
        must(
            [*command, "--output-file", str(LOCK), *arguments],
            "Locking",
            env=environment(maker, offscreen=True),
        )
    say(f"wrote {LOCK.relative_to(ROOT)}")
    return 0


COMMANDS: dict[str, tuple[Callable[[Venv, Sequence[str]], int], str]] = {
    "run": (command_run, "set up and start the demo; arguments go to it"),
    "test": (command_test, "set up, then lint, format, imports, types and tests; arguments go to pytest"),
    "check": (command_check, "the same without the tests"),
    "shots": (command_shots, "screenshots of every main state into a folder (build/shots)"),
    "bench": (command_bench, "the speed tests of tests/benchmarks"),
    "fuzz": (command_fuzz, "random cases as long as one lets it: [SUITE] [--cases N] [--seed S] [--fresh]"),
    "setup": (command_setup, "only make the environment"),
    "lock": (command_lock, "remake packaging/requirements.lock (--upgrade for newer versions of everything)"),
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    described = "\n".join(f"  {name:6} {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="packaging/dev.py",
        description="The one command for developers of Workbench.",
        epilog=f"commands:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--python",
        type=Path,
        default=os.environ.get("WORKBENCH_PYTHON"),
        help="the Python to make the environment with (default: $WORKBENCH_PYTHON, else this one)",
    )
    parser.add_argument(
        "--venv",
        type=Path,
        default=os.environ.get("WORKBENCH_VENV", ROOT / ".venv"),
        help="the environment's folder (default: $WORKBENCH_VENV, else .venv)",
    )
    parser.add_argument("command", choices=tuple(COMMANDS), metavar="command", help="see below")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the command hands on")
    return parser.parse_args(arguments)


def main() -> int:
    asked = parse(sys.argv[1:])
    # Started from inside a virtual environment, the Python it was made with is meant: an environment cannot
    # be remade by itself.
    own: str = getattr(sys, "_base_executable", sys.executable)
    venv = Venv(Path(asked.venv).absolute(), Path(asked.python or own))
    command, _ = COMMANDS[asked.command]
    try:
        return command(venv, asked.arguments)
    except StopError as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
