"""Pictures of every main state of the window, made by `packaging/dev.py shots` for a person to look at."""
