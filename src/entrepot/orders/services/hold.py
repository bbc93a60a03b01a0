"""Why a person has to look at an order."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.channels.models import Storefront

from ..models import Line, Order, Party


def hold_reason(*, order: Order, storefront: Storefront | None, lines: Sequence[Line]) -> str:
    """What keeps the order from being pushed, for a person to read; empty: nothing does."""
    reasons = []
    if unknown := [x.listing_ref for x in lines if x.variant_id is None]:
        reasons.append(f"listing {', '.join(unknown)} is not ours: map it to a variant")
    if order.difference:
        reasons.append(
            f"total {order.total} {order.currency} is not the sum of its lines and shipping: "
            f"{order.difference:+} {order.currency} is unexplained"
        )
    if storefront is None:
        reasons.append("its storefront is not open here")
    elif storefront.currency != order.currency:
        reasons.append(f"currency {order.currency} is not sold in on {storefront.code} ({storefront.currency})")
    if not order.is_paid:
        reasons.append("payment is not confirmed yet")
    ship_to = Party.objects.system().filter(order=order, role="ship_to").first()
    if ship_to is None or not ship_to.lines or not ship_to.city or "***" in "".join(ship_to.lines):
        reasons.append("the delivery address is empty or masked")
    return "; ".join(reasons)
