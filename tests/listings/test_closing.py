"""Off sale in two steps: stock 0 as the marketplace acknowledged it, then the close; and what it shows meanwhile."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from entrepot.accounts.services import create_seller
from entrepot.kit import records
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import note_observed, zeroed

from ..goods_rows import AT, goods, listings, market, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(db):
    """A live listing with 5 pieces acknowledged a minute ago, nothing due."""
    seller = create_seller(code="aydin", name="Aydın")
    words()
    market(seller)
    (made,) = listings(goods(seller, 1))
    Listing.objects.system().update(state="live", live_at=AT - timedelta(days=1), listing_ref="CAY")
    stock().update(
        desired_value=5, acknowledged_value=5, acknowledged_at=AT - timedelta(minutes=1), is_due=False, batch_id=None
    )
    made.refresh_from_db()
    return made


def stock():
    return ListingLevel.objects.system().filter(lane="stock")


def shows(row, quantity):
    seen = records.Observed(listing_ref="CAY", state="live", quantity=quantity)
    note_observed(storefront_id=row.storefront_id, observed=[seen], at=AT)
    return stock().get()


@pytest.mark.parametrize(
    ("level", "may_close"),
    [
        ({"acknowledged_value": 0}, True),
        ({"acknowledged_value": 5, "desired_value": 0}, False),  # a zero that is only wanted
        ({"acknowledged_value": None, "desired_value": 0}, False),  # nobody knows what it holds
        ({"acknowledged_value": 0, "batch_id": 77}, False),  # something else may be on its way
    ],
)
def test_only_what_has_no_stock_there_is_closed(row, level, may_close):
    stock().update(**level)

    assert (row.id in zeroed(rows=[row])) is may_close


def test_what_is_not_on_sale_is_not_closed_either(row):
    stock().update(acknowledged_value=0)
    row.live_at = None

    assert zeroed(rows=[row]) == set()


def test_what_is_seen_takes_the_place_of_what_was_acknowledged(row):
    level = shows(row, 9)

    assert (level.observed_value, level.acknowledged_value, level.is_due) == (9, 9, True)
    assert level.not_before == AT


@pytest.mark.parametrize(
    "moving",
    [{"batch_id": 77}, {"acknowledged_at": AT + timedelta(seconds=1)}, {"acknowledged_at": AT}],
    ids=["in flight", "acknowledged after the reading began", "at the same moment"],
)
def test_a_reading_that_may_be_older_than_what_was_sent_proves_nothing(row, moving):
    stock().update(**moving)

    level = shows(row, 9)

    assert (level.observed_value, level.acknowledged_value, level.is_due) == (Decimal(9), Decimal(5), False)
