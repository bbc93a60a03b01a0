"""Whatever consistent news arrives in whatever order: what lives is promised, sold and left in the store, to the cent."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrepot.channels.models import Intent
from entrepot.orders import services as orders
from entrepot.orders.living import picture
from entrepot.orders.models import Order
from entrepot.orders.parts import told_parts
from entrepot.orders.rows import Sold

from .conftest import AT, begin, made, sellable, tell
from .worlds import arrivals, worlds

NUMBERS = itertools.count()
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def sums(sold: Sold) -> dict[str, tuple[int, Decimal]]:
    return {ref: (n, sold.amounts[ref]) for ref, n in sold.pieces.items() if n}


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
def test_the_picture_is_what_lives_in_whatever_order_it_is_told(data):
    world = data.draw(worlds())
    parts = {}
    for one in data.draw(arrivals(world)):
        parts = told_parts(parts, [one])
        so_far = picture(parts, minor=Decimal("0.01"))
        assert counted(so_far.whole) == counted([*so_far.living, *so_far.gone])

    seen = picture(parts, minor=Decimal("0.01"))

    assert (seen.wrong, seen.awaited, seen.off) == ([], [], 0)
    assert sums(seen.sold()) == world.living
    assert (seen.sold().total, seen.is_over) == (world.total, not world.living)
    firsts = [p for p in world.news if not p.origin_refs and p.state == "created"]
    assert seen.amounts["total"] == sum(p.total for p in firsts)


def counted(rows) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for row in rows:
        pieces[row.listing] = pieces.get(row.listing, 0) + row.pieces
    return {listing: n for listing, n in pieces.items() if n}


def mine(number, news):
    """Under names of its own, so that one seller has any number of them."""
    origins = tuple(f"{ref}-{number}" for ref in news.origin_refs)
    return replace(news, order_ref=f"W{number}", package_ref=f"{news.package_ref}-{number}", origin_refs=origins)


def push(desk, order):
    """Approve it and have the store make it, as far as it may be; whether the store has it."""
    if order.state == "new" and not order.hold_reason and any(x.quantity > x.cancelled_quantity for x in lines(order)):
        orders.approve_orders(seller_id=desk.seller_id, order_ids=[order.id], at=AT)
    for intent in Intent.objects.system().filter(subject_id=order.id, kind="store_order", state="planned"):
        for sale in begin(desk, intent).sales.values():
            orders.settle_export(intent=intent, made=made(intent, sale, ref=f"S{order.id}"), at=AT)
    return bool(Order.objects.system().get(id=order.id).store_ref)


def lines(order):
    return list(order.lines.order_by("id"))


def there(order) -> tuple[dict[str, tuple[int, Decimal]], Decimal]:
    """What the store has of an order once it has done all that it is asked: what it was given, less what is taken out."""
    creation = Intent.objects.system().get(subject_id=order.id, kind="store_order")
    left = {key: [n, Decimal(creation.payload["owed"][key])] for key, n in creation.payload["lines"].items()}
    for intent in Intent.objects.system().filter(subject_id=order.id, kind="store_lower").exclude(state="dropped"):
        for key, n in intent.payload["lines"].items():
            left[key][0] -= n
            left[key][1] -= Decimal(intent.payload["owed"][key])
    skus = {str(x.id): x.sku for x in lines(order)}
    found: dict[str, tuple[int, Decimal]] = {}
    for key, (n, amount) in left.items():
        before = found.get(skus[key], (0, Decimal(0)))
        found[skus[key]] = (before[0] + n, before[1] + amount)
    return {sku: x for sku, x in found.items() if x != (0, 0)}, Decimal(creation.payload["shipping"])


@pytest.mark.django_db
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
def test_the_store_ends_with_what_lives_whenever_the_order_was_pushed(desk, data):
    sellable(desk)
    world, number = data.draw(worlds(shipped=False)), next(NUMBERS)
    arrival = data.draw(arrivals(world))
    when = data.draw(st.integers(1, len(arrival)))
    held = {sku: desk.held(sku) for sku in desk.variants}

    is_there = False
    left = [mine(number, one) for one in arrival]
    while left:
        size = data.draw(st.integers(1, 3))
        batch, left = left[:size], left[size:]
        tell(desk, *batch)
        if len(arrival) - len(left) >= when and not is_there:
            is_there = push(desk, desk.order(f"W{number}"))
    order = desk.order(f"W{number}")
    promised = {sku: n for sku in held if (n := desk.held(sku) - held[sku])}

    if order.state == "cancelled":
        assert not is_there
        assert promised == {sku: n for sku, (n, _) in world.living.items()}
        assert ("cancel" in order.troubles) is bool(world.living)
        return
    cancels = Intent.objects.system().filter(subject_id=order.id, kind="store_cancel")
    if cancels.exists():  # all that was known of it was gone; what is told since is said and promised
        assert promised == {sku: n for sku, (n, _) in world.living.items()}
        assert ("late" in order.troubles) is bool(world.living)
        return
    assert world.living
    assert is_there, order.hold_reason or order.troubles
    if "late" in order.troubles:
        orders.added_by_hand(seller_id=desk.seller_id, order_id=order.id, at=AT)
    else:
        assert promised == {}
    assert there(order) == (world.living, world.shipping)
