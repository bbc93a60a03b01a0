"""The explanation of a published stock ends at what is published."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.inventory.services import record_delays, record_readings, reserve, set_buffer
from entrepot.listings import made
from entrepot.listings.models import ListingLevel
from entrepot.listings.published import UNMEASURED_S
from entrepot.listings.services import close_storefront, compute_stock_levels

from ..goods_rows import AT, goods, listings, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(aydin):
    market(aydin)
    (tea,) = goods(aydin, 1)
    record_readings(seller_id=aydin.id, readings=[(tea.id, 20)], began_at=AT)
    reserve(seller_id=aydin.id, lines=[(1, tea.id, 3)], at=AT)
    return listings([tea])[0]


def steps(listing) -> list[tuple[str, str]]:
    (table,) = made.section(listing)
    return [(str(step), str(pieces)) for step, pieces, _ in table.rows]


def test_every_step_stands_there_and_the_last_is_what_is_computed(aydin, listing):
    set_buffer(seller_id=aydin.id, pieces=2, fraction=Decimal("0.10"), pace=Decimal(1))

    shown = steps(listing)
    compute_stock_levels(variant_ids=[listing.variant_id], at=AT)

    assert shown == [
        ("available", "17"), ("held back", "-2"), ("held back", "-2"), ("held back", "0"), ("at most", "20000"),
        ("published", "13"),
    ]  # fmt: skip
    assert ListingLevel.objects.system().get(listing=listing, lane="stock").desired_value == 13


def test_a_delay_that_was_measured_is_told_apart_from_a_guess(aydin, listing):
    (table,) = made.section(listing)
    assert f"{UNMEASURED_S} s to acknowledge, not measured yet" in str(table.rows[3])

    record_delays(delays={(aydin.id, listing.storefront_id): (Decimal(12), 9)}, at=AT)

    (table,) = made.section(listing)
    assert "12 s to acknowledge" in str(table.rows[3])
    assert "not measured" not in str(table.rows[3])


def test_what_is_not_sold_at_all_says_why(aydin, listing):
    close_storefront(seller_id=aydin.id, storefront_id=listing.storefront_id, at=AT)

    assert steps(listing)[-2:] == [("stopped", "0"), ("published", "0")]
