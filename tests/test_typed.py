"""Structs that many threads read for the first time at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# In a process of its own: what is tested against ends it with a signal.
AT_ONCE = """
import sys, threading
import msgspec
from workbench.typed import ready

sys.setswitchinterval(1e-6)

def made(number):
    names = {"__module__": __name__}
    inner = {"x": "int", "y": "str | None"}
    meta, base = type(msgspec.Struct), (msgspec.Struct,)
    globals()[f"Inner{number}"] = meta("Inner", base, {"__annotations__": inner, **names})
    outer = {"a": "str", "b": "tuple[str, ...]", "c": f"list[Inner{number}]"}
    return meta("Outer", base, {"__annotations__": outer, **names})

def read(kind, gate):
    gate.wait()
    assert msgspec.convert({"a": "", "b": ["y"], "c": [{"x": 1, "y": None}]}, ready(kind)).c[0].x == 1

for number in range(300):
    kind, gate = made(number), threading.Barrier(4)
    threads = [threading.Thread(target=read, args=(kind, gate)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_a_struct_is_read_by_many_threads_at_once_for_the_first_time() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nobody_reads_a_struct_that_was_not_made_ready() -> None:
    """But for decoders of a module, which are made while it is imported, by one thread."""
    reading = re.compile(r"\bconvert\((.+)|\.decode\(.*\btype=(.+)")
    plain = re.compile(r"dict\[str, str\]|ready\(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "workbench").rglob("*.py"))
        if "msgspec" in (text := path.read_text("utf-8"))
        for line in text.splitlines()
        if (match := reading.search(line)) and not plain.search(match[0]) and "def " not in line
    ]
    assert [each for each in found if "typed.py" not in each and "_may_convert" not in each] == []
