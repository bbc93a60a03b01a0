"""What a person takes off sale: a product everywhere, or one offer on one storefront; and how it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.catalog.models import Product
from entrepot.catalog.services import (
    approve_products,
    archive_products,
    edit_products,
    reject_products,
    restore_products,
    submit_products,
)
from entrepot.core.clock import now
from entrepot.egress.services import compute_dirty
from entrepot.events.models import Dirty, StateChange
from entrepot.inventory.services import record_readings
from entrepot.listings.models import Listing, ListingLevel
from entrepot.listings.services import allow_listings, deny_listings, zeroed

from ..goods_rows import goods, listings, market

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_sale(aydin):
    """A product that is live in two countries with 5 pieces, which both have acknowledged."""
    market(aydin, ["TR", "DE"])
    (variant,) = goods(aydin, 1)
    rows = listings([variant])
    Listing.objects.system().filter(id__in=[r.id for r in rows]).update(
        state="live", live_at=now(), content_ref="c-1", acknowledged_hash="x"
    )
    record_readings(seller_id=aydin.id, readings=[(variant.id, 5)], began_at=now())
    work()
    ListingLevel.objects.system().filter(lane="stock").update(acknowledged_value=5, acknowledged_at=now(), is_due=False)
    assert shown() == [("live", 5, False), ("live", 5, False)]
    return variant


def work() -> None:
    """What the drainers compute, until nothing is dirty."""
    while Dirty.objects.exists():
        for kind in ("channel", "stock", "price", "content"):
            compute_dirty(kind=kind, at=now() + timedelta(seconds=1))


def shown() -> list[tuple[str, int, bool]]:
    """State, wanted stock and whether it waits to be pushed, a storefront each."""
    rows = ListingLevel.objects.system().filter(lane="stock").select_related("listing").order_by("storefront_id")
    return [(x.listing.state, int(x.desired_value), x.is_due) for x in rows]


def decide(act, variant, **more) -> list[int]:
    return act(seller_id=variant.seller_id, product_ids=[variant.product_id], at=now(), **more)


@pytest.mark.parametrize("is_changed", [False, True], ids=["approved", "changed"])
@pytest.mark.parametrize(("act", "state"), [(reject_products, "rejected"), (archive_products, "archived")])
def test_a_product_that_a_person_rejects_or_archives_goes_off_sale_everywhere(on_sale, act, state, is_changed):
    if is_changed:
        cells = [(on_sale.product_id, "title", "Çay 0", "Çay 00")]
        edit_products(seller_id=on_sale.seller_id, cells=cells, at=now())
        work()

    moved = decide(act, on_sale, reason="recalled")
    assert sorted(Dirty.objects.values_list("kind", "subject_id")) == [("content", on_sale.id), ("stock", on_sale.id)]
    work()

    assert (moved, Product.objects.system().get().state) == ([on_sale.product_id], state)
    assert shown() == [("closing", 0, True), ("closing", 0, True)]
    said = StateChange.objects.filter(machine="product", new=state).get()
    assert (said.note, said.actor) == ("recalled", "seller")


def test_it_is_closed_only_where_the_marketplace_has_acknowledged_stock_zero(on_sale):
    decide(reject_products, on_sale, reason="recalled")
    work()
    rows = list(Listing.objects.system().filter(state="closing").order_by("id"))
    assert (len(rows), zeroed(rows=rows)) == (2, set())

    ListingLevel.objects.system().filter(listing=rows[0], lane="stock").update(acknowledged_value=0)

    assert zeroed(rows=rows) == {rows[0].id}


@pytest.mark.parametrize(
    ("off", "back"), [(reject_products, []), (archive_products, [restore_products])], ids=["rejected", "archived"]
)
def test_what_was_taken_off_comes_back_by_approval_and_not_before(on_sale, off, back):
    decide(off, on_sale, reason="recalled")
    work()
    Listing.objects.system().update(state="closed", live_at=None, closed_at=now(), missing=[])

    for act in back:
        assert decide(act, on_sale) == [on_sale.product_id]
        work()
    assert {state for state, _, _ in shown()} == {"closed"}
    decide(approve_products, on_sale)

    assert Product.objects.system().get().state == "approved"
    assert sorted(Dirty.objects.values_list("kind", "subject_id")) == [("content", on_sale.id), ("stock", on_sale.id)]


@pytest.mark.parametrize("how", ["edited", "submitted", "restored"])
def test_what_was_taken_off_stays_off_whatever_a_person_does_before_it_was_looked_at(on_sale, how):
    if how == "restored":
        decide(archive_products, on_sale, reason="recalled")
        decide(restore_products, on_sale)
    else:
        decide(reject_products, on_sale, reason="recalled")
        edit_products(seller_id=on_sale.seller_id, cells=[(on_sale.product_id, "title", "Çay 0", "Çay 1")], at=now())
    if how == "submitted":
        assert decide(submit_products, on_sale) == [on_sale.product_id]
    work()

    assert Product.objects.system().get().state != "rejected"
    assert shown() == [("closing", 0, True), ("closing", 0, True)]

    decide(approve_products, on_sale)
    Listing.objects.system().update(state="closed", live_at=None, closed_at=now(), missing=[])
    work()
    assert Product.objects.system().get().is_off is False


def test_another_sellers_product_stays_on_sale(on_sale, borealis):
    for act in (reject_products, archive_products):
        assert act(seller_id=borealis.id, product_ids=[on_sale.product_id], reason="x", at=now()) == []

    assert not Dirty.objects.exists()
    assert Product.objects.system().get().state == "approved"


def test_a_changed_product_waits_for_somebodys_approval_and_stays_on_sale(on_sale):
    edit_products(seller_id=on_sale.seller_id, cells=[(on_sale.product_id, "title", "Çay 0", "Çay 00")], at=now())

    assert decide(submit_products, on_sale) == [on_sale.product_id]
    work()

    assert Product.objects.system().get().state == "awaiting_approval"
    assert [stock for _, stock, _ in shown()] == [5, 5]
    assert decide(submit_products, on_sale) == []
    assert decide(approve_products, on_sale) == [on_sale.product_id]


def test_only_what_is_not_on_sale_is_denied_and_it_may_be_allowed_again(on_sale):
    live, draft = Listing.objects.system().order_by("id")
    Listing.objects.system().filter(id=draft.id).update(state="draft", live_at=None)
    ids = {"seller_id": on_sale.seller_id, "listing_ids": [live.id, draft.id], "at": now()}

    assert deny_listings(reason="the brand forbids it", **ids) == [draft.id]
    work()
    states = dict(Listing.objects.system().values_list("id", "state"))
    assert states == {live.id: "live", draft.id: "denied"}

    assert allow_listings(**ids) == [draft.id]
    assert Dirty.objects.filter(kind="content", subject_id=on_sale.id).exists()
    assert Listing.objects.system().get(id=draft.id).state == "draft"
