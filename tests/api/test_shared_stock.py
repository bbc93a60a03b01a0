"""What only counts the stock that variations share is no goods over HTTP."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import Variant
from entrepot.catalog.services import share_stock

from ..goods_rows import goods, store

pytestmark = pytest.mark.django_db


def test_shared_stock_is_in_no_list_and_has_no_page(api, keys, aydin):
    shop = store(aydin)
    rows = goods(aydin, 2, source=shop)
    ids = [v.id for v in rows]
    share_stock(
        seller_id=aydin.id, channel_id=shop.id, seen=ids, shared=dict.fromkeys(ids, rows[0].product.product_ref)
    )
    (pool,) = Variant.with_pools.filter(is_pool=True)
    mine = api(keys.aydin)

    assert [v["id"] for v in mine.get("/variants").json()["items"]] == ids
    assert [v["variant_id"] for v in mine.get("/stock").json()["items"]] == ids
    assert [v["id"] for v in mine.get(f"/products/{pool.product_id}").json()["variants"]] == [ids[0]]
    assert mine.get(f"/variants/{pool.id}").status_code == 404
    assert mine.get(f"/variants?sku={pool.sku}").json()["items"] == []
