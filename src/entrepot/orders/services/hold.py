"""Why a person has to look at an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from entrepot.core.money import minor_unit

from ..living import Sold, differs, is_told_bare, lives
from ..models import Line, Order, Party
from .correct import told_otherwise
from .entry import awaited_refs
from .sale import owed_for

if TYPE_CHECKING:
    from entrepot.channels.models import Storefront

MASK = "***"
BEFORE_STORE = ("new", "edited", "awaiting_confirmation", "approved", "queued", "failed")


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
    elif lines and order.state in BEFORE_STORE and not comes_to_told(order, lines, whole=_whole(order, lines)):
        reasons.append(
            f"its lines and shipping do not come to {order.total} {order.currency}, which was told: a correction "
            "that does not show which lines changed, or packages that were told in part"
        )
    if order.state in BEFORE_STORE:
        reasons += told_otherwise(order)
    if storefront is None:
        reasons.append("its storefront is not open here")
    elif storefront.currency != order.currency:
        reasons.append(f"currency {order.currency} is not sold in on {storefront.code} ({storefront.currency})")
    if not order.is_paid:
        reasons.append("payment is not confirmed yet")
    if not _is_deliverable(ship_to):
        reasons.append("the delivery address is empty or masked")
    return "; ".join(reasons)


def is_known_by_part(order: Order) -> bool:
    """Whether the news of each of its packages was kept: an order from before that is not compared with it."""
    return bool(order.parts) and not set(order.told_refs) - order.parts.keys()


def lives_on(order: Order) -> bool | None:
    """Whether a piece of it lives on the marketplace, or may; None: that is not known."""
    if not is_known_by_part(order):
        return None
    living, _ = lives(order.parts, minor=minor_unit(order.currency))
    return bool(awaited_refs(order)) or any(living.pieces.values()) or is_told_bare(order.parts)


def what_lives(order: Order) -> str:
    """What lives of it on the marketplace, to see whether that has changed."""
    living, told = lives(order.parts, minor=minor_unit(order.currency))
    return "; ".join([living.text(), *told])


def told_since(order: Order, lines: Sequence[Line]) -> list[tuple[str, int, Decimal]]:
    """(listing ref, pieces, amount) that live on the marketplace beyond what is left of the lines."""
    if not is_known_by_part(order):
        return []
    living, _ = lives(order.parts, minor=minor_unit(order.currency))
    for x in lines:
        living.add(x.listing_ref, x.cancelled_quantity - x.quantity, -owed_for(x, order.currency))
    return [(ref, n, max(Decimal(0), living.amounts[ref])) for ref, n in sorted(living.pieces.items()) if n > 0]


def differs_from_told(order: Order, lines: Sequence[Line], *, there: Mapping[str, Any] | None = None) -> str:
    """Why what would be sold is not what lives on the marketplace, for a person to read; empty: it is.

    ``there``: what the store was given (``lines`` and ``owed`` by line id), instead of what would be sold; pieces that
    are cancelled count as taken out.
    """
    if not is_known_by_part(order):
        return ""
    sold = Sold(shipping=order.shipping)
    for x in lines:
        left, owed = x.quantity - x.cancelled_quantity, owed_for(x, order.currency)
        if there is not None and there["lines"].get(str(x.id), 0) <= left:
            left, owed = there["lines"].get(str(x.id), 0), Decimal(there.get("owed", {}).get(str(x.id), 0))
        sold.add(x.listing_ref, left, owed)
    return differs(order.parts, sold, minor=minor_unit(order.currency))


def _whole(order: Order, lines: Sequence[Line]) -> Decimal:
    return sum((x.line_total for x in lines), Decimal(0)) + order.shipping


def comes_to_told(order: Order, lines: Sequence[Line], *, whole: Decimal) -> bool:
    """Whether ``whole`` is the total that was told: with all pieces, or without those that are cancelled."""
    gone = sum((_gone(x) for x in lines), Decimal(0))
    rounded = minor_unit(order.currency) * sum(x.cancelled_quantity for x in lines)
    return order.total == whole or (gone > 0 and abs(whole - gone - order.total) <= rounded)


def _gone(line: Line) -> Decimal:
    """What the buyer does not pay of a line; as an average where it is not told for which pieces."""
    if line.cancelled_total is not None:
        return line.cancelled_total
    return line.line_total * line.cancelled_quantity / line.quantity if line.quantity else Decimal(0)


def _is_deliverable(party: Party | None) -> bool:
    if party is None or not party.name or not party.lines or not party.city or not party.country:
        return False
    return MASK not in "".join([party.name, party.city, *party.lines])
