"""What the marketplace says later, and what people do in its own panel."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from entrepot.catalog.services import approve_products, reject_products
from entrepot.core.clock import now
from entrepot.kit import records
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import cards_to_ask, note_verdicts, put_back

from .world import World


def in_their_panel(world: World, sku: str, *, archived: bool) -> None:
    """A person archives a listing, or brings it back, with the marketplace's own tool."""
    there = world.server.credentials()["trendyol"]
    reply = httpx.put(
        f"{there['url']}/product/sellers/{there['seller_id']}/products/archive-state",
        json={"items": [{"barcode": world.listing(sku).listing_ref, "archived": archived}]},
        auth=(there["api_key"], there["api_secret"]),
        headers={"User-Agent": f"{there['seller_id']} - Panel", "storeFrontCode": "TR"},
    )
    assert reply.status_code == 200, reply.text
    ref = world.listing(sku).listing_ref
    wanted = "listing.archived" if archived else "listing.unarchived"
    world.until(lambda: any(e.get("barcode") == ref for e in world.entries(wanted)))
    Listing.objects.system().update(live_at=now() - timedelta(hours=1))
    Listing.objects.system().filter(state="closed").update(live_at=None, closed_at=now() - timedelta(hours=1))


def change_title(world: World, title: str) -> Listing:
    """In the shop, through to the marketplace."""
    world.shop("edit", sku="CAY-1", name=title)
    world.pull("products")
    approve_products(seller_id=world.seller_id, product_ids=[world.variant("CAY-1").product_id], at=now())
    world.settle()
    return world.listing("CAY-1")


def hear(world: World) -> Listing:
    """Read the verdicts until there is one."""
    Listing.objects.system().exclude(review_ref="").update(checked_at=now() - timedelta(minutes=1))
    world.pull("verdicts")
    return world.listing("CAY-1")


def test_a_change_of_a_live_card_that_is_refused_is_shown_and_not_sent_again(live):
    row = change_title(live, "Replika Rize Çayı 500 g")
    assert (row.state, bool(row.review_ref)) == ("live", True)  # taken, and not yet judged
    live.until(lambda: bool(live.entries("content.refused")))

    row = hear(live)
    live.settle()

    assert (row.state, row.review_ref) == ("failed", "")
    assert row.refusal.startswith("TITLE: ")
    assert live.states()["CAY-1"] == "failed"  # it rests until somebody changes it
    live.shop("set_stock", sku="CAY-1", quantity=0)
    live.pull("stock")
    live.settle()
    assert live.stock_there("CAY-1") == 0  # what is on sale goes on taking stock

    row = change_title(live, "Rize Çayı, ince kıyım, 500 g")
    assert row.state == "live"
    assert hear(live).refusal == ""
    live.settle()
    assert live.states()["CAY-1"] == "live"


def test_a_verdict_on_an_earlier_change_decides_nothing(live):
    row = change_title(live, "Rize Çayı, ince kıyım, 500 g")
    old = records.Verdict(
        listing_ref="", content_ref=row.content_ref, batch_ref="an-earlier-one", is_ok=False, reason="TITLE: hayır"
    )

    assert note_verdicts(storefront_id=live.home.id, verdicts=[old], at=now()) == 0
    assert live.listing("CAY-1").state == "live"


def test_a_card_is_asked_for_every_few_seconds_and_for_two_days_at_most(live):
    row = change_title(live, "Rize Çayı, ince kıyım, 500 g")
    later = row.checked_at + timedelta(seconds=6)

    assert cards_to_ask(storefront_id=live.home.id, at=row.checked_at, limit=5) == []
    assert cards_to_ask(storefront_id=live.home.id, at=later, limit=5) == [row.content_ref]
    assert cards_to_ask(storefront_id=live.home.id, at=later, limit=5) == []
    assert cards_to_ask(storefront_id=live.home.id, at=later + timedelta(days=2), limit=5) == []


@pytest.mark.parametrize("by", ["there", "here"])
def test_what_is_archived_by_hand_stays_off_until_somebody_puts_it_back(live, by):
    in_their_panel(live, "CAY-1", archived=True)
    live.pull("observed")
    live.settle()

    row = live.listing("CAY-1")
    assert (row.state, row.is_withdrawn, "own panel" in row.refusal) == ("closed", True, True)
    assert not live.entries("listing.unarchived")  # the hub does not argue

    if by == "there":
        in_their_panel(live, "CAY-1", archived=False)
        live.pull("observed")
    else:
        assert put_back(seller_id=live.seller_id, listing_ids=[row.id], at=now()) == [row.id]
    live.settle()

    row = live.listing("CAY-1")
    assert (row.state, row.is_withdrawn, row.refusal) == ("live", False, "")
    assert live.stock_there("CAY-1") == 40


def test_what_we_closed_and_somebody_puts_back_is_closed_again(live):
    live.shop("unpublish", sku="CAY-2")
    live.pull("products")
    live.pull("stock")
    live.settle()
    assert live.states()["CAY-2"] == "closed"

    in_their_panel(live, "CAY-2", archived=False)
    live.pull("observed")
    live.settle()

    assert live.states()["CAY-2"] == "closed"
    assert len(list(live.entries("listing.archived"))) == 2
    assert live.level("CAY-2").acknowledged_value == 0


def test_a_list_that_is_behind_its_own_changes_closes_nothing(live):
    ref = live.listing("CAY-1").listing_ref
    in_their_panel(live, "CAY-1", archived=True)
    Listing.objects.system().filter(listing_ref=ref).update(live_at=now())  # it went on sale a moment ago

    live.pull("observed")

    assert live.states()["CAY-1"] == "live"
    assert ListingLevel.objects.system().filter(listing__listing_ref=ref, lane="stock").get().observed_value == 40


def test_another_seller_puts_nothing_back(live):
    in_their_panel(live, "CAY-1", archived=True)
    live.pull("observed")

    assert put_back(seller_id=live.seller_id + 1, listing_ids=[live.listing("CAY-1").id], at=now()) == []


@pytest.mark.parametrize("has_changed", [False, True], ids=["approved", "changed"])
def test_a_recalled_product_leaves_the_marketplace_with_stock_zero_first_and_comes_back(live, has_changed):
    ref, product = live.listing("CAY-1").listing_ref, live.variant("CAY-1").product_id
    if has_changed:
        live.shop("edit", sku="CAY-1", name="Siyah çay, demlik poşet")
        live.pull("products")

    reject_products(seller_id=live.seller_id, product_ids=[product], reason="recalled", at=now())
    live.settle()

    assert (live.listing("CAY-1").state, live.stock_there("CAY-1")) == ("closed", 0)
    told = [e for e in live.entries() if e.get("barcode") == ref]
    zero = next(n for n, e in enumerate(told) if e["kind"] == "stock.set" and e.get("quantity") == 0)
    assert zero < next(n for n, e in enumerate(told) if e["kind"] == "listing.archived")

    approve_products(seller_id=live.seller_id, product_ids=[product], at=now())
    live.settle()

    assert (live.listing("CAY-1").state, live.stock_there("CAY-1")) == ("live", 40)
