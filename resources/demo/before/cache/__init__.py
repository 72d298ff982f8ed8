"""A small cache with a size limit."""

from cache.store import Store

__all__ = ["Store"]
