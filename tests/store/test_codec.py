"""Actions become JSON and come back the same; what cannot be read is a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from tests.store.actions import ANY_ACTION, any_value, arrived, judged, started
from workbench.errors import UserError
from workbench.review import actions
from workbench.review.actions import Action, Judged, ReviewClosed, Undone
from workbench.store.codec import KINDS, _numbers_of, decode, dumps, encode, kind_of, loads, make_ready


def every_action_type() -> list[type[Action]]:
    return [
        each
        for each in vars(actions).values()
        if isinstance(each, type) and issubclass(each, Action) and each is not Action
    ]


def test_every_action_type_has_a_saved_name() -> None:
    assert set(KINDS.values()) == set(every_action_type())


@settings(max_examples=300)
@given(ANY_ACTION)
def test_an_action_comes_back_from_its_saved_bytes_as_it_was(action: Action) -> None:
    found = loads(dumps(action))
    assert found == action
    assert type(found) is type(action)


@pytest.mark.parametrize("kind", every_action_type(), ids=lambda kind: kind.__name__)
def test_each_type_of_action_comes_back_from_a_json_object_as_it_was(kind: type[Action]) -> None:
    @settings(max_examples=15)
    @given(any_value(kind))
    def holds(action: Action) -> None:
        assert decode(json.loads(json.dumps(encode(action)))) == action

    holds()


def test_a_path_that_is_not_utf_8_and_a_surrogate_pair_keep_every_code_point() -> None:
    action = ReviewClosed(id="\udc80\ud83d\ude00 \U0001f600\0\u2028", at=1.5)
    assert loads(dumps(action)) == action


def test_fields_of_a_later_version_are_passed_over() -> None:
    body = encode(judged("a"))
    body["mood"] = "good"
    body["selections"][0]["colour"] = {"red": 1}
    assert decode(body) == judged("a")


def test_fields_that_an_earlier_version_did_not_write_take_their_defaults() -> None:
    body = encode(arrived("a"))
    for name in ("carry", "places", "answers", "whys", "taken", "words"):
        del body[name]
    del body["round"]["not_shown"]
    assert decode(body) == arrived("a")


def test_a_kind_of_action_that_is_not_known_was_made_by_a_newer_workbench() -> None:
    with pytest.raises(UserError, match="made by a newer Workbench") as caught:
        decode({"kind": "sung about", "id": "a", "at": 1.0})
    assert "Update" in caught.value.hint


def test_a_verdict_that_is_not_known_was_made_by_a_newer_workbench() -> None:
    with pytest.raises(UserError, match=r"made by a newer Workbench.*“doubted”"):
        decode(encode(judged("a")) | {"verdict": "doubted"})


@pytest.mark.parametrize(
    "damage",
    [
        {"at": "noon"},
        {"round": True},
        {"round": 1.5},
        {"selections": {}},
        {"selections": [7]},
        {"selections": [{"path": "a", "new": [[1]]}]},
        {"selections": [{"new": [[1, 2]]}]},
        {"note": []},
        {"words": None},
    ],
    ids=str,
)
def test_a_field_of_a_wrong_type_is_damage_and_no_traceback(damage: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="damaged"):
        decode(encode(judged("a")) | damage)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe\xfd", b'{"kind": 3}', b'{"at": 1}'])
def test_bytes_that_are_no_action_are_damage_and_no_traceback(data: bytes) -> None:
    with pytest.raises(UserError, match="damaged"):
        loads(data)


def test_base_64_that_is_none_is_damage() -> None:
    written = {"kind": "note written", "id": "n", "at": 1.0}
    place = {"path": "a", "side": "new", "start": 1, "count": 1, "quote": ["not base 64!"]}
    note = {"id": "N1", "intent": "must", "place": place, "text": "t", "round": 0}
    with pytest.raises(UserError, match=r"damaged.*base 64"):
        decode({**written, "note": note})
    assert encode(started())["kind"] == kind_of(started()) == "review started"


def test_a_saved_action_is_short_enough_to_read_in_the_database() -> None:
    assert isinstance(judged("a"), Judged)
    assert (
        dumps(ReviewClosed(id="x", at=2.0)) == b'{"kind":"review closed","id":"x","at":2.0,"reopened":false}'
    )


@settings(max_examples=300)
@given(ANY_ACTION)
def test_the_quick_way_and_the_careful_way_write_and_read_the_same(action: Action) -> None:
    careful = json.dumps(encode(action), ensure_ascii=False, separators=(",", ":"))
    body = careful.encode("utf-8", "surrogatepass")
    assert json.loads(dumps(action).decode("utf-8", "surrogatepass")) == json.loads(careful)
    assert loads(body) == decode(json.loads(careful)) == action


def test_how_the_actions_of_keys_are_written_is_known_before_the_first_of_them() -> None:
    _numbers_of.cache_clear()
    make_ready()
    before = _numbers_of.cache_info().misses
    dumps(Undone(id="u", at=1.0, target="i"))
    dumps(judged("i"))
    assert _numbers_of.cache_info().misses == before
