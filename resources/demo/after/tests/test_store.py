from cache import Store


def test_what_is_put_can_be_got():
    store = Store()
    store.put("a", 1)
    assert store.get("a") == 1


def test_a_missing_key_gives_the_default():
    assert Store().get("a", 7) == 7


def test_the_limit_holds():
    store = Store(limit=2)
    for number in range(5):
        store.put(number, number)
    assert len(store) == 2
