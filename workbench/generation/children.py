"""Starting, asking and ending the helper process. The only place that gives it its environment and its key.

The key goes through the pipe and never into the environment, which other programs of the user can read. A
helper is kept after a call and used again, because starting one takes three seconds; a cancelled call
kills its helper at once, whatever it is doing.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import IO, Any

Reply = dict[str, Any]
"""One line of the helper's standard output."""

Secret = tuple[str, str]
"""The name that a provider's key goes by, and the key."""

_LISTEN = 0.05
_PASSED = (
    # To find programs and libraries, and to speak to the network as this machine has to.
    *("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    # Without these nothing runs on Windows.
    *(("SYSTEMROOT", "TEMP", "TMP", "USERPROFILE") if os.name == "nt" else ()),
)
_OURS = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "PYTHONUTF8": "1",
}


def environment() -> dict[str, str]:
    """The environment of a helper: built from nothing, and without any key."""
    return {name: os.environ[name] for name in _PASSED if name in os.environ} | _OURS


class Helper:
    """One helper process, which knows the key of one provider at most. One call at a time."""

    def __init__(self, environment: Mapping[str, str], secret: Secret | None = None) -> None:
        self.environment = dict(environment)
        self.secret = secret
        # -P and the folder of our own code: a module of the repository that one stands in is never imported.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.generation.helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            cwd=Path(__file__).parent,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._number = 0
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=_listen, args=(self._process.stdout, self._lines), daemon=True)
        self._reader.start()
        if secret is not None:
            self._send({"do": "key", "name": secret[0], "key": secret[1]})

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, question: Mapping[str, Any], cancelled: threading.Event
    ) -> Generator[Reply | None, None, None]:
        """The events of one call, and None now and then while there is none.

        Ends after `finished`, `failed` or `measured`. A call that is cancelled, or left by its caller,
        or whose process dies, kills the process and ends without them.
        """
        self._number += 1
        number, ended = self._number, False
        try:
            if not self._send({**question, "id": number}):
                return
            while not cancelled.is_set():
                try:
                    event = self._lines.get(timeout=_LISTEN)
                except queue.Empty:
                    yield None
                    continue
                if event is None:
                    return
                if event["id"] not in (0, number):
                    continue
                ended = event["event"] in ("finished", "failed", "measured")
                if event["event"] != "ready":
                    yield event
                if ended:
                    return
        finally:
            if not ended:
                self.kill()

    def _send(self, question: Mapping[str, Any]) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End the process now. May be called twice."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except OSError:
                    # What was buffered for a process that is gone cannot be flushed; that is the point.
                    pipe.close()


class Helpers:
    """Keeps the helper of the last call for the next one. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: Helper | None = None

    def borrow(self, environment: Mapping[str, str], secret: Secret | None = None) -> Helper:
        """The idle helper if it was started with this environment and key, else a new one."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None and idle.alive and (idle.environment, idle.secret) == (environment, secret):
            return idle
        if idle is not None:
            idle.kill()
        return Helper(environment, secret)

    def give_back(self, helper: Helper) -> None:
        """Keep a helper whose call has ended; a dead one, or a second one, is let go."""
        with self._lock:
            if self._idle is None and helper.alive:
                self._idle = helper
                return
        helper.kill()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.kill()


def _listen(source: IO[bytes], lines: queue.SimpleQueue[Reply | None]) -> None:
    for line in source:
        if not line.endswith(b"\n"):
            break  # the helper ended in the middle of it
        lines.put(json.loads(line))
    lines.put(None)


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
