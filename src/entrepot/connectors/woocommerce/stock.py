"""How much there is and what it costs, as WooCommerce says it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account
from entrepot.kit.wire import validated

from . import wire

_NONE_LEFT = ("outofstock", "onbackorder")  # not counted, but said not to be here


def readings(
    theirs: wire.Product, account: Account, details: Sequence[Any] = ()
) -> tuple[records.StockReading | MappingError, ...]:
    """A reading for each variant of a product; an error for each variation that cannot be read.

    What is a draft, private or pending is told too, as unpublished. A grouped product has nothing of its own.
    """
    if theirs.type == "variable":
        return tuple(_of_variation(raw, theirs) for raw in details)
    return () if theirs.type == "grouped" else (_reading(theirs, None),)


def _of_variation(raw: Any, parent: wire.Product) -> records.StockReading | MappingError:
    try:
        return _reading(validated_variation(raw, parent), parent)
    except MappingError as error:
        return error


def _reading(theirs: wire.Sold, parent: wire.Product | None) -> records.StockReading:
    told, _ = quantity(theirs, parent)
    regular, sale, _ = prices(theirs)
    return records.StockReading(
        variant_ref=theirs.id,
        product_ref=parent.id if parent else theirs.id,
        sku=own_sku(theirs, parent),
        quantity=told,
        is_published=theirs.status == "publish" and (parent is None or parent.status == "publish"),
        regular_price=regular,
        sale_price=sale,
        shared_stock_ref=shared_stock_ref(theirs, parent),
    )


def validated_variation(raw: Any, product: wire.Product) -> wire.Variation:
    """A raw variation, read.

    Raises:
        MappingError: it does not fit; names variation and product.
    """
    known = raw.get("id") if isinstance(raw, dict) else None
    return validated(wire.Variation, raw, f"variation {known} of product {product.id}")


def own_sku(theirs: wire.Sold, parent: wire.Product | None) -> str | None:
    """The SKU, None when empty. A variation without one answers with its parent's, which would name two things."""
    sku = theirs.sku.strip()
    return None if parent and sku == parent.sku.strip() else sku or None


def shares_stock(theirs: wire.Sold) -> bool:
    """Whether the quantity is the parent product's."""
    return theirs.manage_stock == "parent"


def shared_stock_ref(theirs: wire.Sold, parent: wire.Product | None) -> str | None:
    """The product whose counted stock this variation draws from; None where it has its own, or nobody counts."""
    return parent.id if parent and shares_stock(theirs) and parent.manage_stock else None


def quantity(theirs: wire.Sold, parent: wire.Product | None) -> tuple[int | None, tuple[str, ...]]:
    """Whole units on hand, maybe negative, and what is odd about them. None: the store does not count.

    Plugins make 4.5 of it: the half cannot be sold. What is not counted but said to be out of stock is 0.
    """
    owner = parent if shares_stock(theirs) and parent else theirs
    if not owner.manage_stock:
        return (0 if owner.stock_status in _NONE_LEFT else None), ()
    told = owner.stock_quantity
    if told is None:
        return None, ("stock is counted, but no quantity was told",)
    whole = int(told.to_integral_value(ROUND_FLOOR))
    return whole, () if whole == told else (f"stock {told} is not whole: counted as {whole}",)


def prices(theirs: wire.Sold) -> tuple[Decimal | None, Decimal | None, tuple[str, ...]]:
    """Regular price, the sale price if it counts now, and what is odd about them.

    A sale price outside its dates is not one. On sale without a sale price, the active price is it, if it is lower.
    """
    regular, sale, active = theirs.regular_price, theirs.sale_price, theirs.price
    if not theirs.on_sale:
        return regular, None, ()
    if sale is not None:
        return regular, sale, ()
    if active is not None and regular is not None and active < regular:
        return regular, active, ("on sale without a sale price: its active price was taken",)
    return regular, None, ("on sale without a sale price",)
