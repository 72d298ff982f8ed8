"""The tests of Workbench. Mirrors the package, with whole-window tests and benchmarks beside it."""
