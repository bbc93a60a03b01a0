"""What can go wrong with the database itself."""

from __future__ import annotations


class DatabaseDownError(RuntimeError):
    """The database did not start, or a tool of it failed. The message says what it said, and where its log is."""
