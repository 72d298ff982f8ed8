"""A world of its own for every test: no settings, keys, proxies or repositories of the person who runs them.

The module level acts before anything of Workbench, Qt or GitPython is imported; processes that tests start
inherit it. What only some tests need lives beside those tests.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what is in the background deaf to Ctrl+C, and children stay so.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Where the person's own settings, keys and folders would come in.
FOREIGN_PREFIXES = ("GIT_", "WORKBENCH_", "XDG_", "LITELLM_", "QT_", "OLLAMA_", "LC_")
FOREIGN_ENDINGS = ("_PROXY", "_API_KEY", "_API_BASE", "_BASE_URL", "_TOKEN")
FOREIGN_NAMES = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "LANGUAGE",
)

FIXED = {
    "QT_QPA_PLATFORM": "offscreen",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # For the plain git that builds the repositories of the tests; the program sets its own.
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada Author",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00+0000",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00+0000",
    # The person's keyring is neither read nor asked to unlock: there is none.
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    # Otherwise its import asks the network for prices.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Models of tests are on the loopback, whatever proxy a system setting names.
    "NO_PROXY": "*",
    "no_proxy": "*",
}


def home_variables(home: Path) -> dict[str, str]:
    """What leads a program to its user's folders, on every system, leading into `home` instead."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(home / ".run"),
    }


def is_foreign(name: str) -> bool:
    upper = name.upper()
    return (
        upper.startswith(FOREIGN_PREFIXES)
        # Of pip's own settings, which are needed by a test that installs, only the name looks foreign.
        or (upper.endswith(FOREIGN_ENDINGS) and not upper.startswith("PIP_"))
        or upper in FOREIGN_NAMES
    )


def make_home(home: Path) -> dict[str, str]:
    """Make the folders that a desktop session would have made; returns the variables that lead there."""
    variables = home_variables(home)
    for name, folder in variables.items():
        # Qt warns about a runtime folder that others can read, and a warning fails a test.
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700 if name == "XDG_RUNTIME_DIR" else 0o777)
    return variables


def enter_hermetic_environment() -> None:
    git = os.environ.get("WORKBENCH_TEST_GIT")
    for name in [name for name in os.environ if is_foreign(name)]:
        del os.environ[name]
    if git:  # the folder of another git than the installed one
        os.environ["PATH"] = str(Path(git).resolve()) + os.pathsep + os.environ.get("PATH", os.defpath)
    home = Path(tempfile.mkdtemp(prefix="workbench-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ.update(FIXED | make_home(home))


enter_hermetic_environment()

# A slow machine is not a failing property. In CI every run tries the same examples, so that a red run is
# about the change; at a desk they are new ones each time.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, so that what one test saves no other finds."""
    folder = tmp_path_factory.mktemp("home")
    for name, value in make_home(folder).items():
        monkeypatch.setenv(name, value)
    return folder
