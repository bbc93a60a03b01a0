"""An order as a marketplace tells it: once and only once, reserved at first sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.channels.models import Channel, Storefront
from entrepot.events.services import record
from entrepot.inventory import services as inventory
from entrepot.kit import records

from ..models import Line, Order
from .address import take_parties
from .amounts import take_amounts
from .hold import hold_reason
from .lines import take_lines
from .review import approve_if_ready


@dataclass(frozen=True, slots=True)
class Taken:
    """What the order is now, and the ids of its lines by every ref they go by. ``is_new``: not known before."""

    order: Order
    line_ids: dict[str, int]
    is_new: bool


def take_order(*, channel: Channel, packages: Sequence[records.Package], at: datetime) -> Taken:
    """Create or bring up to date the order that these packages belong to, in one transaction.

    Lines are known by their ref: a split moves them between packages and never adds them again. Amounts are kept as
    sent. What keeps a person from trusting it (an unknown listing, a sum that is off, a foreign currency, an address
    that is empty) holds the order with the reason; it is reserved all the same.
    """
    first = min(packages, key=lambda p: (p.modified_at, p.package_ref))
    with transaction.atomic():
        front = _storefront(channel, first.storefront)
        order, is_new = _order(channel, front, first, at)
        take_parties(order, packages)
        counted = take_lines(order, packages, front)
        lines = list(Line.objects.system().filter(order=order).order_by("id"))
        take_amounts(order, packages, counted, lines)
        order.modified_at = max([order.modified_at, *(p.modified_at for p in packages)])
        order.is_paid = order.is_paid or any(p.is_paid for p in packages)
        order.hold_reason = hold_reason(order=order, storefront=front, lines=lines)
        order.save(update_fields=_TAKEN)
        if not order.is_history and order.state != "cancelled":
            inventory.forget(seller_id=order.seller_id, line_ids=[x.id for x in counted.grown])
            _reserve(order, lines, at)
        if is_new:
            payload = {"order_ref": order.order_ref, "channel_id": channel.id, "is_held": bool(order.hold_reason)}
            record(type="order.new", key=order.id, seller_id=order.seller_id, payload=payload)
        approve_if_ready(order=order, channel=channel, at=at)
    return Taken(order, {ref: x.id for x in lines for ref in (x.line_ref, *x.split_refs)}, is_new)


_TAKEN = [
    "gross", "seller_discount", "channel_discount", "shipping", "total", "difference", "hold_reason", "is_paid",
    "modified_at", "told_refs", "replaced_refs",
]  # fmt: skip


def _storefront(channel: Channel, code: str) -> Storefront | None:
    fronts = {s.code: s for s in Storefront.objects.system().filter(channel=channel)}
    return fronts.get(code) or (next(iter(fronts.values())) if len(fronts) == 1 and not code else None)


def _order(channel: Channel, front: Storefront | None, first: records.Package, at: datetime) -> tuple[Order, bool]:
    order, is_new = Order.objects.system().get_or_create(
        channel=channel,
        order_ref=first.order_ref,
        defaults={
            "seller_id": channel.seller_id, "storefront": front, "placed_at": first.placed_at,
            "modified_at": first.modified_at, "seen_at": at, "currency": first.currency, "gross": 0,
            "seller_discount": 0, "channel_discount": 0, "shipping": 0, "total": 0, "is_paid": first.is_paid,
            "is_export": first.is_export,
            "is_history": channel.orders_from is None or first.placed_at < channel.orders_from,
        },
    )  # fmt: skip
    return Order.objects.system().select_for_update(no_key=True).get(id=order.id), is_new


def _reserve(order: Order, lines: Sequence[Line], at: datetime) -> None:
    left = [(x.id, x.variant_id, x.quantity - x.cancelled_quantity) for x in lines if x.variant_id]
    inventory.reserve(seller_id=order.seller_id, lines=[x for x in left if x[2]], at=at)
