"""Sale, the store's taking, its decrement as readings show it, cancel and restock, heard in any order: counted once."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from entrepot.catalog.models import Variant
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.inventory.queries import available
from entrepot.inventory.services import absorb, give_back, record_readings, release, reserve
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import compute_stock_levels

from ..goods_rows import AT, goods, listings, market

pytestmark = pytest.mark.django_db
FIRST = 20
BEGINNING = [("sell", 2), ("read", 1), ("take", 1)]  # a reading that began just before the store took an order
STEPS = st.lists(
    st.tuples(st.sampled_from(["sell", "take", "take", "cancel", "read", "restock"]), st.integers(1, 4)), max_size=12
)


def at(seconds: float):
    return AT + timedelta(seconds=seconds)


def played(steps) -> tuple[int, int, list[tuple[int, str, float, int]]]:
    """What the store has in the end, what was sold in all, and the news: (line, kind, second, pieces)."""
    truth, sold, orders, news = FIRST, 0, [], []
    for second, (kind, n) in enumerate(steps, start=1):
        order = orders[n % len(orders)] if orders else None
        if kind == "sell":
            orders.append({"line": len(orders) + 1, "pieces": n, "state": "open"})
            sold += n
            news.append((len(orders), "reserve", second, n))
        elif kind == "take" and order and order["state"] == "open":
            truth, order["state"] = truth - order["pieces"], "taken"
            news.append((order["line"], "absorb", second, order["pieces"]))
        elif kind == "cancel" and order and order["state"] != "over":
            was, order["state"] = order["state"], "over"
            truth += order["pieces"] if was == "taken" else 0
            news.append((order["line"], "give_back" if was == "taken" else "release", second, order["pieces"]))
        elif kind == "read":
            news.append((0, "read", second, truth))
        elif kind == "restock":
            truth += n
    return truth, sold, news


def hear(tea, line: int, kind: str, second: float, pieces: int) -> None:
    seller = tea.seller_id
    if kind == "reserve":
        reserve(seller_id=seller, lines=[(line, tea.id, pieces)], at=at(second))
    elif kind == "absorb":
        absorb(seller_id=seller, line_ids=[line], at=at(second))
    elif kind == "release":
        release(seller_id=seller, line_ids=[line], at=at(second))
    elif kind == "give_back":
        give_back(seller_id=seller, line_ids=[line], at=at(second), asked_at=at(second - 0.1))
    else:
        record_readings(seller_id=seller, readings=[(tea.id, pieces)], began_at=at(second))


def shuffled(news, shuffle):
    """Any order that keeps what happened to one order in its order; readings come anyhow, and some news twice."""
    lines = [line for line, *_ in news]
    shuffle.shuffle(lines)
    queues = {line: [n for n in news if n[0] == line] for line in set(lines)}
    shuffle.shuffle(queues.get(0, []))
    for line in lines:
        one = queues[line].pop(0)
        yield from [one] * shuffle.choice([1, 1, 2])


@example(steps=[], shuffle=random.Random(0))  # the reading is heard last
@given(steps=STEPS, shuffle=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_counted_twice_in_whatever_order_it_is_heard(aydin, steps, shuffle):
    ListingLevel.objects.system().all().delete()
    Reservation.objects.system().all().delete()
    tea = _fresh(aydin)
    steps = [*BEGINNING, *steps]
    truth, sold, news = played(steps)
    most = FIRST + sum(n for kind, n in steps if kind == "restock")

    for line, kind, second, pieces in shuffled(news, shuffle):
        hear(tea, line, kind, second, pieces)

        on_hand = StockLevel.objects.system().get(variant=tea).on_hand
        held = Reservation.objects.system().filter(variant=tea, state="held").aggregate(n=Sum("quantity"))["n"] or 0
        left = available(variant_ids=[tea.id])[tea.id]
        compute_stock_levels(variant_ids=[tea.id], at=AT)
        published = ListingLevel.objects.system().get(listing__variant=tea, lane="stock").desired_value
        assert FIRST - sold <= on_hand <= most  # no sale went twice, and nothing came back twice
        assert left == on_hand - held
        assert published == max(0, left)

    assert StockLevel.objects.system().get(variant=tea).on_hand <= truth
    record_readings(seller_id=tea.seller_id, readings=[(tea.id, truth)], began_at=at(100))
    assert StockLevel.objects.system().get(variant=tea).on_hand == truth


def _fresh(seller):
    """One listed variant of which the store has FIRST; the same for each example."""
    tea = Variant.objects.for_seller(seller.id).first()
    if tea is None:
        market(seller)
        (tea,) = goods(seller, 1)
    StockLevel.objects.system().all().delete()
    Listing.objects.system().all().delete()
    listings([tea])
    record_readings(seller_id=seller.id, readings=[(tea.id, FIRST)], began_at=at(0))
    return tea
