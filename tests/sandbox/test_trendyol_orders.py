from __future__ import annotations

import pytest

from .trendyol_shop import Shop

DAY_MS = 86_400_000
LIST = "/order/sellers/{s}/v2/orders"


def stock(shop, barcode="KZY-1"):
    path = f"/product/sellers/{{s}}/products/approved/inventory-and-price?barcode={barcode}"
    return shop.get(path).json()["content"][0]["variants"][0]["quantity"]


def test_an_order_takes_stock_and_shows_amounts_by_unit():
    shop = Shop()
    shop.live(quantity=10, sale_price=349.90)

    placed = shop.do("place_order", lines=[{"barcode": "KZY-1", "quantity": 3, "discount_percentage": 10}])

    package = shop.package(placed["package_id"])
    [line] = package["lines"]
    # 10 % of 3 × 349.90 is 104.97, and 104.97 / 3 is 34.99 a unit
    assert (line["lineGrossAmount"], line["lineSellerDiscount"], line["lineUnitPrice"]) == (349.9, 34.99, 314.91)
    assert [d["lineItemPrice"] for d in line["discountDetails"]] == [314.91] * 3
    assert package["packageGrossAmount"] == 1049.7
    assert package["packageTotalDiscount"] == package["packageSellerDiscount"] == 104.97
    assert package["packageTotalPrice"] == 944.73
    assert (package["currencyCode"], line["quantity"], line["barcode"]) == ("TRY", 3, "KZY-1")
    assert stock(shop) == 7
    [entry] = shop.kinds("order.placed")
    assert (entry["total"], entry["currency"], entry["storefront"]) == ("944.73", "TRY", "TR")
    assert (entry["order_number"], entry["package_id"]) == (package["orderNumber"], package["shipmentPackageId"])
    assert [(n["barcode"], n["quantity"], n["unit_price"], n["vat_rate"]) for n in entry["lines"]] == [
        ("KZY-1", 3, "314.91", 20.0)
    ]


def test_a_discount_that_does_not_divide_lies_in_the_details_and_the_mean_is_rounded():
    shop = Shop()
    shop.live(sale_price=33.35)

    placed = shop.do("place_order", lines=[{"barcode": "KZY-1", "quantity": 3, "discount_percentage": 10}])

    package = shop.package(placed["package_id"])
    [line] = package["lines"]
    # 10 % of 100.05 is 10.005, half up 10.01: 3.34 + 3.34 + 3.33, a mean of 3.3367
    assert [d["lineItemSellerDiscount"] for d in line["discountDetails"]] == [3.34, 3.34, 3.33]
    assert line["lineSellerDiscount"] == 3.34
    assert package["packageTotalPrice"] == 90.04


def test_the_order_date_is_three_hours_late_and_the_other_stamps_are_utc():
    shop = Shop()
    shop.live()
    placed = shop.order()

    package = shop.package(placed["package_id"])

    assert package["orderDate"] - package["packageHistories"][0]["createdDate"] == 10_800_000
    assert package["originShipmentDate"] == package["packageHistories"][0]["createdDate"]
    assert abs(package["lastModifiedDate"] - shop.remote.clock.ms()) < 5_000


def test_a_tracking_number_has_16_digits_and_starts_as_the_carriers_do():
    shop = Shop()
    shop.live("TEX")
    shop.live("ARAS", cargoProviders=["ARASMP"])

    numbers = [str(shop.package(shop.order(b)["package_id"])["cargoTrackingNumber"]) for b in ("TEX", "ARAS")]

    assert [(len(n), n[:3]) for n in numbers] == [(16, "733"), (16, "726")]


def test_buyers_only_buy_what_is_on_sale_and_in_stock():
    shop = Shop()
    shop.live(quantity=2)

    with pytest.raises(ValueError, match="only 2 in stock"):
        shop.order(quantity=3)
    with pytest.raises(ValueError, match="not on sale"):
        shop.order("NONE")
    with pytest.raises(ValueError, match="not on sale"):
        shop.order(storefront="DE")
    shop.order(quantity=2)
    with pytest.raises(ValueError, match="not on sale"):
        shop.order()

    assert len(shop.kinds("purchase.refused")) == 4
    assert len(shop.kinds("order.placed")) == 1
    assert stock(shop) == 0


def test_one_line_that_is_out_of_stock_refuses_the_whole_basket():
    shop = Shop()
    shop.live("A", quantity=5)
    shop.live("B", quantity=1)

    with pytest.raises(ValueError, match="B on TR"):
        shop.do("place_order", lines=[{"barcode": "A", "quantity": 1}, {"barcode": "B", "quantity": 2}])
    with pytest.raises(ValueError, match="only 5"):
        shop.do("place_order", lines=[{"barcode": "A", "quantity": 3}, {"barcode": "A", "quantity": 3}])

    assert (stock(shop, "A"), stock(shop, "B")) == (5, 1)


def test_an_awaiting_order_is_masked_and_has_no_tracking_number_until_it_is_paid():
    shop = Shop()
    shop.live()
    placed = shop.order(awaiting=True)

    waiting = shop.orders("status=Awaiting")[0]
    assert (waiting["cargoTrackingNumber"], waiting["shipmentAddress"]["fullAddress"]) == (0, "")
    assert (waiting["customerFirstName"], waiting["status"]) == ("***", "Awaiting")
    assert stock(shop) == 9
    assert shop.move(placed, "Picking").status_code == 400

    shop.do("pay", package_id=placed["package_id"])
    paid = shop.package(placed["package_id"])
    assert (paid["status"], paid["customerFirstName"] != "***") == ("Created", True)
    assert paid["cargoTrackingNumber"] > 0
    assert shop.kinds("package.moved")[0] | {"seq": 0, "at": 0} == {
        "seq": 0, "at": 0, "kind": "package.moved", "order_number": paid["orderNumber"],
        "package_id": placed["package_id"], "old": "Awaiting", "new": "Created", "by": "trendyol",
    }  # fmt: skip


def test_a_storefronts_orders_are_in_its_currency_and_only_in_its_list():
    shop = Shop()
    shop.live(storefront="RO", sale_price=99.5)
    shop.live(storefront="DE")
    shop.order(storefront="RO")
    shop.order(storefront="DE")
    romania = {"headers": {"storeFrontCode": "RO"}}

    assert shop.orders() == []
    [package] = shop.orders(**romania)
    assert (package["currencyCode"], package["orderCountryCode"], package["totalSgrFee"]) == ("RON", "RO", 0.0)
    assert package["shipmentAddress"]["countryCode"] == "RO"
    [german] = shop.orders(headers={"storeFrontCode": "DE"})
    assert german["currencyCode"] == "EUR" and "totalSgrFee" not in german


def test_micro_export_and_commercial_orders_say_so():
    shop = Shop()
    shop.live()

    micro = shop.package(shop.order(micro=True)["package_id"])
    company = {"commercial": True, "company": "Çınar A.Ş.", "tax_number": "1234567890", "tax_office": "Şişli"}
    placed = shop.do(
        "place_order", lines=[{"barcode": "KZY-1", "quantity": 1, "ty_discount_percentage": 5}], customer=company
    )
    commercial = shop.package(placed["package_id"])
    private = shop.package(shop.order()["package_id"])

    assert (micro["micro"], micro["shipmentAddress"]["countryCode"], micro["currencyCode"]) == (True, "AZ", "TRY")
    assert micro["hsCode"]
    assert (commercial["commercial"], commercial["packageTyDiscount"]) == (True, 5.0)
    assert commercial["invoiceAddress"]["taxOffice"] == "Şişli"
    assert "taxOffice" not in private["invoiceAddress"]


def test_odd_orders_show_what_they_were_told_to():
    shop = Shop()
    shop.live()

    odd = shop.do(
        "order_with",
        status="Teleported",
        total=1.0,
        currency="XAU",
        masked_address=True,
        hsCode="1",
        line={"vatRate": None},
    )
    package = shop.package(odd["package_id"])

    assert (package["status"], package["shipmentPackageStatus"]) == ("Teleported", "Teleported")
    assert (package["packageTotalPrice"], package["packageGrossAmount"]) == (1.0, 100.0)
    assert (package["currencyCode"], package["lines"][0]["currencyCode"]) == ("XAU", "XAU")
    assert (package["shipmentAddress"]["address1"], package["hsCode"]) == ("***", "1")
    assert package["lines"][0]["vatRate"] is None


def test_names_of_before_april_2026_come_back_with_the_switch():
    shop = Shop()
    shop.live()
    shop.order()
    shop.do("switch", name="order_names", value="before_april_2026")

    [package] = shop.orders()

    assert {"id", "grossAmount", "totalDiscount", "totalTyDiscount", "totalPrice"} <= set(package)
    assert not {"shipmentPackageId", "packageGrossAmount", "packageTotalPrice"} & set(package)
    line = package["lines"][0]
    assert {"id", "merchantSku", "merchantId", "productCode", "vatBaseAmount", "amount", "discount", "price"} <= set(
        line
    )
    assert "lineItemDiscount" in line["discountDetails"][0]


def test_the_window_of_the_list_is_14_days_and_its_default_7():
    shop = Shop()
    shop.live()
    shop.order()
    shop.after(8 * 86_400)
    now = shop.remote.clock.ms()

    assert shop.orders() == []
    assert len(shop.orders(f"startDate={now - 14 * DAY_MS}&endDate={now}")) == 1
    wide = shop.get(f"{LIST}?startDate={now - 14 * DAY_MS - 1}&endDate={now}")
    assert (wide.status_code, wide.json()["exception"]) == (400, "ClientApiBusinessException")
    assert shop.get(f"{LIST}?startDate={now}&endDate={now - 1}").status_code == 400
    shop.after(25 * 86_400)
    then = now - 10 * DAY_MS
    assert shop.orders(f"startDate={then}&endDate={then + 14 * DAY_MS}") == []  # older than a month


def test_query_dates_are_read_as_gmt_plus_three_when_the_switch_says_so():
    shop = Shop()
    shop.live()
    shop.order()
    now = shop.remote.clock.ms()
    query = f"startDate={now - DAY_MS}&endDate={now + 1000}"

    assert len(shop.orders(query)) == 1
    shop.do("switch", name="order_query_shift_h", value=3)
    assert shop.orders(query) == []
    assert len(shop.orders(f"startDate={now - DAY_MS}&endDate={now + 1000 + 10_800_000}")) == 1


def test_the_list_pages_sorts_and_filters():
    shop = Shop()
    shop.live(quantity=100)
    placed = []
    for _ in range(5):
        placed.append(shop.order())
        shop.after(1)
    shop.move(placed[0], "Picking")
    ids = [p["package_id"] for p in placed]

    def found(query):
        return [p["shipmentPackageId"] for p in shop.orders(query)]

    assert found("") == [ids[0], *reversed(ids[1:])]
    assert found("orderByDirection=ASC") == [*ids[1:], ids[0]]
    assert found("orderByField=CreatedDate") == list(reversed(ids))
    assert found("size=2&page=1") == [ids[3], ids[2]]
    assert found("status=Picking") == [ids[0]]
    assert found("status=Picking,Created&size=200&orderByField=CreatedDate&orderByDirection=ASC") == ids
    assert found(f"orderNumber={placed[1]['order_number']}") == [ids[1]]
    assert found(f"shipmentPackageIds={ids[1]},{ids[2]}&shipmentPackageIds={ids[3]}") == [ids[3], ids[2], ids[1]]
    page = shop.get(f"{LIST}?size=2").json()
    assert (page["totalElements"], page["totalPages"], page["page"], page["size"]) == (5, 3, 0, 2)


@pytest.mark.parametrize("query", [
    "size=201", "size=0", "size=x", "page=-1", "size=200&page=50", "status=Repacked", "orderByField=Price",
    "orderByDirection=UP", "shipmentPackageIds=" + ",".join(["1"] * 51), "shipmentPackageIds=x", "startDate=x",
])  # fmt: skip
def test_the_list_refuses_parameters_outside_their_rule(query):
    shop = Shop()

    answer = shop.get(f"{LIST}?{query}")

    assert (answer.status_code, answer.json()["exception"]) == (400, "ClientApiBusinessException")
    assert shop.get(f"{LIST}?size=200&page=49").status_code == 200
    shop.do("switch", name="business_errors", value="bare")
    assert shop.get(f"{LIST}?{query}").json()["errors"] == [{}]


def test_the_closed_version_says_upgrade():
    answer = Shop().get("/order/sellers/{s}/orders")

    assert answer.status_code == 426
    assert answer.json()["errors"][0]["key"]


def test_the_shifting_dial_places_an_order_while_a_reader_pages():
    shop = Shop(shifting_pages=1.0)
    shop.live(quantity=100)
    for _ in range(3):
        shop.order()

    first, second = shop.orders("size=2"), shop.orders("size=2&page=1")

    assert first[1]["shipmentPackageId"] == second[0]["shipmentPackageId"]  # pushed onto the next page
    assert len(shop.kinds("order.placed")) == 4


def test_buyers_arrive_at_the_rate_until_they_are_stopped():
    shop = Shop()
    shop.live(quantity=20_000)
    shop.do("arrivals", per_minute=60)

    shop.after(60)
    came = len(shop.kinds("order.placed"))
    shop.do("arrivals", per_minute=0)
    shop.after(60)

    assert 35 <= came <= 90
    assert len(shop.kinds("order.placed")) == came
    with pytest.raises(ValueError, match="60000"):
        shop.do("arrivals", per_minute=-1)


def test_nobody_buys_in_an_empty_shop():
    shop = Shop()

    with pytest.raises(ValueError, match="nothing is on sale"):
        shop.do("random_order")
    with pytest.raises(ValueError, match="lines"):
        shop.do("place_order", lines=[])
    with pytest.raises(ValueError, match="unexpected"):
        shop.do("place_order", lines=[], colour="red")


def test_the_vendors_own_test_calls_place_an_order_and_report_the_carriers_news():
    shop = Shop()
    shop.live()
    body = {
        "customer": {"customerFirstName": "Işıl", "customerLastName": "Çınar"}, "seller": {"sellerId": int(shop.seller)},
        "lines": [{"barcode": "KZY-1", "quantity": 2, "discountPercentage": 0}], "commercial": False,
        "shippingAddress": {"city": "Rize", "addressText": "Çay Sk. 1"},
    }  # fmt: skip

    answer = shop.post("/test/order/orders/core", body, headers={"SellerID": shop.seller})
    [package] = shop.orders(f"orderNumber={answer.json()['orderNumber']}")
    assert (package["customerFirstName"], package["shipmentAddress"]["city"]) == ("Işıl", "Rize")
    assert shop.post("/test/order/orders/core", body, headers={"SellerID": "1"}).status_code == 401
    assert (
        shop.post("/test/order/orders/core", {**body, "lines": [{"barcode": "KZY-1", "quantity": 99}]}).status_code
        == 400
    )

    news = f"/test/order/sellers/{{s}}/shipment-packages/{package['shipmentPackageId']}/status"
    assert shop.put(news, {"status": "Shipped", "lines": [], "params": {}}).status_code == 400  # not picked yet
    placed = {
        "package_id": package["shipmentPackageId"],
        "lines": [{"line_id": n["lineId"], "quantity": n["quantity"]} for n in package["lines"]],
    }
    shop.move(placed, "Picking")
    answer = shop.put(news, {"status": "Shipped", "lines": [], "params": {}})
    assert (answer.status_code, answer.text) == (200, "200 OK")
    assert shop.put(news, {"status": "Picking"}).status_code == 400
