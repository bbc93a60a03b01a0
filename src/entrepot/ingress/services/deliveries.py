"""What one webhook brings into the database, and how those that come at the same moment share a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from entrepot.channels.services import account_of
from entrepot.core.clock import to_ms
from entrepot.core.ids import fingerprint
from entrepot.kit.read import Aside, Drift, read_raws
from entrepot.kit.records import News
from entrepot.kit.registry import connector

from ..models import Receipt
from .aside import keep_aside, keep_drift
from .feeds import FEED_OF, hint_feed
from .group_commit import GroupCommit
from .receipts import Key, keep_rows, key_of, receipts_of

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_AGAIN = """
UPDATE ingress_receipt r SET hooked_at = t.hooked_at
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS t(channel_id, kind, identity, hooked_at)
 WHERE r.channel_id = t.channel_id AND r.kind = t.kind AND r.identity = t.identity
   AND EXISTS (SELECT 1 FROM ingress_receipt o
                WHERE o.channel_id = r.channel_id AND o.kind = r.kind AND o.subject_ref = r.subject_ref
                  AND o.outcome = 'hint' AND o.hooked_at > r.hooked_at)
RETURNING r.channel_id, r.kind, r.identity"""

FULL = "package"  # the kind whose full payload is applied as it is


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified webhook, read: ``rows`` are its receipts, ``feed`` and ``refs`` what to fetch."""

    channel: Channel
    kind: str
    at: datetime
    rows: Sequence[Receipt]
    set_aside: Sequence[Aside] = field(default=())
    drift: Sequence[Drift] = field(default=())
    feed: str = ""
    refs: Sequence[str] = ()

    @property
    def is_applied(self) -> bool:
        """Whether all it says is in receipts that are applied: the same bytes again say nothing at all."""
        return bool(self.rows) and not (self.feed or self.set_aside or self.drift)


def read_delivery(*, channel: Channel, news: News, body: bytes, at: datetime) -> Delivery:
    """What a webhook brings. No SQL."""
    if news.is_full and news.kind == FULL:
        read = read_raws(connector(channel.connector), news.kind, news.raws, account_of(channel))
        rows = receipts_of(
            channel=channel, kind=news.kind, raws=read.raws, records_=read.records, via="webhook", at=at, body=body
        )
        return Delivery(channel, news.kind, at, rows, read.set_aside, read.drift)
    if news.kind in FEED_OF and news.subject_refs:
        return Delivery(
            channel, news.kind, at, _hints(channel, news, body, at), feed=FEED_OF[news.kind], refs=news.subject_refs
        )
    return Delivery(channel, news.kind, at, ())


def _hints(channel: Channel, news: News, body: bytes, at: datetime) -> list[Receipt]:
    """One receipt a subject that is to be fetched; all it says is kept in the body of the first."""
    stamp, what = "" if news.told_at is None else str(to_ms(news.told_at)), fingerprint([news.topic, body.hex()])[:16]
    return [
        Receipt(
            seller_id=channel.seller_id, channel_id=channel.id, kind=news.kind, subject_ref=ref[:120], via="webhook",
            identity=f"{ref[:80]}:{stamp}:{what}", raw={}, body=body if n == 0 else None, received_at=at, not_before=at,
            told_at=news.told_at, hooked_at=at, status="done", outcome="hint",
        )
        for n, ref in enumerate(news.subject_refs)
    ]  # fmt: skip


def keep_delivery(delivery: Delivery) -> None:
    """Keep it, with whatever else comes at this moment; committed when this returns."""
    if delivery.rows or delivery.set_aside or delivery.drift:  # else a topic that brings nothing
        _TOGETHER.add(delivery)


def _keep(some: Sequence[Delivery]) -> list[None]:
    if any(d.feed or d.set_aside or d.drift for d in some):
        with transaction.atomic():
            _keep_all(some)
    else:  # one statement, which is a transaction by itself
        keep_rows([row for d in some for row in d.rows], at=max(d.at for d in some), looks_first=False)
    return [None] * len(some)


def _keep_all(kept: Sequence[Delivery]) -> None:
    rows = [row for d in kept for row in d.rows]
    again = _told_again([row for row in rows if row.outcome == "hint"])
    _hint(kept, keep_rows(rows, at=max(d.at for d in kept)) | again)
    for d in kept:
        keep_aside(channel=d.channel, kind=d.kind, asides=d.set_aside, at=d.at)
        keep_drift(channel=d.channel, kind=d.kind, drift=d.drift, at=d.at)


def _told_again(hints: Sequence[Receipt]) -> set[Key]:
    """Those known hints after which something else was told of the same subject: it changed, and changed back."""
    if not hints:
        return set()
    columns = zip(*((r.channel_id, r.kind, r.identity, r.hooked_at) for r in hints), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [list(column) for column in columns])
        return set(cursor.fetchall())


def _hint(kept: Sequence[Delivery], news: set[Key]) -> None:
    """Have fetched what is new; what says the same as the last word about its subject is on its way already."""
    wanted: dict[tuple[int, str], dict[str, datetime]] = {}
    for d in kept:
        if d.feed:
            refs = [ref for ref, row in zip(d.refs, d.rows, strict=True) if key_of(row) in news]
            wanted.setdefault((d.channel.id, d.feed), {}).update(dict.fromkeys(refs, d.at))
    for (channel_id, feed), refs in sorted(wanted.items(), key=lambda item: item[0]):
        if refs:
            hint_feed(channel_id=channel_id, name=feed, refs=list(refs), at=min(refs.values()))


_TOGETHER: GroupCommit[Delivery, None] = GroupCommit(_keep)
