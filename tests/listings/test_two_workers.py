"""Two workers compute the same listing: the last truth stays, whoever writes last."""

from __future__ import annotations

import pytest

from entrepot.accounts.services import create_seller
from entrepot.catalog.models import Product
from entrepot.listings.models import Listing
from entrepot.listings.services import compute_content

from ..goods_rows import AT, goods, listings, market, words
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
