"""Goods that a pass missed, over HTTP: read by all of the seller, approved by who may write, seen by nobody else."""

from __future__ import annotations

import pytest

from entrepot.catalog.services import unpublish_missing
from entrepot.channels.services import bind_many
from entrepot.ingress.models import Feed
from entrepot.ingress.services.gone import WHOLE_STOCK

from ..goods_rows import AT, goods, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel(aydin):
    """A shop of four whose last pass showed nothing."""
    row = store(aydin)
    Feed.objects.create(seller=aydin, channel=row, name=WHOLE_STOCK, every_s=30, not_before=AT.replace(year=2099))
    pairs = [(v.id, v.sku, "") for v in goods(aydin, 4, source=row)]
    bind_many(seller_id=aydin.id, channel_id=row.id, kind="variant", pairs=pairs)
    unpublish_missing(seller_id=aydin.id, channel_id=row.id, seen_variant_refs=[], at=AT)
    return row


def test_who_may_write_says_that_goods_left_and_the_next_pass_is_due(api, keys, channel):
    path = f"/channels/{channel.id}/missing"
    told = api(keys.clerk).get(path).json()
    assert (told["missing_count"], told["known_count"], told["needs_person"]) == (4, 4, True)
    assert told["approved_at"] is None

    assert api(keys.borealis).post(f"{path}/approve").status_code == 404
    assert api(keys.clerk).post(f"{path}/approve").status_code == 403
    assert api(keys.reader).post(f"{path}/approve").status_code == 403
    assert Feed.objects.get().not_before.year == 2099

    assert api(keys.aydin).post(f"{path}/approve").json()["approved_at"] is not None
    assert Feed.objects.get().not_before.year < 2099


def test_nothing_to_approve_is_a_conflict_and_another_sellers_channel_does_not_exist(api, keys, channel):
    seen = [f"SKU-{i}" for i in range(4)]
    unpublish_missing(
        seller_id=channel.seller_id, channel_id=channel.id, seen_variant_refs=seen, at=AT.replace(hour=13)
    )  # fmt: skip
    path = f"/channels/{channel.id}/missing"

    assert api(keys.aydin).get(path).json()["missing_count"] == 0
    assert api(keys.aydin).post(f"{path}/approve").status_code == 409
    assert api(keys.borealis).get(path).status_code == 404


def test_a_store_that_was_never_passed_over_has_nothing_to_tell(api, keys, aydin):
    path = f"/channels/{store(aydin, 'Yeni').id}/missing"

    assert api(keys.aydin).get(path).json() is None
    assert api(keys.aydin).post(f"{path}/approve").status_code == 404
