"""Where a shop keeps its tracking numbers: the core's fulfilments, a plugin's list, or the order's meta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.kit.requests import Account, Reply, Request
from entrepot.kit.spec import Paged, Raw

from . import wire
from .calls import API
from .facts import FULFILMENTS
from .meta import meta_text

# REST namespace of a tracking plugin → path under an order. Both answer in one shape.
_PLUGINS = ("wc-shipment-tracking/v3", "wc-ast/v3")
_META_LIST, _META_NUMBER, _META_CARRIER = "_wc_shipment_tracking_items", "_tracking_number", "_shipment_provider"
_SHIPPED = "completed"


def first(account: Account, order: Raw) -> Request | None:
    """The shipments of a completed order, from the first place that the store has (setting ``store.features``)."""
    if not isinstance(order, dict) or order.get("status") != _SHIPPED:
        return None
    return next(iter(_places(account, str(order.get("id")))), None)


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The shipments that one place knows; the next place when it knows none."""
    found = unwrap(reply.body)
    paths = [place.path for place in _places(account, _order_of(asked.path))]
    later = _places(account, _order_of(asked.path))[paths.index(asked.path) + 1 :]
    return found, later[0] if later and not found else None


def unwrap(body: Any) -> list[Any]:
    """The shipments of an answer: a list, one object, or a list under ``fulfillments``."""
    found = body.get("fulfillments", body) if isinstance(body, dict) else body
    return found if isinstance(found, list) else [found]


def name_of(raw: Any) -> str:
    """``shipment`` with the plugin's or the core's id."""
    return f"shipment {raw.get('tracking_id') or raw['id']}"


def shipment(theirs: wire.Tracking, account: Account) -> dict[str, str | None]:
    """One shipment by itself."""
    number, carrier = _of_shipment(theirs)
    return {"tracking_ref": number, "carrier": carrier}


def _places(account: Account, order_ref: str) -> list[Request]:
    features = account.setting("store.features") or ()
    paths = [f"{API}/orders/{order_ref}/fulfillments"] if FULFILMENTS in features else []
    paths += [f"/wp-json/{name}/orders/{order_ref}/shipment-trackings" for name in _PLUGINS if name in features]
    return [Request("GET", path, endpoint="orders.shipments") for path in paths]


def _order_of(path: str) -> str:
    return path.rsplit("/", 2)[1]


def of_order(order: wire.Order, shipments: Sequence[wire.Tracking]) -> tuple[str | None, str | None]:
    """(tracking number, carrier) of the order's first shipment that has a number; None where nobody said."""
    kept = next((pair.value for pair in order.meta_data if pair.key == _META_LIST), None)
    told = [_of_shipment(s) for s in shipments if s.is_fulfilled]
    told += [_of_kept(item) for item in kept] if isinstance(kept, list) else []
    told.append((meta_text(order.meta_data, _META_NUMBER), meta_text(order.meta_data, _META_CARRIER)))
    return next(((number, carrier) for number, carrier in told if number), (None, None))


def _of_shipment(theirs: wire.Tracking) -> tuple[str | None, str | None]:
    number = theirs.tracking_number or meta_text(theirs.meta_data, _META_NUMBER)
    carrier = theirs.tracking_provider or theirs.custom_tracking_provider
    return number, carrier or meta_text(theirs.meta_data, _META_CARRIER)


def _of_kept(item: Any) -> tuple[str | None, str | None]:
    if not isinstance(item, dict) or not isinstance(number := item.get("tracking_number"), (str, int)):
        return None, None
    carrier = item.get("tracking_provider") or item.get("custom_tracking_provider")
    return str(number), carrier if isinstance(carrier, str) else None
