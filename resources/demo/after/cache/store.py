"""The store: a dictionary with a limit."""

import threading
import time


class Store:
    """Keeps at most `limit` items; the one that was used longest ago goes first."""

    def __init__(self, limit=1000, ttl=None, clock=time.monotonic):
        self.limit, self.ttl, self._clock = limit, ttl, clock
        self._items = {}
        self._used = {}
        self._lock = threading.Lock()
        self._started = time.time()

    def __len__(self):
        return len(self._items)

    def get(self, key, default=None):
        """The value, or `default`."""
        with self._lock:
            value, kept = self._items.get(key, (default, None))
            if kept is None or self._is_old(kept):
                return default
            self._touch(key)
            return value

    def put(self, key, value):
        """Keep a value; may evict another one."""
        with self._lock:
            self._items[key] = (value, self._clock())
            self._touch(key)

    def clear(self):
        """Forget everything."""
        with self._lock:
            self._items.clear()
            self._used.clear()

    def stats(self):
        """Numbers for the dashboard."""
        up = time.time() - self._started
        return {"items": len(self._items), "limit": self.limit, "up": up}

    def _touch(self, key):
        self._used[key] = time.monotonic()
        if len(self._items) > self.limit:
            oldest = max(self._used, key=self._used.get)
            del self._items[oldest], self._used[oldest]

    def _is_old(self, kept):
        return self.ttl is not None and self._clock() - kept > self.ttl
