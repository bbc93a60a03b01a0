"""Products and prices: nothing of the shop is missing, and every tag says the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import WOO
from proof.rows import rows

_PRICES = """
SELECT f.code, g.listing_ref, v.sku, l.desired_value, l.desired_list FROM listings_listinglevel l
  JOIN listings_listing g ON g.id = l.listing_id JOIN channels_storefront f ON f.id = g.storefront_id
  JOIN catalog_variant v ON v.id = g.variant_id WHERE l.lane = 'price' AND g.state IN ('live', 'update')"""
_HOME = "TR"  # sells at the shop's own price; abroad a rule makes another of it


def check_prices(facts: Facts) -> Iterator[Finding]:
    """Each live listing costs there what the hub wants, and at home that is the shop's price."""
    for front, ref, sku, sale, list_ in rows(_PRICES):
        there = facts.market.price.get((front, ref))
        if there != (sale, list_):
            yield Finding("prices_out_of_step", f"{sku} on {front}: hub {sale} ({list_}), marketplace {there}")
        tag = facts.tags.get(sku, ("", ""))[0]
        if front == _HOME and (not tag or sale != Decimal(tag)):
            yield Finding("prices_out_of_step", f"{sku}: shop {tag}, hub {sale}")


def check_products(facts: Facts) -> Iterator[Finding]:
    """Every product that the owner added is known."""
    known = {sku for (sku,) in rows("SELECT sku FROM catalog_variant")}
    for e in facts.entries(WOO, "product.created"):
        if e["by"] == "shop" and e["sku"] not in known:
            yield Finding("goods_lost", f"{e['sku']} is not in the hub")
