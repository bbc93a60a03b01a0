"""Webhooks of a channel: what we want beside what the remote had when we looked last."""

from __future__ import annotations

import pytest

from entrepot.channels.models import Channel
from entrepot.channels.queries import wanted_topics, webhooks
from entrepot.channels.services import begin_secret, end_secret, record_subscriptions, want_topic, want_webhooks
from entrepot.channels.services.hooks import webhook_secrets
from entrepot.channels.services.vault import seal
from entrepot.events.models import Outbox

from ..goods_rows import AT, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(aydin):
    return store(aydin)


def seen(shop, *found):
    record_subscriptions(seller_id=shop.seller_id, channel_id=shop.id, found=found, at=AT)
    shop.refresh_from_db()
    return {(w.topic, w.state) for w in webhooks(channel=shop)}


def test_nothing_is_wanted_until_webhooks_are_on(shop):
    assert (wanted_topics(shop), webhooks(channel=shop)) == ([], [])

    shop = want_webhooks(seller_id=shop.seller_id, channel_id=shop.id, is_wanted=True, at=AT)
    want_webhooks(seller_id=shop.seller_id, channel_id=shop.id, is_wanted=True, at=AT)

    assert {w.state for w in webhooks(channel=shop)} == {"missing"}
    assert [w.topic for w in webhooks(channel=shop)] == wanted_topics(shop)
    assert list(Outbox.objects.filter(type__contains="webhooks").values_list("type", flat=True)) == [
        "channel.webhooks_on"
    ]


def test_what_differs_from_what_we_want_is_named(shop):
    shop = want_webhooks(seller_id=shop.seller_id, channel_id=shop.id, is_wanted=True, at=AT)
    fine, asleep, *missing = wanted_topics(shop)

    found = seen(
        shop, ("1", fine, "hub.example", True, True), ("2", fine, "hub.example", True, True),
        ("3", asleep, "hub.example", False, True), ("4", fine, "erp.example", True, False),
    )  # fmt: skip

    assert found == {
        (fine, "ok"), (fine, "unwanted"), (asleep, "switched_off"), (fine, "of_others"),
        *((topic, "missing") for topic in missing),
    }  # fmt: skip
    assert {w.state for w in webhooks(channel=shop) if w.differs} == {"unwanted", "switched_off"} | (
        {"missing"} if missing else set()
    )


def test_a_topic_that_a_person_switched_off_is_not_missed(shop):
    shop = want_webhooks(seller_id=shop.seller_id, channel_id=shop.id, is_wanted=True, at=AT)
    topic, *others = wanted_topics(shop)

    shop = want_topic(seller_id=shop.seller_id, channel_id=shop.id, topic=topic, is_wanted=False, at=AT)
    assert wanted_topics(shop) == others
    assert (topic, "off") in seen(shop, ("1", topic, "hub.example", False, True))

    shop = want_topic(seller_id=shop.seller_id, channel_id=shop.id, topic=topic, is_wanted=True, at=AT)
    assert topic in wanted_topics(shop)


def test_what_the_remote_has_no_more_is_forgotten(shop):
    seen(shop, ("1", "order.created", "hub.example", True, True), ("2", "order.updated", "x", True, False))

    assert seen(shop, ("2", "order.updated", "x", False, False)) == {("order.updated", "of_others")}
    assert shop.webhooks_seen_at == AT


def test_what_leaves_of_a_channel_and_of_its_webhooks_opens_no_door():
    from entrepot.channels.api.shapes import ChannelOut
    from entrepot.channels.api.webhooks import WebhookOut

    shown = set(ChannelOut.model_fields) | set(WebhookOut.model_fields)
    assert not {"secrets", "webhook_secret", "webhook_token", "url"} & shown


def test_a_renewal_that_was_broken_off_goes_on_with_its_secret_and_one_that_ended_makes_another(shop):
    who = {"seller_id": shop.seller_id, "channel_id": shop.id}
    Channel.objects.filter(id=shop.id).update(webhook_secret=seal({"secret": "first"}))

    second = webhook_secrets(begin_secret(**who), at=AT)
    assert webhook_secrets(begin_secret(**who), at=AT) == second  # some subscriptions may have it already
    end_secret(**who, at=AT)
    third = webhook_secrets(begin_secret(**who), at=AT)

    assert second[1] == "first"
    assert third[1] == second[0]
    assert len({"first", second[0], third[0]}) == 3
