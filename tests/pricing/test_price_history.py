"""What was asked, change by change: only changes, with the step that made it another price, and whose doing it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.channels.models import Storefront
from entrepot.core.acting import acting
from entrepot.core.clock import now
from entrepot.pricing.models import PriceChange
from entrepot.pricing.queries import price_history
from entrepot.pricing.services import compute_prices, load_fx_csv, set_base_prices, set_rule

from ..goods_rows import goods, market

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def tea(aydin):
    market(aydin, codes=("DE",))
    (variant,) = goods(aydin, 1, vat_rate=Decimal("0.20"))
    load_fx_csv(at=AT, text="day,base,quote,rate\n2026-11-23,EUR,TRY,40\n2026-11-24,EUR,TRY,50\n")
    return variant


def base(variant, regular, sale=None, source="store"):
    rows = [(variant.id, regular and Decimal(regular), sale and Decimal(sale))]
    set_base_prices(
        seller_id=variant.seller_id, rows=rows, currency="TRY", is_tax_included=True, source=source, at=now()
    )


def compute(variant, day=DAY):
    compute_prices(variant_ids=[variant.id], day=day, at=AT)


def told(variant):
    rows = price_history(seller_id=variant.seller_id, variant_id=variant.id)
    return [(c.old_sale, c.sale, c.why, c.by) for c in reversed(rows)]


def test_the_first_step_that_differs_is_the_reason_and_names_who(tea):
    front = Storefront.objects.system().get()
    base(tea, "240.00")
    compute(tea, date(2026, 11, 23))
    compute(tea, date(2026, 11, 23))
    compute(tea)
    with acting("fatma"):
        set_rule(seller_id=tea.seller_id, storefront_id=front.id, markup_rate=Decimal("0.50"))
    compute(tea)
    with acting("emre"):
        base(tea, "480.00", source="hub")
    compute(tea)

    # 240 less 20 % is 200 net: 5 EUR at 40, 4 at 50; plus 20 % VAT. 50 % more is 7.20; twice the base is 14.40.
    assert [(old, new) for old, new, _, _ in told(tea)] == [
        (None, Decimal("6.00")),
        (Decimal("6.00"), Decimal("4.80")),
        (Decimal("4.80"), Decimal("7.20")),
        (Decimal("7.20"), Decimal("14.40")),
    ]
    (_, _, first, store), (_, _, rate, nobody), (_, _, rule, fatma), (_, _, asked, emre) = told(tea)
    assert (first, store) == ("first", "store")
    assert rate.startswith("exchange: ") and "2026-11-23" in rate and "2026-11-24" in rate and nobody == ""
    assert rule == "markup: – → + 50.00%" and fatma == "fatma"
    assert asked.startswith("base: 240.0000") and "480.0000" in asked and emre == "emre"


def test_a_price_that_is_lost_and_found_again_is_told_both_times(tea):
    base(tea, "240.00")
    compute(tea)
    base(tea, None)
    compute(tea)
    base(tea, "240.00")
    compute(tea)

    assert [(old, new) for old, new, _, _ in told(tea)] == [
        (None, Decimal("4.80")), (Decimal("4.80"), None), (None, Decimal("4.80")),
    ]  # fmt: skip
    assert "no base price" in told(tea)[1][2]


def test_only_the_crossed_out_price_changed(tea):
    base(tea, "240.00", "120.00")
    compute(tea)
    base(tea, "360.00", "120.00")
    compute(tea)

    (change, first) = price_history(seller_id=tea.seller_id, variant_id=tea.id)
    assert (first.old_list, first.list) == (None, Decimal("4.80"))
    assert (change.old_sale, change.sale, change.old_list, change.list) == (
        Decimal("2.40"), Decimal("2.40"), Decimal("4.80"), Decimal("7.20")
    )  # fmt: skip
    assert change.why == "regular"


def test_another_way_to_the_same_price_is_no_change(tea):
    front = Storefront.objects.system().get()
    set_rule(seller_id=tea.seller_id, storefront_id=front.id, ending="0.99")
    base(tea, "240.00")
    compute(tea)

    base(tea, "240.10")
    compute(tea)

    assert PriceChange.objects.count() == 1


def test_another_sellers_history_does_not_exist(tea, borealis):
    base(tea, "240.00")
    compute(tea)

    assert price_history(seller_id=borealis.id, variant_id=tea.id) == []
