"""Daily partitions of every table that is partitioned on ``recorded_at``: made ahead, dropped by age."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction

from entrepot.core.clock import now
from entrepot.events.models import Event, EventCursor

_LOCK = 0x656E_7472_0002  # advisory lock of partition maintenance
_AS_OWNER = "SET LOCAL ROLE NONE"  # a worker takes a role that owns no table; who it logged in as does
_NAME = re.compile(r".*_p(\d{8})")
_TABLES = """
SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
 WHERE c.relnamespace = current_schema()::regnamespace AND p.partstrat = 'r' ORDER BY c.relname"""
_PARTS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = %s::regclass ORDER BY c.relname"""

log = structlog.get_logger(__name__)


def ensure_partitions(*, days_ahead: int = 14, at: datetime | None = None) -> list[str]:
    """Make the missing partitions from yesterday to ``days_ahead`` days from now; the names of those made."""
    today = (at or now()).astimezone(UTC).date()
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AS_OWNER)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table in partitioned_tables():
            have = set(partitions(table))
            for day in (today + timedelta(days=n) for n in range(-1, days_ahead + 1)):
                if (name := f"{table}_p{day:%Y%m%d}") not in have:
                    cursor.execute(_create(table, name, day))
                    made.append(name)
    return made


def drop_old_partitions(*, keep_days: Mapping[str, int] | None = None, at: datetime | None = None) -> list[str]:
    """Drop partitions older than their table's days; those of events only behind the slowest cursor. Names dropped.

    A subscriber that has not moved for twice the days of the events is cut off: an error is logged, and it counts
    no more. Tables without days are kept for ever.
    """
    at = at or now()
    days = settings.ENTREPOT_RETENTION_DAYS if keep_days is None else keep_days
    if "events_event" in days:
        _cut_off_dead(at - timedelta(days=2 * days["events_event"]), at)
    dropped = []
    for table in partitioned_tables():
        if table in days:
            last = at.astimezone(UTC).date() - timedelta(days=days[table])
            old = [name for name in partitions(table) if (day := _day(name)) is not None and day < last]
            dropped += [name for name in old if (table != "events_event" or _is_read(name)) and _drop(name)]
    return dropped


def partitioned_tables() -> list[str]:
    """Tables of this schema that are partitioned by range, by name."""
    return _names(_TABLES)


def partitions(table: str) -> list[str]:
    """The partitions of a table, by name."""
    return _names(_PARTS, table)


def days_ready(*, at: datetime) -> int:
    """Days from today for which every partitioned table has its partition; under 3 we are not ready."""
    today = at.astimezone(UTC).date()
    counts = []
    for table in partitioned_tables():
        have, n = set(partitions(table)), 0
        while f"{table}_p{today + timedelta(days=n):%Y%m%d}" in have:
            n += 1
        counts.append(n - 1)
    return min(counts, default=0)


def _names(sql: str, *params: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _create(table: str, name: str, day: date) -> str:
    quoted = connection.ops.quote_name
    return (
        f"CREATE TABLE IF NOT EXISTS {quoted(name)} PARTITION OF {quoted(table)} "
        f"FOR VALUES FROM ('{day} 00:00:00+00') TO ('{day + timedelta(days=1)} 00:00:00+00')"
    )


def _day(name: str) -> date | None:
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC).date() if found else None


def _is_read(name: str) -> bool:
    """Whether every living subscriber is past the partition's last event."""
    day = _day(name)
    if day is None:
        return False
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    inside = Event.objects.filter(recorded_at__gte=start, recorded_at__lt=start + timedelta(days=1))
    last = inside.order_by("-seq").values_list("seq", flat=True).first()
    return last is None or not EventCursor.objects.filter(cut_off_at__isnull=True, seq__lt=last).exists()


def _cut_off_dead(before: datetime, at: datetime) -> None:
    head = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    dead = EventCursor.objects.filter(cut_off_at__isnull=True, moved_at__lt=before, seq__lt=head)
    for cursor in dead:
        log.error("subscriber.cut_off", subscriber=cursor.subscriber, seq=cursor.seq, head=head)
        EventCursor.objects.filter(id=cursor.id).update(cut_off_at=at)


def _drop(name: str) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{_AS_OWNER}; SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)}")
    log.info("partition.dropped", partition=name)
    return True
