"""Keys of models: the environment first, then the keyring; without either there is a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from tests.store.rings import InMemory, LockedRing
from workbench.errors import UserError
from workbench.store.keys import key_for, missing_key, store_key, variables


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    ring = InMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def locked_ring(ring: InMemory) -> None:
    keyring.set_keyring(LockedRing())


@pytest.fixture
def no_ring(ring: InMemory) -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]  # keyring's own.


def test_a_stored_key_is_found_again_and_an_empty_one_takes_it_out(ring: InMemory) -> None:
    assert key_for("openai") is None
    store_key("openai", "sk-1")
    assert key_for("openai") == "sk-1"
    assert key_for("anthropic") is None
    store_key("openai", "")
    store_key("openai", "")
    assert key_for("openai") is None
    assert ring.kept == {}


def test_the_environment_comes_before_the_keyring(ring: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    store_key("openai", "from the keyring")
    monkeypatch.setenv("OPENAI_API_KEY", " from-the-environment\n")
    assert key_for("openai") == "from-the-environment"
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert key_for("openai") == "from the keyring"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("gemini", "GOOGLE_API_KEY"),
        ("my-server", "MY_SERVER_API_KEY"),
        ("TEAM_KEY", "TEAM_KEY"),
    ],
)
def test_a_key_is_known_by_its_provider_or_by_its_variable(
    name: str, variable: str, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "k")
    assert variable in variables(name)
    assert key_for(name) == "k"


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_there_is_no_key_and_the_environment_still_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert key_for("openai") is None
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert key_for("openai") == "k"
    with pytest.raises(UserError, match="no keyring") as caught:
        store_key("openai", "sk-secret")
    assert "OPENAI_API_KEY" in caught.value.hint
    assert "sk-secret" not in caught.value.message + caught.value.hint


@pytest.mark.usefixtures("locked_ring")
def test_a_keyring_that_stays_locked_is_a_sentence_and_not_a_missing_key() -> None:
    with pytest.raises(UserError, match="Failed to unlock") as caught:
        key_for("openai")
    assert "OPENAI_API_KEY" in caught.value.hint
    with pytest.raises(UserError, match="was not kept"):
        store_key("openai", "sk-secret")


def test_a_missing_key_names_what_to_set() -> None:
    error = missing_key("together_ai")
    assert "together_ai" in error.message
    assert "TOGETHERAI_API_KEY" in error.hint


def test_keyring_is_not_imported_until_a_key_is_asked_for() -> None:
    code = "import sys, workbench.store.keys, workbench.store.log, workbench.store.settings\n"
    code += "sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
