"""Workbench: review the changes that an AI made to a git repository, and land what you accepted."""

__version__ = "0.1.0"
