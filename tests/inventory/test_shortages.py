"""A shortage ends when what was missing is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.inventory.models import Shortage
from entrepot.inventory.services import absorb, end_covered, record_readings, release, reserve
from entrepot.listings.services import compute_stock_levels

from ..goods_rows import AT, goods

pytestmark = pytest.mark.django_db


def at(seconds: float):
    return AT + timedelta(seconds=seconds)


@pytest.fixture
def tea(aydin):
    """Two on hand; three are sold, and the shop has taken the order."""
    (variant,) = goods(aydin, 1)
    counted(variant, 0, 2)
    reserve(seller_id=variant.seller_id, lines=[(1, variant.id, 3)], at=at(1))
    absorb(seller_id=variant.seller_id, line_ids=[1], at=at(2))
    return variant


def counted(tea, began: float, quantity: int) -> None:
    record_readings(seller_id=tea.seller_id, readings=[(tea.id, quantity)], began_at=at(began))


def endings():
    return list(Shortage.objects.system().order_by("line_id").values_list("line_id", "ending", "ended_at"))


def test_it_ends_when_the_shop_has_bought_enough_and_not_before(tea):
    counted(tea, 3, -1)
    assert end_covered(variant_ids=[tea.id], at=at(3)) == 0

    counted(tea, 4, 0)

    assert end_covered(variant_ids=[tea.id], at=at(5)) == 1
    assert end_covered(variant_ids=[tea.id], at=at(6)) == 0
    assert endings() == [(1, "restocked", at(5))]


def test_it_ends_when_another_order_of_the_same_goods_is_over(tea):
    counted(tea, 3, 1)
    reserve(seller_id=tea.seller_id, lines=[(2, tea.id, 1)], at=at(4))
    reserve(seller_id=tea.seller_id, lines=[(3, tea.id, 1)], at=at(5))
    end_covered(variant_ids=[tea.id], at=at(5))
    assert [ended for _, _, ended in endings()] == [None, None]

    release(seller_id=tea.seller_id, line_ids=[2], at=at(6))

    assert end_covered(variant_ids=[tea.id], at=at(7)) == 2


def test_shortages_of_other_goods_stay(tea):
    counted(tea, 3, 5)

    assert end_covered(variant_ids=[tea.id + 1], at=at(4)) == 0


def test_whoever_hears_of_changed_stock_ends_them(tea):
    counted(tea, 3, 4)

    compute_stock_levels(variant_ids=[tea.id], at=at(4))

    assert [ending for _, ending, _ in endings()] == ["restocked"]
