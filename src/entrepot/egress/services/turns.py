"""Whose turn it is to send: one storefront a claim, sellers in fair shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from entrepot.jobs.services import claim, close

from ..models import Outlet

LEASE_S = 120.0

# Turns of storefronts that never sent in this lane yet.
_OPEN = """
INSERT INTO egress_outlet (seller_id, storefront_id, lane, not_before)
SELECT seller_id, storefront_id, %(lane)s, %(at)s FROM unnest(%(sellers)s::bigint[], %(fronts)s::bigint[])
       AS due (seller_id, storefront_id)
 WHERE NOT EXISTS (SELECT 1 FROM egress_outlet o WHERE o.storefront_id = due.storefront_id AND o.lane = %(lane)s)
ON CONFLICT (storefront_id, lane) DO NOTHING
"""


def take_turn(*, lane: str, due: Sequence[tuple[int, int]], at: datetime) -> Outlet | None:
    """The turn of one of the ``due`` storefronts, pairs of (seller id, storefront id); None: others have them all."""
    if not due:
        return None
    with connection.cursor() as cursor:
        sellers, fronts = [d[0] for d in due], [d[1] for d in due]
        cursor.execute(_OPEN, {"lane": lane, "sellers": sellers, "fronts": fronts, "at": at})
    where = Q(lane=lane, storefront_id__in=[d[1] for d in due])
    return next(iter(claim(Outlet, where=where, at=at, limit=1, lease_s=LEASE_S)), None)


def end_turn(turn: Outlet, *, wait_s: float, at: datetime) -> None:
    """Let others of this lane go first; this storefront not before ``wait_s``."""
    close(Outlet, [turn], not_before=at + timedelta(seconds=wait_s))
