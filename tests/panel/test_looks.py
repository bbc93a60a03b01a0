"""What people trip over: times without a zone, ids in place of orders, empty lists that say nothing."""

from __future__ import annotations

import re

import pytest

from entrepot.core.actor import Actor
from entrepot.inventory.models import Reservation, Shortage
from entrepot.panel import purchases

from .test_pages import address, labels

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:</span> <span>| )\d\d:\d\d:\d\d")


@pytest.mark.parametrize("label", ["fulfilment.package", "orders.order", "channels.calllog", "channels.channel"])
def test_every_time_says_its_zone(people, ours, label):
    row = {"fulfilment.package": ours.packages[0], "orders.order": ours.orders[0], "channels.channel": ours.market}
    paths = [address(label), *([address(label, "change", row[label].pk)] if label in row else [])]

    for path in paths:
        page = people.aydin.get(path).content.decode()
        times = [m.end() for m in _TIME.finditer(page)]
        assert times, path
        assert {page[end : end + 4] for end in times} == {" UTC"}, path


@pytest.mark.parametrize(("label", "model"), [("inventory.reservation", Reservation), ("inventory.shortage", Shortage)])
def test_what_an_order_took_names_the_order_and_not_a_line(people, ours, theirs, label, model):
    row, order = model.objects.get(variant=ours.variants[0]), ours.orders[0]
    link = f'href="{address("orders.order", "change", order.pk)}">{order.order_ref}</a>'

    for path in (address(label), address(label, "change", row.pk)):
        page = people.aydin.get(path).content.decode()
        assert link in page
        assert "Line id" not in page
        assert theirs.orders[0].order_ref not in page


def test_orders_of_many_rows_are_one_question_and_another_sellers_are_none(ours, theirs, django_assert_num_queries):
    rows = list(Reservation.objects.order_by("id"))
    who = Actor("ayse", "owner", frozenset({ours.seller.id}))

    with django_assert_num_queries(1):
        found = purchases.of_rows(who, rows)

    assert set(found) == {row.pk for row in rows if row.seller_id == ours.seller.id}


def test_a_list_without_rows_says_how_the_first_one_comes_about(people, aydin):
    silent = set()
    for label in labels():
        page = people.operator.get(address(label)).content.decode()
        if "empty-list" in page and "Nothing here yet." in page:
            silent.add(label)

    assert silent == set()
    assert "Connect a store or a marketplace" in people.aydin.get(address("channels.channel")).content.decode()
