"""Rates have a day: tomorrow's count tomorrow, and old ones stop the sale, though nobody touches the goods."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels.models import Storefront
from entrepot.core.clock import now
from entrepot.egress.services import compute_dirty
from entrepot.events.models import Dirty
from entrepot.listings.models import ListingLevel
from entrepot.pricing.models import Price
from entrepot.pricing.services import begin_day, load_fx_csv, set_base_prices, set_rule
from entrepot.pricing.tasks import begin_price_day

from ..goods_rows import goods, listings, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def abroad(aydin):
    """A variant of 120.00 TRY, listed in TR and DE; one euro is 40 TRY today, and 20 from tomorrow on."""
    channel = market(aydin, codes=("TR", "DE"))
    (variant,) = goods(aydin, 1, vat_rate=Decimal("0.20"))
    told = {"seller_id": aydin.id, "currency": "TRY", "is_tax_included": True, "at": now()}
    set_base_prices(**told, rows=[(variant.id, Decimal(120), None)])
    today = now().date()
    rates = [f"{today},EUR,TRY,40", f"{today + timedelta(days=1)},EUR,TRY,20"]
    load_fx_csv(at=now(), text="\n".join(["day,base,quote,rate", *rates]))
    german = Storefront.objects.system().get(channel=channel, code="DE")
    set_rule(seller_id=aydin.id, storefront_id=german.id, vat_rate=Decimal("0.20"))
    listings([variant])
    work(now())
    return variant


def work(at):
    for kind in ("price", "stock", "content"):
        compute_dirty(kind=kind, at=at)


def price(code="DE"):
    return Price.objects.system().get(storefront__code=code)


def test_a_rate_for_tomorrow_counts_from_tomorrow_on(abroad):
    assert price().sale_price == Decimal("3.00")
    tomorrow = now() + timedelta(days=1)

    assert begin_day(at=tomorrow)
    work(tomorrow)

    assert price().sale_price == Decimal("6.00")


def test_a_rate_that_has_grown_too_old_stops_the_sale_abroad_and_nowhere_else(abroad):
    later = now() + timedelta(days=60)

    begin_day(at=later)
    work(later)

    assert price().sale_price is None and "no exchange rate" in price().problem
    assert price("TR").sale_price == Decimal("120.00")
    stock = ListingLevel.objects.system().filter(lane="stock", listing__storefront__code="DE")
    assert set(stock.values_list("desired_value", flat=True)) <= {0, None}


def test_a_day_begins_once(abroad):
    begin_price_day(timestamp=0)
    Dirty.objects.all().delete()

    assert begin_day(at=now()) is False
    assert not Dirty.objects.exists()
