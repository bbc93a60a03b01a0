"""Orders in sets: as if each had come alone, and with no more statements than for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.channels.models import Channel, Intent
from entrepot.events.models import Outbox
from entrepot.orders import services as orders
from entrepot.orders.models import Order, Party
from entrepot.orders.services.entry import open_entries

from .conftest import AT, line, package


def told(count, start=0):
    refs = [f"O{n}" for n in range(start, start + count)]
    return {ref: [package(f"P-{ref}", lines=[line(f"L-{ref}", quantity=1)], order_ref=ref)] for ref in refs}


def test_a_set_of_orders_takes_no_more_statements_than_one(desk):
    Channel.objects.system().filter(id=desk.market.id).update(is_auto_approving=True)
    desk.market.refresh_from_db()

    def statements(count, start):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            orders.take_orders(channel=desk.market, told=told(count, start), at=AT)
        return len(seen)

    assert statements(30, 1) == statements(1, 0)
    assert Order.objects.system().filter(state="queued").count() == 31
    assert Intent.objects.system().filter(kind="store_order", state="planned").count() == 31
    assert desk.held() == 31 and Outbox.objects.filter(type="order.new").count() == 31


def test_a_set_with_known_and_new_orders_makes_only_the_new(desk):
    orders.take_orders(channel=desk.market, told=told(2), at=AT)

    taken = orders.take_orders(channel=desk.market, told=told(3), at=AT)

    assert [taken[f"O{n}"].is_new for n in range(3)] == [False, False, True]
    assert desk.held() == 3 and Party.objects.system().count() == 6


@pytest.mark.parametrize("stock", [0, 2])
def test_too_little_for_a_set_is_missing_for_those_who_came_last(desk, stock):
    from entrepot.inventory.models import Shortage, StockLevel

    StockLevel.objects.system().filter(variant_id=desk.variants["TEA"]).update(on_hand=stock)

    orders.take_orders(channel=desk.market, told=told(4), at=AT)

    short = list(Shortage.objects.system().order_by("line_id").values_list("quantity", flat=True))
    assert short == [1] * (4 - stock)
    last = [taken.lines.get().id for taken in Order.objects.system().order_by("id")][stock:]
    assert list(Shortage.objects.system().order_by("line_id").values_list("line_id", flat=True)) == last


def test_entries_stand_in_the_order_of_their_ids_and_hold_what_is_known(desk):
    orders.take_orders(channel=desk.market, told=told(2), at=AT)
    from django.db import transaction

    with transaction.atomic():
        entries = open_entries(channel=desk.market, told=told(3), at=AT)

    assert [e.order.order_ref for e in entries] == ["O0", "O1", "O2"]
    assert [(len(e.lines), sorted(e.parties)) for e in entries] == [(1, ["bill_to", "ship_to"])] * 2 + [(0, [])]
    assert entries[0].by_ref()["L-O0"].quantity == 1
