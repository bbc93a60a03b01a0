"""Webhook subscriptions: what we want beside what the remote has."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from entrepot.channels import services as channels
from entrepot.channels.models import Channel
from entrepot.channels.services.vault import unseal
from entrepot.core.errors import Invalid
from entrepot.kit import records
from entrepot.kit.client import Client
from entrepot.kit.spec import Subscribe

from ..models import Feed

_WATCH_S = 20.0


def hook_url(channel: Channel) -> str:
    """Where a remote reaches this channel. The path names no remote: one of them refuses addresses with its name."""
    return f"{settings.ENTREPOT_PUBLIC_URL}/hooks/{channel.webhook_token}"


def enable_webhooks(*, channel: Channel, at: datetime) -> list[records.Subscription]:
    """Have what we want at the remote: one active subscription a topic, no second one to our address; all there now.

    Raises:
        Invalid: the remote would refuse our public address; says why.
    """
    client = channels.client_for(channel)
    way = _way(client)
    url = hook_url(channel)
    if (why := way.url_rule(url)) is not None and not _is_local(channel.base_url):
        raise Invalid(f"channel {channel.name}", "ENTREPOT_PUBLIC_URL", why)
    secret = unseal(channel.webhook_secret)["secret"]
    ours = [s for s in subscriptions(client) if s.url == url]
    for topic in way.topics:
        same = [s for s in ours if s.topic == topic]
        if not same:
            wanted = records.Subscription(subscription_ref="", url=url, topic=topic, is_active=True, secret=secret)
            client.send(way.create(client.account, wanted))
        elif not same[0].is_active:
            client.send(way.activate(client.account, same[0].subscription_ref))
        for extra in same[1:]:
            client.send(way.delete(client.account, extra.subscription_ref))
    channels.change_settings(seller_id=channel.seller_id, channel_id=channel.id, settings={"hub.webhooks": "on"})
    Feed.objects.system().get_or_create(
        channel=channel, storefront=None, name="webhooks",
        defaults={"seller_id": channel.seller_id, "every_s": _WATCH_S, "not_before": at + timedelta(seconds=_WATCH_S)},
    )  # fmt: skip
    return [s for s in subscriptions(client) if s.url == url]


def subscriptions(client: Client) -> list[records.Subscription]:
    """Every subscription that the account has, ours and others'."""
    way, found = _way(client), []
    asked = way.listing(client.account)
    while asked is not None:
        raws, following = way.page(client.account, asked, client.send(asked))
        found += [way.into(client.account, raw) for raw in raws]
        asked = following  # type: ignore[assignment]
    return found


def watch_webhooks(*, channel: Channel, at: datetime) -> int:
    """Switch on again what the remote has switched off, and read what was missed meanwhile; the number revived."""
    client = channels.client_for(channel)
    way, url, revived = _way(client), hook_url(channel), 0
    ours = [s for s in subscriptions(client) if s.url == url]
    for s in ours:
        if not s.is_active:
            client.send(way.activate(client.account, s.subscription_ref))
            revived += 1
    missing = set(way.topics) - {s.topic for s in ours}
    if missing and channel.settings.get("hub.webhooks") == "on":
        enable_webhooks(channel=channel, at=at)
        revived += len(missing)
    if revived:
        channel.feeds.filter(is_enabled=True).update(not_before=at)
    return revived


def _way(client: Client) -> Subscribe:
    way = client.spec.can.get("register_webhooks")
    if not isinstance(way, Subscribe):
        raise Invalid(
            f"connector {client.spec.slug}",
            "register_webhooks",
            client.spec.cannot.get("register_webhooks", "is not there"),
        )
    return way


def _is_local(base_url: str) -> bool:
    """A remote on this machine reaches addresses that a real one refuses."""
    return urlsplit(base_url).hostname in ("127.0.0.1", "localhost", "::1")
