"""Bazaria's words into ours, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from entrepot.core.clock import from_ms
from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account

from . import wire

STATES: Mapping[str, str] = {"New": "created", "Picking": "picking", "Shipped": "shipped", "Gone": "delivered"}
_NOTHING = Decimal(0)


def package(theirs: wire.Order, account: Account) -> records.Package:
    """A purchase as a package.

    Raises:
        MappingError: an unknown status, or the account's currency was not told.
    """
    record = f"order {theirs.orderNumber}"
    if theirs.status not in STATES:
        raise MappingError(record, "status", f"{theirs.status!r} is not known; known: {', '.join(STATES)}")
    currency = account.setting("account.currency")
    if currency not in ("EUR", "TRY"):
        raise MappingError(record, "account.currency", f"setting account.currency must be EUR or TRY: {currency!r}")
    at = from_ms(theirs.orderDate) - timedelta(hours=3)
    total = sum((line.price * line.quantity for line in theirs.lines), _NOTHING)
    buyer = records.Party(country=theirs.country)
    return records.Package(
        package_ref=theirs.orderNumber, order_ref=theirs.orderNumber, storefront=theirs.country,
        state=STATES[theirs.status], their_status=theirs.status, placed_at=at, modified_at=at, currency=currency,
        lines=tuple(_line(line) for line in theirs.lines), gross=total, seller_discount=_NOTHING,
        channel_discount=_NOTHING, total=total, ship_to=buyer, bill_to=buyer,
    )  # fmt: skip


def _line(theirs: wire.Line) -> records.Line:
    return records.Line(
        line_ref=theirs.lineId, listing_ref=theirs.sellerSku, sku=theirs.sellerSku, title=theirs.title,
        quantity=theirs.quantity, unit_gross=theirs.price, unit_seller_discount=_NOTHING,
        unit_channel_discount=_NOTHING, unit_price=theirs.price, vat_rate=Decimal("0.20"),
    )  # fmt: skip


def offer(ours: records.Offer) -> dict[str, object]:
    """Price and stock as Bazaria takes them; an absent lane is left out."""
    told = {"quantity": ours.quantity, "salePrice": ours.sale_price, "listPrice": ours.list_price}
    return {"barcode": ours.listing_ref} | {name: value for name, value in told.items() if value is not None}
