"""Which request asks for products and their stock, and how pages go on. Builds and reads; never sends.

Lists are read by ``offset`` in ascending order with a few rows of overlap: when a row vanishes from an earlier page
(deleted, or moved to the end by a change) the others slide down, and without overlap one would be missed. A row may
therefore come twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from entrepot.core.clock import from_ms
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged, Raw

API = "/wp-json/wc/v3"
PAGE = 100  # the largest page; 101 is refused
_OVERLAP = 10
_STOCK_FIELDS = (
    "id,type,parent_id,status,sku,manage_stock,stock_quantity,stock_status,regular_price,sale_price,price,on_sale"
)


def rows(reply: Reply) -> list[Any]:
    """The rows of a list.

    Raises:
        TypeError: no list came; the reader calls it RemoteChanged.
    """
    if not isinstance(reply.body, list):
        raise TypeError(f"a list was expected, not {type(reply.body).__name__}")
    return reply.body


def items(body: Any) -> list[Any]:
    """The records of an answer: one object or a list."""
    return body if isinstance(body, list) else [body]


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The rows of one page, and the request for the next; None after the last."""
    found = rows(reply)
    return found, next_page(asked, reply, len(found))


def next_page(asked: Request, reply: Reply, count: int) -> Request | None:
    """The next slice of a list. A page may be short because rows are withheld, so X-WP-Total decides; without it
    (a proxy drops it) a page that brings nothing beyond the overlap is the last.
    """
    offset, size = int(asked.query["offset"]), int(asked.query["per_page"])
    overlap = min(_OVERLAP, size // 10)
    total = reply.headers.get("x-wp-total", "")
    if offset + size >= int(total) if total.isdigit() else count <= overlap:
        return None
    query = {**asked.query, "offset": str(offset + size - overlap)}
    return Request(asked.method, asked.path, query, endpoint=asked.endpoint)


def listing(path: str, window: Window, *, endpoint: str, **more: str) -> Request:
    """The first slice of a list, for a window of ``date_modified`` or for some ids. Both ends are inclusive.

    The store compares strictly and by whole seconds, and in its own clock unless told otherwise.
    """
    query = {"per_page": str(window.page_size or PAGE), "offset": "0", "order": "asc", "orderby": "id", **more}
    if window.refs:
        query["include"] = ",".join(window.refs)
    if window.since_ms is not None:
        query["modified_after"] = stamp(from_ms(window.since_ms) - timedelta(seconds=1))
    if window.until_ms is not None:
        query["modified_before"] = stamp(from_ms(window.until_ms) + timedelta(seconds=1))
    if window.since_ms is not None or window.until_ms is not None:
        query |= {"dates_are_gmt": "true", "orderby": "modified"}
    return Request("GET", f"{API}{path}", query, endpoint=endpoint)


def stamp(at: datetime) -> str:
    """A UTC instant as the store writes it: no offset, whole seconds, cut and not rounded."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def products_first(account: Account, window: Window) -> Request:
    """Products of any status (but the bin), so that what became a draft is seen to have left."""
    return listing("/products", window, endpoint="products.list", status="any")


def stock_first(account: Account, window: Window) -> Request:
    """The same products with only what stock and price need: a page is a tenth of the size."""
    return listing("/products", window, endpoint="stock.list", status="any", _fields=_STOCK_FIELDS)


def categories_first(account: Account, window: Window) -> Request:
    """All categories; they carry no dates, so a window's instants are not asked for."""
    return listing("/products/categories", Window(page_size=window.page_size), endpoint="categories.list")


def variations_first(account: Account, product: Raw) -> Request | None:
    """The variations of a variable product; None for any other."""
    if not _is_variable(product):
        return None
    return listing(f"/products/{product['id']}/variations", Window(), endpoint="variations.list", status="any")


def variations_stock_first(account: Account, product: Raw) -> Request | None:
    """The same with only what stock and price need."""
    asked = variations_first(account, product)
    if asked is None:
        return None
    return Request("GET", asked.path, {**asked.query, "_fields": _STOCK_FIELDS}, endpoint="variations.stock")


def _is_variable(product: Any) -> bool:
    return isinstance(product, dict) and product.get("type") == "variable" and product.get("id") not in (None, "")
