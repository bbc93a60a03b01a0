"""Goods that a marketplace refused to create are created once they are mended; only what it has is updated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.accounts.services import create_seller
from entrepot.kit import records
from entrepot.listings.models import Listing
from entrepot.listings.services import next_capability, note_observed, settle_content

from ..goods_rows import AT, goods, listings, market, words

pytestmark = pytest.mark.django_db

CAN = {"push_listings": 1, "update_listings": 1, "update_content": 1, "update_variants": 1}


@pytest.fixture
def row(db):
    """A listing whose creation was sent."""
    seller = create_seller(code="aydin", name="Aydın")
    words()
    market(seller)
    (made,) = listings(goods(seller, 1))
    Listing.objects.system().update(state="submitted", submitted_at=AT, listing_ref="CAY", not_before=AT, attempts=9)
    made.refresh_from_db()
    return made


def verdict(row, *, is_ok, capability="push_listings"):
    told = records.Verdict(listing_ref="CAY", is_ok=is_ok, reason="" if is_ok else "Renk zorunludur")
    settle_content(verdicts={row.id: told}, capability=capability, at=AT)
    row.refresh_from_db()
    return row


def seen(row, state):
    shown = records.Observed(listing_ref="CAY", state=state, reason="bulanık görsel")
    note_observed(storefront_id=row.storefront_id, observed=[shown], at=AT + timedelta(seconds=1))
    row.refresh_from_db()
    return row


def test_what_the_batch_refused_to_create_is_created_again(row):
    refused = verdict(row, is_ok=False)

    assert (refused.state, refused.refusal) == ("failed", "Renk zorunludur")
    assert next_capability(refused, CAN) == "push_listings"


def test_what_the_review_refused_is_changed_there(row):
    taken = verdict(row, is_ok=True)
    refused = seen(taken, "refused")

    assert (refused.state, refused.refusal) == ("failed", "bulanık görsel")
    assert next_capability(refused, CAN) == "update_listings"


def test_what_is_seen_in_review_though_its_creation_was_never_answered_is_changed_there(row):
    assert next_capability(seen(row, "pending"), CAN) == "update_listings"


def test_a_refused_change_of_what_is_there_stays_a_change(row):
    changed = verdict(seen(verdict(row, is_ok=True), "refused"), is_ok=False, capability="update_listings")

    assert next_capability(changed, CAN) == "update_listings"
