"""Two workers compute the same listing: the last truth stays, whoever writes last."""

from __future__ import annotations

from decimal import Decimal

import pytest

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Product, Variant
from entrepot.channels.models import Storefront
from entrepot.kit import records
from entrepot.listings.models import Listing
from entrepot.listings.services import adopt, compute_content, make_listings

from ..goods_rows import AT, goods, gtin, listings, market, words
from ..two_workers import meanwhile


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_read_before_an_edit_does_not_write_over_one_that_read_after():
    seller = create_seller(code="aydin", name="Aydın")
    words()
    market(seller)
    (variant,) = goods(seller, 1)
    (row,) = listings([variant])

    edit = Product.objects.system().filter(id=variant.product_id)
    with meanwhile(
        lambda: compute_content(variant_ids=[variant.id], at=AT), then=lambda: edit.update(title="Bergamotlu çay")
    ):
        compute_content(variant_ids=[variant.id], at=AT)  # holds the listing until the end of this block

    assert Listing.objects.system().get(id=row.id).content["title"] == "Bergamotlu çay"


@pytest.fixture
def tea():
    """An approved variant whose marketplace knows it by its SKU."""
    seller = create_seller(code="aydin", name="Aydın")
    words()
    market(seller)
    return goods(seller, 1)[0]


def adopted(variant):
    """The marketplace shows it live; the number of listings adopted."""
    seen = records.Observed(listing_ref=variant.sku, state="live", sku=variant.sku, quantity=7, sale_price=Decimal(10))
    return adopt(storefront_id=Storefront.objects.system().get().id, observed=[seen], at=AT)


@pytest.mark.django_db(transaction=True)
def test_what_is_live_is_adopted_though_another_worker_makes_its_draft_meanwhile(tea):
    with meanwhile(lambda: adopted(tea)) as told:
        make_listings(variant_ids=[tea.id])

    assert told == [1]
    assert Listing.objects.system().values_list("state", "listing_ref").get() == ("live", tea.sku)


@pytest.mark.django_db(transaction=True)
def test_a_listing_that_was_adopted_meanwhile_keeps_the_marketplaces_ref(tea):
    listings([tea])
    Variant.objects.system().filter(id=tea.id).update(gtin=gtin(77))  # a draft would follow

    with meanwhile(lambda: make_listings(variant_ids=[tea.id])):
        adopted(tea)

    assert Listing.objects.system().values_list("state", "listing_ref").get() == ("live", tea.sku)
