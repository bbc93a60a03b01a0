"""Subscriptions, and deliveries as a store posts them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from entrepot.connectors.woocommerce import webhooks
from entrepot.core.errors import MappingError
from entrepot.kit import records
from entrepot.kit.requests import Reply

SECRET = "a-secret_of-ours"
WANTED = records.Subscription(
    subscription_ref="31", url="https://hub.example/in/7", topic="product.updated", is_active=True, secret=SECRET
)


def delivery(topic, raw):
    body = json.dumps(raw, ensure_ascii=False, default=str).encode()
    signature = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": signature, "x-wc-webhook-id": "31"}, body


def test_a_genuine_delivery_is_verified_and_a_changed_one_is_not(simple):
    headers, body = delivery("product.updated", simple())

    assert webhooks.verify(headers, body, SECRET)
    assert not webhooks.verify(headers, body + b" ", SECRET)
    assert not webhooks.verify(headers, body, SECRET + "x")
    assert not webhooks.verify({**headers, "x-wc-webhook-signature": ""}, body, SECRET)
    assert not webhooks.verify({**headers, "x-wc-webhook-signature": "é"}, body, SECRET)
    assert not webhooks.verify({}, body, "")


def test_the_hello_of_a_new_subscription_is_no_news():
    headers, body = {"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=31"

    assert webhooks.is_ping(headers, body)
    assert not webhooks.is_ping(headers, b"webhook_id=31&x=1")
    assert not webhooks.is_ping({"x-wc-webhook-topic": "order.updated"}, body)
    assert webhooks.read(headers, body).subject_refs == ()


def test_a_simple_product_is_full_news(simple, read, store):
    news = webhooks.read(*delivery("product.updated", simple()))

    assert (news.kind, news.is_full, news.subject_refs) == ("product", True, ("802",))
    assert read("product", news.raws[0], store())[0][0].product_ref == "802"


def test_a_variable_product_is_a_hint(variable):
    news = webhooks.read(*delivery("product.updated", variable()))

    assert (news.is_full, news.raws, news.subject_refs) == (False, (), ("801",))


def test_news_of_a_variation_names_its_product(simple):
    news = webhooks.read(*delivery("product.updated", simple(id=811, type="variation", parent_id=801)))

    assert (news.kind, news.is_full, news.subject_refs) == ("product", False, ("801",))


def test_what_was_deleted_is_only_named():
    news = webhooks.read(*delivery("product.deleted", {"id": 802}))

    assert (news.kind, news.topic, news.is_full, news.subject_refs) == ("product", "product.deleted", False, ("802",))


def test_our_order_is_news_and_another_is_not(order):
    ours = webhooks.read(*delivery("order.updated", order()))
    done = webhooks.read(*delivery("order.updated", order(status="completed")))
    other = webhooks.read(*delivery("order.updated", order(meta_data=[])))

    assert (ours.is_full, ours.subject_refs) == (True, ("9123",))
    assert (done.is_full, done.subject_refs) == (False, ("9123",))  # its tracking may be kept elsewhere
    assert (other.raws, other.subject_refs) == ((), ())


def test_repeated_deliveries_have_one_identity_and_others_another(simple):
    first = webhooks.read(*delivery("product.updated", simple()))
    again = webhooks.read(*delivery("product.updated", simple()))
    changed = webhooks.read(*delivery("product.updated", simple(stock_quantity=3)))  # same second, same stamp

    assert first.identity == again.identity != changed.identity


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b'{"id":true}', b'{"name":"x"}', b"[" * 5000])
def test_what_is_no_resource_is_said_to_be_none(body):
    with pytest.raises(MappingError, match="webhook"):
        webhooks.read({"x-wc-webhook-topic": "product.updated"}, body)


@pytest.mark.parametrize("secret", ["", "a&b", "a<b", 'a"b', "a'b"])
def test_a_secret_that_the_store_would_read_differently_is_refused(store, secret):
    with pytest.raises(MappingError, match="secret"):
        webhooks.create(store(), replace(WANTED, secret=secret))


def test_a_subscription_is_created_with_our_secret_and_found_again(spec, store):
    way = spec.can["register_webhooks"]
    raw = {"id": 31, "status": "active", "topic": "product.updated", "delivery_url": WANTED.url}

    asked = way.create(store(), WANTED)

    assert asked.body == {
        "name": "Entrepot product.updated", "topic": "product.updated", "delivery_url": WANTED.url, "secret": SECRET,
        "status": "active",
    }  # fmt: skip
    assert not asked.is_safe
    assert SECRET not in repr(asked)
    assert way.created(store(), WANTED, Reply(201, raw)) == WANTED
    assert not way.into(store(), {**raw, "status": "disabled"}).is_active


def test_a_disabled_subscription_is_switched_on_again_and_a_deleted_one_is_gone_for_good(spec, store):
    way = spec.can["register_webhooks"]

    assert way.activate(store(), "31").body == {"status": "active"}
    assert way.deactivate(store(), "31").body == {"status": "paused"}
    assert way.delete(store(), "31").query == {"force": "true"}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://hub.example/in", None), ("http://hub.example:8080/in", None), ("https://hub.example:8443/in", "port 8443"),
        ("http://127.0.0.1/in", "private"), ("http://10.0.0.7/in", "private"), ("http://[::1]/in", "private"),
        ("http://localhost/in", "private"), ("ftp://hub.example/in", "http"), ("hub.example", "http"), ("http://[", "no address"),
    ],
)  # fmt: skip
def test_addresses_that_a_store_refuses_are_known(url, says):
    told = webhooks.url_rule(url)

    assert told is None if says is None else says in told
