"""In whatever order and however often an order's webhooks come, it ends as if a poll alone had brought the last."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.orders.conftest import AT

from entrepot.fulfilment.models import Package
from entrepot.ingress import services as ingress
from entrepot.orders.models import Order

from .test_receipts import keep, raw

pytestmark = pytest.mark.django_db

# What Trendyol can tell of a package, in the order in which it happens (page "Order statuses").
LIVES = [
    ["Created", "Picking", "Invoiced", "Shipped", "Delivered"],
    ["Created", "Picking", "Cancelled"],
    ["Created", "Cancelled"],
    ["Awaiting", "Created", "Picking", "UnSupplied"],
    ["Created", "Picking", "Shipped", "UnDelivered", "Returned"],
]


@st.composite
def deliveries(draw):
    """A life, and indexes into it: each at least once, some again, in any order; None: a worker applies what waits."""
    life = draw(st.sampled_from(LIVES))
    again = draw(st.lists(st.integers(0, len(life) - 1), max_size=4))
    pauses = draw(st.integers(0, 3))
    return life, draw(st.permutations([*range(len(life)), *again, *[None] * pauses]))


def ended(desk):
    package, order = Package.objects.system().get(), Order.objects.system().get()
    return package.state, package.their_status, package.modified_at, order.state, desk.held(), desk.on_hand()


def apply():
    while ingress.apply_receipts(limit=100, at=AT):
        pass


@given(deliveries())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_any_repetition_ends_as_the_poll_alone(desk, told):
    life, order_of_news = told
    news = [raw(status=status, minutes=n) for n, status in enumerate(life)]
    ends = []

    for way, indexes in (("poll", [len(life) - 1]), ("webhook", order_of_news)):
        with transaction.atomic():
            for n in indexes:
                keep(desk, news[n], via=way) if n is not None else apply()
            apply()
            ends.append(ended(desk))
            transaction.set_rollback(True)

    assert ends[0] == ends[1]
