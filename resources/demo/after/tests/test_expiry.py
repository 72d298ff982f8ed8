from cache import Store


class Clock:
    """Stands still until it is told otherwise."""

    now = 0.0

    def __call__(self):
        return self.now


def test_an_item_is_given_until_its_time_is_over():
    clock = Clock()
    store = Store(ttl=10, clock=clock)
    store.put("a", 1)
    clock.now = 10.0
    assert store.get("a") == 1
    clock.now = 10.1
    assert store.get("a") is None
