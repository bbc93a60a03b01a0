"""Stock: nothing published or promised beyond what was known, nothing counted twice, all in step in the end."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from proof.counters import Finding
from proof.facts import Facts
from proof.ledgers import TR
from proof.rows import rows

# No transaction is longer (design §5): what is noted in one is seen by others up to so much later.
_LONGEST = timedelta(seconds=5)
_CLOCK_MS = 1000  # ledger and database stamp the same instant so far apart
_KNOWN = "SELECT variant_id, available, at FROM proof.known ORDER BY no"
_WANTED = """
SELECT w.value, w.began, w.at, g.variant_id, f.code, g.listing_ref FROM proof.wanted w
  JOIN listings_listing g ON g.id = w.listing_id JOIN channels_storefront f ON f.id = g.storefront_id ORDER BY w.no"""
_KITS = "SELECT kit_id FROM catalog_part"
_HELD = """
SELECT r.line_id, r.state, r.quantity, o.order_ref, o.state, l.quantity - l.cancelled_quantity
  FROM inventory_reservation r LEFT JOIN orders_line l ON l.id = r.line_id LEFT JOIN orders_order o ON o.id = l.order_id
 WHERE r.state = 'held'"""
_LEVELS = """
SELECT v.sku, s.on_hand FROM inventory_stocklevel s JOIN catalog_variant v ON v.id = s.variant_id
 WHERE v.sku = ANY(%s)"""
_LIVE = """
SELECT f.code, g.listing_ref, v.sku, l.desired_value FROM listings_listinglevel l
  JOIN listings_listing g ON g.id = l.listing_id JOIN channels_storefront f ON f.id = g.storefront_id
  JOIN catalog_variant v ON v.id = g.variant_id WHERE l.lane = 'stock' AND g.state IN ('live', 'update')"""
_NOT_YET = ("new", "edited", "awaiting_confirmation", "approved", "failed", "queued")

Known = dict[int, list[tuple[datetime, int | None]]]


def check_published(facts: Facts) -> Iterator[Finding]:
    """Every wanted stock was at most what the database had as known then; what was sent had been wanted."""
    kits = {kit for (kit,) in rows(_KITS)}
    known: Known = defaultdict(list)
    for variant, available, at in rows(_KNOWN):
        known[variant].append((at, available))
    wanted: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for value, began, at, variant, front, ref in rows(_WANTED):
        if value is None:
            continue
        wanted[front, ref].append((_ms(began), int(value)))
        most = most_known(known.get(variant, []), began - _LONGEST, at)
        if variant not in kits and value > 0 and (most is None or value > most):
            yield Finding("published_unknown", f"{value:.0f} of {ref} on {front} was wanted, {most} known at {at}")
    for e in facts.entries(TR, "stock.set"):
        if e["by"] != "api" or not e["quantity"]:
            continue
        before = [value for at, value in wanted.get((e["storefront"], e["barcode"]), []) if at <= e["at"] + _CLOCK_MS]
        if e["quantity"] not in before:
            yield Finding("published_unknown", f"{e['quantity']} of {e['barcode']} was sent, and never wanted")


def most_known(known: list[tuple[datetime, int | None]], since: datetime, until: datetime) -> int | None:
    """The largest number that held at any instant from ``since`` to ``until``; None: nothing was known."""
    first = bisect_left(known, since, key=lambda pair: pair[0])
    held = [available for at, available in known[max(0, first - 1) :] if at <= until]
    numbers = [n for n in held if n is not None]
    return max(numbers) if numbers else None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def check_promised(facts: Facts) -> Iterator[Finding]:
    """Whatever is still promised belongs to an order that the shop does not have yet; on hand is the shop's shelf."""
    for line, _, quantity, ref, state, left in rows(_HELD):
        if ref is None or state not in _NOT_YET or quantity > left:
            yield Finding("promised_unknown", f"{quantity} for line {line} of order {ref}, which is {state}")
    for sku, on_hand in rows(_LEVELS, [facts.skus]):
        if on_hand != facts.shelf.get(sku):
            yield Finding("promised_unknown", f"{sku}: {on_hand} on hand, the shop counts {facts.shelf.get(sku)}")


def check_in_step(facts: Facts) -> Iterator[Finding]:
    """Each live listing sells there what the hub wants, and that is what the shop has."""
    promised: dict[str, int] = defaultdict(int)
    for sku, quantity in rows(
        "SELECT v.sku, sum(r.quantity) FROM inventory_reservation r JOIN catalog_variant v ON v.id = r.variant_id"
        " WHERE r.state = 'held' GROUP BY 1"
    ):
        promised[sku] = int(quantity)
    for front, ref, sku, desired in rows(_LIVE):
        there = facts.market.stock.get((front, ref))
        is_shown = facts.tags.get(sku, ("", ""))[1] == "publish"
        shop = max(0, facts.shelf.get(sku, 0) - promised[sku]) if is_shown else 0
        if there != shop or desired != shop:
            yield Finding("stock_out_of_step", f"{sku} on {front}: shop {shop}, hub {desired}, marketplace {there}")
