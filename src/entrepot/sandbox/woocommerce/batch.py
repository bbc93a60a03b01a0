"""Many writes in one request: in order, without a transaction, 200 even when items fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .errors import WooError, invalid_params
from .routing import Call, Reply

LIMIT = 100
Create = Callable[[dict[str, Any]], dict[str, Any]]
Update = Callable[[int, dict[str, Any]], dict[str, Any]]
Delete = Callable[[int], dict[str, Any]]


def run(call: Call, create: Create, update: Update, delete: Delete) -> Reply:
    """Create, then update, then delete (for good). Result arrays keep the order of the request.

    Raises:
        WooError: 413 above 100 items, 400 when a part is not a list.
    """
    parts = {name: call.body.get(name) or [] for name in ("create", "update", "delete")}
    for name, items in parts.items():
        if not isinstance(items, list):
            raise invalid_params({name: ("rest_invalid_type", f"{name} is not of type array.")})
    if sum(map(len, parts.values())) > LIMIT:
        text = f"Unable to accept more than {LIMIT} items for this request."
        raise WooError("woocommerce_rest_request_entity_too_large", text, 413)
    answer: dict[str, Any] = {}
    if parts["create"]:
        answer["create"] = [_tried(call, 0, partial(create, _fields(item))) for item in parts["create"]]
    if parts["update"]:
        answer["update"] = [_updated(call, _fields(item), update) for item in parts["update"]]
    if parts["delete"]:
        answer["delete"] = [_tried(call, _id(id_), partial(delete, _id(id_))) for id_ in parts["delete"]]
    return Reply(answer)


def _fields(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {}


def _id(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _updated(call: Call, item: dict[str, Any], update: Update) -> dict[str, Any]:
    wanted = _id(item.get("id"))
    return _tried(call, wanted, partial(update, wanted, {k: v for k, v in item.items() if k != "id"}))


def _tried(call: Call, id_: int, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if call.strikes("refuse_batch_items"):
        error = WooError("internal_server_error", "There has been a critical error on this website.", 500)
        return {"id": id_, "error": error.envelope()}
    try:
        return work()
    except WooError as error:
        return {"id": id_, "error": error.envelope()}
