"""Rows of the hub's database as a judge reads them: by SQL of its own, not through the hub's queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import connection

from entrepot.jobs.models import Claimable


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return list(cursor.fetchall())


def claimable_tables() -> list[str]:
    """Tables whose rows workers claim."""
    return sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, Claimable))
