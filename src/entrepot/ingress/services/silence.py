"""How well webhooks come, judged by what polls find; and what follows where they do not, or do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import connection, transaction
from django.db.models import F

from entrepot.channels.queries import wanted_topics
from entrepot.core.clock import to_ms
from entrepot.kit.registry import connector
from entrepot.kit.spec import Subscribe

from ..models import Feed, HookIncident, HookWatch, Receipt
from ..queries import trusts
from .feeds import FEED_OF, back_to
from .receipts import keep_rows

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_LOOK_BACK = timedelta(hours=1)  # so long before a poll found it a webhook may have brought something
_LATE_S, _SLOW = 120.0, 4.0
_FEED_OF_KIND = {**FEED_OF, "package": "orders"}
KIND_OF_FEED = {"orders": "package", "products": "product", "fulfilments": "order"}

# Of what polls found from when to when: how much webhooks brought too (that, or younger news of the same subject).
_JUDGE = """
WITH told AS (
    SELECT subject_ref, split_part(identity, ':', 1) AS ref, told_at, hooked_at, polled_at, received_at
      FROM ingress_receipt
     WHERE seller_id = %(seller)s AND channel_id = %(channel)s AND kind = %(kind)s AND told_at IS NOT NULL
       AND received_at > %(back)s
), brought AS (
    SELECT subject_ref, ref, max(told_at) AS last_at FROM told WHERE hooked_at IS NOT NULL GROUP BY subject_ref, ref
), found AS (
    SELECT t.told_at, coalesce(b.last_at >= t.told_at, false) AS is_brought
      FROM told t LEFT JOIN brought b USING (subject_ref, ref)
     WHERE t.polled_at IS NOT NULL AND t.told_at >= %(since)s
       AND t.received_at > %(from)s AND t.received_at <= %(until)s
)
SELECT count(*) FILTER (WHERE is_brought), count(*) FILTER (WHERE NOT is_brought),
       min(told_at) FILTER (WHERE NOT is_brought)
  FROM found"""


def brings(channel: Channel) -> dict[str, tuple[str, ...]]:
    """Kind of news → the topics that bring it, of those kinds all whose topics are wanted now. No SQL."""
    way, wanted = connector(channel.connector).can.get("register_webhooks"), set(wanted_topics(channel))
    if not isinstance(way, Subscribe):
        return {}
    return {kind: topics for kind, topics in way.brings.items() if set(topics) <= wanted}


def late_s(channel: Channel) -> float:
    """How late a webhook may be, seconds: the setting ``hub.webhook_late_s``."""
    return float(channel.settings.get("hub.webhook_late_s", _LATE_S))


def note_active(*, channel: Channel, topics: Iterable[str], at: datetime) -> None:
    """Which topics the remote would send us news of now, as we have just seen: where that is new, judging begins."""
    active, watched = set(topics), brings(channel)
    for kind, needed in watched.items():
        row, _ = HookWatch.objects.for_seller(channel.seller_id).get_or_create(
            channel=channel, kind=kind, defaults={"seller_id": channel.seller_id, "judged_until": at}
        )
        if set(needed) <= active and row.ok_since is None:
            HookWatch.objects.for_seller(channel.seller_id).filter(id=row.id).update(
                ok_since=at, judged_until=at, in_a_row=0
            )
        elif not set(needed) <= active:
            _distrust(row, at)
    for row in HookWatch.objects.for_seller(channel.seller_id).filter(channel=channel).exclude(kind__in=watched):
        _distrust(row, at)
        still_open = HookIncident.objects.for_seller(channel.seller_id).filter(
            channel=channel, kind=row.kind, closed_at=None
        )
        still_open.update(closed_at=at)  # nobody wants it any more


def _distrust(row: HookWatch, at: datetime) -> None:
    """Polls alone bring it now: at their own pace, from this moment on."""
    if row.ok_since is not None:
        HookWatch.objects.for_seller(row.seller_id).filter(id=row.id).update(ok_since=None, in_a_row=0)
        feeds = Feed.objects.for_seller(row.seller_id).filter(channel_id=row.channel_id, name=_FEED_OF_KIND[row.kind])
        feeds.filter(not_before__gt=at).update(not_before=at)


def note_gaps(*, channel: Channel, causes: dict[str, str], at: datetime) -> int:
    """Topics that the remote does not send (topic → ``missing`` or ``switched_off``): an incident each kind, and what
    may have been missed since we saw them active last is read again. The number of new incidents.
    """
    found = 0
    for kind, needed in brings(channel).items():
        cause = next((causes[t] for t in needed if t in causes), None)
        row = HookWatch.objects.for_seller(channel.seller_id).filter(channel=channel, kind=kind).first()
        if cause is not None and row is not None:
            found += _incident(channel, row, cause, gap_from=channel.webhooks_seen_at or at, at=at)
    return found


def judge_webhooks(*, channel: Channel, at: datetime) -> int:
    """Compare what polls found with what webhooks brought; how much they missed. A first miss is a silence: an
    incident, its gap is read again, and polls go at their own pace. No remote call.
    """
    missed = 0
    for row in (
        HookWatch.objects.for_seller(channel.seller_id).filter(channel=channel).exclude(ok_since=None).order_by("id")
    ):
        missed += _judge(channel, row, at)
    for incident in (
        HookIncident.objects.for_seller(channel.seller_id).filter(channel=channel, closed_at=None).order_by("id")
    ):
        _settle(incident, at)
    return missed


def _judge(channel: Channel, row: HookWatch, at: datetime) -> int:
    until = at - timedelta(seconds=late_s(channel))
    if until <= row.judged_until:
        return 0
    given = {
        "seller": channel.seller_id, "channel": channel.id, "kind": row.kind, "since": row.ok_since,
        "from": row.judged_until, "until": until, "back": row.judged_until - _LOOK_BACK,
    }  # fmt: skip
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_JUDGE, given)
            brought, missed, first_missed_at = cursor.fetchone()
        mine = HookWatch.objects.for_seller(channel.seller_id).filter(id=row.id, judged_until=row.judged_until)
        in_a_row = 0 if missed else F("in_a_row") + brought
        if not mine.update(
            judged_until=until, in_a_row=in_a_row, brought=F("brought") + brought, missed=F("missed") + missed
        ):
            return 0  # another worker judged it
        if missed:
            _incident(channel, row, "silence", gap_from=first_missed_at, at=at)
    return int(missed)


def _incident(channel: Channel, row: HookWatch, cause: str, *, gap_from: datetime, at: datetime) -> int:
    """Open one, unless one of this kind is open; what happened since ``gap_from`` is read again at once."""
    with transaction.atomic():
        _, is_new = HookIncident.objects.for_seller(channel.seller_id).get_or_create(
            channel=channel, kind=row.kind, closed_at=None,
            defaults={"seller_id": channel.seller_id, "cause": cause, "opened_at": at, "gap_from": gap_from},
        )  # fmt: skip
        if is_new:
            structlog.get_logger(__name__).warning("webhooks.gap", channel=channel.id, kind=row.kind, cause=cause)
            HookWatch.objects.for_seller(channel.seller_id).filter(id=row.id).update(in_a_row=0)
            back_to(channel_id=channel.id, name=_FEED_OF_KIND[row.kind], since_ms=to_ms(gap_from), at=at)
    return int(is_new)


def _settle(incident: HookIncident, at: datetime) -> None:
    """Count what polls alone found in the gap. It is over when the gap was read and webhooks bring news again."""
    row = (
        HookWatch.objects.for_seller(incident.seller_id)
        .filter(channel_id=incident.channel_id, kind=incident.kind)
        .get()
    )
    gap = Receipt.objects.for_seller(incident.seller_id).filter(
        channel_id=incident.channel_id, kind=incident.kind, hooked_at=None, told_at__gte=incident.gap_from,
        told_at__lt=row.ok_since if row.ok_since and row.ok_since > incident.opened_at else row.judged_until,
        received_at__gt=incident.gap_from,
    )  # fmt: skip
    feeds = Feed.objects.for_seller(incident.seller_id).filter(
        channel_id=incident.channel_id, name=_FEED_OF_KIND[incident.kind]
    )
    unread = feeds.filter(is_enabled=True).exclude(last_done_at__gt=incident.opened_at)
    is_over = row.ok_since is not None and (incident.cause != "silence" or row.in_a_row > 0) and not unread.exists()
    HookIncident.objects.for_seller(incident.seller_id).filter(id=incident.id, closed_at=None).update(
        missed=gap.count(), closed_at=at if is_over else None
    )


def keep_sightings(*, channel: Channel, kind: str, told: Sequence[tuple[str, datetime | None]], at: datetime) -> None:
    """Note what a poll found of goods or orders (ref, the remote's stamp) since webhooks should bring them."""
    if kind not in brings(channel):
        return
    row = (
        HookWatch.objects.for_seller(channel.seller_id)
        .filter(channel=channel, kind=kind)
        .exclude(ok_since=None)
        .first()
    )
    if row is None or row.ok_since is None:
        return
    since = row.ok_since
    rows = [
        Receipt(
            seller_id=channel.seller_id, channel_id=channel.id, kind=kind, subject_ref=ref[:120], via="poll", raw={},
            identity=f"{ref[:80]}:{to_ms(stamp)}:poll", received_at=at, not_before=at, told_at=stamp, polled_at=at,
            status="done", outcome="seen",
        )
        for ref, stamp in told
        if stamp is not None and stamp >= since
    ]  # fmt: skip
    if rows:
        keep_rows(rows, at=at)


def pace_s(*, feed: Feed, channel: Channel) -> float:
    """Seconds to the next pull: the feed's own pace, or slower where webhooks have proved to bring its news.

    Slower means ``hub.webhook_slow`` times, and never so slow that a poll could not judge a webhook in time.
    """
    kind = KIND_OF_FEED.get(feed.name)
    if kind is None or kind not in brings(channel):
        return feed.every_s
    row = (
        HookWatch.objects.for_seller(channel.seller_id)
        .filter(channel=channel, kind=kind)
        .exclude(ok_since=None)
        .first()
    )
    if row is None or row.in_a_row < trusts(channel):
        return feed.every_s
    slow = feed.every_s * float(channel.settings.get("hub.webhook_slow", _SLOW))
    return max(feed.every_s, min(slow, late_s(channel) / 2))
