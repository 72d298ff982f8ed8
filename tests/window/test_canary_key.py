"""A canary key in the window: errors are forced; what is shown, written or given to a child is searched."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QWidget

from tests.model_server import BAD_KEY, BROKEN, ModelServer, Refuse, model_server
from tests.repos import Repo
from tests.window.conftest import CONTROL, SHIFT, Hands
from workbench.store.paths import settings_path
from workbench.ui.bugs import report

KEY = "sk-canary-2b9e64d1c07f4a35"
ECHOED = Refuse(401, f"Incorrect API key provided: {KEY}. Authorization: Bearer {KEY}")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def asking(
    make_hands: Callable[[], Hands],
    repo: Repo,
    server: ModelServer,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Hands:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("LITELLM_LOG", "OPENAI_LOG", "LOG_LEVEL", "HTTPX_LOG_LEVEL"):
        monkeypatch.setenv(name, "DEBUG")
    monkeypatch.setenv("TMPDIR", str(home))
    path = settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'take_out_before_sending = false\n[models.mine]\nmodel = "openai/gpt-4o-mini"\n'
        f'api_base = "{server.url}"\n'
        'key_name = "OPENAI_API_KEY"\n',
        "utf-8",
    )
    hands = make_hands()
    hands.open(repo)
    hands.type("x")
    return hands


def shown(hands: Hands) -> str:
    """Every text of every widget, seen or not."""
    texts: list[str] = []
    for widget in (hands.window, *hands.window.findChildren(QWidget)):
        texts += [
            widget.toolTip(),
            widget.accessibleName(),
            widget.accessibleDescription(),
            widget.windowTitle(),
        ]
        if isinstance(widget, QLabel):
            texts.append(widget.text())
        elif isinstance(widget, QPlainTextEdit):
            texts.append(widget.toPlainText())
    return "\n".join(texts)


def helpers() -> list[bytes]:
    """Environments and command lines of this process's children that call models."""
    found: list[bytes] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"generation.helper" in command:
                found += [command, (folder / "environ").read_bytes()]
        except (OSError, ValueError):
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="environments are read in /proc")
def test_the_key_is_nowhere_in_the_window_its_reports_and_its_children(
    asking: Hands, server: ModelServer, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[bytes] = []
    for number, answers in enumerate(([ECHOED], [BROKEN] * 4, [BAD_KEY])):
        server.script(*answers)
        asking.press(Qt.Key.Key_Return, CONTROL | SHIFT)
        sheet = asking.window.sheets.sending()
        assert sheet is not None
        asking.until(sheet.main.isEnabled)
        sheet.choose("mine")
        asking.press(Qt.Key.Key_Return, CONTROL)
        asked = threading.Event()
        while not server.asked:
            asking.bot.wait(50)
            assert not asked.is_set()
        seen += helpers()
        asking.bot.waitUntil(lambda n=number: len(asking.session.review.failures) == n + 1, timeout=60_000)  # type: ignore[misc]
        assert KEY not in shown(asking)
    assert server.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert any(b"generation.helper" in each for each in seen)
    assert not [each for each in seen if KEY.encode() in each]
    try:
        raise RuntimeError(f"Authorization: Bearer {KEY}")
    except RuntimeError as error:
        sentence, path = report(RuntimeError, error, sys.exc_info()[2])
    assert path is not None
    assert KEY not in sentence + path.read_text("utf-8")
    path.unlink()
    out, err = capfd.readouterr()
    assert KEY not in out + err
    files = [each for each in home.rglob("*") if each.is_file() and not each.is_symlink()]
    assert len(files) > 10
    assert [each for each in files if KEY.encode() in each.read_bytes()] == []
