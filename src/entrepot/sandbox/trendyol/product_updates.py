"""Changing approved products: the card's content, the variants, the delivery time; and the audit of content changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import batches, ledger_notes, product_rules, reviews
from .fixture import categories
from .gate import Ask, Call
from .products import singular
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .model import Batch, Content, Listing
    from .world import World

CONTENT_FIELDS = ("title", "description", "images", "attributes")
FIXED = ("productMainId", "brandId", "categoryId")
VARIANT_FIELDS = (
    "stockCode", "origin", "vatRate", "shipmentAddressId", "returningAddressId", "dimensionalWeight", "lotNumber",
    "locationBasedDelivery", "channels", "cargoProviders",
)  # fmt: skip
NEEDED_FOR_VARIANT = ("stockCode", "origin", "vatRate", "dimensionalWeight")


def _open(world: World, ask: Ask, kind: str, key: str) -> Any:
    items = [dict(item) for item in batches.items_of(ask)]
    for item in items:
        if isinstance(item.get("attributes"), list):
            item["attributes"] = [singular(row) for row in item["attributes"]]
    shown = [{"supplierId": int(world.seller_id), "updateRequest": item} for item in items]
    return batches.open_batch(world, ask, kind, shown, [item.get(key) for item in items])


def update_content(world: World, ask: Ask) -> Any:
    """By ``contentId``. SUCCESS in the batch only means that a review began."""
    return _open(world, ask, "ApprovedProductContentUpdate", "contentId")


def update_content_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Check, and ask for a review of what changes."""
    update = request["updateRequest"]
    number = update.get("contentId")
    content = world.contents.get(number) if product_rules.is_whole(number) else None
    if content is None or content.storefront != batch.storefront or not content.barcodes:
        return [f"contentId {number} is not known"]
    changes = {name: update[name] for name in CONTENT_FIELDS if update.get(name) is not None}
    if not changes:
        return ["no field to change was sent"]
    reasons = product_rules.wrong_fields(world, STOREFRONTS[batch.storefront], changes, ())
    fixed = {"productMainId": content.main_id, "brandId": content.brand_id, "categoryId": content.category_id}
    reasons += [f"{n} of an approved product cannot change" for n in FIXED if update.get(n, fixed[n]) != fixed[n]]
    if "attributes" in changes:
        reasons += _wrong_attributes(world, content, changes["attributes"])
    if not reasons:
        if "attributes" in changes:
            changes["attributes"] = _of_the_card(world, content, changes["attributes"])
        reviews.ask_for_content_review(world, content, changes, batch.id)
    return reasons


def _of_the_card(world: World, content: Content, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    _, _, varianters = reviews.attributes_by_kind(world, content.category_id)
    return [row for row in rows if row["attributeId"] not in varianters]


def _wrong_attributes(world: World, content: Content, rows: object) -> list[str]:
    """All attributes must be sent; those that divide cards and variants must be as they are."""
    node = categories()[content.category_id]
    _, slicers, varianters = reviews.attributes_by_kind(world, content.category_id)
    if not isinstance(rows, list):
        return ["attributes must be a list of objects with an attributeId"]
    given = {row.get("attributeId"): row for row in rows if isinstance(row, dict)}
    first = world.listings[f"{content.storefront}/{content.barcodes[0]}"].product["attributes"]
    own = [a for a in first if a["attributeId"] in varianters and a["attributeId"] not in given]
    texts = product_rules.wrong_attributes(world, node, rows + own)
    for row in content.attributes:
        number = row["attributeId"]
        if number not in given:
            texts.append(f"attribute {number} is missing: all attributes must be sent")
        elif number in slicers and product_rules.stated_value(given[number]) != product_rules.stated_value(row):
            texts.append(f"attribute {number} of an approved product cannot change")
    return texts


def update_variants(world: World, ask: Ask) -> Any:
    """By ``barcode``."""
    return _open(world, ask, "ApprovedProductVariantUpdate", "barcode")


def update_variant_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Set at once."""
    update = request["updateRequest"]
    listing, reasons = _approved(world, batch, update.get("barcode"))
    if listing is None:
        return reasons
    fields = {name: update[name] for name in VARIANT_FIELDS if name in update}
    needed = NEEDED_FOR_VARIANT if world.switches.variant_update == "all" else ()
    reasons = product_rules.wrong_fields(world, STOREFRONTS[batch.storefront], fields, needed)
    reasons += [] if fields else ["no field to change was sent"]
    return reasons or _set(world, listing, fields)


def _approved(world: World, batch: Batch, barcode: object) -> tuple[Listing | None, list[str]]:
    listing = world.listing(batch.storefront, barcode)
    if listing is None:
        return None, [f"{barcode} barkodlu ürün bulunamadı."]
    return (listing, []) if listing.status == "approved" else (None, ["Ürün onaylı değil."])


def _set(world: World, listing: Listing, fields: dict[str, Any]) -> list[str]:
    listing.product = {**listing.product, **fields}
    listing.modified_ms = world.clock.ms()
    ledger_notes.content_set(world, listing, fields)
    return []


def update_delivery(world: World, ask: Ask) -> Any:
    """By ``barcode``; the node is called ``deliveryOptions`` here and ``deliveryOption`` in the result."""
    items = batches.items_of(ask)
    front = ask.storefront
    shown = [
        {
            "supplierId": int(world.seller_id), "barcode": item.get("barcode"), "storeFrontCode": front.code,
            "storeFrontId": front.number,
            "request": {"barcode": item.get("barcode"), "deliveryOption": item.get("deliveryOptions")},
        }
        for item in items
    ]  # fmt: skip
    return batches.open_batch(world, ask, "ProductDeliveryOptionUpdate", shown, [i.get("barcode") for i in items])


def update_delivery_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """0 or 1 day."""
    option = request["request"]["deliveryOption"]
    listing, reasons = _approved(world, batch, request["barcode"])
    if listing is None:
        return reasons
    if not isinstance(option, dict) or option.get("deliveryDuration") is None:
        return ["deliveryOptions.deliveryDuration is required"]
    text = product_rules.delivery(option)
    return [f"deliveryOptions {text}"] if text else _set(world, listing, {"deliveryOption": option})


def audits(world: World, ask: Ask) -> Any:
    """Verdicts on content changes of one card, youngest first. Pages count from zero; there is no total."""
    text = ask.path["content_id"]
    content = world.contents.get(int(text)) if text.isdecimal() else None
    if content is None or content.storefront != ask.storefront.code:
        raise ask.refuse(404, "product.not.found", f"content {text} does not exist")
    status = ask.query.get("status")
    if status and status not in ("SUCCESS", "FAIL", "RUNNING"):
        raise ask.refuse(400, "invalid.status", "status must be SUCCESS, FAIL or RUNNING")
    page, size = ask.number("page", 0), ask.number("size", 100, most=100, least=1)
    rows = [a for a in reversed(content.audits) if not status or any(u["status"] == status for u in a["updates"])]
    shown = rows[page * size : (page + 1) * size]
    return {"page": page, "size": size, "totalPage": -(-len(rows) // size), "content": shown}


batches.PROCESSORS |= {
    "ApprovedProductContentUpdate": update_content_one,
    "ApprovedProductVariantUpdate": update_variant_one,
    "ProductDeliveryOptionUpdate": update_delivery_one,
}

B = "/product/sellers/{seller_id}/products"
CALLS = [
    Call("POST", f"{B}/content-bulk-update", update_content, "product_write", "product", "json"),
    Call("POST", f"{B}/variant-bulk-update", update_variants, "product_write", "product", "json"),
    Call("POST", f"{B}/delivery-info-bulk-update", update_delivery, "product_write", "product", "json"),
    Call("GET", f"{B}/{{content_id}}/update-audits", audits, "product_read", "product"),
]
