"""The one way to a database: before Django is set up, for the length of a ``with`` block."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from entrepot.config import environment as env

from .owner import Owner
from .places import Places, places

URL = "DATABASE_URL"


@dataclass(frozen=True, slots=True)
class DatabaseHandle:
    """A database that is up. ``owner`` None: somebody else's server, named by ``DATABASE_URL``."""

    url: str
    owner: Owner | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether it is our own server in ``ENTREPOT_HOME``."""
        return self.owner is not None

    @property
    def is_owner(self) -> bool:
        """Whether this process runs it (now: that passes on when the owner dies)."""
        return self.owner is not None and self.owner.is_owner

    @property
    def places(self) -> Places | None:
        """Paths of the embedded server."""
        return self.owner.server.places if self.owner else None


@contextmanager
def ensure_database(options: Mapping[str, str] | None = None) -> Iterator[DatabaseHandle]:
    """A database for the length of the block, its address in ``DATABASE_URL`` for Django and for child processes.

    With ``DATABASE_URL`` set that server is used as it is. Else a PostgreSQL of our own is started in
    ``ENTREPOT_HOME``, or the one that runs there is used. ``options`` are server settings on top of ours.

    Raises:
        DatabaseDownError: the embedded server does not start.
    """
    if url := env.text(URL):
        yield DatabaseHandle(url)
        return
    owner = Owner(places(env.home()), options)
    owner.start()
    try:
        os.environ[URL] = owner.server.url
        yield DatabaseHandle(owner.server.url, owner)
    finally:
        os.environ.pop(URL, None)
        owner.stop()
