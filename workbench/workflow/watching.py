"""Waiting for what takes long, for those above: what it is doing now, and a way to end it."""

from __future__ import annotations

from workbench.git.runner import GitCancelledError
from workbench.git.watching import Step, Watch, check, saving, watching

__all__ = ["GitCancelledError", "Step", "Watch", "check", "saving", "watching"]
