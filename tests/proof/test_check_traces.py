"""Events, webhooks, ends: each checker sees the violation that is planted."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from proof.checks import events, webhooks
from proof.counters import ZEROS
from proof.ledgers import TR, WOO
from proof.rest import claims, open_things
from tests.proof.world import AT, SKU

from entrepot.channels.models import Channel, Intent
from entrepot.egress.models import PushBatch, PushItem
from entrepot.events.models import Dirty, Outbox, ParkedEvent, StateChange
from entrepot.ingress.models import Receipt
from entrepot.listings.models import Listing

pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# -- events ------------------------------------------------------------------------------------------------------------


def test_an_event_that_was_never_numbered_is_lost(world):
    sql("INSERT INTO proof.recorded VALUES (gen_random_uuid())")

    assert world.found(events.check_events) == ["events_lost"]


def test_an_event_that_was_never_seen_is_lost(world):
    sql("DELETE FROM proof.seen")

    assert world.found(events.check_events) == ["events_lost"]


def test_an_event_that_is_numbered_or_seen_twice_is_found(world):
    sql("INSERT INTO proof.seen (event_id, seq, topic, key) SELECT event_id, seq, topic, key FROM proof.seen")

    assert world.found(events.check_events) == ["events_twice"]

    sql(
        "INSERT INTO events_event (seq, event_id, type, topic, key, subject, payload, at)"
        " SELECT 2, event_id, type, topic, key, subject, payload, at FROM events_event"
    )

    assert world.found(events.check_events) == ["events_twice", "events_twice"]


def test_events_of_one_subject_out_of_order_are_found(world):
    sql("INSERT INTO proof.seen (event_id, seq, topic, key) SELECT gen_random_uuid(), 0, topic, key FROM proof.seen")

    assert world.found(events.check_events) == ["events_disordered"]


def test_a_recorded_event_is_noted_by_the_database_itself(world):
    Outbox.objects.create(type="order.new", topic="order", key="1")
    assert world.found(events.check_events) == []  # it waits: that is no loss, and no rest either

    sql("DELETE FROM events_outbox")

    assert world.found(events.check_events) == ["events_lost"]


def test_a_history_with_a_hole_or_another_end_is_found(world):
    order_id = _order_id()
    for old, new in (("new", "approved"), ("queued", "synced")):
        StateChange.objects.create(
            machine="order", subject_id=order_id, event="x", old=old, new=new, actor="hub", at=AT, recorded_at=_today()
        )

    assert world.found(events.check_histories) == ["histories_broken"]

    world.update("orders_order", "state = 'processed'")

    assert world.found(events.check_histories) == ["histories_broken", "histories_broken"]


def _order_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM orders_order")
        return cursor.fetchone()[0]


def _today() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


# -- webhooks ----------------------------------------------------------------------------------------------------------


def test_a_webhook_that_was_answered_and_not_kept_is_lost(world):
    sql("DELETE FROM ingress_receipt")

    assert world.found(webhooks.check_kept) == ["webhooks_lost"]


def test_a_forged_webhook_that_was_taken_is_found(world):
    world.happened(TR, "webhook.forged", status=401, label="x")
    assert world.found(webhooks.check_kept) == []

    world.happened(WOO, "webhook.forged", status=200, label="x")

    assert world.found(webhooks.check_kept) == ["webhooks_forged_taken"]


def said(body: bytes) -> dict[str, Any]:
    """What the ledger tells of a message of the shop about product 7."""
    return {
        "status": 200, "topic": "product.updated", "resource_id": 7, "whole_id": 7, "label": "product.updated",
        "digest": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip


def kept(body: bytes) -> None:
    store = Channel.objects.system().get(role="store")
    Receipt.objects.system().create(
        seller_id=store.seller_id, channel=store, kind="product", subject_ref="7", identity=body.decode(), body=body,
        via="webhook", raw={}, received_at=AT, status="done", outcome="hint",
    )  # fmt: skip


def test_each_word_of_the_shop_is_kept_with_a_hint(world):
    world.happened(WOO, "webhook.sent", ms=100, **said(b"one"))
    assert world.found(webhooks.check_hinted) == ["webhooks_lost", "webhooks_lost"]

    kept(b"one")
    assert world.found(webhooks.check_hinted) == ["webhooks_lost"]

    sql(f"INSERT INTO proof.hinted (feed, refs, at) VALUES ('products', '{{7}}', '{AT.isoformat()}')")
    assert world.found(webhooks.check_hinted) == []


def test_the_same_word_again_needs_no_hint_and_another_one_does(world):
    sql(f"INSERT INTO proof.hinted (feed, refs, at) VALUES ('products', '{{7}}', '{AT.isoformat()}')")
    kept(b"one")
    kept(b"two")
    world.happened(WOO, "webhook.sent", ms=100, **said(b"one") | {"status": None})  # kept, and our answer was lost
    world.happened(WOO, "webhook.sent", ms=60_000, **said(b"one"))
    assert world.found(webhooks.check_hinted) == []

    world.happened(WOO, "webhook.sent", ms=60_000, **said(b"two"))

    assert world.found(webhooks.check_hinted) == ["webhooks_lost"]


# -- ends --------------------------------------------------------------------------------------------------------------


def test_a_receipt_that_waits_or_was_given_up_is_open(world):
    world.update("ingress_receipt", "status = 'dead'")

    assert [f.counter for f in open_things()] == ["receipts_open"]


def test_an_intent_whose_outcome_is_unknown_is_open(world):
    channel = Channel.objects.system().first()
    Intent.objects.system().create(
        seller_id=channel.seller_id, channel=channel, kind="store_order", subject_id=1, our_ref="r", state="unknown"
    )

    assert [f.counter for f in open_things()] == ["intents_open"]


def test_an_item_without_a_verdict_and_a_batch_without_an_end_are_open(world):
    listing = Listing.objects.system().get()
    batch = PushBatch.objects.system().create(
        seller_id=listing.seller_id, channel=Channel.objects.system().get(role="marketplace"),
        storefront_id=listing.storefront_id, capability="push_offers", state="polling", item_count=1, made_at=AT,
    )  # fmt: skip
    PushItem.objects.system().create(
        seller_id=listing.seller_id, batch=batch, listing=listing, listing_ref=SKU, sent={}
    )
    assert [f.counter for f in open_things()] == ["items_open"]

    world.update("egress_pushbatch", "state = 'settled'")

    assert [f.counter for f in open_things()] == ["items_open"]


@pytest.mark.parametrize("change", ["is_due = true", "batch_id = 1"])
def test_a_level_that_is_due_or_in_flight_for_ever_is_open(world, change):
    world.update("listings_listinglevel", f"{change} WHERE lane = 'stock'")

    assert [f.counter for f in open_things()] == ["items_open"]


def test_marks_outbox_and_parked_events_are_open(world):
    Dirty.objects.create(kind="stock", subject_id=1)
    Outbox.objects.create(type="order.new", topic="order", key="1")
    sql(
        "INSERT INTO events_parkedevent (subscriber, seq, event_id, type, topic, key, subject, payload, at, recorded_at,"
        " is_guilty, error, tries, parked_at) SELECT 's', seq, event_id, type, topic, key, subject, payload, at,"
        " recorded_at, true, 'x', 1, at FROM events_event"
    )

    assert ParkedEvent.objects.count() == 1
    assert [f.counter for f in open_things()] == ["items_open"] * 3


def test_a_claim_of_a_process_that_is_dead_is_open(world):
    world.update("ingress_receipt", "claimed_by = 'vm:4711:drain-0', leased_until = now() + interval '1 minute'")

    assert [f.counter for f in claims([4711])] == []
    assert [f.counter for f in claims([4712])] == ["claims_open"]

    world.update("ingress_receipt", "leased_until = now()")  # anybody's

    assert [f.counter for f in claims([4712])] == []


def test_every_counter_has_a_violation_planted_here():
    planted = "".join(path.read_text() for path in Path(__file__).parent.glob("test_check_*.py"))

    assert [name for name in ZEROS if f'"{name}"' not in planted] == []
