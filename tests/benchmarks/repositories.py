"""Repositories to measure on, made the same way each time."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "iota", "kappa", "lambda", "tau")


def git_environment(folder: Path) -> dict[str, str]:
    """A fixed identity, and no configuration of the user's."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.invalid",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.invalid",
    }


def git(folder: Path, *args: str) -> str:
    """Run plain git in a folder."""
    done = subprocess.run(
        ["git", *args], cwd=folder, env=git_environment(folder), check=True, capture_output=True
    )
    return done.stdout.decode()


def source_text(seed: int, lines: int) -> list[str]:
    """Lines that look like Python."""
    chance = random.Random(seed)
    text = ['"""Generated."""', ""]
    while len(text) < lines:
        name = "_".join(chance.sample(WORDS, 2))
        text += [f"def {name}(value, limit={chance.randrange(100)}):", f'    """{chance.choice(WORDS)}."""']
        for _ in range(chance.randrange(3, 9)):
            text.append(f"    {chance.choice(WORDS)} = value + {chance.randrange(1000)} * limit")
        text += ["    return value", ""]
    return text


def three_file_range(folder: Path, files: int = 200) -> str:
    """A repository of `files` files whose last commit changes three; gives the range."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number in range(files):
        path = folder / f"package{number % 10}" / f"module{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(source_text(number, 120)) + "\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    for number in range(3):
        change_lines(folder / f"package{number}" / f"module{number}.py", seed=number, changes=6)
    git(folder, "commit", "-qam", "change")
    return "HEAD~1..HEAD"


def change_lines(path: Path, *, seed: int, changes: int) -> None:
    """Change single lines of a file, far enough apart to be changes of their own."""
    chance = random.Random(seed)
    lines = path.read_text().split("\n")
    step = max(4, len(lines) // (changes + 1))
    for number in range(changes):
        at = min(len(lines) - 2, 2 + number * step)
        lines[at] = lines[at] + f"  # changed {chance.randrange(1000)}"
    path.write_text("\n".join(lines))


def thousand_changes(folder: Path, files: int = 50, changes: int = 20) -> str:
    """A repository whose last commit makes `files` times `changes` changes; gives the range."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number in range(files):
        (folder / f"module{number}.py").write_text("\n".join(source_text(number, 240)) + "\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    for number in range(files):
        change_lines(folder / f"module{number}.py", seed=number, changes=changes)
    git(folder, "commit", "-qam", "change")
    return "HEAD~1..HEAD"


def settle() -> None:
    """Let files grow older than a timestamp's grain, so that git need not read them again to be sure."""
    time.sleep(1.1)
