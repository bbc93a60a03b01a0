"""Which webhooks a channel wants, and which its remote had when we looked last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.channels.models import Channel, Subscription
from entrepot.channels.services.vault import unseal
from entrepot.events.services import record

WANTED, OFF, NETWORKS = "hub.webhooks", "hub.webhook_topics_off", "hub.webhook_networks"


def webhook_secrets(channel: Channel) -> tuple[str, ...]:
    """What may have signed a webhook of this channel, the newest first; two while a new one is being taken up."""
    kept = unseal(channel.webhook_secret)
    return tuple(kept[name] for name in ("secret", "before") if kept.get(name))


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
