"""Promises and readings take the levels in one order, so that two workers never wait for each other in a ring."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from entrepot.accounts.services import create_seller
from entrepot.inventory.models import Reservation, StockLevel
from entrepot.inventory.services import absorb, give_back, record_readings, reserve

from ..goods_rows import AT, goods
from ..two_workers import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelves():
    """Two variants with promises of one line each; in the table the younger one's level and promise come first."""
    seller = create_seller(code="aydin", name="Aydın")
    tea, cup = goods(seller, 2)
    record_readings(seller_id=seller.id, readings=[(tea.id, 10), (cup.id, 10)], began_at=AT)
    reserve(seller_id=seller.id, lines=[(1, tea.id, 1), (2, cup.id, 1)], at=AT)
    with connection.cursor() as cursor:  # a written row goes to the end
        cursor.execute("UPDATE inventory_stocklevel SET variant_id = variant_id WHERE variant_id = %s", [tea.id])
        cursor.execute("UPDATE inventory_reservation SET variant_id = variant_id WHERE variant_id = %s", [tea.id])
    return tea, cup


def hold(variant) -> None:
    list(StockLevel.objects.system().select_for_update(no_key=True).filter(variant=variant))


@pytest.mark.parametrize("move", [absorb, give_back])
def test_a_move_waits_for_the_first_level_before_it_takes_the_second(shelves, move):
    tea, cup = shelves
    if move is give_back:
        absorb(seller_id=tea.seller_id, line_ids=[1, 2], at=AT + timedelta(seconds=1))

    # Had the other taken the second level first, these two would wait for each other for ever.
    later = AT + timedelta(seconds=2)  # than the reading, which cannot know of it
    with meanwhile(lambda: move(seller_id=tea.seller_id, line_ids=[2, 1], at=later), then=lambda: hold(cup)):
        hold(tea)

    # Both ended, and the move was made once: nobody was killed to let the other go on.
    moved, left = ("absorbed", 9) if move is absorb else ("released", 10)
    assert set(Reservation.objects.system().values_list("state", flat=True)) == {moved}
    assert set(StockLevel.objects.system().values_list("on_hand", flat=True)) == {left}
