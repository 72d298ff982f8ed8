"""What the web front end calls."""

import json

from cache.store import Store

STORE = Store(limit=10_000, ttl=300)


def handle(path, body):
    """Answer one request with (status, text)."""
    if path == "/stats":
        return 200, json.dumps(STORE.stats())
    if path.startswith("/items/"):
        key = path.removeprefix("/items/")
        if body is None:
            value = STORE.get(key)
            if value is None:
                return 404, ""
            return 200, value
        STORE.put(key, body)
        return 204, ""
    return 404, "unknown path"
