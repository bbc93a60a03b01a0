"""What the simulator writes into its ledger; the facts of each kind are named in one place.

Money is text with two decimals, so that sums stay exact.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Line, Listing, Package
    from .world import World


def money(value: float | Decimal) -> str:
    """A JSON number as an amount with two decimals: 299.9 → "299.90"."""
    return str(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


def hundredths(value: float) -> int:
    """A JSON number as whole hundredths, half up."""
    return int((Decimal(str(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def amount(in_hundredths: float) -> str:
    """Whole hundredths as text: 29990 → "299.90"."""
    return money(Decimal(str(in_hundredths)) / 100)


def _of(listing: Listing) -> dict[str, Any]:
    return {"barcode": listing.barcode, "storefront": listing.storefront}


def product_created(world: World, listing: Listing) -> None:
    """``product.created`` and what it brought: content, stock and price."""
    p = listing.product
    world.ledger.write(
        "product.created", **_of(listing), title=p["title"], category_id=p["categoryId"], brand_id=p["brandId"],
        product_main_id=p["productMainId"], stock_code=p.get("stockCode"), vat_rate=p["vatRate"],
    )  # fmt: skip
    content_set(world, listing, p)
    stock_set(world, listing, "create")
    price_set(world, listing, "create")


def content_set(world: World, listing: Listing, fields: dict[str, Any]) -> None:
    """``listing.content_set``: which fields now hold what was sent."""
    facts = {name: fields[name] for name in ("title", "description", "images", "attributes") if name in fields}
    world.ledger.write(
        "listing.content_set", **_of(listing), content_id=listing.content_id, fields=sorted(fields), **facts
    )


def stock_set(world: World, listing: Listing, by: str) -> None:
    """``stock.set``: ``by`` is create, api, panel, return or unsupplied."""
    world.ledger.write("stock.set", **_of(listing), quantity=listing.quantity, by=by)


def price_set(world: World, listing: Listing, by: str) -> None:
    """``price.set``: both prices as they now are."""
    prices = {"sale_price": money(listing.sale_price), "list_price": money(listing.list_price)}
    world.ledger.write("price.set", **_of(listing), **prices, by=by)


def product_approved(world: World, listing: Listing) -> None:
    """``product.approved`` with the ids it received."""
    ids = {"content_id": listing.content_id, "variant_id": listing.variant_id, "listing_id": listing.listing_id}
    world.ledger.write("product.approved", **_of(listing), **ids)


def product_refused(world: World, listing: Listing) -> None:
    """``product.refused`` with the reasons."""
    world.ledger.write("product.refused", **_of(listing), reasons=listing.reasons)


def lines_of(lines: list[Line]) -> list[dict[str, Any]]:
    """Lines as the ledger tells them; ``line_total`` is exact, ``unit_price`` its mean."""
    rows = []
    for line in lines:
        total = sum(line.gross - seller - ty for seller, ty in line.units)
        rows.append({
            "line_id": line.id, "barcode": line.barcode, "quantity": line.quantity, "vat_rate": line.vat_rate,
            "unit_price": amount(total / line.quantity), "line_total": amount(total),
        })  # fmt: skip
    return rows


def order_placed(world: World, package: Package) -> None:
    """``order.placed``: the first package of an order."""
    world.ledger.write(
        "order.placed", order_number=package.order_number, package_id=package.id, lines=lines_of(package.lines),
        total=amount(package.total), currency=package.currency, storefront=package.storefront, status=package.status,
        micro=package.is_micro,
    )  # fmt: skip


def package_moved(world: World, package: Package, old: str, by: str, **facts: Any) -> None:
    """``package.moved``: ``by`` is seller, carrier, customer or trendyol."""
    world.ledger.write(
        "package.moved", order_number=package.order_number, package_id=package.id, old=old, new=package.status, by=by,
        **facts,
    )  # fmt: skip


def order_cancelled(world: World, package: Package, lines: list[Line], by: str, reason: str) -> None:
    """``order.cancelled``: these lines of this package will not be delivered."""
    world.ledger.write(
        "order.cancelled", order_number=package.order_number, package_id=package.id, lines=lines_of(lines), by=by,
        reason=reason,
    )  # fmt: skip
