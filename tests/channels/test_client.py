"""Budgets, breaker and call log on PostgreSQL: shared by every worker, never more than allowed."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from entrepot.channels.models import BudgetUse, CallLog
from entrepot.channels.services.client import PgBreaker, PgBudget, PgCalls
from entrepot.kit.ports import Allowance, CallRecord

pytestmark = pytest.mark.django_db(transaction=True)
NOW = 1_777_888_800.0
A_MINUTE = [Allowance("shop:a", 30, 60.0), Allowance("shop:b", 100, 60.0)]


def test_workers_together_never_exceed_a_budget():
    waits = []

    def work():
        try:
            waits.extend(PgBudget().take(A_MINUTE, NOW + n / 100) for n in range(20))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(1 for wait in waits if wait is None) == 30
    assert {row.key: len(row.taken) for row in BudgetUse.objects.all()} == {"shop:a": 30, "shop:b": 30}


def test_a_spent_budget_says_when_to_come_back_and_takes_nothing_from_the_others():
    for _ in range(30):
        assert PgBudget().take(A_MINUTE, NOW) is None

    wait_s = PgBudget().take(A_MINUTE, NOW + 10)

    assert 51 <= wait_s <= 52  # the window, and a fortieth of it by which calls may be held up on their way
    assert len(BudgetUse.objects.get(key="shop:b").taken) == 30
    assert PgBudget().take(A_MINUTE, NOW + 62) is None


def test_a_taken_call_is_on_the_disk_before_it_is_made():
    """A budget that forgets its last calls when PostgreSQL is killed lets the remote be called too often."""
    PgBudget().take(A_MINUTE, NOW)  # the rows are there
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # as servers have it, and not the one of these tests
        try:
            cursor.execute("SELECT pg_current_wal_insert_lsn()")
            (before,) = cursor.fetchone()
            PgBudget().take(A_MINUTE, NOW + 1)
            cursor.execute("SELECT pg_current_wal_flush_lsn() > %s::pg_lsn", [before])
            (is_written,) = cursor.fetchone()
        finally:
            cursor.execute("RESET synchronous_commit")

    assert is_written


def test_a_call_that_took_long_counts_from_its_answer_and_a_quick_one_from_its_beginning():
    """The remote may have counted it as late as it answered; half a second is in the margin of the window."""
    PgBudget().take(A_MINUTE, NOW - 1)
    for _ in range(29):
        PgBudget().take(A_MINUTE, NOW)

    PgBudget().answered(A_MINUTE, NOW - 1, NOW + 20)
    PgBudget().answered(A_MINUTE, NOW, NOW + 0.5)

    later = NOW + 61.6  # only the slow one is in the window of 61.5 seconds
    assert [PgBudget().take(A_MINUTE, later) for _ in range(29)] == [None] * 29
    assert PgBudget().take(A_MINUTE, later) == pytest.approx(19.9)


def test_a_breaker_opens_for_every_worker_and_closes_again(aydin, market):
    ours, theirs = PgBreaker(market.id), PgBreaker(market.id)
    assert ours.wait_s(NOW) is None

    for _ in range(10):
        ours.failed(NOW)

    assert ours.wait_s(NOW + 1) == theirs.wait_s(NOW + 1) == 4.0
    assert theirs.wait_s(NOW + 5.1) is None
    theirs.succeeded()
    assert PgBreaker(market.id).wait_s(NOW + 1) is None


def test_a_call_is_written_down(market):
    call = CallRecord(
        "GET", "/orders", "orders.list", 200, 12, 0, 5, "ok", 1, request_body=None, response_body={"a": 1}
    )

    PgCalls(market).record(call)

    row = CallLog.objects.get(channel_id=market.id)
    assert (row.channel_id, row.status, row.request_body, row.response_body) == (market.id, 200, None, {"a": 1})


@pytest.fixture
def market(aydin):
    from entrepot.channels import services as channels
    from entrepot.core.clock import now

    return channels.add_channel(
        seller_id=aydin.id, slug="trendyol", name="Trendyol", base_url="http://127.0.0.1:9", account_ref="1", at=now(),
        secrets={"api_key": "k", "api_secret": "s"},
    )  # fmt: skip
