"""Why a person has to look at an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from entrepot.core.money import minor_unit

from ..living import differs
from ..models import Line, Order, Party
from ..rows import Sold
from .look import look
from .sale import owed_for

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront

MASK = "***"
BEFORE_STORE = ("new", "edited", "awaiting_confirmation", "approved", "queued", "failed")


def hold_reason(
    *, order: Order, storefront: Storefront | None, lines: Sequence[Line], ship_to: Party | None
) -> str:  # fmt: skip
    """What keeps the order from being pushed, for a person to read; empty: nothing does."""
    reasons = [] if any(x.quantity for x in lines) else ["it was told without lines"]
    if unknown := [x.listing_ref for x in lines if x.variant_id is None and x.quantity]:
        reasons.append(f"listing {', '.join(unknown)} is not ours: map it to a variant")
    reasons += _wrong_news(order)
    if storefront is None:
        reasons.append("its storefront is not open here")
    elif storefront.currency != order.currency:
        reasons.append(f"currency {order.currency} is not sold in on {storefront.code} ({storefront.currency})")
    if not order.is_paid:
        reasons.append("payment is not confirmed yet")
    if not _is_deliverable(ship_to):
        reasons.append("the delivery address is empty or masked")
    return "; ".join(reasons)


def _wrong_news(order: Order) -> list[str]:
    if order.state not in BEFORE_STORE:
        return []  # ``late`` says what differs
    seen = look(order)
    reasons = []
    if seen.awaited:
        refs = ", ".join(seen.awaited)
        reasons.append(f"it was told in part: package {refs}, which was split, has not been told with its lines yet")
    if seen.off:
        reasons.append(
            f"total {seen.amounts['total']} {order.currency} is not the sum of its lines and shipping: "
            f"{seen.off:+} {order.currency} is unexplained"
        )
    return reasons + seen.wrong


def differs_from_told(
    order: Order, lines: Sequence[Line], *, there: Mapping[str, Any] | None = None, they: str = "it would be sold as"
) -> str:  # fmt: skip
    """Why what would be sold is not what lives on the marketplace, for a person to read; empty: it is.

    ``there``: what the store was given (``lines``, ``owed`` by line id and ``shipping``), instead of what would be
    sold; pieces that are cancelled count as taken out, and those that it lacks as added. ``they``: how to call it.
    """
    if not order.parts:
        return ""
    seen = look(order)
    sold = Sold(shipping=seen.shipping if there is None else Decimal(there.get("shipping", seen.shipping)))
    for x in lines:
        left, owed = x.quantity - x.cancelled_quantity, owed_for(x, order.currency)
        if there is not None and 0 < there["lines"].get(str(x.id), 0) <= left:
            owed = Decimal(there["owed"].get(str(x.id), owed))
        sold.add(x.listing_ref, left, owed, x.vat_rate)
    return differs(seen, sold, minor=minor_unit(order.currency), they=they)


def _is_deliverable(party: Party | None) -> bool:
    if party is None or not party.name or not party.lines or not party.city or not party.country:
        return False
    return MASK not in "".join([party.name, party.city, *party.lines])
