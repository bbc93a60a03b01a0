"""What becomes of a package change: messages to the seller's webhooks, sent until taken."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from entrepot.sandbox.deliveries import Delivery

from .model import Message, Package, Webhook
from .payload import package_json

if TYPE_CHECKING:
    from .world import World

WORDS = {
    "Created": "CREATED", "Picking": "PICKING", "Invoiced": "INVOICED", "Shipped": "SHIPPED", "Cancelled": "CANCELLED",
    "Delivered": "DELIVERED", "UnDelivered": "UNDELIVERED", "Returned": "RETURNED", "UnSupplied": "UNSUPPLIED",
    "Awaiting": "AWAITING", "UnPacked": "UNPACKED", "AtCollectionPoint": "AT_COLLECTION_POINT",
    "Verified": "VERIFIED",
}  # fmt: skip


def announce(world: World, package: Package) -> None:
    """A message, with the package as it is now, for every active webhook that wants this status."""
    word = WORDS[package.status]
    wanted = [h for h in world.webhooks.values() if h.is_active and (not h.statuses or word in h.statuses)]
    if not wanted:
        return
    content: dict[str, Any] = package_json(world, package)
    if world.switches.webhook_body == "envelope":
        content = {"totalElements": 1, "totalPages": 1, "page": 0, "size": 1, "content": [content]}
    body = json.dumps(content, ensure_ascii=False)
    for webhook in wanted:
        number = world.number("message", 1)
        message = Message(number, webhook.id, package.id, package.order_number, package.status, body, world.clock.ms())
        world.messages[number] = message


def send_due(world: World) -> None:
    """Put every message on its way whose time has come; needs a running event loop."""
    if not world.messages:
        return
    now = world.clock.ms()
    for message in [m for m in world.messages.values() if m.next_ms <= now and not m.is_on_its_way]:
        webhook = world.webhooks.get(message.webhook_id)
        if webhook is None or not webhook.is_active:
            del world.messages[message.id]
        else:
            _send(world, webhook, message)


def _send(world: World, webhook: Webhook, message: Message) -> None:
    message.is_on_its_way = True
    body = message.body.encode()
    facts: dict[str, object] = {
        "webhook_id": webhook.id, "package_id": message.package_id, "order_number": message.order_number,
        "package_status": message.status, "attempt": message.failures + 1,
    }  # fmt: skip
    lost = world.faults.done["lost_webhook"]
    done = partial(_done, world, message.id)
    forge = partial(_forgery, webhook, body)
    world.deliveries.send(
        Delivery(webhook.url, body, headers(webhook), done, forge, f"trendyol {message.status}", facts)
    )
    if world.faults.done["lost_webhook"] > lost:  # nobody will ever report on it
        world.messages.pop(message.id, None)


def headers(webhook: Webhook) -> dict[str, str]:
    """Content type and the secret of the receiver's choice; nothing is signed."""
    shared = {"Content-Type": "application/json"}
    if webhook.authentication == "API_KEY":
        return shared | {"x-api-key": webhook.api_key or ""}
    pair = base64.b64encode(f"{webhook.username}:{webhook.password}".encode()).decode()
    return shared | {"Authorization": f"Basic {pair}"}


def _forgery(webhook: Webhook, body: bytes) -> tuple[dict[str, str], bytes]:
    content = json.loads(body)
    package = content["content"][0] if "content" in content else content
    package |= {"status": "Cancelled", "shipmentPackageStatus": "Cancelled"}
    wrong = base64.b64encode(b"forger:forger").decode()
    secret = {"x-api-key": "forged"} if webhook.authentication == "API_KEY" else {"Authorization": f"Basic {wrong}"}
    return {"Content-Type": "application/json", **secret}, json.dumps(content, ensure_ascii=False).encode()


def _done(world: World, message_id: int, taken: bool) -> None:
    message = world.messages.get(message_id)
    webhook = world.webhooks.get(message.webhook_id) if message else None
    if message is None or webhook is None:
        return
    if taken:
        del world.messages[message_id]
        webhook.failures = 0
        if world.faults.strikes("passivate_subscription"):
            passivate(world, webhook, "switched off after a delivery")
        return
    message.failures += 1
    webhook.failures += 1
    message.is_on_its_way = False
    message.next_ms = world.clock.ms() + int(world.switches.webhook_retry_s * 1000)
    in_a_row = message.failures if world.switches.passive_count == "message" else webhook.failures
    if in_a_row >= world.switches.webhook_failures:
        passivate(world, webhook, f"{in_a_row} deliveries failed")


def passivate(world: World, webhook: Webhook, reason: str) -> None:
    """Switched off by the marketplace: what waits for it is lost, and so is what happens until it is active again."""
    webhook.is_active, webhook.modified_ms = False, world.clock.ms()
    lost = [m.id for m in world.messages.values() if m.webhook_id == webhook.id]
    for number in lost:
        del world.messages[number]
    world.ledger.write(
        "webhook.passivated", webhook_id=webhook.id, url=webhook.url, reason=reason, messages_lost=len(lost)
    )
