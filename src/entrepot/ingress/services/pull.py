"""Pull what is due: claim a feed, read its pages outside any transaction, hand each page to its domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When

from entrepot.channels import services as channels
from entrepot.channels.queries import channel as channel_of
from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError, RemoteBusy, RemoteUnauthorised
from entrepot.jobs.services import claim, close, heartbeat, release, worker_name
from entrepot.kit.client import Client
from entrepot.kit.read import Read, pull
from entrepot.kit.requests import Reply, Request, Window
from entrepot.kit.spec import Pull

from ..models import Feed
from .aside import keep_aside, keep_drift
from .pages import PAGES
from .repeats import Repeats
from .silence import pace_s

if TYPE_CHECKING:
    from entrepot.channels.models import Channel

_LEASE_S = 120.0
_BEAT_S = 20.0
_CLAIMING = 0x656E_7472_0003  # advisory lock of claims of feeds
_LOG = structlog.get_logger(__name__)


class _TakenOver(Exception):
    """A person or another worker has the feed now: what this pull would say of its end does not count any more."""


class _Hold:
    """A claimed feed, kept while requests go out: a pull of twenty minutes is not taken over."""

    def __init__(self, feed: Feed) -> None:
        self._feed, self._kept_at = feed, monotonic()

    def keep(self) -> None:
        """Once in a while. Any thread may ask.

        Raises:
            _TakenOver: it is somebody else's.
        """
        if monotonic() - self._kept_at >= _BEAT_S:
            self.renew()

    def renew(self) -> None:
        """Now.

        Raises:
            _TakenOver: it is somebody else's.
        """
        self._kept_at = monotonic()
        if not heartbeat(Feed, [self._feed], at=now(), lease_s=_LEASE_S):
            raise _TakenOver


def pull_due(*, limit: int, names: Sequence[str], at: datetime) -> int:
    """Pull up to ``limit`` feeds of these names that are due; the number of records they brought.

    Sellers take turns. Of a channel that one of ``names`` is being read from no other is claimed, so a slow remote
    holds one thread.
    """
    return sum(pull_now(feed=feed, at=at) for feed in _claim(limit, names, at))


def _claim(limit: int, names: Sequence[str], at: datetime) -> list[Feed]:
    live = Feed.objects.system().filter(channel__state="live")
    busy = Feed.objects.system().filter(leased_until__gte=at, name__in=names)
    where = Q(is_enabled=True, name__in=names, id__in=live.values("id"))
    with transaction.atomic(), connection.cursor() as cursor:
        # One after the other, or two would each take a feed of a channel that neither has yet.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])
        return claim(
            Feed, where=where & ~Q(channel_id__in=busy.values("channel_id")), at=at, limit=limit, lease_s=_LEASE_S
        )


def take_feed(*, feed: Feed, at: datetime) -> None:
    """Claim this feed whoever has it: a worker that is at it already is fenced off."""
    Feed.objects.for_seller(feed.seller_id).filter(id=feed.id).update(
        claim_no=F("claim_no") + 1, claimed_by=worker_name(), leased_until=at + timedelta(seconds=_LEASE_S)
    )
    feed.refresh_from_db()


def pull_now(*, feed: Feed, at: datetime) -> int:  # noqa: ARG001 - the reading begins when it does
    """Pull one feed and say when it is due next; the number of records read. Errors are kept, never raised."""
    channel = channel_of(channel_id=feed.channel_id)
    began = now()
    count, wait_s, error = 0, feed.every_s, ""
    try:
        count = _pull(feed, channel, began)
        wait_s = pace_s(feed=feed, channel=channel)
        channels.remember_success(channel_id=channel.id, at=began)
    except _TakenOver:
        return count
    except RemoteBusy as busy:
        error, wait_s = str(busy), min(feed.every_s, max(0.5, busy.retry_after_s))
    except RemoteUnauthorised as lost:
        error = str(lost)
        channels.access_lost(channel_id=channel.id, why=error, at=began)
    except EntrepotError as refused:
        error = str(refused)
        channels.remember_failure(channel_id=channel.id, why=error, at=began)
    except Exception as problem:  # noqa: BLE001
        # A worker's edge, such as a deadlock: pages already applied stay good, and the feed is read again soon.
        _LOG.exception("feed.failed", feed=str(feed))
        connection.close_if_unusable_or_obsolete()
        error, wait_s = f"{type(problem).__name__}: {problem}", min(feed.every_s, 2.0 ** min(feed.attempts, 6))
    _close(feed, began, count, wait_s, error)
    return count


def _close(feed: Feed, began: datetime, count: int, wait_s: float, error: str) -> None:
    at = now()
    later = at + timedelta(seconds=wait_s)
    told = {"last_began_at": began, "last_count": count, "runs": feed.runs + 1}
    if error:
        release(Feed, [feed], not_before=later, error=error, **told)
        return
    # What was named meanwhile is fetched at once.
    due = Case(When(wanted_refs=[], then=Value(later)), default=Value(at), output_field=DateTimeField())
    close(Feed, [feed], not_before=due, last_done_at=at, **told)


def _pull(feed: Feed, channel: Channel, began: datetime) -> int:
    page_of, hold, repeats = PAGES[feed.name], _Hold(feed), Repeats(feed)
    client = channels.client_for(channel, feed.storefront)
    state: dict[str, Any] = {}
    count = 0
    for window, capability in page_of.windows(feed, channel, began):
        for read in _pages(client, capability, window, hold, repeats if page_of.is_kept else None):
            count += len(read.records) + read.repeated
            _keep(channel, capability, client, read, began)
            page_of.apply(feed, channel, read, began, state)
            if page_of.is_kept:
                repeats.keep(read)
            hold.keep()
    hold.renew()
    page_of.finish(feed, channel, began, state)
    repeats.close()
    return count


def _pages(
    client: Client, capability: str, window: Window, hold: _Hold, repeats: Repeats | None
) -> Iterator[Read]:  # fmt: skip
    """Every page of a window, without what is among the ``repeats``.

    From the second on each is fetched while the one before is applied. The remote sees the same requests in the same
    order, one at a time; when a page cannot be applied, one more was asked for in vain.
    """

    def send(request: Request) -> Reply:
        hold.keep()  # a page may be a hundred requests
        return client.send(request)

    known = {"is_known": repeats.has} if repeats else {}
    pages = pull(client.spec, capability, client.account, window, send, **known)
    read = next(pages, None)
    if read is None or read.next is None:
        yield from [read] if read else []
        return
    with ThreadPoolExecutor(1, thread_name_prefix="page-ahead") as ahead:
        try:
            while read is not None:
                following = ahead.submit(next, pages, None)
                yield read
                read = following.result()
        finally:
            ahead.submit(_hang_up)


def _hang_up() -> None:
    """Give back the connection to the database that this thread opened."""
    connection.close()


def _keep(channel: Channel, capability: str, client: Client, read: Read, at: datetime) -> None:
    way = client.spec.can[capability]
    assert isinstance(way, Pull)
    keep_aside(channel=channel, kind=way.kind, asides=read.set_aside, at=at)
    keep_drift(channel=channel, kind=way.kind, drift=read.drift, at=at)
