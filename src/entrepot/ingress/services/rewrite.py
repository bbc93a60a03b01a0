"""Subscriptions written anew: at our present address, with the present secret, on or off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from entrepot.channels import services as channels
from entrepot.channels.services.vault import unseal
from entrepot.core.errors import Refused
from entrepot.kit import records
from entrepot.kit.client import Client

from .subscribe import hook_url, is_ours, look_at_webhooks, subscriptions, way_of

if TYPE_CHECKING:
    from entrepot.channels.models import Channel


def update_webhook(*, channel: Channel, subscription_ref: str, is_active: bool | None, at: datetime) -> None:
    """Write one subscription of ours as we want it now. ``is_active``: switch its topic on or off; None: as it is.

    Raises:
        Refused: the remote has no such subscription to our address.
    """
    client = channels.client_for(channel)
    ours = _ours(client, channel)
    found = next((s for s in ours if s.subscription_ref == subscription_ref), None)
    if found is None:
        look_at_webhooks(channel=channel, at=at)
        raise Refused(f"{client.spec.label} has no subscription {subscription_ref!r} to our address any more")
    wanted = found if is_active is None else replace(found, is_active=is_active)
    if is_active is not None:
        channels.want_topic(
            seller_id=channel.seller_id, channel_id=channel.id, topic=found.topic, is_wanted=is_active, at=at
        )
    _write(client, channel, [wanted])
    look_at_webhooks(channel=channel, at=at)


def renew_secret(*, channel: Channel, at: datetime) -> tuple[int, datetime]:
    """A new secret for a channel's webhooks, given to each subscription of ours: how many, and until when the one
    before is still believed.

    Broken off by the remote, both are believed without an end; asked again, it goes on with the same secret.
    """
    client = channels.client_for(channel)
    way_of(client)  # refuses a remote without webhooks before anything is changed
    channel = channels.begin_secret(seller_id=channel.seller_id, channel_id=channel.id)
    ours = _ours(client, channel)
    _write(client, channel, ours)
    until = channels.end_secret(seller_id=channel.seller_id, channel_id=channel.id, at=at)
    look_at_webhooks(channel=channel, at=at)
    return len(ours), until


def _ours(client: Client, channel: Channel) -> list[records.Subscription]:
    return [s for s in subscriptions(client) if is_ours(channel, s)]


def _write(client: Client, channel: Channel, wanted: Sequence[records.Subscription]) -> None:
    """Not every remote's update switches on or off; where one is otherwise afterwards, it is switched by itself."""
    way, url, secret = way_of(client), hook_url(channel), unseal(channel.webhook_secret)["secret"]
    for s in wanted:
        client.send(way.update(client.account, replace(s, url=url, secret=secret)))
    now_there = {s.subscription_ref: s.is_active for s in _ours(client, channel)}
    for s in wanted:
        if now_there.get(s.subscription_ref, s.is_active) != s.is_active:
            switch = way.activate if s.is_active else way.deactivate
            client.send(switch(client.account, s.subscription_ref))
