"""The page of a variant tells how stock and prices became what they are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.inventory.services import record_readings
from entrepot.panel import histories
from entrepot.pricing.services import compute_prices, set_base_prices

from ..goods_rows import AT, goods, market

pytestmark = pytest.mark.django_db


def test_changes_stand_newest_first_with_who_and_why(aydin, django_assert_num_queries):
    market(aydin)
    (tea,) = goods(aydin, 1)
    for pieces in (5, 7):
        record_readings(seller_id=aydin.id, readings=[(tea.id, pieces)], began_at=AT)
    for amount in ("100", "110"):
        rows = [(tea.id, Decimal(amount), None)]
        set_base_prices(seller_id=aydin.id, rows=rows, currency="TRY", is_tax_included=True, at=AT)
        compute_prices(variant_ids=[tea.id], day=AT.date(), at=AT)

    with django_assert_num_queries(3):
        stock, prices = histories.of_variant(tea)

    assert [row[2:] for row in stock.rows] == [(5, 7, "counted", "store"), ("–", 5, "counted", "store")]
    assert [row[2:4] for row in prices.rows] == [("100.00 TRY", "110.00 TRY"), ("–", "100.00 TRY")]
    assert [row[4:] for row in prices.rows] == [
        ("base: 100.0000 TRY, with tax → 110.0000 TRY, with tax", "store"), ("first price", "store"),
    ]  # fmt: skip
