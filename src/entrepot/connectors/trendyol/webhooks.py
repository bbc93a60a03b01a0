"""Webhooks: keeping the subscription, and reading what is posted (page "Webhook model").

One subscription brings every package whatever its status, also statuses to come; there are none for anything else.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from entrepot.core.errors import MappingError, RemoteChanged
from entrepot.kit.records import News, Subscription
from entrepot.kit.requests import Account, Reply, Request, loads
from entrepot.kit.spec import Paged
from entrepot.kit.wire import Wire, validated

from .calls import rows, seller
from .states import WEBHOOK_STATUSES
from .types import Many, Text, because

TOPIC = "packages"
_USER = "entrepot"  # of Basic authentication; the password is the subscription's secret
_BANNED = ("trendyol", "dolap", "localhost")


class Hook(Wire):
    """A subscription. No statuses: all of them."""

    id: str
    url: str
    status: str
    subscribedStatuses: Annotated[list[Text], Many] = []
    IGNORED: ClassVar[dict[str, str]] = {
        **because("when it was made and changed", "createdDate lastModifiedDate"),
        **because("we chose it; secrets are never told", "username authenticationType"),
    }


class Made(Wire):
    """The answer to a new subscription."""

    id: str


def create(account: Account, wanted: Subscription) -> Request:
    """A new subscription; at most 15 exist, passive ones too.

    Raises:
        MappingError: no secret, a topic that does not exist, or an address that Trendyol refuses.
    """
    return Request("POST", _path(account), body=_body(account, wanted), endpoint="webhook_create", is_safe=False)


def created(account: Account, wanted: Subscription, reply: Reply) -> Subscription:
    """The subscription with its id.

    Raises:
        RemoteChanged: the answer names none.
    """
    try:
        ref = validated(Made, reply.body, "subscription").id
    except MappingError as error:
        raise RemoteChanged(f"trendyol register_webhooks: {error}", status=reply.status) from None
    return Subscription(subscription_ref=ref, url=wanted.url, topic=wanted.topic, is_active=True, secret=wanted.secret)


def listing(account: Account) -> Request:
    """All subscriptions, in one answer."""
    return Request("GET", _path(account), endpoint="webhook_list")


def page(account: Account, asked: Request, reply: Reply) -> Paged:
    """The list is bare."""
    if not isinstance(reply.body, list):
        raise TypeError("is no list of subscriptions")
    return reply.body, None


def subscription(theirs: Hook, account: Account) -> Subscription:
    """One subscription; ``topic`` is ``packages``, or the statuses that another hand chose.

    Raises:
        MappingError: a status of the subscription that nobody declared.
    """
    if theirs.status not in ("ACTIVE", "PASSIVE"):
        raise MappingError(f"subscription {theirs.id}", "status", f"{theirs.status!r} is not known: ACTIVE, PASSIVE")
    return Subscription(
        subscription_ref=theirs.id, url=theirs.url, topic=",".join(theirs.subscribedStatuses) or TOPIC,
        is_active=theirs.status == "ACTIVE",
    )  # fmt: skip


def subscription_of(account: Account, raw: Any) -> Subscription:
    """One raw subscription; see :func:`subscription`."""
    return subscription(validated(Hook, raw, "subscription"), account)


def update(account: Account, wanted: Subscription) -> Request:
    """Replaces a subscription whole, its secret too.

    Raises:
        MappingError: as :func:`create`.
    """
    path = _path(account, wanted.subscription_ref)
    return Request("PUT", path, body=_body(account, wanted), endpoint="webhook_update")


def activate(account: Account, ref: str) -> Request:
    """Switches on what was passive; what happened meanwhile is not sent again."""
    return Request("PUT", _path(account, ref, "/activate"), endpoint="webhook_activate")


def deactivate(account: Account, ref: str) -> Request:
    """Stops deliveries."""
    return Request("PUT", _path(account, ref, "/deactivate"), endpoint="webhook_deactivate")


def delete(account: Account, ref: str) -> Request:
    """Removes a subscription; a second time is refused with 404."""
    return Request("DELETE", _path(account, ref), endpoint="webhook_delete")


def url_rule(url: str) -> str | None:
    """Why Trendyol would refuse this address."""
    for word in _BANNED:
        if word in url.casefold():
            return f"must not contain {word!r}"
    return None


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether the delivery carries our key, in ``x-api-key`` or as the password of Basic. There is no signature."""
    if not secret:
        return False
    pair = base64.b64encode(f"{_USER}:{secret}".encode()).decode()
    by_key = _same(headers.get("x-api-key", ""), secret)
    by_basic = _same(headers.get("authorization", ""), f"Basic {pair}")
    return by_key or by_basic


def read(headers: Mapping[str, str], body: bytes) -> News:
    """The packages of a delivery, in an envelope (2026) or bare (until 2025). The same fact has the same identity.

    Raises:
        RemoteChanged: a body that holds no package.
    """
    try:
        raws = rows(loads(body))
    except ValueError as error:
        raise RemoteChanged(f"trendyol webhook: the body is no JSON: {error}") from None
    if not raws or not all(isinstance(raw, dict) for raw in raws):
        raise RemoteChanged("trendyol webhook: the body holds no package")
    refs = [str(raw.get("shipmentPackageId", raw.get("id", ""))) for raw in raws]
    facts = [f"{ref}:{raw.get('status')}:{raw.get('lastModifiedDate')}" for ref, raw in zip(refs, raws, strict=True)]
    return News(
        kind="package", topic=TOPIC, is_full=True, raws=tuple(raws), subject_refs=tuple(refs), identity="|".join(facts)
    )


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _path(account: Account, ref: str = "", tail: str = "") -> str:
    base = f"/webhook/sellers/{seller(account)}/webhooks"
    return f"{base}/{ref}{tail}" if ref else base


def _body(account: Account, wanted: Subscription) -> dict[str, object]:
    record = f"subscription to {wanted.topic}"
    if not wanted.secret:
        raise MappingError(record, "secret", "is missing; a subscription is always written whole")
    if (why := url_rule(wanted.url)) is not None:
        raise MappingError(record, "url", why)
    statuses = [] if wanted.topic == TOPIC else wanted.topic.split(",")
    if strange := set(statuses) - set(WEBHOOK_STATUSES):
        raise MappingError(
            record, "topic", f"must be {TOPIC}, or of {', '.join(WEBHOOK_STATUSES)}; not {sorted(strange)}"
        )
    if account.setting("webhook_auth") == "BASIC_AUTHENTICATION":
        proof = {"authenticationType": "BASIC_AUTHENTICATION", "username": _USER, "password": wanted.secret}
    else:
        proof = {"authenticationType": "API_KEY", "apiKey": wanted.secret}
    return {"url": wanted.url, **proof, "subscribedStatuses": statuses}
