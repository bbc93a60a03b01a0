"""Creating products and changing those that are not approved yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import batches, ledger_notes, product_rules, reviews
from .fixture import categories
from .gate import Ask, Call
from .lookups import attribute_id
from .model import Batch, Listing, listing_key
from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    from .world import World

CHANGEABLE = (
    "title", "description", "productMainId", "brandId", "categoryId", "stockCode", "origin", "dimensionalWeight",
    "vatRate", "deliveryOption", "locationBasedDelivery", "lotNumber", "cargoProviders", "shipmentAddressId",
    "returningAddressId", "images", "attributes",
)  # fmt: skip
NEEDED_FOR_UPDATE = (
    "title",
    "description",
    "productMainId",
    "brandId",
    "categoryId",
    "vatRate",
    "images",
    "attributes",
)


def _barcode(item: dict[str, Any]) -> str:
    """Inner spaces are removed on intake."""
    return "".join(str(item.get("barcode", "")).split())


def _echo(item: dict[str, Any]) -> dict[str, Any]:
    """As a batch result shows it: attribute values under their singular names."""
    product = {**item, "barcode": _barcode(item)}
    if isinstance(product.get("attributes"), list):
        product["attributes"] = [singular(row) for row in product["attributes"]]
    return {"barcode": product["barcode"], "product": product}


def singular(row: Any) -> Any:
    """An attribute with ``attributeValueId`` or ``customAttributeValue``; several ids stay a list."""
    if not isinstance(row, dict):
        return row
    ids, custom = product_rules.stated_value(row)
    shown = {"attributeId": row.get("attributeId")}
    if len(ids) > 1:
        shown["attributeValueIds"] = ids
    elif ids:
        shown["attributeValueId"] = ids[0]
    return shown | ({"customAttributeValue": custom} if custom is not None else {})


def create(world: World, ask: Ask) -> Any:
    """Up to 1000 products; the verdicts come with the batch."""
    shown = [_echo(item) for item in batches.items_of(ask)]
    return batches.open_batch(world, ask, "ProductV2OnBoarding", shown, [row["barcode"] for row in shown])


def create_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Take one product, to be reviewed, or say why not."""
    product, storefront = request["product"], STOREFRONTS[batch.storefront]
    reasons = product_rules.wrong_product(world, storefront, product)
    if not reasons and listing_key(batch.storefront, product["barcode"]) in world.listings:
        reasons = [f"{product['barcode']} barkodlu ürün zaten mevcut."]
    if not reasons:
        listing = keep(world, batch.storefront, product)
        reviews.ask_for_review(world, listing)
    return reasons


def keep(world: World, storefront: str, product: dict[str, Any]) -> Listing:
    """A new listing that awaits its review."""
    now = world.clock.ms()
    listing = Listing(
        storefront, product["barcode"], product, product["quantity"], product["listPrice"], product["salePrice"],
        created_ms=now, modified_ms=now, price_ms=now, stock_ms=now,
    )  # fmt: skip
    listing.listing_id = world.uuid().replace("-", "")
    world.listings[listing.key] = listing
    ledger_notes.product_created(world, listing)
    return listing


def update_unapproved(world: World, ask: Ask) -> Any:
    """Everything but price and stock of products that are not approved; a new review follows."""
    items = batches.items_of(ask)
    if world.switches.unapproved_update == "500" and any(len(item) < len(NEEDED_FOR_UPDATE) for item in items):
        raise ask.refuse(500, "generic.exception", "Exception Occured")
    shown = [_echo(item) for item in items]
    return batches.open_batch(world, ask, "ProductV2Update", shown, [row["barcode"] for row in shown])


def update_unapproved_one(world: World, batch: Batch, request: dict[str, Any]) -> list[str]:
    """Fields left out stay as they are."""
    product, storefront = request["product"], STOREFRONTS[batch.storefront]
    listing = world.listing(batch.storefront, request["barcode"])
    if listing is None:
        return [f"{request['barcode']} barkodlu ürün bulunamadı."]
    if listing.status == "approved":
        return ["Onaylı ürün bu servis ile güncellenemez."]
    fields = {name: product[name] for name in CHANGEABLE if name in product}
    if not fields:
        return ["no field to change was sent"]
    merged = {**listing.product, **fields}
    reasons = product_rules.wrong_product(world, storefront, merged)
    if reasons:
        return reasons
    listing.product, listing.modified_ms = merged, world.clock.ms()
    ledger_notes.content_set(world, listing, fields)
    reviews.ask_for_review(world, listing)
    return []


def seed_product(
    world: World, *, barcode: str, title: str, sale_price: float, quantity: int, list_price: float | None = None,
    storefront: str = "TR", category_id: int = 520, brand_id: int = 70001, product_main_id: str = "",
    attributes: list[dict[str, Any]] | None = None, **fields: Any,
) -> Listing:  # fmt: skip
    """A product that is live without having come through the API.

    Raises:
        ValueError: what a create call would refuse, with the same texts.
    """
    if storefront not in STOREFRONTS or world.listing(storefront, barcode):
        raise ValueError(f"{storefront} is no storefront, or {barcode} is listed there already")
    product = {
        "barcode": barcode, "title": title, "productMainId": product_main_id or barcode, "brandId": brand_id,
        "categoryId": category_id, "quantity": quantity, "stockCode": barcode, "origin": "TR", "dimensionalWeight": 1,
        "description": f"<p>{title}</p>", "listPrice": sale_price if list_price is None else list_price,
        "salePrice": sale_price, "vatRate": STOREFRONTS[storefront].vat_rates[-1],
        "images": [{"url": f"https://cdn.example.test/{barcode}.jpg"}],
        "attributes": _usual_attributes(world, category_id) if attributes is None else attributes, **fields,
    }  # fmt: skip
    reasons = product_rules.wrong_product(world, STOREFRONTS[storefront], product)
    if reasons:
        raise ValueError("; ".join(reasons))
    listing = keep(world, storefront, product)
    reviews.approve(world, listing)
    return listing


def _usual_attributes(world: World, category_id: int) -> list[dict[str, Any]]:
    node = categories().get(category_id)
    rows: list[dict[str, Any]] = []
    for attribute in node.attributes() if node else ():
        number = attribute_id(world, attribute)
        if attribute.required and attribute.custom:
            rows.append({"attributeId": number, "customAttributeValue": "Lacivert"})
        elif attribute.required:
            rows.append({"attributeId": number, "attributeValueId": attribute.values[0][0]})
    return rows


batches.PROCESSORS |= {"ProductV2OnBoarding": create_one, "ProductV2Update": update_unapproved_one}

BASE = "/product/sellers/{seller_id}"
CALLS = [
    Call("POST", f"{BASE}/v2/products", create, "product_write", "product", "json"),
    Call("POST", f"{BASE}/products/unapproved-bulk-update", update_unapproved, "product_write", "product", "json"),
]
