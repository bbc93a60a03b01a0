"""The calls that manage webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import subscriptions
from .gate import Ask, Call, done
from .model import Webhook

if TYPE_CHECKING:
    from .world import World

FORBIDDEN = ("trendyol", "dolap", "localhost")
STATUSES = set(subscriptions.WORDS.values())


def _checked(world: World, ask: Ask) -> dict[str, Any]:
    """The body of a create or a full replace, in our words."""
    body = ask.body if isinstance(ask.body, dict) else {}
    url, kind = body.get("url"), body.get("authenticationType")
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ask.refuse(400, "webhook.url.invalid", "url must be an http or https address")
    words = [
        w for w in FORBIDDEN if w in str(url).lower() and not (w == "localhost" and world.switches.allow_localhost)
    ]
    if words:
        raise ask.refuse(400, "webhook.url.invalid", f"url must not contain {words[0]}")
    needed = {"BASIC_AUTHENTICATION": ("username", "password"), "API_KEY": ("apiKey",)}.get(str(kind))
    if needed is None:
        raise ask.refuse(
            400, "webhook.authentication.invalid", "authenticationType must be BASIC_AUTHENTICATION or API_KEY"
        )
    missing = [name for name in needed if not isinstance(body.get(name), str) or not body[name]]
    if missing:
        raise ask.refuse(400, "webhook.authentication.invalid", f"{missing[0]} is required for {kind}")
    statuses = body.get("subscribedStatuses") or []
    if not isinstance(statuses, list) or not all(isinstance(s, str) and s in STATUSES for s in statuses):
        raise ask.refuse(400, "webhook.status.invalid", f"subscribedStatuses must be of {', '.join(sorted(STATUSES))}")
    return {
        "url": url, "authentication": kind, "username": body.get("username"), "password": body.get("password"),
        "api_key": body.get("apiKey"), "statuses": statuses,
    }  # fmt: skip


def create(world: World, ask: Ask) -> Any:
    """At most 15 for a seller, passive ones counted."""
    wanted = _checked(world, ask)
    if len(world.webhooks) >= world.switches.webhook_limit:
        raise ask.refuse(400, "webhook.limit.exceeded", f"at most {world.switches.webhook_limit} webhooks")
    webhook = Webhook(world.uuid(), created_ms=world.clock.ms(), **wanted)
    world.webhooks[webhook.id] = webhook
    world.ledger.write("webhook.created", webhook_id=webhook.id, url=webhook.url, statuses=webhook.statuses)
    return {"id": webhook.id}


def read_all(world: World, _ask: Ask) -> Any:
    """A bare list; secrets are never shown."""
    return [
        {
            "id": h.id, "createdDate": h.created_ms, "lastModifiedDate": h.modified_ms, "url": h.url,
            "username": h.username, "authenticationType": h.authentication,
            "status": "ACTIVE" if h.is_active else "PASSIVE", "subscribedStatuses": h.statuses or None,
        }
        for h in world.webhooks.values()
    ]  # fmt: skip


def _found(world: World, ask: Ask) -> Webhook:
    webhook = world.webhooks.get(ask.path["webhook_id"])
    if webhook is None:
        raise ask.refuse(404, "webhook.not.found", "webhook not found")
    return webhook


def replace(world: World, ask: Ask) -> Any:
    """All fields anew; active or passive stays."""
    webhook = _found(world, ask)
    for name, value in _checked(world, ask).items():
        setattr(webhook, name, value)
    return _noted(world, webhook, "webhook.updated")


def activate(world: World, ask: Ask) -> Any:
    """From now on; what happened meanwhile is not sent."""
    webhook = _found(world, ask)
    webhook.is_active, webhook.failures = True, 0
    return _noted(world, webhook, "webhook.activated")


def deactivate(world: World, ask: Ask) -> Any:
    """What waits for it is dropped when its time comes."""
    webhook = _found(world, ask)
    webhook.is_active = False
    return _noted(world, webhook, "webhook.deactivated")


def _noted(world: World, webhook: Webhook, kind: str) -> Any:
    webhook.modified_ms = world.clock.ms()
    world.ledger.write(kind, webhook_id=webhook.id, url=webhook.url)
    return done()


def delete(world: World, ask: Ask) -> Any:
    """Gone, and its messages with it; a second time is 404."""
    webhook = _found(world, ask)
    del world.webhooks[webhook.id]
    world.ledger.write("webhook.deleted", webhook_id=webhook.id, url=webhook.url)
    return done()


BASE = "/webhook/sellers/{seller_id}/webhooks"
CALLS = [
    Call("POST", BASE, create, "", "webhook", "json"),
    Call("GET", BASE, read_all, "", "webhook"),
    Call("PUT", f"{BASE}/{{webhook_id}}", replace, "", "webhook", "json"),
    Call("DELETE", f"{BASE}/{{webhook_id}}", delete, "", "webhook"),
    Call("PUT", f"{BASE}/{{webhook_id}}/activate", activate, "", "webhook"),
    Call("PUT", f"{BASE}/{{webhook_id}}/deactivate", deactivate, "", "webhook"),
]
