"""What can be written on a product and a variation, and what a new one holds."""

from __future__ import annotations

from typing import Any

from .schema import BOOL, DATE, IDS, INT, META, STRING, T, many, one_of, shape

TYPES = ("simple", "grouped", "external", "variable")
STATUSES = ("draft", "pending", "private", "publish")
STOCK_STATUSES = ("instock", "outofstock", "onbackorder")
IMAGE = {"id": INT, "src": STRING, "name": STRING, "alt": STRING}
TERM = {"id": INT, "name": STRING, "slug": STRING}

SHARED: dict[str, T] = {
    "description": STRING,
    "sku": STRING,
    "global_unique_id": STRING,
    "regular_price": STRING,
    "sale_price": STRING,
    "date_on_sale_from": DATE,
    "date_on_sale_from_gmt": DATE,
    "date_on_sale_to": DATE,
    "date_on_sale_to_gmt": DATE,
    "virtual": BOOL,
    "downloadable": BOOL,
    "downloads": T("array", of=T("object")),
    "download_limit": INT,
    "download_expiry": INT,
    "tax_status": one_of("taxable", "shipping", "none"),
    "tax_class": STRING,
    "stock_quantity": INT,
    "inventory_delta": INT,
    "low_stock_amount": T("integer", null=True),
    "stock_status": one_of(*STOCK_STATUSES),
    "backorders": one_of("no", "notify", "yes"),
    "weight": STRING,
    "dimensions": shape(length=STRING, width=STRING, height=STRING),
    "shipping_class": STRING,
    "menu_order": INT,
    "meta_data": META,
}
PRODUCT: dict[str, T] = SHARED | {
    "id": INT,
    "name": STRING,
    "slug": STRING,
    "type": one_of(*TYPES),
    "status": one_of(*STATUSES, "future", "auto-draft"),
    "featured": BOOL,
    "catalog_visibility": one_of("visible", "catalog", "search", "hidden"),
    "short_description": STRING,
    "external_url": STRING,
    "button_text": STRING,
    "manage_stock": BOOL,
    "sold_individually": BOOL,
    "reviews_allowed": BOOL,
    "upsell_ids": IDS,
    "cross_sell_ids": IDS,
    "parent_id": INT,
    "purchase_note": STRING,
    "categories": many(**TERM),
    "tags": many(**TERM),
    "brands": many(**TERM),
    "images": many(**IMAGE),
    "attributes": many(id=INT, name=STRING, position=INT, visible=BOOL, variation=BOOL, options=T("array", of=STRING)),
    "default_attributes": many(id=INT, name=STRING, option=STRING),
    "grouped_products": IDS,
}
VARIATION: dict[str, T] = SHARED | {
    "id": INT,
    "status": one_of(*STATUSES),
    "manage_stock": T("mixed"),
    "image": T("object", props=IMAGE, null=True),
    "attributes": many(id=INT, name=STRING, option=STRING),
}


def blank(id_: int, at: int, kind: str) -> dict[str, Any]:
    """A new row: every field at WooCommerce's default."""
    return {
        "id": id_, "name": "", "slug": "", "type": kind, "status": "publish", "featured": False,
        "catalog_visibility": "visible", "description": "", "short_description": "", "sku": "",
        "global_unique_id": "", "regular_price": "", "sale_price": "", "sale_from": None, "sale_to": None,
        "total_sales": 0, "virtual": False, "downloadable": False, "downloads": [], "download_limit": -1,
        "download_expiry": -1, "external_url": "", "button_text": "", "tax_status": "taxable", "tax_class": "",
        "manage_stock": False, "stock_quantity": None, "low_stock_amount": None, "stock_status": "instock",
        "backorders": "no", "sold_individually": False, "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""}, "shipping_class": "", "reviews_allowed": True,
        "upsell_ids": [], "cross_sell_ids": [], "parent_id": 0, "purchase_note": "", "categories": [], "tags": [],
        "brands": [], "images": [], "attributes": [], "default_attributes": [], "grouped_products": [],
        "menu_order": 0, "meta_data": [], "created": at, "modified": at,
    }  # fmt: skip
