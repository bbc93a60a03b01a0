"""What is told of an order after the store has it: a person mends it there, and says so here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import amend_intent
from entrepot.core.errors import Refused
from entrepot.core.money import minor_unit
from entrepot.inventory import services as inventory

from ..living import Picture
from ..models import Line, Order
from ..parts import FACTS
from ..rows import by_ref
from .entry import going_out, in_store, update_rows
from .export import KIND
from .hold import differs_from_told
from .kits import Kits, kept, kits_of
from .lines import shares
from .look import look, mark
from .lowering import taken_out, too_many
from .sale import averaged, gross_of, owed_for
from .troubles import say, unsay

if TYPE_CHECKING:
    from entrepot.channels.models import Intent


def tell_late(orders: Sequence[Order]) -> None:
    """Say of locked orders what the marketplace told of and the store's order does not have, or has otherwise."""
    for order in orders:
        if why := _what_differs(order):
            say([order], "late", f"told after the store had the order: {why}, and say here that it is done")
        else:
            unsay([order], "late")


def _what_differs(order: Order) -> str:
    """What a person has to mend in the store's order; empty: nothing, or it is not known what was sent."""
    creation = _creation(order)
    seen = look(order)
    if creation is None or seen.is_over:
        return ""
    lines = list(Line.objects.for_seller(order.seller_id).filter(order=order).order_by("id"))
    said, they = [], "it has"
    if missing := _too_few(order, lines):
        said.append(_named(order, missing) + "; add it there")
        they = "it then has"
    is_new = "owed" in creation.payload and creation.payload.get("seen") != mark(seen) and not seen.awaited
    if is_new and (why := differs_from_told(order, lines, there=_there(order, creation, lines), they=they)):
        said.append(f"{why}; mend it there")
    return "; ".join(said)


def _there(order: Order, creation: Intent, lines: Sequence[Line]) -> dict[str, Any]:
    """What the store was given, less the pieces that were, or are being, taken out of it."""
    taken, waiting, given = taken_out(order), too_many(order), creation.payload
    left = {str(x.id): x.quantity - x.cancelled_quantity for x in lines if x.id in taken and x.id not in waiting}
    owed = {key: str(Decimal(given["owed"][key]) - taken[int(key)]) for key in left if key in given["owed"]}
    return {**given, "lines": {**given["lines"], **left}, "owed": {**given["owed"], **owed}}


def _named(order: Order, missing: Sequence[tuple[Line, int]]) -> str:
    """Of a kit, what it is made of: that is what the store takes from its shelf."""
    kits = _kits(order, [x for x, _ in missing])
    goods = [
        (p.sku, p.pieces * count) for x, count in missing for p in kits.get(x.variant_id or 0, ())
    ] + [(x.sku or x.listing_ref, count) for x, count in missing if x.variant_id not in kits]  # fmt: skip
    return ", ".join(f"{sku} × {count}" for sku, count in goods)


def _kits(order: Order, lines: Sequence[Line]) -> Kits:
    return kits_of(store=order.store, variant_ids=[x.variant_id for x in lines if x.variant_id]) if order.store else {}


def added_by_hand(*, seller_id: int, order_id: int, at: datetime) -> Order:
    """A person has mended the store's order as told later; what was added, the store has taken from its shelf.

    Raises:
        Order.DoesNotExist: not this seller's.
        Refused: the store's order has everything.
    """
    with transaction.atomic():
        order = Order.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=order_id)
        creation = _creation(order)
        if creation is None or not _what_differs(order):
            raise Refused(f"order {order.order_ref} has nothing that the store's order lacks")
        seen = look(order)
        lines = list(Line.objects.for_seller(seller_id).filter(order=order).order_by("id"))
        missing, going, waiting = _too_few(order, lines), going_out(order), too_many(order)
        sent = creation.payload["lines"]
        inventory.absorb(seller_id=seller_id, line_ids=[x.id for x, _ in missing if str(x.id) not in sent], at=at)
        had = {x.id: x.quantity for x in lines}
        _come_to(order, lines, seen)
        fewer = [(x.id, had[x.id] - x.quantity) for x in lines if x.quantity < had[x.id]]
        inventory.give_back_some(seller_id=seller_id, lines=fewer, asked_at=None, at=at)  # a reading tells of them
        left = {x.id: x.quantity - x.cancelled_quantity for x in lines}
        there = {str(i): pieces + waiting.get(i, 0) + going.get(i, 0) for i, pieces in left.items()}
        kits = {
            **kept(_kits(order, [x for x, _ in missing]), [x for x, _ in missing]),
            **creation.payload.get("kits", {}),
        }
        owed = _owed_there(order, lines, waiting)
        total = gross_of(order=order, owed=sum(map(Decimal, owed.values())) + seen.shipping)
        now = {"lines": there, "kits": kits, "shipping": str(seen.shipping), "seen": mark(seen), "owed": owed}
        amend_intent(creation, payload={**creation.payload, **now, "total": str(total)})
        unsay([order], "late")
    return order


def _come_to(order: Order, lines: Sequence[Line], seen: Picture) -> None:
    """The lines have the pieces and the prices that are told now, and so has the store's order."""
    rows = list(by_ref(seen.whole).values())
    for listing in {x.listing_ref for x in lines}:
        surplus = sum(x.quantity for x in lines if x.listing_ref == listing)
        surplus -= sum(row.pieces for row in rows if row.listing == listing)
        for line in reversed([x for x in lines if x.listing_ref == listing]):
            less = max(0, min(surplus, line.quantity - line.cancelled_quantity))
            line.quantity, surplus = line.quantity - less, surplus - less
    held = shares(lines, rows, minor_unit(order.currency))
    for line in lines:
        pieces, amount = held.get(line.id, (0, Decimal(0)))
        row = next((row for row in rows if row.ref in (line.line_ref, *line.split_refs)), None)
        if pieces == line.quantity:
            line.line_total = amount
        if row is not None and row.listing == line.listing_ref:
            for name in FACTS:
                setattr(line, name, Decimal(row.facts[name]))
    left = {x.id: x.quantity - x.cancelled_quantity for x in lines}
    for line_id, (pieces, amount) in shares(lines, seen.living, minor_unit(order.currency), room=left).items():
        line = next(x for x in lines if x.id == line_id)
        if pieces == left[line_id] and owed_for(line, order.currency) != amount:
            line.line_total = max(line.line_total, amount) if line.cancelled_quantity else amount
            line.cancelled_total = line.line_total - amount if line.cancelled_quantity else None
    update_rows(lines, ("quantity", "line_total", "cancelled_total", *FACTS))


def _owed_there(order: Order, lines: Sequence[Line], waiting: Mapping[int, int]) -> dict[str, str]:
    """What the buyer pays, by line id, for all that the store was given, as it is told now: what is left, what was
    taken out again, and what still has to be.
    """
    taken = taken_out(order)
    return {
        str(x.id): str(
            owed_for(x, order.currency)
            + taken.get(x.id, Decimal(0))
            + (averaged(x, waiting[x.id], order.currency) if x.id in waiting else Decimal(0))
        )
        for x in lines
    }


def _creation(order: Order) -> Intent | None:
    """The intent that made the store's order, where it says what was sent and the order has not ended since."""
    if order.state == "cancelled":
        return None
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    return creation if creation and creation.state == "confirmed" and "lines" in creation.payload else None


def _too_few(order: Order, lines: Sequence[Line]) -> list[tuple[Line, int]]:
    """Lines with the pieces that the store's order has not got."""
    there = in_store(order, lines)
    left = [(x, x.quantity - x.cancelled_quantity - there.get(x.id, 0)) for x in lines]
    return [(line, count) for line, count in left if count > 0]
