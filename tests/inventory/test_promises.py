"""Sold is sold, readings come in any order, and nothing is counted twice."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Component
from entrepot.core.errors import Invalid
from entrepot.events.models import Dirty
from entrepot.inventory.models import Reservation, Shortage, StockLevel
from entrepot.inventory.queries import available
from entrepot.inventory.services import (
    absorb,
    draw_from,
    give_back,
    record_pass,
    record_readings,
    release,
    reserve,
    set_buffer,
)

from ..goods_rows import AT, goods, store
from ..two_workers import meanwhile

pytestmark = pytest.mark.django_db


def at(seconds: float):
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def tea(aydin):
    (variant,) = goods(aydin, 1)
    return variant


def reading(tea, began: float, quantity: int | None, **told: Any) -> None:
    record_readings(seller_id=tea.seller_id, readings=[(tea.id, quantity)], began_at=at(began), **told)


def on_hand(tea) -> int | None:
    return StockLevel.objects.system().get(variant=tea).on_hand


def left(tea) -> int | None:
    return available(variant_ids=[tea.id])[tea.id]


def test_an_order_seen_twice_is_promised_once(tea):
    reading(tea, 0, 10)

    for _ in range(2):
        reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(1))

    assert left(tea) == 7


def test_a_promise_never_fails_and_too_little_is_a_shortage(tea):
    reading(tea, 0, 2)

    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 5)], at=at(1))

    assert left(tea) == -3
    assert [(s.line_id, s.quantity) for s in Shortage.objects.system()] == [(1, 3)]


def test_a_release_ends_promise_and_shortage(tea):
    reading(tea, 0, 2)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 5)], at=at(1))

    release(seller_id=tea.seller_id, line_ids=[1], at=at(2))
    release(seller_id=tea.seller_id, line_ids=[1], at=at(3))

    assert left(tea) == 2
    assert Shortage.objects.system().get().ended_at == at(2)


def test_a_kits_line_holds_its_components(aydin):
    kit, cup, saucer = goods(aydin, 3)
    Component.objects.create(seller=aydin, kit=kit, part=cup, quantity=2)
    Component.objects.create(seller=aydin, kit=kit, part=saucer, quantity=1)
    record_readings(seller_id=aydin.id, readings=[(cup.id, 10), (saucer.id, 10)], began_at=at(0))

    reserve(seller_id=aydin.id, lines=[(1, kit.id, 3)], at=at(1))
    assert available(variant_ids=[kit.id, cup.id, saucer.id]) == {kit.id: 2, cup.id: 4, saucer.id: 7}

    absorb(seller_id=aydin.id, line_ids=[1], at=at(2))
    give_back(seller_id=aydin.id, line_ids=[1], at=at(9), asked_at=at(8))

    assert available(variant_ids=[kit.id, cup.id, saucer.id]) == {kit.id: 5, cup.id: 10, saucer.id: 10}


# The shop had 10 and takes our order of 1 at second 5. What it showed before and after, and when we hear of what.
BEFORE, AFTER = ("reading that began before", 4, 10), ("reading that began after", 6, 9)


@pytest.mark.parametrize("order", list(itertools.permutations(["before", "after", "absorb"])), ids="-".join)
def test_the_stores_own_decrement_counts_once_in_whatever_order_we_hear(tea, order):
    reading(tea, 0, 10)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 1)], at=at(1))

    for step in order:
        if step == "absorb":
            absorb(seller_id=tea.seller_id, line_ids=[1], at=at(5))
        else:
            _, began, quantity = BEFORE if step == "before" else AFTER
            reading(tea, began, quantity)
        assert left(tea) <= 9  # never more than the shop has for others

    assert (on_hand(tea), left(tea)) == (9, 9)


@pytest.mark.parametrize("order", list(itertools.permutations(["before", "between", "after", "confirm"])), ids="-".join)
def test_what_the_store_gives_back_counts_once_in_whatever_order_we_hear(tea, order):
    """Taken at 5, cancel asked for at 10, restocked there at 10.5, confirmed at 11."""
    reading(tea, 0, 10)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 1)], at=at(1))
    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(5))
    shown = {"before": (7, 9), "between": (10.6, 10), "after": (12, 10)}

    for step in order:
        if step == "confirm":
            give_back(seller_id=tea.seller_id, line_ids=[1], at=at(11), asked_at=at(10))
        else:
            reading(tea, *shown[step])
        assert left(tea) <= 10

    reading(tea, 20, 10)
    assert (on_hand(tea), left(tea)) == (10, 10)


def test_an_old_reading_does_not_undo_a_pass_that_changed_nothing(tea, aydin):
    shop = store(aydin).id
    reading(tea, 0, 5, channel_id=shop)
    for began in (3, 10):
        record_pass(seller_id=aydin.id, channel_id=shop, began_at=at(began))

    reading(tea, 6, 7, channel_id=shop)
    assert on_hand(tea) == 5

    reading(tea, 11, 7, channel_id=shop)
    assert on_hand(tea) == 7


def test_a_pass_over_one_shop_says_nothing_of_another(tea, aydin):
    one, other = store(aydin, "Dükkân").id, store(aydin, "Depo").id
    reading(tea, 0, 10, channel_id=one)
    record_pass(seller_id=aydin.id, channel_id=other, began_at=at(30))

    reading(tea, 20, 0, channel_id=one)  # a late page of a long pass

    assert on_hand(tea) == 0


def test_a_pass_of_its_own_shop_knows_what_came_back(tea, aydin):
    shop = store(aydin).id
    reading(tea, 0, 10, channel_id=shop)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(1))
    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(2))
    reading(tea, 5, 10, channel_id=shop)  # the cancellation was sent at 4, and the goods are back
    record_pass(seller_id=aydin.id, channel_id=shop, began_at=at(5))

    give_back(seller_id=tea.seller_id, line_ids=[1], at=at(6), asked_at=at(4))

    assert on_hand(tea) == 10


def test_goods_of_another_place_are_taken_from_there(tea):
    reading(tea, 0, 10, location="depot", source="file")
    reading(tea, 0, 4, location="shelf", source="file")
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(1))
    assert left(tea) == 11

    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(2))

    assert left(tea) == 11
    assert dict(StockLevel.objects.system().values_list("location", "on_hand")) == {"depot": 7, "shelf": 4}


@pytest.mark.django_db(transaction=True)
def test_of_two_orders_of_the_last_piece_at_once_one_is_short(transactional_db):
    seller = create_seller(code="aydin", name="Aydın")
    (tea,) = goods(seller, 1)
    reading(tea, 0, 1)

    with meanwhile(lambda: reserve(seller_id=seller.id, lines=[(2, tea.id, 1)], at=at(2))):
        reserve(seller_id=seller.id, lines=[(1, tea.id, 1)], at=at(1))

    assert left(tea) == -1
    assert [(s.line_id, s.quantity) for s in Shortage.objects.system()] == [(2, 1)]


def test_a_cancel_is_given_back_once(tea):
    reading(tea, 0, 10)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 4)], at=at(1))
    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(2))

    for second in (5, 6):
        give_back(seller_id=tea.seller_id, line_ids=[1], at=at(second), asked_at=at(4))
        absorb(seller_id=tea.seller_id, line_ids=[1], at=at(second))

    assert left(tea) == 10


def test_another_sellers_lines_are_not_mine(tea, borealis):
    reading(tea, 0, 10)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 4)], at=at(1))

    assert absorb(seller_id=borealis.id, line_ids=[1], at=at(2)) == []
    assert release(seller_id=borealis.id, line_ids=[1], at=at(2)) == []
    assert left(tea) == 6


def test_readings_are_one_statement_for_one_and_for_a_hundred(aydin):
    variants = goods(aydin, 100)

    with CaptureQueriesContext(connection) as one:
        record_readings(seller_id=aydin.id, readings=[(variants[0].id, 1)], began_at=at(0))
    with CaptureQueriesContext(connection) as hundred:
        record_readings(seller_id=aydin.id, readings=[(v.id, 1) for v in variants], began_at=at(0))

    assert len(hundred) == len(one)


def test_unchanged_readings_leave_no_mark(aydin):
    variants = goods(aydin, 3)
    record_readings(seller_id=aydin.id, readings=[(v.id, 5) for v in variants], began_at=at(0))
    Dirty.objects.all().delete()

    assert record_readings(seller_id=aydin.id, readings=[(v.id, 5) for v in variants], began_at=at(9)) == []
    assert not Dirty.objects.exists()


@pytest.mark.parametrize(("pieces", "fraction"), [(-1, 0), (0, -1), (0, 2)])
def test_a_buffer_out_of_range_is_refused(aydin, pieces, fraction):
    with pytest.raises(Invalid):
        set_buffer(seller_id=aydin.id, pieces=pieces, fraction=fraction)


# What may happen in the shop and be heard of later, each step a second apart: 0-2 orders, their cancels, readings.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(1, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("read"), st.integers(0, 0)),
        st.tuples(st.just("restock"), st.integers(1, 4)),
    ),
    max_size=9,
)


@given(steps=STEPS, shuffle=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_interleaving_of_sales_cancels_and_readings_publishes_more_than_the_shop_has(tea, steps, shuffle):
    """The shop's truth is played first; then we hear of it shuffled, but of each order in its own order."""
    StockLevel.objects.system().all().delete()
    Reservation.objects.system().all().delete()
    truth, most, news = 20, 20, []
    orders: list[dict] = []
    for second, (kind, n) in enumerate(steps, start=1):
        if kind == "take":
            truth -= n
            orders.append({"line": len(orders) + 1, "quantity": n, "is_cancelled": False})
            news.append((len(orders), "absorb", second))
        elif kind == "cancel" and n < len(orders) and not orders[n]["is_cancelled"]:
            orders[n]["is_cancelled"] = True
            truth += orders[n]["quantity"]
            news.append((n + 1, "give_back", second))
        elif kind == "read":
            news.append((0, "reading", (second + 0.2, truth)))
        elif kind == "restock":
            truth += n
        most = max(most, truth)
    reading(tea, 0, 20)
    for order in orders:
        reserve(seller_id=tea.seller_id, lines=[(order["line"], tea.id, order["quantity"])], at=at(0.5))

    for line, kind, told in _heard(news, shuffle):
        if kind == "reading":
            reading(tea, *told)
        elif kind == "absorb":
            absorb(seller_id=tea.seller_id, line_ids=[line], at=at(told + 0.1))
        else:
            give_back(seller_id=tea.seller_id, line_ids=[line], at=at(told + 0.1), asked_at=at(told - 0.1))
        assert left(tea) <= most
    reading(tea, 100, truth)

    assert left(tea) == truth


def _heard(news, shuffle):
    """A shuffle that keeps the news of one order in order; readings may come anyhow."""
    places = [line for line, _, _ in news]
    shuffle.shuffle(places)
    queues = {line: [n for n in news if n[0] == line] for line in set(places)}
    shuffle.shuffle(queues.get(0, []))
    return [queues[line].pop(0) for line in places]


def test_an_order_told_again_after_its_goods_share_stock_is_not_promised_again(aydin):
    tea, pool = goods(aydin, 2)
    reading(tea, 0, 5)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(1))
    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(2))
    Component.objects.create(seller=aydin, kit=tea, part=pool, quantity=1)

    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(3))

    assert [(r.state, r.quantity) for r in Reservation.objects.system()] == [("absorbed", 3)]


def test_a_promise_made_before_counts_against_the_stock_that_is_shared_now(aydin):
    tea, pool = goods(aydin, 2)
    reading(tea, 0, 5)
    reserve(seller_id=tea.seller_id, lines=[(1, tea.id, 3)], at=at(1))
    Component.objects.create(seller=aydin, kit=tea, part=pool, quantity=1)

    assert draw_from(seller_id=tea.seller_id, pools={tea.id: pool.id}) == [pool.id]
    assert draw_from(seller_id=tea.seller_id, pools={tea.id: pool.id}) == []
    reading(pool, 5, 5)

    assert left(tea) == 2
    absorb(seller_id=tea.seller_id, line_ids=[1], at=at(6))
    assert (on_hand(pool), left(tea)) == (2, 2)


def test_an_older_pass_that_ends_late_takes_nothing_back(tea, aydin):
    shop = store(aydin).id
    reading(tea, 0, 5, channel_id=shop)
    for began in (10, 3):
        record_pass(seller_id=aydin.id, channel_id=shop, began_at=at(began))

    reading(tea, 6, 7, channel_id=shop)

    assert on_hand(tea) == 5
