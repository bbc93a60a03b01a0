from __future__ import annotations

import pytest

from .trendyol_shop import Shop


def shop_with_order(*quantities, **more):
    shop = Shop()
    for n in range(len(quantities)):
        shop.live(f"B-{n}", quantity=100)
    lines = [{"barcode": f"B-{n}", "quantity": quantity} for n, quantity in enumerate(quantities)]
    return shop, shop.do("place_order", lines=lines, **more)


def status(shop, placed):
    return shop.package(placed["package_id"])["status"]


def contents(package):
    return {line["barcode"]: line["quantity"] for line in package["lines"]}


def order_packages(shop, placed):
    """By what they hold: {(barcode, units), …} → package; the broken-up one apart."""
    found = shop.orders(f"orderNumber={placed['order_number']}")
    return {tuple(sorted(contents(p).items())): p for p in found if p["status"] != "UnPacked"}


def test_a_package_is_picked_then_invoiced_with_a_number_then_delivered_by_the_carrier():
    shop, placed = shop_with_order(2)

    assert shop.move(placed, "Invoiced", invoiceNumber="KZY2026000000001").status_code == 400  # Picking comes first
    picked = shop.move(placed, "Picking")
    assert (picked.status_code, picked.content) == (200, b"")
    assert shop.move(placed, "Picking").status_code == 400
    assert shop.move(placed, "Invoiced").status_code == 400
    assert shop.move(placed, "Invoiced", invoiceNumber="KZY2026000000001").status_code == 200
    for action in ("ship", "collect", "deliver"):
        shop.do(action, package_id=placed["package_id"])

    package = shop.package(placed["package_id"])
    assert package["invoiceNumber"] == "KZY2026000000001"
    assert [h["status"] for h in package["packageHistories"]] == [
        "Created", "Picking", "Invoiced", "Shipped", "AtCollectionPoint", "Delivered"
    ]  # fmt: skip
    assert package["lines"][0]["orderLineItemStatusName"] == "Delivered"
    assert [(e["old"], e["new"], e["by"]) for e in shop.kinds("package.moved")] == [
        ("Created", "Picking", "seller"), ("Picking", "Invoiced", "seller"), ("Invoiced", "Shipped", "carrier"),
        ("Shipped", "AtCollectionPoint", "carrier"), ("AtCollectionPoint", "Delivered", "carrier"),
    ]  # fmt: skip


def test_every_change_has_a_later_stamp():
    shop, placed = shop_with_order(1)
    stamps = [shop.package(placed["package_id"])["lastModifiedDate"]]
    for new, params in (("Picking", {}), ("Invoiced", {"invoiceNumber": "1"})):
        shop.move(placed, new, **params)
        stamps.append(shop.package(placed["package_id"])["lastModifiedDate"])

    assert stamps == sorted(set(stamps))


def test_a_wrong_state_is_400_or_404_and_a_strange_package_401():
    shop, placed = shop_with_order(1)
    shop.move(placed, "Picking")

    wrong = shop.move(placed, "Picking")
    shop.do("switch", name="wrong_state_status", value=404)
    missing = shop.move(placed, "Picking")
    strange = shop.move({**placed, "package_id": 1}, "Picking")

    assert (wrong.status_code, wrong.json()["exception"]) == (400, "ClientApiBusinessException")
    assert (missing.status_code, missing.json()["exception"]) == (404, "SellerIntegrationApiDomainNotFoundException")
    assert (strange.status_code, strange.json()["exception"]) == (401, "TrendyolAuthorizationException")


@pytest.mark.parametrize("body", [
    {"status": "Picking", "params": {}}, {"status": "Picking", "lines": []}, {"status": "Shipped", "lines": "own"},
    {"status": "Picking", "lines": [{"lineId": 1, "quantity": 1}]}, {"status": "Picking", "lines": "fewer"}, [],
])  # fmt: skip
def test_a_status_call_needs_a_known_status_and_all_lines(body):
    shop, placed = shop_with_order(2)
    line_id = placed["lines"][0]["line_id"]
    if isinstance(body, dict) and isinstance(body.get("lines"), str):
        body = {**body, "lines": [{"lineId": line_id, "quantity": 2 if body["lines"] == "own" else 1}]}

    assert shop.put(shop.path(placed), body).status_code == 400
    assert status(shop, placed) == "Created"


def give_up(shop, placed, lines, reason=500):
    rows = [{"lineId": placed["lines"][n]["line_id"], "quantity": quantity} for n, quantity in lines]
    return shop.put(f"{shop.path(placed)}/items/unsupplied", {"lines": rows, "reasonId": reason})


def test_a_whole_package_that_cannot_be_supplied_ends_itself():
    shop, placed = shop_with_order(2)

    assert give_up(shop, placed, [(0, 2)], 503).status_code == 400
    assert give_up(shop, placed, [(0, 3)]).status_code == 400
    assert give_up(shop, placed, [(0, 2)]).status_code == 200

    assert status(shop, placed) == "UnSupplied"
    assert give_up(shop, placed, [(0, 2)]).status_code == 400
    [cancelled] = shop.kinds("order.cancelled")
    assert (cancelled["by"], cancelled["lines"][0]["barcode"], cancelled["lines"][0]["quantity"]) == (
        "seller",
        "B-0",
        2,
    )


def test_units_that_cannot_be_supplied_break_the_package_up():
    shop, placed = shop_with_order(3, 1)
    shop.move(placed, "Picking")

    assert give_up(shop, placed, [(0, 2)]).status_code == 200

    assert status(shop, placed) == "UnPacked"
    found = order_packages(shop, placed)
    rest, lost = found[(("B-0", 1), ("B-1", 1))], found[(("B-0", 2),)]
    assert (rest["status"], lost["status"]) == ("Picking", "UnSupplied")
    assert rest["createdBy"] == lost["createdBy"] == "cancel"
    assert rest["originPackageIds"] == [placed["package_id"]]
    assert lost["lines"][0]["cancelReasonCode"] == 500
    numbers = {rest["cargoTrackingNumber"], lost["cargoTrackingNumber"], placed["tracking_number"]}
    assert len(numbers) == 3
    assert rest["packageTotalPrice"] + lost["packageTotalPrice"] == 400.0
    assert len({n["lineId"] for p in found.values() for n in p["lines"]}) == 3


def test_a_customer_cancels_all_or_some_before_shipping():
    shop, placed = shop_with_order(1, 1)
    line_id = placed["lines"][1]["line_id"]

    answer = shop.do("cancel", package_id=placed["package_id"], line_ids=[line_id])
    rest = next(p for p in answer["into"] if p["status"] == "Created")
    shop.do("cancel", package_id=rest["package_id"])

    states = {tuple(contents(p)): p["status"] for p in order_packages(shop, placed).values()}
    assert states == {("B-0",): "Cancelled", ("B-1",): "Cancelled"}
    assert [e["by"] for e in shop.kinds("order.cancelled")] == ["customer", "customer"]
    with pytest.raises(ValueError, match="Cancelled"):
        shop.do("cancel", package_id=rest["package_id"])


def test_stock_comes_back_after_a_cancel_only_when_the_switch_says_so():
    shop, placed = shop_with_order(2)
    again = shop.order("B-0", 3)

    shop.do("cancel", package_id=placed["package_id"])
    assert shop.do("set_stock", barcode="B-0", quantity=95)["quantity"] == 95
    shop.do("switch", name="restock_on_cancel", value=True)
    shop.do("cancel", package_id=again["package_id"])

    assert (shop.kinds("stock.set")[-1]["quantity"], shop.kinds("stock.set")[-1]["by"]) == (98, "return")


def lines_of(placed):
    return [n["line_id"] for n in placed["lines"]]


SPLITS = [
    ("split", lambda i: {"orderLineIds": [i[0]]}, [{"B-0": 4}, {"B-1": 2, "B-2": 1}]),
    ("multi-split", lambda i: {"splitGroups": [{"orderLineIds": [i[0]]}, {"orderLineIds": [i[1]]}]},
     [{"B-0": 4}, {"B-1": 2}, {"B-2": 1}]),
    ("quantity-split", lambda i: {"quantitySplit": [{"orderLineId": i[0], "quantities": [1, 3]}]},
     [{"B-0": 1}, {"B-0": 3}, {"B-1": 2, "B-2": 1}]),
    ("split-packages", lambda i: {"splitPackages": [{"packageDetails": [
        {"orderLineId": i[0], "quantities": 2}, {"orderLineId": i[1], "quantities": 1}]}]},
     [{"B-0": 2, "B-1": 1}, {"B-0": 2, "B-1": 1, "B-2": 1}]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "body", "expected"), SPLITS, ids=[s[0] for s in SPLITS])
def test_a_split_is_done_a_moment_later_and_keeps_every_unit(call, body, expected):
    shop, placed = shop_with_order(4, 2, 1)

    answer = shop.post(f"{shop.path(placed)}/{call}", body(lines_of(placed)))
    assert (answer.status_code, status(shop, placed)) == (200, "Created")
    assert shop.move(placed, "Picking").status_code == 400  # is being split
    shop.after(0.3)

    assert status(shop, placed) == "UnPacked"
    made = [p for p in shop.orders(f"orderNumber={placed['order_number']}") if p["status"] != "UnPacked"]
    assert sorted(map(str, map(contents, made))) == sorted(map(str, expected))
    assert {(p["status"], p["createdBy"]) for p in made} == {("Created", "split")}
    assert {tuple(p["originPackageIds"]) for p in made} == {(placed["package_id"],)}
    assert len({p["cargoTrackingNumber"] for p in made} | {placed["tracking_number"]}) == len(expected) + 1
    items = [d["lineItemId"] for p in made for n in p["lines"] for d in n["discountDetails"]]
    assert len(items) == len(set(items)) == 7
    assert sorted(shop.kinds("package.split")[0]["into"]) == sorted(p["shipmentPackageId"] for p in made)


BAD_SPLITS = [
    ("split", lambda i: {"orderLineIds": i}), ("split", lambda _i: {"orderLineIds": [1]}), ("split", lambda _i: {}),
    ("multi-split", lambda i: {"splitGroups": [{"orderLineIds": [i[0]]}, {"orderLineIds": [i[1]]}]}),
    ("multi-split", lambda i: {"splitGroups": [{"orderLineIds": [i[0]]}, {"orderLineIds": [i[0]]}]}),
    ("quantity-split", lambda i: {"quantitySplit": [{"orderLineId": i[0], "quantities": [4, 1]}]}),
    ("quantity-split", lambda i: {"quantitySplit": [{"orderLineId": i[0], "quantities": 2}]}),
    ("split-packages", lambda i: {"splitPackages": [{"packageDetails": [{"orderLineId": i[0], "quantities": 0}]}]}),
]  # fmt: skip


@pytest.mark.parametrize(("call", "body"), BAD_SPLITS)
def test_a_split_that_does_not_add_up_is_refused_at_once(call, body):
    shop, placed = shop_with_order(4, 2)

    assert shop.post(f"{shop.path(placed)}/{call}", body(lines_of(placed))).status_code == 400
    shop.after(1)
    assert status(shop, placed) == "Created"


def test_a_package_cancelled_while_it_is_split_stays_cancelled():
    shop, placed = shop_with_order(1, 1)
    shop.post(f"{shop.path(placed)}/split", {"orderLineIds": lines_of(placed)[:1]})

    shop.do("cancel", package_id=placed["package_id"])
    shop.after(1)

    assert status(shop, placed) == "Cancelled"
    assert shop.kinds("package.split") == []


def test_the_carrier_changes_once_in_five_minutes_and_brings_a_new_number():
    shop, placed = shop_with_order(1)
    path = f"{shop.path(placed)}/cargo-providers"

    assert shop.put(path, {"cargoProvider": "NONE"}).status_code == 400
    assert shop.put(path, {"cargoProvider": "ARASMP"}).status_code == 200
    assert shop.put(path, {"cargoProvider": "KOLAYGELSINMP"}).status_code == 400
    package = shop.package(placed["package_id"])
    assert str(package["cargoTrackingNumber"]).startswith("726")
    assert package["cargoProviderName"] == "Aras Kargo Marketplace"
    shop.after(300)
    assert shop.put(path, {"cargoProvider": "KOLAYGELSINMP"}).status_code == 200


def test_a_tracking_number_can_be_set_until_the_carrier_has_the_package():
    shop, placed = shop_with_order(1)
    path = f"{shop.path(placed)}/update-tracking-number"

    assert shop.put(path, {"trackingNumber": "7330000000000001"}).status_code == 200
    assert shop.package(placed["package_id"])["cargoTrackingNumber"] == 7330000000000001
    assert shop.put(path, {"trackingNumber": "12"}).status_code == 400
    shop.move(placed, "Picking")
    shop.do("ship", package_id=placed["package_id"])
    late = shop.put(path, {"trackingNumber": "7330000000000002"})
    assert (late.status_code, late.json()["errors"][0]["message"]) == (
        400,
        "Shipment Update Edilebilir Bir Durumda Değil.",
    )


def test_tracking_details_are_for_international_packages_being_picked():
    shop = Shop()
    shop.live(storefront="DE")
    shop.live()
    german, turkish = shop.order(storefront="DE"), shop.order()
    front = {"headers": {"storeFrontCode": "DE"}}
    body = {"cargoSenderNumber": "JJD01", "providerCode": "DHLMP", "returnTrackingNumber": "R1"}

    early = shop.put(f"{shop.path(german)}/tracking-details", body, **front)
    assert (early.status_code, early.json()["errors"][0]["message"]) == (
        400,
        "Shipment tracking number cannot be updated",
    )
    shop.move(german, "Picking")
    shop.move(turkish, "Picking")
    assert shop.put(f"{shop.path(turkish)}/tracking-details", body).status_code == 400
    assert shop.put(f"{shop.path(german)}/tracking-details", {**body, "providerCode": "X"}, **front).status_code == 400
    assert shop.put(f"{shop.path(german)}/tracking-details", body, **front).status_code == 200
    [package] = shop.orders(**front)
    assert (package["cargoSenderNumber"], package["cargoProviderName"]) == ("JJD01", "DHLMP")


SMALL = [
    ("box-info", {"boxQuantity": 2, "deci": 6.5}, {"boxQuantity": 0}),
    ("warehouse", {"warehouseId": 5}, {"warehouseId": "x"}),
    ("extended-agreed-delivery-date", {"extendedDayCount": 3}, {"extendedDayCount": 4}),
]


@pytest.mark.parametrize(("call", "good", "bad"), SMALL)
def test_small_changes_are_checked_and_end_when_the_package_is_shipped(call, good, bad):
    shop, placed = shop_with_order(1)
    path = f"{shop.path(placed)}/{call}"

    assert shop.put(path, bad).status_code == 400
    assert shop.put(path, good).status_code == 200
    shop.move(placed, "Picking")
    shop.do("ship", package_id=placed["package_id"])
    assert shop.put(path, good).status_code == 400


def test_more_days_move_the_promise_and_boxes_the_weight():
    shop, placed = shop_with_order(1)
    before = shop.package(placed["package_id"])["agreedDeliveryDate"]

    shop.put(f"{shop.path(placed)}/extended-agreed-delivery-date", {"extendedDayCount": 2})
    shop.put(f"{shop.path(placed)}/box-info", {"deci": 6.5})
    shop.put(f"{shop.path(placed)}/delivered-by-service")

    package = shop.package(placed["package_id"])
    assert package["agreedDeliveryDate"] - before == 2 * 86_400_000
    assert (package["cargoDeci"], package["deliveredByService"]) == (6.5, True)


def test_only_jewellery_has_a_labour_cost():
    shop = Shop()
    shop.live("SHIRT")
    shop.live("RING", category_id=545)
    shirt, ring = shop.order("SHIRT"), shop.order("RING")

    def cost(placed, value):
        rows = [{"orderLineId": lines_of(placed)[0], "laborCostPerItem": value}]
        return shop.put(f"{shop.path(placed)}/labor-costs", rows).status_code

    assert (cost(shirt, 5), cost(ring, 101), cost(ring, 15.5)) == (400, 400, 200)
    assert shop.package(ring["package_id"])["lines"][0]["laborCost"] == 15.5


LINK = {"isPhoneNumber": False, "trackingInfo": "https://track.example.test/1", "params": {}}
PHONE = {"isPhoneNumber": True, "trackingInfo": "5550000000", "params": {}, "boxQuantity": 1, "deci": 2.1}


@pytest.mark.parametrize("body", [LINK, PHONE])
@pytest.mark.parametrize("deliver", ["manual-deliver", "manual-invoice-delivery"])
def test_alternative_delivery_ships_and_the_seller_reports_the_arrival(body, deliver):
    shop, placed = shop_with_order(1)
    path = f"{shop.path(placed)}/alternative-delivery"

    assert shop.put(path, body).status_code == 400  # not picked yet
    shop.move(placed, "Picking")
    assert shop.put(f"{shop.path(placed)}/{deliver}").status_code == 400  # not shipped
    assert shop.put(path, {**body, "trackingInfo": "nonsense"}).status_code == 400
    assert shop.put(path, body).status_code == 200
    package = shop.package(placed["package_id"])
    assert (package["status"], str(package["cargoTrackingNumber"])[:3]) == ("Shipped", "732")
    assert shop.put(f"{shop.path(placed)}/{deliver}").status_code == 200
    assert status(shop, placed) == "Delivered"


def test_digital_codes_are_only_for_digital_goods():
    shop, placed = shop_with_order(1)
    shop.move(placed, "Picking")

    answer = shop.put(f"{shop.path(placed)}/alternative-delivery", {"params": {"digitalCode": "123456"}})

    assert answer.json()["errors"][0]["key"] == "digital.good.business.unit.not.valid"


@pytest.mark.parametrize(("path", "new"), [
    ("manual-deliver/{n}", "Delivered"), ("manual-return/{n}", "Returned"),
    ("shipment-packages/manual-invoice-delivery-by-tracking-number/{n}", "Delivered"),
    ("shipment-packages/manual-return-by-tracking-number/{n}", "Returned"),
    ("shipment-packages/{p}/manual-return", "Returned"),
])  # fmt: skip
def test_manual_reports_have_two_spellings_by_package_and_by_tracking_number(path, new):
    shop, placed = shop_with_order(1)
    shop.move(placed, "Picking")
    shop.put(f"{shop.path(placed)}/alternative-delivery", LINK)
    number = shop.package(placed["package_id"])["cargoTrackingNumber"]

    answer = shop.put("/order/sellers/{s}/" + path.format(n=number, p=placed["package_id"]))

    assert (answer.status_code, status(shop, placed)) == (200, new)
    assert shop.put("/order/sellers/{s}/manual-deliver/7320000000000000").status_code == 401


def test_a_package_that_could_not_be_handed_over_comes_back():
    shop, placed = shop_with_order(1)
    shop.move(placed, "Picking")

    with pytest.raises(ValueError, match="Returned follows only"):
        shop.do("return_package", package_id=placed["package_id"])
    for action in ("ship", "undeliver", "return_package"):
        shop.do(action, package_id=placed["package_id"])

    assert status(shop, placed) == "Returned"
    with pytest.raises(ValueError, match="does not exist"):
        shop.do("ship", package_id=1)
