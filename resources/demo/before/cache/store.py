"""The store: a dictionary with a limit."""

import threading


class Store:
    """Keeps at most `limit` items; the one that was used longest ago goes first."""

    def __init__(self, limit=1000):
        self.limit = limit
        self._items = {}
        self._used = {}
        self._lock = threading.Lock()
        self._tick = 0

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

    def _touch(self, key):
        self._tick += 1
        self._used[key] = self._tick

    def stats(self):
        """Numbers for the dashboard."""
        return {"items": len(self._items), "limit": self.limit}
