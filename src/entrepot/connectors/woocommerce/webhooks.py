"""Subscriptions, and what the store posts to us. Every delivery is a hint: polls run beside it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window, loads
from entrepot.kit.wire import validated

from . import wire
from .calls import API, listing
from .mapping import instant
from .orders import is_ours

TOPICS = (
    "product.created", "product.updated", "product.deleted", "product.restored",
    "order.updated", "order.deleted", "order.restored",
)  # fmt: skip
# What their polls see, too: a product or order that was deleted is in no list.
BRINGS = {"product": ("product.created", "product.updated"), "order": ("order.updated",)}
_PATH = "/webhooks"
_PORTS = (80, 443, 8080)  # wp_safe_remote_request posts to no others
_ENTITIES = set("&<>\"'")  # the store decodes HTML entities in a secret before it signs
_PING = re.compile(rb"webhook_id=\d+")


def create(account: Account, wanted: records.Subscription) -> Request:
    """Subscribe. The store answers a first time by a ping to the address.

    Raises:
        MappingError: no secret (the store would make one and never tell it), or one that it would read differently.
    """
    return Request("POST", f"{API}{_PATH}", body=_body(wanted), endpoint="webhooks.create", is_safe=False)


def update(account: Account, wanted: records.Subscription) -> Request:
    """Bring a subscription to the address, topic and secret that we want, switched on."""
    path = f"{API}{_PATH}/{wanted.subscription_ref}"
    return Request("PUT", path, body=_body(wanted), endpoint="webhooks.update")


def _body(wanted: records.Subscription) -> dict[str, str]:
    if not wanted.secret or _ENTITIES & set(wanted.secret):
        raise MappingError(f"webhook {wanted.topic}", "secret", "must be set, without & < > \" '")
    return {
        "name": f"Entrepot {wanted.topic}",
        "topic": wanted.topic,
        "delivery_url": wanted.url,
        "secret": wanted.secret,
        "status": "active" if wanted.is_active else "paused",
    }


def created(account: Account, wanted: records.Subscription, reply: Reply) -> records.Subscription:
    """The subscription as the store holds it; the secret is the one we gave."""
    return replace(subscription(account, reply.body), secret=wanted.secret)


def first(account: Account) -> Request:
    """All subscriptions, of whatever status."""
    return listing(_PATH, Window(), endpoint="webhooks.list", status="all")


def subscription(account: Account, raw: Any) -> records.Subscription:
    """One subscription of the list."""
    known = raw.get("id") if isinstance(raw, dict) else None
    return of_wire(validated(wire.Webhook, raw, f"webhook {known}"), account)


def of_wire(theirs: wire.Webhook, account: Account) -> records.Subscription:
    """A subscription; ``paused`` by a person and ``disabled`` after failures are both inactive."""
    return records.Subscription(
        subscription_ref=theirs.id,
        url=theirs.delivery_url,
        topic=theirs.topic,
        is_active=theirs.status == "active",
    )


def activate(account: Account, ref: str) -> Request:
    """Switch on again what the store or a person switched off."""
    return Request("PUT", f"{API}{_PATH}/{ref}", body={"status": "active"}, endpoint="webhooks.update")


def deactivate(account: Account, ref: str) -> Request:
    """Pause."""
    return Request("PUT", f"{API}{_PATH}/{ref}", body={"status": "paused"}, endpoint="webhooks.update")


def delete(account: Account, ref: str) -> Request:
    """Delete for good; webhooks have no bin."""
    return Request("DELETE", f"{API}{_PATH}/{ref}", {"force": "true"}, endpoint="webhooks.delete")


def url_rule(url: str) -> str | None:
    """Why a store refuses to post there: WordPress posts to public hosts, on ports 80, 443 and 8080.

    A store on the same network can be set to allow more (WordPress filters http_request_host_is_external and
    http_allowed_safe_ports).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "must be an http or https address"
    if port is not None and port not in _PORTS:
        return f"uses port {port}; WordPress posts to {', '.join(map(str, _PORTS))} only"
    return "is a private address; WordPress posts to public ones only" if _is_private(parts.hostname) else None


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


# Deliveries


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    """The unsigned hello of a new subscription: form-encoded ``webhook_id=N``, and no X-WC header."""
    return _PING.fullmatch(body.strip()) is not None and not any(name.startswith("x-wc-") for name in headers)


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether X-WC-Webhook-Signature is base64(HMAC-SHA256(body, secret))."""
    told = headers.get("x-wc-webhook-signature", "")
    if not secret or not told:
        return False
    ours = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(told.encode(), ours)


def read(headers: Mapping[str, str], body: bytes) -> records.News:
    """What a verified delivery says.

    Simple products and open orders of ours are full. Thin are: variable products (their variations are missing),
    variations (the product is named), what was deleted, and completed orders (tracking may be kept elsewhere).
    An order that is not ours says nothing. Two deliveries in one second share X-WC-Webhook-Delivery-ID, so the
    identity is made of topic, id, modified stamp and body.

    Raises:
        MappingError: the body is no resource.
    """
    if is_ping(headers, body):
        return records.News(kind="webhook", topic="ping", is_full=False)
    topic = headers.get("x-wc-webhook-topic", "")
    raw = _resource(topic, body)
    modified, digest = str(raw.get("date_modified_gmt") or ""), hashlib.sha256(body).hexdigest()
    identity = ":".join((topic, str(raw["id"]), modified, digest))
    kind, is_full, refs = _sort(topic, raw)
    return records.News(
        kind=kind, topic=topic, is_full=is_full, raws=(raw,) if is_full else (), subject_refs=refs, identity=identity,
        told_at=instant(modified, record=f"webhook {topic}") if modified else None,
    )  # fmt: skip


def _resource(topic: str, body: bytes) -> dict[str, Any]:
    try:
        raw = loads(body)
    except ValueError as error:
        raise MappingError(f"webhook {topic}", "body", f"is not JSON: {error}") from None
    if not isinstance(raw, dict) or isinstance(raw.get("id"), bool) or not isinstance(raw.get("id"), (int, str)):
        raise MappingError(f"webhook {topic}", "id", "is missing")
    return raw


def _sort(topic: str, raw: dict[str, Any]) -> tuple[str, bool, tuple[str, ...]]:
    """(kind, whether the payload is all there is, whom it is about)."""
    resource, _, event = topic.partition(".")
    ref = str(raw["id"])
    if resource == "product":
        if event == "deleted":
            return "product", False, (ref,)
        if raw.get("type") == "variation":
            return "product", False, (str(raw.get("parent_id") or ref),)
        return "product", raw.get("type") == "simple", (ref,)
    if resource == "order":
        if event == "deleted":
            return "order", False, (ref,)
        return ("order", raw.get("status") != "completed", (ref,)) if is_ours(raw) else ("order", False, ())
    return "webhook", False, ()
