"""What a webhook leaves: its bytes, one receipt a fact, one hint a change; the same again leaves nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.orders.conftest import AT

from entrepot.channels.models import Channel
from entrepot.channels.services import begin_secret, change_settings, end_secret
from entrepot.channels.services.hooks import webhook_secrets
from entrepot.channels.services.vault import seal, unseal
from entrepot.core.errors import Invalid
from entrepot.ingress import services as ingress
from entrepot.ingress.models import Feed, Receipt
from entrepot.ingress.services import webhook
from entrepot.kit.requests import loads

from .test_receipts import MS, keep, raw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch):
    """What is known of a channel is asked for again at once, and no delivery is remembered."""
    webhook._SEEN._until.clear()
    monkeypatch.setattr(webhook, "_KNOWN_S", 0.0)


def posted(*packages):
    """Bytes with a spacing that no serialiser would choose."""
    return json.dumps({"content": packages}, default=str, ensure_ascii=False, indent=3).encode() + b" \n"


def plain(**given):
    """A package as it is posted: JSON of the same numbers."""
    return json.loads(json.dumps(raw(**given), default=float))


def as_polled():
    """The same package as a poll reads it."""
    return loads(posted(plain()))["content"][0]


def post(channel, body, *, at=AT, address="203.0.113.5", headers=None):
    secret = unseal(Channel.objects.system().get(id=channel.id).webhook_secret)["secret"]
    told = headers or {"X-API-Key": secret}
    return ingress.receive(token=channel.webhook_token, headers=told, body=body, at=at, address=address)


def shop_posts(channel, body, topic="product.updated", at=AT):
    secret = unseal(channel.webhook_secret)["secret"]
    signed = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": signed}
    return ingress.receive(token=channel.webhook_token, headers=headers, body=body, at=at)


def test_the_bytes_of_a_delivery_are_kept_beside_the_record(desk):
    body = posted(plain())

    assert post(desk.market, body) == 200

    row = Receipt.objects.system().get()
    assert bytes(row.body) == body
    assert (row.via, row.hooked_at, row.polled_at) == ("webhook", AT, None)
    assert row.told_at.timestamp() * 1000 == MS
    assert row.raw["orderNumber"] == "O1"


def test_a_delivery_of_two_orders_is_kept_whole_once(desk):
    body = posted(plain(), plain(package=72, order="O2"))

    post(desk.market, body)

    rows = Receipt.objects.system().order_by("id")
    assert [r.subject_ref for r in rows] == ["O1", "O2"]
    assert [bytes(r.body) for r in rows if r.body is not None] == [body]


def test_a_poll_and_a_webhook_of_the_same_fact_leave_one_receipt_that_says_both(desk):
    post(desk.market, posted(plain()))
    keep(desk, as_polled(), via="poll")

    row = Receipt.objects.system().get()
    assert (row.via, row.hooked_at, row.polled_at) == ("webhook", AT, AT)


def test_a_webhook_after_the_poll_is_noted_with_its_bytes_and_applies_nothing_again(desk):
    keep(desk, as_polled(), via="poll")
    ingress.apply_receipts(limit=10, at=AT)

    assert post(desk.market, posted(plain()), at=AT + timedelta(seconds=9)) == 200

    row = Receipt.objects.system().get()
    assert (row.status, row.hooked_at, row.polled_at) == ("done", AT + timedelta(seconds=9), AT)
    assert bytes(row.body) == posted(plain())
    assert ingress.apply_receipts(limit=10, at=AT + timedelta(minutes=9)) == 0


def test_news_costs_one_query_and_a_repetition_none(desk, monkeypatch):
    post(desk.market, posted(plain(package=70)))
    secret = unseal(desk.market.webhook_secret)["secret"]
    monkeypatch.setattr(webhook, "_KNOWN_S", 60.0)

    def queries(body):
        with CaptureQueriesContext(connection) as seen:
            given = {"token": desk.market.webhook_token, "headers": {"X-API-Key": secret}, "body": body, "at": AT}
            assert ingress.receive(**given) == 200
        return [q["sql"] for q in seen if 'channels_channel"' not in q["sql"]]

    queries(posted(plain(package=71)))
    assert [q.split()[0] for q in queries(posted(plain(package=72)))] == ["WITH"]
    assert queries(posted(plain(package=72))) == []  # this process kept the same bytes a moment ago
    webhook._SEEN._until.clear()
    queries(posted(plain(package=72)))
    assert Receipt.objects.system().count() == 3


def test_goods_are_fetched_once_however_often_the_same_is_told(desk):
    feed = Feed.objects.create(seller_id=desk.seller_id, channel=desk.store, name="products", every_s=20)
    black = b'{"id": 12, "type": "simple", "date_modified_gmt": "2026-05-04T09:59:00", "stock_quantity": 3}'
    white = black.replace(b"3}", b"4}")

    def hints(body, seconds):
        assert shop_posts(desk.store, body, at=AT + timedelta(seconds=seconds)) == 200
        return Feed.objects.get(id=feed.id).hint_no

    assert [hints(black, 1), hints(black, 2), hints(black, 3)] == [1, 1, 1]
    assert hints(white, 4) == 2
    assert hints(white, 5) == 2
    assert [hints(black, 6), hints(black, 7)] == [3, 3]  # it changed, and changed back
    assert hints(white, 8) == 4

    rows = Receipt.objects.system().order_by("id")
    assert [bytes(r.body) for r in rows] == [black, white]
    assert {(r.status, r.outcome, r.subject_ref) for r in rows} == {("done", "hint", "12")}


def test_only_networks_that_a_person_allowed_are_let_in(desk):
    who = {"seller_id": desk.seller_id, "channel_id": desk.market.id}
    change_settings(**who, settings={"hub.webhook_networks": ["203.0.113.0/24", "2001:db8::/48"]})

    assert post(desk.market, posted(plain()), address="198.51.100.9") == 401
    assert post(desk.market, posted(plain()), address="") == 401
    assert not Receipt.objects.system().exists()
    assert post(desk.market, posted(plain()), address="2001:db8::7") == 200
    with pytest.raises(Invalid, match="a list of networks"):
        change_settings(**who, settings={"hub.webhook_networks": ["203.0.113.7/24"]})


def test_the_secret_before_the_present_one_is_still_believed_and_none_before_it(desk):
    Channel.objects.system().filter(id=desk.market.id).update(webhook_secret=seal({"secret": "new", "before": "old"}))

    assert post(desk.market, posted(plain()), headers={"X-API-Key": "older"}) == 401
    assert post(desk.market, posted(plain()), headers={"X-API-Key": "old"}) == 200
    assert post(desk.market, posted(plain()), headers={"X-API-Key": "new"}) == 200


def test_the_secret_before_is_believed_until_its_time_is_over(desk):
    change_settings(seller_id=desk.seller_id, channel_id=desk.market.id, settings={"hub.webhook_grace_s": 600})
    (old,) = webhook_secrets(desk.market, at=AT)

    begin_secret(seller_id=desk.seller_id, channel_id=desk.market.id)
    assert post(desk.market, posted(plain(package=80)), headers={"X-API-Key": old}, at=AT + timedelta(days=9)) == 200
    until = end_secret(seller_id=desk.seller_id, channel_id=desk.market.id, at=AT)

    assert until == AT + timedelta(seconds=600)
    for seconds, status in ((599, 200), (600, 401)):
        late = AT + timedelta(seconds=seconds)
        assert post(desk.market, posted(plain(package=81)), headers={"X-API-Key": old}, at=late) == status
    assert post(desk.market, posted(plain(package=82)), at=AT + timedelta(days=9)) == 200


def test_a_new_secret_is_believed_at_once_though_the_channel_was_asked_for_a_moment_ago(desk, monkeypatch):
    monkeypatch.setattr(webhook, "_KNOWN_S", 60.0)
    assert post(desk.market, posted(plain())) == 200

    begin_secret(seller_id=desk.seller_id, channel_id=desk.market.id)

    assert post(desk.market, posted(plain(package=75))) == 200
    assert post(desk.market, posted(plain(package=76)), headers={"X-API-Key": "guessed"}) == 401
    assert Receipt.objects.system().count() == 2
