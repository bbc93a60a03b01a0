"""Taking products off sale and back: archive, delete, unlock; and who is first in the buy box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import batches
from .gate import Ask, Call
from .product_rules import BARCODE

if TYPE_CHECKING:
    from .model import Batch, Listing
    from .world import World

DAY_MS = 86_400_000
MOST_BUYBOX = 10


def archive(world: World, ask: Ask) -> Any:
    """``archived`` true or false for each barcode."""
    items, seller = batches.items_of(ask), int(world.seller_id)
    shown = [{"archived": i.get("archived"), "supplierId": seller, "barcode": i.get("barcode")} for i in items]
    return batches.open_batch(world, ask, "ProductArchiveUpdate", shown, [i.get("barcode") for i in items])


def archive_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Only approved products; saying it twice is no fault."""
    listing = world.listing(batch.storefront, request["barcode"])
    if not isinstance(request["archived"], bool):
        return ["archived must be true or false"]
    if listing is None or listing.status != "approved":
        return [f"{request['barcode']} barkodlu onaylı ürün bulunamadı."]
    if request["archived"] != (listing.archived_ms is not None):
        set_archived(world, listing, is_archived=request["archived"])
    return []


def set_archived(world: World, listing: Listing, *, is_archived: bool) -> None:
    """Into the archive, or out of it."""
    listing.modified_ms = world.clock.ms()
    listing.archived_ms = listing.modified_ms if is_archived else None
    kind = "listing.archived" if is_archived else "listing.unarchived"
    world.ledger.write(kind, barcode=listing.barcode, storefront=listing.storefront)


def delete(world: World, ask: Ask) -> Any:
    """A DELETE with a body."""
    shown = [{"barcode": item.get("barcode")} for item in batches.items_of(ask)]
    return batches.open_batch(world, ask, "ProductDeletion", shown, [row["barcode"] for row in shown])


def delete_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """What is not approved at any time; what is approved only after more than a day in the archive."""
    listing = world.listing(batch.storefront, request["barcode"])
    if listing is None:
        return [f"{request['barcode']} barkodlu ürün bulunamadı."]
    if listing.blacklisted:
        return ["Trendyol tarafından engellenen ürün silinemez."]
    archived_ms = listing.archived_ms
    if listing.status == "approved" and (archived_ms is None or world.clock.ms() - archived_ms <= DAY_MS):
        return ["Onaylı ürün, arşivlendikten en az 1 gün sonra silinebilir."]
    del world.listings[listing.key]
    if listing.content_id:
        world.contents[listing.content_id].barcodes.remove(listing.barcode)
    world.ledger.write("listing.deleted", barcode=listing.barcode, storefront=listing.storefront)
    return []


def unlock(world: World, ask: Ask) -> Any:
    """A barcode that cannot be one, or that is not known, refuses the whole call."""
    items = batches.items_of(ask)
    for item in items:
        if not BARCODE.fullmatch(str(item.get("barcode", ""))):
            raise ask.refuse(400, "invalid.barcode", f"barcode {item.get('barcode')} is not valid")
        if world.listing(ask.storefront.code, item["barcode"]) is None:
            raise ask.refuse(404, "product.not.found", f"barcode {item['barcode']} not found")
    shown = [{"barcode": item["barcode"]} for item in items]
    return batches.open_batch(world, ask, "ProductUnlockUpdate", shown)


def unlock_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Lifts the lock."""
    listing = world.listing(batch.storefront, request["barcode"])
    if listing is None or not listing.locked:
        return ["Ürün kilitli değil."]
    listing.locked, listing.locked_ms, listing.modified_ms = "", None, world.clock.ms()
    world.ledger.write("listing.unlocked", barcode=listing.barcode, storefront=listing.storefront)
    return []


def buybox(world: World, ask: Ask) -> Any:
    """At most ten barcodes; unknown ones are silently left out."""
    barcodes = ask.body.get("barcodes") if isinstance(ask.body, dict) else None
    if not isinstance(barcodes, list) or not 1 <= len(barcodes) <= MOST_BUYBOX:
        raise ask.refuse(400, "invalid.barcodes", f"barcodes must be 1 to {MOST_BUYBOX}")
    found = [world.listing(ask.storefront.code, barcode) for barcode in barcodes]
    rows = [
        {"barcode": o.barcode, "buyboxOrder": 1, "buyboxPrice": o.sale_price, "hasMultipleSeller": False}
        for o in found
        if o is not None and o.status == "approved"
    ]
    return {"buyboxInfo": rows}


batches.PROCESSORS |= {
    "ProductArchiveUpdate": archive_one,
    "ProductDeletion": delete_one,
    "ProductUnlockUpdate": unlock_one,
}

B = "/product/sellers/{seller_id}/products"
CALLS = [
    Call("PUT", f"{B}/archive-state", archive, "product_write", "product", "json"),
    Call("DELETE", B, delete, "product_write", "product", "json"),
    Call("PUT", f"{B}/unlock", unlock, "product_write", "product", "json"),
    Call("POST", f"{B}/buybox-information", buybox, "product_write", "product", "json"),
]
