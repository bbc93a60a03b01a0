"""Why a person has to look at an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..models import Line, Order, Party

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront

MASK = "***"


def hold_reason(
    *, order: Order, storefront: Storefront | None, lines: Sequence[Line], ship_to: Party | None
) -> str:  # fmt: skip
    """What keeps the order from being pushed, for a person to read; empty: nothing does."""
    reasons = [] if lines else ["it was told without lines"]
    if unknown := [x.listing_ref for x in lines if x.variant_id is None]:
        reasons.append(f"listing {', '.join(unknown)} is not ours: map it to a variant")
    if awaited := sorted(set(order.replaced_refs) - set(order.told_refs)):
        reasons.append(f"it was told in part: package {', '.join(awaited)}, which was split, has not been told yet")
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
    if not _is_deliverable(ship_to):
        reasons.append("the delivery address is empty or masked")
    return "; ".join(reasons)


def _is_deliverable(party: Party | None) -> bool:
    if party is None or not party.name or not party.lines or not party.city or not party.country:
        return False
    return MASK not in "".join([party.name, party.city, *party.lines])
