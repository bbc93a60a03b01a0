"""Some pieces of what the store had taken come back, once, and only as far as no reading has told of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.catalog.models import Component
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.inventory.services import absorb, give_back, lower, record_readings, reserve
from entrepot.inventory.services.pieces import give_back_some

from ..goods_rows import AT, goods

pytestmark = pytest.mark.django_db


def at(seconds):
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def tea(aydin):
    """Ten on the shelf, of which the store took three for line 1."""
    (variant,) = goods(aydin, 1)
    record_readings(seller_id=aydin.id, readings=[(variant.id, 10)], began_at=at(0))
    reserve(seller_id=aydin.id, lines=[(1, variant.id, 3)], at=at(1))
    absorb(seller_id=aydin.id, line_ids=[1], at=at(2))
    return variant


def on_hand(tea):
    return StockLevel.objects.system().get(variant=tea).on_hand


def back(tea, pieces, **more):
    return give_back_some(seller_id=tea.seller_id, lines=[(1, pieces)], **{"asked_at": at(3), "at": at(4), **more})


def test_a_part_comes_back_and_the_rest_when_the_whole_is_cancelled(tea):
    assert on_hand(tea) == 7

    assert back(tea, 2) == [tea.id]
    assert on_hand(tea) == 9
    give_back(seller_id=tea.seller_id, line_ids=[1], at=at(5))
    assert on_hand(tea) == 10 and Reservation.objects.system().get().state == "released"


def test_no_more_comes_back_than_was_taken(tea):
    back(tea, 5)
    back(tea, 5)

    assert on_hand(tea) == 10 and Reservation.objects.system().get().state == "released"


@pytest.mark.parametrize("asked_at", [at(3), None], ids=["a reading began after it was asked", "nobody knows when"])
def test_what_a_reading_may_tell_already_is_not_added(tea, asked_at):
    record_readings(seller_id=tea.seller_id, readings=[(tea.id, 8)], began_at=at(3.5))

    back(tea, 1, asked_at=asked_at)

    assert on_hand(tea) == 8 and Reservation.objects.system().get().quantity == 2


def test_another_sellers_line_gives_nothing(tea, borealis):
    assert give_back_some(seller_id=borealis.id, lines=[(1, 1)], asked_at=at(3), at=at(4)) == []
    assert on_hand(tea) == 7


@pytest.mark.parametrize("recipe", [{"A": 3, "B": 1}, {"A": 1, "B": 1}, {"A": 2}, {"A": 2, "B": 1}])
@pytest.mark.parametrize("is_taken", [True, False], ids=["taken", "promised"])
def test_the_parts_of_a_kit_come_back_as_they_were_promised_whatever_it_is_made_of_now(aydin, recipe, is_taken):
    a, b, kit = goods(aydin, 3)
    record_readings(seller_id=aydin.id, readings=[(a.id, 10), (b.id, 10)], began_at=at(0))
    make(kit, {a: 2, b: 1})
    reserve(seller_id=aydin.id, lines=[(1, kit.id, 3)], at=at(1))
    if is_taken:
        absorb(seller_id=aydin.id, line_ids=[1], at=at(2))
    make(kit, {{"A": a, "B": b}[name]: count for name, count in recipe.items()})

    if is_taken:
        back(kit, 1)
        assert (on_hand(a), on_hand(b)) == (6, 8)
        back(kit, 2)
        assert (on_hand(a), on_hand(b)) == (10, 10)
    else:
        lower(seller_id=aydin.id, lines=[(1, 2)], at=at(2))
        assert dict(Reservation.objects.system().values_list("variant_id", "quantity")) == {a.id: 4, b.id: 2}
        lower(seller_id=aydin.id, lines=[(1, 1)], at=at(3))
        assert dict(Reservation.objects.system().values_list("variant_id", "quantity")) == {a.id: 2, b.id: 1}


def make(kit, parts):
    Component.objects.system().filter(kit=kit).delete()
    for part, quantity in parts.items():
        Component.objects.create(seller_id=kit.seller_id, kit=kit, part=part, quantity=quantity)
