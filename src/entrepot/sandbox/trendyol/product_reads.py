"""Products as the seller reads them back: approved cards with variants, and what waits or was refused."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .fixture import BRANDS, categories
from .gate import Ask, Call
from .lookups import page_of
from .model import Content, Listing
from .orders import value_text
from .product_rules import stated_value
from .reviews import attributes_by_kind

if TYPE_CHECKING:
    from .world import World

MOST_ROWS = 10_000
MOST_BARCODES = 50
STATUSES: dict[str, Callable[[Listing], bool]] = {
    "archived": lambda o: o.archived_ms is not None,
    "blacklisted": lambda o: o.blacklisted,
    "locked": lambda o: bool(o.locked),
    "onSale": lambda o: o.on_sale,
    "notOnSale": lambda o: not o.on_sale,
}
DATES: dict[str, Callable[[Content, Listing], int]] = {
    "VARIANT_CREATED_DATE": lambda _c, o: o.created_ms,
    "VARIANT_MODIFIED_DATE": lambda _c, o: o.modified_ms,
    "CONTENT_MODIFIED_DATE": lambda c, _o: c.modified_ms,
}
Test = Callable[[Content, Listing], bool]


def base_product(world: World, ask: Ask) -> Any:
    """Whether one barcode is approved, and its ids."""
    listing = world.listing(ask.storefront.code, ask.path["barcode"])
    if listing is None:
        raise ask.refuse(404, "product.not.found", "product not found")
    return {
        "barcode": listing.barcode, "approved": listing.status == "approved",
        "approvedDate": listing.approved_ms or None, "archived": listing.archived_ms is not None,
        "listingId": listing.listing_id, "contentId": listing.content_id or None,
    }  # fmt: skip


def _approved_page(world: World, ask: Ask, row: Callable[[World, Ask, Content, list[Listing]], Any]) -> Any:
    """Cards by id; a page of at most 100 within the first 10,000, or behind ``nextPageToken``."""
    page, size = ask.number("page", 0), ask.number("size", 20, most=100, least=1)
    token = ask.query.get("nextPageToken")
    if not token and (page + 1) * size > MOST_ROWS:
        raise ask.refuse(400, "invalid.page", f"page x size must not exceed {MOST_ROWS}; use nextPageToken")
    contents, tests = _cards(world, ask)
    is_falling = ask.query.get("orderByDirection", "ASC").upper() == "DESC"
    contents.sort(key=lambda c: c.id, reverse=is_falling)
    if token:
        last = _last_of(ask, token)
        shown = [c for c in contents if (c.id < last if is_falling else c.id > last)][:size]
    else:
        shown = contents[page * size : (page + 1) * size]
    rows = [row(world, ask, c, _variants(world, c, tests)) for c in shown]
    answer = page_of(rows, len(contents), page, size)
    answer["nextPageToken"] = _token(shown[-1].id) if shown else None
    return answer


def _token(content_id: int) -> str:
    return base64.b64encode(json.dumps({"sort": [content_id]}, separators=(",", ":")).encode()).decode()


def _last_of(ask: Ask, token: str) -> int:
    try:
        return int(json.loads(base64.b64decode(token, validate=True))["sort"][0])
    except (binascii.Error, ValueError, KeyError, TypeError, IndexError):
        raise ask.refuse(400, "invalid.page.token", "nextPageToken is not known") from None


def _barcodes(ask: Ask) -> list[str]:
    several = [b for b in ask.query.get("barcodes", "").split(",") if b]
    if len(several) > MOST_BARCODES:
        raise ask.refuse(400, "invalid.barcodes", f"barcodes must be at most {MOST_BARCODES}")
    return several + ([ask.query["barcode"]] if ask.query.get("barcode") else [])


def _cards(world: World, ask: Ask) -> tuple[list[Content], list[Test]]:
    """Cards of the storefront with at least one variant that passes every filter, and the filters."""
    storefront, barcodes = ask.storefront.code, _barcodes(ask)
    tests = _filters(ask)
    if barcodes:
        ids = {o.content_id for o in (world.listing(storefront, b) for b in barcodes) if o and o.content_id}
        contents = [world.contents[number] for number in ids]
        tests.append(lambda _c, o: o.barcode in barcodes)
    else:
        contents = [c for c in world.contents.values() if c.storefront == storefront and c.barcodes]
    return ([c for c in contents if _variants(world, c, tests)] if tests else contents), tests


def _variants(world: World, content: Content, tests: list[Test]) -> list[Listing]:
    found = [world.listings[f"{content.storefront}/{barcode}"] for barcode in content.barcodes]
    return [o for o in found if all(test(content, o) for test in tests)]


def _filters(ask: Ask) -> list[Test]:
    q, tests = ask.query, list[Test]()
    if q.get("stockCode"):
        tests.append(lambda _c, o: o.product.get("stockCode") == q["stockCode"])
    if q.get("origin"):
        tests.append(lambda _c, o: o.product.get("origin") == q["origin"])
    if q.get("productMainId"):
        tests.append(lambda c, _o: c.main_id == q["productMainId"])
    if q.get("contentId"):
        tests.append(lambda c, _o: str(c.id) == q["contentId"])
    if q.get("brandIds"):
        tests.append(lambda c, _o: str(c.brand_id) in q["brandIds"].split(","))
    if q.get("status"):
        test = STATUSES.get(q["status"])
        if test is None:
            raise ask.refuse(400, "invalid.status", f"status must be one of {', '.join(STATUSES)}")
        tests.append(lambda _c, o: test(o))
    return tests + _date_filter(ask, DATES, "VARIANT_MODIFIED_DATE")


def _date_filter(ask: Ask, dates: dict[str, Callable[..., int]], default: str) -> list[Any]:
    if not ask.query.get("startDate") and not ask.query.get("endDate"):
        return []
    stamp = dates.get(ask.query.get("dateQueryType") or default)
    if stamp is None:
        raise ask.refuse(400, "invalid.date.query.type", f"dateQueryType must be one of {', '.join(dates)}")
    start, end = ask.number("startDate", 0), ask.number("endDate", 1 << 60)
    return [lambda *records: start <= stamp(*records) <= end]


def _values(world: World, _ask: Ask, category_id: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known, _, _ = attributes_by_kind(world, category_id)
    shown = []
    for row in rows:
        attribute = known.get(row["attributeId"])
        ids, _ = stated_value(row)
        one: dict[str, Any] = {"attributeId": row["attributeId"], "attributeName": attribute.name if attribute else ""}
        one |= {"attributeValueId": ids[0]} if ids else {}
        shown.append(one | {"attributeValue": value_text(known, row)})
    return shown


def approved(world: World, ask: Ask) -> Any:
    """Cards with their variants in full."""
    return _approved_page(world, ask, _card)


def _card(world: World, ask: Ask, content: Content, variants: list[Listing]) -> dict[str, Any]:
    return {
        "contentId": content.id, "productMainId": content.main_id,
        "brand": {"id": content.brand_id, "name": world.brands.get(content.brand_id, BRANDS.get(content.brand_id))},
        "category": {"id": content.category_id, "name": categories()[content.category_id].name},
        "creationDate": content.created_ms, "lastModifiedDate": content.modified_ms, "lastModifiedBy": "api",
        "title": content.title, "description": content.description, "images": content.images,
        "attributes": _values(world, ask, content.category_id, content.attributes),
        "variants": [_variant(world, ask, content, listing) for listing in variants],
    }  # fmt: skip


def _variant(world: World, ask: Ask, content: Content, o: Listing) -> dict[str, Any]:
    p = o.product
    _, _, varianters = attributes_by_kind(world, content.category_id)
    stock: dict[str, Any] = {"lastModifiedDate": o.stock_ms}
    if o.stock_ms is not None:
        stock["quantity"] = o.quantity
    own = [a for a in p["attributes"] if a["attributeId"] in varianters]
    return {
        "variantId": o.variant_id, "supplierId": int(world.seller_id), "barcode": o.barcode, "commission": 18.5,
        "attributes": _values(world, ask, content.category_id, own),
        "productUrl": f"https://www.example.test/x-p-{content.id}?merchantId={world.seller_id}", "onSale": o.on_sale,
        "channels": p.get("channels") or ["CORE"],
        world.switches.delivery_node: p.get("deliveryOption") or {"deliveryDuration": 1}, "stock": stock,
        "price": {"salePrice": o.sale_price, "listPrice": o.list_price, "priceSeenByCustomer": o.sale_price},
        "stockCode": p.get("stockCode"), "origin": p.get("origin"), "vatRate": p["vatRate"],
        "dimensionalWeight": p.get("dimensionalWeight"),
        "locationBasedDelivery": p.get("locationBasedDelivery") or "DISABLED", "sellerCreatedDate": o.created_ms,
        "sellerModifiedDate": o.modified_ms, "locked": bool(o.locked), "lockReason": o.locked or None,
        "lockDate": o.locked_ms, "archived": o.archived_ms is not None, "archivedDate": o.archived_ms,
        "docNeeded": False, "hasViolation": False, "blacklisted": o.blacklisted,
        "cargoProviders": p.get("cargoProviders") or [],
    }  # fmt: skip


def inventory_and_price(world: World, ask: Ask) -> Any:
    """Stock and prices only."""
    if ask.query.get("startDate") or ask.query.get("endDate"):
        raise ask.refuse(400, "invalid.parameter", "this service has no date filter")
    return _approved_page(world, ask, _levels)


def _levels(_world: World, _ask: Ask, content: Content, variants: list[Listing]) -> dict[str, Any]:
    rows = [
        {
            "variantId": o.variant_id, "barcode": o.barcode, "salePrice": o.sale_price, "listPrice": o.list_price,
            "quantity": o.quantity, "stockCode": o.product.get("stockCode"), "stockLastModifiedDate": o.stock_ms,
        }
        for o in variants
    ]  # fmt: skip
    return {"contentId": content.id, "productMainId": content.main_id, "variants": rows}


UNAPPROVED_DATES: dict[str, Callable[[Listing], int]] = {
    "CREATED_DATE": lambda o: o.created_ms,
    "LAST_MODIFIED_DATE": lambda o: o.modified_ms,
}


def unapproved(world: World, ask: Ask) -> Any:
    """What waits for its review or was refused, a row a barcode, at most 1000 a page."""
    page, size = ask.number("page", 0), ask.number("size", 20, most=1000, least=1)
    if (page + 1) * size > MOST_ROWS:
        raise ask.refuse(400, "invalid.page", f"page x size must not exceed {MOST_ROWS}")
    status = ask.query.get("status")
    if status and status not in ("rejected", "pendingApproval"):
        raise ask.refuse(400, "invalid.status", "status must be rejected or pendingApproval")
    tests, barcodes = _date_filter(ask, UNAPPROVED_DATES, "LAST_MODIFIED_DATE"), _barcodes(ask)
    for name in ("stockCode", "productMainId"):
        if ask.query.get(name):
            tests.append(lambda o, n=name: o.product.get(n) == ask.query[n])
    found = [
        o for o in world.listings.values()
        if o.storefront == ask.storefront.code and o.status != "approved" and status in (None, "", o.status)
        and (not barcodes or o.barcode in barcodes) and all(test(o) for test in tests)
    ]  # fmt: skip
    shown = [_unapproved_row(world, ask, o) for o in found[page * size : (page + 1) * size]]
    return page_of(shown, len(found), page, size) | {"nextPageToken": None}


def _unapproved_row(world: World, ask: Ask, o: Listing) -> dict[str, Any]:
    p = o.product
    return {
        "supplierId": int(world.seller_id), "productMainId": p["productMainId"], "status": o.status,
        "createDateTime": o.created_ms, "lastUpdateDate": o.modified_ms, "lastPriceChangeDate": o.price_ms,
        "lastStockChangeDate": o.stock_ms, "brand": {"id": p["brandId"], "name": world.brands.get(p["brandId"])},
        "category": {"id": p["categoryId"], "name": categories()[p["categoryId"]].name}, "barcode": o.barcode,
        "title": p["title"], "description": p["description"], "quantity": o.quantity, "listPrice": o.list_price,
        "salePrice": o.sale_price, "cargoProviders": p.get("cargoProviders") or [], "docNeeded": False,
        "vatRate": p["vatRate"], "dimensionalWeight": p.get("dimensionalWeight"), "stockCode": p.get("stockCode"),
        "origin": p.get("origin"), world.switches.unapproved_pictures: p["images"],
        "attributes": _values(world, ask, p["categoryId"], p["attributes"]), "rejectReasonDetails": o.reasons,
        "locationBasedDelivery": p.get("locationBasedDelivery") or "DISABLED", "lotNumber": p.get("lotNumber"),
    }  # fmt: skip


B = "/product/sellers/{seller_id}"


def _read(tail: str, handler: Any) -> Call:
    return Call("GET", f"{B}{tail}", handler, "product_read", "product")


CALLS = [
    _read("/product/{barcode}", base_product),
    _read("/products/approved", approved),
    _read("/products/approved/inventory-and-price", inventory_and_price),
    _read("/products/unapproved", unapproved),
]
