"""Listings on their way out: created, changed, closed; in batches, with a verdict an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
from entrepot.kit.batch import halves, submit, unsayable
from entrepot.kit.client import Client
from entrepot.kit.read import pull
from entrepot.kit.registry import connector
from entrepot.kit.requests import Window
from entrepot.kit.spec import Pull, Push
from entrepot.listings import queries as listing_queries
from entrepot.listings import services as listings

from ..models import PushBatch, PushItem
from .batches import add_items, begin_call, by_listing, close_batch, hold_batch, mark_sent, mark_unknown, plan_batch
from .turns import LEASE_S, end_turn, take_turn

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront
    from entrepot.listings.models import Listing

log = structlog.get_logger(__name__)


def push_content(*, at: datetime) -> int:
    """Send one round of queued and closing listings of a storefront whose turn it is; the number of items, at least 1
    for a turn. 0: none is due.
    """
    due = channel_queries.takes_pushes(storefront_ids=listing_queries.storefronts_to_send(at=at))
    turn = take_turn(lane="content", due=due, at=at)
    if turn is None:
        return 0
    count, wait_s = 0, 1.0
    try:
        front = channel_queries.storefront(storefront_id=turn.storefront_id)
        count, wait_s = _push(front, at), 0.0
    finally:
        end_turn(turn, wait_s=wait_s, at=now())
    return max(1, count)


def _push(front: Storefront, at: datetime) -> int:
    spec, count = connector(front.channel.connector), 0
    queued = listings.claim_content(storefront_id=front.id, state="queued", limit=1000, lease_s=LEASE_S, at=at)
    for capability, rows in _grouped(queued, spec.can).items():
        count += _send_rows(front, capability, rows, "submit")
    closing = listings.claim_content(storefront_id=front.id, state="closing", limit=1000, lease_s=LEASE_S, at=at)
    ended = set(listings.finish_unlisted(rows=closing, at=now()))
    ready = listings.zeroed(rows=closing) - ended
    listings.release_content(listing_ids=[r.id for r in closing if r.id not in ready], wait_s=0.5, at=now())
    leaving = [r for r in closing if r.id in ready]
    if leaving and not isinstance(spec.can.get(listings.CLOSE), Push):  # stock 0 is all that can be said there
        done = {r.id: records.Verdict(listing_ref=r.listing_ref, is_ok=True) for r in leaving}
        listings.settle_content(verdicts=done, capability=listings.CLOSE, at=now())
        return count + len(leaving)
    return count + _send_rows(front, listings.CLOSE, leaving, "")


def _grouped(rows: Sequence[Listing], can: Mapping[str, Any]) -> dict[str, list[Listing]]:
    found: dict[str, list[Listing]] = {}
    for row in rows:
        found.setdefault(listings.next_capability(row, can), []).append(row)
    return found


def _send_rows(front: Storefront, capability: str, rows: Sequence[Listing], event: str) -> int:
    push = connector(front.channel.connector).can.get(capability)
    if not rows or not isinstance(push, Push):
        return 0
    for i in range(0, len(rows), push.chunk):
        with transaction.atomic():
            batch = plan_batch(storefront=front, capability=capability, at=now())
            going = listings.sent_content(rows=rows[i : i + push.chunk], event=event, at=now())
            if not going:  # somebody else sent them just now
                transaction.set_rollback(True)
                continue
            add_items(batch=batch, items=[(r.id, r.listing_ref, {"hash": r.content_hash}) for r in going])
        _send(batch, front, going)
    return len(rows)


def _send(batch: PushBatch, front: Storefront, rows: Sequence[Listing]) -> None:
    client = channels.client_for(front.channel, front)
    good, bad = unsayable(client.spec, batch.capability, client.account, _said(batch, rows))
    if not good:
        settle(batch=batch, verdicts=bad)
        return
    try:
        begin_call(batch=batch, at=now())
    except Refused as late:
        log.info("batch.fenced", batch=batch.id, why=str(late))
        return
    try:
        reply = submit(client.spec, batch.capability, client.account, good, client.send)
    except (OutcomeUnknown, RemoteChanged) as unknown:  # taken, but what was answered nobody understands: look
        _keep_bad(batch, bad)
        mark_unknown(batch=batch, why=str(unknown), at=now())
    except (RemoteBusy, RemoteUnauthorised) as busy:
        if isinstance(busy, RemoteUnauthorised):
            channels.access_lost(channel_id=front.channel_id, why=str(busy), at=now())
        give_up(batch, str(busy), getattr(busy, "retry_after_s", 30.0))
    except (RemoteError, MappingError) as refused:  # or two listings that cannot be said together
        _split(batch, front, rows, str(refused))
    else:
        if reply.batch_ref and not reply.is_done:
            _keep_bad(batch, bad)
            mark_sent(batch=batch, reply=reply, at=now())
        else:
            settle(batch=batch, verdicts=[*reply.verdicts, *bad])


def _said(batch: PushBatch, rows: Sequence[Listing]) -> list[Any]:
    """What each row is to say. One that only comes on or off sale names itself; a new one has today's stock and price;
    those on one card say what its first listing says, since the card has one text and one set of pictures.
    """
    if batch.capability in (listings.CLOSE, listings.REOPEN):
        return [
            records.Observed(listing_ref=r.listing_ref, state=r.state, content_ref=r.content_ref or None) for r in rows
        ]
    wanted = listing_queries.wanted_levels(listing_ids=[r.id for r in rows])
    leaders = listing_queries.card_leaders(
        storefront_id=batch.storefront_id, content_refs={r.content_ref for r in rows if r.content_ref}
    )
    found = []
    for row in rows:
        stock, sale, listed = wanted.get(row.id, (None, None, None))
        first = leaders.get(row.content_ref, row).content if batch.capability == listings.CARD else row.content
        content = replace(
            content_of(row), title=first["title"], description=first["description"], images=tuple(first["images"])
        )
        found.append(
            content
            if stock is None or sale is None
            else replace(content, quantity=stock, sale_price=sale, list_price=sale if listed is None else listed)
        )
    return found


def _keep_bad(batch: PushBatch, bad: Sequence[records.Verdict]) -> None:
    for listing_id, verdict in by_listing(batch=batch, verdicts=bad).items():
        PushItem.objects.system().filter(batch=batch, listing_id=listing_id).update(is_ok=False, reason=verdict.reason)


def content_of(row: Listing) -> records.Content:
    """The stored content as the kit's record."""
    c = row.content
    return records.Content(
        listing_ref=row.listing_ref, sku=c["sku"], model_ref=c["model_ref"], title=c["title"],
        description=c["description"], brand_ref=c["brand_ref"], category_ref=c["category_ref"],
        attributes=tuple(records.AttributeChoice(**a) for a in c["attributes"]), images=tuple(c["images"]),
        origin=c["origin"], vat_rate=Decimal(c["vat_rate"]), weight_g=c["weight_g"],
        list_price=Decimal(c["list_price"]), sale_price=Decimal(c["sale_price"]), currency=c["currency"],
        quantity=c["quantity"], storefront=c["storefront"], length_mm=c["length_mm"], width_mm=c["width_mm"],
        height_mm=c["height_mm"], content_ref=row.content_ref or None,
    )  # fmt: skip


def give_up(batch: PushBatch, why: str, wait_s: float) -> None:
    """Nothing of the batch was taken: its listings are queued again."""
    ids = list(PushItem.objects.system().filter(batch=batch).values_list("listing_id", flat=True))
    with transaction.atomic():
        hold_batch(batch=batch)
        listings.unsend_content(listing_ids=ids, wait_s=wait_s, at=now())
        listings.release_content(listing_ids=ids, wait_s=wait_s, at=now())
        close_batch(batch=batch, state="failed", verdicts={}, error=why, at=now())


def _split(batch: PushBatch, front: Storefront, rows: Sequence[Listing], why: str) -> None:
    if len(rows) == 1:
        settle(batch=batch, verdicts=[records.Verdict(listing_ref=rows[0].listing_ref, is_ok=False, reason=why)])
        return
    parts = []
    with transaction.atomic():
        hold_batch(batch=batch)
        close_batch(batch=batch, state="failed", verdicts={}, error=why, at=now())
        for half in halves(rows):
            part = plan_batch(storefront=front, capability=batch.capability, at=now())
            add_items(batch=part, items=[(r.id, r.listing_ref, {"hash": r.content_hash}) for r in half])
            parts.append((part, half))
    for part, half in parts:
        _send(part, front, half)


def settle(*, batch: PushBatch, verdicts: Sequence[records.Verdict]) -> None:
    """Close batch and listings by the verdicts, those kept before (could not be mapped) included."""
    found = by_listing(batch=batch, verdicts=verdicts)
    for item in PushItem.objects.system().filter(batch=batch).exclude(listing_id__in=found):
        reason = item.reason or "the remote gave no verdict"
        found[item.listing_id] = records.Verdict(listing_ref=item.listing_ref, is_ok=False, reason=reason)
    with transaction.atomic():
        hold_batch(batch=batch)
        judged = connector(batch.channel.connector).has("pull_audits")
        listings.settle_content(
            verdicts=found, capability=batch.capability, at=now(), review_ref=batch.batch_ref if judged else ""
        )
        close_batch(batch=batch, state="settled", verdicts=found, at=now())


def read_back(*, batch: PushBatch, client: Client) -> float:
    """Nobody knows what became of a batch: what the marketplace shows has entered review; the rest goes out again.

    A refusal is read by the review feed, with its words. A change of what is there sets texts and facts, and showing
    the listing does not show that it was taken: it is sent again, which harms nothing. Always settled: 0.
    """
    items = list(PushItem.objects.system().filter(batch=batch))
    way = client.spec.can["pull_listings"]
    assert isinstance(way, Pull)
    shown: set[str] = set()
    for i in range(0, len(items), way.max_refs):
        window = Window(refs=tuple(x.listing_ref for x in items[i : i + way.max_refs]))
        for read in pull(client.spec, "pull_listings", client.account, window, client.send):
            shown |= {o.listing_ref for o in read.records if _shows(batch.capability, o)}
    there = [records.Verdict(listing_ref=x.listing_ref, is_ok=True) for x in items if x.listing_ref in shown]
    again = [x.listing_id for x in items if x.listing_ref not in shown and x.is_ok is not False]
    with transaction.atomic():
        hold_batch(batch=batch)
        listings.unsend_content(listing_ids=again, wait_s=1, at=now())
        listings.release_content(listing_ids=again, wait_s=1, at=now())
        PushItem.objects.system().filter(batch=batch, listing_id__in=again).update(
            is_ok=False, reason="was never taken"
        )
        settle(batch=batch, verdicts=[*there, *_bad(batch)])
    return 0.0


def _shows(capability: str, shown: records.Observed) -> bool:
    """Whether what the marketplace shows of a listing means that a batch of this kind was taken."""
    if capability in (listings.CLOSE, listings.REOPEN):
        return (shown.state == "closed") is (capability == listings.CLOSE)
    return capability == listings.CREATE


def _bad(batch: PushBatch) -> list[records.Verdict]:
    rows = PushItem.objects.system().filter(batch=batch, is_ok=False)
    return [records.Verdict(listing_ref=r.listing_ref, is_ok=False, reason=r.reason) for r in rows]
