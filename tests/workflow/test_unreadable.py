"""Files that nobody may read any more: what was judged in them stays judged, and nothing is written over them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repos import Repo, new_repo, numbered

ROUNDS = """
import os, sys
from pathlib import Path
from workbench.git import runner
from workbench.errors import UserError
from workbench.review.verdicts import Verdict
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import Asked, open_review
from workbench.workflow.receive import refresh, take_arrival

root, closed = Path(sys.argv[1]), Path(sys.argv[1], sys.argv[2])
runner.load()
if os.geteuid() == 0:  # after the imports: a Python below /root cannot be read any more
    os.setgid(65534)
    os.setuid(65534)
session = open_review(root, Asked())
for file in session.files:
    session.judge_in_bulk(file.changes, Verdict.REJECTED if "rejected" in file.path else Verdict.ACCEPTED)
closed.chmod(0)
(root / "other.py").write_text("another\\n")
take_arrival(session, refresh(session))
for entry in session.ledger():
    print(entry.said.value, entry.path)
for row in session.review.round.not_shown:
    print(row.path, row.why)
try:
    carry_out(session, plan_landing(session, "worktree"))
except UserError as refused:
    print(refused)
print(refresh(session))
closed.chmod(0o755 if closed.is_dir() else 0o644)
print(refresh(session))
carry_out(session, plan_landing(session, "worktree"))
print((root / "folder/accepted.py").read_text().split()[1])
print((root / "folder/rejected.py").read_text().split()[1])
session.close()
"""

JUDGED = {
    "still there folder/rejected.py",
    "kept folder/accepted.py",
    "kept folder/gone.py",
    "kept folder/new.py",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A folder that anybody may write, with a change of each kind in it."""
    made = new_repo(tmp_path / "repo")
    files = ("accepted", "rejected", "gone")
    made.commit({f"folder/{name}.py": numbered(20) for name in files})
    made.write({f"folder/{name}.py": numbered(20).replace("line 1\n", "line one\n") for name in files})
    made.write({"folder/new.py": "new\n"})
    (made.root / "folder/gone.py").unlink()
    for place in (made.root, *made.root.rglob("*")):
        if os.geteuid() == 0:
            os.chown(place, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    return made


def rounds(repo: Repo, data: Path, closed: str) -> list[str]:
    """What the two rounds say, by a user whom permissions hold back."""
    data.mkdir()
    data.chmod(0o777)
    done = subprocess.run(
        [sys.executable, "-c", ROUNDS, str(repo.root), closed],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "WORKBENCH_DATA": str(data), "XDG_CONFIG_HOME": str(data), "HOME": str(data)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ("folder/accepted.py", "cannot be read: no permission; shown as it was read last"),
        ("folder/new.py", "cannot be read: no permission; shown as it was read last"),
    ],
)
def test_a_file_that_was_judged_and_cannot_be_read_any_more_was_not_altered(
    tmp_path: Path, repo: Repo, closed: str, why: str
) -> None:
    *ledger, row, again, opened, accepted, rejected = rounds(repo, tmp_path / "data", closed)
    assert set(ledger) == JUDGED
    assert row == f"{closed} {why}"
    assert (again, opened) == ("None", "None")
    assert (accepted, rejected) == ("one", "1")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
def test_a_folder_that_was_judged_and_cannot_be_opened_any_more_is_as_it_was_read_and_not_written(
    tmp_path: Path, repo: Repo
) -> None:
    said = rounds(repo, tmp_path / "data", "folder")
    print(said)
    assert set(said[:4]) == JUDGED
