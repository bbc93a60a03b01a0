"""Figures of those who run the hub: what is stuck, what is cut off, and how the database bears it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Min, Model
from prometheus_client import CollectorRegistry

from entrepot.channels.models import BreakerState, Intent
from entrepot.core.actor import Actor
from entrepot.documents.models import Leftover
from entrepot.events.services.partitions import days_ready
from entrepot.ingress.models import Feed, HookIncident, Receipt

from .gauges import gauge

_ALL = Actor("metrics", "operator", None)
_LATE = timedelta(minutes=1)
# Managed PostgreSQL may not let the web's role see ages of sessions; the user who connected always sees its own.
_AS_WHO_CONNECTED = "SET LOCAL ROLE NONE"
_OLDEST = """
SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SIZES = """
SELECT pg_database_size(current_database()),
       (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0) FROM pg_replication_slots)"""
_DEAD = """
SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE n_dead_tup > 0 ORDER BY n_dead_tup DESC, relname LIMIT 10"""


def operations(registry: CollectorRegistry, *, at: datetime) -> None:
    """Put them into the registry. Eleven SQL queries, and one for each table that is kept by days."""
    waiting, oldest = _receipts()
    age_s = (at - oldest).total_seconds() if oldest else 0
    gauge(registry, "entrepot_receipts_waiting", "Messages of remotes that are not applied yet.", [((), waiting)])
    gauge(registry, "entrepot_oldest_receipt_seconds", "Age of the oldest of them.", [((), max(0, age_s))])
    claims = [((name,), _expired(model, at)) for name, model in _CLAIMED.items()]
    gauge(registry, "entrepot_claims_expired", "Claims whose worker let them run out over a minute ago.", claims, "of")
    is_open = BreakerState.objects.filter(open_until__gt=at.timestamp())
    gauge(registry, "entrepot_breakers_open", "Channels left alone as they do not answer.", [((), is_open.count())])
    rows = HookIncident.objects.for_actor(_ALL).filter(closed_at=None)
    kinds = [((kind,), n) for kind, n in rows.values_list("kind").annotate(n=Count("id")).order_by("kind")]
    gauge(registry, "entrepot_webhook_incidents", "Open incidents of webhooks.", kinds, "kind")
    late = Leftover.objects.filter(not_before__lt=at - timedelta(hours=1))
    gauge(registry, "entrepot_files_undeleted", "Files that should have gone an hour ago.", [((), late.count())])
    days = days_ready(at=at)
    gauge(registry, "entrepot_partition_days_ready", "Days for which partitions are made.", [((), days)])
    _database(registry)


def _database(registry: CollectorRegistry) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_AS_WHO_CONNECTED)
        cursor.execute(_OLDEST)
        oldest_s = float(cursor.fetchone()[0])
        cursor.execute(_SIZES)
        size, kept = cursor.fetchone()
        cursor.execute(_DEAD)
        dead = [((name,), float(n)) for name, n in cursor.fetchall()]
    gauge(registry, "entrepot_oldest_transaction_seconds", "Age of the oldest open transaction.", [((), oldest_s)])
    gauge(registry, "entrepot_database_bytes", "Size of the database.", [((), float(size))])
    text = "Most log that a replication slot keeps from being deleted."
    gauge(registry, "entrepot_replication_slot_bytes", text, [((), float(kept))])
    gauge(registry, "entrepot_dead_rows", "Rows that wait for vacuum, in the ten tables with most.", dead, "table")


_CLAIMED: dict[str, type[Model]] = {"receipts": Receipt, "feeds": Feed, "intents": Intent}


def _expired(model: type[Model], at: datetime) -> int:
    rows = model.objects.for_actor(_ALL)  # type: ignore[attr-defined]  # all of them are scoped to a seller
    return int(rows.filter(leased_until__lt=at - _LATE).count())


def _receipts() -> tuple[int, datetime | None]:
    rows = Receipt.objects.for_actor(_ALL).filter(status="queued")
    found = rows.aggregate(n=Count("id"), oldest=Min("received_at"))
    return found["n"], found["oldest"]
