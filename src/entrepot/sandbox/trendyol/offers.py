"""Price and stock of approved products."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from . import batches, ledger_notes, product_rules
from .gate import Ask, Call
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .model import Batch, Listing
    from .world import World

REPEATED = "15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!"
REPEAT_MS = 15 * 60 * 1000
FIELDS = ("quantity", "salePrice", "listPrice")


def _fingerprint(storefront: str, value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{storefront} {text}".encode()).hexdigest()[:32]


def _is_repeated(world: World, storefront: str, value: Any) -> bool:
    """Whether the same was sent in the last 15 minutes; if not, it counts from now."""
    now, name = world.clock.ms(), _fingerprint(storefront, value)
    if now - world.fingerprints.get(name, -REPEAT_MS) < REPEAT_MS:
        return True
    world.fingerprints[name] = now
    if len(world.fingerprints) > 50_000:
        world.fingerprints = {k: at for k, at in world.fingerprints.items() if now - at < REPEAT_MS}
    return False


def price_and_inventory(world: World, ask: Ask) -> Any:
    """One to 1000 items; the same body again within 15 minutes is refused as a whole."""
    items = batches.items_of(ask)
    if world.switches.dedup == "body" and _is_repeated(world, ask.storefront.code, ask.body):
        world.ledger.write("request.repeated", items=len(items), storefront=ask.storefront.code)
        raise ask.refuse(world.switches.repeated_request_status, "recurring.request", REPEATED)
    at = world.clock.now().isoformat(timespec="milliseconds")
    shown = [
        {"updateRequestDate": at, "barcode": item.get("barcode"), **{f: item[f] for f in FIELDS if f in item}}
        for item in items
    ]
    return batches.open_batch(world, ask, "ProductInventoryUpdate", shown)


def update_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Set what was sent, or say why not; nothing of a refused item is set."""
    given = {name: request[name] for name in FIELDS if request.get(name) is not None}
    reasons = product_rules.wrong_fields(world, STOREFRONTS[batch.storefront], given, ())
    if reasons or not given:
        return reasons or ["quantity, salePrice or listPrice is required"]
    listing = world.listing(batch.storefront, request["barcode"])
    if listing is None or listing.status != "approved":
        return [f"{request['barcode']} barkodlu onaylı ürün bulunamadı."]
    if given.get("listPrice", listing.list_price) < given.get("salePrice", listing.sale_price):
        return ["listPrice must not be below salePrice"]
    reasons = _too_often(world, listing, given)
    if not reasons:
        set_offer(world, listing, given, "api")
    return reasons


def _too_often(world: World, listing: Listing, given: dict[str, Any]) -> list[str]:
    if world.switches.dedup == "item" and _is_repeated(world, listing.storefront, [listing.barcode, given]):
        world.ledger.write("request.repeated", barcode=listing.barcode, storefront=listing.storefront)
        return [REPEATED]
    has_price = "salePrice" in given or "listPrice" in given
    if has_price and not world.limiter.admits_price(listing.storefront, listing.barcode):
        return ["Bir barkod için dakikada en fazla 30 fiyat güncellemesi yapılabilir."]
    return []


def set_offer(world: World, listing: Listing, given: dict[str, Any], by: str) -> None:
    """Take quantity and prices as given; each is noted when it was sent, also when it did not change."""
    now = world.clock.ms()
    if "quantity" in given:
        listing.quantity, listing.stock_ms = given["quantity"], now
        ledger_notes.stock_set(world, listing, by)
    if "salePrice" in given or "listPrice" in given:
        listing.sale_price = given.get("salePrice", listing.sale_price)
        listing.list_price = given.get("listPrice", listing.list_price)
        listing.price_ms = now
        ledger_notes.price_set(world, listing, by)


batches.PROCESSORS["ProductInventoryUpdate"] = update_one

CALLS = [
    Call(
        "POST", "/inventory/sellers/{seller_id}/products/price-and-inventory", price_and_inventory, "offer_write",
        "product", "json",
    ),
]  # fmt: skip
