"""The painted view of a whole review: one continuous scroll over all files."""
