"""Lanes say what starving costs; a drainer empties one queue of rows in its lane."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from entrepot.jobs.models import Claimable

LANES = ("orders", "offers", "content", "bulk", "documents")


@dataclass(frozen=True, slots=True)
class Drainer:
    """Empties a queue of rows in sets.

    ``claim_and_work`` is told the time, claims one set, works and closes it, and answers how many rows it had:
    0 lets the drainer sleep ``idle_s`` or until its lane is woken. ``threads`` is how many of it a worker runs;
    ``beside`` is how many threads each of them starts at most to call remotes, and waits for with its own connection to
    the database in hand. ``lets_go`` are the models of rows that its threads claim and that may be anybody's again as
    soon as they are not at them any more: they only read, or what they sent is noted elsewhere. A worker that has to
    end gives those back at once, a thread that failed before it goes on, and the next worker of a host those of one
    that was killed. What may have sent something keeps its claim until the lease ends, so that the remote has done with
    it before it is asked.
    """

    name: str
    lane: str
    claim_and_work: Callable[[datetime], int]
    idle_s: float = 1.0
    threads: int = 1
    beside: int = 0
    lets_go: tuple[type[Claimable], ...] = ()

    @property
    def connections(self) -> int:
        """Connections to the database that all of it may hold at once in one worker."""
        return self.threads * (1 + self.beside)

    @property
    def thread_names(self) -> list[str]:
        """Of its threads in any worker."""
        return [f"drain-{self.name}-{n}" for n in range(self.threads)]


def load_drainers(names: Iterable[str] | None = None) -> list[Drainer]:
    """The drainers of ``config/drainers.py`` (dotted names of ``Drainer`` objects), checked.

    Raises:
        ImproperlyConfigured: one is no Drainer, has no lane that we know, or two share a name.
    """
    dotted = list(import_string(settings.ENTREPOT_DRAINERS) if names is None else names)
    found = [import_string(name) for name in dotted]
    for name, drainer in zip(dotted, found, strict=True):
        if not isinstance(drainer, Drainer):
            raise ImproperlyConfigured(f"{name} is no Drainer")
        if drainer.lane not in LANES:
            known = ", ".join(LANES)
            raise ImproperlyConfigured(f"drainer {drainer.name}: lane {drainer.lane!r} is not one of {known}")
    names_seen = [d.name for d in found]
    if twice := {n for n in names_seen if names_seen.count(n) > 1}:
        raise ImproperlyConfigured(f"two drainers are called {', '.join(sorted(twice))}")
    return found
