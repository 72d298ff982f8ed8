"""The digest of our own ids and names, without OpenSSL.

`hashlib` is this function too, and loads OpenSSL beside it, which takes 6 ms of each start. Python's own
`random` takes its digest in the same way.
"""

try:
    from _blake2 import blake2b
except ImportError:  # a Python that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
