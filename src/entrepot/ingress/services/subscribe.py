"""Webhook subscriptions: what we want beside what the remote has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from entrepot.channels import services as channels
from entrepot.channels.queries import wanted_topics
from entrepot.channels.services.vault import unseal
from entrepot.core.errors import Invalid, Refused
from entrepot.kit import records
from entrepot.kit.client import Client
from entrepot.kit.registry import connector
from entrepot.kit.spec import Subscribe

from ..models import Feed
from .silence import note_active, note_gaps

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_WATCH_S = 20.0
ACTIONS = ("activate", "deactivate", "delete")


def hook_url(channel: Channel) -> str:
    """Where a remote reaches this channel. The path names no remote: one of them refuses addresses with its name."""
    return f"{settings.ENTREPOT_PUBLIC_URL}/hooks/{channel.webhook_token}"


def is_ours(channel: Channel, subscription: records.Subscription) -> bool:
    """Whether it leads to this channel's path, also at another address that we had: nobody else knows the path."""
    return urlsplit(subscription.url).path == urlsplit(hook_url(channel)).path


def need_webhooks(channel: Channel) -> None:
    """Refuse a channel whose remote has no webhooks.

    Raises:
        Refused: it has none; says why.
    """
    spec = connector(channel.connector)
    if not spec.has("register_webhooks"):
        raise Refused(f"{spec.label} has no webhooks: {spec.cannot.get('register_webhooks', 'not known')}")


def check_address(channel: Channel) -> None:
    """Refuse a public address of ours that the remote would refuse.

    Raises:
        Invalid: says why.
    """
    way = connector(channel.connector).can.get("register_webhooks")
    if not isinstance(way, Subscribe) or _is_local(channel.base_url):
        return
    url = hook_url(channel)
    why = f"must be an address that {channel.name} can reach, not {url}" if _is_local(url) else way.url_rule(url)
    if why is not None:
        raise Invalid(f"channel {channel.name}", "ENTREPOT_PUBLIC_URL", why)


def enable_webhooks(*, channel: Channel, at: datetime) -> list[records.Subscription]:
    """Have what we want at the remote: one active subscription a topic, and no second one to us, nor to an address
    that we had; all of ours that are there now.

    Topics that a person switched off stay off.

    Raises:
        Invalid: the remote would refuse our public address; says why.
    """
    client, url = channels.client_for(channel), hook_url(channel)
    check_address(channel)
    channel = channels.want_webhooks(seller_id=channel.seller_id, channel_id=channel.id, is_wanted=True, at=at)
    _make(client, channel, [s for s in subscriptions(client) if is_ours(channel, s)])
    feed, _ = Feed.objects.system().get_or_create(
        channel=channel, storefront=None, name="webhooks",
        defaults={"seller_id": channel.seller_id, "every_s": _WATCH_S, "not_before": at + timedelta(seconds=_WATCH_S)},
    )  # fmt: skip
    if not feed.is_enabled:
        Feed.objects.system().filter(id=feed.id).update(is_enabled=True, not_before=at)
    return [s for s in look_at_webhooks(channel=channel, at=at) if s.url == url]


def _make(client: Client, channel: Channel, ours: list[records.Subscription]) -> None:
    way, url = way_of(client), hook_url(channel)
    secret = unseal(channel.webhook_secret)["secret"]
    for topic in wanted_topics(channel):
        same = [s for s in ours if s.topic == topic and s.url == url]
        if not same:
            wanted = records.Subscription(subscription_ref="", url=url, topic=topic, is_active=True, secret=secret)
            client.send(way.create(client.account, wanted))
        elif not same[0].is_active:
            client.send(way.activate(client.account, same[0].subscription_ref))
        for extra in [*same[1:], *(s for s in ours if s.topic == topic and s.url != url)]:
            client.send(way.delete(client.account, extra.subscription_ref))


def disable_webhooks(*, channel: Channel, at: datetime) -> int:
    """Want none, and delete ours at the remote; the number deleted. Polls do the work from now on."""
    client = channels.client_for(channel)
    way = way_of(client)
    with transaction.atomic():
        channels.want_webhooks(seller_id=channel.seller_id, channel_id=channel.id, is_wanted=False, at=at)
        Feed.objects.system().filter(channel=channel, name="webhooks").update(is_enabled=False)
    ours = [s for s in subscriptions(client) if is_ours(channel, s)]
    for s in ours:
        client.send(way.delete(client.account, s.subscription_ref))
    look_at_webhooks(channel=channel, at=at)
    return len(ours)


def switch_webhook(*, channel: Channel, subscription_ref: str, action: str, at: datetime) -> None:
    """Activate, deactivate or delete one subscription of ours. What a person switched off is not revived by itself.

    Raises:
        Refused: the remote has no such subscription to our address.
    """
    client = channels.client_for(channel)
    way = way_of(client)
    mine = (s for s in subscriptions(client) if s.subscription_ref == subscription_ref and is_ours(channel, s))
    found = next(mine, None)
    if found is None:
        look_at_webhooks(channel=channel, at=at)
        raise Refused(f"{client.spec.label} has no subscription {subscription_ref!r} to our address any more")
    channels.want_topic(
        seller_id=channel.seller_id, channel_id=channel.id, topic=found.topic, is_wanted=action == "activate", at=at
    )
    call = {"activate": way.activate, "deactivate": way.deactivate, "delete": way.delete}[action]
    client.send(call(client.account, subscription_ref))
    look_at_webhooks(channel=channel, at=at)


def subscriptions(client: Client) -> list[records.Subscription]:
    """Every subscription that the account has, ours and others'."""
    way, found = way_of(client), []
    asked = way.listing(client.account)
    while asked is not None:
        raws, following = way.page(client.account, asked, client.send(asked))
        found += [way.into(client.account, raw) for raw in raws]
        asked = following  # type: ignore[assignment]
    return found


def look_at_webhooks(*, channel: Channel, at: datetime) -> list[records.Subscription]:
    """Every subscription that the account has now; kept beside what we want, for the channel's page."""
    channel.refresh_from_db(fields=["settings"])  # what is wanted may just have changed
    found = subscriptions(channels.client_for(channel))
    _keep(channel, found, at)
    return found


def _keep(channel: Channel, found: Sequence[records.Subscription], at: datetime) -> None:
    channels.record_subscriptions(
        seller_id=channel.seller_id, channel_id=channel.id, at=at,
        found=[(s.subscription_ref, s.topic, urlsplit(s.url).netloc, s.is_active, is_ours(channel, s)) for s in found],
    )  # fmt: skip
    url = hook_url(channel)
    note_active(channel=channel, topics={s.topic for s in found if s.is_active and s.url == url}, at=at)


def watch_webhooks(*, channel: Channel, at: datetime) -> int:
    """Switch on again what the remote has switched off, and read what was missed meanwhile; the number revived."""
    client = channels.client_for(channel)
    way, url, revived = way_of(client), hook_url(channel), 0
    found, wanted = subscriptions(client), wanted_topics(channel)
    ours = [s for s in found if s.url == url]
    for s in ours:
        if not s.is_active and s.topic in wanted:
            client.send(way.activate(client.account, s.subscription_ref))
            revived += 1
    missing = set(wanted) - {s.topic for s in ours}
    asleep = {s.topic for s in ours if s.topic in wanted} - {s.topic for s in ours if s.is_active}
    causes = dict.fromkeys(missing, "missing") | dict.fromkeys(asleep, "switched_off")
    note_gaps(channel=channel, causes=causes, at=at)
    moved = [s for s in found if is_ours(channel, s) and s.url != url]  # we had another address
    if missing or moved:
        enable_webhooks(channel=channel, at=at)
        revived += max(len(missing), len(moved))
    if revived:
        channel.feeds.filter(is_enabled=True).update(not_before=at)
        look_at_webhooks(channel=channel, at=at)
    else:
        _keep(channel, found, at)
    return revived


def way_of(client: Client) -> Subscribe:
    """How the client's remote keeps subscriptions.

    Raises:
        Invalid: it has none; says why.
    """
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
