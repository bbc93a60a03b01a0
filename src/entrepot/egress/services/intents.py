"""Pursue what we set out to do on remotes: orders into stores, moves of packages, labels, cancellations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from entrepot.channels import services as channels
from entrepot.channels.models import Channel, Intent
from entrepot.core.clock import now
from entrepot.core.errors import MappingError, OutcomeUnknown, Refused, RemoteBusy, RemoteError, RemoteUnauthorised

from . import labels, packages, store_cancel, store_order

log = structlog.get_logger(__name__)

_LEASE_S = 120
PURSUE: dict[str, Callable[[Intent, Channel], None]] = {
    "store_order": store_order.pursue,
    "settle_total": store_order.pursue_total,
    "store_waybills": store_order.pursue_waybills,
    "store_cancel": store_cancel.pursue,
    "package_move": packages.pursue,
    "label": labels.pursue,
}
REFUSE: dict[str, Callable[[Intent, str], None]] = {
    "store_order": store_order.refuse,
    "settle_total": store_order.refuse_total,
    "store_waybills": store_order.refuse_waybills,
    "store_cancel": store_cancel.refuse,
    "package_move": packages.refuse,
    "label": labels.refuse,
}


def pursue_intents(*, limit: int, at: datetime) -> int:
    """Pursue up to ``limit`` open intents that are due; the number pursued.

    One in ``sent`` whose lease ran out belongs to a worker that died: its outcome is unknown, so it is asked for and
    never simply sent again.
    """
    rows = _claim(limit, at)
    for intent in rows:
        _one(intent)
    return len(rows)


def _claim(limit: int, at: datetime) -> list[Intent]:
    with transaction.atomic():
        rows = list(
            Intent.objects.system()
            .filter(state__in=["planned", "sent", "unknown"], not_before__lte=at, channel__state="live")
            .select_related("channel")
            .order_by("not_before", "id")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:limit]
        )
        for row in rows:
            row.claim_no += 1
            row.not_before = at + timedelta(seconds=_LEASE_S)
            row.leased_until = row.not_before
            if row.state == "sent":
                row.state = "unknown"
        Intent.objects.system().bulk_update(rows, ["claim_no", "not_before", "leased_until", "state"])
    return rows


def _one(intent: Intent) -> None:
    if intent.channel.is_push_paused:
        channels.postpone_intent(intent, seconds=5, why="pushes to this channel are paused", at=now())
        return
    try:
        PURSUE[intent.kind](intent, intent.channel)
    except OutcomeUnknown as unknown:
        channels.lose_intent(intent, why=str(unknown), at=now())
    except RemoteBusy as busy:
        channels.postpone_intent(intent, seconds=min(60, busy.retry_after_s + 0.2), why=str(busy), at=now())
    except RemoteUnauthorised as lost:
        channels.access_lost(channel_id=intent.channel_id, why=str(lost), at=now())
        channels.postpone_intent(intent, seconds=30, why=str(lost), at=now())
    except (RemoteError, MappingError) as refused:
        REFUSE[intent.kind](intent, str(refused))
    except Refused as late:
        log.info("intent.fenced", intent=intent.id, why=str(late))  # another worker settled it meanwhile
    except Exception as problem:
        # The edge of the worker: the others of this claim go on; this one is looked at again soon, and never simply
        # resent. Where the database itself went away the lease brings every intent of the claim back.
        log.exception("intent.failed", intent=intent.id, kind=intent.kind)
        connection.close_if_unusable_or_obsolete()
        channels.soften_intent(intent, why=f"{type(problem).__name__}: {problem}", at=now())
