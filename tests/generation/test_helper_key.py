"""The key is in the helper's memory, and nowhere that a program started from there could see it."""

from __future__ import annotations

import subprocess
import sys

import pytest

KEY = "sk-of-this-process-alone"
FED = f"""
import json, os, queue, subprocess
from workbench.generation import helper

def lines():
    yield json.dumps({{"do": "key", "name": "SOME_API_KEY", "key": "{KEY}"}}).encode()
    assert os.environ["SOME_API_KEY"] == "{KEY}"
    print("kept", flush=True)
    subprocess.run(["env"], check=True)

helper._read(lines(), queue.SimpleQueue())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no env there")
def test_what_the_helper_starts_is_not_given_the_key() -> None:
    done = subprocess.run([sys.executable, "-c", FED], capture_output=True, text=True, timeout=60, check=True)
    assert "kept" in done.stdout
    assert "PATH=" in done.stdout
    assert KEY not in done.stdout
