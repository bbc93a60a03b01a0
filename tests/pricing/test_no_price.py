"""What a marketplace is told when the store gives a price that is none."""

from __future__ import annotations

from decimal import Decimal

from entrepot.inventory.services import record_readings
from entrepot.listings.models import ListingLevel
from entrepot.listings.services import compute_content, compute_price_levels, compute_stock_levels
from entrepot.pricing.services import compute_prices, set_base_prices

from ..goods_rows import AT, goods, listings, market, words


def price(seller, variant, amount) -> None:
    rows = [(variant.id, Decimal(amount), None)]
    set_base_prices(seller_id=seller.id, rows=rows, currency="TRY", is_tax_included=True, at=AT)
    compute_prices(variant_ids=[variant.id], day=AT.date(), at=AT)
    compute_price_levels(variant_ids=[variant.id], at=AT)
    compute_stock_levels(variant_ids=[variant.id], at=AT)
    compute_content(variant_ids=[variant.id], at=AT)


def desired(lane) -> Decimal:
    return ListingLevel.objects.system().get(lane=lane).desired_value


def test_a_negative_price_never_goes_out_stops_the_sale_and_is_named_on_the_listing(aydin):
    words()
    market(aydin)
    (variant,) = goods(aydin, 1)
    (listing,) = listings([variant])
    record_readings(seller_id=aydin.id, readings=[(variant.id, 7)], began_at=AT)
    price(aydin, variant, "100")
    assert (desired("price"), desired("stock")) == (100, 7)

    price(aydin, variant, "-5")

    listing.refresh_from_db()
    assert (desired("price"), desired("stock")) == (100, 0)  # the last good price stays, and nothing is sold at it
    (missing,) = [m["why"] for m in listing.missing if m["field"] == "price"]
    assert missing.startswith("no base price: the store gave -5 TRY as regular price")
    price(aydin, variant, "90")
    assert (desired("price"), desired("stock")) == (90, 7)
