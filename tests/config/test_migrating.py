"""A database of before comes to the schema of today, or is refused with what to do."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db.migrations.recorder import MigrationRecorder

from entrepot.config.django import migrate
from entrepot.core.errors import Refused


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stopped_between_versions_that_are_one_now_is_refused_and_one_that_came_through_is_left():
    replaced = [n for _, n in import_module("entrepot.orders.migrations.0001_schema").Migration.replaces]
    applied = MigrationRecorder.Migration.objects.filter(app="orders", name__in=[*replaced, "0001_schema"])
    rows = list(applied.all())
    try:
        applied.exclude(name__in=replaced[:3]).delete()
        with pytest.raises(Refused, match=r"stopped at orders\.0003_troubles"):
            migrate()
        assert set(applied.values_list("name", flat=True)) == set(replaced[:3])

        applied.delete()
        applied.bulk_create(row for row in rows if row.name in replaced)
        migrate()
        assert applied.filter(name="0001_schema").exists()
    finally:
        applied.all().delete()
        applied.bulk_create(rows)
