"""What became of our orders in the store; cancelling them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window
from entrepot.kit.spec import Paged
from entrepot.kit.wire import validated
from entrepot.kit.words import STORE_ORDER_STATES

from . import wire
from .calls import API, listing, next_page, rows
from .mapping import instant
from .meta import meta_text
from .tracking import of_order

OUR_REF, OUR_SKU = "_entrepot_ref", "_entrepot_sku"  # meta keys of an order and of a line
OUR_TRACKING = "_entrepot_tracking"

# Slugs of core statuses → kit.words.STORE_ORDER_STATES. Plugins add others: the setting ``order_states`` names them.
STATES: Mapping[str, str] = {
    "pending": "open",
    "processing": "open",
    "on-hold": "open",
    "checkout-draft": "open",
    "completed": "fulfilled",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
    "refunded": "refunded",
}


def fulfilments_first(account: Account, window: Window) -> Request:
    """Orders made over the API that changed in the window, or those of some ids; in any status."""
    more = {} if window.refs else {"created_via": "rest-api"}
    return listing("/orders", window, endpoint="orders.list", status="any", **more)


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The rows of one page of orders that are ours, and the request for the next."""
    found = rows(reply)
    return [raw for raw in found if is_ours(raw)], next_page(asked, reply, len(found))


def is_ours(raw: Any) -> bool:
    """Whether an order bears a reference of ours; also true of a row so broken that one cannot tell."""
    pairs = _meta(raw)
    return pairs is None or any(isinstance(p, dict) and p.get("key") == OUR_REF for p in pairs)


def may_bear(raw: Any, our_ref: str) -> bool:
    """Whether an order bears this reference; also true of a row so broken that one cannot tell."""
    pairs = _meta(raw)
    return pairs is None or any(
        isinstance(p, dict) and p.get("key") == OUR_REF and str(p.get("value")) == our_ref for p in pairs
    )


def _meta(raw: Any) -> list[Any] | None:
    """The pairs of a row's metadata; None where it cannot be told."""
    if not isinstance(raw, dict):
        return None
    pairs = raw.get("meta_data") or []
    pairs = list(pairs.values()) if isinstance(pairs, dict) else pairs
    return pairs if isinstance(pairs, list) else None


def store_order(theirs: wire.Order, account: Account, details: Sequence[Any] = ()) -> records.StoreOrder:
    """An order of ours as the store holds it; ``details`` are its raw shipments.

    Raises:
        MappingError: a status that neither the core nor the setting ``order_states`` knows, or no total.
    """
    record = f"store order {theirs.number or theirs.id}"
    if theirs.total is None:
        raise MappingError(record, "total", "is missing")
    shipments = [validated(wire.Tracking, raw, f"shipment of {record}") for raw in details]
    tracking, carrier = of_order(theirs, shipments)
    return records.StoreOrder(
        store_ref=theirs.id,
        number=theirs.number or theirs.id,
        state=_state(theirs.status, account, record),
        their_status=theirs.status,
        total=theirs.total,
        currency=theirs.currency,
        our_ref=meta_text(theirs.meta_data, OUR_REF),
        modified_at=instant(theirs.date_modified_gmt, record=record),
        tracking_ref=tracking,
        carrier=carrier,
        invoice_number=meta_text(theirs.meta_data, str(account.setting("invoice_meta", "_invoice_number"))),
        missing_skus=tuple(_missing(line) for line in theirs.line_items if line.product_id in ("0", "")),
    )


def _state(status: str, account: Account, record: str) -> str:
    more: Mapping[str, str] = account.setting("order_states") or {}
    known = {**STATES, **{word: state for word, state in more.items() if state in STORE_ORDER_STATES}}
    if status not in known:
        why = f"{status!r} is not known; known: {', '.join(sorted(known))}; name others in the setting order_states"
        raise MappingError(record, "status", why)
    return known[status]


def _missing(line: wire.Line) -> str:
    return meta_text(line.meta_data, OUR_SKU) or line.sku or line.name


def waybills(account: Account, subject: tuple[str, str]) -> Request:
    """Write the marketplace's waybills, (order, numbers), into the order's meta. A key that is there is overwritten."""
    store_ref, numbers = subject
    meta = [{"key": OUR_TRACKING, "value": numbers}]
    return Request("PUT", f"{API}/orders/{store_ref}", body={"meta_data": meta}, endpoint="orders.waybills")


def waybills_noted(account: Account, subject: tuple[str, str], reply: Reply) -> records.StoreOrder:
    """The order that now carries them."""
    return store_order(validated(wire.Order, reply.body, f"store order {subject[0]}"), account)


def cancel(account: Account, store_ref: str) -> Request:
    """Cancel an order; the store puts its stock back once, however often it is told."""
    return Request("PUT", f"{API}/orders/{store_ref}", body={"status": "cancelled"}, endpoint="orders.cancel")


def cancelled(account: Account, store_ref: str, reply: Reply) -> records.StoreOrder:
    """The order after cancelling."""
    return store_order(validated(wire.Order, reply.body, f"store order {store_ref}"), account)


def probe(account: Account) -> Request:
    """A batch of nothing: refused when the key may not write orders, and changes nothing."""
    return Request("POST", f"{API}/orders/batch", body={"update": []}, endpoint="orders.probe")
