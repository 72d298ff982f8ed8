"""What the web front end calls."""

import json

from cache.store import Store

STORE = Store()


def handle(path, body):
    """Answer one request with (status, text)."""
    if path == "/stats":
        return 200, json.dumps(STORE.stats())
    if path.startswith("/items/"):
        key = path[7:]
        if body is None:
            value = STORE.get(key)
            if value is None:
                return 404, ""
            return 200, value
        STORE.put(key, body)
        return 204, ""
    return 400, "unknown path"
