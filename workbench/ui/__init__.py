"""The only place that knows Qt: commands, keys, window, diff view, panels, themes."""
