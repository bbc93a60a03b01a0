"""Observed against expected: a figure a pass, by storefront."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.channels.models import Storefront
from entrepot.kit import records
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.queries import drift_by_channel, reconciliations
from entrepot.listings.services import end_pass, note_observed
from entrepot.panel import drift

from ..goods_rows import AT, goods, listings, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def front(aydin):
    """Four listings live for long, with 5 pieces at 100.00, as acknowledged."""
    channel = market(aydin)
    rows = listings(goods(aydin, 4))
    Listing.objects.system().update(state="live", live_at=AT - timedelta(hours=1))
    ListingLevel.objects.system().filter(lane="stock").update(
        desired_value=5, acknowledged_value=5, acknowledged_at=AT - timedelta(minutes=5)
    )
    ListingLevel.objects.system().filter(lane="price").update(
        desired_value=100, desired_list=100, acknowledged_value=100, acknowledged_list=100,
        acknowledged_at=AT - timedelta(minutes=5),
    )  # fmt: skip
    assert len(rows) == 4
    return Storefront.objects.system().get(channel=channel)


def page(front, shown: dict[int, tuple[int, str]], at=AT) -> None:
    """What a page shows: number of the listing → pieces and price."""
    refs = list(Listing.objects.system().order_by("id").values_list("listing_ref", flat=True))
    observed = [
        records.Observed(
            listing_ref=refs[n], state="live", quantity=pieces, sale_price=Decimal(price), list_price=Decimal(price)
        )
        for n, (pieces, price) in shown.items()
    ]
    note_observed(storefront_id=front.id, observed=observed, at=at, is_pass=True)


def end(front, at=AT) -> None:
    end_pass(seller_id=front.seller_id, storefront_id=front.id, began_at=at, at=at + timedelta(seconds=9))


def told(front) -> tuple[int, ...]:
    (r,) = reconciliations(channel_id=front.channel_id)
    return (
        r.last_compared, r.last_stock_otherwise, r.last_stock_lower, r.last_price_otherwise, r.last_unseen, r.drift_ever
    )  # fmt: skip


def test_pages_of_a_pass_add_up_and_stand_when_it_has_ended(front):
    page(front, {0: (5, "100"), 1: (9, "100")})
    assert reconciliations(channel_id=front.channel_id) == []
    page(front, {2: (3, "90")})
    end(front)

    # Of three listings with two lanes each: one has more, one has less and another price; one was not shown.
    assert told(front) == (6, 1, 1, 1, 1, 2)
    assert drift_by_channel() == {(front.channel_id, "stock"): 1, (front.channel_id, "price"): 1}


def test_what_was_otherwise_is_sent_again_and_is_no_drift_twice(front):
    page(front, dict.fromkeys(range(4), (9, "100")))
    end(front)
    assert ListingLevel.objects.system().filter(lane="stock", is_due=True).count() == 4

    later = AT + timedelta(minutes=1)
    ListingLevel.objects.system().filter(lane="stock").update(
        acknowledged_value=5, acknowledged_at=AT + timedelta(seconds=20), is_due=False
    )
    page(front, dict.fromkeys(range(4), (5, "100")), at=later)
    end(front, at=later)

    assert told(front) == (8, 0, 0, 0, 0, 4)


def test_what_is_in_flight_or_younger_than_the_pass_is_not_compared(front):
    flying, young, *_ = ListingLevel.objects.system().filter(lane="stock").order_by("id")
    ListingLevel.objects.system().filter(id=flying.id).update(batch_id=1)
    ListingLevel.objects.system().filter(id=young.id).update(acknowledged_at=AT + timedelta(seconds=1))

    page(front, dict.fromkeys(range(4), (9, "100")))
    end(front)

    assert told(front)[:3] == (6, 2, 0)


def test_a_pass_that_broke_off_leaves_the_figures_of_the_last_one_and_an_old_one_too(front):
    page(front, dict.fromkeys(range(4), (5, "100")))
    end(front)
    broken, older = AT + timedelta(minutes=1), AT - timedelta(minutes=1)

    page(front, {0: (9, "100")}, at=broken)
    end(front, at=older)

    assert told(front) == (8, 0, 0, 0, 0, 0)


def test_a_pass_that_shows_nothing_has_missed_everything(front):
    end(front)

    assert told(front) == (0, 0, 0, 0, 4, 0)


def test_the_page_of_the_channel_shows_the_figures(front, django_assert_num_queries):
    assert drift.of_channel(None, front.channel) == []
    page(front, {0: (9, "100"), 1: (4, "100")})
    end(front)

    with django_assert_num_queries(1):
        (table,) = drift.of_channel(None, front.channel)

    ((_, _, compared, more, lower, price, unseen, ever),) = table.rows
    assert (compared, lower, price, ever) == (4, 1, 0, 1)
    assert "1" in more and "2" in unseen
