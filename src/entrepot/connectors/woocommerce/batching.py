"""Many orders in one request: a verdict for each, and one search for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.core.errors import (
    MappingError,
    OutcomeUnknown,
    RemoteChanged,
    RemoteError,
    RemoteRefused,
    RemoteUnauthorised,
)
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.wire import validated

from . import wire
from .calls import API
from .orders import store_order
from .placing import body, search_first

_REFUSALS = frozenset(range(400, 500)) - {408, 429}
MOST = 100  # items of one request; more are refused with 413


def push(account: Account, orders: Sequence[records.SalesOrder]) -> Request:
    """Create ``orders``, one after the other there, without a transaction. Never repeated without a search."""
    create = [body(account, order) for order in orders]
    return Request("POST", f"{API}/orders/batch", body={"create": create}, endpoint="orders.batch", is_safe=False)


def created(
    account: Account, orders: Sequence[records.SalesOrder], reply: Reply
) -> list[records.StoreOrder | RemoteError]:
    """Of each order what the store made of it, or why it did not. Results keep the order of the request.

    Raises:
        RemoteChanged: no list, or one of another length: nothing is known of any.
    """
    rows = reply.body.get("create") if isinstance(reply.body, dict) else None
    if not isinstance(rows, list) or len(rows) != len(orders):
        raise RemoteChanged("WooCommerce: the answer to a batch of orders does not fit it")
    return [_one(account, order, row) for order, row in zip(orders, rows, strict=True)]


def _one(account: Account, order: records.SalesOrder, row: Any) -> records.StoreOrder | RemoteError:
    if isinstance(row, dict) and isinstance(row.get("error"), dict):
        return _refusal(order, row["error"])
    try:
        made = store_order(validated(wire.Order, row, f"order {order.order_ref}"), account)
    except MappingError as error:
        return OutcomeUnknown(f"the store's answer could not be read: {error}")
    if made.our_ref != order.our_ref:
        return OutcomeUnknown(f"the store answered order {order.order_ref} with order {made.number}, which is another")
    return made


def _refusal(order: records.SalesOrder, error: Any) -> RemoteError:
    """A refusal where nothing was made; anything else leaves it open. Errors of one item carry their own status."""
    code, more = str(error.get("code", "")), error.get("data")
    status = more.get("status") if isinstance(more, dict) else more
    text = f"WooCommerce refused order {order.order_ref} ({status}): {error.get('message', '')} [{code}]"
    if status in (401, 403):
        return RemoteUnauthorised(text, status=status, body=error)
    is_refusal = isinstance(status, int) and status in _REFUSALS
    if is_refusal or code.startswith("woocommerce_rest_cannot_"):
        return RemoteRefused(text, status=status, body=error)
    return OutcomeUnknown(text)


def search_first_of(account: Account, orders: Sequence[records.SalesOrder]) -> Request:
    """Recent orders made over the API, from the oldest of these on; each row is looked at for every one."""
    return search_first(account, min(orders, key=lambda order: order.placed_at))
