"""Storefronts take turns: one request each, sellers alike, a busy remote left alone, a late worker without effect."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from entrepot.accounts.services import create_seller
from entrepot.channels.queries import takes_pushes
from entrepot.core.clock import now
from entrepot.core.errors import Refused
from entrepot.egress import services as egress
from entrepot.egress.models import Outlet, PushBatch
from entrepot.egress.services import offers
from entrepot.egress.services.batches import add_items, plan_batch
from entrepot.egress.services.turns import end_turn, take_turn
from entrepot.kit import records
from entrepot.listings.queries import due_storefronts, storefronts_to_send
from entrepot.listings.services import claim_offers

from ..goods_rows import goods, listings, market
from .conftest import level, poll, read


@pytest.fixture
def fronts(transactional_db):
    """Twenty storefronts of one seller and one of another, as pairs of (seller id, storefront id)."""
    many, few = create_seller(code="aydin", name="Aydın"), create_seller(code="borealis", name="Borealis")
    pairs = []
    for seller, count in ((many, 20), (few, 1)):
        for number in range(count):
            channel = market(seller)
            pairs.append((seller.id, channel.storefronts.get().id))
            type(channel).objects.system().filter(id=channel.id).update(
                name=f"Trendyol {number}", webhook_token=f"{seller.code}-{number}"
            )
    return pairs


def test_every_storefront_that_is_due_has_one_turn(fronts):
    at = now()
    turns = [take_turn(lane="offers", due=fronts, at=at) for _ in range(21)]

    places = [t.storefront_id for t in turns]

    assert sorted(places) == sorted(f[1] for f in fronts)  # each exactly once
    assert take_turn(lane="offers", due=fronts, at=at) is None  # all are held


def test_turns_alternate_between_sellers_while_both_have_work(fronts):
    lone = fronts[-1][1]
    seen = []
    for second in range(60):
        at = now() + timedelta(seconds=second)
        turn = take_turn(lane="offers", due=fronts, at=at)
        end_turn(turn, wait_s=0, at=at)
        seen.append(turn.storefront_id)

    assert seen.count(lone) >= 8  # about half of the turns, by lot; in a queue of storefronts it would be 3


def test_who_holds_a_turn_holds_it_until_it_ends_or_its_lease_does(fronts):
    at, due = now(), fronts[:1]
    turn = take_turn(lane="offers", due=due, at=at)

    assert take_turn(lane="offers", due=due, at=at) is None
    assert take_turn(lane="content", due=due, at=at) is not None  # another lane, another turn
    assert take_turn(lane="offers", due=due, at=at + timedelta(seconds=121)).claim_no == turn.claim_no + 1

    end_turn(turn, wait_s=0, at=at)
    assert Outlet.objects.system().get(id=turn.id).leased_until is not None  # the late one ends nobody else's


def test_a_remote_that_asks_for_a_minute_is_left_alone_for_a_minute(seller, on_sale, trendyol):
    first, second = on_sale(2)
    trendyol.answer = lambda: httpx.Response(429, headers={"Retry-After": "60"}, json={"errors": []})
    read(seller, {first.id: 3})
    egress.push_offers(at=now())
    asked = len(trendyol.sent)
    read(seller, {second.id: 3})

    assert egress.push_offers(at=now()) == 0
    assert len(trendyol.sent) == asked
    assert egress.push_offers(at=now() + timedelta(seconds=61)) == 2


def test_a_sender_that_was_given_up_for_dead_settles_nothing(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    front = level(variant).storefront
    batch = plan_batch(storefront=front, capability="push_offers", at=now())
    sent = claim_offers(storefront_id=front.id, batch_id=batch.id, limit=10, at=now())
    add_items(batch=batch, items=[(s.listing_id, s.listing_ref, s.as_json()) for s in sent])
    poll()  # another worker looks: nothing has arrived there, so the value is due again

    with pytest.raises(Refused, match="taken over"):
        offers.settle(batch=batch, verdicts=[records.Verdict(listing_ref=variant.gtin, is_ok=True)])

    assert (level(variant).acknowledged_value, level(variant).is_due) == (None, True)
    assert PushBatch.objects.system().get(id=batch.id).failed_count == 1


def test_a_late_sender_does_not_settle_a_batch_that_another_holds_open(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    egress.push_offers(at=now())
    late = PushBatch.objects.system().get()
    PushBatch.objects.system().update(claim_no=late.claim_no + 1)  # claimed again since; nothing is settled yet

    with pytest.raises(Refused, match="taken over"):
        offers.settle(batch=late, verdicts=[records.Verdict(listing_ref=variant.gtin, is_ok=True)])

    assert level(variant).acknowledged_value == 5


def test_a_batch_of_a_channel_that_is_locked_out_waits_without_a_call(seller, on_sale, trendyol):
    (variant,) = on_sale(1)
    read(seller, {variant.id: 3})
    egress.push_offers(at=now())
    batch = PushBatch.objects.system().get()
    type(batch.channel).objects.system().update(state="locked_out")

    poll()

    row = PushBatch.objects.system().get()
    assert (row.state, row.last_error, row.leased_until) == ("polling", "the channel is not live", None)


def test_storefronts_with_work_are_found_urgent_ones_first(seller, transactional_db):
    turkey, germany = market(seller, ("TR", "DE")).storefronts.order_by("id")
    variants = goods(seller, 2)
    rows = {(r.variant_id, r.storefront_id): r for r in listings(variants)}
    for key, row in rows.items():
        row.state, row.live_at = ("queued", None) if key == (variants[1].id, germany.id) else ("live", now())
        row.save()
    assert due_storefronts(at=now()) == []
    assert storefronts_to_send(at=now()) == [germany.id]

    due = rows[variants[0].id, turkey.id].levels.filter(lane="stock")
    due.update(is_due=True, desired_value=3, not_before=now())
    rows[variants[0].id, germany.id].levels.filter(lane="stock").update(
        is_due=True, is_urgent=True, desired_value=0, not_before=now()
    )
    assert due_storefronts(at=now()) == [germany.id, turkey.id]
    due.update(not_before=now() + timedelta(minutes=1))
    assert due_storefronts(at=now()) == [germany.id]
    assert takes_pushes(storefront_ids=[turkey.id]) == []  # the first push waits for a person
