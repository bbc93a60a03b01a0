"""Webhooks against a local receiver (reference §1.6, §4.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

SECRET = "gizli-anahtar-42"


@pytest.fixture
def hooked(shop, receiver, eventually):
    """A function that subscribes the receiver to a topic and waits for the ping."""

    def hook(topic: str, **fields: object) -> dict:
        before = len(receiver.got)
        body = {"topic": topic, "delivery_url": receiver.url, "secret": SECRET, **fields}
        answer = shop.api.post("/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        eventually(lambda: len(receiver.got) > before)
        return answer.json()

    return hook


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_creating_one_pings_its_address_with_an_unsigned_form(shop, receiver, hooked):
    made = hooked("order.created")

    headers, body = receiver.got[0]
    assert body == f"webhook_id={made['id']}".encode()
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert not any(name.startswith("x-wc-") for name in headers)
    assert "secret" not in made
    assert (made["resource"], made["event"], made["status"]) == ("order", "created", "active")


def test_a_delivery_is_signed_json_of_the_resource(shop, receiver, hooked, eventually):
    made = hooked("product.updated")
    product = shop.by_sku("SABUN-KESE")

    shop.api.put(f"/products/{product['id']}", json={"name": "Kil Sabunu"})

    eventually(lambda: receiver.topic("product.updated"))
    headers, body = receiver.topic("product.updated")[0]
    assert headers["x-wc-webhook-signature"] == sign(body)
    assert headers["x-wc-webhook-source"] == f"{shop.keys['url']}/"
    assert (headers["x-wc-webhook-resource"], headers["x-wc-webhook-event"]) == ("product", "updated")
    assert headers["x-wc-webhook-id"] == str(made["id"])
    assert "Hookshot" in headers["user-agent"]
    assert json.loads(body) == shop.api.get(f"/products/{product['id']}").json()


def test_a_variation_comes_in_the_product_schema(shop, receiver, hooked, eventually):
    hooked("product.updated")
    variation = shop.by_sku("TSHIRT-ANADOLU-KIR-S")

    path = f"/products/{variation['parent_id']}/variations/{variation['id']}"
    shop.api.put(path, json={"stock_quantity": 3})

    eventually(lambda: receiver.topic("product.updated"))
    body = json.loads(receiver.topic("product.updated")[0][1])
    assert (body["id"], body["type"], body["parent_id"]) == (variation["id"], "variation", variation["parent_id"])
    assert "images" in body and "image" not in body


def test_a_deletion_carries_the_id_alone(shop, receiver, hooked, eventually):
    hooked("product.deleted")
    product = shop.by_sku("SABUN-KESE")

    shop.api.delete(f"/products/{product['id']}", params={"force": "true"})

    eventually(lambda: receiver.topic("product.deleted"))
    assert json.loads(receiver.topic("product.deleted")[0][1]) == {"id": product["id"]}


def test_one_order_is_told_as_created_and_several_times_as_updated_with_equal_bodies(
    shop, receiver, hooked, eventually
):
    hooked("order.created")
    hooked("order.updated")

    shop.order(line_items=[{"sku": "SABUN-KESE", "quantity": 1}])

    eventually(lambda: len(receiver.topic("order.updated")) == 2 and receiver.topic("order.created"))
    told = receiver.topic("order.created") + receiver.topic("order.updated")
    assert len({body for _, body in told}) == 1
    first, second = receiver.topic("order.updated")
    assert first[0]["x-wc-webhook-delivery-id"] == second[0]["x-wc-webhook-delivery-id"]  # the same second


def test_stock_taken_by_an_order_is_told_unless_the_shop_has_the_blind_spot(shop, receiver, hooked, eventually):
    hooked("product.updated")
    shop.order(line_items=[{"sku": "SABUN-KESE", "quantity": 1}])
    eventually(lambda: receiver.topic("product.updated"))

    shop.act("bump_modified", on=False)
    hooked("order.created")
    shop.order(line_items=[{"sku": "SABUN-KESE", "quantity": 1}])

    eventually(lambda: receiver.topic("order.created"))
    assert len(receiver.topic("product.updated")) == 1


def test_the_seventh_failure_in_a_row_switches_it_off_and_nothing_is_sent_again(shop, receiver, hooked, eventually):
    made = hooked("product.updated")
    product = shop.by_sku("SABUN-KESE")
    receiver.status = 500

    def save() -> int:
        shop.api.put(f"/products/{product['id']}", json={"name": "Kil"})
        return len(receiver.topic("product.updated"))

    def status() -> str:
        return shop.api.get(f"/webhooks/{made['id']}").json()["status"]

    def failures() -> int:
        return len([e for e in shop.ledger("webhook.sent") if e["label"] == "product.updated"])

    for number in range(1, 8):
        assert status() == "active"
        save()
        eventually(lambda number=number: failures() == number)
    eventually(lambda: status() == "disabled")
    assert len(receiver.topic("product.updated")) == 7  # no retry of any
    assert shop.ledger("webhook.disabled")[0]["webhook_id"] == made["id"]

    receiver.status = 200
    save()
    assert shop.api.put(f"/webhooks/{made['id']}", json={"status": "active"}).json()["status"] == "active"
    save()
    eventually(lambda: len(receiver.topic("product.updated")) == 8)


def test_a_success_forgives_the_failures_before_it(shop, receiver, hooked, eventually):
    made = hooked("product.updated")
    product = shop.by_sku("SABUN-KESE")

    for number, status in enumerate([500] * 6 + [302] + [500] * 6, start=1):
        receiver.status = status
        shop.api.put(f"/products/{product['id']}", json={"name": "Kil"})
        eventually(lambda n=number: len([e for e in shop.ledger("webhook.sent") if e["label"] != "ping"]) == n)

    assert shop.api.get(f"/webhooks/{made['id']}").json()["status"] == "active"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"topic": "order.shipped"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": ""}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"delivery_url": "ftp://x.test"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
    ],
)
def test_one_without_topic_or_address_is_refused(shop, receiver, fields, code):
    body = {"topic": "order.created", "delivery_url": receiver.url} | fields
    answer = shop.api.post("/webhooks", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert shop.api.post("/webhooks", json=body | {"topic": "action.woocommerce_add_to_cart"}).status_code in {201, 400}


def test_there_is_no_bin_and_a_paused_one_is_silent(shop, receiver, hooked, eventually):
    paused, active = hooked("product.updated", status="paused"), hooked("product.deleted")
    product = shop.by_sku("SABUN-KESE")

    shop.api.put(f"/products/{product['id']}", json={"name": "Kil"})
    shop.api.delete(f"/products/{product['id']}", params={"force": "true"})

    eventually(lambda: receiver.topic("product.deleted"))
    assert receiver.topic("product.updated") == []
    assert shop.api.delete(f"/webhooks/{active['id']}").status_code == 501
    assert shop.api.delete(f"/webhooks/{active['id']}", params={"force": "true"}).status_code == 200
    assert shop.api.get(f"/webhooks/{active['id']}").json()["code"] == "woocommerce_rest_shop_webhook_invalid_id"
    assert [w["id"] for w in shop.api.get("/webhooks").json()] == [paused["id"]]


def test_the_dials_double_lose_and_forge_deliveries(shop, receiver, hooked, eventually):
    hooked("product.updated")
    product = shop.by_sku("SABUN-KESE")
    shop.dials(duplicate_webhook=1, forged_webhook=1)

    shop.api.put(f"/products/{product['id']}", json={"name": "Kil"})

    eventually(lambda: len(receiver.topic("product.updated")) == 3)
    signed = [headers["x-wc-webhook-signature"] == sign(body) for headers, body in receiver.topic("product.updated")]
    assert sorted(signed) == [False, True, True]
    eventually(lambda: len(shop.ledger("webhook.forged")) == 1)
    shop.dials(duplicate_webhook=0, forged_webhook=0, lost_webhook=1)
    shop.api.put(f"/products/{product['id']}", json={"name": "Kil"})
    eventually(lambda: len(shop.ledger("webhook.lost")) == 1)
    assert len(receiver.topic("product.updated")) == 3
