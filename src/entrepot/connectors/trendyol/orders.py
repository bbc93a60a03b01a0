"""Asking for packages: by stream, by page, and by id (pages "Order stream" and "Shipment packages")."""

from __future__ import annotations

import dataclasses

from entrepot.core.errors import RemoteRefused
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged

from . import assumed
from .calls import DEEPEST, numbered, seller
from .packages import ORDER_CLOCK_MS

STREAM_DAYS = 14.0
# The instants of the page service are of GMT+3, or not: the question is widened by 3 h to hold in both readings.
PAGE_DAYS = STREAM_DAYS - ORDER_CLOCK_MS / 86_400_000
MAX_REFS = 50
_SIZE = 200
_AWAITING = "Awaiting"


def stream_first(account: Account, window: Window) -> Request:
    """Packages by last change, newest first. ``window.refs`` go to the page service, which knows ids."""
    if window.refs:
        return page_first(account, window)
    query = {"size": _size(window)}
    if window.since_ms is not None:
        query["lastModifiedStartDate"] = str(window.since_ms)
    if window.until_ms is not None:
        query["lastModifiedEndDate"] = str(window.until_ms)
    if window.cursor:
        query["nextCursor"] = window.cursor
    path = f"/order/sellers/{seller(account)}/orders/stream"
    return Request("GET", path, query, endpoint="orders_stream", group="orders_stream")


def stream_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """A page of the stream. The filters stay as they were: another filter with a cursor is refused."""
    if asked.endpoint == "orders_page":
        return page_page(account, asked, reply)
    body = reply.body
    if body["hasMore"] and body["nextCursor"]:
        return body["content"], dataclasses.replace(asked, query={**asked.query, "nextCursor": body["nextCursor"]})
    return body["content"], _awaiting(account, asked, "packageItemStatuses", drop="nextCursor")


def page_first(account: Account, window: Window) -> Request:
    """Packages by page, last change first; a fallback to the stream, and the only way to ask by id."""
    if window.refs:
        return by_refs(account, window.refs)
    query = {"page": "0", "size": _size(window), "orderByField": "PackageLastModifiedDate"}
    query["orderByDirection"] = "DESC"
    if window.since_ms is not None:
        query["startDate"] = str(window.since_ms)
    if window.until_ms is not None:
        query["endDate"] = str(window.until_ms + ORDER_CLOCK_MS)
    return _page_request(account, query)


def page_page(account: Account, asked: Request, reply: Reply) -> Paged:
    """A page by number.

    Raises:
        RemoteRefused: the window holds more than page numbers reach; the stream, or a shorter window, does not.
    """
    found, following = numbered(account, asked, reply)
    if following and (int(following.query["page"]) + 1) * int(asked.query["size"]) > DEEPEST:
        raise RemoteRefused(
            f"Trendyol pages reach {DEEPEST} packages, and this window holds more; ask for a shorter one"
        )
    if following or "shipmentPackageIds" in asked.query:
        return found, following
    return found, _awaiting(account, asked, "status", page="0")


def by_refs(account: Account, refs: tuple[str, ...]) -> Request:
    """Up to 50 packages by id."""
    return _page_request(account, {"shipmentPackageIds": ",".join(refs), "page": "0", "size": str(_SIZE)})


def by_order(account: Account, order_ref: str) -> Request:
    """All packages of one order."""
    return _page_request(account, {"orderNumber": order_ref, "page": "0", "size": str(_SIZE)})


def _size(window: Window) -> str:
    return str(min(window.page_size or _SIZE, _SIZE))


def _page_request(account: Account, query: dict[str, str]) -> Request:
    path = f"/order/sellers/{seller(account)}/v2/orders"
    return Request("GET", path, query, endpoint="orders_page", group="orders_page")


def _awaiting(account: Account, asked: Request, name: str, *, drop: str = "", page: str = "") -> Request | None:
    """The same question once more, for orders that await payment."""
    if name in asked.query or not assumed.asks_awaiting_apart(account):
        return None
    query = {k: v for k, v in asked.query.items() if k != drop} | {name: _AWAITING}
    return dataclasses.replace(asked, query=query | ({"page": page} if page else {}))
