import pytest

from cache import Store


def test_what_is_put_can_be_got():
    store = Store()
    store.put("a", 1)
    assert store.get("a") == 1


def test_a_missing_key_gives_the_default():
    assert Store().get("a", 7) == 7


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError):
        Store(limit=0)


def test_an_old_item_is_not_given():
    now = [0.0]
    store = Store(ttl=10, clock=lambda: now[0])
    store.put("a", 1)
    now[0] = 11.0
    assert store.get("a") is None
