"""Suites of random cases that run as long as one lets them: `packaging/dev.py fuzz`."""
