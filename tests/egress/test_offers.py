"""Stock and prices on their way out: the largest batch, once per lane, halved, looked up, and never lost."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from entrepot.channels.models import Channel
from entrepot.core.clock import now
from entrepot.egress import services as egress
from entrepot.egress.models import PushBatch, PushItem
from entrepot.egress.services.batches import add_items, plan_batch
from entrepot.listings.models import ListingLevel
from entrepot.listings.services import claim_offers, retry_levels

from .conftest import level, poll, read, too_late_to_come


def push() -> int:
    return egress.push_offers(at=now())


def due_now() -> None:
    ListingLevel.objects.system().filter(is_due=True).update(not_before=now())


@pytest.mark.slow
def test_a_thousand_changes_are_one_request_and_the_rest_a_second(seller, on_sale, trendyol):
    variants = on_sale(1010)
    read(seller, {v.id: 4 for v in variants})

    while push():
        pass

    assert [len(items) for items in trendyol.sent] == [1000, 10]


def test_ten_changes_before_a_push_are_one_item_with_the_last_value(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    for quantity in (9, 8, 7, 6, 5, 4, 3, 2, 1, 12):
        read(seller, {variant.id: quantity})

    push()
    poll()

    assert trendyol.sent == [[{"barcode": variant.gtin, "quantity": 12}]]
    assert (level(variant).acknowledged_value, level(variant).is_due) == (12, False)


def test_a_value_that_comes_back_before_the_push_travels_not_at_all(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    for quantity in (9, 5):
        read(seller, {variant.id: quantity})

    assert push() == 0
    assert trendyol.sent == []


def test_zeros_are_first_in_line(seller, on_sale, trendyol):
    variants = on_sale(6)
    read(seller, {v.id: 0 if i == 4 else 3 for i, v in enumerate(variants)})

    with_zero = claim_offers(storefront_id=level(variants[0]).storefront_id, batch_id=1, limit=1, at=now())

    assert [(s.listing_ref, s.stock) for s in with_zero] == [(variants[4].gtin, 0)]


def test_a_value_is_in_flight_once_and_what_changed_meanwhile_follows(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    push()
    read(seller, {variant.id: 2})

    assert push() == 0
    poll()
    assert push() == 1

    assert [items[0]["quantity"] for items in trendyol.sent] == [3, 2]


def test_a_refused_batch_is_halved_until_the_guilty_stand_alone(seller, on_sale, trendyol):
    variants = on_sale(64)
    read(seller, {v.id: 1 for v in variants})
    trendyol.guilty = {variants[13].gtin, variants[50].gtin}

    push()
    poll()

    refused = [v for v in variants if level(v).acknowledged_value != 1]
    assert {v.gtin for v in refused} == trendyol.guilty
    assert all("geçersiz istek" in level(v).refusal for v in refused)
    assert len(trendyol.sent) <= 1 + 2 * 2 * 6  # each guilty one: two halves at each of log2(64) levels
    assert PushItem.objects.system().filter(is_ok=False).count() == 2


def test_one_listing_that_cannot_be_said_stops_no_other(seller, on_sale, trendyol):
    variants = on_sale(8)
    odd = level(variants[3]).listing
    odd.listing_ref = "not a barcode!"
    odd.save()
    read(seller, {v.id: 1 for v in variants})

    push()
    poll()

    assert [v.sku for v in variants if level(v).acknowledged_value != 1] == ["SKU-3"]
    assert "listing_ref" in level(variants[3]).refusal


def test_an_item_that_fails_waits_longer_each_time_and_then_rests(seller, on_sale, trendyol):
    good, bad = on_sale(2)
    trendyol.failing = {bad.gtin: "Beklenmeyen hata"}
    read(seller, {good.id: 1, bad.id: 1})

    waits = []
    for _ in range(8):
        due_now()
        push()
        poll()
        waits.append(level(bad).not_before - now())

    assert level(good).acknowledged_value == 1
    assert waits[0] < waits[1] < waits[2]
    assert (level(bad).is_due, level(bad).refusal) == (False, "Beklenmeyen hata")

    read(seller, {bad.id: 2})
    assert level(bad).is_due


def test_a_zero_that_is_refused_again_and_again_never_rests(seller, on_sale, trendyol):
    (bad,) = on_sale(1)
    trendyol.failing = {bad.gtin: "Beklenmeyen hata"}
    read(seller, {bad.id: 0})

    for _ in range(10):
        due_now()
        push()
        poll()
    assert level(bad).is_due
    trendyol.failing = {}
    due_now()
    push()
    poll()

    assert (level(bad).acknowledged_value, trendyol.held[bad.gtin]["quantity"]) == (0, 0)


def test_a_person_sends_again_what_rests(seller, on_sale, trendyol):
    (bad,) = on_sale(1)
    read(seller, {bad.id: 1})
    ListingLevel.objects.system().filter(id=level(bad).id).update(is_due=False, attempts=8, refusal="Beklenmeyen hata")

    assert retry_levels(seller_id=seller.id + 1, level_ids=[level(bad).id], at=now()) == 0
    assert retry_levels(seller_id=seller.id, level_ids=[level(bad).id], at=now()) == 1
    push()
    poll()

    assert (level(bad).acknowledged_value, level(bad).refusal) == (1, "")


def test_a_price_that_goes_out_in_another_body_takes_no_old_stock_along(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    price = ListingLevel.objects.system().filter(id=level(variant, "price").id)
    price.update(desired_value=90, desired_list=110, version=1, is_due=True, not_before=now())
    push()  # the price alone
    read(seller, {variant.id: 0})
    push()  # the zero, in flight; then the price is refused as the same again
    PushBatch.objects.system().filter(id=price.get().batch_id).update(state="settled")
    price.update(batch_id=None, repeats=1, not_before=now())

    push()
    assert len(trendyol.sent) == 2  # it waits for the zero
    poll()
    egress.push_offers(at=now() + timedelta(seconds=1))
    poll()

    *_, zero, both = trendyol.sent
    assert zero == [{"barcode": variant.gtin, "quantity": 0}]
    assert (both[0]["quantity"], both[0]["salePrice"]) == (0, 90)
    assert trendyol.held[variant.gtin]["quantity"] == 0
    assert level(variant).acknowledged_value == 0


def test_no_answer_is_looked_up_and_not_sent_again_when_it_arrived(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    trendyol.answer = _lost(trendyol, arrives=True)

    push()
    assert PushBatch.objects.system().get().state == "unknown"
    trendyol.answer = None
    poll()

    assert level(variant).acknowledged_value == 3
    assert push() == 0
    assert len(trendyol.sent) == 1


def test_no_answer_and_nothing_there_is_sent_again_in_another_body(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    trendyol.answer = _lost(trendyol, arrives=False)
    push()
    trendyol.answer = None

    too_late_to_come()
    poll()
    push()
    poll()

    assert level(variant).acknowledged_value == 3
    first, second = trendyol.sent
    assert first != second
    assert second[0]["quantity"] == 3


def _lost(trendyol, *, arrives: bool):
    def answer():
        if arrives:
            for item in trendyol.sent[-1]:
                trendyol.held[item["barcode"]].update(item)
        raise httpx.ReadTimeout("no answer")

    return answer


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, json={"unforeseen": 1}), httpx.Response(200, html="<html>maintenance</html>")]
)
def test_an_answer_that_nobody_understands_is_looked_up(seller, on_sale, trendyol, answer):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    trendyol.answer = lambda: answer

    push()

    assert PushBatch.objects.system().get().state == "unknown"
    assert level(variant).batch_id is not None


def test_a_forgotten_result_is_looked_up(seller, on_sale, trendyol):
    variants = on_sale(3)
    read(seller, {v.id: 3 for v in variants})
    push()
    trendyol.is_forgetful = True
    trendyol.held[variants[1].gtin]["quantity"] = 5  # this one did not arrive

    too_late_to_come()
    poll()

    assert [level(v).acknowledged_value for v in variants] == [3, None, 3]  # what it will hold is not known
    assert [level(v).is_due for v in variants] == [False, True, False]


def test_a_result_that_is_older_than_the_remote_keeps_it_is_looked_up(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    push()
    PushBatch.objects.system().update(expires_at=now() - timedelta(seconds=1))
    trendyol.batches.clear()

    poll()

    assert level(variant).acknowledged_value == 3


def test_a_worker_killed_between_plan_and_call_loses_nothing(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    front = level(variant).storefront
    batch = plan_batch(storefront=front, capability="push_offers", at=now())
    sent = claim_offers(storefront_id=front.id, batch_id=batch.id, limit=10, at=now())
    add_items(batch=batch, items=[(s.listing_id, s.listing_ref, s.as_json()) for s in sent])

    assert push() == 0  # it is in flight, as far as anybody knows
    poll()
    assert (level(variant).batch_id, level(variant).is_due) == (None, True)
    push()
    poll()

    assert trendyol.held[variant.gtin]["quantity"] == 3
    assert level(variant).acknowledged_value == 3


def test_prices_are_compared_as_numbers_when_they_are_read_back(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    row = level(variant, "price")
    ListingLevel.objects.system().filter(id=row.id).update(desired_value=90, desired_list=110, is_due=True, version=1)
    trendyol.answer = _lost(trendyol, arrives=True)
    push()
    trendyol.answer = None

    poll()

    assert (level(variant, "price").acknowledged_value, level(variant, "price").is_due) == (90, False)


@pytest.mark.parametrize(
    "closed", [{"is_push_paused": True}, {"first_push_approved_at": None}, {"state": "locked_out"}], ids=str
)
def test_nothing_travels_where_it_may_not(seller, on_sale, trendyol, closed):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 0})
    before = {name: getattr(Channel.objects.system().get(), name) for name in closed}
    Channel.objects.system().update(**closed)
    assert push() == 0
    assert trendyol.sent == []

    Channel.objects.system().update(
        **before if "first_push_approved_at" not in closed else {"first_push_approved_at": now()}
    )
    assert push() == 1


def test_lost_access_locks_the_channel_and_gives_the_values_back(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    trendyol.answer = lambda: httpx.Response(401, json={"errors": [{"message": "unauthorized"}]})

    push()

    channel = Channel.objects.system().get()
    assert (channel.state, "unauthorized" in channel.last_error) == ("locked_out", True)
    assert (level(variant).batch_id, level(variant).is_due) == (None, True)
