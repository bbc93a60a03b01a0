"""Stock and prices on their way out: only what differs, urgent zeros first, in the remote's largest request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from entrepot.channels import queries as channel_queries
from entrepot.channels import services as channels
from entrepot.core.clock import now
from entrepot.core.errors import (
    MappingError,
    OutcomeUnknown,
    Refused,
    RemoteBusy,
    RemoteChanged,
    RemoteError,
    RemoteUnauthorised,
)
from entrepot.kit import records
from entrepot.kit.batch import halves, submit
from entrepot.kit.client import Client
from entrepot.kit.read import pull
from entrepot.kit.registry import connector
from entrepot.kit.requests import Window
from entrepot.kit.spec import Pull, Push
from entrepot.listings import queries as listing_queries
from entrepot.listings import services as listings
from entrepot.listings.services import Sent

from ..models import PushBatch, PushItem
from .batches import add_items, begin_call, by_listing, close_batch, hold_batch, mark_sent, mark_unknown, plan_batch
from .turns import end_turn, take_turn

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront

CAPABILITY = "push_offers"
_LATE_PUSH_S = 5.0  # in which a marketplace may still take what it gave no answer to; setting hub.late_push_s

log = structlog.get_logger(__name__)


def push_offers(*, at: datetime) -> int:
    """Send one batch of a storefront whose turn it is; the number of items, at least 1 for a turn. 0: none is due."""
    due = channel_queries.takes_pushes(storefront_ids=listing_queries.due_storefronts(at=at))
    turn = take_turn(lane="offers", due=due, at=at)
    if turn is None:
        return 0
    count, wait_s = 0, 1.0
    try:
        front = channel_queries.storefront(storefront_id=turn.storefront_id)
        count, wait_s = _push(front, at)
    finally:
        end_turn(turn, wait_s=wait_s, at=now())
    return max(1, count)


def _push(front: Storefront, at: datetime) -> tuple[int, float]:
    push = connector(front.channel.connector).can.get(CAPABILITY)
    if not isinstance(push, Push):
        return 0, 60.0
    with transaction.atomic():
        batch = plan_batch(storefront=front, capability=CAPABILITY, at=at)
        sent = listings.claim_offers(storefront_id=front.id, batch_id=batch.id, limit=push.chunk, at=at)
        if not sent:
            transaction.set_rollback(True)
            return 0, 0.2  # somebody else took them just now
        add_items(batch=batch, items=[(s.listing_id, s.listing_ref, s.as_json()) for s in sent])
    return len(sent), send_offers(batch=batch, front=front, sent=sent)


def send_offers(*, batch: PushBatch, front: Storefront, sent: Sequence[Sent]) -> float:
    """Make the call of a planned batch and note what came of it; seconds that the remote wants to be left alone.

    A refused batch is halved by two new ones, until the guilty stand alone. One that another worker has taken up
    meanwhile is not sent.
    """
    client = channels.client_for(front.channel, front)
    offers = [_offer(s, front) for s in sent]
    try:
        begin_call(batch=batch, at=now())
    except Refused as late:
        log.info("batch.fenced", batch=batch.id, why=str(late))
        return 0.0
    try:
        reply = submit(client.spec, CAPABILITY, client.account, offers, client.send)
    except (OutcomeUnknown, RemoteChanged) as unknown:  # taken, but what was answered nobody understands: look
        mark_unknown(batch=batch, why=str(unknown), at=now())
    except RemoteBusy as busy:
        return give_up(batch, str(busy), busy.retry_after_s)
    except RemoteUnauthorised as lost:
        channels.access_lost(channel_id=front.channel_id, why=str(lost), at=now())
        return give_up(batch, str(lost), 30)
    except (RemoteError, MappingError) as refused:
        return _split(batch, front, sent, str(refused))
    else:
        if reply.batch_ref and not reply.is_done:
            mark_sent(batch=batch, reply=reply, at=now())
        else:
            settle(batch=batch, verdicts=reply.verdicts)
    return 0.0


def _offer(s: Sent, front: Storefront) -> records.Offer:
    return records.Offer(
        listing_ref=s.listing_ref, storefront=front.code, quantity=s.stock, sale_price=s.sale, list_price=s.listed,
        currency=front.currency,
    )  # fmt: skip


def give_up(batch: PushBatch, why: str, wait_s: float) -> float:
    """Nothing of the batch was taken, or nobody will know: its levels are due again after ``wait_s``."""
    with transaction.atomic():
        hold_batch(batch=batch)
        listings.release_offers(batch_id=batch.id, wait_s=wait_s, at=now())
        close_batch(batch=batch, state="failed", verdicts={}, error=why, at=now())
    return wait_s


def _split(batch: PushBatch, front: Storefront, sent: Sequence[Sent], why: str) -> float:
    """Halve: the items move to two batches of half the size, until the guilty stand alone."""
    if len(sent) == 1:
        verdict = records.Verdict(listing_ref=sent[0].listing_ref, is_ok=False, reason=why)
        settle(batch=batch, verdicts=[verdict])
        return 0.0
    parts = []
    with transaction.atomic():
        hold_batch(batch=batch)
        close_batch(batch=batch, state="failed", verdicts={}, error=why, at=now())
        for half in halves(sent):
            part = plan_batch(storefront=front, capability=CAPABILITY, at=now())
            listings.move_offers(old_batch_id=batch.id, batch_id=part.id, listing_ids=[s.listing_id for s in half])
            add_items(batch=part, items=[(s.listing_id, s.listing_ref, s.as_json()) for s in half])
            parts.append((part, half))
    return max(send_offers(batch=part, front=front, sent=half) for part, half in parts)


def settle(*, batch: PushBatch, verdicts: Sequence[records.Verdict]) -> None:
    """Close batch and levels by the verdicts. Of items that the remote left out nobody knows: they are sent again."""
    found = by_listing(batch=batch, verdicts=verdicts)
    missing = PushItem.objects.system().filter(batch=batch).exclude(listing_id__in=found)
    left_out = {i.listing_id for i in missing}
    found |= {
        i.listing_id: records.Verdict(listing_ref=i.listing_ref, is_ok=False, reason="the remote gave no verdict")
        for i in missing
    }
    with transaction.atomic():
        hold_batch(batch=batch)
        listings.settle_offers(batch_id=batch.id, verdicts=found, unsure=left_out, at=now())
        close_batch(batch=batch, state="settled", verdicts=found, at=now())


def read_back(*, batch: PushBatch, client: Client) -> float:
    """Nobody knows what became of a batch: look at what the remote holds now. Equal is acknowledged; the rest goes
    out again, in another body.

    The remote may work off what it took after we gave up waiting: as long as that may be, what differs is looked at
    again before anything else is sent; seconds until then, 0 when it is settled.
    """
    items = list(PushItem.objects.system().filter(batch=batch))
    capability = "pull_observed" if client.spec.has("pull_observed") else "pull_listings"
    way = client.spec.can[capability]
    assert isinstance(way, Pull)
    shown: dict[str, records.Observed] = {}
    for i in range(0, len(items), way.max_refs):
        window = Window(refs=tuple(x.listing_ref for x in items[i : i + way.max_refs]))
        for read in pull(client.spec, capability, client.account, window, client.send):
            shown |= {o.listing_ref: o for o in read.records}
    verdicts = {x.listing_id: _compared(x, shown.get(x.listing_ref)) for x in items}
    if (left_s := _may_still_come_s(batch)) > 0 and not all(v.is_ok for v in verdicts.values()):
        return left_s
    with transaction.atomic():
        hold_batch(batch=batch)
        listings.settle_offers(batch_id=batch.id, verdicts=verdicts, unsure=verdicts, at=now())
        close_batch(batch=batch, state="settled", verdicts=verdicts, at=now())
    return 0.0


def _may_still_come_s(batch: PushBatch) -> float:
    """Seconds in which the remote may still take what was sent without an answer."""
    if batch.sent_at is None:
        return 0.0
    patience_s = float(batch.channel.settings.get("hub.late_push_s", _LATE_PUSH_S))
    return patience_s - (now() - batch.sent_at).total_seconds()


def _compared(item: PushItem, shown: records.Observed | None) -> records.Verdict:
    if shown is None:
        return records.Verdict(listing_ref=item.listing_ref, is_ok=False, reason="the marketplace does not show it")
    sent = item.sent
    same_stock = sent["stock"] is None or shown.quantity == sent["stock"]
    wanted = [None if sent[name] is None else Decimal(sent[name]) for name in ("sale", "list")]
    same_price = wanted[0] is None or [shown.sale_price, shown.list_price] == wanted
    # Not there (yet): it may still be on its way, so the next body has to be another one.
    return records.Verdict(
        listing_ref=item.listing_ref, is_ok=same_stock and same_price, is_repeat=not (same_stock and same_price),
        reason="" if same_stock and same_price else "read back: the marketplace holds another value",
    )  # fmt: skip
