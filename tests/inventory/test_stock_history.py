"""What was on hand, change by change: only changes, whoever makes them, and who and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.core.acting import acting
from entrepot.events.services import drop_old_partitions, ensure_partitions
from entrepot.events.services.partitions import partitions
from entrepot.inventory.models import StockChange, StockLevel
from entrepot.inventory.queries import stock_history
from entrepot.inventory.services import absorb, give_back, record_readings, reserve

from ..goods_rows import AT, goods

pytestmark = pytest.mark.django_db


def at(seconds: float):
    return AT + timedelta(seconds=seconds)


def told(variant) -> list[tuple]:
    rows = stock_history(seller_id=variant.seller_id, variant_id=variant.id)
    return [(c.old, c.new, c.why, c.by or c.source, c.at) for c in reversed(rows)]


def test_each_change_is_kept_with_who_and_why_and_what_is_the_same_is_not(aydin):
    (tea,) = goods(aydin, 1)
    for second, pieces in ((0, 10), (1, 10)):
        record_readings(seller_id=aydin.id, readings=[(tea.id, pieces)], began_at=at(second))
    reserve(seller_id=aydin.id, lines=[(1, tea.id, 3)], at=at(2))

    absorb(seller_id=aydin.id, line_ids=[1], at=at(3))
    give_back(seller_id=aydin.id, line_ids=[1], at=at(5), asked_at=at(4))
    with acting("fatma"):
        record_readings(seller_id=aydin.id, readings=[(tea.id, 8)], began_at=at(6), source="hub")
        record_readings(seller_id=aydin.id, readings=[(tea.id, None)], began_at=at(7), source="hub")

    assert told(tea) == [
        (None, 10, "told", "store", at(0)),
        (10, 7, "taken", "store", at(3)),
        (7, 10, "returned", "store", at(5)),
        (10, 8, "told", "fatma", at(6)),
        (8, None, "told", "fatma", at(7)),
    ]


def test_what_a_reading_knew_already_is_no_change_when_we_hear_of_it(aydin):
    (tea,) = goods(aydin, 1)
    record_readings(seller_id=aydin.id, readings=[(tea.id, 10)], began_at=at(0))
    reserve(seller_id=aydin.id, lines=[(1, tea.id, 3)], at=at(1))
    record_readings(seller_id=aydin.id, readings=[(tea.id, 7)], began_at=at(3))

    absorb(seller_id=aydin.id, line_ids=[1], at=at(2))

    assert [(old, new) for old, new, *_ in told(tea)] == [(None, 10), (10, 7)]


def test_a_thousand_changes_are_no_more_statements_than_one(aydin):
    variants = goods(aydin, 100)

    with CaptureQueriesContext(connection) as hundred:
        record_readings(seller_id=aydin.id, readings=[(v.id, 1) for v in variants], began_at=at(0))
    with CaptureQueriesContext(connection) as one:
        record_readings(seller_id=aydin.id, readings=[(variants[0].id, 2)], began_at=at(1))

    assert len(hundred) == len(one)
    assert StockChange.objects.count() == 101


def test_what_somebody_writes_by_hand_is_kept_too(aydin):
    (tea,) = goods(aydin, 1)
    record_readings(seller_id=aydin.id, readings=[(tea.id, 5)], began_at=at(0))

    StockLevel.objects.for_seller(aydin.id).update(on_hand=4)

    assert [(c.old, c.new) for c in stock_history(seller_id=aydin.id, variant_id=tea.id)] == [(5, 4), (None, 5)]


def test_another_sellers_history_does_not_exist(aydin, borealis):
    (tea,) = goods(aydin, 1)
    record_readings(seller_id=aydin.id, readings=[(tea.id, 5)], began_at=at(0))

    assert stock_history(seller_id=borealis.id, variant_id=tea.id) == []


@pytest.mark.parametrize("table", ["inventory_stockchange", "pricing_pricechange"])
def test_a_day_past_its_age_is_dropped_whole(table):
    old = datetime(2026, 1, 5, tzinfo=UTC)
    ensure_partitions(days_ahead=0, at=old)
    assert f"{table}_p20260105" in partitions(table)

    drop_old_partitions(keep_days={table: 90}, at=old + timedelta(days=90))
    assert f"{table}_p20260105" in partitions(table)

    drop_old_partitions(keep_days={table: 90}, at=old + timedelta(days=91))
    assert f"{table}_p20260105" not in partitions(table)
