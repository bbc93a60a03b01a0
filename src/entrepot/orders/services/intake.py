"""An order as a marketplace tells it: once and only once, reserved at first sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from entrepot.channels.models import Channel, Storefront
from entrepot.events.services import record
from entrepot.inventory import services as inventory
from entrepot.kit import records
from entrepot.listings import queries as listings

from ..models import Line, Order, Party
from ..sums import difference, line_total
from .hold import hold_reason
from .review import approve_if_ready


@dataclass(frozen=True, slots=True)
class Taken:
    """What the order is now, and the ids of its lines by their ref. ``is_new``: it was not known before."""

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
        order, is_new = _order(channel, front, packages, first, at)
        lines = _lines(order, packages, front)
        _parties(order, packages)
        _total(order, packages, lines)
        order.hold_reason = hold_reason(order=order, storefront=front, lines=list(lines.values()))
        order.save(update_fields=[*_AMOUNTS, "difference", "hold_reason", "is_paid", "modified_at"])
        if not order.is_history and order.state != "cancelled":
            wanted = [(x.id, x.variant_id, x.quantity) for x in lines.values() if x.variant_id]
            inventory.reserve(seller_id=order.seller_id, lines=wanted, at=at)
        if is_new:
            payload = {"order_ref": order.order_ref, "channel_id": channel.id, "is_held": bool(order.hold_reason)}
            record(type="order.new", key=order.id, seller_id=order.seller_id, payload=payload)
        approve_if_ready(order=order, channel=channel, at=at)
    return Taken(order, {ref: x.id for ref, x in lines.items()}, is_new)


_AMOUNTS = ["gross", "seller_discount", "channel_discount", "shipping", "total"]


def _storefront(channel: Channel, code: str) -> Storefront | None:
    fronts = {s.code: s for s in Storefront.objects.system().filter(channel=channel)}
    return fronts.get(code) or (next(iter(fronts.values())) if len(fronts) == 1 and not code else None)


def _order(
    channel: Channel, front: Storefront | None, packages: Sequence[records.Package], first: records.Package, at: datetime
) -> tuple[Order, bool]:
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
    order = Order.objects.system().select_for_update().get(id=order.id)
    order.modified_at = max([order.modified_at, *(p.modified_at for p in packages)])
    order.is_paid = order.is_paid or any(p.is_paid for p in packages)
    return order, is_new


def _lines(order: Order, packages: Sequence[records.Package], front: Storefront | None) -> dict[str, Line]:
    known = {x.line_ref: x for x in order.lines.all()}
    fresh: dict[str, records.Line] = {}
    quantities: dict[str, int] = {}
    for package in packages:
        if package.state == "superseded":
            continue
        for line in package.lines:
            quantities[line.line_ref] = quantities.get(line.line_ref, 0) + line.quantity
            if line.line_ref not in known:
                fresh[line.line_ref] = line
    if packages and not quantities:  # every package was replaced: the original still tells what was bought
        for package in packages:
            for line in package.lines:
                quantities[line.line_ref] = max(quantities.get(line.line_ref, 0), line.quantity)
                if line.line_ref not in known:
                    fresh[line.line_ref] = line
    variants = listings.variant_ids(storefront_id=front.id, listing_refs=[x.listing_ref for x in fresh.values()]) if front else {}
    rows = [
        Line(
            seller_id=order.seller_id, order=order, line_ref=ref, listing_ref=x.listing_ref, sku=x.sku,
            title=x.title[:300], quantity=quantities[ref], unit_gross=x.unit_gross,
            unit_seller_discount=x.unit_seller_discount, unit_channel_discount=x.unit_channel_discount,
            unit_price=x.unit_price, vat_rate=x.vat_rate, variant_id=variants.get(x.listing_ref),
            line_total=line_total(x, order.currency) * quantities[ref] / x.quantity if x.quantity else Decimal(0),
        )
        for ref, x in fresh.items()
    ]  # fmt: skip
    Line.objects.system().bulk_create(rows)
    return {x.line_ref: x for x in Line.objects.system().filter(order=order).order_by("id")}


def _parties(order: Order, packages: Sequence[records.Package]) -> None:
    """Addresses may be empty at first and filled later; what is known is never emptied by younger news."""
    newest = max(packages, key=lambda p: p.modified_at)
    for role, party in (("ship_to", newest.ship_to), ("bill_to", newest.bill_to)):
        row = Party.objects.system().filter(order=order, role=role).first() or Party(
            seller_id=order.seller_id, order=order, role=role
        )
        for name in ("name", "company", "phone", "email", "district", "city", "region", "postcode", "country",
                     "tax_number", "tax_office"):  # fmt: skip
            value = getattr(party, name)
            if value:
                setattr(row, name, value[: Party._meta.get_field(name).max_length])
        row.lines = list(party.lines) or row.lines
        row.save()


def _total(order: Order, packages: Sequence[records.Package], lines: dict[str, Line]) -> None:
    """Amounts of the whole order: the packages that count, each once. A superseded package counts only alone."""
    counting = [p for p in packages if p.state != "superseded"] or list(packages)
    known = {x for p in counting for x in (line.line_ref for line in p.lines)}
    if order.total and known != set(lines):
        return  # news of a part of the order: the whole was told before
    order.gross = sum((p.gross for p in counting), Decimal(0))
    order.seller_discount = sum((p.seller_discount for p in counting), Decimal(0))
    order.channel_discount = sum((p.channel_discount for p in counting), Decimal(0))
    order.shipping = sum((p.shipping for p in counting), Decimal(0))
    order.total = sum((p.total for p in counting), Decimal(0))
    order.difference = sum(
        (difference(p.total, p.lines, p.shipping, p.currency) for p in counting), Decimal(0)
    )
