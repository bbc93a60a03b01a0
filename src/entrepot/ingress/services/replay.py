"""Read a record again that was set aside, through the mapping as it is now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels.queries import channel as channel_of
from entrepot.channels.services import account_of
from entrepot.core.errors import Refused
from entrepot.kit.read import read_raws
from entrepot.kit.registry import connector

from ..models import Receipt, SetAside
from .feeds import read_again
from .receipts import keep_receipts

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_FEED_OF = {
    "product": "products", "variation": "products", "stock": "stock", "order": "fulfilments", "shipment": "fulfilments",
}  # fmt: skip


def replay_aside(*, seller_id: int, aside_id: int, at: datetime) -> SetAside:
    """Try again what was set aside; it is applied, or stays with its present reason.

    Raises:
        Refused: it still cannot be mapped; says why.
    """
    row = SetAside.objects.for_seller(seller_id).get(id=aside_id)
    channel = channel_of(channel_id=row.channel_id)
    if row.kind == "package" and row.raw is not None:
        read = read_raws(connector(channel.connector), row.kind, [row.raw], account_of(channel))
        if read.set_aside:
            raise Refused(f"{row.subject}: {read.set_aside[0].field} {read.set_aside[0].reason}")
        with transaction.atomic():
            if read.records:  # none: a status that moves nothing
                _apply_again(channel, row.kind, read.records[0].order_ref, at)
            keep_receipts(channel=channel, kind=row.kind, raws=read.raws, records_=read.records, via="replay", at=at)
    elif row.kind in _FEED_OF:
        # The store holds the truth: it is read afresh, from the beginning.
        read_again(channel_id=channel.id, name=_FEED_OF[row.kind], at=at)
    row.state, row.last_at = "replayed", at
    row.save(update_fields=["state", "last_at"])
    return row


def _apply_again(channel: Channel, kind: str, order_ref: str, at: datetime) -> None:
    """Receipts of this order that were kept and could not be mapped are read anew, too."""
    Receipt.objects.system().filter(
        channel=channel, kind=kind, subject_ref=order_ref, outcome="set_aside"
    ).update(status="queued", outcome="", not_before=at, attempts=0)  # fmt: skip
