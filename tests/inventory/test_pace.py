"""Held back is what sells while a channel learns of a change: pace × measured delay, as docs/rules/stock.md says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from entrepot.catalog.models import Component
from entrepot.core.errors import Invalid
from entrepot.egress.models import PushBatch
from entrepot.egress.services import measure_delays
from entrepot.events.models import Dirty
from entrepot.inventory.models import Buffer, ChannelDelay, Reservation, SalesPace
from entrepot.inventory.services import measure_paces, record_delays, record_readings, reserve, set_buffer
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.queries import stock_made
from entrepot.listings.services import compute_stock_levels

from ..goods_rows import AT, goods, listings, market
from ..rule_tables import table

pytestmark = pytest.mark.django_db
PACED = table("stock.md", "Held back by pace")


@pytest.fixture
def front(aydin):
    return market(aydin).storefronts.get()


def sold(variant, days_ago: float, pieces: int, line: int) -> None:
    at = AT - timedelta(days=days_ago)
    reserve(seller_id=variant.seller_id, lines=[(line, variant.id, pieces)], at=at)
    Reservation.objects.system().filter(line_id=line).update(state="absorbed", ended_at=at)


def published(variant) -> int:
    compute_stock_levels(variant_ids=[variant.id], at=AT)
    return int(ListingLevel.objects.system().get(listing__variant=variant, lane="stock").desired_value)


def test_the_page_has_its_examples():
    assert len(PACED) == 6


@pytest.mark.parametrize("row", PACED, ids=lambda row: row["case"])
def test_what_is_held_back_by_pace(aydin, front, row):
    (tea,) = goods(aydin, 1)
    listings([tea])
    record_readings(seller_id=aydin.id, readings=[(tea.id, 100)], began_at=AT)
    set_buffer(seller_id=aydin.id, pace=Decimal(row["pace"]))
    if Decimal(row["a day"]):
        SalesPace.objects.create(seller=aydin, variant=tea, per_day=Decimal(row["a day"]), measured_at=AT)
    if row["delay s"] != "not measured":
        record_delays(delays={(aydin.id, front.id): (Decimal(row["delay s"]), 10)}, at=AT)

    assert 100 - published(tea) == int(row["held back"])
    made = stock_made(listing_id=Listing.objects.system().get().id)
    assert (made.cover, made.is_measured) == (int(row["held back"]), row["delay s"] != "not measured")
    assert made.published == published(tea)


def test_the_pace_is_the_busier_of_a_day_and_a_week_and_what_was_cancelled_was_no_sale(aydin):
    steady, sudden, cancelled, old = goods(aydin, 4)
    for n in range(7):
        sold(steady, n + 0.5, 4, line=n + 1)
    sold(sudden, 0.1, 14, line=11)
    sold(cancelled, 0.1, 5, line=12)
    Reservation.objects.system().filter(line_id=12).update(state="released")
    sold(old, 8, 70, line=13)

    measure_paces(at=AT)

    found = dict(SalesPace.objects.system().values_list("variant_id", "per_day"))
    assert found == {steady.id: Decimal(4), sudden.id: Decimal(14)}

    measure_paces(at=AT + timedelta(days=5))  # the sudden one sold 14 in seven days; the steady one 8
    found = dict(SalesPace.objects.system().values_list("variant_id", "per_day"))
    assert found == {steady.id: Decimal("1.14"), sudden.id: Decimal(2)}

    measure_paces(at=AT + timedelta(days=9))
    assert not SalesPace.objects.system().exists()


def test_only_goods_of_who_holds_back_by_pace_are_computed_again(aydin, borealis):
    (tea,), (coffee,) = goods(aydin, 1), goods(borealis, 1)
    sold(tea, 0.1, 2, line=1)
    sold(coffee, 0.1, 2, line=2)
    set_buffer(seller_id=aydin.id, pace=Decimal(1))
    set_buffer(seller_id=borealis.id, pieces=1)
    Dirty.objects.all().delete()

    assert measure_paces(at=AT) == [tea.id]
    assert measure_paces(at=AT) == []
    assert list(Dirty.objects.values_list("kind", "subject_id")) == [("stock", tea.id)]


def test_the_delay_is_what_nineteen_of_twenty_settled_requests_take(aydin, front):
    def request(took_s: float, state: str = "settled", days_ago: float = 0) -> None:
        made = AT - timedelta(days=days_ago, minutes=5)
        PushBatch.objects.create(
            seller=aydin, channel=front.channel, storefront=front, capability="push_offers", state=state, item_count=1,
            made_at=made, settled_at=made + timedelta(seconds=took_s),
        )  # fmt: skip

    for seconds in range(1, 22):
        request(seconds)
    request(300, state="failed")
    request(300, days_ago=2)

    measure_delays(at=AT)

    row = ChannelDelay.objects.system().get()
    assert (row.storefront_id, row.delay_s, row.request_count) == (front.id, Decimal(20), 21)


def test_a_delay_that_wavers_moves_nothing_and_one_that_grows_does(aydin, front):
    (tea,) = goods(aydin, 1)
    sold(tea, 0.1, 2, line=1)
    measure_paces(at=AT)
    set_buffer(seller_id=aydin.id, pace=Decimal(1))
    record_delays(delays={(aydin.id, front.id): (Decimal(10), 5)}, at=AT)

    assert record_delays(delays={(aydin.id, front.id): (Decimal("10.9"), 5)}, at=AT) == []
    assert record_delays(delays={(aydin.id, front.id): (Decimal("11.1"), 5)}, at=AT) == [tea.id]


def test_a_kit_sells_as_fast_as_its_fastest_part_would_have_it(aydin, front):
    kit, cup, saucer = goods(aydin, 3)
    listings([kit])
    Component.objects.create(seller=aydin, kit=kit, part=cup, quantity=2)
    Component.objects.create(seller=aydin, kit=kit, part=saucer, quantity=1)
    record_readings(seller_id=aydin.id, readings=[(cup.id, 200), (saucer.id, 100)], began_at=AT)
    SalesPace.objects.create(seller=aydin, variant=cup, per_day=Decimal(864), measured_at=AT)
    SalesPace.objects.create(seller=aydin, variant=saucer, per_day=Decimal(86), measured_at=AT)
    set_buffer(seller_id=aydin.id, pace=Decimal(1))
    record_delays(delays={(aydin.id, front.id): (Decimal(1000), 5)}, at=AT)

    assert published(kit) == 95  # cups for 432 kits a day: 5 in 1000 s


def test_a_buffer_of_a_channel_stands_between_storefront_and_all(aydin):
    channel = market(aydin, codes=("TR", "DE"))
    tea, cup = goods(aydin, 2)
    listings([tea, cup])
    record_readings(seller_id=aydin.id, readings=[(tea.id, 100), (cup.id, 100)], began_at=AT)
    home = channel.storefronts.get(code="TR")
    set_buffer(seller_id=aydin.id, pieces=1)
    set_buffer(seller_id=aydin.id, pieces=2, channel_id=channel.id)
    set_buffer(seller_id=aydin.id, pieces=3, storefront_id=home.id)
    set_buffer(seller_id=aydin.id, pieces=4, variant_id=tea.id)
    set_buffer(seller_id=aydin.id, pieces=5, variant_id=tea.id, channel_id=channel.id)
    set_buffer(seller_id=aydin.id, pieces=6, variant_id=tea.id, storefront_id=home.id)

    compute_stock_levels(variant_ids=[tea.id, cup.id], at=AT)

    rows = ListingLevel.objects.system().filter(lane="stock").order_by("listing__variant__id", "storefront__code")
    assert [int(100 - r.desired_value) for r in rows] == [5, 6, 2, 3]


def test_what_is_no_buffer_is_refused(aydin, front):
    with pytest.raises(Invalid):
        set_buffer(seller_id=aydin.id, pace=Decimal(-1))
    with pytest.raises(Invalid):
        set_buffer(seller_id=aydin.id, pace=Decimal(101))
    with pytest.raises(Invalid):
        set_buffer(seller_id=aydin.id, storefront_id=front.id, channel_id=front.channel_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Buffer.objects.create(seller=aydin, storefront=front, channel=front.channel)
    assert not Buffer.objects.system().exists()
