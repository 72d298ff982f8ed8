"""A file that nobody may read any more: what was judged in it stays judged, and nothing is written over it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repos import new_repo, numbered

ROUNDS = """
import os, sys
from pathlib import Path
from workbench.errors import UserError
from workbench.git.locking import landing_lock
from workbench.review.verdicts import Verdict
from workbench.workflow.landing import carry_out, plan_landing
from workbench.workflow.opening import Asked, open_review
from workbench.workflow.receive import refresh, take_arrival

root, closed = Path(sys.argv[1]), sys.argv[2]
if os.geteuid() == 0:  # after the imports: a Python below /root cannot be read any more
    os.setgid(65534)
    os.setuid(65534)
session = open_review(root, Asked())
edited = {file.path: file for file in session.files}
session.judge([change for path in ("folder/a.py", "folder/new.py") for change in edited[path].changes], Verdict.ACCEPTED)
session.judge(edited["folder/b.py"].changes, Verdict.REJECTED)
(root / closed).chmod(0)
(root / "other.py").write_text("another\\n")

take_arrival(session, refresh(session))
for entry in session.ledger():
    print(entry.said.value, entry.path)
for row in session.review.round.not_shown:
    print(row.path, row.why)
try:
    carry_out(session, plan_landing(session, "worktree"))
except UserError as refused:
    print(refused, refused.hint)
print(refresh(session))

(root / closed).chmod(0o755)
print(refresh(session))
carry_out(session, plan_landing(session, "worktree"))
print((root / "folder/a.py").read_text().split()[1], (root / "folder/b.py").read_text().split()[1])
session.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such permissions")
@pytest.mark.parametrize(
    ("closed", "listed", "refused"),
    [
        ("folder", "folder/", "folder/b.py cannot be read: Permission denied"),
    ],
)
def test_x(tmp_path: Path, closed: str, listed: str, refused: str) -> None:
    pass
