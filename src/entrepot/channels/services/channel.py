# ruff: noqa: ARG001 - services are told the time, also those that keep none
"""A channel from its credentials to its last day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings as hub
from django.db import IntegrityError, transaction

from entrepot.channels.models import Channel, Storefront
from entrepot.channels.options import check_option
from entrepot.channels.states import CHANNEL
from entrepot.core.errors import Invalid, Refused
from entrepot.core.ids import token
from entrepot.events.services import mark_dirty, move, record
from entrepot.kit.addresses import why_not_url
from entrepot.kit.registry import connector
from entrepot.kit.spec import Spec

from . import vault


def add_channel(
    *, seller_id: int, slug: str, name: str, base_url: str = "", account_ref: str = "",
    secrets: Mapping[str, str], settings: Mapping[str, Any] | None = None, at: datetime,
) -> Channel:  # fmt: skip
    """Connect an account: a draft that can do nothing until it was checked.

    Raises:
        Invalid: unknown connector, a credential, setting or account number missing or not known, an address
            that is none.
        Refused: the seller has a channel of this name.
    """
    spec = connector(slug)
    record_name = f"channel {name or '(no name)'}"
    if not name.strip():
        raise Invalid(record_name, "name", "is empty")
    url = _checked_url(base_url or spec.default_base_url, record_name)
    _check_account(spec, account_ref, record_name)
    _check_secrets(spec, secrets, record_name)
    chosen = _checked_settings(spec, settings or {}, record_name)
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                seller_id=seller_id, name=name.strip(), connector=slug, role=spec.role, base_url=url,
                account_ref=account_ref, secrets=vault.seal(dict(secrets)), settings=chosen,
                webhook_token=token(), webhook_secret=vault.seal({"secret": token()}),
            )  # fmt: skip
            record(type="channel.added", key=channel.id, seller_id=seller_id, payload={"connector": slug})
    except IntegrityError:
        raise Refused(f"{record_name}: the seller has a channel of this name already") from None
    return channel


def _check_account(spec: Spec, account_ref: str, record_name: str) -> None:
    if spec.account_is and not re.fullmatch(spec.account_form, account_ref):
        raise Invalid(record_name, "account_ref", f"must be {spec.account_is}, not {account_ref!r}")


def replace_secrets(*, seller_id: int, channel_id: int, secrets: Mapping[str, str], at: datetime) -> Channel:
    """Give new credentials; the channel has to be checked again before it regains access."""
    channel = Channel.objects.for_seller(seller_id).get(id=channel_id)
    _check_secrets(connector(channel.connector), secrets, f"channel {channel.name}")
    channel.secrets = vault.seal(dict(secrets))
    channel.last_error = ""
    channel.save(update_fields=["secrets", "last_error"])
    return channel


def change_settings(*, seller_id: int, channel_id: int, settings: Mapping[str, Any]) -> Channel:
    """Merge ``settings`` into the channel's; facts the remote told (``store.…``) may be among them."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        known = _checked_settings(connector(channel.connector), settings, f"channel {channel.name}")
        channel.settings = {**channel.settings, **known}
        channel.save(update_fields=["settings"])
    return channel


def open_storefront(*, seller_id: int, channel_id: int, code: str) -> Storefront:
    """Open a country's window that the connector declares. One that was closed is opened by ``listings``.

    Raises:
        Invalid: the connector has no storefront of this code; says which it has.
    """
    channel = Channel.objects.for_seller(seller_id).get(id=channel_id)
    spec = connector(channel.connector)
    known = {s.code: s for s in spec.storefronts}
    if code not in known:
        allowed = f"one of {', '.join(sorted(known))}" if known else f"possible: a {spec.role} of {spec.label} has none"
        raise Invalid(f"channel {channel.name}", "storefront", f"{code!r} is not {allowed}")
    s = known[code]
    given = {"seller_id": seller_id, "country": s.country, "currency": s.currency, "language": s.language}
    with transaction.atomic():
        storefront, is_new = Storefront.objects.system().get_or_create(channel=channel, code=code, defaults=given)
        if is_new:
            record(
                type="channel.storefront_opened", key=channel.id, seller_id=seller_id,
                payload={"storefront": storefront.id, "code": code},
            )  # fmt: skip
    return storefront


def set_storefront_open(*, seller_id: int, storefront_id: int, is_open: bool, at: datetime) -> Storefront:
    """Say whether a storefront is open; its listings follow by ``listings.services.storefront``.

    Raises:
        Storefront.DoesNotExist: not this seller's.
        Refused: it is so already.
    """
    with transaction.atomic():
        row = Storefront.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=storefront_id)
        if row.is_open == is_open:
            raise Refused(f"storefront {row} is {'open' if is_open else 'closed'} already")
        row.is_open = is_open
        row.save(update_fields=["is_open"])
        record(
            type="channel.storefront_opened" if is_open else "channel.storefront_closed",
            key=row.channel_id, seller_id=seller_id, payload={"storefront": row.id, "code": row.code}, at=at,
        )  # fmt: skip
    return row


def record_check(*, channel_id: int, checks: Mapping[str, str], at: datetime) -> Channel:
    """Keep what a check of the capabilities found: capability → "ok" or why not."""
    channel = Channel.objects.system().get(id=channel_id)
    channel.checks = dict(checks)
    channel.save(update_fields=["checks"])
    return channel


def record_match(*, channel_id: int, report: Mapping[str, Any], at: datetime) -> Channel:
    """Keep the report of the first, dry pull."""
    channel = Channel.objects.system().get(id=channel_id)
    channel.match_report = dict(report)
    channel.save(update_fields=["match_report"])
    return channel


def move_channel(*, channel: Channel, event: str, actor: str, at: datetime, note: str = "") -> None:
    """Move a channel along its life.

    Raises:
        IllegalMove: no such move from here.
        Refused: it changed meanwhile.
    """
    if event == "go_live" and channel.orders_from is None and channel.role == "marketplace":
        Channel.objects.system().filter(id=channel.id, orders_from__isnull=True).update(orders_from=at)
    if not move(channel, CHANNEL, event, actor=actor, at=at, note=note):
        raise Refused(f"{channel} changed meanwhile")


def approve_first_push(*, seller_id: int, channel_id: int, at: datetime) -> Channel:
    """A person has seen the first difference between hub and marketplace and lets it travel."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        channel.first_push_approved_at = channel.first_push_approved_at or at
        channel.save(update_fields=["first_push_approved_at"])
        record(type="channel.push_approved", key=channel.id, seller_id=seller_id, payload={})
    return channel


def approve_by_rule(*, seller_id: int, channel_id: int, is_automatic: bool, at: datetime) -> Channel:
    """Let orders of this channel that add up be approved without a person, from now on; or let every one wait.

    Orders that are here already are not touched: they wait for a person until news of them comes.
    """
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        if channel.role != "marketplace":
            raise Refused(f"channel {channel.name} is a {channel.role}: orders come from marketplaces")
        if channel.is_auto_approving != is_automatic:
            channel.is_auto_approving = is_automatic
            channel.save(update_fields=["is_auto_approving"])
            kind = "channel.approves_by_rule" if is_automatic else "channel.approves_by_hand"
            record(type=kind, key=channel.id, seller_id=seller_id, payload={}, at=at)
    return channel


def pause_pushes(*, seller_id: int, channel_id: int, is_paused: bool, at: datetime) -> Channel:
    """The kill switch: while paused nothing travels to this channel. Pulls go on."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        channel.is_push_paused = is_paused
        channel.save(update_fields=["is_push_paused"])
        kind = "channel.paused" if is_paused else "channel.resumed"
        record(type=kind, key=channel.id, seller_id=seller_id, payload={})
    return channel


def zero_stock(*, seller_id: int, channel_id: int, is_zeroed: bool, at: datetime) -> Channel:
    """The other kill switch: publish stock 0 on every listing of the channel, or go back to what there is."""
    with transaction.atomic():
        channel = Channel.objects.for_seller(seller_id).select_for_update(no_key=True).get(id=channel_id)
        channel.is_zeroed = is_zeroed
        channel.save(update_fields=["is_zeroed"])
        mark_dirty(kind="channel", subject_ids=[channel.id])
    return channel


def _checked_url(url: str, record_name: str) -> str:
    if (why := why_not_url(url, private_allowed=hub.ENTREPOT_PRIVATE_REMOTES)) is not None:
        raise Invalid(record_name, "base_url", why)
    return url.rstrip("/")


def _check_secrets(spec: Spec, secrets: Mapping[str, str], record_name: str) -> None:
    wanted = {c.name for c in spec.credentials}
    for name in sorted(wanted - {k for k, v in secrets.items() if str(v).strip()}):
        raise Invalid(record_name, name, f"is missing; {spec.label} needs {', '.join(sorted(wanted))}")
    for name in sorted(set(secrets) - wanted):
        raise Invalid(record_name, name, f"is not a credential of {spec.label}; it needs {', '.join(sorted(wanted))}")


def _checked_settings(spec: Spec, settings: Mapping[str, Any], record_name: str) -> dict[str, Any]:
    known = {s.name: s for s in spec.settings}
    for name, value in settings.items():
        if name.startswith(("store.", "hub.")):
            check_option(name, value, record=record_name)
            continue
        if name not in known:
            raise Invalid(record_name, name, f"is not a setting; known: {', '.join(sorted(known)) or 'none'}")
        if known[name].allowed and value not in known[name].allowed:
            raise Invalid(record_name, name, f"{value!r} is not one of {', '.join(map(str, known[name].allowed))}")
    return dict(settings)
