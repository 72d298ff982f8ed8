"""Pictures of every main state of the window, made by `packaging/dev.py shots`, to be looked at by a person."""
