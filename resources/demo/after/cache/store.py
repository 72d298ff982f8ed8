"""The store: a dictionary with a limit and a time to live."""

import threading
import time


class Store:
    """Keeps at most `limit` items; the one that was used longest ago goes first."""

    def __init__(self, limit=1000, ttl=None, clock=time.monotonic):
        if limit < 1:
            raise ValueError("limit must be at least 1")
        self.limit = limit
        self.ttl = ttl
        self._clock = clock
        self._items = {}
        self._used = {}
        self._lock = threading.Lock()
        self._tick = 0

    def __len__(self):
        return len(self._items)

    def get(self, key, default=None):
        """The value, or `default` where there is none or it is too old."""
        with self._lock:
            found = self._items.get(key)
            if found is None or self._expired(found):
                return default
            self._touch(key)
            return found[0]

    def put(self, key, value):
        """Keep a value; may evict another one."""
        with self._lock:
            self._items[key] = (value, self._clock())
            self._touch(key)
            if len(self._items) > self.limit:
                self._evict()

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self._used.clear()

    def _touch(self, key):
        self._tick += 1
        self._used[key] = self._tick

    def _expired(self, found):
        return self.ttl is not None and self._clock() - found[1] > self.ttl

    def _evict(self):
        oldest = max(self._used, key=self._used.get)
        del self._items[oldest]
        del self._used[oldest]

    def stats(self):
        """Numbers for the dashboard."""
        return {"items": len(self._items), "limit": self.limit, "ttl": self.ttl}
