"""A file that cannot be opened, though its permissions let one hope so: it is told, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.held_back import can_hold_back, hold_back
from tests.repos import Repo, new_repo, numbered

pytestmark = can_hold_back

SNAPSHOT = """
import json, shutil, sys
from pathlib import Path
from workbench.git.adding import STORING
from workbench.git.repository import Repository
from workbench.git.watching import Watch, watching

root, data, *closing = sys.argv[1:]

def told(step):
    if step.words == STORING:  # looked at, and not yet read
        for name in closing:
            if name.endswith("/"):  # it becomes a file
                shutil.rmtree(Path(root, name))
                Path(root, name).write_text("a file")
            else:
                Path(root, name).chmod(0)

repository = Repository.open(Path(root), Path(data))
with watching(Watch(told)):
    found = repository.snapshot()
entries = repository.tree_entries(found.tree)
blobs = {path: repository.blob(blob).decode() for path, (_, blob) in entries.items()}
print(json.dumps({"not_shown": {row.path: row.why for row in found.not_shown}, "blobs": blobs}))
repository.close()
"""


def snapshot(repo: Repo, data: Path, *closing: str) -> dict[str, Any]:
    """A snapshot during which these files are closed, after they were looked at and before git reads them."""
    done = subprocess.run(
        [sys.executable, "-c", SNAPSHOT, str(repo.root), str(data), *closing],
        capture_output=True, text=True, check=False, timeout=120, preexec_fn=hold_back,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = new_repo(tmp_path / "repo")
    made.commit({"closed.py": numbered(5), "open.py": numbered(5)})
    made.write({"closed.py": numbered(6), "open.py": numbered(6), "new.py": "new\n"})
    return made


def test_a_file_that_is_closed_before_git_reads_it_is_told_and_stands_as_the_base_has_it(
    repo: Repo, tmp_path: Path
) -> None:
    found = snapshot(repo, tmp_path / "data", "closed.py", "new.py")
    assert found["not_shown"] == {
        "closed.py": "cannot be read: Permission denied",
        "new.py": "cannot be read: Permission denied",
    }
    assert found["blobs"] == {"closed.py": numbered(5), "open.py": numbered(6)}


def test_the_same_where_it_was_read_before_and_where_it_opens_again(repo: Repo, tmp_path: Path) -> None:
    assert not snapshot(repo, tmp_path / "data")["not_shown"]
    repo.write({"closed.py": numbered(7)})
    assert snapshot(repo, tmp_path / "data", "closed.py")["blobs"]["closed.py"] == numbered(5)
    (repo.root / "closed.py").chmod(0o644)
    again = snapshot(repo, tmp_path / "data")
    assert (again["not_shown"], again["blobs"]["closed.py"]) == ({}, numbered(7))


def test_a_file_whose_folder_became_a_file_meanwhile_is_gone_and_no_reason_is_told(
    repo: Repo, tmp_path: Path
) -> None:
    repo.write({"folder/within.py": "new\n"})
    found = snapshot(repo, tmp_path / "data", "closed.py", "folder/")
    assert found["not_shown"] == {"closed.py": "cannot be read: Permission denied"}
    assert "folder/within.py" not in found["blobs"]
