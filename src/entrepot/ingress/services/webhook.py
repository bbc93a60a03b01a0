"""What a remote posts to us: verified, kept and answered in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from entrepot.channels import queries as channel_queries
from entrepot.channels.services import account_of
from entrepot.channels.services.vault import unseal
from entrepot.core.errors import EntrepotError
from entrepot.core.ids import fingerprint
from entrepot.kit.read import Aside, read_raws
from entrepot.kit.registry import connector
from entrepot.kit.spec import Receive

from .aside import keep_aside, keep_drift
from .feeds import hint_feed
from .receipts import keep_receipts

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

MAX_BYTES = 2 * 1024 * 1024
_FEED_OF = {"product": "products", "variation": "products", "order": "fulfilments"}


def receive(*, token: str, headers: Mapping[str, str], body: bytes, at: datetime) -> int:
    """Take one webhook; the HTTP status to answer with, after the commit.

    200 taken, seen before, or a ping · 401 not signed as it should be · 404 nobody has this token · 413 too large ·
    422 cannot be read (kept aside). A full payload is kept as receipts and applied under the remote's own stamp; a
    thin one names what to fetch.
    """
    if len(body) > MAX_BYTES:
        return 413
    channel = channel_queries.channel_of_token(token=token)
    way = connector(channel.connector).can.get("read_webhook") if channel else None
    if channel is None or not isinstance(way, Receive):
        return 404
    lower = {k.lower(): v for k, v in headers.items()}
    if way.is_ping(lower, body):
        return 200
    if not way.verify(lower, body, unseal(channel.webhook_secret).get("secret", "")):
        return 401
    try:
        news = way.read(lower, body)
    except (EntrepotError, ValueError, KeyError, TypeError) as error:
        _keep_unread(channel, body, error, at)
        return 422
    with transaction.atomic():
        if news.is_full and news.kind == "package":
            read = read_raws(connector(channel.connector), news.kind, news.raws, account_of(channel))
            keep_aside(channel=channel, kind=news.kind, asides=read.set_aside, at=at)
            keep_drift(channel=channel, kind=news.kind, drift=read.drift, at=at)
            keep_receipts(channel=channel, kind=news.kind, raws=read.raws, records_=read.records, via="webhook", at=at)
        elif news.kind in _FEED_OF:
            hint_feed(channel_id=channel.id, name=_FEED_OF[news.kind], refs=news.subject_refs, at=at)
    return 200


def _keep_unread(channel: Channel, body: bytes, error: Exception, at: datetime) -> None:
    """A message from the remote itself that is no message: kept, so that a person sees what was cut or changed."""
    text = body[:2000].decode("utf-8", "replace").replace("\x00", "")
    aside = Aside(f"webhook {fingerprint(text)[:16]}", "(body)", str(error)[:500], {"body": text})
    keep_aside(channel=channel, kind="webhook", asides=[aside], at=at)
