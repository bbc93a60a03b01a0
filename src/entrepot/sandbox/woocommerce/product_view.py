"""Products and variations as they are on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import prices, stock
from .dates import both

if TYPE_CHECKING:
    from .state import Row, Store

COPIED = [
    "id",
    "name",
    "slug",
    "type",
    "status",
    "featured",
    "catalog_visibility",
    "description",
    "short_description",
    "sku",
    "global_unique_id",
    "regular_price",
    "sale_price",
    "total_sales",
    "virtual",
    "downloadable",
    "downloads",
    "download_limit",
    "download_expiry",
    "external_url",
    "button_text",
    "tax_status",
    "tax_class",
    "low_stock_amount",
    "sold_individually",
    "weight",
    "dimensions",
    "shipping_class",
    "reviews_allowed",
    "upsell_ids",
    "cross_sell_ids",
    "parent_id",
    "purchase_note",
    "default_attributes",
    "grouped_products",
    "menu_order",
    "meta_data",
]
NOT_OF_VARIATIONS = [
    "slug",
    "featured",
    "catalog_visibility",
    "short_description",
    "external_url",
    "button_text",
    "sold_individually",
    "reviews_allowed",
    "upsell_ids",
    "cross_sell_ids",
    "purchase_note",
    "default_attributes",
    "grouped_products",
    "average_rating",
    "rating_count",
    "related_ids",
    "categories",
    "tags",
    "brands",
    "images",
    "variations",
    "price_html",
    "total_sales",
    "shipping_required",
    "shipping_taxable",
]


def product(store: Store, row: Row) -> dict[str, Any]:
    """The product schema; a variation fetched here has ``type`` variation and its ``parent_id``."""
    now = store.now()
    shown = {name: row[name] for name in COPIED}
    shown |= _dates(store, row)
    shown |= _prices(store, row, now)
    shown |= _stock(store, row)
    shown |= {
        "permalink": f"{store.url}/product/{row['slug']}/",
        "shipping_required": not row["virtual"],
        "shipping_taxable": not row["virtual"] and row["tax_status"] == "taxable",
        "shipping_class_id": _class_id(store, row["shipping_class"]),
        "average_rating": "0.00",
        "rating_count": 0,
        "related_ids": [],
        "categories": _terms(store, "categories", row["categories"]),
        "tags": _terms(store, "tags", row["tags"]),
        "brands": _terms(store, "brands", row["brands"]),
        "images": [image(store, i) for i in row["images"]],
        "attributes": _attributes(store, row),
        "variations": [child["id"] for child in store.children(row["id"])] if row["type"] == "variable" else [],
        "_links": _links(store, "products", row["id"]),
    }
    return shown


def variation(store: Store, row: Row) -> dict[str, Any]:
    """The variation schema: one image, its own options, no categories."""
    shown = product(store, row)
    for name in NOT_OF_VARIATIONS:
        del shown[name]
    shown["image"] = image(store, row["images"][0]) if row["images"] else None
    shown["_links"] = _links(store, f"products/{row['parent_id']}/variations", row["id"])
    return shown


def image(store: Store, row: Row) -> dict[str, Any]:
    """One picture; the shop's copy of it."""
    dates = both("date_created", row["created"], store.zone) | both("date_modified", row["created"], store.zone)
    return {"id": row["id"], **dates, "src": row["src"], "name": row["name"], "alt": row["alt"]}


def _dates(store: Store, row: Row) -> dict[str, Any]:
    named = {"date_created": "created", "date_modified": "modified"}
    sale = {"date_on_sale_from": "sale_from", "date_on_sale_to": "sale_to"}
    found: dict[str, Any] = {}
    for name, column in (named | sale).items():
        found |= both(name, row[column], store.zone)
    return found


def _prices(store: Store, row: Row, now: int) -> dict[str, Any]:
    price = prices.current(store, row, now)
    children = store.children(row["id"]) if row["type"] == "variable" else []
    is_sale = prices.is_on_sale(row, now) or any(prices.is_on_sale(child, now) for child in children)
    can_buy = bool(price) and row["status"] == "publish" and row["type"] not in {"external", "grouped"}
    text = f'<span class="woocommerce-Price-amount amount">{price}</span>' if price else ""
    return {"price": price, "on_sale": is_sale, "purchasable": can_buy, "price_html": text}


def _stock(store: Store, row: Row) -> dict[str, Any]:
    held = stock.owner(store, row)
    backorders = held["backorders"] if held else "no"
    quantity = held["stock_quantity"] if held else None
    if quantity is not None and store.settings.text_quantities:
        quantity = str(quantity)
    return {
        "manage_stock": False if held is None else True if held is row else "parent",
        "stock_quantity": quantity,
        "stock_status": stock_status(store, row, held),
        "backorders": backorders,
        "backorders_allowed": backorders != "no",
        "backordered": held is not None and held["stock_status"] == "onbackorder",
    }


def stock_status(store: Store, row: Row, held: Row | None) -> str:
    """instock, outofstock or onbackorder; a variable product's is the best of its variations."""
    if held is not None:
        return str(held["stock_status"])
    children = store.children(row["id"]) if row["type"] == "variable" else []
    if not children:
        return str(row["stock_status"])
    found = {stock_status(store, child, stock.owner(store, child)) for child in children}
    return next(status for status in ("instock", "onbackorder", "outofstock") if status in found)


def _class_id(store: Store, slug: str) -> int:
    return next((t["id"] for t in store.terms["shipping_classes"].values() if t["slug"] == slug), 0) if slug else 0


def _terms(store: Store, taxonomy: str, ids: list[int]) -> list[dict[str, Any]]:
    terms = store.terms[taxonomy]
    return [{n: terms[i][n] for n in ("id", "name", "slug")} for i in ids if i in terms]


def _attributes(store: Store, row: Row) -> list[dict[str, Any]]:
    if row["type"] == "variation":
        return [{name: attribute[name] for name in ("id", "name", "option")} for attribute in row["attributes"]]
    found = []
    for attribute in row["attributes"]:
        term = store.terms["attributes"].get(attribute["id"])
        slug = term["slug"] if term else attribute["name"]
        shown = {"id": attribute["id"], "name": attribute["name"], "slug": slug}
        found.append(shown | {name: value for name, value in attribute.items() if name not in shown})
    return found


def _links(store: Store, path: str, id_: int) -> dict[str, Any]:
    base = f"{store.url}/wp-json/wc/v3/{path}"
    return {"self": [{"href": f"{base}/{id_}"}], "collection": [{"href": base}]}
