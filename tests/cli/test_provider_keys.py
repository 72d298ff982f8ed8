"""`workbench key`: a key comes in where nobody sees it, lies where it is said to lie, and is never shown."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from tests.cli.driver import CommandLine, command, environment, process
from tests.model_server import ModelServer
from tests.repos import Repo
from tests.store.rings import ForgetfulRing, InMemory, LockedRing
from workbench.store.keys import key_for
from workbench.store.paths import config_dir, settings_path

KEY = "sk-secret-3f9a1c77d0e24b51"
GIVEN = f"{KEY}\n".encode()


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    ring = InMemory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_a_key_goes_into_the_keyring_is_listed_by_its_name_and_goes_again(
    wb: CommandLine, ring: InMemory
) -> None:
    said = wb("key", "set", "openai", stdin=GIVEN)
    assert said == "The key OPENAI_API_KEY is kept in the keyring (rings InMemory)."
    assert ring.kept == {("workbench", "OPENAI_API_KEY"): KEY}
    assert wb.json("key", "list") == {
        "keys": [{"key": "OPENAI_API_KEY", "where": "the keyring (rings InMemory)"}]
    }
    # Whoever asks by the provider or by the variable gets the same.
    assert key_for("openai") == key_for("OPENAI_API_KEY") == KEY
    assert "was taken out of the keyring" in wb("key", "remove", "OPENAI_API_KEY")
    assert ring.kept == {}
    assert wb.json("key", "list") == {"keys": []}
    assert "No key of OPENAI_API_KEY is kept here." in wb.refused("key", "remove", "openai")


def test_a_model_of_the_settings_that_has_its_key_in_the_keyring_lacks_nothing(
    wb: CommandLine, ring: InMemory, repo: Repo, running_server: ModelServer
) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(
        f'[models.mine]\nmodel = "openai/gpt-4o-mini"\napi_base = "{running_server.url}"\n'
        'key_name = "TEAM_KEY"\n'
        '[models.face]\nmodel = "huggingface/some-model"\n'
    )
    wb("key", "set", "mine", stdin=GIVEN)
    wb("key", "set", "huggingface", stdin=GIVEN)
    assert set(ring.kept) == {("workbench", "TEAM_KEY"), ("workbench", "HUGGINGFACE_API_KEY")}
    running_server.script("ready")
    assert "ok   model mine: it answered" in wb("doctor", "--model", "mine")
    assert running_server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    # Asked for by another of its variables' names, it is still this provider's key.
    assert key_for("HF_TOKEN") == KEY


def test_without_a_keyring_nothing_is_kept_and_the_file_is_offered(wb: CommandLine) -> None:
    said = wb.refused("key", "set", "openai", stdin=GIVEN)
    assert "was not kept: this system has no keyring." in said
    assert "not encrypted: workbench key set OPENAI_API_KEY --file" in said
    assert not list(config_dir().rglob("*key*")) if config_dir().exists() else True
    assert "there is no keyring" in wb("doctor")


def test_a_keyring_that_keeps_nothing_is_no_keyring(wb: CommandLine, ring: InMemory) -> None:
    keyring.set_keyring(ForgetfulRing())
    assert "was not kept" in wb.refused("key", "set", "openai", stdin=GIVEN)


def test_a_keyring_that_stays_locked_is_said(wb: CommandLine, ring: InMemory) -> None:
    keyring.set_keyring(LockedRing())
    assert "Failed to unlock" in wb.refused("key", "set", "openai", stdin=GIVEN)
    assert KEY not in wb.refused("key", "remove", "openai")


@pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
def test_the_file_is_the_users_alone_and_is_refused_when_it_is_not(wb: CommandLine) -> None:
    before = os.umask(0)
    try:
        said = wb("key", "set", "openai", "--file", stdin=GIVEN)
    finally:
        os.umask(before)
    (path,) = [each for each in config_dir().iterdir() if KEY in each.read_text()]
    assert f"the file {path}, which is not encrypted and which only you can read." in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_for("openai") == KEY
    assert "not encrypted" in wb("doctor")
    path.chmod(0o640)
    said = wb.refused("key", "list")
    assert "can be read by others, so no key is read from it." in said
    assert f"chmod 600 {path}" in said
    ran = wb.run("doctor")
    assert (ran.status, "can be read by others" in ran.out) == (1, True)
    path.chmod(0o600)
    assert "was taken out of the file" in wb("key", "remove", "openai")
    assert not path.exists()


def test_a_file_that_leads_elsewhere_is_not_followed(wb: CommandLine, tmp_path: Path) -> None:
    other = tmp_path / "theirs.json"
    other.write_text(f'{{"OPENAI_API_KEY": "{KEY}"}}')
    other.chmod(0o600)
    config_dir().mkdir(parents=True, exist_ok=True)
    (config_dir() / "keys.json").symlink_to(other)
    assert "is no file" in wb.refused("key", "list")


def test_a_damaged_file_is_a_sentence_that_does_not_quote_it(wb: CommandLine) -> None:
    wb("key", "set", "openai", "--file", stdin=GIVEN)
    path = config_dir() / "keys.json"
    path.write_text(f'{{"OPENAI_API_KEY": "{KEY}')
    said = wb.refused("key", "list")
    assert "cannot be read" in said
    assert KEY not in said


def test_a_key_moved_into_the_keyring_leaves_the_file(wb: CommandLine, ring: InMemory) -> None:
    wb("key", "set", "openai", "--file", stdin=b"an-old-one\n")
    wb("key", "set", "openai", stdin=GIVEN)
    assert key_for("openai") == KEY
    assert not (config_dir() / "keys.json").exists()


@pytest.mark.parametrize(
    "given", [[KEY], [f"--value={KEY}"], ["--key", KEY], [f"--file={KEY}"], ["--file", KEY]]
)
def test_a_key_on_the_command_line_is_refused_and_not_repeated(wb: CommandLine, given: list[str]) -> None:
    said = wb.refused("key", "set", "openai", *given)
    assert KEY not in said
    assert not (config_dir() / "keys.json").exists()


@pytest.mark.parametrize("given", [b"", b"\n", b"two\nlines\n", b"k\x00ey\n", "schlüssel\n".encode()])
def test_what_cannot_be_a_key_is_refused(wb: CommandLine, ring: InMemory, given: bytes) -> None:
    wb.refused("key", "set", "openai", stdin=given)
    assert ring.kept == {}


def test_names_that_need_none_or_are_none_are_refused(wb: CommandLine) -> None:
    assert "ollama needs no key." in wb.refused("key", "set", "ollama", stdin=GIVEN)
    assert "is no name of a key" in wb.refused("key", "set", "a b", stdin=GIVEN)
    assert "There is no key frob." in wb.refused("key", "frob")
    wb.refused("key", "set")
    wb.refused("key", "list", "openai")


@pytest.mark.skipif(os.name == "nt", reason="there is no such terminal there")
def test_at_a_terminal_it_is_asked_for_and_not_shown() -> None:
    """In a terminal of its own: what that would show of the typed key is what a bystander would see."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        command("key", "set", "openai", "--file"),
        env=environment(), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=_take_terminal,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while b": " not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, GIVEN)
        ended = threading.Event()
        while not ended.is_set():
            try:
                shown += os.read(ours, 1000)
            except OSError:
                ended.set()
        assert running.wait(20) == 0
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert b"OPENAI_API_KEY: " in shown
    assert b"is kept in the file" in shown
    assert KEY.encode() not in shown
    assert key_for("openai") == KEY


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415 - in the child, on systems that have it
    import termios  # noqa: PLC0415 - as above

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_the_key_is_in_no_command_line_and_no_trace(tmp_path: Path) -> None:
    ran = process("key", "set", "openai", "--file", "--trace", tmp_path / "trace", stdin=GIVEN)
    assert ran.returncode == 0, ran
    assert KEY not in ran.stdout + ran.stderr + (tmp_path / "trace").read_text()
