"""The official Python client, over plain http, so that every call is signed by it and not by us."""

from __future__ import annotations

import json

import pytest

woocommerce = pytest.importorskip("woocommerce", reason="the official client is not installed")


@pytest.fixture
def wc(strict_shop):
    keys = strict_shop.keys
    return woocommerce.API(
        url=keys["url"],
        consumer_key=keys["consumer_key"],
        consumer_secret=keys["consumer_secret"],
        version="wc/v3",
        timeout=5,
    )


def test_it_reads_pages_with_parameters_that_it_sends_twice(wc):
    answer = wc.get("products", params={"per_page": 7, "page": 2, "orderby": "id", "order": "asc"})

    assert answer.status_code == 200
    assert len(answer.json()) == 7
    assert answer.request.url.count("per_page=7") == 2


def test_it_makes_changes_and_removes_a_product_with_variations(wc):
    body = {
        "name": "Keten Gömlek",
        "type": "variable",
        "attributes": [{"name": "Beden", "variation": True, "visible": True, "options": ["S", "M"]}],
    }
    parent = wc.post("products", body).json()
    below = f"products/{parent['id']}/variations"
    create = [
        {"sku": f"KG-{o}", "regular_price": "450.00", "manage_stock": True, "stock_quantity": 5,
         "attributes": [{"name": "Beden", "option": o}]}
        for o in ("S", "M")
    ]  # fmt: skip

    made = wc.post(f"{below}/batch", {"create": create}).json()["create"]
    changed = wc.put(f"{below}/{made[0]['id']}", {"stock_quantity": 3}).json()
    listed = wc.get(below).json()

    assert [v["sku"] for v in listed] == ["KG-M", "KG-S"]  # newest first
    assert (changed["stock_quantity"], changed["manage_stock"]) == (3, True)
    assert wc.get(f"products/{parent['id']}").json()["variations"] == [v["id"] for v in made]
    assert wc.delete(f"products/{parent['id']}", params={"force": True}).status_code == 200
    assert wc.get(f"{below}/{made[0]['id']}").status_code == 404


def test_it_makes_and_completes_an_order(wc):
    body = {
        "status": "processing",
        "billing": {"first_name": "Jörg", "country": "DE"},
        "line_items": [{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "21.008403", "total": "21.008403"}],
        "shipping_lines": [{"method_id": "market", "method_title": "Market", "total": "4.201681"}],
        "meta_data": [{"key": "_hub_order_id", "value": "TY-1"}],
    }

    order = wc.post("orders", body).json()
    done = wc.put(f"orders/{order['id']}", {"status": "completed"}).json()

    assert order["total"] == "30.00"
    assert done["status"] == "completed"
    listed = wc.get("orders", params={"status": "completed", "after": "2020-01-01T00:00:00", "dates_are_gmt": "true"})
    assert [o["id"] for o in listed.json()] == [order["id"]]


def test_it_updates_stock_in_batches(wc):
    sabun = wc.get("products", params={"sku": "SABUN-KESE"}).json()[0]
    body = {"update": [{"id": sabun["id"], "stock_quantity": 11}, {"id": 999999, "stock_quantity": 1}]}

    answer = wc.post("products/batch", body)

    good, bad = answer.json()["update"]
    assert (answer.status_code, good["stock_quantity"]) == (200, 11)
    assert bad["error"]["code"] == "woocommerce_rest_product_invalid_id"


def test_it_subscribes_and_hears(wc, receiver, eventually):
    body = {"name": "hub", "topic": "order.created", "delivery_url": receiver.url, "secret": "s3cret"}

    made = wc.post("webhooks", body)
    order = wc.post("orders", {"line_items": [{"sku": "SABUN-KESE", "quantity": 1}]}).json()

    assert made.status_code == 201
    eventually(lambda: receiver.topic("order.created"))
    assert json.loads(receiver.topic("order.created")[0][1])["id"] == order["id"]
    assert wc.delete(f"webhooks/{made.json()['id']}", params={"force": "true"}).status_code == 200


def test_it_reads_the_settings(wc):
    currency = wc.get("settings/general/woocommerce_currency").json()["value"]
    included = wc.get("settings/tax/woocommerce_prices_include_tax").json()["value"]
    units = [wc.get(f"settings/products/woocommerce_{n}_unit").json()["value"] for n in ("weight", "dimension")]

    assert (currency, included, units) == ("TRY", "yes", ["kg", "cm"])
    assert wc.get("settings/general/nothing").status_code == 404
    assert {c["slug"] for c in wc.get("taxes/classes").json()} == {"standard", "reduced-rate", "zero-rate"}
    assert wc.get("taxes").headers["X-WP-Total"] == str(len(wc.get("taxes").json()))
    assert wc.get("system_status").json()["settings"]["currency"] == "TRY"
    assert {t["slug"] for t in wc.get("reports/orders/totals").json()} >= {"pending", "processing", "checkout-draft"}
    assert wc.get("data/currencies/current").json()["code"] == "TRY"


def test_it_is_told_when_a_key_may_only_read(strict_shop):
    keys = strict_shop.keys
    reader = woocommerce.API(keys["url"], keys["readonly_key"], keys["readonly_secret"])

    assert reader.get("products").status_code == 200
    assert reader.post("products", {"name": "x"}).status_code == 401
