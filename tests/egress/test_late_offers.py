"""Values that a marketplace takes after we stopped waiting must not stay beside the ones that came after them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.egress.models import PushBatch
from entrepot.egress.services import offers
from entrepot.kit import records
from entrepot.listings.models import ListingLevel
from entrepot.listings.services import note_observed

from .conftest import level, poll, read, too_late_to_come
from .test_offers import push


def no_answer(trendyol):
    """The next request is lost on the way back; what it said."""
    said = []

    def answer():
        said.extend(trendyol.sent[-1])
        trendyol.answer = None
        raise httpx.ReadTimeout("no answer")

    trendyol.answer = answer
    return said


def works_off(trendyol, said):
    for item in said:
        trendyol.held[item["barcode"]].update(item)


def zero(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 0})
    push()
    poll()
    assert level(variant).acknowledged_value == 0 == trendyol.held[variant.gtin]["quantity"]
    return variant


def test_a_value_that_comes_through_late_is_waited_for_and_then_corrected(seller, on_sale, trendyol):
    variant = zero(seller, on_sale, trendyol)
    read(seller, {variant.id: 3})
    said = no_answer(trendyol)
    push()
    read(seller, {variant.id: 0})  # sold in the shop meanwhile

    poll()  # looked at too early: still 0 there, which proves nothing
    assert PushBatch.objects.system().filter(state="unknown").count() == 1
    works_off(trendyol, said)
    too_late_to_come()
    poll()  # it has 3 after all
    push()
    poll()

    assert trendyol.held[variant.gtin]["quantity"] == 0
    assert (level(variant).acknowledged_value, level(variant).is_due) == (0, False)


def test_what_was_never_seen_to_arrive_is_not_believed_to_be_what_it_was_before(seller, on_sale, trendyol):
    variant = zero(seller, on_sale, trendyol)
    read(seller, {variant.id: 3})
    said = no_answer(trendyol)
    push()
    read(seller, {variant.id: 0})
    too_late_to_come()
    poll()  # it shows 0, and 3 may still be on its way
    assert (level(variant).acknowledged_value, level(variant).is_due) == (None, True)

    works_off(trendyol, said)
    push()
    poll()

    assert trendyol.held[variant.gtin]["quantity"] == 0
    assert level(variant).acknowledged_value == 0


def test_a_batch_that_was_taken_and_forgotten_is_followed_by_the_desired_value(seller, on_sale, trendyol):
    variant = zero(seller, on_sale, trendyol)
    read(seller, {variant.id: 3})
    before = dict(trendyol.held[variant.gtin])
    push()
    trendyol.held[variant.gtin] = before  # answered with a number, and not worked off yet
    trendyol.is_forgetful = True
    PushBatch.objects.system().filter(state="submitted").update(sent_at=now() - timedelta(minutes=1))
    read(seller, {variant.id: 0})
    poll()
    trendyol.is_forgetful = False
    trendyol.held[variant.gtin]["quantity"] = 3

    push()
    poll()

    assert trendyol.held[variant.gtin]["quantity"] == 0


def test_a_sender_that_lost_its_batch_sends_nothing(seller, on_sale, trendyol, monkeypatch):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    stalled = {}
    with monkeypatch.context() as patched:
        patched.setattr(offers, "send_offers", lambda **what: stalled.update(what) or 0.0)
        push()
    poll()  # its lease is over: another worker looks, and goes on
    read(seller, {variant.id: 0})
    push()
    poll()
    count = len(trendyol.sent)

    assert offers.send_offers(**stalled) == 0.0

    assert len(trendyol.sent) == count and trendyol.held[variant.gtin]["quantity"] == 0
    assert level(variant).acknowledged_value == 0


def test_a_lease_begins_anew_with_each_call(seller, on_sale, trendyol):
    on_sale(1)
    (front,) = {row.storefront for row in ListingLevel.objects.system().select_related("storefront")}
    batch = offers.plan_batch(storefront=front, capability="push_offers", at=now() - timedelta(seconds=100))
    planned_until = batch.leased_until

    offers.begin_call(batch=batch, at=now())

    batch.refresh_from_db()
    assert batch.leased_until - planned_until > timedelta(seconds=99)


@pytest.mark.parametrize(("shown", "waits"), [(4, True), (7, False)], ids=["a sale on its way", "more than we said"])
def test_less_than_published_may_be_a_sale_and_more_is_sent_at_once(seller, on_sale, trendyol, shown, waits):
    (variant,) = on_sale(1)
    seen = records.Observed(listing_ref=variant.gtin, state="live", quantity=shown)

    note_observed(storefront_id=level(variant).storefront_id, observed=[seen], at=now())

    row = level(variant)
    assert row.is_due and (row.not_before > now()) is waits
    assert egress.push_offers(at=now() + timedelta(seconds=11)) == 1


def test_a_verdict_that_was_left_out_proves_nothing(seller, on_sale, trendyol):
    variant = zero(seller, on_sale, trendyol)
    read(seller, {variant.id: 3})
    push()
    read(seller, {variant.id: 0})
    batch = PushBatch.objects.system().get(state="submitted")

    offers.settle(batch=batch, verdicts=[])  # done, and not a word of this item: it holds 3

    assert (level(variant).acknowledged_value, level(variant).is_due) == (None, True)
