"""Batch requests: taken at once, processed a moment later item by item, readable for four hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .gate import Ask, Call
from .model import Batch
from .world import World

LIFE_S = 14_400  # the id ends with the second in which the result expires
MOST_ITEMS = 1000
DUPLICATE = "Aynı istekte birden fazla kez gönderildi."
ODD_MOMENT = "Beklenmeyen bir hata oluştu, lütfen daha sonra tekrar deneyiniz."

# What one item asks for is done, or the reasons why not are returned.
Processor = Callable[[World, Batch, dict[str, Any]], list[str]]
PROCESSORS: dict[str, Processor] = {}  # by batch type; filled by the modules that know how


def items_of(ask: Ask, most: int = MOST_ITEMS) -> list[dict[str, Any]]:
    """The ``items`` of a body: one to ``most`` objects."""
    items = ask.body.get("items") if isinstance(ask.body, dict) else None
    if not isinstance(items, list) or not items:
        raise ask.refuse(400, "items.required", "items must be a list of at least one item")
    if len(items) > most:
        raise ask.refuse(400, "items.limit.exceeded", f"items must not be more than {most}")
    if not all(isinstance(item, dict) for item in items):
        raise ask.refuse(400, "invalid.request.body", "every item must be an object")
    return items


def open_batch(
    world: World, ask: Ask, kind: str, request_items: list[dict[str, Any]], keys: list[Any] | None = None
) -> dict[str, str]:
    """Take items as the result will show them (``requestItem``); gives the answer of the call.

    ``keys``, where given, must be unique: an item whose key came before in the request will fail.
    """
    now = world.clock.ms()
    expires = now // 1000 + LIFE_S
    items = [{"requestItem": item, "status": "IN_PROGRESS", "failureReasons": []} for item in request_items]
    if kind == "ProductArchiveUpdate":
        for item in items:
            item["batchRequestLogId"] = world.uuid()
    batch = Batch(f"{world.uuid()}-{expires}", kind, ask.storefront.code, now, now, expires * 1000, items)
    batch.repeats = _repeats(keys or [])
    world.batches[batch.id] = batch
    world.schedule(world.switches.batch_delay_s, "batch", batch_id=batch.id)
    world.schedule(LIFE_S, "batch_end", batch_id=batch.id)
    return {"batchRequestId": batch.id}


def _repeats(keys: list[Any]) -> list[int]:
    seen: set[str] = set()
    found = []
    for position, key in enumerate(map(str, keys)):
        if key in seen:
            found.append(position)
        seen.add(key)
    return found


def run(world: World, facts: dict[str, Any]) -> None:
    """Process a batch; an item whose fault dial strikes is refused once without a reason of its own."""
    batch = world.batches.get(facts["batch_id"])
    if batch is None:
        return
    process, repeats = PROCESSORS[batch.type], set(batch.repeats)
    for number, item in enumerate(batch.items):
        if number in repeats:
            reasons = [DUPLICATE]
        elif _bad_moment(world, batch, number):
            reasons = [ODD_MOMENT]
        else:
            reasons = process(world, batch, item["requestItem"])
        item["status"] = "FAILED" if reasons else "SUCCESS"
        item["failureReasons"] = reasons
    batch.is_done, batch.modified_ms = True, world.clock.ms()
    batch.is_forgotten = world.faults.strikes("forget_batch")
    failed = sum(item["status"] == "FAILED" for item in batch.items)
    world.ledger.write("batch.completed", batch_id=batch.id, type=batch.type, items=len(batch.items), failed=failed)


def _bad_moment(world: World, batch: Batch, number: int) -> bool:
    if not world.faults.dials.refuse_batch_items or not world.faults.strikes("refuse_batch_items"):
        return False
    request = batch.items[number]["requestItem"]
    inner = request.get("updateRequest") or {}
    name = f"{batch.type} {batch.storefront} {request.get('barcode') or inner.get('barcode') or inner.get('contentId')}"
    if name in world.refused_once:
        return False
    world.refused_once.add(name)
    return True


def end(world: World, facts: dict[str, Any]) -> None:
    """Its four hours are over."""
    world.batches.pop(facts["batch_id"], None)


def read(world: World, ask: Ask) -> Any:
    """The result so far. A price and stock result has no status of its own."""
    batch = world.batches.get(ask.path["batch_id"])
    if batch is None or batch.is_forgotten:
        if world.switches.unknown_batch == "not_found":
            raise ask.refuse(404, "batch.request.not.found", "batch request not found")
        return {"batchRequestId": ask.path["batch_id"], "status": "PROCESSING", "items": []}
    shown: dict[str, Any] = {"batchRequestId": batch.id, "items": batch.items}
    if batch.type != "ProductInventoryUpdate":
        shown["status"] = "COMPLETED" if batch.is_done else "IN_PROGRESS"
    shown |= {
        "creationDate": batch.created_ms, "lastModification": batch.modified_ms, "sourceType": "API",
        "itemCount": len(batch.items), "failedItemCount": sum(i["status"] == "FAILED" for i in batch.items),
        "batchRequestType": batch.type,
    }  # fmt: skip
    if batch.type == "ProductArchiveUpdate":
        shown["notes"] = None
    return shown


CALLS = [
    Call(
        "GET", "/product/sellers/{seller_id}/products/batch-requests/{batch_id}", read, "product_read", "product",
    ),
]  # fmt: skip
