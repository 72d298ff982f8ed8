"""What the program does, joining review, git, store and generation: open, judge, send, receive, land."""
