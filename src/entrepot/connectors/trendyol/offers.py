"""Price and stock out (page "Stock and price update")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from entrepot.core.errors import MappingError, RemoteError, RemoteRefused
from entrepot.kit.records import BatchReply, Offer, Verdict
from entrepot.kit.requests import Account, Request

from . import assumed
from .calls import seller
from .storefronts import currency_of, storefront_of

CHUNK = 1000
MOST = 20_000  # the largest quantity that is taken
_BARCODE = re.compile(r"[A-Za-z0-9ÇĞİÖŞÜçğıöşü._-]{1,40}")


def request(account: Account, offers: Sequence[Offer]) -> Request:
    """Absolute stock and prices. The same body twice within 15 minutes is refused, so it is never safe to repeat.

    Raises:
        MappingError: an offer that cannot be said; names it and its field.
    """
    distinct(offers)
    return Request(
        "POST",
        f"/inventory/sellers/{seller(account)}/products/price-and-inventory",
        body={"items": [item(account, offer) for offer in offers]},
        endpoint="price_and_inventory",
        group="offers",
        is_safe=False,
    )


def item(account: Account, offer: Offer) -> dict[str, object]:
    """One barcode with the lanes that travel; see :func:`request`."""
    record = f"offer {offer.listing_ref}"
    said: dict[str, object] = {"barcode": barcode(offer.listing_ref, record)}
    on_storefront(account, offer.storefront, record)
    if offer.quantity is not None:
        said["quantity"] = quantity(offer.quantity, record)
    if offer.sale_price is not None or offer.list_price is not None:
        said |= prices(account, offer.sale_price, offer.list_price, offer.currency, record)
    if len(said) == 1:
        raise MappingError(record, "quantity", "and sale_price are both missing; at least one must be there")
    return said


def barcode(listing_ref: str, record: str) -> str:
    """The listing's key at Trendyol.

    Raises:
        MappingError: longer than 40, or with a character that is not taken.
    """
    if not _BARCODE.fullmatch(listing_ref):
        raise MappingError(
            record, "listing_ref", f"must be 1 to 40 letters (Turkish too), digits, . - _, not {listing_ref!r}"
        )
    return listing_ref


def distinct(items: Sequence[Any]) -> None:
    """Refuse a batch that names one barcode twice: Trendyol fails such items.

    Raises:
        MappingError: names the second one.
    """
    seen: set[str] = set()
    for one in items:
        if one.listing_ref in seen:
            raise MappingError(f"listing {one.listing_ref}", "listing_ref", "is twice in one batch")
        seen.add(one.listing_ref)


def on_storefront(account: Account, storefront: str, record: str) -> None:
    """Refuse what is meant for another storefront than the call's header names.

    Raises:
        MappingError: they differ.
    """
    if storefront and storefront != storefront_of(account):
        raise MappingError(record, "storefront", f"must be {storefront_of(account)} in this call, not {storefront!r}")


def quantity(wanted: int, record: str) -> int:
    """Saleable stock, 0 to 20,000. More than that is sent as 20,000: nobody orders it, and refusing would sell none.

    Raises:
        MappingError: below 0.
    """
    if wanted < 0:
        raise MappingError(record, "quantity", f"must be 0 or more, not {wanted}")
    return min(wanted, MOST)


def prices(
    account: Account, sale: Decimal | None, full: Decimal | None, currency: str | None, record: str
) -> dict[str, object]:
    """Both prices, which always travel together; without a list price there is no crossed-out one: both are equal.

    Raises:
        MappingError: no sale price, another currency than the storefront's, below 0, or a list price below the sale's.
    """
    if sale is None:
        raise MappingError(record, "sale_price", "is missing; Trendyol takes both prices together")
    wanted = currency_of(account, storefront_of(account))
    if currency != wanted:
        raise MappingError(record, "currency", f"must be {wanted} on {storefront_of(account)}, not {currency!r}")
    if sale < 0:
        raise MappingError(record, "sale_price", f"must be 0 or more, not {sale}")
    full = sale if full is None else full
    if full < sale:
        raise MappingError(record, "list_price", f"must be {sale} (the sale price) or more, not {full}")
    return {"salePrice": sale, "listPrice": full}


def refused(account: Account, offers: Sequence[Offer], error: RemoteError) -> BatchReply | None:
    """The 15-minute refusal as verdicts: the same body was sent before, which says nothing of what became of it."""
    if not isinstance(error, RemoteRefused) or not assumed.is_repeat(error.body, account):
        return None
    said = tuple(Verdict(listing_ref=o.listing_ref, is_ok=False, reason=str(error), is_repeat=True) for o in offers)
    return BatchReply(verdicts=said, is_done=True)
