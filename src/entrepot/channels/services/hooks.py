"""Which webhooks a channel wants, and which its remote had when we looked last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from entrepot.channels.models import Channel, Subscription
from entrepot.channels.services.vault import seal, unseal
from entrepot.core.ids import token
from entrepot.events.services import record

WANTED, OFF, NETWORKS = "hub.webhooks", "hub.webhook_topics_off", "hub.webhook_networks"
GRACE = "hub.webhook_grace_s"
_GRACE_S = 86_400.0  # the remotes that we know send again for hours, signed as they were at first


def webhook_secrets(channel: Channel, *, at: datetime) -> tuple[str, ...]:
    """What may have signed a webhook of this channel, the newest first: the one before too, until its time is over."""
    kept = unseal(channel.webhook_secret)
    until = kept.get("before_until")
    names = ("secret",) if until and datetime.fromisoformat(until) <= at else ("secret", "before")
    return tuple(kept[name] for name in names if kept.get(name))


def begin_secret(*, seller_id: int, channel_id: int) -> Channel:
    """A new secret for a channel's webhooks; the one before is believed until ``end_secret`` says how long.

    Where that was never said, a renewal was broken off: its secret goes on, as some subscriptions may have it.
    """
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        kept = unseal(channel.webhook_secret)
        if not kept.get("before") or kept.get("before_until"):
            channel.webhook_secret = seal({"secret": token(), "before": kept["secret"]})
            channel.save(update_fields=["webhook_secret"])
    return channel


def end_secret(*, seller_id: int, channel_id: int, at: datetime) -> datetime:
    """Every subscription has the new secret: until when the one before is believed, by ``hub.webhook_grace_s``."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        until = at + timedelta(seconds=float(channel.settings.get(GRACE, _GRACE_S)))
        channel.webhook_secret = seal({**unseal(channel.webhook_secret), "before_until": until.isoformat()})
        channel.save(update_fields=["webhook_secret"])
    return until


def allowed_networks(channel: Channel) -> tuple[str, ...]:
    """Where this channel's webhooks may come from, as a person said; empty: from anywhere that the connector knows."""
    return tuple(channel.settings.get(NETWORKS, ()))


def want_webhooks(*, seller_id: int, channel_id: int, is_wanted: bool, at: datetime) -> Channel:
    """Want webhooks or not; it travels to the remote by ``ingress``."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        word = "on" if is_wanted else "off"
        if channel.settings.get(WANTED) != word:
            channel.settings = {**channel.settings, WANTED: word}
            channel.save(update_fields=["settings"])
            record(
                type="channel.webhooks_on" if is_wanted else "channel.webhooks_off",
                key=channel.id, seller_id=seller_id, payload={}, at=at,
            )  # fmt: skip
    return channel


def want_topic(*, seller_id: int, channel_id: int, topic: str, is_wanted: bool, at: datetime) -> Channel:  # noqa: ARG001
    """Want one topic or not, while webhooks as a whole are on."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        off = set(channel.settings.get(OFF, ()))
        off = off - {topic} if is_wanted else off | {topic}
        channel.settings = {**channel.settings, OFF: sorted(off)}
        channel.save(update_fields=["settings"])
    return channel


def record_subscriptions(
    *, seller_id: int, channel_id: int, found: Sequence[tuple[str, str, str, bool, bool]], at: datetime
) -> None:
    """Keep what the remote has: (ref, topic, host, is active, is ours). What is not among it is there no more."""
    rows = [
        Subscription(
            seller_id=seller_id, channel_id=channel_id, subscription_ref=ref, topic=topic[:500], host=host[:260],
            is_active=is_active, is_ours=is_ours, seen_at=at,
        )
        for ref, topic, host, is_active, is_ours in found
    ]  # fmt: skip
    with transaction.atomic():
        Channel.objects.for_seller(seller_id).filter(id=channel_id).update(webhooks_seen_at=at)
        mine = Subscription.objects.for_seller(seller_id).filter(channel_id=channel_id)
        mine.exclude(subscription_ref__in=[row.subscription_ref for row in rows]).delete()
        Subscription.objects.for_seller(seller_id).bulk_create(
            rows, update_conflicts=True, unique_fields=["channel", "subscription_ref"],
            update_fields=["topic", "host", "is_active", "is_ours", "seen_at"],
        )  # fmt: skip
