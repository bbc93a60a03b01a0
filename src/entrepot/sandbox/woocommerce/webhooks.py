# ruff: noqa: ARG005, A006 - a route is called with the call and the parts of its path
"""Webhooks of the shop: ping, signed deliveries, no retry, switched off after the seventh failure in a row."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from entrepot.sandbox.deliveries import Deliveries, Delivery

from . import batch
from .collection import chosen, ordered, page_of
from .dates import both, local
from .errors import WooError, cannot_trash, invalid_id
from .routing import Call, Reply, Router
from .schema import META, STRING, T, check, one_of

if TYPE_CHECKING:
    from .state import Row, Store

WEBHOOK: dict[str, T] = {
    "name": STRING,
    "status": one_of("active", "paused", "disabled"),
    "topic": STRING,
    "delivery_url": STRING,
    "secret": STRING,
    "meta_data": META,
}
RESOURCES = ("coupon", "customer", "order", "product")
EVENTS = ("created", "updated", "deleted", "restored")
TOLERATED = 5  # a failure when the count is already above this switches the webhook off
Represent = Callable[[str, int], dict[str, Any] | None]


class Webhooks:
    """The routes, and the queue between a change and its delivery.

    A (webhook, topic, id) waits once however often it is emitted in one tick, as the store's scheduler does; what is
    emitted twice *by design* (one save of an order) is queued with its repetition.
    """

    def __init__(self, store: Store, deliveries: Deliveries, represent: Represent) -> None:
        self.store, self.deliveries, self.represent = store, deliveries, represent
        self._pending: dict[tuple[int, str, int], int] = {}
        store.listeners.append(self.emitted)

    @property
    def table(self) -> dict[int, Row]:
        """Webhooks by id."""
        return self.store.tables["webhooks"]

    def emitted(self, topic: str, id_: int) -> None:
        """A change happened: every active webhook of the topic gets it."""
        for row in self.table.values():
            if row["status"] == "active" and row["topic"] == topic:
                pending = (row["id"], topic, id_)
                most = self.store.settings.order_updated_times if topic == "order.updated" else 1
                self._pending[pending] = min(self._pending.get(pending, 0) + 1, most)

    def tick(self) -> None:
        """Deliver what waits, as it is represented now. Runs in the event loop."""
        pending, self._pending = self._pending, {}
        for (webhook_id, topic, id_), times in pending.items():
            row = self.table.get(webhook_id)
            if row is not None and row["status"] == "active":
                for _ in range(times):
                    self._deliver(row, topic, id_)

    def _deliver(self, row: Row, topic: str, id_: int) -> None:
        payload = {"id": id_} if topic.endswith(".deleted") else self.represent(topic, id_)
        if payload is None:
            return
        body = json.dumps(payload, ensure_ascii=False).encode()
        whole = payload.get("parent_id") or id_  # of a variation: its product
        facts: dict[str, object] = {"webhook_id": row["id"], "topic": topic, "resource_id": id_, "whole_id": whole}
        self.deliveries.send(
            Delivery(
                url=row["delivery_url"],
                body=body,
                headers=self._headers(row, topic, body, row["secret"]),
                done=lambda ok: self._done(row["id"], ok),
                forge=lambda: (self._headers(row, topic, body, secrets.token_hex(20)), body),
                label=topic,
                facts=facts,
            )
        )

    def _headers(self, row: Row, topic: str, body: bytes, secret: str) -> dict[str, str]:
        resource, _, event = topic.partition(".")
        stamp = local(self.store.now(), self.store.zone)
        return {
            "Content-Type": "application/json",
            "User-Agent": f"WooCommerce/{self.store.settings.version} Hookshot (WordPress/6.8)",
            "X-WC-Webhook-Source": f"{self.store.url}/",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature(body, secret),
            "X-WC-Webhook-ID": str(row["id"]),
            # Of the webhook and the second only: two deliveries in one second share it.
            "X-WC-Webhook-Delivery-ID": hashlib.md5(f"{row['id']}{stamp}".encode()).hexdigest(),  # noqa: S324 - as the store does
        }

    def _done(self, webhook_id: int, ok: bool) -> None:
        row = self.table.get(webhook_id)
        if row is None:
            return
        if ok:
            row["failure_count"] = 0
            if self.deliveries.faults.strikes("passivate_subscription"):
                self._disable(row, "the shop switched it off")
        elif row["failure_count"] > TOLERATED:
            self._disable(row, "too many failures")
        else:
            row["failure_count"] += 1

    def _disable(self, row: Row, why: str) -> None:
        row["status"] = "disabled"
        self.store.ledger.write("webhook.disabled", webhook_id=row["id"], topic=row["topic"], reason=why)

    def _ping(self, row: Row) -> None:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": f"WooCommerce/{self.store.settings.version} Hookshot (WordPress/6.8)",
        }
        body = urlencode({"webhook_id": row["id"]}).encode()
        facts: dict[str, object] = {"webhook_id": row["id"]}
        self.deliveries.send(
            Delivery(row["delivery_url"], body, headers, done=lambda ok: None, label="ping", facts=facts)
        )

    def mount(self, router: Router, base: str) -> None:
        """Add the routes."""
        path = f"{base}/webhooks"
        router.add("GET", path, self.listing)
        router.add("POST", path, lambda call: Reply(self._made(call.body), 201))
        router.add("POST PUT PATCH", f"{path}/batch", self.many)
        router.add("GET", f"{path}/{{id}}", lambda call, id: Reply(self._view(self._find(id, writing=False))))
        router.add("POST PUT PATCH", f"{path}/{{id}}", lambda call, id: Reply(self._edited(id, call.body)))
        router.add("DELETE", f"{path}/{{id}}", self.delete)

    def listing(self, call: Call) -> Reply:
        """A page of webhooks."""
        asked = call.asked()
        status = asked.choice("status", ("all", "active", "paused", "disabled"), "all")
        rows = [r for r in chosen(asked, self.table.values()) if status in ("all", r["status"])]
        rows = ordered(asked, rows, ("date", "id", "include", "title"), "date")
        return page_of(call, asked, rows, self._view)

    def many(self, call: Call) -> Reply:
        """A batch."""
        return batch.run(call, self._made, self._edited, self._gone)

    def delete(self, call: Call, id: int) -> Reply:
        """Remove a webhook; there is no bin."""
        if not call.flag("force"):
            raise cannot_trash("Webhooks")
        return Reply(self._gone(id))

    def _find(self, id_: int, *, writing: bool) -> Row:
        row = self.table.get(id_)
        if row is None:
            raise invalid_id("shop_webhook", writing=writing)
        return row

    def _made(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("id"):
            raise WooError("woocommerce_rest_shop_webhook_exists", "Cannot create existing webhook.", 400)
        clean = check(body, WEBHOOK)
        _check_topic(clean.get("topic", ""))
        _check_url(clean.get("delivery_url", ""))
        now = self.store.now()
        default = f"Webhook created on {local(now, self.store.zone)}"
        row: Row = {"id": self.store.new_id(), "parent_id": 0, "status": "active", "failure_count": 0}
        row |= {"created": now, "modified": now, "secret": secrets.token_urlsafe(38)[:50], "name": default} | clean
        self.table[row["id"]] = row
        facts = {"webhook_id": row["id"], "topic": row["topic"], "url": row["delivery_url"]}
        self.store.ledger.write("webhook.created", **facts)
        self._ping(row)
        return self._view(row)

    def _edited(self, id_: int, body: dict[str, Any]) -> dict[str, Any]:
        row, clean = self._find(id_, writing=True), check(body, WEBHOOK)
        if "topic" in clean:
            _check_topic(clean["topic"])
        if "delivery_url" in clean:
            _check_url(clean["delivery_url"])
        row |= clean | {"modified": self.store.now()}
        if clean.get("status") == "active":
            row["failure_count"] = 0
        self.store.ledger.write("webhook.updated", webhook_id=id_, status=row["status"], topic=row["topic"])
        return self._view(row)

    def _gone(self, id_: int) -> dict[str, Any]:
        row = self._find(id_, writing=False)
        del self.table[id_]
        self.store.ledger.write("webhook.deleted", webhook_id=id_, topic=row["topic"])
        return self._view(row)

    def _view(self, row: Row) -> dict[str, Any]:
        """The secret is never shown."""
        resource, _, event = row["topic"].partition(".")
        zone = self.store.zone
        return {
            **{n: row[n] for n in ("id", "name", "status", "topic", "delivery_url")},
            "resource": resource,
            "event": event,
            "hooks": [f"woocommerce_{event}_{resource}"] if resource != "action" else [event],
            **both("date_created", row["created"], zone),
            **both("date_modified", row["modified"], zone),
            "_links": {"self": [{"href": f"{self.store.url}/wp-json/wc/v3/webhooks/{row['id']}"}]},
        }


def signature(body: bytes, secret: str) -> str:
    """Base64 of the HMAC-SHA256 over the raw body; the secret is HTML-decoded first."""
    made = hmac.new(html.unescape(secret).encode(), body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def _check_topic(topic: str) -> None:
    resource, _, event = topic.partition(".")
    is_action = resource == "action" and event.startswith(("woocommerce_", "wc_"))
    if not is_action and (resource not in RESOURCES or event not in EVENTS):
        text = "Webhook topic is required and must be valid."
        raise WooError("woocommerce_rest_shop_webhook_invalid_topic", text, 400)


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        text = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise WooError("woocommerce_rest_shop_webhook_invalid_delivery_url", text, 400)
