"""A storefront is closed with everything in it, stock first, and opened again."""

from __future__ import annotations

import pytest

from entrepot.channels.models import Storefront
from entrepot.core.errors import Refused
from entrepot.events.models import Dirty
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import close_storefront, compute_content, compute_stock_levels, reopen_storefront

from ..goods_rows import AT, goods, listings, market, words
from .test_content import ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def front(aydin):
    words()
    channel = market(aydin, ("TR", "DE"))
    return channel.storefronts.get(code="TR")


def computed(variants):
    ids = [v.id for v in variants]
    compute_content(variant_ids=ids, at=AT)
    compute_stock_levels(variant_ids=ids, at=AT)


def test_closing_takes_stock_to_zero_first_and_leaves_the_other_country_alone(aydin, front):
    variants = goods(aydin, 2)
    rows = listings(variants)
    ready(aydin, variants)
    Listing.objects.for_seller(aydin.id).update(state="live", live_at=AT)

    count = close_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
    marks = set(Dirty.objects.values_list("kind", "subject_id"))
    computed(variants)

    assert count == 2
    assert {(kind, v.id) for kind in ("stock", "content") for v in variants} <= marks
    states = dict(Listing.objects.for_seller(aydin.id).values_list("id", "state"))
    here = {r.id for r in rows if r.storefront_id == front.id}
    assert {states[i] for i in here} == {"closing"}  # closed only when the marketplace has taken the zero
    assert "closing" not in {states[i] for i in set(states) - here}
    stock = ListingLevel.objects.for_seller(aydin.id).filter(lane="stock", listing__in=here)
    assert {(level.desired_value, level.is_urgent) for level in stock} == {(0, True)}


def test_opening_puts_back_on_sale_what_was_closed(aydin, front):
    variants = goods(aydin, 1)
    ready(aydin, variants)
    mine = Listing.objects.for_seller(aydin.id).filter(storefront=front)
    mine.update(state="live", live_at=AT)
    close_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
    computed(variants)
    mine.update(state="closed", live_at=None)
    computed(variants)
    still = mine.get().state

    reopen_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
    computed(variants)

    assert still == "closed"
    assert (mine.get().state, mine.get().missing) == ("queued", [])


def test_it_is_closed_once_and_by_its_own_seller(aydin, borealis, front):
    with pytest.raises(Storefront.DoesNotExist):
        close_storefront(seller_id=borealis.id, storefront_id=front.id, at=AT)
    close_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)

    with pytest.raises(Refused, match="closed already"):
        close_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
    reopen_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
    with pytest.raises(Refused, match="open already"):
        reopen_storefront(seller_id=aydin.id, storefront_id=front.id, at=AT)
