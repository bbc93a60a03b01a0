"""The button on the page of a feed that says goods really left: only where they wait for it, never for clerks."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import FullPass
from entrepot.catalog.services import unpublish_missing
from entrepot.channels.services import bind_many
from entrepot.ingress.models import Feed

from ..goods_rows import AT, goods, store
from .test_buttons import buttons_of, press

pytestmark = pytest.mark.django_db
LABEL, NAME = "ingress.feed", "approve_missing"


@pytest.fixture
def feeds(aydin):
    """The feeds of a shop of four, by name."""
    channel = store(aydin)
    names = ("stock", "products")
    found = {n: Feed.objects.create(seller=aydin, channel=channel, name=n, every_s=30, not_before=AT) for n in names}
    pairs = [(v.id, v.sku, "") for v in goods(aydin, 4, source=channel)]
    bind_many(seller_id=aydin.id, channel_id=channel.id, kind="variant", pairs=pairs)
    return found


def shown(feeds, *skus: str, hour: int) -> None:
    channel = feeds["stock"].channel
    unpublish_missing(
        seller_id=channel.seller_id, channel_id=channel.id, seen_variant_refs=skus, at=AT.replace(hour=hour)
    )  # fmt: skip


def test_it_is_there_while_goods_wait_for_a_person_and_works_once(people, feeds):
    assert NAME not in buttons_of(people.aydin, LABEL, feeds["stock"])

    shown(feeds, hour=13)
    assert NAME in buttons_of(people.aydin, LABEL, feeds["stock"])
    assert NAME not in buttons_of(people.aydin, LABEL, feeds["products"])

    assert press(people.aydin, LABEL, feeds["stock"], NAME).status_code == 302
    assert FullPass.objects.get().approved_at is not None
    assert NAME not in buttons_of(people.aydin, LABEL, feeds["stock"])


def test_a_clerk_does_not_see_it_and_is_refused_and_another_seller_finds_no_feed(people, feeds):
    shown(feeds, hour=13)

    assert buttons_of(people.clerk, LABEL, feeds["stock"]) == []
    assert press(people.clerk, LABEL, feeds["stock"], NAME).status_code == 403
    assert press(people.borealis, LABEL, feeds["stock"], NAME).status_code == 404
    assert FullPass.objects.get().approved_at is None
