"""A lock that many readers share and one writer holds alone."""

import threading
from contextlib import contextmanager


class ReadWriteLock:
    """Readers never wait for readers. A waiting writer is let in before new readers."""

    def __init__(self):
        self._changed = threading.Condition()
        self._readers = 0
        self._writer = False
        self._waiting = 0

    @contextmanager
    def read(self):
        """Hold the lock together with other readers."""
        with self._changed:
            while self._writer or self._waiting:
                self._changed.wait()
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def write(self):
        """Hold the lock alone."""
        with self._changed:
            self._waiting += 1
            while self._writer or self._readers:
                self._changed.wait()
            self._waiting -= 1
            self._writer = True
        try:
            yield
        finally:
            with self._changed:
                self._writer = False
                self._changed.notify_all()
