"""Orders and the arithmetic of the shop (reference §1.5, §4.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

BUYER = {"first_name": "Ayşe", "last_name": "Ilgaz", "country": "DE", "email": "ayse@buyers.test"}


def test_net_amounts_with_six_decimals_come_to_the_gross_total(shop):
    """Observed on a real shop with 19 %: 25.00 + 5.00 gross, sent net, is exactly 30.00."""
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "21.008403", "total": "21.008403"}],
        shipping_lines=[{"method_id": "marketplace", "method_title": "Market", "total": "4.201681"}],
    )

    line, shipping = order["line_items"][0], order["shipping_lines"][0]
    assert (line["total"], line["total_tax"]) == ("21.01", "3.99")
    assert (shipping["total"], shipping["total_tax"]) == ("4.20", "0.80")
    assert (order["total"], order["total_tax"], order["cart_tax"]) == ("30.00", "4.79", "3.99")
    assert line["price"] == 21.008403
    assert order["tax_lines"][0]["rate_percent"] == 19
    assert order["tax_lines"][0]["tax_total"] == "3.99"
    assert order["tax_lines"][0]["shipping_tax_total"] == "0.80"


def test_gross_amounts_are_taxed_a_second_time(shop):
    """Observed on the same shop: the gross figures gave 35.70."""
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "25.00", "total": "25.00"}],
        shipping_lines=[{"method_id": "marketplace", "method_title": "Market", "total": "5.00"}],
    )

    assert order["total"] == "35.70"


def test_a_fee_without_tax_corrects_the_total(shop):
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "21.00", "total": "21.00"}],
        fee_lines=[{"name": "Yuvarlama", "total": "0.01", "tax_status": "none"}],
    )

    assert order["fee_lines"][0]["total_tax"] == "0.00"
    assert order["total"] == "25.00"  # 21.00 + 3.99 + 0.01


def test_a_zero_rate_class_takes_gross_as_net(shop):
    line = {"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "25.00", "total": "25.00", "tax_class": "zero-rate"}

    order = shop.order(line_items=[line])

    assert (order["total"], order["total_tax"], order["tax_lines"]) == ("25.00", "0.00", [])


def test_tax_follows_the_shipping_country_then_the_billing_country(shop):
    line = [{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "100.00", "total": "100.00"}]
    elsewhere = {"country": "US"}

    assert shop.order(line_items=line, shipping={"country": "TR"})["total"] == "120.00"
    assert shop.order(line_items=line, shipping=elsewhere, billing={"country": "TR"})["total"] == "100.00"
    assert shop.order(line_items=line, shipping={"country": ""}, billing={"country": "DE"})["total"] == "119.00"


def test_three_of_something_are_taxed_per_line_and_rounded_once(shop):
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 3, "subtotal": "10.084034", "total": "10.084034"}]
    )

    assert Decimal(order["total"]) == Decimal("12.00")  # 10.08 + round(1.91596646)
    assert order["line_items"][0]["price"] == pytest.approx(10.084034 / 3, abs=1e-12)


def test_without_amounts_the_catalogue_price_net_of_tax_is_taken(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 2}], shipping={"country": "TR"})

    assert order["line_items"][0]["subtotal"] == "133.17"  # 2 × 79.90 ÷ 1.20
    assert order["total"] == "159.80"


def test_a_discount_is_the_subtotal_less_the_total(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "50.00", "total": "40.00"}])

    assert (order["discount_total"], order["discount_tax"], order["total"]) == ("10.00", "1.90", "47.60")


def test_the_dp_parameter_shows_more_decimals(shop):
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "21.008403", "total": "21.008403"}]
    )

    shown = shop.api.get(f"/orders/{order['id']}", params={"dp": 6}).json()

    assert shown["line_items"][0]["total"] == "21.008403"
    assert shown["line_items"][0]["total_tax"] == "3.991597"


def test_an_unknown_sku_makes_a_line_of_nothing(shop):
    order = shop.order(line_items=[{"sku": "YOK", "quantity": 1, "total": "10.00"}])

    line = order["line_items"][0]
    assert (line["product_id"], line["sku"]) == (0, None)
    assert shop.ledger("stock.reduced") == []


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"line_items": [{"quantity": 1}]}, "woocommerce_rest_required_product_reference"),
        ({"shipping_lines": [{"method_title": "x", "total": "1"}]}, "woocommerce_rest_invalid_shipping_item"),
        ({"fee_lines": [{"total": "1"}]}, "woocommerce_rest_invalid_fee_item"),
        ({"coupon_lines": [{"code": "bahar"}]}, "woocommerce_rest_invalid_coupon"),
        ({"customer_id": 77}, "woocommerce_rest_invalid_customer_id"),
        ({"id": 3}, "woocommerce_rest_shop_order_exists"),
        ({"status": "trash"}, "rest_invalid_param"),
        ({"status": "shipped"}, "rest_invalid_param"),
        ({"line_items": [{"sku": "SABUN-DEFNE", "quantity": 1, "total": 10}]}, "rest_invalid_param"),
        ({"billing": {"email": ""}}, "rest_invalid_param"),
        ({"billing": {"email": "nobody"}}, "rest_invalid_param"),
    ],
)
def test_an_order_that_lacks_something_is_refused_and_not_kept(shop, lines, code):
    answer = shop.api.post("/orders", json=lines)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert shop.api.get("/orders").json() == []


def test_variation_wins_over_product_and_the_line_tells_both(shop):
    variation = shop.by_sku("TSHIRT-ANADOLU-KIR-S")
    other = shop.by_sku("SABUN-DEFNE")

    order = shop.order(line_items=[{"product_id": other["id"], "variation_id": variation["id"], "quantity": 1}])

    line = order["line_items"][0]
    assert (line["product_id"], line["variation_id"]) == (variation["parent_id"], variation["id"])
    assert (line["sku"], line["parent_name"]) == ("TSHIRT-ANADOLU-KIR-S", "Anadolu Baskılı Tişört")
    meta = {m["key"]: (m["value"], m["display_key"]) for m in line["meta_data"]}
    assert meta["pa_renk"] == ("kirmizi", "Renk")  # the slug, not the label


def test_set_paid_pays_and_an_order_of_virtual_goods_is_done_at_once(shop):
    parcel = shop.order(status="pending", set_paid=True, line_items=[{"sku": "SABUN-DEFNE", "quantity": 1}])
    voucher = shop.order(status="pending", set_paid=True, line_items=[{"sku": "HEDIYE-500", "quantity": 1}])

    assert (parcel["status"], voucher["status"]) == ("processing", "completed")
    assert parcel["date_paid_gmt"] is not None
    assert parcel["created_via"] == "rest-api"


def test_lines_are_added_changed_and_removed(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "10.00", "total": "10.00"}])
    path, first = f"/orders/{order['id']}", order["line_items"][0]["id"]

    added = {"line_items": [{"sku": "SABUN-KESE", "quantity": 1, "subtotal": "20.00", "total": "20.00"}]}
    more = shop.api.put(path, json=added).json()
    assert (len(more["line_items"]), more["total"]) == (2, "35.70")
    changed = shop.api.put(path, json={"line_items": [{"id": first, "subtotal": "30.00", "total": "30.00"}]}).json()
    assert changed["total"] == "59.50"
    less = shop.api.put(path, json={"line_items": [{"id": first, "quantity": 0}]}).json()
    assert ([line["sku"] for line in less["line_items"]], less["total"]) == (["SABUN-KESE"], "23.80")
    wrong = shop.api.put(path, json={"line_items": [{"id": 999999, "quantity": 1}]})
    assert wrong.status_code == 400


def test_a_marketplace_number_is_not_found_by_search(shop):
    order = shop.order(
        line_items=[{"sku": "SABUN-DEFNE", "quantity": 1}],
        transaction_id="TY-10077",
        meta_data=[{"key": "_hub_order_id", "value": "TY-10077"}],
    )

    assert shop.api.get("/orders", params={"search": "TY-10077"}).json() == []
    assert [o["id"] for o in shop.api.get("/orders", params={"search": str(order["id"])}).json()] == [order["id"]]


def test_orders_are_listed_by_status_and_drafts_and_the_bin_are_not(shop):
    line = [{"sku": "SABUN-DEFNE", "quantity": 1}]
    kept, draft = shop.order(line_items=line), shop.order(status="checkout-draft", line_items=line)
    gone = shop.order(status="on-hold", line_items=line)
    shop.api.delete(f"/orders/{gone['id']}")

    def ids(**params: object) -> set[int]:
        return {order["id"] for order in shop.api.get("/orders", params=params).json()}

    assert ids() == {kept["id"]}
    assert ids(status="checkout-draft,processing") == {kept["id"], draft["id"]}
    assert ids(**{"status[]": ["trash"]}) == {gone["id"]}
    assert shop.api.get("/orders", params={"status": "sent"}).status_code == 400


def test_a_buyer_gets_mail_only_at_an_address_that_is_one(shop):
    line = [{"sku": "SABUN-DEFNE", "quantity": 1}]

    def mails(**billing: object) -> list[str]:
        before = len(shop.ledger())
        order = shop.order(line_items=line, billing={"country": "DE", **billing})
        shop.api.put(f"/orders/{order['id']}", json={"status": "completed"})
        kinds = ("mail.sent", "mail.undeliverable")
        entries = [e for e in shop.ledger(*kinds) if e["seq"] > before and e.get("audience") != "shop"]
        return [f"{e['kind']} {e['mail']}" for e in entries]

    assert mails() == []
    assert mails(email=None) == []
    assert mails(email="no-mail@orders.invalid") == [
        "mail.undeliverable customer_processing_order",
        "mail.undeliverable customer_completed_order",
    ]
    assert mails(email="jörg@buyers.test") == [
        "mail.sent customer_processing_order",
        "mail.sent customer_completed_order",
    ]


def test_notes_are_kept_and_a_customers_note_is_a_mail(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1}], billing=BUYER)
    path = f"/orders/{order['id']}/notes"

    inner = shop.api.post(path, json={"note": "iç not"})
    outer = shop.api.post(path, json={"note": "Kargoda: 123", "customer_note": True}).json()

    assert (inner.status_code, inner.json()["customer_note"]) == (201, False)
    assert [n["id"] for n in shop.api.get(path, params={"type": "customer"}).json()] == [outer["id"]]
    assert [e["mail"] for e in shop.ledger("mail.sent")].count("customer_note") == 1
    assert shop.api.delete(f"{path}/{outer['id']}").status_code == 501


def test_an_order_is_refunded_with_lines_and_restocked(shop):
    made = shop.product(sku="R", manage_stock=True, stock_quantity=10)
    order = shop.order(line_items=[{"sku": "R", "quantity": 2, "subtotal": "20.00", "total": "20.00"}])
    line, rate = order["line_items"][0], order["tax_lines"][0]["rate_id"]
    body = {
        "amount": "11.90",
        "reason": "iade",
        "api_refund": False,
        "line_items": [
            {"id": line["id"], "quantity": 1, "refund_total": 10, "refund_tax": [{"id": rate, "refund_total": 1.9}]}
        ],
    }

    answer = shop.api.post(f"/orders/{order['id']}/refunds", json=body)

    assert answer.status_code == 201
    got = answer.json()
    assert (got["amount"], got["refunded_payment"]) == ("11.90", False)
    assert (got["line_items"][0]["quantity"], got["line_items"][0]["total"]) == (-1, "-10.00")
    assert shop.api.get(f"/products/{made['id']}").json()["stock_quantity"] == 9
    shown = shop.api.get(f"/orders/{order['id']}").json()
    assert shown["refunds"] == [{"id": got["id"], "reason": "iade", "total": "-11.90"}]
    assert shown["status"] == "processing"
    rest = {"amount": "11.90", "api_refund": False}
    assert shop.api.post(f"/orders/{order['id']}/refunds", json=rest).status_code == 201
    assert shop.api.get(f"/orders/{order['id']}").json()["status"] == "refunded"
    assert shop.api.get(f"/products/{made['id']}").json()["stock_quantity"] == 9  # a total alone restocks nothing
    assert {r["parent_id"] for r in shop.api.get("/refunds").json()} == {order["id"]}


def test_a_refund_that_cannot_be_is_a_500_with_a_bare_number(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1, "subtotal": "10.00", "total": "10.00"}])
    path = f"/orders/{order['id']}/refunds"

    too_much = shop.api.post(path, json={"amount": "11.91", "api_refund": False})
    no_gateway = shop.api.post(path, json={"amount": "11.90"})

    for answer in (too_much, no_gateway):
        assert answer.status_code == 500
        assert answer.json()["code"] == "woocommerce_rest_cannot_create_order_refund"
        assert answer.json()["data"] == 500
    assert too_much.json()["message"] == "Invalid refund amount."
    done = shop.api.post(path, json={"amount": "11.90", "api_refund": False}).json()
    assert shop.api.delete(f"{path}/{done['id']}").status_code == 501
    assert shop.api.delete(f"{path}/{done['id']}", params={"force": True}).status_code == 200


def test_tracking_is_where_the_shop_has_it(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1}])
    core = f"/orders/{order['id']}/fulfillments"
    plugin = f"{shop.keys['url']}/wp-json/wc-shipment-tracking/v3/orders/{order['id']}/shipment-trackings"
    body = {"tracking_provider": "UPS", "tracking_number": "1Z9"}
    assert shop.api.get(core).json()["code"] == "rest_no_route"
    assert shop.api.get(plugin).json()["code"] == "rest_no_route"

    shop.act("configure", fulfillments=True, shipment_tracking=True)

    meta = [{"key": "_tracking_number", "value": "1Z9"}]
    made = shop.api.post(core, json={"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}).json()
    assert (made["entity_id"], made["is_fulfilled"]) == (str(order["id"]), True)
    tracked = shop.api.post(plugin, json=body).json()
    assert (len(tracked["tracking_id"]), tracked["tracking_link"][-3:]) == (32, "1Z9")
    assert shop.api.get(f"{plugin}/{tracked['tracking_id']}").json() == tracked
    assert "wc-shipment-tracking/v3" in shop.api.get(f"{shop.keys['url']}/wp-json/").json()["namespaces"]


def test_the_owner_ships_by_note_when_nothing_is_installed(shop):
    order = shop.order(line_items=[{"sku": "SABUN-DEFNE", "quantity": 1}])

    done = shop.act("fulfil", order_id=order["id"], tracking_number="RR123", provider="PTT")

    shown = shop.api.get(f"/orders/{order['id']}").json()
    assert (done["mechanism"], shown["status"]) == ("note", "completed")
    assert {m["key"]: m["value"] for m in shown["meta_data"]}["_tracking_number"] == "RR123"
    assert "RR123" in shop.api.get(f"/orders/{order['id']}/notes", params={"type": "customer"}).json()[0]["note"]
