"""Creating and changing products and variations: one path for the API, the shop's owner and the catalogue file."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from . import prices, stock
from .errors import WooError
from .images import taken
from .product_schema import PRODUCT, VARIATION, blank
from .schema import check
from .slugs import slug_of
from .terms import resolve, use_attribute

if TYPE_CHECKING:
    from .state import Row, Store

PLAIN = [
    "name",
    "status",
    "featured",
    "catalog_visibility",
    "description",
    "short_description",
    "global_unique_id",
    "virtual",
    "downloadable",
    "downloads",
    "download_limit",
    "download_expiry",
    "external_url",
    "button_text",
    "tax_status",
    "sold_individually",
    "weight",
    "shipping_class",
    "reviews_allowed",
    "upsell_ids",
    "cross_sell_ids",
    "purchase_note",
    "grouped_products",
    "menu_order",
    "type",
]


def create(store: Store, body: dict[str, Any]) -> Row:
    """A new product.

    Raises:
        WooError: 400 with what is wrong; nothing is kept.
    """
    if body.get("id"):
        raise WooError("woocommerce_rest_product_exists", "Cannot create existing product.", 400)
    clean = check(body, PRODUCT)
    row = blank(store.new_id(), store.now(), clean.get("type", "simple"))
    has_stock = _write(store, row, clean)
    return _added(store, row, has_stock)


def create_variation(store: Store, parent: Row, body: dict[str, Any]) -> Row:
    """A new variation below a product."""
    if body.get("id"):
        raise WooError("woocommerce_rest_product_variation_exists", "Cannot create existing variation.", 400)
    clean = check(body, VARIATION)
    row = blank(store.new_id(), store.now(), "variation") | {"parent_id": parent["id"]}
    has_stock = _write_variation(store, row, parent, clean)
    return _added(store, row, has_stock)


def update(store: Store, row: Row, body: dict[str, Any]) -> Row:
    """Change the fields that were sent; a refused change leaves the row as it was."""
    clean = check(body, PRODUCT)
    changed = copy.deepcopy(row)
    has_stock = _write(store, changed, clean)
    return _changed(store, changed, clean, has_stock)


def update_variation(store: Store, row: Row, body: dict[str, Any]) -> Row:
    """Change a variation; the parent's ``date_modified`` stays (reference §4.1)."""
    clean = check(body, VARIATION)
    changed = copy.deepcopy(row)
    has_stock = _write_variation(store, changed, store.products[row["parent_id"]], clean)
    return _changed(store, changed, clean, has_stock)


def delete(store: Store, row: Row, *, force: bool) -> None:
    """Into the bin, or away with its variations.

    Raises:
        WooError: 410, already in the bin.
    """
    if not force and row["status"] == "trash":
        text = f"The {row['type']} has already been deleted."
        raise WooError("woocommerce_rest_already_trashed", text, 410)
    doomed = [row, *store.children(row["id"])] if row["type"] == "variable" else [row]
    for one in reversed(doomed):
        if force:
            store.drop_product(one)
        else:
            store.put_product({**one, "status": "trash", "modified": store.now()})
        facts = {"id": one["id"], "sku": one["sku"], "force": force}
        store.ledger.write("product.deleted", **facts, by=store.actor)
        store.emit("product.deleted", one["id"])


def _added(store: Store, row: Row, has_stock: bool) -> Row:
    store.put_product(row)
    facts = {"id": row["id"], "sku": row["sku"], "type": row["type"], "name": row["name"]}
    store.ledger.write("product.created", **facts, by=store.actor)
    if has_stock:
        stock.record(store, row)
    store.emit("product.created", row["id"])
    return row


def _changed(store: Store, row: Row, body: dict[str, Any], has_stock: bool) -> Row:
    row["modified"] = store.now()
    store.put_product(row)
    facts = {"id": row["id"], "sku": row["sku"], "fields": sorted(body)}
    store.ledger.write("product.updated", **facts, by=store.actor)
    if has_stock:
        stock.record(store, row)
    store.emit("product.updated", row["id"])
    return row


def _write(store: Store, row: Row, body: dict[str, Any]) -> bool:
    _check_sku(store, row, body)
    _write_shared(store, row, body)
    for taxonomy in ("categories", "tags", "brands"):
        if taxonomy in body:
            row[taxonomy] = [resolve(store, taxonomy, item) for item in body[taxonomy]]
    if "images" in body:
        row["images"] = [taken(store, item, row["images"]) for item in body["images"]]
    if "attributes" in body:
        row["attributes"] = [use_attribute(store, item, n) for n, item in enumerate(body["attributes"])]
    if "default_attributes" in body:
        row["default_attributes"] = body["default_attributes"]
    if "slug" in body or not row["slug"]:
        row["slug"] = slug_of(body.get("slug") or row["name"]) or str(row["id"])
    return stock.apply(store, row, body)


def _write_variation(store: Store, row: Row, parent: Row, body: dict[str, Any]) -> bool:
    _check_sku(store, row, body)
    _write_shared(store, row, body)
    if "image" in body:
        row["images"] = [taken(store, body["image"], row["images"])] if body["image"] else []
    if "attributes" in body:
        row["attributes"] = _options(parent, body["attributes"])
    row["name"] = " - ".join([parent["name"], ", ".join(a["option"] for a in row["attributes"])]).strip(" -")
    row["slug"] = slug_of(row["name"]) or str(row["id"])
    return stock.apply(store, row, body)


def _write_shared(store: Store, row: Row, body: dict[str, Any]) -> None:
    for name in PLAIN:
        if name in body:
            row[name] = body[name]
    if "sku" in body:
        row["sku"] = body["sku"].strip()
    if "dimensions" in body:
        row["dimensions"] = row["dimensions"] | body["dimensions"]
    if "tax_class" in body:
        row["tax_class"] = "" if body["tax_class"] == "standard" else body["tax_class"]
    if "meta_data" in body:
        row["meta_data"] = merge_meta(store, row["meta_data"], body["meta_data"])
    prices.apply(store, row, body)


def merge_meta(store: Store, held: list[Row], sent: list[dict[str, Any]]) -> list[Row]:
    """Metadata by id, else by key; a null value removes."""
    found = [dict(item) for item in held]
    for item in sent:
        old = next((m for m in found if m["id"] == item.get("id") or m["key"] == item.get("key")), None)
        if old is None:
            found.append({"id": store.new_id(), "key": item.get("key", ""), "value": item.get("value")})
        else:
            old |= {name: item[name] for name in ("key", "value") if name in item}
    return [item for item in found if item["value"] is not None]


def _check_sku(store: Store, row: Row, body: dict[str, Any]) -> None:
    sku = body.get("sku", "").strip()
    taken_by = [other for other in store.with_sku(sku) if other["id"] != row["id"]] if sku else []
    if not taken_by or sku == row["sku"]:
        return
    number = 1
    while store.with_sku(f"{sku}-{number}"):
        number += 1
    facts = {"resource_id": taken_by[0]["id"], "unique_sku": f"{sku}-{number}"}
    raise WooError("product_invalid_sku", "Invalid or duplicated SKU.", 400, **facts)


def _options(parent: Row, sent: list[dict[str, Any]]) -> list[Row]:
    """The options of a variation; an attribute that the parent lacks is dropped, an unknown option is kept."""
    found = []
    for item in sent:
        wanted = next((a for a in parent["attributes"] if _is_same(a, item) and a["variation"]), None)
        if wanted is not None:
            found.append({"id": wanted["id"], "name": wanted["name"], "option": item.get("option", "")})
    return found


def _is_same(attribute: Row, sent: dict[str, Any]) -> bool:
    if sent.get("id"):
        return bool(attribute["id"] == sent["id"])
    return str(attribute["name"]).casefold() == str(sent.get("name", "")).casefold()
