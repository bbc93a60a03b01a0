"""Pull what is due: claim a feed, read its pages outside any transaction, hand each page to its domain."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from entrepot.channels import services as channels
from entrepot.channels.models import Channel
from entrepot.core.clock import now
from entrepot.core.errors import EntrepotError, RemoteBusy, RemoteUnauthorised
from entrepot.kit.client import Client
from entrepot.kit.read import Read, pull
from entrepot.kit.requests import Window
from entrepot.kit.spec import Pull

from ..models import Feed
from .aside import keep_aside, keep_drift
from .pages import PAGES

_LEASE_S = 300
_LOG = structlog.get_logger(__name__)


def pull_due(*, limit: int, at: datetime) -> int:
    """Pull up to ``limit`` feeds that are due; the number of records they brought."""
    return sum(pull_now(feed=feed, at=at) for feed in _claim(limit, at))


def _claim(limit: int, at: datetime) -> list[Feed]:
    with transaction.atomic():
        feeds = list(
            Feed.objects.system()
            .filter(is_enabled=True, not_before__lte=at, channel__state="live")
            .order_by("not_before", "id")
            .select_for_update(no_key=True, skip_locked=True, of=("self",))[:limit]
        )
        for feed in feeds:
            feed.not_before = at + timedelta(seconds=_LEASE_S)
            feed.claim_no += 1
            feed.save(update_fields=["not_before", "claim_no"])
    return feeds


def pull_now(*, feed: Feed, at: datetime) -> int:  # noqa: ARG001 - the reading begins when it does
    """Pull one feed and say when it is due next; the number of records read. Errors are kept, never raised."""
    channel = Channel.objects.system().get(id=feed.channel_id)
    began = now()
    count, wait_s, error = 0, feed.every_s, ""
    try:
        count = _pull(feed, channel, began)
        channels.remember_success(channel_id=channel.id, at=began)
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
    Feed.objects.system().filter(id=feed.id, claim_no=feed.claim_no).update(
        not_before=now() + timedelta(seconds=wait_s), last_error=error[:2000], last_began_at=began, last_count=count,
        runs=feed.runs + 1, attempts=feed.attempts + 1 if error else 0,
        **({} if error else {"last_done_at": now()}),
    )  # fmt: skip
    return count


def _pull(feed: Feed, channel: Channel, began: datetime) -> int:
    page_of = PAGES[feed.name]
    client = channels.client_for(channel, feed.storefront)
    state: dict[str, Any] = {}
    count = 0
    for window, capability in page_of.windows(feed, channel, began):
        for read in _pages(client, capability, window):
            count += len(read.records)
            _keep(channel, capability, client, read, began)
            page_of.apply(feed, channel, read, began, state)
    page_of.finish(feed, channel, began, state)
    return count


def _pages(client: Client, capability: str, window: Window) -> Iterator[Read]:
    """Every page of a window. From the second on each is fetched while the one before is applied.

    The remote sees the same requests in the same order, one at a time; when a page cannot be applied, one more was
    asked for in vain.
    """
    pages = pull(client.spec, capability, client.account, window, client.send)
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
