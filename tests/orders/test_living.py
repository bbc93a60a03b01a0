"""Whatever arrives in whatever order: what is sent is what lives on the marketplace, or it is held back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.channels.models import Intent
from entrepot.fulfilment import services as fulfilment
from entrepot.kit import records
from entrepot.orders import services as orders
from entrepot.orders.living import picture
from entrepot.orders.models import Order
from entrepot.orders.parts import told_parts

from .conftest import AT, begin, line, package, sellable

pytestmark = pytest.mark.django_db

NUMBERS = itertools.count()
PRICES = st.sampled_from(["10.00", "8.29", "0.07"])


def tell(desk, number: int, news: records.Package) -> Order:
    """Under names of its own, so that one seller has any number of them."""
    origins = tuple(f"{ref}{number}" for ref in news.origin_refs)
    told = replace(news, order_ref=f"H{number}", package_ref=f"{news.package_ref}{number}", origin_refs=origins)
    taken = desk.tell(told)
    fulfilment.apply_told(told=[fulfilment.Told(taken.order, taken.line_ids, [told])], at=AT)
    return desk.order(f"H{number}")


def sent(desk, order: Order) -> records.SalesOrder | None:
    """What the store gets of an approved order; None: nothing."""
    intent = Intent.objects.system().filter(subject_id=order.id, kind="store_order", state="planned").first()
    return next(iter(begin(desk, intent).sales.values()), None) if intent else None


def half(ref, *lines, minutes=3, **more):
    return package(ref, lines=lines, minutes=minutes, origin_refs=("R",), **more)


TWO = package("R", lines=[line("L", quantity=2)])
C, D = half("C", line("L")), half("D", line("L2"))
CHEAP = half("D", line("L2", price="6.00"), minutes=5)
WRONG = {
    "a half that was cancelled and told at another price": [
        TWO, C, half("D", line("L2", price="6.00"), minutes=5, state="cancelled"),
    ],
    "other goods in a half before the whole": [C, half("D", line("L2", "POT"), minutes=5), TWO],
    "more pieces in a half": [TWO, C, half("D", line("L2", quantity=2), minutes=5)],
    "another price in a half before the whole": [CHEAP, C, TWO],
    "another price in a half while the other is not told": [CHEAP, TWO],
}  # fmt: skip


@pytest.mark.parametrize("news", WRONG.values(), ids=WRONG)
def test_news_that_contradicts_itself_is_not_sent_and_can_be_cancelled(desk, news):
    sellable(desk, by_rule=True)
    number = next(NUMBERS)
    for one in news:
        order = tell(desk, number, one)

    assert sent(desk, order) is None
    order.refresh_from_db()
    assert order.hold_reason or "was told, and what came from it is told as" in order.troubles["held"]
    done = orders.cancel_order(seller_id=desk.seller_id, order_id=order.id, reason="held", at=AT)
    assert (done.state, desk.held()) == ("cancelled", 0)


def test_what_is_held_back_for_its_news_goes_on_its_way_once_the_news_is_right(desk):
    sellable(desk, by_rule=True)
    number = next(NUMBERS)
    for one in (TWO, half("D", line("L2"), minutes=3), half("C", line("L", quantity=2))):
        order = tell(desk, number, one)
    assert sent(desk, order) is None

    order = tell(desk, number, half("C", line("L"), minutes=6))

    assert (order.state, order.troubles) == ("queued", {})
    Intent.objects.system().update(state="planned")  # the store was asked, and has none
    sale = sent(desk, order)
    assert sale is not None and ([x.quantity for x in sale.lines], sale.total) == ([2], Decimal("20.00"))


@pytest.mark.parametrize("arrival", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 1, 0, 3)], ids=str)
@pytest.mark.parametrize("origin", ["R", "D"])
def test_a_chain_of_splits_is_sold_whether_it_names_its_first_or_its_last_origin(desk, arrival, origin):
    sellable(desk)
    number = next(NUMBERS)
    quarter = replace(half("E", line("L2"), minutes=6), origin_refs=(origin,))
    news = [TWO, C, replace(D, state="superseded", modified_at=quarter.modified_at), quarter]
    for at in arrival:
        order = tell(desk, number, news[at])
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)

    sale = sent(desk, order)

    assert sale is not None and (sum(x.quantity for x in sale.lines), sale.total) == (2, Decimal("20.00"))


@st.composite
def histories(draw) -> list[records.Package]:
    """A whole, its two halves, and what may be told of them since: corrections, cancellations; in any order."""
    price, left, right = draw(PRICES), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    cup = [line("S", "CUP", 1, "5.00")] if draw(st.booleans()) else []
    root = package("R", lines=[line("L", quantity=left + right, price=price), *cup], minutes=1)
    news = [
        root,
        replace(root, state="superseded", modified_at=AT.replace(minute=3)),
        half("C", line("L", quantity=left, price=price), *cup),
        half("D", line("L2", quantity=right, price=price)),
    ]
    others = {
        "goods": [line("L2", "POT", right, price)],
        "price": [line("L2", quantity=right, price="6.00")],
        "pieces": [line("L2", quantity=right + 1, price=price)],
        "same": news[-1].lines,
    }
    if told := draw(st.sampled_from([None, *others])):
        news.append(half("D", *others[told], minutes=5))
    if draw(st.booleans()):
        news.append(replace(news[-1], state="cancelled", modified_at=AT.replace(minute=7)))
    return draw(st.permutations([*news, draw(st.sampled_from(news))]))


@given(news=histories(), when=st.integers(1, 7))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_sent_is_what_lives_to_the_cent(desk, news, when):
    sellable(desk)
    number = next(NUMBERS)
    for count, one in enumerate(news, start=1):
        order = tell(desk, number, one)
        if count >= when and order.state == "new" and not order.hold_reason:
            orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)

    if sale := sent(desk, order):
        youngest = {p.package_ref: p for p in sorted(news, key=lambda p: p.modified_at)}
        living = [p for ref, p in youngest.items() if ref != "R" and p.state == "created"]
        sold: dict[str, int] = {}
        for x in sale.lines:
            sold[x.sku] = sold.get(x.sku, 0) + x.quantity
        lives: dict[str, int] = {}
        for x in (x for p in living for x in p.lines):
            lives[x.sku] = lives.get(x.sku, 0) + x.quantity
        assert (sold, sale.total) == (lives, sum(p.total for p in living))


QUARTERS = [
    package("R", lines=[line("L", quantity=2), line("S", "CUP", price="5.00")], minutes=1),
    half("C", line("S", "CUP", price="5.00"), minutes=3),
    half("D", line("L", quantity=2), minutes=3),
    replace(half("E", line("L"), minutes=6), origin_refs=("D",)),
    replace(half("F", line("L2"), minutes=6), origin_refs=("D",)),
]


ORDERS_OF_FIVE = list(itertools.permutations(range(5)))


@pytest.mark.parametrize("arrival", ORDERS_OF_FIVE, ids=str)
def test_a_split_that_is_told_after_its_own_successors_is_the_same(arrival):
    parts = {}
    for at in arrival:
        parts = told_parts(parts, [QUARTERS[at]])
    seen = picture(parts, minor=Decimal("0.01"))

    assert (seen.amounts["total"], seen.off, seen.wrong, seen.awaited) == (Decimal("25.00"), Decimal(0), [], [])
    assert seen.sold().pieces == {"TEA": 2, "CUP": 1}


@pytest.mark.parametrize("arrival", ORDERS_OF_FIVE[::17], ids=str)
def test_a_split_that_is_told_after_its_own_successors_is_not_counted_again(desk, arrival):
    sellable(desk)
    number = next(NUMBERS)

    for at in arrival:
        order = tell(desk, number, QUARTERS[at])

    assert (order.total, order.difference, order.hold_reason) == (Decimal("25.00"), Decimal(0), "")
    assert sum(x.quantity for x in order.lines.all()) == 3
    assert (desk.held("TEA"), desk.held("CUP")) == (2, 1)
    orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)
    sale = sent(desk, order)
    assert sale is not None and (sum(x.quantity for x in sale.lines), sale.total) == (3, Decimal("25.00"))
