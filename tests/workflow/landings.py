"""What the tests of landing share: trusting, judging, landing, and a process that kills itself."""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap

from tests.cli.driver import environment
from workbench.review.actions import Landed
from workbench.review.verdicts import Verdict, select_change, select_changes
from workbench.workflow.landing import carry_out, plan_landing, undo_landing
from workbench.workflow.session import Session
from workbench.workflow.trust import grant, trust_of

# Importing the program takes longer than a landing. So one process imports it, once, and then only ever makes
# others: each of those is fresh, single-threaded, and opens everything by itself.
NURSERY = """
    import json, os, sys, traceback
    from workbench.git import runner
    runner.load()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            said = os.open(asked["said"], os.O_WRONLY)
            nothing = os.open(os.devnull, os.O_RDONLY)
            for number, place in enumerate((nothing, said, said)):
                os.dup2(place, number)
            os.environ.clear()
            os.environ.update(asked["environment"])
            try:
                exec(asked["script"], {"__name__": "__main__"})
            except BaseException:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)
"""

PROGRAM = """
    import os, signal
    from pathlib import Path
    from workbench.workflow.opening import open_saved
    from workbench.workflow.landing import *
    from workbench.workflow import recording
    from workbench.git import branches, index_writing, intent, packing
    from workbench.workflow import landing_git
    def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
    def dying(module, name, *, after=False):
        real = getattr(module, name)
        def replaced(*args, **kwargs):
            if not after: die()
            real(*args, **kwargs)
            die()
        setattr(module, name, replaced)
"""


def trust(session: Session) -> None:
    """As the person would: everything that was shown."""
    grant(session.repository, trust_of(session.repository).surface)


def accept(session: Session, *paths: str) -> None:
    """Accept all of some files, or of all."""
    wanted = [each for each in session.changes_by_id.values() if not paths or each.path in paths]
    session.judge(select_changes(wanted), Verdict.ACCEPTED)


def accept_only(session: Session, path: str, number: int) -> None:
    """Accept one change of a file."""
    session.judge((select_change(session.by_path[path].changes[number]),), Verdict.ACCEPTED)


def land(session: Session, to: str, message: str = "") -> Landed:
    """Plan, write and record."""
    action = carry_out(session, plan_landing(session, to, message))
    session.act(action)
    return action


def undo(session: Session) -> None:
    """Take the newest landing back, and record it."""
    session.act(undo_landing(session, session.review.landings[-1]))


def killed(code: str, review: str) -> None:
    """Run code in a process of its own, in which `session` is the review, up to where it kills itself."""
    script = textwrap.dedent(PROGRAM) + f"session = open_saved({review!r})\n" + textwrap.dedent(code)
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    with tempfile.NamedTemporaryFile() as said:
        asked = {"script": script, "environment": environment(), "said": said.name}
        nursery.stdin.write(f"{json.dumps(asked)}\n")
        nursery.stdin.flush()
        ended = os.waitstatus_to_exitcode(int(nursery.stdout.readline()))
        assert ended == -signal.SIGKILL, said.read().decode()


@functools.cache
def _nursery() -> subprocess.Popen[str]:
    imports = textwrap.dedent(PROGRAM)
    made = subprocess.Popen(
        [sys.executable, "-c", imports + textwrap.dedent(NURSERY)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(made.communicate)
    return made
