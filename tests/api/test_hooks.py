"""What remotes post: verified, kept once, answered by its status alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from entrepot.channels.services.vault import unseal
from entrepot.ingress.models import Feed, Receipt
from entrepot.ingress.services import webhook
from entrepot.ingress.services.webhook import MAX_BYTES

SAMPLES = Path(__file__).parents[2] / "src/entrepot/connectors"


@pytest.fixture(autouse=True)
def _asked_each_time(monkeypatch):
    """What is known of a channel is asked for again at once, not after two seconds."""
    monkeypatch.setattr(webhook, "_KNOWN_S", 0.0)


def secret_of(channel):
    return unseal(channel.webhook_secret)["secret"]


def of_woo(channel, body, *, secret=None, topic="order.updated"):
    """Headers as WooCommerce sends them: base64 of the HMAC-SHA256 of the body (REST docs, "Webhooks")."""
    digest = hmac.new((secret or secret_of(channel)).encode(), body, hashlib.sha256).digest()
    return {
        "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Resource": topic.split(".")[0], "X-WC-Webhook-Event": "updated",
        "X-WC-Webhook-Signature": base64.b64encode(digest).decode(), "X-WC-Webhook-ID": "3",
        "X-WC-Webhook-Delivery-ID": "d1", "Content-Type": "application/json",
    }  # fmt: skip


def of_trendyol(channel, *, secret=None):
    """Headers as Trendyol sends them: the key that we gave with the subscription ("API_KEY" authentication)."""
    return {"x-api-key": secret or secret_of(channel), "Content-Type": "application/json"}


def post(client, token, body, headers):
    headers = dict(headers)
    media = headers.pop("Content-Type", "application/json")
    return client.generic("POST", f"/hooks/{token}", body, media, headers=headers)


def body_of(slug):
    """A delivery's body: the connector's sample of one."""
    sample = json.loads((SAMPLES / slug / "samples/read_webhook.json").read_text("utf-8"))
    return sample["body"].encode()


@pytest.fixture
def woo(shop):
    """The shop, whose deliveries of products name what to fetch."""
    Feed.objects.create(seller=shop.seller, channel=shop.store, name="products", every_s=20)
    return shop.store


@pytest.fixture
def trendyol(shop):
    """The marketplace, whose deliveries carry whole packages."""
    return shop.market


def wanted(channel):
    return Feed.objects.get(channel=channel, name="products").wanted_refs


def kept(channel):
    return Receipt.objects.filter(channel=channel).count()


def test_a_valid_delivery_of_the_shop_names_what_to_fetch_and_a_second_one_changes_nothing(client, woo):
    body = body_of("woocommerce")
    headers = of_woo(woo, body, topic="product.updated")

    first = post(client, woo.webhook_token, body, headers)
    again = post(client, woo.webhook_token, body, headers)

    assert (first.status_code, again.status_code) == (200, 200)
    assert wanted(woo) == ["802"]


@pytest.mark.parametrize("how", ["forged", "truncated", "unsigned", "of another", "tampered"])
def test_a_delivery_of_the_shop_that_is_not_signed_by_it_is_refused(client, woo, how):
    body = body_of("woocommerce")
    headers = of_woo(woo, body, topic="product.updated")
    broken = {
        "forged": (body, of_woo(woo, body, secret="guessed", topic="product.updated")),
        "truncated": (body[:-20], headers),
        "unsigned": (body, {k: v for k, v in headers.items() if k != "X-WC-Webhook-Signature"}),
        "of another": (b"{}", headers),
        "tampered": (body.replace(b"5.40", b"0.01"), headers),
    }[how]

    assert post(client, woo.webhook_token, *broken).status_code == 401
    assert wanted(woo) == []
    assert post(client, woo.webhook_token, body, headers).status_code == 200
    assert wanted(woo) == ["802"]


def test_the_shops_unsigned_hello_is_answered_and_changes_nothing(client, woo):
    hello = post(client, woo.webhook_token, b"webhook_id=3", {"Content-Type": "application/x-www-form-urlencoded"})

    assert hello.status_code == 200
    assert wanted(woo) == []


def test_a_valid_delivery_of_the_marketplace_is_kept_once(client, trendyol):
    body, headers = body_of("trendyol"), of_trendyol(trendyol)

    first = post(client, trendyol.webhook_token, body, headers)
    again = post(client, trendyol.webhook_token, body, headers)

    assert (first.status_code, again.status_code) == (200, 200)
    receipt = Receipt.objects.get(channel=trendyol)
    assert (receipt.via, receipt.status, receipt.subject_ref) == ("webhook", "queued", "10900000008")


@pytest.mark.parametrize("key", [None, "", "guessed", "g\u00fcessed"])
def test_a_delivery_of_the_marketplace_without_our_key_is_refused(client, trendyol, key):
    body = body_of("trendyol")
    headers = {} if key is None else {"x-api-key": key}

    assert post(client, trendyol.webhook_token, body, headers).status_code == 401
    assert kept(trendyol) == 0
    assert post(client, trendyol.webhook_token, body, of_trendyol(trendyol)).status_code == 200
    assert kept(trendyol) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"content": [1]}', b'{"content": [{}]}'], ids=str
)
def test_a_delivery_that_cannot_be_read_keeps_nothing_and_is_no_fault_of_ours(client, trendyol, body):
    client.raise_request_exception = False

    answer = post(client, trendyol.webhook_token, body, of_trendyol(trendyol))

    assert answer.status_code in (200, 422), answer.content
    assert kept(trendyol) == 0


def test_a_truncated_delivery_of_the_marketplace_is_refused(client, trendyol):
    body = body_of("trendyol")

    assert post(client, trendyol.webhook_token, body[:-40], of_trendyol(trendyol)).status_code == 422
    assert kept(trendyol) == 0


def test_the_largest_delivery_is_read_and_one_byte_more_is_not(client, trendyol):
    body = body_of("trendyol")
    largest = body + b" " * (MAX_BYTES - len(body))

    assert post(client, trendyol.webhook_token, largest + b" ", of_trendyol(trendyol)).status_code == 413
    assert kept(trendyol) == 0
    assert post(client, trendyol.webhook_token, largest, of_trendyol(trendyol)).status_code == 200
    assert kept(trendyol) == 1


@pytest.mark.parametrize("token", ["nobody", "x" * 500, "a%00b", "%E2%98%83", "..%2f..%2fpanel"])
def test_an_unknown_token_is_not_found_whatever_it_says(client, trendyol, token):
    assert post(client, token, body_of("trendyol"), of_trendyol(trendyol)).status_code == 404


def test_a_retired_channel_is_not_found(client, trendyol):
    assert post(client, trendyol.webhook_token, body_of("trendyol"), of_trendyol(trendyol)).status_code == 200
    trendyol.state = "retired"
    trendyol.save()

    assert post(client, trendyol.webhook_token, body_of("trendyol"), of_trendyol(trendyol)).status_code == 404


def test_only_posts_are_taken_and_answers_tell_nothing(client, trendyol):
    get = client.get(f"/hooks/{trendyol.webhook_token}")
    refused = post(client, trendyol.webhook_token, body_of("trendyol"), {"x-api-key": "guessed"})

    assert (get.status_code, get["Allow"]) == (405, "POST")
    assert refused.content == b"unauthorised"
    assert "Set-Cookie" not in refused


def test_nothing_is_answered_with_200_that_was_not_committed(client, trendyol, monkeypatch):
    from django.db import OperationalError

    from entrepot.api import hooks

    def gone(**_):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(hooks, "receive", gone)
    answer = post(client, trendyol.webhook_token, body_of("trendyol"), of_trendyol(trendyol))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"server" not in answer.content
