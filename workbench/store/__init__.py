"""The only place that touches the program's own files: paths, settings, keys, the action log."""
