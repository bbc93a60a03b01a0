"""What Prometheus reads: how much waits, how late it is, and what needs a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from entrepot.channels.models import Intent
from entrepot.core.actor import Actor
from entrepot.events import queries as events
from entrepot.ingress.models import Feed, SetAside
from entrepot.jobs import queries as jobs
from entrepot.listings import queries as listings
from entrepot.listings.models import ListingLevel

from .gauges import gauge
from .operations import operations

_ALL = Actor("metrics", "operator", None)
_OPEN_INTENTS = ("planned", "sent", "unknown")


def exposition(*, at: datetime) -> tuple[bytes, str]:
    """The figures in Prometheus' text form, and its media type.

    Ten SQL queries and those of `operations`, however much there is.
    """
    registry = CollectorRegistry()
    gauge(registry, "entrepot_outbox_events", "Events without a number yet.", [((), events.unsequenced())])
    lags = events.lags()
    gauge(registry, "entrepot_subscriber_lag_events", "Events that a subscriber has not passed.",
           [((x.subscriber,), x.behind) for x in lags], "subscriber")  # fmt: skip
    gauge(registry, "entrepot_subscriber_parked_events", "Events parked for a subscriber.",
           [((x.subscriber,), x.parked) for x in lags], "subscriber")  # fmt: skip
    gauge(registry, "entrepot_feeds_late", "Feeds due for more than a minute.", _late_feeds(at), "feed")
    gauge(registry, "entrepot_intents_open", "Creations on remotes that are not settled.", _intents(), "state")
    gauge(registry, "entrepot_levels_due", "Stocks and prices that wait to be pushed.", _levels(), "lane")
    drift = [((str(channel), lane), n) for (channel, lane), n in listings.drift_by_channel().items()]
    gauge(registry, "entrepot_levels_drifted", "Stocks and prices that the last complete pass showed otherwise.",
           drift, "channel", "lane")  # fmt: skip
    gauge(registry, "entrepot_drainers_failing", "Threads of a drainer that fail again and again.",
           [((name,), n) for name, n in jobs.failing_drainers(at=at).items()], "drainer")  # fmt: skip
    gauge(registry, "entrepot_set_aside_open", "Foreign records that could not be mapped.", _asides(), "kind")
    operations(registry, at=at)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _late_feeds(at: datetime) -> list[tuple[tuple[str, ...], float]]:
    late = Feed.objects.for_actor(_ALL).filter(
        is_enabled=True, channel__state="live", not_before__lt=at - timedelta(minutes=1)
    )
    counts = dict(late.values_list("name").annotate(n=Count("id")))
    names = Feed.objects.for_actor(_ALL).order_by("name").values_list("name", flat=True).distinct()
    return [((name,), counts.get(name, 0)) for name in names]


def _intents() -> list[tuple[tuple[str, ...], float]]:
    rows = Intent.objects.for_actor(_ALL).filter(state__in=_OPEN_INTENTS)
    counts = dict(rows.values_list("state").annotate(n=Count("id")))
    return [((state,), counts.get(state, 0)) for state in _OPEN_INTENTS]


def _levels() -> list[tuple[tuple[str, ...], float]]:
    rows = ListingLevel.objects.for_actor(_ALL).filter(is_due=True, batch_id__isnull=True)
    counts = dict(rows.values_list("lane").annotate(n=Count("id")))
    return [((lane,), counts.get(lane, 0)) for lane in ("stock", "price")]


def _asides() -> list[tuple[tuple[str, ...], float]]:
    rows = SetAside.objects.for_actor(_ALL).filter(state="open")
    return [((kind,), n) for kind, n in rows.values_list("kind").annotate(n=Count("id")).order_by("kind")]
