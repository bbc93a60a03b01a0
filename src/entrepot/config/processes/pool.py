"""How many connections to the database a process may hold at once, and whether its pool has them: docs/settings.md.

A thread keeps its connection while it waits for threads that it started; where all of the pool is kept like that,
nobody can go on, and whoever asks gives up after half a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.config import environment
from entrepot.core.errors import Refused


def refuse_small_pool(process: str, needed: int) -> None:
    """Refuse to start with a pool that is smaller than what is needed; no pool at all is never too small.

    Raises:
        Refused: says what to set.
    """
    size = environment.pool_size()
    if 0 < size < needed:
        raise Refused(
            f"ENTREPOT_DB_POOL is {size}, and the {process} may hold {needed} database connections at once: "
            f"set it to {needed} or more, or to 0 for no pool"
        )


def worker_needs(*, lanes: Sequence[str], with_jobs: bool, with_dispatcher: bool) -> int:
    """Connections that a worker's threads may hold at once, with one for its main thread."""
    from entrepot.events.dispatcher import dispatcher_connections
    from entrepot.jobs.procrastination import job_connections
    from entrepot.jobs.services.lanes import load_drainers

    drainers = sum(d.connections for d in load_drainers() if d.lane in lanes)
    jobs = job_connections() if with_jobs else 0
    return 1 + drainers + jobs + (dispatcher_connections() if with_dispatcher else 0)
