"""Names of files are UTF-8 or bytes, whatever the locale says. Asked once, before anything else is done."""

import os
import sys


def read_names_as_utf8() -> None:
    """Begin anew in Python's UTF-8 mode where names would be read by another encoding.

    Git gives names as bytes. In an ISO 8859-1 locale the same letters would lead to another file, and one
    that is there would be taken for a deleted one. (In the C locale Python reads UTF-8 by itself.)
    """
    if sys.getfilesystemencoding() == "utf-8" or os.environ.get("PYTHONUTF8") == "1":
        return
    environment = {**os.environ, "PYTHONUTF8": "1"}
    os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)
