"""Orders as a marketplace tells them: once and only once, reserved at first sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.events.services import Happening, record_many
from entrepot.inventory import services as inventory
from entrepot.kit import records
from entrepot.listings import queries as listings

from ..models import Order
from ..parts import AMOUNTS, told_parts
from .address import take_parties
from .cancel_there import take_back_cancels
from .entry import Entry, open_entries, save_entries
from .hold import hold_reason
from .late import tell_late
from .lines import take_lines
from .look import look
from .review import approve_ready

if TYPE_CHECKING:
    from entrepot.channels.models import Channel


@dataclass(frozen=True, slots=True)
class Taken:
    """What the order is now, and the ids of its lines by every ref they go by. ``is_new``: not known before."""

    order: Order
    line_ids: dict[str, int]
    is_new: bool


def take_order(*, channel: Channel, packages: Sequence[records.Package], at: datetime) -> Taken:
    """One order, as :func:`take_orders` takes many."""
    ref = packages[0].order_ref
    return take_orders(channel=channel, told={ref: packages}, at=at)[ref]


def take_orders(*, channel: Channel, told: Mapping[str, Sequence[records.Package]], at: datetime) -> dict[str, Taken]:
    """Create or bring up to date the orders that these packages belong to, by order ref, in one transaction.

    Amounts are kept as sent. What keeps a person from trusting an order (an unknown listing, a sum that is off, a
    foreign currency, an address that is empty) holds it with the reason; it is reserved all the same. The number of
    SQL statements does not grow with the number of orders.
    """
    with transaction.atomic():
        entries = open_entries(channel=channel, told=told, at=at)
        variants = _variants(entries)
        for entry in entries:
            _take(entry, variants, at)
        more = [e.order for e in entries if e.seen and e.seen != look(e.order).text()]
        save_entries(entries)
        _reserve(channel, entries, at)
        take_back_cancels(more, at=at)
        tell_late(more)
        record_many(_news(e, channel) for e in entries if e.is_new)
        approve_ready(orders=[e.order for e in entries], channel=channel, at=at)
    return {e.order.order_ref: Taken(e.order, {ref: x.id for ref, x in e.by_ref().items()}, e.is_new) for e in entries}


def _variants(entries: Sequence[Entry]) -> dict[int | None, dict[str, int]]:
    """Storefront id → listing ref → variant id."""
    refs: dict[int, set[str]] = {}
    for entry in entries:
        if entry.front is not None:
            refs.setdefault(entry.front.id, set()).update(x.listing_ref for p in entry.packages for x in p.lines)
    return {front: listings.variant_ids(storefront_id=front, listing_refs=sorted(some)) for front, some in refs.items()}


def _take(entry: Entry, variants: Mapping[int | None, Mapping[str, int]], at: datetime) -> None:
    order = entry.order
    take_parties(entry)
    ours = variants[entry.front.id] if entry.front else {}
    entry.seen = look(order).text() if order.store_ref else ""
    order.parts = told_parts(order.parts, entry.packages)
    _follow(entry, ours, at)
    order.modified_at = max([order.modified_at, *(p.modified_at for p in entry.packages)])
    order.is_paid = order.is_paid or any(p.is_paid for p in entry.packages)
    order.hold_reason = hold_reason(
        order=order, storefront=entry.front, lines=entry.lines, ship_to=entry.parties["ship_to"]
    )


def _follow(entry: Entry, variants: Mapping[str, int], at: datetime) -> None:
    """Lines and amounts as the news is now."""
    seen = look(entry.order)
    take_lines(entry, seen, variants, at=at)
    for name in AMOUNTS:
        setattr(entry.order, name, seen.amounts[name])
    entry.order.difference = seen.off


def retake(entry: Entry, *, at: datetime) -> None:
    """An order that is locked, once more by the news that is known."""
    refs = sorted({row["listing"] for part in entry.order.parts.values() for row in part["rows"]})
    front = entry.front
    _follow(entry, listings.variant_ids(storefront_id=front.id, listing_refs=refs) if front else {}, at)
    save_entries([entry])
    _reserve(entry.order.channel, [entry], at)


def _reserve(channel: Channel, entries: Sequence[Entry], at: datetime) -> None:
    """At first sight, also what is told of an order that has ended: it lives on the marketplace."""
    live = [e for e in entries if not e.order.is_history]
    if grown := [x.id for e in live for x in e.grown]:
        inventory.forget(seller_id=channel.seller_id, line_ids=grown)
    left = [
        (x.id, x.variant_id, x.quantity - x.cancelled_quantity)
        for e in live
        for x in (e.lines if e.order.state != "cancelled" else (*e.fresh, *e.grown))
        if x.variant_id
    ]
    inventory.reserve(seller_id=channel.seller_id, lines=[x for x in left if x[2]], at=at)


def _news(entry: Entry, channel: Channel) -> Happening:
    order = entry.order
    payload = {"order_ref": order.order_ref, "channel_id": channel.id, "is_held": bool(order.hold_reason)}
    return Happening("order.new", order.id, payload, order.seller_id)
