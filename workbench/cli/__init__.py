"""The scripting surface: everything the window can decide, decided without it, by the same code."""
