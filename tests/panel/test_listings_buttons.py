"""Buttons of listings and their levels: back on sale, and once more what was refused. Only where it makes sense."""

from __future__ import annotations

import pytest

from entrepot.catalog.models import FieldOwner
from entrepot.events.models import Dirty, StateChange
from entrepot.listings.models import Listing, ListingLevel

from .test_buttons import buttons_of, press, told
from .test_pages import address

LISTING, LEVEL = "listings.listing", "listings.listinglevel"


@pytest.fixture
def withdrawn(ours):
    """A listing that somebody took off sale in the marketplace's own panel."""
    row = ours.listings[0]
    Listing.objects.filter(id=row.id).update(state="closed", is_withdrawn=True, refusal="taken off sale")
    return Listing.objects.get(id=row.id)


@pytest.fixture
def resting(ours):
    """A stock level that was refused until we stopped trying."""
    row = ListingLevel.objects.filter(listing=ours.listings[0], lane="stock").get()
    ListingLevel.objects.filter(id=row.id).update(is_due=False, attempts=8, refusal="Beklenmeyen hata")
    return ListingLevel.objects.get(id=row.id)


def bulk(client, label, name, *rows):
    return client.post(address(label), {"action": name, "_selected_action": [r.pk for r in rows], "index": 0})


def test_what_was_taken_off_sale_over_there_is_put_back_from_its_page(people, ours, withdrawn):
    Dirty.objects.all().delete()
    assert buttons_of(people.aydin, LISTING, withdrawn) == ["put-back", "deny"]
    assert "put-back" not in buttons_of(people.aydin, LISTING, ours.listings[1])  # a draft was never on sale

    assert press(people.aydin, LISTING, withdrawn, "put-back").status_code == 302

    withdrawn.refresh_from_db()
    assert (withdrawn.is_withdrawn, withdrawn.refusal) == (False, "")
    assert list(Dirty.objects.values_list("kind", "subject_id")) == [("content", withdrawn.variant_id)]
    assert buttons_of(people.aydin, LISTING, withdrawn) == ["deny"]


def test_a_list_puts_back_what_was_taken_off_sale_and_names_the_others(people, ours, withdrawn):
    answer = bulk(people.aydin, LISTING, "put-back", withdrawn, ours.listings[1])

    messages = told(people.aydin, answer)
    assert any("1 row" in m for m in messages)
    assert any(ours.listings[1].listing_ref in m for m in messages)
    withdrawn.refresh_from_db()
    assert not withdrawn.is_withdrawn


def test_a_failed_listing_is_queued_again_and_history_says_by_whom(people, ours):
    row = ours.listings[0]
    Listing.objects.filter(id=row.id).update(state="failed", attempts=3)

    assert press(people.aydin, LISTING, row, "retry").status_code == 302

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)
    assert StateChange.objects.get(machine="listing", subject_id=row.id).by == "ayse"
    assert "retry" not in buttons_of(people.aydin, LISTING, row)


def test_a_level_that_was_refused_is_tried_again_from_its_page_and_from_the_list(people, ours, resting):
    taken = ListingLevel.objects.filter(listing=ours.listings[0], lane="price").get()
    assert buttons_of(people.aydin, LEVEL, resting) == ["retry"]
    assert buttons_of(people.aydin, LEVEL, taken) == []

    assert press(people.aydin, LEVEL, resting, "retry").status_code == 302
    resting.refresh_from_db()
    assert (resting.is_due, resting.attempts) == (True, 0)

    ListingLevel.objects.filter(id=resting.id).update(is_due=False, attempts=8)
    bulk(people.aydin, LEVEL, "retry", resting, taken)
    resting.refresh_from_db()
    assert (resting.is_due, resting.attempts) == (True, 0)


def test_a_level_in_flight_is_not_tried_beside_itself(people, resting):
    ListingLevel.objects.filter(id=resting.id).update(batch_id=1)

    assert buttons_of(people.aydin, LEVEL, resting) == []
    press(people.aydin, LEVEL, resting, "retry")

    resting.refresh_from_db()
    assert (resting.is_due, resting.attempts) == (False, 8)


def test_a_clerk_and_another_seller_change_no_listing_and_no_level(people, withdrawn, resting):
    for label, row, name in ((LISTING, withdrawn, "put-back"), (LEVEL, resting, "retry")):
        assert buttons_of(people.clerk, label, row) == []
        assert press(people.clerk, label, row, name).status_code == 403
        assert bulk(people.clerk, label, name, row).status_code == 403
        assert press(people.borealis, label, row, name).status_code == 404
        bulk(people.borealis, label, name, row)

    withdrawn.refresh_from_db()
    resting.refresh_from_db()
    assert (withdrawn.is_withdrawn, resting.is_due, resting.attempts) == (True, False, 8)


def test_a_draft_is_denied_for_a_reason_and_listed_after_all(people, ours):
    row = ours.listings[1]
    assert press(people.aydin, LISTING, row, "deny", reason="the brand forbids it").status_code == 302
    row.refresh_from_db()
    assert row.state == "denied"
    assert buttons_of(people.aydin, LISTING, row) == ["allow"]

    assert press(people.aydin, LISTING, row, "allow").status_code == 302

    row.refresh_from_db()
    assert row.state == "draft"


def test_an_approved_product_has_buttons_that_take_it_off_sale_and_back(people, ours):
    row = ours.products[0]
    press(people.aydin, "catalog.product", row, "approve")
    assert {"reject", "archive"} <= set(buttons_of(people.aydin, "catalog.product", row))

    press(people.aydin, "catalog.product", row, "reject", reason="recalled")
    row.refresh_from_db()
    assert row.state == "rejected"
    press(people.aydin, "catalog.product", row, "archive", reason="not made any more")
    row.refresh_from_db()
    assert row.state == "archived"
    press(people.aydin, "catalog.product", row, "restore")
    press(people.aydin, "catalog.product", row, "approve")

    row.refresh_from_db()
    assert row.state == "approved"


def test_the_store_says_a_field_again_that_was_edited_here(people, ours, theirs):
    row = ours.products[0]
    where = {"seller": ours.seller, "channel": ours.store, "product": row, "field": "title"}
    owner, _ = FieldOwner.objects.update_or_create(**where, defaults={"owner": "hub"})
    assert buttons_of(people.aydin, "catalog.fieldowner", owner) == ["give-back"]
    assert press(people.borealis, "catalog.fieldowner", owner, "give-back").status_code == 404

    assert press(people.aydin, "catalog.fieldowner", owner, "give-back").status_code == 302

    owner.refresh_from_db()
    assert owner.owner == "store"
    assert buttons_of(people.aydin, "catalog.fieldowner", owner) == []
