from __future__ import annotations

import pytest

from .trendyol_shop import Shop, product

REPEATED = "15 dakika boyunca aynı isteği tekrarlı olarak atamazsınız!"


def levels(shop, barcode="KZY-1"):
    path = f"/product/sellers/{{s}}/products/approved/inventory-and-price?barcode={barcode}"
    variant = shop.get(path).json()["content"][0]["variants"][0]
    return variant["quantity"], variant["salePrice"], variant["listPrice"]


def test_stock_and_price_are_set_together_or_apart():
    shop = Shop()
    shop.live(quantity=10, sale_price=100.0)

    assert shop.verdicts(shop.offer({"barcode": "KZY-1", "quantity": 0})) == [("SUCCESS", [])]
    assert levels(shop) == (0, 100.0, 100.0)
    assert shop.verdicts(shop.offer({"barcode": "KZY-1", "salePrice": 80.5, "listPrice": 90})) == [("SUCCESS", [])]
    assert levels(shop) == (0, 80.5, 90)

    last = shop.kinds("stock.set", "price.set")[-2:]
    assert [(e["kind"], e["by"]) for e in last] == [("stock.set", "api"), ("price.set", "api")]
    assert (last[0]["quantity"], last[1]["sale_price"], last[1]["list_price"]) == (0, "80.50", "90.00")


def test_the_result_has_no_status_of_its_own_and_echoes_an_iso_time():
    shop = Shop()
    shop.live()
    answer = shop.offer({"barcode": "KZY-1", "quantity": 3, "salePrice": 9, "listPrice": 9})
    shop.after(0.3)

    shown = shop.batch(answer.json()["batchRequestId"])

    assert "status" not in shown
    assert shown["batchRequestType"] == "ProductInventoryUpdate"
    request = shown["items"][0]["requestItem"]
    assert set(request) == {"updateRequestDate", "quantity", "salePrice", "listPrice", "barcode"}
    assert request["updateRequestDate"].endswith("+00:00")


WRONG = [
    {"quantity": -1}, {"quantity": 20_001}, {"quantity": 1.5}, {"quantity": True}, {"salePrice": 0},
    {"salePrice": 101}, {"salePrice": 5, "listPrice": 4}, {}, {"quantity": "3"},
]  # fmt: skip


@pytest.mark.parametrize("values", WRONG)
def test_a_wrong_value_fails_its_item_and_sets_nothing(values):
    shop = Shop()
    shop.live(quantity=10, sale_price=100.0)
    shop.live("GOOD")

    answer = shop.offer({"barcode": "KZY-1", **values}, {"barcode": "GOOD", "quantity": 20_000})

    assert [status for status, _ in shop.verdicts(answer)] == ["FAILED", "SUCCESS"]
    assert levels(shop) == (10, 100.0, 100.0)


def test_only_approved_products_take_offers():
    shop = Shop()
    shop.create(product())

    answer = shop.offer({"barcode": "KZY-1", "quantity": 1}, {"barcode": "NONE", "quantity": 1})

    assert [status for status, _ in shop.verdicts(answer)] == ["FAILED", "FAILED"]


@pytest.mark.parametrize("count", [0, 1001])
def test_a_request_has_one_to_a_thousand_items(count):
    answer = Shop().offer(*[{"barcode": f"B-{n}", "quantity": 1} for n in range(count)])

    assert answer.status_code == 400


def test_the_same_body_within_15_minutes_is_refused_as_a_whole():
    shop = Shop()
    shop.live()
    shop.live("B")
    item = {"barcode": "KZY-1", "quantity": 5}

    assert shop.offer(item).status_code == 200
    refused = shop.offer(dict(reversed(item.items())))
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (400, REPEATED)
    assert shop.offer(item, {"barcode": "B", "quantity": 5}).status_code == 200
    shop.after(15 * 60 - 2)
    assert shop.offer(item).status_code == 400
    shop.after(3)
    assert shop.offer(item).status_code == 200


def test_another_storefront_is_another_request():
    shop = Shop()
    item = {"barcode": "KZY-1", "quantity": 5}

    assert shop.offer(item).status_code == 200
    assert shop.offer(item, headers={"storeFrontCode": "DE"}).status_code == 200


def test_by_item_the_same_values_of_a_barcode_fail_within_15_minutes():
    shop = Shop()
    shop.do("switch", name="dedup", value="item")
    shop.live()
    shop.live("B")
    item = {"barcode": "KZY-1", "quantity": 5}

    assert shop.verdicts(shop.offer(item)) == [("SUCCESS", [])]
    assert shop.verdicts(shop.offer(item, {"barcode": "B", "quantity": 1})) == [("FAILED", [REPEATED]), ("SUCCESS", [])]
    assert shop.verdicts(shop.offer({**item, "quantity": 6})) == [("SUCCESS", [])]
    shop.after(15 * 60)
    assert shop.verdicts(shop.offer(item)) == [("SUCCESS", [])]


def test_the_31st_price_of_a_barcode_in_a_minute_fails_its_item():
    shop = Shop()
    shop.live()

    items = [{"barcode": "KZY-1", "salePrice": 50 - n, "listPrice": 100} for n in range(31)]
    verdicts = shop.verdicts(shop.offer(*items))

    assert [status for status, _ in verdicts] == ["SUCCESS"] * 30 + ["FAILED"]
    assert shop.verdicts(shop.offer({"barcode": "KZY-1", "quantity": 1}))[0][0] == "SUCCESS"
    [exceeded] = shop.kinds("limit.exceeded")
    assert (exceeded["group"], exceeded["barcode"]) == ("price", "KZY-1")
    shop.after(60)
    assert shop.verdicts(shop.offer({"barcode": "KZY-1", "salePrice": 9.5}))[0][0] == "SUCCESS"


def test_somebody_may_change_stock_in_the_panel():
    shop = Shop()
    shop.live(quantity=10)

    shop.do("set_stock", barcode="KZY-1", quantity=3)

    assert levels(shop)[0] == 3
    assert shop.kinds("stock.set")[-1]["by"] == "panel"
    with pytest.raises(ValueError, match="20000"):
        shop.do("set_stock", barcode="KZY-1", quantity=20_001)
