"""What a marketplace refuses to create, and what it would refuse because its words are not learnt yet."""

from __future__ import annotations

import pytest

from entrepot.channels.models import Taxon
from entrepot.listings.models import Listing

from .world import CATEGORIES, SKUS


@pytest.mark.slow
def test_goods_whose_creation_was_refused_are_created_once_they_are_mended(world):
    world.bring_in()
    world.connect_market()
    world.learn()
    Taxon.objects.filter(kind="attribute").delete()  # the marketplace requires them since this morning
    world.sheet()
    world.approve()
    world.open_market()
    world.settle(40)
    assert set(world.states().values()) == {"failed"}
    assert not world.entries("product.created")

    world.learn()
    world.settle(40)

    assert world.states() == dict.fromkeys(SKUS, "live")


def test_goods_of_a_category_that_is_not_learnt_wait_and_go_once_it_is(world):
    """As a newcomer does it: their words first, then the sheets that map categories, then their words again."""
    world.bring_in()
    world.connect_market()
    world.learn(categories=())
    world.sheet()
    world.approve()
    world.open_market()
    world.settle()
    rows = list(Listing.objects.system())
    assert {r.state for r in rows} == {"draft"}
    assert all("were not learnt yet" in str(r.missing) for r in rows)

    world.learn(CATEGORIES)
    world.settle()

    assert world.states() == dict.fromkeys(SKUS, "live")
