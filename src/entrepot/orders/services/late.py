"""What is told of an order after the store has it: a person mends it there, and says so here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channels
from entrepot.channels.services import amend_intent
from entrepot.core.errors import Refused
from entrepot.core.ids import fingerprint
from entrepot.inventory import services as inventory

from ..models import Line, Order
from .correct import seen_otherwise, told_otherwise
from .entry import save_all
from .export import KIND
from .hold import comes_to_told, differs_from_told, lives_on, told_since
from .lines import piece_line
from .lowering import taken_out, too_many
from .sale import averaged, owed_for
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
    if creation is None:
        return ""
    lines = list(Line.objects.for_seller(order.seller_id).filter(order=order).order_by("id"))
    said = []
    if missing := _too_few(creation, lines):
        said.append(", ".join(f"{x.sku or x.listing_ref} × {count}" for x, count in missing) + "; add it there")
    sent = Decimal(creation.payload.get("told", order.total))
    more = sum((x.line_total * count / x.quantity for x, count in _later(creation, lines) if x.quantity), Decimal(0))
    if otherwise := told_otherwise(order):
        said.append("; ".join(otherwise) + "; mend it there")
    elif not comes_to_told(order, lines, whole=sent + more):
        said.append(f"it comes to {order.total} {order.currency} now, not {sent} {order.currency}; mend it there")
    elif not missing and is_of_other_goods(order, creation):
        said.append("it is told with other goods or prices now; mend it there")
    elif not missing and (why := _differs_there(order, creation, lines)):
        said.append(f"{why}; mend it there")
    return ", ".join(said)


def _differs_there(order: Order, creation: Intent, lines: Sequence[Line]) -> str:
    """Why what the store's order has is not what lives on the marketplace, but for pieces that are being taken out of
    it; empty: it is, a person has seen to it, nothing lives at all, or what was sent is not known with its amounts.
    """
    if "owed" not in creation.payload or creation.payload.get("seen") == _seen(order) or not lives_on(order):
        return ""
    return differs_from_told(order, lines, there=creation.payload)


def _seen(order: Order) -> str:
    return fingerprint(order.parts)[:16]


def is_of_other_goods(order: Order, creation: Intent) -> bool:
    """Whether a package that was sent is told with other lines now; false where what was sent is not known."""
    sent = creation.payload.get("goods", {})
    return any(x.get("goods") != sent[ref] for ref, x in order.counted.items() if ref in sent and "goods" in x)


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
        lines = list(Line.objects.for_seller(seller_id).filter(order=order).order_by("id"))
        lines += _pieces_told_since(order, lines, at)
        missing, sent = _too_few(creation, lines), dict(creation.payload["lines"])
        inventory.absorb(seller_id=seller_id, line_ids=[x.id for x, _ in missing if str(x.id) not in sent], at=at)
        for line, count in missing:
            sent[str(line.id)] = sent.get(str(line.id), 0) + count
        owed = _owed_there(order, lines)
        goods = {ref: x["goods"] for ref, x in order.counted.items() if "goods" in x}
        mended = {"lines": sent, "told": str(order.total), "owed": owed, "goods": goods, "seen": _seen(order)}
        amend_intent(creation, payload={**creation.payload, **mended})
        order.counted = seen_otherwise(order)
        save_all([order], ["counted"])
        unsay([order], "late")
    return order


def _owed_there(order: Order, lines: Sequence[Line]) -> dict[str, str]:
    """What the buyer pays, by line id, for all that the store was given, as it is told now: what is left, what was
    taken out again, and what still has to be.
    """
    taken, waiting = taken_out(order), too_many(order)
    return {
        str(x.id): str(
            owed_for(x, order.currency)
            + taken.get(x.id, Decimal(0))
            + (averaged(x, waiting[x.id], order.currency) if x.id in waiting else Decimal(0))
        )
        for x in lines
    }


def _pieces_told_since(order: Order, lines: Sequence[Line], at: datetime) -> list[Line]:
    """Pieces that one of several packages was corrected to, as lines of their own: a person has added them there."""
    found = []
    for listing_ref, pieces, amount in told_since(order, lines):
        known = max((x for x in lines if x.listing_ref == listing_ref), key=lambda x: x.quantity, default=None)
        if known is not None and known.variant_id:
            found.append(piece_line(known, lines, pieces, amount))
    Line.objects.bulk_create(found)
    wanted = [(x.id, x.variant_id or 0, x.quantity) for x in found]
    inventory.reserve(seller_id=order.seller_id, lines=wanted, at=at)
    return found


def _creation(order: Order) -> Intent | None:
    """The intent that made the store's order, where it says what was sent and the order has not ended since."""
    if order.state == "cancelled":
        return None
    creation = channels.intent_of(seller_id=order.seller_id, kind=KIND, subject_id=order.id)
    return creation if creation and creation.state == "confirmed" and "lines" in creation.payload else None


def _later(creation: Intent, lines: Sequence[Line]) -> list[tuple[Line, int]]:
    """Pieces that were told since the order was sent, also those that are cancelled again."""
    fresh = [(x, x.quantity) for x in lines if str(x.id) not in creation.payload["lines"]]
    return [*fresh, *((x, n) for x, n in _too_few(creation, lines) if str(x.id) in creation.payload["lines"])]


def _too_few(creation: Intent, lines: Sequence[Line]) -> list[tuple[Line, int]]:
    """Lines with the pieces that the store's order has not got."""
    sent = creation.payload["lines"]
    left = [(x, x.quantity - x.cancelled_quantity - sent.get(str(x.id), 0)) for x in lines]
    return [(line, count) for line, count in left if count > 0]
