"""Which request asks for what, and what its reply means."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from entrepot.kit import records
from entrepot.kit.requests import Account, Reply, Request, Window, loads
from entrepot.kit.spec import Paged

from . import mapping


def orders_first(account: Account, window: Window) -> Request:
    query = {"page": "0", "size": str(window.page_size or 50)}
    query |= {"from": str(window.since_ms)} if window.since_ms is not None else {}
    query |= {"to": str(window.until_ms)} if window.until_ms is not None else {}
    query |= {"numbers": ",".join(window.refs)} if window.refs else {}
    return Request("GET", "/orders", query, endpoint="orders.list")


def orders_page(account: Account, asked: Request, reply: Reply) -> Paged:
    number = int(asked.query["page"]) + 1
    if number >= reply.body["totalPages"]:
        return reply.body["content"], None
    return reply.body["content"], Request(
        "GET", "/orders", {**asked.query, "page": str(number)}, endpoint="orders.list"
    )


def unwrap(body: Any) -> Sequence[Any]:
    if isinstance(body, list):
        return body
    return body["content"] if isinstance(body, dict) and "content" in body else [body]


def offers(account: Account, items: Sequence[records.Offer]) -> Request:
    return Request("POST", "/offers", body={"items": [mapping.offer(item) for item in items]}, endpoint="offers.push")


def offers_read(account: Account, items: Sequence[records.Offer], reply: Reply) -> records.BatchReply:
    return records.BatchReply(batch_ref=str(reply.body["batchId"]))


def batch(account: Account, batch_ref: str) -> Request:
    return Request("GET", f"/batches/{batch_ref}", endpoint="batches.get")


def batch_read(account: Account, reply: Reply) -> records.BatchReply:
    verdicts = tuple(
        records.Verdict(listing_ref=item["barcode"], is_ok=not item["reason"], reason=item["reason"])
        for item in reply.body["items"]
    )
    return records.BatchReply(verdicts=verdicts, is_done=reply.body["done"])


def label(account: Account, package_ref: str) -> Request:
    return Request("GET", f"/orders/{package_ref}/label", endpoint="labels.get")


def label_read(account: Account, package_ref: str, reply: Reply) -> records.Label:
    return records.Label(tracking_ref=reply.body["waybill"], format="zpl", pages=(reply.body["zpl"].encode(),))


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    told, sent = headers.get("x-bazaria-signature", ""), headers.get("x-bazaria-sent", "")
    ours = hmac.new(secret.encode(), sent.encode() + b"." + body, hashlib.sha256).hexdigest()
    return bool(secret and told) and hmac.compare_digest(told.encode(), ours.encode())


def sent_at(headers: Mapping[str, str], body: bytes) -> datetime:
    return datetime.fromtimestamp(int(headers["x-bazaria-sent"]), UTC)


def is_ping(headers: Mapping[str, str], body: bytes) -> bool:
    return body == b"ping"


def news(headers: Mapping[str, str], body: bytes) -> records.News:
    if is_ping(headers, body):
        return records.News(kind="order", topic="ping", is_full=False)
    raw = loads(body)
    return records.News(
        kind="order", topic="order", is_full=True, raws=(raw,), subject_refs=(str(raw["orderNumber"]),),
        identity=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def words(body: Any) -> str:
    return str(body.get("error", body)) if isinstance(body, dict) else str(body)
