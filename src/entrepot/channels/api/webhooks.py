"""A channel's webhooks over HTTP: what we want beside what the remote had when we looked last."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Router, Schema

from entrepot.core.errors import Refused
from entrepot.kit.registry import connector
from entrepot.web.areas import ActorRequest, Area
from entrepot.web.shapes import Body, OneOf

from .. import queries
from ..models import Subscription
from .shapes import channel_of
from .work import ACCEPTED, started

router = Router(auth=Area("channels"), tags=["channels"])
WebhookState = Annotated[str, OneOf(("ok", "missing", "switched_off", "unwanted", "off", "of_others"))]


class WebhookOut(Schema):
    """One topic. ``missing``, ``switched_off`` and ``unwanted`` differ from what we want."""

    topic: str = Field(examples=["order.created"])
    state: WebhookState = Field(examples=["ok"])
    subscription_ref: str | None = Field(description="null: the remote has none", examples=["1116"])
    is_active: bool | None = Field(examples=[True])
    host: str | None = Field(description="where it leads to; the whole address is a secret", examples=["hub.example"])


class WebhooksOut(Schema):
    """Whether webhooks are wanted, and how they are."""

    is_wanted: bool = Field(examples=[True])
    differs: bool = Field(description="the remote has it otherwise than we want", examples=[False])
    seen_at: datetime | None = Field(description="null: nobody looked yet", examples=["2026-03-01T09:30:00Z"])
    items: list[WebhookOut]


class WebhookIn(Body):
    """How a subscription should be."""

    is_active: bool | None = Field(None, description="switch its topic on or off; null: as it is", examples=[True])


def _subscription(request: ActorRequest, channel_id: int, subscription_id: str) -> Subscription:
    rows = Subscription.objects.for_actor(request.auth)
    return rows.get(channel_id=channel_id, subscription_ref=subscription_id)


@router.get(
    "/channels/{channel_id}/webhooks", response=WebhooksOut, operation_id="list_webhooks", summary="List webhooks"
)
def list_webhooks(request: ActorRequest, channel_id: int) -> Any:
    """What we want beside what the remote had when we looked last. 409: the remote has no webhooks."""
    row = channel_of(request, channel_id)
    spec = connector(row.connector)
    if not spec.has("register_webhooks"):
        raise Refused(f"{spec.label} has no webhooks: {spec.cannot.get('register_webhooks', 'not known')}")
    found = queries.webhooks(channel=row)
    items = [
        {
            "topic": w.topic, "state": w.state,
            "subscription_ref": w.subscription.subscription_ref if w.subscription else None,
            "is_active": w.subscription.is_active if w.subscription else None,
            "host": w.subscription.host if w.subscription else None,
        }
        for w in found
    ]  # fmt: skip
    return {
        "is_wanted": row.settings.get("hub.webhooks") == "on", "differs": any(w.differs for w in found),
        "seen_at": row.webhooks_seen_at, "items": items,
    }  # fmt: skip


@router.post(
    "/channels/{channel_id}/webhooks", response=ACCEPTED, operation_id="enable_webhooks", summary="Turn webhooks on"
)
def enable_webhooks(request: ActorRequest, channel_id: int) -> Any:
    """Make or revive the subscriptions that we want. 422: the remote would refuse our address."""
    return started(request, channel_id, "webhooks_on")


@router.delete(
    "/channels/{channel_id}/webhooks", response=ACCEPTED, operation_id="disable_webhooks", summary="Turn webhooks off"
)
def disable_webhooks(request: ActorRequest, channel_id: int) -> Any:
    """Delete our subscriptions at the remote; polls do the work from now on."""
    return started(request, channel_id, "webhooks_off")


@router.post(
    "/channels/{channel_id}/webhooks/look", response=ACCEPTED, operation_id="look_at_webhooks", summary="Look again"
)
def look_at_webhooks(request: ActorRequest, channel_id: int) -> Any:
    """Ask the remote what it has now."""
    return started(request, channel_id, "webhooks_look")


@router.post(
    "/channels/{channel_id}/webhooks/renew-secret", response=ACCEPTED, operation_id="renew_webhook_secret",
    summary="Renew the secret",
)  # fmt: skip
def renew_webhook_secret(request: ActorRequest, channel_id: int) -> Any:
    """Give each subscription of ours a new secret. The one before is believed for ``hub.webhook_grace_s`` seconds (a
    day) from then on; the run's report tells until when. 422: the remote would refuse our address.
    """
    return started(request, channel_id, "webhooks_renew")


@router.patch(
    "/channels/{channel_id}/webhooks/{subscription_id}", response=ACCEPTED, operation_id="update_webhook",
    summary="Write a webhook anew",
)  # fmt: skip
def update_webhook(request: ActorRequest, channel_id: int, subscription_id: str, body: WebhookIn) -> Any:
    """Write a subscription as we want it now: our address, the present secret, on or off. 409: it does not lead to us.
    422: the remote would refuse our address.
    """
    row = _subscription(request, channel_id, subscription_id)
    options = {"subscription_ref": row.subscription_ref, "is_active": body.is_active}
    return started(request, channel_id, "webhook_update", options)


@router.post(
    "/channels/{channel_id}/webhooks/{subscription_id}/activate", response=ACCEPTED, operation_id="activate_webhook",
    summary="Switch a webhook on",
)  # fmt: skip
def activate_webhook(request: ActorRequest, channel_id: int, subscription_id: str) -> Any:
    """Want a topic again and switch its subscription on. 409: it does not lead to us."""
    return _switched(request, channel_id, subscription_id, "activate")


@router.post(
    "/channels/{channel_id}/webhooks/{subscription_id}/deactivate", response=ACCEPTED,
    operation_id="deactivate_webhook", summary="Switch a webhook off",
)  # fmt: skip
def deactivate_webhook(request: ActorRequest, channel_id: int, subscription_id: str) -> Any:
    """Want a topic no longer; its subscription stays, switched off, and is not revived. 409: it does not lead to us."""
    return _switched(request, channel_id, subscription_id, "deactivate")


@router.delete(
    "/channels/{channel_id}/webhooks/{subscription_id}", response=ACCEPTED, operation_id="delete_webhook",
    summary="Delete a webhook",
)  # fmt: skip
def delete_webhook(request: ActorRequest, channel_id: int, subscription_id: str) -> Any:
    """Want a topic no longer and delete its subscription. 409: it does not lead to us."""
    return _switched(request, channel_id, subscription_id, "delete")


def _switched(request: ActorRequest, channel_id: int, subscription_id: str, action: str) -> Any:
    row = _subscription(request, channel_id, subscription_id)
    options = {"subscription_ref": row.subscription_ref, "action": action}
    return started(request, channel_id, "webhook_switch", options)
